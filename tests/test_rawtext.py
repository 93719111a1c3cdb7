"""Tokens and sentences of raw text: hard German cases, the offsets' laws, and agreement with the canonical tokens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attrib_bench.baselines.rawtext import document_of, tokens_and_sentences
from attrib_bench.corpus import load_collection
from attrib_bench.files import sha256


def _sentences(text: str) -> list[list[str]]:
    tokens, sentences = tokens_and_sentences(text)
    words = [text[start:end] for start, end in tokens]
    return [words[first:last] for first, last in sentences]


@pytest.mark.parametrize(
    "text, expected",
    [
        pytest.param("Am 10. September fällt sie aus. Nichts geht.", "Am|10.|September|fällt|sie|aus|.//Nichts|geht|.", id="date"),
        pytest.param("Sie kam im 3. Rennen auf den 2. Platz.", "Sie|kam|im|3.|Rennen|auf|den|2.|Platz|.", id="ordinals"),
        pytest.param("Es blieben nur 10. Dann ging er.", "Es|blieben|nur|10|.//Dann|ging|er|.", id="a number ends a sentence"),
        pytest.param("Das war am 3.5.2021 um 14:30 Uhr.", "Das|war|am|3.|5.|2021|um|14:30|Uhr|.", id="day in figures, time"),
        pytest.param("Es kostet 1.250,50 Euro.", "Es|kostet|1.250,50|Euro|.", id="amount"),
        pytest.param("Dr. Ida Kern kam z. B. mit ca. 20 Leuten.", "Dr.|Ida|Kern|kam|z.|B.|mit|ca.|20|Leuten|.", id="abbreviations"),
        pytest.param("Es gab Äpfel usw. Die Lok fuhr.", "Es|gab|Äpfel|usw.//Die|Lok|fuhr|.", id="an abbreviation ends a sentence"),
        pytest.param("Es waren 3 Mio. Euro.", "Es|waren|3|Mio.|Euro|.", id="an abbreviation goes on"),
        pytest.param("O. Timm und P. R. Kern sind da.", "O.|Timm|und|P.|R.|Kern|sind|da|.", id="initials"),
        pytest.param("„Ach was. Komm!“, rief er. Sie kam.", "„|Ach|was|.//Komm|!|“|,|rief|er|.//Sie|kam|.", id="speech"),
        pytest.param("Er sagte: „Gut.“ Dann schwieg er.", "Er|sagte|:|„|Gut|.|“//Dann|schwieg|er|.", id="mark after the stop"),
        pytest.param("»Wer da?« fragte sie.", "»|Wer|da|?|«|fragte|sie|.", id="lower case goes on"),
        pytest.param('Er rief: "Halt!" "Nein!", rief sie.', 'Er|rief|:|"|Halt|!|"//"|Nein|!|"|,|rief|sie|.', id="straight marks"),
        pytest.param("Hafen ruht\nDie Fähre fährt", "Hafen|ruht//Die|Fähre|fährt", id="line feed"),
        pytest.param("Der Kai ist zu.Die Werft auch.", "Der|Kai|ist|zu|.//Die|Werft|auch|.", id="forgotten blank"),
        pytest.param("Das Amt (Nordhagen) lud ein. (ida)\n", "Das|Amt|(|Nordhagen|)|lud|ein|.|(|ida|)", id="agency at the end"),
        pytest.param("Nord- und Ostsee-Fähren", "Nord-|und|Ostsee-Fähren", id="shared compound"),
        pytest.param("Ja … das geht. Wirklich?! Ja!", "Ja|…|das|geht|.//Wirklich|?|!//Ja|!", id="ellipsis, two marks"),
        pytest.param("Mehr auf hafenblatt.de oder an x.y@kai.de.", "Mehr|auf|hafenblatt.de|oder|an|x.y@kai.de|.", id="addresses"),
        pytest.param("", "", id="nothing"),
        pytest.param(" \n\n", "", id="white space"),
    ],
)
def test_sentences_and_their_tokens(text: str, expected: str) -> None:
    assert _sentences(text) == [sentence.split("|") for sentence in expected.split("//") if sentence]


_TEXTS = st.text(st.sampled_from(list("aB1ß.,;:!?…-–'’“„”\"»«()/@ \n\u00a0😀")), max_size=60)


@given(_TEXTS)
def test_every_character_but_white_space_is_in_one_token_and_every_token_in_one_sentence(text: str) -> None:
    tokens, sentences = tokens_and_sentences(text)
    covered = [i for start, end in tokens for i in range(start, end)]
    assert covered == [i for i, character in enumerate(text) if not character.isspace()]
    assert [i for first, last in sentences for i in range(first, last)] == list(range(len(tokens)))


@given(st.lists(_TEXTS.map(lambda text: text.replace("\n", " ")), max_size=4))
def test_lines_are_read_alone(lines: list[str]) -> None:
    assert _sentences("\n".join(lines)) == [sentence for line in lines for sentence in _sentences(line)]


def test_a_document_says_what_it_is_made_of() -> None:
    text = "Die Fähre ruht.\nMehr am 3. Mai.\n"
    document = document_of(text, id="x-a")
    assert (document.id, document.collection, document.text, document.n_chars) == ("x-a", "raw", text, len(text))
    assert document.sha256 == sha256(text)
    assert document.sentences == ((0, 4), (4, 9))
    assert document.attributions == document.hedges == ()


def test_boundaries_agree_with_the_canonical_ones() -> None:
    documents = load_collection().documents
    right, ours, theirs = [0, 0], [0, 0], [0, 0]
    for document in documents:
        text = document.require_text()
        made = tokens_and_sentences(text)
        for i, (mine, canonical) in enumerate(
            [
                (set(made[0]), set(document.tokens)),
                ({made[0][last - 1][1] for _, last in made[1]}, {document.tokens[last - 1][1] for _, last in document.sentences}),
            ]
        ):
            right[i] += len(mine & canonical)
            ours[i] += len(mine)
            theirs[i] += len(canonical)
    token_f1, sentence_f1 = (2 * r / (a + b) for r, a, b in zip(right, ours, theirs, strict=True))
    assert token_f1 > 0.99
    assert sentence_f1 > 0.98
