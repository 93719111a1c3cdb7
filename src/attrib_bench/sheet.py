"""The annotation sheet: the text form in which a person writes and reviews the annotations of one document.

A sheet quotes the text instead of counting characters. `parse` compiles it, `render` prints it back, and
``parse(render(document), document) == document`` for every valid document. The grammar is in ``docs/sheet.md``.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeVar

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

_Vocabulary = TypeVar("_Vocabulary", bound=StrEnum)

_KEYWORDS = ("document", "zone", "source", "attribution", "hedge", "not")
_NONE = "-"
_SOURCE_LABELS: dict[str, str] = {
    **dict.fromkeys(Kind, "kind"),
    **dict.fromkeys(Sector, "sector"),
    **dict.fromkeys(Identification, "identification"),
    **{word: word for word in ("of", "listed", "self", "is")},
}
"""What each word after the name of a source tells."""
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_DOC_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")

_LONG = 60
"""A fragment of more code points than this is printed by its first and last words."""
_OUTER_WORDS = (3, 4, 6, 8)
"""How many first and last words are tried, until they are unambiguous."""
_CONTEXT_WORDS = 6
"""How many words of context are tried on each side, before a quotation gets a number."""
_MOST_PLACES = 1000
"""How many places of a quotation with words left out are looked at; without a bound they grow as the square of the text."""
_LISTED_PLACES = 8
"""How many places of an ambiguous quotation an error lists."""


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """What is wrong in one line of a sheet; `str` gives it as ``place:line: message``."""

    line: int
    message: str
    place: str = "sheet"

    def __str__(self) -> str:
        return f"{self.place}:{self.line}: {self.message}"


def parse(sheet: str, document: Document, *, place: str = "sheet") -> Document:
    """The document with the annotations of a sheet in place of its own.

    Raises DataError that lists every problem, each beginning a line with ``place:line:``, and where the document has no text.
    """
    parsed, found = _read(sheet, document, place)
    if found:
        raise DataError("\n".join(map(str, found)))
    return parsed


def problems(sheet: str, document: Document, *, place: str = "sheet") -> list[Problem]:
    """Everything that keeps a sheet from being parsed, by line; empty for a good one.

    A line is reported for its first problem only. Raises DataError where the document has no text.
    """
    return _read(sheet, document, place)[1]


def render(document: Document) -> str:
    """The canonical sheet of a document: the same for equal annotations, ending in a newline.

    Quotations are as short as they can be without being ambiguous. Raises DataError where the document has no text, or
    a span ends after it.
    """
    printer = _Printer(document)
    layers = [
        [f"document {document.id}"],
        [f"zone {zone.kind:11} {printer.quotation((zone.start, zone.end))}" for zone in document.zones],
        [line for source in document.sources for line in printer.source(source)],
        [line for attribution in document.attributions for line in printer.attribution(attribution)],
        [f"{_named('hedge', hedge.id)} {hedge.type:12} {printer.span(hedge.span)}" for hedge in document.hedges],
        [f"not {trigger.reason:14} {printer.span(trigger.span)}" for trigger in document.rejected_triggers],
    ]
    return "\n".join("".join(f"{line}\n" for line in layer) for layer in layers if layer)


# Quotations


@dataclass(frozen=True, slots=True, kw_only=True)
class _Quotation:
    """One fragment as a sheet quotes it: the words (the first ones, where `tail` has the last), and the context around them."""

    head: str
    tail: str | None = None
    before: str = ""
    after: str = ""
    number: int | None = None

    def __str__(self) -> str:
        in_context = bool(self.before or self.after)
        words = _escape(self.head, in_context)
        if self.tail is not None:
            words += f" … {_escape(self.tail, in_context)}"
        if in_context:
            words = f"{_escape(self.before, True)}[[{words}]]{_escape(self.after, True)}"
        return f'"{words}"' + (f"#{self.number}" if self.number else "")


_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zs", "Zl", "Zp"}
"""Unicode categories that a reader of a sheet could not see or tell from a blank."""


def _escape(part: str, in_context: bool) -> str:
    """A part of a quotation as it is written; `in_context` where double brackets may stand next to it."""
    part = _escape_characters(part)
    # An ellipsis between blanks, or where a blank may follow, would read as the mark for words left out.
    part = re.sub(r"(?<![^ ])…(?![^ ])", r"\\…", part)
    brackets = r"^[\[\]]|[\[\]]$|[\[\]]{2,}" if in_context else r"[\[\]]{2,}"
    return re.sub(brackets, lambda run: re.sub(r"(.)", r"\\\1", run[0]), part)


def _escape_characters(text: str) -> str:
    return "".join(map(_escape_character, text))


def _escape_character(character: str) -> str:
    if character in '\\"':
        return f"\\{character}"
    if character in "\n\t":
        return "\\n" if character == "\n" else "\\t"
    return f"\\u{{{ord(character):x}}}" if _is_invisible(character) else character


def _is_invisible(character: str) -> bool:
    return character != " " and unicodedata.category(character) in _INVISIBLE


_QUOTED = r'"(?:[^"\\]|\\.)*"'

_PIECE = re.compile(
    r"\\u\{(?P<code>[0-9A-Fa-f]{1,6})\}"
    r"|\\(?P<escaped>.)"
    r"|(?P<open>\[\[)"
    r"|(?P<close>\]\](?!\]))"  # of "]]]" the first is the text's, as in "ein [[Wort [sic]]]"
    r"|(?P<gap> … )"
    r"|(?P<character>.)"
)

_ESCAPED = {"n": "\n", "t": "\t", **{character: character for character in '"\\[]…'}}


def _pieces(quoted: str) -> Iterator[tuple[str, str]]:
    """What stands between the quotation marks: ("character", c), or a mark ("open", "close", "gap") with its own letters."""
    for piece in _PIECE.finditer(quoted[1:-1]):
        if piece["code"]:
            code = int(piece["code"], 16)
            if code > 0x10FFFF:
                raise DataError(f"{piece[0]} is no Unicode character")
            yield "character", chr(code)
        elif piece["escaped"]:
            if piece["escaped"] not in _ESCAPED:
                raise DataError(rf"found {piece[0]} in a quotation, expected \" \\ \[ \] \… \n \t or \u{{…}}")
            yield "character", _ESCAPED[piece["escaped"]]
        else:
            yield piece.lastgroup or "character", piece[0]


def _read_quotation(quoted: str, number: int | None) -> _Quotation:
    """The quotation of a quoted string. Raises DataError for wrong escapes and marks."""
    parts, marks = [""], []
    for kind, value in _pieces(quoted):
        if kind == "character":
            parts[-1] += value
        else:
            marks.append(kind)
            parts.append("")
    match marks:
        case []:
            quotation = _Quotation(head=parts[0], number=number)
        case ["gap"]:
            quotation = _Quotation(head=parts[0], tail=parts[1], number=number)
        case ["open", "close"]:
            quotation = _Quotation(before=parts[0], head=parts[1], after=parts[2], number=number)
        case ["open", "gap", "close"]:
            quotation = _Quotation(before=parts[0], head=parts[1], tail=parts[2], after=parts[3], number=number)
        case _:
            raise DataError(
                f"{quoted}: expected one pair of [[ ]] at most, and ' … ' at most once, between them; "
                r"brackets and dots of the text itself are written \[ \] and \…"
            )
    if not quotation.head or quotation.tail == "":
        raise DataError(f"{quoted} quotes nothing; expected the words of the span")
    return quotation


def _places(text: str, quotation: _Quotation) -> list[Fragment]:
    """Every place in the text that the quotation fits, its number aside, in text order.

    The outer edges of a quotation are word edges. Of words left out the end is looked for after the beginning; it is the
    next one, but every further one on the same line fits as well.
    """
    opening = quotation.before + quotation.head
    if quotation.tail is None:
        starts = (at + len(quotation.before) for at in _occurrences(text, opening + quotation.after))
        return [(start, start + len(quotation.head)) for start in starts]
    closings = list(_occurrences(text, quotation.tail + quotation.after))
    places: list[Fragment] = []
    for at in _occurrences(text, opening):
        nearest = bisect_left(closings, at + len(opening))
        if nearest == len(closings) or len(places) >= _MOST_PLACES:
            break
        last = bisect_left(closings, _line_end(text, closings[nearest]), nearest, min(len(closings), nearest + _MOST_PLACES))
        # The nearest one always fits, even where it begins with the end of its line.
        ends = closings[nearest : max(last, nearest + 1)]
        places += [(at + len(quotation.before), closing + len(quotation.tail)) for closing in ends]
    return places


def _occurrences(text: str, words: str) -> Iterator[int]:
    """Where the words begin, overlapping occurrences too, unless they begin or end within a word."""
    at = text.find(words)
    while at >= 0:
        if _is_word_edge(text, at) and _is_word_edge(text, at + len(words)):
            yield at
        at = text.find(words, at + 1)


def _is_word_edge(text: str, at: int) -> bool:
    return not (0 < at < len(text) and _in_word(text[at - 1]) and _in_word(text[at]))


def _in_word(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character).startswith("M")


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return end if end >= 0 else len(text)


def _fitting(text: str, quotation: _Quotation, previous: Fragment | None) -> list[Fragment]:
    """Where the quotation fits: after the fragment before it, if there is one, with a gap between."""
    places = _places(text, quotation)
    return places if previous is None else [place for place in places if place[0] > previous[1]]


def _meant(text: str, quotation: _Quotation, previous: Fragment | None) -> list[Fragment]:
    """What the quotation may mean: one place if it is unambiguous, none if it does not occur or has too high a number."""
    fitting = _fitting(text, quotation, previous)
    if quotation.number is not None:
        return fitting[quotation.number - 1 : quotation.number]
    if previous is None or not fitting:
        return fitting
    # A further fragment is the next one, but not silently: it must not stand on that line again.
    line_end = _line_end(text, fitting[0][0])
    return [place for place in fitting if place[0] < line_end]


def _quote(text: str, fragment: Fragment, previous: Fragment | None = None) -> _Quotation:
    """The shortest unambiguous quotation of a fragment: by itself, with context from its line, with a number."""
    start, end = fragment
    left, right = _context_edges(text, start, end)

    def quotation(outer_words: Fragment | None, left_edge: int, right_edge: int) -> _Quotation:
        head_end, tail_start = outer_words or (end, end)
        return _Quotation(
            before=text[left_edge:start],
            head=text[start:head_end],
            tail=text[tail_start:end] if outer_words else None,
            after=text[end:right_edge],
        )

    plain = [quotation(outer, left[0], right[0]) for outer in (*_outer_words(text, start, end), None)]
    for candidate in plain:
        if _meant(text, candidate, previous) == [fragment]:
            return candidate
    outer = next(_outer_words(text, start, end), None)
    for left_edge, right_edge in sorted(((i, j) for i in left for j in right), key=lambda edges: (edges[1] - edges[0], edges)):
        candidate = quotation(outer, left_edge, right_edge)
        if _meant(text, candidate, previous) == [fragment]:
            return candidate
    # The whole fragment fits its own place, so one of them is found.
    fitting = ((candidate, _fitting(text, candidate, previous)) for candidate in plain)
    candidate, places = next((candidate, places) for candidate, places in fitting if fragment in places)
    return replace(candidate, number=places.index(fragment) + 1)


def _context_edges(text: str, start: int, end: int) -> tuple[list[int], list[int]]:
    """Where context may begin and end, from none to the most: the nearest word edge, then word by word within the line."""
    left, right = start, end
    while not _is_word_edge(text, left):
        left -= 1
    while not _is_word_edge(text, right):
        right += 1
    line_start = text.rfind("\n", 0, left) + 1
    words_before = [line_start + word.start() for word in re.finditer(r"\S+", text[line_start:left])]
    words_after = [right + word.end() for word in re.finditer(r"\S+", text[right : _line_end(text, right)])]
    return [left, *words_before[: -_CONTEXT_WORDS - 1 : -1]], [right, *words_after[:_CONTEXT_WORDS]]


def _outer_words(text: str, start: int, end: int) -> Iterator[Fragment]:
    """Where the first words of a long fragment end and the last begin, for more and more words."""
    if end - start <= _LONG:
        return
    words = list(re.finditer(r"\S+", text[start:end]))
    for n_words in _OUTER_WORDS:
        if 2 * n_words >= len(words):
            return
        head_end, tail_start = start + words[n_words - 1].end(), start + words[-n_words].start()
        if tail_start - head_end > len(" … "):
            yield head_end, tail_start


# Printing


def _named(keyword: str, item_id: str) -> str:
    """The id, after its keyword only where it would itself be read as one."""
    return f"{keyword} {item_id}" if item_id in _KEYWORDS else item_id


def _refs(ids: Iterable[str]) -> str:
    return " + ".join(ids) or _NONE


class _Printer:
    """The lines of the annotations of one document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.text = document.require_text()
        # Reversed, so that of the attributions that share a content the first one stays.
        self.first_with_content = {a.content: a.id for a in reversed(document.attributions) if a.content is not None}

    def quotation(self, fragment: Fragment, previous: Fragment | None = None) -> str:
        if fragment[1] > len(self.text):
            raise DataError(
                f"{self.document.id}: span {fragment[0]}-{fragment[1]} ends after the text ({len(self.text)} code points)"
            )
        return str(_quote(self.text, fragment, previous))

    def span(self, span: Span) -> str:
        previous = (None, *span.fragments)
        return " + ".join(self.quotation(*pair) for pair in zip(span.fragments, previous, strict=False))

    def source(self, source: Source) -> Iterator[str]:
        name = source.name
        if not name or name.startswith('"') or name != name.strip(" ") or "  " in name or any(map(_is_invisible, name)):
            name = f'"{_escape_characters(name)}"'
        more = [
            f", of {source.affiliation}" if source.affiliation is not None else "",
            ", listed" if source.listed else "",
            ", self" if source.is_self else "",
            f", is {source.doc_ref}" if source.doc_ref is not None else "",
        ]
        yield f"source {source.id}  {name}  {source.kind} {source.sector} {source.identification}{''.join(more)}"
        for justification in source.justifications:
            yield f"  {justification.type:9} {self.span(justification.span)}"

    def attribution(self, attribution: Attribution) -> Iterator[str]:
        continued = self.document.attribution_by_id.get(attribution.continues or "")
        inherited_parent, inherited_refs = (continued.parent, continued.source_refs) if continued else (None, ())
        head = f"{_named('attribution', attribution.id)} {attribution.form}"
        if attribution.status is not Status.ACTUAL:
            head += f", {attribution.status}"
        if attribution.parent != inherited_parent:
            head += f", via {attribution.parent or _NONE}"
        if attribution.continues is not None:
            head += f", continues {attribution.continues}"
        yield head
        if attribution.source is None and attribution.source_refs != inherited_refs:
            yield f"  source    = {_refs(attribution.source_refs)}"
        for label, span in attribution.spans():
            if label == "content" and (first := self.first_with_content[span]) != attribution.id:
                yield f"  content   as {first}"
            else:
                refs = f" = {_refs(attribution.source_refs)}" if label == "source" else ""
                yield f"  {label:9} {self.span(span)}{refs}"


# Reading


_TOKEN = re.compile(
    rf"[ \t]*(?:(?P<quoted>{_QUOTED})|#(?P<number>[0-9]{{1,9}})(?![0-9])|(?P<sign>[+=])|(?P<word>[^ \t\"#+=,]+)|(?P<other>[^ \t]))"
)


class _Tokens:
    """What stands in a line, taken from left to right; commas are for the eye."""

    def __init__(self, line: str) -> None:
        self.tokens = [(match.lastgroup, match[match.lastgroup]) for match in _TOKEN.finditer(line) if match.lastgroup]
        self.tokens = [token for token in self.tokens if token != ("other", ",")]
        if ("other", '"') in self.tokens:
            raise DataError(r"a quotation mark is left open; one that stands in the text itself is written \"")
        self.tokens.reverse()

    def take(self, kind: str, value: str | None = None) -> str | None:
        """The next token, if it is of this kind (and is this one), else None."""
        if self.tokens and self.tokens[-1][0] == kind and value in (None, self.tokens[-1][1]):
            return self.tokens.pop()[1]
        return None

    def expect(self, kind: str, expected: str) -> str:
        taken = self.take(kind)
        if taken is None:
            raise DataError(f"found {self.next()}, expected {expected}")
        return taken

    def expect_end(self) -> None:
        if self.tokens:
            raise DataError(f"found {self.next()}, expected the end of the line")

    def next(self) -> str:
        return f"{self.tokens[-1][1]!r}" if self.tokens else "the end of the line"


@dataclass(slots=True)
class _Block:
    """A line that begins at the margin, and the indented lines that belong to it."""

    line: int
    head: str
    body: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Draft:
    """An attribution as written, before it takes what it shares with the one that it continues."""

    line: int
    id: str = ""
    form: Form = Form.INDIRECT
    status: Status = Status.ACTUAL
    spans: dict[str, Span | None] = field(default_factory=dict)
    """By label; None where a line is there but wrong."""
    source_refs: tuple[str, ...] | None = None
    """None where they are not written."""
    parent: str | None = None
    """None where it is not written, "-" where it is written that there is none."""
    continues: str | None = None


def _read(sheet: str, document: Document, place: str) -> tuple[Document, list[Problem]]:
    reader = _Reader(document, place)
    read = reader.read(sheet)
    return read, sorted(reader.problems)


def _one_of(vocabulary: type[_Vocabulary], word: str, what: str) -> _Vocabulary:
    try:
        return vocabulary(word)
    except ValueError:
        raise DataError(f"{word!r} is no {what}{_suggestion(word, vocabulary)}") from None


def _suggestion(word: str, known: Iterable[str]) -> str:
    """`; did you mean …?` where something known is close, else the known ones, if there are few."""
    words = [str(item) for item in known]
    if close := difflib.get_close_matches(word, words, n=1):
        return f"; did you mean {close[0]!r}?"
    return f"; expected {', '.join(words)}" if words and len(words) <= 12 else ""


class _Reader:
    """Reads one sheet; what is wrong goes to `problems`, and reading goes on with the next line."""

    def __init__(self, document: Document, place: str) -> None:
        self.document = document
        self.text = document.require_text()
        self.place = place
        self.problems: list[Problem] = []
        self.lines: dict[str, dict[str, int]] = {"source": {}, "attribution": {}, "hedge": {}}
        self.references: list[tuple[int, str, str]] = []
        self.has_header = False
        self.zones: list[Zone] = []
        self.sources: list[Source] = []
        self.drafts: dict[str, _Draft] = {}
        self.hedges: list[Hedge] = []
        self.rejected_triggers: list[RejectedTrigger] = []
        self.matcher: difflib.SequenceMatcher[str] | None = None

    @contextmanager
    def at(self, line: int) -> Iterator[None]:
        """Reports a DataError as a problem of this line."""
        try:
            yield
        except DataError as error:
            self.problems.append(Problem(line, str(error), self.place))

    def read(self, sheet: str) -> Document:
        for block in self.blocks(sheet):
            self.read_block(block)
        with self.at(1):
            if not self.has_header:
                raise DataError(f"found no header, expected 'document {self.document.id}'")
        for line, layer, item_id in self.references:
            with self.at(line):
                if item_id not in self.lines[layer]:
                    raise DataError(f"there is no {layer} {item_id!r}{_suggestion(item_id, self.lines[layer])}")
        attributions = tuple(self.attribution(draft) for draft in self.drafts.values())
        for attribution in attributions:
            with self.at(self.drafts[attribution.id].line):
                self.check_circle(attribution.id, "parent", {a.id: a.parent for a in attributions})
                self.check_circle(attribution.id, "continues", {a.id: a.continues for a in attributions})
        return replace(
            self.document,
            zones=tuple(self.zones),
            sources=tuple(self.sources),
            attributions=attributions,
            hedges=tuple(self.hedges),
            rejected_triggers=tuple(self.rejected_triggers),
        )

    def blocks(self, sheet: str) -> list[_Block]:
        blocks: list[_Block] = []
        for number, raw in enumerate(sheet.removeprefix("\ufeff").split("\n"), 1):
            line = raw.strip(" \t\r")
            if not line or line.startswith("#"):
                continue
            if raw[0] not in " \t":
                blocks.append(_Block(number, line))
            elif blocks:
                blocks[-1].body.append((number, line))
            else:
                with self.at(number):
                    raise DataError("an indented line belongs to a source or an attribution, and none stands before it")
        return blocks

    def read_block(self, block: _Block) -> None:
        keyword, rest = (*re.split(r"[ \t]+", block.head, maxsplit=1), "")[:2]
        match keyword:
            case "source":
                self.read_source(block, rest)
                return
            case "attribution":
                self.read_attribution(block, rest)
                return
            case "document":
                self.read_header(block.line, rest)
            case "zone":
                self.read_zone(block.line, rest)
            case "hedge":
                self.read_hedge(block.line, rest)
            case "not":
                self.read_rejected_trigger(block.line, rest)
            case _ if re.split(r"[ \t,]", rest, maxsplit=1)[0] in set(HedgeType):
                self.read_hedge(block.line, block.head)
            case _:
                self.read_attribution(block, block.head)
                return
        for line, _ in block.body:
            with self.at(line):
                raise DataError(f"an indented line belongs to a source or an attribution, not to {keyword!r} (line {block.line})")

    def read_header(self, line: int, doc_id: str) -> None:
        with self.at(line):
            if self.has_header:
                raise DataError("the header stands twice")
            self.has_header = True
            if doc_id != self.document.id:
                raise DataError(f"the sheet is of document {doc_id!r}, expected {self.document.id!r}")

    def read_zone(self, line: int, rest: str) -> None:
        with self.at(line):
            tokens = _Tokens(rest)
            kind = _one_of(ZoneKind, tokens.expect("word", "the kind of the zone"), "kind of zone")
            span = self.span(tokens)
            tokens.expect_end()
            if len(span.fragments) > 1:
                raise DataError("a zone is one stretch of text; write a line for each")
            self.zones.append(Zone(kind=kind, start=span.start, end=span.end))

    def read_hedge(self, line: int, rest: str) -> None:
        with self.at(line):
            tokens = _Tokens(rest)
            hedge_id = self.claim("hedge", tokens.expect("word", "the id of a hedge"), line)
            kind = _one_of(HedgeType, tokens.expect("word", "the type of the hedge"), "type of hedge")
            span = self.span(tokens)
            tokens.expect_end()
            self.hedges.append(Hedge(id=hedge_id, span=span, type=kind))

    def read_rejected_trigger(self, line: int, rest: str) -> None:
        with self.at(line):
            tokens = _Tokens(rest)
            reason = _one_of(Reason, tokens.expect("word", "the reason"), "reason of the codebook's ruling R18")
            span = self.span(tokens)
            tokens.expect_end()
            self.rejected_triggers.append(RejectedTrigger(span=span, reason=reason))

    def read_source(self, block: _Block, rest: str) -> None:
        with self.at(block.line):
            source_id, rest = (*re.split(r"[ \t]+", rest, maxsplit=1), "")[:2]
            self.claim("source", source_id, block.line)
            self.sources.append(self.source(block.line, source_id, *self.name(rest)))
        justifications = []
        for line, text in block.body:
            with self.at(line):
                tokens = _Tokens(text)
                kind = _one_of(JustificationType, tokens.expect("word", "access or anonymity"), "line of a source")
                justifications.append(Justification(type=kind, span=self.span(tokens)))
                tokens.expect_end()
        if self.sources and self.sources[-1].id == source_id:
            self.sources[-1] = replace(self.sources[-1], justifications=tuple(justifications))

    def name(self, rest: str) -> tuple[str, str]:
        """The name of a source, bare up to two blanks or a tab, or quoted; and what stands after it."""
        if quoted := re.match(_QUOTED, rest):
            name, labels = "".join(value for _, value in _pieces(quoted[0])), rest[quoted.end() :]
        else:
            name, labels = (*re.split(r" *\t[ \t]*|  [ \t]*", rest, maxsplit=1), "")[:2]
            if not labels:
                raise DataError(
                    f"found {rest!r}, expected a name, two blanks, and kind, sector and identification, "
                    "as in 'source e1  Ole Timm  person business named'"
                )
        if not name:
            raise DataError("the name of the source is empty")
        return name, labels

    def source(self, line: int, source_id: str, name: str, labels: str) -> Source:
        found: dict[str, str] = {}
        tokens = _Tokens(labels)
        while word := tokens.take("word"):
            if word not in _SOURCE_LABELS:
                raise DataError(f"{word!r} says nothing about a source{_suggestion(word, _SOURCE_LABELS)}")
            key = _SOURCE_LABELS[word]
            value = tokens.expect("word", f"an id after {word!r}") if word in ("of", "is") else word
            if key in found:
                raise DataError(f"found {value!r} after {found[key]!r}, expected one {key}")
            found[key] = value
        tokens.expect_end()
        for key in ("kind", "sector", "identification"):
            if key not in found:
                words = (word for word, told in _SOURCE_LABELS.items() if told == key)
                raise DataError(f"the source has no {key}; expected one of {', '.join(words)}")
        if "of" in found:
            self.references.append((line, "source", found["of"]))
        if "is" in found and not _DOC_ID.fullmatch(found["is"]):
            raise DataError(f"{found['is']!r} is no id of a document")
        return Source(
            id=source_id,
            name=name,
            kind=Kind(found["kind"]),
            sector=Sector(found["sector"]),
            identification=Identification(found["identification"]),
            affiliation=found.get("of"),
            listed="listed" in found,
            is_self="self" in found,
            doc_ref=found.get("is"),
        )

    def read_attribution(self, block: _Block, head: str) -> None:
        draft = _Draft(block.line)
        with self.at(block.line):
            self.read_attribution_head(draft, _Tokens(head))
            if draft.form is not Form.NO_COMMENT and not any(text.startswith("content") for _, text in block.body):
                raise DataError(f"{draft.id} has no content; only a no_comment may be without")
        for line, text in block.body:
            with self.at(line):
                self.read_attribution_line(draft, line, _Tokens(text))

    def read_attribution_head(self, draft: _Draft, tokens: _Tokens) -> None:
        draft.id = tokens.expect("word", "document, zone, source, not, or the id of an attribution or a hedge")
        form = tokens.take("word") or tokens.next()
        if form not in set(Form) and draft.id in (*ATTRIBUTION_LABELS, *JustificationType):
            raise DataError(f"a line with {draft.id!r} belongs to the item above and has to be indented")
        self.claim("attribution", draft.id, draft.line)
        self.drafts[draft.id] = draft
        if form not in set(Form):
            raise DataError(
                f"found {form} after {draft.id!r}, expected a form or a type of hedge{_suggestion(form, (*Form, *HedgeType))}"
            )
        draft.form = Form(form)
        written = set()
        while word := tokens.take("word"):
            key = "status" if word in set(Status) else word
            if key in written:
                raise DataError(f"found {word!r}, but its {key} is already given")
            written.add(key)
            if key == "status":
                draft.status = Status(word)
            elif key == "via":
                draft.parent = tokens.expect("word", "the id of an attribution after 'via'")
                if draft.parent != _NONE:
                    self.references.append((draft.line, "attribution", draft.parent))
            elif key == "continues":
                draft.continues = tokens.expect("word", "the id of an attribution after 'continues'")
                self.references.append((draft.line, "attribution", draft.continues))
            else:
                raise DataError(f"{word!r} says nothing about an attribution{_suggestion(word, (*Status, 'via', 'continues'))}")
        tokens.expect_end()

    def read_attribution_line(self, draft: _Draft, line: int, tokens: _Tokens) -> None:
        label = tokens.expect("word", ", ".join(ATTRIBUTION_LABELS))
        if label not in ATTRIBUTION_LABELS:
            raise DataError(f"{label!r} is no line of an attribution{_suggestion(label, ATTRIBUTION_LABELS)}")
        if label in draft.spans or (label == "source" and draft.source_refs is not None):
            raise DataError(f"{draft.id} has a {label} already; fragments of one span are joined by ' + '")
        draft.spans[label] = None
        if tokens.take("word", "as"):
            self.share(draft, label, tokens.expect("word", f"the id of the attribution that has the same {label}"))
        elif label == "source":
            self.read_source_line(draft, line, tokens)
        else:
            draft.spans[label] = self.span(tokens)
        tokens.expect_end()

    def share(self, draft: _Draft, label: str, attribution_id: str) -> None:
        """Takes a span, and with a source its entities, from an attribution that stands before."""
        other = self.drafts.get(attribution_id)
        if other is None or other is draft:
            known = [known_id for known_id in self.drafts if known_id != draft.id]
            raise DataError(f"no attribution {attribution_id!r} stands before{_suggestion(attribution_id, known)}")
        if label not in other.spans:
            raise DataError(f"{attribution_id} has no {label}")
        draft.spans[label] = other.spans[label]
        if label == "source":
            draft.source_refs = other.source_refs

    def read_source_line(self, draft: _Draft, line: int, tokens: _Tokens) -> None:
        if tokens.take("sign", "="):
            del draft.spans["source"]
            draft.source_refs = self.refs(line, tokens)
            return
        span = self.span(tokens)
        if not tokens.take("sign", "="):
            raise DataError(f"found {tokens.next()}, expected = and the id of a source, or = {_NONE} for none")
        draft.spans["source"] = span
        draft.source_refs = self.refs(line, tokens)
        n_refs, n_fragments = len(draft.source_refs), len(span.fragments)
        if n_refs and n_fragments not in (1, n_refs):
            raise DataError(f"found {n_refs} sources for {n_fragments} fragments, expected one for each fragment")

    def refs(self, line: int, tokens: _Tokens) -> tuple[str, ...]:
        ids = [tokens.expect("word", f"the id of a source, or {_NONE} for none")]
        if ids == [_NONE]:
            return ()
        while tokens.take("sign", "+"):
            ids.append(tokens.expect("word", "the id of a source"))
        self.references += [(line, "source", item_id) for item_id in ids]
        return tuple(ids)

    def claim(self, layer: str, item_id: str, line: int) -> str:
        """The id, from now on taken. Raises DataError where it is no id or belongs to another item, of whatever layer."""
        if not _ID.fullmatch(item_id):
            raise DataError(f"{item_id!r} is no id; expected a letter, then up to 63 letters, digits, '_' and '-'")
        for known_layer, lines in self.lines.items():
            if item_id in lines:
                raise DataError(f"the id {item_id!r} is that of the {known_layer} in line {lines[item_id]} already")
        self.lines[layer][item_id] = line
        return item_id

    def attribution(self, draft: _Draft) -> Attribution:
        """The attribution, with what is not written taken from the one that it continues."""
        parent, source_refs = draft.parent, draft.source_refs
        seen, continued = {draft.id}, self.drafts.get(draft.continues or "")
        while continued is not None and continued.id not in seen:
            parent = continued.parent if parent is None else parent
            source_refs = continued.source_refs if source_refs is None else source_refs
            seen.add(continued.id)
            continued = self.drafts.get(continued.continues or "")
        return Attribution(
            id=draft.id,
            form=draft.form,
            status=draft.status,
            **draft.spans,
            source_refs=source_refs or (),
            parent=None if parent == _NONE else parent,
            continues=draft.continues,
        )

    def check_circle(self, attribution_id: str, relation: str, links: dict[str, str | None]) -> None:
        """Raises DataError where following the links leads back to the attribution."""
        path, link = [attribution_id], links[attribution_id]
        while link is not None and link not in path:
            path.append(link)
            link = links.get(link)
        if link == attribution_id:
            raise DataError(f"{relation} runs in a circle: {' -> '.join((*path, link))}")

    # Finding what is quoted

    def span(self, tokens: _Tokens) -> Span:
        fragments: list[Fragment] = []
        while not fragments or tokens.take("sign", "+"):
            quoted = tokens.expect("quoted", "a quotation")
            number = tokens.take("number")
            quotation = _read_quotation(quoted, None if number is None else int(number))
            fragments.append(self.fragment(quotation, fragments[-1] if fragments else None))
        return Span(tuple(fragments))

    def fragment(self, quotation: _Quotation, previous: Fragment | None) -> Fragment:
        """Where the quotation stands. Raises DataError where that is nowhere or not clear."""
        meant = _meant(self.text, quotation, previous)
        if len(meant) == 1:
            return meant[0]
        if meant:
            counted = "in the text" if previous is None else "on the line after the fragment before it"
            raise DataError(f"{quotation} stands {len(meant)} times {counted}; choose one of{self.listing(meant, previous)}")
        fitting = _fitting(self.text, replace(quotation, number=None), previous)
        if fitting:
            raise DataError(f"{quotation} has a number, but the places are these:{self.listing(fitting, previous)}")
        raise DataError(self.absence(quotation, previous))

    def listing(self, places: list[Fragment], previous: Fragment | None) -> str:
        lines = [f"\n    {self.position(place[0])} {_quote(self.text, place, previous)}" for place in places[:_LISTED_PLACES]]
        if len(places) > _LISTED_PLACES:
            lines.append(f"\n    and {len(places) - _LISTED_PLACES} more")
        return "".join(lines)

    def position(self, at: int) -> str:
        """Line and column in the text, from 1, columns in code points."""
        return f"{self.text.count(chr(10), 0, at) + 1}:{at - self.text.rfind(chr(10), 0, at)}"

    def absence(self, quotation: _Quotation, previous: Fragment | None) -> str:
        """Why the quotation fits nowhere."""
        if places := _places(self.text, quotation):
            return (
                f"{quotation} stands only before the fragment that it follows, or touches it; expected the fragments in "
                f"text order with a gap between, found{self.listing(places, None)}"
            )
        ends = [quotation.before + quotation.head, (quotation.tail or "") + quotation.after]
        for words in ends if quotation.tail is not None else ["".join(ends)]:
            if words not in self.text:
                return f"{quotation} does not occur in the text{self.nearest(words)}"
            if next(_occurrences(self.text, words), None) is None:
                at = self.text.index(words)
                left, right = _context_edges(self.text, at, at + len(words))
                longer = self.text[left[0] : right[0]]
                return (
                    f'{quotation} stands only within longer words, as "{_escape_characters(longer)}" at {self.position(at)}; '
                    "a part of a word is marked by [[ ]] in the whole word"
                )
        return f"{quotation}: its last words do not stand after its first ones"

    def nearest(self, words: str) -> str:
        """The stretch of text most like the words, if it is like them at all."""
        if self.matcher is None:
            self.matcher = difflib.SequenceMatcher(b=self.text, autojunk=False)
        self.matcher.set_seq1(words)
        match = self.matcher.find_longest_match()
        if match.size < min(4, len(words)) or not match.size:
            return ""
        start = max(0, match.b - match.a)
        end = min(len(self.text), start + len(words))
        left, right = _context_edges(self.text, start, end)
        found = self.text[left[0] : right[0]]
        at = left[0] + len(found) - len(found.lstrip())
        return f'; the nearest is at {self.position(at)}: "{_escape_characters(found.strip())}"'
