"""Keep what people decide: drafts, tempos put right, ways of grouping, lists whose sound is remembered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import ColumnElement, and_, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.domain.drafts import SplitState, TidyState
from services.domain.grouping import Grouping
from services.domain.music import Playlist, TrackId
from services.domain.ordering import OrderState
from services.domain.portrait import MappedList, Stage, Summary
from services.storage.codec import dump_json
from services.storage.database import Store
from services.storage.links import require_login
from services.storage.schema.music import tempo_corrections
from services.storage.schema.people import drafts, preferences, remembered_maps, reports
from services.storage.upserts import row_of, upsert

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
        row = row_of(draft, kind=_KINDS[type(draft.state)], state=_text(draft.state), updated_at=now)
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
        rows = await self._rows_among(query, columns.track_id, ids)
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


MOST_MAPS = 100
"""Of one list; the oldest go."""
_SUMMARY = TypeAdapter(Summary)


class RememberedMapStore(Store):
    """Remembered maps by person and list. A list is remembered as long as it has a row."""

    async def lists(self, user_id: int) -> tuple[MappedList, ...]:
        """List what a person has maps of, stored or remembered, the latest first."""
        found: dict[str, MappedList] = {}
        async with self._database.reading() as connection:
            for table, whose, at in (
                (remembered_maps, remembered_maps.c.user_id, remembered_maps.c.made_at),
                (reports, reports.c.owner_id, reports.c.created_at),
            ):
                query = select(table.c.playlist_fingerprint, table.c.playlist_name, at.label("at"))
                for row in await connection.execute(query.where(whose == user_id).order_by(at)):
                    before = found.get(row.playlist_fingerprint)
                    is_remembered = table is remembered_maps or (before is not None and before.is_remembered)
                    name, last_at = row.playlist_name, row.at
                    if before is not None and before.last_at > last_at:
                        name, last_at = before.name, before.last_at
                    found[row.playlist_fingerprint] = MappedList(
                        row.playlist_fingerprint, name, last_at, is_remembered
                    )
        return tuple(sorted(found.values(), key=lambda each: each.last_at, reverse=True))

    async def stages(self, user_id: int, fingerprint: str) -> tuple[Stage, ...]:
        """Read the remembered maps of a list, the oldest first; what can't be read is left out."""
        query = (
            select(remembered_maps.c.made_at, remembered_maps.c.summary)
            .where(_of(user_id, fingerprint))
            .order_by(remembered_maps.c.made_at)
        )
        stages = []
        for row in await self._rows(query):
            try:
                stages.append(Stage(row.made_at, _SUMMARY.validate_json(row.summary)))
            except ValidationError:
                continue
        return tuple(stages)

    async def remember(
        self, user_id: int, fingerprint: str, playlist: Playlist, stages: Sequence[Stage]
    ) -> None:
        """Begin to remember a list, with what is known of it.

        Raises
        ------
        NotLinkedError
            The list was read with a login that ended meanwhile.
        """
        async with self._database.transaction() as connection:
            await require_login(connection, user_id, playlist)
            rows = [_row(user_id, fingerprint, playlist, stage) for stage in stages]
            await upsert(connection, remembered_maps, rows)

    async def forget(self, user_id: int, fingerprint: str) -> int:
        """Forget all remembered maps of a list, and remember none from now on."""
        async with self._database.transaction() as connection:
            await _lock(connection, user_id, fingerprint)  # then a map that is just added is found, too
            gone = await connection.execute(delete(remembered_maps).where(_of(user_id, fingerprint)))
        return gone.rowcount

    async def purge(self, before: datetime) -> int:
        """Drop what was remembered before a moment."""
        return await self._change(delete(remembered_maps).where(remembered_maps.c.made_at < before))


async def add_if_remembered(
    connection: AsyncConnection, user_id: int, fingerprint: str, playlist: Playlist, stage: Stage
) -> None:
    """Remember one more map of a list inside a transaction, where its owner asked for that."""
    if not await _lock(connection, user_id, fingerprint):
        return
    await upsert(connection, remembered_maps, [_row(user_id, fingerprint, playlist, stage)])
    kept = (
        select(remembered_maps.c.made_at)
        .where(_of(user_id, fingerprint))
        .order_by(remembered_maps.c.made_at.desc())
        .limit(MOST_MAPS)
    )
    oldest = select(func.min(kept.subquery().c.made_at)).scalar_subquery()
    await connection.execute(
        delete(remembered_maps).where(_of(user_id, fingerprint), remembered_maps.c.made_at < oldest)
    )


async def _lock(connection: AsyncConnection, user_id: int, fingerprint: str) -> bool:
    """Hold the rows of a list until the transaction ends; False where there are none."""
    query = select(remembered_maps.c.made_at).where(_of(user_id, fingerprint)).with_for_update()
    return (await connection.execute(query)).first() is not None


def _of(user_id: int, fingerprint: str) -> ColumnElement[bool]:
    return and_(remembered_maps.c.user_id == user_id, remembered_maps.c.playlist_fingerprint == fingerprint)


def _row(user_id: int, fingerprint: str, playlist: Playlist, stage: Stage) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "playlist_fingerprint": fingerprint,
        "made_at": stage.at,
        "playlist_name": playlist.name,
        "source": playlist.source.value,
        "summary": dump_json(_SUMMARY, stage.summary, exclude_none=False).decode(),
    }
