"""Keep decisions while somebody is making them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import delete, select

from services.domain.ordering import OrderState
from services.domain.splitting import SplitState
from services.domain.tidying import TidyState
from services.storage.database import Database
from services.storage.schema import drafts
from services.storage.upserts import upsert

State = TidyState | SplitState | OrderState

_ADAPTERS: dict[str, TypeAdapter[State]] = {
    "tidy": TypeAdapter(TidyState),
    "split": TypeAdapter(SplitState),
    "order": TypeAdapter(OrderState),
}
_KINDS: dict[type[State], str] = {TidyState: "tidy", SplitState: "split", OrderState: "order"}


@dataclass(frozen=True, slots=True)
class Draft:
    """Decisions about the playlist of a stored report."""

    draft_id: str
    owner_id: int
    report_id: str
    state: State


class DraftStore:
    """Drafts by id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, draft: Draft, *, now: datetime) -> None:
        """Keep a draft; once this returns, a killed process does not lose it."""
        kind = _KINDS[type(draft.state)]
        state = _ADAPTERS[kind].dump_python(draft.state, mode="json")
        row = {
            "draft_id": draft.draft_id,
            "owner_id": draft.owner_id,
            "report_id": draft.report_id,
            "kind": kind,
            "state": json.dumps(state, ensure_ascii=False, separators=(",", ":")),
            "updated_at": now,
        }
        async with self._database.transaction() as connection:
            await upsert(connection, drafts, [row])

    async def load(self, draft_id: str) -> Draft | None:
        """Read a draft; None where there is none that this version understands."""
        query = select(drafts).where(drafts.c.draft_id == draft_id)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None or row.kind not in _ADAPTERS:
            return None
        try:
            state = _ADAPTERS[row.kind].validate_json(row.state)
        except ValidationError:
            return None
        return Draft(row.draft_id, row.owner_id, row.report_id, state)

    async def delete_of(self, owner_id: int) -> int:
        """Drop a person's drafts and return how many there were."""
        async with self._database.transaction() as connection:
            gone = await connection.execute(delete(drafts).where(drafts.c.owner_id == owner_id))
        return gone.rowcount

    async def purge(self, before: datetime) -> int:
        """Drop the drafts that nobody has touched since `before`."""
        async with self._database.transaction() as connection:
            gone = await connection.execute(delete(drafts).where(drafts.c.updated_at < before))
        return gone.rowcount
