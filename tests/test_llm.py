"""The chat model, against a server on this machine: good answers, broken, slow and lying ones."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from attrib_bench.baselines import load_system
from attrib_bench.baselines.llm import ANSWER, Account, ChatModel, placed
from attrib_bench.baselines.rawtext import document_of
from attrib_bench.corpus import load_collection
from attrib_bench.document import DataError, Document, Form, HedgeType, Span
from attrib_bench.records import record_of
from attrib_bench.schema import check_prediction

TEXT = (
    "Die Fähre fällt wohl aus, teilte die Reederei am Abend mit. Die Werft sagte dazu nichts. "
    "„Wir warten“, sagte Ole Timm. Die Werft baut weiter.\n"
)
ARTICLE = document_of(TEXT, id="x-a")
EMPTY: dict[str, list[Any]] = {"sources": [], "attributions": [], "hedges": []}


def attribution(**fields: object) -> dict[str, object]:
    empty: dict[str, object] = {label: [] for label in ("source", "cue", "content", "addressee")}
    return {"id": "1", "sentence": 1, "form": "indirect", "status": "actual", **empty, "source_id": None, "parent": None, **fields}


GOOD = {
    "sources": [{"id": "r", "name": "die Reederei", "kind": "institution", "sector": "business", "identification": "role_only"}],
    "attributions": [
        attribution(content=["Die Fähre fällt wohl aus"], cue=["teilte", "mit"], source=["die Reederei"], source_id="r"),
    ],
    "hedges": [{"sentence": 1, "quote": "wohl", "type": "epistemic"}],
}

Reply = tuple[int, Any]
"""Status, and the content of the message, or the whole body as bytes."""


class Endpoint:
    """A server that answers as its function says, and keeps what it was asked."""

    def __init__(self) -> None:
        self.reply: Callable[[int, Any], Reply] = lambda _, __: (200, json.dumps(GOOD))
        self.asked: list[Any] = []
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                endpoint.asked.append(request)
                status, content = endpoint.reply(len(endpoint.asked), request)
                body = content if isinstance(content, bytes) else endpoint.body(content)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @staticmethod
    def body(content: str) -> bytes:
        message = {"role": "assistant", "content": content}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        usage = {"prompt_tokens": 1000, "completion_tokens": 200, "total_tokens": 1200}
        return json.dumps(
            {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}
        ).encode()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/v1"


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    found = Endpoint()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def chat(endpoint: Endpoint, tmp_path: Path) -> ChatModel:
    return ChatModel(model="m", base_url=endpoint.url, cache=str(tmp_path / "cache"), timeout=5.0, retries=2)


def test_an_answer_becomes_labels(chat: ChatModel, endpoint: Endpoint) -> None:
    [found] = chat.predict([ARTICLE], "attribution")
    [said] = found.attributions
    assert {label: span.surface(TEXT) for label, span in said.spans()} == {
        "source": "die Reederei",
        "cue": "teilte … mit",
        "content": "Die Fähre fällt wohl aus",
    }
    assert said.source_refs == (found.sources[0].id,)
    assert [(hedge.span.surface(TEXT), hedge.type) for hedge in found.hedges] == [("wohl", HedgeType.EPISTEMIC)]
    assert not check_prediction(record_of(found), file="prediction", gold=ARTICLE)
    request = endpoint.asked[0]
    assert request["response_format"]["json_schema"]["schema"] == json.loads(json.dumps(ANSWER))
    assert request["messages"][-1]["content"].startswith("[1] Die Fähre fällt wohl aus, teilte die Reederei am Abend mit.\n[2] Die")
    assert request["temperature"] == 0


def test_costs_are_counted_and_nothing_is_asked_twice(endpoint: Endpoint, tmp_path: Path) -> None:
    def system() -> ChatModel:
        return ChatModel(
            model="m", base_url=endpoint.url, cache=str(tmp_path / "cache"), prompt_price=2.0, completion_price=10.0, workers=2
        )

    articles = [ARTICLE, replace(ARTICLE, id="x-b", text=TEXT.replace("Fähre", "Bahn"))]
    first, second = system(), system()
    answers = first.predict(articles, "attribution")
    assert (first.account.requests, first.account.from_cache) == (2, 0)
    assert (first.account.prompt_tokens, first.account.completion_tokens) == (2000, 400)
    assert first.account.cost == pytest.approx(0.008)
    assert second.predict(articles, "attribution") == answers
    assert (second.account.requests, second.account.from_cache, second.account.cost) == (0, 2, 0.0)
    assert len(endpoint.asked) == 2


def test_what_is_not_in_the_text_is_counted_and_never_guessed(chat: ChatModel, endpoint: Endpoint) -> None:
    lying = {
        "sources": GOOD["sources"],
        "attributions": [
            attribution(id="1", content=["Der Kapitän ist schuld"], cue=["behauptete"]),
            attribution(id="2", content=["Die Fähre fällt wohl aus"], cue=["sprach"], source_id="nobody", parent="9"),
            attribution(id="3", content=["„Wir warten“"], sentence=3, form="direct", parent="4"),
            attribution(id="4", content=["Die Werft baut weiter"], sentence=4, parent="3"),
        ],
        "hedges": [{"sentence": 1, "quote": "vielleicht", "type": "epistemic"}],
    }
    endpoint.reply = lambda _, __: (200, json.dumps(lying))
    [found] = chat.predict([ARTICLE], "attribution")
    assert [a.content.surface(TEXT) for a in found.attributions if a.content] == [
        "Die Fähre fällt wohl aus",
        "„Wir warten“",
        "Die Werft baut weiter",
    ]
    assert [a.cue for a in found.attributions] == [None, None, None]
    assert found.hedges == ()
    account = chat.account
    assert (account.quotations, account.placed, account.not_in_text, account.items_dropped) == (7, 3, 4, 2)
    assert account.references_dropped == 3, "a source, a parent, and a parent that closes a circle"
    assert not check_prediction(record_of(found), file="prediction", gold=ARTICLE)


@pytest.mark.parametrize(
    "content",
    ["", "Sorry, I cannot do that.", '{"sources": []}', json.dumps({**GOOD, "more": 1}), "[" * 5_000],
    ids=["nothing", "prose", "keys missing", "keys too many", "deep"],
)
def test_an_unusable_answer_is_asked_for_again(chat: ChatModel, endpoint: Endpoint, content: str) -> None:
    endpoint.reply = lambda n, _: (200, content if n < 3 else json.dumps(GOOD))
    [found] = chat.predict([ARTICLE], "attribution")
    assert len(found.attributions) == 1
    assert (len(endpoint.asked), chat.account.unusable_answers) == (3, 0)


def test_no_usable_answer_at_all(chat: ChatModel, endpoint: Endpoint) -> None:
    endpoint.reply = lambda _, __: (200, "no")
    [found] = chat.predict([ARTICLE], "attribution")
    assert (found.attributions, len(endpoint.asked), chat.account.unusable_answers) == ((), 3, 1)


def test_a_busy_server_is_asked_again(chat: ChatModel, endpoint: Endpoint) -> None:
    endpoint.reply = lambda n, _: (200, json.dumps(GOOD)) if n == 3 else ((429, 500)[n - 1], b"{}")
    [found] = chat.predict([ARTICLE], "attribution")
    assert (len(found.attributions), len(endpoint.asked)) == (1, 3)


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        pytest.param((401, b'{"error": {"message": "no such key"}}'), "AuthenticationError: .*no such key", id="refused"),
        pytest.param((200, b"<html>"), "Error", id="no JSON at all"),
        pytest.param((200, b"{}"), "Error", id="no choices"),
    ],
)
def test_an_endpoint_that_is_none(chat: ChatModel, endpoint: Endpoint, reply: Reply, message: str) -> None:
    endpoint.reply = lambda _, __: reply
    with pytest.raises(DataError, match=f"{endpoint.url}: .*{message}"):
        chat.predict([ARTICLE], "attribution")


def test_a_slow_endpoint(chat: ChatModel, endpoint: Endpoint) -> None:
    def slowly(_: int, __: object) -> Reply:
        time.sleep(1.0)
        return 200, json.dumps(GOOD)

    endpoint.reply = slowly
    with pytest.raises(DataError, match=r"gave no answer within 0\.2 s, asked 2 times"):
        replace(chat, timeout=0.2, retries=1).predict([ARTICLE], "attribution")


def test_no_endpoint(chat: ChatModel) -> None:
    with pytest.raises(DataError, match="cannot be reached"):
        replace(chat, base_url="http://127.0.0.1:9/v1", retries=0).predict([ARTICLE], "attribution")
    with pytest.raises(DataError, match="no model is named"):
        replace(chat, model="").predict([ARTICLE], "attribution")
    with pytest.raises(DataError, match="found the task 'chain'"):
        chat.predict([ARTICLE], "chain")


def test_what_was_had_before_a_failure_is_kept(chat: ChatModel, endpoint: Endpoint) -> None:
    articles = [replace(ARTICLE, id=f"x-{n}", text=TEXT.replace("Ole", name)) for n, name in enumerate(("Jan", "Kai", "Max"))]
    endpoint.reply = lambda n, _: (200, json.dumps(GOOD)) if n < 3 else (401, b"{}")
    with pytest.raises(DataError):
        replace(chat, workers=1).predict(articles, "attribution")
    endpoint.reply = lambda _, __: (200, json.dumps(GOOD))
    assert len(replace(chat, workers=1).predict(articles, "attribution")) == 3
    assert len(endpoint.asked) == 4


def test_examples_are_shown(chat: ChatModel, endpoint: Endpoint, small_root: Path) -> None:
    documents = load_collection(root=small_root).documents
    chat.fit(documents)
    chat.predict([ARTICLE], "attribution")
    roles = [message["role"] for message in endpoint.asked[0]["messages"]]
    assert roles == ["system", "user", "assistant", "user"]
    shown = json.loads(endpoint.asked[0]["messages"][2]["content"])
    [document] = [d for d in documents if [a.id for a in d.attributions] == [a["id"] for a in shown["attributions"]]]
    account = Account()
    again = placed(document, shown, account)
    assert (account.not_in_text, account.items_dropped, account.references_dropped) == (0, 0, 0)
    assert [a.content for a in again.attributions] == [a.content for a in document.attributions]


def test_saved_and_loaded(chat: ChatModel, endpoint: Endpoint, small_root: Path, tmp_path: Path) -> None:
    chat.fit(load_collection(root=small_root).documents)
    chat.save(tmp_path / "model")
    again = load_system(tmp_path / "model")
    assert again.predict([ARTICLE], "attribution") == chat.predict([ARTICLE], "attribution")
    assert len(endpoint.asked) == 1, "the second answer comes from the cache"


@pytest.mark.parametrize(
    ("quotation", "sentence", "expected"),
    [
        pytest.param("Die Werft", 2, (60, 69), id="in the named sentence"),
        pytest.param("Die Werft", 4, TEXT.rindex("Die Werft"), id="the other one"),
        pytest.param('"Wir warten"', 3, TEXT.index("„Wir"), id="other quotation marks"),
        pytest.param("die  fähre", 1, 0, id="case and blanks"),
        pytest.param("aus", 1, TEXT.index("aus,"), id="a whole word"),
        pytest.param("Dampfer", 1, None, id="not there"),
        pytest.param("", 1, None, id="nothing"),
        pytest.param("Wir warten", -5, TEXT.index("Wir"), id="a number that is none"),
    ],
)
def test_where_a_quotation_stands(quotation: str, sentence: int, expected: int | tuple[int, int] | None) -> None:
    answer = {**EMPTY, "hedges": [{"sentence": sentence, "quote": quotation, "type": "epistemic"}]}
    found = [hedge.span.fragments[0] for hedge in placed(ARTICLE, answer, Account()).hedges]
    if expected is None:
        assert not found
    elif isinstance(expected, tuple):
        assert found == [expected]
    else:
        assert [start for start, _ in found] == [expected]


def test_a_refusal_needs_no_content() -> None:
    answer = {**EMPTY, "attributions": [attribution(form="no_comment", source=["Die Werft"], cue=["sagte"], sentence=2)]}
    [found] = placed(ARTICLE, answer, Account()).attributions
    assert (found.form, found.content, found.source) == (Form.NO_COMMENT, None, Span.of((60, 69)))


def test_a_text_without_words_is_not_asked_about(chat: ChatModel, endpoint: Endpoint) -> None:
    blank = Document(id="x-z", collection="raw", text=" \n", n_chars=2)
    assert chat.predict([blank], "attribution") == [blank]
    assert endpoint.asked == []
