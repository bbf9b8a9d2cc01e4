"""Keep what open dumps say about recordings, by MusicBrainz id and by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.domain.recordings import Readings, RecordingId
from services.storage.database import Store
from services.storage.schema import recording_names, recording_readings
from services.storage.upserts import in_lookups, upsert

_READINGS = (
    recording_readings.c.recording,
    recording_readings.c.tempi,
    recording_readings.c["keys"].label("keys_said"),
)
"""A row has a method `keys` of its own."""


class RecordingStore(Store):
    """Facts about recordings; empty until an operator has imported a dump."""

    async def find_recordings(self, hashes: Iterable[int]) -> Mapping[int, RecordingId]:
        """Return the recordings that names mean, by the hashes of the names."""
        names = recording_names.c
        pieces = in_lookups(hashes)
        rows = await self._rows(
            *(select(recording_names).where(names.name_hash.in_(some)) for some in pieces)
        )
        return {row.name_hash: row.recording for row in rows}

    async def load_readings(self, recordings: Iterable[RecordingId]) -> Mapping[RecordingId, Readings]:
        """Return what submissions say of recordings; those without any are left out."""
        async with self._database.reading(one_moment=False) as connection:
            return await _load(connection, recordings)

    async def count(self) -> tuple[int, int]:
        """Count the recordings with readings, and the names in the index."""
        async with self._database.reading() as connection:
            readings = await connection.scalar(select(func.count()).select_from(recording_readings))
            names = await connection.scalar(select(func.count()).select_from(recording_names))
        return readings or 0, names or 0


async def _load(
    connection: AsyncConnection, recordings: Iterable[RecordingId]
) -> dict[RecordingId, Readings]:
    found: dict[RecordingId, Readings] = {}
    for some in in_lookups(recordings):
        query = select(*_READINGS).where(recording_readings.c.recording.in_(some))
        for row in await connection.execute(query):
            found[row.recording] = Readings(row.tempi, row.keys_said)
    return found


async def write_readings(connection: AsyncConnection, rows: Sequence[tuple[RecordingId, Readings]]) -> None:
    """Add readings to those that are there, inside a transaction that does more than that."""
    fresh: dict[RecordingId, Readings] = {}
    for recording, told in rows:
        fresh[recording] = fresh[recording].joined(told) if recording in fresh else told
    known = await _load(connection, fresh)
    joined = ((key, known[key].joined(told) if key in known else told) for key, told in fresh.items())
    await upsert(
        connection,
        recording_readings,
        [{"recording": key, "tempi": told.tempi, "keys": told.keys} for key, told in joined],
    )


async def write_names(connection: AsyncConnection, rows: Sequence[tuple[int, RecordingId]]) -> None:
    """Add names to the index; of two recordings with one name the later row counts."""
    await upsert(
        connection,
        recording_names,
        [{"name_hash": number, "recording": recording} for number, recording in rows],
    )
