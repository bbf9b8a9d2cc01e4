"""Compare people whose tracks are known: the computing part, without anybody's consent or messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.analysis.comparison.constants import load_rules
from services.compute import ComputePool
from services.domain.comparison import Comparison, Person
from services.domain.scoring import ScoreRules
from services.workflows import tasks

COMPARISON_DEADLINE_S = 60.0
"""25 people with 300 tracks each take less than two seconds; the rest is room for a busy machine."""


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


def score_rules() -> ScoreRules:
    """Return the rules of the score with their calibration, for whoever wants to know."""
    return load_rules()
