"""Measure interactions: how each ended and how long it took; and name the one that a log line is about."""

from __future__ import annotations

import time
from contextvars import ContextVar
from enum import StrEnum
from typing import Protocol

from cogs.work.host import Interaction

_BEGAN, _ENDED = "began", "ended"
"""Under these keys an interaction remembers when it came and that it failed."""

_present: ContextVar[str] = ContextVar("interaction", default="")


class Outcome(StrEnum):
    """How an interaction ended."""

    ANSWERED = "answered"
    REFUSED = "refused"
    """The person was told what is in the way."""
    FAILED = "failed"
    """Something broke on our side."""


class Observer(Protocol):
    """Counts interactions."""

    def answered(self, what: str, outcome: Outcome, seconds: float) -> None:
        """Note that a command, a button or a form is done. Names no person."""


def present_interaction() -> str:
    """Return the id of the interaction that the running task serves, or an empty string."""
    return _present.get()


def serve(interaction_id: int) -> None:
    """Let everything that the present task logs from now on carry this id.

    The id is Discord's own, so what a request logs before and after a restart is found together.
    """
    _present.set(str(interaction_id))


def begin(interaction: Interaction) -> None:
    """Note that an interaction has come."""
    serve(interaction.id)
    interaction.extras.setdefault(_BEGAN, time.monotonic())


def waited_s(interaction: Interaction) -> float:
    """Say for how long an interaction has been here."""
    now = time.monotonic()
    return now - float(interaction.extras.get(_BEGAN, now))


def note_failure(interaction: Interaction, outcome: Outcome) -> None:
    """Note that an interaction did not end as hoped."""
    interaction.extras[_ENDED] = outcome


def end(interaction: Interaction, what: str) -> None:
    """Hand an interaction that is over to the observer of its client."""
    outcome = interaction.extras.get(_ENDED, Outcome.ANSWERED)
    interaction.client.observer.answered(what, outcome, waited_s(interaction))
