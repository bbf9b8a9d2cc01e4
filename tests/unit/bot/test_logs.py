"""No secret gets into the log, whatever form it takes on the way there."""

from __future__ import annotations

import io
import json
import logging
from contextvars import copy_context

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.logs import GONE, JsonFormatter, Redactor, TextFormatter
from cogs.work.host import serve

CANARY = "CANARYcanaryCANARYcanary0123456789"
BOT_TOKEN = f"MTIzNDU2Nzg5MDEyMzQ1Njc4.Gabcde.{CANARY}"
SHAPES = [
    f"Authorization: Bearer {CANARY}",
    f"{{'Authorization': 'Basic {CANARY}=='}}",
    f"login with {BOT_TOKEN} failed",
    f"POST https://discord.com/api/v10/webhooks/123456789012345678/{CANARY}/messages/@original",
    f"POST /interactions/123456789012345678/{CANARY}/callback returned 404",
    f"GET /callback?code={CANARY}&state={CANARY}",
    f'{{"access_token": "{CANARY}", "refresh_token": "{CANARY}"}}',
    f'{{\\"refresh_token\\": \\"{CANARY}\\"}}',
    f"client_secret={CANARY}&code_verifier={CANARY}",
    f"can't reach postgresql+psycopg://tastemap:{CANARY}@db.example/tastemap",
    f"https://tastemap.example/link/{CANARY}",
]
HARMLESS = [
    "Discord closed the connection for good (code 4004)",
    "error code: 50027",
    "discord.errors.HTTPException: 400 Bad Request (error code: 40005): Request entity too large",
    "state: running, code: none",
    "finishing 3 requests of before the restart",
    "https://tastemap.example/privacy",
    "postgresql+psycopg://tastemap@db.example/tastemap",
    "maintenance: 12 results",
]


@pytest.fixture(params=[TextFormatter, JsonFormatter])
def log(request: pytest.FixtureRequest) -> tuple[logging.Logger, io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(request.param(Redactor([CANARY[:20]])))
    logger = logging.Logger("canary")  # noqa: LOG001  (of its own, so that no other handler sees it)
    logger.addHandler(handler)
    return logger, stream


@pytest.mark.parametrize("line", SHAPES)
def test_what_looks_like_a_secret_is_blackened(line: str) -> None:
    blackened = Redactor()(line)
    assert CANARY not in blackened
    assert GONE in blackened


@pytest.mark.parametrize("line", HARMLESS)
def test_what_an_operator_needs_to_read_stays(line: str) -> None:
    assert Redactor(["another-secret"])(line) == line


@given(before=st.text(max_size=30), secret=st.text(min_size=6, max_size=60), after=st.text(max_size=30))
def test_a_known_secret_never_stays_whatever_it_looks_like(before: str, secret: str, after: str) -> None:
    assert secret not in Redactor([secret])(before + secret + after).replace(GONE, "")


def test_an_empty_or_tiny_setting_blackens_nothing() -> None:
    assert Redactor(["", "a", "12345"])("a 12345 line") == "a 12345 line"


def test_arguments_and_tracebacks_are_blackened_too(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = log

    def fail() -> None:
        raise ValueError(f"refresh_token={CANARY}", {"code": CANARY})

    try:
        fail()
    except ValueError:
        logger.exception("%s and %r", f"Bearer {CANARY}", {"access_token": CANARY}, stack_info=True)
    assert "ValueError" in stream.getvalue()
    assert CANARY[:20] not in stream.getvalue()


def test_json_lines_are_json_and_say_what_they_belong_to() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter(Redactor()))
    logger = logging.Logger("bot.test")  # noqa: LOG001
    logger.addHandler(handler)
    served = copy_context()
    served.run(serve, 123456789012345678)
    served.run(logger.warning, "two\nlines", extra={"reference": "ABCD2345"})
    (line,) = stream.getvalue().splitlines()
    fields = json.loads(line)
    assert fields.pop("time").endswith("+00:00")
    assert fields == {
        "level": "WARNING",
        "logger": "bot.test",
        "message": "two\nlines",
        "interaction": "123456789012345678",
        "reference": "ABCD2345",
    }
