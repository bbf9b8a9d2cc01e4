"""Fetch among processes: each key is asked for by one of them, and the others read what it found."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager

from services.domain.errors.storage import StorageError
from services.domain.music import TrackId
from services.enrichment.ports import FeatureSource
from services.sources.http.clock import Clock, Deadline
from services.storage.processes import ClaimStore

AT_ONCE = 40
"""As many as go into one call: who claims more keeps others from helping with a long list."""
_LOOK_EVERY_S = 0.25
_RENEW_EVERY_S = 5.0
"""A claim lives for 20 s, and a call may wait for its slot for longer."""

_log = logging.getLogger(__name__)

Keys = Sequence[TrackId]


class SharedFetch:
    """Fetches a list in parts, each claimed first."""

    def __init__(self, claims: ClaimStore, clock: Clock) -> None:
        self._claims = claims
        self._clock = clock

    async def run(
        self,
        source: FeatureSource,
        keys: Keys,
        deadline: Deadline,
        *,
        load: Callable[[Keys], Awaitable[list[TrackId]]],
        ask: Callable[[Keys], Awaitable[None]],
    ) -> None:
        """Ask for what nobody else asks for, and wait for the rest in the cache, until the deadline.

        Parameters
        ----------
        load
            Answers from the cache what it knows of some keys, and returns the others.
        ask
            Asks the source for some keys, and answers all of them.
        """
        left, in_vain = list(keys), 0
        name = source.name
        while left and deadline.remaining_s:
            part = left[:AT_ONCE]
            async with self._claimed(name, part) as mine:
                # Whoever had a claim before may have put the answer into the cache since we looked.
                if mine and (missing := await load([key for key in part if key in mine])):
                    await ask(missing)
            left = left[AT_ONCE:] + [key for key in part if key not in mine]
            in_vain = 0 if mine else in_vain + AT_ONCE
            if in_vain >= len(left) > 0:
                await self._clock.sleep(_LOOK_EVERY_S)
                left, in_vain = await load(left), 0

    @asynccontextmanager
    async def _claimed(self, name: str, keys: Keys) -> AsyncIterator[frozenset[str]]:
        try:
            mine = await self._claims.take(name, keys)
        except StorageError as error:
            _log.warning("what is fetched could not be claimed; it may be asked for twice: %s", error)
            yield frozenset(keys)
            return
        renewing = asyncio.create_task(self._renew(name, mine))
        try:
            yield mine
        finally:
            renewing.cancel()
            if mine:
                with contextlib.suppress(StorageError):  # it ends by itself
                    await asyncio.shield(self._claims.release(name, mine))

    async def _renew(self, name: str, mine: Collection[str]) -> None:
        while mine:
            await asyncio.sleep(_RENEW_EVERY_S)
            with contextlib.suppress(StorageError):
                await self._claims.renew(name, mine)
