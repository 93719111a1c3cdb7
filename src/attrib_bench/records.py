"""Documents <-> the JSON records of schema/annotation.schema.json and schema/prediction.schema.json.

The one place where dicts become the model and the model becomes dicts. Records are expected to be valid: what is not
gets an error here, but only `attrib_bench.schema` reports every problem with its place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from attrib_bench.document import (
    ATTRIBUTION_LABELS,
    Attribution,
    DataError,
    Document,
    Form,
    Fragment,
    Hedge,
    HedgeType,
    Identification,
    Justification,
    JustificationType,
    Kind,
    Reason,
    RejectedTrigger,
    Sector,
    Source,
    Span,
    Status,
    Zone,
    ZoneKind,
)

Record = dict[str, Any]
"""A JSON object."""


def annotate(document: Document, record: Record) -> Document:
    """The document with the annotations of a record in place of its own.

    Raises DataError where the record breaks the schema or was made on another text.
    """
    if record.get("doc_id") != document.id:
        raise DataError(f"{document.id}: the record is of document {record.get('doc_id')!r}")
    if document.sha256 and record.get("text_sha256", document.sha256) != document.sha256:
        raise DataError(
            f"{document.id}: the record was made on a text with SHA-256 {record['text_sha256']}, found {document.sha256}"
        )
    return with_layers(document, record)


def with_layers(document: Document, record: Record) -> Document:
    """The document with a record's layers: zones, sources, attributions, hedges and rejected triggers; absent ones are empty.

    Fields that a prediction may leave out take the model's defaults: a source `unknown`, `unspecified` and `role_only`,
    an attribution indirect (no_comment without content), a hedge epistemic. Raises DataError naming the layer and the place.
    """
    layers: dict[str, Any] = {}
    for name, read in _READERS.items():
        items = []
        for index, item in enumerate(record.get(name, ())):
            try:
                items.append(read(item, index))
            except (KeyError, TypeError, ValueError) as error:
                what = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
                raise DataError(f"{document.id}: /{name}/{index}: {what}") from error
        layers[name] = tuple(items)
    return replace(document, **layers)


def _span(value: Any) -> Span | None:
    return None if value is None else Span(tuple((start, end) for start, end in value))


def _some_span(value: Any) -> Span:
    span = _span(value)
    if span is None:
        raise DataError("found null, expected a span")
    return span


def _read_zone(item: Record, _: int) -> Zone:
    return Zone(kind=ZoneKind(item["kind"]), start=item["start"], end=item["end"])


def _read_source(item: Record, _: int) -> Source:
    return Source(
        id=item["id"],
        name=item.get("name") or item["id"],
        kind=Kind(item.get("kind", Kind.UNSPECIFIED)),
        sector=Sector(item.get("sector", Sector.UNKNOWN)),
        identification=Identification(item.get("identification", Identification.ROLE_ONLY)),
        affiliation=item.get("affiliation"),
        justifications=tuple(
            Justification(type=JustificationType(j["type"]), span=_some_span(j["span"])) for j in item.get("justifications", ())
        ),
        listed=item.get("listed", False),
        is_self=item.get("self", False),
        doc_ref=item.get("doc_ref"),
    )


def _read_attribution(item: Record, _: int) -> Attribution:
    spans = {label: _span(item.get(label)) for label in ATTRIBUTION_LABELS}
    return Attribution(
        id=item["id"],
        form=Form(item.get("form", Form.INDIRECT if spans["content"] else Form.NO_COMMENT)),
        status=Status(item.get("status", Status.ACTUAL)),
        **spans,
        source_refs=tuple(item.get("source_refs", ())),
        parent=item.get("parent"),
        continues=item.get("continues"),
    )


def _read_hedge(item: Record, index: int) -> Hedge:
    return Hedge(
        id=item.get("id", f"h{index + 1}"), span=_some_span(item["span"]), type=HedgeType(item.get("type", HedgeType.EPISTEMIC))
    )


def _read_rejected_trigger(item: Record, _: int) -> RejectedTrigger:
    return RejectedTrigger(span=_some_span(item["span"]), reason=Reason(item.get("reason", Reason.NOT_LEXICON)))


_READERS = {
    "zones": _read_zone,
    "sources": _read_source,
    "attributions": _read_attribution,
    "hedges": _read_hedge,
    "rejected_triggers": _read_rejected_trigger,
}

LAYERS = tuple(_READERS)
"""The layers of a record, in the order in which they stand in it."""


def record_of(document: Document) -> Record:
    """The annotation record of a document, every key present, in the schema's order."""
    return {
        "doc_id": document.id,
        "collection": document.collection,
        "text_sha256": document.sha256,
        "zones": [{"kind": str(zone.kind), "start": zone.start, "end": zone.end} for zone in document.zones],
        "sources": [source_record(source) for source in document.sources],
        "attributions": [attribution_record(attribution) for attribution in document.attributions],
        "hedges": [hedge_record(hedge) for hedge in document.hedges],
        "rejected_triggers": [
            {"reason": str(trigger.reason), "span": fragments_of(trigger.span)} for trigger in document.rejected_triggers
        ],
    }


def fragments_of(span: Span | None) -> list[list[int]] | None:
    """The JSON form of a span: ``[[start, end], …]``, or None for none."""
    return None if span is None else [list(fragment) for fragment in span.fragments]


SpanForm = Callable[[Span | None], Any]
"""How a span, or none, is written."""


def source_record(source: Source, *, span: SpanForm = fragments_of) -> Record:
    """A source as it stands in an annotation record."""
    return {
        "id": source.id,
        "name": source.name,
        "kind": str(source.kind),
        "sector": str(source.sector),
        "identification": str(source.identification),
        "affiliation": source.affiliation,
        "justifications": [{"type": str(j.type), "span": span(j.span)} for j in source.justifications],
        "listed": source.listed,
        "self": source.is_self,
        "doc_ref": source.doc_ref,
    }


def attribution_record(attribution: Attribution, *, span: SpanForm = fragments_of) -> Record:
    """An attribution as it stands in an annotation record."""
    return {
        "id": attribution.id,
        "form": str(attribution.form),
        "status": str(attribution.status),
        **{label: span(getattr(attribution, label)) for label in ATTRIBUTION_LABELS},
        "source_refs": list(attribution.source_refs),
        "parent": attribution.parent,
        "continues": attribution.continues,
    }


def hedge_record(hedge: Hedge, *, span: SpanForm = fragments_of) -> Record:
    """A hedge as it stands in an annotation record."""
    return {"id": hedge.id, "type": str(hedge.type), "span": span(hedge.span)}


def tokens_record(document: Document) -> Record:
    """The canonical tokens and sentences of a document: token fragments, and half-open ranges of token indices."""
    return {
        "doc_id": document.id,
        "tokens": [list(token) for token in document.tokens],
        "sentences": [list(sentence) for sentence in document.sentences],
    }


def with_tokens(document: Document, record: Record) -> Document:
    """The document with the canonical tokens and sentences of a tokens record."""

    def ranges(name: str) -> tuple[Fragment, ...]:
        return tuple((start, end) for start, end in record[name])

    return replace(document, tokens=ranges("tokens"), sentences=ranges("sentences"))
