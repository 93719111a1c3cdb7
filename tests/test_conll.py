"""CoNLL: a token a line, spans in columns; nothing but the order of a few layers is lost, what is broken is told by its line."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from attrib_bench.corpus import load_collection
from attrib_bench.document import (
    Attribution,
    DataError,
    Document,
    Form,
    Hedge,
    HedgeType,
    Span,
)
from attrib_bench.files import sha256
from attrib_bench.formats.conll import FORMAT, document_of_lines, lines_of
from examples import EXAMPLE, span
from mutations import broken_bytes
from strategies import documents, documents_of_any_text

PAGE = Path(__file__).resolve().parents[1] / "docs" / "tools.md"

PIECES = replace(EXAMPLE, hedges=(Hedge(id="h9", span=span("bend", "wohl"), type=HedgeType.REPORTIVE), *EXAMPLE.hedges))
"""With a hedge that begins within a token and ends in one that another hedge covers."""


def read(lines: str) -> Document:
    return document_of_lines(lines.split("\n"), file="x.conll")


def in_text_order(document: Document) -> Document:
    """The document with everything sorted whose order CoNLL does not keep."""
    return replace(
        document,
        zones=tuple(sorted(document.zones, key=lambda zone: (zone.start, zone.end, zone.kind))),
        sources=tuple(
            replace(source, justifications=tuple(sorted(source.justifications, key=lambda item: (item.span, item.type))))
            for source in document.sources
        ),
        hedges=tuple(sorted(document.hedges, key=lambda hedge: (hedge.span, hedge.id))),
        rejected_triggers=tuple(sorted(document.rejected_triggers, key=lambda trigger: (trigger.span, trigger.reason))),
    )


# --- Nothing is lost ------------------------------------------------------------------------------------------------


@given(documents())
def test_lines_hold_everything_but_an_order(document: Document) -> None:
    found = read(lines_of(document))
    assert in_text_order(found) == in_text_order(document)
    assert read(lines_of(found)) == found


@given(documents_of_any_text())
def test_what_begins_outside_of_the_tokens_is_refused(document: Document) -> None:
    tokens = tuple(match.span() for match in re.finditer(r"\S+", document.require_text()))
    document = replace(document, tokens=tokens, sentences=((0, len(tokens)),) if tokens else ())
    outside = any(document.require_text()[edge].isspace() for edge in _edges(document))
    try:
        lines = lines_of(document)
    except DataError:
        assert outside
        return
    assert not outside
    assert in_text_order(read(lines)) == in_text_order(document)


def _edges(document: Document) -> set[int]:
    """The first and the last code point of every fragment."""
    spans = [span for _, span in document.spans()] + [trigger.span for trigger in document.rejected_triggers]
    spans += [justification.span for source in document.sources for justification in source.justifications]
    return {edge for span in spans for start, end in span.fragments for edge in (start, end - 1)}


def test_core_through_a_file(tmp_path: Path) -> None:
    documents = load_collection().documents
    FORMAT.write(documents, tmp_path / "core.conll", None)
    FORMAT.write(documents, tmp_path / "folder", None)
    assert (tmp_path / "folder" / "documents.conll").read_bytes() == (tmp_path / "core.conll").read_bytes()
    assert FORMAT.recognises(tmp_path / "core.conll")
    assert FORMAT.recognises(tmp_path / "folder")
    found = FORMAT.read(tmp_path / "core.conll")
    assert list(map(in_text_order, found)) == list(map(in_text_order, documents))


def test_native_and_an_attribution_without_words_come_back() -> None:
    assert read(lines_of(EXAMPLE)) == EXAMPLE
    assert read(lines_of(EXAMPLE)).native == EXAMPLE.native


# --- What the lines look like ---------------------------------------------------------------------------------------


def test_lines_to_read() -> None:
    """A cue with a gap, a content within another, two hedges over one word, one of which begins within another word."""
    comments, _, table = lines_of(PIECES).partition("# columns = ")
    assert comments.split("\n")[3:-1] == [
        '# Entity e2 name="Ole Timm" kind=person sector=business identification=named listed self doc_ref=s001-b affiliation=e1',
        '# Entity e1 name="Werft \\"Nord\\"" kind=institution sector=business identification=role_only',
        "# Attribution a3 form=free_indirect status=actual continues=a2 names=e2",
        "# Attribution a1 form=indirect status=actual names=e1",
        "# Attribution a2 form=reported status=hypothetical parent=a1 names=e2 names=e1",
        "# Attribution a4 form=no_comment status=actual parent=a1 names=e1",
        "# Provenance provenance.1 to_doc=s001-b attribution=a2",
    ]
    rows = [line.split("\t") for line in table.split("\n")[1:]]
    header = table.split("\n")[0].split()
    assert header[:9] == "ID FORM START END ZONE HEDGE HEDGE.2 TRIGGER JUSTIFICATION".split()
    assert header[9:] == "ATTRIBUTION:a3 ATTRIBUTION:a1 ATTRIBUTION:a2 ATTRIBUTION:a4 MISC".split()
    expected = """
    0  😀       0   1   B-title O             O           O        O             O         O         O           O _
    1  Fähre   2   7   I-title O             O           O        O             O         O         O           O _
    2  fällt   8   13  I-title O             O           O        O             O         O         O           O _
    3  aus     14  17  I-title O             O           O        O             O         O         O           O _

    4  Die     19  22  O       O             O           O        O             O         B-source  O           O _
    5  Werft   23  28  O       O             O           O        O             O         I-source  O           O _
    6  teilte  29  35  O       O             O           O        O             O         B-cue     O           O _
    7  am      36  38  O       O             O           O        B-access      O         O         O           O JUSTIFICATION=e2
    8  A       39  40  O       O             O           O        I-access      O         O         O           O _
    8  bend    40  44  O       B-reportive   O           O        I-access      O         O         O           O HEDGE=h9
    9  mit     45  48  O       O             O           O        O             O         B-C-cue   O           O _
    10 ,       48  49  O       O             O           O        O             O         O         O           O _
    11 die     50  53  O       O             O           O        O             O         B-content B-content   O _
    12 Fähre   54  59  O       O             O           O        O             O         I-content I-content   O _
    13 falle   60  65  O       O             O           O        O             O         I-content O           O _
    14 wohl    66  70  O       B-C-reportive B-epistemic O        O             O         I-content O           O HEDGE.2=h1
    15 aus     71  74  O       O             O           O        O             O         I-content B-C-content O _
    16 ,       74  75  O       O             O           O        O             O         I-content O           O _
    17 so      76  78  O       O             O           B-so-adv B-anonymity   O         I-content O           O JUSTIFICATION=e2
    18 habe    79  83  O       O             O           O        O             O         I-content O           O _
    19 es      84  86  O       O             O           O        B-C-anonymity O         I-content B-addressee O _
    20 Ole     87  90  O       O             O           O        O             O         I-content B-source    O _
    21 Timm    91  95  O       O             O           O        O             O         I-content I-source    O _
    22 gesagt  96  102 O       O             O           O        O             O         I-content B-cue       O _
    23 .       102 103 O       O             O           O        O             O         O         O           O _

    24 Er      104 106 O       O             O           O        O             B-content O         O           O _
    25 bedaure 107 114 O       O             O           O        O             I-content O         O           O _
    26 das     115 118 O       O             O           O        O             I-content O         O           O _
    27 .       118 119 O       O             O           O        O             O         O         O           O _
    """
    assert rows[:-2] == [line.split() or [""] for line in expected.strip("\n").split("\n")][:-1]
    assert rows[-2:] == [[""], [""]]


def test_the_example_of_the_page_on_tools() -> None:
    """It is read, and what is read is written so."""
    (lines,) = re.findall(r"```conll\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    document = read(lines)
    assert lines_of(document) == lines
    assert [hedge.span.surface(document.require_text()) for hedge in document.hedges] == ["wohl"]
    (attribution,) = document.attributions
    assert attribution.cue is not None
    assert attribution.cue.surface(document.require_text()) == "teilte … mit"


def test_a_document_without_labels_still_has_the_columns() -> None:
    bare = Document(id="s001-a", collection="core", text="Ja.\n", sha256=sha256("Ja.\n"), n_chars=4)
    bare = replace(bare, tokens=((0, 2), (2, 3)), sentences=((0, 2),))
    columns = "ID FORM START END ZONE HEDGE TRIGGER JUSTIFICATION MISC"
    assert lines_of(bare).endswith(f"# columns = {columns}\n0\tJa\t0\t2\tO\tO\tO\tO\t_\n1\t.\t2\t3\tO\tO\tO\tO\t_\n\n")
    assert read(lines_of(bare)) == bare


# --- What people and systems write ----------------------------------------------------------------------------------

SMALL = """# newdoc id = n-1
# text = "Vielleicht, sagte Ina Voss, geht es.\\n"
# Entity e1 name="Ina Voss"
# columns = ID FORM START END HEDGE ATTRIBUTION:x
0	Vielleicht	0	10	B-epistemic	B-content
1	,	10	11	O	O
# eine Bemerkung
2	sagte	12	17	O	B-cue
3	Ina	18	21	O	B-source
4	Voss	22	26	O	I-source
5	,	26	27	O	O

6	geht	28	32	O	B-C-content
7	es	33	35	O	I-C-content
8	.	35	36	O	O
"""


def test_fewer_columns_and_no_ids() -> None:
    """Ids and what a comment would say are filled in; line ends may be those of another system."""
    expected = Attribution(
        id="x", form=Form.INDIRECT, source=Span(((18, 26),)), cue=Span(((12, 17),)), content=Span(((0, 10), (28, 35)))
    )
    for lines in (SMALL, SMALL.replace("\n", "\r\n")):
        found = read(lines)
        assert found.attributions == (expected,)
        assert found.hedges == (Hedge(id="h1", span=Span(((0, 10),)), type=HedgeType.EPISTEMIC),)
        assert [source.name for source in found.sources] == ["Ina Voss"]
        assert (found.collection, found.sentences) == ("conll", ((0, 6), (6, 9)))


def test_labels_are_changed_by_hand() -> None:
    lines = lines_of(EXAMPLE).replace("form=indirect", "form=mixed").replace("\tB-so-adv\t", "\tO\t")
    lines = lines.replace("\tI-content\tB-C-content\tO\t_", "\tI-content\tO\tO\t_")
    a3, a1, a2, a4 = EXAMPLE.attributions
    changed = (a3, replace(a1, form=Form.MIXED), replace(a2, content=span("die Fähre")), a4)
    expected = replace(EXAMPLE, attributions=changed, rejected_triggers=())
    assert read(lines) == expected


# --- What is broken is told -----------------------------------------------------------------------------------------


def _swap(old: str, new: str) -> Callable[[str], str]:
    return lambda lines: lines.replace(old, new, 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            _swap("\tB-cue", "\tI-cue"), "x.conll:8: ATTRIBUTION:x: found 'I-cue' after 'O', expected B-cue", id="I after O"
        ),
        pytest.param(
            _swap("\tI-source", "\tI-cue"), "x.conll:10: ATTRIBUTION:x: found 'I-cue' after 'B-source'", id="I of another"
        ),
        pytest.param(
            _swap("\tB-cue", "\tcue"), "x.conll:8: ATTRIBUTION:x: found 'cue', expected O, B-label or I-label", id="no BIO"
        ),
        pytest.param(_swap("\tB-cue", "\tB-C-addressee"), "but no span addressee begins before it", id="C before B"),
        pytest.param(_swap("\tI-source", "\tB-source"), "x.conll:10: found a further span 'source' of x", id="two sources"),
        pytest.param(
            _swap("\tB-cue", "\tB-speaker"), "x.conll:8: found a further span 'speaker' of x, expected", id="unknown role"
        ),
        pytest.param(
            _swap("B-epistemic", "B-sure"), "x.conll:1: n-1: Hedge HEDGE.1: type: found 'sure', expected one of", id="value"
        ),
        pytest.param(
            _swap("sagte\t12", "sagten\t12"), "x.conll:8: found 'sagten', but at 12 to 17 of the text stands 'sagte'", id="form"
        ),
        pytest.param(_swap("12\t17", "12\t900"), "x.conll:8: found 'sagte', but at 12 to 900", id="beyond the text"),
        pytest.param(_swap("12\t17", "-1\t17"), "x.conll:8: found ID, START and END", id="no number"),
        pytest.param(_swap("\n3\tIna", "\n5\tIna"), "x.conll:9: found the ID 5, expected 3, or 2 for what goes on", id="ID"),
        pytest.param(
            _swap("\n3\tIna", "\n2\tIna"), "x.conll:9: found the ID 2, expected 3, or 2 for what goes on", id="ID of a piece"
        ),
        pytest.param(_swap("1\t,\t10\t11\tO\tO\n", "0\tVielleicht\t0\t10\tO\tO\n"), "x.conll:6: begins at 0, but", id="twice"),
        pytest.param(_swap("\tO\tB-cue", "\tB-cue"), "x.conll:8: found 5 fields, expected 6, separated by tabs", id="fields"),
        pytest.param(_swap("HEDGE ", "HEGDE "), "x.conll:4: found the column 'HEGDE', expected one of ZONE", id="column"),
        pytest.param(_swap("ID FORM", "FORM ID"), "x.conll:4: expected the columns ID FORM START END", id="order of columns"),
        pytest.param(_swap("HEDGE ATTRIBUTION:x", "HEDGE HEDGE"), "none of them twice", id="column twice"),
        pytest.param(_swap("# text", "# title"), "x.conll:2: found ' title = ", id="no text"),
        pytest.param(_swap('\\n"', ""), "x.conll:2: line 1, column 1", id="no JSON"),
        pytest.param(_swap("Entity e1", "Zone z kind=title"), "x.conll:3: found a comment on a Zone", id="comment on a zone"),
        pytest.param(
            _swap("Entity e1", "Entity e1 kind=person kind=group"), "has two values for kind, 'person' and 'group'", id="values"
        ),
        pytest.param(_swap("# Entity", "# newdoc id = n-2\n# Entity"), "x.conll:3: has a second newdoc id, expected one", id="id"),
        pytest.param(_swap("id = n-1", "id = ../n"), "x.conll:1: '../n': cannot name a file", id="name"),
        pytest.param(_swap("Entity e1", "Attribution x parent=e1\n# Entity e1"), "parent: leads to 'e1', a Entity", id="parent"),
        pytest.param(
            _swap("Entity e1", "Provenance p attribution=x.cue to_doc=y\n# Entity e1"),
            "which stands for no attribution",
            id="of a cue",
        ),
    ],
)
def test_what_is_wrong_is_told(change: Callable[[str], str], message: str) -> None:
    lines = change(SMALL)
    assert lines != SMALL
    with pytest.raises(DataError, match=re.escape(message)):
        read(lines)


@pytest.mark.parametrize(
    ("misc", "message"),
    [
        pytest.param("HEDGE=h1", "x.conll:19: MISC has HEDGE=h1, but no span begins there in that column", id="nowhere"),
        pytest.param("NER=x", "x.conll:19: found 'NER=x' in MISC, expected _ or entries such as HEDGE=h1", id="no column"),
        pytest.param("SpaceAfter", "x.conll:19: found 'SpaceAfter' in MISC", id="no value"),
    ],
)
def test_misc(misc: str, message: str) -> None:
    lines = lines_of(EXAMPLE).split("\n")
    lines[18] = re.sub("_$", misc, lines[18])
    with pytest.raises(DataError, match=re.escape(message)):
        read("\n".join(lines))


@pytest.mark.parametrize(
    ("document", "message"),
    [
        pytest.param(replace(EXAMPLE, sentences=()), "s001-a: has tokens that stand in no sentence", id="no sentences"),
        pytest.param(replace(EXAMPLE, text=None), "s001-a: the text of collection 'core' is not shipped", id="no text"),
        pytest.param(replace(EXAMPLE, tokens=((0, 119),), sentences=((0, 1),)), "holds a tab or a line break", id="line break"),
        pytest.param(replace(EXAMPLE, native={"x": "\ud800"}), "lone surrogate", id="surrogate"),
    ],
)
def test_what_cannot_be_written_is_told(document: Document, message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=message):
        FORMAT.write([EXAMPLE, document], tmp_path, None)
    assert list(tmp_path.iterdir()) == []
    told: list[DataError] = []
    FORMAT.write([document, EXAMPLE], tmp_path, told.append)
    assert (list(FORMAT.read(tmp_path)), len(told)) == ([EXAMPLE], 1)


def test_the_others_are_still_read(tmp_path: Path) -> None:
    lines = lines_of(EXAMPLE)
    (tmp_path / "a.conll").write_text("0\tx\n", encoding="utf-8")
    (tmp_path / "b.conll").write_text(SMALL.replace("B-cue", "I-cue") + lines + lines, encoding="utf-8")
    (tmp_path / "c.conll").write_bytes(SMALL.encode() + lines.encode().replace(b"s001-a", b"s001-b").replace("ü".encode(), b"\xff"))
    told: list[DataError] = []
    assert [document.id for document in FORMAT.read(tmp_path, broken=told.append)] == ["s001-a", "n-1"]
    n_lines = lines.count("\n")
    assert [str(error).removeprefix(f"{tmp_path}/")[:26] for error in told] == [
        "a.conll:1: found b'0\\tx\\n'",
        "b.conll:8: ATTRIBUTION:x: ",
        f"b.conll:{n_lines + 16}: document s001-",
        "c.conll:16: byte 239 is no",
    ]


def test_200_broken_files(tmp_path: Path) -> None:
    """Each is read or told, by errors that name the file; what is read can be written again."""
    content = (SMALL + lines_of(EXAMPLE)).encode()
    file = tmp_path / "in" / "x.conll"
    file.parent.mkdir()
    n_read = n_told = 0
    for seed in range(200):
        file.write_bytes(broken_bytes(content, seed))
        assert FORMAT.recognises(file) in (True, False)
        told: list[DataError] = []
        for document in FORMAT.read(file, broken=told.append):
            n_read += 1
            FORMAT.write([document], tmp_path / "out", None)
        assert all(str(error).startswith(str(file)) for error in told)
        n_told += len(told)
    assert min(n_read, n_told) > 20
    assert {path.name for path in tmp_path.rglob("*")} == {"in", "out", "x.conll", "documents.conll"}
