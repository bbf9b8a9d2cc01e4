"""The invented Spotify of the demo: a Web API, a login, and people who have connected their accounts."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import web

from bot.app import App
from sandbox.service import unused_port
from sandbox.spotify import SandboxSpotify
from sandbox.spotify_accounts import SandboxAccounts
from sandbox.spotify_library import Grant, SandboxLibrary, SandboxUser
from sandbox.spotify_samples import MIKA, YOU, sample_library
from services.accounts.keyring import new_key
from services.accounts.tokens import ACCESS, REFRESH
from services.domain.spotify import READ_SCOPES, Link
from services.domain.writes import WRITE_SCOPES

_CLIENT_ID = "demo"
_HOST = "127.0.0.1"
_SCOPES = READ_SCOPES | WRITE_SCOPES
_CONNECTED_FOR = timedelta(days=150)

GRANTS: Mapping[str, Grant] = {user.id: Grant(user, _SCOPES) for user in (YOU, MIKA)}
"""By access token, which in the demo is the account's name."""


@dataclass(frozen=True, slots=True)
class DemoSpotify:
    """Both halves of it, and the settings with which the bot finds them."""

    accounts: SandboxAccounts
    library: SandboxLibrary
    settings: dict[str, Any]


@asynccontextmanager
async def open_spotify() -> AsyncIterator[DemoSpotify]:
    """Serve an invented Spotify with two people inside the block.

    The port of the login pages has to be known first, because a login may return to a registered
    address only.
    """
    port = unused_port()
    client_secret = secrets.token_urlsafe(16)
    accounts = SandboxAccounts(
        [YOU],
        client_id=_CLIENT_ID,
        client_secret=client_secret,
        redirect_uris=[f"http://{_HOST}:{port}/callback"],
        clock=time.monotonic,
    )

    def check_token(token: str) -> Grant | None:
        return GRANTS.get(token) or accounts.check_token(token)

    api = SandboxSpotify(sample_library(), check_token=check_token, clock=time.time)
    async with loopback(api.app()) as api_url, loopback(accounts.app()) as accounts_url:
        settings = {
            "spotify_client_id": _CLIENT_ID,
            "spotify_client_secret": client_secret,
            "spotify_api_url": f"{api_url}/v1",
            "spotify_accounts_url": accounts_url,
            "token_keys": new_key(),
            "public_url": None,
            "web_host": _HOST,
            "web_port": port,
            "paste_login": False,
            "discord_client_secret": None,
        }
        yield DemoSpotify(accounts, api.library, settings)


async def connect(app: App, user_id: int, account: SandboxUser) -> None:
    """Store what a finished login leaves behind.

    Raises
    ------
    LookupError
        The application has no Spotify app.
    """
    accounts = app.accounts
    if accounts is None:
        raise LookupError("the demo needs a Spotify app to connect people to")
    now = accounts.clock.now()
    await accounts.links.save(
        Link(
            user_id=user_id,
            account_id=account.account_id,
            spotify_user_id=account.id,
            name=account.name,
            refresh_sealed=accounts.tokens.seal(user_id, REFRESH, account.id),
            access_sealed=accounts.tokens.seal(user_id, ACCESS, account.id),
            access_expires_at=now + _CONNECTED_FOR,
            scopes=_SCOPES,
            authorized_at=now,
        )
    )


@asynccontextmanager
async def loopback(application: web.Application) -> AsyncIterator[str]:
    """Serve on a free port of this machine; yields the address."""
    application.middlewares.append(_closing)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, _HOST, 0)
        await site.start()
        yield f"http://{_HOST}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@web.middleware
async def _closing(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Keep no connection: the timer of a kept one would be work that the simulator waits for."""
    response = await handler(request)
    response.force_close()
    return response
