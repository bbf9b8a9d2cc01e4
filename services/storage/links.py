"""Keep people's links to their Spotify accounts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.domain.accounts import Link
from services.domain.errors.accounts import AccountTakenError
from services.storage.database import Database
from services.storage.schema import links
from services.storage.upserts import upsert


class LinkStore:
    """Links by Discord user. Tokens come in sealed and go out sealed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, user_id: int) -> Link | None:
        """Return a person's link."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(links).where(links.c.user_id == user_id))).one_or_none()
        return None if row is None else _link(row)

    async def owner_of(self, account_id: str) -> int | None:
        """Say who has linked an account."""
        query = select(links.c.user_id).where(links.c.account_id == account_id)
        async with self._database.reading() as connection:
            found: int | None = (await connection.execute(query)).scalar_one_or_none()
        return found

    async def all(self) -> tuple[Link, ...]:
        """List all links, the oldest first."""
        async with self._database.reading() as connection:
            rows = (await connection.execute(select(links).order_by(links.c.authorized_at))).all()
        return tuple(map(_link, rows))

    async def save(self, link: Link) -> None:
        """Keep a fresh link in place of the person's former one.

        Raises
        ------
        AccountTakenError
            Somebody else has linked this account.
        """
        row = {
            "user_id": link.user_id,
            "account_id": link.account_id,
            "spotify_user_id": link.spotify_user_id,
            "name": link.name,
            "refresh_sealed": link.refresh_sealed,
            "access_sealed": link.access_sealed,
            "access_expires_at": link.access_expires_at,
            "scopes": _write(link.scopes),
            "authorized_at": link.authorized_at,
            "refreshing_until": None,
        }
        try:
            async with self._database.transaction() as connection:
                await upsert(connection, links, [row])
        except IntegrityError as error:
            raise AccountTakenError from error

    async def begin_refresh(self, user_id: int, *, now: datetime, until: datetime) -> bool:
        """Become the one who refreshes this person's token; a lease that is over counts as none."""
        change = (
            update(links)
            .where(
                links.c.user_id == user_id,
                links.c.refresh_sealed.is_not(None),
                or_(links.c.refreshing_until.is_(None), links.c.refreshing_until <= now),
            )
            .values(refreshing_until=until)
        )
        async with self._database.transaction() as connection:
            return (await connection.execute(change)).rowcount == 1

    async def end_refresh(self, user_id: int) -> None:
        """Let others refresh again."""
        await self._change(user_id, refreshing_until=None)

    async def save_tokens(
        self,
        user_id: int,
        *,
        access_sealed: str,
        access_expires_at: datetime,
        refresh_sealed: str,
        scopes: frozenset[str],
    ) -> None:
        """Keep refreshed tokens and end the lease, in one step."""
        await self._change(
            user_id,
            access_sealed=access_sealed,
            access_expires_at=access_expires_at,
            refresh_sealed=refresh_sealed,
            scopes=_write(scopes),
            refreshing_until=None,
        )

    async def end_consent(self, user_id: int) -> None:
        """Drop the tokens of a consent that has ended; the seat stays until the person goes."""
        await self._change(
            user_id, access_sealed=None, access_expires_at=None, refresh_sealed=None, refreshing_until=None
        )

    async def sealed(self, batch: int) -> AsyncIterator[tuple[Link, ...]]:
        """Walk over all links in batches, for a change of keys; may be repeated at any time."""
        last = -1
        while True:
            query = select(links).where(links.c.user_id > last).order_by(links.c.user_id).limit(batch)
            async with self._database.reading() as connection:
                rows = (await connection.execute(query)).all()
            if not rows:
                return
            yield tuple(map(_link, rows))
            last = rows[-1].user_id

    async def reseal(self, link: Link, *, refresh_sealed: str | None, access_sealed: str | None) -> bool:
        """Exchange sealed tokens for the same ones under another key, unless they changed meanwhile."""
        change = (
            update(links)
            .where(
                links.c.user_id == link.user_id,
                links.c.refresh_sealed.is_not_distinct_from(link.refresh_sealed),
                links.c.access_sealed.is_not_distinct_from(link.access_sealed),
            )
            .values(refresh_sealed=refresh_sealed, access_sealed=access_sealed)
        )
        async with self._database.transaction() as connection:
            return (await connection.execute(change)).rowcount == 1

    async def delete_of(self, user_id: int) -> int:
        """Forget a person's link."""
        async with self._database.transaction() as connection:
            return (await connection.execute(delete(links).where(links.c.user_id == user_id))).rowcount

    async def _change(self, user_id: int, **values: Any) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(update(links).where(links.c.user_id == user_id).values(**values))


async def is_linked(connection: AsyncConnection, user_id: int) -> bool:
    """Say inside a transaction whether a person is linked, and let nobody end that before it is over.

    What is read with a token may arrive after its owner has gone: then nothing of it is kept.
    """
    query = select(links.c.user_id).where(links.c.user_id == user_id).with_for_update(read=True)
    return await connection.scalar(query) is not None


def _write(scopes: frozenset[str]) -> str:
    return " ".join(sorted(scopes))


def _link(row: Row[Any]) -> Link:
    return Link(
        user_id=row.user_id,
        account_id=row.account_id,
        spotify_user_id=row.spotify_user_id,
        name=row.name,
        refresh_sealed=row.refresh_sealed,
        access_sealed=row.access_sealed,
        access_expires_at=row.access_expires_at,
        scopes=frozenset(row.scopes.split()),
        authorized_at=row.authorized_at,
    )
