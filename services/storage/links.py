"""Keep people's links to their Spotify accounts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, or_, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.domain.accounts import Link
from services.domain.errors.accounts import AccountTakenError, LinkExpiredError, NoSeatError
from services.storage.database import Database
from services.storage.schema import kept_playlists, libraries, link_attempts, links, listed_playlists
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

    async def all(self) -> tuple[Link, ...]:
        """List all links, the oldest first."""
        async with self._database.reading() as connection:
            rows = (await connection.execute(select(links).order_by(links.c.authorized_at))).all()
        return tuple(map(_link, rows))

    async def save(self, link: Link, *, attempt_id: str | None = None, seats: int | None = None) -> None:
        """Keep a fresh link in place of the person's former one, and end the login that led to it.

        Parameters
        ----------
        attempt_id
            Nothing is kept if this login is gone: the person has left, or begun another one, meanwhile.
        seats
            How many people may be linked.

        Raises
        ------
        LinkExpiredError
            The login is gone.
        NoSeatError
            Others took the last seat.
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
                if connection.dialect.name == "postgresql":
                    # One login at a time: seats are counted, and nobody may come in between.
                    await connection.execute(text("LOCK TABLE links IN SHARE ROW EXCLUSIVE MODE"))
                if attempt_id is not None:
                    await _end(connection, attempt_id)
                await _require_place(connection, link, seats)
                await _forget_other_account(connection, link)
                await upsert(connection, links, [row])
        except IntegrityError as error:
            raise AccountTakenError from error

    async def begin_refresh(self, link: Link, *, now: datetime, until: datetime) -> bool:
        """Become the one who refreshes this person's token; a lease that is over counts as none.

        False also where the tokens are no longer those of `link`: somebody has refreshed them.
        """
        change = (
            update(links)
            .where(
                links.c.user_id == link.user_id,
                links.c.refresh_sealed == link.refresh_sealed,
                links.c.access_sealed.is_not_distinct_from(link.access_sealed),
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
        link: Link,
        *,
        access_sealed: str,
        access_expires_at: datetime,
        refresh_sealed: str,
        scopes: frozenset[str],
    ) -> bool:
        """Keep refreshed tokens and end the lease, in one step.

        False if this consent is not the present one.
        """
        return await self._change(
            link.user_id,
            *_is_of(link),
            access_sealed=access_sealed,
            access_expires_at=access_expires_at,
            refresh_sealed=refresh_sealed,
            scopes=_write(scopes),
            refreshing_until=None,
        )

    async def end_consent(self, link: Link) -> bool:
        """Drop the tokens of a consent that has ended; the seat stays until the person goes.

        False if this consent is not the present one.
        """
        return await self._change(
            link.user_id,
            *_is_of(link),
            access_sealed=None,
            access_expires_at=None,
            refresh_sealed=None,
            refreshing_until=None,
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

    async def _change(self, user_id: int, /, *conditions: ColumnElement[bool], **values: Any) -> bool:
        change = update(links).where(links.c.user_id == user_id, *conditions).values(**values)
        async with self._database.transaction() as connection:
            return (await connection.execute(change)).rowcount == 1


async def _end(connection: AsyncConnection, attempt_id: str) -> None:
    gone = await connection.execute(delete(link_attempts).where(link_attempts.c.attempt_id == attempt_id))
    if not gone.rowcount:
        raise LinkExpiredError


async def _require_place(connection: AsyncConnection, link: Link, seats: int | None) -> None:
    """Refuse an account that somebody else has linked, and a person too many."""
    # Both ids: the immutable one stands where the other stood before Spotify began to give it.
    known = {link.account_id, link.spotify_user_id}
    same = or_(links.c.account_id.in_(known), links.c.spotify_user_id.in_(known))
    taken = select(links.c.user_id).where(same, links.c.user_id != link.user_id)
    if (await connection.execute(taken)).first() is not None:
        raise AccountTakenError
    others = select(func.count()).select_from(links).where(links.c.user_id != link.user_id)
    here = select(links.c.user_id).where(links.c.user_id == link.user_id)
    if seats is None or await connection.scalar(here) is not None:
        return
    if (await connection.execute(others)).scalar_one() >= seats:
        raise NoSeatError(seats)


async def _forget_other_account(connection: AsyncConnection, link: Link) -> None:
    """Drop what was read with another account that the person had linked before."""
    query = select(links.c.account_id, links.c.spotify_user_id).where(links.c.user_id == link.user_id)
    before = (await connection.execute(query)).one_or_none()
    if before is None or {*before} & {link.account_id, link.spotify_user_id}:
        return
    for table in (kept_playlists, listed_playlists, libraries):
        await connection.execute(delete(table).where(table.c.user_id == link.user_id))


def _is_of(link: Link) -> tuple[ColumnElement[bool], ...]:
    """Recognise one consent: refreshing and resealing leave it, linking anew replaces it."""
    return links.c.account_id == link.account_id, links.c.authorized_at == link.authorized_at


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
