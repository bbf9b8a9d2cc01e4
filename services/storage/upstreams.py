"""Share the pace of outside services among processes: one row for each, and the clock of the server."""

from __future__ import annotations

from sqlalchemy import text

from services.domain.sources import Slot
from services.storage.database import Store

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
