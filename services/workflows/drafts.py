"""Decisions of a person about the playlist of a report: made one by one, kept after each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from services.domain.drafts import SplitState, TidyState
from services.domain.errors.storage import DraftNotFoundError, NotYourReportError
from services.domain.ordering import OrderState
from services.domain.report import new_id
from services.storage.decisions import Draft, DraftStore
from services.workflows.reports import ReportsWorkflow, StoredReport

StateT = TypeVar("StateT", TidyState, SplitState, OrderState)


@dataclass(frozen=True, slots=True)
class OpenDraft(Generic[StateT]):
    """Decisions so far, with the report that they are about."""

    draft_id: str
    owner_id: int
    stored: StoredReport
    state: StateT
    version: int = 0
    """How often it was changed."""


@dataclass(slots=True, kw_only=True)
class DraftsWorkflow(Generic[StateT]):
    """Drafts of one kind."""

    store: DraftStore
    reports: ReportsWorkflow
    clock: Callable[[], datetime]
    kind: type[StateT]
    _locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def begin(
        self, stored: StoredReport, state: StateT, *, draft_id: str | None = None
    ) -> OpenDraft[StateT]:
        """Keep the first state of a draft; one of that id that is kept already stays as it is."""
        if draft_id is not None and await self.store.load(draft_id) is not None:
            return await self.open(draft_id, stored.owner_id)
        draft = Draft(draft_id or new_id(), stored.owner_id, stored.report_id, state)
        await self.store.save(draft, now=self.clock())
        return OpenDraft(draft.draft_id, draft.owner_id, stored, state)

    async def state(self, draft_id: str, user_id: int) -> StateT:
        """Load the decisions alone, without decoding the report they are about; raises like `open`."""
        return (await self._own(draft_id, user_id))[0]

    async def open(self, draft_id: str, user_id: int) -> OpenDraft[StateT]:
        """Load a draft for its owner.

        Raises
        ------
        DraftNotFoundError, ReportNotFoundError
            It is no longer stored.
        NotYourReportError
            It is somebody else's.
        """
        state, draft = await self._own(draft_id, user_id)
        stored = await self.reports.open(draft.report_id, user_id, owner_only=True)
        return OpenDraft(draft_id, user_id, stored, state, draft.version)

    async def _own(self, draft_id: str, user_id: int) -> tuple[StateT, Draft]:
        draft = await self.store.load(draft_id)
        if draft is None or not isinstance(draft.state, self.kind):
            raise DraftNotFoundError(draft_id)
        if draft.owner_id != user_id:
            raise NotYourReportError(draft.owner_id)
        return draft.state, draft

    async def change(
        self, draft_id: str, user_id: int, change: Callable[[OpenDraft[StateT]], StateT]
    ) -> OpenDraft[StateT]:
        """Make one decision; two at a time, in whichever processes, are made one after the other.

        Raises
        ------
        DraftNotFoundError, ReportNotFoundError, NotYourReportError
            Like `open`.
        """
        async with self._locks.setdefault(draft_id, asyncio.Lock()):
            while True:
                before = await self.open(draft_id, user_id)
                after = replace(before, state=change(before))
                if after.state == before.state:
                    return before
                draft = Draft(draft_id, user_id, before.stored.report_id, after.state, before.version)
                if await self.store.change(draft, now=self.clock()):
                    return replace(after, version=before.version + 1)
