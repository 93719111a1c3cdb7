"""The data that are shipped: what they hold, that nothing of them is lost on the way, and that they can be made again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from attrib_bench.build import all_problems, build, read_stops, wrong_splits
from attrib_bench.corpus import Collection, collection_names, data_files, load_collection, load_pass
from attrib_bench.document import Form
from attrib_bench.files import data_root
from attrib_bench.records import annotate, record_of
from attrib_bench.sheet import parse, render
from attrib_bench.tokens import tokenize

TEXTS = {"core": None, "seeds": "seeds", "wikinews": "corpora"}
"""The fixture that has the texts of each collection."""


@pytest.fixture(scope="module", params=TEXTS)
def collection(request: pytest.FixtureRequest) -> Collection:
    where = TEXTS[request.param]
    texts = request.getfixturevalue(where) / ("gqa" if where == "corpora" else "") if where else None
    return load_collection(request.param, texts=texts)


def test_every_collection_is_tested() -> None:
    assert set(TEXTS) == set(collection_names())


def test_nothing_is_wrong_with_the_data() -> None:
    assert list(map(str, all_problems(data_root()))) == []
    assert wrong_splits(data_root()) == []


def test_every_annotation_survives_json_and_sheet(collection: Collection) -> None:
    for document in collection.documents:
        assert annotate(document, json.loads(json.dumps(record_of(document)))) == document
        sheet = render(document)
        assert parse(sheet, document) == document
        assert render(parse(sheet, document)) == sheet


def test_tokens_are_those_of_the_text(collection: Collection) -> None:
    stops = read_stops(data_root(), collection.name)
    for document in collection.documents:
        found = tokenize(document.require_text(), stops=stops.get(document.id, frozenset()))
        assert found == (document.tokens, document.sentences)


def test_the_first_pass_covers_every_document_and_the_second_all_that_is_scored_on() -> None:
    for name in collection_names():
        collection = load_collection(name)
        ids = [document.id for document in collection.documents]
        assert [document.id for document in load_pass(name, "a").documents] == ids
        if name == "wikinews":
            continue  # it has human labels beside the first pass
        second = [document.id for document in load_pass(name, "b").documents]
        scored_on = {document.id for split in ("validation", "test") for document in collection.split(split)}
        assert scored_on <= set(second) <= set(ids)
        assert len(second) - len(scored_on) >= len(collection.split("train")) / 4


def test_no_text_of_the_seeds_is_shipped(seeds: Path) -> None:
    """No run of eight words of the two articles stands in any file of the repository's data."""
    for path in seeds.glob("*.txt"):
        words = path.read_text(encoding="utf-8").split()
        runs = {" ".join(words[i : i + 8]) for i in range(len(words) - 7)}
        for name in data_files(data_root()):
            if "seeds" in name:
                shipped = " ".join((data_root() / name).read_text(encoding="utf-8").split())
                assert [run for run in runs if run in shipped] == []


def test_the_derived_files_are_what_building_gives(tmp_path: Path, seeds: Path, corpora: Path) -> None:
    root = tmp_path / "root"
    for name in ("raw", "annotations", "splits", "schema"):
        shutil.copytree(data_root() / name, root / name)
    shutil.copy(data_root() / "MANIFEST.sha256", root)
    for texts in (seeds, corpora / "gqa"):
        build(root, texts=texts)
    assert data_files(root) == data_files(data_root())
    changed = [name for name in data_files(root) if (root / name).read_bytes() != (data_root() / name).read_bytes()]
    assert changed == []
    assert (root / "MANIFEST.sha256").read_bytes() == (data_root() / "MANIFEST.sha256").read_bytes()


def test_provenance_links_stay_within_a_story_and_agree_with_what_sources_say() -> None:
    core = load_collection()
    for document in core.documents:
        linked = {(link.attribution, link.to_doc) for link in document.provenance}
        for attribution in document.attributions:
            for ref in attribution.source_refs:
                to_doc = document.source_by_id[ref].doc_ref
                if to_doc is not None and attribution.form is not Form.NO_COMMENT:  # a house that declines relays nothing
                    assert (attribution.id, to_doc) in linked, f"{document.id}: {attribution.id}"
        for _, to_doc in linked:
            assert core.document_by_id[to_doc].metadata.story_id == document.metadata.story_id
