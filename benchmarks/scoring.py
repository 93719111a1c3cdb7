"""How fast the official GQA scores are, how they grow, what memory they take, and how long the bootstrap takes.

    python benchmarks/scoring.py ../shared/corpora/gqa/data/dev.jsonl [PREDICTIONS.jsonl …]

The corpus is repeated to the sizes wanted. Without predictions gold is scored against itself. The speed is measured
against `reference`, the straightforward evaluation in the manner of the published one: every pair of quotations, sorted
lists of token ids walked through in Python, one assignment a document; and against the same with the walk replaced by
``len(set(a) & set(b))``, the leanest that it can be made. Reading JSON is not part of any time; times are of the processor,
as the machine may be shared.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

from attrib_bench.formats.gqa import Roles, read_predictions
from attrib_bench.scoring import gqa
from attrib_bench.scoring.bootstrap import intervals

Pages = Sequence[tuple[Sequence[Roles], Sequence[Roles]]]
"""Gold and predicted quotations, document by document."""

Compare = Callable[[Sequence[int], Sequence[int]], tuple[int, int, int]]

ROLES = ("quote", "addressee", "cue", "frame", "speaker")
EMPTY = Roles(quote=(), speaker=(), cue=(), frame=(), addressee=(), type="", medium="")


def walked(gold: Sequence[int], predicted: Sequence[int]) -> tuple[int, int, int]:
    """Numbers of common, spurious and missing token ids, of ascending lists, walked through side by side."""
    common: list[int] = []
    spurious: list[int] = []
    missing: list[int] = []
    i = j = 0
    while i < len(gold) and j < len(predicted):
        if gold[i] == predicted[j]:
            common.append(gold[i])
            i += 1
            j += 1
        elif gold[i] < predicted[j]:
            missing.append(gold[i])
            i += 1
        else:
            spurious.append(predicted[j])
            j += 1
    missing.extend(gold[i:])
    spurious.extend(predicted[j:])
    return len(common), len(spurious), len(missing)


def as_sets(gold: Sequence[int], predicted: Sequence[int]) -> tuple[int, int, int]:
    """The same numbers by sets."""
    n_common = len(set(gold) & set(predicted))
    return n_common, len(predicted) - n_common, len(gold) - n_common


def reference(pages: Iterable[tuple[Sequence[Roles], Sequence[Roles]]], compare: Compare = walked) -> dict[str, float]:
    """The 15 scores, evaluated pair by pair as their definition reads."""
    precisions: dict[str, list[float]] = {role: [] for role in ROLES}
    recalls: dict[str, list[float]] = {role: [] for role in ROLES}
    n_same = {"type": 0, "medium": 0}
    n_gold = n_predicted = 0
    for gold, predicted in pages:
        n_gold += len(gold)
        n_predicted += len(predicted)
        scores = np.zeros((len(gold), len(predicted)))
        for i, one in enumerate(gold):
            for j, other in enumerate(predicted):
                n_common, _, _ = compare(one.quote, other.quote)
                if n_common:
                    precision, recall = n_common / len(other.quote), n_common / len(one.quote)
                    scores[i, j] = 2 * precision * recall / (precision + recall)
                    scores[i, j] += 0.01 if one.type == other.type else 0.0
                    scores[i, j] += 0.001 if one.medium == other.medium else 0.0
        rows, columns = linear_sum_assignment(scores, maximize=True)
        pairs = [(gold[i], predicted[j]) for i, j in zip(rows.tolist(), columns.tolist(), strict=True)]
        for label in n_same:
            n_same[label] += sum(getattr(one, label) == getattr(other, label) for one, other in pairs)
        pairs += [(gold[i], EMPTY) for i in set(range(len(gold))) - set(rows)]
        pairs += [(EMPTY, predicted[j]) for j in set(range(len(predicted))) - set(columns)]
        for one, other in pairs:
            for role in ROLES:
                n_common, n_spurious, n_missing = compare(getattr(one, role), getattr(other, role))
                if n_common + n_spurious:
                    precisions[role].append(n_common / (n_common + n_spurious))
                if n_common + n_missing:
                    recalls[role].append(n_common / (n_common + n_missing))
    figures: dict[str, float] = {}
    for name, roles in (("msg", ROLES[:1]), ("roles", ROLES[1:]), ("joint", ROLES)):
        precision, recall = (_mean([value for role in roles for value in values[role]]) for values in (precisions, recalls))
        figures |= _three(name, precision, recall)
    for name, label in (("form", "type"), ("stwr", "medium")):
        precision = n_same[label] / n_predicted if n_predicted else 0.0
        figures |= _three(name, precision, n_same[label] / n_gold if n_gold else 0.0)
    return figures


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _three(name: str, precision: float, recall: float) -> dict[str, float]:
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {f"prec_{name}": precision, f"rec_{name}": recall, f"f1_{name}": f1}


def fast(pages: Iterable[tuple[Sequence[Roles], Sequence[Roles]]]) -> dict[str, float]:
    """The 15 scores, by the package; one document's counts are in memory at a time."""
    return gqa.figures(gqa.tabulate(pages).total())


def _seconds(function: Callable[[], object], *, repeats: int = 3) -> float:
    """Processor time, the best of some runs."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
    return min(times)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _repeated(pages: Pages, n_documents: int) -> Iterator[tuple[Sequence[Roles], Sequence[Roles]]]:
    return itertools.islice(itertools.cycle(pages), n_documents)


def _read(path: Path) -> dict[str, list[Roles]]:
    return {name: quotations for _, name, quotations in read_predictions(path)}


def main() -> None:
    """Prints the measurements as a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("predictions", type=Path, nargs="*")
    arguments = parser.parse_args()
    gold = _read(arguments.gold)
    files: list[Path] = arguments.predictions or [arguments.gold]
    print(f"{'predictions':20}{'documents':>10}{'quotations':>12}{'reference s':>13}{'with sets s':>13}{'ours s':>8}{'ratios':>14}")
    for path in files:
        predicted = _read(path)
        pages: Pages = [(quotations, predicted.get(name, [])) for name, quotations in gold.items()]
        n = 100 * len(pages)
        expected, found = reference(pages), fast(pages)
        worst = max(abs(expected[name] - found[name]) for name in found)
        assert worst < 1e-12, f"{path}: the two differ by {worst}"
        slow = _seconds(partial(reference, list(_repeated(pages, n))))
        sets = _seconds(partial(reference, list(_repeated(pages, n)), as_sets))
        quick = _seconds(partial(fast, list(_repeated(pages, n))))
        n_quotations = 100 * sum(len(quotations) for quotations, _ in pages)
        times = f"{slow:>13.2f}{sets:>13.2f}{quick:>8.2f}{slow / quick:>8.1f}{sets / quick:>6.1f}"
        print(f"{path.name:20}{n:>10,}{n_quotations:>12,}{times}")

    print(f"\n{'growth: documents':24}{'seconds':>10}{'µs/document':>13}{'peak MB':>9}")
    for n_documents in (150, 1_500, 15_000, 150_000):
        seconds = _seconds(lambda: fast(_repeated(pages, n_documents)))  # noqa: B023  (called at once)
        print(f"{n_documents:>24,}{seconds:>10.3f}{seconds / n_documents * 1e6:>13.1f}{_peak_mb():>9.0f}")

    table = gqa.tabulate(_repeated(pages, 15_000))
    stories = [str(number) for number in range(len(table.rows))]  # every document a story: the costliest case
    seconds = _seconds(lambda: intervals(table, stories, gqa.figures, n_resamples=1_000))
    print(f"\nbootstrap: 1,000 resamples of 15 scores over 15,000 stories: {seconds:.2f} s; peak {_peak_mb():.0f} MB")


if __name__ == "__main__":
    main()
