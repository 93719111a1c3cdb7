"""SpkAtt: lossless both ways, right after edits, clear about what is wrong. The speeches are invented."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings

from attrib_bench.document import Attribution, DataError, Document, Form, Identification, Kind, Sector, Source, Span, mentions
from attrib_bench.files import data_root, json_line, read_json
from attrib_bench.formats import jsonlines, spkatt
from attrib_bench.records import record_of
from strategies import documents

Record = dict[str, Any]

NAME = "20301_Tagesordnungspunkt_7_XYZ_von_Harms_ID2030104400_09.02.2031"
SENTENCES = [
    "Die Werft teilt mit , Herr Timm habe gesagt , er sei „ fast fertig “ .".split(),
    "Laut dem Hafenblatt warnt die Ministerin in ihrem Brief vor Kosten / Schulden .".split(),
    "Wir reden über Fähren , und die Debatte dauert an .".split(),
    "„ Das Dach ist dicht “ , meint er zum Zeitplan .".split(),
]


def annotation(**roles: str) -> Record:
    """An annotation with these roles, their tokens separated by blanks."""
    return {role: roles.get(role, "").split() for role in spkatt.ROLES}


EMBEDDING = annotation(Source="0:0 0:1", Cue="0:2", PTC="0:3", Message="0:5 0:6 0:7 0:8 0:10 0:11 0:12 0:13 0:14 0:15")
EMBEDDED = annotation(Source="0:5 0:6", Cue="0:8 0:7", Message="0:10 0:11 0:12 0:13 0:14 0:15")
WARNING = annotation(
    Source="1:4 1:5", Medium="1:6 1:7 1:8", Evidence="1:1 1:2", Cue="1:3", Message="1:9 1:10 1:11 1:12", Addr="1:2"
)
TALKING = annotation(Source="2:0", Cue="2:1", Topic="2:2 2:3")
NOUN = annotation(Cue="2:7", Topic="2:3")
ALONE = annotation(Cue="2:7 2:8", Source="2:0")
DIRECT = annotation(Source="3:8", Cue="3:7", Message="3:1 3:2 3:3 3:4", Topic="3:10 3:9")
TOPIC = annotation(Source="3:8", Cue="3:7", Topic="3:10")
SPEECH = (EMBEDDING, EMBEDDED, WARNING, TALKING, NOUN, ALONE, DIRECT)


def record(*annotations: Record, sentences: list[list[str]] = SENTENCES) -> Record:
    numbered = [{"SentenceId": number, "Tokens": tokens} for number, tokens in enumerate(sentences)]
    return copy.deepcopy({"Sentences": numbered, "Annotations": list(annotations)})


def read_speech(*annotations: Record) -> Document:
    return spkatt.from_record(record(*(annotations or SPEECH)), name=NAME, place="speech")


def surface(document: Document, span: Span | None) -> str | None:
    return None if span is None else span.surface(document.require_text())


# --- Into the model -------------------------------------------------------------------------------------------------


def test_document_facts() -> None:
    document = read_speech()
    assert (document.id, document.collection) == ("spkatt-2030104400", "spkatt")
    metadata = document.metadata
    assert (metadata.story_id, metadata.date) == ("spkatt-20301-tagesordnungspunkt-7", "2031-02-09")
    assert metadata.title == "Tagesordnungspunkt 7: von Harms (XYZ)"
    assert document.require_text().startswith("Die Werft teilt mit, Herr Timm habe gesagt, er sei „fast fertig“. Laut dem")
    words = [document.require_text()[start:end] for start, end in document.tokens]
    assert words == [word for sentence in SENTENCES for word in sentence]
    assert document.sentences == ((0, 17), (17, 31), (31, 42), (42, 54))


def test_which_annotations_become_attributions() -> None:
    document = read_speech()
    assert [(a.id, str(a.form), surface(document, a.cue), surface(document, a.content)) for a in document.attributions] == [
        ("a0", "mixed", "teilt mit", "Herr Timm habe gesagt … er sei „fast fertig“"),
        ("a1", "mixed", "habe gesagt", "er sei „fast fertig“"),
        ("a2", "indirect", "warnt", "vor Kosten/Schulden"),
        ("a6", "direct", "meint", "Das Dach ist dicht"),
    ]
    assert surface(document, document.attributions[2].addressee) == "Hafenblatt"


@pytest.mark.parametrize(
    ("annotated", "content"),
    [
        pytest.param(TOPIC, "Zeitplan", id="topic-alone"),
        pytest.param(TALKING, None, id="what-is-talked-about"),
        pytest.param(NOUN, None, id="nominal-cue-without-clause"),
        pytest.param(annotation(Cue="2:7", Message="2:3"), "Fähren", id="nominal-cue-with-message"),
        pytest.param(ALONE, None, id="neither"),
        pytest.param(annotation(Topic="3:10"), None, id="topic-without-cue"),
    ],
)
def test_the_content_of_an_annotation(annotated: Record, content: str | None) -> None:
    document = read_speech(annotated)
    assert [surface(document, a.content) for a in document.attributions] == ([content] if content else [])
    assert all((a.form is Form.REPORTED) == bool(annotated["Topic"]) for a in document.attributions)
    assert spkatt.to_record(document) == record(annotated)


def test_sources_by_role() -> None:
    document = read_speech()
    assert [(source.name, str(source.kind)) for source in document.sources] == [
        ("Die Werft", "unspecified"),
        ("Herr Timm", "unspecified"),
        ("die Ministerin", "unspecified"),
        ("in ihrem Brief", "document"),
        ("dem Hafenblatt", "document"),
        ("er", "unspecified"),
    ]
    warning = document.attribution_by_id["a2"]
    # The speaker and the letter are neighbours and stay two fragments, so that each can name its source.
    assert surface(document, warning.source) == "dem Hafenblatt … die Ministerin … in ihrem Brief"
    assert warning.source_refs == ("e5", "e3", "e4")


def test_parent_where_all_of_an_annotation_lies_in_anothers_content() -> None:
    assert [a.parent for a in read_speech().attributions] == [None, "a0", None, None]
    same = annotation(Source="0:0", Cue="0:8 0:7", Message="0:10 0:11")  # its source stands outside
    assert [a.parent for a in read_speech(EMBEDDING, same).attributions] == [None, None]


def test_what_native_keeps() -> None:
    native = read_speech().native["spkatt"]
    assert native["file"] == NAME
    assert native["annotations"][1] == {"Message": [10, 11, 12, 13, 14, 15], "Source": [5, 6], "Cue": [8, 7]}
    assert native["annotations"][5] == {"Source": [31], "Cue": [38, 39]}
    assert native["tokens"] == {}


@pytest.mark.parametrize(
    ("name", "doc_id"),
    [
        pytest.param(NAME, "spkatt-2030104400", id="corpus"),
        pytest.param("s017-b", "s017-b", id="an-id"),
        pytest.param("Rede zur Fähre", "spkatt-219c15e434ff", id="anything-else"),
        pytest.param("a" * 65, "spkatt-635361c48bb9", id="too-long"),
    ],
)
def test_document_ids(name: str, doc_id: str) -> None:
    assert spkatt.document_id(name) == doc_id


def test_a_date_that_never_was_is_left_out() -> None:
    document = spkatt.from_record(record(), name=NAME.replace("09.02", "31.02"), place="speech")
    assert (document.metadata.date, document.id) == ("", "spkatt-2030104400")


# --- Back -----------------------------------------------------------------------------------------------------------


def file_bytes(value: Record, end: str = "\n") -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=3) + end).encode()


@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
def test_a_file_comes_back_byte_for_byte(tmp_path: Path, end: str) -> None:
    (tmp_path / "task1").mkdir()
    original = tmp_path / "task1" / f"{NAME}.json"
    original.write_bytes(file_bytes(record(*SPEECH), end))
    spkatt.write(spkatt.read(tmp_path), tmp_path / "copy")
    assert [file.name for file in (tmp_path / "copy").iterdir()] == [original.name]
    assert (tmp_path / "copy" / original.name).read_bytes() == original.read_bytes()


def test_another_layout_comes_back_with_equal_values(tmp_path: Path) -> None:
    value = record(*SPEECH)
    value["Annotations"] = [dict(sorted(item.items())) for item in value["Annotations"]]
    (tmp_path / f"{NAME}.json").write_text(json_line(value), encoding="utf-8")
    spkatt.write(spkatt.read(tmp_path / f"{NAME}.json"), tmp_path / "copy")
    assert read_json(tmp_path / "copy" / f"{NAME}.json") == value


def test_white_space_at_the_edges_of_a_token_is_kept() -> None:
    value = record(TALKING, sentences=[["Na ", "ja"], [" gut", "."], ["Wir", "reden", "über", "alles"]])
    document = spkatt.from_record(value, name=NAME, place="speech")
    assert document.text == "Na ja gut. Wir reden über alles"
    assert document.native["spkatt"]["tokens"] == {"0": "Na ", "2": " gut"}
    assert spkatt.to_record(document) == value


def test_through_our_own_json_lines(tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.json").write_bytes(file_bytes(record(*SPEECH)))
    jsonlines.FORMAT.write(spkatt.read(tmp_path), tmp_path / "own.jsonl", None)
    spkatt.write(jsonlines.FORMAT.read(tmp_path / "own.jsonl"), tmp_path / "copy")
    assert (tmp_path / "copy" / f"{NAME}.json").read_bytes() == (tmp_path / f"{NAME}.json").read_bytes()


def edited(document: Document, identifier: str, **changes: Any) -> Document:
    attributions = tuple(replace(a, **changes) if a.id == identifier else a for a in document.attributions)
    return replace(document, attributions=attributions)


def written(document: Document, index: int) -> Record:
    """The roles of an annotation that are not empty, as they are written."""
    return {role: tokens for role, tokens in spkatt.to_record(document)["Annotations"][index].items() if tokens}


def tokens_of(document: Document, *ids: int) -> Span:
    return Span.of(*(document.tokens[i] for i in ids))


def test_an_attribution_that_was_taken_out_is_gone_and_the_others_stay() -> None:
    document = read_speech()
    gone = replace(document, attributions=tuple(a for a in document.attributions if a.id != "a1"))
    assert spkatt.to_record(gone)["Annotations"] == [item for item in SPEECH if item is not EMBEDDED]


def test_a_changed_content_leaves_the_other_roles_as_they_were() -> None:
    document = read_speech()
    changed = edited(document, "a6", content=tokens_of(document, 43, 44, 47))
    expected = {**DIRECT, "Message": ["3:1", "3:2", "3:5"]}
    assert spkatt.to_record(changed)["Annotations"] == [*SPEECH[:-1], expected]


def test_tokens_keep_their_role_as_long_as_the_span_holds_them() -> None:
    document = read_speech()
    changed = edited(document, "a0", cue=tokens_of(document, 1, 3), addressee=tokens_of(document, 0))
    assert written(changed, 0) == {
        "Addr": ["0:0"],
        "Message": EMBEDDING["Message"],
        "Source": ["0:0", "0:1"],
        "Cue": ["0:1"],
        "PTC": ["0:3"],
    }
    assert "PTC" not in written(edited(document, "a0", cue=tokens_of(document, 2)), 0)


def new(document: Document, kind: Kind, sector: Sector, form: Form, cue: int) -> Document:
    source = Source(id="e99", name="Brief", kind=kind, sector=sector, identification=Identification.NAMED)
    attribution = Attribution(
        id="a4",  # the number of an annotation that has become nothing, and stays
        form=form,
        source=tokens_of(document, 25),
        cue=tokens_of(document, cue),
        content=tokens_of(document, 27),
        source_refs=("e99",),
    )
    return replace(document, sources=(*document.sources, source), attributions=(attribution, *document.attributions[1:]), hedges=())


@pytest.mark.parametrize(
    ("kind", "sector", "form", "cue", "roles"),
    [
        pytest.param(Kind.PERSON, Sector.STATE, Form.INDIRECT, 32, {"Source", "Message"}, id="person"),
        pytest.param(Kind.DOCUMENT, Sector.STATE, Form.DIRECT, 32, {"Medium", "Message"}, id="document"),
        pytest.param(Kind.INSTITUTION, Sector.MEDIA, Form.REPORTED, 32, {"Medium", "Topic"}, id="outlet-reported"),
        pytest.param(Kind.GROUP, Sector.UNKNOWN, Form.REPORTED, 20, {"Source", "Message"}, id="reported-after-warnen"),
    ],
)
def test_a_new_attribution_comes_last(kind: Kind, sector: Sector, form: Form, cue: int, roles: set[str]) -> None:
    document = new(read_speech(), kind, sector, form, cue)
    assert spkatt.to_record(document)["Annotations"][:-1] == list(SPEECH[1:])
    assert set(written(document, -1)) == {*roles, "Cue"}


@settings(max_examples=60)
@given(documents(doc_id="s001-a"))
def test_any_document_is_written_and_written_again_alike(document: Document) -> None:
    once = spkatt.to_record(document)
    again = spkatt.from_record(once, name=document.id, place="again")
    assert len(again.tokens) == len(document.tokens)
    assert again.sentences == document.sentences
    assert spkatt.to_record(again) == once
    assert len(once["Annotations"]) == len(document.attributions)


# --- What is refused ------------------------------------------------------------------------------------------------

WRONG: dict[str, tuple[Callable[[Record], Any], str]] = {
    "no-object": (lambda r: [r], r"speech: /: found \[.*expected an object with the keys Sentences, Annotations"),
    "key-missing": (lambda r: r.pop("Annotations") and r, "speech: /: found .*expected an object with the keys"),
    "key-more": (lambda r: {**r, "Extra": 1}, "speech: /: found .*expected an object with the keys"),
    "no-list": (lambda r: r | {"Annotations": {}}, r"/Annotations: found \{\}, expected a list"),
    "sentence-id": (lambda r: r["Sentences"][1].update(SentenceId=2) or r, "/Sentences/1/SentenceId: found 2, expected 1"),
    "sentence-id-bool": (
        lambda r: r["Sentences"][1].update(SentenceId=True) or r,
        "/Sentences/1/SentenceId: found True, expected 1",
    ),
    "no-tokens": (
        lambda r: r["Sentences"][0].update(Tokens=[]) or r,
        r"/Sentences/0/Tokens: found \[\], expected a list of tokens",
    ),
    "token-empty": (lambda r: r["Sentences"][0]["Tokens"].insert(1, " ") or r, "/Sentences/0/Tokens/1: found ' ', expected a word"),
    "token-number": (lambda r: r["Sentences"][0]["Tokens"].insert(0, 7) or r, "/Sentences/0/Tokens/0: found 7, expected a word"),
    "surrogate": (
        lambda r: r["Sentences"][0]["Tokens"].insert(0, "x\ud800") or r,
        r"/Sentences/0/Tokens/0: found 'x\\ud800', expected a word in Unicode",
    ),
    "too-many": (lambda r: r | {"Annotations": r["Annotations"] * 200}, "/Annotations: found 1400, expected at most 1000"),
    "role-missing": (
        lambda r: r["Annotations"][0].pop("PTC") and r,
        "/Annotations/0: found .*expected an object with the keys Addr",
    ),
    "role-no-list": (lambda r: r["Annotations"][0].update(Cue="0:2") or r, "/Annotations/0/Cue: found '0:2', expected a list"),
    "reference": (
        lambda r: r["Annotations"][0].update(Cue=["0-2"]) or r,
        "/Annotations/0/Cue/0: found '0-2', expected sentence:token",
    ),
    "leading-zero": (
        lambda r: r["Annotations"][0].update(Cue=["0:02"]) or r,
        "/Annotations/0/Cue/0: found '0:02', expected sentence",
    ),
    "huge": (
        lambda r: r["Annotations"][0].update(Cue=[f"0:{'9' * 5000}"]) or r,
        "/Annotations/0/Cue/0: found .*expected sentence:token",
    ),
    "no-such-token": (
        lambda r: r["Annotations"][0].update(Cue=["0:17"]) or r,
        "/Annotations/0/Cue/0: found 0:17, expected a token",
    ),
    "no-such-sentence": (
        lambda r: r["Annotations"][0].update(Cue=["4:0"]) or r,
        "/Annotations/0/Cue/0: found 4:0, expected a token",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named_with_its_place(name: str) -> None:
    spoil, message = WRONG[name]
    with pytest.raises(DataError, match=message):
        spkatt.from_record(spoil(record(*SPEECH)), name=NAME, place="speech")


@pytest.mark.parametrize(
    ("native", "tokens"),
    [
        pytest.param([], True, id="no-object"),
        pytest.param({"annotations": [{"Cue": [99]}]}, True, id="token-beyond"),
        pytest.param({"annotations": [{"Cue": ["0:1"]}]}, True, id="no-token-id"),
        pytest.param({"annotations": [{"Verb": [1]}]}, True, id="no-role"),
        pytest.param({"annotations": {"a0": 1}}, True, id="no-list"),
        pytest.param({"tokens": {"0": "Das"}}, True, id="another-word"),
        pytest.param({"tokens": {"99": "Das"}}, True, id="another-token"),
        pytest.param({"end": "}"}, True, id="end-that-is-none"),
        pytest.param({"file": 7}, True, id="file-that-is-none"),
        pytest.param({"unknown": ""}, True, id="unknown-key"),
        pytest.param({}, False, id="no-tokens"),
    ],
)
def test_native_from_elsewhere_is_checked(tmp_path: Path, native: Any, tokens: bool) -> None:
    document = replace(read_speech(), native={"spkatt": native})
    with pytest.raises(DataError, match=r"spkatt-2030104400: (native is not what|found no tokens)"):
        spkatt.write([document if tokens else replace(document, tokens=(), sentences=())], tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("file", ["../../x", "/tmp/x", ".hidden", "a/b", "x\x00", "", "a" * 300])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, file: str) -> None:
    document = read_speech()
    hostile = replace(document, native={"spkatt": {**document.native["spkatt"], "file": file}})
    spkatt.write([hostile], tmp_path / "in" / "here")
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.json")] == ["in/here/spkatt-2030104400.json"]


def test_no_file_is_written_over_another(tmp_path: Path) -> None:
    document = read_speech()
    other = replace(document, id="other")
    told: list[str] = []
    spkatt.write([document, other, replace(document, native={})], tmp_path, lambda error: told.append(str(error)))
    assert told == [f"other: would be written to {NAME}.json, where spkatt-2030104400 already is"]
    assert {path.name for path in tmp_path.iterdir()} == {f"{NAME}.json", "spkatt-2030104400.json"}


def test_a_broken_file_does_not_keep_the_others_from_being_read(tmp_path: Path) -> None:
    for name, content in (("a", file_bytes(record(*SPEECH))), ("b", b"{"), ("c", b"\xff"), ("d", file_bytes(record()))):
        (tmp_path / f"{name}.json").write_bytes(content)
    told: list[str] = []
    assert [d.id for d in spkatt.FORMAT.read(tmp_path, broken=lambda error: told.append(str(error)))] == ["a", "d"]
    assert [message.split(": ")[0] for message in told] == [str(tmp_path / "b.json"), str(tmp_path / "c.json")]


def test_a_folder_without_speeches_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="found no file, expected speeches"):
        list(spkatt.read(tmp_path))


def test_what_is_recognised(tmp_path: Path) -> None:
    (tmp_path / "speeches").mkdir()
    (tmp_path / "speeches" / "x.json").write_bytes(file_bytes(record()))
    (tmp_path / "y.json").write_text('{"documentName": ""}', encoding="utf-8")
    found = [spkatt.FORMAT.recognises(path) for path in (tmp_path / "speeches", tmp_path / "speeches" / "x.json")]
    assert found == [True, True]
    assert not any(spkatt.FORMAT.recognises(path) for path in (tmp_path, tmp_path / "y.json"))


# --- Mutations ------------------------------------------------------------------------------------------------------


def mutated(content: bytes, generator: random.Random) -> bytes:
    """The content of a file with something wrong, or not, at a place by chance."""
    at, until = sorted(generator.choices(range(len(content)), k=2))
    lines = content.split(b"\n")
    values = [
        b"null",
        b"-1",
        b"[]",
        b"{}",
        b'"x"',
        b"1e999",
        b"NaN",
        b"9" * 5000,
        b'"\\ud800"',
        b"[" * 100_000,
        b"\x00",
        b'"../../x"',
    ]
    line = generator.randrange(len(lines))
    ways: list[Callable[[], bytes]] = [
        lambda: content[:at],
        lambda: content[:at] + content[until:],
        lambda: content[:at] + generator.randbytes(5) + content[at:],
        lambda: content[:at] + generator.choice(values) + content[at:],
        lambda: b"\n".join(generator.sample(lines, len(lines))),
        lambda: b"\n".join(lines[:line] + lines[line + 1 :]),
        lambda: b"\n".join([*lines[:line], *[lines[line]] * 2, *lines[line + 1 :]]),
        lambda: content.replace(b'"0:', generator.choice([b'"1:', b'"-0:', b'"00:', b'"7:']), generator.randint(1, 9)),
        lambda: content.replace(generator.choice([b'"Cue"', b'"Tokens"', b'"SentenceId"']), b'"Other"', 1),
        lambda: content.replace(b'"SentenceId": 1', b'"SentenceId": ' + generator.choice(values)),
    ]
    return generator.choice(ways)()


def test_mutated_files_are_read_or_refused(tmp_path: Path) -> None:
    generator = random.Random(20260101)
    outcomes: Counter[str] = Counter()
    original = file_bytes(record(*SPEECH))
    for number in range(200):
        file = tmp_path / "in" / f"m{number}.json"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(mutated(original, generator))
        try:
            spkatt.write(spkatt.read(file), tmp_path / "out")
        except DataError as error:
            assert str(error).startswith(str(file))
            outcomes["refused"] += 1
        else:
            assert read_json(tmp_path / "out" / file.name) == read_json(file)
            outcomes["read"] += 1
    assert outcomes["refused"] > 100
    assert outcomes["read"] > 10
    assert {path.name for path in tmp_path.iterdir()} == {"in", "out"}


# --- The corpus -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def corpus(corpora: Path) -> dict[str, list[Document]]:
    return {split: list(spkatt.read(corpora / "spkatt" / "data" / split)) for split in ("train", "dev", "trial")}


def test_every_file_of_the_corpus_comes_back_byte_for_byte(
    corpora: Path, corpus: dict[str, list[Document]], tmp_path: Path
) -> None:
    n_files = 0
    for split, found in corpus.items():
        spkatt.write(found, tmp_path / split)
        for file in sorted((corpora / "spkatt" / "data" / split / "task1").iterdir()):
            assert (tmp_path / split / file.name).read_bytes() == file.read_bytes(), file.name
            n_files += 1
    assert n_files == 198


def test_counts_of_the_corpus(corpus: dict[str, list[Document]]) -> None:
    counts = {
        split: (
            len(found),
            sum(len(d.native["spkatt"]["annotations"]) for d in found),
            sum(len(d.attributions) for d in found),
            sum(len(d.tokens) for d in found),
            sum(len(d.sentences) for d in found),
            len({d.metadata.story_id for d in found}),
        )
        for split, found in corpus.items()
    }
    assert counts == {
        "train": (177, 5399, 3543, 148254, 9093, 19),
        "dev": (18, 515, 318, 14519, 927, 18),
        "trial": (3, 88, 62, 2507, 152, 1),
    }
    # The trial speeches are among those of train.
    train = {d.id: d for d in corpus["train"]}
    assert all(train[d.id].attributions == d.attributions for d in corpus["trial"])


def test_what_becomes_of_the_corpus(corpus: dict[str, list[Document]]) -> None:
    found = [d for split in ("train", "dev") for d in corpus[split]]
    attributions = [a for d in found for a in d.attributions]
    assert Counter(str(a.form) for a in attributions) == {"indirect": 3390, "reported": 329, "direct": 74, "mixed": 68}
    assert Counter(label for a in attributions for label, _ in a.spans()) == {
        "source": 3040,
        "cue": 3861,
        "content": 3861,
        "addressee": 407,
    }
    assert Counter(str(source.kind) for d in found for source in d.sources) == {"unspecified": 1671, "document": 295}
    assert sum(a.parent is not None for a in attributions) == 253


def test_the_corpus_fits_the_annotation_schema(corpus: dict[str, list[Document]]) -> None:
    validator = jsonschema_rs.validator_for(read_json(data_root() / "schema" / "annotation.schema.json"))
    for found in corpus.values():
        for document in found:
            validator.validate(record_of(document))
            for source in document.sources:
                assert mentions(document, source)
