"""How the process ends, by a kill or in order, and what the people who wait get: one answer each."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from benchmarks.kills import Bot, run
from benchmarks.kills_linking import run as kill_while_linking
from benchmarks.kills_saving import run as kill_while_saving
from sandbox.discord import LoopbackDiscord, Request
from sandbox.playlists import load
from tests.discord.samples import exportify

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


async def long_work(discord: LoopbackDiscord) -> Request:
    """Let somebody ask for what takes a while, and return when it is accepted."""
    working = await discord.analyze(1, exportify(6_000))
    await discord.until(lambda: working.acknowledged_at is not None)
    return working


async def test_whatever_was_accepted_is_answered_once_however_often_the_bot_is_killed(
    tmp_path: Path,
) -> None:
    tally = await run(6, seed=11, people=3, folder=tmp_path, phases=("before", "after"))
    assert tally.kills == 6
    assert tally.accepted >= 10
    assert (tally.lost, tally.doubled) == ([], []), str(tally)


async def test_lists_that_were_to_be_written_are_written_once_whatever_kills_the_bot(tmp_path: Path) -> None:
    accepted, wrong, _ = await kill_while_saving(2, seed=3, folder=tmp_path)
    assert accepted >= 1
    assert wrong == []


async def test_people_get_connected_and_disconnected_whatever_kills_the_bot(tmp_path: Path) -> None:
    tally = await kill_while_linking(3, seed=5, folder=tmp_path)
    assert tally.moments.total() == 3
    assert tally.wrong == []


async def test_a_login_waits_for_nobody_not_even_for_ones_own_analysis(
    discord: LoopbackDiscord, bot: Bot, tmp_path: Path
) -> None:
    await bot.start()
    working = await long_work(discord)
    answered = await discord.slash(1, "logout", [])
    await asyncio.wait_for(discord.until(lambda: bool(discord.state.answers(answered))), 60)
    assert discord.state.answers(working) == []
    assert "not connected to Spotify" in discord.state.answers(answered)[0].words
    await asyncio.wait_for(discord.until(lambda: bool(discord.state.answers(working))), 60)


async def test_a_signal_lets_work_finish_turns_others_away_and_leaves_nothing_open(
    discord: LoopbackDiscord, bot: Bot, tmp_path: Path
) -> None:
    await bot.start()
    working = await long_work(discord)
    assert bot.process is not None
    bot.process.terminate()
    # A signal is not an event in the loop yet when it is sent: ask until somebody is turned away.
    late = await discord.slash(2, "help", [])
    while "restarting" not in " ".join(each.words for each in discord.state.answers(late)):
        await discord.until(lambda: bool(discord.state.answers(late)))  # noqa: B023
        if "restarting" in discord.state.answers(late)[0].words:
            break
        late = await discord.slash(2, "help", [])
    assert [each.ephemeral for each in discord.state.answers(late)] == [True]
    assert await asyncio.wait_for(bot.process.wait(), 60) == 0
    (answer,) = discord.state.answers(working)
    assert "6,000 tracks" in answer.words
    said = (tmp_path / "bot.log").read_text()
    assert not [word for word in UNTIDY if word in said], said


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
