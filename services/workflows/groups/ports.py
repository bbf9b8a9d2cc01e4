"""What comparing people needs from outside this room."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.domain.blend import Blend, BlendMode
from services.domain.comparison import Comparison, PersonKey
from services.domain.music import Playlist
from services.workflows.analyze import OnStage


@dataclass(frozen=True, slots=True)
class Brought:
    """A person with the playlist to compare."""

    key: PersonKey
    name: str
    playlist: Playlist


class Comparer(Protocol):
    """Compares people and mixes for them."""

    async def compare(self, people: Sequence[Brought], *, on_stage: OnStage) -> Comparison:
        """Find who sounds alike, and why."""

    async def blend(
        self, people: Sequence[Brought], *, size: int, mode: BlendMode, on_stage: OnStage
    ) -> Blend:
        """Mix a playlist for everybody."""


class Sight(Protocol):
    """Who of some people is in a server at this very moment, and sees a channel of it."""

    async def __call__(
        self, guild_id: int, channel_id: int | None, user_ids: Collection[int]
    ) -> frozenset[int]:
        """Return those who are there; without a channel, being in the server is enough."""
