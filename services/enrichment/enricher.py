"""Find the sound of tracks: cache, file, sources in their order, and estimates for the rest."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from services.domain.errors import TastemapError
from services.domain.features import SOUND_FEATURES, Coverage
from services.domain.music import Track, TrackId
from services.domain.report import EnrichedTrack
from services.domain.sources import FetchedFeatures, FetchOutcome
from services.enrichment.assembly import assemble
from services.enrichment.cache import ForgivingCache, MemoryFeatureCache
from services.enrichment.coverage import compute_coverage, from_upload
from services.enrichment.flights import Desk, OnCount
from services.enrichment.ports import FeatureCache, FeatureSource, Impute, Observer, OnStage
from services.enrichment.progress import CountTeller
from services.sources.http.clock import Clock
from services.sources.http.deadline import Deadline
from services.sources.ids import valid_isrc, valid_track_id

DEADLINE_S = 90.0
"""1,000 tracks that nobody has asked about take about 20 s."""

_SHORT_WORK = 200
"""Tracks that are looked through in a few milliseconds; 10,000 take half a second."""

P = ParamSpec("P")
R = TypeVar("R")

_NOT_ESTIMATED = "The missing values could not be estimated this time; run it again to try once more."

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Enrichment:
    """Tracks with the best known value of each feature, in the order they came in."""

    tracks: tuple[EnrichedTrack, ...]
    coverage: Coverage
    notices: tuple[str, ...]
    """Sentences for people about sources that were in trouble; empty when all went well."""


class Enricher:
    """The chain of sources, one for the whole process: it is what keeps two people from one fetch.

    Parameters
    ----------
    store
        What was learned before; None keeps it in memory.
    sources
        Asked one after the other, each only about tracks that are still incomplete and of whose
        provider nothing is known.
    impute
        Fills what is left; None leaves it empty. Called also when nothing is missing, so that it can
        remember the tracks for the sake of others.
    """

    def __init__(
        self,
        *,
        store: FeatureCache | None = None,
        sources: Sequence[FeatureSource] = (),
        impute: Impute | None = None,
        clock: Clock | None = None,
        observer: Observer | None = None,
    ) -> None:
        self._clock = clock or Clock()
        self._cache = ForgivingCache(MemoryFeatureCache() if store is None else store)
        self._sources = tuple(sources)
        self._impute = impute
        self._observer = observer
        self._desk = Desk(self._cache, self._clock)

    async def enrich(
        self,
        tracks: Sequence[Track],
        *,
        source: str = "",
        offline: bool = False,
        deadline_s: float = DEADLINE_S,
        on_stage: OnStage | None = None,
        also: Sequence[FeatureSource] = (),
    ) -> Enrichment:
        """Return `tracks` with their features, whatever state the outside world is in.

        Parameters
        ----------
        tracks
            In the playlist's order, which is kept; repeated tracks are looked up once.
        source
            How the file was recognised ("Exportify"); the file's values carry this name.
        offline
            Ask nobody outside.
        deadline_s
            After so many seconds no source is waited for any more; what is known by then counts.
        on_stage
            Receives a line of progress every few seconds.
        also
            Sources for this call only, asked last: those that need the person's own token.

        Notes
        -----
        Raises nothing for what sources, cache or the estimate do. A caller that is cancelled takes
        nothing away from others who wait for the same tracks.
        """
        deadline = Deadline(deadline_s, self._clock.monotonic)
        count = len(tracks)
        uploaded = await _aside(count, from_upload, tracks, file_source(source))
        chain = () if offline else (*self._sources, *also)
        board = await _aside(count, _Board, uploaded, [link.provider for link in chain])
        await _aside(count, board.add, await self._cache.load(board.ids()))
        await _aside(count, board.add, await self._cache.load(board.isrcs_without_rows()))
        remembered = board.known_and_unknown()
        notices = []
        for link in chain:
            wanted = await _aside(count, board.wanted, link)
            if not wanted:
                continue
            outcome = await self._desk.look_up(link, wanted, deadline, self._teller(link, on_stage))
            board.add({key: (row,) for key, row in outcome.found.items()})
            if notice := _notice(link, outcome):
                notices.append(notice)
        known = await _aside(count, board.assemble)
        enriched, trouble = await self._estimate(known, on_stage)
        coverage = await _aside(count, compute_coverage, enriched)
        if self._observer is not None:
            self._observer.looked_up("features", *remembered)
            self._observer.enriched(coverage)
        return Enrichment(enriched, coverage, (*dict.fromkeys(notices), *trouble))

    async def aclose(self) -> None:
        """Stop what is being fetched; what has arrived is kept."""
        await self._desk.aclose()

    def _teller(self, link: FeatureSource, on_stage: OnStage | None) -> OnCount | None:
        return None if on_stage is None else CountTeller(link.label, on_stage, self._clock.monotonic)

    async def _estimate(
        self, tracks: tuple[EnrichedTrack, ...], on_stage: OnStage | None
    ) -> tuple[tuple[EnrichedTrack, ...], tuple[str, ...]]:
        if self._impute is None or not tracks:
            return tracks, ()
        gaps = sum(not _is_complete(track) for track in tracks)
        if on_stage is not None and gaps:
            await on_stage(f"Estimating {gaps:,} {'track' if gaps == 1 else 'tracks'} that no source knows…")
        try:
            estimated = tuple(await self._impute(tracks))
        except TastemapError as error:
            _log.warning("The estimate failed: %s", error)
            return tracks, (
                "The missing values could not be estimated this time; run it again to try once more.",
            )
        if [track.track for track in estimated] != [track.track for track in tracks]:
            raise ValueError("an imputation must keep the tracks and their order")
        return estimated, ()


async def _aside(count: int, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Do pure `work` on `count` tracks without keeping the event loop from everybody else."""
    if count <= _SHORT_WORK:
        return work(*args, **kwargs)
    return await asyncio.to_thread(work, *args, **kwargs)


class _Board:
    """What is known so far about each track of one playlist."""

    def __init__(self, uploaded: Sequence[EnrichedTrack], providers: Sequence[str]) -> None:
        self._uploaded = uploaded
        self._providers = providers
        self._rows: dict[str, dict[tuple[str, str], FetchedFeatures]] = {}
        self._keys = [_keys_of(track.track) for track in uploaded]

    def ids(self) -> list[TrackId]:
        """List the Spotify ids, each once."""
        return list(dict.fromkeys(track_id for track_id, _ in self._keys if track_id))

    def isrcs_without_rows(self) -> list[TrackId]:
        """List the ISRCs of tracks about whose own id nothing is known."""
        return list(
            dict.fromkeys(
                isrc for track_id, isrc in self._keys if isrc and not self._rows.get(track_id or "")
            )
        )

    def known_and_unknown(self) -> tuple[int, int]:
        """Count the tracks that could be looked up: those with a row by now, and those without."""
        known = [bool(self._rows_of(index)) for index, keys in enumerate(self._keys) if any(keys)]
        return sum(known), len(known) - sum(known)

    def add(
        self, rows: Mapping[str, Sequence[FetchedFeatures]] | Mapping[TrackId, tuple[FetchedFeatures, ...]]
    ) -> None:
        """Take in rows by what was asked for."""
        for key, group in rows.items():
            self._rows.setdefault(key, {}).update(((row.track_id, row.source), row) for row in group)

    def wanted(self, link: FeatureSource) -> dict[TrackId, Track]:
        """List what `link` should be asked for, each key once with a track that it stands for."""
        wanted: dict[TrackId, Track] = {}
        for index, track in enumerate(self._uploaded):
            key = link.key_of(track.track)
            if key is None or key in wanted:
                continue
            known_to_provider = any(row.source == link.provider for row in self._rows_of(index))
            if not known_to_provider and not _is_complete(self._assemble(index)):
                wanted[key] = track.track
        return wanted

    def assemble(self) -> tuple[EnrichedTrack, ...]:
        """Return all tracks with what is known now."""
        return tuple(self._assemble(index) for index in range(len(self._uploaded)))

    def _assemble(self, index: int) -> EnrichedTrack:
        return assemble(self._uploaded[index], self._rows_of(index), self._providers)

    def _rows_of(self, index: int) -> list[FetchedFeatures]:
        rows: dict[tuple[str, str], FetchedFeatures] = {}
        for key in self._keys[index]:
            rows.update(self._rows.get(key or "", {}))
        return list(rows.values())


def file_source(format_name: str) -> str:
    """Name the values of a file after its format.

    Examples
    --------
    "Exportify" -> "file:exportify", "" -> "file"
    """
    words = "".join(letter if letter.isalnum() else " " for letter in format_name.casefold()).split()
    return f"file:{'-'.join(words)}" if words else "file"


def _keys_of(track: Track) -> tuple[TrackId | None, TrackId | None]:
    isrc = valid_isrc(track.isrc)
    return valid_track_id(track.id), None if isrc is None else TrackId(isrc)


def _is_complete(track: EnrichedTrack) -> bool:
    return all(feature in track.provenance for feature in SOUND_FEATURES)


def _notice(link: FeatureSource, outcome: FetchOutcome) -> str:
    """Say how many tracks a trouble has cost this caller."""
    count = len(outcome.failed)
    if not count or not outcome.notice:
        return _out_of_time(link, outcome)
    noun = "track was" if count == 1 else "tracks were"
    return f"{outcome.notice} {count:,} {noun} not looked up there."


def _out_of_time(link: FeatureSource, outcome: FetchOutcome) -> str:
    late = sum(reason == "no time left" for reason in outcome.failed.values())
    if not late:
        return ""
    noun = "track" if late == 1 else "tracks"
    return f"There was no time left to ask {link.label} about {late:,} {noun}; run it again to get the rest."
