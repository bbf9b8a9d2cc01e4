"""Know which messages show people, and which of them no longer show what is so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.domain.groups import GroupMessage, Lobby, MessageKind
from services.storage.group_results import GroupResultStore
from services.storage.lobbies import LobbyStore
from services.storage.withdrawals import WithdrawalStore


@dataclass(frozen=True, slots=True)
class Redraw:
    """What a message has to show now."""

    message: GroupMessage
    changes: int
    """How many changes this drawing shows."""
    lobby: Lobby | None
    """For a card: who is in. None where it is over for good, and for results, which were taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMessagesWorkflow:
    """Messages of ours by what they show. A change that was not drawn yet is never forgotten."""

    lobbies: LobbyStore
    results: GroupResultStore
    withdrawals: WithdrawalStore
    clock: Callable[[], datetime]

    async def note(
        self,
        lobby: Lobby,
        kind: MessageKind,
        *,
        channel_id: int,
        message_id: int,
        result_id: str | None = None,
    ) -> bool:
        """Remember a message that was just posted; False where it has to be changed at once."""
        message = GroupMessage(
            message_id=message_id,
            channel_id=channel_id,
            guild_id=lobby.guild_id,
            lobby_id=lobby.lobby_id,
            kind=kind,
            result_id=result_id,
        )
        return await self.results.note_message(message, self.clock())

    async def note_gone(self, message: GroupMessage) -> None:
        """Remember a message that shows a result which is deleted already."""
        await self.results.note_message(message, self.clock())

    async def changed(self, lobby_id: str) -> None:
        """Mark the cards of a comparison to be drawn anew."""
        await self.results.touch(lobby_id)

    async def stale(self, lobby_id: str | None = None) -> tuple[GroupMessage, ...]:
        """List the messages to draw anew, of one comparison or of all."""
        stale = await self.results.stale()
        return tuple(message for message in stale if lobby_id in (None, message.lobby_id))

    async def begin(self, message: GroupMessage) -> Redraw:
        """Say what a message has to show; changes from here on make it stale again."""
        changes = await self.results.changes(message.message_id)
        is_card = message.kind is MessageKind.CARD
        lobby = await self.lobbies.load(message.lobby_id) if is_card else None
        return Redraw(message, changes, lobby)

    async def done(self, redraw: Redraw) -> None:
        """Note that Discord shows it; a message that shows nobody any more is forgotten."""
        if redraw.lobby is None:
            await self.results.drop_message(redraw.message.message_id)
        else:
            await self.results.settle(redraw.message.message_id, redraw.changes)

    async def lost(self, message: GroupMessage) -> None:
        """Note that a message is gone, or out of our reach for ever."""
        await self.results.drop_message(message.message_id)

    async def drop_guild(self, guild_id: int) -> None:
        """Forget a server that the bot was taken out of."""
        await self.withdrawals.drop_guild(guild_id)

    async def drop_channel(self, channel_id: int) -> None:
        """Forget a deleted channel."""
        await self.withdrawals.drop_channel(channel_id)

    async def guilds(self) -> frozenset[int]:
        """List the servers that comparisons are kept of."""
        return await self.lobbies.guilds()
