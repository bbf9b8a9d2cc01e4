"""Count the calls to Spotify of the last 24 hours, and cache the lists and playlists that they brought.

Spotify's quota belongs to the developer account, is not published, and when it is spent everybody is
refused for 13 to 24 hours. Staying below a budget of our own keeps that from happening.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.domain.errors.sources import QuotaExceededError, ShareSpentError
from services.domain.music import Playlist, PlaylistId
from services.domain.spotify import Library, PlaylistSummary, Quota, whose_call
from services.storage.codec import decode_playlist, encode_playlist
from services.storage.database import Database, Store
from services.storage.links import is_linked
from services.storage.persons import UNREADABLE
from services.storage.schema.music import marks
from services.storage.schema.people import (
    call_counts,
    kept_playlists,
    libraries,
    links,
    listed_playlists,
    person_calls,
)
from services.storage.upserts import add_to, record_of, row_of, upsert

DEFAULT_BUDGET = 500
"""Refusals were seen after some 1,100 calls in 24 hours; the true number is nowhere written."""

_SHARES = 3
"""One person may take a third of the day while others are connected, so that no two can take all of it."""
_WINDOW = timedelta(hours=24)
_STRETCH = timedelta(minutes=10)
"""Calls are counted by stretches; a stretch leaves the window as a whole, when its last call does."""
_BLOCKED = "spotify wants no calls before"


class CallStore(Store):
    """The account of calls that the whole installation shares."""

    def __init__(self, database: Database, *, budget: int = DEFAULT_BUDGET) -> None:
        super().__init__(database)
        self.budget = budget
        """Calls that may be made in 24 hours."""

    async def admit(self, now: datetime) -> None:
        """Count one more call.

        Raises
        ------
        QuotaExceededError
            The budget is spent, or Spotify itself said that its quota is; nothing was counted.
        ShareSpentError
            The person whom the call is for has used their share, while others hold seats too.
        """
        user_id = whose_call()
        async with self._database.transaction(durable=self._database.beyond_a_crash) as connection:
            blocked = await _blocked_until(connection, now)
            if blocked is not None:
                raise QuotaExceededError(blocked)
            # Counted first and looked at second: of two at a time, the second waits for the first one's row.
            await add_to(connection, call_counts, {"starts_at": _stretch_of(now), "calls": 1})
            counts = await _counts(connection, call_counts, now)
            until = _affordable_at(counts, self.budget)
            if until is not None:
                raise QuotaExceededError(until)
            if user_id is not None:
                row = {"user_id": user_id, "starts_at": _stretch_of(now), "calls": 1}
                await add_to(connection, person_calls, row)
                share = await self._share(connection, user_id)
                until = _affordable_at(
                    await _counts(connection, person_calls, now, person_calls.c.user_id == user_id), share
                )
                if until is not None:
                    raise ShareSpentError(until)
            await connection.execute(delete(call_counts).where(call_counts.c.starts_at <= _beginning(now)))

    async def block(self, until: datetime) -> None:
        """Remember that Spotify wants no calls before `until`; a restart does not forget it."""
        await self._put(marks, [{"name": _BLOCKED, "value": until.astimezone(UTC).isoformat()}])

    async def check(self, calls: int, user_id: int, now: datetime) -> None:
        """Make sure that so many calls can be made for a person. Spotify's own refusals are not looked at.

        Raises
        ------
        QuotaExceededError, ShareSpentError
        """
        wanted = (_stretch_of(now), calls)
        async with self._database.reading() as connection:
            counts = await _counts(connection, call_counts, now)
            own = await _counts(connection, person_calls, now, person_calls.c.user_id == user_id)
            share = await self._share(connection, user_id)
        if (until := _affordable_at([*counts, wanted], self.budget)) is not None:
            raise QuotaExceededError(until)
        if (until := _affordable_at([*own, wanted], share)) is not None:
            raise ShareSpentError(until)

    async def share_of(self, user_id: int) -> int:
        """Say how many calls of a day may be made for a person: all while nobody else is connected."""
        async with self._database.reading(one_moment=False) as connection:
            return await self._share(connection, user_id)

    async def purge(self, now: datetime) -> int:
        """Drop the counts of persons that are older than a day."""
        return await self._change(delete(person_calls).where(person_calls.c.starts_at <= _beginning(now)))

    async def _share(self, connection: AsyncConnection, user_id: int) -> int:
        others = select(links.c.user_id).where(
            links.c.user_id != user_id, links.c.refresh_sealed.is_not(None)
        )
        if await connection.scalar(others.limit(1)) is None:
            return self.budget
        return max(1, self.budget // _SHARES)

    async def load(self, now: datetime) -> Quota:
        """Say how much is used."""
        async with self._database.reading() as connection:
            counts = await _counts(connection, call_counts, now)
            blocked = await _blocked_until(connection, now)
        one_more = [*counts, (_stretch_of(now), 1)]
        return Quota(
            spent=sum(calls for _, calls in counts),
            budget=self.budget,
            blocked_until=blocked or _affordable_at(one_more, self.budget),
        )


def _beginning(now: datetime) -> datetime:
    return now - _WINDOW - _STRETCH


def _stretch_of(now: datetime) -> datetime:
    return datetime.fromtimestamp(now.timestamp() // _STRETCH.total_seconds() * _STRETCH.total_seconds(), UTC)


async def _counts(
    connection: AsyncConnection, table: Table, now: datetime, *whose: ColumnElement[bool]
) -> Sequence[tuple[datetime, int]]:
    query = (
        select(table.c.starts_at, table.c.calls)
        .where(table.c.starts_at > _beginning(now), *whose)
        .order_by(table.c.starts_at)
    )
    return [(row.starts_at, row.calls) for row in await connection.execute(query)]


def _affordable_at(counts: Sequence[tuple[datetime, int]], budget: int) -> datetime | None:
    """Return when enough calls will be a day old, or None where the budget holds already."""
    surplus = sum(calls for _, calls in counts) - budget
    for starts_at, calls in counts:
        if surplus <= 0:
            return None
        surplus -= calls
        if surplus <= 0:
            return starts_at + _STRETCH + _WINDOW
    return None


async def _blocked_until(connection: AsyncConnection, now: datetime) -> datetime | None:
    value: str | None = await connection.scalar(select(marks.c.value).where(marks.c.name == _BLOCKED))
    until = datetime.fromisoformat(value) if value else None
    return until if until is not None and until > now else None


class LibraryStore(Store):
    """Lists of playlists by person."""

    async def save(self, user_id: int, library: Library) -> None:
        """Replace a person's list; does nothing for a person who has unlinked meanwhile."""
        rows = [
            row_of(each, without={"id"}, user_id=user_id, playlist_id=each.id, position=place)
            for place, each in enumerate(library.playlists)
        ]
        head = {"user_id": user_id, "read_at": library.read_at, "liked": library.liked}
        async with self._database.transaction(durable=False) as connection:
            if not await is_linked(connection, user_id):
                return
            await connection.execute(delete(listed_playlists).where(listed_playlists.c.user_id == user_id))
            await upsert(connection, libraries, [head])
            await upsert(connection, listed_playlists, rows)

    async def load(self, user_id: int) -> Library | None:
        """Read a person's list; None where there is none."""
        query = select(listed_playlists).where(listed_playlists.c.user_id == user_id)
        async with self._database.reading() as connection:
            head = (
                await connection.execute(select(libraries).where(libraries.c.user_id == user_id))
            ).one_or_none()
            if head is None:
                return None
            rows = (await connection.execute(query.order_by(listed_playlists.c.position))).all()
        return Library(
            playlists=tuple(record_of(PlaylistSummary, row, id=PlaylistId(row.playlist_id)) for row in rows),
            read_at=head.read_at,
            liked=head.liked,
        )

    async def purge(self, read_before: datetime) -> int:
        """Forget the lists that were read before a moment and return how many there were."""
        return await self._change(delete(libraries).where(libraries.c.read_at < read_before))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPlaylist:
    """A playlist as it was read."""

    playlist: Playlist
    snapshot_id: str
    fetched_at: datetime


class PlaylistStore(Store):
    """Playlists by person and key: the playlist's id, or a word for what has none."""

    async def save(self, user_id: int, key: str, kept: KeptPlaylist, *, expires_at: datetime) -> None:
        """Keep a playlist in place of an earlier version; its rows and its version are written as one.

        Nothing is kept for a person who has unlinked meanwhile.
        """
        payload = await asyncio.to_thread(encode_playlist, kept.playlist)
        place = {"user_id": user_id, "playlist_key": key, "expires_at": expires_at}
        row = row_of(kept, without={"playlist"}, payload=payload, **place)
        async with self._database.transaction(durable=False) as connection:
            if await is_linked(connection, user_id):
                await upsert(connection, kept_playlists, [row])

    async def load(self, user_id: int, key: str, now: datetime) -> KeptPlaylist | None:
        """Read a playlist that has not expired, else None."""
        query = select(kept_playlists).where(*_is(user_id, key), kept_playlists.c.expires_at > now)
        row = await self._row(query)
        playlist = None if row is None else await asyncio.to_thread(decode_playlist, row.payload)
        if row is None or playlist is None:
            return None
        return record_of(KeptPlaylist, row, playlist=playlist)

    async def prolong(self, user_id: int, key: str, *, expires_at: datetime) -> None:
        """Extend the time for which a playlist is cached."""
        kept = update(kept_playlists).where(*_is(user_id, key))
        await self._change(kept.values(expires_at=expires_at), durable=False)

    async def delete(self, user_id: int, key: str) -> None:
        """Delete a playlist that must have changed."""
        await self._change(delete(kept_playlists).where(*_is(user_id, key)), durable=False)

    async def purge(self, now: datetime) -> int:
        """Delete expired playlists and return how many there were."""
        return await self._change(delete(kept_playlists).where(kept_playlists.c.expires_at <= now))

    async def export_of(self, user_id: int) -> Sequence[Mapping[str, Any]]:
        """Write out the playlists that are kept for a person, as plain values."""
        query = (
            select(kept_playlists)
            .where(kept_playlists.c.user_id == user_id)
            .order_by(kept_playlists.c.playlist_key)
        )
        rows = await self._rows(query)
        written: list[Mapping[str, Any]] = []
        for row in rows:
            playlist = await asyncio.to_thread(decode_playlist, row.payload)
            known = {
                "playlist": row.playlist_key,
                "snapshot_id": row.snapshot_id,
                "fetched_at": row.fetched_at.isoformat(),
                "expires_at": row.expires_at.isoformat(),
            }
            if playlist is None:
                written.append({**known, UNREADABLE: "damaged, or stored by another version of Tastemap"})
                continue
            written.append(
                {
                    **known,
                    "name": playlist.name,
                    "tracks": [
                        {"id": track.id, "title": track.title, "artists": list(track.artists)}
                        for track in playlist.tracks
                    ],
                }
            )
        return written


def _is(user_id: int, key: str) -> tuple[Any, Any]:
    return kept_playlists.c.user_id == user_id, kept_playlists.c.playlist_key == key
