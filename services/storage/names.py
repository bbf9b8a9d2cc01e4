"""Remember which recordings names mean, what ids are called, and what people said about doubtful finds."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select

from services.domain.music import Track, TrackId
from services.domain.recordings import Certainty, IdWords, NameKey, NameMatch, Pair
from services.storage.database import Store
from services.storage.schema import id_words, name_answers, name_matches
from services.storage.upserts import in_lookups, upsert


class NameStore(Store):
    """Facts about recordings, never about people."""

    async def load_matches(self, keys: Collection[NameKey], now: datetime) -> Mapping[NameKey, NameMatch]:
        """Read what is known about names, as far as that still counts at `now`."""
        found: dict[NameKey, NameMatch] = {}
        known = select(name_matches).where(name_matches.c.expires_at > now)
        for row in await self._rows(
            *(known.where(name_matches.c.name_key.in_(some)) for some in in_lookups(keys))
        ):
            found[row.name_key] = NameMatch(
                key=row.name_key,
                certainty=Certainty(row.certainty),
                found=_track(row, row.track_id),
                looked_at=row.looked_at,
                expires_at=row.expires_at,
                genres=tuple(json.loads(row.genres)),
            )
        return found

    async def save_matches(self, matches: Iterable[NameMatch]) -> None:
        """Remember what services said, newer over older."""
        rows = [
            {
                "name_key": each.key,
                "certainty": each.certainty.value,
                "track_id": each.found.id if each.found else None,
                **_words(each.found),
                "looked_at": each.looked_at,
                "expires_at": each.expires_at,
                "genres": json.dumps(each.genres),
            }
            for each in matches
        ]
        async with self._database.transaction(durable=False) as connection:
            await upsert(connection, name_matches, rows)

    async def load_words(self, ids: Collection[TrackId], now: datetime) -> Mapping[TrackId, IdWords]:
        """Read what ids are called, as far as that still counts at `now`."""
        found: dict[TrackId, IdWords] = {}
        known = select(id_words).where(id_words.c.expires_at > now)
        for row in await self._rows(
            *(known.where(id_words.c.track_id.in_(some)) for some in in_lookups(ids))
        ):
            track_id = TrackId(row.track_id)
            found[track_id] = IdWords(
                track_id=track_id,
                track=_track(row, track_id),
                looked_at=row.looked_at,
                expires_at=row.expires_at,
            )
        return found

    async def save_words(self, words: Iterable[IdWords]) -> None:
        """Remember what ids are called, newer over older."""
        rows = [
            {
                "track_id": each.track_id,
                "title": each.track.title if each.track else "",
                "artists": json.dumps(each.track.artists if each.track else ()),
                "isrc": each.track.isrc if each.track else None,
                "duration_ms": each.track.duration_ms if each.track else None,
                "looked_at": each.looked_at,
                "expires_at": each.expires_at,
            }
            for each in words
        ]
        async with self._database.transaction(durable=False) as connection:
            await upsert(connection, id_words, rows)

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
        await self._put(
            name_answers,
            [
                {
                    "user_id": user_id,
                    "name_key": pair.name,
                    "found": pair.found,
                    "taken": taken,
                    "set_at": now,
                }
                for pair, taken in answers.items()
            ],
        )


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
