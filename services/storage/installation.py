"""What concerns the installation and no person: marks, refused files, commands, what processes share."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from services.domain.sources import Slot
from services.storage.database import Database, Store
from services.storage.schema.base import Moment
from services.storage.schema.music import (
    fetch_claims,
    marks,
    received_interactions,
    refused_files,
    shard_leases,
)
from services.storage.upserts import insert_new, upsert

RECEIVED_FOR = timedelta(hours=1)
"""How long a signed command is remembered; its signature is refused after a minute."""


class MarkStore(Store):
    """Texts by name. Nothing about persons belongs here."""

    async def load(self, name: str) -> str | None:
        """Read a mark, or None where it was never set."""
        query = select(marks.c.value).where(marks.c.name == name)
        value: str | None = await self._value(query)
        return value

    async def save(self, name: str, value: str) -> None:
        """Set a mark in place of an earlier one."""
        await self._put(marks, [{"name": name, "value": value}])


class RefusedFileStore(Store):
    """Hashes of files whose reading cost too much. Nothing about persons belongs here."""

    async def is_refused(self, digest: str, now: datetime) -> bool:
        """Say whether a file is refused at the moment."""
        query = select(refused_files.c.digest).where(
            refused_files.c.digest == digest, refused_files.c.until > now
        )
        return await self._value(query) is not None

    async def purge(self, now: datetime) -> int:
        """Drop the files whose time is over, and return how many there were."""
        over = delete(refused_files).where(refused_files.c.until <= now)
        return await self._change(over, durable=False)

    async def refuse(self, digest: str, *, until: datetime, now: datetime) -> None:
        """Refuse a file for a while, and delete expired entries."""
        async with self._database.transaction() as connection:
            await connection.execute(delete(refused_files).where(refused_files.c.until <= now))
            await upsert(connection, refused_files, [{"digest": digest, "until": until}])


class ReceivedStore(Store):
    """Signed interactions by id, for all processes: a copy of one is none. Nothing about who or what."""

    async def is_first(self, interaction_id: int, now: datetime) -> bool:
        """Note an interaction; True for exactly one caller."""
        row = {"interaction_id": interaction_id, "at": now}
        async with self._database.transaction(durable=False) as connection:
            (fresh,) = await insert_new(connection, received_interactions, [row])
        return fresh

    async def purge(self, now: datetime) -> int:
        """Forget those that are too old to come again."""
        return await self._change(
            delete(received_interactions).where(received_interactions.c.at < now - RECEIVED_FOR)
        )


_TAKE = text("""
    INSERT INTO upstreams AS shared (name, next_at)
    VALUES (:name, clock_timestamp() + make_interval(secs => :gap_s))
    ON CONFLICT (name) DO UPDATE
    SET next_at = greatest(shared.next_at, clock_timestamp()) + make_interval(secs => :gap_s)
    WHERE shared.next_at <= clock_timestamp() + make_interval(secs => :within_s)
      AND coalesce(shared.rest_until <= clock_timestamp(), true)
    RETURNING extract(epoch FROM next_at - clock_timestamp())::float8 - :gap_s
""")
"""The later of the next free moment and now; untouched where that is too late, or where all are to rest."""

_LOOK = text("""
    SELECT extract(epoch FROM rest_until - clock_timestamp())::float8,
           reason,
           extract(epoch FROM next_at - clock_timestamp())::float8
    FROM upstreams WHERE name = :name
""")

_REST = text("""
    INSERT INTO upstreams AS shared (name, next_at, rest_until, reason)
    VALUES (:name, clock_timestamp(), clock_timestamp() + make_interval(secs => :rest_s), :reason)
    ON CONFLICT (name) DO UPDATE
    SET rest_until = excluded.rest_until, reason = excluded.reason
    WHERE coalesce(shared.rest_until < excluded.rest_until, true)
""")
"""Forward, never back: a longer rest that somebody was told stays."""


class UpstreamStore(Store):
    """The slots of outside services, for processes on one PostgreSQL."""

    async def take(self, name: str, *, gap_s: float, within_s: float) -> Slot:
        """Take the next slot for a call, unless it lies beyond a time, or the service is to rest.

        Parameters
        ----------
        gap_s
            Between this slot and the one after it.
        within_s
            How long the caller can wait.
        """
        async with self._database.transaction(durable=False) as connection:
            wait_s = await connection.scalar(_TAKE, {"name": name, "gap_s": gap_s, "within_s": within_s})
        if wait_s is not None:
            return Slot(is_taken=True, wait_s=max(0.0, wait_s))
        return await self.look(name)

    async def look(self, name: str) -> Slot:
        """Say how long a service is to rest, and why, without taking a slot."""
        async with self._database.reading(one_moment=False) as connection:
            row = (await connection.execute(_LOOK, {"name": name})).one_or_none()
        if row is None:
            return Slot(is_taken=False)
        rest_s, reason, wait_s = row
        is_resting = rest_s is not None and rest_s > 0
        return Slot(
            is_taken=False,
            wait_s=max(0.0, wait_s),
            rest_s=rest_s if is_resting else 0.0,
            reason=reason if is_resting else None,
        )

    async def rest(self, name: str, *, rest_s: float, reason: str | None) -> None:
        """Let no process call for a while."""
        async with self._database.transaction(single=True) as connection:
            await connection.execute(_REST, {"name": name, "rest_s": rest_s, "reason": reason})


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
