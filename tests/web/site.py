"""The pages of a login on a loopback port, with an invented Spotify and an invented Discord behind them."""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp
from yarl import URL

from bot.web.login import DiscordIdentity, LoginPages, build_pages, origin_of
from bot.web.server import RateLimit, listen, parse_networks
from sandbox.discord_login import DiscordPerson, SandboxDiscordLogin
from sandbox.service import unused_port
from services.domain.spotify import Linked
from services.storage.database import Database
from tests.integration.accounts.world import ANN, ANNA, BOB, LoginWorld, login_world
from tests.unit.services.sources.fakes import serve

APPLICATION = 4711
CSRF = re.compile(r'name="csrf" value="([0-9a-f]+)"')
SHOWN_CODE = re.compile(r'class="code"[^>]*>(\d{3}) (\d{3})<')


@dataclass
class Site:
    """The listening pages; `world` is the process behind them."""

    world: LoginWorld
    discord: SandboxDiscordLogin
    discord_url: str
    session: aiohttp.ClientSession
    port: int
    is_strong: bool
    limit: RateLimit
    proxies: str = ""
    sent_within_s: float = 8.0
    most_connections: int = 200
    announced: list[Linked] = field(default_factory=list)
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def url(self) -> str:
        """Public address of the pages."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen."""
        identity = None
        targets = [origin_of(self.world.accounts_url)]
        if self.is_strong:
            targets.append(self.discord_url)
            identity = DiscordIdentity(
                self.world.session,
                application_id=lambda: APPLICATION,
                client_secret="discord-secret",
                redirect_uri=f"{self.url}/discord",
                api_url=f"{self.discord_url}/api",
                authorize_url=f"{self.discord_url}/oauth2/authorize",
            )

        async def announce(linked: Linked) -> None:
            self.announced.append(linked)

        pages = LoginPages(
            linking=self.world.linking, public_url=self.url, identity=identity, on_linked=announce
        )
        app = build_pages(
            pages,
            form_targets=targets,
            is_https=False,
            limit=self.limit,
            proxies=parse_networks(self.proxies),
        )
        await self.stack.enter_async_context(
            listen(
                app,
                host="127.0.0.1",
                port=self.port,
                sent_within_s=self.sent_within_s,
                most_connections=self.most_connections,
            )
        )

    async def stop(self) -> None:
        """Close the port."""
        await self.stack.aclose()
        self.stack = AsyncExitStack()

    async def restart(self) -> None:
        """Let another process take over."""
        await self.stop()
        self.world = self.world.restarted()
        await self.start()


def patient_limit() -> RateLimit:
    """Make a limit whose minute is always over."""
    return RateLimit(clock=itertools.count(0, 100).__next__)


@asynccontextmanager
async def open_site(
    database: Database, *, is_strong: bool = False, limit: RateLimit | None = None, **options: Any
) -> AsyncIterator[Site]:
    """Serve the pages and everything behind them."""
    port = unused_port()
    here = f"http://127.0.0.1:{port}"
    proxies = options.pop("proxies", "")
    listening = {name: options.pop(name) for name in ("sent_within_s", "most_connections") if name in options}
    discord = SandboxDiscordLogin(
        [DiscordPerson(ANN, "Ann"), DiscordPerson(BOB, "Bob")],
        client_id=str(APPLICATION),
        client_secret="discord-secret",
        redirect_uris=[f"{here}/discord"],
    )
    async with (
        login_world(database, proves_identity=is_strong, redirect_uri=f"{here}/callback", **options) as world,
        serve(discord.app()) as discord_url,
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
    ):
        site = Site(
            world,
            discord,
            discord_url.rstrip("/"),
            session,
            port,
            is_strong,
            limit or patient_limit(),
            proxies,
            **listening,
        )
        await site.start()
        try:
            yield site
        finally:
            await site.stop()


@dataclass
class Page:
    """What a browser got."""

    status: int
    text: str
    headers: Any

    @property
    def location(self) -> str | None:
        """Where it is sent."""
        found: str | None = self.headers.get("Location")
        return found

    @property
    def code(self) -> str | None:
        """The finish code on the page."""
        shown = SHOWN_CODE.search(self.text)
        return "".join(shown.groups()) if shown else None


@dataclass
class Browser:
    """A browser with its cookies and the page that it shows."""

    site: Site
    cookies: dict[str, str] = field(default_factory=dict)
    page: Page | None = None
    address: str = ""

    async def get(self, address: str) -> Page:
        """Open an address of the pages, and follow redirects within them."""
        return await self._ask("GET", address)

    async def press(self) -> Page:
        """Press the button of the start page."""
        assert self.page is not None
        csrf = CSRF.search(self.page.text)
        return await self._ask("POST", self.address, {"csrf": csrf[1] if csrf else ""})

    async def _ask(self, method: str, address: str, form: dict[str, str] | None = None) -> Page:
        sent = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        async with self.site.session.request(
            method,
            URL(address, encoded=True),
            data=form,
            headers={"Cookie": sent} if sent else {},
            allow_redirects=False,
        ) as response:
            self.page = Page(response.status, await response.text(), response.headers)
        for line in self.page.headers.getall("Set-Cookie", ()):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        self.address = address
        there = self.page.location
        if there is not None and there.startswith(self.site.url):
            return await self.get(there)
        return self.page


def query_of(address: str) -> dict[str, str]:
    """Return the parts of an address behind the question mark."""
    return dict(parse_qsl(urlsplit(address).query))


async def finish_in_browser(site: Site, browser: Browser) -> str:
    """Go from the command to the page with the code and return the code."""
    await browser.get(f"{site.url}/link/{await site.world.begin()}")
    page = await browser.press()
    assert page.location is not None
    page = await browser.get(site.world.accounts.decide(query_of(page.location), ANNA))
    assert page.code is not None
    return page.code
