"""Keep the list of a person's playlists: for autocomplete, and to show it without asking again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from services.domain.library import Library
from services.domain.music import PlaylistId
from services.domain.spotify import PlaylistSummary
from services.storage.database import Database
from services.storage.links import is_linked
from services.storage.schema import libraries, listed_playlists
from services.storage.upserts import upsert

_COLUMNS = [
    listed_playlists.c["playlist_id" if field.name == "id" else field.name]
    for field in fields(PlaylistSummary)
]


class LibraryStore:
    """Lists of playlists by person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, user_id: int, library: Library) -> None:
        """Put a list in place of the one before; nothing for a person who has unlinked meanwhile."""
        rows = [_row(user_id, place, each) for place, each in enumerate(library.playlists)]
        head = {"user_id": user_id, "read_at": library.read_at, "liked": library.liked}
        async with self._database.transaction(durable=False) as connection:
            if not await is_linked(connection, user_id):
                return
            await connection.execute(delete(listed_playlists).where(listed_playlists.c.user_id == user_id))
            await upsert(connection, libraries, [head])
            await upsert(connection, listed_playlists, rows)

    async def load(self, user_id: int) -> Library | None:
        """Read a person's list; None where there is none."""
        query = select(*_COLUMNS).where(listed_playlists.c.user_id == user_id)
        async with self._database.reading() as connection:
            head = (
                await connection.execute(select(libraries).where(libraries.c.user_id == user_id))
            ).one_or_none()
            if head is None:
                return None
            rows = (await connection.execute(query.order_by(listed_playlists.c.position))).all()
        return Library(
            playlists=tuple(_summary(row._mapping) for row in rows), read_at=head.read_at, liked=head.liked
        )

    async def find(self, user_id: int, playlist_id: PlaylistId) -> PlaylistSummary | None:
        """Read one entry of a person's list."""
        query = select(*_COLUMNS).where(
            listed_playlists.c.user_id == user_id, listed_playlists.c.playlist_id == playlist_id
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else _summary(row._mapping)

    async def delete_of(self, user_id: int) -> int:
        """Forget a person's list and return how many playlists were in it."""
        async with self._database.transaction() as connection:
            gone = await connection.execute(
                delete(listed_playlists).where(listed_playlists.c.user_id == user_id)
            )
            await connection.execute(delete(libraries).where(libraries.c.user_id == user_id))
        return gone.rowcount

    async def purge(self, read_before: datetime) -> int:
        """Forget the lists that were read before a moment and return how many there were."""
        async with self._database.transaction() as connection:
            gone = await connection.execute(delete(libraries).where(libraries.c.read_at < read_before))
        return gone.rowcount

    async def export_of(self, user_id: int) -> Sequence[Mapping[str, Any]]:
        """Write out what is kept of a person's list, as plain values."""
        library = await self.load(user_id)
        if library is None:
            return []
        return [
            {
                "playlist_id": each.id,
                "name": each.name,
                "owner_name": each.owner_name,
                "total": each.total,
                "description": each.description,
                "read_at": library.read_at.isoformat(),
            }
            for each in library.playlists
        ]


def _row(user_id: int, place: int, summary: PlaylistSummary) -> dict[str, Any]:
    values = {field.name: getattr(summary, field.name) for field in fields(summary)}
    values |= {"user_id": user_id, "playlist_id": values.pop("id"), "position": place}
    return {column.name: values[column.name] for column in listed_playlists.c}


def _summary(row: Mapping[Any, Any]) -> PlaylistSummary:
    values: dict[str, Any] = {str(key): value for key, value in row.items()}
    return PlaylistSummary(id=PlaylistId(values.pop("playlist_id")), **values)
