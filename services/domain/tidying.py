"""What could be put in order in a playlist, and what a person decides about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One track that a person may want to decide about."""

    row: int
    """Its place in the playlist, from 0."""
    certainty: Certainty
    reason: str
    """In words: "the same recording", "far livelier than Mellow acoustic"."""
    keeper: int | None = None
    """The row that it doubles and that is suggested for keeping."""
    keeper_reason: str = ""
    """Why that one: "the more popular release"."""

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
