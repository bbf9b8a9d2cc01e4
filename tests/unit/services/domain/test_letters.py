from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.letters import JOINERS, beginning, without_lone_joiners


@pytest.mark.parametrize(
    ("text", "length", "kept"),
    [
        ("abc", 2, "ab"),
        ("ab cd", 3, "ab"),
        ("น้ำชา", 1, ""),  # its tone mark stands on the first letter
        ("ที่", 2, ""),
        ("कुमार", 1, ""),  # a vowel sign, of combining class 0
        ("प्रार्थना", 2, ""),  # a virama binds the next letter
        ("e\u0301te\u0301", 1, ""),
        ("e\u0301te\u0301", 2, "e\u0301"),
        ("👨\u200d👩\u200d👧", 2, ""),
        ("宇多田", 2, "宇多"),
    ],
)
def test_a_beginning_has_whole_letters_only(text: str, length: int, kept: str) -> None:
    assert beginning(text, length) == kept


@given(st.text(), st.integers(0, 20))
def test_a_beginning_is_one_and_no_mark_of_it_is_left_behind(text: str, length: int) -> None:
    kept = beginning(text, length)
    assert text.startswith(kept)
    assert len(kept) <= length
    rest = text[len(kept) :].lstrip()
    assert not kept or not rest or len(kept) == len(text.rstrip()) or unicodedata.category(rest[0])[0] != "M"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("ශ\u0dca\u200dර\u0dd3", "ශ\u0dca\u200dර\u0dd3"),
        ("👨\u200d👩", "👨\u200d👩"),
        ("ad\u200dmin", "admin"),
        ("\u0430\u200d\u0434", "\u0430\u0434"),
        ("\u200dمی\u200c \u200c\u200cم", "می م"),
    ],
)
def test_joiners_stay_where_they_are_written(text: str, kept: str) -> None:
    assert without_lone_joiners(text) == kept
    assert not set(JOINERS) & set(without_lone_joiners("".join(JOINERS)))
