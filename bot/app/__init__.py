"""Put the house together: open everything in order, close it in reverse."""

from __future__ import annotations

import gc
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import aiohttp

from bot import __version__
from bot.app.accounts import Accounts, open_accounts
from bot.app.client import Clients, TastemapBot
from bot.app.front import build_cogs, ending_left_sharings, forgetting, maintenance_failed
from bot.app.processes import GatewayShare, open_queue, open_share
from bot.app.sources import open_name_services, open_sources, pace_of
from bot.app.storage import ending_links, holdings_of, maintenance_tasks, open_database
from bot.app.work import Workflows, build_workflows
from bot.config import Settings
from bot.health import StatusReader, Vitals
from bot.metrics import Metrics
from bot.web.interactions import SignedInteractions
from cogs.work.logins import tell_disconnected
from services.compute import ComputePool
from services.maintenance import Maintenance, RepeatedTask
from services.sources.clock import utc_now
from services.sources.session import open_session
from services.storage.database import Database
from services.storage.installation import MarkStore, ReceivedStore
from services.workflows import tasks

_SYNCED = "synced commands"


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Everything that is open while the bot runs."""

    settings: Settings
    database: Database
    compute: ComputePool
    downloads: aiohttp.ClientSession
    """For files that people uploaded."""
    accounts: Accounts | None
    """None without a Spotify app."""
    workflows: Workflows
    clients: Clients
    share: GatewayShare
    vitals: Vitals
    status: StatusReader
    maintenance: Maintenance
    maintenance_tasks: tuple[RepeatedTask, ...]
    monotonic: Callable[[], float] = time.monotonic

    def new_bot(self) -> TastemapBot:
        """Build a client with all cogs; a restart builds another one on the same workflows."""
        flows = self.workflows
        bot = TastemapBot(
            jobs=flows.jobs,
            reader=flows.reader,
            shrink=flows.reports.shrink,
            observer=self.vitals.metrics,
            downloads=self.downloads,
            maintenance=self.maintenance,
            waiting=flows.privacy.persons.waiting,
            role=self.settings.role,
            shards=self.share.shards,
            identify=self.share.identify if self.share.slots is not None else None,
        )
        bot.take(
            build_cogs(
                bot,
                settings=self.settings,
                flows=flows,
                accounts=self.accounts,
                clients=self.clients,
                read_status=self.status.read,
                monotonic=self.monotonic,
            )
        )
        self.vitals.client = self.clients.current = bot
        return bot

    def signed_interactions(self) -> SignedInteractions | None:
        """Build what takes commands that Discord sends here; None where that is not set up."""
        if self.settings.discord_public_key is None:
            return None
        received = ReceivedStore(self.database)

        def receiver() -> TastemapBot | None:
            bot = self.clients.current
            return bot if bot is not None and bot.application_id is not None else None

        return SignedInteractions(
            self.settings.discord_public_key,
            receiver=receiver,
            is_first=lambda interaction_id: received.is_first(interaction_id, utc_now()),
        )

    async def sync_commands(self, bot: TastemapBot) -> bool:
        """Tell Discord about the commands if they have changed since the last time; needs a login.

        Discord allows 200 creations a day, so a bot that syncs at every start may lock itself out.
        """
        marks = MarkStore(self.database)
        shape = f"{bot.application_id}:{bot.tree_hash()}"
        if await marks.load(_SYNCED) == shape:
            return False
        await bot.tree.sync()
        await marks.save(_SYNCED, shape)
        return True


@asynccontextmanager
async def build(
    settings: Settings,
    *,
    pool: ComputePool | None = None,
    clock: Callable[[], datetime] | None = None,
) -> AsyncIterator[App]:
    """Open database, worker pool and sources; close them in reverse order, whatever happens.

    A `pool` that is given, because several applications share it, stays open. A `clock` says another time
    than the present.
    """
    now = clock or utc_now
    async with AsyncExitStack() as stack:
        opened = stack.enter_async_context
        metrics, clients = Metrics(), Clients()
        maintenance = Maintenance(
            observer=metrics, alarm=lambda work: clients.tell(settings.operator_ids, maintenance_failed(work))
        )
        database = await opened(open_database(settings))
        compute = pool
        if compute is None:
            own = new_pool(settings.workers, preload=tasks.PRELOAD_OF_A_BOT)
            compute = await opened(aclosing(own))
        downloads = await opened(open_session(version=__version__))
        lists = await opened(open_name_services(settings, metrics, pace_of(database)))
        sources = await opened(
            open_sources(
                settings,
                database,
                fills=settings.role.performs,
                metrics=metrics,
                lists=lists,
            )
        )
        accounts = await opened(open_accounts(settings, database, metrics))
        repeated: list[RepeatedTask] = []

        async def round_of_maintenance() -> None:
            for task in repeated:
                await maintenance.attempt(task.name, task.run)

        jobs = await opened(open_queue(settings, database, now, round_of_maintenance))
        workflows = build_workflows(
            database,
            jobs=jobs,
            compute=compute,
            enricher=sources.enricher,
            clips=sources.clips if settings.reccobeats_clips else None,
            lists=lists.lists,
            accounts=accounts,
            forgotten=forgetting(clients),
            clock=now,
        )
        vitals = Vitals(
            database=database, compute=compute, metrics=metrics, started_at=now(), role=settings.role
        )
        status = StatusReader(
            version=__version__,
            url=settings.database_url,
            vitals=vitals,
            jobs=workflows.jobs,
            load_quota=accounts.quota if accounts else None,
        )
        status.show_gauges()
        end_links = ending_links(database, partial(tell_disconnected, clients.direct_message), now)
        holdings = holdings_of(
            settings,
            database,
            workflows,
            end_links=end_links,
            end_left_sharings=ending_left_sharings(
                workflows.sharing, workflows.server_map, clients, MarkStore(database), now
            ),
            clock=now,
        )
        repeated += maintenance_tasks(settings, database, workflows, holdings, clock=now)
        yield App(
            settings=settings,
            database=database,
            compute=compute,
            downloads=downloads,
            accounts=accounts,
            workflows=workflows,
            clients=clients,
            share=await opened(open_share(settings, database)),
            vitals=vitals,
            status=status,
            maintenance=maintenance,
            maintenance_tasks=tuple(repeated),
        )


async def warm_up(app: App) -> None:
    """Start the workers, and spare everything that start-up made from garbage collection.

    Half of the event loop's longest gaps were collections of objects that live as long as the bot. The last
    one takes a tenth of a second, so it comes first, while nobody is connected yet.
    """
    gc.collect()
    await app.compute.warm()
    gc.freeze()


def new_pool(workers: int, *, preload: Sequence[str] = tasks.PRELOAD) -> ComputePool:
    """Build the worker pool; its processes start with the first job or with `warm`."""
    return ComputePool(workers=workers, preload=preload, warm_up=tasks.warm_up)
