"""Evaluations and other findings as tables, for the terminal and in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rich.table import Table as RichTable

from attrib_bench.evaluation import Evaluation, Figure
from attrib_bench.scoring.bootstrap import Difference
from attrib_bench.scoring.counts import PRF


@dataclass(frozen=True)
class TableOf:
    """A table of cells: a title, a header and rows of the same length."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def rich(self) -> RichTable:
        """The table for a terminal."""
        table = RichTable(title=self.title, title_justify="left", box=None, pad_edge=False)
        for index, name in enumerate(self.header):
            table.add_column(name, justify="left" if index == 0 else "right")
        for row in self.rows:
            table.add_row(*row)
        return table

    def markdown(self) -> str:
        """The table in Markdown, with its title above it."""
        lines = [self.header, ("---", *("---:" for _ in self.header[1:])), *self.rows]
        body = "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
        return f"**{self.title}**\n\n{body}\n"


def figure_table(evaluation: Evaluation, *, slices: bool = False) -> TableOf:
    """The figures of an evaluation in [0, 1]: a row a score, with precision, recall and F1 and the 95% interval of the last one.

    Figures that stand alone, as accuracies do, fill the last two columns. Slices (``joint[form=direct]``) are left out
    unless asked for.
    """
    rows = []
    for score, parts in _grouped(evaluation.figures).items():
        if "[" in score and not slices:
            continue
        last = parts.get("f1") or parts.get("")
        cells = [_cell(parts.get("precision")), _cell(parts.get("recall")), _cell(last), interval_of(last) if last else ""]
        mark = " *" if evaluation.task.main in (score, f"{score}.f1") else ""
        rows.append((score + mark, *cells))
    return TableOf(f"{evaluation.task.name} (* ranks systems)", ("score", "precision", "recall", "F1 or share", "95%"), tuple(rows))


def _grouped(figures: Mapping[str, Figure]) -> dict[str, dict[str, Figure]]:
    """The figures by score, those named ``….precision``, ``….recall`` and ``….f1`` together."""
    found: dict[str, dict[str, Figure]] = {}
    for name, figure in figures.items():
        score, _, part = name.rpartition(".")
        key, part = (score, part) if score and part in PRF else (name, "")
        found.setdefault(key, {})[part] = figure
    return found


def _cell(figure: Figure | None) -> str:
    return "" if figure is None else f"{figure.value:.3f}"


def interval_of(figure: Figure) -> str:
    """The interval of a figure in words."""
    return "one story" if figure.interval is None else f"{figure.interval.low:.3f}–{figure.interval.high:.3f}"


def confusion_tables(evaluation: Evaluation) -> list[TableOf]:
    """The confusion matrix of each classified field: a row a gold label, a column a predicted one."""
    tables = []
    for name, (labels, matrix) in evaluation.confusions().items():
        rows = tuple((label, *map(str, row)) for label, row in zip(labels, matrix, strict=True))
        tables.append(TableOf(f"{name}: gold down, predicted across", ("", *labels), rows))
    return tables


def difference_table(evaluation: Evaluation, differences: Mapping[str, Difference], *, slices: bool = False) -> TableOf:
    """The difference to another system in each F1 or share, with the p-value of the paired randomisation test."""
    rows = tuple(
        (name, _cell(evaluation.figures.get(name)), f"{difference.value:+.3f}", f"{difference.p:.4f}")
        for name, difference in differences.items()
        if not name.endswith((".precision", ".recall")) and not name.startswith(("official.prec_", "official.rec_"))
        if "[" not in name or slices
    )
    return TableOf("against the other system", ("score", "this one", "difference", "p"), rows)


def muc_table(evaluation: Evaluation) -> TableOf:
    """The MUC counts by scheme."""
    header = ("scheme", "correct", "incorrect", "partial", "missed", "spurious", "possible", "actual")
    rows = ((scheme, *(f"{n:g}" for n in (*muc, muc.possible, muc.actual))) for scheme, muc in evaluation.muc().items())
    return TableOf("MUC counts", header, tuple(rows))


def evaluation_tables(evaluation: Evaluation, differences: Mapping[str, Difference] | None, *, slices: bool) -> list[TableOf]:
    """All that there is to show of an evaluation, and of the difference to another one."""
    tables = [figure_table(evaluation, slices=slices), muc_table(evaluation), *confusion_tables(evaluation)]
    if differences is not None:
        tables.append(difference_table(evaluation, differences, slices=slices))
    return [table for table in tables if table.rows]


def main_table(evaluations: Iterable[tuple[str, Evaluation]]) -> TableOf:
    """The main figure of each system, with its interval and what it was scored on."""
    rows = tuple(
        (
            system,
            e.task.name,
            e.task.main,
            _cell(e.main),
            interval_of(e.main),
            e.settings["data"],
            e.settings["split"],
            e.settings["docs"],
        )
        for system, e in evaluations
    )
    return TableOf("baselines", ("system", "task", "figure", "value", "95%", "data", "split", "docs"), rows)
