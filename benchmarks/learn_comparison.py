"""Learn the numbers of the compatibility score of `services/analysis/comparison` from measured listeners.

    python -m benchmarks.learn_comparison [DATA_FOLDER] [--write]

The shape of the formula and the scale of the sound part (half of it at a distance of 0.9, power 1.5, four
fifths of the score) were set on 19 listeners of whom 14 are kept aside for judging; they are not learned
again. Learned here from eleven listeners, each pair in a sound space and with genre shares that know neither:

- `overlap_full`, the share of common artists from which more of them change nothing: the largest that tells
  two lists of one person from lists of two people as well as the best (AUC, mean over protocols and lengths);
- `genre_part`, the full weight of genre words: logistic regression of same or different on the score without
  them and on their affinity, each listener left out in turn; the mean;
- `genre_full`, the share of tagged tracks from which they have it: the one that tells one person from two
  best where genres are known for as many tracks as they are, for two fifths, a quarter or a tenth of them;
- `explicit_part`, what a difference in explicit lyrics takes off: logistic regression on the score without it
  and on its product with the gap, each listener left out in turn; the least of them, in tenths;
- `explicit_usual`, the mean gap between strangers;
- `imputed_weight`, what an estimated track counts: half of the tracks of one side are hidden and estimated,
  and the sound score has to come as near as possible to the one of the measured tracks;
- the curves from a score to the share of strangers' pairs below it, by isotonic regression, for libraries as
  people bring them: so many tracks beside as many, and beside a whole library;
- the calibration: where the scores of pairs of one person and of two people lie;
- `genre_shares.json`: how common each genre is, every listener alike. It holds genres and numbers only.

Deterministic: the same files give the same constants.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from benchmarks.listeners import SHARED_DATA
from benchmarks.people_pairs import PROTOCOLS, WHOLE, Crowd, PairOfLists, auc, load_crowd
from services.analysis.comparison.pairs import SHARES_FILE
from services.analysis.comparison.rules import CONSTANTS_FILE
from services.analysis.comparison.score import combine, energy_distance, sound_score
from services.analysis.imputation import RelatedTracks, estimate_gaps
from services.analysis.matrix import FeatureTable
from services.analysis.reference import REFERENCE
from services.domain.features import AudioFeatures, Origin, Provenance
from services.domain.report import EnrichedTrack
from services.domain.scoring import KNOTS, ScoreRules

SCALE, POWER, SOUND_PART = 0.9, 1.5, 0.8
OVERLAP_UNIT = 0.03
"""From .02 to .05 one person is told from two equally well, and the artist part of a library is within a
point of that of 100 of its tracks."""
FULL = (0.4, 0.3, 0.2, 0.15, 0.1)
GENRE_FULL = (0.3, 0.4, 0.5, 0.6, 0.7, 1.0)
TAGS = (1.0, 0.4, 0.25, 0.1)
"""Shares of the tracks whose genres are known."""
MOSTLY_TAGGED = 0.5
"""Share of tagged tracks of the pairs from which the full weight is learned."""
GENRE_LISTENERS, GENRE_SHARE = 2, 0.0005
"""Genres are kept that so many listeners have, or that are so common with one of them."""
WEIGHTS = (0.0, 0.1, 0.25, 0.5, 1.0)
LENGTHS = (15, 20, 50, 200)
REPEATS = 20
WHOLE_TRACKS = 3000
"""Where a whole library stands among the numbers of tracks."""
WORTH = 0.0025
"""Area under the curve that nobody would notice."""
SEED = 20261125

Float = NDArray[np.float64]


def rules_of(
    overlap_full: float,
    genre_part: float = 0.0,
    genre_full: float = 0.5,
    explicit_part: float = 0.0,
    explicit_usual: float = 0.0,
) -> ScoreRules:
    """Return the rules with some numbers open."""
    return ScoreRules(
        sound_scale=SCALE,
        sound_power=POWER,
        sound_part=SOUND_PART,
        overlap_full=overlap_full,
        overlap_unit=OVERLAP_UNIT,
        genre_part=genre_part,
        genre_full=genre_full,
        explicit_part=explicit_part,
        explicit_usual=explicit_usual,
        imputed_weight=0.0,
        calibration=(),
        learned_from="",
    )


@dataclass(frozen=True, slots=True)
class Measured:
    """Pairs with the parts of their scores, measured once."""

    pairs: tuple[PairOfLists, ...]
    distance: Float
    overlap: Float
    affinity: Float
    """NaN where of one side no genres are known."""
    tagged: Float
    """Share of tracks with known genres on the side that has fewer."""
    gap: Float
    """Between the shares of explicit tracks, as far as it counts."""

    @staticmethod
    def of(
        crowd: Crowd, pairs: Iterable[PairOfLists], tags: float = 1.0, *, with_files: bool = True
    ) -> Measured:
        """Measure pairs; genres are known for at most a share of the tracks, or of artists alone."""
        rng = np.random.default_rng(SEED)
        drawn = tuple(pairs)
        parts = [crowd.parts(pair, rng, tags, with_files=with_files) for pair in drawn]
        affinity = [np.nan if part.affinity is None else part.affinity for part in parts]
        return Measured(
            drawn,
            np.array([part.distance for part in parts]),
            np.array([part.overlap for part in parts]),
            np.array(affinity),
            np.array([part.tagged for part in parts]),
            np.array([part.gap for part in parts]),
        )

    @property
    def same(self) -> NDArray[np.bool_]:
        """Which pairs are of one person."""
        return np.array([pair.is_same for pair in self.pairs], dtype=np.bool_)

    def scores(self, rules: ScoreRules, *, genres: float | None = None, explicit: float = 1.0) -> Float:
        """Return the scores; genre words count as far as they are known, unless it is said how much."""
        counted = np.minimum(self.tagged / rules.genre_full, 1.0) if genres is None else genres
        counted = np.where(np.isnan(self.affinity), 0.0, counted)
        sounds = sound_score(self.distance, rules)
        gap = explicit * self.gap
        return combine(sounds, self.overlap, rules, np.nan_to_num(self.affinity), counted, gap=gap)

    def auc(self, scores: Float, chosen: NDArray[np.bool_] | None = None) -> float:
        """Return how well scores tell one person from two among the chosen pairs."""
        kept = np.ones(len(self.pairs), dtype=np.bool_) if chosen is None else chosen
        return auc([pair for pair, keep in zip(self.pairs, kept, strict=True) if keep], scores[kept])


def learn_overlap_full(known: Sequence[Measured]) -> tuple[float, dict[float, float]]:
    """Return the chosen point of saturation, and the mean AUC of all that were tried."""
    means = {full: float(np.mean([some.auc(some.scores(rules_of(full))) for some in known])) for full in FULL}
    good = [full for full, mean in means.items() if mean >= max(means.values()) - WORTH]
    return max(good), means


def learn_genre_part(known: Sequence[Measured], full: float) -> tuple[float, list[float]]:
    """Return the weight of genre words, and the weights with each listener left out."""
    base = np.concatenate([some.scores(rules_of(full)) for some in known])
    affinity = np.concatenate([100 * some.affinity for some in known])
    same = np.concatenate([some.same for some in known])
    people = [pair.listeners for some in known for pair in some.pairs]
    tagged = np.concatenate([some.tagged for some in known]) >= MOSTLY_TAGGED
    found = []
    for left_out in sorted({name for names in people for name in names}):
        kept = tagged & np.array([left_out not in names for names in people])
        model = LogisticRegression(class_weight="balanced").fit(
            np.stack([base[kept], affinity[kept]], axis=1), same[kept]
        )
        weights = np.maximum(model.coef_[0], 0.0)
        found.append(float(weights[1] / weights.sum()))
    return round(float(np.mean(found)), 2), found


def learn_genre_full(
    known: Mapping[float, Sequence[Measured]], full: float, part: float
) -> tuple[float, dict[float, float]]:
    """Return the best share of tagged tracks, and the mean AUC of all that were tried."""
    every = [some for each in known.values() for some in each]
    means = {
        share: float(np.mean([some.auc(some.scores(rules_of(full, part, share))) for some in every]))
        for share in GENRE_FULL
    }
    return max(means, key=lambda share: means[share]), means


def learn_explicit_part(known: Sequence[Measured], rules: ScoreRules) -> tuple[float, list[float]]:
    """Return what explicit lyrics take off, and what they would with each listener left out.

    The least of these, in tenths: from .5 to .9 they tell one person from two equally well.
    """
    scores = np.concatenate([some.scores(rules) for some in known]) / 100
    gaps = np.concatenate([some.gap for some in known])
    same = np.concatenate([some.same for some in known])
    people = [pair.listeners for some in known for pair in some.pairs]
    found = []
    for left_out in sorted({name for names in people for name in names}):
        kept = np.array([left_out not in names for names in people])
        model = LogisticRegression(class_weight="balanced", C=100.0).fit(
            np.stack([scores[kept], scores[kept] * gaps[kept]], axis=1), same[kept]
        )
        found.append(float(-model.coef_[0][1] / model.coef_[0][0]))
    return math.floor(10 * min(found)) / 10, found


def learn_curves(crowd: Crowd, rules: ScoreRules, *, genres: float) -> list[dict[str, Any]]:
    """Learn what share of strangers' pairs lies below a score, by the tracks of the smaller side."""
    curves = []
    for size in (*LENGTHS, WHOLE):
        strangers, same = (
            Measured.of(crowd, pairs) for pairs in (crowd.strangers(size, 8, SEED + 2), _of_one(crowd, size))
        )
        scores, ours = (
            some.scores(rules, genres=genres)[some.tagged >= genres * rules.genre_full / 2]
            for some in (strangers, same)
        )
        ordered = np.sort(scores)
        below = (np.arange(len(ordered)) + 0.5) / len(ordered)
        fitted = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(
            np.concatenate([[0.0], ordered, [100.0]]), np.concatenate([[0.0], below, [1.0]])
        )
        curves.append(
            {
                "tracks": size or WHOLE_TRACKS,
                "shares": [round(float(share), 3) for share in fitted.predict(np.array(KNOTS))],
                "same_median": round(float(np.median(ours)), 1),
            }
        )
    return curves


def _of_one(crowd: Crowd, size: int) -> list[PairOfLists]:
    return [pair for pair in crowd.pairs(size, "random", 8, SEED + 3) if pair.is_same]


def learn_genre_shares(crowd: Crowd) -> dict[str, float]:
    """Return how common the genres are that several listeners have, most common first."""
    holders = Counter(
        genre for name in crowd.library.listeners for genre in frozenset[str]().union(*crowd.genres_of(name))
    )
    shares = {
        genre: round(share, 5)
        for genre, share in crowd.genre_shares().items()
        if share >= GENRE_SHARE or (holders[genre] >= GENRE_LISTENERS and round(share, 5) > 0)
    }
    return dict(sorted(shares.items(), key=lambda item: (-item[1], item[0])))


def learn_imputed_weight(crowd: Crowd) -> tuple[float, dict[float, float]]:
    """Return the weight with the least error of the sound score, and the error of all that were tried."""
    rng = np.random.default_rng(SEED)
    rules = rules_of(0.4)
    errors: dict[float, list[float]] = {weight: [] for weight in WEIGHTS}
    for pair in crowd.pairs(60, "other playlists", 20, SEED):
        hidden = np.zeros(60, dtype=np.bool_)
        hidden[rng.choice(60, 30, replace=False)] = True
        entries = [
            _entry(crowd, int(row), known=not gone) for row, gone in zip(pair.second, hidden, strict=True)
        ]
        filled = [estimate.track for estimate in estimate_gaps(entries, RelatedTracks())]
        table = FeatureTable.of(filled)
        known, real = table.is_known, table.is_measured
        # the package's own space: what is learned is a weight, not a distance
        own = REFERENCE.sound_space(table.raw[known])
        base = REFERENCE.sound_space(crowd.library.features[pair.first])
        truth = _sound(base, REFERENCE.sound_space(crowd.library.features[pair.second]), np.ones(60), rules)
        for weight in WEIGHTS:
            errors[weight].append(_sound(base, own, np.where(real[known], 1.0, weight), rules) - truth)
    spread = {weight: float(np.sqrt(np.mean(np.square(values)))) for weight, values in errors.items()}
    return min(spread, key=lambda weight: (round(spread[weight], 1), weight)), spread


def calibrate(crowd: Crowd, rules: ScoreRules, *, genres: float) -> list[dict[str, Any]]:
    """Say where the scores of known pairs lie."""
    rows = []
    for size in LENGTHS[1:]:
        known = Measured.of(crowd, crowd.pairs(size, "random", REPEATS, SEED + 1))
        scores = known.scores(rules, genres=genres)
        kept = known.tagged >= genres * rules.genre_full / 2
        row: dict[str, Any] = {"tracks": size}
        for name, wanted in (("same", True), ("different", False)):
            values = scores[kept & (known.same == wanted)]
            row[name] = [round(float(value)) for value in np.percentile(values, (5, 50, 95))]
        row["auc"] = round(known.auc(scores, kept), 3)
        rows.append(row)
    return rows


def _entry(crowd: Crowd, row: int, *, known: bool) -> EnrichedTrack:
    features = crowd.shelf.features[row] if known else AudioFeatures()
    return EnrichedTrack(
        track=crowd.shelf.tracks[row],
        features=features,
        provenance={feature: Provenance(Origin.MEASURED, "library") for feature in features.known},
    )


def _sound(first: Float, second: Float, weights: Float, rules: ScoreRules) -> float:
    apart = np.sqrt(max(energy_distance(first, second, None, weights), 0.0))
    return float(sound_score(np.array([apart]), rules)[0])


def learn(crowd: Crowd) -> dict[str, Any]:
    """Learn all numbers."""
    known = [
        Measured.of(crowd, crowd.pairs(size, protocol, REPEATS, SEED))
        for size in LENGTHS[:3]
        for protocol in PROTOCOLS[:2]
    ]
    full, tried = learn_overlap_full(known)
    print("AUC by overlap_full:", {key: round(value, 4) for key, value in tried.items()})
    part, parts = learn_genre_part(known, full)
    print(f"genre_part {part}, each listener left out: {min(parts):.2f} to {max(parts):.2f}")
    thinned = {tags: [Measured.of(crowd, some.pairs, tags) for some in known] for tags in TAGS[1:]}
    genre_full, tried = learn_genre_full({TAGS[0]: known, **thinned}, full, part)
    print("AUC by genre_full:", {key: round(value, 4) for key, value in tried.items()})
    weight, errors = learn_imputed_weight(crowd)
    print(
        "error of the sound score by imputed_weight:", {key: round(value, 2) for key, value in errors.items()}
    )
    explicit, parts = learn_explicit_part(known, rules_of(full, part, genre_full))
    print(f"explicit_part {explicit}, each listener left out: {min(parts):.2f} to {max(parts):.2f}")
    usual = float(np.mean(np.concatenate([some.gap[~some.same] for some in known])))
    rules = rules_of(full, part, genre_full, explicit, round(usual, 2))
    return {
        "provenance": (
            f"benchmarks/learn_comparison.py, from {len(crowd.library.listeners)} listeners who published"
            " their playlists; the scale of the sound part was set on 19 listeners"
        ),
        "sound_scale": SCALE,
        "sound_power": POWER,
        "sound_part": SOUND_PART,
        "overlap_full": full,
        "overlap_unit": OVERLAP_UNIT,
        "genre_part": part,
        "genre_full": genre_full,
        "explicit_part": explicit,
        "explicit_usual": rules.explicit_usual,
        "imputed_weight": weight,
        "calibration": calibrate(crowd, rules, genres=1.0),
        "calibration_without_genres": calibrate(crowd, rules, genres=0.0),
        "curves": learn_curves(crowd, rules, genres=1.0),
        "curves_without_genres": learn_curves(crowd, rules, genres=0.0),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED_DATA)
    parser.add_argument("--write", action="store_true", help="replace the constants of the package")
    options = parser.parse_args()
    crowd = load_crowd(options.folder)
    constants = learn(crowd)
    for row in (*constants["calibration"], *constants["curves"], *constants["curves_without_genres"]):
        print(row)
    if options.write:
        for path, content in ((CONSTANTS_FILE, constants), (SHARES_FILE, learn_genre_shares(crowd))):
            path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            print(f"wrote {path.name}")


if __name__ == "__main__":
    main()
