"""Claim what is being fetched from outside, so that no other process asks for the same meanwhile."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, literal, update
from sqlalchemy.dialects.postgresql import insert

from services.storage.database import Database, Store
from services.storage.schema import fetch_claims
from services.storage.schema.base import Moment

LIFE = timedelta(seconds=20)
"""A killed process keeps others from asking for so long."""
_LEFT_FOR = timedelta(hours=1)


class ClaimStore(Store):
    """The claims of one process, on PostgreSQL: a file has one bot, which knows what it fetches."""

    def __init__(self, database: Database, *, holder: str, life: timedelta = LIFE) -> None:
        super().__init__(database)
        self._holder = holder
        self._life = life

    async def take(self, source: str, keys: Collection[str]) -> frozenset[str]:
        """Claim keys that nobody has, or whose claim has ended; returns those that are ours now."""
        rows = [
            {"source": source, "key": key, "holder": self._holder, "until": self._until()}
            for key in sorted(keys)
        ]
        if not rows:
            return frozenset()
        claim = insert(fetch_claims).values(rows)
        claim = claim.on_conflict_do_update(
            index_elements=["source", "key"],
            set_={"holder": claim.excluded.holder, "until": claim.excluded.until},
            where=fetch_claims.c.until <= func.clock_timestamp(),
        )
        async with self._database.transaction(durable=False) as connection:
            return frozenset(await connection.scalars(claim.returning(fetch_claims.c.key)))

    async def renew(self, source: str, keys: Collection[str]) -> None:
        """Keep claims while a call waits for its slot."""
        mine = self._mine(source, keys)
        await self._change(update(fetch_claims).where(*mine).values(until=self._until()))

    async def release(self, source: str, keys: Collection[str]) -> None:
        """Let others have keys: their answers are in the cache, or will not come."""
        await self._change(delete(fetch_claims).where(*self._mine(source, keys)))

    async def purge(self, now: datetime) -> int:
        """Drop what killed processes have left."""
        return await self._change(delete(fetch_claims).where(fetch_claims.c.until < now - _LEFT_FOR))

    def _mine(self, source: str, keys: Collection[str]) -> tuple[ColumnElement[bool], ...]:
        claimed = fetch_claims.c
        return claimed.source == source, claimed.key.in_(keys), claimed.holder == self._holder

    def _until(self) -> ColumnElement[datetime]:
        return func.clock_timestamp(type_=Moment) + literal(self._life)
