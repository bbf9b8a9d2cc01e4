"""Estimate tracks from the company they keep, and remember who keeps company with whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.compute import ComputePool
from services.domain.company import Relative
from services.domain.features import SOUND_FEATURES, Origin
from services.domain.report import EnrichedTrack
from services.storage.known_tracks import KnownTrackStore
from services.workflows import tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyWorkflow:
    """The remembered tracks as company for those that no source knows.

    Only what a provider measured is remembered for others: values from a person's file stay with
    that person, because anybody could have typed them.
    """

    compute: ComputePool
    known: KnownTrackStore | None

    async def estimate(self, tracks: Sequence[EnrichedTrack]) -> tuple[EnrichedTrack, ...]:
        """Fill the gaps of a playlist: borrow from other ids of the same recording, else estimate.

        Raises
        ------
        DeadlineExceededError, WorkerLostError
            The worker could not do it.
        """
        lonely = [entry.track for entry in tracks if not _is_complete(entry)]
        if not lonely:
            return tuple(tracks)
        relatives: tuple[Relative, ...] = ()
        if self.known is not None:
            keyed = await self.compute.run("track keys", tasks.known_tracks, lonely)
            relatives = tuple(await self.known.load_relatives(keyed))
        return await self.compute.run("estimate", tasks.estimate, tuple(tracks), relatives)

    async def remember(self, tracks: Sequence[EnrichedTrack]) -> None:
        """Keep the words about tracks that a provider measured, so that they are company later."""
        if self.known is None:
            return
        measured = [entry.track for entry in tracks if entry.track.id and _is_measured(entry)]
        if measured:
            await self.known.remember(await self.compute.run("track keys", tasks.known_tracks, measured))


def _is_complete(entry: EnrichedTrack) -> bool:
    return all(entry.features.get(feature) is not None for feature in SOUND_FEATURES)


def _is_measured(entry: EnrichedTrack) -> bool:
    return any(provenance.origin is Origin.MEASURED for provenance in entry.provenance.values())
