"""Find the sound of tracks: cache, file, and sources in their order, now or when nobody else asks them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import ParamSpec, TypeVar

from services.domain.analysis import LookedUp
from services.domain.errors.storage import StorageError
from services.domain.features import Coverage
from services.domain.messages import Activity, Note, OnProgress, Progress, quiet
from services.domain.music import Track, TrackId
from services.domain.recordings import Pair
from services.domain.sources import FetchOutcome
from services.enrichment.assembly import Board, from_upload
from services.enrichment.cache import ForgivingCache, MemoryFeatureCache, MemoryNameStore
from services.enrichment.in_flight import AT_ONCE, CountTeller, InFlight
from services.enrichment.ports import FeatureCache, FeatureSource, Observer
from services.enrichment.recordings import KnownRecordings
from services.enrichment.resolver import NameResolver
from services.sources.clock import Clock, Deadline
from services.sources.outcomes import IN_VAIN, notice_of
from services.storage.features import PutAsideStore
from services.storage.installation import ClaimStore

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
        """Keep for later what was not answered; say in how many seconds it can be known at best.

        None where it is not kept.
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


DEADLINE_S = 90.0
"""1,000 tracks that nobody has asked about take about 20 s."""

_SHORT_WORK = 200
"""Tracks that are looked through in a few milliseconds; 10,000 take half a second."""

P = ParamSpec("P")
R = TypeVar("R")

NO_ANSWERS: Mapping[Pair, bool] = {}
SHARE_FOR_NAMES = 0.6
"""Of the time that is left, for finding ids; the rest is for asking how those sound."""


class Enricher:
    """The chain of sources, one for the whole process: it is what keeps two people from one fetch.

    Parameters
    ----------
    store
        What was learned before; None keeps it in memory.
    sources
        Asked one after the other, each only about tracks that are still incomplete and of whose
        provider nothing is known.
    names
        Finds ids for tracks that have nothing but names; None asks nobody for those.
    put_aside
        Where keys wait that there was no time for; None forgets them.
    recordings
        Open dumps in our own database, for tempo and key that nobody else knows.
    """

    def __init__(
        self,
        *,
        store: FeatureCache | None = None,
        sources: Sequence[FeatureSource] = (),
        clock: Clock | None = None,
        observer: Observer | None = None,
        names: NameResolver | None = None,
        claims: ClaimStore | None = None,
        put_aside: PutAsideStore | None = None,
        recordings: KnownRecordings | None = None,
    ) -> None:
        self._clock = clock or Clock()
        self._cache = ForgivingCache(MemoryFeatureCache() if store is None else store)
        self._sources = tuple(sources)
        self._observer = observer
        self.names = names or NameResolver(store=MemoryNameStore(), clock=self._clock)
        self._in_flight = InFlight(self._cache, self._clock, claims)
        self.filling: Filling | None = None
        """Asks for what there was no time for; None where that is forgotten."""
        if put_aside is not None:
            self.filling = Filling(put_aside, self._sources, self._in_flight, self._clock)
        self._recordings = recordings

    async def look_up(
        self,
        tracks: Sequence[Track],
        *,
        source: str = "",
        offline: bool = False,
        deadline_s: float = DEADLINE_S,
        say: OnProgress = quiet,
        also: Sequence[FeatureSource] = (),
        answers: Mapping[Pair, bool] = NO_ANSWERS,
    ) -> LookedUp:
        """Return `tracks` with the features that somebody knows, whatever state the outside world is in.

        Parameters
        ----------
        tracks
            In the playlist's order, which is kept; repeated tracks are looked up once.
        source
            How the file was recognised ("Exportify"); the file's values carry this name.
        offline
            Ask nobody outside.
        deadline_s
            After so many seconds no source is waited for any more; what is known by then counts.
        say
            Receives progress every few seconds.
        also
            Sources for this call only, asked last: those that need the person's own token.
        answers
            What the person said about doubtful finds; one without an answer is not used.

        Notes
        -----
        Raises nothing for what sources or the cache do. A caller that is cancelled takes
        nothing away from others who wait for the same tracks.
        """
        deadline = Deadline(deadline_s, self._clock.monotonic)
        count = len(tracks)
        uploaded = await _aside(count, from_upload, tracks, file_source(source))
        chain = () if offline else (*self._sources, *also)
        board = await _aside(count, Board, uploaded, [link.provider for link in chain])
        await _aside(count, board.add, await self._cache.load(board.ids()))
        await _aside(count, board.add, await self._cache.load(board.isrcs_without_rows()))
        remembered = board.known_and_unknown()
        notices = await self._ask(chain, board, deadline, say)
        if chain:
            named = await self._ask_by_name(chain, board, deadline, say, answers=answers)
            notices = [*named, *notices]
        if self._recordings is not None:
            lacking = await _aside(count, board.lacking_tempo_or_key)
            board.add_recordings(await self._recordings.rows_of(lacking) if lacking else {})
        known = await _aside(count, board.assemble)
        if self._observer is not None:
            self._observer.looked_up("features", *remembered)
        return LookedUp(
            tracks=known,
            artist_genres=board.genres,
            genre_claims=board.genre_claims,
            notices=tuple(dict.fromkeys(notices)),
        )

    async def _ask(
        self,
        chain: Sequence[FeatureSource],
        board: Board,
        deadline: Deadline,
        say: OnProgress,
    ) -> list[Note]:
        """Ask one source after the other about what is still missing; return what went wrong."""
        notices = []
        for link in chain:
            wanted = await _aside(board.count, board.wanted, link)
            if not wanted:
                continue
            tell = CountTeller(link.label, say, self._clock.monotonic)
            outcome = await self._in_flight.look_up(link, wanted, deadline, tell)
            board.add({key: (row,) for key, row in outcome.found.items()})
            board.unanswered.update(outcome.failed)
            later_s = await self.filling.put_aside(link, wanted, outcome) if self.filling else None
            if notice := notice_of(link.label, outcome, later_s):
                notices.append(notice)
        return notices

    async def _ask_by_name(
        self,
        chain: Sequence[FeatureSource],
        board: Board,
        deadline: Deadline,
        say: OnProgress,
        *,
        answers: Mapping[Pair, bool],
    ) -> list[Note]:
        """Find ids for tracks that could not be asked about otherwise, and ask about those."""
        named = await _aside(board.count, board.nameable, chain)
        if not named:
            return []
        if self.names.is_on:
            await say(Progress(Activity.FINDING_BY_NAME, total=len(named)))
        time_for_names = Deadline(SHARE_FOR_NAMES * deadline.remaining_s, self._clock.monotonic)
        found = await self.names.resolve(named, time_for_names)
        tally = board.take_names(found.matches, answers)
        board.take_genres(found.matches)
        await _aside(board.count, board.add, await self._cache.load(board.found_keys()))
        notices = await self._ask(chain, board, deadline, say)
        unheard = () if notices else board.note_unheard()  # else nobody knows: some were not asked about
        said = [tally, *unheard] if self.names.is_on or found.matches else []
        return [*said, *found.notices, *notices]

    def note(self, coverage: Coverage) -> None:
        """Count how well the tracks of one playlist are known."""
        if self._observer is not None:
            self._observer.enriched(coverage)

    async def aclose(self) -> None:
        """Stop what is being fetched; what has arrived is kept."""
        await self._in_flight.aclose()
        await self.names.aclose()


async def _aside(count: int, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Do pure `work` on `count` tracks without keeping the event loop from everybody else."""
    if count <= _SHORT_WORK:
        return work(*args, **kwargs)
    return await asyncio.to_thread(work, *args, **kwargs)


def file_source(format_name: str) -> str:
    """Name the values of a file after its format.

    Examples
    --------
    "Exportify" -> "file:exportify", "" -> "file"
    """
    words = "".join(letter if letter.isalnum() else " " for letter in format_name.casefold()).split()
    return f"file:{'-'.join(words)}" if words else "file"
