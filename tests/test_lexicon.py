"""The system `lexicon`: what its rules find in small sentences, both schemes, every task, saved models, and its word lists."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attrib_bench.baselines import load_system
from attrib_bench.baselines.lexicon import LexiconTagger
from attrib_bench.baselines.rawtext import document_of
from attrib_bench.baselines.store import save_model
from attrib_bench.baselines.wordclasses import classes
from attrib_bench.document import (
    Attribution,
    DataError,
    Document,
    Form,
    Identification,
    Kind,
    Metadata,
    Reason,
    RejectedTrigger,
    Sector,
    Source,
    Span,
    Zone,
    ZoneKind,
)
from attrib_bench.evaluation import evaluate, load_gold
from attrib_bench.formats import gqa
from attrib_bench.lexicon import WORD_CLASSES, cue_verbs, participles, separated_verbs, subjunctives
from attrib_bench.predictions import Predictions
from attrib_bench.scoring import gqa as official
from attrib_bench.tasks import TASKS


def _tagged(text: str, *, gqas: bool = False) -> Document:
    (found,) = LexiconTagger(scheme="gqa" if gqas else "core").predict([document_of(text, id="x-a")], "attribution")
    return found


def _say(span: Span | None, text: str) -> str:
    return span.surface(text) if span is not None else ""


@pytest.mark.parametrize(
    "text, expected",
    [
        pytest.param(
            "Die Reederei teilte am Abend mit, dass die Fähre ausfällt.",
            [("Die Reederei", "teilte … mit", "dass die Fähre ausfällt", "indirect")],
            id="separated verb with a clause",
        ),
        pytest.param(
            "„Wir öffnen am Montag wieder“, sagte die Museumsleiterin.",
            [("die Museumsleiterin", "sagte", "„Wir öffnen am Montag wieder“", "direct")],
            id="quotation before its cue",
        ),
        pytest.param(
            "Die Wirtin sagte: „Der Keller ist trocken. Wir öffnen.“ Dann ging sie.",
            [("Die Wirtin", "sagte", "„Der Keller ist trocken. Wir öffnen.“", "direct")],
            id="quotation of two sentences after a colon",
        ),
        pytest.param(
            "„Wir öffnen wieder“, sagte Brandt, „aber nur halbtags.“",
            [("Brandt", "sagte", "„Wir öffnen wieder“ … „aber nur halbtags.“", "direct")],
            id="inserted frame",
        ),
        pytest.param(
            "„Das Dach ist nun wirklich dicht“, sagte Brandt. „Jetzt fehlt nur noch die Heizung.“",
            [("Brandt", "sagte", "„Das Dach ist nun wirklich dicht“ … „Jetzt fehlt nur noch die Heizung.“", "direct")],
            id="second quotation of the paragraph",
        ),
        pytest.param("Laut Polizei stand die Tür offen.", [("Polizei", "Laut", "stand die Tür offen", "indirect")], id="laut"),
        pytest.param(
            "Nach Angaben der Feuerwehr brannten zwei Hallen nieder.",
            [("der Feuerwehr", "Nach Angaben", "brannten zwei Hallen nieder", "indirect")],
            id="carrier noun belongs to the cue",
        ),
        pytest.param(
            "Nach Einschätzung von Verkehrsforschern wird der Tunnel zu spät fertig.",
            [("Verkehrsforschern", "Nach Einschätzung", "wird der Tunnel zu spät fertig", "indirect")],
            id="von belongs to nobody",
        ),
        pytest.param(
            "Nach ersten Angaben blieb die Besatzung unverletzt.",
            [("ersten Angaben", "Nach", "blieb die Besatzung unverletzt", "indirect")],
            id="carrier noun without originator",
        ),
        pytest.param(
            "Seinen Worten nach war die Tür offen.",
            [("Seinen", "Worten nach", "war die Tür offen", "indirect")],
            id="nach behind its phrase",
        ),
        pytest.param(
            "Der Hof wurde Polizeiangaben zufolge dreimal durchsucht.",
            [("Polizeiangaben", "zufolge", "Der Hof wurde … dreimal durchsucht", "indirect")],
            id="zufolge",
        ),
        pytest.param(
            "Die Kasse war leer, und die Tür stand laut Polizei offen.",
            [("Polizei", "laut", "und die Tür stand … offen", "indirect")],
            id="medial cue takes its own clause",
        ),
        pytest.param("Die Pacht steige, so der Wirt.", [("der Wirt", "so", "Die Pacht steige", "indirect")], id="so at the end"),
        pytest.param("So gelang der Sieg.", [], id="so as an adverb"),
        pytest.param(
            "Demnach stieg die Zahl der Unfälle.", [("", "Demnach", "stieg die Zahl der Unfälle", "indirect")], id="demnach"
        ),
        pytest.param(
            "Wie die Behörde mitteilte, sank der Pegel.",
            [("die Behörde", "mitteilte", "sank der Pegel", "indirect")],
            id="wie first",
        ),
        pytest.param(
            "Der Vertrag läuft, wie die Bank berichtet, im Mai aus.",
            [("die Bank", "berichtet", "Der Vertrag läuft … im Mai aus", "indirect")],
            id="wie inside",
        ),
        pytest.param(
            "Die Fähre falle aus, teilte die Reederei mit.",
            [("die Reederei", "teilte … mit", "Die Fähre falle aus", "indirect")],
            id="content before its cue",
        ),
        pytest.param(
            "Ole Timm, Leiter der Werft, sagte, dass der Kran sicher sei.",
            [("Ole Timm, Leiter der Werft", "sagte", "dass der Kran sicher sei", "indirect")],
            id="apposition",
        ),
        pytest.param(
            "Der Verband hat am Montag gefordert, die Steuer zu senken.",
            [("Der Verband", "gefordert", "die Steuer zu senken", "indirect")],
            id="perfect and zu-infinitive",
        ),
        pytest.param(
            "Dem Mann wird vorgeworfen, Akten vernichtet zu haben.",
            [("", "vorgeworfen", "Akten vernichtet zu haben", "indirect")],
            id="passive without agent",
        ),
        pytest.param(
            "Von der Stadt wurde bestätigt, dass der Damm hält.",
            [("der Stadt", "bestätigt", "dass der Damm hält", "indirect")],
            id="passive with agent",
        ),
        pytest.param("Es hieß, der Wirt gehe.", [("", "hieß", "der Wirt gehe", "indirect")], id="es hieß"),
        pytest.param(
            "In dem Bericht heißt es, die Brücke sei alt.",
            [("dem Bericht", "heißt", "die Brücke sei alt", "indirect")],
            id="text speaks",
        ),
        pytest.param(
            "Seine Forderung, dass die Halle öffnet, blieb ohne Echo.",
            [("", "Seine Forderung", "dass die Halle öffnet", "indirect")],
            id="nominal cue with its clause",
        ),
        pytest.param("Seine Forderung nach Reformen blieb ohne Echo.", [], id="nominal cue without a clause"),
        pytest.param(
            "Das Konto ist gesperrt. Das bestätigte die Bank.",
            [("die Bank", "bestätigte", "Das Konto ist gesperrt … Das", "indirect")],
            id="pronoun for the sentence before",
        ),
        pytest.param(
            "Die Chefin sagte, dass der Laden bleibt, und forderte, dass die Stadt hilft.",
            [
                ("Die Chefin", "sagte", "dass der Laden bleibt", "indirect"),
                ("Die Chefin", "forderte", "dass die Stadt hilft", "indirect"),
            ],
            id="two cues share a subject",
        ),
        pytest.param(
            "Der Verband nannte den Entwurf „handwerklich schlecht“.",
            [("Der Verband", "nannte", "den Entwurf „handwerklich schlecht“", "mixed")],
            id="quoted part of a reported content",
        ),
        pytest.param(
            "Die Ministerin sagte, dass der Plan „in aller Ruhe“ geprüft worden sei.",
            [("Die Ministerin", "sagte", "dass der Plan „in aller Ruhe“ geprüft worden sei", "mixed")],
            id="mixed",
        ),
        pytest.param("Ärzte warnen vor einem Engpass.", [("Ärzte", "warnen", "vor einem Engpass", "reported")], id="reported"),
        pytest.param("Das Amt wollte sich nicht äußern.", [("Das Amt", "sich … äußern", "", "no_comment")], id="list N"),
        pytest.param("Der Chor fährt im Mai nach Nordhagen.", [], id="nothing said"),
        pytest.param("Die Messe findet im Mai statt, wo sie hingehört.", [], id="another verb with a particle"),
        pytest.param("", [], id="empty"),
    ],
)
def test_what_the_rules_find(text: str, expected: list[tuple[str, str, str, str]]) -> None:
    found = _tagged(text).attributions
    said = [(_say(a.source, text), _say(a.cue, text), _say(a.content, text), str(a.form)) for a in found]
    assert said == expected


def test_free_indirect_speech_goes_on_with_the_last_source() -> None:
    text = "Der Trainer sagte, dass die Abwehr stehe. Sie habe kaum Chancen zugelassen. Auch der Torwart sei stark. Es regnet."
    first, second = _tagged(text).attributions
    assert (second.form, second.continues, second.source, second.cue) == (Form.FREE_INDIRECT, first.id, None, None)
    assert _say(second.content, text) == "Sie habe kaum Chancen zugelassen. Auch der Torwart sei stark"
    assert second.source_refs == first.source_refs != ()


def test_a_konjunktiv_that_may_be_irreal_continues_nothing_under_a_condition() -> None:
    text = "Der Trainer sagte, dass die Abwehr sicher stehe. Wenn es hell wäre, würde man es sehen."
    assert len(_tagged(text).attributions) == 1


@pytest.mark.parametrize(
    "text, status, addressee",
    [
        ("Der Minister sagte dem Hafenblatt, dass er bleibt.", "actual", "dem Hafenblatt"),
        ("Der Landrat forderte die Anwohner auf, das Wasser abzukochen.", "actual", "die Anwohner"),
        ("Der Zeuge sagte nicht, dass er den Täter kannte.", "negated", ""),
        ("Der Zeuge bestritt, den Täter gekannt zu haben.", "actual", ""),
        ("Die Bank soll gesagt haben, dass der Vertrag nicht gilt.", "hypothetical", ""),
    ],
)
def test_status_and_addressee(text: str, status: str, addressee: str) -> None:
    (found,) = _tagged(text).attributions
    assert (str(found.status), _say(found.addressee, text)) == (status, addressee)


def test_a_basis_is_a_child_with_a_copy_of_the_content() -> None:
    text = "Das Hafenblatt berichtet unter Berufung auf Ermittler, dass der Brand gelegt wurde."
    reporter, basis = _tagged(text).attributions
    assert (_say(basis.source, text), _say(basis.cue, text)) == ("Ermittler", "unter Berufung auf")
    assert (basis.content, basis.parent, reporter.parent) == (reporter.content, reporter.id, None)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("Rund 400 Gäste kamen wohl.", [("Rund", "approximator"), ("wohl", "epistemic")]),
        ("Der Weg führt rund um den See.", []),
        ("Der Kassierer soll das Geld verspielt haben.", [("soll", "reportive")]),
        ("Die Brücke soll im Mai öffnen.", []),
        ("Das ist dem Vernehmen nach nicht sicher.", [("dem Vernehmen nach", "reportive"), ("nicht sicher", "epistemic")]),
        ("Sie kommt so bald wie möglich, sehr wohl.", []),
    ],
)
def test_hedges_of_the_rules(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(hedge.span.surface(text), str(hedge.type)) for hedge in _tagged(text).hedges] == expected


def test_nothing_is_tagged_in_a_source_list() -> None:
    text = "Die Werft sagte, dass rund 30 Leute kommen."
    listed = replace(document_of(text, id="x-a"), zones=(Zone(kind=ZoneKind.SOURCE_LIST, start=0, end=len(text)),))
    (found,) = LexiconTagger().predict([listed], "attribution")
    assert found.attributions == ()
    assert found.hedges == ()


# --- GQA's scheme ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, expected",
    [
        pytest.param(
            "Nach Angaben der Feuerwehr brannten Hallen nieder.",
            ("brannten Hallen nieder", "Angaben der Feuerwehr", "Nach", "Nach Angaben der Feuerwehr", "Indirect", "SW"),
            id="carrier belongs to the speaker",
        ),
        pytest.param(
            "Der Verband hat am Montag gefordert, die Steuer zu senken.",
            ("die Steuer zu senken", "Der Verband", "hat gefordert", "Der Verband hat am Montag gefordert ,", "Indirect", "Speech"),
            id="auxiliary belongs to the cue",
        ),
        pytest.param(
            "„Wir öffnen wieder“, schrieb die Wirtin.",
            ("„ Wir öffnen wieder “", "die Wirtin", "schrieb", ", schrieb die Wirtin", "Direct", "Writing"),
            id="frame of a quotation",
        ),
        pytest.param(
            "Die Stadt fordert mehr Geld.",
            ("Die Stadt fordert mehr Geld", "Die Stadt", "", "", "Reported", "Speech"),
            id="reported",
        ),
        pytest.param(
            "Nach Ansicht der Bank fehlt Geld.",
            ("fehlt Geld", "Ansicht der Bank", "Nach", "Nach Ansicht der Bank", "Indirect", "ST"),
            id="thought",
        ),
        pytest.param(
            "Demnach sank der Pegel.", ("sank der Pegel", "Demnach", "Demnach", "Demnach", "Indirect", "SW"), id="demnach"
        ),
    ],
)
def test_roles_in_the_scheme_of_gqa(text: str, expected: tuple[str, ...]) -> None:
    document = _tagged(text, gqas=True)
    (found,) = gqa.roles(document)
    words = [text[start:end] for start, end in document.tokens]
    said = [" ".join(words[i] for i in ids) for ids in (found.quote, found.speaker, found.cue, found.frame)]
    assert (*said, found.type, found.medium) == expected


def test_a_sentence_of_sollen_after_an_attribution_is_free_indirect_in_gqa_alone() -> None:
    text = "Die Firma sagte, dass der Kran steht. Im Mai sollen die Arbeiten beginnen."
    assert [quotation.type for quotation in gqa.roles(_tagged(text, gqas=True))] == ["Indirect", "FreeIndirect"]
    assert [attribution.form for attribution in _tagged(text).attributions] == [Form.INDIRECT]


def test_fit_takes_up_the_scheme_of_the_documents(tmp_path: Path) -> None:
    system = LexiconTagger()
    system.fit([_tagged("Laut Polizei ist es spät.", gqas=True)])
    assert system.scheme == "gqa"
    system.save(tmp_path / "model")
    again = load_system(tmp_path / "model")
    document = document_of("Nach Angaben der Polizei ist es spät.", id="x-a")
    assert again.predict([document], "attribution") == system.predict([document], "attribution")
    assert again.predict([document], "attribution") != LexiconTagger().predict([document], "attribution")


def test_official_scores_on_gqa(corpora: Path) -> None:
    gold = list(gqa.read(corpora / "gqa" / "data" / "train.jsonl"))
    predicted = LexiconTagger(scheme="gqa").predict([TASKS["attribution"].given(document) for document in gold], "attribution")
    pages = [(gqa.roles(left), gqa.roles(right)) for left, right in zip(gold, predicted, strict=True)]
    assert official.figures(official.tabulate(pages).total())["f1_joint"] > 0.68


# --- The other tasks ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", LexiconTagger.tasks)
def test_it_answers_every_task_and_repeats_itself(small_root: Path, task: str) -> None:
    gold = load_gold("core", root=small_root)
    given = [TASKS[task].given(document) for document in gold.documents]
    first, second = (LexiconTagger().predict(given, task) for _ in range(2))
    assert first == second
    assert [document.id for document in first] == [document.id for document in gold.documents]
    assert evaluate(gold, Predictions(tuple(first)), TASKS[task], n_resamples=1).main.value > (
        0 if task not in _MAY_FIND_NOTHING else -1
    )


_MAY_FIND_NOTHING = ("provenance",)
"""In the fixture no source bears the name of another house."""


@pytest.mark.parametrize(
    "text, content, form",
    [
        ("„Der Kran steht“, sagte sie.", "„Der Kran steht“", "direct"),
        ("Sie sagte, der Kran sei „sehr morsch“ gewesen.", "der Kran sei „sehr morsch“ gewesen", "mixed"),
        ("Sie sagte, dass der Kran steht.", "dass der Kran steht", "indirect"),
        ("Der Kran sei alt.", "Der Kran sei alt", "free_indirect"),
        ("Sie warnte vor Sturm.", "vor Sturm", "reported"),
        ("Zum Kran wollte sie sich nicht äußern.", "Zum Kran", "no_comment"),
    ],
)
def test_forms_of_contents(text: str, content: str, form: str) -> None:
    start = text.index(content)
    asked = Attribution(id="a1", form=Form.INDIRECT, content=Span.of((start, start + len(content))))
    (found,) = LexiconTagger().predict([replace(document_of(text, id="x-a"), attributions=(asked,))], "form")
    assert str(found.attributions[0].form) == form


@pytest.mark.parametrize(
    "name, kind, sector, identification",
    [
        ("Ole Timm", "person", "unknown", "named"),
        ("ein Sprecher der Polizei", "person", "state", "role_only"),
        ("US-Beamte", "group", "state", "role_only"),
        ("Regierungskreise", "group", "state", "anonymous"),
        ("das Hafenblatt", "institution", "media", "named"),
        ("die Reederei", "institution", "business", "named"),
        ("ein Gutachten der Universität Nordhagen", "document", "science", "named"),
        ("Anwohner", "group", "private", "role_only"),
    ],
)
def test_what_sources_are(name: str, kind: str, sector: str, identification: str) -> None:
    asked = Source(id="e1", name=name, kind=Kind.UNSPECIFIED, sector=Sector.UNKNOWN, identification=Identification.ROLE_ONLY)
    (found,) = LexiconTagger().predict([replace(document_of("", id="x-a"), sources=(asked,))], "source")
    (said,) = found.sources
    assert (str(said.kind), str(said.sector), str(said.identification)) == (kind, sector, identification)


def test_triggers_are_told_apart() -> None:
    text = "Die Werft sagte, dass es vermutlich regnet. So gelang der Sieg."
    places = [text.index(word) for word in ("sagte", "vermutlich", "So")]
    spans = [Span.of((start, start + len(word))) for start, word in zip(places, ("sagte", "vermutlich", "So"), strict=True)]
    triggers = tuple(RejectedTrigger(span=span, reason=Reason.NOT_LEXICON) for span in spans)
    (found,) = LexiconTagger().predict([replace(document_of(text, id="x-a"), rejected_triggers=triggers)], "trigger")
    assert [a.cue for a in found.attributions] == [spans[0]]
    assert [hedge.span for hedge in found.hedges] == [spans[1]]
    assert [trigger.span for trigger in found.rejected_triggers] == [spans[2]]


def test_the_innermost_attribution_around_another_is_its_parent() -> None:
    text = "Sie sagte, er habe erklärt, man habe gemeint, es sei spät."
    given = [
        Attribution(id=id_, form=Form.INDIRECT, source=_at(text, source), cue=_at(text, cue), content=_at(text, content))
        for id_, source, cue, content in (
            ("a3", "man", "gemeint", "es sei spät"),
            ("a1", "Sie", "sagte", "er habe erklärt, man habe gemeint, es sei spät"),
            ("a2", "er", "erklärt", "man habe gemeint, es sei spät"),
        )
    ]
    (found,) = LexiconTagger().predict([replace(document_of(text, id="x-a"), attributions=tuple(given))], "chain")
    assert {a.id: a.parent for a in found.attributions} == {"a1": None, "a2": "a1", "a3": "a2"}


def _at(text: str, words: str) -> Span:
    start = text.index(words)
    return Span.of((start, start + len(words)))


def test_an_article_relays_the_house_that_its_source_names() -> None:
    def article(letter: str, outlet: str, text: str) -> Document:
        (tagged,) = LexiconTagger().predict([document_of(text, id=f"s001-{letter}")], "attribution")
        return replace(tagged, metadata=Metadata(story_id="s001", outlet=outlet))

    given = [article("a", "Hafenblatt", "Es regnet."), article("b", "Elbkurier", "Laut „Hafenblatt“ regnet es.")]
    _, found = LexiconTagger().predict(given, "provenance")
    assert [(link.attribution, link.to_doc) for link in found.provenance] == [("a1", "s001-a")]


def test_unknown_tasks_schemes_and_models_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="found the task 'coreference', expected one of attribution, spans"):
        LexiconTagger().predict([], "coreference")
    with pytest.raises(DataError, match="found the scheme 'brat', expected core or gqa"):
        LexiconTagger(scheme="brat")  # type: ignore[arg-type]
    save_model(tmp_path / "model", system="lexicon", files={"scheme.json": b"[]\n"})
    with pytest.raises(DataError, match=r"scheme\.json: found \[\], expected a scheme"):
        LexiconTagger.load(tmp_path / "model")


# --- Laws -----------------------------------------------------------------------------------------------------------

_WORDS = st.sampled_from(
    "Die der Timm Werft sagte , . : „ “ ( ) dass er sei Laut Nach Angaben zufolge so wie teilte mit und soll nicht Das \n".split(
        " "
    )
)


@given(st.lists(_WORDS, max_size=30).map(" ".join))
def test_whatever_the_words_spans_begin_and_end_with_tokens(text: str) -> None:
    for gqas in (False, True):
        document = _tagged(text, gqas=gqas)
        starts, ends = ({token[i] for token in document.tokens} for i in (0, 1))
        for _, span in document.spans():
            assert all(start in starts and end in ends for start, end in span.fragments)
        assert all(a.continues in {None, *document.attribution_by_id} for a in document.attributions)
        assert all(a.parent in {None, *document.attribution_by_id} for a in document.attributions)
        assert {ref for a in document.attributions for ref in a.source_refs} <= set(document.source_by_id)
        assert len(gqa.roles(document)) <= len(document.attributions)


# --- Word lists -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form, lemma",
    [("sagte", "sagen"), ("mitgeteilt", "mitteilen"), ("geschrieben", "schreiben"), ("rechnete", "rechnen"), ("geht", None)],
)
def test_forms_of_cue_verbs(form: str, lemma: str | None) -> None:
    assert cue_verbs().get(form) == lemma


def test_kinds_of_forms() -> None:
    assert "mit" in separated_verbs()["teilte"]
    assert {"gesagt", "mitgeteilt", "mitzuteilen"} <= participles()
    assert participles().isdisjoint({"berichtet", "sagt"})
    assert {"sage", "mitteile"} <= subjunctives()
    assert subjunctives().isdisjoint({"sagte", "sagt"})


@pytest.mark.parametrize(
    "words, letters",
    [
        ("Der Minister sagte , dass es regnet .", "gNV,cex."),
        ("Nach Angaben der Polizei", "XCgN"),
        ("Sie teilte ( SPD ) mit", "oTbbbp"),
        ("Er rief : „ Nun regnet es doch . “", "oV:qqqqqqq"),
        ("Der Film „ Ebbe “ lief", "gNNNNx"),
        ("Sie sei „ sehr alt “ gewesen", "oKQQQQy"),
    ],
)
def test_words_as_letters(words: str, letters: str) -> None:
    assert classes(words.split())[0] == letters


def test_a_quotation_does_not_cross_a_paragraph() -> None:
    words = "„ Er kam nun doch noch . Sie ging “ fort".split()
    assert classes(words)[1] == [(0, 10)]
    assert classes(words, breaks=[7])[1] == []


def test_letters_of_closed_classes_are_single() -> None:
    assert all(len(letter) == 1 for letter in WORD_CLASSES)
