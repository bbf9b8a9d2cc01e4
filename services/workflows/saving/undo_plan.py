"""Work out how writes are taken back, as things stand on Spotify now. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.domain.errors.sources import PlaylistGoneError
from services.domain.music import Playlist, PlaylistId, TrackId
from services.domain.orders import arrived, compare, likeness, take_back
from services.domain.writes import UndoAction, UndoPlan, UndoStep, Write, WriteKind, WriteStage, writable
from services.workflows.saving.ports import PlaylistAccess


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
