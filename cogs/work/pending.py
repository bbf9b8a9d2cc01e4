"""Keep what somebody wanted to do when a login came in between, or when it failed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import discord
from cachetools import TTLCache

from cogs.words.buttons import GO_ON_WHERE_YOU_WERE
from cogs.work.host import Interaction
from services.domain.errors.jobs import RequestForgottenError
from services.domain.errors.sources import ScopeMissingError
from services.domain.group_requests import AskRequest
from services.domain.inputs import Links
from services.domain.jobs import Request
from services.domain.report import new_id
from services.domain.writes import REMOVE_SCOPES, WRITE_SCOPES

_KEPT, _KEPT_FOR_S = 2_000, 3_600.0
"""A button below a refusal is pressed within minutes; what is wanted is kept no longer than that."""
_BEYOND = tuple(sorted(WRITE_SCOPES | REMOVE_SCOPES))
"""What a login may be asked for beside reading; by its number it stands in the id of a wish."""
_WANTED = "wanted"


def want(interaction: Interaction, label: str, custom_id: str) -> None:
    """Say, before something that may need a login, which button would do the same afterwards.

    Buttons need no such word: pressing them again is what was wanted.
    """
    interaction.extras[_WANTED] = f"{label}\n{custom_id}"


@dataclass(frozen=True, slots=True)
class _Wish:
    """What one person wanted, and which scopes they lacked for it."""

    user_id: int
    scopes: frozenset[str]
    button: str


@dataclass(frozen=True, slots=True)
class _Failed:
    """A request of one person that failed."""

    user_id: int
    request: Request
    private: bool

    def is_about(self, user_id: int) -> bool:
        """Whether somebody asked for it, or is named in it."""
        asked_id = self.request.asked_id if isinstance(self.request, AskRequest) else None
        return user_id in {self.user_id, asked_id}


class PendingRequests:
    """Wishes by id, for the short time between a refusal and the button below it.

    Kept in memory: after a restart, or in another process, the login works all the same, and the person
    repeats the command. So the scopes stand in the id itself: a login without them would be none.

    Requests that failed are kept likewise, to be tried again: their rows are emptied with the answer.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._wishes: TTLCache[str, _Wish] = TTLCache(_KEPT, _KEPT_FOR_S, timer=clock)
        self._failed: TTLCache[str, _Failed] = TTLCache(_KEPT, _KEPT_FOR_S, timer=clock)

    def keep(self, interaction: Interaction, error: BaseException) -> str:
        """Remember what `interaction` wanted, and which scopes it lacked; returns the wish's id."""
        scopes = error.scopes if isinstance(error, ScopeMissingError) else frozenset()
        data: Any = interaction.data or {}
        wish = interaction.extras.get(_WANTED)
        if wish is None and interaction.type is discord.InteractionType.component:
            wish = f"{GO_ON_WHERE_YOU_WERE}\n{data.get('custom_id', '')}"
        wish_id = new_id()
        wish_id += "." + "".join(str(number) for number, scope in enumerate(_BEYOND) if scope in scopes)
        self._wishes[wish_id] = _Wish(interaction.user.id, scopes, str(wish or ""))
        return wish_id

    def take(self, wish_id: str, user_id: int) -> tuple[frozenset[str], str]:
        """Return the scopes and the wish; no wish where it is forgotten, or somebody else's."""
        wish = self._wishes.get(wish_id)
        if wish is None or wish.user_id != user_id:
            numbers = wish_id.partition(".")[2]
            return frozenset(scope for number, scope in enumerate(_BEYOND) if str(number) in numbers), ""
        return wish.scopes, wish.button

    def keep_failed(self, user_id: int, request: Request, *, private: bool) -> str:
        """Remember a request that may be tried again; returns its id, empty for what is nowhere kept.

        A text with links may be the message of somebody else.
        """
        if isinstance(getattr(request, "what", None), Links):
            return ""
        failed_id = new_id()
        self._failed[failed_id] = _Failed(user_id, request, private)
        return failed_id

    def failed(self, failed_id: str, user_id: int) -> tuple[Request, bool]:
        """Return such a request, and whether its answer is private.

        Raises
        ------
        RequestForgottenError
            It is forgotten, was kept by another process, or is somebody else's.
        """
        failed = self._failed.get(failed_id)
        if failed is None or failed.user_id != user_id:
            raise RequestForgottenError
        return failed.request, failed.private

    def expire(self) -> None:
        """Forget what is over: the caches by themselves do so only when something new is kept."""
        self._wishes.expire()
        self._failed.expire()

    def forget(self, user_id: int) -> None:
        """Forget what a person wanted, and what was wanted of them."""
        for wish_id in [each for each, wish in self._wishes.items() if wish.user_id == user_id]:
            self._wishes.pop(wish_id, None)
        for failed_id in [each for each, failed in self._failed.items() if failed.is_about(user_id)]:
            self._failed.pop(failed_id, None)
