"""The annotation sheet: what is written means what it says, prints back as it was, and is refused with a reason."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attrib_bench.document import (
    Attribution,
    DataError,
    Document,
    Form,
    Hedge,
    HedgeType,
    Identification,
    Kind,
    Sector,
    Source,
    Span,
)
from attrib_bench.records import record_of
from attrib_bench.schema import check_record
from attrib_bench.sheet import parse, problems, render
from strategies import documents, documents_of_any_text

PAGE = Path(__file__).parents[1] / "docs" / "sheet.md"

TEXT = (
    "Werft bestätigt Pläne\n"
    "Die Werft teilte am Montag mit, die Fähre solle mit Verspätung fahren. Sie soll mit Gas fahren, teilte sie mit.\n"
    'Polizeiangaben sagen: „Wir … fahren“ [[nicht]] ab\u00a0Mai, "so" der Chef.\n'
)


def document(text: str = TEXT) -> Document:
    return Document(id="s017-b", collection="core", text=text)


def sheet(*lines: str) -> str:
    return "\n".join(("document s017-b", *lines)) + "\n"


def hedge_span(quotation: str, text: str = TEXT) -> Span:
    return parse(sheet(f"h1 epistemic {quotation}"), document(text)).hedges[0].span


# The page


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def test_the_example_of_the_page_prints_as_it_stands_there() -> None:
    (text,), (example,) = blocks("text"), blocks("sheet")
    assert render(parse(example, document(text))) == example


def test_the_errors_of_the_page_are_these() -> None:
    (text,), (wrong,), (output,) = blocks("text"), blocks("errors"), blocks("output")
    with pytest.raises(DataError) as raised:
        parse(wrong, document(text))
    assert f"{raised.value}\n" == output


# Quotations


@pytest.mark.parametrize(
    ("quotation", "surface", "start"),
    [
        pytest.param('"Montag"', "Montag", 42, id="a word that stands once"),
        pytest.param('"soll"', "soll", 97, id="solle is another word"),
        pytest.param('"[[Die Werft]] teilte"', "Die Werft", 22, id="context after"),
        pytest.param('"Sie soll [[mit]]"', "mit", 102, id="context before"),
        pytest.param('"[[Polizei]]angaben"', "Polizei", 134, id="a part of a word"),
        pytest.param('"die Fähre … Verspätung fahren"', "die Fähre solle mit Verspätung fahren", 54, id="words left out"),
        pytest.param('"am [[Montag … Fähre]] solle"', "Montag mit, die Fähre", 42, id="words left out, in context"),
        pytest.param('"mit"#2', "mit", 70, id="the second of four"),
        pytest.param('"mit" #4', "mit", 129, id="the last of four"),
        pytest.param(r'"Wir \… fahren"', "Wir … fahren", 157, id="dots of the text"),
        pytest.param(r'"\[\[nicht\]\]"', "[[nicht]]", 171, id="brackets of the text"),
        pytest.param(r'"[[\[\[nicht\]\]]] ab"', "[[nicht]]", 171, id="brackets of the text in brackets"),
        pytest.param(r'"ab\u{a0}Mai"', "ab\u00a0Mai", 181, id="no-break space, escaped"),
        pytest.param('"ab\u00a0Mai"', "ab\u00a0Mai", 181, id="no-break space itself"),
        pytest.param(r'"\"so\""', '"so"', 189, id="quotation marks of the text"),
        pytest.param(r'"Werft … \nDie"', "Werft bestätigt Pläne\nDie", 0, id="words left out to the end of a line"),
        pytest.param(r'"Pläne\nDie"', "Pläne\nDie", 16, id="end of a line"),
    ],
)
def test_quotation(quotation: str, surface: str, start: int) -> None:
    span = hedge_span(quotation)
    assert (span.surface(TEXT), span.start) == (surface, start)


@pytest.mark.parametrize(
    ("quotation", "fragments"),
    [
        pytest.param('"teilte am" + "mit, die"', ((32, 41), (49, 57)), id="two fragments"),
        pytest.param('"Montag" + "Sie" + "Gas"', ((42, 48), (93, 96), (106, 109)), id="three"),
        pytest.param('"[[teilte]] am" + "[[mit]], die"', ((32, 38), (49, 52)), id="context of both"),
        pytest.param('"Montag" + "mit"#2', ((42, 48), (70, 73)), id="number counts from the fragment before"),
        pytest.param('"[[Polizei]]angaben" + "sagen"', ((134, 141), (149, 154)), id="part of a word"),
    ],
)
def test_fragments(quotation: str, fragments: tuple[tuple[int, int], ...]) -> None:
    assert hedge_span(quotation).fragments == fragments


def test_single_brackets_and_dots_need_no_escape() -> None:
    assert hedge_span('"ja [sic] …"', "Er sagt: ja [sic] … und geht.\n").fragments == ((9, 19),)
    assert hedge_span('"sagt: [[ja [sic]]]"', "Er sagt: ja [sic] … und ja [sic].\n").fragments == ((9, 17),)


@pytest.mark.parametrize(
    ("fragments", "quotation"),
    [
        pytest.param(((42, 48),), '"Montag"', id="once in the text"),
        pytest.param(((49, 52),), '"[[mit]],"', id="the shortest context"),
        pytest.param(((32, 38), (49, 52)), '"[[teilte]] am" + "[[mit]],"', id="fragments"),
        pytest.param(((134, 141),), '"[[Polizei]]angaben"', id="part of a word"),
        pytest.param(((22, 132),), '"Die Werft teilte … teilte sie mit"', id="long"),
        pytest.param(((181, 187),), r'"ab\u{a0}Mai"', id="what cannot be seen"),
    ],
)
def test_rendered_quotation(fragments: tuple[tuple[int, int], ...], quotation: str) -> None:
    hedged = replace(document(), hedges=(Hedge(id="h1", type=HedgeType.EPISTEMIC, span=Span(fragments)),))
    assert render(hedged) == f"document s017-b\n\nh1 epistemic    {quotation}\n"


@pytest.mark.parametrize(
    ("text", "span", "quotation"),
    [
        pytest.param("er … ja\n", (0, 7), r'"er \… ja"', id="dots between blanks"),
        pytest.param("er … ja … er … nein\n", (10, 14), r'"\… [[er \…]]"', id="dots at the edge of brackets"),
        pytest.param(
            "eins zwei … " + "lang " * 12 + "… vor Schluss\n", (0, 85), r'"eins zwei \… … \… vor Schluss"', id="dots beside a gap"
        ),
        pytest.param("a[ b ]c a b c\n", (3, 4), '"a[ [[b]]"', id="bracket before a blank"),
        pytest.param("[b] b\n", (1, 2), r'"\[[[b]]"', id="bracket beside brackets"),
        pytest.param("b [b]\n", (3, 4), r'"\[[[b]]"', id="bracket beside brackets, later"),
        pytest.param("[[b]] b\n", (0, 5), r'"\[\[b\]\]"', id="double brackets"),
        pytest.param("[b] b\n", (0, 3), '"[b]"', id="single brackets"),
        pytest.param("q\u0301 q\n", (3, 4), '"q"', id="a letter with a combining mark is another one"),
        pytest.param("ja 👩\u200d🚀 👩\n", (3, 6), r'"👩\u{200d}🚀"', id="joined emoji"),
    ],
)
def test_rendered_signs(text: str, span: tuple[int, int], quotation: str) -> None:
    hedged = replace(document(text), hedges=(Hedge(id="h1", type=HedgeType.EPISTEMIC, span=Span((span,))),))
    assert render(hedged) == f"document s017-b\n\nh1 epistemic    {quotation}\n"
    assert parse(render(hedged), document(text)) == hedged


def test_a_number_is_the_last_resort() -> None:
    text = "soll soll soll soll soll soll soll soll soll soll soll soll soll soll soll soll\n"
    for n in range(16):
        hedged = replace(document(text), hedges=(Hedge(id="h1", type=HedgeType.EPISTEMIC, span=Span(((5 * n, 5 * n + 4),))),))
        assert parse(render(hedged), document(text)) == hedged
    assert render(hedged).endswith('"soll"#16\n')


# Items


SOURCES = ("source e1  Ole Timm  person business named", "source e2  Werft  institution business named")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("source e1  Ole Timm  person business named", {"name": "Ole Timm"}, id="two blanks"),
        pytest.param("source e1 Ole Timm\tnamed business person", {"name": "Ole Timm"}, id="a tab; labels in any order"),
        pytest.param(r'source e1 "\"W\"  7" person business named', {"name": '"W"  7'}, id="quoted"),
        pytest.param("source e1  Rat, „of e2“ = x  person business named", {"name": "Rat, „of e2“ = x"}, id="signs in the name"),
        pytest.param(
            "source e1  X  person business named listed, self", {"name": "X", "listed": True, "is_self": True}, id="flags"
        ),
        pytest.param("source e1  X  person business named, is s017-a", {"name": "X", "doc_ref": "s017-a"}, id="document"),
        pytest.param("source e1  X  person business named, of e1", {"name": "X", "affiliation": "e1"}, id="affiliation"),
    ],
)
def test_source(line: str, expected: dict[str, object]) -> None:
    default = Source(id="e1", name="", kind=Kind.PERSON, sector=Sector.BUSINESS, identification=Identification.NAMED)
    assert parse(sheet(line), document()).sources == (replace(default, **expected),)  # type: ignore[arg-type]


def attributions(*lines: str) -> tuple[Attribution, ...]:
    return parse(sheet(*SOURCES, *lines), document()).attributions


def test_continues_takes_parent_and_sources() -> None:
    lines = ["a0 direct", ' content "Gas"', "a1 indirect, via a0", ' source "Chef" = e1', ' content "Mai"']
    _, first, second, third = attributions(
        *lines, "a2 direct, continues a1", ' content "Sie"', "a3 direct, continues a2", ' content "Gas"'
    )
    assert (second.parent, second.source_refs, second.source) == ("a0", ("e1",), None)
    assert (third.parent, third.source_refs, third.continues) == ("a0", ("e1",), "a2")
    assert first.parent == "a0"


def test_continues_gives_way_to_what_is_written() -> None:
    lines = ["a0 direct", ' content "Gas"', "a1 indirect, via a0", ' source "Chef" = e1', ' content "Mai"']
    *_, other = attributions(*lines, "a2 direct, continues a1, via -", " source = e2", ' content "Sie"')
    assert (other.parent, other.source_refs) == (None, ("e2",))
    *_, none = attributions(*lines, "a2 direct, continues a1", " source = -", ' content "Sie"')
    assert (none.parent, none.source_refs) == ("a0", ())


def test_as_shares_a_span() -> None:
    first, second = attributions(
        "a1 direct",
        ' source "Chef" = e1',
        ' cue "so"',
        ' content "Gas"',
        "a2 direct",
        " source as a1",
        " cue as a1",
        " content as a1",
    )
    assert replace(second, id="a1") == first


@pytest.mark.parametrize(
    ("line", "source", "refs"),
    [
        pytest.param('source "Chef" = e1', ((198, 202),), ("e1",), id="one"),
        pytest.param('source "Chef" = e1 + e2', ((198, 202),), ("e1", "e2"), id="several in one fragment"),
        pytest.param('source "Gas" + "Chef" = e1+e2', ((106, 109), (198, 202)), ("e1", "e2"), id="one each"),
        pytest.param("source = e1", None, ("e1",), id="no span"),
        pytest.param('source "Chef" = -', ((198, 202),), (), id="nobody"),
    ],
)
def test_source_line(line: str, source: tuple[tuple[int, int], ...] | None, refs: tuple[str, ...]) -> None:
    (attribution,) = attributions("a1 direct", f"  {line}", '  content "Mai"')
    assert attribution.source == (Span(source) if source else None)
    assert attribution.source_refs == refs


def test_keywords_may_be_ids() -> None:
    lines = ["attribution source direct", ' content "Gas"', 'hedge not epistemic "Gas"', "via direct, via source", ' content "Mai"']
    read = parse(sheet(*lines), document())
    assert [a.id for a in read.attributions] == ["source", "via"]
    assert read.hedges[0].id == "not"
    assert parse(render(read), document()) == read


def test_layout_is_free() -> None:
    text = '\ufeff# note\r\n\r\ndocument   s017-b\r\na1 direct negated\r\n# note\r\n\tcontent "Gas"\r\nnot plan "soll"'
    read = parse(text, document())
    assert render(read) == 'document s017-b\n\na1 direct, negated\n  content   "Gas"\n\nnot plan           "soll"\n'


def test_order_within_a_layer_is_kept_when_layers_mix() -> None:
    read = parse(
        sheet('h2 epistemic "Gas"', "a2 direct", ' content "Gas"', 'h1 epistemic "Mai"', "a1 direct", ' content "Mai"'), document()
    )
    assert [h.id for h in read.hedges] == ["h2", "h1"]
    assert [a.id for a in read.attributions] == ["a2", "a1"]


def test_shared_contents_are_printed_as_such() -> None:
    lines = ["a1 direct", '  content   "Gas"', "a2 direct, via a1", "  content   as a1", "a3 direct, via a2", "  content   as a1"]
    assert render(parse(sheet("", *lines), document())) == sheet("", *lines)


# Errors


@pytest.mark.parametrize(
    ("lines", "line", "message"),
    [
        pytest.param(['zone titel "Gas"'], 2, "'titel' is no kind of zone; did you mean 'title'?", id="kind of zone"),
        pytest.param(['zone title "Gas" + "Mai"'], 2, "a zone is one stretch of text", id="zone in two"),
        pytest.param(["zone title"], 2, "found the end of the line, expected a quotation", id="no quotation"),
        pytest.param(['h1 epistemic "Gas'], 2, "a quotation mark is left open", id="open quotation mark"),
        pytest.param(['h1 epistemic ""'], 2, '"" quotes nothing', id="empty quotation"),
        pytest.param(['h1 epistemic "[[]] Gas"'], 2, "quotes nothing", id="empty brackets"),
        pytest.param(['h1 epistemic "[[Gas"'], 2, "expected one pair of [[ ]] at most", id="open brackets"),
        pytest.param(['h1 epistemic "Die … am … mit"'], 2, "' … ' at most once", id="two gaps"),
        pytest.param([r'h1 epistemic "\q"'], 2, r"found \q in a quotation", id="unknown escape"),
        pytest.param([r'h1 epistemic "\u{110000}"'], 2, "is no Unicode character", id="no code point"),
        pytest.param(['h1 epistemic "Gas" "Mai"'], 2, "expected the end of the line", id="forgotten plus"),
        pytest.param(['h1 epistemik "Gas"'], 2, "did you mean 'epistemic'?", id="type of hedge"),
        pytest.param(
            ['h1 epistemic "mit"'], 2, '"mit" stands 4 times in the text; choose one of\n    2:28 "[[mit]],"', id="ambiguous"
        ),
        pytest.param(
            ['h1 epistemic "Sie" + "mit"'], 2, '"mit" stands 2 times on the line after the fragment before', id="ambiguous fragment"
        ),
        pytest.param(['h1 epistemic "Die … mit"'], 2, '"Die … mit" stands 4 times', id="ambiguous end"),
        pytest.param(['h1 epistemic "Gas"#2'], 2, '"Gas"#2 has a number, but the places are these', id="number too high"),
        pytest.param(['h1 epistemic "Gas"#0'], 2, "", id="number zero"),
        pytest.param(['h1 epistemic "Mai" + "Gas"'], 2, "in text order", id="fragments in the wrong order"),
        pytest.param(
            ['h1 epistemic "[[Polizei]]angaben" + "Polizei[[angaben]]"'], 2, "that it follows, or touches it", id="no gap between"
        ),
        pytest.param(['h1 epistemic "Polizei"'], 2, 'as "Polizeiangaben" at 3:1', id="part of a word"),
        pytest.param(
            ['h1 epistemic "teilte am Dienstag mit"'], 2, 'the nearest is at 2:11: "teilte am Montag mit,"', id="misquoted"
        ),
        pytest.param(['h1 epistemic "xyz"'], 2, '"xyz" does not occur in the text', id="nothing like it"),
        pytest.param(
            ['h1 epistemic "Gas … Montag"'], 2, "its last words do not stand after its first ones", id="end before beginning"
        ),
        pytest.param(['not plann "soll"'], 2, "did you mean 'plan'?", id="reason"),
        pytest.param(["source e1 Ole Timm person business named"], 2, "expected a name, two blanks", id="one blank"),
        pytest.param(
            ["source e1  Ole Timm  person business"], 2, "no identification; expected one of named", id="identification missing"
        ),
        pytest.param(
            ["source e1  O  person group business named"], 2, "found 'group' after 'person', expected one kind", id="two kinds"
        ),
        pytest.param(["source e1  O  persn business named"], 2, "did you mean 'person'?", id="kind of source"),
        pytest.param(["source e1  O  person business named, of e2"], 2, "there is no source 'e2'", id="unknown affiliation"),
        pytest.param(["source e1  O  person business named, of"], 2, "expected an id after 'of'", id="affiliation without id"),
        pytest.param(["source e1  O  person business named, is X"], 2, "'X' is no id of a document", id="document id"),
        pytest.param(['source e1 "" person business named'], 2, "name of the source is empty", id="empty name"),
        pytest.param(["source 1e  O  person business named"], 2, "'1e' is no id", id="id"),
        pytest.param([SOURCES[0], SOURCES[0]], 3, "the id 'e1' is that of the source in line 2 already", id="source twice"),
        pytest.param([SOURCES[0], 'e1 epistemic "Gas"'], 3, "that of the source in line 2 already", id="id of another layer"),
        pytest.param([SOURCES[0], ' acess "Gas"'], 3, "did you mean 'access'?", id="line of a source"),
        pytest.param(
            ['h1 epistemic "Gas"', ' access "Gas"'], 3, "an indented line belongs to a source or an attribution", id="stray"
        ),
        pytest.param(["a1 direct"], 2, "a1 has no content", id="no content"),
        pytest.param(["a1 drect", ' content "Gas"'], 2, "did you mean 'direct'?", id="form"),
        pytest.param(["a1", ' content "Gas"'], 2, "found the end of the line after 'a1'", id="no form"),
        pytest.param(["a1 direct, negatd", ' content "Gas"'], 2, "did you mean 'negated'?", id="status"),
        pytest.param(["a1 direct, negated actual", ' content "Gas"'], 2, "its status is already given", id="two statuses"),
        pytest.param(["a1 direct, via a2", ' content "Gas"'], 2, "there is no attribution 'a2'", id="unknown parent"),
        pytest.param(["a1 direct, continues a2", ' content "Gas"'], 2, "there is no attribution 'a2'", id="unknown continued"),
        pytest.param(["a1 direct, via a1", ' content "Gas"'], 2, "parent runs in a circle: a1 -> a1", id="own parent"),
        pytest.param(["a1 direct", ' contnt "Gas"', ' content "Gas"'], 3, "did you mean 'content'?", id="label"),
        pytest.param(["a1 direct", ' content "Gas"', ' content "Mai"'], 4, "a1 has a content already", id="two contents"),
        pytest.param(["a1 direct", " content as a2"], 3, "no attribution 'a2' stands before", id="as unknown"),
        pytest.param(
            ["a1 direct", ' content "Gas"', "a2 direct", ' content "Gas"', " cue as a1"], 6, "a1 has no cue", id="as nothing"
        ),
        pytest.param(["a1 direct", ' source "Gas"', ' content "Gas"'], 3, "expected = and the id of a source", id="nobody named"),
        pytest.param(["a1 direct", ' source "Gas" = e1', ' content "Gas"'], 3, "there is no source 'e1'", id="unknown source"),
        pytest.param(
            [*SOURCES, "a1 no_comment", ' source "Gas" + "Mai" = e1'], 5, "found 1 sources for 2 fragments", id="too few named"
        ),
        pytest.param(["a1 direct", ' content "Gas"', 'cue "Mai"'], 4, "has to be indented", id="not indented"),
        pytest.param(["document s017-b"], 2, "the header stands twice", id="two headers"),
    ],
)
def test_problem(lines: list[str], line: int, message: str) -> None:
    (problem,) = problems(sheet(*lines), document())
    assert problem.line == line
    assert message in problem.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "sheet:1: found no header, expected 'document s017-b'", id="empty"),
        pytest.param("document s017-a", "sheet:1: the sheet is of document 's017-a', expected 's017-b'", id="another document"),
        pytest.param("document s017-b\n a\n", "sheet:2: an indented line belongs to", id="indented below the header"),
        pytest.param(' cue "a"\ndocument s017-b', "sheet:1: an indented line belongs to", id="indented first"),
    ],
)
def test_header(text: str, message: str) -> None:
    with pytest.raises(DataError, match=re.escape(message)):
        parse(text, document())


def test_all_problems_at_once_in_order_with_their_place() -> None:
    with pytest.raises(DataError) as raised:
        parse(sheet("a1 direct, via a9", ' content "xyz"', 'h1 epistemic "mit"', "zone"), document(), place="s017-b.sheet")
    heads = [line.split(": ")[0] for line in str(raised.value).splitlines() if not line.startswith(" ")]
    assert heads == ["s017-b.sheet:2", "s017-b.sheet:3", "s017-b.sheet:4", "s017-b.sheet:5"]


def test_an_error_in_one_line_does_not_make_others() -> None:
    lines = [
        "source e1  O  persn x named",
        "a1 drect",
        ' source "Chef" = e1',
        ' content "xyz"',
        "a2 direct, via a1",
        " content as a1",
    ]
    assert [problem.line for problem in problems(sheet(*lines), document())] == [2, 3, 5]


def test_circles_of_both_relations() -> None:
    lines = ["a1 direct, continues a2", ' content "Gas"', "a2 direct, continues a1", ' content "Mai"']
    assert [p.message for p in problems(sheet(*lines), document())] == [
        "continues runs in a circle: a1 -> a2 -> a1",
        "continues runs in a circle: a2 -> a1 -> a2",
    ]


def test_every_listed_place_can_be_copied() -> None:
    (problem,) = problems(sheet('h1 epistemic "mit"'), document())
    listed = re.findall(r"^    (\d+):(\d+) (.*)$", problem.message, re.MULTILINE)
    starts = [m.start() for m in re.finditer(r"\bmit\b", TEXT)]
    assert [hedge_span(quotation).start for _, _, quotation in listed] == starts
    lines = TEXT.split("\n")
    assert all(lines[int(line) - 1][int(column) - 1 :].startswith("mit") for line, column, _ in listed)


def test_a_document_without_text_is_refused() -> None:
    for use in (lambda d: parse(sheet(), d), lambda d: problems(sheet(), d), render):
        with pytest.raises(DataError, match="hydrate it first"):
            use(Document(id="s017-b", collection="seeds", text=None))


def test_a_span_after_the_end_is_refused() -> None:
    beyond = Attribution(id="a1", form=Form.DIRECT, content=Span(((200, 999),)))
    with pytest.raises(DataError, match="s017-b: span 200-999 ends after the text"):
        render(replace(document(), attributions=(beyond,)))


# Laws


@given(documents())
def test_round_trip(annotated: Document) -> None:
    bare = replace(annotated, zones=(), sources=(), attributions=(), hedges=(), rejected_triggers=())
    printed = render(annotated)
    assert parse(printed, bare) == annotated
    assert render(parse(printed, bare)) == printed


@given(documents_of_any_text())
def test_round_trip_of_any_text_and_spans_within_words(annotated: Document) -> None:
    assert parse(render(annotated), annotated) == annotated


@given(documents(min_tokens=60, max_tokens=90, max_attributions=2))
@settings(max_examples=25)
def test_round_trip_of_long_spans(annotated: Document) -> None:
    assert parse(render(annotated), annotated) == annotated


@given(documents())
@settings(max_examples=50)
def test_the_documents_of_these_tests_are_valid(annotated: Document) -> None:
    assert check_record(record_of(annotated), file="s001-a.json", text=annotated.text, doc_id="s001-a", collection="core") == []


@given(st.text(), st.text(min_size=1))
def test_random_text_is_read_or_refused(text: str, article: str) -> None:
    for sheet_text in (text, f"document s017-b\n{text}"):
        try:
            parse(sheet_text, document(article))
        except DataError as error:
            assert str(error).startswith("sheet:")


@given(documents(), st.data())
@settings(max_examples=60)
def test_damaged_sheets_are_read_or_refused(annotated: Document, data: st.DataObject) -> None:
    printed = render(annotated)
    for _ in range(3):
        start = data.draw(st.integers(0, len(printed)))
        end = data.draw(st.integers(start, min(len(printed), start + 6)))
        insert = data.draw(
            st.sampled_from(["", '"', "[[", "]]", " … ", "\\", "#", "=", "+", "\n", " ", "\t", "-", "a1", "\x0b", "é"])
        )
        printed = printed[:start] + insert + printed[end:]
    try:
        read = parse(printed, annotated)
    except DataError as error:
        assert str(error).startswith("sheet:")
    else:
        assert parse(render(read), annotated) == read
