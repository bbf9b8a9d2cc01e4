"""Put the house together: open everything in order, close it in reverse."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp

from bot.accounts import Accounts, open_accounts
from bot.chores import chores_of
from bot.client import Clients, TastemapBot, create_bot
from bot.config import Settings
from bot.enrichment import installed_version, open_enricher
from bot.groups import Groups, build_groups, forgetting
from bot.metrics import Metrics
from bot.status import StatusReader
from bot.upkeep import Chore
from bot.vitals import Vitals
from bot.writing import Writing, build_writing
from cogs.about import AboutCog
from cogs.account import AccountCog
from cogs.admin import AdminCog
from cogs.analyze import AnalyzeCog
from cogs.help import HelpCog
from cogs.playlists import PlaylistsCog
from cogs.privacy import PrivacyCog
from cogs.quality import QualityCog
from cogs.reports import ReportsCog
from sandbox.playlists import PLAYLISTS, load
from services.compute import ComputePool
from services.jobs.box import TokenBox
from services.jobs.line import Line
from services.sources.http.session import open_session
from services.storage.backups import default_folder
from services.storage.corrections import TempoCorrectionStore
from services.storage.database import Database
from services.storage.jobs import JobStore
from services.storage.known_tracks import KnownTrackStore
from services.storage.links import LinkStore
from services.storage.marks import MarkStore
from services.storage.persons import PersonStore
from services.storage.playlists import PlaylistStore
from services.storage.reports import ReportStore
from services.storage.uploads import UploadStore
from services.storage.writes import WriteStore
from services.workflows import tasks
from services.workflows.analyze import AnalyzeWorkflow, nobodys_sources
from services.workflows.company import CompanyWorkflow
from services.workflows.compare import score_rules
from services.workflows.jobs import JobsWorkflow
from services.workflows.playlists import PlaylistsWorkflow
from services.workflows.privacy import PrivacyWorkflow
from services.workflows.quality import CorrectionsWorkflow
from services.workflows.reports import ReportsWorkflow
from services.workflows.saving import SavingWorkflow
from services.workflows.saving.spotify import SpotifyPlaylists
from services.workflows.uploads import UploadsWorkflow

_SYNCED = "synced commands"

_AT_ONCE_PER_WORKER, _FEWEST_AT_ONCE = 2, 4
"""More at once than there are workers: while one waits for a service, another one computes. Not many
more: in the line a person can wait for long, before a worker only as long as the work's deadline."""


@dataclass(frozen=True, slots=True)
class App:
    """Everything that is open while the bot runs."""

    settings: Settings
    database: Database
    compute: ComputePool
    analyze: AnalyzeWorkflow
    reports: ReportsWorkflow
    uploads: UploadsWorkflow
    playlists: PlaylistsWorkflow
    corrections: CorrectionsWorkflow
    marks: MarkStore
    jobs: JobsWorkflow
    writing: Writing
    groups: Groups
    vitals: Vitals
    status: StatusReader
    chores: tuple[Chore, ...]
    downloads: aiohttp.ClientSession
    """For files that people uploaded."""
    accounts: Accounts | None
    privacy: PrivacyWorkflow
    clients: Clients

    async def sync_commands(self, bot: TastemapBot) -> bool:
        """Tell Discord about the commands if they have changed since the last time; needs a login.

        Discord allows 200 creations a day, so a bot that syncs at every start may lock itself out.
        """
        shape = f"{bot.application_id}:{bot.tree_hash()}"
        if await self.marks.load(_SYNCED) == shape:
            return False
        await bot.tree.sync()
        await self.marks.save(_SYNCED, shape)
        return True

    def new_bot(self) -> TastemapBot:
        """Build a client with all cogs; a restart builds another one on the same services."""
        desk, writes = self.writing.desk_maker(), self.writing.writes_maker()
        bot = create_bot(
            jobs=self.jobs,
            observer=self.vitals.metrics,
            downloads=self.downloads,
            shrink=self.analyze.shrink,
            cogs=(
                lambda bot: AnalyzeCog(
                    analyze=self.analyze,
                    reports=self.reports,
                    uploads=self.uploads,
                    playlists=self.playlists,
                    tree=bot.tree,
                    components=bot.components,
                    work=bot.work,
                    fetch=bot.fetch_file,
                ),
                lambda bot: ReportsCog(reports=self.reports, components=bot.components),
                lambda bot: QualityCog(
                    analyze=self.analyze,
                    reports=self.reports,
                    corrections=self.corrections,
                    components=bot.components,
                    work=bot.work,
                ),
                lambda bot: PlaylistsCog(library=self.playlists.library, components=bot.components),
                lambda _bot: HelpCog(
                    reports=self.reports,
                    link_of=self.accounts.tokens.link_of if self.accounts else None,
                ),
                lambda bot: PrivacyCog(
                    privacy=self.privacy,
                    components=bot.components,
                    stop_work=bot.running.stop_of,
                    seats=self.settings.spotify_seats if self.accounts else None,
                    report_days=self.settings.report_days,
                    policy_url=self.settings.privacy_url,
                ),
                lambda bot: AccountCog(
                    login=self.accounts,
                    components=bot.components,
                    wanted=bot.wanted,
                    work=bot.work,
                    direct_message=self.clients.direct_message,
                ),
                *self.writing.cogs(desk, writes),
                *self.groups.cogs(desk, writes),
                lambda _bot: AboutCog(rules=score_rules()),
                lambda bot: AdminCog(
                    read_status=self.status.read,
                    operators=frozenset(self.settings.operator_ids),
                    seats=self.accounts.linking if self.accounts else None,
                    components=bot.components,
                ),
            ),
        )
        self.vitals.client = self.clients.current = bot
        return bot


def utc_now() -> datetime:
    """Return the present, with its zone."""
    return datetime.now(UTC)


def example_file() -> tuple[str, str, bytes]:
    """Return title, file name and content of the invented playlist behind the "try it" button."""
    sample = PLAYLISTS[0]
    return sample.title, sample.filename, load(sample.filename)


async def warm_up(app: App) -> None:
    """Start the workers, and spare everything that start-up made from garbage collection.

    Half of the event loop's longest gaps were collections of objects that live as long as the bot.
    """
    await app.compute.warm()
    gc.collect()
    gc.freeze()


def new_pool(workers: int) -> ComputePool:
    """Build the worker pool; its processes start with the first job or with `warm`."""
    return ComputePool(workers=workers, preload=tasks.PRELOAD, warm_up=tasks.warm_up)


@asynccontextmanager
async def build(settings: Settings, *, pool: ComputePool | None = None) -> AsyncIterator[App]:
    """Open database, worker pool and sources; close them in reverse order, whatever happens.

    A `pool` that is given, because several applications share it, stays open.
    """
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(
            Database.open(settings.database_url, backups=default_folder(settings.database_url))
        )
        compute = pool or new_pool(settings.workers)
        if pool is None:
            stack.push_async_callback(compute.aclose)
        company = CompanyWorkflow(compute=compute, known=KnownTrackStore(database))
        downloads = await stack.enter_async_context(open_session(version=installed_version()))
        metrics = Metrics()
        vitals = Vitals(database=database, compute=compute, metrics=metrics, started_at=utc_now())
        enricher = await stack.enter_async_context(
            open_enricher(settings, database, company, metrics=metrics)
        )
        corrections = CorrectionsWorkflow(store=TempoCorrectionStore(database), clock=utc_now)
        accounts = await stack.enter_async_context(open_accounts(settings, database, metrics))
        analyze = AnalyzeWorkflow(
            compute=compute,
            enricher=enricher,
            company=company,
            corrections=corrections,
            personal_sources=accounts.feature_sources if accounts else nobodys_sources,
        )
        reports = ReportsWorkflow(store=ReportStore(database), analyze=analyze, clock=utc_now)
        uploads = UploadsWorkflow(
            store=UploadStore(database), analyze=analyze, clock=utc_now, example_file=example_file
        )
        jobs = JobsWorkflow(
            store=JobStore(database),
            box=TokenBox(settings.discord_token.get_secret_value() if settings.discord_token else None),
            line=Line(max(_FEWEST_AT_ONCE, _AT_ONCE_PER_WORKER * settings.workers)),
            clock=utc_now,
        )
        status = StatusReader(
            version=installed_version(),
            url=settings.database_url,
            vitals=vitals,
            jobs=jobs,
            load_quota=accounts.quota if accounts is not None else None,
        )
        status.show_gauges()
        saving = library = None
        if accounts is not None:
            library = accounts.library
            saving = SavingWorkflow(
                journal=WriteStore(database),
                playlists=SpotifyPlaylists(access=accounts.access),
                clock=utc_now,
                alone=database.address.is_sqlite,
            )
        playlists = PlaylistsWorkflow(reports=reports, analyze=analyze, library=library)
        groups = build_groups(database=database, analyze=analyze, saving=saving, clock=utc_now)
        clients = Clients()
        yield App(
            settings=settings,
            database=database,
            compute=compute,
            analyze=analyze,
            reports=reports,
            corrections=corrections,
            marks=MarkStore(database),
            jobs=jobs,
            vitals=vitals,
            status=status,
            chores=(
                *chores_of(settings, database, jobs=jobs, reports=reports, clock=utc_now),
                Chore("comparisons", groups.lobbies.purge),
            ),
            downloads=downloads,
            uploads=uploads,
            playlists=playlists,
            accounts=accounts,
            privacy=PrivacyWorkflow(
                persons=PersonStore(database),
                links=LinkStore(database),
                reports=ReportStore(database),
                clock=utc_now,
                before_erasing=(forgetting(groups, clients),),
                readable={"kept_playlists": PlaylistStore(database).export_of},
                summaries={"together": groups.sharing.export},
            ),
            clients=clients,
            groups=groups,
            writing=build_writing(
                database=database,
                compute=compute,
                playlists=playlists,
                reports=reports,
                uploads=uploads,
                saving=saving,
                clock=utc_now,
            ),
        )
