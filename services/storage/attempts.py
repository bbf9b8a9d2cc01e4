"""Store logins in progress. Each step is one conditional update, so it happens once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, select, update

from services.domain.spotify import MOST_TRIES, AttemptStatus, LinkAttempt
from services.storage.database import Store
from services.storage.schema.people import link_attempts
from services.storage.upserts import insert_into, record_of, row_of


class AttemptStore(Store):
    """Logins by the hash of their link."""

    async def begin(self, attempt: LinkAttempt) -> None:
        """Keep a new login; the person's former one is void."""
        row = row_of(attempt, scopes=" ".join(sorted(attempt.scopes)))
        async with self._database.transaction() as connection:
            insert = insert_into(link_attempts, connection.dialect).values(row)
            await connection.execute(insert.on_conflict_do_update(index_elements=["user_id"], set_=row))

    async def load(self, attempt_id: str, now: datetime) -> LinkAttempt | None:
        """Return a login that has not expired."""
        return await self._one(link_attempts.c.attempt_id == attempt_id, now)

    async def of_state(self, state_hash: str, now: datetime) -> LinkAttempt | None:
        """Return the login that Spotify was given this state for."""
        return await self._one(link_attempts.c.state_hash == state_hash, now)

    async def of_user(self, user_id: int, now: datetime) -> LinkAttempt | None:
        """Return a person's login."""
        return await self._one(link_attempts.c.user_id == user_id, now)

    async def open_in_browser(
        self, attempt_id: str, *, browser_hash: str, state_hash: str, verifier_sealed: str
    ) -> bool:
        """Bind a login to a browser and a state; a former browser is out. False once Spotify has answered."""
        return await self._step(
            attempt_id,
            AttemptStatus.OPEN,
            browser_hash=browser_hash,
            state_hash=state_hash,
            verifier_sealed=verifier_sealed,
        )

    async def approve(self, attempt: LinkAttempt, *, code_sealed: str, finish_sealed: str) -> bool:
        """Keep what Spotify answered. True for exactly one caller; the state is used up."""
        return await self._step(
            attempt.attempt_id,
            AttemptStatus.OPEN,
            link_attempts.c.state_hash == attempt.state_hash,
            link_attempts.c.browser_hash == attempt.browser_hash,
            status=AttemptStatus.APPROVED.value,
            state_hash=None,
            code_sealed=code_sealed,
            finish_sealed=finish_sealed,
        )

    async def count_try(self, attempt_id: str) -> bool:
        """Count one more try of the finish code before it is looked at; False if there were too many."""
        return await self._step(
            attempt_id,
            AttemptStatus.APPROVED,
            link_attempts.c.tries < MOST_TRIES,
            tries=link_attempts.c.tries + 1,
        )

    async def drop_guessed(self, attempt_id: str) -> None:
        """Drop a login whose tries are used up, unless the code was right and it is being finished."""
        gone = delete(link_attempts).where(
            link_attempts.c.attempt_id == attempt_id,
            link_attempts.c.status == AttemptStatus.APPROVED.value,
            link_attempts.c.tries >= MOST_TRIES,
        )
        await self._change(gone)

    async def claim(self, attempt_id: str) -> bool:
        """Claim the right to trade the code. True for exactly one caller."""
        return await self._step(attempt_id, AttemptStatus.APPROVED, status=AttemptStatus.FINISHING.value)

    async def delete(self, attempt_id: str) -> None:
        """Delete a finished login."""
        await self._change(delete(link_attempts).where(link_attempts.c.attempt_id == attempt_id))

    async def purge(self, now: datetime) -> int:
        """Delete expired logins and return how many there were."""
        return await self._change(delete(link_attempts).where(link_attempts.c.expires_at <= now))

    async def _one(self, condition: ColumnElement[bool], now: datetime) -> LinkAttempt | None:
        query = select(link_attempts).where(condition, link_attempts.c.expires_at > now)
        row = await self._row(query)
        return None if row is None else _attempt(row)

    async def _step(
        self, attempt_id: str, at: AttemptStatus, /, *conditions: ColumnElement[bool], **values: Any
    ) -> bool:
        change = (
            update(link_attempts)
            .where(link_attempts.c.attempt_id == attempt_id, link_attempts.c.status == at.value, *conditions)
            .values(**values)
        )
        return await self._change(change) == 1


def _attempt(row: Row[Any]) -> LinkAttempt:
    return record_of(LinkAttempt, row, scopes=frozenset(row.scopes.split()), status=AttemptStatus(row.status))
