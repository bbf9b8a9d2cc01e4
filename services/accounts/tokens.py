"""Access tokens of people who linked Spotify, refreshed once however many ask, and calls made with them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Concatenate, ParamSpec, Protocol, TypeVar
from weakref import WeakValueDictionary

from services.domain.errors.sources import (
    NotLinkedError,
    RelinkNeededError,
    ScopeMissingError,
    SourceUnavailableError,
    TokenRefusedError,
)
from services.domain.spotify import Link, charged_to
from services.sealing import KeyRing, UnsealError
from services.sources.clock import Clock
from services.sources.spotify_auth import NAME, SpotifyAuth
from services.sources.spotify_client import SpotifyClient
from services.storage.links import LinkStore

PURPOSE = "spotify"
ACCESS, REFRESH = "access", "refresh"
_EARLY = timedelta(seconds=60)
"""An access token that ends sooner is refreshed before it is used."""
_LEASE = timedelta(seconds=30)
"""Longer than a refresh may take; a process that was killed meanwhile blocks the person no longer."""
_POLL_S = 0.1

_log = logging.getLogger(__name__)


class TokenService:
    """The tokens of all linked people. There is no other token: never the app's own.

    Invariant of the locks: in this process one task at a time looks at and refreshes a person's
    token. Between processes the lease in the person's row decides.
    """

    def __init__(self, *, links: LinkStore, keys: KeyRing, auth: SpotifyAuth, clock: Clock) -> None:
        self._links = links
        self.keys = keys
        self._auth = auth
        self._clock = clock
        # A lock lives as long as somebody holds it or waits for it.
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def link_of(self, user_id: int) -> Link:
        """Return the person's link; raises `NotLinkedError` or `RelinkNeededError`."""
        link = await self._links.load(user_id)
        if link is None:
            raise NotLinkedError
        if link.refresh_sealed is None or self._clock.now() >= link.ends_at:
            raise RelinkNeededError
        return link

    async def access_token(self, user_id: int, *, scopes: frozenset[str] = frozenset()) -> str:
        """Return a token that is good for at least a minute.

        Raises
        ------
        NotLinkedError, RelinkNeededError
            The person has to log in.
        ScopeMissingError
            They have not allowed `scopes`.
        AppMisconfiguredError, SourceError
            Spotify could not be asked for a fresh one; the link stays.
        """
        link = await self.link_of(user_id)
        if scopes - link.scopes:
            raise ScopeMissingError(scopes - link.scopes)
        token = self._current(link)
        return token if token is not None else await self._fresh(user_id, stale=None)

    async def refreshed(self, user_id: int, stale: str) -> str:
        """Return another token than `stale`, which Spotify refused: two callers make one refresh."""
        return await self._fresh(user_id, stale=stale)

    async def _fresh(self, user_id: int, *, stale: str | None) -> str:
        lock = self._locks.setdefault(user_id, asyncio.Lock())
        async with lock:
            return await self._refresh_or_wait(user_id, stale)

    async def _refresh_or_wait(self, user_id: int, stale: str | None) -> str:
        ends_at = self._clock.now() + _LEASE
        while True:
            link = await self.link_of(user_id)
            token = self._current(link)
            if token is not None and token != stale:
                return token
            kept = self._open(link, REFRESH, link.refresh_sealed)
            if kept is None:
                # Stays stored: the operator may have taken a key out of TOKEN_KEYS and put it back.
                _log.warning(
                    "the token of a link can't be opened with TOKEN_KEYS; the person has to link again"
                )
                raise RelinkNeededError
            now = self._clock.now()
            if await self._links.begin_refresh(link, now=now, until=now + _LEASE):
                fresh = await self._refresh(link, kept)
                if fresh is not None:
                    return fresh
            elif now >= ends_at:
                raise SourceUnavailableError(NAME, "another process is refreshing the token")
            else:
                await self._clock.sleep(_POLL_S)

    async def _refresh(self, link: Link, kept: str) -> str | None:
        """Return a fresh token; None where the person left or linked anew while Spotify was asked."""
        try:
            grant = await self._auth.refresh(kept)
        except RelinkNeededError:
            if await self._links.end_consent(link, self._clock.now()):
                raise
            return None
        except BaseException:
            await asyncio.shield(self._links.end_refresh(link.user_id))
            raise
        # Stored before it is used: a token that Spotify rotated must not be lost.
        saved = await self._links.save_tokens(
            link,
            access_sealed=self.seal(link.user_id, ACCESS, grant.access_token),
            access_expires_at=grant.expires_at,
            refresh_sealed=self.seal(link.user_id, REFRESH, grant.refresh_token or kept),
            scopes=grant.scopes or link.scopes,
        )
        return grant.access_token if saved else None

    def _current(self, link: Link) -> str | None:
        """Return the stored access token if it is good for a while."""
        if link.access_expires_at is None or self._clock.now() + _EARLY >= link.access_expires_at:
            return None
        return self._open(link, ACCESS, link.access_sealed)

    def seal(self, user_id: int, column: str, token: str) -> str:
        """Encrypt a token for one column of one person's row."""
        return self.keys.seal(token, purpose=PURPOSE, owner_id=user_id, column=column)

    def _open(self, link: Link, column: str, sealed: str | None) -> str | None:
        if sealed is None:
            return None
        try:
            return self.keys.open(sealed, purpose=PURPOSE, owner_id=link.user_id, column=column)
        except UnsealError:
            return None


async def rotate_keys(links: LinkStore, keys: KeyRing, *, batch: int = 200) -> tuple[int, int]:
    """Seal all tokens anew with the newest key; may be stopped and repeated at any time.

    Returns how many links were resealed, and how many could be opened with no key and were left alone.
    """
    resealed = lost = 0
    async for some in links.sealed(batch):
        for link in some:
            try:
                resealed += await _reseal_link(links, keys, link)
            except UnsealError:
                lost += 1
    return resealed, lost


async def _reseal_link(links: LinkStore, keys: KeyRing, found: Link) -> bool:
    """Reseal a link, also when the bot refreshes it meanwhile; says whether it was necessary."""
    link: Link | None = found
    while link is not None:
        refresh = _reseal(keys, link, REFRESH, link.refresh_sealed)
        access = _reseal(keys, link, ACCESS, link.access_sealed)
        if (refresh, access) == (link.refresh_sealed, link.access_sealed):
            return False
        if await links.reseal(link, refresh_sealed=refresh, access_sealed=access):
            return True
        link = await links.load(link.user_id)
    return False


def _reseal(keys: KeyRing, link: Link, column: str, sealed: str | None) -> str | None:
    if sealed is None or keys.is_current(sealed):
        return sealed
    token = keys.open(sealed, purpose=PURPOSE, owner_id=link.user_id, column=column)
    return keys.seal(token, purpose=PURPOSE, owner_id=link.user_id, column=column)


Answer = TypeVar("Answer")
P = ParamSpec("P")


class Tokens(Protocol):
    """The part of `TokenService` that is needed here."""

    async def link_of(self, user_id: int) -> Link:
        """Return the person's link."""
        ...

    async def access_token(self, user_id: int, *, scopes: frozenset[str] = frozenset()) -> str:
        """Return a token that allows `scopes`."""
        ...

    async def refreshed(self, user_id: int, stale: str) -> str:
        """Return another token than the one that Spotify has just refused."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotifyAccess:
    """The client together with the tokens of the people that it asks for."""

    client: SpotifyClient
    tokens: Tokens

    async def own_id(self, user_id: int) -> str:
        """Return the id under which the person owns playlists.

        Raises
        ------
        NotLinkedError, RelinkNeededError
        """
        return (await self.tokens.link_of(user_id)).spotify_user_id

    async def ask(
        self,
        user_id: int,
        scopes: frozenset[str],
        call: Callable[Concatenate[str, P], Awaitable[Answer]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Answer:
        """Make a call with a token and `args`; a refused token is replaced once, as nothing was done with it.

        Raises
        ------
        NotLinkedError, RelinkNeededError, ScopeMissingError
            The person has to log in, or to allow more.
        SourceError
            Spotify said no, or could not be asked.
        """
        token = await self.tokens.access_token(user_id, scopes=scopes)
        try:
            with charged_to(user_id):
                return await call(token, *args, **kwargs)
        except TokenRefusedError:
            fresh = await self.tokens.refreshed(user_id, token)
            with charged_to(user_id):
                return await call(fresh, *args, **kwargs)
        except ScopeMissingError as error:
            raise ScopeMissingError(error.scopes or scopes) from error
