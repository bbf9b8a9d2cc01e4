"""Measure how long a group waits: from the press of Compare to the card, for up to 25 people.

    python -m benchmarks.groups [--people 25] [--tracks 300] [--rounds 3]

The bot runs as it does for `run`, on a real database with a real worker pool; Discord is simulated, so its
own network is not in the figure, and the features come with the files.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import io
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import simcord

from benchmarks.latency import grown_playlist
from bot.app import build, warm_up
from bot.config import Settings

_SETTLE_S = 120.0
_POOL = 3_000
"""Different tracks that all lists are drawn from, so that people share some."""


def lists_of(people: int, tracks: int, seed: int = 20) -> list[bytes]:
    """Write one export for each person: a corner of the pool that is theirs, and some of everything."""
    header, *rows = csv.reader(io.StringIO(grown_playlist(_POOL).decode()))
    rng = random.Random(seed)
    files = []
    for number in range(people):
        start = number * len(rows) // people
        corner = (rows[start:] + rows[:start])[: 2 * tracks]
        mine = rng.sample(corner, tracks * 2 // 3)
        known = {row[0] for row in mine}
        others = [row for row in rng.sample(rows, 2 * tracks) if row[0] not in known]
        out = io.StringIO()
        csv.writer(out).writerows([header, *mine, *others[: tracks - len(mine)]])
        files.append(out.getvalue().encode())
    return files


async def measure(people: int, tracks: int, rounds: int) -> list[float]:
    """Let a group gather once and compare several times; returns the seconds of each."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            _env_file=None, database_url=f"sqlite:///{Path(folder) / 'bench.db'}", reccobeats_url=""
        )
        async with build(settings) as app:
            await warm_up(app)
            bot = app.new_bot()
            async with simcord.run(bot, settle_timeout=_SETTLE_S, shard_count=1) as env:
                guild = env.create_guild("Listening Room")
                channel = guild.create_text_channel("music")
                members = [guild.add_member(env.create_user(f"person{number}")) for number in range(people)]
                await bot.tree.sync()
                card = await _gather(channel, members, lists_of(people, tracks))
                seconds = []
                for _ in range(rounds):
                    begun = time.perf_counter()
                    pressed = await members[0].click(card, label="Compare")
                    seconds.append(time.perf_counter() - begun)
                    if pressed.response is None or not pressed.response.attachments:
                        raise RuntimeError("no picture came")
                return seconds


async def _gather(channel: Any, members: Sequence[Any], files: Sequence[bytes]) -> Any:
    card = (await members[0].slash(channel, "group start")).response
    for number, (member, content) in enumerate(zip(members, files, strict=True)):
        if number:
            await member.click(card, label="Join")
        form = await member.click(card, label="Choose source")
        await member.submit_modal(form, {"file": (f"list {number}.csv", content)})
    return card


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=25)
    options.add_argument("--tracks", type=int, default=300)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    seconds = asyncio.run(measure(chosen.people, chosen.tracks, chosen.rounds))
    print(
        f"{chosen.people} people with {chosen.tracks} tracks each: median "
        f"{statistics.median(seconds):.2f} s from press to card ({min(seconds):.2f} to {max(seconds):.2f} s)"
    )


if __name__ == "__main__":
    main()
