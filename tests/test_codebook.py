"""Every example of the codebook parses, and says what the package says: spans, forms, chains, holders of hedges."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import pytest

from attrib_bench.document import (
    Attribution,
    Document,
    Form,
    Hedge,
    HedgeType,
    Identification,
    Justification,
    JustificationType,
    Kind,
    Sector,
    Source,
    Span,
    Status,
    chain,
    holder,
)
from attrib_bench.files import sha256
from attrib_bench.interchange import problems_of

CODEBOOK = Path(__file__).parents[1] / "docs" / "codebook.md"

_TAG = re.compile(
    r"\[(?:(?P<role>[SQCA])(?P<ids>\d+(?:,\d+)*)|H:(?P<hedge>epi|inf|rep|app)|J(?P<of>\d+(?:,\d+)*):(?P<why>anonymity|access)) "
)
_LABELS = {"S": "source", "Q": "cue", "C": "content", "A": "addressee"}
_TYPES = {
    "epi": HedgeType.EPISTEMIC,
    "inf": HedgeType.INFERENTIAL,
    "rep": HedgeType.REPORTIVE,
    "app": HedgeType.APPROXIMATOR,
}
_CODE = re.compile(r"`([^`]+)`", re.DOTALL)
_MARKED = re.compile(r"\[(?:[SQCA]\d|H:|J\d)")


class Example(NamedTuple):
    """A piece of code of the codebook, the line that it stands in, and what follows it up to the next one."""

    line: int
    code: str
    note: str

    def __str__(self) -> str:
        return f"{self.line}: {self.code[:40]}"


def _examples() -> list[Example]:
    found = []
    for number, line in enumerate(CODEBOOK.read_text(encoding="utf-8").splitlines(), 1):
        if number < 20:
            continue  # section 0 says what the marks are
        line = re.sub(r"` ¶\d `", "\n\n", line)  # an example of two paragraphs
        codes = list(_CODE.finditer(line))
        for index, code in enumerate(codes):
            end = codes[index + 1].start() if index + 1 < len(codes) else len(line)
            if _MARKED.search(code[1]):
                found.append(Example(number, code[1], line[code.end() : end]))
    return found


class Parsed(NamedTuple):
    """The plain text, fragments by role and attribution, hedges, and justifications by attribution."""

    text: str
    spans: dict[tuple[str, str], list[tuple[int, int]]]
    hedges: list[tuple[HedgeType, tuple[int, int]]]
    justifications: dict[str, list[tuple[JustificationType, tuple[int, int]]]]


def _parse(code: str) -> Parsed:
    """Reads the marks of section 0; other brackets are text. Raises ValueError for a mark that is not closed."""
    spans: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    hedges: list[tuple[HedgeType, tuple[int, int]]] = []
    justifications: dict[str, list[tuple[JustificationType, tuple[int, int]]]] = defaultdict(list)
    text, at, opened = "", 0, []
    while at < len(code):
        if match := _TAG.match(code, at):
            opened.append((match, len(text)))
            at = match.end()
            continue
        if code[at] == "[":
            opened.append((None, len(text)))
        if code[at] == "]":
            if not opened:
                raise ValueError(f"a mark is closed that was never opened: {code}")
            tag, start = opened.pop()
            if tag is not None:
                place = (start, len(text))
                for id_ in (tag["ids"] or tag["of"] or "").split(","):
                    if tag["role"]:
                        spans[tag["role"], id_].append(place)
                    elif tag["why"]:
                        justifications[id_].append((JustificationType(tag["why"]), place))
                if tag["hedge"]:
                    hedges.append((_TYPES[tag["hedge"]], place))
                at += 1
                continue
        text += code[at]
        at += 1
    if opened:
        raise ValueError(f"a mark is never closed: {code}")
    return Parsed(text, spans, hedges, justifications)


def _document(example: Example) -> Document:
    parsed = _parse(example.code)
    ids = sorted({id_ for _, id_ in parsed.spans}, key=int)
    parents = dict(re.findall(r"A(\d+)<A(\d+)", example.note))
    continued = dict(re.findall(r"A(\d+) ?(?:free_indirect |direct )?~ ?A(\d+)", example.note))
    attributions, sources = [], []
    for id_ in ids:
        spans = {
            label: Span.of(*parsed.spans[role, id_]) if (role, id_) in parsed.spans else None for role, label in _LABELS.items()
        }
        source = spans["source"]
        refs = tuple(f"e{id_}_{n}" for n in range(len(source.fragments))) if source else ()
        sources += [
            Source(
                id=ref,
                name=parsed.text[slice(*fragment)],
                kind=Kind.PERSON,
                sector=Sector.UNKNOWN,
                identification=Identification.NAMED,
                justifications=tuple(
                    Justification(type=why, span=Span((place,))) for why, place in parsed.justifications.get(id_, ())
                )
                if n == 0
                else (),
            )
            for n, (ref, fragment) in enumerate(zip(refs, source.fragments if source else (), strict=True))
        ]
        if before := next((one for one in attributions if one.id == f"a{continued.get(id_)}"), None):
            refs, parents[id_] = before.source_refs, (before.parent or "")[1:]
        attributions.append(
            Attribution(
                id=f"a{id_}",
                form=_form(example, id_, spans["content"], parsed.text),
                status=next((s for s in Status if s.value in example.note), Status.ACTUAL),
                source_refs=refs,
                parent=f"a{parents[id_]}" if parents.get(id_) else None,
                continues=f"a{continued[id_]}" if id_ in continued else None,
                **spans,
            )
        )
    return Document(
        id="codebook",
        collection="core",
        text=parsed.text,
        sha256=sha256(parsed.text),
        n_chars=len(parsed.text),
        sources=tuple(sources),
        attributions=tuple(attributions),
        hedges=tuple(Hedge(id=f"h{n}", span=Span((place,)), type=type_) for n, (type_, place) in enumerate(parsed.hedges, 1)),
    )


def _form(example: Example, id_: str, content: Span | None, text: str) -> Form:
    """The form that the note names, of this attribution or of all; otherwise by the quotation marks of the content."""
    for form in Form:
        if re.search(rf"\bA{id_} {form.value}\b|(?<!A\d )(?<!A\d\d )\b{form.value}\b", example.note):
            return form
    if content is None:
        return Form.NO_COMMENT
    quoted = [text[start] in "„“»" and text[end - 1] in "“”«" for start, end in content.fragments]
    return Form.DIRECT if all(quoted) else Form.INDIRECT


EXAMPLES = _examples()


def test_the_examples_are_found() -> None:
    assert len(EXAMPLES) > 200
    numbered = re.findall(r"^(E\d+) ", CODEBOOK.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(numbered) == len(set(numbered)) > 90


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_example_is_valid(example: Example) -> None:
    document = _document(example)
    problems = [str(problem) for problem in problems_of(document)]
    assert problems == []


@pytest.mark.parametrize("example", [e for e in EXAMPLES if re.search(r"A\d+<A\d+", e.note)], ids=str)
def test_chain_is_embedded_or_a_basis(example: Example) -> None:
    document = _document(example)
    for attribution in document.attributions:
        if attribution.parent is None:
            continue
        outer = chain(document, attribution)[1]
        assert attribution.content is not None
        assert outer.content is not None
        assert outer.content.contains(attribution.content) or outer.content == attribution.content


@pytest.mark.parametrize("example", [e for e in EXAMPLES if re.search(r"holder A\d", e.note)], ids=str)
def test_hedge_is_held_by_the_one_that_is_named(example: Example) -> None:
    document = _document(example)
    named = re.search(r"holder (A\d+)", example.note)
    assert named
    for hedge in document.hedges:
        held = holder(document, hedge.span)
        assert held is not None
        assert held.id == named[1].lower()


@pytest.mark.parametrize("code", ["[C1 Die Fähre, [Q1 sagte] [S1 er].", "Die Fähre], sagte er."], ids=["not closed", "not opened"])
def test_a_broken_mark_is_found(code: str) -> None:
    with pytest.raises(ValueError, match="mark"):
        _parse(code)
