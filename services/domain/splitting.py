"""Split a playlist into several: which tracks, under what names, and which groups are merged."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from services.domain.report import AnalysisReport
from services.domain.writes import name_with_end

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
