"""Settings from files, the doctor's findings about them, and starting with a damaged database."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.integration.cli.terminal import Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def test_a_damaged_database_without_a_backup_keeps_the_bot_from_starting(terminal: Terminal) -> None:
    terminal.database.write_bytes(b"no database any more" * 1000)
    said = Terminal(terminal.folder, {"DISCORD_TOKEN": "not-needed"}).refuse("run", code=65)
    assert f"{terminal.database} is damaged" in said
    assert "`python -m bot run --fresh`" in said


def test_secrets_come_from_files(terminal: Terminal) -> None:
    secret = terminal.folder / "token"
    secret.write_text("from-a-file\n")
    secret.chmod(0o600)
    by_file = Terminal(terminal.folder, {"DISCORD_TOKEN_FILE": str(secret)})
    said = by_file.succeed("check-config")
    assert "ok  DISCORD_TOKEN" in said
    assert "from-a-file" not in said


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"DISCORD_TOKEN_FILE": "/nowhere/token"}, "DISCORD_TOKEN_FILE: /nowhere/token can't be read"),
        ({"TOKEN_KEYS_FILE": os.devnull}, "TOKEN_KEYS_FILE: /dev/null is empty"),
        ({"TOKEN_KEYS_FILE": os.devnull, "TOKEN_KEYS": "x"}, "TOKEN_KEYS: given twice"),
    ],
)
def test_a_file_that_holds_no_secret_costs_one_line(
    tmp_path: Path, settings: dict[str, str], words: str
) -> None:
    done = Terminal(tmp_path, settings).run("check-config")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (78, "", 1)
    assert done.stderr.startswith(words)


def test_the_doctor_names_files_that_others_can_read_and_a_clock_that_is_wrong(terminal: Terminal) -> None:
    terminal.succeed("migrate")
    file = terminal.folder / ".env"
    file.write_text("REPORT_DAYS=30\n")
    file.chmod(0o644)
    tomorrow = time.time() + 86_400
    os.utime(terminal.database, (tomorrow, tomorrow))
    said = terminal.run("doctor").stdout
    assert "WARNING Other users of this machine can read the secrets in .env (mode 644)." in said
    assert "→ chmod 600 .env" in said
    assert "but the database was changed at" in said


def test_health_says_that_nobody_answers(tmp_path: Path) -> None:
    said = Terminal(tmp_path, {"HEALTH_PORT": "9"}).refuse("health", code=1)
    assert "127.0.0.1:9 (HEALTH_HOST, HEALTH_PORT): nothing listens there." in said
    assert "HEALTH_PORT is 0" in Terminal(tmp_path, {"HEALTH_PORT": "0"}).refuse("health", code=78)
