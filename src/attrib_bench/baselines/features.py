"""Features of tokens as numbers: what the taggers of `baselines.crf` see of a document.

A feature is a column and a value, hashed into one of 2**22 buckets (Weinberger et al. 2009, *Feature hashing for large scale
multitask learning*, ICML). A batch of documents becomes a matrix of buckets, a row for each column and a column for each
token, with arithmetic on whole arrays: only what depends on a single word is worked out word by word, once for each word.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attrib_bench.document import Document
from attrib_bench.files import sha256
from attrib_bench.lexicon import CARRIERS, HEDGES, PREPOSITIONS, REPORT_ADVERBS, cue_verbs, separated_verbs

Ints = NDArray[np.int64]
Codes = NDArray[np.uint64]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float32]
Buckets = NDArray[np.int32]

N_BITS = 22
N_BUCKETS = 1 << N_BITS

# --- Words ----------------------------------------------------------------------------------------------------------

_CLOSED: dict[str, str] = {
    word: name
    for name, words in {
        "dass": "dass daß",
        "ob": "ob",
        "wh": """wie wer was wann wo warum weshalb wieso welche welcher welches wen wem wohin woher womit wofür worauf""",
        "sub": """weil wenn als nachdem obwohl während damit falls bevor indem sodass da seit seitdem sobald solange sofern""",
        "der": "der die das den dem des dessen deren denen dieser diese dieses diesen diesem jene jener",
        "ein": "ein eine einer einem einen eines kein keine keiner keinen keinem",
        "sein": "sein seine seinen seinem seiner seines ihr ihre ihren ihrem ihrer ihres unser unsere unseren",
        "er": "er sie es wir ich man ihm ihn ihnen uns mir mich",
        "sich": "sich",
        "prep": """in im an am auf aus bei beim mit von vom zu zum zur für über um durch gegen ohne unter vor zwischen wegen
            trotz bis""",
        "und": "und oder sowie sondern",
        "aber": "aber doch jedoch allerdings denn zudem außerdem auch weiter ferner dabei dagegen hingegen",
        "k1": "sei seien habe werde könne müsse solle wolle dürfe möge gebe gehe komme stehe liege bleibe lasse",
        "k2": """würde würden hätte hätten wäre wären könnte könnten müsste müssten sollte sollten dürfte dürften wollte
            wollten käme gäbe""",
        "soll": "soll sollen",
        "aux": "ist sind war waren hat haben hatte hatten wird werden wurde wurden worden gewesen geworden bin",
        "mod": "kann können muss müssen will wollen darf dürfen mag konnte konnten musste mussten",
        "not": "nicht nie niemals kaum",
        "so": "so",
    }.items()
    for word in words.split()
}
_ROLE_NOUN = re.compile(
    r"(?:sprecher|minister|präsident|chef|vorsitzende|leiter|direktor|kanzler|anwalt|anwält|experte|forscher|professor|sekretär|"
    r"kommissar|richter|bürgermeister|politiker|trainer|beamte|botschafter|senator|könig|general|bischof|papst)\w{0,4}$"
)
_BODY_NOUN = re.compile(
    r"(?:polizei|regierung|ministerium|behörde|gericht|agentur|zeitung|staatsanwaltschaft|verband|partei|unternehmen|amt|"
    r"kommission|rat|institut|bericht|studie|medien|quelle|angabe|kreise|firma|konzern|magazin|sender|dienst)\w{0,3}$"
)
_LETTERS, _DIGITS = re.compile(r"[^\W\d_]+"), re.compile(r"\d+")
_QUOTES = frozenset("„“”»«\"‚‘'")


def word_class(word: str) -> str:
    """A rough class of a word, from closed lists, the lexicon and its ending; no tagger."""
    lower = word.lower()
    if not word[0].isalnum():
        return '"' if word in _QUOTES else word[0]
    if word[0].isdigit():
        return "9"
    if lower in PREPOSITIONS or lower in REPORT_ADVERBS:
        return lower
    if lower in _CLOSED:
        return _CLOSED[lower]
    if word[0].islower():
        if word in cue_verbs():
            return "cue+" if word in separated_verbs() else "cue"
        if word in separated_verbs():
            return "cue|"
        if word in HEDGES:
            return "hedge"
        for ending in ("te", "ten", "lich", "ig", "isch", "en", "er", "es", "em", "t", "e"):
            if word.endswith(ending):
                return f"-{ending}"
        return "low"
    if word in CARRIERS:
        return "carrier"
    if _ROLE_NOUN.search(lower):
        return "Role"
    if _BODY_NOUN.search(lower):
        return "Body"
    if word.isupper() and len(word) > 1:
        return "ABC"
    for ending in ("ung", "ungen", "in", "er", "en"):
        if word.endswith(ending):
            return f"X{ending}"
    return "X"


def _shape(word: str) -> str:
    """Xx for a word with a capital, XX for one of capitals, 9 for digits; at most six characters."""
    shape = _LETTERS.sub(
        lambda m: ("X" if m[0][0].isupper() else "x") + ("X" if len(m[0]) > 1 and m[0][1:].isupper() else "x"), word
    )
    return _DIGITS.sub("9", shape)[:6]


def _hash(text: str) -> int:
    return zlib.crc32(text.encode()) + 1  # 0 is for what stands outside a sentence


_ATTRIBUTES = ("lower", "class", "suffix2", "suffix3", "suffix4", "suffix6", "prefix4", "shape", "lemma", "konj")
_TRIGGERS = ("cue", "nominal", "k1", "k2", "quote", "dass", "colon", "so", "soll")
"""What is asked of sentences and clauses: whether one of these stands in them."""


def _attributes(word: str) -> tuple[int, ...]:
    lower = word.lower()
    lemma = cue_verbs().get(lower) or ("|" + lower if lower in separated_verbs() else "")
    class_ = word_class(word)
    konj = class_ if class_ in ("k1", "k2", "soll", "aux", "mod") else lower[-2:] if word[0].islower() and lower[-1] in "et" else ""
    values = (lower, class_, lower[-2:], lower[-3:], lower[-4:], lower[-6:], lower[:4], _shape(word), lemma, konj)
    return tuple(map(_hash, values))


def _triggers(word: str) -> int:
    """The triggers that a word is, as bits in the order of _TRIGGERS; then whether it is a mark, and a separable verb."""
    class_ = word_class(word)
    facts = (
        class_.startswith("cue"),
        class_ in PREPOSITIONS or class_ in REPORT_ADVERBS or class_ == "carrier",
        class_ == "k1",
        class_ == "k2",
        class_ == '"',
        class_ in ("dass", "ob"),
        class_ == ":",
        class_ == "so",
        class_ == "soll",
        class_ in (",", ":", ";", "-", "–", "—", "(", ")", '"'),
        word in separated_verbs(),
    )
    return sum(1 << bit for bit, fact in enumerate(facts) if fact)


_IS_CUE = 1 << _TRIGGERS.index("cue")
_IS_MARK = 1 << len(_TRIGGERS)
_IS_SEPARABLE = _IS_MARK << 1


_MOST_WORDS = 500_000  # some 100 MB


class Words:
    """Numbers for words, and the attributes and triggers of each; it remembers the words that it has seen, up to a limit."""

    def __init__(self) -> None:
        self._number: dict[str, int] = {}
        self.attributes: Codes = np.zeros((0, len(_ATTRIBUTES)), dtype=np.uint64)
        self.triggers: Ints = np.zeros(0, dtype=np.int64)

    def numbers(self, words: Sequence[str]) -> Ints:
        """The number of each word, its row in `attributes` and `triggers` until the next call."""
        known = self._number
        new = list(dict.fromkeys(word for word in words if word not in known))
        if new and len(known) > _MOST_WORDS:
            known.clear()
            self.attributes, self.triggers = self.attributes[:0], self.triggers[:0]
            new = list(dict.fromkeys(words))
        if new:
            known.update(zip(new, range(len(known), len(known) + len(new)), strict=True))
            self.attributes = np.concatenate([self.attributes, np.array(list(map(_attributes, new)), dtype=np.uint64)])
            self.triggers = np.concatenate([self.triggers, np.array(list(map(_triggers, new)), dtype=np.int64)])
        return np.array([known[word] for word in words], dtype=np.int64)


# --- A batch of documents -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Batch:
    """Documents end to end: for each token its word, sentence, clause, document and quotation."""

    words: Sequence[str]
    attributes: dict[str, Codes]
    triggers: Ints
    document: Ints
    """Number of the document, of each token."""
    sentence: Ints
    """Number of the sentence in the batch, of each token; ascending without gaps."""
    clause: Ints
    """Number of the clause, a stretch between two marks, of each token; ascending without gaps."""
    quoted: Ints
    """Tokens of the quotation marks that a token stands between, or 0."""
    partner: Codes
    """Of a separable verb and of its particle at the end of the clause, a code for the other; 0 of any other token."""
    paragraph: Flags
    """Whether the sentence of a token begins a paragraph."""

    def __len__(self) -> int:
        return len(self.words)


def batch(documents: Sequence[Document], words: Words) -> Batch:
    """The documents, of which one at least has tokens; tokens without a sentence are one of their own."""
    surfaces: list[str] = []
    document, starts, breaks = [], [], []
    for number, doc in enumerate(documents):
        text = doc.require_text()
        first = len(surfaces)
        surfaces += [text[start:end] for start, end in doc.tokens]
        document.append(np.full(len(doc.tokens), number))
        for begin in sorted({0, *chain.from_iterable(doc.sentences)} - {len(doc.tokens)}):
            starts.append(first + begin)
            breaks.append(begin == 0 or "\n" in text[doc.tokens[begin - 1][1] : doc.tokens[begin][0]])
    numbers = words.numbers(surfaces)
    attributes = words.attributes[numbers]
    triggers = words.triggers[numbers]
    is_start = np.zeros(len(surfaces), dtype=np.int64)
    is_start[starts] = 1
    sentence = np.cumsum(is_start) - 1
    mark = (triggers & _IS_MARK) > 0
    # A run of marks belongs to the clause that it ends.
    new_clause = is_start.astype(bool)
    new_clause[1:] |= mark[:-1] & ~mark[1:]
    documents_ = np.concatenate(document)
    partner = _join_particles(surfaces, triggers, attributes[:, 0], sentence)
    return Batch(
        words=surfaces,
        attributes={name: attributes[:, i] for i, name in enumerate(_ATTRIBUTES)},
        triggers=triggers,
        document=documents_,
        sentence=sentence,
        clause=np.cumsum(new_clause) - 1,
        quoted=_quoted(surfaces, triggers, documents_),
        partner=partner,
        paragraph=np.array(breaks)[sentence],
    )


def _join_particles(words: Sequence[str], triggers: Ints, lower: Codes, sentence: Ints) -> Codes:
    """Finds the particles of separable verbs; one that has its particle is a cue, one that only would be with it is none.

    The particle stands before a mark or at the end of the sentence (*teilte … mit, dass*).
    """
    partner = np.zeros(len(words), dtype=np.uint64)
    ends = np.append(np.flatnonzero(np.diff(sentence)) + 1, len(words)).tolist()
    sentences, marks = sentence.tolist(), (triggers & _IS_MARK).tolist()
    for verb in np.flatnonzero(triggers & _IS_SEPARABLE).tolist():
        particles, end = separated_verbs()[words[verb]], ends[sentences[verb]]
        for at in range(verb + 1, end):
            if words[at] in particles and (at + 1 == end or marks[at + 1] or not words[at + 1][0].isalnum()):
                partner[verb], partner[at] = lower[at], lower[verb]
                triggers[verb] |= _IS_CUE
                break
        else:
            if words[verb] not in cue_verbs():
                triggers[verb] &= ~_IS_CUE
    return partner


_LONGEST_QUOTATION = 250
_OPENS = frozenset("„»‚")


def _quoted(words: Sequence[str], triggers: Ints, document: Ints) -> Ints:
    """For each token the length of the quotation that it stands in, marks included; 0 outside and for marks without a partner."""
    quoted = np.zeros(len(words), dtype=np.int64)
    opened = -1
    for at in np.flatnonzero(triggers & (1 << _TRIGGERS.index("quote"))).tolist():
        word = words[at]
        if opened >= 0 and (document[opened] != document[at] or at - opened > _LONGEST_QUOTATION):
            opened = -1
        if word in _OPENS or opened < 0:
            opened = at
        else:
            quoted[opened : at + 1] = at + 1 - opened
            opened = -1
    return quoted


# --- Columns --------------------------------------------------------------------------------------------------------

_MIX = np.uint64(0x9E3779B97F4A7C15)


def mixed(*values: Any) -> Codes:
    """One code for several, element by element."""
    code: Codes = np.asarray(values[0]).astype(np.uint64)
    for value in values[1:]:
        code = (code ^ (code >> np.uint64(31))) * _MIX + np.asarray(value).astype(np.uint64)
    return code


def sizes(n: Ints) -> Ints:
    """Numbers, roughly: 0, 1, 2, 3, 4-5, 6-8, 9-12, 13-20, 21-40, more."""
    return np.searchsorted([1, 2, 3, 4, 6, 9, 13, 21, 41], n, side="right")


class Context:
    """Looks around in a batch."""

    def __init__(self, found: Batch) -> None:
        self.batch = found
        n = len(found)
        self._index = np.arange(n)
        self._neighbours: dict[int, tuple[Ints, Flags]] = {}
        self.sentence_first = _firsts(found.sentence)
        self.clause_first = _firsts(found.clause)

    def shifted(self, codes: Codes, offset: int) -> Codes:
        """The code of the token `offset` to the right; beyond the sentence a code for how far."""
        if not offset:
            return codes
        if offset not in self._neighbours:
            n = len(self.batch)
            at = np.clip(self._index + offset, 0, n - 1)
            inside = (self.batch.sentence[at] == self.batch.sentence) & (at == self._index + offset)
            self._neighbours[offset] = at, inside
        at, inside = self._neighbours[offset]
        return np.where(inside, codes[at], np.uint64(0))


def _firsts(group: Ints) -> Ints:
    """The first token of each group, of numbers that ascend without gaps."""
    return np.flatnonzero(np.diff(group, prepend=-1))


def _either(bits: Ints, firsts: Ints) -> Ints:
    """The bits of each group, together."""
    return np.bitwise_or.reduceat(bits, firsts) if len(firsts) else bits[:0]


def columns(found: Batch) -> Iterator[Codes]:
    """The columns of a batch: an array of codes each, one for every token. Their number and order are always the same."""
    n = len(found)
    context = Context(found)
    a = found.attributes
    at = context.shifted
    for offset in range(-3, 4):
        yield at(a["lower"], offset)
    class_ = {offset: at(a["class"], offset) for offset in range(-3, 4)}
    yield from class_.values()
    for name, reach in (
        ("suffix2", 0),
        ("suffix3", 1),
        ("suffix4", 0),
        ("suffix6", 0),
        ("prefix4", 0),
        ("shape", 1),
        ("lemma", 2),
        ("konj", 1),
    ):
        for offset in range(-reach, reach + 1):
            yield at(a[name], offset)
    partner = {offset: at(found.partner, offset) for offset in (-1, 0, 1)}
    yield from partner.values()
    yield mixed(partner[0], a["lower"])
    lower = {offset: at(a["lower"], offset) for offset in (-2, -1, 0, 1, 2)}
    yield mixed(lower[-1], lower[0])
    yield mixed(lower[0], lower[1])
    yield mixed(lower[-2], lower[-1])
    yield mixed(lower[1], lower[2])
    yield mixed(class_[-1], lower[0])
    yield mixed(lower[0], class_[1])
    yield mixed(class_[-2], class_[-1])
    yield mixed(class_[-1], class_[0])
    yield mixed(class_[0], class_[1])
    yield mixed(class_[1], class_[2])
    yield mixed(class_[-1], class_[0], class_[1])
    yield mixed(class_[-2], class_[-1], class_[0])
    yield mixed(class_[0], class_[1], class_[2])
    yield mixed(class_[-2], class_[-1], class_[0], class_[1])
    yield mixed(class_[-1], class_[0], class_[1], class_[2])

    # The sentence, its neighbours and the quotation.
    sentence, clause = found.sentence, found.clause
    first, clause_first = context.sentence_first, context.clause_first
    last = np.append(first[1:], n) - 1
    clause_last = np.append(clause_first[1:], n) - 1
    bits = found.triggers & (_IS_MARK - 1)
    in_quotes = found.quoted > 0
    outside = np.where(in_quotes, 0, bits)
    has = _either(outside | (bits & (1 << _TRIGGERS.index("quote"))), first)
    share_quoted = (4 * np.add.reduceat(in_quotes.astype(np.int64), first)) // (last - first + 1)
    has_all = has | (share_quoted << 20)
    document_of = found.document[first]
    before, after = _beside(has_all, document_of, -1), _beside(has_all, document_of, 1)
    before2 = _beside(before, document_of, -1)
    position = np.arange(len(first)) - _first_of_group(document_of)
    word_code = mixed(has_all[sentence])
    yield word_code
    yield mixed(before[sentence], in_quotes)
    yield mixed(after[sentence], in_quotes)
    yield mixed(before[sentence], has_all[sentence])
    yield mixed(before2[sentence])
    yield mixed(np.minimum(position, 5)[sentence], in_quotes)
    yield mixed(found.paragraph, (np.arange(n) - first[sentence]) < 3)
    yield mixed(found.paragraph, before[sentence])
    start = np.arange(n) - first[sentence]
    end = last[sentence] - np.arange(n)
    yield mixed(sizes(start), class_[0])
    yield mixed(sizes(end), class_[0])
    yield mixed(sizes(last - first)[sentence])
    yield a["lower"][first][sentence]
    second = np.minimum(first + 1, last)
    yield mixed(a["class"][first], a["class"][second])[sentence]
    yield mixed(a["class"][first], a["konj"][second])[sentence]
    close = np.maximum(last - 1, first)
    yield a["lower"][close][sentence]
    yield mixed(a["class"][close], a["konj"][close])[sentence]

    # Triggers before and behind a token in its sentence.
    for bit in range(len(_TRIGGERS)):
        flag = (outside >> bit) & 1
        total = np.cumsum(flag)
        base = (total - flag)[first]
        so_far = total - flag - base[sentence]
        in_all = (total[last] - base)[sentence]
        to_come = in_all - so_far - flag
        yield mixed(np.minimum(so_far, 2), np.minimum(to_come, 2), flag)
        if bit == 0:
            yield mixed(np.minimum(so_far, 1), np.minimum(to_come, 1), class_[0])
    left, right = _nearest(outside & _IS_CUE > 0, first, last, sentence)
    for nearest in (left, right):
        known = nearest >= 0
        where = np.maximum(nearest, 0)
        lemma = np.where(known, mixed(a["lemma"], found.partner)[where], np.uint64(0))
        distance = np.where(known, sizes(np.abs(np.arange(n) - where)), -1)
        yield lemma
        yield mixed(distance)
        yield mixed(lemma, np.where(known, np.abs(clause - clause[where]), -1))

    # The clause and its neighbours.
    clause_has = _either(outside, clause_first)
    sentence_of_clause = sentence[clause_first]
    beside, beyond = _beside(clause_has, sentence_of_clause, -1), _beside(clause_has, sentence_of_clause, 1)
    clause_word, clause_class = a["lower"][clause_first], a["class"][clause_first]
    verb = (a["konj"] != np.uint64(_hash(""))) * a["konj"]
    clause_second = a["class"][np.minimum(clause_first + 1, clause_last)]
    yield clause_word[clause]
    yield mixed(clause_has)[clause]
    yield mixed(clause_has, clause_class)[clause]
    yield mixed(clause_class, clause_second)[clause]
    yield mixed(beside, clause_has)[clause]
    yield mixed(clause_has, beyond)[clause]
    yield mixed(beside, clause_class)[clause]
    yield mixed(beyond, clause_class)[clause]
    yield mixed(_beside(clause_word, sentence_of_clause, -1))[clause]
    yield mixed(_beside(clause_word, sentence_of_clause, 1))[clause]
    ending = a["lower"][clause_last]
    yield mixed(_beside(ending, sentence_of_clause, -1), ending)[clause]
    yield mixed(verb[np.maximum(clause_last - 1, clause_first)], clause_class)[clause]
    number = clause - clause[first][sentence]
    n_clauses = clause[last][sentence] - clause[first][sentence]
    yield mixed(np.minimum(number, 3), np.minimum(n_clauses - number, 3))
    yield mixed(sizes(clause_last - clause_first))[clause]
    at_first = np.arange(n) - clause_first[clause]
    at_last = clause_last[clause] - np.arange(n)
    yield mixed(np.minimum(at_first, 3), np.minimum(at_last, 3), class_[0])

    # Quotation marks.
    inside = in_quotes.astype(np.uint64) + np.uint64(1)
    beside = at(inside, -1), at(inside, 1)
    yield mixed(sizes(found.quoted), in_quotes)
    yield mixed(inside, class_[0], beside[0])
    yield mixed(inside, share_quoted[sentence], word_code)
    yield mixed(inside, *beside, class_[0])
    yield mixed(np.ones(n))


# --- Columns of a second look ---------------------------------------------------------------------------------------


def second_columns(found: Batch, marginals: Floats, groups: Mapping[str, Sequence[int]], types: Sequence[str]) -> Iterator[Codes]:
    """What a first tagger's probabilities say of each token, its clause, its sentence and the sentences around.

    `marginals` has the shape (tokens, labels). `groups` names sets of labels by their indices: ``outside``, ``begin``, the
    roles, and each of `types`, the types of contents.
    """
    n = len(found)
    index = np.arange(n)
    context = Context(found)
    at, a = context.shifted, found.attributes
    probability = {name: marginals[:, list(labels)].sum(axis=1) for name, labels in groups.items()}
    best, sure = marginals.argmax(axis=1).astype(np.uint64) + np.uint64(1), marginals.max(axis=1)
    label = {offset: at(best, offset) for offset in range(-3, 4)}
    class_ = {offset: at(a["class"], offset) for offset in (-1, 0, 1)}
    yield from label.values()
    yield mixed(label[0], (sure * 5).astype(np.int64))
    yield mixed(label[-1], label[0])
    yield mixed(label[0], label[1])
    yield mixed(label[-1], label[0], label[1])
    for offset, other in ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)):
        yield mixed(label[offset], class_[other])
    yield mixed(label[0], a["lower"])
    level = {name: _level(values) for name, values in probability.items()}
    yield from (mixed(values) for values in level.values())
    yield from (mixed(level[left], level[right]) for left, right in pairwise(types))
    yield mixed(level["cue"], level["frame"])
    yield mixed(level["outside"], level["begin"])

    # The clause and its neighbours.
    clause, clause_first = found.clause, context.clause_first
    sentence, first = found.sentence, context.sentence_first
    sentence_of_clause, document_of = sentence[clause_first], found.document[first]
    kinds = ("outside", "frame", *types)
    shares = _means([probability[kind] for kind in kinds], clause_first, n)
    kind = shares.argmax(axis=0) + 1
    before, after = _beside(kind, sentence_of_clause, -1), _beside(kind, sentence_of_clause, 1)
    most = {role: _level(np.maximum.reduceat(probability[role], clause_first)) + 1 for role in ("cue", "source")}
    for codes in (
        mixed(kind, (shares.max(axis=0) * 4).astype(np.int64)),
        mixed(before, kind),
        mixed(kind, after),
        mixed(before, kind, after),
        mixed(most["cue"], kind),
        mixed(most["source"], kind),
        mixed(_beside(most["cue"], sentence_of_clause, -1), kind),
        mixed(_beside(most["cue"], sentence_of_clause, 1), kind),
        *(mixed(_level(share)) for share in shares),
    ):
        yield codes[clause]

    # The sentence and its neighbours.
    shares = _means([probability[kind] for kind in kinds], first, n)
    kind = shares.argmax(axis=0) + 1
    before, after = _beside(kind, document_of, -1), _beside(kind, document_of, 1)
    further_before, further_after = _beside(before, document_of, -1), _beside(after, document_of, 1)
    konjunktiv = (_either(np.where(found.quoted > 0, 0, found.triggers), first) >> _TRIGGERS.index("k1")) & 3
    most = {name: _level(np.maximum.reduceat(probability[name], first)) + 1 for name in ("cue", "source", "frame", *types)}
    had_frame = _beside(most["frame"], document_of, -1)
    says = (np.maximum.reduceat(probability["frame"], first) > 0.5) | (shares[2:].max(axis=0) > 0.5)
    since = _since(says, document_of)
    for codes in (
        mixed(kind * 4 + (shares.max(axis=0) * 2.99).astype(np.int64)),
        mixed(before, kind),
        mixed(further_before, before, kind),
        mixed(kind, after),
        mixed(kind, after, further_after),
        mixed(before, kind, after),
        *(mixed(values) for values in most.values()),
        *(mixed(_beside(values, document_of, -1)) for values in most.values()),
        *(mixed(_beside(values, document_of, 1)) for values in most.values()),
        mixed(had_frame, konjunktiv, before),
        mixed(since),
        mixed(since, konjunktiv),
    ):
        yield codes[sentence]
    for values in (most["cue"], most["source"], most["frame"], had_frame, since):
        yield mixed(values[sentence], label[0])

    # The same word elsewhere in the document.
    for role in ("source", "cue"):
        elsewhere = _level(_most_elsewhere(probability[role], found.document, a["lower"]))
        yield mixed(elsewhere)
        yield mixed(elsewhere, label[0])
        yield mixed(elsewhere, class_[0])

    # The nearest cues and sources.
    last = np.append(first[1:], n) - 1
    for role, attribute in (("cue", "lemma"), ("source", "class")):
        for nearest in _nearest(probability[role] > 0.3, first, last, sentence):
            known = nearest >= 0
            where = np.maximum(nearest, 0)
            distance = np.where(known, sizes(np.abs(index - where)), -1)
            yield mixed(distance)
            yield mixed(distance, label[0])
            clauses = np.where(known, np.minimum(np.abs(clause - clause[where]), 4), -1)
            yield mixed(np.where(known, a[attribute][where], np.uint64(0)), clauses)
            yield mixed(np.where(known, a["lower"][where], np.uint64(0)), label[0])


def _level(probability: Floats) -> Ints:
    """The log-odds of probabilities, roughly: from 1 to 15."""
    clipped = np.clip(probability, 1e-4, 1 - 1e-4)
    level: Ints = np.round(np.log(clipped / (1 - clipped)) * 0.8).astype(np.int64) + 8
    return level


def _most_elsewhere(probability: Floats, document: Ints, word: Codes) -> Floats:
    """For each token the largest probability of the same word's other occurrences in the document, or 0."""
    order = np.lexsort((probability, word, document))
    same = (np.diff(document[order]) == 0) & (np.diff(word[order]) == 0)
    ends = np.append(~same, True)  # the last of each word's occurrences has the largest probability
    last = np.flatnonzero(ends)[np.cumsum(np.append(0, ends[:-1]))]
    index = np.arange(len(order))
    second = np.append(False, same)[last]  # whether there is another before it
    largest = np.where(index < last, probability[order][last], np.where(second, probability[order][np.maximum(last - 1, 0)], 0))
    found = np.empty_like(probability)
    found[order] = largest
    return found


def _means(values: Sequence[Floats], firsts: Ints, n: int) -> Floats:
    """The mean of each of some values in each group: of shape (values, groups)."""
    lengths = np.diff(np.append(firsts, n))
    return np.stack([np.add.reduceat(each, firsts) / lengths for each in values])


def _since(flag: Flags, group: Ints) -> Ints:
    """How many items ago, at most 6, one of the group was flagged; 0 where none was."""
    index = np.arange(len(flag))
    seen = np.append(-1, np.maximum.accumulate(np.where(flag, index, -1))[:-1])
    return np.where(seen >= _first_of_group(group), np.minimum(index - seen, 6), 0)


# --- What both use --------------------------------------------------------------------------------------------------


def _beside(values: Any, group: Ints, step: int) -> Any:
    """The value of the neighbour before (-1) or behind (1), 0 where that is of another group."""
    other = np.zeros_like(values)
    if step < 0:
        other[1:] = np.where(group[1:] == group[:-1], values[:-1], 0)
    else:
        other[:-1] = np.where(group[1:] == group[:-1], values[1:], 0)
    return other


def _first_of_group(group: Ints) -> Ints:
    """For each item the index of the first of its group."""
    first = _firsts(group)
    return np.repeat(first, np.diff(np.append(first, len(group))))


def _nearest(flag: Flags, first: Ints, last: Ints, sentence: Ints) -> tuple[Ints, Ints]:
    """The nearest flagged token before and behind each one in its sentence, or -1."""
    n = len(flag)
    index = np.arange(n)
    seen = np.maximum.accumulate(np.where(flag, index, -1)) if n else index
    left = np.append(-1, seen[:-1])
    left = np.where(left >= first[sentence], left, -1)
    coming = np.minimum.accumulate(np.where(flag, index, n)[::-1])[::-1] if n else index
    right = np.append(coming[1:], n)
    right = np.where(right <= last[sentence], right, -1)
    return left, right


def buckets(found: Iterable[Codes], *, start: int = 0) -> Buckets:
    """The bucket of each feature: of shape (columns, tokens). `start` is the number of the first column."""
    rows = []
    for column, codes in enumerate(found, start):
        code = (codes + np.uint64(column * 0x632BE5AB + 1)) * _MIX
        code = (code ^ (code >> np.uint64(29))) * _MIX
        rows.append((code >> np.uint64(64 - N_BITS)).astype(np.int32))
    return np.stack(rows)


def signature() -> str:
    """A hash of the word lists that features are made from, and of those of a sentence.

    A model is only good with the features that it was trained with.
    """
    lists = (sorted(cue_verbs().items()), sorted((verb, sorted(found)) for verb, found in separated_verbs().items()))
    others = (sorted(CARRIERS), sorted(HEDGES), sorted(PREPOSITIONS), sorted(REPORT_ADVERBS), sorted(_CLOSED.items()))
    text = "Am 3. Mai teilte Ina Voss „gern“ mit, dass die Fähre laut HPA vielleicht ausfalle, so der Bürgermeister."
    tokens = tuple(match.span() for match in re.finditer(r"\w+|\S", text))
    page = batch([Document(id="", collection="", text=text, tokens=tokens, sentences=((0, len(tokens)),))], Words())
    return sha256(repr((lists, others)).encode() + buckets(columns(page)).tobytes())
