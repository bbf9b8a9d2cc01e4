"""Logging to standard error, readable or as JSON: about nobody, with secrets blackened."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal

import discord

from bot.redaction import OWN, Redactor, describe_trace, discreet_arguments, discreet_line
from cogs.work.interaction_metrics import present_interaction

LogFormat = Literal["text", "json"]

_FLOORS = {
    "alembic": logging.WARNING,
    "discord.http": logging.WARNING,
    "discord.webhook": logging.WARNING,
    "aiohttp.access": logging.CRITICAL,  # prints whole request lines, with codes and states of a login
    "aiohttp.server": logging.CRITICAL,  # prints the bytes of a bad request, cookies and codes included
    "matplotlib": logging.WARNING,
    "asyncio": logging.WARNING,
}
"""Libraries that are loud at INFO. None of any library goes below: at DEBUG they print what they work on,
statements with their parameters, addresses with tokens."""


class _DiscreetFormatter(logging.Formatter):
    """A formatter for which errors have classes and numbers, and no words of anybody."""

    def message_of(self, record: logging.LogRecord) -> str:
        """Return what a record says."""
        copy = logging.makeLogRecord({**record.__dict__, "args": discreet_arguments(record.args)})
        return discreet_line(record.name, copy.getMessage())

    def formatException(self, ei: Any) -> str:  # noqa: N802  (its name in the standard library)
        """Write a traceback without the words of its errors."""
        return describe_trace(ei[1])


class TextFormatter(_DiscreetFormatter):
    """A line for people, with the interaction that it belongs to."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s%(interaction)s: %(message)s")
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Write the line and blacken it as a whole, a traceback included."""
        interaction = present_interaction()
        fresh = {
            "interaction": f" [{interaction}]" if interaction else "",
            "msg": self.message_of(record),
            "args": None,
            "exc_text": None,  # another handler may have left a traceback with words in it
        }
        return self._redact(super().format(logging.makeLogRecord({**record.__dict__, **fresh})))


class JsonFormatter(_DiscreetFormatter):
    """One JSON object per line, for programs that collect logs."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Write the object; fields that say nothing are left out."""
        fields = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": self.message_of(record),
            "interaction": present_interaction(),
            "reference": str(getattr(record, "reference", "")),
            "error": self.formatException(record.exc_info) if record.exc_info and record.exc_info[1] else "",
            "stack": self.formatStack(record.stack_info) if record.stack_info else "",
        }
        # Each value by itself: the escapes of JSON would hide a secret from the patterns.
        return json.dumps({name: self._redact(value) for name, value in fields.items() if value})


def configure_logging(level: str, *, style: LogFormat = "text", secrets: Iterable[str] = ()) -> None:
    """Send logs of `level` and above to standard error; others' code is never heard below INFO."""
    redact = Redactor(secrets)
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter(redact) if style == "json" else TextFormatter(redact))
    wanted = getattr(logging, level)
    logging.basicConfig(level=max(logging.INFO, wanted), handlers=[handler], force=True)
    for name in OWN:
        logging.getLogger(name).setLevel(wanted)
    for flag in ("warn_nacl", "warn_dave"):
        setattr(discord.VoiceClient, flag, False)  # we never join a voice channel
    for name, floor in _FLOORS.items():
        logging.getLogger(name).setLevel(max(floor, wanted))


def log_what_python_prints() -> None:
    """Log warnings and the error that ends the process, instead of printing them with all that they hold."""
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_last_words


def _log_last_words(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("bot").critical("ended by an error", exc_info=(kind, error, trace))
