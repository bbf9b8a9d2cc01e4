"""Share the shards of the gateway among processes: a row for each, held for as long as it is renewed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, literal, or_, select, update

from services.storage.database import Database, Store
from services.storage.schema import shard_leases
from services.storage.schema.base import Moment
from services.storage.upserts import insert_new

LEASE = timedelta(seconds=30)
RENEWED_EVERY_S = 10.0


class ShardLeaseStore(Store):
    """The shards of one process, on PostgreSQL."""

    def __init__(self, database: Database, *, holder: str, lease: timedelta = LEASE) -> None:
        super().__init__(database)
        self._holder = holder
        self._lease = lease

    async def take(self, count: int, wanted: int) -> tuple[int, ...]:
        """Take so many of `count` shards that nobody holds; fewer where there are no more."""
        rows = [{"shard": shard, "holder": None, "until": None} for shard in range(count)]
        is_free = or_(shard_leases.c.until.is_(None), shard_leases.c.until <= func.clock_timestamp())
        free = (
            select(shard_leases.c.shard)
            .where(shard_leases.c.shard < count, is_free)
            .order_by(shard_leases.c.shard)
            .limit(wanted)
            .with_for_update(skip_locked=True)
        )
        async with self._database.transaction() as connection:
            await insert_new(connection, shard_leases, rows)
            found = tuple(await connection.scalars(free))
            await connection.execute(
                update(shard_leases)
                .where(shard_leases.c.shard.in_(found))
                .values(holder=self._holder, until=self._until())
            )
        return found

    async def renew(self, shards: tuple[int, ...]) -> bool:
        """Keep them; False where one of them is somebody else's by now."""
        mine = shard_leases.c.shard.in_(shards), shard_leases.c.holder == self._holder
        kept = await self._change(update(shard_leases).where(*mine).values(until=self._until()))
        return kept == len(shards)

    async def release(self) -> None:
        """Let others have them at once."""
        mine = update(shard_leases).where(shard_leases.c.holder == self._holder)
        await self._change(mine.values(holder=None, until=None))

    def _until(self) -> ColumnElement[datetime]:
        return func.clock_timestamp(type_=Moment) + literal(self._lease)
