"""Find the recordings that names mean: ListenBrainz for ids, ReccoBeats to confirm them.

The way, each step for what the one before left open, all names of a list in one call each:
MusicBrainz' recording of the name (with length and ISRC), Spotify ids by equality of folded names, what
those ids are really called, and, where the operator allows it, a search by title for a few.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Protocol, TypeVar

from services.analysis.matching import best_match, questions_of, same_words
from services.analysis.titles import bare_title
from services.domain.errors import TastemapError
from services.domain.errors.sources import SourceError
from services.domain.messages import Note
from services.domain.music import Track, TrackId
from services.domain.recordings import Certainty, FoundByName, IdWords, NameKey, NameMatch, NameQuestion
from services.enrichment.cache import is_new_release
from services.enrichment.ports import NameStore
from services.sources.clock import Clock, Deadline
from services.sources.listenbrainz import ListenBrainz, Recording, genres_of
from services.sources.outcomes import Answers, note_of
from services.sources.reccobeats import ReccoBeatsTitles

MOST_SEARCHES = 20
"""Of one list: each is a call of its own."""
FOUND_FOR = timedelta(days=365)
"""A recording does not change; which release a service likes best does, slowly."""
DOUBTED_FOR = timedelta(days=30)
ABSENT_FOR = timedelta(days=30)
ABSENT_FOR_NEW = timedelta(days=7)
"""Of releases of the last 18 months, which services still learn about."""

_CONFIRMED_AT_ONCE = 40
"""Ids in one call; room in the last one is filled with second choices."""
_GRACE_S = 0.5

_log = logging.getLogger(__name__)

Stored = TypeVar("Stored")


class LabsPort(Protocol):
    """From names to ids."""

    async def spotify_ids(
        self, questions: Sequence[NameQuestion], *, deadline: Deadline
    ) -> Answers[NameQuestion, tuple[TrackId, ...]]:
        """Return Spotify ids by name."""
        ...

    async def recordings(
        self, questions: Sequence[NameQuestion], *, deadline: Deadline
    ) -> Answers[NameQuestion, str | None]:
        """Return MusicBrainz ids by name."""
        ...


class NameResolver:
    """The one resolver of this process: two people who ask for one name make one look-up.

    Parameters
    ----------
    labs, recordings
        None where the operator has not switched ListenBrainz on.
    titles
        None where ReccoBeats is off: then no id can be confirmed.
    searches
        Whether titles may be sent to ReccoBeats.
    tags
        Whether genres of MusicBrainz may be kept and shown.
    """

    def __init__(
        self,
        *,
        store: NameStore,
        labs: LabsPort | None = None,
        recordings: ListenBrainz | None = None,
        titles: ReccoBeatsTitles | None = None,
        searches: bool = False,
        tags: bool = True,
        clock: Clock,
    ) -> None:
        self._store = store
        self._labs = labs
        self._recordings = recordings
        self._titles = titles
        self._searches = searches
        self.takes_genres = tags
        self._clock = clock
        self._running: dict[NameKey, asyncio.Task[FoundByName]] = {}

    @property
    def is_on(self) -> bool:
        """Whether names may be asked for at all."""
        return self._labs is not None or (self._searches and self._titles is not None)

    async def known(self, keys: Iterable[NameKey]) -> Mapping[NameKey, NameMatch]:
        """Return what is remembered about names; nobody is asked."""
        wanted = list(dict.fromkeys(keys))
        if not wanted:
            return {}
        return await _loaded(self._store.load_matches(wanted, self._clock.now())) or {}

    async def resolve(self, wanted: Mapping[NameKey, Track], deadline: Deadline) -> FoundByName:
        """Find recordings for names, each key with a track that it stands for.

        Never later than `deadline` (and a little), and never raises for what services do: a name that
        nobody could be asked about is left out, and is asked again next time.
        """
        known = dict(await self.known(wanted))
        missing = {key: track for key, track in wanted.items() if key not in known}
        if not missing or not self.is_on:
            return FoundByName(matches=known)
        tasks = {self._running[key] for key in missing if key in self._running}
        fresh = {key: track for key, track in missing.items() if key not in self._running}
        if fresh:
            tasks.add(self._start(fresh, deadline))
        await asyncio.wait(tasks, timeout=deadline.remaining_s + _GRACE_S)
        rounds = [
            task.result() for task in tasks if task.done() and not task.cancelled() and not task.exception()
        ]
        for each in rounds:
            known |= {key: match for key, match in each.matches.items() if key in missing}
        notices = tuple(dict.fromkeys(note for each in rounds for note in each.notices))
        return FoundByName(matches=known, notices=notices)

    async def names_of(
        self, ids: Iterable[TrackId], deadline: Deadline
    ) -> tuple[Mapping[TrackId, Track], bool]:
        """Return what ids are called, where somebody knows, and whether all could be asked about."""
        confirmed, failed = await self._confirm(list(dict.fromkeys(ids)), deadline, [])
        return {key: track for key, track in confirmed.items() if track is not None}, not failed

    async def aclose(self) -> None:
        """Stop what is being looked up."""
        tasks = set(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, wanted: Mapping[NameKey, Track], deadline: Deadline) -> asyncio.Task[FoundByName]:
        """Begin a look-up that belongs to nobody: who is cancelled only stops waiting for it."""
        own = Deadline(deadline.remaining_s, self._clock.monotonic)
        task = asyncio.create_task(self._look_up(wanted, own), name="look up names")
        self._running.update(dict.fromkeys(wanted, task))

        def release(done: asyncio.Task[FoundByName]) -> None:
            for key in wanted:
                if self._running.get(key) is done:
                    del self._running[key]
            if not done.cancelled() and (error := done.exception()) is not None:
                _log.error("the look-up of %d names broke", len(wanted), exc_info=error)

        task.add_done_callback(release)
        return task

    async def _look_up(self, wanted: Mapping[NameKey, Track], deadline: Deadline) -> FoundByName:
        search = _Search({key: _Name(key, track, questions_of(track)) for key, track in wanted.items()})
        if self._labs is not None:
            await self._by_recording(search, deadline)
            await self._by_id(search, deadline)
        if self._searches and self._titles is not None:
            await self._by_title(search, self._titles, deadline)
        now = self._clock.now()
        matches = {}
        for name in search.names.values():
            if name.verdict is Certainty.NONE and name.is_open:
                continue
            kept_for = {Certainty.SURE: FOUND_FOR, Certainty.DOUBTFUL: DOUBTED_FOR}.get(name.verdict)
            if kept_for is None:
                kept_for = ABSENT_FOR_NEW if is_new_release(name.track, now) else ABSENT_FOR
            if name.verdict is Certainty.DOUBTFUL and name.is_open:
                kept_for = ABSENT_FOR_NEW  # who could not be asked may know better
            matches[name.key] = NameMatch(
                key=name.key,
                certainty=name.verdict,
                found=name.best,
                looked_at=now,
                expires_at=now + kept_for,
                genres=name.genres if self.takes_genres and name.verdict is Certainty.SURE else (),
            )
        await _saved(self._store.save_matches(matches.values()))
        return FoundByName(matches=matches, notices=search.notes(wanted.keys() - matches.keys()))

    async def _by_recording(self, search: _Search, deadline: Deadline) -> None:
        """Learn what MusicBrainz calls each name: its length stands in for one that a list does not have."""
        if self._labs is None or self._recordings is None:
            return
        questions = [
            NameQuestion(each.artist, each.title) for name in search.names.values() for each in name.questions
        ]
        looked = await self._labs.recordings(questions, deadline=deadline)
        search.heard(looked.trouble)
        mbids = {mbid for mbid in looked.said.values() if mbid}
        told = await self._recordings.recordings(sorted(mbids), deadline=deadline)
        search.heard(told.trouble)
        for name in search.names.values():
            asked = [NameQuestion(each.artist, each.title) for each in name.questions]
            found = [mbid for each in asked if (mbid := looked.said.get(each))]
            name.is_open |= _all_failed(asked, looked) or any(mbid in told.failed for mbid in found)
            name.offer(told.said.get(mbid) for mbid in dict.fromkeys(found))

    async def _by_id(self, search: _Search, deadline: Deadline) -> None:
        """Ask for the Spotify ids of names, and believe them when ReccoBeats calls them the same."""
        if self._labs is None:
            return
        questions = [each for name in search.names.values() for each in name.questions]
        answers = await self._labs.spotify_ids(questions, deadline=deadline)
        search.heard(answers.trouble)
        for name in search.names.values():
            ids = [track_id for each in name.questions for track_id in answers.said.get(each, ())]
            name.ids = list(dict.fromkeys(ids))
            name.is_open |= _all_failed(name.questions, answers)
        first = list(dict.fromkeys(name.ids[0] for name in search.names.values() if name.ids))
        room = -len(first) % _CONFIRMED_AT_ONCE
        more = dict.fromkeys(track_id for name in search.names.values() for track_id in name.ids[1:3])
        second = [track_id for track_id in more if track_id not in set(first)][:room]
        confirmed, failed = await self._confirm([*first, *second], deadline, search.troubles)
        for name in search.names.values():
            name.is_open |= bool(name.ids) and name.ids[0] in failed
            name.consider(track for track_id in name.ids if (track := confirmed.get(track_id)) is not None)

    async def _by_title(self, search: _Search, titles: ReccoBeatsTitles, deadline: Deadline) -> None:
        left = [name for name in search.names.values() if name.verdict is Certainty.NONE]
        for name in left[MOST_SEARCHES:]:
            name.is_open = True
        for name in left[:MOST_SEARCHES]:
            try:
                found = await titles.search(bare_title(name.track.title), deadline=deadline)
            except SourceError as error:
                search.heard(error)
                name.is_open = True
                if not deadline.remaining_s:
                    break
                continue
            name.consider(found)

    async def _confirm(
        self, ids: Sequence[TrackId], deadline: Deadline, troubles: list[SourceError]
    ) -> tuple[dict[TrackId, Track | None], set[TrackId]]:
        """Return what ids are called, from memory or from ReccoBeats, and which could not be asked about."""
        now = self._clock.now()
        known = await _loaded(self._store.load_words(ids, now)) if ids else {}
        confirmed = {track_id: words.track for track_id, words in (known or {}).items()}
        missing = [track_id for track_id in ids if track_id not in confirmed]
        if not missing:
            return confirmed, set()
        if self._titles is None:
            return confirmed, set(missing)
        told = await self._titles.look_up(missing, deadline=deadline)
        if told.trouble is not None:
            troubles.append(told.trouble)
        await _saved(
            self._store.save_words(
                IdWords(
                    track_id=track_id,
                    track=track,
                    looked_at=now,
                    expires_at=now + (FOUND_FOR if track is not None else ABSENT_FOR_NEW),
                )
                for track_id, track in told.said.items()
            )
        )
        return confirmed | told.said, told.failed


@dataclass(slots=True)
class _Name:
    """One name while it is looked for."""

    key: NameKey
    track: Track
    questions: tuple[NameQuestion, ...]
    ids: list[TrackId] = field(default_factory=list)
    verdict: Certainty = Certainty.NONE
    best: Track | None = None
    genres: tuple[str, ...] = ()
    is_open: bool = False
    """Whether somebody who might know could not be asked."""
    _candidates: list[Track] = field(default_factory=list)

    def offer(self, recordings: Iterable[Recording | None]) -> None:
        """Take in what MusicBrainz has: a length and an album where the list has none, and perhaps a key."""
        told = [each for each in recordings if each is not None]
        known = [each.track for each in told]
        meant = next((each for each in told if same_words(self.track, each.track)), None)
        alike = meant.track if meant is not None else None
        self.genres = genres_of(meant) if meant is not None else ()
        if alike is not None and self.track.duration_ms is None:
            self.track = replace(
                self.track, duration_ms=alike.duration_ms, album=self.track.album or alike.album
            )
        # What has no key can't be asked about; a Spotify link of MusicBrainz is somebody's claim too.
        self.consider(replace(each, id=None) for each in known if each.isrc)

    def consider(self, candidates: Iterable[Track]) -> None:
        """Judge further candidates beside those that are there."""
        self._candidates += candidates
        with_id = [each for each in self._candidates if each.id]
        verdict, best = best_match(self.track, with_id)
        if verdict is not Certainty.SURE:
            other, found = best_match(self.track, [each for each in self._candidates if not each.id])
            if other is Certainty.SURE or verdict is Certainty.NONE:
                verdict, best = other, found
        self.verdict, self.best = verdict, best


@dataclass(slots=True)
class _Search:
    """All names of one look-up, and the trouble it met."""

    names: dict[NameKey, _Name]
    troubles: list[SourceError] = field(default_factory=list)

    def heard(self, trouble: SourceError | None) -> None:
        """Note a trouble."""
        if trouble is not None:
            self.troubles.append(trouble)

    def notes(self, failed: Iterable[NameKey]) -> tuple[Note, ...]:
        """Say the first trouble and what it cost, where it cost anything."""
        cost = len(set(failed))
        notes = (note_of(each) for each in self.troubles)
        first = next((note for note in notes if note is not None), None)
        return (replace(first, count=cost),) if cost and first is not None else ()


def _all_failed(asked: Sequence[NameQuestion], answers: Answers[NameQuestion, Stored]) -> bool:
    return not any(each in answers.said for each in asked)


async def _loaded(loading: Awaitable[Stored]) -> Stored | None:
    try:
        return await loading
    except TastemapError as error:
        _log.warning("what is known about names can't be read: %s", error)
        return None


async def _saved(saving: Awaitable[object]) -> None:
    try:
        await saving
    except TastemapError as error:
        _log.warning("what was learned about names can't be kept: %s", error)
