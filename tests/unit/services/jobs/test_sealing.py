"""Sealed tokens: only the same bot opens them, and only for the same job."""

from __future__ import annotations

import base64

import pytest

from services.jobs.sealing import TokenSealer

TOKEN = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEy"


def test_what_is_sealed_comes_back_and_never_looks_the_same_twice() -> None:
    box = TokenSealer("the bot's token")
    sealed = box.seal(TOKEN, 5)
    assert TokenSealer("the bot's token").open(sealed, 5) == TOKEN
    assert TOKEN not in sealed
    assert TOKEN.encode() not in base64.b64decode(sealed)
    assert box.seal(TOKEN, 5) != sealed


@pytest.mark.parametrize(("secret", "job_id"), [("another token", 5), ("the bot's token", 6), (None, 5)])
def test_another_bot_or_another_job_opens_nothing(secret: str | None, job_id: int) -> None:
    sealed = TokenSealer("the bot's token").seal(TOKEN, 5)
    assert TokenSealer(secret).open(sealed, job_id) is None


def test_a_changed_seal_opens_nothing() -> None:
    box = TokenSealer("the bot's token")
    sealed = box.seal(TOKEN, 5)
    raw = bytearray(base64.b64decode(sealed))
    for index in range(len(raw)):
        raw[index] ^= 1
        assert box.open(base64.b64encode(raw).decode(), 5) is None
        raw[index] ^= 1
    for nonsense in ("", "?", "AAAA", sealed[:-4]):
        assert box.open(nonsense, 5) is None
