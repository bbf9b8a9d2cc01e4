"""Look back at a list: how it sounded map after map, and whether that is remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.domain.charts import Chart
from services.domain.drift import Course, MappedList, Stage
from services.domain.errors.storage import NoReportYetError, NotMappedError
from services.storage.decisions import RememberedMapStore
from services.storage.reports import StoredReport
from services.workflows import tasks
from services.workflows.reports import ReportsWorkflow, earlier_sound

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
        """Find the list of a report.

        Raises
        ------
        ReportNotFoundError, NotYourReportError
        """
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
