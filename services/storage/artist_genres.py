"""Store which genres artists are given, by source: facts about artists, with no person, file or list."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from services.domain.known_tracks import FEWEST_TRACKS, GenreClaim
from services.storage.database import Store
from services.storage.frames import storable
from services.storage.schema import artist_genres
from services.storage.upserts import as_rows, in_lookups

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
        pieces = in_lookups(map(storable, artists), _ARTISTS_PER_LOOKUP)
        rows = await self._rows(*(query.where(columns.artist.in_(some)) for some in pieces))
        return [GenreClaim(row.artist, row.genre, row.source, row.tracks, row.marks) for row in rows]

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
    values = [_row(*key, claim, now) for key, claim in rows]
    is_file = connection.dialect.name == "sqlite"
    insert: Any = (sqlite.insert if is_file else postgresql.insert)(artist_genres)
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


def _row(artist: str, genre: str, source: str, claim: GenreClaim, now: datetime) -> dict[str, Any]:
    return {
        "artist": artist,
        "genre": genre,
        "source": source,
        "tracks": claim.tracks,
        "marks": claim.marks,
        "last_seen": now,
    }
