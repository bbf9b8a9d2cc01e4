"""Let others of one server compare with a playlist, until one says otherwise; private without that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.domain.errors.groups import NotSharingError
from services.domain.groups import Sharing, Withdrawal
from services.domain.music import Playlist
from services.storage.group_results import GroupResultStore
from services.storage.lobbies import LobbyStore
from services.storage.sharings import SharingStore
from services.storage.withdrawals import WithdrawalStore
from services.workflows.groups.lobbies import Visitor, describe, spread


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingWorkflow:
    """Consents by server, and everything about a person that comparisons keep."""

    sharings: SharingStore
    lobbies: LobbyStore
    results: GroupResultStore
    withdrawals: WithdrawalStore
    clock: Callable[[], datetime]

    async def share(self, guild_id: int, visitor: Visitor, playlist: Playlist) -> Sharing:
        """Let everybody of a server compare with this playlist as it is now.

        Raises
        ------
        NothingBroughtError
        """
        taken = spread(playlist)
        sharing = Sharing(
            guild_id=guild_id,
            user_id=visitor.user_id,
            name=visitor.name,
            brought=describe(playlist, taken),
            tracks=len(taken.tracks),
            granted_at=self.clock(),
        )
        await self.sharings.grant(sharing, taken)
        return sharing

    async def find(self, guild_id: int, user_id: int) -> Sharing | None:
        """Look what somebody shares in a server."""
        return await self.sharings.find(guild_id, user_id)

    async def stop(self, guild_id: int, user_id: int) -> Withdrawal:
        """Be private again at once: comparisons that only this consent allowed go too.

        Raises
        ------
        NotSharingError
        """
        taken = await self.withdrawals.stop_sharing(guild_id, user_id)
        if taken is None:
            raise NotSharingError
        return taken

    async def forget(self, user_id: int) -> Withdrawal:
        """Delete everything about a person, with every result that shows them.

        The messages are marked in the same transaction; whoever posted them changes them next.
        """
        return await self.withdrawals.delete_of(user_id)

    async def export(self, user_id: int) -> dict[str, Any]:
        """Say all that comparisons keep about a person, as plain values."""
        return {
            "sharing": [
                {
                    "server": sharing.guild_id,
                    "playlist": sharing.brought,
                    "tracks": sharing.tracks,
                    "since": sharing.granted_at.isoformat(),
                }
                for sharing in await self.sharings.of(user_id)
            ],
            "comparisons": await self.lobbies.memberships(user_id),
            "results": [
                {"result": result_id, "made": made.isoformat()}
                for result_id, made in await self.results.of(user_id)
            ],
        }
