"""Admit interactions: none once the bot stops, none twice, and from nobody too many at once.

One at a time is the rule for long work; the token buckets here are for everything, buttons and forms
included, so that nobody's fingers or scripts take the workers, the event loop or the database from others.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import discord
from cachetools import LRUCache

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.lobby import LobbyVerb
from cogs.words.controls import ANALYZE_MESSAGE, COMPARE_TASTE
from cogs.work.host import Interaction, begin
from services.domain.errors.jobs import ShuttingDownError, TooFastError

_BUCKETS_KEPT = 20_000
"""The longest unused go first; after some minutes of rest a bucket is full and need not be known."""
_REMEMBERED = 10_000
"""Interactions whose ids are kept: at fifty a second those of three minutes, and a resume takes seconds."""

_log = logging.getLogger(__name__)


class Gate:
    """The tasks that answer people at this moment, counted so that an orderly end can wait for them."""

    def __init__(self) -> None:
        self._inside: set[asyncio.Task[Any]] = set()
        self._closed = False
        self._came: LRUCache[int, bool] = LRUCache(_REMEMBERED)

    @property
    def closed(self) -> bool:
        """Whether nobody is let in any more."""
        return self._closed

    def admit(self) -> None:
        """Count the current task until it is done.

        Raises
        ------
        ShuttingDownError
            The bot is stopping.
        """
        if self._closed:
            raise ShuttingDownError
        task = asyncio.current_task()
        if task is not None:
            self._inside.add(task)
            task.add_done_callback(self._inside.discard)

    def is_new(self, interaction_id: int) -> bool:
        """Whether an interaction comes for the first time; a resumed connection may bring one again."""
        if interaction_id in self._came:
            _log.info("interaction %d came twice and is answered once", interaction_id)
            return False
        self._came[interaction_id] = True
        return True

    def close(self) -> None:
        """Let nobody in from now on."""
        self._closed = True

    async def drain(self, seconds: float) -> int:
        """Close, wait for those inside, and cancel who is not done in time; returns how many that were."""
        self.close()
        if not self._inside:
            return 0
        _, late = await asyncio.wait(self._inside, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return len(late)


class Price(Enum):
    """What an interaction costs, in tokens."""

    TYPING = 0.2
    """Suggestions: one for each pause while somebody types."""
    CHEAP = 1.0
    """Words from memory or one row."""
    MEDIUM = 3.0
    """A stored result opened, a picture drawn, a few rows changed."""
    DEAR = 6.0
    """An analysis, a file, calls to Spotify or a message to somebody."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """A full bucket, and how fast it fills again."""

    tokens: float
    per_second: float


PERSON = Allowance(60.0, 1.0)
"""Ten analyses or sixty cheap presses at once, then one press a second: more than fingers do."""
SERVER = Allowance(2_000.0, 10.0)
"""Three hundred people who ask for a map at once are welcome: so long is the line."""

COMMANDS: Mapping[str, Price] = {
    **dict.fromkeys(("help", "privacy", "forget", "logout", "about score"), Price.CHEAP),
    **dict.fromkeys(("sharing off", "sharing status", "sharing questions", "sharing server"), Price.CHEAP),
    **dict.fromkeys(("group leave", "map leave", "digest on", "digest off"), Price.CHEAP),
    **dict.fromkeys(("me", "playlists", "quality", "sharing on", "map server"), Price.MEDIUM),
    **dict.fromkeys(("admin status", "admin seats"), Price.MEDIUM),
    "drift": Price.DEAR,
    **dict.fromkeys(("analyze", ANALYZE_MESSAGE, "optimize", "split", "stats", "tidy"), Price.DEAR),
    **dict.fromkeys(("compare", COMPARE_TASTE, "blend", "group start", "group source"), Price.DEAR),
    **dict.fromkeys(("login", "mydata", "undo"), Price.DEAR),
}
ACTIONS: Mapping[Action, Price] = {
    **dict.fromkeys((Action.STOP, Action.FORGET, Action.FINISH, Action.HELP), Price.CHEAP),
    **dict.fromkeys((Action.CLUSTER, Action.CHARTS, Action.CHARTS_TEXT, Action.QUALITY), Price.MEDIUM),
    **dict.fromkeys(
        (Action.FINDINGS, Action.SHARE, Action.TEMPO, Action.SAME_SONG, Action.SAVING), Price.MEDIUM
    ),
    **dict.fromkeys((Action.TIDY, Action.SPLIT, Action.OPTIMIZE, Action.CHOOSE), Price.MEDIUM),
    **dict.fromkeys((Action.SEAT, Action.LOBBY, Action.RESULT, Action.PEOPLE), Price.MEDIUM),
    **dict.fromkeys((Action.LIBRARY, Action.NUMBERS, Action.SERVER_MAP, Action.POSTER), Price.MEDIUM),
    Action.DIGEST: Price.MEDIUM,
    Action.DRIFT: Price.DEAR,
    Action.REMEMBER: Price.DEAR,
    Action.RETRY: Price.DEAR,
    **dict.fromkeys((Action.EXPORT, Action.PICK, Action.EXAMPLE, Action.AGAIN, Action.CLIPS), Price.DEAR),
    **dict.fromkeys((Action.UNDO, Action.CONNECT, Action.MY_DATA, Action.BRING), Price.DEAR),
    **dict.fromkeys((Action.BLEND, Action.ANALYZE), Price.DEAR),
}


class Limits:
    """The buckets of one process. A refusal takes nothing out of them."""

    def __init__(
        self,
        *,
        person: Allowance = PERSON,
        server: Allowance = SERVER,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._person = person
        self._server = server
        self._clock = clock
        self._levels: LRUCache[tuple[str, int], tuple[float, float]] = LRUCache(_BUCKETS_KEPT)
        """Tokens, and when they were counted."""

    def spend(self, price: Price, *, user_id: int, guild_id: int | None) -> None:
        """Take a price out of the buckets of a person and of a server.

        Raises
        ------
        TooFastError
            One of them holds too little; nothing was taken.
        """
        now = self._clock()
        buckets = [(("person", user_id), self._person)]
        if guild_id is not None:
            buckets.append((("server", guild_id), self._server))
        levels = {key: self._level(key, allowance, now) for key, allowance in buckets}
        for key, allowance in buckets:
            lacking = price.value - levels[key]
            if lacking > 0:
                raise TooFastError(
                    retry_after_s=math.ceil(lacking / allowance.per_second),
                    is_whole_server=allowance is self._server,
                )
        for key, level in levels.items():
            self._levels[key] = (level - price.value, now)

    def _level(self, key: tuple[str, int], allowance: Allowance, now: float) -> float:
        level, since = self._levels.get(key, (allowance.tokens, now))
        return min(allowance.tokens, level + (now - since) * allowance.per_second)


def admit(interaction: Interaction) -> bool:
    """Let an interaction in, and count it until it is done; False where it came before.

    Raises
    ------
    TooFastError, ShuttingDownError
        It is refused.
    """
    begin(interaction)
    client = interaction.client
    if not client.gate.is_new(interaction.id):
        return False
    client.limits.spend(price_of(interaction), user_id=interaction.user.id, guild_id=interaction.guild_id)
    client.gate.admit()
    return True


def price_of(interaction: Interaction) -> Price:
    """Say what an interaction costs, by its command or the custom id of its component or form."""
    if interaction.type is discord.InteractionType.autocomplete:
        return Price.TYPING
    if interaction.type is discord.InteractionType.application_command:
        name = interaction.command.qualified_name if interaction.command else ""
        return COMMANDS.get(name, Price.MEDIUM)
    data: Any = interaction.data or {}
    ref = ComponentRef.parse(str(data.get("custom_id", "")))
    if ref is not None and (ref.action, ref.argument) == (Action.LOBBY, LobbyVerb.START):
        return COMMANDS["group start"]
    return Price.CHEAP if ref is None else ACTIONS.get(ref.action, Price.MEDIUM)
