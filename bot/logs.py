"""Logging to standard error: readable or as JSON, with the indiscreet turned down and secrets blackened."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal

import discord

from bot.redaction import Redactor
from cogs.watching import present_interaction

LogFormat = Literal["text", "json"]

_FLOORS = {
    "alembic": logging.WARNING,
    "discord.http": logging.WARNING,  # at DEBUG it prints addresses with interaction tokens
    "discord.gateway": logging.INFO,
    "discord.webhook": logging.WARNING,  # same
    "aiohttp.access": logging.CRITICAL,  # prints whole request lines, with codes and states of a login
    "aiohttp.server": logging.CRITICAL,  # prints the bytes of a bad request, cookies and codes included
    "matplotlib": logging.WARNING,
    "asyncio": logging.WARNING,
}


class TextFormatter(logging.Formatter):
    """A line for people, with the interaction that it belongs to."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s%(interaction)s: %(message)s")
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Write the line and blacken it as a whole, a traceback included."""
        interaction = present_interaction()
        record.interaction = f" [{interaction}]" if interaction else ""
        return self._redact(super().format(record))


class JsonFormatter(logging.Formatter):
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
            "message": record.getMessage(),
            "interaction": present_interaction(),
            "reference": str(getattr(record, "reference", "")),
            "error": self.formatException(record.exc_info) if record.exc_info else "",
            "stack": self.formatStack(record.stack_info) if record.stack_info else "",
        }
        # Each value by itself: the escapes of JSON would hide a secret from the patterns.
        return json.dumps({name: self._redact(value) for name, value in fields.items() if value})


def configure_logging(level: str, *, style: LogFormat = "text", secrets: Iterable[str] = ()) -> None:
    """Send logs of `level` and above to standard error."""
    redact = Redactor(secrets)
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter(redact) if style == "json" else TextFormatter(redact))
    logging.basicConfig(level=getattr(logging, level), handlers=[handler], force=True)
    for flag in ("warn_nacl", "warn_dave"):
        setattr(discord.VoiceClient, flag, False)  # we never join a voice channel
    for name, floor in _FLOORS.items():
        logging.getLogger(name).setLevel(max(floor, getattr(logging, level)))


def log_what_python_prints() -> None:
    """Log warnings and the error that ends the process, instead of printing them with all that they hold."""
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_last_words


def _log_last_words(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("bot").critical("ended by an error", exc_info=(kind, error, trace))
