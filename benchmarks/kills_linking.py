"""Kill the bot while somebody connects Spotify, and look whether they get there all the same.

    python -m benchmarks.kills_linking [--kills 30] [--seed 1]

As `benchmarks.kills`, with a loopback Spotify login and a browser: each round somebody sends `/login`, goes
through the pages, enters the code and disconnects again, as stubborn as people are. Once a round the bot is
killed before or after a request to Discord, to Spotify or of the browser. Every acknowledged request has to
be answered once, nobody may get a second link by message, and "connected" has to be true.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from benchmarks.kills import PATIENCE_S, READY_S, Bot, spotify_settings
from bot.demo.stories import CODE, CSRF
from sandbox.discord import LoopbackDiscord, Message, Request
from sandbox.service import unused_port
from sandbox.spotify import SandboxSpotify
from sandbox.spotify_accounts import SandboxAccounts
from sandbox.spotify_samples import YOU, sample_library
from services.sealing import new_key

_PERSON = 77
_MOST_MOMENTS = 40
"""Of one login and one logout, if nothing goes wrong."""
_MOST_LOGINS = 4
_FINISH = "tmb:finish:me"
_LINK = re.compile(r"http://127\.0\.0\.1:\d+/link/[\w-]+")


class GoneError(Exception):
    """A login leads nowhere any more; the page or the answer says so."""


@dataclass(slots=True)
class Tally:
    """What came of it."""

    moments: Counter[str] = field(default_factory=Counter)
    logins: list[int] = field(default_factory=list)
    """How many logins each round took."""
    wrong: list[str] = field(default_factory=list)
    slowest_start_s: float = 0.0


class Fuse:
    """Kills the bot once a round, at one of the moments that are reported here, and starts it again."""

    def __init__(self, discord: LoopbackDiscord, bot: Bot, tally: Tally) -> None:
        self._discord, self._bot, self._tally = discord, bot, tally
        self._left = 0
        self.alive = asyncio.Event()
        self._starting: asyncio.Task[None] | None = None

    def light(self, dice: random.Random) -> None:
        """Choose the moment of this round."""
        self._left = dice.randrange(1, _MOST_MOMENTS)

    async def moment(self, name: str) -> bool:
        """Pass one moment; True where the bot was killed in it."""
        self._left -= 1
        if self._left != 0:
            return False
        self.alive.clear()
        self._tally.moments[name] += 1
        assert self._bot.process is not None
        self._bot.process.kill()
        # In a task of its own: the bot's end may cancel whoever is asked this.
        self._starting = asyncio.create_task(self._start_again())
        return True

    async def _start_again(self) -> None:
        await self._bot.kill()
        await self._discord.state.notify()
        self._tally.slowest_start_s = max(self._tally.slowest_start_s, await self._bot.start())
        self.alive.set()

    async def at_discord(self, moment: str, _call: str) -> None:
        """Look at a request to Discord."""
        if await self.moment(f"{moment} a request to Discord") and moment == "before":
            raise web.HTTPServiceUnavailable

    async def at_accounts(self) -> None:
        """Look at a request for a token, before it is traded."""
        await self.moment("while Spotify trades the code")


class Person:
    """Somebody with a browser, who tries again what did not come through."""

    def __init__(self, discord: LoopbackDiscord, fuse: Fuse, accounts: SandboxAccounts) -> None:
        self._discord, self._fuse, self._accounts = discord, fuse, accounts
        self.asked: list[Request] = []

    async def log_in(self) -> int:
        """Connect, and return how many logins that took."""
        for number in range(1, _MOST_LOGINS + 1):
            try:
                async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
                    await self._once(browser)
            except GoneError:
                continue
            return number
        raise AssertionError(f"not connected after {_MOST_LOGINS} logins")

    async def log_out(self) -> str:
        """Disconnect and return what was said."""
        return (await self._command("logout")).words

    async def _once(self, browser: aiohttp.ClientSession) -> None:
        messages = set(self._discord.state.messages)
        card = await self._command("login")
        new = [each for key, each in self._discord.state.messages.items() if key not in messages]
        link = _LINK.search(str([card.components, *(each.components for each in new)]))
        if link is None:
            raise AssertionError(f"no link: {card.words}")
        page = await self._page(browser, "GET", link[0])
        csrf = CSRF.search(page)
        if csrf is None:
            raise GoneError
        location = await self._page(browser, "POST", link[0], csrf=csrf[1])
        if not location.startswith("http"):
            raise GoneError
        question = dict(parse_qsl(urlsplit(location).query))
        back = self._accounts.decide(question, YOU)
        code = CODE.search(await self._page(browser, "GET", back))
        if code is None:
            raise GoneError
        await self._enter(card, "".join(code.groups()))

    async def _enter(self, card: Message, code: str) -> None:
        while True:
            await self._fuse.alive.wait()
            pressed = await self._discord.press(_PERSON, card, _FINISH)
            if await self._acknowledged(pressed):
                break
        answer = await self._answer(lambda: self._discord.submit(_PERSON, card, "tmm:finish:me", code))
        if "Spotify is connected" not in answer.words:
            raise GoneError

    async def _command(self, name: str) -> Message:
        return await self._answer(lambda: self._discord.slash(_PERSON, name, []))

    async def _answer(self, send: Callable[[], Awaitable[Request]]) -> Message:
        """Send until it is acknowledged, then wait for the answer."""
        while True:
            await self._fuse.alive.wait()
            request = await send()
            if await self._acknowledged(request):
                break
        self.asked.append(request)
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._discord.until(lambda: bool(self._discord.state.answers(request)))
        except TimeoutError as error:
            raise AssertionError(f"accepted and never answered: {request}") from error
        return self._discord.state.answers(request)[0]

    async def _acknowledged(self, request: Request) -> bool:
        """Whether the bot took a request; False where it was killed before that."""
        async with asyncio.timeout(PATIENCE_S):
            await self._discord.until(
                lambda: request.acknowledged_at is not None or not self._fuse.alive.is_set()
            )
        return request.acknowledged_at is not None

    async def _page(self, browser: aiohttp.ClientSession, method: str, url: str, **fields: str) -> str:
        """Open a page, again and again while nobody answers; returns its text or where it leads."""
        if await self._fuse.moment(f"before a {method} of the browser"):
            await self._fuse.alive.wait()
        sent = False
        while True:
            try:
                async with browser.request(
                    method, url, data=fields or None, allow_redirects=method == "GET"
                ) as answer:
                    text = answer.headers.get("Location") or await answer.text()
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)
                sent = True
                continue
            await self._fuse.moment(f"after a {method} of the browser" + (" (again)" if sent else ""))
            return text


def links(database_url: str) -> int:
    """Count the stored links, in the file itself."""
    with closing(sqlite3.connect(database_url.partition("///")[2])) as database:
        (count,) = database.execute("SELECT count(*) FROM links WHERE user_id = ?", (_PERSON,)).fetchone()
    return int(count)


async def one_round(discord: LoopbackDiscord, person: Person, bot: Bot, tally: Tally) -> None:
    """Log in and out once and look at what was said and kept."""
    before = set(discord.state.messages)
    tally.logins.append(await person.log_in())
    if links(bot.database_url) != 1:
        tally.wrong.append("connected, but no link is kept")
    said = await person.log_out()
    if "disconnected" not in said or links(bot.database_url):
        tally.wrong.append(f"after the logout: {said!r}, {links(bot.database_url)} links")
    await asyncio.sleep(0.2)  # whatever a repetition would send has come by then
    for request in person.asked:
        if (count := len(discord.state.answers(request))) != 1:
            tally.wrong.append(f"{count} answers")
    written = [
        each
        for key, each in discord.state.messages.items()
        if key not in before and each.request_id is None and _LINK.search(str(each.components))
    ]
    if len(written) > tally.logins[-1]:
        tally.wrong.append(f"{len(written)} links by message in {tally.logins[-1]} logins")
    person.asked.clear()


async def run(kills: int, *, seed: int, folder: Path) -> Tally:
    """Go through so many rounds."""
    dice, tally, discord = random.Random(seed), Tally(), LoopbackDiscord()
    port = unused_port()
    accounts = SandboxAccounts(
        [YOU],
        client_id="loopback",
        client_secret="loopback",
        redirect_uris=[f"http://127.0.0.1:{port}/callback"],
        clock=time.monotonic,
    )
    spotify = SandboxSpotify(sample_library(), check_token=accounts.check_token, clock=time.monotonic)
    api, login = TestServer(spotify.app()), TestServer(accounts.app())
    await api.start_server()
    await login.start_server()
    async with discord.running():
        bot = Bot(
            discord,
            folder,
            WEB_PORT=str(port),
            **spotify_settings(str(api.make_url("/v1")), str(login.make_url("")).rstrip("/"), new_key()),
        )
        fuse = Fuse(discord, bot, tally)
        person = Person(discord, fuse, accounts)
        accounts.before = fuse.at_accounts
        discord.state.on_call = fuse.at_discord
        try:
            await bot.start()
            fuse.alive.set()
            while tally.moments.total() < kills:
                fuse.light(dice)
                await one_round(discord, person, bot, tally)
                await fuse.alive.wait()
            await bot.stop()
        finally:
            await bot.kill()
            spotify.closing.set()
            await api.close()
            await login.close()
    return tally


def main() -> int:
    """Read the command line and kill."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tastemap-kills-") as folder:
        tally = asyncio.run(run(options.kills, seed=options.seed, folder=Path(folder)))
    print(f"{tally.moments.total()} kills: {dict(tally.moments)}")
    print(f"{len(tally.logins)} people connected, after so many logins: {dict(Counter(tally.logins))}")
    print(f"slowest start until ready: {tally.slowest_start_s:.1f} s; {len(tally.wrong)} wrong")
    for problem in tally.wrong:
        print(f"  {problem}")
    return 1 if tally.wrong or tally.slowest_start_s > READY_S else 0


if __name__ == "__main__":
    sys.exit(main())
