"""Remember what lists tell of tracks and artists, and recall it where nothing else is known."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cachetools import LRUCache

from services.analysis.genres import claims_of, has_genre
from services.analysis.titles import lead_artist
from services.compute import ComputePool
from services.domain.features import Origin
from services.domain.known_tracks import (
    FILES,
    MUSICBRAINZ,
    GenreClaim,
    KnownTrack,
    Relative,
    TrackKeys,
    TrackWords,
    agreed_genres,
    words_of,
)
from services.domain.music import Track
from services.domain.report import EnrichedTrack
from services.storage.failures import forgiven
from services.storage.known_tracks import ArtistGenreStore, KnownTrackStore
from services.workflows import tasks

KEYS_KEPT = 20_000
"""Two of the longest playlists; about 8 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedTracksWorkflow:
    """Estimates of tracks that no source knows, from stored tracks that are related to them.

    Only what a provider measured is remembered for others: values from a person's file stay with
    that person, because anybody could have typed them.
    """

    compute: ComputePool
    known: KnownTrackStore | None
    remembers: bool = True
    """False where the database is only read."""
    _keys: LRUCache[TrackWords, TrackKeys] = field(default_factory=lambda: LRUCache(KEYS_KEPT))

    async def estimate(self, tracks: Sequence[EnrichedTrack]) -> tuple[EnrichedTrack, ...]:
        """Fill the gaps of a playlist: borrow from other ids of the same recording, else estimate.

        Raises
        ------
        DeadlineExceededError, WorkerLostError
            The worker could not do it.
        """
        if not any(map(is_lacking, tracks)):
            return tuple(tracks)
        relatives = await self.load_relatives(tracks)
        return await self.compute.run("estimate", tasks.estimate, tuple(tracks), relatives)

    async def load_relatives(self, tracks: Sequence[EnrichedTrack]) -> tuple[Relative, ...]:
        """Read the remembered tracks that say something about the gaps of a playlist, if possible."""
        lonely = [entry.track for entry in tracks if is_lacking(entry)]
        if self.known is None or not lonely:
            return ()
        # One trip for all: the measured tracks are remembered next.
        await self._make_keys([*lonely, *self._worth_remembering(tracks)])
        keyed = await self._make_keys(lonely)
        with forgiven("the remembered tracks can't be read"):
            return tuple(await self.known.load_relatives(keyed))
        return ()

    async def remember(self, tracks: Sequence[EnrichedTrack]) -> None:
        """Store the words about tracks that a provider measured, if possible: later tracks may be related."""
        measured = self._worth_remembering(tracks)
        if self.known is not None and measured:
            with forgiven("tracks can't be remembered"):
                keyed = await self._make_keys(measured)
                await self.known.remember(keyed)

    def note_keys(self, keys: Mapping[TrackWords, TrackKeys]) -> None:
        """Take keys that a worker made beside other work."""
        self._keys.update(keys)

    def _worth_remembering(self, tracks: Sequence[EnrichedTrack]) -> list[Track]:
        if not self.remembers:
            return []
        return [entry.track for entry in tracks if entry.track.id and _is_measured(entry)]

    async def _make_keys(self, tracks: Sequence[Track]) -> list[KnownTrack]:
        words = [words_of(track) for track in tracks]
        keys = {each: self._keys[each] for each in words if each in self._keys}
        missing = list(dict.fromkeys(each for each in words if each not in keys))
        if missing:
            made = await self.compute.run("track keys", tasks.track_keys, missing)
            keys.update(zip(missing, made, strict=True))
            self._keys.update(keys)
        return [KnownTrack(track, keys[each]) for track, each in zip(tracks, words, strict=True)]


def is_lacking(entry: EnrichedTrack) -> bool:
    """Whether a sound feature of a track is not known."""
    return None in entry.features.sound


def _is_measured(entry: EnrichedTrack) -> bool:
    return any(provenance.origin is Origin.MEASURED for provenance in entry.provenance.values())


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
