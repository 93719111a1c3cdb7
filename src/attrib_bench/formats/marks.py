"""A document's annotations as marks, the shape that annotation tools share: typed spans with features, and links between them.

Every tool format writes and reads marks, so what an annotation means to a tool is decided here and once:

    Content, Cue, Source, Addressee   a span of an attribution. One of them, the content if there is one, stands for the whole
                                      attribution: it has the features `id`, `form` and `status`, and from it links lead to
                                      its other spans (`cue`, `source`, `addressee`), to its `parent` and to what it `continues`
    Attribution                       stands for an attribution without any span
    Entity                            a source; no span. Source marks have a link `names` to each one that they name
    Justification                     words that say why an Entity is not named or how it knows; a link `of` leads to it
    Hedge, RejectedTrigger, Zone
    Provenance                        the article `to_doc` that an `attribution` relays; no span
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from attrib_bench.document import (
    ATTRIBUTION_LABELS,
    Attribution,
    DataError,
    Document,
    Form,
    HedgeType,
    Identification,
    JustificationType,
    Kind,
    ProvenanceLink,
    Reason,
    Sector,
    Span,
    Status,
    Zone,
    ZoneKind,
)
from attrib_bench.records import Record, attribution_record, hedge_record, source_record, with_layers


@dataclass(frozen=True, kw_only=True)
class Mark:
    """An annotation. `key` is what links name it by; a tool may choose it, and only within a document it has to be unique."""

    key: str
    type: str
    span: Span | None = None
    features: Mapping[str, str] = field(default_factory=dict)
    """Values by name, as `MARKS` lists them. A flag is ``"true"``, or absent; an absent `id` is given when the mark is read."""
    links: tuple[tuple[str, str], ...] = ()
    """Name of the link and key of the mark it leads to; those of one name are in order."""


@dataclass(frozen=True, kw_only=True)
class MarkType:
    """What the marks of a type can have."""

    spans: bool
    """Whether a mark of this type covers words."""
    features: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The values of each feature; no values stand for any text, and ``("true",)`` is a flag."""
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The types of mark that each link leads to."""


def _values(vocabulary: type[StrEnum]) -> tuple[str, ...]:
    return tuple(vocabulary)


_TEXT: tuple[str, ...] = ()
_FLAG = ("true",)
_ROLES = {label: label.capitalize() for label in ("content", "cue", "source", "addressee")}  # the first there is stands for all
_ATTRIBUTIONS = (*_ROLES.values(), "Attribution")
_ATTRIBUTION = {"id": _TEXT, "form": _values(Form), "status": _values(Status)}
_FROM_ATTRIBUTION = {
    **{label: (type_,) for label, type_ in _ROLES.items() if label != "content"},
    "parent": _ATTRIBUTIONS,
    "continues": _ATTRIBUTIONS,
    "names": ("Entity",),
}

MARKS: Mapping[str, MarkType] = {
    **{type_: MarkType(spans=True, features=_ATTRIBUTION, links=_FROM_ATTRIBUTION) for type_ in _ROLES.values()},
    "Attribution": MarkType(spans=False, features=_ATTRIBUTION, links=_FROM_ATTRIBUTION),
    "Entity": MarkType(
        spans=False,
        features={
            "id": _TEXT,
            "name": _TEXT,
            "kind": _values(Kind),
            "sector": _values(Sector),
            "identification": _values(Identification),
            "listed": _FLAG,
            "self": _FLAG,
            "doc_ref": _TEXT,
        },
        links={"affiliation": ("Entity",)},
    ),
    "Justification": MarkType(spans=True, features={"type": _values(JustificationType)}, links={"of": ("Entity",)}),
    "Hedge": MarkType(spans=True, features={"id": _TEXT, "type": _values(HedgeType)}),
    "RejectedTrigger": MarkType(spans=True, features={"reason": _values(Reason)}),
    "Zone": MarkType(spans=True, features={"kind": _values(ZoneKind)}),
    "Provenance": MarkType(spans=False, features={"to_doc": _TEXT}, links={"attribution": _ATTRIBUTIONS}),
}
"""The types of mark, from which the configuration of a tool is made."""


def marks(document: Document) -> Iterator[Mark]:
    """The annotations of a document as marks, layer by layer and within a layer in its order; `from_marks` turns them back.

    Keys are ours: the id of a source, hedge or attribution (``a1``), ``a1.source``, ``e1.justification.1``, ``zone.1`` and so on.
    """
    for number, zone in enumerate(document.zones, 1):
        yield Mark(key=f"zone.{number}", type="Zone", span=Span.of((zone.start, zone.end)), features={"kind": str(zone.kind)})
    for source in document.sources:
        record = source_record(source, span=lambda span: span)
        links = (("affiliation", source.affiliation),) if source.affiliation else ()
        yield Mark(key=source.id, type="Entity", features=_features("Entity", record), links=links)
        for number, item in enumerate(source.justifications, 1):
            key, features = f"{source.id}.justification.{number}", {"type": str(item.type)}
            yield Mark(key=key, type="Justification", span=item.span, features=features, links=(("of", source.id),))
    for attribution in document.attributions:
        yield from _of_attribution(attribution)
    for hedge in document.hedges:
        features = _features("Hedge", hedge_record(hedge))
        yield Mark(key=hedge.id, type="Hedge", span=hedge.span, features=features)
    for number, trigger in enumerate(document.rejected_triggers, 1):
        features = {"reason": str(trigger.reason)}
        yield Mark(key=f"not.{number}", type="RejectedTrigger", span=trigger.span, features=features)
    for number, link in enumerate(document.provenance, 1):
        links = (("attribution", link.attribution),)
        yield Mark(key=f"provenance.{number}", type="Provenance", features={"to_doc": link.to_doc}, links=links)


def _features(type_: str, record: Record) -> dict[str, str]:
    """The features of a record; a flag that is not set and a field that is null are left out."""
    found = {name: record[name] for name in MARKS[type_].features}
    return {name: "true" if value is True else value for name, value in found.items() if value is not None and value is not False}


def _of_attribution(attribution: Attribution) -> Iterator[Mark]:
    roles = [label for label in _ROLES if getattr(attribution, label) is not None]
    names = tuple(("names", ref) for ref in attribution.source_refs)
    features = _features("Attribution", attribution_record(attribution))
    links = tuple((label, f"{attribution.id}.{label}") for label in roles[1:])
    links += tuple((name, key) for name in ("parent", "continues") if (key := getattr(attribution, name)))
    first = roles[0] if roles else None
    yield Mark(
        key=attribution.id,
        type=_ROLES[first] if first else "Attribution",
        span=getattr(attribution, first) if first else None,
        features=features,
        links=links + (names if attribution.source is None or first == "source" else ()),
    )
    for label in roles[1:]:
        own = names if label == "source" else ()
        yield Mark(key=f"{attribution.id}.{label}", type=_ROLES[label], span=getattr(attribution, label), links=own)


def from_marks(document: Document, found: Iterable[Mark]) -> Document:
    """The document with the annotations that these marks stand for in place of its own.

    What a tool leaves out is filled in: an id that no other mark of the layer has, the status actual, a source's kind,
    sector and identification as for predictions. A span may belong to several attributions. Raises DataError that names the
    key of a mark that is of no known type, or has a feature, a value or a link that its type does not have; for a link that
    leads nowhere, a span of an attribution that no attribution links to, and whatever the model does not allow.
    """
    listed = list(found)
    by_key = {mark.key: mark for mark in listed}
    if len(by_key) < len(listed):
        key, uses = Counter(mark.key for mark in listed).most_common(1)[0]
        raise DataError(f"{document.id}: {key}: stands for {uses} annotations, expected one")
    for mark in listed:
        _check(document, mark, by_key)
    heads = [mark for mark in listed if mark.type in _ATTRIBUTIONS and _is_head(mark)]
    used = {key for head in heads for name, key in head.links if name in _ROLES} | {head.key for head in heads}
    if lost := [mark for mark in listed if mark.type in _ATTRIBUTIONS and mark.key not in used]:
        raise _error(document, lost[0], "belongs to no attribution; expected a form, or a link to it from the content")
    entities = [mark for mark in listed if mark.type == "Entity"]
    hedges = [mark for mark in listed if mark.type == "Hedge"]
    ids = _ids(document, (("a", heads), ("e", entities), ("h", hedges)))
    about: dict[str, list[Mark]] = {}
    for mark in listed:
        if mark.type == "Justification":
            about.setdefault(dict(mark.links)["of"], []).append(mark)
        elif mark.type == "Provenance" and (astray := [key for _, key in mark.links if key not in ids]):
            raise _error(document, mark, f"attribution: leads to {astray[0]!r}, which stands for no attribution")
    record: Record = {
        "sources": [_source(mark, ids, about.get(mark.key, ())) for mark in entities],
        "attributions": [_attribution(document, mark, ids, by_key) for mark in heads],
        "hedges": [{**mark.features, "id": ids[mark.key], "span": _fragments(mark.span)} for mark in hedges],
        "rejected_triggers": [
            {**mark.features, "span": _fragments(mark.span)} for mark in listed if mark.type == "RejectedTrigger"
        ],
    }
    links = [
        ProvenanceLink(ids[key], mark.features["to_doc"]) for mark in listed if mark.type == "Provenance" for _, key in mark.links
    ]
    zones = tuple(zone for mark in listed if mark.type == "Zone" for zone in _zones(mark))
    return replace(with_layers(document, record), zones=zones, provenance=tuple(sorted(links)))


def _is_head(mark: Mark) -> bool:
    """Whether a mark stands for a whole attribution: a form says so, or a link that only whole attributions have."""
    return mark.type in ("Content", "Attribution") or "form" in mark.features or any(name != "names" for name, _ in mark.links)


def _check(document: Document, mark: Mark, by_key: Mapping[str, Mark]) -> None:
    kind = MARKS.get(mark.type)
    if kind is None:
        raise _error(document, mark, f"found the type {mark.type!r}, expected one of {', '.join(MARKS)}")
    if kind.spans != (mark.span is not None):
        raise _error(document, mark, "covers no words" if kind.spans else "covers words, expected none")
    for name, value in mark.features.items():
        if name not in kind.features:
            expected = f"one of {', '.join(kind.features)}"
            raise _error(document, mark, f"found the feature {name!r}, expected {expected}")
        if kind.features[name] and value not in kind.features[name]:
            expected = f"one of {', '.join(kind.features[name])}"
            raise _error(document, mark, f"{name}: found {value!r}, expected {expected}")
    required = {"Justification": ("type",), "RejectedTrigger": ("reason",), "Zone": ("kind",), "Provenance": ("to_doc",)}
    for name in required.get(mark.type, ()):
        if name not in mark.features:
            raise _error(document, mark, f"has no {name}")
    for name, key in mark.links:
        if name not in kind.links:
            raise _error(document, mark, f"found the link {name!r}, expected {', '.join(kind.links) or 'none'}")
        if key not in by_key:
            raise _error(document, mark, f"{name}: leads to {key!r}, which does not exist")
        if by_key[key].type not in kind.links[name]:
            expected = " or ".join(kind.links[name])
            raise _error(document, mark, f"{name}: leads to {key!r}, a {by_key[key].type}; expected {expected}")
    several = [name for name, n in Counter(name for name, _ in mark.links).items() if n > 1 and name != "names"]
    if several:
        raise _error(document, mark, f"has more than one link {several[0]!r}")
    if mark.type in ("Justification", "Provenance") and not mark.links:
        raise _error(document, mark, f"has no link {next(iter(kind.links))!r}")


def _ids(document: Document, layers: Iterable[tuple[str, Sequence[Mark]]]) -> dict[str, str]:
    """The id of each mark by its key: its own, or the layer's letter with the next number that nobody has."""
    layers = list(layers)
    given = Counter(mark.features["id"] for _, found in layers for mark in found if "id" in mark.features)
    for _, found in layers:
        for mark in found:
            if given[mark.features.get("id", "")] > 1:
                raise _error(document, mark, f"found the id {mark.features['id']!r}, which another annotation has as well")
    ids = {}
    for letter, found in layers:
        number = 0
        for mark in found:
            name = mark.features.get("id")
            while name is None:
                number += 1
                name = None if f"{letter}{number}" in given else f"{letter}{number}"
            ids[mark.key] = name
    return ids


def _source(mark: Mark, ids: Mapping[str, str], justifications: Sequence[Mark]) -> Record:
    record: Record = dict(mark.features)
    for flag in ("listed", "self"):
        record[flag] = flag in mark.features
    record |= {name: ids[key] for name, key in mark.links}
    record["justifications"] = [{"type": j.features["type"], "span": _fragments(j.span)} for j in justifications]
    return {**record, "id": ids[mark.key]}


def _attribution(document: Document, head: Mark, ids: Mapping[str, str], by_key: Mapping[str, Mark]) -> Record:
    own = {head.type.lower(): head} if head.span else {}
    spans = own | {name: by_key[key] for name, key in head.links if name in _ROLES}
    links = {name: key for name, key in head.links if name in ("parent", "continues")}
    for name, key in links.items():
        if key not in ids:
            raise _error(document, head, f"{name}: leads to {key!r}, which stands for no attribution")
    naming = spans.get("source", head)
    return {
        **head.features,
        **{name: ids[key] for name, key in links.items()},
        **{label: _fragments(spans[label].span) for label in ATTRIBUTION_LABELS if label in spans},
        "id": ids[head.key],
        "source_refs": [ids[key] for name, key in naming.links if name == "names"],
    }


def _zones(mark: Mark) -> Iterator[Zone]:
    for start, end in mark.span.fragments if mark.span else ():
        yield Zone(kind=ZoneKind(mark.features["kind"]), start=start, end=end)


def _fragments(span: Span | None) -> Any:
    return span.fragments if span else None


def _error(document: Document, mark: Mark, what: str) -> DataError:
    return DataError(f"{document.id}: {mark.type} {mark.key}: {what}")
