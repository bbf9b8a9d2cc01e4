"""What happened to a list of tracks: compare two orders, and join two changes of one list."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from services.domain.music import TrackId


@dataclass(frozen=True, slots=True)
class Difference:
    """How a list that was found differs from the one that was expected; repeated tracks count each time."""

    added: tuple[TrackId, ...] = ()
    """Found, but not expected; in the order found."""
    missing: tuple[TrackId, ...] = ()
    """Expected, but not found; in the expected order."""
    moved: int = 0
    """Fewest tracks of both lists that would have to be moved to get from one order to the other."""

    def __bool__(self) -> bool:
        """Whether there is any difference."""
        return bool(self.added or self.missing or self.moved)


UNCHANGED = Difference()


def compare(expected: Sequence[TrackId], found: Sequence[TrackId]) -> Difference:
    """Say what is different in `found`; an empty difference means the same tracks in the same order."""
    if tuple(expected) == tuple(found):
        return UNCHANGED
    added = surplus(found, expected)
    missing = surplus(expected, found)
    common = len(found) - len(added)
    return Difference(added, missing, moved=common - kept_in_order(expected, found))


def surplus(of: Sequence[TrackId], over: Sequence[TrackId]) -> tuple[TrackId, ...]:
    """Return the tracks that `of` has more often than `over`; of a repeated one the last ones."""
    spare = Counter(of) - Counter(over)
    result: list[TrackId] = []
    for track in reversed(of):
        if spare[track]:
            spare[track] -= 1
            result.append(track)
    return tuple(reversed(result))


def without(tracks: Sequence[TrackId], unwanted: Sequence[TrackId]) -> tuple[TrackId, ...]:
    """Return `tracks` less each of `unwanted` once; of a repeated one the last ones go."""
    spare = Counter(unwanted)
    result: list[TrackId] = []
    for track in reversed(tracks):
        if spare[track]:
            spare[track] -= 1
        else:
            result.append(track)
    return tuple(reversed(result))


def kept_in_order(expected: Sequence[TrackId], found: Sequence[TrackId]) -> int:
    """Count the tracks that stand in the same order in both lists: their longest common subsequence.

    Exact where no track is repeated; the n-th of a repeated track is taken for the n-th. O(n log n).
    """
    places: dict[TrackId, list[int]] = defaultdict(list)
    for place, track in enumerate(expected):
        places[track].append(place)
    met: Counter[TrackId] = Counter()
    ends: list[int] = []  # ends[n]: the smallest end of an ascending run of n + 1 places
    for track in found:
        if met[track] < len(places[track]):
            place = places[track][met[track]]
            met[track] += 1
            at = bisect_left(ends, place)
            ends[at : at + 1] = [place]
    return len(ends)


def likeness(one: Sequence[TrackId], other: Sequence[TrackId]) -> float:
    """Return how alike two orders are, 0..1: the share of tracks that stand in the same order in both."""
    both = len(one) + len(other)
    return 2 * kept_in_order(one, other) / both if both else 1.0


def arrived(target: Sequence[TrackId], confirmed: int, in_flight: int, found: Sequence[TrackId]) -> int:
    """Say how far a list has been written, from what is found in it.

    Parameters
    ----------
    target
        What the list is to become.
    confirmed
        Tracks of it that were written for certain.
    in_flight
        Tracks after those that were sent without an answer: all of them arrived, or none.
    found
        What the list holds, in which somebody else may have added and removed tracks meanwhile.

    Returns
    -------
    int
        `confirmed`, or `confirmed + in_flight`.
    """
    batch = target[confirmed : confirmed + in_flight]
    absent = len(surplus(batch, surplus(found, target[:confirmed])))
    return confirmed if absent * 2 > len(batch) else confirmed + len(batch)


def take_back(
    before: Sequence[TrackId], after: Sequence[TrackId], found: Sequence[TrackId]
) -> tuple[TrackId, ...]:
    """Undo the step from `before` to `after` in a list that was changed since to `found`.

    What others added since stays, at the end; what they removed since stays away.
    """
    return (*without(before, surplus(after, found)), *surplus(found, after))
