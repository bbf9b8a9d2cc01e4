"""A drawn chart with its alternative text and its text twin."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ChartKind(StrEnum):
    """The charts of an analysis and of a comparison; `CLUSTER_PROFILE` is about one group of a playlist."""

    MAP = "map"
    CARD = "card"
    """The map as a card shows it: small, with few words."""
    PROFILES = "profiles"
    JOURNEY = "journey"
    DISTRIBUTIONS = "distributions"
    TEMPO = "tempo"
    """Tempi and keys as a card shows them that has no map."""
    NUMBERS = "numbers"
    DRIFT = "drift"
    ERAS = "eras"
    CLUSTER_PROFILE = "cluster_profile"
    COMPATIBILITY = "compatibility"
    PEOPLE_MAP = "people_map"
    SERVER_MAP = "server_map"
    PEOPLE_PROFILES = "people_profiles"
    ORDER = "order"
    """A new order of a playlist beside the old one."""
    POSTER_FEED = "poster-feed"
    POSTER_STORY = "poster-story"
    """Made to be posted: four to five for feeds, nine to sixteen for stories."""


POSTER_KINDS = (ChartKind.POSTER_FEED, ChartKind.POSTER_STORY)


@dataclass(frozen=True, slots=True)
class Chart:
    """A PNG with its alternative text and its text twin."""

    kind: ChartKind
    title: str
    png: bytes
    alt_text: str
    """At most 1,024 characters: what the picture shows, for somebody who can't see it."""
    text: str
    """The same facts as lines of plain text."""

    @property
    def filename(self) -> str:
        """File name for an attachment."""
        return f"{(ChartKind.MAP if self.kind is ChartKind.CARD else self.kind).value}.png"
