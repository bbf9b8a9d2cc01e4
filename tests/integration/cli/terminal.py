"""The real command line in a process of its own, on a database of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from bot.config import Settings
from tests.conftest import ROOT
from tests.integration.cli.nursery import Nursery

_WARNINGS = ("-W", "error", "-W", "ignore:'audioop' is deprecated:DeprecationWarning")
_DEADLINE_S = 120


@cache
def _nursery() -> Nursery:
    """One for all tests of this process; it ends with this process, whose end closes its socket."""
    return Nursery(_WARNINGS, {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"})


@dataclass(frozen=True)
class Terminal:
    """A folder to work in, with `tastemap.db` as the database and no `.env`."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def database(self) -> Path:
        return self.folder / "tastemap.db"

    @property
    def environment(self) -> dict[str, str]:
        ours = {name.upper() for name in Settings.model_fields}
        return {
            **{name: value for name, value in os.environ.items() if name.upper() not in ours},
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "COLUMNS": "200",
            "DATABASE_URL": f"sqlite+aiosqlite:///{self.database}",
            "RECCOBEATS_URL": "",
            **self.settings,
        }

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        """Start a command and return at once."""
        return subprocess.Popen(
            [sys.executable, *_WARNINGS, "-m", "bot", *map(str, arguments)],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(
        self, *arguments: str | Path, stdout: int | None = None, first: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, after the statements `first`; what goes to a `stdout` is not returned."""
        words = [*map(str, arguments)]
        return _nursery().run(words, self.folder, self.environment, _DEADLINE_S, stdout=stdout, first=first)

    def succeed(self, *arguments: str | Path) -> str:
        """Run a command that has to succeed without a word of complaint, and return what it says."""
        done = self.run(*arguments)
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout

    def refuse(self, *arguments: str | Path, code: int) -> str:
        """Run a command that has to fail with one line on standard error, and return that line."""
        done = self.run(*arguments)
        assert done.returncode == code, done
        line, end, rest = done.stderr.partition("\n")
        assert (end, rest) == ("\n", ""), done.stderr
        assert line.endswith((".", ")"))
        assert "Traceback" not in done.stdout
        return line
