"""`health`: exit with 0 if the bot on this machine is alive. Container engines ask every now and then.

Imports nothing but the standard library: asked every 30 seconds, the probe must not cost more than the
bot itself, nor be late on a busy machine.
"""

from __future__ import annotations

import http.client
import os
import sys
from pathlib import Path

from bot.commands import EXIT_CONFIG, EXIT_FAILED, EXIT_OK
from bot.ports import fetch_health

_ENV_FILE = Path(".env")
_HOST, _PORT = "HEALTH_HOST", "HEALTH_PORT"
_DEFAULTS = {_HOST: "127.0.0.1", _PORT: "8081"}
"""As in `bot.config.Settings`; a test compares them."""


def ask_at_home() -> int:
    """Ask the bot that runs with the settings of this environment and its `.env`."""
    found = _settings()
    if not found[_PORT].isdecimal() or int(found[_PORT]) > 65_535:
        print(f"{_PORT} is {found[_PORT]!r}, which is no port.", file=sys.stderr)  # noqa: T201
        return EXIT_CONFIG
    return ask(found[_HOST], int(found[_PORT]))


def ask(host: str, port: int) -> int:
    """Ask `/healthz` and return the exit code."""
    if not port:
        print("HEALTH_PORT is 0, so nobody answers. Set it to a free port.", file=sys.stderr)  # noqa: T201
        return EXIT_CONFIG
    try:
        status, said = fetch_health(host, port)
    except (OSError, http.client.HTTPException) as error:
        said = f"The bot does not answer at {host}:{port} (HEALTH_HOST, HEALTH_PORT): {_why(error)}."
        print(f"{said} Start it, or correct these.", file=sys.stderr)  # noqa: T201
        return EXIT_FAILED
    if status != http.HTTPStatus.OK:
        print(f"The bot is not well: {status} {said}.", file=sys.stderr)  # noqa: T201
        return EXIT_FAILED
    print(said)  # noqa: T201
    return EXIT_OK


def _why(error: Exception) -> str:
    """Say it without the number of an operating system."""
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there"
    if isinstance(error, TimeoutError):
        return "no answer came in time"
    return getattr(error, "strerror", None) or str(error) or "what answers is not the bot"


def _settings() -> dict[str, str]:
    """Read the two settings that matter: the environment goes before the file, as everywhere."""
    found = dict(_DEFAULTS)
    for name, value in [*_lines_of(_ENV_FILE), *os.environ.items()]:
        if name.upper() in found and value:
            found[name.upper()] = value
    return found


def _lines_of(file: Path) -> list[tuple[str, str]]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return []
    pairs = (line.strip().removeprefix("export ").partition("=") for line in lines if "=" in line)
    return [(name.strip(), _unquoted(value.strip())) for name, _, value in pairs]


def _unquoted(value: str) -> str:
    if value[:1] in {"'", '"'}:
        return value[1:].partition(value[0])[0]
    return value.partition(" #")[0].strip()
