"""Hear what people brought, and compare or mix it: the musical half of a comparison."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from services.domain.blend import Blend, BlendMode
from services.domain.comparison import Comparison, Person
from services.workflows.analyze import AnalyzeWorkflow, OnStage, quiet
from services.workflows.compare import CompareWorkflow, listen_to
from services.workflows.groups.ports import Brought

_AT_ONCE = 4
"""People whose tracks are looked up at the same time; the sources are asked politely whatever this says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MusicComparer:
    """A `Comparer` that listens."""

    analyze: AnalyzeWorkflow
    comparing: CompareWorkflow

    async def compare(self, people: Sequence[Brought], *, on_stage: OnStage) -> Comparison:
        """Find who sounds alike, and why."""
        persons = await self._listen(people, on_stage)
        await on_stage(f"Comparing {len(people)} people…")
        return await self.comparing.compare(persons)

    async def blend(
        self, people: Sequence[Brought], *, size: int, mode: BlendMode, on_stage: OnStage
    ) -> Blend:
        """Mix a playlist for everybody."""
        persons = await self._listen(people, on_stage)
        await on_stage(f"Mixing for {len(people)} people…")
        return await self.comparing.blend(persons, size=size, mode=mode)

    async def _listen(self, people: Sequence[Brought], on_stage: OnStage) -> tuple[Person, ...]:
        turns = asyncio.Semaphore(_AT_ONCE)
        heard = 0

        async def listen(one: Brought) -> Person:
            nonlocal heard
            async with turns:
                person = await listen_to(
                    self.analyze,
                    one.playlist,
                    key=one.key,
                    name=one.name,
                    user_id=int(one.key),
                    on_stage=quiet,
                )
            heard += 1
            await on_stage(f"Looked up the tracks of {heard} of {len(people)} people…")
            return person

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(listen(one)) for one in people]
        return tuple(task.result() for task in tasks)
