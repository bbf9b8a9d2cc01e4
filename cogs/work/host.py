"""An interaction as those know it who answer it: its client, what was typed or chosen, and how it ended."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

import discord
from discord.ext import commands

if TYPE_CHECKING:
    from cogs.work.admission import Gate, Limits
    from cogs.work.logins import PendingRequests


Shrink = Callable[[bytes], Awaitable[bytes]]
"""Makes a picture smaller, for places that take no larger one."""


HandOver = Callable[["discord.Interaction[Host]", Callable[[], Awaitable[None]]], Awaitable[None]]
_BEGAN, _ENDED = "began", "ended"
"""Under these keys an interaction remembers when it came and that it failed."""

_present: ContextVar[str] = ContextVar("interaction", default="")


class Host(commands.AutoShardedBot):
    """What each answer may need of the client; everything else is handed to a cog when it is built."""

    connects: bool = True
    """Whether servers arrive over the gateway; else only Discord itself can be asked about them."""
    hand_over: HandOver
    """Lets another process answer a press, up to whose first response it is answered here."""
    performs: bool = True
    """Whether accepted work, and what repeats itself, is done in this process."""
    has_spotify: bool = True
    """Whether this installation reads playlists at Spotify."""
    has_lists: bool = True
    """Whether it reads public lists by the name of their owner."""
    gate: Gate
    """Who may still come in, counted so that an orderly end waits for them."""
    limits: Limits
    """How fast one person, and one server, may ask."""
    pending: PendingRequests
    """What people wanted before a login came in between."""
    observer: Observer
    """Keeps count of how interactions end."""
    shrink: Shrink


Interaction = discord.Interaction[Host]
"""An interaction that came to our client."""


def typed_text(interaction: Interaction, field: str) -> str:
    """Return what somebody typed into a field of a form, or an empty string."""
    return str(_field(interaction, field).get("value") or "")


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that came with a form."""

    filename: str
    url: str
    size: int


def chosen_in_form(interaction: Interaction, field: str) -> str:
    """Return what somebody chose from a menu of a form, or an empty string."""
    return next(iter(_values_of(interaction, field)), "")


def uploaded_in_form(interaction: Interaction, field: str) -> Uploaded | None:
    """Return the file that somebody attached to a form, or None."""
    data: Any = interaction.data or {}
    files = (data.get("resolved") or {}).get("attachments") or {}
    for name in _values_of(interaction, field):
        if file := files.get(name):
            return Uploaded(str(file["filename"]), str(file["url"]), int(file["size"]))
    return None


def _values_of(interaction: Interaction, field: str) -> list[str]:
    return [str(value) for value in _field(interaction, field).get("values") or []]


def _field(interaction: Interaction, field: str) -> Mapping[str, Any]:
    data: Any = interaction.data or {}
    parts = [label.get("component") or {} for label in data.get("components", [])]
    return next((part for part in parts if part.get("custom_id") == field), {})


def chosen_values(interaction: Interaction) -> tuple[str, ...]:
    """Return all chosen values of a select menu."""
    data: Any = interaction.data or {}
    return tuple(map(str, data.get("values") or ()))


def chosen_value(interaction: Interaction) -> str:
    """Return the first chosen value of a select menu, or an empty string."""
    return next(iter(chosen_values(interaction)), "")


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
