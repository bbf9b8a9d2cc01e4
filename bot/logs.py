"""Logging to standard error, readable or as JSON: about nobody, with people and secrets kept out."""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal

import discord

from cogs.work.host import present_interaction
from services.domain.errors import TastemapError

OWN = frozenset({"bot", "cogs", "services", "sandbox"})
"""Top names of our own loggers, whose every line is written in this repository."""

_PLAIN = frozenset({TypeError, AttributeError, NameError, UnboundLocalError, ImportError, RuntimeError})
"""Errors of Python whose words speak of the program, not of what it works on."""
_MOST_LINKS = 5
"""Of a chain of errors; what is behind that is cut off."""
_SNOWFLAKE = re.compile(r"(?<!\d)\d{17,20}(?!\d)")
_REMOTE_FRAME = re.compile(r'^  File "[^"]*", line \d+, in \S+$', re.MULTILINE)
"""A frame of a worker process, as it comes over in words."""

GONE = "[redacted]"

_SHORTEST = 6
"""Shorter settings are no secrets worth the name, and would blacken half of the log."""

_SHAPES = (
    # A header: "Authorization: Bearer BQC…"
    (re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]{8,}"), rf"\1 {GONE}"),
    # A bot's token of Discord: id, time and signature
    (re.compile(r"\b[\w-]{23,28}\.[\w-]{6}\.[\w-]{27,}"), GONE),
    # /webhooks/<application>/<interaction token>, /interactions/<id>/<interaction token>/callback
    (re.compile(r"/(webhooks|interactions)/(\d{5,})/[\w.~%-]{20,}"), rf"/\1/\2/{GONE}"),
    # A query, a form, a JSON object or a Python one: code=AQB…, "refresh_token": "AQC…"
    (
        re.compile(
            r"\b(access_token|refresh_token|client_secret|code_verifier|code|state|token|csrf)"
            r"(\\?[\"']?\s*[=:]\s*\\?[\"']?)[\w.~+/%=-]{16,}",
            re.IGNORECASE,
        ),
        rf"\1\2{GONE}",
    ),
    # postgresql://user:password@host
    (re.compile(r"(\b[a-z][a-z0-9+]*://[^\s:/@]*):[^\s@/]+@", re.IGNORECASE), rf"\1:{GONE}@"),
    # The page that begins a login is known by its address alone
    (re.compile(r"/link/[\w-]{16,}"), f"/link/{GONE}"),
    # Signed addresses of Discord's file store
    (re.compile(r"([?&]hm=)[0-9a-f]{8,}"), rf"\1{GONE}"),
)


def describe(error: BaseException) -> str:
    """Name an error: its class, and of what it says only numbers and kinds."""
    name = type(error).__name__
    match error:
        case TastemapError():
            return str(error)
        case discord.HTTPException():
            return f"{name}(status={error.status}, code={error.code})"
        case discord.ConnectionClosed():
            return f"{name}(code={error.code})"
        case OSError() if error.errno is not None:
            return f"{name}(errno={error.errno})"
        case BaseExceptionGroup():
            return f"{name}({', '.join(map(describe, error.exceptions))})"
        case _ if type(error) in _PLAIN:
            return f"{name}: {error}"
        case _:
            return name


def describe_trace(error: BaseException) -> str:
    """Write the places of a traceback, with each error as `describe` names it."""
    return "\n".join(_links(error, _MOST_LINKS))


def discreet_arguments(arguments: Any) -> Any:
    """Return the arguments of a log record with its errors described."""
    if isinstance(arguments, Mapping):
        return {name: _discreet(value) for name, value in arguments.items()}
    if isinstance(arguments, tuple):
        return tuple(map(_discreet, arguments))
    return arguments


def discreet_line(logger: str, message: str) -> str:
    """Return a message; of what others' code says only the first line, and no id of Discord's."""
    if logger.partition(".")[0] in OWN:
        return message
    return _SNOWFLAKE.sub("[id]", message.split("\n", 1)[0])


class _Described(str):
    """Words that look the same through `%s` and `%r`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _discreet(value: object) -> object:
    return _Described(describe(value)) if isinstance(value, BaseException) else value


def _links(error: BaseException, left: int) -> Iterator[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and left > 1:
        yield from _links(before, left - 1)
        yield "which led to:"
    frames = "".join(traceback.format_tb(error.__traceback__)).rstrip("\n")
    if not frames:
        frames = (
            "\n".join(_REMOTE_FRAME.findall(str(error))) if type(error).__name__ == "_RemoteTraceback" else ""
        )
    if frames:
        yield frames
    yield describe(error)
    for part in error.exceptions if isinstance(error, BaseExceptionGroup) and left > 1 else ():
        yield from _links(part, left - 1)


class Redactor:
    """Blackens text.

    Parameters
    ----------
    secrets
        What must never be seen, wherever it turns up: the secrets of the settings.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = sorted({secret for secret in secrets if len(secret) >= _SHORTEST}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, text: str) -> str:
        """Return `text` without anything secret."""
        if self._known is not None:
            text = self._known.sub(GONE, text)
        for shape, instead in _SHAPES:
            text = shape.sub(instead, text)
        return text


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
