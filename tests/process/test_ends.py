"""How the process ends, by a kill or in order, and what the people who wait get: one answer each."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from benchmarks.kills import Bot, run
from benchmarks.kills_groups import SCENES
from benchmarks.kills_linking import run as kill_while_linking
from benchmarks.kills_saving import run as kill_while_saving
from sandbox.discord import LoopbackDiscord
from sandbox.playlists import load
from sandbox.service import unused_port
from services.storage.connections import parse_address
from services.storage.leases import only_bot_on
from tests.conftest import ROOT
from tests.depth import at_night, examples
from tests.process.conftest import held_file

UNTIDY = ("Traceback", "never retrieved", "never awaited", "ResourceWarning", "Unclosed", "was destroyed")


@pytest.fixture
async def discord() -> AsyncIterator[LoopbackDiscord]:
    loopback = LoopbackDiscord()
    async with loopback.running():
        yield loopback


@pytest.fixture
async def bot(discord: LoopbackDiscord, tmp_path: Path) -> AsyncIterator[Bot]:
    started = Bot(discord, tmp_path, PYTHONWARNINGS="default::ResourceWarning", PYTHONASYNCIODEBUG="1")
    yield started
    await started.kill()


async def test_whatever_was_accepted_is_answered_once_however_often_the_bot_is_killed(
    tmp_path: Path,
) -> None:
    kills = examples(1, night=60)
    tally = await run(kills, seed=11, people=3, folder=tmp_path, phases=("before", "after"))
    assert tally.kills == kills
    assert tally.accepted >= kills
    assert (tally.lost, tally.doubled) == ([], []), str(tally)


@at_night  # the journal is killed at each of its moments in integration/saving
async def test_lists_that_were_to_be_written_are_written_once_whatever_kills_the_bot(tmp_path: Path) -> None:
    accepted, wrong, _ = await kill_while_saving(examples(1, night=30), seed=3, folder=tmp_path)
    assert accepted >= 1
    assert wrong == []


@at_night
async def test_people_get_connected_and_disconnected_whatever_kills_the_bot(tmp_path: Path) -> None:
    kills = examples(1, night=30)
    tally = await kill_while_linking(kills, seed=5, folder=tmp_path)
    assert tally.moments.total() == kills
    assert tally.wrong == []


@at_night
@pytest.mark.parametrize("scene", SCENES)
async def test_a_comparison_loses_nobody_whatever_kills_the_bot(tmp_path: Path, scene: str) -> None:
    tally = await run(examples(1, night=10), seed=2, folder=tmp_path, scene=scene)
    assert tally.accepted >= 1
    assert (tally.lost, tally.doubled, tally.wrong) == ([], [], []), str(tally)


@at_night
async def test_a_login_waits_for_nobody_not_even_for_ones_own_analysis(
    discord: LoopbackDiscord, bot: Bot, tmp_path: Path
) -> None:
    await bot.start()
    working, released = await held_file(discord)
    answered = await discord.slash(1, "logout", [])
    await asyncio.wait_for(discord.until(lambda: bool(discord.state.answers(answered))), 60)
    assert discord.state.answers(working) == []
    assert "not connected to Spotify" in discord.state.answers(answered)[0].words
    released.set()
    await asyncio.wait_for(discord.until(lambda: bool(discord.state.answers(working))), 60)


async def test_a_signal_lets_work_finish_turns_others_away_and_leaves_nothing_open(
    discord: LoopbackDiscord, bot: Bot, tmp_path: Path
) -> None:
    await bot.start()
    # The first work takes seconds more than any other: on a busy machine, all that a stop leaves.
    first = await discord.analyze(3, load("late-drive.csv"))
    await discord.until(lambda: bool(discord.state.answers(first)))
    working, released = await held_file(discord)
    assert bot.process is not None
    bot.process.terminate()
    # A signal is not an event in the loop yet when it is sent: ask until somebody is turned away.
    words = ""
    while "restarting" not in words:
        late = await discord.slash(2, "help", [])
        await discord.until(lambda: bool(discord.state.answers(late)))  # noqa: B023
        (turned_away,) = discord.state.answers(late)
        words = turned_away.words
    assert turned_away.ephemeral
    released.set()
    assert await asyncio.wait_for(bot.process.wait(), 60) == 0
    (answer,) = discord.state.answers(working)
    assert "96 tracks" in answer.words
    said = (tmp_path / "bot.log").read_text()
    assert not [word for word in UNTIDY if word in said], said


async def command(bot: Bot, folder: Path, *arguments: str, **settings: str) -> tuple[int | None, str]:
    """Run a command of the terminal beside the bot; returns its exit code and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments,
        cwd=folder,
        env={**bot.environment, "PYTHONPATH": str(ROOT), **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, said.decode()


@at_night
async def test_one_file_has_one_bot_and_the_terminal_works_beside_it(
    discord: LoopbackDiscord, tmp_path: Path
) -> None:
    bot = Bot(discord, tmp_path, HEALTH_PORT=str(unused_port()))
    try:
        await bot.start()
        code, said = await command(bot, tmp_path, "run")
        assert code == 78
        (sentence,) = said.splitlines()
        assert f"A bot already runs on {tmp_path / 'kills.db'}" in sentence
        (tmp_path / "mine.csv").write_bytes(load("late-drive.csv"))
        health, doctor, backup, analyze = await asyncio.gather(
            command(bot, tmp_path, "health"),
            command(bot, tmp_path, "doctor", DISCORD_TOKEN=f"MTIzNDU2Nzg5MDEyMzQ1Njc4.Gabcde.{'x' * 38}"),
            command(bot, tmp_path, "backup"),
            command(bot, tmp_path, "analyze", "mine.csv"),
        )
        assert health == (0, "alive\n")
        assert doctor[0] == 0, doctor[1]
        assert backup[0] == 0
        assert "Wrote a checked copy" in backup[1]
        assert analyze[0] == 0
        assert "it is only read here: what is looked up now is not kept" in analyze[1]
        assert "can't be" not in analyze[1]
    finally:
        await bot.kill()
    # The lock ends with the process, however it ended.
    with only_bot_on(parse_address(bot.database_url)):
        pass


@at_night
async def test_two_signals_end_at_once_and_the_next_start_goes_on(discord: LoopbackDiscord, bot: Bot) -> None:
    await bot.start()
    waiting = await discord.analyze(1, load("late-drive.csv"))
    await discord.until(lambda: waiting.acknowledged_at is not None)
    assert bot.process is not None
    while bot.process.returncode is None:
        # Not `terminate`, which reaps a child that has just ended, and its exit code with it.
        with contextlib.suppress(ProcessLookupError):
            os.kill(bot.process.pid, signal.SIGTERM)
        await asyncio.wait((asyncio.ensure_future(bot.process.wait()),), timeout=0.01)
    assert bot.process.returncode in {0, 128 + 15}
    await bot.start()
    await asyncio.wait_for(discord.until(lambda: bool(discord.state.answers(waiting))), 60)
    assert len(discord.state.answers(waiting)) == 1
