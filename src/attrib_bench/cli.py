"""The command `attrib-bench`: one verb, one library call. Results go to stdout, talk and errors to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from attrib_bench import __version__
from attrib_bench.document import DataError, Document

if TYPE_CHECKING:
    from attrib_bench.interchange import Input
    from attrib_bench.schema import Problem

app = typer.Typer(
    name="attrib-bench",
    help="Source attribution in German news: data, checks, baselines and scores.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
_out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 200)  # no cut cells in files and pipes
_talk = Console(stderr=True, highlight=False, soft_wrap=True)

Root = Annotated[
    Path | None, typer.Option(help="Data root with raw/, annotations/, splits/ and schema/; the shipped data if left out.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Texts = Annotated[Path | None, typer.Option(help="Folder of your own with the texts of a stand-off collection.")]


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 1 where something was found wrong, or 2 for a call that cannot be understood."""
    try:
        result = app(args=None if argv is None else list(argv), standalone_mode=False)
    except DataError as error:
        print(f"attrib-bench: {error}", file=sys.stderr)
        return 1
    except typer.Exit as stop:
        return stop.exit_code
    except typer.Abort:
        return 130
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        print(f"attrib-bench: {error.format_message()}", file=sys.stderr)
        return 2
    return result if isinstance(result, int) else 0


def _print_version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    pass


def _root(root: Path | None) -> Path:
    from attrib_bench.files import data_root

    return root or data_root()


@app.command()
def validate(
    source: Annotated[
        str | None, typer.Argument(help="A file or folder of any format; the shipped data if left out.", metavar="[SRC]")
    ] = None,
    format_name: Annotated[str | None, typer.Option("--format", help="Its format; guessed if left out.")] = None,
    root: Root = None,
    texts: Texts = None,
    lint: Annotated[bool, typer.Option("--lint", help="Show what deserves a second look instead, and why it stays.")] = False,
    as_json: AsJson = False,
) -> int:
    """Report every problem of the data: file, JSON pointer, code, what was found, what was expected."""
    if lint:
        return _lint(source, format_name, _root(root), texts, as_json)
    if source is not None:
        return _validate_input(source, format_name, root, as_json)
    from attrib_bench.build import all_problems

    return _report(all_problems(_root(root)), as_json)


def _validate_input(spec: str, format_name: str | None, root: Path | None, as_json: bool) -> int:
    from attrib_bench.interchange import open_input, problems_of

    opened = open_input(spec, format_name=format_name, root=root)
    _say_format(spec, opened)
    broken = _Broken()
    found = [problem for document in _counted(opened.read(broken), "checked") for problem in problems_of(document)]
    if broken.n:
        _talk.print(f"{broken.n} documents could not be read")
    return _report(found, as_json) or (1 if broken.n else 0)


def _lint(spec: str | None, format_name: str | None, root: Path, texts: Path | None, as_json: bool) -> int:
    """Show the flags; 1 where one of them is without a reason."""
    from attrib_bench.corpus import collection_names, load_collection
    from attrib_bench.interchange import open_input
    from attrib_bench.lint import lint, lint_collection

    if spec is None or spec in collection_names(root):
        names = [spec] if spec else collection_names(root)
        flags = [flag for name in names for flag in lint_collection(load_collection(name, root=root, texts=texts), root)]
    else:
        flags = lint(list(open_input(spec, format_name=format_name, root=root, texts=texts).read()))
    if as_json:
        print(json.dumps([flag.as_record() for flag in flags], ensure_ascii=False, indent=1))
    else:
        for flag in flags:
            print(flag)
    unexplained = sum(not flag.reason for flag in flags)
    _talk.print(f"{len(flags)} flags, {unexplained} without a reason")
    return 1 if unexplained else 0


def _report(problems: Sequence[Problem], as_json: bool) -> int:
    if as_json:
        print(json.dumps([problem.as_record() for problem in problems], ensure_ascii=False, indent=1))
    else:
        for problem in problems:
            print(problem)
    _talk.print(f"{len(problems)} problems" if problems else "no problems")
    return 1 if problems else 0


@app.command()
def split(root: Root = None, check: Annotated[bool, typer.Option(help="Only compare with what is on disk.")] = False) -> int:
    """Derive splits/<collection>.csv from the stories, or compare it byte for byte."""
    from attrib_bench.build import write_splits, wrong_splits

    root = _root(root)
    if not check:
        write_splits(root)
        return 0
    wrong = wrong_splits(root)
    for path in wrong:
        print(f"{path}: is not what the stories and the seed give; run attrib-bench split")
    _talk.print(f"{len(wrong)} splits differ" if wrong else "splits agree")
    return 1 if wrong else 0


@app.command("build")
def build_(
    root: Root = None,
    texts: Texts = None,
    corpora: Annotated[
        Path | None, typer.Option(help="Folder with the imported corpora, for the datasheet's figures that need them.")
    ] = None,
) -> None:
    """Make every derived file anew: hashes, tokens, annotations from sheets, splits, manifest, datasheet (for maintainers)."""
    from attrib_bench.build import build
    from attrib_bench.report.datasheet import write_datasheet

    build(_root(root), texts=texts, report=_talk.print)
    write_datasheet(_root(root), corpora)


@app.command("export")
def export_(
    folder: Annotated[Path, typer.Argument(help="New or empty folder, or one that an earlier export made.", metavar="DIR")],
    collection: Annotated[list[str] | None, typer.Option(help="Collection, repeatable; core if left out.")] = None,
    root: Root = None,
    texts: Texts = None,
) -> None:
    """Write a Hugging Face dataset: a card, and one parquet file a config and split."""
    from attrib_bench.formats.huggingface import export

    for size in export(folder, collections=collection or ("core",), root=root, texts=texts):
        print(f"{size.config:12}  {size.split:10}  {size.n_rows:>7}")


sheet_app = typer.Typer(no_args_is_help=True, help="The annotation sheet, the form in which people write and review labels.")
app.add_typer(sheet_app, name="sheet")


@sheet_app.command("print")
def sheet_print(
    doc_id: Annotated[str, typer.Argument(help="A document of the collection.")],
    collection: Annotated[str, typer.Option(help="Collection.")] = "core",
    root: Root = None,
    texts: Texts = None,
) -> None:
    """Print the sheet of a document's gold annotation."""
    from attrib_bench import sheet
    from attrib_bench.build import find_document

    print(sheet.render(find_document(doc_id, collection, root=root, texts=texts)), end="")


@sheet_app.command("compile")
def sheet_compile(
    path: Annotated[Path, typer.Argument(help="The sheet.")],
    collection: Annotated[str, typer.Option(help="Collection.")] = "core",
    root: Root = None,
    texts: Texts = None,
    out: Annotated[Path | None, typer.Option(help="Write the JSON here instead of printing it.")] = None,
) -> None:
    """Compile a sheet to the JSON annotation, or say every line that is wrong."""
    from attrib_bench.build import compile_sheet
    from attrib_bench.files import write_atomic

    compiled = compile_sheet(path, collection, root=root, texts=texts)
    if out is None:
        print(compiled, end="")
    else:
        write_atomic(out, compiled)


class _Broken:
    """Says of each document that cannot be read or written why, and counts them."""

    def __init__(self) -> None:
        self.n = 0

    def __call__(self, error: DataError) -> None:
        self.n += 1
        print(f"attrib-bench: {error}", file=sys.stderr)


def _counted(documents: Iterable[Document], what: str) -> Iterator[Document]:
    """The documents, with a line on the terminal that counts them."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = SpinnerColumn(), TextColumn(f"{what} {{task.completed}} documents"), TimeElapsedColumn()
    with Progress(*columns, console=_talk, transient=True, disable=not _talk.is_terminal) as progress:
        bar = progress.add_task(what, total=None)
        for document in documents:
            yield document
            progress.advance(bar)


@app.command("convert")
def convert_(
    source: Annotated[str, typer.Argument(help="A collection by name, or a data root, file or folder.", metavar="SRC")],
    target: Annotated[Path, typer.Argument(help="File or folder to write.", metavar="DST")],
    from_: Annotated[str | None, typer.Option("--from", help="Format of SRC; guessed from what is there if left out.")] = None,
    to: Annotated[str | None, typer.Option(help="Format of DST; guessed from what is there, or .jsonl, if left out.")] = None,
    split: Annotated[str | None, typer.Option(help="Split of a collection: train, validation, test or all.")] = None,
    root: Root = None,
    texts: Texts = None,
) -> int:
    """Write documents in another format. A broken one is told and left out; then the exit code is 1."""
    from dataclasses import replace

    from attrib_bench.interchange import convert, open_input, target_format

    opened = open_input(source, format_name=from_, split=split, root=root, texts=texts)
    format_ = target_format(target, to)
    _say_format(source, opened)
    if to is None:
        _talk.print(f"{target}: {format_.title}, guessed")
    broken = _Broken()
    documents = opened.documents
    counted = replace(opened, documents=lambda told: _counted(documents(told), "converted"))
    n_written = convert(counted, format_, target, broken=broken)
    _talk.print(f"{n_written} documents written to {target}, {broken.n} failed")
    return 1 if broken.n else 0


def _say_format(spec: str, source: Input) -> None:
    if source.guessed:
        from attrib_bench.formats import FORMATS

        _talk.print(f"{spec}: {FORMATS[source.format].title}, guessed")


@app.command("load")
def load_(
    source: Annotated[str, typer.Argument(help="A collection by name, or a data root, file or folder.", metavar="SRC")],
    format_name: Annotated[str | None, typer.Option("--format", help="Its format; guessed if left out.")] = None,
    split: Annotated[str | None, typer.Option(help="Split of a collection: train, validation, test or all.")] = None,
    root: Root = None,
    texts: Texts = None,
    as_json: AsJson = False,
) -> int:
    """Read documents of any format and say what is there, layer by layer. With a broken one the exit code is 1."""
    from attrib_bench.interchange import census, open_input
    from attrib_bench.report.tables import TableOf

    opened = open_input(source, format_name=format_name, split=split, root=root, texts=texts)
    _say_format(source, opened)
    broken = _Broken()
    counts = census(_counted(opened.read(broken), "read"))
    if as_json:
        print(json.dumps({"format": opened.format, "data": opened.data, "counts": counts, "broken": broken.n}, indent=1))
    else:
        _out.print(TableOf(opened.data, ("layer", "count"), tuple((name, str(n)) for name, n in counts.items())).rich())
    _talk.print(f"{counts['documents']} documents read, {broken.n} failed")
    return 1 if broken.n else 0


@app.command("stats")
def stats_(
    source: Annotated[str, typer.Argument(help="A collection by name, or a data root, file or folder.", metavar="SRC")] = "core",
    compare: Annotated[
        list[str] | None, typer.Option(help="What to set beside it, repeatable; gqa is GQA train, with GQA dev as the yardstick.")
    ] = None,
    corpora: Annotated[
        Path | None, typer.Option(envvar="ATTRIB_BENCH_CORPORA", help="Folder with the imported corpora, for --compare gqa.")
    ] = None,
    format_name: Annotated[str | None, typer.Option("--format", help="The format of SRC; guessed if left out.")] = None,
    split: Annotated[str | None, typer.Option(help="Split of a collection: train, validation, test or all.")] = None,
    root: Root = None,
    texts: Texts = None,
    as_json: AsJson = False,
    markdown: Annotated[bool, typer.Option(help="Print Markdown.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write one page with plots.")] = None,
) -> None:
    """A corpus in figures: sizes, lengths, words, labels; with --compare several side by side, in GQA's scheme."""
    from attrib_bench.report.realism import compared, gqa_parts, measured
    from attrib_bench.report.statistics import comparison_table, cue_table, label_tables, size_table

    own = measured(source, format_name=format_name, split=split, root=root, texts=texts)
    side_by_side = []
    if compare:
        others = [spec for name in compare for spec in (gqa_parts(corpora) if name == "gqa" else (name,))]
        side_by_side = compared([source, *others], split=split, root=root, texts=texts)
    if html is not None:
        from attrib_bench.files import write_atomic
        from attrib_bench.report.statistics_page import statistics_page

        write_atomic(html, statistics_page(own, side_by_side, title=f"{own.name} in figures"))
    if as_json:
        record = own.record() | ({"compared": [found.record() for found in side_by_side]} if side_by_side else {})
        print(json.dumps(record, ensure_ascii=False, indent=1))
        return
    alone = [size_table(own), *label_tables(own), cue_table(own)]
    for table in [comparison_table(side_by_side)] if side_by_side else alone:
        if markdown:
            print(table.markdown())
        else:
            _out.print(table.rich(), "")


@app.command("evaluate")
def evaluate_(
    predictions: Annotated[Path, typer.Argument(help="Prediction file: JSON Lines of our shape, or GQA's own.")],
    task: Annotated[str, typer.Option(help="The task; an unknown one is answered with the list.")],
    split: Annotated[str | None, typer.Option(help="Split of a shipped collection: train, validation, test or all.")] = None,
    gold: Annotated[str, typer.Option(help="A shipped collection, or a corpus file or folder that the package reads.")] = "core",
    vs: Annotated[
        Path | None, typer.Option(help="Another prediction file, or a report that --json printed, to compare with.")
    ] = None,
    nested: Annotated[bool, typer.Option(help="Count attributions inside others (task attribution).")] = True,
    slices: Annotated[bool, typer.Option(help="Show the figures of every slice.")] = False,
    root: Root = None,
    texts: Texts = None,
    resamples: Annotated[int, typer.Option(min=1, help="Bootstrap resamples.")] = 1000,
    seed: Annotated[int, typer.Option(help="Seed of intervals and tests.")] = 0,
    as_json: AsJson = False,
    markdown: Annotated[bool, typer.Option(help="Print Markdown.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write one page with every error in its sentence.")] = None,
) -> None:
    """Score a file of predictions: figures with intervals, a signature, and where the system goes wrong."""
    from attrib_bench.evaluation import score_file
    from attrib_bench.report.tables import evaluation_tables

    scored = score_file(
        predictions, task, gold=gold, split=split, vs=vs, nested=nested, root=root, texts=texts, n_resamples=resamples, seed=seed
    )
    if html is not None:
        from attrib_bench.files import write_atomic
        from attrib_bench.report.html import page

        write_atomic(html, page(scored.evaluation, scored.outcomes(), title=predictions.name, differences=scored.differences))
    if as_json:
        print(json.dumps(scored.record(), ensure_ascii=False, indent=1))
        return
    tables = evaluation_tables(scored.evaluation, scored.differences, slices=slices)
    if markdown:
        print("\n".join(table.markdown() for table in tables) + f"\n`{scored.evaluation.signature}`")
        return
    for table in tables:
        _out.print(table.rich(), "")
    _out.print(scored.evaluation.signature)


Options = Annotated[
    list[str] | None, typer.Option("--option", "-o", help="Option of the system, name=value; repeatable.", metavar="NAME=VALUE")
]


def _options_of(given: Sequence[str] | None) -> dict[str, object]:
    """Options by name; a value that is JSON is what it says, any other a string."""
    found: dict[str, object] = {}
    for option in given or ():
        name, equals, value = option.partition("=")
        if not equals:
            raise DataError(f"--option {option}: expected name=value")
        try:
            found[name] = json.loads(value)
        except json.JSONDecodeError:
            found[name] = value
    return found


@app.command("train")
def train_(
    system: Annotated[str, typer.Argument(help="The system; an unknown one is answered with the list.")],
    out: Annotated[Path, typer.Option(help="Folder for the model.", metavar="MODEL")],
    on: Annotated[str, typer.Option(help="A collection, data root, file or folder of any format.")] = "core",
    split: Annotated[str | None, typer.Option(help="Split of a collection; train if left out.")] = None,
    option: Options = None,
    root: Root = None,
    texts: Texts = None,
) -> None:
    """Train a system and write its model."""
    from attrib_bench.experiment import train

    with _talk.status(f"training {system}"):
        experiment = train(system, on=on, split=split, options=_options_of(option), root=root, texts=texts)
    experiment.save(out)
    _talk.print(f"{system}, trained on {experiment.trained_on} in {experiment.fit_seconds:.0f} s: {out}")


@app.command("predict")
def predict_(
    model: Annotated[Path, typer.Argument(help="Folder of a trained model.")],
    source: Annotated[str, typer.Argument(help="A collection, data root, file or folder of any format.", metavar="INPUT")],
    out: Annotated[Path, typer.Option(help="The prediction file.")],
    task: Annotated[str | None, typer.Option(help="The task; the system's first if left out.")] = None,
    split: Annotated[str | None, typer.Option(help="Split of a collection; test if left out.")] = None,
    format_name: Annotated[str, typer.Option("--format", help="Shape of the predictions: attrib-bench or gqa.")] = "attrib-bench",
    root: Root = None,
    texts: Texts = None,
) -> None:
    """Write what a trained system says of documents, in the shape that evaluate reads."""
    from attrib_bench.experiment import predict

    n = predict(model, source, out, task_name=task, split=split, format_name=format_name, root=root, texts=texts)
    _talk.print(f"{n} predictions: {out}")


@app.command("run")
def run_(
    systems: Annotated[list[str], typer.Argument(help="Systems, or folders of trained models.")],
    on: Annotated[str, typer.Option(help="What to train on: a collection, data root, file or folder.")] = "core",
    gold: Annotated[str, typer.Option(help="What to score on.")] = "core",
    split: Annotated[str | None, typer.Option(help="Split of a collection to score on; test if left out.")] = None,
    task: Annotated[list[str] | None, typer.Option(help="Task, repeatable; all that can be done if left out.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the results.")] = Path("results"),
    option: Options = None,
    root: Root = None,
    texts: Texts = None,
) -> None:
    """Train systems, score them, and keep one result a system, task and test set, with all that is needed to get it again."""
    from attrib_bench.evaluation import gold_for
    from attrib_bench.experiment import Experiment, scores, train, write_results
    from attrib_bench.report.tables import main_table

    documents = gold_for(gold, split=split, root=root, texts=texts)
    found = []
    for name in systems:
        with _talk.status(f"{name}: training and scoring"):
            if Path(name).is_dir():
                experiment = Experiment.load(Path(name))
            else:
                experiment = train(name, on=on, options=_options_of(option), root=root, texts=texts)
            found += scores(experiment, documents, task)
    _out.print(main_table([(result.system, result.evaluation) for result in found]).rich())
    for path in write_results(found, out):
        _talk.print(str(path))


@app.command("tag")
def tag_(
    files: Annotated[list[Path], typer.Argument(help="Texts: .txt, .jsonl with a key text, .parquet with a column text.")],
    model: Annotated[Path, typer.Option(help="Folder of a trained model.")],
    out: Annotated[Path, typer.Option(help="File to write: .jsonl or .parquet.")],
) -> int:
    """Label plain texts, of any number and size. An interrupted run goes on where it was."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from attrib_bench.tag import Tagged, tag

    columns = TextColumn("{task.completed} texts, {task.fields[tokens]} tokens"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=_talk, disable=not _talk.is_terminal) as bars:
        bar = bars.add_task("", total=None, tokens=0)

        def show(done: Tagged) -> None:
            bars.update(bar, completed=done.n_earlier + done.n_texts, tokens=done.n_tokens)

        done = tag(files, model, out, progress=show)
    _talk.print(f"{done.n_earlier + done.n_texts} texts ({done.n_earlier} earlier), {done.n_broken} broken: {out}")
    return 1 if done.n_broken else 0


@app.command("leaderboard")
def leaderboard_(
    page: Annotated[Path, typer.Option(help="The page whose table is made from the results.")] = Path("README.md"),
    results: Annotated[Path, typer.Option(help="Folder with the results that run wrote.")] = Path("results"),
    check: Annotated[bool, typer.Option(help="Only say whether the table is current.")] = False,
) -> int:
    """Make the table of results in a page anew."""
    from attrib_bench.files import read_text, write_atomic
    from attrib_bench.report.leaderboard import leaderboard, with_leaderboard

    old = read_text(page)
    new = with_leaderboard(old, leaderboard(results), place=page)
    if check:
        _talk.print(
            f"{page}: is current" if new == old else f"{page}: its table is not that of {results}; run attrib-bench leaderboard"
        )
        return 0 if new == old else 1
    write_atomic(page, new)
    return 0


@app.command("agreement")
def agreement_(
    annotators: Annotated[
        list[Path],
        typer.Argument(
            help="Two or more: annotation folders, or corpora of any format; or one corpus that tells annotators apart."
        ),
    ],
    collection: Annotated[str, typer.Option(help="The shipped collection whose texts were annotated.")] = "core",
    root: Root = None,
    texts: Texts = None,
    as_json: AsJson = False,
    markdown: Annotated[bool, typer.Option(help="Print Markdown.")] = False,
) -> None:
    """How far annotators agree, layer by layer; all must have annotated the same documents."""
    from attrib_bench.evaluation import load_annotators
    from attrib_bench.report.tables import TableOf
    from attrib_bench.scoring.agreement import Agreement, agreement

    found = agreement(load_annotators(annotators, collection, root=root, texts=texts))
    if as_json:
        print(json.dumps(found.record(), ensure_ascii=False, indent=1))
        return
    table = TableOf("agreement", Agreement.HEADER, tuple(found.table()))
    if markdown:
        print(table.markdown(), end="")
    else:
        _out.print(table.rich())


@app.command("reproduce")
def reproduce_(
    out: Annotated[Path, typer.Option(help="Folder for the export and the report.")] = Path("build"),
    corpora: Annotated[Path | None, typer.Option(help="Folder with the imported corpora; then GQA dev is scored too.")] = None,
    root: Root = None,
) -> None:
    """The main job: validate, check splits, export, load the export, train and score the baselines, write the report."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from attrib_bench.reproduce import reproduce

    columns = TextColumn("{task.description:32}"), BarColumn(), TextColumn("{task.completed}/{task.total}"), TimeElapsedColumn()
    with Progress(*columns, console=_talk) as progress:

        def track(steps: Sequence[tuple[str, Callable[[], None]]]) -> None:
            bar = progress.add_task("", total=len(steps))
            for name, step in steps:
                progress.update(bar, description=name)
                step()
                progress.advance(bar)

        made = reproduce(_root(root), out, corpora=corpora, track=track)
    for table in made.tables():
        _out.print(table.rich(), "")
    _talk.print(f"report: {out / 'report'}, dataset: {out / 'dataset'}")


if __name__ == "__main__":
    sys.exit(main())
