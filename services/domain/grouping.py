"""The two ways of grouping a playlist, and what a grouping rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.domain.music import Track

ENOUGH_YEARS = 0.7
"""Share of the tracks that has a year, from which a list can be grouped by style and era."""


class Grouping(StrEnum):
    """By what tracks are put together."""

    SOUND = "sound"
    """By how they sound, and nothing else."""
    STYLE = "style"
    """By sound, year of the edition and artist, and by genre words where they are known."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What the groups of a report rest on."""

    grouping: Grouping = Grouping.SOUND
    years: float | None = None
    """Share of the tracks that have the year of their edition; None in reports of older versions."""
    genres: float | None = None
    """Share of the tracks that came with genre words."""
    remembered_genres: float = 0.0
    """Share of the tracks whose genre words are those that are known of their artist."""
    earlier_genres: float = 0.0
    """Share of the tracks for which earlier files, data sets and answers gave those."""
    earlier_artists: int = 0
    """Artists for whom they did."""
    stability: float | None = None
    """By style and era: how well groups of parts of the list agree with these, 0..1."""
    refused: bool = False
    """Whether style and era were asked for, and too few years are known."""

    @property
    def has_enough_years(self) -> bool:
        """Whether the list can be grouped by style and era; unknown is for the analysis to find out."""
        return self.years is None or self.years >= ENOUGH_YEARS


def year_share(tracks: Sequence[Track]) -> float:
    """Return the share of the tracks that have a year."""
    return sum(track.release_year is not None for track in tracks) / len(tracks) if tracks else 0.0
