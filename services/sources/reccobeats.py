"""Ask ReccoBeats for audio features by id, keeping every part that arrived, and what ids are called."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Unpack

import aiohttp

from services.domain.errors.sources import SourceError, SourceUnavailableError
from services.domain.music import LONGEST_MS, Track, TrackId, valid_isrc, valid_track_id
from services.domain.sources import FetchOutcome
from services.sources.clock import Clock, Deadline
from services.sources.outcomes import (
    Answers,
    OnPart,
    OutcomeBuilder,
    ask_in_batches,
    note_of,
    reason_of,
    require,
)
from services.sources.pacing import Breaker, pacer_of
from services.sources.reccobeats_answers import SOURCE, Group, NonsenseError, by_isrc, by_track_id, judge
from services.sources.reccobeats_clips import CLIP_PATIENCE, ReccoBeatsClips
from services.sources.session import MEBIBYTE
from services.sources.upstream import Answer, Patience, Upstream, Wiring

NAME = "ReccoBeats"
BATCH = 40
"""More ids in one call answer 400 with code 4004."""
_FOUND_AT_ONCE = 50
"""A larger `size` answers 400."""
_SHORTEST_SEARCH = 3
_LONGEST_SEARCH = 120


class ReccoBeatsTitles:
    """Titles, artists and lengths by id; shares pace and breaker with the look-up of features.

    Ids are sent, and by `search` titles; nothing about people.
    """

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream

    async def look_up(self, ids: Sequence[TrackId], *, deadline: Deadline) -> Answers[TrackId, Track | None]:
        """Return what tracks are called; None for an id that it does not know."""

        async def ask(batch: Sequence[TrackId]) -> Mapping[TrackId, Track | None]:
            answer = await self._upstream.get(
                "/track", params=[("ids", each) for each in batch], deadline=deadline
            )
            rows = _rows(require(answer, NAME, dict))
            found = {each.id: each for each in map(_read, rows) if each is not None and each.id}
            if rows and not any(each in found for each in batch):
                raise SourceUnavailableError(NAME, "answers to other questions")
            return {each: found.get(each) for each in batch}

        return await ask_in_batches([each for each in ids if valid_track_id(each)], BATCH, ask)

    async def search(self, title: str, *, deadline: Deadline) -> tuple[Track, ...]:
        """Return tracks with this title, by whomever; the artist is for the caller to check.

        Raises
        ------
        SourceError
            There is no answer.
        """
        wanted = " ".join(title.split())[:_LONGEST_SEARCH]
        if len(wanted) < _SHORTEST_SEARCH:
            return ()
        params = [("searchText", wanted), ("size", str(_FOUND_AT_ONCE))]
        answer = await self._upstream.get("/track/search", params=params, deadline=deadline)
        rows = _rows(require(answer, NAME, dict))
        return tuple(each for each in map(_read, rows) if each is not None and each.id)


def _rows(answer: Mapping[str, object]) -> list[object]:
    rows = answer.get("content")
    if not isinstance(rows, list):
        raise SourceUnavailableError(NAME, "unreadable answer")
    return rows


def _read(entry: object) -> Track | None:
    if not isinstance(entry, dict):
        return None
    title, href, length, isrc = (entry.get(name) for name in ("trackTitle", "href", "durationMs", "isrc"))
    artists = entry.get("artists")
    people = (
        [each.get("name") for each in artists if isinstance(each, dict)] if isinstance(artists, list) else []
    )
    names = tuple(each.strip() for each in people if isinstance(each, str) and each.strip())
    if not isinstance(title, str) or not title.strip() or not names:
        return None
    is_length = isinstance(length, int) and not isinstance(length, bool) and 0 < length <= LONGEST_MS
    return Track(
        id=valid_track_id(href.rstrip("/").rpartition("/")[2]) if isinstance(href, str) else None,
        title=title.strip(),
        artists=names,
        isrc=valid_isrc(isrc) if isinstance(isrc, str) else None,
        duration_ms=length if is_length else None,
    )


_BODY_LIMIT = 1 * MEBIBYTE
"""40 rows take about 16 kB; answers to ISRCs some times that."""
_BAD_IDS_BELIEVED = 3
"""So many single ids may be refused before any call succeeds. Then it is not the ids."""
_TROUBLES_IN_A_ROW = 3
"""Batches without an answer, one after the other, after which the rest is not asked."""
_REFUSED_IDS_KEPT = 10_000

_log = logging.getLogger(__name__)


def connect_reccobeats(
    session: aiohttp.ClientSession, *, base_url: str, **wiring: Unpack[Wiring]
) -> ReccoBeats:
    """Build the one client of this process; its pace is its own, or shared with other processes."""
    clock = wiring.setdefault("clock", Clock())
    pacer = pacer_of(NAME, clock=clock, pace=wiring.get("pace"))
    breaker = Breaker(NAME, monotonic=clock.monotonic, tell=pacer.tell_others)

    def upstream(patience: Patience | None) -> Upstream:
        own = wiring.copy()
        own["patience"] = patience
        return Upstream(
            session,
            source=NAME,
            base_url=base_url,
            pacer=pacer,
            breaker=breaker,
            body_limit=_BODY_LIMIT,
            **own,
        )

    patience = wiring.get("patience")
    clips = ReccoBeatsClips(upstream(patience or CLIP_PATIENCE), clock=clock)
    return ReccoBeats(upstream(patience), clock=clock, clips=clips)


class ReccoBeats:
    """Audio features: `GET /audio-features?ids=`.

    Nothing but ids and ISRCs is sent: no names, no users, no playlists.
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


class ReccoBeatsByIsrc(ReccoBeatsById):
    """The same recordings under other ids."""

    name = f"{SOURCE}:isrc"
    """What is absent here is an ISRC, remembered apart from ids."""

    def key_of(self, track: Track) -> TrackId | None:
        """Return the ISRC, where the track has a well-formed one: here that is what is asked for."""
        isrc = valid_isrc(track.isrc)
        return None if isrc is None else TrackId(isrc)

    async def fetch(
        self, keys: Sequence[TrackId], *, deadline: Deadline, on_part: OnPart | None = None
    ) -> FetchOutcome:
        """Fetch by ISRC."""
        return await self._client.fetch_by_isrc(keys, deadline=deadline, on_part=on_part)
