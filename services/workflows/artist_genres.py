"""Remember which genres files and sources give artists, and recall them for lists that come without any."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.analysis.genres import claims_of, has_genre
from services.analysis.titles import lead_artist
from services.domain.known_tracks import FILES, MUSICBRAINZ, GenreClaim, agreed_genres
from services.domain.music import Track
from services.storage.failures import forgiven
from services.storage.known_tracks import ArtistGenreStore


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtistGenresWorkflow:
    """Genres of artists, as files and sources give them."""

    store: ArtistGenreStore
    clock: Callable[[], datetime]
    remembers: bool = True
    """False where the database is only read."""
    takes_musicbrainz: bool = True
    """Whether the operator takes genres of MusicBrainz, whose licence forbids commercial use."""

    async def learn(self, tracks: Sequence[Track], person: int | None = None) -> None:
        """Keep what the genre column of somebody's file says about its artists, if possible."""
        if self.remembers and any(track.genres for track in tracks):
            await self.keep(await asyncio.to_thread(claims_of, tracks, FILES, person))

    async def keep(self, claims: Sequence[GenreClaim]) -> None:
        """Keep what a source says about artists, if possible."""
        if self.remembers and claims:
            with forgiven("genres of artists can't be remembered"):
                await self.store.add(claims, self.clock())

    async def recall(self, tracks: Sequence[Track], person: int | None) -> Mapping[str, tuple[str, ...]]:
        """Return the agreed genres of the artists whose tracks come without any, by lead artist."""
        leads = await asyncio.to_thread(_leads_without, tracks)
        if not leads:
            return {}
        with forgiven("the genres of artists can't be read"):
            claims = await self.store.load(leads, without=() if self.takes_musicbrainz else (MUSICBRAINZ,))
            return agreed_genres(claims, person)
        return {}


def _leads_without(tracks: Sequence[Track]) -> frozenset[str]:
    return frozenset(lead_artist(track.artists) for track in tracks if not has_genre(track)) - {""}
