"""Remember by what a person put the tempo of a track right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.domain.music import Track, TrackId
from services.storage.decisions import TempoCorrectionStore

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

    async def factors(self, user_id: int, tracks: Sequence[Track]) -> Mapping[TrackId, float]:
        """Return by what this person multiplied the tempo of tracks, for those that they corrected."""
        return await self.store.load(user_id, [track.id for track in tracks if track.id])
