"""Orders of a playlist: what is asked for, which tracks are locked to a place, and what came out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from services.domain.errors.storage import (
    LockedTwiceError,
    NoSuchPlaceError,
    TooFewKeysError,
    TrackNotFoundError,
    UnreadableLockError,
)
from services.domain.features import Feature
from services.domain.music import Track

if TYPE_CHECKING:  # reports hold the names of groups, and their words those of goals
    from services.domain.report import EnrichedTrack


class Goal(StrEnum):
    """What an order is to do."""

    FLOW = "flow"
    """As few jumps as possible."""
    GENTLE = "gentle"
    """Half of the way to there: the roughest jumps go, the other surprises stay."""
    WARM_UP = "warm-up"
    """From calm to a peak at the end."""
    COOL_DOWN = "cool-down"
    """From the peak to calm."""
    WAVE = "wave"
    """Up and down a few times."""
    STEADY = "steady"
    """Every stretch with the same mixture of calm and lively."""
    TEMPO_UP = "tempo-up"
    """From slow to fast."""
    HARMONIC = "harmonic"
    """Neighbours in keys that fit each other."""

    @property
    def has_arc(self) -> bool:
        """Whether the place in the list matters, and not the neighbours alone."""
        return self not in {Goal.FLOW, Goal.GENTLE, Goal.HARMONIC}


@dataclass(frozen=True, slots=True, order=True)
class Lock:
    """A track that has to stand at a certain place."""

    position: int
    """0-based place in the new order."""
    row: int
    """0-based place in the list as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderOptions:
    """What somebody asks of an order."""

    goal: Goal = Goal.FLOW
    seed: int = 0
    """0 gives the best order that is found; every other number another good one."""
    locks: tuple[Lock, ...] = ()
    """The first and the last place are locked like any other."""


_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class OrderCosts:
    """Mean cost of a step, 0 for two tracks that could be one, of several orders of the same tracks.

    For a goal with an arc the distance from the wanted arc counts with it.
    """

    original: float
    random_mean: float
    """Over orders drawn at random."""
    optimized: float
    lower_bound: float
    """No order whatever costs less; up to 12 tracks the optimum itself."""

    @property
    def is_any_as_good(self) -> bool:
        """Whether orders drawn at random are as good as the one that was found."""
        some = (self.random_mean, self.original, self.optimized)
        return max(some) - min(some) <= _ROUNDING

    def score(self, cost: float) -> float:
        """Return how much of the room between chance (0) and the bound (100) an order of this cost uses."""
        room = self.random_mean - self.lower_bound
        return 100 * (self.random_mean - cost) / room if room > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What can be counted in an order."""

    step_cost: float
    """Mean cost of a step, without any arc."""
    harmonic_share: float | None
    """Share of the steps between known keys that fit: same, neighbour or relative."""
    median_bpm_jump: float | None
    """Median difference of neighbours of measured tempo in BPM, half and double time counted as equal."""
    same_artist_steps: int
    """Neighbours by the same artist."""
    arc_fit: float | None
    """Correlation of the measured course with the wanted arc, -1..1; None without an arc."""
    known_keys: float = 1.0
    """Share of the steps that are between known keys; 1 in orders of older versions."""
    measured_tempi: float = 1.0
    """Share of the steps that are between measured tempi, as `known_keys`."""
    measured_course: float = 1.0
    """Share of the tracks whose height on the arc is measured, as `known_keys`."""


class KeyStep(StrEnum):
    """How two keys lie on the wheel; the words for people are in `cogs/words/ordering.py`."""

    SAME = "same key"
    RELATIVE = "relative key"
    DIAGONAL = "diagonal"
    FIFTH_UP = "a fifth up"
    FIFTH_DOWN = "a fifth down"
    TONE_UP = "a whole tone up"
    TONE_DOWN = "a whole tone down"
    SEMITONE_UP = "a semitone up"
    SEMITONE_DOWN = "a semitone down"
    OPPOSITE = "opposite keys"
    DISTANT = "distant keys"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A step from one track to the next."""

    position: int
    """0-based place of the first of the two in the order."""
    before: int
    after: int
    """Rows in the list as it was."""
    cost: float
    key: float
    tempo: float
    sound: float
    """Parts of the cost, each 0..1 and before weighting (sound up to 1.5)."""
    same_artist: bool
    camelot: tuple[str | None, str | None]
    bpm: tuple[float | None, float | None]
    leaps: tuple[tuple[Feature, bool], ...]
    """Up to two features that jump, the largest jump first, each with whether it goes up."""
    clash: KeyStep | None
    """How two keys lie that clash; None where they do not, or one is unknown."""
    estimated: bool
    """Whether estimated values take part."""
    bpm_estimated: bool = False
    """Whether one of the two tempi is estimated: then their difference says nothing."""
    loudness: float = 0.0
    """One more part of the cost, as the others; 0 in orders of older versions."""
    key_step: KeyStep | None = None
    """How the two keys lie; None where one is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderResult:
    """A found order, with honest figures beside it."""

    goal: Goal
    seed: int
    order: tuple[int, ...]
    """Rows of the list as it was, in their new order."""
    costs: OrderCosts
    before: Figures
    after: Figures
    exact: bool
    """Whether no better order exists; else it is the best of a search."""
    roughest: tuple[Transition, ...]
    """The dearest steps of the new order, the dearest first."""
    course: tuple[float | None, ...]
    """For each row how high it stands on the arc, 0..1 among these tracks; None where unknown."""
    wanted: tuple[float, ...]
    """For each place of the order how high the arc is there, 0..1; empty without an arc."""
    steps_before: tuple[float, ...]
    """Cost of each step of the list as it was."""
    steps_after: tuple[float, ...]
    opening: tuple[Transition, ...] = ()
    """The first steps of the new order."""

    @property
    def changes_something(self) -> bool:
        """Whether the new order is another one."""
        return self.order != tuple(range(len(self.order)))


def is_sound_known(tracks: Sequence[EnrichedTrack]) -> bool:
    """Whether anything is known about how any of the tracks sounds, so that an order can be found."""
    return any(value is not None for entry in tracks for value in entry.features.values)


FEWEST_KEYS = 0.5
"""Share of the tracks whose key has to be known for an order that is in key."""


def require_keys(goal: Goal, tracks: Sequence[EnrichedTrack]) -> None:
    """Refuse an order in key where keys are not known.

    Raises
    ------
    TooFewKeysError
        Fewer than half of the tracks have a key.
    """
    known = sum(entry.features.key is not None and entry.features.mode is not None for entry in tracks)
    if goal is Goal.HARMONIC and known < FEWEST_KEYS * len(tracks):
        raise TooFewKeysError(known, len(tracks))


@dataclass(frozen=True, slots=True)
class OrderState:
    """What somebody asked of an order so far, and what was found."""

    options: OrderOptions
    result: OrderResult


_PART = re.compile(r"#?(\d{1,6})(?:(?:-|–|to)#?(\d{1,6})|(?:@|→|->)#?(\d{1,6}))?")


def parse_locks(text: str, tracks: int) -> tuple[Lock, ...]:
    """Read places that people wrote, counting from 1: `3` and `5-7` stay, `12@20` goes from 12 to 20.

    Raises
    ------
    UnreadableLockError, NoSuchPlaceError, LockedTwiceError
        The words are something else, name a place that is not there, or contradict themselves.
    """
    locks: list[Lock] = []
    text = re.sub(r"\s*(@|→|->|–|-|\bto\b)\s*", r"\1", text)
    for part in filter(None, (piece.strip() for piece in re.split(r"[,;\s]*[,;][,;\s]*|\s+(?=#?\d)", text))):
        match = _PART.fullmatch(part)
        if match is None:
            raise UnreadableLockError(part)
        first = _place(int(match[1]), tracks)
        if match[3]:
            locks.append(Lock(position=_place(int(match[3]), tracks), row=first))
        else:
            last = _place(int(match[2]), tracks) if match[2] else first
            locks += [Lock(place, place) for place in range(min(first, last), max(first, last) + 1)]
    return join_locks(locks)


def join_locks(locks: Sequence[Lock]) -> tuple[Lock, ...]:
    """Return locks in the order of their places, the same one only once.

    Raises
    ------
    LockedTwiceError
        Two tracks are to stand at one place, or one track at two.
    """
    places: dict[int, int] = {}
    rows: dict[int, int] = {}
    for lock in locks:
        if places.setdefault(lock.position, lock.row) != lock.row:
            raise LockedTwiceError(lock.position + 1)
        if rows.setdefault(lock.row, lock.position) != lock.position:
            raise LockedTwiceError(lock.position + 1)
    return tuple(Lock(position, row) for position, row in sorted(places.items()))


def write_locks(locks: Sequence[Lock]) -> str:
    """Write locks so that `parse_locks` reads them back: `1-3, 12@20`."""
    parts: list[str] = []
    staying = [lock.position for lock in locks if lock.position == lock.row]
    for index, place in enumerate(staying):
        if index and staying[index - 1] == place - 1:
            parts[-1] = f"{parts[-1].partition('-')[0]}-{place + 1}"
        else:
            parts.append(str(place + 1))
    parts += [f"{lock.row + 1}@{lock.position + 1}" for lock in locks if lock.position != lock.row]
    return ", ".join(parts)


def find_row(tracks: Sequence[Track], text: str) -> int:
    """Return the row of the track that somebody means: by its number from 1, or by words of its name.

    Of several tracks the first one counts, unless one is called exactly so.

    Raises
    ------
    NoSuchPlaceError, TrackNotFoundError
        There is none.
    """
    words = " ".join(text.casefold().split())
    if words.lstrip("#").isdecimal():
        return _place(int(words.lstrip("#")[:7]), len(tracks))
    names = [" ".join(f"{track.title} {track.label}".casefold().split()) for track in tracks]
    exact = [row for row, track in enumerate(tracks) if words and track.title.casefold().strip() == words]
    found = exact or [row for row, name in enumerate(names) if words and words in name]
    if not found:
        raise TrackNotFoundError(text)
    return found[0]


def _place(number: int, tracks: int) -> int:
    if not 1 <= number <= tracks:
        raise NoSuchPlaceError(number, tracks)
    return number - 1
