"""Put together what compares people: lobbies, pairs, results, blends and consent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from bot.client import Clients, CogBuilder, TastemapBot
from bot.writing import DeskMaker, WritesMaker
from cogs.blend import BlendCog
from cogs.compare import CompareCog
from cogs.group_board import GroupBoard
from cogs.group_results import GroupResultsCog
from cogs.group_work import GroupWork
from cogs.groups import GroupsCog
from cogs.sharing import SharingCog
from services.storage.database import Database
from services.storage.group_results import GroupResultStore
from services.storage.lobbies import LobbyStore
from services.storage.sharings import SharingStore
from services.storage.withdrawals import WithdrawalStore
from services.workflows.analyze import AnalyzeWorkflow
from services.workflows.compare import CompareWorkflow
from services.workflows.groups.comparing import MusicComparer
from services.workflows.groups.lobbies import LobbiesWorkflow
from services.workflows.groups.messages import GroupMessagesWorkflow
from services.workflows.groups.results import GroupResultsWorkflow
from services.workflows.groups.sharing import SharingWorkflow
from services.workflows.saving import SavingWorkflow


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """The workflows of comparisons, and what their cogs need beside them."""

    lobbies: LobbiesWorkflow
    results: GroupResultsWorkflow
    messages: GroupMessagesWorkflow
    sharing: SharingWorkflow
    saving: SavingWorkflow | None

    def cogs(self, desk: DeskMaker, writes: WritesMaker) -> tuple[CogBuilder, ...]:
        """Return the makers of the cogs; those of one bot share a board."""

        @cache
        def board(bot: TastemapBot) -> GroupBoard:
            return GroupBoard(client=bot, messages=self.messages)

        @cache
        def work(bot: TastemapBot) -> GroupWork:
            return GroupWork(
                lobbies=self.lobbies, results=self.results, board=board(bot), desk=desk(bot), work=bot.work
            )

        return (
            lambda bot: GroupsCog(
                lobbies=self.lobbies,
                messages=self.messages,
                board=board(bot),
                work=work(bot),
                desk=desk(bot),
                components=bot.components,
                client=bot,
            ),
            lambda bot: CompareCog(lobbies=self.lobbies, board=board(bot), tree=bot.tree, client=bot),
            lambda bot: GroupResultsCog(
                results=self.results, board=board(bot), work=work(bot), components=bot.components
            ),
            lambda bot: BlendCog(
                results=self.results,
                saving=self.saving,
                writes=writes(bot),
                board=board(bot),
                components=bot.components,
                work=bot.work,
            ),
            lambda bot: SharingCog(sharing=self.sharing, board=board(bot), desk=desk(bot), work=bot.work),
        )


def forgetting(groups: Groups, clients: Clients) -> Callable[[int], Awaitable[None]]:
    """Return what takes a forgotten person out of comparisons, and out of what was posted about them."""

    async def forget(user_id: int) -> None:
        await groups.sharing.forget(user_id)
        cog = clients.current.get_cog(GroupsCog.__name__) if clients.current else None
        if isinstance(cog, GroupsCog):
            await cog.tend()  # what Discord refuses now is tried again each minute

    return forget


def build_groups(
    *,
    database: Database,
    analyze: AnalyzeWorkflow,
    saving: SavingWorkflow | None,
    clock: Callable[[], datetime],
) -> Groups:
    """Build the workflows; without `saving`, blends can be exported only."""
    lobbies, results = LobbyStore(database), GroupResultStore(database)
    sharings, withdrawals = SharingStore(database), WithdrawalStore(database)
    comparing = CompareWorkflow(compute=analyze.compute)
    return Groups(
        lobbies=LobbiesWorkflow(store=lobbies, sharings=sharings, withdrawals=withdrawals, clock=clock),
        results=GroupResultsWorkflow(
            lobbies=lobbies,
            results=results,
            withdrawals=withdrawals,
            comparer=MusicComparer(analyze=analyze, comparing=comparing),
            draw=comparing.draw,
            clock=clock,
        ),
        messages=GroupMessagesWorkflow(
            lobbies=lobbies, results=results, withdrawals=withdrawals, clock=clock
        ),
        sharing=SharingWorkflow(
            sharings=sharings, lobbies=lobbies, results=results, withdrawals=withdrawals, clock=clock
        ),
        saving=saving,
    )
