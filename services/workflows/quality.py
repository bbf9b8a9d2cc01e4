"""What a person can do about the data of a playlist: look at it, distrust the estimates, correct a tempo."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.domain.features import AudioFeatures, Feature, Origin, Provenance, accepted
from services.domain.music import Playlist, TrackId
from services.domain.report import AnalysisOptions, AnalysisReport, EnrichedTrack
from services.storage.corrections import TempoCorrectionStore

HALF, DOUBLE = 0.5, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionsWorkflow:
    """Tempi that a person halved or doubled; theirs alone."""

    store: TempoCorrectionStore
    clock: Callable[[], datetime]

    async def correct(self, user_id: int, track_id: TrackId, factor: float | None) -> None:
        """Remember that a track's tempo is half or double for this person; None takes it back."""
        if factor is None:
            await self.store.clear(user_id, track_id)
        else:
            await self.store.set(user_id, track_id, factor, now=self.clock())

    async def apply(self, user_id: int, tracks: Sequence[EnrichedTrack]) -> tuple[EnrichedTrack, ...]:
        """Return the tracks as this person knows them."""
        ids = [entry.track.id for entry in tracks if entry.track.id]
        factors = await self.store.load(user_id, ids)
        return corrected(tracks, factors) if factors else tuple(tracks)


def corrected(tracks: Sequence[EnrichedTrack], factors: Mapping[TrackId, float]) -> tuple[EnrichedTrack, ...]:
    """Multiply the tempo of the tracks that somebody corrected, and say so in its origin."""
    return tuple(_corrected(entry, factors) for entry in tracks)


def _corrected(entry: EnrichedTrack, factors: Mapping[TrackId, float]) -> EnrichedTrack:
    factor = factors.get(entry.track.id) if entry.track.id else None
    provenance = entry.provenance.get(Feature.TEMPO)
    tempo = entry.features.tempo
    if factor is None or tempo is None or provenance is None or provenance.origin is Origin.IMPUTED:
        return entry
    if accepted(Feature.TEMPO, tempo * factor) is None:
        return entry
    return replace(
        entry,
        features=replace(entry.features, tempo=tempo * factor),
        provenance={
            **entry.provenance,
            Feature.TEMPO: Provenance(Origin.CORRECTED, f"you, from {provenance.source}"),
        },
    )


def without_guesses(tracks: Sequence[EnrichedTrack]) -> tuple[EnrichedTrack, ...]:
    """Keep only values that were measured for exactly this track or came with the file."""
    return tuple(_own_values(entry) for entry in tracks)


def _own_values(entry: EnrichedTrack) -> EnrichedTrack:
    kept = {
        feature: provenance
        for feature, provenance in entry.provenance.items()
        if provenance.origin not in {Origin.IMPUTED, Origin.BORROWED}
    }
    features = AudioFeatures.of({feature: entry.features.get(feature) for feature in kept})
    return EnrichedTrack(track=entry.track, features=features, provenance=kept)


def once_more(report: AnalysisReport, *, measured_only: bool) -> tuple[Playlist, AnalysisOptions]:
    """Return what it takes to analyse the playlist of a report again."""
    centres = tuple(cluster.centre for cluster in report.clusters)
    groups = report.structure.k if report.structure.forced else None
    return report.playlist, AnalysisOptions(
        groups=groups, previous_centres=() if measured_only else centres, measured_only=measured_only
    )
