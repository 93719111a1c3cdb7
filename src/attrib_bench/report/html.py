"""An evaluation as one HTML page that needs nothing else: scores, intervals, slices, confusions, every answer in its sentence.

The page is put together from `page.html`, `page.css` and `page.js` beside this module. What comes from data reaches it in two
ways only: escaped into the markup, or in a block of JSON that the script shows as text, never as markup. A Content Security
Policy lets that one style sheet and that one script run, by their hashes, and forbids every request.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template
from typing import Any, get_args

from attrib_bench.document import Document, Span
from attrib_bench.evaluation import Evaluation, Figure
from attrib_bench.records import fragments_of
from attrib_bench.report.tables import TableOf, difference_table, figure_table, interval_of, muc_table
from attrib_bench.scoring.bootstrap import Difference
from attrib_bench.tasks.task import Outcome, OutcomeKind

_SLICED = re.compile(r"(?P<score>[^\[]+)\[(?P<slice>\w+)=?(?P<value>[^\]]+)\]")
_NOT_PLOTTED = (".precision", ".recall")
_HEAT_STEPS = 8  # the classes heat-0 to heat-8 of page.css

_ROW, _PLOT, _CHARACTER = 22, 260, 7.3  # of a chart, in pixels: a row's height, the width from 0 to 1, a character's width


def page(
    evaluation: Evaluation,
    outcomes: Iterable[tuple[Document, Sequence[Outcome]]],
    *,
    title: str,
    differences: Mapping[str, Difference] | None = None,
) -> str:
    """The HTML page of an evaluation with all its answers, and of the differences to another system if there are any.

    Every answer stands in the sentences that its spans touch; of a document without sentences that is the whole text. Raises
    DataError where the text of a document with answers is not at hand.
    """
    script = part("page.js")
    return Template(part("page.html")).substitute(
        head=head(title, script=script),
        script=script,
        headline=_headline(evaluation),
        scores="".join(html_table(table) for table in _score_tables(evaluation, differences)),
        intervals=_chart("Figures with their 95% intervals", _plotted(evaluation), bars=False, main=evaluation.task.main),
        slices=_slices(evaluation),
        confusions=_confusions(evaluation),
        data=_data(outcomes),
    )


@cache
def part(name: str) -> str:
    """A file that stands beside this module."""
    return files("attrib_bench.report").joinpath(name).read_text(encoding="utf-8")


def head(title: str, *, script: str = "") -> str:
    """A page up to its heading, with the style sheet and a policy that allows that one and, if there is one, this script."""
    style = part("page.css")
    allowed = f"style-src {_hash(style)}" + (f"; script-src {_hash(script)}" if script else "")
    policy = f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
    return Template(part("head.html")).substitute(title=escape(title), policy=policy, style=style)


def _hash(source: str) -> str:
    return f"'sha256-{b64encode(sha256(source.encode()).digest()).decode()}'"


def _headline(evaluation: Evaluation) -> str:
    settings = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in evaluation.settings.items())
    main = evaluation.main
    return (
        f"<p>Task <strong>{escape(evaluation.task.name)}</strong>. {escape(evaluation.task.summary)}</p>\n"
        f'<p class="main wide"><span class="value">{main.value:.3f}</span> <span>{escape(evaluation.task.main)}, '
        f"95% interval {interval_of(main)} over {len(evaluation.stories)} stories</span></p>\n"
        f'<p class="wide">Signature <code class="signature">{escape(evaluation.signature)}</code></p>\n'
        f'<dl class="settings">{settings}</dl>'
    )


def _score_tables(evaluation: Evaluation, differences: Mapping[str, Difference] | None) -> list[TableOf]:
    tables = [figure_table(evaluation), muc_table(evaluation)]
    if differences is not None:
        tables.insert(1, difference_table(evaluation, differences))
    return [table for table in tables if table.rows]


def html_table(table: TableOf) -> str:
    """The table in a region that scrolls by itself and that the keyboard reaches."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in table.header)
    rows = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in row[1:])}</tr>\n'
        for row in table.rows
    )
    return _scrolling(
        table.title,
        f"<table><caption>{escape(table.title)}</caption><thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table>",
    )


def _scrolling(name: str, content: str) -> str:
    return f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(name)}">{content}</div>\n'


def _plotted(evaluation: Evaluation) -> dict[str, Figure]:
    """The F1 figures and the shares that are of no slice; precision and recall are left to the table."""
    return {name: figure for name, figure in evaluation.figures.items() if _is_plotted(name) and "[" not in name}


def _is_plotted(name: str) -> bool:
    return not name.endswith(_NOT_PLOTTED) and not name.startswith(("official.prec", "official.rec"))


def _chart(title: str, rows: Mapping[str, Figure], *, bars: bool, main: str = "") -> str:
    """A row a figure on an axis from 0 to 1: a point or a bar, its interval, and the numbers; the main one stands out."""
    left = round(_CHARACTER * max(map(len, rows), default=0)) + 12
    bottom = _ROW * len(rows) + 4
    parts = [
        f'<line class="grid" x1="{left + x * _PLOT / 5:g}" x2="{left + x * _PLOT / 5:g}" y1="0" y2="{bottom}"/>'
        f'<text class="tick" x="{left + x * _PLOT / 5:g}" y="{bottom + 14}" text-anchor="middle">{x / 5:g}</text>'
        for x in range(6)
    ]
    for index, (name, figure) in enumerate(rows.items()):
        y = _ROW * index + _ROW / 2 + 2
        value = f"{left + figure.value * _PLOT:.1f}"
        shape = (
            f'<rect class="bar" x="{left}" y="{y - 6:g}" width="{figure.value * _PLOT:.1f}" height="12"/>'
            if bars
            else f'<circle class="point" cx="{value}" cy="{y:g}" r="4"/>'
        )
        parts.append(
            f'<g class="{"is-main" if name == main else ""}">'
            f'<text x="{left - 8}" y="{y + 4:g}" text-anchor="end">{escape(name)}</text>{shape}'
            f"{_whiskers(figure, left, y)}"
            f'<text class="number" x="{left + _PLOT + 10}" y="{y + 4:g}">{figure.value:.3f} ({interval_of(figure)})</text></g>'
        )
    width, height = left + _PLOT + 150, bottom + 20
    svg = f'<svg role="img" aria-label="{escape(title)}" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    return f'<figure class="scroll"><figcaption>{escape(title)}</figcaption>{svg}{"".join(parts)}</svg></figure>\n'


def _whiskers(figure: Figure, left: int, y: float) -> str:
    """The interval of a figure as a line with two ends; nothing where there is none."""
    if figure.interval is None:
        return ""
    low, high = (f"{left + share * _PLOT:.1f}" for share in (figure.interval.low, figure.interval.high))
    return f'<path class="interval" d="M{low} {y - 4:g}v8M{low} {y:g}H{high}M{high} {y - 4:g}v8"/>'


def _slices(evaluation: Evaluation) -> str:
    """A heading a slice, under it a chart of the main score and, folded, those of the others; nothing without slices."""
    found: dict[str, dict[str, dict[str, Figure]]] = {}
    for name, figure in evaluation.figures.items():
        if (match := _SLICED.match(name)) and _is_plotted(name):
            found.setdefault(match["slice"], {}).setdefault(match["score"], {})[match["value"]] = figure
    sections = []
    for name, scores in found.items():
        charts = {score: _chart(f"{score}, by {name}", rows, bars=True) for score, rows in scores.items()}
        first = charts.pop(evaluation.task.main.rpartition(".")[0], "") or charts.pop("official.f1_joint", "")
        others = "".join(charts.values())
        if first and others:
            others = f"<details><summary>other scores by {escape(name)}</summary>{others}</details>"
        sections.append(f"<section><h3>by {escape(name)}</h3>{first}{others}</section>\n")
    if not sections:
        return ""
    every = figure_table(evaluation, slices=True)
    table = html_table(TableOf("scores by slice", every.header, tuple(row for row in every.rows if "[" in row[0])))
    return (
        f'<section aria-labelledby="slices"><h2 id="slices">Slices</h2>\n<div class="columns">{"".join(sections)}</div>'
        f"<details><summary>the same as a table</summary>{table}</details></section>"
    )


def _confusions(evaluation: Evaluation) -> str:
    """The confusion matrices as tables whose cells are the darker the larger their share of the gold label."""
    tables = []
    for name, (labels, matrix) in evaluation.confusions().items():
        title = f"{name}: gold down, predicted across"
        head = "".join(f'<th scope="col">{escape(label)}</th>' for label in labels)
        rows = ""
        for i, row in enumerate(matrix):
            most = max(sum(row), 1)
            cells = "".join(
                f'<td class="heat-{round(_HEAT_STEPS * n / most)}{" agreed" if i == j else ""}">{n}</td>' for j, n in enumerate(row)
            )
            rows += f'<tr><th scope="row">{escape(labels[i])}</th>{cells}</tr>\n'
        tables.append(
            _scrolling(
                title,
                f'<table class="confusion"><caption>{escape(title)}</caption>'
                f"<thead><tr><td></td>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table>",
            )
        )
    if not tables:
        return ""
    return (
        '<section aria-labelledby="confusions"><h2 id="confusions">Confusions</h2>\n<p>The shade is the share of the row, that is '
        f'of the gold label.</p><div class="side-by-side">{"".join(tables)}</div></section>'
    )


def _data(outcomes: Iterable[tuple[Document, Sequence[Outcome]]]) -> str:
    """What the script shows, as JSON that cannot end its script element: no ``<`` stands in it."""
    documents: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    for document, answers in outcomes:
        if not answers:
            continue
        text = document.require_text()
        starts = [0, *(document.tokens[first][0] for first, _ in document.sentences[1:]), len(text)]
        touched: set[int] = set()
        for outcome in answers:
            spans = [span for _, span in (*outcome.gold, *outcome.predicted)]
            around = sorted({index for span in spans for index in _sentences(starts, span)})
            touched.update(around)
            rows.append({"document": len(documents), "sentences": around, **_answer(outcome)})
        sentences = {str(i): [starts[i], text[starts[i] : starts[i + 1]]] for i in sorted(touched)}
        documents.append({"id": document.id, "sentences": sentences})
    data = {"kinds": list(get_args(OutcomeKind)), "documents": documents, "outcomes": rows}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _sentences(starts: Sequence[int], span: Span) -> Iterable[int]:
    """Indices of the sentences that the span touches; each one reaches to the start of the next, so that none is lost."""
    for start, end in span.fragments:
        yield from range(bisect_right(starts, start) - 1, bisect_left(starts, end))


def _answer(outcome: Outcome) -> dict[str, Any]:
    return {
        "kind": outcome.kind,
        "slices": dict(outcome.slices),
        "gold": [[label, fragments_of(span)] for label, span in outcome.gold],
        "predicted": [[label, fragments_of(span)] for label, span in outcome.predicted],
        "goldSays": outcome.gold_says,
        "predictedSays": outcome.predicted_says,
    }
