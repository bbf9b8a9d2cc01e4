"""A login of which each step happens in another process, and the code that was typed for it."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import psycopg
import pytest
from aiohttp import web

from bot.app.accounts import PASTE_REDIRECT
from bot.demo.stories import CSRF, walk
from bot.demo.world import loopback
from cogs.replies.ids import FORM
from sandbox.discord import Message
from sandbox.discord.state import APPLICATION
from sandbox.discord_login import DiscordPerson, SandboxDiscordLogin
from sandbox.service import unused_port
from sandbox.spotify import SandboxSpotify
from sandbox.spotify_accounts import SandboxAccounts
from sandbox.spotify_samples import YOU, sample_library
from services.sealing import new_key
from tests.depth import at_night
from tests.process.cluster import Cluster, cluster_on
from tests.process.test_roles import ids_of
from tests.unit.services.sources.fakes import EPOCH

ANN = 77


@asynccontextmanager
async def balanced(ports: Sequence[int], port: int) -> AsyncIterator[None]:
    """Give each request to the next of some processes, as a balancer does that knows no sessions."""
    turn = itertools.cycle(ports)

    async def pass_on(request: web.Request) -> web.Response:
        url = f"http://127.0.0.1:{next(turn)}{request.path_qs}"
        headers = {name: value for name, value in request.headers.items() if name != "Host"}
        async with (
            aiohttp.ClientSession(auto_decompress=False) as session,
            session.request(
                request.method, url, data=await request.read(), headers=headers, allow_redirects=False
            ) as answer,
        ):
            kept = {
                name: value
                for name, value in answer.headers.items()
                if name in {"Location", "Content-Type", "Set-Cookie"}
            }
            return web.Response(status=answer.status, body=await answer.read(), headers=kept)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", pass_on)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield
    finally:
        await runner.cleanup()


def everything_stored(cluster: Cluster) -> str:
    """Return all rows of all tables as text, those of the queue too."""
    found = []
    with psycopg.connect(cluster.database_url) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'queue')"
        ).fetchall()
        for schema, table in tables:
            query = f'SELECT * FROM "{schema}"."{table}"'.encode()
            found += [str(row) for row in connection.execute(query).fetchall()]
    return "\n".join(found)


def link_on(message: Message) -> str:
    """Return the address of the link button of a message."""

    def urls(parts: list[object]) -> list[str]:
        found: list[str] = []
        for part in parts:
            if isinstance(part, dict):
                found += [str(part["url"])] if part.get("url") else []
                found += urls(part.get("components", []))
        return found

    return urls(message.components)[0]


async def prove_and_agree(cluster: Cluster, url: str, accounts: SandboxAccounts, here: str) -> list[str]:
    """Open a login, show Discord who is there and Spotify too; returns the secrets on the way."""
    cluster.discord.login = login = SandboxDiscordLogin(
        [DiscordPerson(ANN, "Ann")],
        client_id=str(APPLICATION),
        client_secret="discord-secret",
        redirect_uris=[f"{here}/discord"],
    )
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(url) as answer:
            found = CSRF.search(await answer.text())
        assert found is not None
        async with browser.post(url, data={"csrf": found[1]}, allow_redirects=False) as answer:
            proved = login.decide(dict(parse_qsl(urlsplit(answer.headers["Location"]).query)), ANN)
        async with browser.get(proved, allow_redirects=False) as answer:
            agreed = accounts.decide(dict(parse_qsl(urlsplit(answer.headers["Location"]).query)), YOU)
        async with browser.get(agreed) as answer:
            assert "Connected" in await answer.text(), cluster.logs()[-3000:]
    return [*login.secrets, accounts_code(agreed)]


@at_night
@pytest.mark.parametrize("mode", ["code", "paste", "strong"])
async def test_each_step_of_a_login_in_another_process(
    new_postgresql: Callable[..., str], postgresql_template: str, tmp_path: Path, mode: str
) -> None:
    public, ports = unused_port(), [unused_port(), unused_port()]
    redirect = PASTE_REDIRECT if mode == "paste" else f"http://127.0.0.1:{public}/callback"
    accounts = SandboxAccounts(
        [YOU], client_id="client", client_secret="secret", redirect_uris=[redirect], clock=lambda: EPOCH
    )
    spotify = SandboxSpotify(sample_library(), check_token=accounts.check_token, clock=lambda: EPOCH)
    async with (
        loopback(spotify.app()) as api_url,
        loopback(accounts.app()) as accounts_url,
        cluster_on(
            new_postgresql(postgresql_template),
            tmp_path,
            SPOTIFY_CLIENT_ID="client",
            SPOTIFY_CLIENT_SECRET="secret",
            SPOTIFY_API_URL=f"{api_url}/v1",
            SPOTIFY_ACCOUNTS_URL=accounts_url,
            TOKEN_KEYS=new_key(),
            PUBLIC_URL=f"http://127.0.0.1:{public}",
            PASTE_LOGIN=str(mode == "paste"),
            DISCORD_CLIENT_SECRET="discord-secret" if mode == "strong" else "",
        ) as cluster,
        balanced(ports, public),
    ):
        discord = cluster.discord
        await cluster.start("gateway", "gateway", "worker", "worker")
        if mode != "paste":
            for port in ports:
                await cluster.start("web", WEB_PORT=str(port))
        answer = await cluster.answer(await discord.slash(ANN, "login", []))
        messages = [answer, *discord.state.messages.values()]
        card = next(each for each in messages if "'url': 'http" in str(each.components))
        if mode == "strong":
            secrets = await prove_and_agree(cluster, link_on(card), accounts, f"http://127.0.0.1:{public}")
            await discord.until(
                lambda: any(YOU.name in each.words for each in discord.state.messages.values())
            )
            left = everything_stored(cluster) + cluster.logs()
            assert [secret for secret in secrets if secret in left] == []
            return
        if mode == "code":
            typed = (await walk(link_on(card), accounts, YOU)).code
        else:
            question = dict(parse_qsl(urlsplit(link_on(card)).query))
            typed = accounts.decide(question, YOU)
        finish = next(part for part in ids_of(card.components) if part.startswith("tmb:finish"))
        form = finish.replace("tmb:", f"{FORM}:", 1)
        done = await cluster.answer(await discord.submit(ANN, card, form, typed))
        assert YOU.name in done.words, (done.words, cluster.logs()[-3000:])
        left = everything_stored(cluster) + cluster.logs()
        assert typed not in left
        assert accounts_code(typed) not in left


def accounts_code(typed: str) -> str:
    """Return the part of what was typed that is secret: the code, or that in a pasted address."""
    return dict(parse_qsl(urlsplit(typed).query)).get("code", typed)
