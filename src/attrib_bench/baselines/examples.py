"""What the linear models see: features of contents, sources, candidate words, pairs of attributions, and relayed articles."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from attrib_bench.document import Attribution, Document, Source, Span, mentions
from attrib_bench.lexicon import CARRIERS, HEDGES, PREPOSITIONS, cue_verbs, separated_verbs
from attrib_bench.tokens import sentence_of, token_ids

Features = Mapping[str, float]

_KONJUNKTIV = frozenset(
    "sei seien habe hätten hätte werde würde würden könne könnten solle müsse wolle dürfe gehe gebe komme".split()
)
_SUBORDINATORS = frozenset("dass ob wie warum wann wer was wo welche weil".split())
_BASIS = frozenset("berufung bezugnahme verweis gestützt stützt berief beruft zitiert zitierte worten erfuhr erfahren".split())
_WINDOW = 4
_OPENING, _CLOSING = '„»"', '“”«"'
_WORD = re.compile(r"\w{4,}")


def _words(document: Document, first: int, last: int) -> list[str]:
    text = document.require_text()
    return [text[start:end] for start, end in document.tokens[max(first, 0) : last]]


def form_features(document: Document, attribution: Attribution) -> Features:
    """Quotation marks, mood, subordinators and the words around a content."""
    text = document.require_text()
    content = attribution.content
    ids = token_ids(document, content) if content is not None else ()
    if content is None or not ids:
        return {"empty": 1.0}
    words = [text[document.tokens[i][0] : document.tokens[i][1]] for i in ids]
    lowered = [word.lower() for word in words]
    pieces = [text[start:end] for start, end in content.fragments]
    features = {
        "all quoted": float(all(piece[0] in _OPENING and piece[-1] in _CLOSING for piece in pieces)),
        "opens quoted": float(pieces[0][0] in _OPENING),
        "part quoted": float(any(mark in piece for piece in pieces for mark in _OPENING)),
        "konjunktiv": float(any(word in _KONJUNKTIV for word in lowered)),
        "fragments": float(len(pieces)),
        "length": math.log(len(words)),
        f"first={lowered[0]}": 1.0,
        "subordinator": float(lowered[0] in _SUBORDINATORS),
        "zu infinitive": float(any(a == "zu" and b.endswith("n") for a, b in pairwise(lowered))),
    }
    around = _words(document, ids[0] - _WINDOW, ids[0]) + _words(document, ids[-1] + 1, ids[-1] + 1 + _WINDOW)
    for word in around:
        features[f"around={word.lower()}"] = 1.0
    sentence = next((s for s in document.sentences if s[0] <= ids[0] < s[1]), (ids[0], ids[-1] + 1))
    outside = [w.lower() for i, w in enumerate(_words(document, *sentence), sentence[0]) if i not in set(ids)]
    features["cue verb outside"] = float(any(word in cue_verbs() or word in separated_verbs() for word in outside))
    features["preposition outside"] = float(any(word in PREPOSITIONS for word in outside))
    features["nothing outside"] = float(not any(word.isalpha() for word in outside))
    return features


def source_features(document: Document, source: Source) -> Features:
    """The words and endings of the name and of the mentions, and the words beside them."""
    text = document.require_text()
    features: dict[str, float] = {}
    found = mentions(document, source)
    features["mentions"] = float(len(found))
    for phrase in [source.name, *(text[start:end] for start, end in found)]:
        words = phrase.split()
        features[f"length={min(len(words), 5)}"] = 1.0
        features[f"determiner={words[0].lower()}"] = 1.0
        for word in words:
            lowered = word.strip("„“”\"'(),").lower()
            features[f"word={lowered}"] = 1.0
            features[f"ending={lowered[-4:]}"] = 1.0
            features["carrier"] = float(word in CARRIERS or features.get("carrier", 0.0) > 0)
            features["capitals"] = float(word.isupper() or features.get("capitals", 0.0) > 0)
    for start, end in found:
        features["quoted"] = float(text[start] in _OPENING)
        for word in text[max(0, start - 30) : start].split()[-2:] + text[end : end + 30].split()[:2]:
            features[f"beside={word.strip('.,:').lower()}"] = 1.0
    return features


def trigger_features(document: Document, candidate: Span) -> Features:
    """The words of a candidate, what the codebook's lists say of them, and what stands around them."""
    ids = token_ids(document, candidate)
    if not ids:
        return {"empty": 1.0}
    words = [word.lower() for word in _words(document, ids[0], ids[-1] + 1)]
    first, last = sentence_of(document, ids[0])
    sentence = [word.lower() for word in _words(document, first, last)]
    at = ids[0] - first
    features = {
        f"word={' '.join(words)}": 1.0,
        f"first={words[0]}": 1.0,
        f"ending={words[0][-3:]}": 1.0,
        "cue verb": float(words[0] in cue_verbs() or words[0] in separated_verbs()),
        "preposition": float(words[0] in PREPOSITIONS),
        "hedge": float(any(word in HEDGES for word in words)),
        "konjunktiv": float(words[0] in _KONJUNKTIV),
        "opens the sentence": float(at == 0),
        "subordinator": float(any(word in _SUBORDINATORS for word in sentence[at:])),
        "quoted": float(any(mark in word for word in sentence for mark in _OPENING)),
        "number": float(any(word[:1].isdigit() for word in sentence[at + 1 : at + 3])),
        "infinitive": float(any(word.endswith("en") for word in sentence[-2:])),
        "perfect": float(any(word in ("haben", "sein") for word in sentence[-3:])),
        "length": float(len(ids)),
    }
    for name, around in (("before", sentence[max(0, at - 2) : at]), ("after", sentence[at + len(words) : at + len(words) + 2])):
        for word in around:
            features[f"{name}={word}"] = 1.0
    return features


def parent_features(document: Document, child: Attribution, parent: Attribution) -> Features:
    """How two attributions lie to each other, and the words of the child's cue."""
    text = document.require_text()
    inner, outer = child.content, parent.content
    features = {
        f"forms={child.form}<{parent.form}": 1.0,
        "same content": float(inner is not None and inner == outer),
        "before": float(_start(parent) < _start(child)),
        "status": float(parent.status != child.status),
    }
    for label, span in child.spans():
        features[f"{label} inside"] = float(outer is not None and outer.contains(span))
    for label, span in parent.spans():
        features[f"{label} around"] = float(inner is not None and inner.contains(span))
    for side, attribution in (("child", child), ("parent", parent)):
        features[f"{side} without source"] = float(attribution.source is None and not attribution.source_refs)
        for word in attribution.cue.surface(text).lower().split() if attribution.cue else ():
            features[f"{side} basis"] = float(word in _BASIS or features.get(f"{side} basis", 0.0) > 0)
            features[f"{side} cue={word}"] = 1.0
        for source in (document.source_by_id[ref] for ref in attribution.source_refs if ref in document.source_by_id):
            features[f"{side} is {source.kind}"] = features[f"{side} of {source.sector}"] = 1.0
    features["same source"] = float(bool(set(child.source_refs) & set(parent.source_refs)))
    return features


def _start(attribution: Attribution) -> int:
    return min((span.start for _, span in attribution.spans()), default=0)


def relay_features(document: Document, attribution: Attribution, other: Document) -> Features:
    """Whether an attribution names the house of another article, and how much of its content that article has."""
    text = document.require_text()
    said = set(_WORD.findall(attribution.content.surface(text).lower())) if attribution.content else set()
    theirs = set(_WORD.findall(other.require_text().lower()))
    names = [document.source_by_id[ref].name for ref in attribution.source_refs if ref in document.source_by_id]
    if attribution.source is not None:
        names.append(attribution.source.surface(text))
    house = other.metadata.outlet.lower()
    shared = [word for word in _WORD.findall(" ".join(names).lower()) if house and word in house]
    sources = [document.source_by_id[ref] for ref in attribution.source_refs if ref in document.source_by_id]
    return {
        "names the house": float(any(house and house in name.lower() for name in names)),
        "shares a word with the house": float(bool(shared)),
        "content shared": len(said & theirs) / len(said) if said else 0.0,
        "without content": float(not said),
        "media": float(any(source.sector == "media" for source in sources)),
        "document": float(any(source.kind == "document" for source in sources)),
        "anonymous": float(any(source.identification == "anonymous" for source in sources)),
        "without source": float(not names),
        "earlier": float(other.metadata.date < document.metadata.date),
        "later": float(other.metadata.date > document.metadata.date),
        "same house": float(other.metadata.outlet == document.metadata.outlet),
        "relayed": float(attribution.parent is not None),
    }


def relayable(documents: Sequence[Document]) -> Iterator[tuple[Document, list[Document]]]:
    """Each document with the other documents of its story."""
    for document in documents:
        story = document.metadata.story_id
        yield document, [d for d in documents if story and d.metadata.story_id == story and d.id != document.id]
