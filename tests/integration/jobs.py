"""Work for worker processes, in a module that a worker can import without a test framework."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from services.domain.errors.uploads import DamagedFileError


def double(value: int) -> int:
    return 2 * value


def process_id() -> int:
    return os.getpid()


def fail(kind: str) -> None:
    if kind == "domain":
        raise DamagedFileError("Exportify", "line 12")
    if kind == "timeout":
        raise TimeoutError("of the job itself")
    raise ValueError("of the job itself")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def begin_and_wait(mark: str) -> None:
    """Leave a mark that work has begun, and never end."""
    Path(mark).touch()
    while True:
        signal.pause()


def die_first(folder: str) -> int:
    """Die as long as a file is left in the folder, taking one away each time; then answer."""
    if left := sorted(Path(folder).iterdir()):
        left[0].unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def imported(names: tuple[str, ...]) -> list[str]:
    return sorted(set(names) & {module.partition(".")[0] for module in sys.modules})


def settings_of_threads() -> tuple[str | None, int]:
    return os.environ.get("OMP_NUM_THREADS"), os.nice(0)
