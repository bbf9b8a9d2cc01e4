"""One signal ends the bot in order, two end it at once."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from bot.lifetime import Lifetime, in_background


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
