"""Tell people how far a long look-up is, now and then."""

from __future__ import annotations

from collections.abc import Callable

from services.enrichment.ports import OnStage
from services.sources.outcomes import about

EVERY_S = 2.0
"""Discord allows about five edits of a message in five seconds, and nobody reads faster."""


class CountTeller:
    """Turns counts into lines like "Asking ReccoBeats: 120 of 1,000 tracks, about 20 seconds left…"."""

    def __init__(self, label: str, on_stage: OnStage, monotonic: Callable[[], float]) -> None:
        self._label = label
        self._on_stage = on_stage
        self._monotonic = monotonic
        self._began = self._told = monotonic()

    async def __call__(self, answered: int, total: int) -> None:
        """Tell, unless something was told a moment ago or all is done."""
        now = self._monotonic()
        if now - self._told < EVERY_S or answered >= total:
            return
        self._told = now
        line = f"Asking {self._label}: {answered:,} of {total:,} tracks"
        if answered:
            left_s = (now - self._began) / answered * (total - answered)
            line += f", {about(left_s)} left"
        await self._on_stage(f"{line}…")
