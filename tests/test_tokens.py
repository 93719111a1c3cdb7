from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attrib_bench.document import DataError, Document, Span
from attrib_bench.tokens import sentence_of, span_of_tokens, token_ids, tokenize

TEXT = "Die Fähre falle aus, teilte Timm mit.\n„Schade.“"
#       0         1         2         3          4
#       0123456789012345678901234567890123456 78901234567
TOKENS = (
    (0, 3),
    (4, 9),
    (10, 15),
    (16, 19),
    (19, 20),
    (21, 27),
    (28, 32),
    (33, 36),
    (36, 37),
    (38, 39),
    (39, 45),
    (45, 46),
    (46, 47),
)
DOCUMENT = Document(id="s001-a", collection="core", text=TEXT, tokens=TOKENS, sentences=((0, 9), (9, 13)))


@pytest.mark.parametrize(
    "fragments, ids",
    [
        pytest.param([(0, 3)], (0,), id="one token"),
        pytest.param([(0, 9)], (0, 1), id="two tokens and the blank between"),
        pytest.param([(21, 27), (33, 36)], (5, 7), id="separated particle"),
        pytest.param([(5, 6)], (1,), id="inside a token"),
        pytest.param([(5, 6), (7, 8)], (1,), id="two fragments inside one token count it once"),
        pytest.param([(8, 11)], (1, 2), id="cuts two tokens"),
        pytest.param([(3, 4)], (), id="a blank only"),
        pytest.param([(16, 20)], (3, 4), id="touching tokens"),
        pytest.param([(90, 95)], (), id="behind the text"),
    ],
)
def test_token_ids(fragments: list[tuple[int, int]], ids: tuple[int, ...]) -> None:
    assert token_ids(DOCUMENT, Span(tuple(fragments))) == ids


@pytest.mark.parametrize(
    "ids, fragments",
    [
        pytest.param([7, 5], ((21, 27), (33, 36)), id="any order"),
        pytest.param([0, 1, 1], ((0, 9),), id="a run is one fragment"),
        pytest.param([3, 4], ((16, 20),), id="touching tokens"),
        pytest.param([8, 9], ((36, 39),), id="across the line feed"),
    ],
)
def test_span_of_tokens(ids: list[int], fragments: tuple[tuple[int, int], ...]) -> None:
    assert span_of_tokens(DOCUMENT, ids).fragments == fragments


def test_errors_name_document_and_token() -> None:
    with pytest.raises(DataError, match="s001-a: found the token id 13, expected one from 0 to 12"):
        span_of_tokens(DOCUMENT, [2, 13])
    with pytest.raises(DataError, match="s001-a: found the token id -1"):
        span_of_tokens(DOCUMENT, [-1, 2])
    with pytest.raises(DataError, match="s001-a: found no token id"):
        span_of_tokens(DOCUMENT, [])
    with pytest.raises(DataError, match="s002-a: has no canonical tokens"):
        token_ids(Document(id="s002-a", collection="core", text=TEXT), Span(((0, 3),)))
    with pytest.raises(DataError, match="token 13 stands in no sentence"):
        sentence_of(DOCUMENT, 13)


@pytest.mark.parametrize("token_id, sentence", [(0, (0, 9)), (8, (0, 9)), (9, (9, 13)), (12, (9, 13))])
def test_sentence_of(token_id: int, sentence: tuple[int, int]) -> None:
    assert sentence_of(DOCUMENT, token_id) == sentence


def test_tokenize_by_hand() -> None:
    assert tokenize(TEXT) == (TOKENS, DOCUMENT.sentences)


def test_tokenize_hard_cases() -> None:
    text = "Am 10. September sah er z. B. 😀 und Ein\u00adzel\u00adheiten.\r\n\n  Ja, S-Bahn-Chef (54)!\n"
    tokens, sentences = tokenize(text)
    words = [text[start:end] for start, end in tokens]
    assert words == [
        "Am", "10.", "September", "sah", "er", "z.", "B.", "😀", "und", "Ein\u00adzel\u00adheiten", ".",
        "Ja", ",", "S-Bahn-Chef", "(", "54", ")", "!",
    ]  # fmt: skip
    assert sentences == ((0, 11), (11, 18))


@settings(max_examples=60)
@given(st.text(alphabet="aÄz.,„“!?-–…() \n\r\t\u00a0\u00ad\u200b\u0301😀5", max_size=60))
def test_tokens_lie_in_the_text_and_in_order(text: str) -> None:
    text = unicodedata.normalize("NFC", text)
    tokens, sentences = tokenize(text)
    end_before = 0
    for start, end in tokens:
        assert end_before <= start < end <= len(text)
        assert text[start:end].strip() == text[start:end]
        assert "\n" not in text[start:end]
        end_before = end
    assert [i for first, last in sentences for i in range(first, last)] == list(range(len(tokens)))


def test_a_stop_after_a_number_may_end_a_sentence() -> None:
    text = "Das steht auf Seite 5. Eine Note fehlt. Es sind 11,4. Zu viel.\n"
    stops = {text.index("5.") + 1, text.index("11,4.") + 4}
    tokens, sentences = tokenize(text, stops=stops)
    words = [text[start:end] for start, end in tokens]
    assert [" ".join(words[first:last]) for first, last in sentences] == [
        "Das steht auf Seite 5 .",
        "Eine Note fehlt .",
        "Es sind 11,4 .",
        "Zu viel .",
    ]
    line = "Es steht auf Seite 2.\nZu viel.\n"
    at_the_end, _ = tokenize(line, stops={line.index("2.") + 1})
    assert [line[start:end] for start, end in at_the_end][4:6] == ["2", "."]
    with pytest.raises(DataError, match="found 'a' at 1"):
        tokenize(text, stops={1})


def test_a_text_in_another_normal_form_is_refused() -> None:
    with pytest.raises(DataError, match="NFC"):
        tokenize("z\u0301")


@given(st.sets(st.integers(0, len(TOKENS) - 1), min_size=1))
def test_tokens_to_span_and_back(ids: set[int]) -> None:
    assert token_ids(DOCUMENT, span_of_tokens(DOCUMENT, ids)) == tuple(sorted(ids))
