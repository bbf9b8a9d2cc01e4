"""Refuse for a while what took too much computing, whoever sends it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.storage.failures import forgiven
from services.storage.marks import RefusedFileStore

REFUSED_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class CostlyFiles:
    """Files that were too much, by their hash; a terminal remembers none."""

    store: RefusedFileStore | None
    clock: Callable[[], datetime]

    async def hash_of(self, content: bytes) -> str:
        """Name a file by what is in it."""
        return await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest())

    async def holds(self, digest: str) -> bool:
        """Whether a file was too much a while ago."""
        refused = False
        if self.store is not None:
            with forgiven("refused files can't be looked up"):
                refused = await self.store.is_refused(digest, self.clock())
        return refused

    async def add(self, digest: str) -> None:
        """Refuse a file from now on."""
        if self.store is not None:
            now = self.clock()
            with forgiven("a file can't be refused for the next time"):
                await self.store.refuse(digest, until=now + REFUSED_FOR, now=now)
