"""The services of a login against a loopback Spotify, on a clock that only tests move."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp

from sandbox.spotify import SandboxSpotify
from sandbox.spotify_accounts import SandboxAccounts
from sandbox.spotify_library import SandboxLibrary, SandboxUser
from services.accounts.linking import LinkingService
from services.accounts.tokens import TokenService
from services.domain.spotify import READ_SCOPES, Link, Linked
from services.sealing import KeyRing, new_key
from services.sources.clock import Clock
from services.sources.spotify_api import SpotifyApi
from services.sources.spotify_auth import SpotifyAuth
from services.sources.spotify_client import SpotifyClient
from services.storage.attempts import AttemptStore
from services.storage.database import Database
from services.storage.links import LinkStore
from tests.unit.services.sources.fakes import CALM, FakeClock, serve, session
from tests.unit.services.sources.spotify_world import Ledger

REDIRECT = "http://127.0.0.1:8888/callback"
ANN, BOB = 101, 102
"""Discord ids."""
ANNA = SandboxUser("anna", "Anna", "acc-anna")
ROBERT = SandboxUser("robert", "Robert", "acc-robert")
UNLISTED = SandboxUser("ulla", "Ulla", "acc-ulla", is_listed=False)
PEOPLE = (ANNA, ROBERT, UNLISTED)
BROWSER = "the cookie of a browser"


@dataclass
class LoginWorld:
    """One process of the bot; `restarted` gives the next one on the same database and servers."""

    database: Database
    time: FakeClock
    accounts: SandboxAccounts
    spotify: SandboxSpotify
    api_url: str
    accounts_url: str
    session: aiohttp.ClientSession
    keys: str
    redirect_uri: str = REDIRECT
    options: dict[str, Any] = field(default_factory=dict)
    waits: bool = False
    """Whether waiting for another process leaves the clock alone."""

    def __post_init__(self) -> None:
        clock = self.time.clock
        still = Clock(monotonic=self.time.monotonic, now=self.time.now, sleep=_yield)
        ring = KeyRing.parse(self.keys)
        self.links, self.attempts = LinkStore(self.database), AttemptStore(self.database)
        self.auth = SpotifyAuth(
            self.session,
            client_id="the-app",
            client_secret="the-secret",
            redirect_uri=self.redirect_uri,
            base_url=self.accounts_url,
            clock=clock,
            random=Random(3),
            patience=CALM,
        )
        api = SpotifyApi(
            self.session, ledger=Ledger(), base_url=self.api_url, clock=clock, random=Random(3), patience=CALM
        )
        self.client = SpotifyClient(api)
        self.tokens = TokenService(
            links=self.links, keys=ring, auth=self.auth, clock=still if self.waits else clock
        )
        values: dict[str, Any] = {"seats": 5, **self.options}
        self.linking = LinkingService(
            attempts=self.attempts,
            links=self.links,
            keys=ring,
            auth=self.auth,
            spotify=self.client,
            tokens=self.tokens,
            clock=clock,
            **values,
        )

    def restarted(self, **changes: Any) -> LoginWorld:
        """Start another process on the same database."""
        same = {
            name: getattr(self, name)
            for name in (
                "database", "time", "accounts", "spotify", "api_url", "accounts_url", "session", "keys",
                "redirect_uri", "options", "waits",
            )
        }  # fmt: skip
        return LoginWorld(**{**same, **changes})

    @property
    def trades(self) -> list[str]:
        """Kinds of the token calls so far."""
        return [call.grant_type for call in self.accounts.token_calls]

    async def begin(self, user_id: int = ANN, **values: Any) -> str:
        """Start a login in Discord."""
        return await self.linking.begin(
            user_id, **{"discord_name": f"user {user_id}", "scopes": READ_SCOPES, **values}
        )

    def approve(self, address: str, user: SandboxUser | None = ANNA) -> dict[str, str]:
        """Agree at Spotify, or cancel, and return what the browser brings back."""
        question = dict(parse_qsl(urlsplit(address).query))
        back = urlsplit(self.accounts.decide(question, user))
        return dict(parse_qsl(back.query))

    async def bring_back(self, answer: dict[str, str], browser: str = BROWSER) -> str:
        """Let the browser arrive at the callback; returns the login."""
        received = await self.linking.receive(
            state=answer["state"], browser=browser, code=answer.get("code"), error=answer.get("error")
        )
        return received.attempt_id

    async def to_code(self, user_id: int = ANN, user: SandboxUser = ANNA, browser: str = BROWSER) -> str:
        """Go as far as the page with the finish code and return the code."""
        address = await self.linking.open(await self.begin(user_id), browser=browser)
        login = await self.bring_back(self.approve(address, user), browser)
        code, attempt = await self.linking.finish_code(login, browser=browser)
        assert attempt.user_id == user_id
        return code

    async def link(self, user_id: int = ANN, user: SandboxUser = ANNA) -> Link:
        """Log in the whole way."""
        return (await self.log_in(user_id, user)).link

    async def log_in(self, user_id: int = ANN, user: SandboxUser = ANNA) -> Linked:
        """Log in the whole way."""
        return await self.linking.finish(user_id, await self.to_code(user_id, user))

    def pass_time(self, **lapse: float) -> None:
        """Let time go by."""
        self.time.at += timedelta(**lapse).total_seconds()

    def owner_of(self, token: str) -> SandboxUser | None:
        """Say whose access token this is, as Spotify sees it."""
        grant = self.accounts.check_token(token)
        return None if grant is None else grant.user


async def _yield(_seconds: float) -> None:
    await asyncio.sleep(0)


@asynccontextmanager
async def login_world(database: Database, **options: Any) -> AsyncIterator[LoginWorld]:
    """Serve an invented Spotify and build the services of a login on it."""
    time = FakeClock()
    rotates = options.pop("rotates", False)
    waits = options.pop("waits", False)
    redirect_uri = options.pop("redirect_uri", REDIRECT)
    accounts = SandboxAccounts(
        PEOPLE,
        client_id="the-app",
        client_secret="the-secret",
        redirect_uris=[redirect_uri],
        clock=time.monotonic,
        rotates=rotates,
    )
    spotify = SandboxSpotify(SandboxLibrary(), check_token=accounts.check_token, clock=time.monotonic)
    async with serve(spotify.app()) as api, serve(accounts.app()) as login, session() as opened:
        yield LoginWorld(
            database, time, accounts, spotify, f"{api}v1", login.rstrip("/"), opened, new_key(),
            redirect_uri, options, waits,
        )  # fmt: skip
