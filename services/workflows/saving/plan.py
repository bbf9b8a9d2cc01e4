"""Turn what a person wishes, or wishes back, into writes of the journal. Nothing is sent or stored here."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from services.domain.errors.sources import (
    NothingToWriteError,
    NotOnSpotifyError,
    NotRewritableError,
    PlaylistFullError,
    PlaylistGoneError,
    SameOrderError,
)
from services.domain.music import Playlist, PlaylistId, TrackId
from services.domain.report import new_id
from services.domain.writes import (
    LARGEST,
    MAX_DESCRIPTION,
    MAX_NAME,
    UndoAction,
    UndoPlan,
    UndoStep,
    Wish,
    Write,
    WriteKind,
    WriteStage,
    arrived,
    compare,
    likeness,
    take_back,
    writable,
)
from services.workflows.saving.engine import PlaylistAccess

_APART = timedelta(microseconds=1)
"""Writes of one wish are entered at one moment and still have an order."""


def plan_writes(user_id: int, wishes: Sequence[Wish], *, request: str, now: datetime) -> tuple[Write, ...]:
    """Plan the writes for several wishes, in their order.

    A playlist is changed in place only after everything before it is done: what is moved out of it
    has to be elsewhere first.

    Raises
    ------
    NothingToWriteError, PlaylistFullError, NotOnSpotifyError, NotRewritableError, SameOrderError
    """
    writes: list[Write] = []
    for number, wish in enumerate(wishes):
        write = _planned(
            user_id, wish.name, wish.tracks, request=f"{request}.{number}", now=now + number * _APART
        )
        if wish.in_place_of is None:
            write = replace(write, description=_description(write, wish.description))
        else:
            playlist_id, original = rewritable(wish.in_place_of)
            if original == write.target:
                raise SameOrderError(wish.name)
            write = replace(
                write,
                kind=WriteKind.REPLACE,
                playlist_id=playlist_id,
                original=original,
                follows=writes[-1].write_id if writes else None,
            )
        writes.append(write)
    return tuple(writes)


def digest_of(wishes: Sequence[Wish]) -> str:
    """Name wishes by all that they are: another name, order or list is another wish."""
    parts = [
        (wish.name, wish.description, wish.in_place_of.id if wish.in_place_of else None, wish.tracks)
        for wish in wishes
    ]
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def rewritable(playlist: Playlist) -> tuple[PlaylistId, tuple[TrackId, ...]]:
    """Return id and tracks of a playlist that can be changed in place.

    Raises
    ------
    NotOnSpotifyError
        It is from a file, or has tracks that nobody could put back.
    NotRewritableError
        It has rows that could not be put back.
    """
    if playlist.id is None:
        raise NotOnSpotifyError(playlist.name)
    if playlist.skipped:
        raise NotRewritableError(playlist.name, playlist.skipped)
    original = writable(playlist.tracks)
    if len(original) < len(playlist.tracks):
        raise NotOnSpotifyError(playlist.name)
    return playlist.id, original


def plan_taking_back(step: UndoStep, *, request: str, now: datetime) -> tuple[Write | None, Write]:
    """Plan the write that carries out a step of an undo, and the write that it takes back as it is then.

    Raises
    ------
    NotRewritableError
        Rows came into the playlist that could not be put back.
    """
    taken = step.write
    if step.blocked_by and step.action is UndoAction.RESTORE:
        raise NotRewritableError(taken.name, step.blocked_by)
    # An interrupted write that is taken back must not be gone on with.
    ended = taken if taken.stage.is_final else replace(taken, stage=WriteStage.BROKEN, updated_at=now)
    if step.action is UndoAction.FORGET:
        return None, replace(ended, undone_by=taken.write_id, told=True)
    write = _planned(taken.user_id, taken.name, step.result or taken.target, request=request, now=now)
    write = replace(write, undoes=taken.write_id, original=step.found)
    match step.action:
        case UndoAction.REMOVE:
            return replace(write, kind=WriteKind.REMOVE, playlist_id=step.playlist_id), ended
        case UndoAction.RESTORE:
            return replace(write, kind=WriteKind.REPLACE, playlist_id=step.playlist_id), ended
        case _:
            return replace(write, description=_description(write, taken.description)), ended


def _planned(user_id: int, name: str, tracks: Sequence[TrackId], *, request: str, now: datetime) -> Write:
    if not tracks:
        raise NothingToWriteError
    if len(tracks) > LARGEST:
        raise PlaylistFullError(len(tracks), LARGEST)
    return Write(
        write_id=new_id(),
        user_id=user_id,
        request=request,
        kind=WriteKind.CREATE,
        name=" ".join(name.split())[:MAX_NAME] or "Untitled",
        target=tuple(tracks),
        created_at=now,
        updated_at=now,
    )


def _description(write: Write, wanted: str) -> str:
    """Say what the playlist is, in one line that ends with the words by which it is found again."""
    line = " ".join(wanted.split())[: MAX_DESCRIPTION - len(write.marker) - 3].rstrip()
    return f"{line} · {write.marker}" if line else write.marker


async def plan_undo(playlists: PlaylistAccess, writes: Sequence[Write]) -> UndoPlan:
    """Say what taking back these writes, newest first, would do.

    Several writes of one playlist are taken back one after the other: each step starts from what
    the step before leaves behind.
    """
    library = await playlists.library(writes[0].user_id) if writes else None
    found: dict[PlaylistId, Playlist | None] = {}
    left: dict[PlaylistId, tuple[TrackId, ...]] = {}
    steps = []
    for write in writes:
        located = await _located(playlists, write)
        playlist_id = located.playlist_id
        if playlist_id is None:
            steps.append(UndoStep(write=write, action=UndoAction.FORGET))
            continue
        if playlist_id not in found:
            is_kept = library is None or playlist_id in library
            found[playlist_id] = await _read(playlists, write.user_id, playlist_id) if is_kept else None
            if (now := found[playlist_id]) is not None:
                left[playlist_id] = writable(now.tracks)
        step = _step(located, left.get(playlist_id), found[playlist_id])
        if step.action is UndoAction.RESTORE:
            left[playlist_id] = step.result
        elif step.action is UndoAction.REMOVE:
            found[playlist_id] = None
            left.pop(playlist_id, None)
        steps.append(step)
    return UndoPlan(tuple(steps))


def _step(write: Write, now: tuple[TrackId, ...] | None, found: Playlist | None) -> UndoStep:
    if write.kind is WriteKind.CREATE:
        if now is None:
            return UndoStep(write=write, action=UndoAction.FORGET)
        since = compare(_written(write, now), now)
        return UndoStep(
            write=write, action=UndoAction.REMOVE, playlist_id=write.playlist_id, found=now, since=since
        )
    if now is None:
        return UndoStep(write=write, action=UndoAction.RECREATE, result=write.original)
    written = _written(write, now)
    if written == write.original:  # it never began
        return UndoStep(write=write, action=UndoAction.FORGET)
    result = take_back(write.original, written, now)
    action = UndoAction.FORGET if result == now or not result else UndoAction.RESTORE
    return UndoStep(
        write=write,
        action=action,
        playlist_id=write.playlist_id,
        found=now,
        result=result,
        since=compare(written, now),
        blocked_by=found.skipped if found is not None else (),
    )


def _written(write: Write, now: tuple[TrackId, ...]) -> tuple[TrackId, ...]:
    """Return what our write left in the playlist, also where it was interrupted."""
    if write.stage in {WriteStage.DONE, WriteStage.VERIFYING}:
        return write.target
    if write.kind is WriteKind.REPLACE and not write.confirmed:
        head = write.target[: write.in_flight]
        return head if likeness(now, head) > likeness(now, write.original) else write.original
    return write.target[: arrived(write.target, write.confirmed, write.in_flight, now)]


async def _located(playlists: PlaylistAccess, write: Write) -> Write:
    """Find the playlist of a write that never heard its id."""
    if write.playlist_id is None and write.stage is WriteStage.CREATING:
        return replace(write, playlist_id=await playlists.find_marked(write.user_id, write.marker))
    return write


async def _read(playlists: PlaylistAccess, user_id: int, playlist_id: PlaylistId) -> Playlist | None:
    try:
        return await playlists.read(user_id, playlist_id)
    except PlaylistGoneError:
        return None
