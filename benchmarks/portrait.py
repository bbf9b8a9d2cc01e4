"""Measure what is said of lists beside other playlists: whether it holds, how often, and of how many.

    python -m benchmarks.portrait [DATA_FOLDER] [--quick]

- *Resampled*: 500 lists are drawn with replacement from playlists of 20 to 400 tracks, as if each were one of
  many that its owner could have made. What is said of a drawn list is true where the mean of the playlist
  that it is drawn from lies in the quarter that is claimed; else it was said within the error.
- *Held*: what is said of each playlist, and the share of 500 redraws of it whose mean stays in that quarter.
- *Shared*: of a hundred other playlists, how many get the same words of sound.

Takes about half a minute.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.listeners import SHARED_DATA, load_libraries
from services.analysis.portrait import other_playlists, standings_of
from services.analysis.reference import TYPICAL
from services.domain.features import SOUND_FEATURES
from services.domain.portrait import Standing

SIZES = (20, 400)
LISTS, REDRAWS = 500, 500
SEED = 1704


def holds(standing: Standing, means: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say for each mean of a list, shape (n, 9), whether a claim is true of it."""
    own = means[:, SOUND_FEATURES.index(standing.feature)]
    low, high = other_playlists().quartiles(standing.feature)
    return own > high if standing.is_more else own < low


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED_DATA)
    parser.add_argument("--quick", action="store_true", help="50 redraws of each playlist")
    options = parser.parse_args()
    library = load_libraries(options.folder)
    scores = TYPICAL.normal_scores(library.features)
    lists = [scores[rows] for rows in library.playlists.values() if SIZES[0] <= len(rows) <= SIZES[1]]
    rng = np.random.default_rng(SEED)

    said = wrong = 0
    for _ in range(LISTS):
        rows = lists[rng.integers(len(lists))]
        truth = rows.mean(axis=0)[None, :]
        for standing in standings_of(rows[rng.integers(len(rows), size=len(rows))]):
            said += 1
            wrong += not holds(standing, truth)[0]
    print(f"resampled: {wrong} of {said} claims about {LISTS} lists are within their error")

    redraws = 50 if options.quick else REDRAWS
    words, least, speaking = [], [], 0
    for rows in lists:
        standings = standings_of(rows)
        speaking += bool(standings)
        words.append(tuple(sorted((each.feature, each.is_more) for each in standings)))
        means = np.array([rows[rng.integers(len(rows), size=len(rows))].mean(axis=0) for _ in range(redraws)])
        least += [float(holds(standing, means).mean()) for standing in standings]
    print(
        f"held: of {len(lists)} playlists {speaking} get a percentile; {len(least)} claims, of which "
        f"{sum(share < 0.975 for share in least)} hold in less than 97.5 % of {redraws} redraws, "
        f"the least in {min(least):.1%}"
    )
    shares = [100 * (count - 1) / (len(words) - 1) for kind, count in Counter(words).items() if kind]
    print(f"shared: {len(shares)} kinds; the commonest has {max(shares):.0f} of 100 other playlists")


if __name__ == "__main__":
    main()
