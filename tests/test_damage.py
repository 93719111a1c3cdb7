"""Damaged data: every kind of corruption is found with its code and place, nothing else is reported, and nothing raises.

Each case damages a small valid data root in one way. Its expectation is the whole list of problems, so that a case also
shows what is not reported. The manifest is made anew after each damage that is not one of the manifest itself.
"""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest

from attrib_bench.files import canonical_json, csv_text, data_root, sha256
from attrib_bench.schema import Engine, check_record, validate

Damage = Callable[[Path], object]

A = "annotations/core/s01-a.json"
B = "annotations/core/s01-b.json"
C = "annotations/core/s02-a.json"
PASS = "annotations/core/passes/a/s01-a.json"
SEED = "annotations/seeds/x01-a.json"
TEXT = "raw/core/s01/s01-a.txt"
DOCUMENTS = "raw/core/documents.csv"
STORIES = "raw/core/stories.csv"
TOKENS = "raw/core/tokens.jsonl"
LINKS = "annotations/core/provenance.csv"
SPLITS = "splits/core.csv"
MANIFEST = "MANIFEST.sha256"

TEXTS = {
    "s01-a": (
        "🚲 Räder weg 🚲\n\n"
        "Aus dem Schuppen in Lüttow sind zwölf Räder verschwunden, teilte die Wache am Montag mit. "
        "„Es fehlt auch ein Anhänger“, sagte Wirtin Elke Rahn dem Lüttower Tagblatt. "
        "Das Schloss sei geknackt worden. Der Schaden beträgt rund 9000 Euro.\n\n"
        "Foto: Jo Perl\n"
    ),
    "s01-b": (
        "Diebe in Lüttow\n\n"
        "Das Tagblatt berichtet unter Berufung auf die Wache, zwölf Räder seien gestohlen worden. "
        "Elke Rahn und Piet Voß meinen, die Täter kämen vermutlich wieder. Beide schlafen nun im Laden.\n"
    ),
    "s02-a": (
        "Kanal wieder frei\n\n"
        "Der Kanal bei Moorhus ist frei, schreibt das Amt. Man habe laut Taucherin Ida Brook sogar einen Tresor geborgen. "
        "Der Pegel steigt offenbar.\n"
    ),
}


def span(text: str, *quotations: str) -> list[list[int]]:
    """The fragments of a span that quotes the text, each after the one before."""
    fragments, at = [], 0
    for quotation in quotations:
        start = text.index(quotation, at)
        fragments.append([start, at := start + len(quotation)])
    return fragments


def source(source_id: str, name: str, **fields: object) -> dict[str, Any]:
    record = {"id": source_id, "name": name, "kind": "person", "sector": "private", "identification": "named"}
    return record | {"affiliation": None, "justifications": [], "listed": False, "self": False, "doc_ref": None} | fields


def attribution(attribution_id: str, form: str, refs: list[str], **fields: object) -> dict[str, Any]:
    record: dict[str, Any] = {"id": attribution_id, "form": form, "status": "actual"}
    record |= {"source": None, "cue": None, "content": None, "addressee": None}
    return record | {"source_refs": refs, "parent": None, "continues": None} | fields


def records() -> dict[str, dict[str, Any]]:
    """The annotations of the three articles: a cue with a gap, a continuation, a basis, two sources, a nested chain."""
    a, b, c = TEXTS.values()
    annotations = {
        "s01-a": {
            "zones": [
                {"kind": "title", "start": 0, "end": len("🚲 Räder weg 🚲")},
                {"kind": "credit", "start": a.index("Foto"), "end": a.index("Perl") + 4},
            ],
            "sources": [
                source("e1", "Wache", kind="institution", sector="state"),
                source("e2", "Elke Rahn", affiliation="e3", justifications=[{"type": "access", "span": span(a, "Wirtin")}]),
                source("e3", "Lüttower Tagblatt", kind="institution", sector="media", self=True),
            ],
            "attributions": [
                attribution(
                    "a1",
                    "indirect",
                    ["e1"],
                    source=span(a, "die Wache"),
                    cue=span(a, "teilte", "mit"),
                    content=span(a, "Aus dem Schuppen in Lüttow sind zwölf Räder verschwunden"),
                ),
                attribution(
                    "a2",
                    "direct",
                    ["e2"],
                    source=span(a, "Wirtin Elke Rahn"),
                    cue=span(a, "sagte"),
                    content=span(a, "„Es fehlt auch ein Anhänger“"),
                    addressee=span(a, "dem Lüttower Tagblatt"),
                ),
                attribution("a3", "free_indirect", ["e2"], content=span(a, "Das Schloss sei geknackt worden"), continues="a2"),
            ],
            "hedges": [{"id": "h1", "type": "approximator", "span": span(a, "rund")}],
            "rejected_triggers": [{"reason": "noun", "span": span(a, "Schaden")}],
        },
        "s01-b": {
            "zones": [],
            "sources": [
                source("e1", "Tagblatt", kind="institution", sector="media", doc_ref="s01-a"),
                source("e2", "Wache", kind="institution", sector="state"),
                source("e3", "Elke Rahn"),
                source("e4", "Piet Voß"),
            ],
            "attributions": [
                attribution(
                    "a1",
                    "indirect",
                    ["e1"],
                    source=span(b, "Das Tagblatt"),
                    cue=span(b, "berichtet"),
                    content=span(b, "zwölf Räder seien gestohlen worden"),
                ),
                attribution(
                    "a2",
                    "indirect",
                    ["e2"],
                    source=span(b, "die Wache"),
                    cue=span(b, "unter Berufung auf"),
                    content=span(b, "zwölf Räder seien gestohlen worden"),
                    parent="a1",
                ),
                attribution(
                    "a3",
                    "indirect",
                    ["e3", "e4"],
                    source=span(b, "Elke Rahn", "Piet Voß"),
                    cue=span(b, "meinen"),
                    content=span(b, "die Täter kämen vermutlich wieder"),
                ),
            ],
            "hedges": [{"id": "h1", "type": "epistemic", "span": span(b, "vermutlich")}],
            "rejected_triggers": [],
        },
        "s02-a": {
            "zones": [{"kind": "title", "start": 0, "end": len("Kanal wieder frei")}],
            "sources": [source("e1", "Amt", kind="institution", sector="state"), source("e2", "Ida Brook", affiliation="e1")],
            "attributions": [
                attribution(
                    "a1",
                    "indirect",
                    ["e1"],
                    source=span(c, "das Amt"),
                    cue=span(c, "schreibt"),
                    content=span(c, "Der Kanal bei Moorhus ist frei"),
                ),
                attribution(
                    "a2",
                    "free_indirect",
                    ["e1"],
                    content=span(c, "Man habe laut Taucherin Ida Brook sogar einen Tresor geborgen"),
                    continues="a1",
                ),
                attribution(
                    "a3",
                    "indirect",
                    ["e2"],
                    source=span(c, "Taucherin Ida Brook"),
                    cue=span(c, "laut"),
                    content=span(c, "Man habe", "sogar einen Tresor geborgen"),
                    parent="a2",
                ),
            ],
            "hedges": [{"id": "h1", "type": "inferential", "span": span(c, "offenbar")}],
            "rejected_triggers": [],
        },
    }
    return {
        doc_id: {"doc_id": doc_id, "collection": "core", "text_sha256": sha256(TEXTS[doc_id]), **layers}
        for doc_id, layers in annotations.items()
    }


def tokens_line(doc_id: str, text: str) -> str:
    tokens = [list(match.span()) for match in re.finditer(r"\w+|[^\w\s]", text)]
    return json.dumps({"doc_id": doc_id, "tokens": tokens, "sentences": [[0, 3], [3, len(tokens)]]}) + "\n"


@pytest.fixture(scope="session")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A valid data root: `core` with two stories and three articles, and the stand-off collection `seeds` with one."""
    root = tmp_path_factory.mktemp("healthy")
    shutil.copytree(data_root() / "schema", root / "schema")
    seed = "Ein Text, der nicht mitgeliefert wird, sagte niemand.\n"
    files = {
        "raw/VERSION": "0.0.1\n",
        STORIES: "story_id,topic,happened,known_first_by\ns01,crime,Räder sind weg,Wache\ns02,local,Der Kanal ist frei,Amt\n",
        TOKENS: "".join(tokens_line(doc_id, text) for doc_id, text in TEXTS.items()),
        LINKS: "from_doc,attribution,to_doc\ns01-b,a1,s01-a\n",
        SPLITS: "doc_id,story_id,split\ns01-a,s01,train\ns01-b,s01,train\ns02-a,s02,test\n",
        "splits/seeds.csv": "doc_id,story_id,split\nx01-a,x01,test\n",
        "raw/seeds/tokens.jsonl": tokens_line("x01-a", seed),
    }
    for collection, texts in (("core", TEXTS), ("seeds", {"x01-a": seed})):
        rows = [
            {"doc_id": doc_id, "story_id": doc_id[:3], "outlet": "Blatt", "genre": "regional", "topic": "local"}
            | {"date": "2026-03-02", "title": "", "sha256": sha256(text), "n_chars": str(len(text))}
            for doc_id, text in texts.items()
        ]
        files[f"raw/{collection}/documents.csv"] = csv_text(tuple(rows[0]), rows)
    for doc_id, record in records().items():
        files[f"raw/core/{doc_id[:3]}/{doc_id}.txt"] = TEXTS[doc_id]
        files[f"annotations/core/{doc_id}.json"] = canonical_json(record)
    files[PASS] = files[A]
    record = {"doc_id": "x01-a", "collection": "seeds", "text_sha256": sha256(seed), "zones": [], "sources": []}
    record |= {"attributions": [attribution("a1", "indirect", [], content=[[0, 8]])], "hedges": [], "rejected_triggers": []}
    files[SEED] = canonical_json(record)
    for file, content in files.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_bytes(content.encode())
    list_files(root)
    return root


def list_files(root: Path) -> None:
    """Write the manifest anew."""
    paths = sorted(path for folder in ("raw", "annotations", "splits", "schema") for path in (root / folder).rglob("*"))
    lines = [f"{sha256(path.read_bytes())}  {path.relative_to(root).as_posix()}\n" for path in paths if path.is_file()]
    (root / MANIFEST).write_text("".join(lines), encoding="utf-8")


# --- ways to damage ---


def write(file: str, content: str | bytes) -> Damage:
    return lambda root: (root / file).write_bytes(content.encode() if isinstance(content, str) else content)


def replace(file: str, old: str, new: str) -> Damage:
    def damage(root: Path) -> None:
        text = (root / file).read_bytes().decode()
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {file}"
        (root / file).write_bytes(text.replace(old, new).encode())

    return damage


def bytes_of(file: str, change: Callable[[bytes], bytes]) -> Damage:
    return lambda root: (root / file).write_bytes(change((root / file).read_bytes()))


def put(file: str, pointer: str, value: object) -> Damage:
    """Set the value at a JSON pointer; "-" appends."""

    def damage(root: Path) -> None:
        record = json.loads((root / file).read_bytes())
        *way, last = [int(step) if step.isdigit() else step for step in pointer.split("/")[1:]]
        target = record
        for step in way:
            target = target[step]
        if last == "-":
            target.append(value)
        else:
            target[last] = value
        (root / file).write_text(json.dumps(record), encoding="utf-8")

    return damage


def drop(file: str, *way: str | int) -> Damage:
    def damage(root: Path) -> None:
        record = json.loads((root / file).read_bytes())
        target = record
        for step in way[:-1]:
            target = target[step]
        del target[way[-1]]
        (root / file).write_text(json.dumps(record), encoding="utf-8")

    return damage


def remove(file: str) -> Damage:
    return lambda root: (root / file).unlink()


def folder_for(file: str) -> Damage:
    def damage(root: Path) -> None:
        (root / file).unlink()
        (root / file).mkdir()

    return damage


def link(file: str, target: str) -> Damage:
    def damage(root: Path) -> None:
        (root / file).unlink(missing_ok=True)
        (root / file).symlink_to(target)

    return damage


def pipe_for(file: str) -> Damage:
    def damage(root: Path) -> None:
        (root / file).unlink()
        os.mkfifo(root / file)

    return damage


def both(*damages: Damage) -> Damage:
    return lambda root: [damage(root) for damage in damages]


def swap(first: str, second: str) -> Damage:
    def damage(root: Path) -> None:
        one, two = (root / first).read_bytes(), (root / second).read_bytes()
        (root / first).write_bytes(two)
        (root / second).write_bytes(one)

    return damage


def utf16_offsets(root: Path) -> None:
    """Count the offsets of s01-a in UTF-16 units, as a JavaScript tool does: two for each of the two bicycles."""

    def shift(value: Any) -> Any:
        if isinstance(value, list) and len(value) == 2 and all(type(offset) is int for offset in value):
            return [len(TEXTS["s01-a"][:offset].encode("utf-16-le")) // 2 for offset in value]
        if isinstance(value, list):
            return [shift(item) for item in value]
        return {key: shift(item) for key, item in value.items()} if isinstance(value, dict) else value

    record = json.loads((root / A).read_bytes())
    (root / A).write_text(json.dumps(shift(record)), encoding="utf-8")


def near_copy(root: Path) -> None:
    """Make s02-a, which is in test, a near-copy of s01-b, which is in train: one word of 29 is changed."""
    text = TEXTS["s01-b"].replace("Laden", "Garten")
    old, new = sha256(TEXTS["s02-a"]), sha256(text)
    replace(DOCUMENTS, f"{old},{len(TEXTS['s02-a'])}", f"{new},{len(text)}")(root)
    write("raw/core/s02/s02-a.txt", text)(root)
    record = json.loads((root / B).read_bytes()) | {"doc_id": "s02-a", "text_sha256": new}
    write(C, canonical_json(record))(root)
    replace(TOKENS, tokens_line("s02-a", TEXTS["s02-a"]), tokens_line("s02-a", text))(root)


def at(quotation: str, doc_id: str = "s01-a") -> tuple[int, int]:
    ((start, end),) = span(TEXTS[doc_id], quotation)
    return start, end


CUE = "/attributions/1/cue"
SAGTE = at("sagte")
END = len(TEXTS["s01-a"])
DEEP = "[" * 400 + "]" * 400

CASES: dict[str, tuple[Damage, list[str]]] = {
    # offsets
    "offset after the end": (put(A, f"{CUE}/0", [SAGTE[0], 9000]), [f"O003 {A}#{CUE}/0"]),
    "offset one after the end": (put(A, f"{CUE}/0", [END - 1, END + 1]), [f"O003 {A}#{CUE}/0"]),
    "empty fragment": (put(A, f"{CUE}/0", [SAGTE[0], SAGTE[0]]), [f"O001 {A}#{CUE}/0"]),
    "fragment backwards": (put(A, f"{CUE}/0", [SAGTE[1], SAGTE[0]]), [f"O001 {A}#{CUE}/0"]),
    "negative offset": (put(A, f"{CUE}/0/0", -1), [f"S007 {A}#{CUE}/0/0"]),
    "float offset": (put(A, f"{CUE}/0/0", SAGTE[0] + 0.5), [f"S003 {A}#{CUE}/0/0"]),
    "float offset without fraction": (put(A, f"{CUE}/0/0", float(SAGTE[0])), [f"S003 {A}#{CUE}/0/0"]),
    "boolean offset": (put(A, f"{CUE}/0/0", True), [f"S003 {A}#{CUE}/0/0"]),
    "offset as a string": (put(A, f"{CUE}/0/0", str(SAGTE[0])), [f"S003 {A}#{CUE}/0/0"]),
    "huge offset": (put(A, f"{CUE}/0/1", 10**30), [f"O003 {A}#{CUE}/0"]),
    "offset of 5000 digits": (replace(A, '"id": "h1"', f'"id": {"9" * 5000}'), [f"F005 {A}#"]),
    "three numbers": (put(A, f"{CUE}/0", [*SAGTE, 7]), [f"S008 {A}#{CUE}/0"]),
    "one number": (put(A, f"{CUE}/0", [SAGTE[0]]), [f"S008 {A}#{CUE}/0"]),
    "span without fragments": (put(A, CUE, []), [f"S008 {A}#{CUE}"]),
    "span as a number": (put(A, CUE, 7), [f"S003 {A}#{CUE}"]),
    "fragment outside of a list": (put(A, CUE, list(SAGTE)), [f"S003 {A}#{CUE}/0", f"S003 {A}#{CUE}/1"]),
    "overlapping fragments": (
        put(A, CUE, span(TEXTS["s01-a"], "sagte Wirtin") + span(TEXTS["s01-a"], "Wirtin Elke")),
        [f"O002 {A}#{CUE}/1"],
    ),
    "unsorted fragments": (put(A, "/attributions/0/cue", [at("mit."), at("teilte")]), [f"O002 {A}#/attributions/0/cue/1"]),
    "touching fragments": (
        put(A, "/attributions/1/content", [at("„Es fehlt auch ein Anhänger"), at("“")]),
        [f"O004 {A}#/attributions/1/content/1"],
    ),
    "blank at the start": (put(A, f"{CUE}/0", [SAGTE[0] - 1, SAGTE[1]]), [f"O005 {A}#{CUE}/0"]),
    "blank at the end": (put(A, f"{CUE}/0", [SAGTE[0], SAGTE[1] + 1]), [f"O005 {A}#{CUE}/0"]),
    "across a paragraph break": (put(A, "/hedges/0/span/0", [at("weg")[0], at("Aus")[1]]), [f"O006 {A}#/hedges/0/span/0"]),
    "half a token": (put(A, f"{CUE}/0", [SAGTE[0], SAGTE[1] - 1]), [f"O007 {A}#{CUE}/0"]),
    "zone after the end": (put(A, "/zones/1/end", END + 1), [f"O003 {A}#/zones/1"]),
    "zone backwards": (put(A, "/zones/1/end", 3), [f"O001 {A}#/zones/1"]),
    "zone with a float": (put(A, "/zones/1/end", float(END - 1)), [f"S003 {A}#/zones/1/end"]),
    "zones overlap": (put(A, "/zones/-", {"kind": "heading", "start": 3, "end": 8}), [f"O008 {A}#/zones/2"]),
    "hedge in a credit": (put(A, "/hedges/0/span/0", at("Perl")), [f"O009 {A}#/hedges/0/span/0"]),
    "content in boilerplate": (
        put(B, "/zones/-", {"kind": "boilerplate", "start": at("die Täter", "s01-b")[0], "end": at("wieder", "s01-b")[1]}),
        [f"O009 {B}#/attributions/2/content/0", f"O009 {B}#/hedges/0/span/0"],
    ),
    # ids and references
    "id twice in a layer": (
        put(A, "/attributions/1/id", "a1"),
        [f"R004 {A}#/attributions/2/continues", f"R001 {A}#/attributions/1/id"],
    ),
    "id twice across layers": (put(A, "/hedges/0/id", "e1"), [f"R001 {A}#/hedges/0/id"]),
    "unknown source": (put(A, "/attributions/0/source_refs/0", "e9"), [f"R002 {A}#/attributions/0/source_refs/0"]),
    "attribution as a source": (put(A, "/attributions/0/source_refs/0", "a2"), [f"R002 {A}#/attributions/0/source_refs/0"]),
    "unknown parent": (put(B, "/attributions/1/parent", "a9"), [f"R003 {B}#/attributions/1/parent"]),
    "unknown continued": (put(A, "/attributions/2/continues", "a9"), [f"R004 {A}#/attributions/2/continues"]),
    "unknown affiliation": (put(A, "/sources/1/affiliation", "e9"), [f"R005 {A}#/sources/1/affiliation"]),
    "own parent": (put(B, "/attributions/1/parent", "a2"), [f"R006 {B}#/attributions/1/parent"]),
    "own affiliation": (put(A, "/sources/1/affiliation", "e2"), [f"R006 {A}#/sources/1/affiliation"]),
    "itself as a document": (put(B, "/sources/0/doc_ref", "s01-b"), [f"R006 {B}#/sources/0/doc_ref"]),
    "unknown document": (put(B, "/sources/0/doc_ref", "s01-z"), [f"R008 {B}#/sources/0/doc_ref"]),
    "circle of parents": (put(B, "/attributions/0/parent", "a2"), [f"R007 {B}#/attributions/0/parent"]),
    "circle of continuations": (
        put(C, "/attributions/0/continues", "a2"),
        [f"A004 {C}#/attributions/0/cue", f"A004 {C}#/attributions/0/source", f"R007 {C}#/attributions/0/continues"],
    ),
    "circle of affiliations": (put(A, "/sources/2/affiliation", "e2"), [f"R007 {A}#/sources/1/affiliation"]),
    # what the codebook rules out
    "no content": (put(A, "/attributions/0/content", None), [f"A001 {A}#/attributions/0/content"]),
    "too few sources": (put(B, "/attributions/2/source_refs", ["e3"]), [f"A002 {B}#/attributions/2/source_refs"]),
    "no source of a span": (put(A, "/attributions/0/source_refs", []), [f"A003 {A}#/attributions/0/source_refs"]),
    "continues with a cue": (put(A, "/attributions/2/cue", [at("geknackt")]), [f"A004 {A}#/attributions/2/cue"]),
    "continues with other sources": (put(A, "/attributions/2/source_refs", ["e1"]), [f"A005 {A}#/attributions/2/source_refs"]),
    "continues with another parent": (put(A, "/attributions/2/parent", "a1"), [f"A005 {A}#/attributions/2/parent"]),
    "attribution twice": (
        put(A, "/attributions/-", records()["s01-a"]["attributions"][0] | {"id": "a4"}),
        [f"A006 {A}#/attributions/3"],
    ),
    "hedge twice": (put(A, "/hedges/-", {"id": "h2", "type": "epistemic", "span": [at("rund")]}), [f"A007 {A}#/hedges/1/span"]),
    "hedge and rejected": (put(A, "/rejected_triggers/0/span/0", at("rund")), [f"A008 {A}#/rejected_triggers/0/span"]),
    "cue and rejected": (put(A, "/rejected_triggers/0/span/0", SAGTE), [f"A008 {A}#/rejected_triggers/0/span"]),
    "outside of the parent": (put(B, "/attributions/2/parent", "a1"), [f"A009 {B}#/attributions/2/parent"]),
    # shape
    "key missing": (drop(A, "hedges", 0, "type"), [f"S001 {A}#/hedges/0"]),
    "layer missing": (drop(A, "rejected_triggers"), [f"S001 {A}#"]),
    "extra key": (put(A, "/attributions/0/note~1", "x"), [f"S002 {A}#/attributions/0/note~01"]),
    "wrong enum": (put(A, "/attributions/0/form", "Direct"), [f"S004 {A}#/attributions/0/form"]),
    "enum as a list": (put(A, "/zones/1/kind", ["credit"]), [f"S004 {A}#/zones/1/kind"]),
    "id with a blank": (put(A, "/hedges/0/id", "h 1"), [f"S005 {A}#/hedges/0/id"]),
    "id with a final line feed": (put(A, "/hedges/0/id", "h1\n"), [f"S005 {A}#/hedges/0/id"]),
    "empty name": (put(A, "/sources/0/name", ""), [f"S006 {A}#/sources/0/name"]),
    "layer as an object": (put(A, "/hedges", {"h1": {}}), [f"S003 {A}#/hedges"]),
    "attribution as a string": (put(A, "/attributions/2", "a3"), [f"S003 {A}#/attributions/2"]),
    "lone surrogate": (put(A, "/sources/0/name", "\ud800"), [f"S009 {A}#/sources/0/name"]),
    "deep nesting": (replace(A, '"id": "h1"', f'"id": {DEEP}'), [f"S003 {A}#/hedges/0/id", f"S009 {A}#/hedges/0/id" + "/0" * 252]),
    "bottomless nesting": (write(A, "[" * 100_000), [f"F005 {A}#"]),
    "several at once": (
        both(put(A, f"{CUE}/0", [5, 4]), put(A, "/hedges/0/type", "maybe"), put(A, "/attributions/0/form", None)),
        [f"O001 {A}#{CUE}/0", f"S004 {A}#/attributions/0/form", f"S004 {A}#/hedges/0/type"],
    ),
    # files
    "truncated JSON": (bytes_of(A, lambda data: data[: len(data) // 2]), [f"F005 {A}#"]),
    "empty annotation": (write(A, ""), [f"F005 {A}#"]),
    "NaN": (replace(A, '"start": 0', '"start": NaN'), [f"F005 {A}#"]),
    "key twice": (replace(A, '"start": 0', '"start": 0, "start": 1'), [f"F005 {A}#"]),
    "null for a record": (write(A, "null"), [f"S003 {A}#"]),
    "annotation in UTF-16": (bytes_of(A, lambda data: data.decode().encode("utf-16")), [f"F004 {A}#"]),
    "annotation with a byte order mark": (bytes_of(A, lambda data: b"\xef\xbb\xbf" + data), [f"F005 {A}#"]),
    "annotation missing": (remove(A), [f"F001 {A}#"]),
    "annotation is a folder": (folder_for(A), [f"F002 {A}#"]),
    "annotation is a pipe": (pipe_for(A), [f"F002 {A}#"]),
    "annotation links out": (link(A, "/etc/hostname"), [f"F003 {A}#", f"M002 {MANIFEST}:3#"]),
    "annotation links to itself": (link(A, "s01-a.json"), [f"F003 {A}#"]),
    "annotation of nothing": (
        write("annotations/core/s09-a.json", "{"),
        ["F005 annotations/core/s09-a.json#", "F007 annotations/core/s09-a.json#"],
    ),
    "pass of nothing": (
        lambda root: (root / PASS).rename(root / "annotations/core/passes/a/s09-a.json"),
        ["D001 annotations/core/passes/a/s09-a.json#/doc_id", "F007 annotations/core/passes/a/s09-a.json#"],
    ),
    "damaged pass": (put(PASS, f"{CUE}/0", [5, 4]), [f"O001 {PASS}#{CUE}/0"]),
    # texts
    "CRLF": (
        bytes_of(TEXT, lambda data: data.replace(b"\n", b"\r\n")),
        [f"D005 {TEXT}#", f"D006 {TEXT}#", f"T004 {TEXT}:1#"],
    ),
    "byte order mark": (
        bytes_of(TEXT, lambda data: b"\xef\xbb\xbf" + data),
        [f"D005 {TEXT}#", f"D006 {TEXT}#", f"T002 {TEXT}:1#"],
    ),
    "NFD": (
        bytes_of(TEXT, lambda data: data.replace("ü".encode(), "u\u0308".encode())),
        [f"D005 {TEXT}#", f"D006 {TEXT}#", f"T003 {TEXT}:3#"],
    ),
    "text in UTF-16": (bytes_of(TEXT, lambda data: data.decode().encode("utf-16")), [f"D005 {TEXT}#", f"T001 {TEXT}#"]),
    "text in Latin-1": (write(TEXT, "Räder\n".encode("latin-1")), [f"D005 {TEXT}#", f"T001 {TEXT}#"]),
    "empty text": (write(TEXT, ""), [f"D005 {TEXT}#", f"D006 {TEXT}#", f"T008 {TEXT}#"]),
    "no final line feed": (bytes_of(TEXT, bytes.rstrip), [f"D005 {TEXT}#", f"D006 {TEXT}#", f"T005 {TEXT}:5#"]),
    "two final line feeds": (bytes_of(TEXT, lambda data: data + b"\n"), [f"D005 {TEXT}#", f"D006 {TEXT}#", f"T005 {TEXT}:6#"]),
    "trailing blank": (replace(TEXT, "weg 🚲\n", "weg 🚲 \n"), [f"D005 {TEXT}#", f"D006 {TEXT}#", f"T006 {TEXT}:1#"]),
    "tab": (replace(TEXT, "weg 🚲", "weg\t🚲"), [f"D005 {TEXT}#", f"T007 {TEXT}:1#"]),
    "text changed by one letter": (replace(TEXT, "Räder weg", "Bäder weg"), [f"D005 {TEXT}#"]),
    "texts swapped": (
        swap(TEXT, "raw/core/s01/s01-b.txt"),
        [f"D005 {TEXT}#", "D005 raw/core/s01/s01-b.txt#", f"D006 {TEXT}#", "D006 raw/core/s01/s01-b.txt#"],
    ),
    "text missing": (remove(TEXT), [f"F001 {TEXT}#"]),
    "text is a folder": (folder_for(TEXT), [f"F002 {TEXT}#"]),
    "text of nothing": (write("raw/core/s01/s01-z.txt", "Nichts.\n"), ["F007 raw/core/s01/s01-z.txt#"]),
    # the table of documents, and records against it
    "record of another document": (put(A, "/doc_id", "s01-c"), [f"D001 {A}#/doc_id"]),
    "record of another collection": (put(A, "/collection", "seeds"), [f"D002 {A}#/collection"]),
    "record on another text": (put(A, "/text_sha256", "0" * 64), [f"D003 {A}#/text_sha256"]),
    "stand-off offset after the end": (put(SEED, "/attributions/0/content/0/1", 900), [f"O003 {SEED}#/attributions/0/content/0"]),
    "stand-off half a token": (put(SEED, "/attributions/0/content/0/1", 7), [f"O007 {SEED}#/attributions/0/content/0"]),
    "path as a doc_id": (
        replace(DOCUMENTS, "s02-a,s02", "../../../etc/hostname,s02"),
        [
            "F007 annotations/core/s02-a.json#",
            "F007 raw/core/s02/s02-a.txt#",
            f"K002 {TOKENS}:3#/doc_id",
            f"P003 {SPLITS}:4#/doc_id",
            f"S005 {DOCUMENTS}:4#/doc_id",
        ],
    ),
    "path as a story": (
        replace(DOCUMENTS, "s02-a,s02", "s02-a,.."),
        [
            "F007 annotations/core/s02-a.json#",
            "F007 raw/core/s02/s02-a.txt#",
            f"K002 {TOKENS}:3#/doc_id",
            f"P003 {SPLITS}:4#/doc_id",
            f"S005 {DOCUMENTS}:4#/story_id",
        ],
    ),
    "document twice": (bytes_of(DOCUMENTS, lambda data: data + data.splitlines(True)[1]), [f"D004 {DOCUMENTS}:5#/doc_id"]),
    "n_chars is no number": (replace(DOCUMENTS, f",{END}\n", ",viele\n"), [f"S003 {DOCUMENTS}:2#/n_chars"]),
    "n_chars is wrong": (replace(DOCUMENTS, f",{END}\n", f",{END + 2}\n"), [f"D006 {TEXT}#"]),
    "unknown genre": (bytes_of(DOCUMENTS, lambda data: data.replace(b"regional", b"blog", 1)), [f"S004 {DOCUMENTS}:2#/genre"]),
    "bad date": (bytes_of(DOCUMENTS, lambda data: data.replace(b"2026-03-02", b"2.3.2026", 1)), [f"S005 {DOCUMENTS}:2#/date"]),
    "another header": (
        replace("raw/seeds/documents.csv", "n_chars", "length"),
        [
            f"F007 {SEED}#",
            "F006 raw/seeds/documents.csv:1#",
            "K002 raw/seeds/tokens.jsonl:1#/doc_id",
            "P003 splits/seeds.csv:2#/doc_id",
        ],
    ),
    "ragged row": (replace(LINKS, "s01-b,a1,s01-a", "s01-b,a1"), [f"F006 {LINKS}:2#"]),
    "unclosed quotation mark": (replace(LINKS, "s01-b,a1,s01-a", '"s01-b,a1,s01-a'), [f"F006 {LINKS}:2#"]),
    "table with CRLF": (bytes_of(LINKS, lambda data: data.replace(b"\n", b"\r\n")), [f"F006 {LINKS}:1#"]),
    "table missing": (
        remove("raw/seeds/documents.csv"),
        [
            "F001 raw/seeds/documents.csv#",
            f"F007 {SEED}#",
            "K002 raw/seeds/tokens.jsonl:1#/doc_id",
            "P003 splits/seeds.csv:2#/doc_id",
        ],
    ),
    "no data at all": (
        both(*(lambda root, folder=folder: shutil.rmtree(root / folder) for folder in ("raw", "annotations", "splits"))),
        ["F001 raw#", "F001 raw/VERSION#"],
    ),
    # stories
    "story twice": (bytes_of(STORIES, lambda data: data + b"s01,crime,Noch mal,Wache\n"), [f"D007 {STORIES}:4#/story_id"]),
    "story not listed": (replace(STORIES, "s02,local", "s03,local"), [f"D008 {STORIES}#"]),
    "path as a story id": (bytes_of(STORIES, lambda data: data + b"../x,crime,Etwas,Wache\n"), [f"S005 {STORIES}:4#/story_id"]),
    "unknown topic": (replace(STORIES, "s02,local", "s02,gossip"), [f"S004 {STORIES}:3#/topic"]),
    "nothing happened": (replace(STORIES, "Der Kanal ist frei", ""), [f"S006 {STORIES}:3#/happened"]),
    # tokens
    "tokens missing": (bytes_of(TOKENS, lambda data: b"".join(data.splitlines(True)[1:])), [f"K001 {TOKENS}#"]),
    "tokens twice": (bytes_of(TOKENS, lambda data: data + data.splitlines(True)[0]), [f"K002 {TOKENS}:4#/doc_id"]),
    "tokens of nothing": (replace(TOKENS, '"s02-a"', '"s09-a"'), [f"K001 {TOKENS}#", f"K002 {TOKENS}:3#/doc_id"]),
    "token with a blank": (
        replace(TOKENS, "[[0, 5], [6, 12], [13, 17],", "[[0, 5], [5, 12], [13, 17],"),
        [f"K004 {TOKENS}:3#/tokens/1"],
    ),
    "tokens unsorted": (
        replace(TOKENS, "[[0, 5], [6, 12], [13, 17],", "[[6, 12], [0, 5], [13, 17],"),
        [f"K003 {TOKENS}:3#/tokens/1"],
    ),
    "token as a float": (
        replace(TOKENS, "[[0, 5], [6, 12], [13, 17],", "[[0, 5.0], [6, 12], [13, 17],"),
        [f"S003 {TOKENS}:3#/tokens/0"],
    ),
    "sentences with a hole": (
        bytes_of(TOKENS, lambda data: data.replace(b"[[0, 3], [3,", b"[[0, 3], [4,", 1)),
        [f"K005 {TOKENS}:1#/sentences/1"],
    ),
    "sentence missing": (
        bytes_of(TOKENS, lambda data: re.sub(rb"\[\[0, 3\], [^\]]*\]\]", b"[[0, 3]]", data, count=1)),
        [f"K005 {TOKENS}:1#/sentences"],
    ),
    "tokens are no JSON": (bytes_of(TOKENS, lambda data: data + b"{\n"), [f"F005 {TOKENS}:4#"]),
    "tokens as a list": (bytes_of(TOKENS, lambda data: data + b"[]\n"), [f"S003 {TOKENS}:4#"]),
    # splits
    "story in no split": (
        write(SPLITS, "doc_id,story_id,split\ns02-a,s02,test\n"),
        [f"P001 {SPLITS}#", f"P001 {SPLITS}#"],
    ),
    "document in a split twice": (bytes_of(SPLITS, lambda data: data + b"s02-a,s02,test\n"), [f"P002 {SPLITS}:5#/doc_id"]),
    "unknown document in a split": (bytes_of(SPLITS, lambda data: data + b"s09-a,s09,test\n"), [f"P003 {SPLITS}:5#/doc_id"]),
    "another story in a split": (replace(SPLITS, "s02-a,s02", "s02-a,s01"), [f"P004 {SPLITS}:4#/story_id"]),
    "unknown split": (replace(SPLITS, "s02,test", "s02,dev"), [f"P005 {SPLITS}:4#/split"]),
    "story in two splits": (replace(SPLITS, "s01-b,s01,train", "s01-b,s01,test"), [f"P006 {SPLITS}:3#/split"]),
    "near-duplicate across splits": (near_copy, ["P007 raw/core/s02/s02-a.txt#"]),
    # provenance
    "link from nowhere": (replace(LINKS, "s01-b,a1", "s09-b,a1"), [f"L001 {LINKS}:2#/from_doc"]),
    "link to nowhere": (replace(LINKS, "a1,s01-a", "a1,../s01-a"), [f"L001 {LINKS}:2#/to_doc"]),
    "link of no attribution": (replace(LINKS, "a1,", "a9,"), [f"L002 {LINKS}:2#/attribution"]),
    "link to another story": (replace(LINKS, "a1,s01-a", "a1,s02-a"), [f"L003 {LINKS}:2#/to_doc"]),
    "link to itself": (replace(LINKS, "a1,s01-a", "a1,s01-b"), [f"L004 {LINKS}:2#/to_doc"]),
    "link twice": (bytes_of(LINKS, lambda data: data + b"s01-b,a1,s01-a\n"), [f"L005 {LINKS}:3#"]),
}

MANIFEST_CASES: dict[str, tuple[Damage, list[str]]] = {
    "manifest missing": (remove(MANIFEST), [f"F001 {MANIFEST}#"]),
    "manifest is a folder": (folder_for(MANIFEST), [f"F002 {MANIFEST}#"]),
    "file changed": (write("raw/VERSION", "0.0.2\n"), ["M003 raw/VERSION#"]),
    "file removed": (remove(PASS), [f"M002 {MANIFEST}:1#"]),
    "file not listed": (write("annotations/core/notes.md", "Notiz\n"), ["M004 annotations/core/notes.md#"]),
    "file listed twice": (bytes_of(MANIFEST, lambda data: data + data.splitlines(True)[0]), [f"M005 {MANIFEST}:21#"]),
    "line that is none": (bytes_of(MANIFEST, lambda data: b"# files\n" + data), [f"M001 {MANIFEST}:1#"]),
    "path out of the data": (bytes_of(MANIFEST, lambda data: data + b"0" * 64 + b"  ../x\n"), [f"M002 {MANIFEST}:21#"]),
}


def found(root: Path, engine: Engine) -> list[str]:
    return sorted(f"{problem.code} {problem.file}#{problem.pointer}" for problem in validate(root, engine=engine))


@pytest.fixture(params=["jsonschema-rs", "jsonschema"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Both engines name the same places, so both are held to the same expectations."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def root(healthy: Path, tmp_path: Path) -> Path:
    shutil.copytree(healthy, tmp_path / "root")
    return tmp_path / "root"


def test_undamaged(healthy: Path, engine: Engine) -> None:
    assert [str(problem) for problem in validate(healthy, engine=engine)] == []


@pytest.mark.parametrize(("damage", "expected"), [pytest.param(*case, id=name) for name, case in CASES.items()])
def test_damage(root: Path, engine: Engine, damage: Damage, expected: list[str]) -> None:
    damage(root)
    list_files(root)
    assert found(root, engine) == sorted(expected)


@pytest.mark.parametrize(("damage", "expected"), [pytest.param(*case, id=name) for name, case in MANIFEST_CASES.items()])
def test_damaged_manifest(root: Path, damage: Damage, expected: list[str]) -> None:
    damage(root)
    assert found(root, "jsonschema-rs") == sorted(expected)


def test_utf16_offsets(root: Path, engine: Engine) -> None:
    """Offsets counted in UTF-16 units drift by one for each of the two bicycles: nothing but what hits a blank is right."""
    utf16_offsets(root)
    list_files(root)
    problems = found(root, engine)
    assert {problem[: problem.index("#")] for problem in problems} == {f"O005 {A}", f"O007 {A}"}
    assert len({problem.partition("#")[2] for problem in problems}) >= 12


def test_annotations_swapped(root: Path, engine: Engine) -> None:
    swap(A, B)(root)
    list_files(root)
    problems = found(root, engine)
    for file in (A, B):
        assert {f"D001 {file}#/doc_id", f"D003 {file}#/text_sha256"} <= set(problems)
    assert f"O003 {B}#/zones/1" in problems


def test_every_problem_reads_as_a_line(root: Path) -> None:
    """What was found and what was expected are short and printable, whatever the file holds."""
    for number, damage in enumerate((CASES["lone surrogate"][0], CASES["deep nesting"][0], CASES["huge offset"][0])):
        damage(root)
        list_files(root)
        for problem in validate(root):
            line = str(problem)
            assert line.isprintable() and len(line) < 900, number
            assert line.encode("utf-8")


def test_collections_confine_the_check(root: Path) -> None:
    put(A, f"{CUE}/0", [5, 4])(root)
    assert validate(root, collections=["seeds"]) == []
    assert [problem.code for problem in validate(root, collections=["core"])] == ["O001"]
    assert [problem.code for problem in validate(root, collections=["cor"])] == ["F001"] * 3


@pytest.mark.parametrize(
    "junk", [b"", b"\x00", b"\xff\xfe", b"{}", b"[]", b"null", b"[[[[", b'{"doc_id": {}}', b"a,b\n1\n", b'"', b"1e999"]
)
def test_junk_in_every_file(root: Path, junk: bytes) -> None:
    """Whatever a file holds, it is reported and nothing raises."""
    for path in sorted(path for path in root.rglob("*") if path.is_file() and "schema" not in path.parts):
        kept = path.read_bytes()
        path.write_bytes(junk)
        assert validate(root), path
        path.write_bytes(kept)


@pytest.mark.parametrize(
    "value", [None, 0, 1.5, True, "x", [], {}, [[]], [{}], [[1, 2]], {"id": []}, "\ud800", [[[10**40, "x"]]]], ids=repr
)
def test_junk_at_every_place(root: Path, value: object) -> None:
    """Whatever stands at whatever place of a record, nothing raises, and both engines name the same places."""

    def places(record: Any, way: tuple[Any, ...] = ()) -> Any:
        yield way
        for key in record if isinstance(record, dict) else range(len(record)) if isinstance(record, list) else ():
            yield from places(record[key], (*way, key))

    record = records()["s01-b"]
    for layer in ("attributions", "sources"):
        del record[layer][1:]
    for way in places(record):
        broken = copy.deepcopy([record])
        target: Any = broken
        for step in (0, *way)[:-1]:
            target = target[step]
        target[(0, *way)[-1]] = value
        fast, reference = (check_record(broken[0], file="x", text=TEXTS["s01-b"], engine=engine) for engine in get_args(Engine))
        assert fast == reference, way
