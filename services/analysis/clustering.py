"""Group tracks by how they sound, and say how far the groups may be believed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from services.analysis.kmeans import Float, lloyd, place_seeds
from services.analysis.membership import assign
from services.analysis.validity import (
    TESTABLE_TRACKS,
    Gap,
    Margins,
    Resamples,
    Stability,
    bootstrap_stability,
    is_real,
    refit,
    stability_in,
    structure_gap,
)
from services.domain.report import FEWEST_KEPT, FEWEST_TRACKS, Structure, Verdict

FEWEST_GROUPS, MOST_GROUPS = 2, 8
TRACKS_PER_GROUP, EVIDENCE_PER_GROUP = 12, 5
"""On average at least so many tracks, and so many of them with evidence. Without counting the estimated ones
a playlist of which 60 % is unknown would be cut down to one group (agreement with the groups of its true
features .09, and .16 like this).
"""

SAMPLE = 1000
"""Rows that the search for k looks at; the final fit sees all of them."""

FEWEST_STARTS, MOST_STARTS, STARTED_POINTS = 16, 48, 14_400
"""Starts of the fit to each k; few points need more. With 16 the groups of 30..300 tracks agree with those of
another seed by .83 (adjusted Rand index), with 48 by .88.
"""

GROUP_PRICE = 4.25
"""What each group has to take off the mean squared distance, times the root of the tracks: see `_worth`.

In both spaces lists of one theme have a mean squared distance of 6, or less. Two of three listeners choose 4
to 4.5 for the third, on 384 mixtures of two to six lists of each, by sound and by style and era together.
Then the number of groups is off by 1.33 and 1.17, and the adjusted Rand index is .241 and .411; the largest k
whose weakest group came back well had 1.60 and 1.28, .237 and .407.
"""

STILL_STABLE, WORTH_A_CHANGE = 0.55, 2
"""Groups of an earlier run are kept down to this agreement, for people know them by name; below, unless those
of a new search are worth more by what so many groups cost. Of the real lists a quarter has groups of .5 to
.6, whose number would flicker when a few tracks go.
"""

FIRST_SAMPLES, STILL_HOPEFUL = 4, 3
"""One in so many samples comes first: after it, groups are out of the race that are worth less than the best
by what so many groups cost. Of 160 lists of 150 to 1,000 tracks one lost the winner of all samples so, and a
quarter of the refits were saved.
"""

SMALLEST_GROUP = 3
"""Tracks that every group has where k is chosen: one odd track comes back in all refits, and is no group."""

CLEAR_GAP, CLEAR_STABILITY = 0.07, 0.65
"""With these as many mixtures are clear as when the gap was that of k-means, and fewer single lists."""


@dataclass(frozen=True, slots=True)
class Partition:
    """Groups of points and the evidence for them; the same points give the same partition in any order."""

    labels: NDArray[np.intp]
    """Shape (n,), 0 for the largest group; -1 everywhere when there are too few points."""
    centres: NDArray[np.float64]
    """Shape (k, d), by size, largest first."""
    stability: float | None
    gap: Gap | None
    verdict: Verdict
    asked: int | None = None
    """Number of groups that the person asked for."""

    @property
    def k(self) -> int:
        """Number of groups."""
        return len(self.centres)

    @property
    def structure(self) -> Structure:
        """The evidence as the domain words it."""
        return Structure(
            self.verdict,
            self.k,
            self.stability,
            None if self.gap is None else self.gap.gap,
            None if self.gap is None else self.gap.z,
            forced=self.asked is not None,
            asked=self.asked,
            of_albums=self.gap is not None and self.gap.of_albums,
        )


def fit_clusters(
    points: ArrayLike,
    *,
    keys: Sequence[str] | NDArray[np.intp] | None = None,
    margins: Margins | None = None,
    groups: int | None = None,
    previous_centres: ArrayLike | None = None,
    placed_later: int = 0,
    tests_structure: bool = True,
    wants_groups: bool = True,
    seed: int = 0,
) -> Partition:
    """Group points of a space by k-means, choosing k by stability and testing for structure.

    Parameters
    ----------
    points : array of shape (n, d)
        Tracks with evidence in the sound space, or in that of style and era. Must be finite.
    keys : sequence of n strings, or array of n numbers, optional
        Rows with one key are one track: they count once and share a label.
    margins : Margins, optional
        What the points were projected from, row by row: the structure test then tells groups from features
        that are merely skewed, and from albums. Without, it compares with Gaussian clouds.
    groups : int, optional
        Number of groups that the person wants, 2..8; cut down to what the tracks allow.
    previous_centres : array of shape (k, d), optional
        Centres of an earlier run. Their k is kept while it is still stable and one more would not tell much
        more, and the fit starts from them, so that a few tracks more or less do not reshuffle the groups.
    placed_later : int
        Tracks without evidence that will be put into these groups: they count for how many there may be.
    tests_structure : bool
        False for a space in which the test for structure means nothing: gap and z are None then, and the
        verdict is that nobody can tell.
    wants_groups : bool
        False where only the verdict is read: where there is no structure everything is one group then, of no
        stability, and none are searched for.
    seed : int
        Seed of all random draws; equal tracks and seed give an equal result.

    Raises
    ------
    ValueError
        If a point is not finite, the shapes do not fit, or `groups` is outside 2..8.
    """
    given = np.asarray(points, dtype=np.float64)
    if given.ndim != 2 or not np.isfinite(given).all():
        msg = f"expected finite points of shape (n, dimensions), got shape {given.shape}"
        raise ValueError(msg)
    if groups is not None and not FEWEST_GROUPS <= groups <= MOST_GROUPS:
        msg = f"groups must be {FEWEST_GROUPS}..{MOST_GROUPS}, got {groups}"
        raise ValueError(msg)
    canonical, row_of = once_each(given, keys)
    rows = given[canonical]
    previous = None if previous_centres is None else np.asarray(previous_centres, dtype=np.float64)
    if previous is not None and (previous.ndim != 2 or previous.shape[1:] != rows.shape[1:]):
        previous = None if previous.size == 0 else _reject(previous)
    if len(rows) < (FEWEST_TRACKS if previous is None else FEWEST_KEPT):
        return Partition(
            np.full(len(given), -1, dtype=np.intp),
            np.empty((0, given.shape[1])),
            None,
            None,
            Verdict.TOO_FEW,
            groups,
        )
    most = _most_groups(len(rows), placed_later)
    margins = None if margins is None else margins.of(canonical)
    chosen = _search(
        rows,
        groups,
        most,
        previous,
        np.random.default_rng(seed),
        margins=margins,
        tests_structure=tests_structure,
        wants_groups=wants_groups,
    )
    labels, centres = _settle(rows, chosen.centres)
    verdict = chosen.verdict
    if chosen.gap and chosen.gap.of_albums and not (margins and margins.are_albums(labels)):
        verdict = _no(len(rows))
    return Partition(labels[row_of], centres, chosen.stability, chosen.gap, verdict, groups)


def _most_groups(evidence: int, placed_later: int) -> int:
    return min(MOST_GROUPS, (evidence + placed_later) // TRACKS_PER_GROUP, evidence // EVIDENCE_PER_GROUP)


@dataclass(frozen=True, slots=True)
class _Choice:
    centres: NDArray[np.float64]
    stability: float | None
    gap: Gap | None
    verdict: Verdict


def _reject(previous: NDArray[np.float64]) -> NDArray[np.float64]:
    msg = f"previous centres have shape {previous.shape}, which does not fit the points"
    raise ValueError(msg)


def once_each(
    points: NDArray[np.float64], keys: Sequence[str] | NDArray[np.intp] | None
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return one row per track in an order of their own, and each given row's place in it."""
    positions = points.T[::-1]
    if keys is None:
        by_position = np.lexsort(positions)
        place = np.empty(len(points), dtype=np.intp)
        place[by_position] = np.arange(len(points))
        return by_position, place
    # As objects: each string of an array takes the room of the longest.
    names = keys if isinstance(keys, np.ndarray) else np.array(keys, dtype=object)
    if len(names) != len(points):
        msg = f"{len(names)} keys for {len(points)} points"
        raise ValueError(msg)
    different, place = np.unique(names, return_inverse=True)
    # Sorting by six coordinates takes long, and matters only among rows of one track.
    ordered = np.lexsort((*positions, place) if len(different) < len(place) else (place,))
    return ordered[np.flatnonzero(np.diff(place[ordered], prepend=-1))], place


def _search(
    rows: NDArray[np.float64],
    groups: int | None,
    most: int,
    previous: NDArray[np.float64] | None,
    rng: np.random.Generator,
    *,
    margins: Margins | None,
    tests_structure: bool,
    wants_groups: bool,
) -> _Choice:
    """Choose k and its centres on at most `SAMPLE` rows."""
    seen = rows
    if len(rows) > SAMPLE:
        sample = np.sort(rng.choice(len(rows), SAMPLE, replace=False))
        seen, margins = rows[sample], None if margins is None else margins.of(sample)
    offset = seen.mean(axis=0)
    points = (seen - offset).astype(Float)
    distinct = len(np.unique(points, axis=0))
    most = max(1, min(most, distinct))
    fits: dict[int, tuple[NDArray[np.float32], Stability]] = {}
    gap: Gap | None = None

    def draw(k: int) -> tuple[NDArray[np.float64], Resamples]:
        starts = min(max(STARTED_POINTS // len(points), FEWEST_STARTS), MOST_STARTS)
        return rng.random((k, starts)), Resamples.draw(len(points), k, rng)

    def fit(seeds: NDArray[np.float64], resamples: Resamples) -> None:
        keep(_fitted(points, seeds), resamples)

    def keep(centres: NDArray[np.float32], resamples: Resamples) -> None:
        fits[len(centres)] = centres, bootstrap_stability(points, centres, resamples)

    def holds(k: int) -> bool:
        """Whether known groups come back, and one more would not tell clearly more: a list may have grown."""
        if fits[k][1].agreement < STILL_STABLE or k + 1 > most:
            return fits[k][1].agreement >= STILL_STABLE
        fit(*draw(k + 1))
        return not _is_worth_a_change(fits[k][1], fits[k + 1][1], len(points))

    k = _k_to_try_first(groups, previous, distinct, len(rows))
    if k is not None and previous is not None and k == len(previous):
        keep(
            lloyd(points, (previous - offset).astype(Float)[None]).centres[0],
            Resamples.draw(len(points), k, rng),
        )
    elif k is not None:
        fit(*draw(k))
    if k is None or (groups is None and not holds(k)):
        stored, kept = k, dict(fits)
        fits.clear()
        # All draws come first: so the verdict is the same, whether groups are searched for or not.
        draws = [draw(candidate) for candidate in range(min(FEWEST_GROUPS, most), most + 1)]
        if tests_structure:
            gap = structure_gap(points, rng, margins)
            if not wants_groups and not is_real(gap):
                return _Choice(offset[None], None, gap, _verdict(len(rows), 1, None, gap))
        found = _most_worth(points, [(_fitted(points, seeds), resamples) for seeds, resamples in draws])
        if found is None:
            fit(*draw(1))
        else:
            fits[found[1].k] = found
        (k,) = fits
        if stored is not None and not _is_worth_a_change(kept[stored][1], fits[k][1], len(points)):
            k, fits = stored, kept
    if not tests_structure:
        return _Choice(fits[k][0].astype(np.float64) + offset, fits[k][1].agreement, None, Verdict.UNTESTABLE)
    gap = gap or structure_gap(points, rng, margins)
    if k == 1 and groups is None and distinct > 1 and is_real(gap):
        # Too short for two groups of the usual size, and yet not one: two kinds may be named.
        fit(*draw(FEWEST_GROUPS))
        if np.bincount(assign(points, fits[FEWEST_GROUPS][0])).min() >= EVIDENCE_PER_GROUP:
            k = FEWEST_GROUPS
    centres, stability = fits[k][0].astype(np.float64) + offset, fits[k][1].agreement
    return _Choice(centres, stability, gap, _verdict(len(rows), k, stability, gap))


def _fitted(points: NDArray[np.float32], seeds: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the centres of the tightest fit from as many starts as there are columns of random numbers."""
    start = place_seeds(points, np.ones((seeds.shape[1], len(points)), dtype=Float), seeds)
    centres: NDArray[np.float32] = lloyd(points, start).best(len(start)).centres[0]
    return centres


def _most_worth(
    points: NDArray[np.float32], fits: Iterable[tuple[NDArray[np.float32], Resamples]]
) -> tuple[NDArray[np.float32], Stability] | None:
    """Return the centres that are worth most, and how stable they are; None where all have a tiny group.

    All are refitted to the first samples, and to the others where they may still be worth most.
    """
    n = len(points)
    begun = []
    for centres, resamples in fits:
        first, others = resamples.split(len(resamples.counts) // FIRST_SAMPLES)
        table = refit(points, centres, first)
        stable = stability_in(table, points, centres)
        if stable.smallest >= SMALLEST_GROUP:
            begun.append((_worth(stable, n), centres, table, others))
    least = max((worth for worth, *_ in begun), default=0.0) - STILL_HOPEFUL * _price(n)
    whole = [
        (centres, stability_in(np.concatenate([table, refit(points, centres, others)]), points, centres))
        for worth, centres, table, others in begun
        if worth >= least
    ]
    return max(whole, key=lambda each: _worth(each[1], n), default=None)


def _worth(groups: Stability, n: int) -> float:
    """Say how much groups of n tracks tell: what distance they take away, if they come back, less a price.

    More groups take away more in any list, so that each has its price. It falls with the root of n, as the
    noise in a mean distance does.
    """
    return groups.gain * groups.found_again - _price(n) * groups.k


def _price(n: int) -> float:
    return GROUP_PRICE / math.sqrt(n)


def _is_worth_a_change(stored: Stability, found: Stability, n: int) -> bool:
    """Tell whether the groups of a new search tell so much more than those that people know.

    One group comes back always, which says nothing.
    """
    return found.k >= FEWEST_GROUPS and _worth(found, n) >= _worth(stored, n) + WORTH_A_CHANGE * _price(n)


def _k_to_try_first(
    groups: int | None, previous: NDArray[np.float64] | None, distinct: int, n: int
) -> int | None:
    if groups is not None:
        return min(groups, distinct, n // 2)
    if previous is not None and FEWEST_GROUPS <= len(previous) <= min(MOST_GROUPS, distinct):
        return len(previous)
    return None


def _verdict(n: int, k: int, stability: float | None, tested: Gap) -> Verdict:
    if stability is None or k < FEWEST_GROUPS or not is_real(tested):
        return _no(n)
    return Verdict.LOOSE if stability < CLEAR_STABILITY or tested.gap < CLEAR_GAP else Verdict.CLEAR


def _no(n: int) -> Verdict:
    """Say that the test found nothing, which means nothing in a short list."""
    return Verdict.NONE if n >= TESTABLE_TRACKS else Verdict.UNTESTABLE


def _settle(
    rows: NDArray[np.float64], start: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Finish the fit on all rows in double precision; drop groups nobody is in; order by size."""
    centres = start
    labels = assign(rows, centres)
    for _ in range(100):
        counts = np.bincount(labels, minlength=len(centres))
        sums = np.stack([np.bincount(labels, column, len(centres)) for column in rows.T], axis=1)
        centres = sums[counts > 0] / counts[counts > 0, None]
        moved = assign(rows, centres)
        if len(centres) == len(counts) and np.array_equal(moved, labels):
            break
        labels = moved
    counts = np.bincount(labels, minlength=len(centres))
    order = np.lexsort((*centres.T[::-1], -counts))
    rank = np.empty(len(order), dtype=np.intp)
    rank[order] = np.arange(len(order))
    return rank[labels], centres[order]
