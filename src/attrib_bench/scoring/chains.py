"""Scores of `parent`: through whose hands each attribution reached the text, given the gold attributions."""

from __future__ import annotations

from collections.abc import Mapping

from attrib_bench.document import DataError, Document, chain
from attrib_bench.scoring.counts import Counts, Key, Number, named, prf, tally


def count(gold: Document, predicted: Document) -> Counts:
    """The counts of one document whose predicted attributions bear the ids of the gold ones.

    An edge is an attribution with its parent. A whole chain is right if every link, from the attribution up to the
    outermost one, has its gold parent. Raises DataError where an attribution is missing, or is not in gold.
    """
    if odd := gold.attribution_by_id.keys() ^ predicted.attribution_by_id.keys():
        name = min(odd)
        where = "missing in the predictions" if name in gold.attribution_by_id else "not in gold"
        raise DataError(f"{gold.id}: attribution {name!r} is {where}; expected the ids of the gold attributions")
    parents = {attribution.id: attribution.parent for attribution in predicted.attributions}
    edges = {(attribution.id, attribution.parent) for attribution in gold.attributions if attribution.parent is not None}
    predicted_edges = {edge for edge in parents.items() if edge[1] is not None}
    n_right = len(edges & predicted_edges)
    counts: Counts = {}
    tally(counts, ("edge",), precision=n_right, predicted=len(predicted_edges), recall=n_right, gold=len(edges))
    tally(counts, ("chain", "all"))
    tally(counts, ("chain", "depth>1"))
    for attribution in gold.attributions:
        links = chain(gold, attribution)
        right = all(parents[link.id] == link.parent for link in links)
        slices = ["all", f"depth={len(links)}"] + (["depth>1"] if len(links) > 1 else [])
        for part in slices:
            tally(counts, ("chain", part), recall=right, gold=1)
    return counts


def figures(counts: Mapping[Key, Number]) -> dict[str, Number]:
    """Precision, recall and F1 of the edges (``edge.f1``), and the share of chains that are right altogether, all in [0, 1].

    ``chain.accuracy`` is over all attributions, ``chain[depth>1].accuracy`` over those with a parent, ``chain[depth=2].accuracy``
    over the gold chains of that depth (the article itself is depth 0). 0/0 is 0.
    """
    found = named("edge", prf(counts, ("edge",)))
    for part in sorted({key[1] for key in counts if key[0] == "chain"}):
        _, accuracy, _ = prf(counts, ("chain", part))
        found["chain.accuracy" if part == "all" else f"chain[{part}].accuracy"] = accuracy
    return found
