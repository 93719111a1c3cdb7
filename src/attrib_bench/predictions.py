"""Prediction files: JSON Lines of the annotation's shape, or of the GQA corpus's own, read against the gold documents.

Nothing is dropped or repaired in silence: whatever is wrong or missing is an error that names the line and the place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from attrib_bench.document import DataError, Document, ProvenanceLink
from attrib_bench.files import json_line, read_json_lines, replacing
from attrib_bench.formats import gqa
from attrib_bench.records import LAYERS, Record, record_of, with_layers
from attrib_bench.schema import check_prediction
from attrib_bench.tasks import Task

_MOST_SHOWN = 20
_GQA_ROLES = (*gqa.ROLES, "frame")


@dataclass(frozen=True)
class Predictions:
    """What a system said, document by document, in the order of the gold documents."""

    documents: tuple[Document, ...]
    quotations: tuple[Sequence[gqa.Roles], ...] = ()
    """The same as GQA's evaluator takes it, with frames and media; only where all are of the GQA corpus."""

    @classmethod
    def of(cls, documents: Sequence[Document]) -> Predictions:
        """What a system says of documents that it was given without their `native`, so that what is there is its own."""
        documents = tuple(documents)
        of_gqa = all(document.collection == gqa.COLLECTION for document in documents)
        return cls(documents, tuple(map(gqa.roles, documents)) if of_gqa else ())


def read_predictions(path: Path, gold: Sequence[Document], *, task: Task) -> Predictions:
    """The predictions of a file, one for each gold document.

    Raises DataError that lists what is wrong, by line and JSON pointer: broken JSON or records, spans outside the text,
    documents that are missing, unknown or there twice, fields that the task needs, ids that are not those of gold.
    """
    return _read_gqa(path, gold, task) if _is_gqa(path) else _read_records(path, gold, task)


def write_predictions(path: Path, documents: Iterable[Document]) -> None:
    """Write predictions as JSON Lines, one at a time, the whole file or nothing."""
    with replacing(path) as file:
        for document in documents:
            file.write(json_line(_prediction_of(document)).encode())


def write_gqa_predictions(path: Path, documents: Iterable[tuple[Document, Document]]) -> None:
    """Write predictions, each after its gold document, in the format of GQA's own evaluator, the whole file or nothing."""
    with replacing(path) as file:
        for gold, predicted in documents:
            quotations = [
                {"type": q.type, "medium": q.medium, **{role: {"tokenIds": getattr(q, role)} for role in _GQA_ROLES}}
                for q in gqa.roles(predicted)
            ]
            file.write(json_line({"documentName": gqa.document_name(gold), "annotations": quotations}).encode())


def _prediction_of(document: Document) -> Record:
    record = record_of(document)
    links = [{"attribution": link.attribution, "to_doc": link.to_doc} for link in document.provenance]
    return {"doc_id": record["doc_id"], **{layer: record[layer] for layer in LAYERS}, "provenance": links}


def _is_gqa(path: Path) -> bool:
    first = next(read_json_lines(path), None)
    return first is not None and isinstance(first[1], dict) and "documentName" in first[1] and "doc_id" not in first[1]


def _read_records(path: Path, gold: Sequence[Document], task: Task) -> Predictions:
    golds = {document.id: document for document in gold}
    found: dict[str, Document] = {}
    lines: dict[str, int] = {}
    wrong: list[str] = []
    for line, record in read_json_lines(path):
        doc_id = record.get("doc_id") if isinstance(record, dict) else None
        document = golds.get(doc_id) if isinstance(doc_id, str) else None
        problems = [str(problem) for problem in check_prediction(record, file=str(path), line=line, gold=document)]
        place = f"{path}:{line}#"
        if not problems and document is None:
            problems = [f"{place}/doc_id: found {doc_id!r}, expected one of the {len(golds)} documents of gold"]
        if not problems and doc_id in lines:
            problems = [f"{place}/doc_id: {doc_id!r} stands already in line {lines[doc_id]}"]
        if not problems and document is not None:
            problems = [f"{place}{problem}" for problem in _unfit(record, document, task)]
            lines[document.id] = line
            if not problems:
                found[document.id] = _predicted(record, document)
        wrong += problems
    if not wrong and (missing := [doc_id for doc_id in golds if doc_id not in found]):
        wrong.append(
            f"{path}: no prediction for {_some(missing)}; expected a line for each of the {len(golds)} documents, "
            'one without any label as {"doc_id": …} with empty layers'
        )
    _raise(path, wrong)
    return Predictions(tuple(found[document.id] for document in gold))


def _predicted(record: Record, document: Document) -> Document:
    links = (ProvenanceLink(link["attribution"], link["to_doc"]) for link in record.get("provenance", ()))
    blank = replace(document, zones=(), provenance=tuple(sorted(set(links))), native={})
    return with_layers(blank, record)


def _unfit(record: Record, gold: Document, task: Task) -> list[str]:
    """What the task needs and the record lacks, each with its JSON pointer."""
    problems = []
    for layer, fields in task.required.items():
        if layer not in record:
            problems.append(f"/{layer}: is missing; task {task.name} needs it, be it empty")
            continue
        for index, item in enumerate(record[layer]):
            problems += [
                f"/{layer}/{index}/{field}: is missing; task {task.name} needs it" for field in fields if field not in item
            ]
    if task.aligned and task.aligned in record:
        wanted = {item.id for item in getattr(task.given(gold), task.aligned)}
        ids = [item["id"] for item in record[task.aligned]]
        if missing := sorted(wanted - set(ids)):
            problems.append(f"/{task.aligned}: no answer for {_some(missing)}; task {task.name} needs one for each of gold")
        if unknown := sorted(set(ids) - {item.id for item in getattr(gold, task.aligned)}):
            problems.append(f"/{task.aligned}: found {_some(unknown)}, which gold does not have")
    known = gold.attribution_by_id.keys() | {item["id"] for item in record.get("attributions", ())}
    for index, link in enumerate(record.get("provenance", ())):
        if link["attribution"] not in known:
            problems.append(f"/provenance/{index}/attribution: found {link['attribution']!r}, expected an attribution of gold")
    return problems


def _read_gqa(path: Path, gold: Sequence[Document], task: Task) -> Predictions:
    if task.name not in ("spans", "attribution"):
        raise DataError(f"{path}: is in GQA's format, which serves the tasks spans and attribution, not {task.name}")
    golds = {gqa.document_name(document): document for document in gold}
    found: dict[str, tuple[Document, Sequence[gqa.Roles]]] = {}
    wrong = []
    for line, name, quotations in gqa.read_predictions(path):
        if name not in golds:
            wrong.append(f"{path}:{line}#/documentName: found {name!r}, expected one of the {len(golds)} documents of gold")
            continue
        try:
            found[name] = gqa.attributed(golds[name], quotations), quotations
        except DataError as error:
            wrong.append(f"{path}:{line}: {error}")
    if not wrong and (missing := [name for name in golds if name not in found]):
        wrong.append(f"{path}: no prediction for {_some(missing)}; expected a line for each of the {len(golds)} documents")
    _raise(path, wrong)
    return Predictions(tuple(found[name][0] for name in golds), tuple(found[name][1] for name in golds))


def _some(names: Sequence[Any]) -> str:
    shown = ", ".join(map(repr, names[:5]))
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown


def _raise(path: Path, wrong: Sequence[str]) -> None:
    if wrong:
        more = [f"and {len(wrong) - _MOST_SHOWN} more in {path}"] if len(wrong) > _MOST_SHOWN else []
        raise DataError("\n".join([*wrong[:_MOST_SHOWN], *more]))
