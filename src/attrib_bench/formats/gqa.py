"""The GQA corpus (German news quotation attribution, Petersen-Frey & Biemann 2024) <-> the model.

GQA marks each quotation by the tokens of its quote, speaker, cue, frame and addressee, with a type, a medium and two flags
for nesting. Quote, speaker, cue and addressee become an Attribution; what the model has no place for is kept in
``native["gqa"]``, and only that, so that an edited document is written with the spans, texts and flags of its new state:

    documentName   the name, which predictions are matched by
    annotations    by attribution id: `medium`; `frame` (token ranges) where there is one; `type` where the form has two;
                   `ranges` by role, where the runs of tokens are unsorted, repeated or cut between two adjacent tokens;
                   `isNested` and `hasNested` where the quotes say otherwise
    sentences      by number: the text, where it is not the stretch up to the next sentence without its line feeds

Token ranges are pairs ``[begin, end)`` of token ids. What is derived, and what the corpus is like: ``docs/corpora.md``.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from reprlib import repr as brief
from typing import Any, NamedTuple

from attrib_bench.document import Attribution, DataError, Document, Form, Metadata, Span
from attrib_bench.files import decode, head, parse_json, read_bytes, read_json_lines, read_lines, replacing, sha256
from attrib_bench.formats.derived import Speakers
from attrib_bench.formats.format import Broken, Format, Unit, keys_of_first_line, rendered
from attrib_bench.formats.token_ranges import TokenRange, ids_of, label_ids, numbers, ranges_of
from attrib_bench.records import Record
from attrib_bench.tokens import span_of_tokens

COLLECTION = "gqa"

ABSENT_LAYERS = ("hedges", "rejected_triggers", "provenance")
"""Layers of the model that GQA does not annotate."""

TYPES: Mapping[str, Form] = {
    "Direct": Form.DIRECT,
    "Indirect": Form.INDIRECT,
    "FreeIndirect": Form.FREE_INDIRECT,
    "IndirectFreeIndirect": Form.FREE_INDIRECT,
    "Reported": Form.REPORTED,
}
"""GQA's types of quotation, and the form that each becomes."""

MEDIA = ("Speech", "Thought", "Writing", "ST", "SW", "TW", "none")
"""GQA's media; ST is speech or thought, SW speech or writing, TW thought or writing."""

ROLES: Mapping[str, str] = {"quote": "content", "speaker": "source", "cue": "cue", "addressee": "addressee"}
"""GQA's roles, and the spans of an Attribution that they become. GQA's fifth, the frame, has no counterpart."""

_TYPE_OF_FORM: Mapping[Form, str] = {
    Form.DIRECT: "Direct",
    Form.INDIRECT: "Indirect",
    Form.MIXED: "Indirect",  # GQA marks the quoted part by a second, nested Direct (codebook, 13.1)
    Form.FREE_INDIRECT: "IndirectFreeIndirect",
    Form.REPORTED: "Reported",
    Form.NO_COMMENT: "Reported",
}


class Roles(NamedTuple):
    """One quotation as GQA's evaluator sees it: for each role its token ids, sorted, each once; empty where there is none."""

    quote: tuple[int, ...]
    speaker: tuple[int, ...]
    cue: tuple[int, ...]
    frame: tuple[int, ...]
    addressee: tuple[int, ...]
    type: str
    medium: str


# --- Reading and writing the corpus ---------------------------------------------------------------------------------


def read(path: Path) -> Iterator[Document]:
    """The documents of a ``.jsonl`` file, of a ``.json`` file with one document, or of a folder of these, by file name.

    One document is in memory at a time. Raises DataError, naming file, line and JSON pointer, for anything that is not GQA
    or could not be written back as it was, and for a document that comes twice.
    """
    return FORMAT.read(path)


def _units(path: Path) -> Iterator[Unit]:
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix in (".json", ".jsonl"))
        if not files:
            raise DataError(f"{path}: found no file, expected documents in .json or .jsonl")
        for file in files:
            yield from _units(file)
    elif path.suffix == ".jsonl":
        for number, line in read_lines(path):
            yield (place := f"{path}:{number}"), partial(_of_json, line, place)
    elif path.suffix == ".json":
        yield str(path), lambda: _of_json(read_bytes(path), str(path))
    else:
        raise DataError(f"{path}: expected a folder, or a file that ends in .json or .jsonl")


def _of_json(data: bytes, place: str) -> Document:
    return from_record(parse_json(decode(data, place), place), place=place)


def _recognises(path: Path) -> bool:
    files = [path] if path.is_file() else sorted(path.glob("*.json*"))[:1]
    return any(
        {"documentName", "originalText"} <= keys_of_first_line(file)
        if file.suffix == ".jsonl"
        else file.suffix == ".json" and b'"documentName"' in head(file)
        for file in files
    )


def write(documents: Iterable[Document], path: Path, broken: Broken | None = None) -> None:
    """Write documents as JSON Lines, one at a time, the whole file or nothing.

    What was read and not changed comes out with the corpus's own bytes. Raises DataError as `to_record` does; with `broken`
    such a document is told and left out.
    """
    with replacing(path) as file:
        for _, line in rendered(documents, lambda document: _line(to_record(document)), broken):
            file.write(line.encode())


FORMAT = Format(
    name=COLLECTION,
    title="GQA corpus (.jsonl, .json)",
    recognises=_recognises,
    units=_units,
    write=write,
    absent=ABSENT_LAYERS,
)


def _line(record: Record) -> str:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"


def document_id(name: str) -> str:
    """The id of the document with this documentName: ``gqa-15510`` for ``15510 - … (2005-11-04)``.

    A name that is an id stays what it is; any other becomes ``gqa-`` and the first 12 digits of its SHA-256.
    """
    if named := re.match(r"([0-9]{1,12}) - ", name):
        return f"gqa-{named[1]}"
    return name if re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", name) else f"gqa-{sha256(name)[:12]}"


def document_name(document: Document) -> str:
    """The documentName: the one that was read, or the id of a document from elsewhere."""
    name: str = _native(document).get("documentName", document.id)
    return name


# --- One document: record -> model ----------------------------------------------------------------------------------


def from_record(record: Any, *, place: str) -> Document:
    """The document of one GQA record, which has to come back from `to_record` equal in every key and value.

    Sources are not annotated in GQA: each distinct speaker string becomes one, of unspecified kind and unknown sector, known
    by role only. `parent` is set where a quotation lies in another's quote with its own, different speaker and its cue
    (codebook, section 8, "embedded"); status, continues, hedges and zones are not annotated either.
    Raises DataError that names `place` and the JSON pointer.
    """
    if misfit := _misfit(record, _RECORD):
        raise DataError(f"{place}: {misfit}" if misfit.startswith("/") else f"{place}: /{misfit}")
    try:
        document = _document(record)
    except DataError as error:
        raise DataError(f"{place}: {error}") from error
    return document


def _document(record: Record) -> Document:
    name, text = record["documentName"], record["originalText"]
    for key in ("documentName", "originalText"):
        if surrogate := re.search("[\ud800-\udfff]", record[key]):
            raise DataError(f"/{key}: found the lone surrogate {surrogate[0]!r} at {surrogate.start()}, expected Unicode text")
    doc_id = document_id(name)
    named = re.fullmatch(r"[0-9]+ - (.*) \(([0-9]{4}-[0-9]{2}-[0-9]{2})\)", name)
    bare = Document(
        id=doc_id,
        collection=COLLECTION,
        text=text,
        sha256=sha256(text),
        n_chars=len(text),
        metadata=Metadata(story_id=doc_id, title=named[1] if named else name, date=named[2] if named else ""),
        tokens=_tokens(record["tokens"], text),
        sentences=_sentences(record["sentences"], len(record["tokens"])),
    )
    attributions = [_attribution(annotation, index, bare) for index, annotation in enumerate(record["annotations"])]
    for identifier, uses in Counter(attribution.id for attribution in attributions).items():
        if uses > 1:
            raise DataError(f"/annotations: the id {identifier[1:]} is used {uses} times, expected once")
    speakers = Speakers(text)
    linked = tuple(
        replace(attribution, source_refs=speakers.refs(attribution.source), parent=parent)
        for attribution, parent in zip(attributions, _parents(attributions, record["annotations"]), strict=True)
    )
    native = {COLLECTION: _kept(record, text)}
    document = replace(bare, sources=speakers.sources, attributions=linked, native=native)
    if difference := _difference(record, to_record(document)):
        raise DataError(difference)
    return document


def _tokens(tokens: Sequence[Record], text: str) -> tuple[tuple[int, int], ...]:
    previous = 0
    for index, token in enumerate(tokens):
        start, end, word = token["charBegin"], token["charEnd"], token["text"]
        if token["id"] != index:
            raise DataError(f"/tokens/{index}/id: found {token['id']}, expected {index}")
        if not previous <= start < end <= len(text):
            raise DataError(
                f"/tokens/{index}: found [{start}, {end}), expected a stretch between {previous}, where the token before ends, "
                f"and {len(text)}, where the text ends"
            )
        if text[start:end] != word or word != word.strip():
            raise DataError(
                f"/tokens/{index}/text: found {brief(word)}, expected the word at [{start}, {end}), {brief(text[start:end])}"
            )
        previous = end
    return tuple((token["charBegin"], token["charEnd"]) for token in tokens)


def _sentences(sentences: Sequence[Record], n_tokens: int) -> tuple[tuple[int, int], ...]:
    previous = 0
    for index, sentence in enumerate(sentences):
        begin, end = sentence["begin"], sentence["end"]
        if begin != previous or not begin < end <= n_tokens:
            raise DataError(
                f"/sentences/{index}: found the tokens [{begin}, {end}), expected some from {previous} on, at most to {n_tokens}"
            )
        previous = end
    if previous != n_tokens:
        raise DataError(f"/sentences: they end at token {previous}, expected {n_tokens}, so that every token is in one")
    return tuple((sentence["begin"], sentence["end"]) for sentence in sentences)


def _attribution(annotation: Record, index: int, document: Document) -> Attribution:
    pointer = f"/annotations/{index}"
    if annotation["id"] < 0:
        raise DataError(f"{pointer}/id: found {annotation['id']}, expected a number from 0 on")
    _known(annotation["type"], TYPES, f"{pointer}/type")
    _known(annotation["medium"], MEDIA, f"{pointer}/medium")
    for role in (*ROLES, "frame"):
        for number, span in enumerate(annotation[role]["spans"]):
            if not 0 <= span["begin"] < span["end"] <= len(document.tokens):
                raise DataError(
                    f"{pointer}/{role}/spans/{number}: found the tokens [{span['begin']}, {span['end']}), "
                    f"expected some of the document's {len(document.tokens)}"
                )
    if not annotation["quote"]["spans"]:
        raise DataError(f"{pointer}/quote: found no tokens, expected a quotation")
    spans = {label: _span(annotation[role], document) for role, label in ROLES.items()}
    return Attribution(
        id=f"a{annotation['id']}",
        form=TYPES[annotation["type"]],
        source=spans["source"],
        cue=spans["cue"],
        content=spans["content"],
        addressee=spans["addressee"],
    )


def _span(role: Record, document: Document) -> Span | None:
    return _span_of(document, ids_of(_written(role)))


def _known(value: str, known: Collection[str], pointer: str) -> None:
    if value not in known:
        raise DataError(f"{pointer}: found {brief(value)}, expected one of {', '.join(known)}")


def _parents(attributions: Sequence[Attribution], annotations: Sequence[Record]) -> Iterator[str | None]:
    """For each attribution the innermost one whose content holds its content, source and cue and whose source is another.

    A quotation that shares its speaker with the one around it is the quoted part of a mixed one and no link of a chain. Where
    the inner speaker or cue stands outside, the inner may be a basis, and GQA does not say which of the two relies on the
    other (codebook, 13.1).
    """
    holders = [a for a, annotation in zip(attributions, annotations, strict=True) if annotation["hasNested"]]
    for inner, annotation in zip(attributions, annotations, strict=True):
        around = [outer for outer in holders if _embeds(outer, inner)] if annotation["isNested"] else []
        yield min(around, key=lambda outer: len(outer.content or ())).id if around else None


def _embeds(outer: Attribution, inner: Attribution) -> bool:
    if outer.content is None or outer.source is None or inner.source is None or outer.content == inner.content:
        return False
    inside = all(outer.content.contains(span) for label, span in inner.spans() if label != "addressee")
    return inside and not outer.source.overlaps(inner.source)


def _kept(record: Record, text: str) -> Record:
    """What `native` has to keep of a record: whatever `to_record` would write otherwise."""
    annotations = {}
    quotes = [frozenset(ids_of(_written(annotation["quote"]))) for annotation in record["annotations"]]
    for annotation, nesting in zip(record["annotations"], _nesting(quotes), strict=True):
        kept: Record = {"medium": annotation["medium"]}
        if annotation["type"] != _TYPE_OF_FORM[TYPES[annotation["type"]]]:
            kept["type"] = annotation["type"]
        if annotation["frame"]["spans"]:
            kept["frame"] = _written(annotation["frame"])
        written = {role: _written(annotation[role]) for role in ROLES}
        if irregular := {role: ranges for role, ranges in written.items() if ranges != ranges_of(ids_of(ranges))}:
            kept["ranges"] = irregular
        kept |= {flag: annotation[flag] for flag, derived in nesting.items() if annotation[flag] != derived}
        annotations[f"a{annotation['id']}"] = kept
    native: Record = {"documentName": record["documentName"], "annotations": annotations}
    found = [sentence["text"] for sentence in record["sentences"]]
    derived = _sentence_texts(text, [sentence["charBegin"] for sentence in record["sentences"]])
    if different := {str(i): one for i, (one, other) in enumerate(zip(found, derived, strict=True)) if one != other}:
        native["sentences"] = different
    return native


def _written(role: Record) -> list[TokenRange]:
    return [[span["begin"], span["end"]] for span in role["spans"]]


# --- One document: model -> record ----------------------------------------------------------------------------------


def to_record(document: Document) -> Record:
    """The GQA record of a document, its keys sorted as the corpus has them.

    Spans are widened to whole tokens. An attribution ``a7`` becomes annotation 7, one with any other id gets the next free
    number. A form that GQA lacks takes the nearest type (mixed Indirect, no_comment Reported); an attribution that was not
    read from GQA has no frame and the medium "none". A frame that was read stays as it was, whatever became of the quote.
    Raises DataError where text or tokens are missing, and for an attribution without content, which GQA cannot hold.
    """
    text = document.require_text()
    if text.strip() and not document.tokens:
        raise DataError(f"{document.id}: found no tokens, expected them, as GQA marks quotations by tokens")
    return {
        "annotations": list(_annotation_records(document, text)),
        "documentName": document_name(document),
        "originalText": text,
        "sentences": list(_sentence_records(document, text)),
        "tokens": list(_token_records(document, text)),
    }


def _annotation_records(document: Document, text: str) -> Iterator[Record]:
    kept = _native(document).get("annotations", {})
    own_numbers = numbers(document.attributions, first=0)
    nestings = _nesting([_quote(document, attribution) for attribution in document.attributions])
    for attribution, number, nesting in zip(document.attributions, own_numbers, nestings, strict=True):
        native = kept.get(attribution.id, {})
        role_records = {role: _role_record(document, text, _ranges(document, attribution, role, native)) for role in ROLES}
        record = {
            **role_records,
            "frame": _role_record(document, text, native.get("frame", [])),
            "id": number,
            "medium": native.get("medium", "none"),
            "type": _type(attribution, native),
            **{flag: native.get(flag, derived) for flag, derived in nesting.items()},
        }
        yield {key: record[key] for key in sorted(record)}


def _native(document: Document) -> Mapping[str, Any]:
    native: Mapping[str, Any] = document.native.get(COLLECTION, {})
    return native


def _quote(document: Document, attribution: Attribution) -> frozenset[int]:
    if attribution.content is None:
        raise DataError(f"{document.id}: attribution {attribution.id!r} has no content, expected one, as GQA has no empty quotes")
    return frozenset(label_ids(document, attribution, "content"))


def _nesting(quotes: Sequence[frozenset[int]]) -> Iterator[dict[str, bool]]:
    """GQA's flags for each quote: `isNested` in another, `hasNested` if another is in it; two equal ones are in each other."""
    for index, quote in enumerate(quotes):
        others = [*quotes[:index], *quotes[index + 1 :]]
        yield {"hasNested": any(other <= quote for other in others), "isNested": any(quote <= other for other in others)}


def _type(attribution: Attribution, native: Mapping[str, Any]) -> str:
    original: str | None = native.get("type")
    return original if original and TYPES[original] == attribution.form else _TYPE_OF_FORM[attribution.form]


def _ranges(document: Document, attribution: Attribution, role: str, native: Mapping[str, Any]) -> list[TokenRange]:
    """The token ranges of a role: as they were written, while they still mean the same tokens, else runs of adjacent tokens."""
    ids = label_ids(document, attribution, ROLES[role])
    written: list[TokenRange] | None = native.get("ranges", {}).get(role)
    return written if written is not None and ids_of(written) == ids else ranges_of(ids)


def _role_record(document: Document, text: str, ranges: Sequence[TokenRange]) -> Record:
    if beyond := [end for _, end in ranges if end > len(document.tokens)]:
        raise DataError(
            f"{document.id}: native has a token range up to {beyond[0]}, but there are {len(document.tokens)} tokens; "
            "native belongs to the tokens that it was read with"
        )
    spans = [
        {"begin": begin, "charBegin": document.tokens[begin][0], "charEnd": document.tokens[end - 1][1], "end": end}
        for begin, end in ranges
    ]
    return {
        "spans": spans,
        "text": " ".join(text[span["charBegin"] : span["charEnd"]] for span in spans),
        "tokenIds": [token for span in spans for token in range(span["begin"], span["end"])],
    }


def _sentence_records(document: Document, text: str) -> Iterator[Record]:
    kept: Mapping[str, str] = _native(document).get("sentences", {})
    derived = _sentence_texts(text, [document.tokens[begin][0] for begin, _ in document.sentences])
    for index, ((begin, end), sentence) in enumerate(zip(document.sentences, derived, strict=True)):
        yield {
            "begin": begin,
            "charBegin": document.tokens[begin][0],
            "charEnd": document.tokens[end - 1][1],
            "end": end,
            "id": index,
            "text": kept.get(str(index), sentence),
            "tokenIds": list(range(begin, end)),
            "tokens": [text[start:stop] for start, stop in document.tokens[begin:end]],
        }


def _sentence_texts(text: str, starts: Sequence[int]) -> Iterator[str]:
    """GQA's text of each sentence: up to where the next one starts, without the line feeds at its end but with the blanks."""
    return (text[start:following].rstrip("\n") for start, following in pairwise([*starts, len(text)]))


def _token_records(document: Document, text: str) -> Iterator[Record]:
    for number, (begin, end) in enumerate(document.sentences, 1):
        for token in range(begin, end):
            start, stop = document.tokens[token]
            yield {
                "charBegin": start,
                "charEnd": stop,
                "id": token,
                "sentence": number,
                "text": text[start:stop],
                "word": token - begin + 1,
            }


# --- Quotations for the official scores -----------------------------------------------------------------------------


def roles(document: Document) -> list[Roles]:
    """The quotations of a document as token ids, in the order of its attributions; an attribution without content is left out.

    Frame and medium are what GQA's annotators gave, kept in `native` by attribution id: a document that holds a system's
    attributions must have none of it (``replace(document, native={})``), or the gold frames count as the system's.
    """
    kept = _native(document).get("annotations", {})
    quotations = []
    for attribution in document.attributions:
        if attribution.content is not None:
            native = kept.get(attribution.id, {})
            ids = {role: label_ids(document, attribution, label) for role, label in ROLES.items()}
            medium = native.get("medium", "none")
            quotations.append(Roles(**ids, frame=ids_of(native.get("frame", ())), type=_type(attribution, native), medium=medium))
    return quotations


def read_predictions(path: Path) -> Iterator[tuple[int, str, list[Roles]]]:
    """Line number, documentName and quotations of each line of a prediction file, as GQA's evaluator takes it.

    A line is ``{"documentName": …, "annotations": [{"quote": {"tokenIds": […]}, "type": …, "medium": …, …}]}``; speaker, cue,
    frame and addressee may be absent, null or ``[]``, which mean none, and further keys are allowed, so a corpus file is one
    as well. Whether the document and its tokens exist is for the scorer to say, who has the gold data.
    Raises DataError with file, line and JSON pointer for anything else, an empty quote and a document that comes twice.
    """
    lines: dict[str, int] = {}
    for line, record in read_json_lines(path):
        try:
            name, quotations = _prediction(record)
            if name in lines:
                raise DataError(f"/documentName: {brief(name)} stands already in line {lines[name]}")
        except DataError as error:
            raise DataError(f"{path}:{line}: {error}") from error
        lines[name] = line
        yield line, name, quotations


def attributed(document: Document, quotations: Sequence[Roles]) -> Document:
    """The gold document with predicted quotations in place of its attributions, and without frames and media.

    Raises DataError for token ids that the document does not have.
    """
    text = document.require_text()
    speakers = Speakers(text)
    attributions = []
    for index, quotation in enumerate(quotations):
        spans = {label: _span_of(document, getattr(quotation, role)) for role, label in ROLES.items()}
        attribution = Attribution(
            id=f"a{index}",
            form=TYPES[quotation.type],
            source=spans["source"],
            cue=spans["cue"],
            content=spans["content"],
            addressee=spans["addressee"],
        )
        attributions.append(replace(attribution, source_refs=speakers.refs(attribution.source)))
    return replace(document, attributions=tuple(attributions), sources=speakers.sources, hedges=(), native={})


def _span_of(document: Document, ids: Sequence[int]) -> Span | None:
    return span_of_tokens(document, ids) if ids else None


def _prediction(record: object) -> tuple[str, list[Roles]]:
    name: str = _entry(record, "documentName", str, "")
    annotations: list[object] = _entry(record, "annotations", list, "")
    return name, [_predicted(annotation, f"/annotations/{index}") for index, annotation in enumerate(annotations)]


def _predicted(annotation: Any, pointer: str) -> Roles:
    quote = _predicted_ids(_entry(annotation, "quote", dict, pointer), f"{pointer}/quote")
    if not quote:
        raise DataError(f"{pointer}/quote/tokenIds: found no tokens, expected the tokens of a quotation")
    for key, known in (("type", tuple(TYPES)), ("medium", MEDIA)):
        _known(_entry(annotation, key, str, pointer), known, f"{pointer}/{key}")
    others = {
        role: _predicted_ids(annotation[role], f"{pointer}/{role}") if annotation.get(role) not in (None, []) else ()
        for role in ("speaker", "cue", "frame", "addressee")
    }
    return Roles(quote=quote, type=annotation["type"], medium=annotation["medium"], **others)


def _predicted_ids(role: object, pointer: str) -> tuple[int, ...]:
    ids: list[object] = _entry(role, "tokenIds", list, pointer)
    found = set()
    for index, token in enumerate(ids):
        if type(token) is not int or token < 0:  # a bool is an int, and no token id
            raise DataError(f"{pointer}/tokenIds/{index}: found {brief(token)}, expected a token id, a whole number from 0 on")
        found.add(token)
    return tuple(sorted(found))


def _entry(record: object, key: str, kind: type, pointer: str) -> Any:
    if not isinstance(record, dict):
        raise DataError(f"{pointer or '/'}: found {brief(record)}, expected an object with the key {key!r}")
    if key not in record:
        raise DataError(f"{pointer or '/'}: the key {key!r} is missing")
    if type(record[key]) is not kind:
        raise DataError(f"{pointer}/{key}: found {brief(record[key])}, expected {_JSON_NAMES[kind]}")
    return record[key]


# --- What a record looks like ---------------------------------------------------------------------------------------

_JSON_NAMES: Mapping[type, str] = {int: "a whole number", str: "a string", bool: "true or false", dict: "an object", list: "a list"}

_ROLE = {"spans": [{"begin": int, "charBegin": int, "charEnd": int, "end": int}], "text": str, "tokenIds": [int]}
_RECORD = {
    "annotations": [
        dict.fromkeys((*ROLES, "frame"), _ROLE) | {"hasNested": bool, "id": int, "isNested": bool, "medium": str, "type": str}
    ],
    "documentName": str,
    "originalText": str,
    "sentences": [
        {"begin": int, "charBegin": int, "charEnd": int, "end": int, "id": int, "text": str, "tokenIds": [int], "tokens": [str]}
    ],
    "tokens": [{"charBegin": int, "charEnd": int, "id": int, "sentence": int, "text": str, "word": int}],
}


def _misfit(value: object, shape: object) -> str | None:
    """Pointer and description of the first place where a JSON value departs from a shape, or None.

    A shape is a type, a list with the shape of each item, or a dict with the shape of each key's value, all keys required.
    """
    kind = shape if isinstance(shape, type) else type(shape)
    if type(value) is not kind:  # not isinstance: True is no token id
        return f": found {brief(value)}, expected {_JSON_NAMES[kind]}"
    # A part is only looked into where it is no plain value of the right type: most are, and tokens are many.
    if isinstance(value, dict) and isinstance(shape, dict):
        if value.keys() != shape.keys():
            return f": found the keys {sorted(value)}, expected {sorted(shape)}"
        for key, part in shape.items():
            if type(value[key]) is not part and (misfit := _misfit(value[key], part)):
                return f"/{key}{misfit}"
    elif isinstance(value, list) and isinstance(shape, list):
        part = shape[0]
        for index, item in enumerate(value):
            if type(item) is not part and (misfit := _misfit(item, part)):
                return f"/{index}{misfit}"
    return None


def _difference(found: object, expected: object) -> str | None:
    """Pointer and description of the first place where two JSON values of one shape differ, or None."""
    if found == expected:
        return None
    if isinstance(found, dict) and isinstance(expected, dict):
        return next(f"/{key}{part}" for key in found if (part := _difference(found[key], expected[key])))
    if isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        pairs = enumerate(zip(found, expected, strict=True))
        return next(f"/{index}{part}" for index, (one, other) in pairs if (part := _difference(one, other)))
    return f": found {brief(found)}, expected {brief(expected)}"
