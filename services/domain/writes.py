"""What is written to Spotify: how lists differ, and writes as a journal sees them, planned to taken back."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypedDict, Unpack

from services.domain.music import Playlist, PlaylistId, Skipped, Track, TrackId

BATCH = 100
"""Tracks that one request may add or put in place (Spotify)."""

MAX_NAME = 100
MAX_DESCRIPTION = 300
LARGEST = 10_000
"""Tracks that one playlist holds (Spotify)."""

WRITE_SCOPES = frozenset({"playlist-modify-private", "playlist-modify-public"})
"""Consent that a write needs, asked for at the first one: a playlist changed in place may be public."""
REMOVE_SCOPES = frozenset({"user-library-modify", "user-follow-modify", "playlist-modify-public"})
"""What the public contract wants for taking something out of a library; asked for when it is refused."""


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
    """Say how far a list has been written, from what is found in it: nothing in flight arrived, or all.

    Parameters
    ----------
    target
        What the list is to become.
    confirmed
        Tracks of it that were written for certain.
    in_flight
        Tracks after those that were sent without an answer.
    found
        What the list holds, in which somebody else may have added and removed tracks meanwhile.
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


def name_with_end(name: str, end: str) -> str:
    """Name a new playlist after another one, shortening that name only: what tells them apart is the end."""
    end = f" · {end}"
    room = max(1, MAX_NAME - len(end))
    return (name if len(name) <= room else f"{name[: room - 1].rstrip()}…") + end


class WriteKind(StrEnum):
    """What becomes of the playlist."""

    CREATE = "create"
    """A new private playlist."""
    REPLACE = "replace"
    """Another order, or fewer tracks, in a playlist that exists."""
    REMOVE = "remove"
    """Taking a playlist that we made out of the person's library."""


class WriteStage(StrEnum):
    """How far a write has come."""

    PLANNED = "planned"
    """In the journal only."""
    CREATING = "creating"
    """The new playlist was asked for; whether it exists is unknown."""
    WRITING = "writing"
    """The playlist exists, and so does a copy of what was in it."""
    VERIFYING = "verifying"
    """All was sent; it has to be read back."""
    DONE = "done"
    ABANDONED = "abandoned"
    """Given up before anything was changed."""
    BROKEN = "broken"
    """Given up after something was changed: it can be taken back, not finished."""

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen."""
        return self in {WriteStage.DONE, WriteStage.ABANDONED, WriteStage.BROKEN}


class Hindrance(StrEnum):
    """Why a write is not finished, or was given up."""

    INTERRUPTED = "interrupted"
    """The bot was stopped."""
    QUOTA = "quota"
    RATE = "rate"
    UNAVAILABLE = "unavailable"
    LOGIN = "login"
    CONSENT = "consent"
    REFUSED = "refused"
    CHANGED = "changed"
    GONE = "gone"

    @property
    def is_for_the_person(self) -> bool:
        """Whether only a login, a consent or another decision of the person clears it away."""
        return self in {Hindrance.LOGIN, Hindrance.CONSENT, Hindrance.REFUSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One change of one playlist. Saved before each step, so that a killed process loses nothing."""

    write_id: str
    user_id: int
    request: str
    """Names the wish: the same one twice is one write."""
    kind: WriteKind
    stage: WriteStage = WriteStage.PLANNED
    name: str
    description: str = ""
    target: tuple[TrackId, ...] = ()
    original: tuple[TrackId, ...] = ()
    """What was in the playlist before; while `PLANNED`, what the person saw in it."""
    playlist_id: PlaylistId | None = None
    snapshot_id: str | None = None
    """Of the playlist after our last step."""
    confirmed: int = 0
    """Tracks of `target` that were written for certain."""
    in_flight: int = 0
    """Tracks after those that were sent and not answered."""
    difference: Difference = UNCHANGED
    """What reading back found beside the target: somebody else's changes meanwhile."""
    hindrance: Hindrance | None = None
    retry_at: datetime | None = None
    follows: str | None = None
    """The write that has to be done before this one may begin."""
    undoes: str | None = None
    """The write that this one takes back."""
    undone_by: str | None = None
    told: bool = False
    """Whether the person knows how it stands."""
    created_at: datetime
    updated_at: datetime

    @property
    def is_done(self) -> bool:
        """Whether it was written and read back."""
        return self.stage is WriteStage.DONE

    @property
    def has_begun(self) -> bool:
        """Whether something on Spotify may be different already."""
        return self.stage not in {WriteStage.PLANNED, WriteStage.ABANDONED} and not (
            self.stage is WriteStage.WRITING
            and self.kind is WriteKind.REPLACE
            and not self.confirmed
            and not self.in_flight
        )

    @property
    def waits_for_its_person(self) -> bool:
        """Whether it goes on only after its person has done something."""
        return self.hindrance is not None and self.hindrance.is_for_the_person

    @property
    def marker(self) -> str:
        """Words in the description by which a new playlist is found again whose id was never heard."""
        return f"Tastemap {self.write_id}"

    @property
    def url(self) -> str | None:
        """Where the playlist can be opened."""
        return f"https://open.spotify.com/playlist/{self.playlist_id}" if self.playlist_id else None


class WriteChanges(TypedDict, total=False):
    """The fields of a write that change while it goes on, as `changed` takes them."""

    stage: WriteStage
    playlist_id: PlaylistId | None
    snapshot_id: str | None
    confirmed: int
    in_flight: int
    difference: Difference
    hindrance: Hindrance | None
    retry_at: datetime | None
    undone_by: str | None
    told: bool


def changed(write: Write, now: datetime, **changes: Unpack[WriteChanges]) -> Write:
    """Return a write with other values, as of now."""
    return replace(write, **changes, updated_at=now)


class Settling(StrEnum):
    """What becomes of a write that was begun, before everything about its person is erased."""

    FINISH = "finish"
    PUT_BACK = "back"


class Ending(StrEnum):
    """How a write stands after it was to be settled."""

    FINISHED = "finished"
    PUT_BACK = "put back"
    NOTHING_LEFT = "nothing left"
    """There was nothing to put back: nothing had been changed, or it is as it was already."""
    STAYS = "stays"
    """Spotify does not let us take the new playlist out of the library."""
    GIVEN_UP = "given up"
    """Half done for good."""
    OPEN = "open"
    """Neither finished nor put back yet."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A write that its person wanted finished or put back, and what really came of it."""

    write: Write
    ending: Ending


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A playlist as it is to become."""

    name: str
    tracks: tuple[TrackId, ...]
    """In their order; repeated ones stay repeated."""
    description: str = ""
    in_place_of: Playlist | None = None
    """The playlist to change, as the person saw it when they decided; None makes a new one."""


@dataclass(frozen=True, slots=True)
class Written:
    """What came of wishes."""

    writes: tuple[Write, ...]
    left_out: int
    """Tracks that have no Spotify id."""


class UndoAction(StrEnum):
    """How a write is taken back."""

    REMOVE = "remove"
    """Take the new playlist out of the library."""
    RESTORE = "restore"
    """Put the former list back in place."""
    RECREATE = "recreate"
    """The playlist is gone: save the former list as a new one."""
    FORGET = "forget"
    """There is nothing left to take back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoStep:
    """What taking back one write would do, as things stand now."""

    write: Write
    action: UndoAction
    playlist_id: PlaylistId | None = None
    found: tuple[TrackId, ...] = ()
    """What the playlist holds when this step begins."""
    result: tuple[TrackId, ...] = ()
    """What it would hold afterwards."""
    since: Difference = UNCHANGED
    """What others changed in the playlist after our write."""
    blocked_by: tuple[Skipped, ...] = ()
    """Rows that came into the playlist since and could not be put back: it can't be restored in place."""

    @property
    def loses_dates(self) -> bool:
        """Whether the dates on which tracks were added become the day of the undo."""
        return self.action in {UndoAction.RESTORE, UndoAction.RECREATE}


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """What an undo would do, newest write first."""

    steps: tuple[UndoStep, ...]

    @property
    def newest(self) -> str:
        """Name the plan by the write it begins with, so that a newer one is noticed."""
        return self.steps[0].write.write_id


@dataclass(frozen=True, slots=True)
class Undone:
    """A step of an undo, and the write that carried it out; None where there was nothing to do."""

    step: UndoStep
    write: Write | None
    stays: bool = False
    """Spotify does not let us take the playlist out of the library, whatever the person allows."""


def writable(tracks: Iterable[Track]) -> tuple[TrackId, ...]:
    """Return the ids of the tracks that can be put on Spotify, in their order."""
    return tuple(track.id for track in tracks if track.id is not None)
