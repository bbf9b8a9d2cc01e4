"""Learn how much key, tempo, sound and loudness weigh in orders that people make, with their ranges.

    python -m benchmarks.learn_order [DATA_FOLDER]

Neighbours of a list are told from pairs more than twelve places apart by a logistic regression on the parts
of a step as `services/analysis/ordering/cost.py` prices them, each listener left out in turn; of each artist
only the first track of a list counts, so that albums do not speak for their artists. What comes out is thin
(AUC .53 to .56): the key weighs nothing in anybody's order. The weights of the product keep a tenth for the
key, give the rest to tempo, sound and loudness within the ranges printed here, and are checked for this: no
part has more than a third of what an order gains.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import LeaveOneGroupOut
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benchmarks.hidden_tracks import Shelf, load_shelf
from benchmarks.listeners import SHARED_DATA
from benchmarks.rows import figure, head
from services.analysis.ordering.cost import WEIGHTS, compute_steps
from services.analysis.ordering.solve import make_problem, solve
from services.domain.features import Origin, Provenance
from services.domain.ordering import Goal
from services.domain.report import EnrichedTrack

PARTS = ("key", "tempo", "sound", "loudness")
SMALLEST, LONGEST = 24, 200
FAR = 12
SEED = 20261129

Float = NDArray[np.float64]


def lists_of(shelf: Shelf) -> list[tuple[str, list[EnrichedTrack]]]:
    """Return stretches of people's lists in their order, one track of each artist."""
    found = []
    for (listener, _), members in sorted(shelf.playlists.items()):
        seen: dict[str, int] = {}
        for index in members:
            seen.setdefault(" ".join(shelf.tracks[int(index)].artists[:1]), int(index))
        kept = list(seen.values())[:LONGEST]
        if len(kept) >= SMALLEST:
            found.append((listener, [_entry(shelf, index) for index in kept]))
    return found


def _entry(shelf: Shelf, index: int) -> EnrichedTrack:
    features = shelf.features[index]
    origin = Provenance(Origin.MEASURED, "library")
    provenance = dict.fromkeys(features.known, origin)
    return EnrichedTrack(track=shelf.tracks[index], features=features, provenance=provenance)


def pairs_of(tracks: list[EnrichedTrack], rng: np.random.Generator) -> tuple[Float, NDArray[np.intp]]:
    """Return the parts of steps between neighbours and between tracks far apart, and which is which."""
    steps, count = compute_steps(tracks), len(tracks)
    near = np.arange(count - 1)
    before = rng.integers(0, count, 8 * count)
    after = rng.integers(0, count, 8 * count)
    far = np.flatnonzero(np.abs(before - after) > FAR)[: count - 1]
    parts = steps.parts(np.concatenate([near, before[far]]), np.concatenate([near + 1, after[far]]))
    return np.stack(parts.each, axis=1), np.repeat([1, 0], [len(near), len(far)])


def learn(shelf: Shelf) -> None:
    """Print the weights with their ranges and how well they tell neighbours."""
    rng = np.random.default_rng(SEED)
    tables, truths, owners = [], [], []
    for listener, tracks in lists_of(shelf):
        table, truth = pairs_of(tracks, rng)
        tables.append(table)
        truths.append(truth)
        owners += [listener] * len(truth)
    table, truth, owner = np.concatenate(tables), np.concatenate(truths), np.array(owners)
    spread = table.std(axis=0)
    weights, own, today = [], [], []
    for train, test in LeaveOneGroupOut().split(table, truth, owner):
        model = LogisticRegression(C=1.0).fit(table[train] / spread, truth[train])
        weights.append(-model.coef_[0] / spread)
        own.append(float(roc_auc_score(truth[test], model.decision_function(table[test] / spread))))
        today.append(float(roc_auc_score(truth[test], -table[test] @ WEIGHTS[Goal.FLOW].each)))
    for column, name in enumerate(PARTS):
        values = [weight[column] for weight in weights]
        figure(
            f"weight of {name}, per unit of its part, listener left out",
            f"{np.mean(values):.2f} ({min(values):.2f} to {max(values):.2f})",
        )
    figure("AUC of the learned weights, listener left out", " ".join(f"{value:.3f}" for value in own))
    figure(
        "AUC of the weights of the product", " ".join(f"{value:.3f}" for value in today), before=".50 to .57"
    )


def share_of_gain(shelf: Shelf, count: int = 12) -> None:
    """Print how much of what a smoothest order gains is due to each part."""
    rng = np.random.default_rng(SEED)
    chosen = [tracks[:80] for _, tracks in lists_of(shelf)]
    gains = np.zeros(len(PARTS))
    for index in rng.permutation(len(chosen))[:count]:
        steps = compute_steps(chosen[index])
        problem = make_problem(steps, None, Goal.FLOW, {})
        order = np.array(solve(problem, seed=0), dtype=np.intp)
        given = np.arange(len(order), dtype=np.intp)
        before, after = (
            np.array([part.mean() for part in steps.parts(rows[:-1], rows[1:]).each])
            for rows in (given, order)
        )
        gains += (before - after) * np.array(WEIGHTS[Goal.FLOW].each)
    shares = gains / gains.sum()
    told = ", ".join(f"{name} {share:.0%}" for name, share in zip(PARTS, shares, strict=True))
    figure("share of the gain of the smoothest order", told, before="most is key", goal="a third at most")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED_DATA)
    options = parser.parse_args()
    shelf = load_shelf(options.folder)
    head("Orders")
    with threadpool_limits(1):
        learn(shelf)
        share_of_gain(shelf)


if __name__ == "__main__":
    main()
