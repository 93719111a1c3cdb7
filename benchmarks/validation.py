"""How long the validation of 1,000 annotation records of about 15 KB takes, and how long plain jsonschema on the same ones.

Run it as a script:  python benchmarks/validation.py
Ours is everything from the file to the list of problems: reading, parsing, JSON Schema, cross-field rules on text and
tokens. jsonschema's is `Draft202012Validator.iter_errors` alone, on records that are parsed already.
"""

from __future__ import annotations

import json
import random
import re
import tempfile
import time
from pathlib import Path
from typing import Any

import jsonschema

from attrib_bench.files import canonical_json, data_root, read_json, sha256
from attrib_bench.schema import check_record

N_DOCUMENTS = 1000
N_ATTRIBUTIONS = 44
N_JSONSCHEMA = 100
SEED = 2026


def main() -> None:
    generator = random.Random(SEED)
    with tempfile.TemporaryDirectory() as folder:
        articles = []
        for number in range(N_DOCUMENTS):
            text = article(generator)
            path = Path(folder) / f"b{number:04}-a.json"
            path.write_text(canonical_json(record_of_article(path.stem, text, generator)), encoding="utf-8")
            articles.append((path, text))
        size = sum(path.stat().st_size for path, _ in articles) / N_DOCUMENTS

        check_record(read_json(articles[0][0]), file="warm-up")  # compiles the schema
        ours, n_problems = 0.0, 0
        for path, text in articles:
            tokens = [match.span() for match in re.finditer(r"\w+|[^\w\s]", text)]
            start = time.perf_counter()
            problems = check_record(read_json(path), file=path.name, text=text, doc_id=path.stem, collection="bench", tokens=tokens)
            ours += time.perf_counter() - start
            n_problems += len(problems)

        reference = jsonschema.Draft202012Validator(read_json(data_root() / "schema" / "annotation.schema.json"))
        sample: list[Any] = [json.loads(path.read_bytes()) for path, _ in articles[:N_JSONSCHEMA]]
        start = time.perf_counter()
        n_errors = sum(1 for record in sample for _ in reference.iter_errors(record))
        theirs = (time.perf_counter() - start) * N_DOCUMENTS / N_JSONSCHEMA

    print(f"{N_DOCUMENTS} records of {size / 1000:.1f} KB; problems: {n_problems}, jsonschema errors: {n_errors}")
    print(f"attrib-bench, from file to problems:   {ours:6.2f} s")
    print(f"jsonschema, schema alone:              {theirs:6.2f} s (measured on {N_JSONSCHEMA} records and scaled)")
    print(f"ratio:                                 {theirs / ours:6.1f}")


def article(generator: random.Random) -> str:
    """An article of sentences of one shape; each will be one attribution."""
    people = ("Ada Lohse", "Bo Quandt", "Cem Ruhl", "Dora Zech")
    things = ("der Steg morsch ist", "das Wasser vermutlich steigt", "die Schleuse klemmt", "rund zehn Boote fehlen")
    sentences = [
        f"{generator.choice(people)} teilte dem Boten mit, dass {generator.choice(things)}." for _ in range(N_ATTRIBUTIONS)
    ]
    return "⛵ Am Hafen\n\n" + " ".join(sentences) + "\n"


def record_of_article(doc_id: str, text: str, generator: random.Random) -> dict[str, Any]:
    people = sorted({match[1] for match in re.finditer(r"(\w+ \w+) teilte", text)})
    sources = [
        {"id": f"e{number}", "name": name, "kind": "person", "sector": "private", "identification": "named", "affiliation": None}
        | {"justifications": [], "listed": False, "self": False, "doc_ref": None}
        for number, name in enumerate(people, 1)
    ]
    attributions = []
    for number, match in enumerate(re.finditer(r"(\w+ \w+) (teilte) (dem Boten) (mit), (dass [^.]*)", text), 1):
        attributions.append(
            {
                "id": f"a{number}",
                "form": "indirect",
                "status": generator.choice(("actual", "negated", "hypothetical")),
                "source": [match.span(1)],
                "cue": [match.span(2), match.span(4)],
                "content": [match.span(5)],
                "addressee": [match.span(3)],
                "source_refs": [f"e{people.index(match[1]) + 1}"],
                "parent": None,
                "continues": None,
            }
        )
    hedges = [
        {"id": f"h{number}", "type": "epistemic", "span": [match.span()]}
        for number, match in enumerate(re.finditer("vermutlich|rund", text), 1)
    ]
    triggers = [{"reason": "noun", "span": [match.span()]} for match in re.finditer("Schleuse|Boote|Steg", text)]
    return {
        "doc_id": doc_id,
        "collection": "bench",
        "text_sha256": sha256(text),
        "zones": [{"kind": "title", "start": 0, "end": text.index("\n")}],
        "sources": sources,
        "attributions": attributions,
        "hedges": hedges,
        "rejected_triggers": triggers,
    }


if __name__ == "__main__":
    main()
