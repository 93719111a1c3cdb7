"""Statistics as one HTML page with plots that needs nothing else: no script, no request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from string import Template

from attrib_bench.report.html import head, html_table, part
from attrib_bench.report.statistics import Statistics, comparison_table, cue_table, quantiles, size_table

_ROW, _PLOT, _CHARACTER, _HEIGHT = 22, 300, 7.3, 200  # in pixels: a bar's row, a plot's width, a character, a curve's height


def statistics_page(own: Statistics, side_by_side: Sequence[Statistics] = (), *, title: str) -> str:
    """The HTML page of a corpus in figures and, where there is something to set it beside, of that comparison."""
    found = side_by_side or (own,)
    bars = [bar_chart(layer, counts) for layer, counts in own.labels.items()]
    curves = [
        curve_chart("distinct words in the first n tokens", {one.name: one.type_curve for one in found}),
        curve_chart("tokens per article, by quantile", {one.name: quantiles(one.tokens) for one in found}),
        curve_chart("tokens per sentence, by quantile", {one.name: quantiles(one.sentences) for one in found}),
        curve_chart("tokens per content, by quantile", {one.name: quantiles(one.contents) for one in found}),
    ]
    comparison = ""
    if side_by_side:
        comparison = (
            '<section aria-labelledby="compared"><h2 id="compared">Side by side</h2>\n'
            f"{html_table(comparison_table(side_by_side))}</section>"
        )
    return Template(part("statistics.html")).substitute(
        head=head(title),
        sizes="".join(html_table(size_table(one)) for one in (own, *side_by_side[1:])),
        curves="".join(curves),
        labels="".join(bars) + bar_chart("the commonest cues", dict(list(own.cues.items())[:25])) + html_table(cue_table(own)),
        comparison=comparison,
    )


def bar_chart(title: str, counts: Mapping[str, int]) -> str:
    """A row a label: a bar as long as its share of the largest count, and the count with its share of all."""
    most, total = max(counts.values(), default=0) or 1, sum(counts.values()) or 1
    left = round(_CHARACTER * max(map(len, counts), default=0)) + 12
    rows = []
    for index, (label, n) in enumerate(counts.items()):
        y = _ROW * index + _ROW / 2 + 2
        rows.append(
            f'<text x="{left - 8}" y="{y + 4:g}" text-anchor="end">{escape(label)}</text>'
            f'<rect class="bar" x="{left}" y="{y - 6:g}" width="{_PLOT * n / most:.1f}" height="12"/>'
            f'<text class="number" x="{left + _PLOT * n / most + 8:.1f}" y="{y + 4:g}">{n} ({n / total:.1%})</text>'
        )
    return _figure(title, left + _PLOT + 110, _ROW * len(counts) + 8, rows)


def curve_chart(title: str, curves: Mapping[str, Mapping[float, float] | Mapping[int, float]]) -> str:
    """A line a corpus through its points, each named at its end; both axes begin at 0 and end at the largest value."""
    points = [(x, y) for curve in curves.values() for x, y in curve.items()]
    if not points:
        return ""
    right, top = max(x for x, _ in points), max(y for _, y in points) or 1.0
    left, room = 60, round(_CHARACTER * max(map(len, curves))) + 12
    place = {(x, y): (left + _PLOT * x / right, 8 + _HEIGHT * (1 - y / top)) for x, y in points}
    parts = []
    for step in range(5):
        x, y = left + _PLOT * step / 4, 8 + _HEIGHT * step / 4
        parts.append(f'<line class="grid" x1="{x:g}" x2="{x:g}" y1="8" y2="{8 + _HEIGHT}"/>')
        parts.append(f'<text class="tick" x="{x:g}" y="{_HEIGHT + 24}" text-anchor="middle">{right * step / 4:g}</text>')
        parts.append(f'<text class="tick" x="{left - 6}" y="{y + 4:g}" text-anchor="end">{top * (4 - step) / 4:.0f}</text>')
    taken: list[float] = []
    for name, curve in curves.items():
        if not curve:
            continue
        along = [place[point] for point in sorted(curve.items())]
        label = along[-1][1] + 4
        while any(abs(label - other) < 13 for other in taken):
            label += 13
        taken.append(label)
        line = "L".join(f"{x:.1f} {y:.1f}" for x, y in along)
        dots = "".join(f'<circle class="point" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in along)
        parts.append(f'<path class="interval" fill="none" d="M{line}"/>{dots}')
        parts.append(f'<text x="{along[-1][0] + 8:.1f}" y="{label:.1f}">{escape(name)}</text>')
    return _figure(title, left + _PLOT + room, _HEIGHT + 30, parts)


def _figure(title: str, width: int, height: int, parts: Sequence[str]) -> str:
    svg = f'<svg role="img" aria-label="{escape(title)}" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    return f'<figure class="scroll"><figcaption>{escape(title)}</figcaption>{svg}{"".join(parts)}</svg></figure>\n'
