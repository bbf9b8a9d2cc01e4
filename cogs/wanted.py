"""What somebody was about to do when a login came in between."""

from __future__ import annotations

import secrets
import string
from collections import OrderedDict
from typing import Any

import discord

from services.domain.errors.accounts import NotLinkedError, RelinkNeededError, ScopeMissingError

_KEPT = 2_000
_ID_LENGTH = 14
_ALPHABET = string.ascii_letters + string.digits
_WANTED = "wanted"
_AGAIN = "Go on where you were"

LOGIN_HELPS = (NotLinkedError, RelinkNeededError, ScopeMissingError)
"""Failures that a login cures."""


def want(interaction: discord.Interaction[Any], label: str, custom_id: str) -> None:
    """Say, before something that may need a login, which button would do the same afterwards.

    Buttons need no such word: pressing them again is what was wanted.
    """
    interaction.extras[_WANTED] = f"{label}\n{custom_id}"


class Wanted:
    """Wishes by id, for the short time between a refusal and the button below it.

    Kept in memory: after a restart the login works all the same, and the person repeats the command.
    """

    def __init__(self) -> None:
        self._wishes: OrderedDict[str, tuple[frozenset[str], str]] = OrderedDict()

    def keep(self, interaction: discord.Interaction[Any], error: BaseException) -> str:
        """Remember what `interaction` wanted, and which scopes it lacked; returns the wish's id."""
        scopes = error.scopes if isinstance(error, ScopeMissingError) else frozenset()
        data: Any = interaction.data or {}
        wish = interaction.extras.get(_WANTED)
        if wish is None and interaction.type is discord.InteractionType.component:
            wish = f"{_AGAIN}\n{data.get('custom_id', '')}"
        wish_id = "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))
        self._wishes[wish_id] = (scopes, str(wish or ""))
        while len(self._wishes) > _KEPT:
            self._wishes.popitem(last=False)
        return wish_id

    def take(self, wish_id: str) -> tuple[frozenset[str], str]:
        """Return the scopes and the wish; nothing where they are forgotten."""
        return self._wishes.get(wish_id, (frozenset(), ""))
