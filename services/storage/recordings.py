"""Remember which recordings names mean, what people said about doubtful finds, and what open dumps say."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.domain.music import Track, TrackId
from services.domain.recordings import Certainty, IdWords, NameKey, NameMatch, Pair, Readings, RecordingId
from services.storage.database import Store
from services.storage.schema.music import (
    id_words,
    name_answers,
    name_matches,
    recording_names,
    recording_readings,
)
from services.storage.upserts import in_lookups, record_of, row_of, upsert


class NameStore(Store):
    """Facts about recordings, never about people."""

    async def load_matches(self, keys: Collection[NameKey], now: datetime) -> Mapping[NameKey, NameMatch]:
        """Read what is known about names, as far as that still counts at `now`."""
        found: dict[NameKey, NameMatch] = {}
        known = select(name_matches).where(name_matches.c.expires_at > now)
        for row in await self._rows_among(known, name_matches.c.name_key, keys):
            found[row.name_key] = record_of(
                NameMatch,
                row,
                key=row.name_key,
                certainty=Certainty(row.certainty),
                found=_track(row, row.track_id),
                genres=tuple(json.loads(row.genres)),
            )
        return found

    async def save_matches(self, matches: Iterable[NameMatch]) -> None:
        """Remember what services said, newer over older."""
        rows = [
            row_of(
                each,
                without={"key", "found"},
                name_key=each.key,
                track_id=each.found.id if each.found else None,
                **_words(each.found),
                genres=json.dumps(each.genres),
            )
            for each in matches
        ]
        await self._put(name_matches, rows, durable=False)

    async def load_words(self, ids: Collection[TrackId], now: datetime) -> Mapping[TrackId, IdWords]:
        """Read what ids are called, as far as that still counts at `now`."""
        known = select(id_words).where(id_words.c.expires_at > now)
        return {
            TrackId(row.track_id): record_of(IdWords, row, track=_track(row, TrackId(row.track_id)))
            for row in await self._rows_among(known, id_words.c.track_id, ids)
        }

    async def save_words(self, words: Iterable[IdWords]) -> None:
        """Remember what ids are called, newer over older."""
        rows = []
        for each in words:
            said = _words(each.track)
            del said["album"]
            rows.append(row_of(each, without={"track"}, **said))
        await self._put(id_words, rows, durable=False)

    async def purge(self, now: datetime) -> int:
        """Drop what no longer counts, and return how much that was."""
        gone = 0
        async with self._database.transaction(durable=False) as connection:
            for table in (name_matches, id_words):
                gone += (await connection.execute(delete(table).where(table.c.expires_at <= now))).rowcount
        return gone


class NameAnswerStore(Store):
    """What each person said about doubtful finds."""

    async def load(self, user_id: int) -> Mapping[Pair, bool]:
        """Read all answers of a person."""
        rows = await self._rows(select(name_answers).where(name_answers.c.user_id == user_id))
        return {Pair(row.name_key, row.found): row.taken for row in rows}

    async def set(self, user_id: int, answers: Mapping[Pair, bool], *, now: datetime) -> None:
        """Keep answers, newer over older."""
        rows = [
            {"user_id": user_id, "name_key": pair.name, "found": pair.found, "taken": taken, "set_at": now}
            for pair, taken in answers.items()
        ]
        await self._put(name_answers, rows)


def _words(track: Track | None) -> dict[str, Any]:
    track = track or Track()
    return {
        "isrc": track.isrc,
        "title": track.title,
        "artists": json.dumps(track.artists),
        "album": track.album,
        "duration_ms": track.duration_ms,
    }


def _track(row: Row[Any], track_id: TrackId | None) -> Track | None:
    if not row.title:
        return None
    return Track(
        id=track_id,
        title=row.title,
        artists=tuple(json.loads(row.artists)),
        album=getattr(row, "album", None),
        isrc=row.isrc,
        duration_ms=row.duration_ms,
    )


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
        rows = await self._rows_among(select(recording_names), recording_names.c.name_hash, hashes)
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
