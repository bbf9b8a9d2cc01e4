"""The log says what went wrong, and never about whom."""

from __future__ import annotations

import dataclasses
import importlib
import io
import logging
import pkgutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, get_args, get_origin, get_type_hints

import aiohttp
import pytest
from sqlalchemy.exc import IntegrityError

from bot.logs import JsonFormatter, Redactor, TextFormatter, configure_logging
from services.compute import ComputePool
from services.domain import errors
from services.domain.errors import TastemapError
from services.domain.errors.jobs import StoppedError
from services.domain.errors.storage import DatabaseFullError

CANARY = "Kanarienvogel"
ID = 123456789012345678


def kinds(kind: type[TastemapError] = TastemapError) -> Iterator[type[TastemapError]]:
    for module in pkgutil.iter_modules(errors.__path__, f"{errors.__name__}."):
        importlib.import_module(module.name)
    for each in kind.__subclasses__():
        yield each
        yield from kinds(each)


def value_for(hint: Any) -> Any:
    """Make a value that would be seen: words that name somebody, a number like an id of Discord's."""
    plain = {str: CANARY, int: ID, float: 2.5, bool: True, datetime: datetime(2026, 1, 1, tzinfo=UTC)}
    if hint is TastemapError:
        return StoppedError()
    if hint in plain:
        return plain[hint]
    if get_origin(hint) in {tuple, frozenset}:
        return get_origin(hint)(value_for(each) for each in get_args(hint) if each in plain)
    return CANARY


def filled(kind: type[TastemapError]) -> TastemapError:
    hints = get_type_hints(kind)
    return kind(**{field.name: value_for(hints[field.name]) for field in dataclasses.fields(kind)})  # type: ignore[arg-type]


OURS = {
    "problem", "database", "newest_backup", "found", "known", "backup", "target", "source", "tool",
    "lacks", "job", "scopes", "format",
}  # fmt: skip
"""Words that are Tastemap's own or the operator's: whoever adds one says here that it names nobody."""


@pytest.mark.parametrize("kind", sorted({*kinds()}, key=lambda kind: kind.__name__))
def test_an_error_says_its_class_and_nothing_of_anybody(kind: type[TastemapError]) -> None:
    assert kind.told <= OURS
    if not dataclasses.is_dataclass(kind):
        return
    said = str(filled(kind))
    assert said.startswith(kind.__name__)
    fields = {field.name for field in dataclasses.fields(kind)}
    assert (CANARY in said) == bool(fields & kind.told)
    if any(name.endswith("_id") for name in fields):
        assert str(ID) not in said


def test_what_spotify_said_is_no_word_of_ours() -> None:
    from services.domain.errors.sources import SpotifyRejectedError

    assert str(SpotifyRejectedError(400, CANARY)) == "SpotifyRejectedError(status=400)"


@pytest.fixture(params=[TextFormatter, JsonFormatter])
def stream(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(request.param(Redactor()))
    for name in ("cogs.canary", "discord.canary"):
        logging.getLogger(name).addHandler(handler)
    yield written
    for name in ("cogs.canary", "discord.canary"):
        logging.getLogger(name).removeHandler(handler)


STRANGERS: list[BaseException] = [
    KeyError(CANARY),
    ValueError(f"no playlist {CANARY}"),
    OSError(2, "No such file or directory", f"/data/{CANARY}.csv"),
    IntegrityError("INSERT INTO reports VALUES (?)", (ID, CANARY), sqlite3.IntegrityError("UNIQUE failed")),
    UnicodeEncodeError("utf-8", CANARY, 0, 1, "surrogates not allowed"),
    aiohttp.InvalidURL(f"https://example.org/{CANARY}"),
    ExceptionGroup(CANARY, [KeyError(CANARY)]),
]


@pytest.mark.parametrize("error", STRANGERS, ids=lambda error: type(error).__name__)
def test_no_way_of_logging_an_error_says_its_words(error: BaseException, stream: io.StringIO) -> None:
    log = logging.getLogger("cogs.canary")
    try:
        try:
            raise error  # noqa: TRY301
        except BaseException as first:
            raise RuntimeError("afterwards") from first
    except RuntimeError:
        log.exception("it broke")
    log.warning("%s and %r", error, error)
    log.warning("%(error)r", {"error": error})
    said = stream.getvalue()
    assert CANARY not in said
    assert str(ID) not in said
    assert said.count(type(error).__name__) >= 3
    assert "test_discretion.py" in said
    assert "RuntimeError: afterwards" in said


def test_a_full_disk_is_still_named(stream: io.StringIO) -> None:
    logging.getLogger("cogs.canary").warning("not saved: %s", DatabaseFullError("disk is full"))
    assert "DatabaseFullError(problem='disk is full')" in stream.getvalue()


def test_of_what_libraries_say_one_line_stays_and_no_id(stream: io.StringIO) -> None:
    log = logging.getLogger("discord.canary")
    log.warning("We are being rate limited. GET /guilds/%d/members/%d", ID, ID)
    log.error("Task exception was never retrieved\nfuture: <Task exception=KeyError('%s')>" % CANARY)  # noqa: G002, UP031
    said = stream.getvalue()
    assert "rate limited" in said
    assert "never retrieved" in said
    assert str(ID) not in said
    assert CANARY not in said


def test_only_our_own_loggers_go_below_info() -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    root.handlers = []
    try:
        configure_logging("DEBUG")
        loud = {
            name
            for name in (*root.manager.loggerDict, "aiosqlite", "sqlalchemy.engine", "a.library.of.tomorrow")
            if logging.getLogger(name).isEnabledFor(logging.DEBUG)
        }
        assert {name.partition(".")[0] for name in loud} <= {"bot", "cogs", "services", "sandbox", "tests"}
        assert logging.getLogger("cogs.work.progress").isEnabledFor(logging.DEBUG)
    finally:
        root.handlers, root.level = before[0], before[1]
        for name in ("bot", "cogs", "services", "sandbox"):
            logging.getLogger(name).setLevel(logging.NOTSET)


def _break(name: str) -> None:
    raise KeyError(name)


async def test_an_error_in_a_worker_is_logged_without_its_words(stream: io.StringIO) -> None:
    pool = ComputePool(workers=1, deadline_s=60)  # which imports this module first
    try:
        await pool.run("canary", _break, CANARY)
    except KeyError:
        logging.getLogger("cogs.canary").exception("a worker broke")
    finally:
        await pool.aclose()
    said = stream.getvalue()
    assert "KeyError" in said
    assert CANARY not in said
