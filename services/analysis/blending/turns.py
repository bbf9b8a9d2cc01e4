"""Who may be served with which song, and who is next: rounds in which everybody has one turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.analysis.blending.candidates import FOREIGN, Candidates
from services.domain.groups import BlendMode

MOST_PER_ARTIST = 2

FOREIGN_COST = 100.0
"""What being foreign to somebody costs a song in `FAIR`, per part of satisfaction below `FOREIGN`."""

Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Turn:
    """One choice."""

    person: int
    song: int
    """Row of the candidates."""


@dataclass(frozen=True, slots=True)
class Rounds:
    """Choices in rounds: nobody has two turns in one, and whoever misses one had nothing left."""

    rounds: tuple[tuple[Turn, ...], ...]
    missed: frozenset[int]
    """People who missed a turn because none of their songs was left."""
    held_back: frozenset[int]
    """Those of them who have more songs, all by artists of whom it has `MOST_PER_ARTIST` already."""


def take_turns(candidates: Candidates, size: int, mode: BlendMode) -> Rounds:
    """Choose `size` songs or as many as there are, the least satisfied person first in every round."""
    people = candidates.owners.shape[1]
    free = allowed(candidates, mode)
    totals = np.zeros(people)
    artists: Counter[str] = Counter()
    rounds: list[tuple[Turn, ...]] = []
    missed: set[int] = set()
    count = 0
    while count < size:
        turns: list[Turn] = []
        waiting = set(range(people))
        while waiting and count < size:
            person = min(waiting, key=lambda index: (round(float(totals[index]), 9), index))
            waiting.discard(person)
            song = _best(candidates, person, free, totals, mode)
            if song is None:
                missed.add(person)
                continue
            turns.append(Turn(person, song))
            count += 1
            totals += candidates.satisfaction[song]
            _take(candidates, song, free, artists)
        if not turns:
            break
        rounds.append(tuple(turns))
    left = allowed(candidates, mode)
    left[[turn.song for turns in rounds for turn in turns]] = False
    held_back = {person for person in missed if (left & candidates.owners[:, person]).any()}
    return Rounds(tuple(rounds), frozenset(missed), frozenset(held_back))


def allowed(candidates: Candidates, mode: BlendMode) -> NDArray[np.bool_]:
    """Tell which songs may be chosen at all, shape (n,)."""
    if mode is not BlendMode.SAFE:
        return np.ones(len(candidates.entries), dtype=np.bool_)
    return np.asarray((candidates.satisfaction >= FOREIGN).all(axis=1), dtype=np.bool_)


def worth(satisfaction: Float, totals: Float, mode: BlendMode) -> Float:
    """Return how good each song is for the group, shape (n,).

    Parameters
    ----------
    satisfaction : array of shape (n, people)
    totals : array of shape (people,)
        What everybody has had so far.
    """
    least: Float = satisfaction.min(axis=1)
    if mode is BlendMode.SAFE:
        return least
    had = totals + satisfaction + 1e-3
    if mode is BlendMode.JOY:
        product: Float = np.log(had).sum(axis=1)  # Nash: the product of what everybody would have had
        return product
    # the less somebody would have had, the more it counts; on 40 groups of measured listeners the least
    # satisfied is at .584 so, at .570 with "least misery + .3 mean" and at .584 with Nash, which has twice
    # as many songs that somebody finds foreign
    needs: Float = FOREIGN_COST * np.minimum(least - FOREIGN, 0.0) - (had**-2.0).sum(axis=1)
    return needs


def _best(
    candidates: Candidates, person: int, free: NDArray[np.bool_], totals: Float, mode: BlendMode
) -> int | None:
    rows = np.flatnonzero(free & candidates.owners[:, person])
    if not len(rows):
        return None
    values = np.round(worth(candidates.satisfaction[rows], totals, mode), 9)
    best = rows[values == values.max()]
    return int(min(best, key=lambda row: candidates.entries[row].track.key))


def _take(candidates: Candidates, song: int, free: NDArray[np.bool_], artists: Counter[str]) -> None:
    free[song] = False
    artist = candidates.artists[song]
    if artist:
        artists[artist] += 1
        if artists[artist] >= MOST_PER_ARTIST:
            free[[row for row, other in enumerate(candidates.artists) if other == artist]] = False


def lift(
    candidates: Candidates, rounds: Rounds, mode: BlendMode, floor: float
) -> tuple[tuple[Turn, ...], ...]:
    """Exchange songs until everybody's mean reaches `floor`, as long as an exchange helps the lowest.

    A song is exchanged for another one of the same person's turn, so the shares stay as they are.
    """
    fits = allowed(candidates, mode)
    lifted = [list(turns) for turns in rounds.rounds]
    places = [(one, two) for one, turns in enumerate(lifted) for two in range(len(turns))]
    for _ in range(len(places)):
        songs = [lifted[one][two].song for one, two in places]
        means = candidates.satisfaction[songs].mean(axis=0) if songs else np.ones(1)
        if means.min() >= floor or not _exchange(candidates, lifted, places, means, fits):
            break
    return tuple(tuple(turns) for turns in lifted)


def _exchange(
    candidates: Candidates,
    lifted: list[list[Turn]],
    places: Sequence[tuple[int, int]],
    means: Float,
    fits: NDArray[np.bool_],
) -> bool:
    """Make the one exchange that brings the lowest mean up most; say whether there was one."""
    used = {lifted[one][two].song for one, two in places}
    artists = Counter(candidates.artists[song] for song in used)
    best: tuple[float, str, tuple[int, int], int] | None = None
    for one, two in places:
        turn = lifted[one][two]
        gains = candidates.satisfaction - candidates.satisfaction[turn.song]
        after = (means + gains / len(places)).min(axis=1)
        for row in np.flatnonzero(fits & candidates.owners[:, turn.person] & (after > means.min() + 1e-9)):
            artist = candidates.artists[row]
            taken = artists[artist] - (artist == candidates.artists[turn.song])
            if row in used or (artist and taken >= MOST_PER_ARTIST):
                continue
            found = (-round(float(after[row]), 9), candidates.entries[row].track.key, (one, two), int(row))
            if best is None or found < best:
                best = found
    if best is None:
        return False
    _, _, (one, two), song = best
    lifted[one][two] = Turn(lifted[one][two].person, song)
    return True
