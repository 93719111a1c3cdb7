"""The system `llm`: a large language model behind any endpoint that speaks OpenAI's chat API, hosted or on one's own machine.

It is given the codebook's short form and the text with its sentences numbered, answers in JSON that a schema constrains, and
quotes instead of counting: every quotation is looked for in the text, near the sentence that the answer names, and what is
not there is counted (`Account`), never guessed. Answers are kept on disk by their request, so a run that stops costs nothing twice.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar, Self

from attrib_bench.baselines.rawtext import tokens_and_sentences
from attrib_bench.baselines.store import open_model, save_model
from attrib_bench.document import (
    ATTRIBUTION_LABELS,
    DataError,
    Document,
    Form,
    Fragment,
    HedgeType,
    Identification,
    Kind,
    Sector,
    Span,
    Status,
    chain,
)
from attrib_bench.files import canonical_json, json_line, parse_json, read_json, sha256, write_atomic
from attrib_bench.records import Record, with_layers

if TYPE_CHECKING:
    from openai import OpenAI

_MARKS = str.maketrans("“”„‟«»‹›‘’‚‛–—\u00a0\u202f", "\"\"\"\"\"\"''''''--  ")
"""What models write in place of what stands there: one character for one, so that offsets stay."""

_PROMPT = """\
You label source attribution in German news under a codebook. Its short form:

ATTRIBUTION: the text gives a content to somebody who says, writes, believes, demands, announces or refuses it, or to a
document that contains it.
- cue: the words that make the attribution: the verb without auxiliaries and without "sich", with its separated particle
  ("teilte", "mit"); a preposition with its carrier noun ("nach Angaben", "laut", "zufolge", "so"); "demnach".
- source: the shortest complete noun phrase that names who says it, with titles and close appositions, without a
  preposition; none if implicit.
- content: what is said, without cue and source; with its subordinator ("dass"), with quotation marks where it is quoted,
  without the comma or colon before it and without the final full stop unless that stands inside the quotation marks; in
  several pieces where source or cue interrupt it.
- addressee: to whom.
- form: direct (wholly quoted), indirect, mixed (indirect with quoted words), free_indirect (Konjunktiv or a sentence that
  goes on without a cue), reported (the act and its topic, no clause), no_comment (somebody declines to speak; the content
  may be empty).
- status: actual, negated ("sagte nicht, dass"), hypothetical (future, conditional, demanded).
- parent: the id of the attribution through which this one reached the text: the outer one where one stands inside
  another's content, and the reporter's where it says what it relies on ("unter Berufung auf", "mit Verweis auf").
Plans and wishes without an act of speaking, feelings, perceptions and idioms are no attributions.

HEDGE: a word by which a statement is less certain, or a quantity less exact: epistemic (vielleicht, wohl, könnte),
inferential (offenbar, dürfte, scheint), reportive (angeblich, soll ... haben, mutmaßlich), approximator (rund, etwa,
knapp). "soll" for a plan is none.

SOURCES: each real source once. kind: person, group, institution, document, unspecified. sector: state, politics, media,
business, science, civil, private, unknown. identification: named, role_only (a role or office without a name), anonymous
(kept or left unnamed).

Quote the text exactly, letter by letter, in short pieces of it. `sentence` is the number, in square brackets before each
sentence, of the one in which the content (or the cue) begins. Answer with one JSON object.
"""


def _object(properties: Mapping[str, Any]) -> Record:
    return {"type": "object", "properties": dict(properties), "required": list(properties), "additionalProperties": False}


def _list(items: Record) -> Record:
    return {"type": "array", "items": items}


_TEXT: Record = {"type": "string"}
_TEXT_OR_NONE: Record = {"anyOf": [{"type": "string"}, {"type": "null"}]}
_NUMBER: Record = {"type": "integer"}

ANSWER: Record = _object(
    {
        "sources": _list(
            _object(
                {
                    "id": _TEXT,
                    "name": _TEXT,
                    "kind": {"enum": list(Kind)},
                    "sector": {"enum": list(Sector)},
                    "identification": {"enum": list(Identification)},
                }
            )
        ),
        "attributions": _list(
            _object(
                {
                    "id": _TEXT,
                    "sentence": _NUMBER,
                    "form": {"enum": list(Form)},
                    "status": {"enum": list(Status)},
                    **{label: _list(_TEXT) for label in ATTRIBUTION_LABELS},
                    "source_id": _TEXT_OR_NONE,
                    "parent": _TEXT_OR_NONE,
                }
            )
        ),
        "hedges": _list(_object({"sentence": _NUMBER, "quote": _TEXT, "type": {"enum": list(HedgeType)}})),
    }
)
"""The JSON Schema of an answer."""


@dataclass(kw_only=True)
class Account:
    """What a run cost, and what of the answers could not be used."""

    requests: int = 0
    from_cache: int = 0
    prompt_tokens: int = 0
    """Of requests that were sent, as the endpoint counts them."""
    completion_tokens: int = 0
    cost: float = 0.0
    """In the currency of the prices."""
    unusable_answers: int = 0
    """No JSON, or not of the schema, after every attempt; the document then has no labels."""
    quotations: int = 0
    placed: int = 0
    """Found in the text as they are."""
    placed_nearly: int = 0
    """Found but for the kind of quotation mark, dash or blank, or for upper case."""
    not_in_text: int = 0
    items_dropped: int = 0
    """Attributions and hedges of which nothing was found, or that the model cannot hold."""
    references_dropped: int = 0
    """Parents and sources that do not exist, and parents that run in a circle."""


@dataclass
class ChatModel:
    """A chat model; predicts `attribution` with sources, parents and hedges in one answer a document."""

    name: ClassVar[str] = "llm"
    tasks: ClassVar[tuple[str, ...]] = ("attribution", "spans", "hedge")

    model: str = ""
    """What the endpoint calls it."""
    base_url: str = "http://localhost:8000/v1"
    key_variable: str = "OPENAI_API_KEY"
    """The environment variable with the key; a key is never written anywhere."""
    cache: str = ".llm-cache"
    """Folder for answers."""
    examples: int = 1
    """How many training documents are shown: the shortest with at least two attributions."""
    attempts: int = 3
    """How often an unusable answer is asked for again."""
    timeout: float = 120.0
    """Seconds for an answer."""
    retries: int = 4
    """How often a request that fails on the way is sent again, waiting longer each time."""
    workers: int = 4
    seed: int = 0
    prompt_price: float = 0.0
    completion_price: float = 0.0
    """For a million tokens."""
    account: Account = field(default_factory=Account, init=False, repr=False)
    _shown: list[Record] = field(default_factory=list, init=False, repr=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)

    def fit(self, documents: Sequence[Document]) -> None:
        """Choose the examples that are shown. Nothing is trained."""
        fitting = sorted((d for d in documents if d.text and len(d.attributions) > 1), key=lambda d: (len(d.require_text()), d.id))
        self._shown = [message for document in fitting[: self.examples] for message in _example(document)]

    def predict(self, documents: Sequence[Document], task: str) -> list[Document]:
        """The documents with sources, attributions and hedges of the answers. `account` says what it cost and what was lost.

        Raises DataError for another task, where no model is named, and where the endpoint cannot be reached or refuses;
        answers that were had are in the cache then.
        """
        if task not in self.tasks:
            raise DataError(f"{self.name}: found the task {task!r}, expected one of {', '.join(self.tasks)}")
        if not self.model:
            raise DataError(f"{self.name}: no model is named; give the option model, and base_url for another endpoint")
        from openai import OpenAI

        client = OpenAI(
            base_url=self.base_url,
            api_key=os.environ.get(self.key_variable, "none"),
            timeout=self.timeout,
            max_retries=self.retries,
        )
        with client, ThreadPoolExecutor(self.workers) as pool:
            return list(pool.map(lambda document: self._labelled(document, client), documents))

    def save(self, folder: Path) -> None:
        """Write options and examples."""
        options = {f.name: getattr(self, f.name) for f in fields(self) if f.init}
        files = {"options.json": json_line(options).encode(), "examples.json": json_line(self._shown).encode()}
        save_model(folder, system=self.name, files=files)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The saved system. Raises DataError as `store.open_model` does, and for options that it does not have."""
        saved = open_model(folder, system=cls.name)
        try:
            system = cls(**saved.json("options.json"))
        except TypeError as error:
            raise DataError(f"{folder / 'options.json'}: {error}") from error
        system._shown = saved.json("examples.json")
        return system

    def _labelled(self, document: Document, client: OpenAI) -> Document:
        answer = self._answer(document, client) if document.require_text().strip() else None
        own = Account()
        labelled = placed(document, answer or {"sources": [], "attributions": [], "hedges": []}, own)
        with self._lock:
            for name, value in asdict(own).items():
                setattr(self.account, name, getattr(self.account, name) + value)
        return labelled

    def _answer(self, document: Document, client: OpenAI) -> Record | None:
        """The answer of the model, or None where no attempt gave one that can be used."""
        import jsonschema

        messages = [{"role": "system", "content": _PROMPT}, *self._shown, {"role": "user", "content": _numbered(document)}]
        validator = jsonschema.Draft202012Validator(ANSWER)
        for attempt in range(self.attempts):
            request = {
                "model": self.model,
                "messages": messages,
                "temperature": 0.0,
                "seed": self.seed + attempt,
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "labels", "strict": True, "schema": ANSWER},
                },
            }
            said = self._said(request, client)
            try:
                answer = parse_json(said, "the answer")
            except DataError:
                continue
            if validator.is_valid(answer):
                found: Record = answer
                return found
        with self._lock:
            self.account.unusable_answers += 1
        return None

    def _said(self, request: Record, client: OpenAI) -> str:
        """What the model says to a request, from the cache if it was asked before."""
        from openai import APIConnectionError, APIError, APITimeoutError

        path = Path(self.cache) / f"{sha256(json_line([self.base_url, request]))}.json"
        if path.is_file():
            with self._lock:
                self.account.from_cache += 1
            return str(read_json(path)["content"])
        try:
            response = client.chat.completions.create(**request)
            content = response.choices[0].message.content or ""
        except APITimeoutError as error:
            raise DataError(f"{self.base_url}: gave no answer within {self.timeout:g} s, asked {self.retries + 1} times") from error
        except APIConnectionError as error:
            raise DataError(f"{self.base_url}: cannot be reached: {error.__cause__ or error}") from error
        except (APIError, ValueError, LookupError, AttributeError, TypeError) as error:
            raise DataError(f"{self.base_url}: {type(error).__name__}: {error}") from error
        used = response.usage
        spent = (used.prompt_tokens, used.completion_tokens) if used else (0, 0)
        with self._lock:
            self.account.requests += 1
            self.account.prompt_tokens += spent[0]
            self.account.completion_tokens += spent[1]
            self.account.cost += (spent[0] * self.prompt_price + spent[1] * self.completion_price) / 1e6
        record = {"model": self.model, "content": content, "prompt_tokens": spent[0], "completion_tokens": spent[1]}
        write_atomic(path, canonical_json(record))
        return content


# Asking


def _numbered(document: Document) -> str:
    """The text with the number of each sentence before it."""
    text = document.require_text()
    lines = (f"[{number}] {text[start:end].strip()}" for number, (start, end) in enumerate(_sentences(document), 1))
    return "\n".join(lines)


def _sentences(document: Document) -> list[Fragment]:
    """Where the sentences stand, in code points; those of the document if it has any."""
    tokens, sentences = document.tokens, document.sentences
    if not sentences:
        tokens, sentences = tokens_and_sentences(document.require_text())
    return [(tokens[first][0], tokens[last - 1][1]) for first, last in sentences if last > first]


def _example(document: Document) -> Iterator[Record]:
    """A labelled document as a question and its answer."""
    text = document.require_text()
    starts = [start for start, _ in _sentences(document)]

    def sentence_at(span: Span | None) -> int:
        return max(1, sum(start <= span.start for start in starts)) if span else 1

    def pieces(span: Span | None) -> list[str]:
        return [text[start:end] for start, end in span.fragments] if span else []

    answer = {
        "sources": [
            {"id": s.id, "name": s.name, "kind": s.kind, "sector": s.sector, "identification": s.identification}
            for s in document.sources
        ],
        "attributions": [
            {
                "id": a.id,
                "sentence": sentence_at(a.content or a.cue or a.source),
                "form": a.form,
                "status": a.status,
                **{label: pieces(getattr(a, label)) for label in ATTRIBUTION_LABELS},
                "source_id": a.source_refs[0] if a.source_refs else None,
                "parent": a.parent,
            }
            for a in document.attributions
        ],
        "hedges": [
            {"sentence": sentence_at(hedge.span), "quote": hedge.span.surface(text), "type": hedge.type}
            for hedge in document.hedges
            if len(hedge.span.fragments) == 1
        ],
    }
    yield {"role": "user", "content": _numbered(document)}
    yield {"role": "assistant", "content": json.dumps(answer, ensure_ascii=False)}


# Placing the answer in the text


def placed(document: Document, answer: Record, account: Account) -> Document:
    """The document with the labels of an answer, each quotation where it stands in the text, in place of its own.

    `account` is told what was placed how, and what was not. An attribution needs its content (a `no_comment` its cue or
    source); of what is left of it, spans that are not in the text are missing.
    """
    places = _Places(document, account)
    sources = {source["id"]: {**source, "id": f"e{n}"} for n, source in enumerate(answer["sources"], 1)}
    ids = {item["id"]: f"a{n}" for n, item in enumerate(answer["attributions"], 1)}
    attributions: dict[str, Record] = {}
    for item in answer["attributions"]:
        spans = {label: places.span(item[label], item["sentence"]) for label in ATTRIBUTION_LABELS}
        if spans["content"] is None and (item["form"] != Form.NO_COMMENT or not (spans["cue"] or spans["source"])):
            account.items_dropped += 1
            continue
        reference = sources.get(item["source_id"])
        account.references_dropped += item["source_id"] is not None and reference is None
        n_fragments = len(spans["source"].fragments) if spans["source"] else 1
        attributions[ids[item["id"]]] = {
            "id": ids[item["id"]],
            "form": item["form"],
            "status": item["status"],
            **{label: [list(f) for f in span.fragments] for label, span in spans.items() if span},
            "source_refs": [reference["id"]] * n_fragments if reference else [],
            "parent": ids.get(item["parent"]),
        }
        account.references_dropped += item["parent"] is not None and item["parent"] not in ids
    hedges: list[Record] = []
    for item in answer["hedges"]:
        if (span := places.span([item["quote"]], item["sentence"])) is None:
            account.items_dropped += 1
        else:
            hedges.append({"id": f"h{len(hedges) + 1}", "type": item["type"], "span": [list(f) for f in span.fragments]})
    record = {"sources": list(sources.values()), "attributions": list(attributions.values()), "hedges": hedges}
    found = with_layers(replace(document, zones=(), rejected_triggers=(), provenance=(), native={}), record)
    return replace(_without_circles(found, account), zones=document.zones)


def _without_circles(document: Document, account: Account) -> Document:
    """The document without parents that do not exist or run in a circle."""
    for attribution in document.attributions:
        try:
            chain(document, attribution)
        except DataError:
            account.references_dropped += 1
            kept = (replace(a, parent=None) if a.id == attribution.id else a for a in document.attributions)
            document = replace(document, attributions=tuple(kept))
    return document


class _Places:
    """Looks quotations up in a document's text."""

    def __init__(self, document: Document, account: Account) -> None:
        self.text = document.require_text()
        self.alike = self.text.translate(_MARKS).lower()
        if len(self.alike) != len(self.text):  # a letter whose lower case is two, as in Turkish
            self.alike = self.text.translate(_MARKS)
        self.sentences = _sentences(document) if self.text.strip() else []
        self.account = account

    def span(self, quotations: Sequence[str], sentence: int) -> Span | None:
        """Where these pieces stand, or those of them that do; None where none does."""
        found = [place for quotation in quotations if (place := self._place(quotation, sentence)) is not None]
        return Span.of(*found) if found else None

    def _place(self, quotation: str, sentence: int) -> Fragment | None:
        """The occurrence that is nearest to a sentence, given by its number; a piece of a word only where there is no whole one."""
        words = quotation.strip()
        self.account.quotations += 1
        for text, wanted, how in (
            (self.text, words, "placed"),
            (self.alike, words.translate(_MARKS).lower(), "placed_nearly"),
        ):
            pattern = r"\s+".join(map(re.escape, wanted.split()))
            found = [match.span() for match in re.finditer(pattern, text)] if pattern else []
            if found:
                setattr(self.account, how, getattr(self.account, how) + 1)
                return min(found, key=lambda place: (not self._whole(place), abs(self._number(place) - sentence), place))
        self.account.not_in_text += 1
        return None

    def _whole(self, place: Fragment) -> bool:
        start, end = place
        inside_left = start > 0 and self.text[start - 1].isalnum() and self.text[start].isalnum()
        inside_right = end < len(self.text) and self.text[end].isalnum() and self.text[end - 1].isalnum()
        return not inside_left and not inside_right

    def _number(self, place: Fragment) -> int:
        """The number of the sentence that a place begins in."""
        return sum(start <= place[0] for start, _ in self.sentences)
