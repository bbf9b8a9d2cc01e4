"""The installation as its operator sees it: what they type, and how the running bot is, in numbers alone."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from services.domain.spotify import Quota

INSTALLED_NAME = "tastemap"
FROM_CHECKOUT = "python -m bot"


def started_as(path: str) -> str:
    """Return what was typed, from the path of the program that runs: the installed command or the module."""
    return INSTALLED_NAME if Path(path).stem == INSTALLED_NAME else FROM_CHECKOUT


PROGRAM = started_as(sys.argv[0])
"""As this process was started; worker processes inherit it."""


def install(
    extra: str = "", *, program: str = PROGRAM, python: str = sys.executable, prefix: str = sys.prefix
) -> str:
    """Return the command that installs what is missing, all of it or one extra.

    `prefix` is the folder of the environment; one that pipx or uv made may be without a pip of its own.
    """
    # An installed Tastemap is completed where it is (with pipx an environment that nobody sees), and pip asks
    # nobody for it by name; a checkout is the folder itself, in whichever environment is active.
    package, interpreter = (INSTALLED_NAME, python) if program == INSTALLED_NAME else (".", "python")
    what = f"'{package}[{extra}]'" if extra else package
    if program == INSTALLED_NAME and Path(prefix, "pipx_metadata.json").is_file():
        return f"pipx runpip {shlex.quote(Path(prefix).name)} install {what}"
    if program == INSTALLED_NAME and Path(prefix, "uv-receipt.toml").is_file():
        return f"uv pip install --python {shlex.quote(python)} {what}"
    return f"{shlex.quote(interpreter)} -m pip install {what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One look at the running bot. Counts are since its start."""

    version: str
    started_at: datetime
    connected: bool
    servers: int
    database_problem: str
    """Empty while it can be written."""
    database_bytes: int | None
    """None for a server, which knows that itself."""
    last_backup: datetime | None
    waiting: int
    running: int
    longest_wait_s: float
    pool_restarts: int
    latency_s: float | None
    """Between a heartbeat and its answer; None before the first."""
    worst_lag_s: float
    outcomes: Mapping[str, int] = field(default_factory=dict)
    """Commands, buttons and forms by how they ended."""
    calls: Mapping[str, int] = field(default_factory=dict)
    """Calls to other services, `ReccoBeats 200` and the like."""
    tracks: Mapping[str, int] = field(default_factory=dict)
    """Tracks by the weakest origin of their sound."""
    cache_hits: int = 0
    cache_misses: int = 0
    maintenance_failures: Mapping[str, int] = field(default_factory=dict)
    quota: Quota | None = None
