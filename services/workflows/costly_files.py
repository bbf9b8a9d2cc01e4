"""Refuse for a while what took too much computing, whoever sends it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.compute import LIMITS_ARE_KEPT
from services.domain.errors import TastemapError
from services.domain.errors.jobs import DeadlineExceededError, TooCostlyError, WorkerLostError
from services.storage.failures import forgiven
from services.storage.installation import RefusedFileStore

REFUSED_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class CostlyFiles:
    """Files that were too much, by their hash; a terminal remembers none."""

    store: RefusedFileStore | None
    clock: Callable[[], datetime]

    @asynccontextmanager
    async def refusing(self, content: bytes, refusal: Callable[[], TastemapError]) -> AsyncIterator[None]:
        """Have a worker read a file inside the block, unless that was too much a while ago.

        Raises
        ------
        TastemapError
            The `refusal`: the file is too much, or was; from now on it is refused at once.
        DeadlineExceededError
            The machine is too busy.
        """
        digest = await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest())
        if await self._holds(digest):
            raise refusal()
        try:
            yield
        except (DeadlineExceededError, TooCostlyError, WorkerLostError) as error:
            if LIMITS_ARE_KEPT and isinstance(error, DeadlineExceededError):
                raise  # the machine was busy: the file itself is within its limits
            await self._add(digest)
            raise refusal() from error

    async def _holds(self, digest: str) -> bool:
        refused = False
        if self.store is not None:
            with forgiven("refused files can't be looked up"):
                refused = await self.store.is_refused(digest, self.clock())
        return refused

    async def _add(self, digest: str) -> None:
        if self.store is not None:
            now = self.clock()
            with forgiven("a file can't be refused for the next time"):
                await self.store.refuse(digest, until=now + REFUSED_FOR, now=now)
