"""Store what lists tell about music, never whose: tracks to find related ones, and genres of artists.

Only what anybody can read on a record sleeve; nothing says who had the track in which playlist.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, delete, exists, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.domain.known_tracks import FEWEST_TRACKS, GenreClaim, KnownTrack, Relative, TrackKeys
from services.domain.music import Track, TrackId, known_year
from services.storage.codec import storable
from services.storage.database import Store
from services.storage.features import FEATURE_COLUMNS, to_features
from services.storage.schema.music import artist_genres, features, known_tracks
from services.storage.upserts import as_rows, in_lookups, insert_into, record_of, row_of, upsert

RELATIVES_PER_KEY = 20
"""Tracks returned for one artist, album or song at most: enough for a mean, bounded for the famous."""

_KEYS_PER_LOOKUP = 100
"""Each key brings up to `RELATIVES_PER_KEY` tracks, and building them holds the event loop."""

_LAST_YEAR = 9_999
_LONGEST_MS = 2**40


class KnownTrackStore(Store):
    """Words about tracks by id, and the relations that follow from them."""

    async def remember(self, tracks: Iterable[KnownTrack]) -> None:
        """Keep the words about tracks that have an id; what is not said this time stays known."""
        async with self._database.transaction(durable=False) as connection:
            await write_known_tracks(connection, tracks)

    async def load_relatives(
        self, tracks: Sequence[KnownTrack], *, per_key: int = RELATIVES_PER_KEY
    ) -> list[Relative]:
        """Read remembered tracks with features that are related to the given ones.

        Related: the same recording (ISRC), song (lead artist and core title), album or lead artist.
        The given tracks themselves are left out. A relative that several sources know comes once
        per source. The closest relations come first, each in the order of track ids.

        Parameters
        ----------
        tracks
            With or without ids.
        per_key
            Bound on the tracks for one and the same recording, song, album or artist.
        """
        seen: set[tuple[str | None, str]] = set()
        own = {known.track.id for known in tracks}
        related: list[Relative] = []
        async with self._database.reading(one_moment=False) as connection:
            for columns, wanted in _relations(tracks):
                for some in in_lookups(wanted, _KEYS_PER_LOOKUP):
                    for row in await _load(connection, columns, some, per_key):
                        name = (row.track_id, row.source)
                        if row.track_id not in own and name not in seen:
                            seen.add(name)
                            related.append(Relative(_to_track(row), to_features(row), row.source))
        return related


async def write_known_tracks(connection: AsyncConnection, tracks: Iterable[KnownTrack]) -> None:
    """Upsert words about tracks inside a transaction that does more than that."""
    rows = [_to_row(known.track, known.keys) for known in tracks if known.track.id]
    await upsert(
        connection,
        known_tracks,
        rows,
        keep_known={"isrc", "album", "album_id", "duration_ms", "release_year", "explicit"},
        keep_filled={"genres"},
    )


def _relations(
    tracks: Sequence[KnownTrack],
) -> tuple[tuple[tuple[ColumnElement[str], ...], list[tuple[str, ...]]], ...]:
    """Pair the columns that make two tracks related with the values to look for, closest first."""
    words = known_tracks.c
    keys = [known.keys for known in tracks]
    return (
        ((words.isrc,), [(known.track.isrc.upper(),) for known in tracks if known.track.isrc]),
        (
            (words.lead_artist, words.core_title),
            [(key.lead_artist, key.core_title) for key in keys if key.lead_artist and key.core_title],
        ),
        ((words.album_key,), [(key.album,) for key in keys if key.album]),
        ((words.lead_artist,), [(key.lead_artist,) for key in keys if key.lead_artist]),
    )


async def _load(
    connection: AsyncConnection,
    columns: tuple[ColumnElement[str], ...],
    wanted: Sequence[tuple[str, ...]],
    per_key: int,
) -> Sequence[Row[Any]]:
    # The first column is asked for by itself as well: SQLite uses no index for pairs of values.
    is_wanted: ColumnElement[bool] = columns[0].in_({values[0] for values in wanted})
    if len(columns) > 1:
        pairs = [tuple(map(storable, values)) for values in wanted]
        is_wanted = and_(is_wanted, tuple_(*columns).in_(pairs))
    place = func.row_number().over(partition_by=columns, order_by=known_tracks.c.track_id)
    ranked = (
        select(known_tracks, place.label("place"))
        .where(is_wanted, exists().where(features.c.track_id == known_tracks.c.track_id))
        .subquery()
    )
    query = (
        select(ranked, features.c.source, *FEATURE_COLUMNS)
        .join(features, features.c.track_id == ranked.c.track_id)
        .where(ranked.c.place <= per_key)
        .order_by(ranked.c.track_id, features.c.source)
    )
    return (await connection.execute(query)).all()


def _to_row(track: Track, keys: TrackKeys) -> dict[str, Any]:
    return {
        "track_id": track.id,
        "lead_artist": keys.lead_artist,
        "core_title": keys.core_title,
        "album_key": keys.album,
        "isrc": track.isrc.upper() if track.isrc else None,
        "title": track.title,
        "artists": json.dumps(track.artists),
        "album": track.album,
        "album_id": track.album_id,
        # A hand-made file can hold any number; one that no database could keep is no knowledge.
        "duration_ms": _plausible(track.duration_ms, _LONGEST_MS),
        "release_year": _plausible(track.release_year, _LAST_YEAR),
        "explicit": track.explicit,
        "genres": json.dumps(track.genres),
    }


def _plausible(number: int | None, most: int) -> int | None:
    return number if number is not None and 0 < number <= most else None


def _to_track(row: Row[Any]) -> Track:
    return Track(
        id=TrackId(row.track_id),
        title=row.title,
        artists=tuple(json.loads(row.artists)),
        album=row.album,
        album_id=row.album_id,
        isrc=row.isrc,
        duration_ms=row.duration_ms,
        release_year=None if row.release_year is None else known_year(row.release_year),
        explicit=row.explicit,
        genres=tuple(json.loads(row.genres)),
    )


_ARTISTS_PER_LOOKUP = 500


class ArtistGenreStore(Store):
    """Genres by artist and source."""

    async def add(self, claims: Iterable[GenreClaim], now: datetime) -> None:
        """Keep what a file or an answer says: the most tracks that were seen at once, and all marks."""
        async with self._database.transaction(durable=False) as connection:
            await write_artist_genres(connection, claims, now=now)

    async def load(self, artists: Collection[str], *, without: Collection[str] = ()) -> list[GenreClaim]:
        """Read what is known about some artists and stands on enough tracks.

        Parameters
        ----------
        without
            Sources that are not to be used.
        """
        columns = artist_genres.c
        query = select(columns.artist, columns.genre, columns.source, columns.tracks, columns.marks).where(
            columns.tracks >= FEWEST_TRACKS, columns.source.not_in(list(without))
        )
        rows = await self._rows_among(query, columns.artist, map(storable, artists), _ARTISTS_PER_LOOKUP)
        return [record_of(GenreClaim, row) for row in rows]

    async def purge(self, before: datetime) -> int:
        """Delete what nobody has said again since then; returns how much that was."""
        return await self._change(delete(artist_genres).where(artist_genres.c.last_seen < before))


async def write_artist_genres(
    connection: AsyncConnection, claims: Iterable[GenreClaim], *, now: datetime, adds: bool = False
) -> None:
    """Write claims inside a transaction that may do more than that.

    Parameters
    ----------
    adds
        Whether the tracks are others than those that were counted before; else the larger number counts.
    """
    # In the order of the keys: two transactions that lock rows in different orders would deadlock.
    rows = sorted(
        {(storable(each.artist), each.genre, each.source): each for each in claims}.items(),
        key=lambda pair: pair[0],
    )
    if not rows:
        return
    values = [row_of(claim, artist=artist, last_seen=now) for (artist, _genre, _source), claim in rows]
    is_file = connection.dialect.name == "sqlite"
    insert = insert_into(artist_genres, connection.dialect)
    known, said = artist_genres.c, insert.excluded
    larger = case((said.tracks > known.tracks, said.tracks), else_=known.tracks)
    if not is_file:
        insert = insert.from_select(list(values[0]), as_rows(artist_genres, values))
    statement = insert.on_conflict_do_update(
        index_elements=["artist", "genre", "source"],
        set_={
            "tracks": known.tracks + said.tracks if adds else larger,
            "marks": known.marks.bitwise_or(said.marks),
            "last_seen": said.last_seen,
        },
    )
    await connection.execute(statement, values if is_file else None)
