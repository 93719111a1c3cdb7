"""The system `transformer`: a pretrained encoder, fine-tuned to find whole attributions and hedges.

Contents are found first, each fragment a stretch of tags. Each is then an *anchor*: the network reads the page once more with
it in mind and says which words are the other fragments of that content, its source, its cue, its addressee and its frame.
So nothing is linked afterwards, a cue may serve two contents, and a source may stand sentences before what it says. An
attribution without content has its cue as anchor.

The recipe of training (lower layers of the encoder, frozen word embeddings, rates) suits small encoders and a few hundred
documents. Needs the extra `transformer`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import pairwise
from pathlib import Path
from typing import ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from attrib_bench.baselines.linking import Link, annotated, links_of
from attrib_bench.baselines.network import Example, Network, Reading, Special, Window, focus, pretrained, readings, restored, train
from attrib_bench.baselines.store import open_model, save_model
from attrib_bench.baselines.tagging import (
    N_TAGS,
    UNKNOWN,
    B,
    Floats,
    I,
    Ints,
    O,
    TokenRange,
    closed_tokens,
    decode,
    encode,
    viterbi,
)
from attrib_bench.document import DataError, Document, Form, Hedge, HedgeType
from attrib_bench.formats import gqa
from attrib_bench.tokens import span_of_tokens, token_ids

_ANCHORS = ("direct", "other", "bare")
"""Layers of anchors: contents that are quoted word by word, other contents, and the cues of attributions without content."""

_ROLES = ("content", "source", "cue", "addressee", "frame")
_SINGLE = ("source", "addressee")  # roles that are one stretch of words; a cue or a frame may have gaps
_BONUS = 0.5  # on each range; what is a little less likely than not is worth saying where a score asks for recall as well
_LEAST_ODDS = -0.5  # log-odds of a role, for the same reason
_IMPOSSIBLE = -20.0  # log-odds of what lies outside of the window
_MANY, _MANY_TOKENS = 64, 20_000  # documents, and tokens, that are read at once
_MANY_WORDS = 200_000  # whose pieces are remembered
_MOST_PIECES = 16  # of a word; longer ones are addresses of web pages and the like
_LEAST_WINDOW = 4 * _MOST_PIECES
_GOLDEN = 0.618  # multiples of it, without their whole parts, are spread evenly
_LOG = logging.getLogger(__name__)


class Labels(NamedTuple):
    """What a network tells apart, in the order of its outputs."""

    layers: tuple[str, ...]
    """Layers of tags: anchors, roles, types of hedges."""
    roles: tuple[str, ...]
    types: tuple[str, ...]
    media: tuple[str, ...]

    @classmethod
    def of(cls, documents: Sequence[Document]) -> Self:
        """What is labelled in some of the documents. Raises DataError where nothing is."""
        links = [link for document in documents for link in links_of(document)]
        used = {_anchor_layer(link) for link in links}
        roles = tuple(role for role in _ROLES if any(getattr(link, role) for link in links))
        hedges = {hedge.type for document in documents for hedge in document.hedges}
        if not links:
            raise DataError(f"found no attribution in {len(documents)} documents, expected some to learn from")
        return cls(
            layers=(
                *(layer for layer in _ANCHORS if layer in used),
                *(role for role in roles if role != "content"),
                *(str(hedge) for hedge in HedgeType if hedge in hedges),
            ),
            roles=roles,
            types=tuple(sorted({link.type for link in links})),
            media=tuple(sorted({link.medium for link in links})),
        )


@dataclass(frozen=True)
class _Gold:
    """A document's labels as the network learns them."""

    tags: Ints
    """Of shape (tokens, layers)."""
    anchors: Sequence[tuple[TokenRange, int]]
    """Each fragment of an anchor, with the number of its attribution."""
    roles: NDArray[np.bool_]
    """Of shape (attributions, tokens, roles): whether the token belongs to that part of the attribution."""
    classes: Ints
    """Type and medium of each attribution."""

    @classmethod
    def of(cls, document: Document, labels: Labels) -> Self:
        n_tokens = len(document.tokens)
        links = links_of(document)
        ranges: dict[str, list[TokenRange]] = {layer: [] for layer in labels.layers}
        anchors: list[tuple[TokenRange, int]] = []
        roles = np.zeros((len(links), n_tokens, len(labels.roles)), dtype=np.bool_)
        for number, link in enumerate(links):
            anchor = link.content or link.cue
            anchors += [(stretch, number) for stretch in _runs(anchor)]
            ranges[_anchor_layer(link)] += _runs(anchor)
            for index, role in enumerate(labels.roles):
                ids = anchor if role == "content" else getattr(link, role)
                roles[number, list(ids), index] = True
                if role != "content":
                    ranges[role] += _runs(ids)
        for hedge in document.hedges:
            ranges[hedge.type] += _runs(token_ids(document, hedge.span))
        tags = np.stack([encode(ranges[layer], n_tokens) for layer in labels.layers], axis=1)
        if gqa.COLLECTION in document.native:
            absent = [index for index, layer in enumerate(labels.layers) if layer in set(HedgeType)]
        else:
            absent = [index for index, layer in enumerate(labels.layers) if layer == "frame"]
        tags[:, absent] = UNKNOWN
        classes = np.array([(labels.types.index(link.type), labels.media.index(link.medium)) for link in links], dtype=np.int64)
        return cls(tags, anchors, roles, classes.reshape(-1, 2))


def _anchor_layer(link: Link) -> str:
    if not link.content:
        return "bare"
    return "direct" if _form(link.type) is Form.DIRECT else "other"


def _can_be(type_: str, layer: str) -> bool:
    """Whether an anchor of the layer can be of this type."""
    if layer == "bare":
        return _form(type_) is Form.NO_COMMENT
    return (_form(type_) is Form.DIRECT) == (layer == "direct")


def _form(type_: str) -> Form:
    """The form of a type, which is one of ours or one of GQA's."""
    return gqa.TYPES.get(type_) or Form(type_)


def _runs(ids: Sequence[int]) -> list[TokenRange]:
    """The runs of adjacent ids, half-open."""
    breaks = [0, *(i for i in range(1, len(ids)) if ids[i] != ids[i - 1] + 1), len(ids)]
    return [(ids[first], ids[last - 1] + 1) for first, last in pairwise(breaks) if first < last]


# --- Documents -> windows -------------------------------------------------------------------------------------------


class Stretch(NamedTuple):
    """A window's words as token ids, half-open, and those of them that are the window's own; the others are context."""

    first: int
    last: int
    own_first: int
    own_last: int


def stretches(sentences: Sequence[TokenRange], n_pieces: Ints, *, most: int, context: int, shift: float = 0.0) -> list[Stretch]:
    """A document cut into stretches of at most `most` pieces, about equally long, between sentences where that is possible.

    `n_pieces` has the pieces of each token. Every token is some stretch's own. Where there are several, each is widened by
    whole sentences on both sides, by at most `context` pieces together.
    `shift`, in [0, 1), moves the borders by that share of a stretch.
    """
    ends = np.concatenate([[0], np.cumsum(n_pieces)])
    total = int(ends[-1])
    if total <= most:
        return [Stretch(0, len(n_pieces), 0, len(n_pieces))] if total else []
    units = list(_units(sentences, ends, most // 4))
    size = total / -(-total // (most - max(context, most // 4)))
    part = [int((ends[begin] + ends[end]) / 2 / size + shift) for begin, end in units]
    found = []
    for number in sorted(set(part)):
        first, last = part.index(number), len(part) - part[::-1].index(number)
        own = units[first][0], units[last - 1][1]
        room = min(context, most - int(ends[own[1]] - ends[own[0]]))
        sides = [True, True]
        while any(sides):
            for side in (0, 1):
                unit = first - 1 if side == 0 else last
                cost = int(ends[units[unit][1]] - ends[units[unit][0]]) if 0 <= unit < len(units) else most
                sides[side] = cost <= room
                if sides[side]:
                    room -= cost
                    first, last = (unit, last) if side == 0 else (first, unit + 1)
        found.append(Stretch(units[first][0], units[last - 1][1], *own))
    return found


def _units(sentences: Sequence[TokenRange], ends: Ints, most: int) -> Iterator[TokenRange]:
    """The sentences, cut where they have more than `most` pieces; tokens outside of sentences are cut likewise."""
    n_tokens = len(ends) - 1
    borders = sorted({0, n_tokens, *(border for sentence in sentences for border in sentence)})
    for begin, end in pairwise(borders):
        while begin < end:
            stop = int(np.searchsorted(ends, ends[begin] + most, side="right")) - 1
            stop = min(max(stop, begin + 1), end)
            yield begin, stop
            begin = stop


def _sentence_numbers(document: Document) -> Ints:
    """The number of the sentence of each token; tokens outside of sentences count to the one before."""
    starts = np.zeros(len(document.tokens), dtype=np.int64)
    starts[[begin for begin, _ in document.sentences]] = 1
    return starts.cumsum()


class _Pieces:
    """The pieces of words, each word on its own, as tokenizers for tagging take them."""

    def __init__(self, tokenizer: Tokenizer, *, unknown: int) -> None:
        self.tokenizer = tokenizer
        self._unknown = unknown
        self._known: dict[str, Ints] = {}

    def __call__(self, document: Document) -> list[Ints]:
        """The pieces of each token of a document. Raises DataError for a text without tokens."""
        text = document.require_text()
        if text.strip() and not document.tokens:
            raise DataError(f"{document.id}: has no canonical tokens, without which it cannot be tagged")
        words = [text[start:end] for start, end in document.tokens]
        if len(self._known) > _MANY_WORDS:
            self._known.clear()
        new = sorted(set(words) - self._known.keys())
        for word, encoded in zip(new, self.tokenizer.encode_batch(new, add_special_tokens=False), strict=True):
            self._known[word] = np.array(encoded.ids[:_MOST_PIECES] or [self._unknown], dtype=np.int64)
        return [self._known[word] for word in words]


def _window(sentence: Ints, pieces: Sequence[Ints], stretch: Stretch) -> Window:
    """What the network reads of a document at a stretch."""
    words = slice(stretch.first, stretch.last)
    lengths = _lengths(pieces[words])
    return Window(np.concatenate(pieces[words]), np.repeat(np.arange(len(lengths)), lengths), sentence[words])


def _lengths(pieces: Sequence[Ints]) -> Ints:
    return np.array([len(piece) for piece in pieces], dtype=np.int64)


def _example(window: Window, stretch: Stretch, gold: _Gold) -> Example:
    """What the network should find at a stretch. A range that is cut off begins, or ends, with the window."""
    words = slice(stretch.first, stretch.last)
    tags = gold.tags[words].copy()
    tags[0, tags[0] == I] = B
    anchors = [
        (_within(anchor, stretch), number)
        for anchor, number in gold.anchors
        if anchor[0] < stretch.last and anchor[1] > stretch.first
    ]
    numbers = [number for _, number in anchors]
    return Example(window, tags, [anchor for anchor, _ in anchors], gold.roles[numbers, words], gold.classes[numbers])


def _within(stretch: TokenRange, window: Stretch) -> TokenRange:
    """The part of a range that lies in a window, counted from the window's first token."""
    return max(stretch[0], window.first) - window.first, min(stretch[1], window.last) - window.first


# --- What the network says -> attributions --------------------------------------------------------------------------


class _Look(NamedTuple):
    """What the network says of a window with an anchor in mind."""

    first: int
    """The token that the window begins with."""
    odds: Floats
    """Log-odds, of shape (words, roles)."""
    types: Floats
    media: Floats

    def mean_odds(self, stretch: TokenRange, role: int) -> float:
        """Of a stretch of tokens."""
        begin, end = stretch
        if begin < self.first or end > self.first + len(self.odds):
            return _IMPOSSIBLE
        return float(self.odds[begin - self.first : end - self.first, role].mean())


@dataclass(frozen=True)
class _Page:
    """A document as the network has read it."""

    document: Document
    network: Network
    stretches: Sequence[Stretch]
    windows: Sequence[Window]
    readings: Sequence[Reading]
    closed: NDArray[np.bool_]
    """Of each token: whether it stands where nothing is annotated."""
    layers: Mapping[str, Sequence[TokenRange]]
    """The ranges of each layer of tags."""

    def look(self, anchors: Sequence[TokenRange]) -> list[_Look]:
        """What the network says with each anchor in mind, in the window that owns its first token."""
        found: dict[int, _Look] = {}
        for stretch, window, reading in zip(self.stretches, self.windows, self.readings, strict=True):
            mine = [index for index, (begin, _) in enumerate(anchors) if stretch.own_first <= begin < stretch.own_last]
            if mine:
                inside = [_within(anchors[index], stretch) for index in mine]
                odds, (types, media) = focus(self.network, window, reading, inside)
                odds[:, self.closed[stretch.first : stretch.last]] = _IMPOSSIBLE
                found |= {index: _Look(stretch.first, *each) for index, *each in zip(mine, odds, types, media, strict=True)}
        return [found[index] for index in range(len(anchors))]


def _links(page: _Page, labels: Labels) -> list[Link]:
    """The attributions of a page, in text order."""
    anchors = sorted((anchor, layer) for layer in _ANCHORS for anchor in page.layers.get(layer, ()))
    looks = page.look([anchor for anchor, _ in anchors])
    number = {role: index for index, role in enumerate(labels.roles)}
    links: list[Link] = []
    for members in _wholes(anchors, looks, number.get("content")):
        ids = tuple(token for index in members for token in range(*anchors[index][0]))
        layer = anchors[members[0]][1]
        seen = _agreed([looks[index] for index in members])
        types = [score if _can_be(type_, layer) else -np.inf for type_, score in zip(labels.types, seen.types, strict=True)]
        roles = {role: _role(seen, index, page.layers.get(role, ()), is_single=role in _SINGLE) for role, index in number.items()}
        link = Link(
            labels.types[int(np.argmax(types))],
            content=() if layer == "bare" else ids,
            frame=roles.get("frame", ()),
            cue=ids if layer == "bare" else roles.get("cue", ()),
            source=roles.get("source", ()),
            addressee=roles.get("addressee", ()),
            medium=labels.media[int(seen.media.argmax())],
        )
        if _is_continuation(link):
            link = link._replace(continues=next((i for i in reversed(range(len(links))) if links[i].source), None))
        links.append(link)
    return links


def _is_continuation(link: Link) -> bool:
    """GQA gives a free indirect content its speaker's words; elsewhere one without source and cue shares the last source."""
    return link.type == Form.FREE_INDIRECT and not link.source and not link.cue


def _wholes(anchors: Sequence[tuple[TokenRange, str]], looks: Sequence[_Look], role: int | None) -> list[list[int]]:
    """The numbers of the anchors that are one content, in text order: those of a layer that say so of each other."""
    whole = [[index] for index in range(len(anchors))]
    for i, (anchor, layer) in enumerate(anchors):
        for j in range(i + 1, len(anchors)):
            other, other_layer = anchors[j]
            if role is None or other[0] >= looks[i].first + len(looks[i].odds):
                break
            is_one = looks[i].mean_odds(other, role) + looks[j].mean_odds(anchor, role) > 0
            if is_one and layer == other_layer and whole[i] is not whole[j]:
                joined = sorted(whole[i] + whole[j])
                for index in joined:
                    whole[index] = joined
    return [members for index, members in enumerate(whole) if members[0] == index]


def _agreed(looks: Sequence[_Look]) -> _Look:
    """The mean of some looks where their windows overlap."""
    first = max(look.first for look in looks)
    last = min(look.first + len(look.odds) for look in looks)
    odds = np.mean([look.odds[first - look.first : last - look.first] for look in looks], axis=0)
    return _Look(first, odds, np.sum([look.types for look in looks], axis=0), np.sum([look.media for look in looks], axis=0))


def _role(look: _Look, role: int, tagged: Sequence[TokenRange], *, is_single: bool) -> tuple[int, ...]:
    """The tokens of a role: the ranges with its tags that fit, or the best of them; without any, the words that fit."""
    fit = [(odds, stretch) for stretch in tagged if (odds := look.mean_odds(stretch, role)) > _LEAST_ODDS]
    chosen = [max(fit)] if fit and is_single else fit
    if not chosen:
        return tuple(int(word) + look.first for word in np.flatnonzero(look.odds[:, role] > _LEAST_ODDS))
    return tuple(sorted(token for _, stretch in chosen for token in range(*stretch)))


def _tagged(page: _Page, labels: Labels) -> Document:
    """The document with the attributions and hedges of the page in place of its own."""
    found = sorted((stretch, layer) for layer in HedgeType for stretch in page.layers.get(layer, ()))
    hedges = tuple(
        Hedge(id=f"h{number}", span=span_of_tokens(page.document, range(*stretch)), type=HedgeType(layer))
        for number, (stretch, layer) in enumerate(found, 1)
    )
    return replace(annotated(page.document, _links(page, labels)), hedges=hedges)


def _with_forms(page: _Page, labels: Labels) -> Document:
    """The document with the form of each content that was given."""
    fragments = [
        (stretch, number)
        for number, attribution in enumerate(page.document.attributions)
        for stretch in _runs(token_ids(page.document, attribution.content) if attribution.content else ())
    ]
    scores = np.zeros((len(page.document.attributions), len(labels.types)))
    for look, (_, number) in zip(page.look([stretch for stretch, _ in fragments]), fragments, strict=True):
        scores[number] += look.types
    forms = [_form(labels.types[best]) for best in scores.argmax(axis=1).tolist()]
    found = (replace(attribution, form=form) for attribution, form in zip(page.document.attributions, forms, strict=True))
    return replace(page.document, attributions=tuple(found))


def _chunks(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """The documents, some at a time: so many that batches are full, and so few that they fit into memory."""
    chunk: list[Document] = []
    n_tokens = 0
    for document in documents:
        if chunk and (len(chunk) == _MANY or n_tokens + len(document.tokens) > _MANY_TOKENS):
            yield chunk
            chunk, n_tokens = [], 0
        chunk.append(document)
        n_tokens += len(document.tokens)
    if chunk:
        yield chunk


# --- The system -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Trained:
    """What training leaves: a network, how to read words for it, and what its outputs mean."""

    network: Network
    pieces: _Pieces
    labels: Labels

    def pages(self, documents: Iterable[Document], *, window: int, batch: int) -> Iterator[_Page]:
        """The documents as the network reads them, some at a time."""
        for some in _chunks(documents):
            cut = [self._windows(document, window) for document in some]
            read = iter(readings(self.network, [each for _, windows in cut for each in windows], n_pieces=batch))
            seen = [[next(read) for _ in windows] for _, windows in cut]
            tags = self._tags([(found, each) for (found, _), each in zip(cut, seen, strict=True)])
            for document, (found, windows), each, own in zip(some, cut, seen, tags, strict=True):
                closed = closed_tokens(document)
                own[closed] = O
                layers = {layer: decode(own[:, index]) for index, layer in enumerate(self.labels.layers)}
                yield _Page(document, self.network, found, windows, each, closed, layers)

    def _tags(self, documents: Sequence[tuple[Sequence[Stretch], Sequence[Reading]]]) -> list[Ints]:
        """The best tags of each document."""
        transitions, starts = self.network.chains()
        transitions[:, :, B] += _BONUS
        starts[:, B] += _BONUS
        none = np.zeros((0, *starts.shape), dtype=np.float32)
        emissions = []
        for found, seen in documents:
            own = [each.emissions[s.own_first - s.first : s.own_last - s.first] for s, each in zip(found, seen, strict=True)]
            emissions.append(np.concatenate([none, *own]))
        return viterbi(emissions, transitions, starts)

    def _windows(self, document: Document, most: int) -> tuple[list[Stretch], list[Window]]:
        pieces = self.pieces(document)
        found = stretches(document.sentences, _lengths(pieces), most=most, context=most // 8)
        sentence = _sentence_numbers(document)
        return found, [_window(sentence, pieces, stretch) for stretch in found]


@dataclass(kw_only=True)
class Transformer:
    """An encoder from the Hugging Face hub, fine-tuned; its options are those of its training.

    Trained on GQA it also finds frames, media and GQA's types, for `gqa.roles`. On one machine with one number of threads the
    same documents and options give the same bytes of predictions.
    """

    name: ClassVar[str] = "transformer"
    tasks: ClassVar[tuple[str, ...]] = ("attribution", "spans", "hedge", "form")

    encoder: str = "intfloat/multilingual-e5-small"
    """An encoder as `transformers` takes it: its id on the hub, or a folder."""
    blocks: int = 8
    """How many of the encoder's layers are used, from the lowest on; all where it has fewer."""
    window: int = 384
    """The most pieces that are read at once; fewer where the encoder takes fewer."""
    epochs: int = 5
    rate: float = 2e-4
    """The highest rate of AdamW for the encoder."""
    head_rate: float = 1e-3
    """The same for what stands on the encoder."""
    batch: int = 2048
    """The most pieces of a batch, with padding, in training and prediction."""
    masked_share: float = 0.06
    """The share of the pieces that are hidden in training."""
    warm_up: int = 60
    """Steps of training in which the rates rise."""
    seed: int = 0
    device: str = "cpu"
    """Where torch trains and predicts, as in ``cuda``. A saved model is read back to the CPU."""
    _trained: _Trained | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        if self.window < _LEAST_WINDOW:
            raise DataError(f"found a window of {self.window} pieces, expected at least {_LEAST_WINDOW}")
        for name in ("blocks", "epochs", "batch", "warm_up"):
            if getattr(self, name) < 1:
                raise DataError(f"{name}: found {getattr(self, name)}, expected at least 1")

    def fit(self, documents: Sequence[Document]) -> None:
        """Fine-tune the encoder on gold documents; how the loss falls is logged.

        Raises DataError where nothing is labelled, where tokens are missing, and where there is no such encoder.
        """
        labels = Labels.of(documents)
        golds = [_Gold.of(document, labels) for document in documents]
        tags = np.concatenate([gold.tags for gold in golds])
        priors = np.stack(
            [(tags == tag).sum(axis=0) / np.maximum((tags != UNKNOWN).sum(axis=0), 1) for tag in range(N_TAGS)], axis=1
        )
        untrained, tokenizer = pretrained(
            self.encoder,
            n_blocks=self.blocks,
            priors=priors.astype(np.float32),
            n_roles=len(labels.roles),
            n_classes=(len(labels.types), len(labels.media)),
            seed=self.seed,
        )
        self.window = min(self.window, untrained.longest)
        trained = _Trained(untrained.to(self.device), _Pieces(tokenizer, unknown=untrained.special.unknown), labels)
        read = [(trained.pieces(document), _sentence_numbers(document)) for document in documents]

        def epoch(number: int) -> list[Example]:
            """What is learned from all documents; the borders of windows move from epoch to epoch."""
            shift = number * _GOLDEN % 1
            return [
                _example(_window(sentence, pieces, stretch), stretch, gold)
                for document, gold, (pieces, sentence) in zip(documents, golds, read, strict=True)
                for stretch in stretches(document.sentences, _lengths(pieces), most=self.window, context=0, shift=shift)
            ]

        losses = train(
            trained.network,
            epoch,
            n_epochs=self.epochs,
            rate=self.rate,
            head_rate=self.head_rate,
            n_pieces=self.batch,
            masked_share=self.masked_share,
            warm_up=self.warm_up,
            seed=self.seed,
        )
        for number, loss in enumerate(losses, 1):
            _LOG.info("epoch %d of %d: loss %.4f a word", number, self.epochs, loss)
        self._trained = trained

    def predict(self, documents: Sequence[Document], task: str) -> list[Document]:
        """The documents with the system's attributions, sources and hedges; for `form`, with the form of each given content.

        Raises DataError for another task, an untrained system, and a document without text or tokens.
        """
        if task not in self.tasks:
            raise DataError(f"{self.name}: found the task {task!r}, expected one of {', '.join(self.tasks)}")
        trained = self._known()
        answer = _with_forms if task == "form" else _tagged
        return [answer(page, trained.labels) for page in trained.pages(documents, window=self.window, batch=self.batch)]

    def save(self, folder: Path) -> None:
        """Write the model: weights in half precision, which training leaves them in, and the tokenizer; nothing else is needed.

        Raises DataError for an untrained system.
        """
        trained = self._known()
        files = {
            "weights.safetensors": trained.network.weights(),
            "encoder.json": json.dumps(trained.network.encoder.config.to_dict(), sort_keys=True).encode(),
            "tokenizer.json": trained.pieces.tokenizer.to_str().encode(),
        }
        options = {option.name: getattr(self, option.name) for option in fields(self) if option.init and option.name != "device"}
        about = {"training": options, "labels": trained.labels._asdict(), "special": trained.network.special._asdict()}
        save_model(folder, system=self.name, files=files, about=about)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The saved model. Raises DataError as `open_model` does."""
        model = open_model(folder, system=cls.name)
        labels = Labels(**{name: tuple(values) for name, values in model.about["labels"].items()})
        special = Special(**model.about["special"])
        network = restored(
            json.loads(model.files["encoder.json"]),
            model.files["weights.safetensors"],
            special,
            n_layers=len(labels.layers),
            n_roles=len(labels.roles),
            n_classes=(len(labels.types), len(labels.media)),
        )
        system = cls(**model.about["training"])
        tokenizer = Tokenizer.from_str(model.files["tokenizer.json"].decode())
        system._trained = _Trained(network, _Pieces(tokenizer, unknown=special.unknown), labels)
        return system

    def _known(self) -> _Trained:
        if self._trained is None:
            raise DataError(f"{self.name}: has learned nothing yet; fit it or load a model")
        return self._trained
