"""Which songs a blend can choose from, who may be served with which, and who is next: everybody in turn."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.analysis.comparison.listening import Listening, Sound, chosen
from services.analysis.comparison.pairs import song_names
from services.analysis.comparison.score import distances
from services.analysis.titles import lead_artist
from services.domain.groups import BlendMode
from services.domain.report import EnrichedTrack

Float = NDArray[np.float64]

FOREIGN = 0.1
"""Below this, a track lies further from somebody's taste than nine tenths of their own music."""

NEIGHBOURS_POWER = 0.5
"""A track is held against this power of the number of somebody's tracks: the nearest ones, since a taste of
two moods has its middle where nobody listens."""
MOST_PER_ARTIST = 2

FEWEST_HEARD = 2
"""Tracks from which anything is known of a taste; below, every track is half met."""

FOREIGN_COST = 100.0
"""What being foreign to somebody costs a song in `FAIR`, per part of satisfaction below `FOREIGN`."""


class Taste:
    """A person's tracks, ready to say how much another track meets them."""

    def __init__(self, points: Float) -> None:
        self._points = points
        self._neighbours = max(1, round(math.pow(max(len(points) - 1, 1), NEIGHBOURS_POWER)))
        self._own = (
            np.sort(self._nearness(points, with_itself=True)) if len(points) >= FEWEST_HEARD else np.zeros(0)
        )

    def satisfaction(self, points: Float, *, own: bool = False) -> Float:
        """Return for each track which part of the person's own music lies further out, 0..1.

        Parameters
        ----------
        points : array of shape (n, 6)
        own : bool
            Whether these are tracks of the person, which are not to be compared with themselves.
        """
        if not len(self._own):
            return np.full(len(points), 0.5)
        near = self._nearness(points, with_itself=own)
        # ties count half, so that a person's own tracks have a mean of one half
        below = np.searchsorted(self._own, near, side="left")
        upto = np.searchsorted(self._own, near, side="right")
        part: Float = 1.0 - (below + upto) / (2 * len(self._own))
        return part

    def _nearness(self, points: Float, *, with_itself: bool) -> Float:
        apart = np.round(distances(points, self._points), 9)
        first = 1 if with_itself else 0
        count = min(self._neighbours, apart.shape[1] - first)
        nearest = np.partition(apart, first + count - 1, axis=1)[:, : first + count]
        near: Float = (nearest.sum(axis=1) - (nearest.min(axis=1) if first else 0.0)) / count
        return near


MOST_CANDIDATES = 2000
"""Songs looked at, shared out among the people."""

LEAST_EACH = 60
"""Songs of a person that are looked at, however many people there are."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Songs with what everybody would say to them."""

    entries: tuple[EnrichedTrack, ...]
    owners: NDArray[np.bool_]
    """Shape (n, people)."""
    satisfaction: NDArray[np.float64]
    """Shape (n, people), 0..1."""
    artists: tuple[str, ...]
    """Lead artist of each song, "" where none is credited."""


def gather(listeners: Sequence[Listening], size: int) -> Candidates:
    """Collect the songs of all people; measured ones, and estimates only where somebody has too few.

    Parameters
    ----------
    size : int
        Tracks of the blend: nobody needs more of their own than that.
    """
    most = max(LEAST_EACH, -(-MOST_CANDIDATES // len(listeners)))
    entries: list[EnrichedTrack] = []
    owners: list[set[int]] = []
    index: dict[Hashable, int] = {}
    for person, listener in enumerate(listeners):
        for entry in _own_songs(listener, most, -(-size // len(listeners))):
            names = song_names(entry.track) or {("key", entry.track.key)}
            row = next((index[name] for name in sorted(names, key=repr) if name in index), len(entries))
            if row == len(entries):
                entries.append(entry)
                owners.append(set())
            owners[row].add(person)
            for name in names:
                index.setdefault(name, row)
    # a song that somebody has, but that was not among those looked at, is theirs all the same
    for person, listener in enumerate(listeners):
        for entry in listener.entries:
            for name in song_names(entry.track):
                if name in index:
                    owners[index[name]].add(person)
    owned = np.array([[person in who for person in range(len(listeners))] for who in owners], dtype=np.bool_)
    owned = owned.reshape(len(entries), len(listeners))
    return Candidates(
        entries=tuple(entries),
        owners=owned,
        satisfaction=satisfaction_of(Sound.of(entries).points, owned, listeners),
        artists=tuple(lead_artist(entry.track.artists) for entry in entries),
    )


def heard_of(listener: Listening) -> Float:
    """Return the points that tell a person's taste: estimates only where too few tracks are measured."""
    return listener.measured.points if listener.is_measured else listener.points


def satisfaction_of(
    points: NDArray[np.float64], owned: NDArray[np.bool_], listeners: Sequence[Listening]
) -> NDArray[np.float64]:
    """Return what each person would say to each song, shape (n, people)."""
    table = np.full((len(points), len(listeners)), 0.5)
    for person, listener in enumerate(listeners):
        taste = Taste(heard_of(listener))
        for own in (False, True):
            rows = np.flatnonzero(owned[:, person] == own)
            if len(rows):
                table[rows, person] = taste.satisfaction(points[rows], own=own)
    return table


def _own_songs(listener: Listening, most: int, quota: int) -> tuple[EnrichedTrack, ...]:
    measured = chosen(listener.measured.entries, most)
    missing = max(quota - len(measured), 0)
    return (*measured, *chosen(listener.guessed.entries, missing))


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
