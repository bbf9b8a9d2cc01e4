"""What people ask for together: comparisons, blends and server maps, and how their rows say it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Self

from services.domain.groups import BlendMode
from services.domain.inputs import PlaylistInput, Row, input_from_row, input_to_row
from services.domain.requests import JobKind


@dataclass(frozen=True, slots=True)
class BringRequest:
    """Bring a playlist to a comparison."""

    kind: ClassVar[JobKind] = JobKind.BRING
    what: PlaylistInput
    lobby_id: str

    def to_row(self) -> dict[str, Any]:
        """Write it down."""
        return {**input_to_row(self.what), "about": self.lobby_id}

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read it again."""
        return cls(input_from_row(row), row["about"])


@dataclass(frozen=True, slots=True)
class SharingRequest:
    """Let others of a server compare with a playlist without asking."""

    kind: ClassVar[JobKind] = JobKind.SHARING
    what: PlaylistInput
    guild_id: int

    def to_row(self) -> dict[str, Any]:
        """Write it down."""
        return {**input_to_row(self.what), "about": str(self.guild_id)}

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read it again."""
        return cls(input_from_row(row), int(row["about"]))


class MapVerb(StrEnum):
    """What somebody wants of the map of a server."""

    LOOK = "look"
    JOIN = "join"
    POST = "post"
    READ = "read"
    """In words."""
    LEAVE = "leave"
    """Done at once, and so never a request."""


@dataclass(frozen=True, slots=True)
class ServerMapRequest:
    """Draw the map of a server, and put somebody on it first where they want that."""

    kind: ClassVar[JobKind] = JobKind.SERVER_MAP
    guild_id: int
    wish: MapVerb
    name: str = ""
    """How the server calls whoever wants to be on it."""

    def to_row(self) -> dict[str, Any]:
        """Write it down."""
        return {"guild": str(self.guild_id), "wish": self.wish.value, "name": self.name}

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read it again."""
        return cls(int(row["guild"]), MapVerb(row["wish"]), row["name"])


class Where(StrEnum):
    """Where the question is put."""

    CHANNEL = "channel"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class AskRequest:
    """Ask somebody whether they want to compare."""

    kind: ClassVar[JobKind] = JobKind.ASK
    asked_id: int
    asked_name: str
    host_name: str
    where: Where

    def to_row(self) -> dict[str, Any]:
        """Write it down."""
        return {
            "asked": str(self.asked_id),
            "asked_name": self.asked_name,
            "host_name": self.host_name,
            "where": self.where.value,
        }

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read it again."""
        return cls(int(row["asked"]), row["asked_name"], row["host_name"], Where(row["where"]))


@dataclass(frozen=True, slots=True)
class CompareRequest:
    """Compare everybody who is ready in a lobby."""

    kind: ClassVar[JobKind] = JobKind.COMPARE
    lobby_id: str

    def to_row(self) -> dict[str, Any]:
        """Write it down."""
        return {"about": self.lobby_id}

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read it again."""
        return cls(row["about"])


@dataclass(frozen=True, slots=True)
class BlendRequest:
    """Mix a playlist for the people of a comparison."""

    kind: ClassVar[JobKind] = JobKind.BLEND
    result_id: str
    lobby_id: str
    mode: BlendMode
    size: int
    as_files: bool = False
    """Whether the lists are wanted as files, to take along."""
    as_poster: bool = False
    """Whether a picture of it is wanted."""

    def to_row(self) -> dict[str, Any]:
        """Write it down."""
        return {
            "result": self.result_id,
            "lobby": self.lobby_id,
            "mode": self.mode.value,
            "size": self.size,
            "files": "yes" if self.as_files else "",
            "poster": "yes" if self.as_poster else "",
        }

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read it again."""
        as_files, as_poster = bool(row.get("files")), bool(row.get("poster"))
        mode, size = BlendMode(row["mode"]), int(row["size"])
        return cls(row["result"], row["lobby"], mode, size, as_files, as_poster)
