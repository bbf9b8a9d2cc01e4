"""Keep how lists sounded, for those who asked for that: numbers and names of groups, and no track."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.domain.drift import MappedList, Stage, Summary
from services.domain.music import Playlist
from services.storage.database import Store
from services.storage.frames import dump_json
from services.storage.links import require_login
from services.storage.schema import remembered_maps, reports
from services.storage.upserts import upsert

MOST_MAPS = 100
"""Of one list; the oldest go."""
_SUMMARY = TypeAdapter(Summary)


class RememberedMapStore(Store):
    """Remembered maps by person and list. A list is remembered as long as it has a row."""

    async def lists(self, user_id: int) -> tuple[MappedList, ...]:
        """List what a person has maps of, stored or remembered, the latest first."""
        found: dict[str, MappedList] = {}
        async with self._database.reading() as connection:
            for table, whose, at in (
                (remembered_maps, remembered_maps.c.user_id, remembered_maps.c.made_at),
                (reports, reports.c.owner_id, reports.c.created_at),
            ):
                query = select(table.c.playlist_fingerprint, table.c.playlist_name, at.label("at"))
                for row in await connection.execute(query.where(whose == user_id).order_by(at)):
                    before = found.get(row.playlist_fingerprint)
                    is_remembered = table is remembered_maps or (before is not None and before.is_remembered)
                    name, last_at = row.playlist_name, row.at
                    if before is not None and before.last_at > last_at:
                        name, last_at = before.name, before.last_at
                    found[row.playlist_fingerprint] = MappedList(
                        row.playlist_fingerprint, name, last_at, is_remembered
                    )
        return tuple(sorted(found.values(), key=lambda each: each.last_at, reverse=True))

    async def stages(self, user_id: int, fingerprint: str) -> tuple[Stage, ...]:
        """Read the remembered maps of a list, the oldest first; what can't be read is left out."""
        query = (
            select(remembered_maps.c.made_at, remembered_maps.c.summary)
            .where(_of(user_id, fingerprint))
            .order_by(remembered_maps.c.made_at)
        )
        stages = []
        for row in await self._rows(query):
            try:
                stages.append(Stage(row.made_at, _SUMMARY.validate_json(row.summary)))
            except ValidationError:
                continue
        return tuple(stages)

    async def remember(
        self, user_id: int, fingerprint: str, playlist: Playlist, stages: Sequence[Stage]
    ) -> None:
        """Begin to remember a list, with what is known of it.

        Raises
        ------
        NotLinkedError
            The list was read with a login that ended meanwhile.
        """
        async with self._database.transaction() as connection:
            await require_login(connection, user_id, playlist)
            rows = [_row(user_id, fingerprint, playlist, stage) for stage in stages]
            await upsert(connection, remembered_maps, rows)

    async def forget(self, user_id: int, fingerprint: str) -> int:
        """Forget all remembered maps of a list, and remember none from now on."""
        async with self._database.transaction() as connection:
            await _lock(connection, user_id, fingerprint)  # then a map that is just added is found, too
            gone = await connection.execute(delete(remembered_maps).where(_of(user_id, fingerprint)))
        return gone.rowcount

    async def purge(self, before: datetime) -> int:
        """Drop what was remembered before a moment."""
        return await self._change(delete(remembered_maps).where(remembered_maps.c.made_at < before))


async def add_if_remembered(
    connection: AsyncConnection, user_id: int, fingerprint: str, playlist: Playlist, stage: Stage
) -> None:
    """Remember one more map of a list inside a transaction, where its owner asked for that."""
    if not await _lock(connection, user_id, fingerprint):
        return
    await upsert(connection, remembered_maps, [_row(user_id, fingerprint, playlist, stage)])
    kept = (
        select(remembered_maps.c.made_at)
        .where(_of(user_id, fingerprint))
        .order_by(remembered_maps.c.made_at.desc())
        .limit(MOST_MAPS)
    )
    oldest = select(func.min(kept.subquery().c.made_at)).scalar_subquery()
    await connection.execute(
        delete(remembered_maps).where(_of(user_id, fingerprint), remembered_maps.c.made_at < oldest)
    )


async def _lock(connection: AsyncConnection, user_id: int, fingerprint: str) -> bool:
    """Hold the rows of a list until the transaction ends; False where there are none."""
    query = select(remembered_maps.c.made_at).where(_of(user_id, fingerprint)).with_for_update()
    return (await connection.execute(query)).first() is not None


def _of(user_id: int, fingerprint: str) -> ColumnElement[bool]:
    return and_(remembered_maps.c.user_id == user_id, remembered_maps.c.playlist_fingerprint == fingerprint)


def _row(user_id: int, fingerprint: str, playlist: Playlist, stage: Stage) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "playlist_fingerprint": fingerprint,
        "made_at": stage.at,
        "playlist_name": playlist.name,
        "source": playlist.source.value,
        "summary": dump_json(_SUMMARY, stage.summary, exclude_none=False).decode(),
    }
