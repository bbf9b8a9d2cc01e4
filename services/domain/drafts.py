"""What a person decides about a playlist: what is tidied in it, and into which lists it is split."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from services.domain.features import Feature
from services.domain.ordering import Goal
from services.domain.portrait import Outlier
from services.domain.report import AnalysisReport, Cluster
from services.domain.writes import name_with_end


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


SMALL = 10
"""Tracks below which a playlist is hardly worth having; merging it is offered first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One playlist to be made."""

    name: str
    groups: tuple[int, ...]
    """Numbers of the report's groups that are in it, largest first."""
    rows: tuple[int, ...]
    """Places in the playlist, ascending."""
    likely: int
    """How many of these are in it by a guess only, because their sound is estimated."""
    included: bool = True

    @property
    def is_small(self) -> bool:
        """Whether it has few tracks."""
        return len(self.rows) < SMALL


@dataclass(frozen=True, slots=True)
class SplitState:
    """How a person wants a playlist to be split, so far."""

    parts: tuple[Part, ...]
    """In the order of their groups."""
    homeless: tuple[int, ...] = ()
    """Rows that are in no group because nothing is known about their sound."""

    @property
    def chosen(self) -> tuple[Part, ...]:
        """The playlists that will be made."""
        return tuple(part for part in self.parts if part.included)

    def renamed(self, number: int, name: str) -> SplitState:
        """Give a part another name; an empty one changes nothing."""
        name = " ".join(name.split())
        return self._with(number, replace(self.parts[number], name=name)) if name else self

    def toggled(self, number: int) -> SplitState:
        """Leave a part out, or take it in again."""
        part = self.parts[number]
        return self._with(number, replace(part, included=not part.included))

    def merged(self, number: int, into: int) -> SplitState:
        """Put the tracks of one part into another, which keeps its name and place."""
        if number == into:
            return self
        one, other = self.parts[number], self.parts[into]
        both = replace(
            other,
            groups=tuple(sorted((*other.groups, *one.groups))),
            rows=tuple(sorted((*other.rows, *one.rows))),
            likely=one.likely + other.likely,
            included=True,
        )
        state = self._with(into, both)
        return replace(state, parts=state.parts[:number] + state.parts[number + 1 :])

    def _with(self, number: int, part: Part) -> SplitState:
        return replace(self, parts=(*self.parts[:number], part, *self.parts[number + 1 :]))


def plan_split(report: AnalysisReport) -> SplitState:
    """Make one part of each group of a report; every track with a place is in exactly one."""
    parts = tuple(
        Part(
            name=name_with_end(report.playlist.name, cluster.name),
            groups=(number,),
            rows=tuple(sorted((*cluster.members, *cluster.likely))),
            likely=len(cluster.likely),
        )
        for number, cluster in enumerate(report.clusters)
    )
    placed = {row for part in parts for row in part.rows}
    return SplitState(parts, tuple(row for row in range(len(report.tracks)) if row not in placed))


def by_closeness(report: AnalysisReport, state: SplitState, number: int) -> tuple[int, ...]:
    """List the other parts, the one that is most alike first: in the space that the list is grouped in."""

    def distance(other: int) -> float:
        return min(
            math.dist(report.clusters[one].centre, report.clusters[two].centre)
            for one in state.parts[number].groups
            for two in state.parts[other].groups
        )

    return tuple(sorted((other for other in range(len(state.parts)) if other != number), key=distance))


class Derivation(StrEnum):
    """How a playlist comes from another one."""

    PART = "part"
    SET_ASIDE = "set aside"
    TIDIED = "tidied"
    REORDERED = "reordered"


@dataclass(frozen=True, slots=True)
class Derived:
    """A playlist that is made of another one."""

    how: Derivation
    origin: str
    """Name of the other one."""
    group: Cluster | None = None
    """The group, or the largest, that a part holds."""
    goal: Goal | None = None
    """What another order is after."""


@dataclass(frozen=True, slots=True)
class NewList:
    """What a new playlist is called, and what stands below its name."""

    name: str
    description: str
