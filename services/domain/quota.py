"""How much of what Spotify allows the whole installation has been used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Quota:
    """Calls of the last 24 hours, of everybody together."""

    spent: int
    budget: int
    blocked_until: datetime | None = None
    """Set while nothing may be asked: our own budget is spent, or Spotify says that its quota is."""
