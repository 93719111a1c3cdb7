"""The system `crf`: conditional random fields that find whole attributions and hedges, without a tagger or an encoder.

Each token has one label for everything that an attribution says of it: the type of the content around it, of a content inside
that one, and its role, so that cue, source, frame and content are decoded jointly. A first field labels a page by its words
(`features.columns`); a second one labels it again with what the first found in the clause, the sentence and the sentences
around (`features.second_columns`). It learns from labels that the first gave to pages it had not seen, by cross-validation
(Wolpert 1992, *Stacked generalization*). What they find is linked by `linking.Linker`. Hedges have a field of their own.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby, pairwise
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np

from attrib_bench.baselines.features import Batch, Buckets, Floats, Ints, Words, batch, buckets, columns, second_columns, signature
from attrib_bench.baselines.linking import ROLES, Candidates, Content, Link, Linker, TokenIds, annotated, links_of
from attrib_bench.baselines.sequence import LinearChain, Range
from attrib_bench.baselines.store import open_model, save_model
from attrib_bench.baselines.tagging import closed_tokens
from attrib_bench.document import DataError, Document, Hedge, HedgeType
from attrib_bench.files import canonical_json
from attrib_bench.tokens import span_of_tokens, token_ids

_N_FOLDS = 5
_N_SECOND = 3  # models whose mean is the second field
_N_PROCESSES = 2
_LEAST_COUNT = 15  # tokens of a label; a rarer one is simplified …
_LEAST_SHARE = 1 / 5000  # … but in a small corpus this share of the tokens is enough
_OUTSIDE_PENALTY = 0.3  # the score of a role or content that is missed is half that of one that is found: so rather too many
_TENSORS = ("buckets", "weights", "unit", "transitions")
_PIECE = 1500  # tokens of a long document that are labelled at once
_TOGETHER = 20_000  # tokens of short ones


# --- Labels ---------------------------------------------------------------------------------------------------------


class State(NamedTuple):
    """What a label says of a token."""

    begins: bool = False
    """Whether a fragment of the outer content begins."""
    outer: str = ""
    """The type of the longest content around the token; empty outside of all."""
    inner: str = ""
    """The type of the shortest one, where that is another."""
    role: str = ""

    def simpler(self) -> State:
        """The state without what is least missed: its role, that it begins, the inner content, everything."""
        if self.role:
            return self._replace(role="")
        if self.begins:
            return self._replace(begins=False)
        return self._replace(inner="") if self.inner else State()

    def __str__(self) -> str:
        return "|".join(("B" if self.begins else "", self.outer, self.inner, self.role))

    @classmethod
    def of(cls, label: str) -> State:
        """The state that a label names."""
        begins, outer, inner, role = label.split("|")
        return cls(begins == "B", outer, inner, role)


_OUTSIDE = State()


def states_of(links: Sequence[Link], n_tokens: int) -> list[State]:
    """The state of each token. Of two roles of a token the first of cue, source, addressee and frame counts."""
    states = [_OUTSIDE] * n_tokens
    for link in sorted(links, key=lambda link: -len(link.content)):
        before = -2
        for token in link.content:
            state = states[token]
            if not state.outer:
                states[token] = State(begins=token != before + 1, outer=link.type)
            elif state.outer != link.type:
                states[token] = state._replace(inner=link.type)
            before = token
    for role in ("frame", "addressee", "source", "cue"):
        for link in links:
            for token in getattr(link, role):
                states[token] = states[token]._replace(role=role)
    return states


def candidates_of(states: Sequence[State], document: Document) -> Candidates:
    """The spans that the states of a document's tokens mark. No role goes on over the end of a sentence.

    A frame is what has roles, without a break; within a content only where some of it is labelled a frame.
    """
    sentences = _sentence_numbers(document)
    contents: list[Content] = []
    begun = 0
    outer: list[tuple[str, int]] = []
    for state in states:
        begun += state.begins
        outer.append((state.outer, begun))
    contents += [Content(ids, type_) for (type_, _), ids in _stretches(outer) if type_]
    contents += [Content(ids, type_) for type_, ids in _stretches([state.inner for state in states]) if type_]
    roles: dict[str, list[TokenIds]] = {"cue": [], "source": [], "addressee": []}
    for (role, _), ids in _stretches([(state.role, number) for state, number in zip(states, sentences, strict=True)]):
        if role in roles:
            roles[role].append(ids)
    frames = []
    for (has_role, _, content), ids in _stretches(
        [(bool(state.role), number, state.outer) for state, number in zip(states, sentences, strict=True)]
    ):
        if has_role and (not content or any(states[token].role == "frame" for token in ids)):
            frames.append(ids)
    return Candidates(
        contents=tuple(contents),
        cues=tuple(roles["cue"]),
        sources=tuple(roles["source"]),
        addressees=tuple(roles["addressee"]),
        frames=tuple(frames),
    )


def _stretches(values: Sequence[Any]) -> Iterator[tuple[Any, TokenIds]]:
    """Each run of equal values, with its indices."""
    for value, run in groupby(range(len(values)), key=values.__getitem__):
        yield value, tuple(run)


def _sentence_numbers(document: Document) -> list[int]:
    numbers = [-1] * len(document.tokens)
    for number, (first, last) in enumerate(document.sentences):
        numbers[first:last] = [number] * (last - first)
    return numbers


def _labels_of(documents: Iterable[Document]) -> tuple[tuple[str, ...], Ints]:
    """The labels that are not too rare, sorted, and for each token of the documents, end to end, the index of its label."""
    states = [state for document in documents for state in states_of(links_of(document), len(document.tokens))]
    counts = Counter(states)
    least = min(_LEAST_COUNT, max(3, _LEAST_SHARE * len(states)))
    frequent = {state for state, n in counts.items() if n >= least} | {_OUTSIDE}
    simplified = {}
    for state in counts:
        simple = state
        while simple not in frequent:
            simple = simple.simpler()
        simplified[state] = str(simple)
    labels = tuple(sorted(map(str, frequent)))
    number = {state: labels.index(label) for state, label in simplified.items()}
    return labels, np.array([number[state] for state in states])


def _groups(labels: Sequence[str]) -> tuple[dict[str, list[int]], list[str]]:
    """For `second_columns`: the labels of each role and type of content by their indices, and the types."""
    states = list(map(State.of, labels))
    types = sorted({state.outer for state in states if state.outer})
    groups = {role: [i for i, state in enumerate(states) if state.role == role] for role in ("cue", "source", "addressee")}
    groups |= {type_: [i for i, state in enumerate(states) if type_ in (state.outer, state.inner)] for type_ in types}
    groups["frame"] = [i for i, state in enumerate(states) if state.role and not state.outer]
    groups["begin"] = [i for i, state in enumerate(states) if state.begins]
    groups["outside"] = [states.index(_OUTSIDE)]
    return groups, types


# --- The fields -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Fields:
    """The fields for attributions: by words, and by what the first one found."""

    first: LinearChain
    second: LinearChain

    def states(self, page: Batch, own: Buckets, ranges: Sequence[Range]) -> list[State]:
        """The state of each token."""
        labels = self.first.labels
        marginals = self.first.marginals(self.first.scores(own), ranges)
        scores = self.second.scores(np.concatenate([own, _more(page, marginals, labels, own)]))
        scores[:, labels.index(str(_OUTSIDE))] -= _OUTSIDE_PENALTY
        states = list(map(State.of, labels))
        return [states[label] for label in self.second.best(scores, ranges).tolist()]

    @classmethod
    def fitted(cls, page: Batch, own: Buckets, gold: Ints, labels: Sequence[str], ranges: Sequence[Range]) -> Self:
        from joblib import Parallel, delayed

        run = Parallel(n_jobs=_N_PROCESSES)
        n_folds = min(_N_FOLDS, len(ranges))
        folds = [[i % n_folds == fold for i in range(len(ranges))] for fold in range(n_folds)]
        found = run(delayed(_fold)(own, gold, labels, ranges, held_out, seed) for seed, held_out in enumerate(folds))
        marginals = np.zeros((len(page), len(labels)), dtype=np.float32)
        for _, tokens, unseen in found:
            marginals[tokens] = unseen
        everything = np.concatenate([own, _more(page, marginals, labels, own)])
        seeds = range(n_folds, n_folds + _N_SECOND)
        second = run(delayed(LinearChain.fitted)(everything, gold, labels, ranges, seed=seed) for seed in seeds)
        return cls(LinearChain.mean([chain for chain, _, _ in found]), LinearChain.mean(second))


def _more(page: Batch, marginals: Floats, labels: Sequence[str], own: Buckets) -> Buckets:
    """The features of the second field that the first one lacks."""
    return buckets(second_columns(page, marginals, *_groups(labels)), start=len(own))


def _fold(
    own: Buckets, gold: Ints, labels: Sequence[str], ranges: Sequence[Range], held_out: Sequence[bool], seed: int
) -> tuple[LinearChain, Ints, Floats]:
    """A field that has not seen some sequences, their tokens, and how likely it finds each label of these."""
    chain = LinearChain.fitted(own, gold, labels, [each for each, out in zip(ranges, held_out, strict=True) if not out], seed=seed)
    others = [each for each, out in zip(ranges, held_out, strict=True) if out]
    tokens = np.concatenate([np.arange(start, end) for start, end in others])
    return chain, tokens, chain.marginals(chain.scores(own[:, tokens]), _end_to_end(end - start for start, end in others))


def _end_to_end(lengths: Iterable[int]) -> list[Range]:
    """The ranges of sequences of these lengths that follow each other."""
    return list(pairwise([0, *accumulate(lengths)]))


# --- The system -----------------------------------------------------------------------------------------------------


class Crf:
    """Finds attributions and hedges; learns from the documents it is given whatever types, roles and media they have."""

    name: ClassVar[str] = "crf"
    tasks: ClassVar[tuple[str, ...]] = ("attribution", "spans", "hedge")

    def __init__(self) -> None:
        self._fields: _Fields | None = None
        self._hedges: LinearChain | None = None
        self._linker: Linker | None = None
        self._words = Words()

    def fit(self, documents: Sequence[Document]) -> None:
        """Learn from gold documents with tokens and sentences. The same documents give the same model.

        Raises DataError for fewer than two documents with tokens, or where none has an attribution.
        """
        documents = [document for document in documents if document.tokens]
        if len(documents) < 2 or not any(document.attributions for document in documents):
            raise DataError(f"found {len(documents)} documents with tokens, expected at least two, and attributions in them")
        page, ranges = batch(documents, self._words), _end_to_end(len(document.tokens) for document in documents)
        own = buckets(columns(page))
        labels, gold = _labels_of(documents)
        self._fields = _Fields.fitted(page, own, gold, labels, ranges)
        self._hedges = None
        if any(document.hedges for document in documents):
            types = ("", *map(str, HedgeType))
            right = np.array([types.index(type_) for document in documents for type_ in _hedge_types(document)])
            self._hedges = LinearChain.fitted(own, right, types, ranges, seed=0)
        states = [State.of(labels[label]) for label in gold.tolist()]
        spans = [candidates_of(states[start:end], document) for document, (start, end) in zip(documents, ranges, strict=True)]
        self._linker = Linker.fitted(list(zip(documents, spans, strict=True)))

    def predict(self, documents: Sequence[Document], task: str) -> list[Document]:
        """The documents with the attributions, sources and hedges that were found in place of their own, whatever the task.

        Raises DataError for a task that it does not do, and before `fit`.
        """
        if task not in self.tasks:
            raise DataError(f"the system {self.name!r} does not do the task {task!r}; it does {', '.join(self.tasks)}")
        links: list[list[Link]] = [[] for _ in documents]
        hedges: list[list[Hedge]] = [[] for _ in documents]
        for pieces in _together(documents):
            for piece, (found, marked) in zip(pieces, self._found([piece.document for piece in pieces]), strict=True):
                n_before = len(links[piece.number])
                links[piece.number] += [_moved(link, piece.first, n_before) for link in found]
                hedges[piece.number] += marked
        return [
            replace(annotated(document, own), hedges=_numbered(marked), rejected_triggers=(), provenance=())
            for document, own, marked in zip(documents, links, hedges, strict=True)
        ]

    def _found(self, documents: Sequence[Document]) -> Iterator[tuple[list[Link], list[Hedge]]]:
        """The attributions and hedges of each document."""
        if self._fields is None or self._linker is None:
            raise DataError(f"the system {self.name!r} has learned nothing yet; fit or load it first")
        page, ranges = batch(documents, self._words), _end_to_end(len(document.tokens) for document in documents)
        own = buckets(columns(page))
        states = self._fields.states(page, own, ranges)
        types = [""] * len(page)
        if self._hedges is not None:
            types = [self._hedges.labels[label] for label in self._hedges.best(self._hedges.scores(own), ranges).tolist()]
        for document, (start, end) in zip(documents, ranges, strict=True):
            closed = closed_tokens(document).tolist()
            open_states = [_OUTSIDE if shut else state for state, shut in zip(states[start:end], closed, strict=True)]
            open_types = ["" if shut else type_ for type_, shut in zip(types[start:end], closed, strict=True)]
            links = self._linker.link(document, candidates_of(open_states, document))
            runs = [(type_, ids) for type_, ids in _stretches(open_types) if type_]
            yield links, [Hedge(id="", span=span_of_tokens(document, ids), type=HedgeType(type_)) for type_, ids in runs]

    def save(self, folder: Path) -> None:
        """Write the model: weights as safetensors, labels and linker as JSON. Raises DataError before `fit`."""
        from safetensors.numpy import save

        if self._fields is None or self._linker is None:
            raise DataError(f"the system {self.name!r} has learned nothing yet; fit it first")
        chains = {"first": self._fields.first, "second": self._fields.second}
        if self._hedges is not None:
            chains["hedges"] = self._hedges
        tensors = {f"{name}.{part}": getattr(chain, part) for name, chain in chains.items() for part in _TENSORS}
        files = {
            "weights.safetensors": save(tensors),
            "labels.json": canonical_json({name: chain.labels for name, chain in chains.items()}).encode(),
            "linker.json": canonical_json(self._linker.record()).encode(),
        }
        save_model(folder, system=self.name, files=files, about={"features": signature()})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The saved model. Raises DataError for another system's, another version's, and one that was changed."""
        from safetensors.numpy import load

        model = open_model(folder, system=cls.name)
        if model.about.get("features") != signature():
            raise DataError(f"{folder}: was trained with other word lists or features than this version has; train it again")
        files = model.files
        tensors = load(files["weights.safetensors"])
        chains = {
            name: LinearChain(tuple(labels), *(tensors[f"{name}.{part}"] for part in _TENSORS))
            for name, labels in json.loads(files["labels.json"]).items()
        }
        system = cls()
        system._fields = _Fields(chains["first"], chains["second"])
        system._hedges = chains.get("hedges")
        system._linker = Linker.from_record(json.loads(files["linker.json"]))
        return system


# --- Documents, a few at a time -------------------------------------------------------------------------------------


class _Piece(NamedTuple):
    """Some sentences of a document."""

    number: int
    """Of the document."""
    first: int
    """The first token."""
    document: Document


def _together(documents: Sequence[Document]) -> Iterator[list[_Piece]]:
    """The documents, long ones in pieces, as many at a time as are labelled together; those without tokens are left out."""
    pieces: list[_Piece] = []
    n_tokens = 0
    for number, document in enumerate(documents):
        for piece in _pieces(number, document):
            pieces.append(piece)
            n_tokens += len(piece.document.tokens)
            if n_tokens >= _TOGETHER:
                yield pieces
                pieces, n_tokens = [], 0
    if pieces:
        yield pieces


def _pieces(number: int, document: Document) -> Iterator[_Piece]:
    """Whole sentences, until there are enough tokens."""
    first = start = 0
    for i, (_, end) in enumerate(document.sentences, 1):
        if end - first >= _PIECE or i == len(document.sentences):
            tokens = document.tokens[first:end]
            sentences = tuple((a - first, b - first) for a, b in document.sentences[start:i])
            yield _Piece(number, first, replace(document, tokens=tokens, sentences=sentences))
            first, start = end, i


def _moved(link: Link, first: int, n_before: int) -> Link:
    """A link of a piece, with the token ids of the document and its index after the links that were before it."""
    if not first and not n_before:
        return link
    spans = {label: tuple(token + first for token in getattr(link, label)) for label in ("content", *ROLES)}
    continues = None if link.continues is None else link.continues + n_before
    return Link.of(link.type, spans, medium=link.medium, continues=continues)


def _numbered(hedges: Sequence[Hedge]) -> tuple[Hedge, ...]:
    return tuple(replace(hedge, id=f"h{number}") for number, hedge in enumerate(hedges, 1))


def _hedge_types(document: Document) -> list[str]:
    """The type of the hedge that each token belongs to, or nothing."""
    types = [""] * len(document.tokens)
    for hedge in document.hedges:
        for token in token_ids(document, hedge.span):
            types[token] = str(hedge.type)
    return types
