"""The Corpus Redewiedergabe: lossless both ways, text by German spacing, right after edits. The example texts are invented."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attrib_bench.document import Attribution, DataError, Document, Form, Kind, Metadata, Span, Status, mentions
from attrib_bench.files import data_root, read_json
from attrib_bench.formats import redewiedergabe
from attrib_bench.formats.redewiedergabe import COLUMNS, METADATA_COLUMNS, from_tsv, running_text, to_tsv
from attrib_bench.records import record_of

Mark = tuple[Any, ...]
"""What a cell says, and the token ranges of the cells that say it."""

WORDS = (
    "Die Werft teilte mit , daß Ole Timm gesagt habe , die Fähre sinke . "  # tokens 0 to 14
    "» Ich schweige , « rief die Köchin aus , » bis morgen ! « "  # 15 to 29
    "Niemand lobte den Rumpf ."  # 30 to 34
)
TEXT = (
    "Die Werft teilte mit, daß Ole Timm gesagt habe, die Fähre sinke. "
    "»Ich schweige,« rief die Köchin aus, »bis morgen!« Niemand lobte den Rumpf."
)


def sample(
    words: str = WORDS,
    *,
    starts: Iterable[int] = (0,),
    stwr: Sequence[Mark] = (),
    frame: Sequence[Mark] = (),
    speaker: Sequence[Mark] = (),
    intexpr: Sequence[Mark] = (),
    cells: dict[tuple[str, int], str] | None = None,
) -> str:
    """A sample: what several marks say of a token is joined by |, in the order given; `cells` are set last, whatever they are."""
    tokens = words.split()
    held: dict[str, list[list[str]]] = {column: [[] for _ in tokens] for column in ("stwr", "frame", "speaker", "intexpr")}
    for column, marks in (("stwr", stwr), ("frame", frame), ("speaker", speaker), ("intexpr", intexpr)):
        for said, *ranges in marks:
            for token in (token for begin, end in ranges for token in range(begin, end)):
                held[column][token].append(said if column == "stwr" else f"{column}.{said}")
    table = {
        "tok": tokens,
        "normtok": [token.lower() for token in tokens],
        "lemma": [f"{token}-l" for token in tokens],
        "pos": ["NN"] * len(tokens),
        "rfpos": ["N.Reg"] * len(tokens),
        "sentstart": ["yes" if token in starts else "no" for token in range(len(tokens))],
        **{column: ["|".join(parts) or "-" for parts in rows] for column, rows in held.items()},
        "note": ["-"] * len(tokens),
    }
    for (column, token), cell in (cells or {}).items():
        table[column][token] = cell
    return "".join("\t".join(row) + "\n" for row in (COLUMNS, *zip(*(table[column] for column in COLUMNS), strict=True)))


EXAMPLE: dict[str, Any] = {
    "stwr": [
        ("indirect.speech.1", (5, 14)),
        ("indirect.speech thought.3.border=unspec.prag.metaph", (11, 14)),
        ("direct.speech.2", (15, 20), (25, 30)),
        ("reported.speech.7.nonfact", (30, 35)),
    ],
    "frame": [("1", (0, 5)), ("3", (6, 11)), ("2", (20, 25))],
    "speaker": [("1", (0, 2)), ("3", (6, 8)), ("2", (21, 23)), ("7", (30, 31))],
    "intexpr": [("1", (2, 4)), ("3", (8, 10)), ("2", (20, 21), (23, 24)), ("7", (31, 32))],
}


def read_sample(content: str, name: str = "rwk_probe_4-2") -> Document:
    return from_tsv(content, name=name, place="probe.tsv")


def example() -> Document:
    return read_sample(sample(starts=(0, 15, 30), **EXAMPLE))


def words(document: Document, span: Span | None) -> str | None:
    return None if span is None else span.surface(document.require_text())


def native(document: Document) -> dict[str, Any]:
    kept: dict[str, Any] = document.native["redewiedergabe"]
    return kept


def cells_of(content: str, column: str) -> list[str]:
    return [line.split("\t")[COLUMNS.index(column)] for line in content.splitlines()[1:]]


# --- Into the model -------------------------------------------------------------------------------------------------


def test_a_number_joins_content_source_and_cue() -> None:
    document = example()
    assert [[words(document, span) for span in (a.source, a.cue, a.content, a.addressee)] for a in document.attributions] == [
        ["Die Werft", "teilte mit", "daß Ole Timm gesagt habe, die Fähre sinke", None],
        ["Ole Timm", "gesagt habe", "die Fähre sinke", None],
        ["die Köchin", "rief … aus", "»Ich schweige,« … »bis morgen!«", None],
        ["Niemand", "lobte", "Niemand lobte den Rumpf.", None],
    ]
    assert [(a.id, a.form, a.status, a.parent) for a in document.attributions] == [
        ("a1", Form.INDIRECT, Status.ACTUAL, None),
        ("a3", Form.INDIRECT, Status.ACTUAL, "a1"),
        ("a2", Form.DIRECT, Status.ACTUAL, None),
        ("a7", Form.REPORTED, Status.HYPOTHETICAL, None),
    ]


def test_document_facts() -> None:
    document = example()
    assert (document.id, document.collection) == ("redewiedergabe-rwk_probe_4-2", "redewiedergabe")
    assert (document.text, document.n_chars) == (TEXT, len(TEXT))
    assert [TEXT[start:end] for start, end in document.tokens] == WORDS.split()
    assert document.sentences == ((0, 15), (15, 30), (30, 35))
    assert document.metadata == Metadata(story_id="redewiedergabe-rwk_probe_4")


def test_each_distinct_speaker_string_is_a_source() -> None:
    content = sample(
        "Anna und Karl sagten nichts . Anna schwieg .",
        stwr=[("reported.speech.1", (0, 6)), ("reported.speech.2", (6, 9))],
        speaker=[("1", (0, 1), (2, 3)), ("2", (6, 7))],
    )
    document = read_sample(content)
    assert [(source.id, source.name, source.kind) for source in document.sources] == [
        ("e1", "Anna … Karl", Kind.UNSPECIFIED),
        ("e2", "Anna", Kind.UNSPECIFIED),
    ]
    assert [a.source_refs for a in document.attributions] == [("e1", "e1"), ("e2",)]


def test_native_keeps_what_the_model_lacks() -> None:
    kept = native(example())
    assert kept.keys() == {"columns", "annotations"}
    assert kept["columns"].keys() == {"normtok", "lemma", "pos", "rfpos", "note"}
    assert kept["annotations"] == {
        "a1": {"medium": "speech", "frame": [[0, 5]]},
        "a3": {"medium": "speech thought", "attributes": ["border=unspec", "prag", "metaph"], "frame": [[6, 11]]},
        "a2": {"medium": "speech", "frame": [[20, 25]]},
        "a7": {"medium": "speech"},
    }


@pytest.mark.parametrize(
    ("label", "form", "kept"),
    [
        ("direct", Form.DIRECT, None),
        ("indirect", Form.INDIRECT, None),
        ("indirect freeIndirect", Form.FREE_INDIRECT, None),
        ("freeIndirect", Form.FREE_INDIRECT, "freeIndirect"),
        ("reported", Form.REPORTED, None),
    ],
)
def test_types(label: str, form: Form, kept: str | None) -> None:
    document = read_sample(sample(stwr=[(f"{label}.thought.4", (0, 3))]))
    assert document.attributions[0].form is form
    assert native(document)["annotations"]["a4"].get("type") == kept


# "Die Werft sagte, (Ole sagte, (es regne)).": who embeds whom, by changes to a case where the inner one has a parent.
NESTED_WORDS = "Die Werft sagte , Ole sagte , es regne ."
NESTED: dict[str, Any] = {
    "stwr": [("indirect.speech.1", (4, 9)), ("indirect.speech.2", (7, 9))],
    "frame": [("1", (0, 4)), ("2", (4, 7))],
    "speaker": [("1", (0, 2)), ("2", (4, 5))],
    "intexpr": [("1", (2, 3)), ("2", (5, 6))],
}


@pytest.mark.parametrize(
    ("change", "parent"),
    [
        pytest.param({}, "a1", id="embedded"),
        pytest.param({"stwr": [("direct.speech.1", (4, 9)), ("reported.thought.2", (4, 9))]}, None, id="the same words"),
        pytest.param({"stwr": [("reported.speech.1", (0, 9)), NESTED["stwr"][1]]}, None, id="in a reported clause"),
        pytest.param({"speaker": [("1", (0, 2))]}, None, id="no speaker"),
        pytest.param({"speaker": [("2", (4, 5))]}, None, id="no speaker around it"),
        pytest.param({"speaker": [("1_2", (4, 5))]}, None, id="the same speaker"),
        pytest.param({"speaker": [("1", (0, 2)), ("2", (1, 2))]}, None, id="speaker overlaps"),
        pytest.param({"speaker": [("1", (0, 2)), ("2", (3, 4))]}, None, id="speaker outside"),
        pytest.param({"intexpr": [("2", (2, 3))]}, None, id="introduced outside"),
        pytest.param({"frame": [("2", (2, 7))]}, None, id="frame outside"),
        pytest.param({"words": "Die Werft sagte , ich meine , es regne ."}, "a1", id="first person in indirect speech"),
        pytest.param(
            {
                "words": "Die Werft sagte : Ich meine , es regne .",
                "stwr": [("direct.speech.1", (4, 9)), NESTED["stwr"][1]],
            },
            None,
            id="first person in direct speech",
        ),
        pytest.param(
            {
                "stwr": [NESTED["stwr"][0], ("direct.speech.3", (4, 9)), NESTED["stwr"][1]],
                "speaker": [("1_3", (0, 2)), ("2", (4, 5))],
            },
            "a1",
            id="the first of equally long ones",
        ),
        pytest.param(
            {
                "stwr": [("indirect.speech.5", (0, 10)), *NESTED["stwr"]],
                "speaker": [("5", (9, 10)), *NESTED["speaker"]],
            },
            "a1",
            id="the innermost",
        ),
    ],
)
def test_parent_is_set_for_embedded_attributions_only(change: dict[str, Any], parent: str | None) -> None:
    document = read_sample(sample(**{"words": NESTED_WORDS, **NESTED, **change}))
    assert document.attribution_by_id["a2"].parent == parent


# --- Running text ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        ("Ja , nein ; doch : nie ! Wie ? So .", "Ja, nein; doch: nie! Wie? So."),
        ("Er ( der Wirt ) kam [ nicht ] .", "Er (der Wirt) kam [nicht]."),
        ("Anm . *) siehe 3 )", "Anm. *) siehe 3)"),
        ("Tau , 9 .5 Ellen .- Garn", "Tau, 9.5 Ellen.- Garn"),
        ("„ Ach “ , rief er .", "„Ach“, rief er."),
        ("„ Er sagt ‚ nie ‘ “ .", "„Er sagt ‚nie‘“."),
        ("Das „ Boot “ sank .", "Das „Boot“ sank."),
        ("» Ach « , rief er , » nein ! «", "»Ach«, rief er, »nein!«"),
        ("Er rief : « Ach ! » und ging .", "Er rief: «Ach!» und ging."),
        ("Er rief : « Sag ‹ ja › ! » und ging .", "Er rief: «Sag ‹ja›!» und ging."),
        ("» Sag › ja ‹ «", "»Sag ›ja‹«"),
        ("nein ! « » Doch ! «", "nein!« »Doch!«"),
        ('" Ach " , rief er , " nein ! "', '"Ach", rief er, "nein!"'),
        ('„ Ach " , rief er , „ nein ! "', '„Ach", rief er, „nein!"'),
        ('ging . " Dann kam „ Ole " .', 'ging." Dann kam „Ole".'),
        ("Er – Ole — ging -- heim .", "Er – Ole — ging -- heim."),
        ("Nun ... ich .... ja ... !", "Nun ... ich .... ja ...!"),
        ("2 1 / 2 Ellen und / oder mehr", "2 1/2 Ellen und/oder mehr"),
        ("Sag ' es , Leut ’ !", "Sag' es, Leut’!"),
        ("Wie geht 's ihm ?", "Wie geht 's ihm?"),
        ("5 % des Hafens , § 3", "5 % des Hafens, § 3"),
        ("Land= und Seewege , Fluß= , Meer= Salz", "Land= und Seewege, Fluß=, Meer=Salz"),
        ("Alt =Nordhagen und =Süd", "Alt=Nordhagen und =Süd"),
        ("Ost = West , Ost = und West = 3", "Ost=West, Ost= und West= 3"),
        ("1 = 2 , = x", "1 = 2, =x"),
        ("Ein .. Zwei .", "Ein .. Zwei."),
        ("", ""),
    ],
)
def test_german_spacing(tokens: str, text: str) -> None:
    found, places = running_text(tokens.split())
    assert found == text
    assert [found[start:end] for start, end in places] == tokens.split()


printable = st.characters(codec="utf-8", exclude_categories=("Cc", "Zs", "Zl", "Zp"))
some_tokens = st.lists(
    st.sampled_from(WORDS.split() + list("=/'’\"„“«›([&<") + ["a b", "=x", "x=", "&amp;"]) | st.text(printable, min_size=1)
)


@given(some_tokens)
def test_offsets_are_exact_and_nothing_but_single_blanks_is_added(tokens: list[str]) -> None:
    text, places = running_text(tokens)
    assert [text[start:end] for start, end in places] == tokens
    between = [text[end:start] for (_, end), (start, _) in zip([(0, 0), *places], [*places, (len(text), 0)], strict=True)]
    assert set(between) <= {"", " "}
    assert between[0] == between[-1] == ""


# --- Both ways ------------------------------------------------------------------------------------------------------

THREE = [("direct.speech.1", (0, 4)), ("indirect.thought.2", (1, 3)), ("reported.writing.3", (2, 3))]


@pytest.mark.parametrize(
    ("content", "cells"),
    [
        pytest.param(sample(**EXAMPLE), {}, id="example"),
        pytest.param(sample(""), {}, id="header only"),
        pytest.param(sample(stwr=THREE, speaker=[("1_2_3", (0, 1))], intexpr=[("1_3", (3, 4))]), {}, id="shared speaker and cue"),
        pytest.param(
            sample(stwr=[(f"direct.speech.{n}", (level, 20 - level)) for level, n in enumerate((4, 9, 2, 7, 1))]),
            {},
            id="five levels, any numbers",
        ),
        pytest.param(sample(stwr=[("reported.thought.8", (0, 2)), ("direct.speech.1", (0, 2))]), {}, id="equally long"),
        pytest.param(sample(stwr=[("direct.speech.1", (0, 2), (4, 5), (9, 12))]), {}, id="several gaps"),
        pytest.param(
            sample(stwr=[("direct.speech.1", (0, 2), (4, 9)), ("direct.thought.2", (4, 6))], speaker=[("2", (0, 1), (3, 5))]),
            {},
            id="level two in a part",
        ),
        pytest.param(sample(stwr=[("reported.speech thought writing.1.nonfact", (0, 2))]), {}, id="three media"),
        pytest.param(sample(stwr=[("reported.thought.1.border=feel.metaph", (0, 2))]), {}, id="borderline"),
        pytest.param(
            sample(cells={("normtok", 2): "", ("lemma", 2): "", ("pos", 2): "", ("note", 3): "note", ("rfpos", 1): "&quot;|_\\"}),
            {},
            id="whatever the other columns say",
        ),
        pytest.param(sample("M. &amp; Co. &lt;"), {}, id="escaped"),
        pytest.param(sample("M. & Co. &quot;"), {"tok": {"1": ["&amp;", "&"], "3": ["&amp;quot;", "&quot;"]}}, id="not escaped"),
        pytest.param(sample(starts=(3,)), {"sentstart": {"0": ["yes", "no"]}}, id="begins within a sentence"),
        pytest.param(
            sample(stwr=THREE, speaker=[("3_1", (0, 1))]),
            {"speaker": {"0": ["speaker.1_3", "speaker.3_1"]}},
            id="numbers in another order",
        ),
        pytest.param(
            sample(stwr=THREE, speaker=[("_1", (0, 1)), ("2_", (1, 2))], intexpr=[("3_", (2, 3))]),
            {
                "speaker": {"0": ["speaker.1", "speaker._1"], "1": ["speaker.2", "speaker.2_"]},
                "intexpr": {"2": ["intexpr.3", "intexpr.3_"]},
            },
            id="an underscore too many",
        ),
        pytest.param(
            sample(stwr=THREE, frame=[("2", (5, 6)), ("1", (5, 6))]),
            {"frame": {"5": ["frame.1|frame.2", "frame.2|frame.1"]}},
            id="nested frames",
        ),
        pytest.param(
            sample("Er sagte", frame=[("0", (0, 2))], speaker=[("0", (0, 1))], intexpr=[("0", (1, 2))]),
            {
                "frame": {"0": ["-", "frame.0"], "1": ["-", "frame.0"]},
                "speaker": {"0": ["-", "speaker.0"]},
                "intexpr": {"1": ["-", "intexpr.0"]},
            },
            id="what it introduces lies beyond the sample",
        ),
        pytest.param(
            sample(stwr=THREE, speaker=[("1_17", (0, 1))]),
            {"speaker": {"0": ["speaker.1", "speaker.1_17"]}},
            id="a number without words of its own",
        ),
        pytest.param(
            sample(stwr=[("direct.speech.1", (0, 1)), ("direct.speech.1.nonfact", (1, 2))]),
            {"stwr": {"1": ["direct.speech.1", "direct.speech.1.nonfact"]}},
            id="attributes of a part",
        ),
        pytest.param(
            sample(stwr=[("direct.speech.2", (0, 1)), ("indirect.speech.1", (0, 3))]),
            {"stwr": {"0": ["indirect.speech.1|direct.speech.2", "direct.speech.2|indirect.speech.1"]}},
            id="the shorter one outside",
        ),
    ],
)
def test_a_sample_comes_back(content: str, cells: dict[str, Any]) -> None:
    document = read_sample(content)
    assert to_tsv(document) == content
    assert native(document).get("cells", {}) == cells


labels = st.builds(
    lambda kind, medium, flags: (f"{kind}.{medium}", flags),
    st.sampled_from(sorted(redewiedergabe.TYPES)),
    st.sampled_from(["speech", "thought", "speech writing"]),
    st.sampled_from(["", ".nonfact", ".border=state", ".nonfact.border=percept.prag.metaph"]),
)
cell_numbers = st.lists(st.integers(0, 6), min_size=1, max_size=3, unique=True).map(lambda numbers: "_".join(map(str, numbers)))


@st.composite
def samples(draw: st.DrawFn) -> str:
    n_tokens = len(WORDS.split())
    ranges = st.tuples(st.integers(0, n_tokens), st.integers(0, 8)).map(lambda pair: (pair[0], min(n_tokens, sum(pair))))
    numbered = enumerate(draw(st.lists(labels, max_size=6)), 1)
    stwr = [(f"{label}.{number}{flags}", draw(ranges)) for number, (label, flags) in numbered]
    held: dict[str, Any] = {
        column: [(draw(cell_numbers), draw(ranges))] * draw(st.booleans()) for column in ("frame", "speaker", "intexpr")
    }
    # Only some orders are nested; a speaker or frame may have any number, also one that nothing else has.
    return sample(stwr=draw(st.permutations(stwr)), starts=draw(st.sets(st.integers(0, n_tokens))), **held)


@given(samples())
def test_any_sample_comes_back(content: str) -> None:
    document = read_sample(content)
    assert to_tsv(document) == content
    kept = json.loads(json.dumps(document.native))
    assert to_tsv(replace(document, native=kept)) == content, "as it does after native went through JSON"
    assert (read_sample(content).text, read_sample(content).tokens) == (document.text, document.tokens)


# --- Edited documents -----------------------------------------------------------------------------------------------


def edited(document: Document, number: int, **changes: Any) -> Document:
    found = [replace(a, **changes) if a.id == f"a{number}" else a for a in document.attributions]
    return replace(document, attributions=tuple(found))


def test_an_edited_content_is_written_with_its_own_tokens() -> None:
    document = edited(example(), 3, content=Span(((52, 58),)))
    assert words(document, document.attributions[1].content) == "Fähre "
    written = to_tsv(document)
    assert cells_of(written, "stwr")[10:15] == [
        "indirect.speech.1",
        "indirect.speech.1",
        "indirect.speech.1|indirect.speech thought.3.border=unspec.prag.metaph",
        "indirect.speech.1",
        "-",
    ]
    assert cells_of(written, "frame") == cells_of(to_tsv(example()), "frame")
    assert read_sample(written).attributions[1].content == Span(((52, 57),)), "half a token is the whole one"


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        pytest.param({"form": Form.DIRECT}, "direct.thought.4", id="form"),
        pytest.param({"form": Form.MIXED}, "indirect.thought.4", id="mixed"),
        pytest.param({"form": Form.NO_COMMENT}, "reported.thought.4", id="no comment"),
        pytest.param({"status": Status.NEGATED}, "freeIndirect.thought.4.nonfact", id="negated"),
        pytest.param({"status": Status.HYPOTHETICAL}, "freeIndirect.thought.4.nonfact", id="hypothetical"),
        pytest.param({"id": "neu"}, "indirect freeIndirect.speech writing.1", id="no longer the one that was read"),
        pytest.param({}, "freeIndirect.thought.4", id="nothing"),
    ],
)
def test_the_label_follows_the_attribution(changes: dict[str, Any], label: str) -> None:
    document = edited(read_sample(sample(stwr=[("freeIndirect.thought.4", (0, 3))])), 4, **changes)
    assert cells_of(to_tsv(document), "stwr")[0] == label


def test_removed_and_added_attributions() -> None:
    document = read_sample(sample(**EXAMPLE, cells={("speaker", 33): "speaker.20"}))
    added = Attribution(id="b", form=Form.INDIRECT, content=Span(((0, 3),)), source=Span(((4, 9),)))
    written = to_tsv(replace(document, attributions=(*document.attributions[1:], added)))
    assert {cell for row in cells_of(written, "stwr") for cell in row.split("|")} == {
        "-",
        "indirect.speech writing.21",
        "indirect.speech thought.3.border=unspec.prag.metaph",
        "direct.speech.2",
        "reported.speech.7.nonfact",
    }
    assert cells_of(written, "speaker")[:3] == ["-", "speaker.21", "-"], "20 is taken by a speaker without content"
    assert cells_of(written, "frame")[0] == "-"
    assert cells_of(written, "speaker")[33] == "speaker.20"


def test_an_irregular_cell_goes_with_what_it_said() -> None:
    document = read_sample(sample(stwr=[*THREE, ("reported.speech.9", (5, 8))], speaker=[("3_1", (0, 1)), ("9_1", (6, 7))]))
    assert cells_of(to_tsv(document), "speaker")[0] == "speaker.3_1"
    written = cells_of(to_tsv(edited(document, 3, source=None)), "speaker")
    assert (written[0], written[6]) == ("speaker.1", "speaker.9_1"), "the second still says what it said"


def test_a_document_from_elsewhere() -> None:
    text = "Ole rief:\n\n„Ja & nein!“ Er ging."
    places = ((0, 3), (4, 8), (8, 9), (11, 12), (12, 14), (15, 16), (17, 21), (21, 22), (22, 23), (24, 26), (27, 31), (31, 32))
    attribution = Attribution(id="a0", form=Form.DIRECT, content=Span(((11, 23),)), cue=Span(((4, 8),)))
    document = Document(
        id="s001-a", collection="core", text=text, tokens=places, sentences=((0, 9), (9, 12)), attributions=(attribution,)
    )
    written = to_tsv(document)
    assert written.split("\n")[1] == "Ole\tOle\t-\t-\t-\tyes\t-\t-\t-\t-\t-"
    assert written.split("\n")[6] == "&amp;\t&amp;\t-\t-\t-\tno\tdirect.speech writing.1\t-\t-\t-\t-"
    back = read_sample(written, "s001-a")
    assert back.text == "Ole rief: „Ja & nein!“ Er ging.", "white space is not kept"
    assert [(a.id, words(back, a.content), words(back, a.cue)) for a in back.attributions] == [("a1", "„Ja & nein!“", "rief")]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"text": None}, "is not shipped"),
        ({"tokens": (), "native": {}, "attributions": ()}, "found no tokens, expected them"),
        ({"attributions": (Attribution(id="a1", form=Form.DIRECT),)}, "'a1' has no content, expected one"),
        (
            {"attributions": (Attribution(id="a1", form=Form.DIRECT, content=Span(((3, 4),))),)},
            "the content of attribution 'a1' covers no token",
        ),
        ({"text": TEXT.replace("Werft", "We\tft")}, "token 1 is 'We\\\\tft', expected a word without tab"),
        ({"tokens": ((0, 3),), "attributions": ()}, "belongs to other tokens"),
    ],
)
def test_what_cannot_be_written(change: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        to_tsv(replace(example(), **change))


def put(*path: Any, value: object) -> Callable[[Any], None]:
    def change(record: Any) -> None:
        for step in path[:-1]:
            record = record[step]
        record[path[-1]] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        put("columns", value={}),
        put("columns", value=None),
        put("columns", "pos", value="x" * 35),
        put("columns", "pos", 3, value=7),
        put("columns", "pos", 3, value="N\tN"),
        put("columns", "pos", value=["NN"]),
        put("annotations", "a1", value={}),
        put("annotations", "a1", "medium", value="radio"),
        put("annotations", "a1", "type", value="mixed"),
        put("annotations", "a1", "attributes", value=["prag\n"]),
        put("annotations", "a1", "attributes", value=["nonfact"]),
        put("annotations", "a1", "attributes", value=["prag", "border=state"]),
        put("annotations", "a1", "frame", value=[[0, 99]]),
        put("annotations", "a1", "frame", value=[[3, 3]]),
        put("annotations", "a1", "frame", value=[[0, 35]] * 9),
        put("annotations", "a1", "frame", value=[[0.0, 3]]),
        put("annotations", "a1", "unknown", value=1),
        put("cells", value={"speaker": {"99": ["-", "speaker.4"]}}),
        put("cells", value={"speaker": {"3": ["-", "speaker.x"]}}),
        put("cells", value={"speaker": {"3": ["-", "speaker.4\nx"]}}),
        put("cells", value={"speaker": {"3": "-"}}),
        put("cells", value={"tok": {"3": ["mit", "ohne"]}}),
        put("cells", value={"sentstart": {"3": ["no", "perhaps"]}}),
        put("cells", value={"stwr": {"3": ["-", "direct.4"]}}),
        put("cells", value={"pos": {"3": ["NN", "pos.3"]}}),
        put("metadata", value={"row": "first", **dict.fromkeys(METADATA_COLUMNS[1:], "")}),
        put("metadata", value={"row": 1}),
        put("metadata", value={"row": 1, **dict.fromkeys(METADATA_COLUMNS[1:], "\t")}),
        put("unknown", value=1),
    ],
)
def test_native_that_no_sample_left_is_refused(change: Callable[[Any], None]) -> None:
    document = example()
    kept = copy.deepcopy(dict(document.native))
    change(kept["redewiedergabe"])
    with pytest.raises(DataError, match="native is not what reading Redewiedergabe leaves there"):
        to_tsv(replace(document, native=kept))


# --- Files ----------------------------------------------------------------------------------------------------------

METADATA = [
    dict.fromkeys(METADATA_COLUMNS, "x") | {"file": "rwk_b_1-1.tsv", "title": "Undefined", "year": "1871", "decade": "1870"},
    dict.fromkeys(METADATA_COLUMNS, "")
    | {"file": "rwk_a_2-short.tsv", "title": "Die Fähre ", "year": "1902", "decade": "1900", "source": "hafen"},
]


def metadata_table(rows: Sequence[dict[str, str]]) -> str:
    return "".join("\t".join(cells) + "\n" for cells in (METADATA_COLUMNS, *([*row.values()] for row in rows)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three samples, of which the last has no metadata; the lines of the metadata are in another order than the files."""
    path = tmp_path / "tsv"
    path.mkdir()
    for name in ("rwk_a_2-short", "rwk_b_1-1", "rwk_c_3-1"):
        (path / f"{name}.tsv").write_text(sample(**EXAMPLE), encoding="utf-8")
    (path / "metadata.tsv").write_text(metadata_table(METADATA), encoding="utf-8")
    (path / "README.txt").write_text("Ein Korpus.\n", encoding="utf-8")
    return path


def files(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.glob("*.tsv")}


def test_a_folder_comes_back(folder: Path, tmp_path: Path) -> None:
    documents = list(redewiedergabe.read(folder))
    assert [(d.id, d.metadata) for d in documents] == [
        (
            "redewiedergabe-rwk_a_2-short",
            Metadata(story_id="redewiedergabe-rwk_a_2", title="Die Fähre", date="1902", outlet="hafen"),
        ),
        ("redewiedergabe-rwk_b_1-1", Metadata(story_id="redewiedergabe-rwk_b_1", date="1871", outlet="x", genre="x")),
        ("redewiedergabe-rwk_c_3-1", Metadata(story_id="redewiedergabe-rwk_c_3")),
    ]
    redewiedergabe.write(documents, tmp_path / "copy")
    assert files(tmp_path / "copy") == files(folder)
    redewiedergabe.write(documents[2:], tmp_path / "bare")
    assert files(tmp_path / "bare").keys() == {"rwk_c_3-1.tsv"}, "what has no metadata gets none"


def test_one_file_finds_its_metadata(folder: Path) -> None:
    (document,) = redewiedergabe.read(folder / "rwk_b_1-1.tsv")
    assert document.metadata.date == "1871"


def test_reading_is_lazy_and_one_broken_sample_is_one_error(folder: Path) -> None:
    (folder / "rwk_b_1-1.tsv").write_text("tok\n", encoding="utf-8")
    errors: list[DataError] = []
    documents = redewiedergabe.FORMAT.read(folder, broken=errors.append)
    assert (next(documents).id, errors) == ("redewiedergabe-rwk_a_2-short", [])
    assert [document.id for document in documents] == ["redewiedergabe-rwk_c_3-1"]
    assert len(errors) == 1


def test_edited_metadata(folder: Path, tmp_path: Path) -> None:
    first, second, third = redewiedergabe.read(folder)
    changed = replace(second, metadata=replace(second.metadata, title="Der Rumpf", date="1869-03-08", outlet=""))
    new = replace(third, metadata=Metadata(story_id="s", title="Neu", genre="Nachrichten"))
    redewiedergabe.write([new, first, changed], tmp_path / "copy")
    expected = [
        METADATA[0] | {"title": "Der Rumpf", "year": "1869", "decade": "1860", "source": ""},
        METADATA[1],
        dict.fromkeys(METADATA_COLUMNS, "") | {"file": "rwk_c_3-1.tsv", "title": "Neu", "text_type": "Nachrichten"},
    ]
    assert (tmp_path / "copy" / "metadata.tsv").read_text(encoding="utf-8") == metadata_table(expected)


def test_what_cannot_be_written_is_told_and_left_out(tmp_path: Path) -> None:
    document = replace(example(), id="redewiedergabe-metadata")
    documents = [
        replace(document, id="../../x"),
        document,
        replace(document, id="a"),
        replace(document, id="redewiedergabe-a"),
        replace(document, id="b", metadata=Metadata(title="Ein\tTitel")),
    ]
    errors: list[DataError] = []
    redewiedergabe.write(documents, tmp_path / "copy", errors.append)
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")} == {
        "copy/redewiedergabe-metadata.tsv",
        "copy/a.tsv",
    }
    assert [str(error).split(":")[0] for error in errors] == ["'../../x'", "redewiedergabe-a", "b"]
    with pytest.raises(DataError, match=r"redewiedergabe-a: its file a\.tsv was already written for a"):
        redewiedergabe.write(documents[2:], tmp_path / "again")


@pytest.mark.parametrize(
    ("name", "doc_id"),
    [
        ("rwk_digbib_12-3", "redewiedergabe-rwk_digbib_12-3"),
        ("Werft", "redewiedergabe-acb536f418fe"),
        ("x" * 50, "redewiedergabe-77cf12060d47"),
    ],
)
def test_document_id(name: str, doc_id: str) -> None:
    assert redewiedergabe.document_id(name) == doc_id


def test_recognises(folder: Path, tmp_path: Path) -> None:
    recognises = redewiedergabe.FORMAT.recognises
    assert recognises(folder)
    assert recognises(folder / "rwk_a_2-short.tsv")
    assert not recognises(folder / "metadata.tsv")
    assert not recognises(tmp_path)


# --- Wrong files ----------------------------------------------------------------------------------------------------

PLAIN = sample(stwr=THREE, frame=[("1", (5, 6))], speaker=[("1", (0, 1))], intexpr=[("1", (1, 2))])


def cell(column: str, token: int, value: str) -> str:
    return sample(stwr=THREE, speaker=[("1", (0, 1))], cells={(column, token): value})


WRONG: dict[str, tuple[str, str]] = {
    "empty": ("", r":1: found no column tok, .*, note in '', expected the columns tok, normtok, "),
    "missing column": (PLAIN.replace("\tnote", "", 1), r":1: found no column note in "),
    "columns in another order": (
        PLAIN.replace("pos\trfpos", "rfpos\tpos", 1),
        r":1: found the header 'tok\\tnorm.*, in this order",
    ),
    "no line end": (PLAIN[:-1], r":36: the last line has no end, expected a line feed"),
    "header without line end": ("\t".join(COLUMNS), r":2: the last line has no end"),
    "carriage returns": (PLAIN.replace("\n", "\r\n"), r":1: found a carriage return"),
    "a cell too few": (PLAIN.replace("NN\tN.Reg", "NN", 1), r":2: found 10 cells, expected 11"),
    "a blank line": (PLAIN.replace("\nWerft", "\n\nWerft"), r":3: found 1 cells, expected 11"),
    "empty token": (cell("tok", 1, ""), r":3: tok: found '', expected a token"),
    "white space around a token": (cell("tok", 1, " Werft"), r":3: tok: found ' Werft'"),
    "sentence start": (cell("sentstart", 2, "Yes"), r":4: sentstart: found 'Yes', expected yes or no"),
    "empty cell": (cell("stwr", 0, ""), r":2: stwr: found '', expected - or"),
    "unknown type": (cell("stwr", 0, "mixed.speech.1"), r":2: stwr: found 'mixed.speech.1', expected - or"),
    "unknown medium": (cell("stwr", 0, "direct.radio.1"), r":2: stwr: found 'direct.radio.1'"),
    "no number": (cell("stwr", 0, "direct.speech"), r":2: stwr: found 'direct.speech'"),
    "number zero": (cell("stwr", 0, "direct.speech.0"), r":2: stwr: found 'direct.speech.0'"),
    "leading zero": (cell("stwr", 0, "direct.speech.01"), r":2: stwr: found 'direct.speech.01'"),
    "huge number": (cell("stwr", 0, f"direct.speech.{'9' * 5000}"), r":2: stwr: found 'direct.speec\.\.\.9+', expected"),
    "digits of another script": (cell("stwr", 0, "direct.speech.٣"), r":2: stwr: found"),
    "unknown attribute": (cell("stwr", 0, "direct.speech.1.loud"), r":2: stwr: found 'direct.speech.1.loud'"),
    "attributes in another order": (cell("stwr", 0, "direct.speech.1.prag.nonfact"), r":2: stwr: found"),
    "type of a part": (cell("stwr", 3, "indirect.speech.1"), r":5: stwr: 1 is 'indirect.speech' here, expected 'direct.speech'"),
    "a thousand levels": (cell("stwr", 0, "|".join(f"direct.speech.{n}" for n in range(1, 1001))), r":2: stwr: found '.*up to 32"),
    "another role": (cell("speaker", 0, "frame.1"), r":2: speaker: found 'frame.1', expected - or speaker.number"),
    "role without number": (cell("frame", 0, "frame."), r":2: frame: found 'frame.'"),
    "negative number": (cell("intexpr", 0, "intexpr.-1"), r":2: intexpr: found 'intexpr.-1'"),
    "underscores only": (cell("speaker", 0, "speaker.__"), r":2: speaker: found 'speaker.__'"),
}


@pytest.mark.parametrize(("content", "message"), [pytest.param(*case, id=name) for name, case in WRONG.items()])
def test_wrong_samples_name_the_line(content: str, message: str) -> None:
    with pytest.raises(DataError, match=f"^probe.tsv{message}"):
        read_sample(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("file\tyear\n", r"metadata.tsv:1: found no column orig_filename, "),
        (metadata_table([*METADATA, METADATA[0]]), r"metadata.tsv:4: found 'rwk_b_1-1.tsv' a second time"),
        (metadata_table(METADATA).replace("\t1902", ""), r"metadata.tsv:3: found 13 cells, expected 14"),
    ],
)
def test_wrong_metadata(folder: Path, content: str, message: str) -> None:
    (folder / "metadata.tsv").write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        list(redewiedergabe.read(folder))


def test_missing_files(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"found no sample, expected files that end in \.tsv"):
        list(redewiedergabe.read(tmp_path))
    with pytest.raises(DataError, match=r"x\.tsv: cannot be read"):
        list(redewiedergabe.read(tmp_path / "x.tsv"))


HOSTILE = (
    "",
    "-",
    "0",
    "../../x",
    "\x00",
    "9" * 400,
    "speaker.1_2_3",
    "|" * 300,
    "stwr",
    "<!ENTITY x>",
    "&#0;",
    "\u2028",
    "a\r",
    "𝔽",
)


def mutated(data: bytes, rng: random.Random) -> bytes:
    """The bytes of a table, changed once in one of many ways."""
    lines = [line.split(b"\t") for line in data.split(b"\n")]
    line = rng.choice(lines)
    at = rng.randrange(len(line))
    match rng.randrange(10):
        case 0:
            return data[: rng.randrange(len(data))]
        case 1:
            rng.shuffle(lines)
        case 2:
            del line[at]
        case 3:
            line.insert(at, line[at])
        case 4:
            line[at] = rng.choice(HOSTILE).encode()
        case 5:
            line[at] = rng.choice(rng.choice(lines))
        case 6:
            lines.remove(line)
        case 7:
            lines.insert(rng.randrange(len(lines)), line)
        case 8:
            return data[:at] + rng.randbytes(rng.randrange(1, 9)) + data[at:]
        case 9:
            line[at] = rng.randbytes(3) if rng.random() < 0.3 else line[at].replace(b".", b"..").replace(b"1", b"_1")
    return b"\n".join(b"\t".join(cells) for cells in lines)


def test_mutated_files_are_read_exactly_or_refused(folder: Path, tmp_path: Path) -> None:
    rng = random.Random(6)
    intact = {file.name: file.read_bytes() for file in folder.iterdir()}
    outcomes: Counter[str] = Counter()
    for number in range(200):
        name = rng.choice(["metadata.tsv", "rwk_a_2-short.tsv", "rwk_b_1-1.tsv", "rwk_b_1-1.tsv"])
        for file, data in intact.items():
            (folder / file).write_bytes(mutated(data, rng) if file == name else data)
        copy_of = tmp_path / "copies" / str(number)
        errors: list[DataError] = []
        try:
            redewiedergabe.write(redewiedergabe.FORMAT.read(folder, broken=errors.append), copy_of)
        except DataError as error:
            assert str(error).startswith(f"{folder}/metadata.tsv:")
            outcomes["no metadata"] += 1
            continue
        assert len(errors) == (name not in files(copy_of) and name != "metadata.tsv")
        outcomes["refused" if errors else "read"] += 1
        for file, data in files(copy_of).items():
            if file != "metadata.tsv":  # in which there may be lines of other files now
                assert data == (folder / file).read_bytes()
    assert min(outcomes[one] for one in ("read", "refused", "no metadata")) > 10
    assert {path.name for path in tmp_path.iterdir()} == {"tsv", "copies"}
    assert {path.suffix for path in (tmp_path / "copies").rglob("*") if path.is_file()} == {".tsv"}


# --- The corpus -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def round_trip(corpora: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Counter[str], dict[str, set[str]]]:
    """The corpus, its copy, and what passed on the way from one to the other: counts, and the original texts of each story."""
    source = corpora / "redewiedergabe" / "data" / "main" / "tsv"
    copied = tmp_path_factory.mktemp("redewiedergabe")
    counts: Counter[str] = Counter()
    stories: dict[str, set[str]] = {}
    validator = jsonschema_rs.validator_for(read_json(data_root() / "schema" / "annotation.schema.json"))

    def counted() -> Iterator[Document]:
        for document in redewiedergabe.read(source):
            file = source / f"{document.id.removeprefix('redewiedergabe-')}.tsv"
            counts.update((*counts_of(document), *levels(file.read_text(encoding="utf-8"))))
            stories.setdefault(document.metadata.story_id, set()).add(native(document)["metadata"]["orig_filename"])
            validator.validate(record_of(document))
            for one in document.sources:
                assert mentions(document, one)
            yield document

    redewiedergabe.write(counted(), copied)
    return source, copied, counts, stories


def counts_of(document: Document) -> Iterator[str]:
    kept = native(document)
    yield from ["document", *["token"] * len(document.tokens), *["sentence"] * len(document.sentences)]
    yield from ["entity"] * len(document.sources)
    yield from (f"{column} cell" for column, cells in kept.get("cells", {}).items() for _ in cells)
    for attribution in document.attributions:
        own = kept["annotations"][attribution.id]
        yield from [str(attribution.form), str(attribution.status), own["medium"], own.get("type", "default type")]
        yield from (attribute.partition("=")[0] for attribute in own.get("attributes", ()))
        for label, span in attribution.spans():
            yield from [label, f"{label} with a gap"][: 1 + (len(span.fragments) > 1)]
        yield from ["parent"] * (attribution.parent is not None) + ["frame"] * ("frame" in own)
        yield from quotation_marks(document, attribution)


def quotation_marks(document: Document, attribution: Attribution) -> Iterator[str]:
    """Whether the blanks stand outside the quotation marks at the ends of what was annotated as direct."""
    text, content = document.require_text(), attribution.content
    assert content is not None
    if attribution.form is Form.DIRECT:
        for mark, inner in ((content.start, content.start + 1), (content.end - 1, content.end - 2)):
            if text[mark] in '»«›‹„“"':
                yield "mark turned outside" if text[inner].isspace() else "mark turned inside"


def levels(content: str) -> Iterator[str]:
    """The level of each annotation in a sample: its place in the cells."""
    cells = set(cells_of(content, "stwr")) - {"-"}
    found = {label.split(".")[2]: level for cell in cells for level, label in enumerate(cell.split("|"), 1)}
    yield from (f"level {level}" for level in found.values())


def test_the_corpus_comes_back_byte_for_byte(round_trip: tuple[Path, Path, Counter[str], dict[str, set[str]]]) -> None:
    source, copied, *_ = round_trip
    original, copies = files(source), files(copied)
    assert original.keys() == copies.keys()
    assert [name for name, data in original.items() if copies[name] != data] == []
    assert len(original) == 839, "838 samples and their metadata"


def test_counts_of_the_corpus(round_trip: tuple[Path, Path, Counter[str], dict[str, set[str]]]) -> None:
    *_, counts, _ = round_trip
    assert counts == {
        **{"document": 838, "token": 486_929, "sentence": 27_814, "entity": 5_986, "parent": 1_495},
        **{"direct": 3_589, "indirect": 2_564, "reported": 5_401, "free_indirect": 265},
        **{"default type": 11_683, "freeIndirect": 136},
        **{"speech": 7_484, "thought": 2_852, "writing": 1_085},
        **{"speech writing": 322, "speech thought": 69, "thought writing": 2, "speech thought writing": 5},
        **{"level 1": 8_881, "level 2": 2_637, "level 3": 280, "level 4": 20, "level 5": 1},
        **{"actual": 9_625, "hypothetical": 2_194, "border": 1_158, "prag": 225, "metaph": 113},
        **{"content": 11_819, "source": 10_609, "cue": 9_995, "frame": 4_850},
        **{"content with a gap": 679, "source with a gap": 151, "cue with a gap": 572},
        **{"stwr cell": 115, "speaker cell": 220, "frame cell": 37, "intexpr cell": 16, "sentstart cell": 1},
        **{"mark turned inside": 5_633, "mark turned outside": 3},
    }


def test_samples_of_one_text_are_one_story(round_trip: tuple[Path, Path, Counter[str], dict[str, set[str]]]) -> None:
    *_, stories = round_trip
    assert {len(texts) for texts in stories.values()} == {1}
    assert len(stories) == len({text for texts in stories.values() for text in texts}) == 738
