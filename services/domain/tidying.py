"""What could be put in order in a playlist, and what a person decides about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from services.domain.features import Feature
from services.domain.report import Outlier


class Decision(StrEnum):
    """What becomes of a track."""

    KEEP = "keep"
    MOVE = "move"
    """To a new playlist."""
    REMOVE = "remove"


class Certainty(StrEnum):
    """How sure a finding is."""

    SURE = "sure"
    """The same music twice."""
    MAYBE = "maybe"
    """Live, remix, remaster: many people want both."""
    OPINION = "opinion"
    """It sounds unlike the tracks around it; that may be why it is there."""


class DoubleKind(StrEnum):
    """In which way a track doubles its keeper."""

    SAME_TRACK = "same_track"
    SAME_RECORDING = "same_recording"
    SAME_SONG = "same_song"
    """From another release."""
    SOUNDS_DIFFERENT = "sounds_different"
    CLEAN = "clean"
    """One of the two is the clean version."""
    LENGTHS_UNKNOWN = "lengths_unknown"
    """Title and artist are the same, and no more is known."""
    VERSION = "version"
    """One of the two is another version, or both are."""


@dataclass(frozen=True, slots=True)
class Double:
    """What makes a track a double, or leaves a doubt about it."""

    kind: DoubleKind
    tag: str = ""
    """What one of the two is: "live", "remix", "remaster"; empty where neither or both are something."""
    is_this: bool = False
    """Whether it is the track itself rather than its keeper."""
    feature: Feature | None = None
    """In which the two were measured differently."""
    values: tuple[float, float] | None = None
    """Of the track and of its keeper, in the unit of the feature."""


class Keeping(StrEnum):
    """Why one of two doubles is suggested for keeping."""

    PLAYABLE = "playable"
    """It can be opened on Spotify."""
    MORE_SOUND = "more_sound"
    """It brings more sound data along."""
    MORE_POPULAR = "more_popular"
    MORE_COMPLETE = "more_complete"
    """More of its details are known."""
    EARLIER = "earlier"
    """It was added first."""
    ORIGINAL = "original"
    """It is the song itself."""
    FIRST = "first"
    """Nothing else tells the two apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One track that a person may want to decide about."""

    row: int
    """Its place in the playlist, from 0."""
    certainty: Certainty
    reason: Double | Outlier | str
    """What it doubles or why it stands out; in drafts of before in words."""
    keeper: int | None = None
    """The row that it doubles and that is suggested for keeping."""
    keeper_reason: Keeping | str = ""
    """Why that one; in drafts of before in words."""

    @property
    def suggestion(self) -> Decision:
        """What is suggested: only what is certain is taken out."""
        return Decision.REMOVE if self.certainty is Certainty.SURE else Decision.KEEP


@dataclass(frozen=True, slots=True)
class Tidied:
    """Rows of a playlist after the decisions, each list in the playlist's order."""

    kept: tuple[int, ...]
    moved: tuple[int, ...]
    removed: tuple[int, ...]

    @property
    def changes_something(self) -> bool:
        """Whether the playlist would be different."""
        return bool(self.moved or self.removed)


@dataclass(frozen=True, slots=True)
class TidyState:
    """How far a person has decided."""

    findings: tuple[Finding, ...]
    decisions: Mapping[int, Decision] = field(default_factory=dict)
    """By number of the finding."""
    swapped: frozenset[int] = frozenset()
    """Numbers of findings where the person would rather keep the other one of the two."""
    moved_to: str = ""
    """Name of the new playlist for moved tracks."""

    @property
    def open(self) -> int:
        """How many findings are not decided yet; those keep their tracks."""
        return len(self.findings) - len(self.decisions)

    def row_of(self, number: int) -> int:
        """Return the row that the decision about a finding falls on."""
        finding = self.findings[number]
        return finding.keeper if number in self.swapped and finding.keeper is not None else finding.row


def tidied(rows: int, state: TidyState) -> Tidied:
    """Carry out the decisions on a playlist of so many rows; what is not decided stays."""
    fate: dict[int, Decision] = {}
    for number, decision in sorted(state.decisions.items()):
        row = state.row_of(number)
        # Of two wishes about one row the one that loses less counts: it is asked about twice.
        if decision is not Decision.KEEP and fate.get(row) is not Decision.MOVE:
            fate[row] = decision
    return Tidied(
        kept=tuple(row for row in range(rows) if row not in fate),
        moved=_with(fate, Decision.MOVE),
        removed=_with(fate, Decision.REMOVE),
    )


def _with(fate: Mapping[int, Decision], wanted: Decision) -> tuple[int, ...]:
    return tuple(sorted(row for row, decision in fate.items() if decision is wanted))


def suggested(findings: Sequence[Finding]) -> Mapping[int, Decision]:
    """Return the suggestion for each finding."""
    return {number: finding.suggestion for number, finding in enumerate(findings)}
