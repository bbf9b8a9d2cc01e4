"""Ask ReccoBeats for audio features by Spotify id or ISRC: 40 at a time, keeping every part that arrived."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from random import Random

import aiohttp

from services.domain.errors.sources import SourceError, SourceUnavailableError
from services.domain.music import Track, TrackId
from services.domain.sources import FetchOutcome
from services.sources.http.answers import MEBIBYTE
from services.sources.http.clock import Clock, Deadline
from services.sources.http.pacing import Breaker, Pace, pacer_of
from services.sources.http.upstream import Answer, OnCall, Patience, Upstream, unheard
from services.sources.outcomes import OutcomeBuilder, note_of, reason_of
from services.sources.reccobeats.answers import SOURCE, Group, NonsenseError, by_isrc, by_track_id, judge
from services.sources.reccobeats.clips import CLIP_PATIENCE, ReccoBeatsClips
from services.sources.values import valid_isrc, valid_track_id

NAME = "ReccoBeats"
BATCH = 40
"""More ids in one call answer 400 with code 4004."""

_BODY_LIMIT = 1 * MEBIBYTE
"""40 rows take about 16 kB; answers to ISRCs some times that."""
_BAD_IDS_BELIEVED = 3
"""So many single ids may be refused before any call succeeds. Then it is not the ids."""
_TROUBLES_IN_A_ROW = 3
"""Batches without an answer, one after the other, after which the rest is not asked."""
_REFUSED_IDS_KEPT = 10_000

OnPart = Callable[[FetchOutcome], Awaitable[None]]
"""Receives each part of the answer as soon as it is there."""

_log = logging.getLogger(__name__)


def connect_reccobeats(
    session: aiohttp.ClientSession,
    *,
    base_url: str,
    clock: Clock | None = None,
    random: Random | None = None,
    patience: Patience | None = None,
    on_call: OnCall = unheard,
    pace: Pace | None = None,
) -> ReccoBeats:
    """Build the one client of this process; its pace is its own, or shared with other processes."""
    clock = clock or Clock()
    pacer = pacer_of(NAME, clock=clock, pace=pace)
    breaker = Breaker(NAME, monotonic=clock.monotonic, tell=pacer.tell_others)

    def upstream(patience: Patience | None) -> Upstream:
        return Upstream(
            session,
            source=NAME,
            base_url=base_url,
            pacer=pacer,
            breaker=breaker,
            clock=clock,
            random=random,
            patience=patience,
            body_limit=_BODY_LIMIT,
            on_call=on_call,
        )

    clips = ReccoBeatsClips(upstream(patience or CLIP_PATIENCE), clock=clock)
    return ReccoBeats(upstream(patience), clock=clock, clips=clips)


class ReccoBeats:
    """Audio features: `GET /audio-features?ids=`.

    Nothing but ids and ISRCs is sent: no names, no users, no playlists (`titles.py` asks for names).
    """

    def __init__(self, upstream: Upstream, *, clock: Clock, clips: ReccoBeatsClips) -> None:
        self.clips = clips
        """The client that sends sound, and that only after a press; it shares the pace."""
        self.upstream = upstream
        """Pace and breaker of the service, for whoever asks it about something else."""
        self._clock = clock
        self._refused: set[str] = set()

    async def fetch(
        self, ids: Sequence[TrackId], *, deadline: Deadline, on_part: OnPart | None = None
    ) -> FetchOutcome:
        """Fetch the features of tracks by Spotify id.

        Parameters
        ----------
        ids
            In any order; repeated ids are asked once. What has not the form of an id is not asked and fails.
        deadline
            No call starts after it. What is missing then has failed, what has arrived is kept.
        on_part
            Called after each call with the outcome for the ids of that call, so that a caller that
            is cancelled has lost the call under way at most.

        Returns
        -------
        FetchOutcome
            Every asked id, in exactly one of its three parts. Never raises for what the service does.
        """
        return await self._fetch(ids, valid_track_id, by_track_id, deadline, on_part)

    async def fetch_by_isrc(
        self, isrcs: Sequence[str], *, deadline: Deadline, on_part: OnPart | None = None
    ) -> FetchOutcome:
        """Fetch the features of recordings by ISRC; otherwise as `fetch`.

        The outcome is keyed by ISRC, in upper case without hyphens. The features found name the
        Spotify id that they were measured on: another release of the recording looked for.
        """
        return await self._fetch(isrcs, valid_isrc, by_isrc, deadline, on_part)

    async def _fetch(
        self,
        keys: Sequence[str],
        valid: Callable[[str], str | None],
        group: Group,
        deadline: Deadline,
        on_part: OnPart | None,
    ) -> FetchOutcome:
        whole = OutcomeBuilder()
        asked: dict[str, None] = {}
        for key in keys:
            wire_key = valid(key)
            if wire_key is None:
                whole.fail([key], "not a valid id")
            elif wire_key in self._refused:
                whole.fail([wire_key], "the id is refused")
            else:
                asked[wire_key] = None
        run = _Run(self.upstream, list(asked), group, deadline, self._clock)
        while run.queue:
            part = await run.next_part()
            if part is None:
                continue
            whole.add(part)
            if on_part is not None:
                await on_part(part)
        self._remember(run.refused)
        return whole.build()

    def _remember(self, refused: Sequence[str]) -> None:
        """Ask no second time, in this process, for an id that the service calls malformed."""
        self._refused.update(refused[: _REFUSED_IDS_KEPT - len(self._refused)])


class _Run:
    """One pass over the batches of one request."""

    def __init__(
        self, upstream: Upstream, keys: Sequence[str], group: Group, deadline: Deadline, clock: Clock
    ) -> None:
        self.queue = deque(keys[start : start + BATCH] for start in range(0, len(keys), BATCH))
        self.refused: list[str] = []
        self._upstream = upstream
        self._group = group
        self._deadline = deadline
        self._clock = clock
        self._answers = 0
        self._troubles = 0

    async def next_part(self) -> FetchOutcome | None:
        """Ask for the next batch; None when it was halved instead of answered."""
        batch = self.queue.popleft()
        try:
            answer = await self._upstream.get(
                "/audio-features", params=[("ids", key) for key in batch], deadline=self._deadline
            )
            if answer.status == 400:
                return self._halve(batch, answer)
            return self._judge(batch, answer)
        except SourceUnavailableError as error:
            self._troubles += 1
            return self._fail(batch, error, give_up=self._troubles >= _TROUBLES_IN_A_ROW)
        except SourceError as error:
            return self._fail(batch, error, give_up=True)

    def _judge(self, batch: Sequence[str], answer: Answer) -> FetchOutcome:
        if answer.status != 200:
            raise self._nonsense(f"HTTP {answer.status}", batch)
        try:
            part = judge(answer.json, batch, self._group, self._clock.now())
        except NonsenseError as error:
            raise self._nonsense(error.problem, batch) from error
        self._answers += 1
        self._troubles = 0
        return part

    @staticmethod
    def _nonsense(problem: str, batch: Sequence[str]) -> SourceUnavailableError:
        _log.error("ReccoBeats: %s for %d ids", problem, len(batch))
        return SourceUnavailableError(NAME, problem)

    def _halve(self, batch: Sequence[str], answer: Answer) -> FetchOutcome | None:
        """Look for the bad id in a batch that was refused, or give up when everything is refused."""
        if len(batch) > 1:
            middle = len(batch) // 2
            self.queue.extendleft((batch[middle:], batch[:middle]))
            return None
        _log.warning("ReccoBeats refuses an id (HTTP %d)", answer.status)
        self.refused += batch
        part = OutcomeBuilder()
        part.fail(batch, "the id is refused")
        if not self._answers and len(self.refused) >= _BAD_IDS_BELIEVED:
            self.refused.clear()
            return self._fail(batch, SourceUnavailableError(NAME, "HTTP 400"), give_up=True)
        return part.build()

    def _fail(self, batch: Sequence[str], error: SourceError, *, give_up: bool) -> FetchOutcome:
        part = OutcomeBuilder()
        part.fail(batch, reason_of(error), note_of(error))
        if give_up:
            part.fail((key for rest in self.queue for key in rest), reason_of(error))
            self.queue.clear()
        return part.build()


class ReccoBeatsById:
    """Exactly the tracks asked for."""

    name = SOURCE
    provider = SOURCE
    label = NAME

    def __init__(self, client: ReccoBeats) -> None:
        self._client = client

    def key_of(self, track: Track) -> TrackId | None:
        """Return the Spotify id, where the track has a well-formed one."""
        return valid_track_id(track.id)

    async def fetch(
        self, keys: Sequence[TrackId], *, deadline: Deadline, on_part: OnPart | None = None
    ) -> FetchOutcome:
        """Fetch by Spotify id."""
        return await self._client.fetch(keys, deadline=deadline, on_part=on_part)


class ReccoBeatsByIsrc:
    """The same recordings under other ids."""

    name = f"{SOURCE}:isrc"
    """What is absent here is an ISRC, remembered apart from ids."""
    provider = SOURCE
    label = NAME

    def __init__(self, client: ReccoBeats) -> None:
        self._client = client

    def key_of(self, track: Track) -> TrackId | None:
        """Return the ISRC, where the track has a well-formed one: here that is what is asked for."""
        isrc = valid_isrc(track.isrc)
        return None if isrc is None else TrackId(isrc)

    async def fetch(
        self, keys: Sequence[TrackId], *, deadline: Deadline, on_part: OnPart | None = None
    ) -> FetchOutcome:
        """Fetch by ISRC."""
        return await self._client.fetch_by_isrc(keys, deadline=deadline, on_part=on_part)
