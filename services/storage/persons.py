"""Count, export and erase everything that is stored about one person, in all tables.

Made from the schema: a new table with a column of `PERSON_COLUMNS` is part of it without a word here.
"""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Table,
    Update,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.domain.errors.storage import DatabaseBusyError, StorageError
from services.domain.groups import Membership
from services.domain.jobs import JobStatus
from services.domain.writes import WriteStage
from services.storage.database import Store
from services.storage.erasures import Erased, ErasureNotes
from services.storage.schema import (
    PERSON_COLUMNS,
    jobs,
    lobby_members,
    marks,
    metadata,
    playlist_writes,
    report_messages,
    reports,
)
from services.storage.upserts import upsert
from services.storage.withdrawals import take_out_everywhere
from services.storage.writes import bar_new_writes, refuse_to_cut

_SECRET = ("_sealed", "_hash", "token", "attempt_id")
"""Endings of columns that hold keys to something; they are named in an export, not given away."""
QUESTIONS = "questions"
"""Under this name `PersonStore.count` says how often a person was asked to compare and has not said yes."""
_DEEDS: Mapping[str, Mapping[str, ColumnElement[bool]]] = {
    "playlist_writes": {
        "playlist_writes": and_(
            playlist_writes.c.stage == WriteStage.DONE.value, playlist_writes.c.undoes.is_(None)
        )
    },
    "lobby_members": {
        "lobby_members": lobby_members.c.standing == Membership.IN.value,
        QUESTIONS: lobby_members.c.standing == Membership.ASKED.value,
    },
}
"""Which rows of a table count, and as what, where not each row is something that happened."""
_READ_APART = frozenset({reports.c.payload})
"""Large columns that are written out in a better form, one after the other."""
UNREADABLE = "unreadable"
"""Under this key a row of an export says why a part of it is missing."""
_LONGEST_BYTES = 12 * 1024 * 1024
TO_SCRUB = "erased pages are in the log"

_log = logging.getLogger(__name__)


class PersonStore(Store):
    """One person's rows, wherever they are."""

    async def count(self, user_id: int) -> Mapping[str, int]:
        """Count what there is of a person by table; tables without anything are left out.

        Counted is what happened: a change that was made, a comparison that the person is in.
        """
        async with self._database.reading() as connection:
            counts = await _counted(connection, user_id)
        return {name: count for name, count in counts.items() if count}

    async def waiting(self, user_id: int) -> tuple[bool, bool]:
        """Say whether answers wait for a person that reached nobody, and news of changes that they made."""
        is_answer = exists().where(jobs.c.owner_id == user_id, jobs.c.status == JobStatus.UNDELIVERED.value)
        is_news = exists().where(playlist_writes.c.user_id == user_id, playlist_writes.c.told.is_(False))
        async with self._database.reading(one_moment=False) as connection:
            has_answers, has_news = (await connection.execute(select(is_answer, is_news))).one()
        return has_answers, has_news

    async def export(self, user_id: int) -> Mapping[str, list[dict[str, Any]]]:
        """Write out all of a person's rows by table, as values that JSON can hold.

        Bytes become base64; secrets become a word that says so.
        """
        written: dict[str, list[dict[str, Any]]] = {}
        async with self._database.reading() as connection:
            for table, whose in person_tables(user_id):
                columns = [column for column in table.columns if column not in _READ_APART]
                rows = (await connection.execute(select(*columns).where(whose))).mappings().all()
                written[table.name] = await asyncio.to_thread(_plain_rows, rows)
        return written

    async def erase(
        self, user_id: int, *, cut_no_write_at: datetime | None = None, is_new: bool = True
    ) -> Mapping[str, int]:
        """Delete all of a person's rows in one step, and take them out of the log file too.

        The messages that show the person are marked in the same transaction, to be drawn anew. Returns
        what went, as `count` counts it.

        Parameters
        ----------
        is_new
            Whether to note it, so that it is done again in a copy of before that is restored.
        cut_no_write_at
            The present, where a change of a playlist that has begun forbids all this.

        Raises
        ------
        UnfinishedWritesError
            There is such a change; nothing was deleted.
        """
        async with self._database.transaction() as connection:
            # First, so that whatever is being written for the person is either finished and found here,
            # or finds no row to belong to.
            mine = select(jobs.c.job_id).where(jobs.c.owner_id == user_id).with_for_update()
            await connection.execute(mine)
            await bar_new_writes(connection, user_id)
            if cut_no_write_at is not None:
                await refuse_to_cut(connection, user_id, cut_no_write_at)
            gone = await _counted(connection, user_id)
            await connection.execute(_take_back_maps(user_id))
            await take_out_everywhere(connection, user_id)
            for table, whose in reversed(list(person_tables(user_id))):
                await connection.execute(delete(table).where(whose))
            await upsert(connection, marks, [{"name": TO_SCRUB, "value": "1"}])
            if is_new:
                await ErasureNotes(self._database.address.file).add(connection, user_id, Erased.EVERYTHING)
        try:
            await self.scrub()
        except StorageError as error:
            _log.warning("erased pages stay in the log until the next round (%s)", type(error).__name__)
        return {name: count for name, count in gone.items() if count}

    async def scrub(self) -> int:
        """Remove erased pages from the log file if there are any; returns 1 where it was done.

        Raises
        ------
        DatabaseBusyError
            Somebody reads from the log all the time; the pages wait for the next try.
        """
        to_scrub = select(marks.c.value).where(marks.c.name == TO_SCRUB)
        if await self._value(to_scrub) is None:
            return 0
        if not await self._database.scrub():
            raise DatabaseBusyError(problem="a reader keeps the log")
        await self._change(delete(marks).where(marks.c.name == TO_SCRUB))
        return 1


async def _counted(connection: AsyncConnection, user_id: int) -> dict[str, int]:
    counts = {}
    for table, whose in person_tables(user_id):
        for name, deed in _DEEDS.get(table.name, {table.name: true()}).items():
            query = select(func.count()).select_from(table).where(whose, deed)
            counts[name] = (await connection.execute(query)).scalar_one()
    return counts


def _take_back_maps(user_id: int) -> Update:
    """Mark where the person's maps are posted: whoever posted them empties them next."""
    theirs = select(reports.c.report_id).where(reports.c.owner_id == user_id)
    return update(report_messages).where(report_messages.c.report_id.in_(theirs)).values(report_id=None)


def person_tables(user_id: int) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """List the tables with a person's rows, parents before children, and how to find the rows.

    Spotify names owners by text; only columns of Discord ids count.
    """
    for table in metadata.sorted_tables:
        columns = [
            column
            for column in table.columns
            if column.name in PERSON_COLUMNS and isinstance(column.type, BigInteger)
        ]
        if columns:
            yield table, or_(*(column == user_id for column in columns))


def _plain_rows(rows: Sequence[Mapping[Any, Any]]) -> list[dict[str, Any]]:
    return [{str(name): _plain(str(name), value) for name, value in row.items()} for row in rows]


def _plain(name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if name.endswith(_SECRET):
        return "stored, not shown: it is a key"
    if isinstance(value, bytes):
        return base64.b64encode(value[:_LONGEST_BYTES]).decode("ascii")
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
