from __future__ import annotations

import pytest

from cogs.words.messages import note_line
from cogs.words.text import about
from services.domain.errors.sources import (
    OutOfTimeError,
    RateLimitedError,
    SourceError,
    SourceRefusedError,
    SourceUnavailableError,
)
from services.domain.messages import Note, NoteKind
from services.sources.outcomes import OutcomeBuilder, note_of, reason_of


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
    note = note_of(error)
    assert note is not None
    assert "Somebody" in note_line(note)
    assert note_line(note).endswith(".")


def test_the_first_notice_stays() -> None:
    outcome = OutcomeBuilder()
    outcome.fail(["a"], "timeout", Note(NoteKind.SOURCE_SLOW))
    outcome.fail(["b"], "timeout", Note(NoteKind.SOURCE_DOWN))
    assert outcome.build().notice == Note(NoteKind.SOURCE_SLOW)
