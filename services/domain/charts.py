"""A drawn chart with the words that say the same."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ChartKind(StrEnum):
    """The charts of an analysis and of a comparison; `CLUSTER_PROFILE` is about one group of a playlist."""

    MAP = "map"
    PROFILES = "profiles"
    JOURNEY = "journey"
    DISTRIBUTIONS = "distributions"
    CLUSTER_PROFILE = "cluster_profile"
    COMPATIBILITY = "compatibility"
    PEOPLE_MAP = "people_map"
    PEOPLE_PROFILES = "people_profiles"
    ORDER = "order"
    """A new order of a playlist beside the old one."""


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
        return f"{self.kind.value}.png"
