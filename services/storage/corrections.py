"""Remember the tempos that a person halved or doubled; theirs alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, select

from services.domain.music import TrackId
from services.storage.database import Database
from services.storage.schema import tempo_corrections
from services.storage.upserts import in_lookups, upsert

FACTORS = (0.5, 2.0)
"""A wrong tempo is nearly always half or double the one people tap."""


class TempoCorrectionStore:
    """Tempo factors by person and track."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def set(self, user_id: int, track_id: TrackId, factor: float, *, now: datetime) -> None:
        """Keep a factor for this person, in place of an earlier one.

        Raises
        ------
        ValueError
            The factor is not one of `FACTORS`.
        """
        if factor not in FACTORS:
            raise ValueError(f"a tempo is halved or doubled, not multiplied by {factor}")
        row = {"user_id": user_id, "track_id": track_id, "factor": factor, "set_at": now}
        async with self._database.transaction() as connection:
            await upsert(connection, tempo_corrections, [row])

    async def clear(self, user_id: int, track_id: TrackId) -> bool:
        """Forget a person's correction of a track; False where there was none."""
        async with self._database.transaction() as connection:
            gone = await connection.execute(
                delete(tempo_corrections).where(
                    tempo_corrections.c.user_id == user_id, tempo_corrections.c.track_id == track_id
                )
            )
        return gone.rowcount > 0

    async def load(self, user_id: int, ids: Iterable[TrackId]) -> Mapping[TrackId, float]:
        """Read a person's factors for the given tracks."""
        found: dict[TrackId, float] = {}
        async with self._database.reading() as connection:
            for some in in_lookups(ids):
                query = select(tempo_corrections.c.track_id, tempo_corrections.c.factor).where(
                    tempo_corrections.c.user_id == user_id, tempo_corrections.c.track_id.in_(some)
                )
                found.update((row.track_id, row.factor) for row in await connection.execute(query))
        return found

    async def delete_of(self, user_id: int) -> int:
        """Forget all corrections of a person and return how many there were."""
        async with self._database.transaction() as connection:
            gone = await connection.execute(
                delete(tempo_corrections).where(tempo_corrections.c.user_id == user_id)
            )
        return gone.rowcount
