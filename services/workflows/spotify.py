"""Ask Spotify for a person, with their own token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from services.domain.accounts import Link
from services.domain.errors.accounts import ScopeMissingError
from services.domain.errors.spotify import TokenRefusedError
from services.sources.spotify.client import SpotifyClient

Answer = TypeVar("Answer")


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
        self, user_id: int, scopes: frozenset[str], call: Callable[[str], Awaitable[Answer]]
    ) -> Answer:
        """Make a call; a refused token is replaced once, because nothing was carried out with it.

        Raises
        ------
        NotLinkedError, RelinkNeededError, ScopeMissingError
            The person has to log in, or to allow more.
        SourceError
            Spotify said no, or could not be asked.
        """
        token = await self.tokens.access_token(user_id, scopes=scopes)
        try:
            return await call(token)
        except TokenRefusedError:
            return await call(await self.tokens.refreshed(user_id, token))
        except ScopeMissingError as error:
            raise ScopeMissingError(error.scopes or scopes) from error
