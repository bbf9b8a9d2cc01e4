"""What enrichment needs from other packages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from services.domain.features import Coverage
from services.domain.music import Track, TrackId
from services.domain.recordings import IdWords, NameKey, NameMatch
from services.domain.sources import Absence, FetchedFeatures, FetchOutcome
from services.sources.clock import Deadline
from services.sources.outcomes import OnPart


class Observer(Protocol):
    """Counts what enrichment does."""

    def looked_up(self, cache: str, hits: int, misses: int) -> None:
        """Note how many keys a cache knew."""

    def enriched(self, coverage: Coverage) -> None:
        """Note how well the tracks of one playlist are known."""


class FeatureSource(Protocol):
    """Something that knows the sound of tracks. Give the chain another one and it is asked in its place."""

    @property
    def name(self) -> str:
        """Name this way of asking; what is absent is remembered under it."""
        ...

    @property
    def provider(self) -> str:
        """Name whose values these are; several ways of asking may lead to one provider."""
        ...

    @property
    def label(self) -> str:
        """Name it to people."""
        ...

    def key_of(self, track: Track) -> TrackId | None:
        """Return what to ask for: a Spotify id or an ISRC. None where this source can't be asked."""
        ...

    async def fetch(
        self, keys: Sequence[TrackId], *, deadline: Deadline, on_part: OnPart | None = None
    ) -> FetchOutcome:
        """Fetch features; each key in exactly one part of the outcome, also when nothing works."""
        ...


class FeatureCache(Protocol):
    """What has been learned before, by track and source, never by person."""

    async def load_features(self, ids: Collection[TrackId]) -> Mapping[TrackId, tuple[FetchedFeatures, ...]]:
        """Return everything known about these ids; unknown ids are left out."""
        ...

    async def load_by_isrc(self, isrcs: Collection[str]) -> Mapping[str, tuple[FetchedFeatures, ...]]:
        """Return everything known about these recordings, whatever id it was measured on."""
        ...

    async def save_features(self, rows: Collection[FetchedFeatures]) -> None:
        """Keep rows, replacing older ones of the same track and source."""
        ...

    async def load_absences(
        self, source: str, ids: Collection[TrackId], now: datetime
    ) -> Collection[TrackId]:
        """Return those of the keys that `source` is known not to know, as of `now`."""
        ...

    async def save_absences(self, rows: Collection[Absence]) -> None:
        """Remember who does not know what, and until when."""
        ...


class NameStore(Protocol):
    """What has been learned about names and ids, never by person."""

    async def load_matches(self, keys: Collection[NameKey], now: datetime) -> Mapping[NameKey, NameMatch]:
        """Return what is known about names and still counts at `now`."""
        ...

    async def save_matches(self, matches: Iterable[NameMatch]) -> object:
        """Remember what services said about names."""
        ...

    async def load_words(self, ids: Collection[TrackId], now: datetime) -> Mapping[TrackId, IdWords]:
        """Return what ids are called, as far as that still counts at `now`."""
        ...

    async def save_words(self, words: Iterable[IdWords]) -> object:
        """Remember what ids are called."""
        ...
