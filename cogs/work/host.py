"""An interaction as those know it who answer it: its client, and what somebody typed or chose."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord
from discord.ext import commands

if TYPE_CHECKING:
    from cogs.work.admission import Gate, Limits
    from cogs.work.interaction_metrics import Observer
    from cogs.work.pending import PendingRequests

Shrink = Callable[[bytes], Awaitable[bytes]]
"""Makes a picture smaller, for places that take no larger one."""


HandOver = Callable[["discord.Interaction[Host]", Callable[[], Awaitable[None]]], Awaitable[None]]


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
