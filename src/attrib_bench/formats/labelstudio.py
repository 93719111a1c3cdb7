"""Label Studio's JSON, tasks with predictions or annotations <-> the model, by way of marks.

A folder has ``tasks.json``, an array with a task for each document, and ``tasks.xml``, the project's labelling configuration,
which is made from `MARKS`. A document's labels are written as a prediction, which an annotator sees and corrects:

    labels      a region for each fragment of a mark; relations `fragment` lead from the first to the further ones
    choices     a feature with fixed values, of the region that is selected
    textarea    a feature that is text, and links to what has no region: the `names` of a source, as ids in order
    relation    links from region to region, one relation for each pair: `cue`, `source`, `addressee`, `parent`, `continues`
    items       a text area of the whole document, with a line for each mark that covers no words (`attrib_bench.formats.lines`)

``data.attrib_bench`` keeps what no annotator works on: metadata, tokens, `native`, and the order of the items.

Offsets are code points, as Label Studio counts them since pull request 308 of its front end (``charsToCodePoints`` in the
editor's ``selection-tools.js``). Older versions counted UTF-16 units; regions whose words stand at their offsets only in these
units are read in them. The format: https://labelstud.io/guide/task_format and https://labelstud.io/guide/predictions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import count
from pathlib import Path
from reprlib import repr as brief
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

from jsonschema_rs import Draft202012Validator

from attrib_bench.document import DataError, Document, Span
from attrib_bench.files import head, read_json, replacing, sha256, write_atomic
from attrib_bench.formats.format import Broken, Format, Unit, rendered
from attrib_bench.formats.header import document_of, header_of, require_shape, unicode_line
from attrib_bench.formats.lines import line_of, mark_of
from attrib_bench.formats.marks import MARKS, Mark, from_marks, marks
from attrib_bench.records import Record

COLLECTION = "labelstudio"

_LABELS, _ITEMS, _TEXT, _FRAGMENT = "label", "items", "text", "fragment"
"""Names in the configuration: the control of the labels, that of marks without words, the text, the relation between fragments."""

_SPANS = {name: kind for name, kind in MARKS.items() if kind.spans}


_TASKS = re.compile(rb'\s*\[\s*\{(?s:.)*?"(?:data|annotations|predictions)"\s*:')


# --- Files ----------------------------------------------------------------------------------------------------------


def _units(path: Path) -> Iterator[Unit]:
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        raise DataError(f"{path}: found no file, expected tasks in .json")
    for file in files:
        try:
            tasks = read_json(file)
            if not isinstance(tasks, list) or not tasks:
                raise DataError(f"{file}: found {brief(tasks)}, expected an array of tasks, as Label Studio exports it")
        except DataError as error:
            yield str(file), partial(_raise, error)
            continue
        for index, task in enumerate(tasks):
            yield (place := f"{file}#/{index}"), partial(document_of_task, task, place=place)


def _raise(error: DataError) -> Document:
    raise error


def _recognises(path: Path) -> bool:
    files = [path] if path.is_file() else sorted(path.glob("*.json"))[:1]
    return any(file.suffix == ".json" and _TASKS.match(head(file)) for file in files)


def _write(documents: Iterable[Document], path: Path, broken: Broken | None = None) -> None:
    tasks = path if path.suffix == ".json" else path / "tasks.json"
    with replacing(tasks) as file:
        separator = b"[\n"
        for _, line in rendered(documents, lambda document: unicode_line(task_of(document), document), broken):
            file.write(separator + line.rstrip("\n").encode())
            separator = b",\n"
        file.write(b"\n]\n" if separator == b",\n" else b"[]\n")
    write_atomic(tasks.with_suffix(".xml"), configuration())


# --- Controls of the labelling configuration ------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Control:
    """What an annotator sets of a region besides its label."""

    name: str
    sets: str
    """The feature or link."""
    types: tuple[str, ...]
    """The labels of the regions that have it."""
    values: tuple[str, ...] = ()
    """None for text."""
    is_link: bool = False


@cache
def _controls() -> Mapping[str, _Control]:
    """The controls of regions by name: one for each feature, or one for each vocabulary where several types share its name."""
    found: dict[tuple[str, tuple[str, ...], bool], list[str]] = {}
    for type_, kind in _SPANS.items():
        for name, values in kind.features.items():
            found.setdefault((name, values, False), []).append(type_)
        for name, targets in kind.links.items():
            if not all(MARKS[target].spans for target in targets):
                found.setdefault((name, (), True), []).append(type_)
    names = [name for name, _, _ in found]
    controls = (
        _Control(
            name=name if names.count(name) == 1 else f"{types[0]}_{name}",
            sets=name,
            types=tuple(types),
            values=values,
            is_link=is_link,
        )
        for (name, values, is_link), types in found.items()
    )
    return {control.name: control for control in controls}


@cache
def _control_of(type_: str, sets: str) -> _Control:
    return next(control for control in _controls().values() if control.sets == sets and type_ in control.types)


def _relations() -> tuple[str, ...]:
    """The labels of relations: links that may lead from region to region, and the one between fragments."""
    links = {
        name: None
        for kind in _SPANS.values()
        for name, targets in kind.links.items()
        if any(MARKS[target].spans for target in targets)
    }
    return (*links, _FRAGMENT)


_HINTS = {
    "id": "id; a new one is given where it is left empty",
    "names": "ids of the sources that these words name, an entry each",
    "parent": "id of the parent, where it has no words to draw a relation to",
    "continues": "id of the continued attribution, where it has no words to draw a relation to",
    "of": "id of the source whose words these are about",
}
_COLOURS = {
    **{"Content": "#ffd666", "Cue": "#66b3ff", "Source": "#66cc66", "Addressee": "#b380ff"},
    **{"Justification": "#a3d9a3", "Hedge": "#ff8080", "RejectedTrigger": "#999999", "Zone": "#cccccc"},
}


def configuration() -> str:
    """The labelling configuration, as XML: what to paste under Settings, Labeling Interface."""
    view = ET.Element("View")
    ET.SubElement(view, "Header", value="$doc_id")
    relations = ET.SubElement(view, "Relations", choice="multiple")
    for name in _relations():
        ET.SubElement(relations, "Relation", value=name)
    labels = ET.SubElement(view, "Labels", name=_LABELS, toName=_TEXT, choice="single")
    for name in _SPANS:
        ET.SubElement(labels, "Label", value=name, background=_COLOURS[name])
    ET.SubElement(view, "Text", name=_TEXT, value="$text", granularity="symbol")
    for control in _controls().values():
        shown = {"visibleWhen": "region-selected", "whenTagName": _LABELS, "whenLabelValue": ",".join(control.types)}
        part = ET.SubElement(view, "View", shown)
        ET.SubElement(part, "Header", value=_HINTS.get(control.sets, control.sets), size="5")
        own = {"name": control.name, "toName": _TEXT, "perRegion": "true"}
        if control.values:
            choices = ET.SubElement(part, "Choices", own, choice="single-radio", showInline="true")
            for value in control.values:
                ET.SubElement(choices, "Choice", value=value)
        else:
            several = {} if control.sets == "names" else {"maxSubmissions": "1"}
            ET.SubElement(part, "TextArea", own, editable="true", **several)
    ET.SubElement(
        view, "Header", value='Sources and whatever else covers no words, a line each: Entity e9 name="Ole Timm" kind=person'
    )
    ET.SubElement(view, "TextArea", name=_ITEMS, toName=_TEXT, editable="true", rows="1")
    ET.indent(view)
    return ET.tostring(view, encoding="unicode") + "\n"


# --- Model -> task --------------------------------------------------------------------------------------------------


def task_of(document: Document) -> Record:
    """The task of a document, its annotations as a prediction. Raises DataError where it has no text."""
    found = list(marks(document))
    text = document.require_text()
    number = count(1)
    # A digit in front: no id of ours begins with one, and Label Studio makes a CSS class of it.
    regions = {mark.key: [f"{next(number)}-{mark.type}" for _ in mark.span.fragments] for mark in found if mark.span}
    results = [result for mark in found for result in _results(mark, regions, text)]
    lines = [line_of(mark) for mark in found if mark.span is None]
    if lines:
        results.append({"id": _ITEMS, "from_name": _ITEMS, "to_name": _TEXT, "type": "textarea", "value": {"text": lines}})
    results += [relation for mark in found for relation in _relations_of(mark, regions)]
    order = [regions[mark.key][0] if mark.span else mark.key for mark in found]
    return {
        "data": {"doc_id": document.id, "text": text, "attrib_bench": {**header_of(document), "order": order}},
        "predictions": [{"model_version": "attrib-bench", "result": results}],
    }


def _results(mark: Mark, regions: Mapping[str, Sequence[str]], text: str) -> Iterator[Record]:
    """The regions of a mark, and what is set of the first one."""
    if mark.span is None:
        return
    for region, (start, end) in zip(regions[mark.key], mark.span.fragments, strict=True):
        value = {"start": start, "end": end, "text": text[start:end], "labels": [mark.type]}
        yield {"id": region, "from_name": _LABELS, "to_name": _TEXT, "type": "labels", "value": value}
    start, end = mark.span.fragments[0]
    settings = {name: [value] for name, value in mark.features.items()}
    for name, key in mark.links:
        if key not in regions:
            settings.setdefault(name, []).append(key)
    for name, values in settings.items():
        control = _control_of(mark.type, name)
        value = {"start": start, "end": end}
        value |= {"text": text[start:end], "choices": values} if control.values else {"text": values}
        kind = "choices" if control.values else "textarea"
        yield {"id": regions[mark.key][0], "from_name": control.name, "to_name": _TEXT, "type": kind, "value": value}


def _relations_of(mark: Mark, regions: Mapping[str, Sequence[str]]) -> Iterator[Record]:
    if mark.span is None:
        return
    first, *further = regions[mark.key]
    ends = [(_FRAGMENT, region) for region in further]
    ends += [(name, regions[key][0]) for name, key in mark.links if key in regions]
    names: dict[str, list[str]] = {}
    for name, region in ends:
        names.setdefault(region, []).append(name)
    for region, labels in names.items():  # one for each pair, since Label Studio would drop a second
        yield {"type": "relation", "from_id": first, "to_id": region, "direction": "right", "labels": labels}


# --- Task -> model --------------------------------------------------------------------------------------------------

_TIME = {"type": ["string", "null"]}
_RELATION = {"from_id": {"type": "string"}, "to_id": {"type": "string"}, "labels": {"type": "array", "items": {"type": "string"}}}
_RESULT = {
    "type": "object",
    "required": ["type"],
    "if": {"properties": {"type": {"const": "relation"}}},
    "then": {"properties": _RELATION, "required": ["from_id", "to_id"]},
    "else": {
        "required": ["id", "from_name", "value"],
        "properties": {
            "id": {"type": "string"},
            "from_name": {"type": "string"},
            "value": {
                "type": "object",
                "properties": {
                    "start": {"type": "integer", "minimum": 0},
                    "end": {"type": "integer", "minimum": 1},
                    **{name: {"type": "array", "items": {"type": "string"}} for name in ("labels", "choices")},
                    "text": {"type": ["string", "array"], "items": {"type": "string"}},
                },
            },
        },
    },
}
_ANSWER = {
    "type": ["object", "integer"],  # an export may name a prediction by its number alone
    "required": ["result"],
    "properties": {
        "result": {"type": "array", "items": _RESULT},
        "was_cancelled": {"type": ["boolean", "null"]},
        "created_at": _TIME,
        "updated_at": _TIME,
    },
}
_HEADER = {"type": "object", "properties": {"order": {"type": "array", "items": {"type": "string"}}}}
_TASK = Draft202012Validator(
    {
        "type": "object",
        "required": ["data"],
        "properties": {
            "id": {"type": ["integer", "string", "null"]},
            "data": {
                "type": "object",
                "required": ["text"],
                "properties": {"text": {"type": "string"}, "doc_id": {"type": "string"}, "attrib_bench": _HEADER},
            },
            "annotations": {"type": "array", "items": _ANSWER},
            "predictions": {"type": "array", "items": _ANSWER},
        },
    },
    mask="value",
)
"""What is read of a task; whatever else stands in it is left alone."""

_ELSEWHERE = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:(?://|[\\/])|data:|\.{0,2}/|\\\\)\S*")


class _Result(NamedTuple):
    place: str
    content: Record


@dataclass(frozen=True)
class _Region:
    """What the results with one id say of a region."""

    place: str
    type: str
    start: int
    end: int
    words: str | None
    """What the tool says that stands there, with its own notion of white space."""
    features: dict[str, str] = field(default_factory=dict)
    links: list[tuple[str, str]] = field(default_factory=list)


def document_of_task(task: Any, *, place: str) -> Document:
    """The document of a task, with the labels of its last completed annotation.

    Last by the time of its last change, then by place; cancelled annotations do not count. Where nobody has completed one,
    the last prediction is taken. Raises DataError that names `place`: where there is neither; for a text that is an address,
    which is never fetched; for controls that the configuration does not have; and for what `from_marks` does not allow.
    """
    require_shape(task, _TASK, place)
    data, text = task["data"], task["data"]["text"]
    header = dict(data.get("attrib_bench", {}))
    if "text_sha256" not in header and _ELSEWHERE.fullmatch(text.strip()):
        raise DataError(
            f"{place}/data/text: found the address {brief(text)}, expected the text itself; addresses are never fetched"
        )
    order = {key: index for index, key in enumerate(header.pop("order", ()))}
    if "doc_id" not in header:
        doc_id = data.get("doc_id") or f"{COLLECTION}-{task['id'] if isinstance(task.get('id'), int) else sha256(text)[:12]}"
        header = {"doc_id": doc_id, "collection": COLLECTION, "metadata": {"story_id": doc_id}, **header}
    document = document_of(header, text, place=place)
    found = _marks(_chosen(task, place), text)
    try:
        return from_marks(document, sorted(found, key=lambda mark: order.get(mark.key, len(order))))
    except DataError as error:
        raise DataError(f"{place}: {error}") from error


def _chosen(task: Record, place: str) -> list[_Result]:
    """The results to read, each with its place."""
    answers = [
        (answer.get("updated_at") or answer.get("created_at") or "", index, f"{place}/annotations/{index}", answer)
        for index, answer in enumerate(task.get("annotations", ()))
        if isinstance(answer, dict) and not answer.get("was_cancelled")
    ]
    if answers:
        _, _, where, answer = max(answers, key=lambda found: found[:2])
    else:
        predictions = [(i, found) for i, found in enumerate(task.get("predictions", ())) if isinstance(found, dict)]
        if not predictions:
            raise DataError(f"{place}: holds neither a completed annotation nor a prediction")
        index, answer = predictions[-1]
        where = f"{place}/predictions/{index}"
    return [_Result(f"{where}/result/{index}", result) for index, result in enumerate(answer["result"])]


def _marks(results: Sequence[_Result], text: str) -> list[Mark]:
    """The marks of results; the key of one with words is the id of its first region."""
    regions = _regions(results, text)
    wordless = [
        mark_of(line, place=result.place)
        for result in results
        if result.content["type"] != "relation" and result.content["from_name"] == _ITEMS
        for entry in _entries(result)
        for line in entry.split("\n")
        if line.strip()
    ]
    whole, links = _linked(results, regions)
    parts: dict[str, list[_Region]] = {}
    for region_id, region in regions.items():
        if (root := whole.get(region_id, region_id)) != region_id and (region.type != regions[root].type or region.features):
            raise DataError(f"{region.place}: is a further fragment of {root}; expected the same label, and nothing set of it")
        parts.setdefault(root, []).append(region)
    keys = {mark.key: mark.key for mark in wordless}
    keys |= {region.features["id"]: region_id for region_id, region in regions.items() if "id" in region.features}

    def resolved(found: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        return tuple((name, keys.get(target, target)) for name, target in found)

    found = [
        Mark(
            key=root,
            type=regions[root].type,
            span=Span.of(*((region.start, region.end) for region in fragments)),
            features=regions[root].features,
            links=(*links.get(root, ()), *resolved(regions[root].links)),
        )
        for root, fragments in parts.items()
    ]
    return found + [Mark(key=mark.key, type=mark.type, features=mark.features, links=resolved(mark.links)) for mark in wordless]


def _regions(results: Sequence[_Result], text: str) -> dict[str, _Region]:
    """The regions by id, in the order of their labels, with offsets in code points."""
    regions: dict[str, _Region] = {}
    for place, content in results:
        if content["type"] == "relation" or content["from_name"] != _LABELS:
            continue
        value = content["value"]
        labels = value.get("labels", [])
        if len(labels) != 1 or labels[0] not in _SPANS:
            raise DataError(f"{place}: found the labels {brief(labels)}, expected one of {', '.join(_SPANS)}")
        if not {"start", "end"} <= value.keys() or content["id"] in regions:
            raise DataError(f"{place}: expected a start and an end, and a region of its own")
        words = value.get("text") if isinstance(value.get("text"), str) else None
        regions[content["id"]] = _Region(place, labels[0], int(value["start"]), int(value["end"]), words)
    regions = _in_code_points(regions, text)
    for result in results:
        if result.content["type"] != "relation" and result.content["from_name"] not in (_LABELS, _ITEMS):
            _set(result, regions)
    return regions


def _set(result: _Result, regions: Mapping[str, _Region]) -> None:
    """Take what a choice or a text area sets over into its region."""
    place, content = result
    control, region = _controls().get(content["from_name"]), regions.get(content["id"])
    if control is None:
        expected = ", ".join((_LABELS, _ITEMS, *_controls()))
        raise DataError(f"{place}: found the control {brief(content['from_name'])}, expected one of {expected}")
    if region is None:
        raise DataError(f"{place}: sets {control.name} of the region {brief(content['id'])}, which has no label")
    entries = _entries(result)
    if control.is_link:
        region.links.extend((control.sets, entry) for entry in entries)
    elif len(entries) > 1 or control.sets in region.features:
        raise DataError(f"{place}: found several values for {control.name}, expected one")
    elif entries:
        region.features[control.sets] = entries[0]


def _entries(result: _Result) -> list[str]:
    """What was chosen or written, an entry each; blank ones are none."""
    value = result.content["value"]
    entries = value.get("choices" if result.content["type"] == "choices" else "text", [])
    return [entry.strip() for entry in ([entries] if isinstance(entries, str) else entries) if entry.strip()]


def _linked(
    results: Sequence[_Result], regions: Mapping[str, _Region]
) -> tuple[dict[str, str], Mapping[str, Iterable[tuple[str, str]]]]:
    """The first fragment's region of each further fragment's, and the links of first ones to first ones, each once."""
    whole: dict[str, str] = {}
    relations = []
    for place, content in results:
        if content["type"] != "relation":
            continue
        labels, direction = content.get("labels", []), content.get("direction", "right")
        if not labels or not set(labels) <= set(_relations()) or direction not in ("right", "left"):
            expected = f"one of {', '.join(_relations())}, to the right or left"
            raise DataError(f"{place}: found a relation {brief(labels)}, direction {brief(direction)}; expected {expected}")
        ends = (content["from_id"], content["to_id"])
        if missing := [end for end in ends if end not in regions]:
            raise DataError(f"{place}: leads to the region {brief(missing[0])}, which does not exist")
        one, other = ends if direction == "right" else ends[::-1]
        relations += [(label, one, other) for label in labels if label != _FRAGMENT]
        if _FRAGMENT in labels and whole.setdefault(other, one) != one:
            raise DataError(f"{place}: {other} is a further fragment of two regions, expected one")
    roots = {region: _root(region, whole, regions) for region in regions}
    links: dict[str, dict[tuple[str, str], None]] = {}
    for name, one, other in relations:
        links.setdefault(roots[one], {})[name, roots[other]] = None
    return roots, links


def _root(region: str, whole: dict[str, str], regions: Mapping[str, _Region]) -> str:
    """The region at which a chain of fragments begins. The way there is made short, so that long chains cost no more."""
    seen = [region]
    while (further := whole.get(seen[-1])) is not None:
        if len(seen) > len(whole):
            raise DataError(f"{regions[region].place}: its relations {_FRAGMENT} run in a circle")
        seen.append(further)
    whole.update(dict.fromkeys(seen[:-1], seen[-1]))
    return seen[-1]


def _in_code_points(regions: dict[str, _Region], text: str) -> dict[str, _Region]:
    """The regions with offsets in code points: as they are, or, where their words stand only there, from UTF-16 units.

    Raises DataError for words that stand at neither place, and for offsets beyond the text.
    """
    astray = next((region for region in regions.values() if not _agrees(region, region.start, region.end, text)), None)
    if astray is None:
        return regions
    if len(text) < len(text.encode("utf-16-le")) // 2:
        offsets, at = {}, 0
        for index, character in enumerate((*text, "")):
            offsets[at] = index
            at += 2 if character > "\uffff" else 1
        moved = {key: (offsets.get(region.start, -1), offsets.get(region.end, -1)) for key, region in regions.items()}
        if all(start >= 0 and _agrees(regions[key], start, end, text) for key, (start, end) in moved.items()):
            return {key: _Region(region.place, region.type, *moved[key], region.words) for key, region in regions.items()}
    start, end = astray.start, astray.end
    if not start < end <= len(text):
        raise DataError(f"{astray.place}: covers {start} to {end} of a text of {len(text)} characters")
    raise DataError(f"{astray.place}: found {brief(astray.words)} at {start} to {end}, where {brief(text[start:end])} stands")


def _agrees(region: _Region, start: int, end: int, text: str) -> bool:
    if not start < end <= len(text):
        return False
    if region.words is None or (end - start == len(region.words) and text.startswith(region.words, start)):
        return True
    # Hardly anything is dropped, so what is much longer need not be looked at.
    return end - start <= 2 * len(region.words) + 100 and _letters(region.words) == _letters(text[start:end])


def _letters(words: str) -> str:
    """Words without white space; Label Studio writes a line break as a backslash and an n, and browsers drop blanks."""
    return "".join(words.replace("\\n", " ").split())


FORMAT = Format(
    name="labelstudio",
    title="Label Studio (.json with tasks, .xml with the labelling configuration)",
    recognises=_recognises,
    units=_units,
    write=_write,
)
