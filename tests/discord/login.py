"""A room whose bot has login pages and a loopback Spotify that people log in to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import simcord.interactions

from bot.app.accounts import PASTE_REDIRECT
from bot.demo.stories import walk
from bot.demo.world import loopback
from sandbox.service import unused_port
from sandbox.spotify import SandboxSpotify
from sandbox.spotify_accounts import SandboxAccounts
from sandbox.spotify_library import SandboxUser
from sandbox.spotify_samples import MIKA, YOU, sample_library
from services.compute import ComputePool
from services.sealing import new_key
from tests.discord.cards import walk as parts_of
from tests.discord.conftest import Room, furnish, open_app, simulate
from tests.unit.services.sources.fakes import EPOCH


@dataclass(frozen=True, slots=True)
class LoginRoom:
    """A room, its Spotify, and the pages between them."""

    room: Room
    accounts: SandboxAccounts
    spotify: SandboxSpotify

    async def code_for(self, card: Any, account: SandboxUser = YOU) -> str:
        """Open the link on a card, agree as `account`, and return the code that the page shows."""
        return (await walk(url_of(card), self.accounts, account)).code

    async def enter(self, who: Any, card: Any, code: str) -> Any:
        """Press Finish login on a card and enter a code."""
        shown = await who.click(card, label="Finish login")
        assert shown.modal is not None
        return await who.submit_modal(shown, {"text": code})


def url_of(card: Any) -> str:
    """Return the address of the link button on a card."""
    (url,) = (str(part["url"]) for part in parts_of(card.components) if part.get("url"))
    return url


@asynccontextmanager
async def login_room(folder: Path, pool: ComputePool, **settings: Any) -> AsyncIterator[LoginRoom]:
    """Open an application with a Spotify app and its login pages."""
    port = unused_port()
    redirect = PASTE_REDIRECT if settings.get("paste_login") else f"http://127.0.0.1:{port}/callback"
    accounts = SandboxAccounts(
        [YOU, MIKA],
        client_id="client",
        client_secret="secret",
        redirect_uris=[redirect],
        clock=lambda: EPOCH,
    )
    spotify = SandboxSpotify(sample_library(), check_token=accounts.check_token, clock=lambda: EPOCH)
    values: dict[str, Any] = {
        "spotify_client_id": "client",
        "spotify_client_secret": "secret",
        "token_keys": new_key(),
        "web_port": port,
        **settings,
    }
    async with (
        loopback(spotify.app()) as api_url,
        loopback(accounts.app()) as accounts_url,
        open_app(
            folder,
            pool,
            spotify_api_url=f"{api_url}/v1",
            spotify_accounts_url=accounts_url,
            **values,
        ) as app,
        simulate(app) as env,
    ):
        assert app.accounts is not None
        async with app.accounts.pages(app.clients):
            yield LoginRoom(await furnish(app, env), accounts, spotify)


def install_in_servers(monkeypatch: Any) -> None:
    """Let interactions say that the server has installed the bot; the simulator leaves that open."""
    plain = simcord.interactions.base_payload

    def payload(*arguments: Any, **named: Any) -> tuple[Any, dict[str, Any]]:
        record, made = plain(*arguments, **named)
        if made.get("guild_id"):
            made["authorizing_integration_owners"] = {"0": str(made["guild_id"])}
        return record, made

    monkeypatch.setattr(simcord.interactions, "base_payload", payload)
