"""Posted messages: comparisons drawn anew after each change, and maps emptied when they are taken back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol
from weakref import WeakValueDictionary

import discord

from cogs.replies.comparison import ResultVerb
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply, note
from cogs.replies.lobby import LobbyVerb, lobby_card, over_card
from cogs.replies.server_map import stop_ref
from cogs.words.answers import TAKEN_BACK
from cogs.work.host import Host
from cogs.work.reaching import is_gone, is_outage
from services.domain.errors.storage import PostedAlreadyError, StorageError
from services.domain.groups import GroupMessage, Lobby, MessageKind, Redraw
from services.domain.report import PostedMessage
from services.maintenance import Maintenance
from services.workflows.reports import ReportsWorkflow

_UNKNOWN_MESSAGE = 10_008
_VANISHED = frozenset({10_003, 10_004})
"""Unknown channel, unknown server: both are said for a while of such that are there again."""
_CLOSED = frozenset({50_001, 50_013})
"""No access, no permission. Tried again until the message is forgotten."""
_VANISHED_AFTER = timedelta(days=7)
_STORED_FOR = timedelta(days=30)
"""How long a map is stored, unless the operator wishes otherwise."""
_FIRST_WAIT_S, _LONGEST_WAIT_S = 50.0, 3_600.0
"""Before a message that Discord refused to change is tried again; doubled with each refusal."""
_LOOKED_THROUGH = 100
"""Messages after a request among which its own is looked for."""

_log = logging.getLogger(__name__)

CleanUp = Callable[[], Awaitable[object]]
"""Empties at once what would be emptied within a minute; raises nothing."""


Drawer = Callable[[Redraw], Awaitable[Reply]]
"""Says what a posted message shows now."""


class CardRows(Protocol):
    """The rows of posted messages, and which of them no longer show what is so."""

    @property
    def clock(self) -> Callable[[], datetime]:
        """What time the rows go by."""

    def announce(self, message: GroupMessage) -> Coroutine[Any, Any, None]:
        """Remember a message before it is posted."""

    async def note(
        self,
        message: GroupMessage,
        shown: Lobby | Collection[int] | None = None,
        *,
        announced_as: int | None = None,
    ) -> bool:
        """Remember a posted message; False where it no longer shows what is so."""

    async def found(self, message: GroupMessage, message_id: int) -> GroupMessage:
        """Note which message one that was announced has become."""

    async def posted(self, lobby_id: str) -> tuple[GroupMessage, ...]:
        """List the messages of a comparison."""

    async def stale(self, lobby_id: str | None = None) -> tuple[GroupMessage, ...]:
        """List the messages to draw anew."""

    async def begin(self, message: GroupMessage) -> Redraw | None:
        """Say what a message has to show, or None where it shows that."""

    async def done(self, redraw: Redraw) -> None:
        """Note that Discord shows it."""

    async def refused(self, message: GroupMessage) -> datetime:
        """Note that Discord does not let us change a message; returns since when."""

    async def drop(self, message_id: int) -> None:
        """Forget a message."""


@dataclass(frozen=True, slots=True)
class _Refusal:
    """That Discord does not let us change a message now."""

    guild_id: int
    wait_s: float
    again_at: float


def sign_of(message: GroupMessage) -> str:
    """Return the custom id of a button by which a message is known that was announced."""
    if message.kind is MessageKind.DIGEST:
        return stop_ref(message.guild_id, int(message.result_id or 0)).button()
    if message.kind.is_card:
        return ComponentRef(Action.LOBBY, message.lobby_id, LobbyVerb.JOIN).button()
    # A result without a score has no awards, and a poster nothing else.
    verb = ResultVerb.AWARDS if message.kind is MessageKind.POSTER else ResultVerb.OWN
    return ComponentRef(Action.PEOPLE, message.result_id or "", verb).button()


class PostedCards:
    """Messages that show comparisons, maps and digests. After a change nothing here raises: it is retried."""

    def __init__(self, *, client: Host, store: CardRows, maintenance: Maintenance) -> None:
        self._client = client
        self._store = store
        self._maintenance = maintenance
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._refusals: dict[int, _Refusal] = {}
        self._unnoted: dict[int, Callable[[], Awaitable[None]]] = {}
        """Posted messages that could not be written down yet."""
        self._looking: asyncio.Task[bool] | None = None
        self._drawers: dict[MessageKind, Drawer] = {}

    def draws(self, kind: MessageKind, drawer: Drawer) -> None:
        """Let `drawer` say what messages of a kind show; a card of a comparison needs none."""
        self._drawers[kind] = drawer

    async def post(
        self,
        message: GroupMessage,
        send: Callable[[], Awaitable[int | None]],
        *,
        shown: Lobby | Collection[int] | None = None,
        patience: Callable[[Coroutine[Any, Any, None]], Awaitable[None]] | None = None,
    ) -> None:
        """Post a message, which no end of the process loses sight of; what Discord refuses is raised.

        Parameters
        ----------
        message
            With the id of the request in place of its own.
        send
            Posts it, and returns the id where Discord named it.
        shown
            The comparison as a card shows it, or who is named of a map once `send` is done.
        patience
            Gives up what has to be written down before, where the message is itself awaited.
        """
        request = message.message_id
        async with self._lock(request):  # whoever wants to draw it waits until it is there
            announce = self._store.announce(message)
            await (announce if patience is None else patience(announce))
            try:
                message_id = await send()
            except Exception as error:
                if not is_outage(error):
                    await self._maintenance.attempt("posted cards", partial(self._store.drop, request))
                raise
        if message_id is not None:
            await self.note(replace(message, message_id=message_id), shown=shown, announced_as=request)

    async def post_reply(self, message: GroupMessage, reply: Reply) -> None:
        """Post a reply into the channel of a message, like `post`."""

        async def send() -> int:
            channel = self._client.get_partial_messageable(message.channel_id, guild_id=message.guild_id)
            posted = await channel.send(
                view=reply.view(),
                files=reply.files(),
                nonce=message.message_id,
                allowed_mentions=discord.AllowedMentions.none(),
            )
            return posted.id

        await self.post(message, send)

    async def post_once(self, message: GroupMessage, reply: Reply) -> None:
        """Post what a channel needs once, like `post_reply`; raises like `claim`."""
        await self._unless_there(partial(self.post_reply, message, reply))

    async def claim(self, message: GroupMessage) -> None:
        """Remember a message that is promised, and will show what its channel needs once.

        Raises
        ------
        PostedAlreadyError
            It is there already, and was not deleted.
        """
        await self._unless_there(partial(self._store.announce, message))

    async def _unless_there(self, post: Callable[[], Awaitable[None]]) -> None:
        try:
            await post()
        except PostedAlreadyError as there:
            message_id = there.message_id
            if message_id is None or not await is_gone(self._client, there.channel_id, message_id):
                raise
            await self._store.drop(message_id)
            await post()

    async def note(
        self,
        message: GroupMessage,
        *,
        shown: Lobby | Collection[int] | None = None,
        announced_as: int | None = None,
    ) -> None:
        """Remember a posted message, and change it at once if it no longer shows what is so.

        Parameters
        ----------
        shown
            The comparison as a card shows it, or who is on the map of a server.
        announced_as
            The id of the request that posted it, where it was announced.
        """

        async def write_down() -> None:
            await self._store.note(message, shown, announced_as=announced_as)
            self._unnoted.pop(message.message_id, None)

        self._unnoted[message.message_id] = write_down
        if await self._maintenance.attempt("posted cards", write_down):
            await self.redraw(message.lobby_id)

    async def are_posted(self, lobby_id: str) -> bool:
        """Whether messages of a comparison are known."""
        return bool(await self._store.posted(lobby_id))

    async def redraw(self, lobby_id: str) -> None:
        """Draw what is stale of one comparison now; what fails is left to the clock."""

        async def draw() -> None:
            for message in await self._store.stale(lobby_id):
                await self._draw(message)

        if not await self._maintenance.attempt("redraws at a press", draw):
            _log.info("cards of a comparison are drawn by the clock")

    async def redraw_all(self) -> None:
        """Draw everything that is stale in the servers of this process, each message by itself."""
        await self._maintenance.attempt("posted cards", *self._unnoted.values())
        stale = await self._store.stale()
        waiting = {message.message_id for message in stale}
        self._refusals = {each: one for each, one in self._refusals.items() if each in waiting}
        now = self._maintenance.monotonic()
        resting = {each for each, one in self._refusals.items() if one.again_at > now}
        due = [
            message
            for message in stale
            if message.message_id not in resting and self.is_ours(message.guild_id)
        ]
        await self._maintenance.attempt("redraws", *(partial(self._draw, message) for message in due))

    def is_ours(self, guild_id: int) -> bool:
        """Whether this process tends the messages of a server; without a connection any process does."""
        return not self._client.connects or self._client.get_guild(guild_id) is not None

    def allow_again(self, guild_id: int) -> None:
        """Try at once what Discord refused in a server whose rights may be others now."""
        refused = [each for each, one in self._refusals.items() if one.guild_id == guild_id]
        for message_id in refused:
            del self._refusals[message_id]
        if refused:
            self.look_soon()

    def look_soon(self) -> None:
        """Draw everything that is stale beside whatever asks for it, and not in its time."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._maintenance.attempt("cards", self.redraw_all))

    async def close(self) -> None:
        """Stop drawing; what is to be changed is written down."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _draw(self, message: GroupMessage) -> None:
        async with self._lock(message.message_id):
            try:
                redraw = await self._store.begin(message)
                if redraw is not None and message.is_on_its_way:
                    redraw = await self._find(message)
                if redraw is None:
                    return
                await self._edit(redraw)
            except discord.NotFound as error:
                if error.code != _UNKNOWN_MESSAGE:
                    await self._refuse(message, error)
                    return
                await self._store.drop(message.message_id)
            except discord.Forbidden as error:
                await self._refuse(message, error)
                return
            else:
                await self._store.done(redraw)
            self._refusals.pop(message.message_id, None)

    def _lock(self, message_id: int) -> asyncio.Lock:
        """Return what keeps two drawings of one message apart; held by those who wait for it."""
        return self._locks.setdefault(message_id, asyncio.Lock())

    async def _find(self, message: GroupMessage) -> Redraw | None:
        """Look for a message whose process ended between posting and noting it; None where there is none."""
        button = sign_of(message)
        channel = self._client.get_partial_messageable(message.channel_id, guild_id=message.guild_id)
        request = discord.Object(message.message_id)
        async for each in channel.history(after=request, limit=_LOOKED_THROUGH, oldest_first=True):
            if f"'{button}'" in str([part.to_dict() for part in each.components]):
                return await self._store.begin(await self._store.found(message, each.id))
        await self._store.drop(message.message_id)
        return None

    async def _refuse(self, message: GroupMessage, error: discord.HTTPException) -> None:
        """Try again later, less and less often; what has vanished for days is given up."""
        since = await self._store.refused(message)
        if error.code in _VANISHED and self._store.clock() - since > _VANISHED_AFTER:
            await self._store.drop(message.message_id)
            _log.warning("a card is given up: its channel has not been there for days")
            return
        before = self._refusals.get(message.message_id)
        wait_s = min(before.wait_s * 2, _LONGEST_WAIT_S) if before else _FIRST_WAIT_S
        again_at = self._maintenance.monotonic() + wait_s
        self._refusals[message.message_id] = _Refusal(message.guild_id, wait_s, again_at)
        _log.warning("Discord does not let me change a card now; tried again in %.0f s", wait_s)

    async def _edit(self, redraw: Redraw) -> None:
        kind = redraw.message.kind
        if kind in self._drawers:
            reply = await self._drawers[kind](redraw)
        else:
            reply = lobby_card(redraw.lobby, kind) if redraw.lobby else over_card(kind)
        channel = self._client.get_partial_messageable(redraw.message.channel_id)
        message = channel.get_partial_message(redraw.message.message_id)
        await message.edit(
            view=reply.view(),
            attachments=reply.files(),
            allowed_mentions=discord.AllowedMentions.none(),
        )


class TakenBack:
    """Posted maps whose owners took them back: by `/forget`, or by ending their login."""

    def __init__(self, *, reports: ReportsWorkflow, client: Host) -> None:
        self._maps = reports.store
        self._client = client

    async def empty(self) -> int:
        """Empty what is to be emptied, each message by itself; what fails is tried again by the clock.

        Raises nothing: whoever had their things erased is not to hear of a message of long ago.
        """
        emptied = 0
        try:
            for message in await self._maps.taken_back():
                if await self._empty(message):
                    await self._maps.drop_message(message.message_id)
                    emptied += 1
        except StorageError as error:
            _log.warning("maps that were taken back stay for now: %s", error)
        return emptied

    async def _empty(self, message: PostedMessage) -> bool:
        """Say whether nothing is left to do about a message."""
        channel: Any = self._client.get_partial_messageable(message.channel_id)
        try:
            await channel.get_partial_message(message.message_id).edit(
                view=note(TAKEN_BACK).view(),
                attachments=[],
                allowed_mentions=discord.AllowedMentions.none(),
            )
        except discord.HTTPException as error:
            if error.code == _UNKNOWN_MESSAGE:
                return True
            if error.code in {*_VANISHED, *_CLOSED}:
                # A map is stored for 30 days, usually: of an older message it has been said for a week then.
                age = discord.utils.utcnow() - discord.utils.snowflake_time(message.message_id)
                return age > _STORED_FOR + _VANISHED_AFTER
            _log.warning("a map that was taken back stays for now: %s", error)
            return False
        except Exception as error:  # noqa: BLE001  (of whatever a network can do, the others go on)
            _log.warning("a map that was taken back stays for now: %s", error)
            return False
        return True
