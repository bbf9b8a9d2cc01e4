"""Ask sources about what people had no time to wait for, when nobody else asks them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from services.domain.errors.storage import StorageError
from services.domain.music import Track, TrackId
from services.domain.sources import FetchOutcome
from services.enrichment.in_flight import InFlight
from services.enrichment.ports import FeatureSource
from services.enrichment.shared import AT_ONCE
from services.sources.http.clock import Clock, Deadline
from services.sources.outcomes import IN_VAIN
from services.storage.features import PutAsideStore

LOOKS_EVERY_S = 15.0
"""How soon something that was put aside is noticed; it is not urgent."""
CALL_S = 60.0
"""Longest patience with one call; people's calls come first."""
SECONDS_EACH = 0.7 / AT_ONCE
"""The pace of the politest source, by key: at best."""

_log = logging.getLogger(__name__)


class Filling:
    """Calls of lowest priority: what they find is in the cache when the list is looked at again.

    Parameters
    ----------
    store
        What was put aside, by whichever process.
    sources
        Those that need nobody's token.
    """

    def __init__(
        self, store: PutAsideStore, sources: Sequence[FeatureSource], in_flight: InFlight, clock: Clock
    ) -> None:
        self._store = store
        self._sources = sources
        self._in_flight = in_flight
        self._clock = clock

    async def put_aside(
        self, source: FeatureSource, wanted: Mapping[TrackId, Track], outcome: FetchOutcome
    ) -> float | None:
        """Keep for later what was not answered.

        Returns
        -------
        float | None
            In how many seconds it can be known at best; None if it is not kept.
        """
        late = [key for key, reason in outcome.failed.items() if reason not in IN_VAIN and key in wanted]
        if not late or source not in self._sources:
            return None
        try:
            waiting = await self._store.put(
                source.name, {key: wanted[key].release_year for key in late}, self._clock.now()
            )
        except StorageError as error:
            _log.warning("what is to be asked about later could not be kept: %s", error)
            return None
        return waiting * SECONDS_EACH

    async def run(self) -> None:
        """Go on for as long as the process lives."""
        while True:
            try:
                await self.fill()
            except StorageError as error:
                _log.warning("what is to be asked about later could not be read: %s", error)
            await self._clock.sleep(LOOKS_EVERY_S)

    async def fill(self) -> int:
        """Ask about what waits, one call after the other; returns how many keys were answered.

        It ends where nothing waits, where somebody else asks the same source, and where that gives no answer.
        """
        answered = 0
        for source in self._sources:
            while not self._in_flight.is_asking(source.name):
                years = await self._store.load(source.name, AT_ONCE)
                if not years:
                    break
                wanted = {key: Track(title="", artists=(), release_year=year) for key, year in years.items()}
                deadline = Deadline(CALL_S, self._clock.monotonic)
                outcome = await self._in_flight.look_up(source, wanted, deadline)
                late = {key for key, reason in outcome.failed.items() if reason not in IN_VAIN}
                done = wanted.keys() - late
                await self._store.drop(source.name, done)
                answered += len(done)
                if late:
                    break
        return answered
