"""Keep reports and answer what people ask of them later: what is in them, and how a list sounded before."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from cachetools import LRUCache

from services.compute import ComputePool
from services.domain.analysis import Analysis, EarlierSound, LastGroups
from services.domain.charts import POSTER_KINDS, Chart, ChartKind
from services.domain.errors.storage import (
    NoReportYetError,
    NotMappedError,
    NotYourReportError,
    PostedAlreadyError,
    ReportNotFoundError,
)
from services.domain.features import Feature
from services.domain.grouping import ENOUGH_YEARS, Grouping, year_share
from services.domain.messages import ReportWords
from services.domain.music import Playlist
from services.domain.portrait import Course, MappedList, Stage
from services.domain.report import AnalysisReport, ReportSummary, Shows, new_id
from services.domain.stats import PlaylistStats
from services.storage.decisions import RememberedMapStore
from services.storage.reports import ReportStore, StoredReport, playlist_fingerprint
from services.workflows import tasks
from services.workflows.list_export import DjFiles

__all__ = ["DETAIL_CHARTS", "ReportsWorkflow", "StoredReport", "overview"]

_LOOKED_THROUGH = 8
"""A person's latest reports among which one of the same list under another name is looked for."""
_CACHED_CHARTS = 24
_COMPARED_WITH = 3
"""Latest reports of a list among which one with other tracks is looked for, to say what changed since."""
_SAME_PLAYLIST = 0.5
"""Share of common tracks from which two lists are one playlist."""


def overview(report: AnalysisReport) -> ChartKind:
    """Choose the picture that says most: the map, or tempo and keys where they are all that is known."""
    placed = any(placement.x is not None for placement in report.placements)
    known = report.coverage.by_feature
    if not placed and (known.get(Feature.TEMPO, 0) or known.get(Feature.KEY, 0)):
        return ChartKind.TEMPO
    return ChartKind.CARD


async def count_numbers(compute: ComputePool, report: AnalysisReport) -> tuple[PlaylistStats, Chart]:
    """Count what a playlist is made of and draw it beside typical music, in a worker."""
    return await compute.run("numbers", tasks.count_numbers, report)


async def draw_posters(compute: ComputePool, report: AnalysisReport, drawn_on: date) -> tuple[Chart, ...]:
    """Draw a playlist as a poster in both sizes, in a worker."""
    return await compute.run("poster", tasks.draw_posters, report, drawn_on)


DETAIL_CHARTS = (ChartKind.MAP, ChartKind.PROFILES, ChartKind.JOURNEY, ChartKind.DISTRIBUTIONS)


def earlier_sound(report: AnalysisReport, made_at: datetime) -> EarlierSound:
    """Read from a report what a later one of the same list is compared with."""
    return EarlierSound(
        made_at=made_at,
        keys=tuple(entry.track.words_key for entry in report.tracks),
        rows=tuple(entry.real_sound for entry in report.tracks),
        grouping=report.basis.grouping,
        then=LastGroups.of(report),
    )


async def last_sound(playlist: Playlist, earlier: Sequence[StoredReport]) -> EarlierSound | None:
    """Say how a list sounded when it last had other tracks; None if never. `earlier` is `of_list`."""
    for stored in earlier:
        if _had_others(stored.report, _keys_of(playlist)):
            return await asyncio.to_thread(earlier_sound, stored.report, stored.created_at)
    return None


def _keys_of(playlist: Playlist) -> set[str]:
    return {track.words_key for track in playlist.tracks}


def _had_others(report: AnalysisReport, now: set[str]) -> bool:
    """Whether a report is of the same list, with other tracks than `now`."""
    return _is_same_list(report, now, either=False) and _keys_of(report.playlist) != now


def _is_kept(report: AnalysisReport, now: set[str], by: Grouping, *, either: bool) -> bool:
    """Whether the groups of a report go on in one of the tracks `now`."""
    if report.structure.forced or report.basis.grouping is not by or not report.clusters:
        return False
    return _is_same_list(report, now, either=either)


def _is_same_list(report: AnalysisReport, now: set[str], *, either: bool) -> bool:
    before = _keys_of(report.playlist)
    size = (max if either else min)(len(before), len(now))
    return len(before & now) >= _SAME_PLAYLIST * size


@dataclass(slots=True, kw_only=True)
class ReportsWorkflow:
    """Stored reports, their charts, and who may see them."""

    store: ReportStore
    compute: ComputePool
    clock: Callable[[], datetime]
    _charts: LRUCache[tuple[str, str], Chart] = field(default_factory=lambda: LRUCache(_CACHED_CHARTS))

    async def keep(
        self, owner_id: int, analysis: Analysis, *, private: bool, report_id: str | None = None
    ) -> StoredReport:
        """Store a report under the id that was chosen for it, else under a new one, and keep its pictures."""
        stored = await self.store.save(
            report_id or new_id(),
            owner_id,
            analysis.report,
            encoded=analysis.encoded,
            summary=analysis.summary,
            private=private,
            created_at=self.clock(),
        )
        for chart in analysis.charts:
            self._charts[stored.report_id, chart.kind.value] = chart
        return stored

    async def find(self, report_id: str) -> StoredReport | None:
        """Load a report if it is stored: work that is begun again may have come so far before."""
        try:
            return await self.store.load(report_id)
        except ReportNotFoundError:
            return None

    async def of_list(self, owner_id: int, playlist: Playlist) -> tuple[StoredReport, ...]:
        """Load a person's latest reports of a list, newest first, until one had other tracks."""
        found = []
        for report_id in await self.store.of_list(owner_id, playlist_fingerprint(playlist), _COMPARED_WITH):
            stored = await self.find(report_id)
            if stored is not None:
                found.append(stored)
                if _had_others(stored.report, _keys_of(playlist)):
                    break
        return tuple(found)

    async def last_groups(
        self, owner_id: int, playlist: Playlist, by: Grouping, earlier: Sequence[StoredReport]
    ) -> LastGroups:
        """Find the groups that a new report of this playlist should keep, else none; `earlier` is `of_list`.

        Those of the person's latest report of it, grouped the same way and not into a number that was asked
        for. It is told by its tracks: half of the smaller list where both have one name, as a list has that
        grows; half of either where they have not, as files and services name lists differently.
        """
        if by is Grouping.STYLE and year_share(playlist.tracks) < ENOUGH_YEARS:
            by = Grouping.SOUND
        now = _keys_of(playlist)
        if earlier and _is_kept(earlier[0].report, now, by, either=False):
            return LastGroups.of(earlier[0].report)
        for summary in await self.store.recent(owner_id, _LOOKED_THROUGH):
            if min(summary.tracks, len(playlist.tracks)) >= _SAME_PLAYLIST * max(
                summary.tracks, len(playlist.tracks)
            ):
                stored = await self.find(summary.report_id)
                if stored is not None and _is_kept(stored.report, now, by, either=True):
                    return LastGroups.of(stored.report).untold
        return LastGroups()

    async def recent(self, owner_id: int, limit: int = 3) -> tuple[ReportSummary, ...]:
        """List a person's latest reports, newest first."""
        return await self.store.recent(owner_id, limit)

    async def open(self, report_id: str, viewer_id: int, *, owner_only: bool = False) -> StoredReport:
        """Load a report for somebody who wants to see it.

        Raises
        ------
        ReportNotFoundError
            It is no longer stored.
        NotYourReportError
            It is private, or the wish is its owner's alone, and the viewer is somebody else.
        """
        stored = await self.store.load(report_id)
        if viewer_id != stored.owner_id and (owner_only or stored.private):
            raise NotYourReportError(stored.owner_id)
        return stored

    async def require_owner(self, report_id: str, viewer_id: int) -> None:
        """Refuse whoever is not the owner, without decoding the report; raises like `open`."""
        owner_id = await self.store.load_owner(report_id)
        if viewer_id != owner_id:
            raise NotYourReportError(owner_id)

    async def claim_post(
        self, report_id: str, viewer_id: int, place: tuple[int | None, int], shows: Shows, *, press_id: int
    ) -> None:
        """Become the press that posts something of a report; raises like `open` too.

        Parameters
        ----------
        place
            Server and channel.

        Raises
        ------
        PostedAlreadyError
            It is there already.
        """
        await self.require_owner(report_id, viewer_id)
        guild_id, channel_id = place
        there = await self.store.claim_post(report_id, channel_id, shows, press_id=press_id, now=self.clock())
        if there is not None:
            raise PostedAlreadyError(guild_id, channel_id, None if there.is_on_its_way else there.message_id)

    async def purge(self, kept_for: timedelta) -> int:
        """Drop reports that are older than they may get, and return how many there were."""
        return await self.store.purge(self.clock() - kept_for)

    def drop_caches(self) -> None:
        """Forget what is kept in memory: somebody whose things may be in it was forgotten."""
        self._charts.clear()
        self.store.drop_cache()

    async def charts(self, stored: StoredReport, kinds: Sequence[ChartKind]) -> tuple[Chart, ...]:
        """Draw charts of a stored report, or take them from the few that were drawn lately."""
        drawn = {kind: chart for kind in kinds if (chart := self._charts.get((stored.report_id, kind.value)))}
        missing = [kind for kind in kinds if kind not in drawn]
        if missing:
            for chart in await self.compute.run("charts", tasks.draw, tuple(missing), stored.report):
                drawn[chart.kind] = chart
                self._charts[stored.report_id, chart.kind.value] = chart
        return tuple(drawn[kind] for kind in kinds)

    async def posters(self, stored: StoredReport) -> tuple[Chart, ...]:
        """Draw a stored report as a poster in both sizes, or take those that were drawn lately."""
        keys = [(stored.report_id, kind.value) for kind in POSTER_KINDS]
        if not all(key in self._charts for key in keys):
            for chart in await draw_posters(self.compute, stored.report, stored.created_at.date()):
                self._charts[stored.report_id, chart.kind.value] = chart
        return tuple(self._charts[key] for key in keys)

    async def numbers(self, stored: StoredReport) -> tuple[PlaylistStats, Chart]:
        """Count what the playlist of a stored report is made of; nobody else is asked."""
        return await count_numbers(self.compute, stored.report)

    async def export(self, stored: StoredReport, said: ReportWords) -> tuple[bytes, bytes, DjFiles]:
        """Write a stored report as CSV, as JSON and for DJ programs, in a worker: it may take a second."""
        return await self.compute.run("export", tasks.export_report, stored.report, said)

    async def shrink(self, png: bytes) -> bytes:
        """Make a picture a quarter as large or less, in a worker."""
        return await self.compute.run("smaller picture", tasks.shrink, png)

    async def cluster_chart(self, stored: StoredReport, index: int) -> Chart:
        """Draw the profile of one group."""
        key = (stored.report_id, f"cluster-{index}")
        chart = self._charts.get(key)
        if chart is None:
            chart = await self.compute.run("cluster chart", tasks.draw_cluster, stored.report, index)
            self._charts[key] = chart
        return chart


REMEMBERED_FOR = timedelta(days=396)
"""Thirteen months, so that a year ago is still there."""
KEY_LENGTH = 24
"""Characters of a fingerprint that name a list of one person in a button: 96 bits."""
_MAPS_READ = 6
"""Stored maps of a list that are looked at: each is read whole."""


@dataclass(frozen=True, slots=True)
class LookBack:
    """How a list sounded over time, for the person it belongs to."""

    which: MappedList
    course: Course
    charts: tuple[Chart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftWorkflow:
    """How lists sounded before; for their owners alone."""

    reports: ReportsWorkflow
    store: RememberedMapStore
    clock: Callable[[], datetime]

    async def lists(self, user_id: int) -> tuple[MappedList, ...]:
        """List what a person has maps of, the latest first."""
        return await self.store.lists(user_id)

    async def find(self, user_id: int, words: str) -> MappedList:
        """Find a list by its key or its name; empty words mean that of the latest map.

        Raises
        ------
        NoReportYetError
            The person has no map at all.
        NotMappedError
            None of them is called so.
        """
        lists = await self.lists(user_id)
        if not lists:
            raise NoReportYetError
        wanted = words.strip().casefold()
        for matches in (
            lambda each: each.fingerprint.startswith(wanted) if len(wanted) >= KEY_LENGTH else not wanted,
            lambda each: each.name.casefold() == wanted,
            lambda each: wanted in each.name.casefold(),
        ):
            if found := next(filter(matches, lists), None):
                return found
        raise NotMappedError(words)

    async def of_report(self, user_id: int, report_id: str) -> MappedList:
        """Find the list of a report; raises `ReportNotFoundError` or `NotYourReportError`."""
        await self.reports.require_owner(report_id, user_id)
        return await self.find(user_id, await self.reports.store.fingerprint_of(report_id))

    async def look_back(self, user_id: int, which: MappedList) -> LookBack:
        """Say and draw how a list sounded over time.

        Where its maps are too old to be stored, that is what is remembered of them.
        """
        stored = await self._stored(user_id, which)
        stages = await self._stages(user_id, which, stored)
        first = next((each for each in stored[:-1] if each.created_at == stages[0].at), None)
        before = (
            None if first is None else await asyncio.to_thread(earlier_sound, first.report, first.created_at)
        )
        course, charts = await self.reports.compute.run(
            "look back", tasks.look_back, which.name, stored[-1].report if stored else None, stages, before
        )
        return LookBack(which, course, charts)

    async def remember(self, user_id: int, which: MappedList) -> None:
        """Keep what the stored maps of a list say, and what later ones will; no track of them.

        Raises
        ------
        NoReportYetError
            No map of it is stored any more.
        """
        stored = await self._stored(user_id, which)
        if not stored:
            raise NoReportYetError
        stages = [await self._stage(each) for each in stored]
        await self.store.remember(user_id, which.fingerprint, stored[-1].report.playlist, stages)

    async def forget(self, user_id: int, which: MappedList) -> None:
        """Forget what is remembered of a list; its stored maps stay for their time."""
        await self.store.forget(user_id, which.fingerprint)

    async def purge(self) -> int:
        """Drop what was remembered too long ago."""
        return await self.store.purge(self.clock() - REMEMBERED_FOR)

    async def _stored(self, user_id: int, which: MappedList) -> list[StoredReport]:
        """Load the latest stored maps of a list, the oldest first."""
        ids = await self.reports.store.of_list(user_id, which.fingerprint, _MAPS_READ)
        found = [await self.reports.find(report_id) for report_id in reversed(ids)]
        return [stored for stored in found if stored is not None]

    async def _stage(self, stored: StoredReport) -> Stage:
        summary = await self.reports.compute.run("summary", tasks.summarise, stored.report)
        return Stage(stored.created_at, summary)

    async def _stages(self, user_id: int, which: MappedList, stored: list[StoredReport]) -> tuple[Stage, ...]:
        """Join remembered and stored maps, one a day and none with the numbers of the one before."""
        by_time = {stage.at: stage for stage in await self.store.stages(user_id, which.fingerprint)}
        for each in stored:
            if each.created_at not in by_time:
                by_time[each.created_at] = await self._stage(each)
        stages: list[Stage] = []
        for _, stage in sorted(by_time.items()):
            if stages and stage.summary.means == stages[-1].summary.means:
                continue
            if len(stages) > 1 and stage.at.date() == stages[-1].at.date():
                stages.pop()
            stages.append(stage)
        return tuple(stages)
