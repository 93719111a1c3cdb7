"""What deserves a second look in annotations that are valid: read as an editor reads, never as a rule that decides.

Every flag of a release is looked at. One that stays stands with its reason in ``annotations/<collection>/lint.csv``.

    E000  a row of lint.csv that no flag answers to
    E001  a word of the codebook's cue and hedge lists that is neither labelled nor rejected
    E002  a quotation without an attribution
    E003  a `continues` that leaves its zone
    E004  an entity that the text never mentions
    E005  two entities with one name
    E006  one sentence labelled differently in two articles
    E007  a content that ends in a comma
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from attrib_bench.corpus import Collection
from attrib_bench.document import Attribution, DataError, Document, Fragment, Span, ZoneKind, mentions
from attrib_bench.files import data_root, read_csv
from attrib_bench.lexicon import (
    CARRIER_ENDS,
    CARRIERS,
    HEDGE_PHRASES,
    HEDGES,
    PREPOSITIONS,
    REPORT_ADVERBS,
    cue_verbs,
    separated_verbs,
)
from attrib_bench.schema import UNANNOTATED_ZONES

LINT_COLUMNS = ("doc_id", "code", "start", "words", "reason")
_QUOTATION = re.compile(r"„[^„“”\n]+[“”]|»[^»«\n]+«|“[^“”\n]+”|\"[^\"\n]+\"")
_LEAST_WORDS = 4  # of a quotation that is hardly a name, a title or a term
_LEAST_TOKENS = 6  # of a sentence that two articles hardly share by chance
_CLAUSE = re.compile(r"[^.!?;:\n]*")


@dataclass(frozen=True, order=True, slots=True)
class Flag:
    """A place to look at again: ``start`` in code points, the words that stand there, what about them."""

    doc_id: str
    start: int
    code: str
    words: str
    message: str
    reason: str = ""
    """Why it stays, where somebody has looked."""

    def as_record(self) -> dict[str, str | int]:
        """The flag as a JSON object."""
        return asdict(self)

    def __str__(self) -> str:
        why = f" [{self.reason}]" if self.reason else ""
        return f"{self.doc_id}:{self.start}: {self.code} {self.message}: {self.words!r}{why}"


def lint(documents: Sequence[Document]) -> list[Flag]:
    """The flags of documents with texts, by document and place; a sentence is compared with those of all the others.

    Raises DataError for a document without its text.
    """
    found = [flag for document in documents for check in _CHECKS for flag in check(document)]
    return sorted([*found, *_labelled_differently(documents)])


def lint_collection(collection: Collection, root: Path | None = None) -> list[Flag]:
    """The flags of the documents of a collection that have their texts, those that stay with their reason.

    A row of lint.csv that no flag answers to is a flag E000. Raises DataError for a table of another shape.
    """
    path = (root or data_root()) / "annotations" / collection.name / "lint.csv"
    reasons = {}
    for row in read_csv(path, LINT_COLUMNS) if path.is_file() else []:
        if not row["start"].isdecimal():
            raise DataError(f"{path}: {row['doc_id']}: found the start {row['start']!r}, expected a whole number")
        reasons[row["doc_id"], int(row["start"]), row["code"], row["words"]] = row["reason"]
    found = []
    at_hand = [document for document in collection.documents if document.text is not None]
    for flag in lint(at_hand):
        found.append(replace(flag, reason=reasons.pop((flag.doc_id, flag.start, flag.code, flag.words), "")))
    ids = {document.id for document in at_hand}
    stale = (
        Flag(doc_id, start, "E000", words, f"lint.csv explains a {code} that is not there")
        for doc_id, start, code, words in reasons
        if doc_id in ids
    )
    return sorted([*found, *stale])


# --- The checks -----------------------------------------------------------------------------------------------------


def _unlabelled_words(document: Document) -> Iterator[Flag]:
    """E001."""
    text = document.require_text()
    labelled = [fragment for span in _labelled(document) for fragment in span.fragments]
    silent = _silent(document)
    for (start, end), what in _triggers(document, text):
        if not any(s < end and start < e for s, e in (*labelled, *silent)):
            yield Flag(document.id, start, "E001", text[start:end], f"{what} neither labelled nor rejected")


def _labelled(document: Document) -> Iterator[Span]:
    """What answers for a word of the lists: cues, sources (a carrier may be one), hedges, justifications, rejected triggers."""
    for attribution in document.attributions:
        yield from (span for span in (attribution.cue, attribution.source) if span is not None)
    yield from (hedge.span for hedge in document.hedges)
    yield from (trigger.span for trigger in document.rejected_triggers)
    yield from (justification.span for source in document.sources for justification in source.justifications)


def _triggers(document: Document, text: str) -> Iterator[tuple[Fragment, str]]:
    words = [text[start:end] for start, end in document.tokens]
    taken: set[int] = set()
    for phrase in HEDGE_PHRASES:
        for match in re.finditer(re.escape(phrase), text, re.IGNORECASE):
            yield match.span(), "hedge phrase"
            taken.update(i for i, (start, end) in enumerate(document.tokens) if start < match.end() and match.start() < end)
    for i, word in enumerate(words):
        lowered = word.lower()
        if i in taken or (word[0].isupper() and lowered in cue_verbs() and not _begins_sentence(document, i)):
            continue
        if lowered in HEDGES or word in HEDGES:
            yield document.tokens[i], "hedge word"
        elif (lowered in PREPOSITIONS and _brings_in(words, i)) or lowered in REPORT_ADVERBS:
            yield document.tokens[i], "cue word"
        elif lowered in cue_verbs() or _is_separated(words, i):
            yield document.tokens[i], "cue verb"


def _begins_sentence(document: Document, i: int) -> bool:
    return any(first == i for first, _ in document.sentences)


def _brings_in(words: Sequence[str], i: int) -> bool:
    """*laut*, *zufolge*, *gemäß* always; *nach* only with a carrier beside it."""
    if words[i].lower() != "nach":
        return True
    beside = [*words[i + 1 : i + 4], *words[max(0, i - 1) : i]]
    return any(word in CARRIERS or word.lower().endswith(CARRIER_ENDS) for word in beside if word[0].isupper())


def _is_separated(words: Sequence[str], i: int) -> bool:
    """Whether a particle of the verb stands before the next stop."""
    particles = separated_verbs().get(words[i].lower(), frozenset())
    for word in words[i + 1 : i + 30] if particles else ():
        if word in particles:
            return True
        if word in ".!?;:":
            return False
    return False


def _silent(document: Document) -> list[Fragment]:
    """Where nothing is annotated."""
    return [(zone.start, zone.end) for zone in document.zones if zone.kind in UNANNOTATED_ZONES]


def _unattributed_quotations(document: Document) -> Iterator[Flag]:
    """E002: of four words and more; shorter ones are names, titles and terms as a rule."""
    text = document.require_text()
    silent = _silent(document)
    contents = [fragment for a in document.attributions if a.content is not None for fragment in a.content.fragments]
    rejected = [fragment for trigger in document.rejected_triggers for fragment in trigger.span.fragments]
    for match in _QUOTATION.finditer(text):
        start, end = match.span()
        if len(match[0].split()) >= _LEAST_WORDS and not any(s < end and start < e for s, e in (*contents, *silent, *rejected)):
            yield Flag(document.id, start, "E002", match[0], "quotation without attribution")


def _continues_across_zones(document: Document) -> Iterator[Flag]:
    """E003."""
    for attribution in document.attributions:
        before = document.attribution_by_id.get(attribution.continues or "")
        if before is not None and _zone_of(document, attribution) != _zone_of(document, before):
            yield _flag(document, attribution, "E003", f"{attribution.id} continues {before.id} in another zone")


def _zone_of(document: Document, attribution: Attribution) -> ZoneKind | None:
    place = next((span.start for _, span in attribution.spans()), -1)
    return next((zone.kind for zone in document.zones if zone.start <= place < zone.end), None)


def _flag(document: Document, attribution: Attribution, code: str, message: str) -> Flag:
    span = attribution.content or next(span for _, span in attribution.spans())
    return Flag(document.id, span.start, code, span.surface(document.require_text()), message)


def _unmentioned_entities(document: Document) -> Iterator[Flag]:
    """E004: no source span, addressee, list or credit names it, and no source belongs to it."""
    belongs = {source.affiliation for source in document.sources} | {ref for a in document.attributions for ref in a.source_refs}
    for source in document.sources:
        if source.id not in belongs and not mentions(document, source) and source.name not in document.require_text():
            yield Flag(document.id, 0, "E004", source.name, f"entity {source.id} is never mentioned")


def _namesakes(document: Document) -> Iterator[Flag]:
    """E005."""
    by_name: dict[str, list[str]] = defaultdict(list)
    for source in document.sources:
        by_name[source.name.casefold()].append(source.id)
    for source in document.sources:
        ids = by_name[source.name.casefold()]
        if len(ids) > 1 and source.id == ids[0]:
            yield Flag(document.id, 0, "E005", source.name, f"entities {', '.join(ids)} have one name")


def _trailing_commas(document: Document) -> Iterator[Flag]:
    """E007."""
    text = document.require_text()
    for attribution in document.attributions:
        for start, end in attribution.content.fragments if attribution.content else ():
            if text[end - 1] == ",":
                yield Flag(document.id, start, "E007", text[start:end], f"content of {attribution.id} ends in a comma")


_CHECKS = (
    _unlabelled_words,
    _unattributed_quotations,
    _continues_across_zones,
    _unmentioned_entities,
    _namesakes,
    _trailing_commas,
)


def _labelled_differently(documents: Sequence[Document]) -> Iterator[Flag]:
    """E006: the same words outside credits and the like, with other spans, forms, hedges or rejected triggers."""
    seen: dict[str, tuple[str, frozenset[tuple[object, ...]]]] = {}
    for document in documents:
        text, silent = document.require_text(), _silent(document)
        for first, last in document.sentences:
            start, end = document.tokens[first][0], document.tokens[last - 1][1]
            if last - first < _LEAST_TOKENS or any(s < end and start < e for s, e in silent):
                continue
            labels = frozenset(_labels_in(document, start, end))
            before = seen.setdefault(text[start:end], (document.id, labels))
            if before[0] != document.id and before[1] != labels:
                yield Flag(document.id, start, "E006", text[start:end], f"labelled otherwise in {before[0]}")


def _labels_in(document: Document, start: int, end: int) -> Iterator[tuple[object, ...]]:
    """The labels that touch a stretch, with offsets from its start, cut at its edges."""
    for attribution in document.attributions:
        for label, span in attribution.spans():
            for s, e in span.fragments:
                if s < end and start < e:
                    yield label, str(attribution.form), max(s, start) - start, min(e, end) - start
    spans = [("hedge", str(hedge.type), hedge.span) for hedge in document.hedges]
    spans += [("rejected", str(trigger.reason), trigger.span) for trigger in document.rejected_triggers]
    for label, value, span in spans:
        for s, e in span.fragments:
            if s < end and start < e:
                yield label, value, s - start, e - start
