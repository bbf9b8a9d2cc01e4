"""Walk through a login as a browser does, for the script of the demo."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import aiohttp

from sandbox.spotify_accounts import SandboxAccounts
from sandbox.spotify_library import SandboxUser

_CSRF = re.compile(r'name="csrf" value="(\w+)"')
_CODE = re.compile(r'class="code"[^>]*>(\d{3}) (\d{3})<')


@dataclass(frozen=True, slots=True)
class Walk:
    """The two pages on the way, and the code at its end."""

    start_page: str
    code_page: str
    code: str


async def walk(url: str, accounts: SandboxAccounts, user: SandboxUser) -> Walk:
    """Open a login, agree at the invented Spotify as `user`, and come back to the page with the code."""
    # Browsers keep cookies of an address without a name; aiohttp has to be told.
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(url) as answer:
            start_page = await answer.text()
        csrf = _found(_CSRF, start_page)[0]
        async with browser.post(url, data={"csrf": csrf}, allow_redirects=False) as answer:
            question = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
        async with browser.get(accounts.decide(question, user)) as answer:
            code_page = await answer.text()
        return Walk(start_page, code_page, "".join(_found(_CODE, code_page)))


def words_of(page: str) -> str:
    """Return what a page says, without its style and its tags."""
    body = re.sub(r"<style.*?</style>|<[^>]+>", " ", page.partition("<body>")[2], flags=re.DOTALL)
    return " ".join(html.unescape(body).split())


def _found(pattern: re.Pattern[str], page: str) -> tuple[str, ...]:
    match = pattern.search(page)
    if match is None:
        raise RuntimeError(f"a page of the login has changed: there is no {pattern.pattern}")
    return match.groups()
