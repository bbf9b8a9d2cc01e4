"""Keep reports and answer what people ask of them later, also after a restart."""

from __future__ import annotations

import secrets
import string
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.domain.charts import Chart, ChartKind
from services.domain.errors.reports import NotYourReportError, ReportNotFoundError
from services.domain.music import Playlist
from services.domain.report import AnalysisReport, ReportSummary
from services.storage.reports import ReportStore, StoredReport, playlist_fingerprint
from services.workflows.analyze import AnalyzeWorkflow

__all__ = ["DETAIL_CHARTS", "ReportsWorkflow", "StoredReport", "new_report_id"]

_ALPHABET = string.ascii_letters + string.digits
_ID_LENGTH = 14
"""62^14 is more than 2^83: an id can't be guessed, and it fits every custom id."""
_CACHED_CHARTS = 24
_SAME_PLAYLIST = 0.5
"""Share of common tracks from which two lists of one name are one playlist."""
DETAIL_CHARTS = (ChartKind.PROFILES, ChartKind.JOURNEY, ChartKind.DISTRIBUTIONS)


def new_report_id() -> str:
    """Make an id that nobody can guess."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))


@dataclass(slots=True, kw_only=True)
class ReportsWorkflow:
    """Stored reports, their charts, and who may see them."""

    store: ReportStore
    analyze: AnalyzeWorkflow
    clock: Callable[[], datetime]
    _charts: OrderedDict[tuple[str, str], Chart] = field(default_factory=OrderedDict)

    async def keep(
        self, owner_id: int, report: AnalysisReport, *, private: bool, report_id: str | None = None
    ) -> StoredReport:
        """Store a report under the id that was chosen for it, else under a new one."""
        report_id = report_id or new_report_id()
        await self.store.save(
            report_id, owner_id, report, private=private, created_at=self.clock(), channel_id=None
        )
        return await self.store.load(report_id)

    async def exists(self, report_id: str) -> bool:
        """Whether a report is stored: work that is begun again may have come so far before."""
        try:
            await self.store.load(report_id)
        except ReportNotFoundError:
            return False
        return True

    async def last_centres(self, owner_id: int, playlist: Playlist) -> tuple[tuple[float, ...], ...]:
        """Find the group centres that a new report of this playlist should keep, else nothing.

        Those of the person's latest report of it: unless they were forced, or the latest one was
        of another playlist that only shares the name, as uploaded files often do.
        """
        stored = await self.store.latest(owner_id, playlist_fingerprint(playlist))
        if stored is None or stored.report.structure.forced:
            return ()
        before = {track.key for track in stored.report.playlist.tracks}
        now = {track.key for track in playlist.tracks}
        if len(before & now) < _SAME_PLAYLIST * min(len(before), len(now)):
            return ()
        return tuple(cluster.centre for cluster in stored.report.clusters)

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

    async def purge(self, kept_for: timedelta) -> int:
        """Drop reports that are older than they may get, and return how many there were."""
        return (await self.store.purge(self.clock() - kept_for)).count

    async def publish(self, stored: StoredReport) -> None:
        """Remember that the owner shared a report."""
        await self.store.publish(stored.report_id)

    async def charts(self, stored: StoredReport, kinds: Sequence[ChartKind]) -> tuple[Chart, ...]:
        """Draw charts of a stored report, or take them from the few that were drawn lately."""
        drawn = {kind: chart for kind in kinds if (chart := self._charts.get((stored.report_id, kind.value)))}
        missing = [kind for kind in kinds if kind not in drawn]
        if missing:
            for chart in await self.analyze.draw(stored.report, missing):
                drawn[chart.kind] = chart
                self._remember((stored.report_id, chart.kind.value), chart)
        return tuple(drawn[kind] for kind in kinds)

    async def cluster_chart(self, stored: StoredReport, index: int) -> Chart:
        """Draw the profile of one group."""
        key = (stored.report_id, f"cluster-{index}")
        chart = self._charts.get(key)
        if chart is None:
            chart = await self.analyze.draw_cluster(stored.report, index)
            self._remember(key, chart)
        return chart

    def _remember(self, key: tuple[str, str], chart: Chart) -> None:
        self._charts[key] = chart
        while len(self._charts) > _CACHED_CHARTS:
            self._charts.popitem(last=False)
