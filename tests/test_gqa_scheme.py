"""Our annotations in GQA's scheme: one invented sentence a rule of codebook section 13.1."""

from __future__ import annotations

from dataclasses import replace

import pytest

from attrib_bench.corpus import load_collection
from attrib_bench.document import Document, Form, Zone, ZoneKind
from attrib_bench.files import sha256
from attrib_bench.formats import gqa
from attrib_bench.formats.gqa_scheme import body, in_gqa_scheme
from attrib_bench.sheet import parse
from attrib_bench.tokens import tokenize


def _document(text: str, *lines: str) -> Document:
    """The document with these attributions, written as a sheet has them; every source is one entity."""
    tokens, sentences = tokenize(text)
    bare = Document(
        id="s001-a", collection="core", text=text, sha256=sha256(text), n_chars=len(text), tokens=tokens, sentences=sentences
    )
    return parse("document s001-a\n\nsource e1  X  person unknown named\n\n" + "\n".join(lines) + "\n", bare, place="x.sheet")


def _said(document: Document) -> list[tuple[str, str, str, str, str]]:
    """Type, speaker, cue, quote and frame of each quotation, as words."""
    text = document.require_text()

    def words(ids: tuple[int, ...]) -> str:
        return " ".join(text[slice(*document.tokens[i])] for i in ids)

    return [(q.type, words(q.speaker), words(q.cue), words(q.quote), words(q.frame)) for q in gqa.roles(document)]


def _mapped(text: str, *lines: str) -> list[tuple[str, str, str, str, str]]:
    return _said(in_gqa_scheme(_document(text, *lines)))


def test_a_carrier_goes_to_the_speaker() -> None:
    found = _mapped(
        "Nach Angaben der Werft ist der Kai alt.\n",
        "a1 indirect",
        '  source "der Werft" = e1',
        '  cue "Nach Angaben"',
        '  content "ist der Kai alt"',
    )
    assert found == [("Indirect", "Angaben der Werft", "Nach", "ist der Kai alt", "Nach Angaben der Werft")]


def test_auxiliaries_and_es_go_to_the_cue() -> None:
    found = _mapped(
        "Der Wirt hatte gestern gesagt, der Kai sei alt.\n",
        "a1 indirect",
        '  source "Der Wirt" = e1',
        '  cue "gesagt"',
        '  content "der Kai sei alt"',
    )
    assert found == [("Indirect", "Der Wirt", "hatte gesagt", "der Kai sei alt", "Der Wirt hatte gestern gesagt ,")]
    found = _mapped(
        "Der Kai sei alt, heißt es im Brief.\n",
        "a1 indirect",
        '  source "Brief" = e1',
        '  cue "heißt"',
        '  content "Der Kai sei alt"',
    )
    assert found[0][2] == "heißt es"


def test_a_mixed_one_is_an_indirect_with_directs_in_it() -> None:
    lines = ("a1 mixed", '  source "Timm" = e1', '  cue "sagte"', '  content "der Kai sei „alt“ und „sehr müde“"')
    found = _mapped("Timm sagte, der Kai sei „alt“ und „sehr müde“.\n", *lines)
    assert [(one[0], one[3]) for one in found] == [
        ("Indirect", "der Kai sei „ alt “ und „ sehr müde “"),
        ("Direct", "„ alt “"),
        ("Direct", "„ sehr müde “"),
    ]
    assert len({one[1] for one in found}) == 1
    document = in_gqa_scheme(_document("Timm sagte, der Kai sei „alt“ und „sehr müde“.\n", *lines))
    assert [attribution.id for attribution in document.attributions] == ["a1", "a1-1", "a1-2"]


def test_a_naming_verb_leaves_the_direct_alone() -> None:
    found = _mapped(
        "Timm nannte den Kai „alt“.\n", "a1 mixed", '  source "Timm" = e1', '  cue "nannte"', '  content "den Kai „alt“"'
    )
    assert [(one[0], one[3]) for one in found] == [("Direct", "„ alt “")]


def test_a_reported_one_is_its_clause() -> None:
    found = _mapped(
        "Timm warnte vor dem Kai, und es regnete.\n",
        "a1 reported",
        '  source "Timm" = e1',
        '  cue "warnte"',
        '  content "vor dem Kai"',
    )
    assert found == [("Reported", "Timm", "", "Timm warnte vor dem Kai", "")]


def test_a_run_has_the_speaker_of_what_it_continues_and_its_stop() -> None:
    found = _mapped(
        "Timm sagte, der Kai sei alt. Er müsse weg.\n",
        "a1 indirect",
        '  source "Timm" = e1',
        '  cue "sagte"',
        '  content "der Kai sei alt"',
        "",
        "a2 free_indirect  continues a1",
        '  content "Er müsse weg"',
    )
    assert found[1] == ("IndirectFreeIndirect", "Timm", "", "Er müsse weg .", "")


def test_a_basis_and_a_refusal_are_left_out() -> None:
    found = _mapped(
        "Radio Elbe meldet unter Berufung auf Lotsen, der Kai sei alt. Timm schwieg dazu.\n",
        "a1 indirect",
        '  source "Radio Elbe" = e1',
        '  cue "meldet"',
        '  content "der Kai sei alt"',
        "",
        "a2 indirect  via a1",
        '  source "Lotsen" = e1',
        '  cue "unter Berufung auf"',
        '  content "der Kai sei alt"',
        "",
        "a3 no_comment",
        '  source "Timm" = e1',
        '  cue "schwieg"',
    )
    assert [one[1] for one in found] == ["Radio Elbe"]


@pytest.mark.parametrize(("cue", "medium"), [("glaubt", "ST"), ("schreibt", "Writing"), ("sagte", "Speech"), ("behauptet", "SW")])
def test_medium(cue: str, medium: str) -> None:
    document = _document(
        f"Timm {cue}, der Kai sei alt.\n", "a1 indirect", '  source "Timm" = e1', f'  cue "{cue}"', '  content "der Kai sei alt"'
    )
    assert gqa.roles(in_gqa_scheme(document))[0].medium == medium


def test_the_body_has_no_zones() -> None:
    text = "Timm: Kai alt\n\nTimm sagte, der Kai sei alt.\n"
    title = Zone(kind=ZoneKind.TITLE, start=0, end=text.index("\n"))
    document = replace(
        _document(
            text,
            "a1 indirect",
            '  source "[[Timm]]:" = e1',
            '  content "Kai alt"',
            "",
            "a2 indirect",
            '  source "[[Timm]] sagte" = e1',
            '  cue "sagte"',
            '  content "der Kai sei alt"',
        ),
        zones=(title,),
    )
    found = body(document)
    assert [attribution.id for attribution in found.attributions] == ["a2"]
    assert text[found.tokens[0][0] :].startswith("Timm sagte")
    assert found.sentences == ((0, len(found.tokens)),)


def test_core_can_be_written_as_gqa() -> None:
    for document in load_collection().documents:
        mapped = in_gqa_scheme(body(document))
        record = gqa.to_record(mapped)
        assert len(record["annotations"]) == len(mapped.attributions)
        assert {one.form for one in mapped.attributions} <= set(gqa.TYPES.values())


def test_one_without_a_source_stays_so() -> None:
    document = _document("Timm sagte, der Kai sei alt.\n", "a1 indirect", '  cue "sagte"', '  content "der Kai sei alt"')
    mapped = in_gqa_scheme(document)
    assert [(one.id, one.form, one.source) for one in mapped.attributions] == [("a1", Form.INDIRECT, None)]
    assert mapped.sources == ()
