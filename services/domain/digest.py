"""The weekly digest of a server: what happened on its map, said once in a channel that somebody chose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.domain.features import Feature

WEEK = timedelta(days=7)
LATE_AT_MOST = timedelta(hours=24)
"""A digest that is later than that, because the bot was away, is left out; the next one has its news."""
DIGEST_STANDS_FOR = timedelta(days=30)
"""Then it is emptied, as maps and results are."""


class NewsKind(StrEnum):
    """What can happen on a map in a week."""

    MOVED = "moved"
    ALIKE = "alike"
    JOINED = "joined"


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One thing that happened."""

    kind: NewsKind
    user_id: int
    other_id: int | None = None
    """The second of two who became alike."""
    feature: Feature | None = None
    """What changed most of a list that moved."""
    more: bool = False
    """Whether there is more of it now."""
    name: str = ""
    """How the server calls them; empty until it is read for a card."""
    other_name: str = ""

    @property
    def about(self) -> frozenset[int]:
        """Whom it names."""
        return frozenset({self.user_id} if self.other_id is None else {self.user_id, self.other_id})


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """That a server wants a digest, where, and when the next one is due."""

    guild_id: int
    channel_id: int
    next_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestPost:
    """The digest of one week, claimed by a process that posts it."""

    guild_id: int
    week: int
    """In which it was due, as year and ISO week: 202649."""
    channel_id: int
    request_id: int
    """Stands for the message until Discord has named it."""
    claimed_at: datetime


def week_of(moment: datetime) -> int:
    """Return the week of a moment as one number."""
    year, week, _ = moment.isocalendar()
    return 100 * year + week
