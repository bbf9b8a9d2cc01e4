"""One process of Tastemap: its shards, and what ends it."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from bot.config import Settings, role_problem
from bot.process import Lifetime, Role, Shards, in_background, parse_shards


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_the_first_signal_asks_and_the_second_ends(number: signal.Signals) -> None:
    ended: list[int] = []
    second = asyncio.Event()

    def end(code: int) -> None:
        ended.append(code)
        second.set()

    lifetime = Lifetime(end_at_once=end)
    with lifetime.signals():
        os.kill(os.getpid(), number)
        await lifetime.until_stopped()
        assert lifetime.stopping
        assert ended == []
        os.kill(os.getpid(), number)
        await second.wait()
    assert ended == [128 + number]


async def test_work_in_the_background_ends_with_the_block(caplog: pytest.LogCaptureFixture) -> None:
    started, ended = asyncio.Event(), []

    async def forever() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async def fails() -> None:
        raise ValueError("of the work itself")

    async with in_background(forever(), fails()):
        await started.wait()
        assert ended == []
    assert ended == [True]
    assert "of the work itself" in caplog.text


@pytest.mark.parametrize(
    ("text", "shards"),
    [
        ("0-2/4", Shards(4, (0, 1, 2))),
        ("3/4", Shards(4, (3,))),
        (" 0-0 / 1 ", Shards(1, (0,))),
        ("any 16/64", Shards(64, wanted=16)),
    ],
)
def test_a_share_is_numbers_or_so_many_free_ones(text: str, shards: Shards) -> None:
    assert parse_shards(text) == shards


@pytest.mark.parametrize("text", ["", "4", "0-4/4", "3-1/4", "any 5/4", "any 0/4", "0/0", "x/4", "0-1/99999"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"write|shards|can't be had"):
        parse_shards(text)


@pytest.mark.parametrize("role", [Role.GATEWAY, Role.WEB, Role.WORKER])
def test_one_of_many_needs_a_server(role: Role) -> None:
    assert "PostgreSQL" in (role_problem(Settings(role=role)) or "")
    assert role_problem(Settings(role=role, database_url="postgresql://somebody@host/name")) is None
    assert role_problem(Settings()) is None
    assert "SHARDS" in (role_problem(Settings(shards="0/2")) or "")
