"""Texts of any number and size: each gives one line, also where a run is killed again and again."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from attrib_bench.baselines import make_system
from attrib_bench.cli import main
from attrib_bench.document import DataError
from attrib_bench.formats import jsonlines
from attrib_bench.tag import Tagged, tag

SENTENCES = (
    "Die Reederei teilte am Abend mit, dass die Fähre ausfällt.",
    "„Wir öffnen am Montag wieder 😀“, sagte die Museumsleiterin.",
    "Laut Polizei stand die Tür offen.",
    "Der Chor fährt im Mai wohl nach Nordhagen.",
)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    make_system("lexicon").save(tmp_path / "model")
    return tmp_path / "model"


def _texts(path: Path, n: int, n_sentences: int = 1) -> Path:
    generator = random.Random(3)
    texts = ("\n".join(generator.choices(SENTENCES, k=n_sentences)) + "\n" for _ in range(n))
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    return path


def test_texts_become_documents_with_labels(tmp_path: Path, model: Path) -> None:
    (tmp_path / "a.txt").write_text(SENTENCES[0] + "\n")
    (tmp_path / "b.jsonl").write_text(
        json.dumps({"doc_id": "Nr. 7", "text": SENTENCES[1]}) + "\n" + json.dumps({"text": SENTENCES[2]})
    )
    pd.DataFrame({"text": [SENTENCES[3]], "page": [1]}).to_parquet(tmp_path / "c.parquet")
    out = tmp_path / "out" / "labels.jsonl"
    inputs = [tmp_path / name for name in ("a.txt", "b.jsonl", "c.parquet")]
    done = tag(inputs, model, out)
    assert (done.n_texts, done.n_broken, done.n_earlier) == (4, 0, 0)
    documents = list(jsonlines.FORMAT.read(out))
    assert [document.id for document in documents] == ["a", "Nr. 7", "b-2", "c-1"]
    assert [document.text for document in documents] == [SENTENCES[0] + "\n", *SENTENCES[1:]]
    cues = [[a.cue.surface(d.require_text()) for a in d.attributions if a.cue] for d in documents]
    assert cues == [["teilte … mit"], ["sagte"], ["Laut"], []]
    assert [hedge.span.surface(SENTENCES[3]) for hedge in documents[3].hedges] == ["wohl"]
    assert done.n_tokens == sum(len(document.tokens) for document in documents)
    assert sorted(path.name for path in out.parent.iterdir()) == ["labels.jsonl"]


def test_parquet_out(tmp_path: Path, model: Path) -> None:
    import datasets

    out = tmp_path / "labels.parquet"
    tag([_texts(tmp_path / "in.jsonl", 5)], model, out)
    rows = datasets.Dataset.from_parquet(str(out), cache_dir=str(tmp_path / "cache"))
    assert rows["doc_id"] == [f"in-{n}" for n in range(1, 6)]
    assert rows.features["attributions"].feature["form"].names[0] == "direct"


def test_broken_texts_are_told_and_the_others_labelled(tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(b'{"text": "Laut Polizei brannte es."}\n{"text": 7}\n{broken\n\xff\n{"text": "Ende."}\n')
    out = tmp_path / "out.jsonl"
    assert main(["tag", str(path), "--model", str(model), "--out", str(out)]) == 1
    assert "5 texts (0 earlier), 3 broken" in capsys.readouterr().err
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line.get("doc_id") for line in lines] == ["in-1", None, None, None, "in-5"]
    assert [line["place"] for line in lines if "error" in line] == [f"{path}:{n}" for n in (2, 3, 4)]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("a.docx", b"PK", "expected a file that ends in .txt, .jsonl or .parquet", id="ending"),
        pytest.param("a.parquet", b"PAR1 no", "cannot be read as parquet", id="parquet"),
        pytest.param("a.jsonl", None, "cannot be read: No such file", id="missing"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, model: Path, name: str, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        tag([tmp_path / name], model, tmp_path / "out.jsonl")
    assert not (tmp_path / "out.jsonl").exists()


def test_parquet_needs_texts(tmp_path: Path, model: Path) -> None:
    pd.DataFrame({"body": ["x"]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(DataError, match="found the columns body, expected one that is called text"):
        tag([tmp_path / "a.parquet"], model, tmp_path / "out.jsonl")


def test_a_model_that_labels_no_text(tmp_path: Path) -> None:
    make_system("majority").save(tmp_path / "model")
    with pytest.raises(DataError, match="majority labels no text; it does form, source"):
        tag([_texts(tmp_path / "in.jsonl", 1)], tmp_path / "model", tmp_path / "out.jsonl")


def test_a_run_that_was_begun_otherwise_is_not_continued(tmp_path: Path, model: Path) -> None:
    path, out = _texts(tmp_path / "in.jsonl", 200), tmp_path / "out.jsonl"
    _interrupted(path, model, out)
    _texts(path, 201)
    with pytest.raises(DataError, match=r"was begun with .* delete it and its \.part to begin anew"):
        tag([path], model, out)
    assert (tmp_path / "out.jsonl.part").read_bytes()


def _interrupted(path: Path, model: Path, out: Path) -> None:
    """A run that ends after its first batch, in the middle of a line."""

    def stop(done: Tagged) -> None:
        if done.n_texts:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tag([path], model, out, progress=stop)
    with out.with_name(f"{out.name}.part").open("ab") as part:
        part.write(b'{"doc_id": "half a li')


def test_an_interrupted_run_goes_on(tmp_path: Path, model: Path) -> None:
    path = _texts(tmp_path / "in.jsonl", 200)
    tag([path], model, tmp_path / "whole.jsonl")
    _interrupted(path, model, tmp_path / "out.jsonl")
    done = tag([path], model, tmp_path / "out.jsonl")
    assert (done.n_earlier, done.n_texts) == (32, 168)
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_two_runs_do_not_write_one_file(tmp_path: Path, model: Path) -> None:
    path, out = _texts(tmp_path / "in.jsonl", 3), tmp_path / "out.jsonl"

    def again(_: object) -> None:
        with pytest.raises(DataError, match="another run is writing it"):
            tag([path], model, out)

    assert tag([path], model, out, progress=again).n_texts == 3


def test_killed_ten_times_at_random(tmp_path: Path, model: Path) -> None:
    path, out = _texts(tmp_path / "in.jsonl", 800, n_sentences=12), tmp_path / "out.jsonl"
    tag([path], model, tmp_path / "whole.jsonl")
    command = [sys.executable, "-m", "attrib_bench.cli", "tag", str(path), "--model", str(model), "--out", str(out)]
    generator = random.Random(11)
    part = tmp_path / "out.jsonl.part"
    sizes = []
    for _ in range(10):
        before = part.stat().st_size if part.exists() else 0
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None and (not part.exists() or part.stat().st_size <= before):
            time.sleep(0.002)
        time.sleep(generator.random() / 40)
        process.send_signal(signal.SIGKILL)
        process.wait()
        sizes.append(part.stat().st_size if part.exists() else -1)
    assert sizes == sorted(sizes)
    assert len(set(sizes)) == 10, "each run was to be killed at work"
    assert subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0
    assert out.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
    assert not part.exists()
