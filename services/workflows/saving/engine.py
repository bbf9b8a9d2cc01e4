"""Carry out one write, step by step, each entered in the journal before it is taken.

Spotify has no transactions, and neither making a playlist nor adding to one may be repeated blindly.
So what is about to be sent is noted first; after an interruption the playlist itself is asked how
far it came, and the write goes on from there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NoReturn, Protocol, Unpack

from services.domain.errors import TastemapError
from services.domain.errors.sources import (
    AccountError,
    NotLinkedError,
    NotRemovableError,
    NotRewritableError,
    PlaylistChangedError,
    PlaylistGoneError,
    QuotaExceededError,
    RateLimitedError,
    RelinkNeededError,
    ScopeMissingError,
    SourceRefusedError,
    SpotifyError,
    TokenRefusedError,
    WriteError,
)
from services.domain.music import Playlist, PlaylistId, TrackId
from services.domain.writes import (
    BATCH,
    UNCHANGED,
    Difference,
    Hindrance,
    Write,
    WriteChanges,
    WriteKind,
    WriteStage,
    arrived,
    changed,
    compare,
    likeness,
    writable,
)
from services.storage.writes import WriteStore


class PlaylistAccess(Protocol):
    """The playlists of a person, who is named by their Discord user id.

    Every method raises the errors of `services.domain.errors.sources` and `.accounts`. One that is
    raised after a request was sent says nothing about whether it was carried out.
    """

    async def create(self, user_id: int, *, name: str, description: str) -> PlaylistId:
        """Make an empty private playlist."""
        ...

    async def add(self, user_id: int, playlist_id: PlaylistId, tracks: Sequence[TrackId]) -> str | None:
        """Add at most `BATCH` tracks at the end; returns the new snapshot, where one was given."""
        ...

    async def replace(self, user_id: int, playlist_id: PlaylistId, tracks: Sequence[TrackId]) -> str | None:
        """Let a playlist hold these tracks, `BATCH` at most, and nothing else; returns the new snapshot."""
        ...

    async def read(self, user_id: int, playlist_id: PlaylistId) -> Playlist:
        """Read a playlist as it is now, from no cache, with all its rows.

        Raises
        ------
        PlaylistGoneError
            There is none.
        """
        ...

    async def library(self, user_id: int) -> frozenset[PlaylistId] | None:
        """List the playlists in the person's library; None where it is too long to be listed.

        A playlist that its owner deleted has left the library, but can still be read and written.
        """
        ...

    async def find_marked(self, user_id: int, marker: str) -> PlaylistId | None:
        """Look for an own playlist with `marker` in its description."""
        ...

    async def remove(self, user_id: int, playlist_id: PlaylistId) -> None:
        """Take a playlist out of the library; no failure where it is not in it.

        Raises
        ------
        ScopeMissingError
            The person has not allowed all that this may take.
        NotRemovableError
            They have, and Spotify refuses all the same.
        """
        ...


HELD_FOR = timedelta(minutes=2)
"""How long a claim lasts without a sign of life; each step renews it."""

_Send = Callable[[int, PlaylistId, Sequence[TrackId]], Awaitable[str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteEngine:
    """The steps of a write. Whatever is raised in one of them, the journal says where it stands."""

    journal: WriteStore
    playlists: PlaylistAccess
    clock: Callable[[], datetime]

    async def run(self, write: Write) -> Write:
        """Go on with a write until it is done.

        Raises
        ------
        PlaylistChangedError, NotRewritableError, PlaylistGoneError, NotRemovableError
            It was given up; nothing was changed by it that is not in the journal.
        WriteNotFoundError
            The journal has lost it, because its person was forgotten: nothing more is sent.
        TastemapError
            Spotify or the login stand in the way; see the journal for how far it came.
        """
        try:
            return await self._run(write)
        except PlaylistGoneError:
            reached = await self.journal.load(write.write_id)
            if reached is not None and not reached.stage.is_final:
                await self._give_up(reached, Hindrance.GONE)
            raise

    async def _run(self, write: Write) -> Write:
        if write.kind is WriteKind.REMOVE:
            return await self._remove(write)
        if write.stage is WriteStage.CREATING:
            write = await self._find_created(write)
        if write.stage is WriteStage.PLANNED:
            write = await (self._create(write) if write.kind is WriteKind.CREATE else self._open(write))
        elif write.stage in {WriteStage.WRITING, WriteStage.VERIFYING}:
            write = await self._reconcile(write)
        return await self._verify(await self._fill(write))

    async def _save(self, write: Write, **changes: Unpack[WriteChanges]) -> Write:
        """Enter a change in the journal, and hold on to the write for another while."""
        now = self.clock()
        reached = changed(write, now, **changes)
        await self.journal.save(reached, held_until=now + HELD_FOR)
        return reached

    async def _create(self, write: Write) -> Write:
        write = await self._save(write, stage=WriteStage.CREATING)
        try:
            playlist_id = await self.playlists.create(
                write.user_id, name=write.name, description=write.description
            )
        except TastemapError as error:
            if was_not_carried_out(error):
                await self._save(write, stage=WriteStage.PLANNED)
            raise
        return await self._save(write, stage=WriteStage.WRITING, playlist_id=playlist_id)

    async def _find_created(self, write: Write) -> Write:
        """Look whether a playlist was made whose id was never heard; one that was not is made anew."""
        found = await self.playlists.find_marked(write.user_id, write.marker)
        if found is None:
            return await self._save(write, stage=WriteStage.PLANNED)
        return await self._save(write, stage=WriteStage.WRITING, playlist_id=found)

    async def _open(self, write: Write) -> Write:
        """Make sure that the journal holds all that is in the playlist before anything is changed."""
        found = await self._read(write)
        if found.skipped:
            await self._give_up(write, Hindrance.REFUSED)
            raise NotRewritableError(write.name, found.skipped)
        difference = compare(write.original, writable(found.tracks))
        if difference:
            await self._refuse_changed(write, difference)
        return await self._save(write, stage=WriteStage.WRITING, snapshot_id=found.snapshot_id)

    async def _reconcile(self, write: Write) -> Write:
        """Ask the playlist how far an interrupted write came.

        One that its owner deleted meanwhile could still be written, but nobody would ever see it.
        """
        library = await self.playlists.library(write.user_id)
        if library is not None and _id(write) not in library:
            raise PlaylistGoneError(_id(write))
        found = writable((await self._read(write)).tracks)
        if write.kind is WriteKind.REPLACE and not write.confirmed:
            return await self._reconcile_first(write, found)
        done = arrived(write.target, write.confirmed, write.in_flight, found)
        return await self._save(write, stage=WriteStage.WRITING, confirmed=done, in_flight=0)

    async def _reconcile_first(self, write: Write, found: tuple[TrackId, ...]) -> Write:
        """Tell whether the playlist still is the original, the beginning of the target, or neither."""
        head = write.target[: write.in_flight]
        if write.in_flight and likeness(found, head) > likeness(found, write.original):
            return await self._save(write, confirmed=len(head), in_flight=0)
        if difference := compare(write.original, found):
            await self._refuse_changed(write, difference)
        return await self._save(write, in_flight=0)

    async def _fill(self, write: Write) -> Write:
        """Send what is missing, batch by batch."""
        if write.kind is WriteKind.REPLACE and not write.confirmed:
            write = await self._send(write, self.playlists.replace)
        while write.confirmed < len(write.target):
            write = await self._send(write, self.playlists.add)
        return await self._save(write, stage=WriteStage.VERIFYING)

    async def _send(self, write: Write, send: _Send) -> Write:
        """Send one batch. That it arrived is entered together with the next step."""
        batch = write.target[write.confirmed : write.confirmed + BATCH]
        write = await self._save(write, in_flight=len(batch))
        try:
            snapshot = await send(write.user_id, _id(write), batch)
        except TastemapError as error:
            if was_not_carried_out(error):
                await self._save(write, in_flight=0)
            raise
        return replace(
            write,
            confirmed=write.confirmed + len(batch),
            in_flight=0,
            snapshot_id=snapshot or write.snapshot_id,
        )

    async def _verify(self, write: Write) -> Write:
        """Read back what was written; an end that is missing is sent again, once."""
        found = await self._read(write)
        ids = writable(found.tracks)
        if len(ids) < len(write.target) and ids == write.target[: len(ids)]:
            write = await self._save(write, stage=WriteStage.WRITING, confirmed=len(ids))
            write = await self._fill(write)
            found = await self._read(write)
            ids = writable(found.tracks)
        return await self._finish(
            write, snapshot_id=found.snapshot_id or write.snapshot_id, difference=compare(write.target, ids)
        )

    async def _remove(self, write: Write) -> Write:
        try:
            await self.playlists.remove(write.user_id, _id(write))
        except NotRemovableError:
            await self._give_up(write, Hindrance.REFUSED)
            raise
        return await self._finish(write)

    async def _finish(self, write: Write, **changes: Unpack[WriteChanges]) -> Write:
        """Enter that a write is done, and what it took back along with it."""
        reached = changed(write, self.clock(), **changes)
        done = replace(reached, stage=WriteStage.DONE, hindrance=None, retry_at=None, told=False)
        undone = await self.journal.load(write.undoes) if write.undoes else None
        others = () if undone is None else (replace(undone, undone_by=write.write_id, told=True),)
        await self.journal.save(done, *others)
        return done

    async def _read(self, write: Write) -> Playlist:
        return await self.playlists.read(write.user_id, _id(write))

    async def _give_up(self, write: Write, hindrance: Hindrance, difference: Difference = UNCHANGED) -> None:
        stage = WriteStage.BROKEN if write.has_begun else WriteStage.ABANDONED
        await self._save(
            write, stage=stage, hindrance=hindrance, retry_at=None, difference=difference, told=False
        )

    async def _refuse_changed(self, write: Write, difference: Difference) -> NoReturn:
        """Leave a playlist alone that somebody changed, before we changed anything."""
        await self._give_up(write, Hindrance.CHANGED, difference)
        raise PlaylistChangedError(
            write.name, len(difference.added), len(difference.missing), difference.moved
        )


def _id(write: Write) -> PlaylistId:
    if write.playlist_id is None:
        raise ValueError(f"write {write.write_id} has no playlist yet")
    return write.playlist_id


LATER = timedelta(minutes=10)
"""When to try again after a failure that does not say so itself."""


def hindrance_of(error: TastemapError, now: datetime) -> tuple[Hindrance, datetime | None]:
    """Say what an error means for a write under way, and when trying again may help by itself."""
    match error:
        case QuotaExceededError(until=until):
            return Hindrance.QUOTA, until
        case RateLimitedError(retry_after_s=wait_s):
            return Hindrance.RATE, now + timedelta(seconds=wait_s)
        case ScopeMissingError():
            return Hindrance.CONSENT, None
        case NotLinkedError() | RelinkNeededError() | TokenRefusedError():
            return Hindrance.LOGIN, None
        case SpotifyError() | SourceRefusedError() | AccountError() | WriteError():
            return Hindrance.REFUSED, None
        case _:
            return Hindrance.UNAVAILABLE, now + LATER


def was_not_carried_out(error: TastemapError) -> bool:
    """Whether a request that ended in this error certainly changed nothing: it was refused, or never sent."""
    return isinstance(error, SpotifyError | RateLimitedError | SourceRefusedError | AccountError | WriteError)
