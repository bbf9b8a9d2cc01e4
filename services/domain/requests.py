"""What one person asks for: a value for each kind of accepted work, and how its row says it.

Rows outlive an update: what an older version wrote is read as well, so keys of rows never change their
meaning, and what is missing has a default.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Self

from services.domain.grouping import Grouping
from services.domain.groups import BlendMode
from services.domain.inputs import PlaylistInput, Row, input_from_row, input_to_row
from services.domain.ordering import Goal


class JobKind(StrEnum):
    """What is to be done."""

    ANALYZE = "analyze"
    AGAIN = "again"
    CLIPS = "clips"
    STATS = "stats"
    TIDY = "tidy"
    SPLIT = "split"
    OPTIMIZE = "optimize"
    ASK = "ask"
    BRING = "bring"
    COMPARE = "compare"
    BLEND = "blend"
    SHARING = "sharing"
    SERVER_MAP = "server map"
    WRITE = "write"
    ACCOUNT = "account"
    PRESS = "press"

    @property
    def is_light(self) -> bool:
        """Whether it computes little: it waits for nobody, and runs beside other work of its person."""
        return self in {JobKind.ACCOUNT, JobKind.ASK, JobKind.PRESS}


@dataclass(frozen=True, slots=True)
class _Grouped:
    """A playlist, and how many groups to find in it."""

    what: PlaylistInput
    groups: int | None = None
    by: Grouping | None = None
    """None leaves it to what the person chose before, and to what is usual."""

    def to_row(self) -> dict[str, Any]:
        """Write it down."""
        # under "about", so that a choice among the playlists of a file repeats it
        return {**input_to_row(self.what), "groups": self.groups or 0, "about": self.by or ""}

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read it again."""
        by = row.get("about")
        return cls(input_from_row(row), int(row.get("groups", 0)) or None, Grouping(by) if by else None)


@dataclass(frozen=True, slots=True)
class AnalyzeRequest(_Grouped):
    """Draw the map of a playlist."""

    kind: ClassVar[JobKind] = JobKind.ANALYZE


@dataclass(frozen=True, slots=True)
class AgainRequest:
    """Analyse the playlist of a stored map once more."""

    kind: ClassVar[JobKind] = JobKind.AGAIN
    report_id: str
    measured_only: bool = False
    by: Grouping | None = None
    """None groups as the map does."""

    def to_row(self) -> dict[str, Any]:
        """Write it down."""
        values = "measured" if self.measured_only else ""
        return {"report": self.report_id, "values": values, "by": self.by or ""}

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read it again."""
        by = row.get("by")
        return cls(row["report"], row["values"] == "measured", Grouping(by) if by else None)


@dataclass(frozen=True, slots=True)
class ClipsRequest:
    """Have ReccoBeats measure clips of the sound of a stored map: somebody pressed for it."""

    kind: ClassVar[JobKind] = JobKind.CLIPS
    what: PlaylistInput
    report_id: str

    def to_row(self) -> dict[str, Any]:
        """Write it down."""
        return {**input_to_row(self.what), "report": self.report_id}

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read it again."""
        return cls(input_from_row(row), row["report"])


@dataclass(frozen=True, slots=True)
class _Whole:
    """A playlist, and nothing else."""

    what: PlaylistInput

    def to_row(self) -> dict[str, Any]:
        """Write it down."""
        return input_to_row(self.what)

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read it again."""
        return cls(input_from_row(row))


@dataclass(frozen=True, slots=True)
class StatsRequest(_Whole):
    """Count what is in a playlist."""

    kind: ClassVar[JobKind] = JobKind.STATS


@dataclass(frozen=True, slots=True)
class TidyRequest(_Whole):
    """Look for what could be tidied in a playlist."""

    kind: ClassVar[JobKind] = JobKind.TIDY


@dataclass(frozen=True, slots=True)
class SplitRequest(_Grouped):
    """Split a playlist into its groups."""

    kind: ClassVar[JobKind] = JobKind.SPLIT


@dataclass(frozen=True, slots=True)
class OptimizeRequest:
    """Put a playlist in a better order."""

    kind: ClassVar[JobKind] = JobKind.OPTIMIZE
    what: PlaylistInput
    goal: Goal = Goal.FLOW
    start: str = ""
    end: str = ""
    lock: str = ""

    def to_row(self) -> dict[str, Any]:
        """Write it down."""
        places = {"start": self.start, "end": self.end, "lock": self.lock}
        return {**input_to_row(self.what), "about": self.goal.value, **places}

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read it again."""
        places = {name: row.get(name, "") for name in ("start", "end", "lock")}
        return cls(input_from_row(row), Goal(row["about"]), **places)


class DraftsOf(StrEnum):
    """Which command a draft belongs to."""

    TIDY = "tidy"
    SPLIT = "split"
    OPTIMIZE = "order"


@dataclass(frozen=True, slots=True)
class DraftToWrite:
    """A draft as it stands."""

    drafts: DraftsOf
    draft_id: str
    in_place: bool
    """Whether the playlist itself changes; else new ones are made beside it."""

    @property
    def name(self) -> str:
        """Name what is written: what was begun for it is gone on with, not done twice."""
        return f"{self.drafts.value} {self.draft_id}"


@dataclass(frozen=True, slots=True)
class BlendToWrite:
    """A blend, which is not stored: the same people, mode and size give the same one."""

    result_id: str
    mode: BlendMode
    size: int
    channel_id: int

    @property
    def name(self) -> str:
        """Name what is written, as for drafts."""
        return f"{_BLEND} {self.result_id} {self.mode.value} {self.size} {self.channel_id}"


_BLEND = "blend"


@dataclass(frozen=True, slots=True)
class WriteRequest:
    """Write to Spotify what somebody has before them."""

    kind: ClassVar[JobKind] = JobKind.WRITE
    what: DraftToWrite | BlendToWrite

    def to_row(self) -> dict[str, Any]:
        """Write it down."""
        match self.what:
            case DraftToWrite(drafts, draft_id, in_place):
                return {"drafts": drafts.value, "draft": draft_id, "in_place": "yes" if in_place else ""}
            case BlendToWrite(result_id, mode, size, channel_id):
                blend = {"result": result_id, "mode": mode.value, "size": size, "channel": str(channel_id)}
                return {"drafts": _BLEND, **blend}

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read it again."""
        if row["drafts"] != _BLEND:
            return cls(DraftToWrite(DraftsOf(row["drafts"]), row["draft"], bool(row["in_place"])))
        if "draft" in row:  # written by an older version
            result_id, mode, size, channel_id = row["draft"].split()
        else:
            result_id, mode, size, channel_id = (row[key] for key in ("result", "mode", "size", "channel"))
        return cls(BlendToWrite(result_id, BlendMode(mode), int(size), int(channel_id)))


class LoginStep(StrEnum):
    """What somebody wants of their link."""

    BEGIN = "begin"
    FINISH = "finish"
    END = "end"


@dataclass(frozen=True, slots=True)
class AccountRequest:
    """Connect or disconnect Spotify, one step of it."""

    kind: ClassVar[JobKind] = JobKind.ACCOUNT
    step: LoginStep
    scopes: frozenset[str] = frozenset()
    wanted: str = ""
    """The button that does what the login came in between."""
    name: str = ""
    in_server: bool = False
    """Whether it was asked for where the bot is a member."""
    typed: str = field(default="", repr=False, compare=False)
    """The code that finishes a login. Not part of the row: a restart asks for it once more, and where another
    process does the work it goes there sealed, in a column of its own."""

    def to_row(self) -> dict[str, Any]:
        """Write it down."""
        return {
            "step": self.step.value,
            "scopes": " ".join(sorted(self.scopes)),
            "wanted": self.wanted,
            "name": self.name,
            "place": "server" if self.in_server else "",
        }

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read it again."""
        return cls(
            LoginStep(row["step"]),
            frozenset(row.get("scopes", "").split()),
            row.get("wanted", ""),
            row.get("name", ""),
            bool(row.get("place")),
        )


@dataclass(frozen=True, slots=True)
class PressRequest:
    """Answer a press that another process has acknowledged: one that draws, orders or writes."""

    kind: ClassVar[JobKind] = JobKind.PRESS
    custom_id: str
    values: tuple[str, ...]
    """What was chosen in a menu."""
    component_type: int
    stays: bool
    """Whether the pressed message is to be changed; else the answer is a message of its own."""
    permissions: int
    """What the bot may do in the channel."""
    file_limit: int
    """Largest file there, in bytes."""
    is_member: bool
    """Whether the bot is a member of the server."""
    message_id: int
    message_flags: int
    message_files: tuple[str, ...]
    """Names of the files of the pressed message."""

    def to_row(self) -> dict[str, Any]:
        """Write it down."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Read it again."""
        known: dict[str, Any] = {name: row[name] for name in cls.__slots__}
        return cls(**{**known, **{name: tuple(known[name]) for name in ("values", "message_files")}})
