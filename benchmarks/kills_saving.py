"""Kill the bot while it writes playlists to Spotify, and look whether a list is missing, doubled or broken.

    python -m benchmarks.kills_saving [--kills 30] [--seed 1]

As `benchmarks.kills`, with a loopback Spotify beside the loopback Discord: somebody splits a playlist,
presses the button that writes the parts, and the bot is killed before or after one of its requests to
either of them.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import random
import re
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer

from benchmarks.kills import PATIENCE_S, Bot, spotify_settings
from benchmarks.latency import grown_playlist
from sandbox.discord import LoopbackDiscord, Message
from sandbox.spotify import SandboxSpotify
from sandbox.spotify_library import Grant, SandboxLibrary, SandboxList, SandboxUser
from services.accounts.tokens import ACCESS, PURPOSE, REFRESH
from services.domain.music import Track, TrackId
from services.domain.spotify import READ_SCOPES, Link
from services.domain.writes import WRITE_SCOPES
from services.sealing import KeyRing
from services.storage.database import Database
from services.storage.links import LinkStore

_PERSON = 77
_SPOTIFY_USER = SandboxUser("ann-at-spotify", "Ann", "acc-ann")
_TOKEN = "loopback-access-token"
_KEY = base64.b64encode(bytes(range(32))).decode()
_TRACKS = 120
_MOST_CALLS = 22
"""Of one press: acknowledgement, three requests or so for each part, answer."""


async def link_person(url: str) -> None:
    """Let the person have logged in a moment ago."""
    keys = KeyRing.parse(_KEY)
    now = datetime.now(UTC)
    async with Database.open(url) as database:
        await LinkStore(database).save(
            Link(
                user_id=_PERSON,
                account_id=_SPOTIFY_USER.account_id,
                spotify_user_id=_SPOTIFY_USER.id,
                name=_SPOTIFY_USER.name,
                refresh_sealed=keys.seal("refresh", purpose=PURPOSE, owner_id=_PERSON, column=REFRESH),
                access_sealed=keys.seal(_TOKEN, purpose=PURPOSE, owner_id=_PERSON, column=ACCESS),
                access_expires_at=now + timedelta(hours=2),
                scopes=READ_SCOPES | WRITE_SCOPES,
                authorized_at=now,
            )
        )


class Fuse:
    """Kills the bot at one of its requests, to Discord or to Spotify."""

    def __init__(self, bot: Bot, dice: random.Random) -> None:
        self._bot = bot
        self._left = dice.randrange(1, _MOST_CALLS)
        self._is_before = dice.random() < 0.5
        self.blown = asyncio.Event()

    def _counts(self) -> bool:
        self._left -= 1
        return self._left == 0

    def _blow(self) -> None:
        assert self._bot.process is not None
        self._bot.process.kill()
        self.blown.set()

    async def at_discord(self, moment: str, _call: str) -> None:
        """Look at a request to Discord, before or after it is carried out."""
        if (moment == "before") == self._is_before and self._counts():
            self._blow()
            if self._is_before:
                raise web.HTTPServiceUnavailable

    def at_spotify(self, _request: web.Request) -> None:
        """Look at a request to Spotify; "after" is just before the next one, which never comes."""
        if self._counts():
            self._blow()
            if self._is_before:
                raise web.HTTPServiceUnavailable


def problems(made: list[SandboxList], parts: int) -> list[str]:
    """Say what is wrong with the lists that one press has made."""
    found = []
    names = Counter(each.name for each in made)
    if doubled := [name for name, count in names.items() if count > 1]:
        found.append(f"twice: {doubled}")
    if len(names) != parts:
        found.append(f"{len(names)} lists instead of {parts}")
    tracks = Counter(row.track.id for each in made for row in each.rows if row.track is not None)
    if set(tracks.values()) - {1}:
        found.append("a track came twice")
    if len(tracks) != _TRACKS:
        found.append(f"{len(tracks)} tracks instead of {_TRACKS}")
    return found


async def one_kill(
    discord: LoopbackDiscord, spotify: SandboxSpotify, bot: Bot, dice: random.Random
) -> tuple[bool, list[str], float]:
    """Split, press, kill, start again; returns if it was accepted, what is wrong, and the start's time."""
    state, library = discord.state, spotify.library
    card, draft = await _split(discord)
    parts = len(re.findall(r"'value': '\d+'", str(card.components)))
    write = f"tmb:split:{draft}:save"
    await discord.press(_PERSON, card, f"tmb:split:{draft}:review")
    async with asyncio.timeout(PATIENCE_S):
        await discord.until(lambda: write in str(card.components))
    before = set(library.lists)
    fuse = Fuse(bot, dice)
    state.on_call, spotify.before = fuse.at_discord, fuse.at_spotify
    pressed = await discord.press(_PERSON, card, write)
    ends = [
        asyncio.create_task(fuse.blown.wait()),
        asyncio.create_task(discord.until(lambda: bool(state.answers(pressed)))),
    ]
    done, open_ones = await asyncio.wait(ends, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
    for each in open_ones:
        each.cancel()
    if not done:
        raise TimeoutError("neither killed nor answered")
    state.on_call, spotify.before = None, lambda _request: None
    await bot.kill()
    start_s = await bot.start()
    if pressed.acknowledged_at is None:
        return False, [], start_s
    try:
        async with asyncio.timeout(PATIENCE_S):
            await discord.until(lambda: bool(state.answers(pressed)))
    except TimeoutError:
        return True, ["no answer"], start_s
    found = problems([each for key, each in library.lists.items() if key not in before], parts)
    if len(state.answers(pressed)) != 1:
        found.append(f"{len(state.answers(pressed))} answers")
    return True, found, start_s


async def _split(discord: LoopbackDiscord) -> tuple[Message, str]:
    """Split a playlist; asked again where a request of before the kill is being looked at."""
    state = discord.state
    async with asyncio.timeout(PATIENCE_S):
        while True:
            asked = await discord.analyze(_PERSON, grown_playlist(_TRACKS), command="split")
            await discord.until(lambda: bool(state.answers(asked)))  # noqa: B023
            (card,) = state.answers(asked)
            if drafts := set(re.findall(r"tmb:split:(\w+):review", str(card.components))):
                return card, drafts.pop()


async def run(kills: int, *, seed: int, folder: Path) -> tuple[int, list[str], float]:
    """Kill so often; returns how many presses were accepted, what is wrong, and the slowest start."""
    dice, discord = random.Random(seed), LoopbackDiscord()
    library = SandboxLibrary(
        Track(id=TrackId(f"{number:022d}"), title=f"Song {number}") for number in range(_TRACKS)
    )
    grant = Grant(_SPOTIFY_USER, READ_SCOPES | WRITE_SCOPES)
    spotify = SandboxSpotify(
        library, check_token=lambda token: grant if token == _TOKEN else None, clock=time.monotonic
    )
    server = TestServer(spotify.app())
    await server.start_server()
    accepted, found, slowest = 0, [], 0.0
    async with discord.running():
        bot = Bot(
            discord,
            folder,
            SPOTIFY_AUDIO_FEATURES="false",
            **spotify_settings(str(server.make_url("/v1")), str(server.make_url("/no-accounts")), _KEY),
        )
        await link_person(bot.database_url)
        try:
            await bot.start()
            for _ in range(kills):
                was_accepted, wrong, start_s = await one_kill(discord, spotify, bot, dice)
                accepted += was_accepted
                found += wrong
                slowest = max(slowest, start_s)
            await bot.stop()
        finally:
            await bot.kill()
            spotify.closing.set()
            await server.close()
    return accepted, found, slowest


def main() -> int:
    """Read the command line and kill."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tastemap-kills-") as folder:
        accepted, found, slowest = asyncio.run(run(options.kills, seed=options.seed, folder=Path(folder)))
    print(f"{options.kills} kills while writing: {accepted} presses accepted, {len(found)} of them wrong")
    for problem in found:
        print(f"  {problem}")
    print(f"slowest start until ready: {slowest:.1f} s")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
