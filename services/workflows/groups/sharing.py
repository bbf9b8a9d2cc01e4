"""Let others of one server compare with a playlist, until one says otherwise; private without that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.domain.errors.groups import CannotTakeBackError, NotSharingError
from services.domain.groups import Sharing, Withdrawal
from services.domain.music import Playlist
from services.storage.consents import QuestionStore, SharingStore
from services.storage.group_results import GroupResultStore
from services.storage.lobbies import LobbyStore
from services.storage.withdrawals import WithdrawalStore
from services.workflows.groups.lobbies import Visitor, spread
from services.workflows.groups.results import WhoIsThere


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingWorkflow:
    """Consents by server, and everything about a person that comparisons keep."""

    sharings: SharingStore
    questions: QuestionStore
    lobbies: LobbyStore
    results: GroupResultStore
    withdrawals: WithdrawalStore
    clock: Callable[[], datetime]
    words: Callable[[Playlist, Playlist], str]
    """As in `LobbiesWorkflow`."""

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
            brought=self.words(playlist, taken),
            tracks=len(taken.tracks),
            granted_at=self.clock(),
        )
        await self.sharings.grant(sharing, taken)
        return sharing

    async def find(self, guild_id: int, user_id: int) -> Sharing | None:
        """Look what somebody shares in a server."""
        return await self.sharings.find(guild_id, user_id)

    async def allow_questions(self, user_id: int, *, allowed: bool) -> None:
        """Let somebody be asked to compare, or by nobody in any server."""
        await self.questions.set_wants_none(user_id, never=not allowed, now=self.clock())

    async def allow_direct(self, guild_id: int, *, allowed: bool) -> None:
        """Allow or forbid questions by direct message from a server."""
        await self.questions.set_direct(guild_id, allowed=allowed)

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

    async def end_left(self, who_is_there: WhoIsThere) -> int:
        """End the consents of people of whom Discord says that they left the server; returns how many.

        Who can't be asked about is unknown, not gone, and keeps what they share until the next look.
        """
        ended = 0
        for guild_id, user_ids in (await self.sharings.by_guild()).items():
            try:
                seen = await who_is_there(guild_id, None, user_ids)
            except CannotTakeBackError:
                continue
            for user_id in seen.absent:
                ended += await self.withdrawals.stop_sharing(guild_id, user_id) is not None
        return ended

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
