from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.sources.http.answers import LONGEST_S, SHORTEST_S, parse_http_date, retry_after_s

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("1.5", 1.5),
        ("0", SHORTEST_S),
        ("-1", SHORTEST_S),
        ("1000000000", LONGEST_S),
        ("9" * 5000, LONGEST_S),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30.0),
        ("Sunday, 22-Nov-26 12:00:30 GMT", 30.0),
        ("Sun Nov 22 12:00:30 2026", 30.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", SHORTEST_S),
        ("Sun, 22 Nov 2126 11:00:00 GMT", LONGEST_S),
        ("soon", None),
        ("", None),
        (None, None),
        ("inf", None),
        ("nan", None),
        ("1e3", None),
        ("٧", None),
        ("Sun, 99 Nov 2026 12:00:30 GMT", None),
        ("Sun, 22 Nov 2026 12:00:30 +9999999999", None),
    ],
)
def test_reads_both_forms_and_distrusts_the_rest(header: str | None, seconds: float | None) -> None:
    assert retry_after_s(header, now=NOW) == seconds


@given(st.integers(1, 119), st.timedeltas(timedelta(0), timedelta(seconds=1)))
def test_never_returns_before_the_named_second(seconds: int, fraction: timedelta) -> None:
    until = NOW + timedelta(seconds=seconds)
    now = NOW + fraction
    wait_s = retry_after_s(format_datetime(until, usegmt=True), now=now)
    assert wait_s is not None
    assert now + timedelta(seconds=wait_s) >= until


@given(
    st.text() | st.from_regex(r"[A-Z][a-z]{2}, \d{1,4} [A-Z][a-z]{2} \d{1,6} \d\d:\d\d:\d\d [-+A-Z0-9]{1,12}")
)
@example("0, 0 0 0 0:0:0 0")
@example("Mon, 01 Jan 0001 00:00:00 +2359")
def test_any_text_gives_a_bearable_wait_or_none(header: str) -> None:
    wait_s = retry_after_s(header, now=NOW)
    assert wait_s is None or SHORTEST_S <= wait_s <= LONGEST_S


@given(st.integers(0, 7_000_000_000))
def test_dates_survive_the_way_over_the_wire(seconds: int) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert parse_http_date(format_datetime(moment, usegmt=True)) == moment


def test_another_service_may_be_given_more_patience() -> None:
    assert retry_after_s("50000", now=NOW, longest_s=24 * 3600) == 50_000
