"""Analyse a playlist: read, enrich, group, draw."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from services.compute import ComputePool
from services.domain.charts import Chart, ChartKind
from services.domain.music import Playlist
from services.domain.report import AnalysisOptions, AnalysisReport
from services.enrichment.coverage import compute_coverage, quality_line
from services.enrichment.enricher import Enricher, Enrichment
from services.enrichment.ports import FeatureSource
from services.workflows import tasks
from services.workflows.company import CompanyWorkflow
from services.workflows.quality import CorrectionsWorkflow, without_guesses

OnStage = Callable[[str], Awaitable[None]]
"""Receives one line of progress for people."""

ANALYSIS_DEADLINE_S = 60.0
"""A playlist of 10,000 tracks takes about a second; the rest is room for a busy machine."""


PersonalSources = Callable[[int], Awaitable[Sequence[FeatureSource]]]
"""Returns the sources that a person's own login opens."""


async def nobodys_sources(_user_id: int) -> Sequence[FeatureSource]:
    """Open no source to anybody."""
    return ()


async def quiet(line: str) -> None:
    """Say nothing about progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyzeWorkflow:
    """The way from an uploaded file to a report and its map."""

    compute: ComputePool
    enricher: Enricher
    company: CompanyWorkflow
    corrections: CorrectionsWorkflow | None = None
    personal_sources: PersonalSources = nobodys_sources
    enrichment_deadline_s: float = 90.0

    async def read_upload(
        self, content: bytes, filename: str, wanted: str | None = None
    ) -> tuple[Playlist, ...]:
        """Read a file in a worker: a hostile one costs a worker at most.

        Raises
        ------
        UploadError
            The file can't be read; the class says why.
        """
        return await self.compute.run("read file", tasks.read_upload, content, filename, wanted)

    async def read_links(self, text: str, name: str) -> Playlist:
        """Read the track links in a text; the playlist may be empty."""
        return await self.compute.run("read links", tasks.read_links, text, name)

    async def enrich(
        self,
        playlist: Playlist,
        *,
        user_id: int | None = None,
        offline: bool = False,
        measured_only: bool = False,
        on_stage: OnStage = quiet,
    ) -> Enrichment:
        """Find out how the tracks of a playlist sound, with a person's own sources and tempo corrections.

        Raises
        ------
        DeadlineExceededError, WorkerLostError
            The work could not be finished.
        """
        await on_stage(f"Looking up audio features for {len(playlist.tracks):,} tracks…")
        personal = () if offline or user_id is None else await self.personal_sources(user_id)
        enrichment = await self.enricher.enrich(
            playlist.tracks,
            also=personal,
            source=playlist.format,
            offline=offline,
            deadline_s=self.enrichment_deadline_s,
            on_stage=on_stage,
        )
        await self.company.remember(enrichment.tracks)
        tracks = enrichment.tracks
        if self.corrections is not None and user_id is not None:
            tracks = await self.corrections.apply(user_id, tracks)
        if measured_only:
            tracks = without_guesses(tracks)
        if tracks is enrichment.tracks:
            return enrichment
        return Enrichment(tracks, compute_coverage(tracks), enrichment.notices)

    async def run(
        self,
        playlist: Playlist,
        options: AnalysisOptions,
        *,
        user_id: int | None = None,
        offline: bool = False,
        on_stage: OnStage = quiet,
    ) -> AnalysisReport:
        """Enrich and analyse a playlist.

        Parameters
        ----------
        user_id
            Whose tempo corrections and own sources count.
        offline
            Ask no service.
        on_stage
            Receives lines of progress.

        Raises
        ------
        DeadlineExceededError, WorkerLostError
            The work could not be finished.
        """
        enrichment = await self.enrich(
            playlist,
            user_id=user_id,
            offline=offline,
            measured_only=options.measured_only,
            on_stage=on_stage,
        )
        await on_stage(f"Listening for groups in {len(playlist.tracks):,} tracks…")
        report = await self.compute.run(
            "analysis",
            tasks.describe,
            playlist,
            enrichment.tracks,
            enrichment.coverage,
            options,
            enrichment.notices,
            deadline_s=ANALYSIS_DEADLINE_S,
        )
        return replace(report, quality_line=quality_line(report.coverage))

    async def draw(self, report: AnalysisReport, kinds: Sequence[ChartKind]) -> tuple[Chart, ...]:
        """Draw charts of a report in a worker."""
        return await self.compute.run("charts", tasks.draw, tuple(kinds), report)

    async def draw_cluster(self, report: AnalysisReport, index: int) -> Chart:
        """Draw the profile of one group in a worker."""
        return await self.compute.run("cluster chart", tasks.draw_cluster, report, index)

    async def shrink(self, png: bytes) -> bytes:
        """Make a picture a quarter as large or less, in a worker."""
        return await self.compute.run("smaller picture", tasks.shrink, png)
