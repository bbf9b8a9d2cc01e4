"""Count the calls to Spotify of the last 24 hours, over all people, processes and restarts.

Spotify's quota belongs to the developer account, is not published, and when it is spent everybody is
refused for 13 to 24 hours. Staying below a budget of our own keeps that from happening.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.domain.errors.sources import QuotaExceededError, ShareSpentError
from services.domain.spotify import Quota, whose_call
from services.storage.database import Database
from services.storage.schema import call_counts, links, marks, person_calls
from services.storage.upserts import add_to, upsert

DEFAULT_BUDGET = 500
"""Refusals were seen after some 1,100 calls in 24 hours; the true number is nowhere written."""

_SHARES = 3
"""One person may take a third of the day while others are connected, so that no two can take all of it."""
_WINDOW = timedelta(hours=24)
_STRETCH = timedelta(minutes=10)
"""Calls are counted by stretches; a stretch leaves the window as a whole, when its last call does."""
_BLOCKED = "spotify wants no calls before"


class CallStore:
    """The account of calls that the whole installation shares."""

    def __init__(self, database: Database, *, budget: int = DEFAULT_BUDGET) -> None:
        self._database = database
        self.budget = budget
        """Calls that may be made in 24 hours."""

    async def admit(self, now: datetime) -> None:
        """Count one more call.

        Raises
        ------
        QuotaExceededError
            The budget is spent, or Spotify itself said that its quota is; nothing was counted.
        ShareSpentError
            The person whom the call is for has used their share, while others hold seats too.
        """
        user_id = whose_call()
        async with self._database.transaction(durable=self._database.beyond_a_crash) as connection:
            blocked = await _blocked_until(connection, now)
            if blocked is not None:
                raise QuotaExceededError(blocked)
            # Counted first and looked at second: of two at a time, the second waits for the first one's row.
            await add_to(connection, call_counts, {"starts_at": _stretch_of(now), "calls": 1})
            counts = await _counts(connection, now)
            until = _affordable_at(counts, self.budget)
            if until is not None:
                raise QuotaExceededError(until)
            if user_id is not None:
                row = {"user_id": user_id, "starts_at": _stretch_of(now), "calls": 1}
                await add_to(connection, person_calls, row)
                share = await self._share(connection, user_id)
                until = _affordable_at(await _counts_of(connection, user_id, now), share)
                if until is not None:
                    raise ShareSpentError(until)
            await connection.execute(delete(call_counts).where(call_counts.c.starts_at <= _beginning(now)))

    async def block(self, until: datetime) -> None:
        """Remember that Spotify wants no calls before `until`; a restart does not forget it."""
        async with self._database.transaction() as connection:
            await upsert(connection, marks, [{"name": _BLOCKED, "value": until.astimezone(UTC).isoformat()}])

    async def check(self, calls: int, user_id: int, now: datetime) -> None:
        """Make sure that so many calls can be made for a person. Spotify's own refusals are not looked at.

        Raises
        ------
        QuotaExceededError, ShareSpentError
        """
        wanted = (_stretch_of(now), calls)
        async with self._database.reading() as connection:
            counts = await _counts(connection, now)
            own = await _counts_of(connection, user_id, now)
            share = await self._share(connection, user_id)
        if (until := _affordable_at([*counts, wanted], self.budget)) is not None:
            raise QuotaExceededError(until)
        if (until := _affordable_at([*own, wanted], share)) is not None:
            raise ShareSpentError(until)

    async def share_of(self, user_id: int) -> int:
        """Say how many calls of a day may be made for a person: all while nobody else is connected."""
        async with self._database.reading(one_moment=False) as connection:
            return await self._share(connection, user_id)

    async def purge(self, now: datetime) -> int:
        """Drop the counts of persons that are older than a day."""
        over = delete(person_calls).where(person_calls.c.starts_at <= _beginning(now))
        async with self._database.transaction() as connection:
            return (await connection.execute(over)).rowcount

    async def _share(self, connection: AsyncConnection, user_id: int) -> int:
        others = select(links.c.user_id).where(
            links.c.user_id != user_id, links.c.refresh_sealed.is_not(None)
        )
        if await connection.scalar(others.limit(1)) is None:
            return self.budget
        return max(1, self.budget // _SHARES)

    async def load(self, now: datetime) -> Quota:
        """Say how much is used."""
        async with self._database.reading() as connection:
            counts = await _counts(connection, now)
            blocked = await _blocked_until(connection, now)
        one_more = [*counts, (_stretch_of(now), 1)]
        return Quota(
            spent=sum(calls for _, calls in counts),
            budget=self.budget,
            blocked_until=blocked or _affordable_at(one_more, self.budget),
        )


def _beginning(now: datetime) -> datetime:
    return now - _WINDOW - _STRETCH


def _stretch_of(now: datetime) -> datetime:
    return datetime.fromtimestamp(now.timestamp() // _STRETCH.total_seconds() * _STRETCH.total_seconds(), UTC)


async def _counts(connection: AsyncConnection, now: datetime) -> Sequence[tuple[datetime, int]]:
    query = (
        select(call_counts.c.starts_at, call_counts.c.calls)
        .where(call_counts.c.starts_at > _beginning(now))
        .order_by(call_counts.c.starts_at)
    )
    return [(row.starts_at, row.calls) for row in await connection.execute(query)]


async def _counts_of(
    connection: AsyncConnection, user_id: int, now: datetime
) -> Sequence[tuple[datetime, int]]:
    query = (
        select(person_calls.c.starts_at, person_calls.c.calls)
        .where(person_calls.c.user_id == user_id, person_calls.c.starts_at > _beginning(now))
        .order_by(person_calls.c.starts_at)
    )
    return [(row.starts_at, row.calls) for row in await connection.execute(query)]


def _affordable_at(counts: Sequence[tuple[datetime, int]], budget: int) -> datetime | None:
    """Return when enough calls will be a day old, or None where the budget holds already."""
    surplus = sum(calls for _, calls in counts) - budget
    for starts_at, calls in counts:
        if surplus <= 0:
            return None
        surplus -= calls
        if surplus <= 0:
            return starts_at + _STRETCH + _WINDOW
    return None


async def _blocked_until(connection: AsyncConnection, now: datetime) -> datetime | None:
    value: str | None = await connection.scalar(select(marks.c.value).where(marks.c.name == _BLOCKED))
    until = datetime.fromisoformat(value) if value else None
    return until if until is not None and until > now else None
