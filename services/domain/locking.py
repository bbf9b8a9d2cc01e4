"""Read which tracks somebody wants at which places."""

from __future__ import annotations

import re
from collections.abc import Sequence

from services.domain.errors.ordering import (
    LockedTwiceError,
    NoSuchPlaceError,
    TrackNotFoundError,
    UnreadableLockError,
)
from services.domain.music import Track
from services.domain.ordering import Lock

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
