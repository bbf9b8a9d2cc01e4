"""Turn what a person wishes into writes of the journal. Nothing is stored or sent here."""

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
    SameOrderError,
)
from services.domain.music import Playlist, PlaylistId, TrackId
from services.domain.report import new_id
from services.domain.writes import (
    LARGEST,
    MAX_DESCRIPTION,
    MAX_NAME,
    UndoAction,
    UndoStep,
    Wish,
    Write,
    WriteKind,
    WriteStage,
    writable,
)

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
