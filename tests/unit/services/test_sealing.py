"""Sealed tokens open for nobody else, nowhere else, with no other key."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.errors.sources import KeyRingError
from services.sealing import KeyRing, TokenSealer, UnsealError, new_key

_KEY = base64.b64encode(bytes(range(32))).decode()
RING = KeyRing.parse(new_key())


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_opens_what_it_sealed(text: str) -> None:
    sealed = RING.seal(text, purpose="spotify", owner_id=7, column="refresh")
    assert RING.open(sealed, purpose="spotify", owner_id=7, column="refresh") == text


def test_two_seals_of_one_text_differ_and_hide_it() -> None:
    first, second = (RING.seal("the token", purpose="spotify", owner_id=7, column="refresh") for _ in "ab")
    assert first != second
    assert "the token" not in first
    assert base64.b64encode(b"the token").decode() not in first


@pytest.mark.parametrize(
    ("purpose", "owner_id", "column"),
    [("login", 7, "refresh"), ("spotify", 8, "refresh"), ("spotify", 7, "access"), ("spotify|7", 7, "x")],
)
def test_opens_for_no_other_purpose_person_or_column(purpose: str, owner_id: int, column: str) -> None:
    sealed = RING.seal("token", purpose="spotify", owner_id=7, column="refresh")
    with pytest.raises(UnsealError):
        RING.open(sealed, purpose=purpose, owner_id=owner_id, column=column)


@pytest.mark.parametrize("text", ["token", "tokens!", "a token"])  # ciphertexts of every length modulo 3
def test_refuses_a_change_of_any_letter(text: str) -> None:
    sealed = RING.seal(text, purpose="spotify", owner_id=7, column="refresh")
    for place, letter in enumerate(sealed):
        for other in "Aa0+/=: \n\0é":
            if other != letter:
                with pytest.raises(UnsealError):
                    RING.open(
                        sealed[:place] + other + sealed[place + 1 :],
                        purpose="spotify",
                        owner_id=7,
                        column="refresh",
                    )


@given(st.text())
def test_refuses_anything_else(text: str) -> None:
    with pytest.raises(UnsealError):
        RING.open(text, purpose="spotify", owner_id=7, column="refresh")


def test_the_first_key_seals_and_all_open() -> None:
    old, new = new_key(), new_key()
    sealed = KeyRing.parse(old).seal("token", purpose="spotify", owner_id=7, column="refresh")
    both = KeyRing.parse(f" {new} ,\n{old},")
    assert both.open(sealed, purpose="spotify", owner_id=7, column="refresh") == "token"
    assert not both.is_current(sealed)
    assert both.is_current(both.seal("token", purpose="spotify", owner_id=7, column="refresh"))
    with pytest.raises(UnsealError):
        KeyRing.parse(new).open(sealed, purpose="spotify", owner_id=7, column="refresh")


def test_reads_both_spellings_of_base64() -> None:
    raw = bytes([251, 255]) * 16
    sealed = KeyRing([raw]).seal("token", purpose="spotify", owner_id=7, column="refresh")
    for written in (base64.b64encode(raw), base64.urlsafe_b64encode(raw), base64.b64encode(raw).rstrip(b"=")):
        ring = KeyRing.parse(written.decode())
        assert ring.open(sealed, purpose="spotify", owner_id=7, column="refresh") == "token"


@pytest.mark.parametrize("text", ["", " , ", "short", "é" * 44, "A" * 40, _KEY * 2, f"{_KEY} {_KEY}"])
def test_refuses_what_is_no_key_without_quoting_it(text: str) -> None:
    with pytest.raises(KeyRingError) as refusal:
        KeyRing.parse(text)
    assert not text.strip(" ,") or text not in str(refusal.value)


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
