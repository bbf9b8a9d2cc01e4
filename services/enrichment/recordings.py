"""Know tempo and key of tracks, and the recordings that names mean, from open dumps in our own database."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from services.analysis.matching import questions_of
from services.domain.errors import TastemapError
from services.domain.music import Track, TrackId
from services.domain.recordings import (
    ACOUSTICBRAINZ,
    NameQuestion,
    Readings,
    RecordingId,
    mbid_of,
    name_hash,
    recording_of,
)
from services.domain.sources import FetchedFeatures
from services.enrichment.resolver import LabsPort
from services.sources.clock import Clock, Deadline
from services.sources.outcomes import Answers
from services.storage.recordings import RecordingStore

_log = logging.getLogger(__name__)


class KnownRecordings:
    """What the dumps say; nothing where none is imported, or where the database can't be read."""

    def __init__(self, store: RecordingStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def rows_of(self, tracks: Mapping[int, Track]) -> Mapping[int, FetchedFeatures]:
        """Return tempo and key of the recordings that tracks name, by MusicBrainz id or by their names."""
        try:
            meant = await self._meant(tracks)
            readings = await self._store.load_readings(meant.values())
        except TastemapError as error:
            _log.warning("what open dumps know could not be read: %s", error)
            return {}
        now = self._clock.now()
        rows = {}
        for index, recording in meant.items():
            features = readings.get(recording, Readings()).features
            if not features.is_empty:
                rows[index] = FetchedFeatures(
                    track_id=TrackId(mbid_of(recording)),
                    source=ACOUSTICBRAINZ,
                    features=features,
                    fetched_at=now,
                )
        return rows

    async def recordings(self, questions: Sequence[NameQuestion]) -> Mapping[NameQuestion, str]:
        """Return the MusicBrainz ids of names that the index knows."""
        hashes = {each: number for each in questions if (number := name_hash(each.artist, each.title))}
        try:
            found = await self._store.find_recordings(hashes.values())
        except TastemapError as error:
            _log.warning("the index of names could not be read: %s", error)
            return {}
        return {each: mbid_of(found[number]) for each, number in hashes.items() if number in found}

    async def _meant(self, tracks: Mapping[int, Track]) -> Mapping[int, RecordingId]:
        meant: dict[int, RecordingId] = {}
        asked: dict[int, list[int]] = {}
        for index, track in tracks.items():
            own = recording_of(track.recording_id) if track.recording_id else None
            if own is not None:
                meant[index] = own
                continue
            spellings = (name_hash(each.artist, each.title) for each in questions_of(track))
            asked[index] = [number for number in spellings if number is not None]
        found = await self._store.find_recordings(number for numbers in asked.values() for number in numbers)
        for index, numbers in asked.items():
            known = next((found[number] for number in numbers if number in found), None)
            if known is not None:
                meant[index] = known
        return meant


class IndexedLabs:
    """Answers from the index of names first; only what it lacks is asked of the service behind it."""

    def __init__(self, labs: LabsPort, known: KnownRecordings) -> None:
        self._labs = labs
        self._known = known

    async def spotify_ids(
        self, questions: Sequence[NameQuestion], *, deadline: Deadline
    ) -> Answers[NameQuestion, tuple[TrackId, ...]]:
        """Ask the service: the index knows no ids of Spotify."""
        return await self._labs.spotify_ids(questions, deadline=deadline)

    async def recordings(
        self, questions: Sequence[NameQuestion], *, deadline: Deadline
    ) -> Answers[NameQuestion, str | None]:
        """Return MusicBrainz ids by name."""
        known = await self._known.recordings(questions)
        answers = await self._labs.recordings(
            [each for each in questions if each not in known], deadline=deadline
        )
        answers.said.update(known)
        return answers
