"""Store people's links to their Spotify accounts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, func, or_, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.domain.errors.sources import (
    AccountTakenError,
    LinkExpiredError,
    NoSeatError,
    NotLinkedError,
    UnfinishedWritesError,
)
from services.domain.music import Playlist, PlaylistSource
from services.domain.spotify import ENDED_LINK_KEPT_FOR, LINK_LIFE, Disconnected, Link
from services.storage.database import Store
from services.storage.persons import TO_SCRUB, Erased, ErasureNotes
from services.storage.schema.music import marks
from services.storage.schema.people import link_attempts, links
from services.storage.upserts import record_of, row_of, upsert
from services.storage.withdrawals import disconnect, forget_read
from services.storage.writes import bar_new_writes, refuse_to_disconnect


class LinkStore(Store):
    """Links by Discord user. Tokens come in sealed and go out sealed."""

    async def load(self, user_id: int) -> Link | None:
        """Return a person's link."""
        row = await self._row(select(links).where(links.c.user_id == user_id))
        return None if row is None else _link(row)

    async def all(self) -> tuple[Link, ...]:
        """List all links, the oldest first."""
        rows = await self._rows(select(links).order_by(links.c.authorized_at))
        return tuple(map(_link, rows))

    async def count(self) -> int:
        """Count the links: each takes a seat."""
        return int(await self._value(select(func.count()).select_from(links)))

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
        row = row_of(link, scopes=_write(link.scopes), refreshing_until=None)
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
        """Claim the right to refresh this person's token; an expired lease counts as none.

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
        return await self._change(change) == 1

    async def end_refresh(self, user_id: int) -> None:
        """Let others refresh again."""
        await self._update(user_id, refreshing_until=None)

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
        return await self._update(
            link.user_id,
            *_is_of(link),
            access_sealed=access_sealed,
            access_expires_at=access_expires_at,
            refresh_sealed=refresh_sealed,
            scopes=_write(scopes),
            refreshing_until=None,
        )

    async def end_consent(self, link: Link, now: datetime) -> bool:
        """Drop the tokens of a consent that has ended; the rest follows with `end_old`.

        False if this consent is not the present one.
        """
        return await self._update(
            link.user_id,
            *_is_of(link),
            access_sealed=None,
            access_expires_at=now,
            refresh_sealed=None,
            refreshing_until=None,
        )

    async def sealed(self, batch: int) -> AsyncIterator[tuple[Link, ...]]:
        """Iterate over all links in batches, for a change of keys; may be repeated at any time."""
        last = -1
        while True:
            query = select(links).where(links.c.user_id > last).order_by(links.c.user_id).limit(batch)
            rows = await self._rows(query)
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
        return await self._change(change) == 1

    async def disconnect(
        self, user_id: int, *, cut_no_write_at: datetime | None = None, is_new: bool = True
    ) -> Disconnected:
        """End a person's link and open logins, and forget what was read with it: all, or nothing.

        Parameters
        ----------
        cut_no_write_at
            The present, where a change of a playlist that needs the link to go on forbids this.
        is_new
            Whether to note it, so that it is done again in a copy of before that is restored.

        Raises
        ------
        UnfinishedWritesError
            A playlist of theirs is being changed.
        """
        async with self._database.transaction() as connection:
            await bar_new_writes(connection, user_id)
            if cut_no_write_at is not None:
                await refuse_to_disconnect(connection, user_id, cut_no_write_at)
            ended = await disconnect(connection, user_id)
            if is_new and ended.had_link:
                await ErasureNotes(self._database.address.file).add(connection, user_id, Erased.LOGIN)
            await upsert(connection, marks, [{"name": TO_SCRUB, "value": "1"}])
        await self._database.scrub()
        return ended

    async def end_old(self, now: datetime) -> tuple[Disconnected, ...]:
        """End the links whose consent is over: by time, or withdrawn some days ago."""
        is_over = or_(
            links.c.authorized_at <= now - LINK_LIFE,
            and_(links.c.refresh_sealed.is_(None), links.c.access_expires_at <= now - ENDED_LINK_KEPT_FOR),
        )
        async with self._database.transaction() as connection:
            over = (await connection.scalars(select(links.c.user_id).where(is_over))).all()
            ended = []
            for user_id in over:
                await bar_new_writes(connection, user_id)
                try:
                    await refuse_to_disconnect(connection, user_id, now)
                except UnfinishedWritesError:
                    continue  # it is final soon, and the next round ends the link
                ended.append(await disconnect(connection, user_id))
            if ended:
                await upsert(connection, marks, [{"name": TO_SCRUB, "value": "1"}])
        return tuple(ended)

    async def _update(self, user_id: int, /, *conditions: ColumnElement[bool], **values: Any) -> bool:
        change = update(links).where(links.c.user_id == user_id, *conditions).values(**values)
        return await self._change(change) == 1


async def _end(connection: AsyncConnection, attempt_id: str) -> None:
    gone = await connection.execute(delete(link_attempts).where(link_attempts.c.attempt_id == attempt_id))
    if not gone.rowcount:
        raise LinkExpiredError


async def _require_place(connection: AsyncConnection, link: Link, seats: int | None) -> None:
    """Refuse an account that is linked to somebody else, and a link beyond the number of seats."""
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
    await forget_read(connection, link.user_id)


def _is_of(link: Link) -> tuple[ColumnElement[bool], ...]:
    """Recognise one consent: refreshing and resealing leave it, linking anew replaces it."""
    return links.c.account_id == link.account_id, links.c.authorized_at == link.authorized_at


async def is_linked(connection: AsyncConnection, user_id: int) -> bool:
    """Say inside a transaction whether a person is linked, and let nobody end that before it is over.

    What is read with a token may arrive after its owner has gone: then nothing of it is kept.
    """
    query = select(links.c.user_id).where(links.c.user_id == user_id).with_for_update(read=True)
    return await connection.scalar(query) is not None


async def require_login(connection: AsyncConnection, user_id: int, playlist: Playlist) -> None:
    """Make sure inside a transaction that a playlist may be kept for somebody.

    Raises
    ------
    NotLinkedError
        It was read with a login that ended meanwhile.
    """
    if playlist.source is PlaylistSource.SPOTIFY and not await is_linked(connection, user_id):
        raise NotLinkedError


def _write(scopes: frozenset[str]) -> str:
    return " ".join(sorted(scopes))


def _link(row: Row[Any]) -> Link:
    return record_of(Link, row, scopes=frozenset(row.scopes.split()))
