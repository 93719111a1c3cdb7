"""The Hugging Face export: what the rows say, what the card says, and that `datasets` reads both back."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import datasets
import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import attrib_bench
from attrib_bench.cli import main
from attrib_bench.corpus import load_collection, write_manifest
from attrib_bench.document import (
    Attribution,
    DataError,
    Document,
    Form,
    Fragment,
    HedgeType,
    Identification,
    Kind,
    Reason,
    Sector,
    Span,
    Status,
    ZoneKind,
)
from attrib_bench.files import data_root
from attrib_bench.formats.huggingface import CONFIGS, LABELS, bio_tags, check_export, export, load_dataset, load_frame
from attrib_bench.splits import SPLITS
from attrib_bench.tokens import token_ids

N_ROWS = {
    "documents": {"train": 2, "validation": 0, "test": 1},
    "attributions": {"train": 7, "validation": 0, "test": 2},
    "sources": {"train": 7, "validation": 0, "test": 2},
    "hedges": {"train": 2, "validation": 0, "test": 1},
    "tokens": {"train": 10, "validation": 0, "test": 5},
}
"""Of the root `small_root`, counted in tests/conftest.py."""

PARQUET = [f"{config}/{split}.parquet" for config in N_ROWS for split in SPLITS]


@pytest.fixture
def exported(small_root: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    export(folder, root=small_root)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def front_matter(folder: Path) -> dict[str, object]:
    card = yaml.safe_load((folder / "README.md").read_text(encoding="utf-8").split("---\n")[1])
    assert isinstance(card, dict)
    return card


def labels(feature: object) -> list[list[str]]:
    """The names of every ClassLabel in a feature, in the order of its columns."""
    if isinstance(feature, datasets.ClassLabel):
        return [feature.names]
    if isinstance(feature, dict):
        return [names for inner in feature.values() for names in labels(inner)]
    inner = feature[0] if isinstance(feature, list) else getattr(feature, "feature", None)  # datasets 3 and datasets 4 write lists
    return labels(inner) if inner is not None else []


def change_a_hedge(root: Path) -> None:
    path = root / "annotations" / "core" / "s001-a.json"
    path.write_text(path.read_text(encoding="utf-8").replace("approximator", "reportive"), encoding="utf-8")
    write_manifest(root)


# What lies in the folder, and what reads it.


def test_every_config_and_split_is_a_file(small_root: Path, tmp_path: Path) -> None:
    sizes = export(tmp_path / "export", root=small_root)
    assert [(size.config, size.split, size.n_rows) for size in sizes] == [
        (config, split, n) for config, splits in N_ROWS.items() for split, n in splits.items()
    ]
    assert sorted(files(tmp_path / "export")) == sorted(["README.md", *PARQUET])
    for path in PARQUET:
        table = pq.read_table(tmp_path / "export" / path)
        config, split = path.removesuffix(".parquet").split("/")
        assert table.num_rows == N_ROWS[config][split]
        assert datasets.Features.from_arrow_schema(table.schema) == load_dataset(config, split, root=small_root).features


@pytest.mark.parametrize("config", CONFIGS)
def test_loading_gives_what_load_dataset_gives(config: str, small_root: Path, exported: Path, tmp_path: Path) -> None:
    found = datasets.load_dataset(str(exported), config, cache_dir=str(tmp_path / "cache"))
    expected = load_dataset(config, root=small_root)
    assert {split: len(rows) for split, rows in expected.items()} == N_ROWS[config]
    assert list(found) == ["train", "test"]  # datasets cannot load a split without rows
    for split, rows in found.items():
        assert rows.features == expected[split].features
        assert rows.to_list() == expected[split].to_list()


def test_default_config_is_documents(exported: Path, tmp_path: Path) -> None:
    found = datasets.load_dataset(str(exported), split="test", cache_dir=str(tmp_path / "cache"))
    assert found["doc_id"][:] == ["s003-a"]


def test_label_order_is_the_same_in_enum_card_and_parquet(exported: Path, tmp_path: Path) -> None:
    def of_card(columns: list[dict[str, object]]) -> list[list[str]]:
        found = []
        stack: list[object] = list(reversed(columns))
        while stack:
            node = stack.pop()
            if isinstance(node, list):
                stack.extend(reversed(node))
            elif isinstance(node, dict) and "names" in node:
                assert list(node["names"]) == [str(i) for i in range(len(node["names"]))]
                found.append(list(node["names"].values()))
            elif isinstance(node, dict):
                stack.extend(reversed(node.values()))
        return found

    def values(*enums: type) -> list[list[str]]:
        return [[label.value for label in enum] for enum in enums]

    source = values(Kind, Sector, Identification)
    justification = [["anonymity", "access"]]
    expected = {
        "documents": [
            *values(ZoneKind),
            *source,
            *justification,
            *values(Form, Status),
            *values(HedgeType),
            *values(Reason),
        ],
        "attributions": [*values(Form, Status), *source],
        "sources": [*source, *justification],
        "hedges": values(HedgeType),
        "tokens": [["O", f"B-{label}", f"I-{label}"] for label in ("source", "cue", "content", "addressee", "hedge")],
    }
    infos = front_matter(exported)["dataset_info"]
    assert isinstance(infos, list)
    for info in infos:
        config = info["config_name"]
        assert of_card(info["features"]) == expected[config]
        for split in SPLITS:
            schema = pq.read_schema(exported / config / f"{split}.parquet")
            assert labels(dict(datasets.Features.from_arrow_schema(schema))) == expected[config]


def test_nothing_goes_to_the_network_or_the_cache(small_root: Path, tmp_path: Path) -> None:
    program = (
        "import socket, sys; from pathlib import Path\n"
        "def refuse(*_): raise OSError('the network is not to be used')\n"
        "socket.socket.connect = refuse\n"
        "import attrib_bench; from attrib_bench.formats import huggingface\n"
        "root, folder = map(Path, sys.argv[1:])\n"
        "attrib_bench.load_frame('hedges', root=root); assert 'datasets' not in sys.modules\n"
        "for config in huggingface.CONFIGS: attrib_bench.load_dataset(config, root=root)\n"
        "huggingface.export(folder, root=root)\n"
    )
    home = tmp_path / "home"
    command = [sys.executable, "-c", program, str(small_root), str(tmp_path / "export")]
    subprocess.run(command, env={**os.environ, "HF_HOME": str(home)}, check=True, cwd=tmp_path)
    assert not home.exists() or files(home) == {}


# The card.


def test_card(small_root: Path, exported: Path) -> None:
    card = front_matter(exported)
    assert card["license"] == "cc-by-4.0"
    assert card["language"] == ["de"]
    assert card["size_categories"] == ["n<1K"]
    configs, infos = card["configs"], card["dataset_info"]
    assert isinstance(configs, list) and isinstance(infos, list)
    assert [(c["config_name"], c.get("default", False)) for c in configs] == [(name, name == "documents") for name in N_ROWS]
    for info in infos:
        with_rows = {split: n for split, n in N_ROWS[info["config_name"]].items() if n}
        assert {split["name"]: split["num_examples"] for split in info["splits"]} == with_rows
        assert info["dataset_size"] == sum(split["num_bytes"] for split in info["splits"])
    text = (exported / "README.md").read_text(encoding="utf-8")
    assert "| `attributions` | an attribution: who says what, in which words | 7 | 0 | 2 |" in text
    assert "| attributions | form | `indirect` | 4 | 0 | 0 |" in text
    assert "| hedges | type | `inferential` | 0 | 0 | 1 |" in text
    assert "| rejected triggers | reason | `plan` | 1 | 0 | 0 |" in text
    assert load_collection(root=small_root).version in text


def test_two_exports_are_the_same_bytes(small_root: Path, exported: Path, tmp_path: Path) -> None:
    export(tmp_path / "again", root=small_root)
    assert files(tmp_path / "again") == files(exported)


def test_changed_data_are_not_answered_from_a_stale_cache(small_root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    program = "import datasets, sys; print(datasets.load_dataset(sys.argv[1], 'hedges', split='train')['type'][0])"
    environment = {**os.environ, "HF_HOME": str(tmp_path / "home"), "HF_DATASETS_OFFLINE": "1"}
    environment.pop("HF_DATASETS_CACHE", None)

    def first_hedge() -> str:
        command = [sys.executable, "-c", program, str(folder)]
        done = subprocess.run(command, env=environment, check=True, capture_output=True, encoding="utf-8")
        return list(HedgeType)[int(done.stdout)]

    export(folder, root=small_root)
    assert first_hedge() == "approximator"
    change_a_hedge(small_root)
    export(folder, root=small_root)
    assert first_hedge() == "reportive"


# The rows, by hand from tests/conftest.py.


def row(root: Path, config: str, doc_id: str, **wanted: object) -> dict[str, object]:
    frame = load_frame(config, root=root)
    found = [r for r in frame.to_dict("records") if r["doc_id"] == doc_id and all(r[k] == v for k, v in wanted.items())]
    assert len(found) == 1
    return {str(key): value for key, value in found[0].items()}


def test_attribution_row(small_root: Path) -> None:
    found = row(small_root, "attributions", "s001-a", id="a1")
    # "⛴️ 𝔽ähre fällt aus" is 18 code points (the ship has two), then two line feeds.
    assert found["source"] == [{"start": 20, "end": 42}]
    assert found["cue"] == [{"start": 43, "end": 49}, {"start": 60, "end": 63}]
    assert (found["source_text"], found["cue_text"]) == ("Die Reederei Nordhagen", "teilte … mit")
    assert found["addressee"] == [] and pd.isna(found["addressee_text"])
    assert (found["form"], found["status"], found["depth"]) == ("indirect", "actual", 1)
    assert (found["source_refs"], found["source_names"]) == (["e1"], ["Reederei Nordhagen"])
    assert (found["kind"], found["sector"], found["identification"]) == ("institution", "business", "named")
    assert found["context_text"] == "Die Reederei Nordhagen teilte am Montag mit, dass die Fähre bis Mai ausfällt."
    assert found["split"] == "train"


def test_chained_attribution_row(small_root: Path) -> None:
    found = row(small_root, "attributions", "s001-b", id="a2")
    assert (found["parent"], found["depth"]) == ("a1", 2)


def test_continued_attribution_row(small_root: Path) -> None:
    found = row(small_root, "attributions", "s003-a", id="a2")
    assert found["source"] == [] and pd.isna(found["source_text"])
    assert (found["continues"], found["source_names"], found["kind"]) == ("a1", ["Jule Brand", "Ole Timm"], "person")


def test_attribution_without_source_has_no_kind(small_root: Path) -> None:
    path = small_root / "annotations" / "core" / "s003-a.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["attributions"][1]["source_refs"] = []
    path.write_text(json.dumps(record), encoding="utf-8")
    assert load_dataset("attributions", "test", root=small_root)["kind"][:] == [0, None]


def test_source_row(small_root: Path) -> None:
    found = row(small_root, "sources", "s001-a", id="e3")
    assert (found["self"], found["attributions"], found["mention_texts"]) == (True, [], ["Küstenpost"])
    found = row(small_root, "sources", "s001-b", id="e3")
    assert [j["type"] for j in found["justifications"]] == ["anonymity"]
    assert (found["attributions"], found["mention_texts"]) == (["a3"], ["Zwei Mitarbeiter"])


@pytest.mark.parametrize(
    ("doc_id", "text", "holder"),
    [
        pytest.param("s001-a", "rund", "a3", id="in the only content"),
        pytest.param("s001-b", "vermutlich", "a2", id="in the inner of two contents"),
        pytest.param("s003-a", "offenbar", None, id="the article's own"),
    ],
)
def test_hedge_row(doc_id: str, text: str, holder: str | None, small_root: Path) -> None:
    found = row(small_root, "hedges", doc_id)
    assert found["text"] == text
    assert pd.isna(found["holder"]) if holder is None else found["holder"] == holder


def test_document_row(small_root: Path) -> None:
    found = row(small_root, "documents", "s001-b")
    assert found["provenance"] == [{"attribution": "a1", "to_doc": "s001-a"}]
    assert found["sources"][0]["doc_ref"] == "s001-a"
    assert [zone["kind"] for zone in found["zones"]] == ["title"]
    assert len(found["sentences"]) == 4


# The tags. One letter of the text is one token.


def tagged(label: str, *spans: tuple[Fragment, ...]) -> Document:
    text = "abcdefgh"
    attributions = tuple(
        replace(Attribution(id=f"a{i}", form=Form.REPORTED), **{label: Span(fragments)}) for i, fragments in enumerate(spans)
    )
    tokens = tuple((i, i + 1) for i in range(len(text)))
    return Document(id="d", collection="core", text=text, attributions=attributions, tokens=tokens, sentences=((0, 5), (5, 8)))


def short(tags: list[str]) -> str:
    return "".join(tag[0] for tag in tags)


@pytest.mark.parametrize(
    ("spans", "tags"),
    [
        pytest.param([], "OOOOOOOO", id="none"),
        pytest.param([((1, 4),)], "OBIIOOOO", id="one"),
        pytest.param([((1, 3),), ((3, 5),)], "OBIBIOOO", id="neighbours"),
        pytest.param([((1, 6),), ((2, 4),)], "OBIIIIOO", id="nested: the outermost"),
        pytest.param([((2, 4),), ((1, 6),)], "OBIIIIOO", id="nested, the inner one first"),
        pytest.param([((0, 3),), ((2, 8),)], "BIBIIIII", id="crossing: the larger whole, what is left of the other"),
        pytest.param([((0, 3),), ((2, 5),)], "BIIBIOOO", id="crossing, equally large: the first whole"),
        pytest.param([((0, 2), (4, 6))], "BIOOBIOO", id="a gap"),
        pytest.param([((0, 2), (4, 7)), ((2, 4),)], "BIBIBIIO", id="another span in the gap"),
        pytest.param([((0, 8),), ((2, 3),), ((5, 6),)], "BIIIIIII", id="two in one"),
        pytest.param([((1, 3),), ((1, 3),)], "OBIOOOOO", id="the same twice"),
    ],
)
def test_bio_tags(spans: list[tuple[Fragment, ...]], tags: str) -> None:
    document = tagged("cue", *spans)
    assert short(bio_tags(document, "cue")) == tags
    assert set(bio_tags(document, "source")) == {"O"}


def test_the_smaller_span_is_cut_in_two_by_a_larger_one() -> None:
    assert short(bio_tags(tagged("cue", ((2, 5),), ((0, 1), (3, 4), (6, 8))), "cue")) == "BOBBBOBI"


spans_of_letters = st.lists(st.tuples(st.integers(0, 7), st.integers(1, 3)), min_size=1, max_size=3).map(
    lambda parts: Span.of(*((start, min(start + length, 8)) for start, length in parts))
)


@given(st.lists(spans_of_letters, max_size=5), st.randoms(use_true_random=False))
def test_a_token_is_outside_exactly_where_no_span_covers_it(spans: list[Span], random: object) -> None:
    document = tagged("content", *(span.fragments for span in spans))
    tags = bio_tags(document, "content")
    covered = {token for span in spans for token in token_ids(document, span)}
    assert {i for i, tag in enumerate(tags) if tag != "O"} == covered
    assert all(before != "O" for before, tag in zip(["O", *tags], tags, strict=False) if tag.startswith("I"))
    shuffled = sorted(spans, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert bio_tags(tagged("content", *(span.fragments for span in shuffled)), "content") == tags


def test_a_chunk_begins_anew_in_the_next_sentence() -> None:
    rows = list(CONFIGS["tokens"].rows(tagged("cue", ((3, 7),))))
    assert [short(row["cue_tags"]) for row in rows] == ["OOOBI", "BIO"]
    assert [row["tokens"] for row in rows] == [list("abcde"), list("fgh")]


def test_token_rows_give_the_tokens_back(small_root: Path) -> None:
    for document in load_collection(root=small_root).documents:
        rows = [row for row in load_frame("tokens", root=small_root).to_dict("records") if row["doc_id"] == document.id]
        assert [(at["start"], at["end"]) for row in rows for at in row["offsets"]] == list(document.tokens)
        assert [row["sentence"] for row in rows] == list(range(len(document.sentences)))
        for row in rows:
            assert {len(row["tokens"])} == {len(row[f"{label}_tags"]) for label in LABELS}


# Frames.


def test_frame_of_every_config(small_root: Path) -> None:
    for config, sizes in N_ROWS.items():
        frame = load_frame(config, root=small_root)
        assert frame["split"].value_counts().to_dict() == {split: n for split, n in sizes.items() if n}
        empty = load_frame(config, split="validation", root=small_root)
        assert empty.empty and list(empty.columns) == list(frame.columns) == [*CONFIGS[config].columns, "split"]


def test_functions_of_the_package(small_root: Path) -> None:
    assert attrib_bench.load_dataset("hedges", "test", root=small_root).to_list() == (
        load_dataset("hedges", "test", root=small_root).to_list()
    )
    assert attrib_bench.load_frame("hedges", split="test", root=small_root).equals(
        load_frame("hedges", split="test", root=small_root)
    )
    assert attrib_bench.load_collection(root=small_root) == load_collection(root=small_root)
    assert len(load_dataset("documents", "all", root=small_root)) == 3


# What is refused.


@pytest.mark.parametrize(
    ("call", "message"),
    [
        pytest.param(
            lambda root: load_dataset("quotes", root=root), "found the config 'quotes', expected one of documents, ", id="c"
        ),
        pytest.param(lambda root: load_frame("quotes", root=root), "found the config 'quotes'", id="config of a frame"),
        pytest.param(
            lambda root: load_dataset("hedges", "dev", root=root), "found the split 'dev', expected one of train", id="split"
        ),
        pytest.param(lambda root: load_frame("hedges", split="dev", root=root), "found the split 'dev'", id="split of a frame"),
        pytest.param(lambda root: load_dataset(collection="kern", root=root), "found the collection 'kern'", id="collection"),
    ],
)
def test_unknown_names(call: Callable[[Path], object], message: str, small_root: Path) -> None:
    with pytest.raises(DataError, match=message):
        call(small_root)


def stand_off(root: Path, texts: Path) -> None:
    """Make a collection `borrowed` of `core`, whose texts move to a folder of their own."""
    for folder in ("raw", "annotations"):
        shutil.copytree(root / folder / "core", root / folder / "borrowed")
    shutil.copy(root / "splits" / "core.csv", root / "splits" / "borrowed.csv")
    texts.mkdir()
    for i, path in enumerate(sorted((root / "raw" / "borrowed").rglob("*.txt"))):
        path.rename(texts / f"{i}.html")
    for path in (root / "annotations" / "borrowed").glob("*.json"):
        path.write_text(path.read_text(encoding="utf-8").replace('"core"', '"borrowed"'), encoding="utf-8")
    write_manifest(root)


def test_stand_off_collection(small_root: Path, tmp_path: Path) -> None:
    stand_off(small_root, tmp_path / "texts")
    with pytest.raises(DataError, match="collection 'borrowed': 3 of 3 texts are not shipped; name the folder"):
        export(tmp_path / "export", collections=("borrowed",), root=small_root)
    assert not (tmp_path / "export").exists()
    both = ("core", "borrowed")
    sizes = export(tmp_path / "export", collections=both, root=small_root, texts=tmp_path / "texts")
    assert [size.n_rows for size in sizes] == [2 * n for splits in N_ROWS.values() for n in splits.values()]
    assert front_matter(tmp_path / "export")["license"] == "other"
    assert "texts of `borrowed`, which belong to their publishers" in (tmp_path / "export" / "README.md").read_text(
        encoding="utf-8"
    )
    assert check_export(tmp_path / "export", root=small_root, texts=tmp_path / "texts") == sizes


@pytest.mark.parametrize(
    ("path", "message"),
    [
        pytest.param("notes.txt", "holds files that no export made", id="a foreign folder"),
        pytest.param("README.md", "holds files that no export made", id="a foreign readme"),
    ],
)
def test_foreign_folder_is_left_alone(path: str, message: str, small_root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / path).write_text("# Notizen\n", encoding="utf-8")
    before = files(folder)
    with pytest.raises(DataError, match=message):
        export(folder, root=small_root)
    assert files(folder) == before


def test_export_replaces_an_export_but_nothing_beside_it(small_root: Path, exported: Path) -> None:
    (exported / ".git").mkdir()
    (exported / ".git" / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"besides an earlier export holds '.git/HEAD', which would be lost; move it first"):
        export(exported, root=small_root)
    shutil.rmtree(exported / ".git")
    before = files(exported)
    change_a_hedge(small_root)
    export(exported, root=small_root)
    assert files(exported).keys() == before.keys() and files(exported) != before
    assert sorted(path.name for path in exported.parent.iterdir()) == ["export", "root"]  # nothing temporary is left


def test_empty_folder_and_missing_parents(small_root: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "empty", tmp_path / "new" / "deep"):
        export(folder, root=small_root)
        assert (folder / "README.md").is_file()


def test_failure_leaves_the_earlier_export(small_root: Path, exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files(exported)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pyarrow.parquet.write_table", full)
    with pytest.raises(DataError, match=r"cannot be written: .*No space left"):
        export(exported, root=small_root)
    assert files(exported) == before
    assert sorted(path.name for path in exported.parent.iterdir()) == ["export", "root"]


def test_a_file_is_no_folder(small_root: Path, tmp_path: Path) -> None:
    (tmp_path / "export").write_text("", encoding="utf-8")
    with pytest.raises(DataError, match="is a file, expected a folder"):
        export(tmp_path / "export", root=small_root)


# Reading back.


def test_check_export_finds_changed_data(small_root: Path, exported: Path) -> None:
    change_a_hedge(small_root)
    with pytest.raises(DataError, match=r"exported from core@0.0.1\+\w{8}, the data are now core@0.0.1\+\w{8}; export them again"):
        check_export(exported, root=small_root)


def test_check_export_finds_damage(small_root: Path, exported: Path) -> None:
    table = pq.read_table(exported / "hedges" / "train.parquet")
    pq.write_table(table.take([1, 0]), exported / "hedges" / "train.parquet")
    card = exported / "README.md"
    counts = "| hedges | type | `inferential` | 0 | 0 | 1 |"
    card.write_text(card.read_text(encoding="utf-8").replace(counts, counts.replace("1", "3")), encoding="utf-8")
    with pytest.raises(DataError, match=r"hedges/train: other rows or features than the data give; README\.md: other counts"):
        check_export(exported, root=small_root)


@pytest.mark.parametrize(
    ("card", "message"),
    [
        pytest.param("# Notizen\n", "is not the card of an export", id="no card"),
        pytest.param("---\na: [\n---\n<!-- exported by attrib-bench from core@1+0 -->\n", "its YAML is not that", id="damaged"),
        pytest.param("<!-- exported by attrib-bench from core@1+0 -->\n", "its YAML is not that of an export", id="no YAML"),
    ],
)
def test_check_export_refuses_other_cards(card: str, message: str, small_root: Path, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(card, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        check_export(tmp_path, root=small_root)


def test_verb(small_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(tmp_path / "export"), "--root", str(small_root)]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [[config, split, str(n)] for config, splits in N_ROWS.items() for split, n in splits.items()]
    assert main(["export", str(small_root), "--root", str(small_root)]) == 1
    assert "holds files that no export made" in capsys.readouterr().err


def test_shipped_data_can_be_exported_and_read_back(tmp_path: Path) -> None:
    export(tmp_path / "core")
    sizes = {(size.config, size.split): size.n_rows for size in check_export(tmp_path / "core")}
    collection = load_collection()
    assert sizes["documents", "train"] == len(collection.split("train"))
    assert sum(sizes["attributions", split] for split in SPLITS) == sum(len(d.attributions) for d in collection.documents)
    assert (data_root() / "splits" / "core.csv").read_text(encoding="utf-8").count("\n") - 1 == len(collection.documents)
