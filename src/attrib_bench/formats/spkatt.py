"""SpkAtt-2023 task 1 (speaker attribution in German parliamentary debates) <-> the model.

A file is a speech: sentences of tokens, and annotations that list for each of eight roles the tokens that have it, written
``sentence:token``. There is no running text, so it is built by the rules of German spacing (`redewiedergabe.running_text`);
tokens and sentences are the corpus's own. An annotation with a content in the codebook's sense becomes an Attribution, number 7
``a7``; every annotation stays in ``native["spkatt"]``, and only what the model lacks is written from there:

    annotations   for each annotation its roles that are not empty, with token ids of the document, in the order of the file
    tokens        by token id: the token as it stands in the file, where it has white space at its edges
    file          the file's name without ``.json``
    end           what the file ends in after its last bracket

Which role becomes what, and what the corpus is like: ``docs/corpora.md``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import chain, pairwise
from pathlib import Path
from reprlib import repr as brief
from typing import Any

from attrib_bench.document import (
    Attribution,
    DataError,
    Document,
    Form,
    Fragment,
    Kind,
    Metadata,
    Sector,
    Span,
    named_by,
)
from attrib_bench.files import head, parse_json, read_text, sha256, write_atomic
from attrib_bench.formats.derived import Speakers, form_by_quotes
from attrib_bench.formats.format import Broken, Format, Unit, file_stem, rendered
from attrib_bench.formats.redewiedergabe import running_text
from attrib_bench.records import Record
from attrib_bench.tokens import span_of_tokens, token_ids

COLLECTION = "spkatt"

ROLES = ("Addr", "Evidence", "Medium", "Message", "Source", "Topic", "Cue", "PTC")
"""The roles of an annotation, in the order in which the corpus writes them."""

LABELS: Mapping[str, tuple[str, ...]] = {
    "source": ("Source", "Medium", "Evidence"),
    "cue": ("Cue", "PTC"),
    "content": ("Message", "Topic"),
    "addressee": ("Addr",),
}
"""The spans of an Attribution, and the roles that they are made of; a content is made of one of its two."""

_SOURCE_KINDS: Mapping[str, Kind] = {"Source": Kind.UNSPECIFIED, "Medium": Kind.DOCUMENT, "Evidence": Kind.DOCUMENT}

_MOST_ANNOTATIONS = 1000
"""Of a speech; the corpus has up to 113. As each is compared with those around it, more could take forever."""

TokenRoles = Mapping[str, Sequence[int]]
"""The roles of an annotation that are not empty, each with its token ids in the order of the file."""


# --- Reading and writing files --------------------------------------------------------------------------------------


def read(path: Path) -> Iterator[Document]:
    """The documents of a ``.json`` file, or of a folder of these or with these in ``task1/``, by file name, one at a time.

    Raises DataError, naming file and JSON pointer, for anything that is not SpkAtt or could not be written back as it was.
    """
    return FORMAT.read(path)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(path.glob("*.json")) or sorted((path / "task1").glob("*.json"))


def _units(path: Path) -> Iterator[Unit]:
    files = _files(path)
    if not files:
        raise DataError(f"{path}: found no file, expected speeches in .json, here or in task1/")
    for file in files:
        yield str(file), partial(_read, file)


def _read(path: Path) -> Document:
    text = read_text(path)
    end = text[len(text.rstrip()) :]
    return from_record(parse_json(text, path), name=path.stem, place=str(path), end=end)


def _recognises(path: Path) -> bool:
    return any(file.suffix == ".json" and b'"SentenceId"' in head(file) for file in _files(path)[:1])


def write(documents: Iterable[Document], path: Path, broken: Broken | None = None) -> None:
    """Write documents into a folder, a ``.json`` file each.

    What was read and not changed comes out under its own name and, if it was laid out as the corpus is, with its own bytes.
    Raises DataError as `to_record` does, and for two documents with one file name; with `broken` such a document is told
    and left out.
    """
    written: dict[str, str] = {}
    for _, (name, content) in rendered(documents, partial(_rendered, written), broken):
        write_atomic(path / f"{name}.json", content)


def _rendered(written: dict[str, str], document: Document) -> tuple[str, str]:
    """Name and content of a document's file; `written` has the names so far in lower case, each with the id of its document."""
    native = _native(document)
    # A name of one part, wherever the document came from: it cannot lead out of the folder, nor hide in it.
    known = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,199}", native.get("file", ""))
    name = known[0] if known else file_stem(document)
    content = json.dumps(to_record(document), ensure_ascii=False, indent=3) + native.get("end", "\n")
    if other := written.get(name.lower()):
        raise DataError(f"{document.id}: would be written to {name}.json, where {other} already is")
    written[name.lower()] = document.id
    return name, content


_FILE_NAME = re.compile(r"([0-9]+)_([A-Za-z]+)_([0-9]+)_([A-Za-z]+)_(.+)_ID([0-9]{1,12})_([0-9]{2})\.([0-9]{2})\.([0-9]{4})")
"""Session, agenda item and its number, party, speaker, id of the speech and date, as the corpus names its files."""


def document_id(name: str) -> str:
    """The id of the speech in the file of this name: ``spkatt-1912345600`` for ``…_ID1912345600_…``.

    A name that is an id stays what it is; any other becomes ``spkatt-`` and the first 12 digits of its SHA-256.
    """
    if named := _FILE_NAME.fullmatch(name):
        return f"{COLLECTION}-{named[6]}"
    if re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", name):
        return name
    return f"{COLLECTION}-{sha256(name.encode(errors='surrogateescape'))[:12]}"


def _metadata(name: str) -> Metadata:
    """What a file name says; the speeches on one item of the agenda are a story."""
    named = _FILE_NAME.fullmatch(name)
    if not named:
        return Metadata(story_id=document_id(name))
    session, item, number, party, speaker, _, day, month, year = named.groups()
    try:
        held = date(int(year), int(month), int(day)).isoformat()
    except ValueError:  # 31.02.
        held = ""
    story_id = f"{COLLECTION}-{session}-{item.lower()}-{number}"
    return Metadata(story_id=story_id, title=f"{item} {number}: {speaker.replace('_', ' ')} ({party})", date=held)


# --- One document: record -> model ----------------------------------------------------------------------------------


def from_record(record: Any, *, name: str, place: str, end: str = "\n") -> Document:
    """The document of one SpkAtt record, in a file of this `name` that ends in `end`; `to_record` gives the record back.

    A Message is a content, direct, mixed or indirect by its quotation marks. A Topic is one, of the form reported, where
    there is no Message, a verb is in the cue, and it is not what was merely talked *about* (codebook, D4 and D6). An
    annotation without such a content becomes nothing and is kept. Each distinct string of a Source, Medium or Evidence
    becomes a source, a medium or an evidence a document. `parent` is set as in GQA, where all of an annotation lies in
    another's content and their sources are apart. Raises DataError that names `place` and the JSON pointer.
    """
    try:
        words = _words(record)
        text, tokens = running_text([word.strip() for sentence in words for word in sentence])
        bounds = [0]
        for sentence in words:
            bounds.append(bounds[-1] + len(sentence))
        annotations = [_token_roles(item, f"/Annotations/{i}", bounds) for i, item in enumerate(record["Annotations"])]
    except DataError as error:
        raise DataError(f"{place}: {error}") from error
    edges = {str(i): word for i, word in enumerate(chain.from_iterable(words)) if word != word.strip()}
    bare = Document(
        id=document_id(name),
        collection=COLLECTION,
        text=text,
        sha256=sha256(text),
        n_chars=len(text),
        metadata=_metadata(name),
        tokens=tokens,
        sentences=tuple(pairwise(bounds)),
        native={COLLECTION: {"annotations": annotations, "tokens": edges, "file": name if name.isprintable() else "", "end": end}},
    )
    quoted = {i for match in re.finditer("„[^„“]*“", text) for i in range(*match.span())}
    speakers = Speakers(text)
    attributions = [
        _attribution(f"a{index}", roles, content, bare, speakers, quoted)
        for index, roles in enumerate(annotations)
        if (content := _content_role(roles, bare)) is not None
    ]
    return replace(bare, sources=speakers.sources, attributions=tuple(_with_parents(attributions, bare)))


def _words(record: Any) -> list[list[str]]:
    """The tokens of each sentence, once the record is found to have the corpus's shape as far as its annotations."""
    _expect_keys(record, ("Sentences", "Annotations"), "/")
    words = []
    for key in ("Sentences", "Annotations"):
        if not isinstance(record[key], list):
            raise DataError(f"/{key}: found {brief(record[key])}, expected a list")
    if (n_annotations := len(record["Annotations"])) > _MOST_ANNOTATIONS:
        raise DataError(f"/Annotations: found {n_annotations}, expected at most {_MOST_ANNOTATIONS}")
    for index, sentence in enumerate(record["Sentences"]):
        place = f"/Sentences/{index}"
        _expect_keys(sentence, ("SentenceId", "Tokens"), place)
        if type(sentence["SentenceId"]) is not int or sentence["SentenceId"] != index:  # a bool is an int
            raise DataError(f"{place}/SentenceId: found {brief(sentence['SentenceId'])}, expected {index}")
        tokens = sentence["Tokens"]
        if not isinstance(tokens, list) or not tokens:
            raise DataError(f"{place}/Tokens: found {brief(tokens)}, expected a list of tokens")
        for number, token in enumerate(tokens):
            if not isinstance(token, str) or not token.strip() or re.search("[\ud800-\udfff]", token):
                raise DataError(f"{place}/Tokens/{number}: found {brief(token)}, expected a word in Unicode")
        words.append(tokens)
    return words


def _expect_keys(value: Any, keys: Sequence[str], place: str) -> None:
    if not isinstance(value, dict) or value.keys() != set(keys):
        raise DataError(f"{place}: found {brief(value)}, expected an object with the keys {', '.join(keys)}")


def _token_roles(annotation: Any, place: str, bounds: Sequence[int]) -> dict[str, list[int]]:
    _expect_keys(annotation, ROLES, place)
    return {role: ids for role in ROLES if (ids := _ids(annotation[role], f"{place}/{role}", bounds))}


def _ids(references: Any, place: str, bounds: Sequence[int]) -> list[int]:
    """The token ids of references like ``3:0``; `bounds` are the first tokens of the sentences, and the end of the last."""
    if not isinstance(references, list):
        raise DataError(f"{place}: found {brief(references)}, expected a list of tokens")
    ids = []
    for number, reference in enumerate(references):
        # No leading zeros, which could not be written back, and no more digits than any token has.
        named = re.fullmatch("(0|[1-9][0-9]{0,8}):(0|[1-9][0-9]{0,8})", reference) if isinstance(reference, str) else None
        if not named:
            raise DataError(f"{place}/{number}: found {brief(reference)}, expected sentence:token, as in 3:0")
        sentence, token = int(named[1]), int(named[2])
        if sentence + 1 >= len(bounds) or bounds[sentence] + token >= bounds[sentence + 1]:
            raise DataError(f"{place}/{number}: found {reference}, expected a token of the document")
        ids.append(bounds[sentence] + token)
    return ids


def _content_role(roles: TokenRoles, document: Document) -> str | None:
    """The role that is the content of an annotation, or None where the codebook finds no attribution."""
    if roles.get("Message"):
        return "Message"
    if not roles.get("Topic") or not roles.get("Cue"):
        return None
    text = document.require_text()
    topic, *_ = (text[slice(*document.tokens[i])].lower() for i in sorted(roles["Topic"]))
    # German nouns are capitalised: "Diskussion", "Frage". A nominal cue needs a clause (codebook, section 3).
    is_verbal = any(text[document.tokens[i][0]].islower() for i in roles["Cue"])
    return "Topic" if is_verbal and topic not in ("über", "darüber", "worüber") else None


def _attribution(
    identifier: str,
    roles: TokenRoles,
    content_role: str,
    document: Document,
    speakers: Speakers,
    quoted: set[int],
) -> Attribution:
    content = span_of_tokens(document, roles[content_role])
    source, refs = _source(roles, document, speakers)
    return Attribution(
        id=identifier,
        form=Form.REPORTED if content_role == "Topic" else form_by_quotes(content, document.require_text(), quoted),
        source=source,
        cue=_span(document, [*roles.get("Cue", ()), *roles.get("PTC", ())]),
        content=content,
        addressee=_span(document, roles.get("Addr", ())),
        source_refs=refs,
    )


def _span(document: Document, ids: Sequence[int]) -> Span | None:
    return span_of_tokens(document, ids) if ids else None


def _source(roles: TokenRoles, document: Document, speakers: Speakers) -> tuple[Span | None, tuple[str, ...]]:
    """The source span and the source that each of its fragments names.

    A speaker and the medium beside it stay two fragments, as a blank stands between them.
    """
    named: dict[Fragment, str] = {}
    for role, kind in _SOURCE_KINDS.items():
        if ids := roles.get(role):
            span = span_of_tokens(document, ids)
            ref = speakers.ref(span, kind)
            named |= {fragment: ref for fragment in span.fragments if fragment not in named}
    if not named:
        return None, ()
    span = Span.of(*named)
    return span, tuple(next(ref for (start, _), ref in named.items() if s <= start < e) for s, e in span.fragments)


def _with_parents(attributions: Sequence[Attribution], document: Document) -> Iterator[Attribution]:
    """The attributions, each with the innermost one that embeds it as its parent (codebook, section 8)."""
    around: dict[int, list[tuple[Span, Span, str]]] = {}  # content, source and id of those with this token in their content
    contents = [(a.content, a.source, a.id) for a in attributions if a.content is not None and a.source is not None]
    for content, source, identifier in sorted(contents, key=lambda known: len(known[0])):
        for token in token_ids(document, content):
            around.setdefault(token, []).append((content, source, identifier))
    for inner in attributions:
        outers = around.get(token_ids(document, inner.content)[0], []) if inner.content is not None else []
        yield replace(inner, parent=_parent(inner, outers))


def _parent(inner: Attribution, outers: Iterable[tuple[Span, Span, str]]) -> str | None:
    """The id of the first whose content holds all of an attribution but its addressee, and whose source is another."""
    if inner.source is None:
        return None
    parts = [span for label, span in inner.spans() if label != "addressee"]
    start, end = min(span.start for span in parts), max(span.end for span in parts)
    for content, source, identifier in outers:
        near = content.start <= start and end <= content.end and content != inner.content  # most are not
        if near and all(content.contains(span) for span in parts) and not source.overlaps(inner.source):
            return identifier
    return None


# --- One document: model -> record ----------------------------------------------------------------------------------


def to_record(document: Document) -> Record:
    """The SpkAtt record of a document.

    Spans are widened to whole tokens. A token that an annotation had in one of a label's roles stays there as long as the
    span holds it. New ones become Cue, Addr, Message (Topic where the form is reported, but not after *warnen, fordern,
    plädieren*), and Source, or Medium where they name a document or a medium. Raises DataError where text, tokens or
    sentences are missing, and where `native` belongs to other tokens.
    """
    text = document.require_text()
    if text.strip() and not document.tokens:
        raise DataError(f"{document.id}: found no tokens, expected them, as SpkAtt is made of tokens")
    addresses = [f"{s}:{i - begin}" for s, (begin, end) in enumerate(document.sentences) for i in range(begin, end)]
    if len(addresses) != len(document.tokens):
        raise DataError(f"{document.id}: {len(addresses)} tokens in sentences, expected all {len(document.tokens)}")
    words = [text[start:end] for start, end in document.tokens]
    for token, word in _native(document).get("tokens", {}).items():
        words[int(token)] = word
    return {
        "Sentences": [{"SentenceId": s, "Tokens": words[begin:end]} for s, (begin, end) in enumerate(document.sentences)],
        "Annotations": [
            {role: [addresses[i] for i in roles.get(role, ())] for role in ROLES} for roles in _all_token_roles(document)
        ],
    }


def _native(document: Document) -> Mapping[str, Any]:
    """What reading left in `native`. Raises DataError for anything else, since `native` may come from a file as well."""
    native = document.native.get(COLLECTION, {})
    if not isinstance(native, dict) or not all(_fits(key, value, document) for key, value in native.items()):
        raise DataError(
            f"{document.id}: native is not what reading SpkAtt leaves there, or belongs to other tokens: {brief(native)}"
        )
    return native


def _fits(key: str, value: Any, document: Document) -> bool:
    if key == "annotations":
        n_tokens = len(document.tokens)
        return isinstance(value, list) and all(
            isinstance(roles, dict)
            and roles.keys() <= set(ROLES)
            and all(isinstance(ids, list) and all(type(i) is int and 0 <= i < n_tokens for i in ids) for ids in roles.values())
            for roles in value
        )
    if key == "tokens":
        words = {str(i): (start, end) for i, (start, end) in enumerate(document.tokens)} if value else {}
        return isinstance(value, dict) and all(
            isinstance(word, str) and token in words and word.strip() == document.require_text()[slice(*words[token])]
            for token, word in value.items()
        )
    return isinstance(value, str) and (key == "file" or (key == "end" and not value.strip()))


def _all_token_roles(document: Document) -> Iterator[TokenRoles]:
    """The annotations in the order of the file, the attributions' and those that became none; new attributions at the end."""
    kept: Sequence[TokenRoles] = _native(document).get("annotations", [])
    as_read = {f"a{index}": roles for index, roles in enumerate(kept) if _content_role(roles, document)}
    for index, roles in enumerate(kept):
        if f"a{index}" not in as_read:
            yield roles
        elif attribution := document.attribution_by_id.get(f"a{index}"):
            yield _token_roles_of(document, attribution, roles)
    for attribution in document.attributions:
        if attribution.id not in as_read:
            yield _token_roles_of(document, attribution, {})


def _token_roles_of(document: Document, attribution: Attribution, as_read: TokenRoles) -> TokenRoles:
    found: dict[str, Sequence[int]] = {}
    content_role = _content_role(as_read, document) or _new_content_role(document, attribution)
    for label, roles in LABELS.items():
        span: Span | None = getattr(attribution, label)
        ids = set(token_ids(document, span)) if span else set()
        if label == "content":
            found |= {role: as_read[role] for role in roles if role in as_read}  # a Topic beside the Message that is the content
            roles = (content_role,)
        known = {role: [i for i in as_read.get(role, ()) if i in ids] for role in roles}
        for i in sorted(ids.difference(*known.values())):
            role = _source_role(document, attribution, i) if label == "source" else roles[0]
            known[role] = sorted([*known[role], i])
        found |= known
    return found


def _new_content_role(document: Document, attribution: Attribution) -> str:
    cue = attribution.cue.surface(document.require_text()) if attribution.cue else ""
    reported = attribution.form is Form.REPORTED and not re.search("warn|forder|plädier", cue, re.IGNORECASE)
    return "Topic" if reported else "Message"


def _source_role(document: Document, attribution: Attribution, token: int) -> str:
    start, end = document.tokens[token]
    refs = [ref for (s, e), ref in named_by(attribution) if s < end and start < e]
    sources = [document.source_by_id[ref] for ref in refs if ref in document.source_by_id]
    is_medium = any(source.kind is Kind.DOCUMENT or source.sector is Sector.MEDIA for source in sources)
    return "Medium" if is_medium else "Source"


FORMAT = Format(
    name=COLLECTION,
    title="SpkAtt-2023, task 1 (a folder of .json)",
    recognises=_recognises,
    units=_units,
    write=write,
    absent=("hedges", "rejected_triggers", "provenance"),
)
