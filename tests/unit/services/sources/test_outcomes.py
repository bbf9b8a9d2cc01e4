from __future__ import annotations

import pytest

from services.domain.errors.sources import (
    OutOfTimeError,
    RateLimitedError,
    SourceError,
    SourceRefusedError,
    SourceUnavailableError,
)
from services.sources.outcomes import OutcomeBuilder, about, notice_of, reason_of


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "a few seconds"),
        (31, "about 40 seconds"),
        (56, "about a minute"),
        (61, "about 2 minutes"),
        (120, "about 2 minutes"),
        (3600, "about an hour"),
        (50_000, "about 14 hours"),
    ],
)
def test_waits_are_rounded_up(seconds: float, words: str) -> None:
    assert about(seconds) == words


@pytest.mark.parametrize(
    "error",
    [
        RateLimitedError("Somebody", 60),
        SourceRefusedError("Somebody", 403),
        OutOfTimeError("Somebody"),
        SourceUnavailableError("Somebody", "timeout"),
    ],
)
def test_every_trouble_has_a_reason_and_a_sentence_that_names_the_source(error: SourceError) -> None:
    assert reason_of(error) != "error"
    assert "Somebody" in notice_of(error)
    assert notice_of(error).endswith(".")


def test_the_first_notice_stays() -> None:
    outcome = OutcomeBuilder()
    outcome.fail(["a"], "timeout", "First.")
    outcome.fail(["b"], "timeout", "Second.")
    assert outcome.build().notice == "First."
