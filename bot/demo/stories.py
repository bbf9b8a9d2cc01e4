"""What happens in the script of the demo: lists get better, somebody connects Spotify, people compare."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp

from bot.demo.scenes import Scene, custom_id
from bot.demo.scenes import walk as parts_of
from bot.demo.world import World
from cogs.replies.forms import FIELD
from sandbox.playlists import load
from sandbox.sounds import Piece, encode, render
from sandbox.spotify_accounts import SandboxAccounts
from sandbox.spotify_library import SandboxUser
from sandbox.spotify_samples import YOU

_LIKED = "spotify:collection"
_GROWN, _BETWEEN, _EARLIER = "Weekend Drive", timedelta(days=21), 60
"""A list, how long ago it was mapped before, and how many tracks it had then."""

CSRF = re.compile(r'name="csrf" value="(\w+)"')
CODE = re.compile(r'class="code"[^>]*>(\d{3}) (\d{3})<')
"""What somebody finds on the pages: the field of the first, and the code on the last."""


@dataclass(frozen=True, slots=True)
class Walk:
    """The two pages on the way, and the code at its end."""

    start_page: str
    code_page: str
    code: str


async def list_story(world: World, card: Any) -> AsyncIterator[Scene]:
    """Order, tidy and split the list of the latest map, make a poster of it, and look back on another."""
    you, channel = world.you, world.channel

    async def map_of(content: bytes) -> None:
        await you.slash(channel, "analyze", file=(f"{_GROWN}.csv", content))

    ordered = (await you.slash(channel, "optimize")).response
    yield Scene("optimize", ordered)
    await you.click(ordered, label="Details")
    yield Scene("optimize-details", ordered)
    yield Scene("tidy", (await you.slash(channel, "tidy")).response)
    yield Scene("split", (await you.slash(channel, "split")).response)
    yield Scene("poster", (await you.click(card, label="Poster")).response)
    drive = load("late-drive.csv")
    head, *rows = drive.splitlines(keepends=True)
    world.calendar.behind = _BETWEEN
    await map_of(head + b"".join(rows[:_EARLIER]))
    world.calendar.behind = timedelta()
    await map_of(drive)
    yield Scene("drift", (await you.slash(channel, "drift")).response)


async def sound_story(world: World) -> AsyncIterator[Scene]:
    """Measure a sound file, have clips of it measured, and look at several files."""
    you, channel = world.you, world.channel
    demo = Piece(style="bossa", seed=4, bpm=118.0, tonic=2, is_major=True, length_s=150.0)
    song = ("Nobody Known - Harbour Lights.mp3", await asyncio.to_thread(_mp3, demo))
    card = (await you.slash(channel, "analyze", file=song)).response
    yield Scene("sound", card)
    press = custom_id(card, "tmb:clips:")
    measured = (await you.click(card, custom_id=press)).response
    yield Scene("sound-clips", measured)
    takes = [
        (f"Take {number}.mp3", await asyncio.to_thread(_mp3, replace(demo, seed=number, length_s=20.0)))
        for number in (1, 2)
    ]
    several = (await you.slash(channel, "analyze", file=takes[0], file2=takes[1])).response
    yield Scene("sounds", several)
    yield Scene("sound-quality", (await you.slash(channel, "quality")).response)


def _mp3(piece: Piece) -> bytes:
    return encode(render(piece), 44_100, "mp3")


async def login_story(world: World) -> AsyncIterator[Scene]:
    """Connect Spotify, see one's playlists, and analyse one of them."""
    you, channel = world.you, world.channel
    refused = (await you.slash(channel, "playlists")).response
    yield Scene("connect", refused)
    link = (await you.click(refused, label="Connect Spotify")).response
    yield Scene("login", link)
    url = next(str(part["url"]) for part in parts_of(link.components) if part.get("url"))
    way = await walk(url, world.spotify.accounts, YOU)
    yield Scene("login-start", page=way.start_page)
    yield Scene("login-code", page=way.code_page)
    form = await you.click(link, label="Finish login")
    done = (await you.submit_modal(form, {FIELD: way.code})).response
    yield Scene("login-done", done)
    again = (await you.click(done, label="Show my playlists")).response
    yield Scene("playlists", again)
    listed = next(each for each in world.spotify.library.lists.values() if each.name == "Late Drive Home")
    address = f"https://open.spotify.com/playlist/{listed.id}"
    analysed = (await you.slash(channel, "analyze", playlist=address)).response
    yield Scene("own-playlist", analysed)


async def group_story(world: World) -> AsyncIterator[Scene]:
    """Come together, compare, look closer, mix, ask one other person, and go again."""
    you, mika, noor, channel = world.you, world.mika, world.noor, world.together

    async def bring(who: Any, card: Any, **values: Any) -> None:
        await who.submit_modal(await who.click(card, label="Choose source"), values)

    card = (await you.slash(channel, "group start")).response
    for other in (mika, noor):
        await other.click(card, label="Join")
    await bring(you, card, links=_LIKED)
    await bring(mika, card, links=_LIKED)
    await bring(noor, card, file=("Noor after hours.csv", load("noor.csv")))
    yield Scene("group-lobby", card)
    result = (await you.click(card, label="Compare")).response
    yield Scene("group-result", result)
    for name, label in (("map", "Map"), ("profiles", "Profiles"), ("awards", "Awards"), ("poster", "Poster")):
        shown = (await you.click(result, label=label)).response
        yield Scene(f"group-{name}", shown)
    menu = custom_id(result, "tms:people:")
    person = (await you.select(result, ["0"], custom_id=menu)).response
    pair = (await you.select(person, ["0.1"], custom_id=custom_id(person, "tms:people:"))).response
    yield Scene("group-pair", pair)
    await you.click(pair, label="What is shared")
    yield Scene("group-pair-shared", pair)
    blend = (await mika.click(result, label="Blend")).response
    yield Scene("group-blend", blend)
    await noor.click(result, label="Leave")
    yield Scene("group-left", result)
    await you.slash(channel, "compare", user=mika)
    asked = channel.last_message  # a message of its own: only a new one can call the other person
    await mika.click(asked, label="Accept")
    await bring(you, asked, links=_LIKED)
    await bring(mika, asked, links=_LIKED)
    seen = (await you.click(asked, label="See result")).response
    yield Scene("compare-result", seen)


async def map_story(world: World) -> AsyncIterator[Scene]:
    """Put three people on the map of their server, and post it."""
    channel, card = world.together, None
    for who, name in ((world.noor, "noor.csv"), (world.mika, "mika.csv"), (world.you, "tam.csv")):
        await who.slash(channel, "analyze", file=(name, load(name)), private=True)
        offered = (await who.slash(channel, "map server")).response
        card = (await who.click(offered, label="Put me on it")).response
    yield Scene("server-map", card)
    posted = (await world.you.click(card, label="Post here")).response
    yield Scene("server-map-posted", posted)


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
