from __future__ import annotations

import pytest

from services.domain.errors.sources import SourceRefusedError, SourceUnavailableError
from services.sources.http.pacing import FAILURE_REST_S, FAILURES_TO_OPEN, REFUSAL_REST_S, Breaker
from tests.unit.services.sources.fakes import FakeClock


def test_stays_closed_while_successes_come_in_between() -> None:
    breaker = Breaker("Somebody", monotonic=FakeClock().monotonic)
    for _ in range(20):
        for _ in range(FAILURES_TO_OPEN - 1):
            breaker.failed("timeout")
        breaker.succeeded()
    breaker.check()


def test_opens_after_failures_in_a_row_and_lets_one_try_after_the_rest() -> None:
    time = FakeClock()
    breaker = Breaker("Somebody", monotonic=time.monotonic)
    for _ in range(FAILURES_TO_OPEN):
        breaker.check()
        breaker.failed("HTTP 503")
    with pytest.raises(SourceUnavailableError) as caught:
        breaker.check()
    assert caught.value.problem == "HTTP 503"
    time.at += FAILURE_REST_S
    breaker.check()
    breaker.failed("timeout")
    with pytest.raises(SourceUnavailableError):
        breaker.check()
    time.at += FAILURE_REST_S
    breaker.check()
    breaker.succeeded()
    breaker.failed("timeout")
    breaker.check()


def test_a_refusal_opens_at_once_and_for_longer() -> None:
    time = FakeClock()
    breaker = Breaker("Somebody", monotonic=time.monotonic)
    breaker.refused(403)
    time.at += REFUSAL_REST_S - 1
    with pytest.raises(SourceRefusedError) as caught:
        breaker.check()
    assert caught.value.status == 403
    time.at += 1
    breaker.check()
