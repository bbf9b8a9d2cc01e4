"""Decisions of a person about the playlist of a report: made one by one, kept after each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from services.domain.errors.drafts import DraftNotFoundError
from services.domain.errors.reports import NotYourReportError
from services.domain.ordering import OrderState
from services.domain.splitting import SplitState
from services.domain.tidying import TidyState
from services.storage.drafts import Draft, DraftStore
from services.workflows.reports import ReportsWorkflow, StoredReport, new_report_id

StateT = TypeVar("StateT", TidyState, SplitState, OrderState)


@dataclass(frozen=True, slots=True)
class OpenDraft(Generic[StateT]):
    """Decisions so far, with the report that they are about."""

    draft_id: str
    owner_id: int
    stored: StoredReport
    state: StateT


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
        draft = Draft(draft_id or new_report_id(), stored.owner_id, stored.report_id, state)
        await self.store.save(draft, now=self.clock())
        return OpenDraft(draft.draft_id, draft.owner_id, stored, state)

    async def open(self, draft_id: str, user_id: int) -> OpenDraft[StateT]:
        """Load a draft for its owner.

        Raises
        ------
        DraftNotFoundError, ReportNotFoundError
            It is no longer stored.
        NotYourReportError
            It is somebody else's.
        """
        draft = await self.store.load(draft_id)
        if draft is None or not isinstance(draft.state, self.kind):
            raise DraftNotFoundError(draft_id)
        if draft.owner_id != user_id:
            raise NotYourReportError(draft.owner_id)
        stored = await self.reports.open(draft.report_id, user_id, owner_only=True)
        return OpenDraft(draft_id, user_id, stored, draft.state)

    async def change(
        self, draft_id: str, user_id: int, change: Callable[[OpenDraft[StateT]], StateT]
    ) -> OpenDraft[StateT]:
        """Make one decision; two at a time are made one after the other. Raises like `open`."""
        async with self._locks.setdefault(draft_id, asyncio.Lock()):
            before = await self.open(draft_id, user_id)
            after = replace(before, state=change(before))
            if after.state != before.state:
                draft = Draft(draft_id, user_id, before.stored.report_id, after.state)
                await self.store.save(draft, now=self.clock())
            return after
