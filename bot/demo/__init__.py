"""The demo: the real bot inside a simulated Discord, with invented playlists and nothing from outside."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from bot.config import Settings


async def run_demo(settings: Settings, *, once: Path | None, only: Sequence[str], port: int) -> int:
    """Serve the demo in a browser, or play its script once and write pictures to a folder."""
    # The simulator, when imported, probes discord.py with a client without intents, which warns about that.
    logging.getLogger("discord.state").setLevel(logging.ERROR)
    # ruff: noqa: PLC0415  (the simulator is in the extra `demo`; `bot.__main__` says how to install it)
    if once is not None:
        from bot.demo.script import play

        return await play(settings, once, only)
    from bot.demo.live import serve

    return await serve(settings, port)
