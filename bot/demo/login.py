"""Walk through a login as a browser does, for the script of the demo."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import aiohttp

from bot.demo.scenes import Scene
from bot.demo.scenes import walk as parts_of
from bot.demo.world import World
from cogs.replies.forms import FIELD
from sandbox.spotify_accounts import SandboxAccounts
from sandbox.spotify_library import SandboxUser
from sandbox.spotify_samples import YOU

CSRF = re.compile(r'name="csrf" value="(\w+)"')
CODE = re.compile(r'class="code"[^>]*>(\d{3}) (\d{3})<')
"""What somebody finds on the pages: the field of the first, and the code on the last."""


@dataclass(frozen=True, slots=True)
class Walk:
    """The two pages on the way, and the code at its end."""

    start_page: str
    code_page: str
    code: str


async def login_story(world: World) -> AsyncIterator[Scene]:
    """Connect Spotify, see one's playlists, and analyse one of them."""
    you, channel = world.you, world.channel
    refused = (await you.slash(channel, "playlists")).response
    yield Scene("connect", "/playlists before a login", refused)
    link = (await you.click(refused, label="Connect Spotify")).response
    yield Scene("login", "The link of a login", link)
    url = next(str(part["url"]) for part in parts_of(link.components) if part.get("url"))
    way = await walk(url, world.spotify.accounts, YOU)
    yield Scene("login-start", "The page that the link opens", page=way.start_page)
    yield Scene("login-code", "The page after Spotify", page=way.code_page)
    form = await you.click(link, label="Finish login")
    done = (await you.submit_modal(form, {FIELD: way.code})).response
    yield Scene("login-done", "The code is entered", done)
    again = (await you.click(done, label="Show my playlists")).response
    yield Scene("playlists", "What was wanted goes on", again)
    listed = next(each for each in world.spotify.library.lists.values() if each.name == "Late Drive Home")
    address = f"https://open.spotify.com/playlist/{listed.id}"
    analysed = (await you.slash(channel, "analyze", playlist=address)).response
    yield Scene("own-playlist", "/analyze with one's own playlist", analysed)


async def walk(url: str, accounts: SandboxAccounts, user: SandboxUser) -> Walk:
    """Open a login, agree at the invented Spotify as `user`, and come back to the page with the code."""
    # Browsers keep cookies of an address without a name; aiohttp has to be told.
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(url) as answer:
            start_page = await answer.text()
        csrf = _found(CSRF, start_page)[0]
        async with browser.post(url, data={"csrf": csrf}, allow_redirects=False) as answer:
            question = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
        async with browser.get(accounts.decide(question, user)) as answer:
            code_page = await answer.text()
        return Walk(start_page, code_page, "".join(_found(CODE, code_page)))


def _found(pattern: re.Pattern[str], page: str) -> tuple[str, ...]:
    match = pattern.search(page)
    if match is None:
        raise RuntimeError(f"a page of the login has changed: there is no {pattern.pattern}")
    return match.groups()
