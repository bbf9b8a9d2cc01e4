"""What the demo shows: single answers of the bot, and what happens in its script."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp

from bot.demo.world import World
from cogs.replies.library import FIELD
from sandbox.playlists import load
from sandbox.sounds import Piece, encode, render
from sandbox.spotify_accounts import SandboxAccounts
from sandbox.spotify_library import SandboxUser
from sandbox.spotify_samples import YOU

_TEXT = 10
"""Discord's number for a text display."""

SCENES: Mapping[str, str] = {
    "help": "/help",
    "card": "/analyze with an exported playlist",
    "group": "One group, from the menu",
    "group-tracks": "The button “Tracks” of a group",
    "charts": "The button “Charts”",
    "charts-profiles": "Another chart: what tells the groups apart",
    "charts-journey": "Another chart: the journey from track to track",
    "charts-distributions": "Another chart: tempo and keys",
    "numbers": "The button “Numbers”",
    "quality": "The button “Quality”",
    "findings": "The button “Outliers”",
    "export": "The button “Export”",
    "optimize": "/optimize: an order that flows",
    "optimize-details": "The button “Details”",
    "tidy": "/tidy: duplicates and misfits",
    "split": "/split: several playlists of one",
    "poster": "The button “Poster”",
    "drift": "/drift, three weeks later",
    "one-mood": "A playlist without clear groups",
    "estimates": "A playlist with recent releases that no source knows",
    "names": "A list of names without ids, from a music program",
    "same-song": "The button “Same song?”",
    "listener": "The public list of somebody at ListenBrainz",
    "too-few": "A playlist too short for groups",
    "choice": "A file with several playlists",
    "refusal": "A file that is no playlist",
    "sound": "/analyze with a sound file",
    "sound-clips": "The button “Send 3 x 30 seconds to ReccoBeats?”",
    "sounds": "Two sound files",
    "sound-quality": "/quality of them",
    "connect": "/playlists before a login",
    "login": "The link of a login",
    "login-start": "The page that the link opens",
    "login-code": "The page after Spotify",
    "login-done": "The code is entered",
    "playlists": "What was wanted goes on",
    "own-playlist": "/analyze with one's own playlist",
    "group-lobby": "/group start: two came with Liked Songs, one with a file",
    "group-result": "The button “Compare”",
    "group-map": "The button “Map” of a comparison",
    "group-profiles": "The button “Profiles” of a comparison",
    "group-awards": "The button “Awards” of a comparison",
    "group-poster": "The button “Poster” of a comparison",
    "group-pair": "Why two people fit",
    "group-pair-shared": "What two people share",
    "group-blend": "The button “Blend”",
    "group-left": "The result after one of them left",
    "compare-result": "The result that only the two see",
    "server-map": "/map server, after “Put me on it”",
    "server-map-posted": "The button “Post here”: the map for the channel",
}
"""What each scene of the script shows, in its order."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One answer of the bot."""

    name: str
    message: Any = None
    page: str = ""
    """A page of a login in place of a message, as HTML."""

    @property
    def caption(self) -> str:
        """What it shows."""
        return SCENES[self.name]

    @property
    def attachments(self) -> list[Any]:
        """Files of the message."""
        return [] if self.message is None else list(self.message.attachments)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a scene showed at its time: the message may be changed or taken back later in the story."""

    name: str
    caption: str
    texts: tuple[str, ...]
    files: tuple[tuple[str, str], ...]
    """Names of the attachments, each with its alternative text."""


def seen(scene: Scene) -> Seen:
    """Write down what a scene shows now."""
    return Seen(
        scene.name,
        scene.caption,
        (words_of(scene.page),) if scene.page else tuple(_texts(scene.message)),
        tuple((file.filename, file.description or "") for file in scene.attachments),
    )


def _texts(message: Any) -> list[str]:
    return [str(part["content"]) for part in parts_of(message.components) if part["type"] == _TEXT]


def words_of(page: str) -> str:
    """Return what a page says, without its style and its tags."""
    body = re.sub(r"<style.*?</style>|<[^>]+>", " ", page.partition("<body>")[2], flags=re.DOTALL)
    return " ".join(html.unescape(body).split())


def custom_id(message: Any, prefix: str) -> str:
    """Return the first custom id of a message that begins so."""
    return next(
        str(part["custom_id"])
        for part in parts_of(message.components)
        if part.get("custom_id", "").startswith(prefix)
    )


def parts_of(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """List all components of a message, nested ones too."""
    return [found for part in components for found in (part, *parts_of(part.get("components", [])))]


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
