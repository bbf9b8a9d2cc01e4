"""Keep what people decide: drafts in the making, corrected tempos, and how playlists are to be grouped."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import delete, select, update

from services.domain.drafts import SplitState, TidyState
from services.domain.grouping import Grouping
from services.domain.music import TrackId
from services.domain.ordering import OrderState
from services.storage.database import Store
from services.storage.schema import drafts, preferences, tempo_corrections
from services.storage.upserts import in_lookups

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
    version: int = 0
    """How often it was changed."""


class DraftStore(Store):
    """Drafts by id."""

    async def save(self, draft: Draft, *, now: datetime) -> None:
        """Keep a draft; once this returns, a killed process does not lose it."""
        row = {
            "draft_id": draft.draft_id,
            "owner_id": draft.owner_id,
            "report_id": draft.report_id,
            "kind": _KINDS[type(draft.state)],
            "state": _text(draft.state),
            "updated_at": now,
            "version": draft.version,
        }
        await self._put(drafts, [row])

    async def change(self, draft: Draft, *, now: datetime) -> bool:
        """Keep a new state of a draft; False where another process has changed it since it was loaded."""
        changed = await self._change(
            update(drafts)
            .where(drafts.c.draft_id == draft.draft_id, drafts.c.version == draft.version)
            .values(state=_text(draft.state), updated_at=now, version=draft.version + 1)
        )
        return changed == 1

    async def load(self, draft_id: str) -> Draft | None:
        """Read a draft; None where there is none that this version understands."""
        query = select(drafts).where(drafts.c.draft_id == draft_id)
        row = await self._row(query)
        if row is None or row.kind not in _ADAPTERS:
            return None
        try:
            state = _ADAPTERS[row.kind].validate_json(row.state)
        except ValidationError:
            return None
        return Draft(row.draft_id, row.owner_id, row.report_id, state, row.version)

    async def purge(self, before: datetime) -> int:
        """Drop the drafts that nobody has touched since `before`."""
        return await self._change(delete(drafts).where(drafts.c.updated_at < before))


def _text(state: State) -> str:
    written = _ADAPTERS[_KINDS[type(state)]].dump_python(state, mode="json")
    return json.dumps(written, ensure_ascii=False, separators=(",", ":"))


FACTORS = (0.5, 2.0)
"""A wrong tempo is nearly always half or double the one people tap."""


class TempoCorrectionStore(Store):
    """Tempo factors by person and track."""

    async def set(self, user_id: int, track_id: TrackId, factor: float, *, now: datetime) -> None:
        """Keep a factor for this person, in place of an earlier one.

        Raises
        ------
        ValueError
            The factor is not one of `FACTORS`.
        """
        if factor not in FACTORS:
            raise ValueError(f"a tempo is halved or doubled, not multiplied by {factor}")
        row = {"user_id": user_id, "track_id": track_id, "factor": factor, "set_at": now}
        await self._put(tempo_corrections, [row])

    async def clear(self, user_id: int, track_id: TrackId) -> bool:
        """Forget a person's correction of a track; False where there was none."""
        return (
            await self._change(
                delete(tempo_corrections).where(
                    tempo_corrections.c.user_id == user_id, tempo_corrections.c.track_id == track_id
                )
            )
            > 0
        )

    async def load(self, user_id: int, ids: Iterable[TrackId]) -> Mapping[TrackId, float]:
        """Read a person's factors for the given tracks."""
        columns = tempo_corrections.c
        query = select(columns.track_id, columns.factor).where(columns.user_id == user_id)
        rows = await self._rows(*(query.where(columns.track_id.in_(some)) for some in in_lookups(ids)))
        return {row.track_id: row.factor for row in rows}


class PreferenceStore(Store):
    """How each person last asked their playlists to be grouped."""

    async def set_grouping(self, user_id: int, grouping: Grouping, *, now: datetime) -> None:
        """Keep a person's choice, in place of an earlier one."""
        await self._put(preferences, [{"user_id": user_id, "grouping": grouping.value, "set_at": now}])

    async def grouping(self, user_id: int) -> Grouping | None:
        """Read a person's choice; None where they made none that this version knows."""
        query = select(preferences.c.grouping).where(preferences.c.user_id == user_id)
        found = await self._value(query)
        return Grouping(found) if found in set(Grouping) else None
