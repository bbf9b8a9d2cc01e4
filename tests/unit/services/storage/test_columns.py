from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from services.storage.codec import storable
from services.storage.schema.base import Moment
from services.storage.schema.music import marks
from services.storage.upserts import insert_new, upsert


@given(st.text(st.characters(), max_size=30))
def test_storable_text_can_be_encoded_and_holds_no_nul(text: str) -> None:
    clean = storable(text)

    assert "\0" not in clean
    assert clean.encode() == clean.encode("utf-8", "strict")
    assert storable(clean) == clean


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30))
def test_proper_text_is_left_alone(text: str) -> None:
    assert storable(text) == text


async def test_a_field_without_a_column_is_refused_not_lost() -> None:
    row = {"name": "sound", "value": "1", "since": "today"}
    for write in (upsert, insert_new):
        with pytest.raises(ValueError, match="marks has no columns for"):
            await write(None, marks, [row])  # type: ignore[arg-type]


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()])
def test_a_moment_is_kept_in_utc_whatever_its_zone(dialect: object) -> None:
    kathmandu = datetime(2026, 3, 14, 17, 45, 0, 123456, tzinfo=timezone(timedelta(hours=5, minutes=45)))

    bound = Moment().process_bind_param(kathmandu, dialect)  # type: ignore[arg-type]
    back = Moment().process_result_value(bound, dialect)  # type: ignore[arg-type]

    assert bound is not None
    assert bound.replace(tzinfo=None) == datetime(2026, 3, 14, 12, 0, 0, 123456)  # noqa: DTZ001
    assert back == kathmandu
    assert back.tzinfo is UTC


def test_a_moment_without_a_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Moment().process_bind_param(datetime(2026, 3, 14), sqlite.dialect())  # noqa: DTZ001
