"""Compare people whose tracks are known: the computing part, without anybody's consent or messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.analysis.comparison.constants import load_rules
from services.compute import ComputePool
from services.domain.blend import Blend, BlendMode
from services.domain.charts import Chart, ChartKind
from services.domain.comparison import Comparison, Person, PersonKey
from services.domain.music import Playlist
from services.domain.scoring import ScoreRules
from services.workflows import tasks
from services.workflows.analyze import AnalyzeWorkflow, OnStage, quiet

COMPARISON_DEADLINE_S = 60.0
"""25 people with 300 tracks each take less than two seconds; the rest is room for a busy machine."""

COMPARISON_CHARTS = (ChartKind.COMPATIBILITY, ChartKind.PEOPLE_MAP, ChartKind.PEOPLE_PROFILES)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareWorkflow:
    """From people with their tracks to what comparing them found."""

    compute: ComputePool

    async def compare(self, people: Sequence[Person]) -> Comparison:
        """Compare two people or more in a worker.

        Raises
        ------
        DeadlineExceededError, WorkerLostError
            The work could not be finished.
        ValueError
            Fewer than two people, or one key for two of them.
        """
        return await self.compute.run(
            "comparison", tasks.compare, tuple(people), deadline_s=COMPARISON_DEADLINE_S
        )

    async def blend(self, people: Sequence[Person], *, size: int, mode: BlendMode = BlendMode.FAIR) -> Blend:
        """Mix a playlist for two people or more in a worker; fewer tracks than asked for are said in it.

        Raises
        ------
        DeadlineExceededError, WorkerLostError
            The work could not be finished.
        ValueError
            Fewer than two people, one key for two of them, or no size.
        """
        return await self.compute.run(
            "blend", tasks.blend, tuple(people), size, mode, deadline_s=COMPARISON_DEADLINE_S
        )

    async def draw(
        self, found: Comparison, kinds: Sequence[ChartKind] = COMPARISON_CHARTS
    ) -> tuple[Chart, ...]:
        """Draw charts of a comparison in a worker."""
        return await self.compute.run(
            "comparison charts", tasks.draw_comparison, tuple(kinds), found, deadline_s=COMPARISON_DEADLINE_S
        )


async def listen_to(
    analyze: AnalyzeWorkflow,
    playlist: Playlist,
    *,
    key: PersonKey,
    name: str,
    user_id: int | None = None,
    offline: bool = False,
    on_stage: OnStage = quiet,
) -> Person:
    """Find out how a person's playlist sounds, for a comparison.

    Parameters
    ----------
    user_id
        Whose tempo corrections count.
    """
    found = await analyze.enrich(playlist, user_id=user_id, offline=offline, on_stage=on_stage)
    return Person(key=key, name=name, tracks=found.tracks)


def score_rules() -> ScoreRules:
    """Return the rules of the score with their calibration, for whoever wants to know."""
    return load_rules()
