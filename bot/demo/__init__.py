"""The demo: the real bot inside a simulated Discord, with invented playlists and nothing from outside."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.config import Settings


async def run_demo(settings: Settings, *, once: Path | None, only: Sequence[str], port: int) -> int:
    """Serve the demo in a browser, or play its script once and write pictures to a folder."""
    # The simulator, when imported, probes discord.py with a client without intents, which warns about that.
    logging.getLogger("discord.state").setLevel(logging.ERROR)
    if sys.platform != "win32":  # where loops know no signals
        _end_as_by_ctrl_c(signal.SIGTERM, signal.SIGHUP)
    # ruff: noqa: PLC0415  (the simulator is in the extra `demo`; `bot.__main__` says how to install it)
    if once is not None:
        from bot.demo.script import play

        return await play(settings, once, only)
    from bot.demo.live import serve

    return await serve(settings, port)


def _end_as_by_ctrl_c(*numbers: signal.Signals) -> None:
    """Let what stops the demo, or closes its terminal, take its files along, which hold somebody's maps."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def end() -> None:
        if task is not None and not task.cancelling():
            task.cancel()

    for number in numbers:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            loop.add_signal_handler(number, end)
