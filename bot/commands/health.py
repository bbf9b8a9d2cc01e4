"""`health`: exit with 0 if the bot on this machine is alive. Container engines ask every now and then."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request

from bot.cli import EXIT_CONFIG, EXIT_FAILED, EXIT_OK
from bot.config import Settings

_PATIENCE_S = 3.0
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  (compared with, not listened on)


def ask(settings: Settings) -> int:
    """Ask `/healthz`, without any library that takes its time to be imported."""
    if not settings.health_port:
        print("HEALTH_PORT is 0, so nobody answers. Set it to a free port.", file=sys.stderr)  # noqa: T201
        return EXIT_CONFIG
    host = _ANYWHERE.get(settings.health_host, settings.health_host)
    try:
        with urllib.request.urlopen(
            f"http://{host}:{settings.health_port}/healthz", timeout=_PATIENCE_S
        ) as answer:
            print(answer.read(100).decode().strip())  # noqa: T201
    except (urllib.error.URLError, OSError) as error:
        print(f"The bot does not answer: {getattr(error, 'reason', error)}.", file=sys.stderr)  # noqa: T201
        return EXIT_FAILED
    return EXIT_OK
