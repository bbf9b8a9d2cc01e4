"""Put together what changes playlists: tidying, splitting, ordering, saving and taking back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from bot.client import CogBuilder, TastemapBot
from cogs.optimize import OptimizeCog
from cogs.reading import PlaylistDesk
from cogs.saving import SavingCog
from cogs.split import SplitCog
from cogs.tidy import TidyCog
from cogs.writes import DraftWrites
from services.compute import ComputePool
from services.domain.ordering import OrderState
from services.domain.splitting import SplitState
from services.domain.tidying import TidyState
from services.storage.database import Database
from services.storage.drafts import DraftStore
from services.workflows.analyze import AnalyzeWorkflow
from services.workflows.drafts import DraftsWorkflow
from services.workflows.optimize import OptimizeWorkflow
from services.workflows.playlists import PlaylistsWorkflow
from services.workflows.reports import ReportsWorkflow
from services.workflows.saving import SavingWorkflow
from services.workflows.split import SplitWorkflow
from services.workflows.tidy import TidyWorkflow
from services.workflows.uploads import UploadsWorkflow

DeskMaker = Callable[[TastemapBot], PlaylistDesk]
"""Gives the desk of a bot, always the same one."""

WritesMaker = Callable[[TastemapBot], DraftWrites]
"""Gives what takes on the presses on "write it", always the same for one bot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """The workflows that change playlists, and what their cogs need beside them."""

    tidy: TidyWorkflow
    split: SplitWorkflow
    optimize: OptimizeWorkflow
    saving: SavingWorkflow | None
    playlists: PlaylistsWorkflow
    analyze: AnalyzeWorkflow
    reports: ReportsWorkflow
    uploads: UploadsWorkflow

    def desk_maker(self) -> DeskMaker:
        """Return what gives a bot its desk; the cogs of one bot share it."""

        @cache
        def desk(bot: TastemapBot) -> PlaylistDesk:
            return PlaylistDesk(
                playlists=self.playlists,
                analyze=self.analyze,
                reports=self.reports,
                uploads=self.uploads,
                components=bot.components,
                work=bot.work,
                fetch=bot.fetch_file,
            )

        return desk

    def writes_maker(self) -> WritesMaker:
        """Return what gives a bot its one place for writing drafts."""

        @cache
        def writes(bot: TastemapBot) -> DraftWrites:
            return DraftWrites(saving=self.saving, work=bot.work)

        return writes

    def cogs(self, desk: DeskMaker, writes: WritesMaker) -> tuple[CogBuilder, ...]:
        """Return the makers of the cogs."""
        return (
            lambda bot: TidyCog(
                tidy=self.tidy,
                desk=desk(bot),
                writes=writes(bot),
                components=bot.components,
                work=bot.work,
            ),
            lambda bot: SplitCog(
                split=self.split,
                desk=desk(bot),
                writes=writes(bot),
                components=bot.components,
                work=bot.work,
            ),
            lambda bot: OptimizeCog(
                optimize=self.optimize,
                desk=desk(bot),
                writes=writes(bot),
                components=bot.components,
                work=bot.work,
            ),
            lambda bot: SavingCog(saving=self.saving, components=bot.components, client=bot),
        )


def build_writing(
    *,
    database: Database,
    compute: ComputePool,
    playlists: PlaylistsWorkflow,
    reports: ReportsWorkflow,
    uploads: UploadsWorkflow,
    saving: SavingWorkflow | None,
    clock: Callable[[], datetime],
) -> Writing:
    """Build the workflows; without `saving`, lists can be exported only."""
    store = DraftStore(database)
    return Writing(
        tidy=TidyWorkflow(
            compute=compute,
            drafts=DraftsWorkflow(store=store, reports=reports, clock=clock, kind=TidyState),
            saving=saving,
        ),
        split=SplitWorkflow(
            drafts=DraftsWorkflow(store=store, reports=reports, clock=clock, kind=SplitState), saving=saving
        ),
        optimize=OptimizeWorkflow(
            compute=compute,
            drafts=DraftsWorkflow(store=store, reports=reports, clock=clock, kind=OrderState),
            saving=saving,
        ),
        saving=saving,
        playlists=playlists,
        analyze=reports.analyze,
        reports=reports,
        uploads=uploads,
    )
