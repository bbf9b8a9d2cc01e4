"""Run the real bot against a loopback Discord: `python -m benchmarks.loopback_bot URL`.

Everything else comes from the environment, as with `python -m bot run`. With PROBE=1 the last line of
the output is JSON with the event loop's gaps and the memory of the process; SIGUSR1 begins the
measurement anew.

Worker processes import the module that was started once more, so nothing of the bot is imported up here, as
in `bot.__main__`: else each of them would hold all that belongs to the gateway.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


def point_at(url: str) -> None:
    """Let the bot talk to another Discord; for its gateway discord.py has no setting."""
    import yarl
    from discord.gateway import DiscordWebSocket

    address = yarl.URL(url)
    os.environ["DISCORD_API_URL"] = f"{url}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = address.with_scheme("ws") / "gateway/"


@asynccontextmanager
async def probing() -> AsyncIterator[None]:
    """Measure the event loop inside the block and print what was found."""
    from benchmarks.latency import LoopProbe, memory_mb

    probe = LoopProbe()
    watching = asyncio.create_task(probe.run())
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, probe.gaps_ms.clear)
    yield
    watching.cancel()
    gaps = sorted(probe.gaps_ms)
    found = {
        "lag_p50_ms": gaps[len(gaps) // 2],
        "lag_p99_ms": gaps[int(0.99 * len(gaps))],
        "lag_max_ms": gaps[-1],
        "memory_mb": memory_mb("self"),
        "peak_mb": memory_mb("self", "VmHWM"),
    }
    print(json.dumps(found), flush=True)


async def main(url: str) -> int:
    """Serve until a signal comes."""
    from bot.commands import run
    from bot.config import load_settings
    from bot.logs import configure_logging

    point_at(url)
    settings = load_settings()
    configure_logging(settings.log_level, style=settings.log_format, secrets=settings.secrets())
    if not os.environ.get("PROBE"):
        return await run.run_bot(settings)
    async with probing():
        return await run.run_bot(settings)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1])))
