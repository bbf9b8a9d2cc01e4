"""Open what this process shares with others: the queue behind accepted work, and the shards of a gateway."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.config import Settings
from bot.process import DRAIN_S, Shards, in_background, parse_shards
from services.domain.errors.storage import StorageError
from services.jobs.engine import EmbeddedQueue, QueueEngine, Slots
from services.jobs.queue import JobQueue
from services.sealing import TokenSealer, derive_key
from services.storage.database import Database
from services.storage.held_jobs import HeldJobs
from services.storage.installation import RENEWED_EVERY_S, ShardLeaseStore, UpstreamStore
from services.storage.jobs import JobStore

_AT_ONCE_PER_WORKER, _FEWEST_AT_ONCE = 2, 4
"""More at once than there are workers: while one waits for a service, another one computes. Not many
more: in the queue a person can wait for long, before a worker only as long as the work's deadline."""
_LOCKS = b"tastemap queue locks 1"


@asynccontextmanager
async def open_queue(
    settings: Settings,
    database: Database,
    clock: Callable[[], datetime],
    every_hour: Callable[[], Awaitable[object]],
) -> AsyncIterator[JobQueue]:
    """Open what brings accepted work to this process, or from it to others.

    Parameters
    ----------
    every_hour
        What one process of all does again and again, where there are several.
    """
    held = HeldJobs(database, holder=secrets.token_hex(8))
    slots = max(_FEWEST_AT_ONCE, _AT_ONCE_PER_WORKER * settings.workers)
    token = settings.discord_token_text

    def queue(engine: QueueEngine) -> JobQueue:
        return JobQueue(
            store=JobStore(database),
            held=held,
            engine=engine,
            sealer=TokenSealer(token),
            slots=Slots(slots),
            clock=clock,
        )

    if not settings.role.is_one_of_many:
        yield queue(EmbeddedQueue(held=held, clock=clock))
        return
    # The single machine has no need of it, and does not install it.
    from services.jobs.procrastinate import ProcrastinateQueue  # noqa: PLC0415

    async with ProcrastinateQueue.open(
        database.address,
        held=held,
        clock=clock,
        key=derive_key(token, _LOCKS),
        concurrency=slots,
        drain_s=DRAIN_S,
        every_hour=every_hour,
    ) as shared:
        yield queue(shared)


_IDENTIFY_GAP_S = 5.0
"""Discord takes one shard of a bucket in so long."""
_PATIENCE_S = 3600.0
_LOOK_EVERY_S = 5.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayShare:
    """What one gateway of several has to itself."""

    shards: Shards | None = None
    """None for all of them."""
    slots: UpstreamStore | None = None
    """Where the turns to identify are, if other processes take turns too."""
    lost: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the shards may be somebody else's: this gateway has to end."""

    async def identify(self, bucket: int) -> None:
        """Return once a shard of a bucket may identify."""
        if self.slots is None:
            return
        slot = await self.slots.take(f"identify:{bucket}", gap_s=_IDENTIFY_GAP_S, within_s=_PATIENCE_S)
        await asyncio.sleep(slot.wait_s)


@asynccontextmanager
async def open_share(settings: Settings, database: Database) -> AsyncIterator[GatewayShare]:
    """Take the shards of this process inside the block, and hold those that are not fixed by settings.

    Where there are none left, it waits until some are: one gateway in reserve is no mistake.
    """
    if not (settings.role.is_one_of_many and settings.role.connects):
        yield GatewayShare()
        return
    shards = parse_shards(settings.shards) if settings.shards else None
    share = GatewayShare(shards=shards, slots=UpstreamStore(database))
    if shards is None or not shards.wanted:
        yield share
        return
    leases = ShardLeaseStore(database, holder=secrets.token_hex(8))
    while not (taken := await leases.take(shards.count, shards.wanted)):
        _log.info("all %d shards are taken; waiting for one", shards.count)
        await asyncio.sleep(_LOOK_EVERY_S)
    _log.info("connecting shards %s of %d", ", ".join(map(str, taken)), shards.count)
    share = replace(share, shards=Shards(shards.count, taken))
    try:
        async with in_background(_hold(leases, taken, share.lost)):
            yield share
    finally:
        with suppress(StorageError):
            await leases.release()


async def _hold(leases: ShardLeaseStore, taken: tuple[int, ...], lost: asyncio.Event) -> None:
    while True:
        await asyncio.sleep(RENEWED_EVERY_S)
        try:
            kept = await leases.renew(taken)
        except StorageError as error:
            _log.error("the shards could not be kept: %s", error)
            kept = False
        if not kept:
            lost.set()
            return
