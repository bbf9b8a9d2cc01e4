"""Keep what people put right, doubtful finds and tempi, and say what a bare id is called."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.analysis.matching import name_key
from services.domain.features import SOUND_FEATURES, Origin
from services.domain.messages import Note, NoteKind
from services.domain.music import Playlist, Track, TrackId
from services.domain.recordings import Certainty, DoubtfulFind, NameKey, Pair, pair_of
from services.domain.report import AnalysisReport
from services.enrichment.resolver import NameResolver
from services.sources.clock import Deadline
from services.storage.decisions import TempoCorrectionStore
from services.storage.failures import forgiven
from services.storage.recordings import NameAnswerStore

NAMES_DEADLINE_S = 30.0
"""For the titles of bare ids: 1,000 of them take about 18 s."""
PLACES_SAID = 8
"""Places of tracks without names that are listed; more are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesWorkflow:
    """Names of bare ids, and people's answers about doubtful finds; a terminal keeps no answers."""

    resolver: NameResolver
    answered: NameAnswerStore | None = None
    clock: Callable[[], datetime]

    async def named(self, playlist: Playlist, *, offline: bool) -> Playlist:
        """Give titles to tracks that have an id alone, and count those of which nobody says one.

        Nobody should see a bare id.
        """
        nameless = [track.id for track in playlist.tracks if track.id and not track.title]
        if nameless and not offline:
            deadline = Deadline(NAMES_DEADLINE_S, time.monotonic)
            known, _ = await self.resolver.names_of(nameless, deadline)
            tracks = (_called(each, known.get(each.id)) if each.id else each for each in playlist.tracks)
            playlist = replace(playlist, tracks=tuple(tracks))
        return _with_note(playlist)

    async def answers(self, user_id: int | None) -> Mapping[Pair, bool]:
        """Return what a person said about doubtful finds."""
        if self.answered is None or user_id is None:
            return {}
        with forgiven("answers about names can't be read"):
            return await self.answered.load(user_id)
        return {}

    async def doubtful(self, user_id: int, report: AnalysisReport) -> tuple[DoubtfulFind, ...]:
        """List the finds of a map about which its person has not said anything, each name once."""
        rows = await asyncio.to_thread(_unmeasured_names, report)
        matches = await self.resolver.known(rows)
        said = await self.answers(user_id)
        found = []
        for key, row in rows.items():
            match = matches.get(key)
            pair = pair_of(match) if match is not None else None
            if match is None or match.found is None or pair is None or pair in said:
                continue
            if match.certainty is Certainty.DOUBTFUL:
                found.append(DoubtfulFind(row, report.tracks[row].track, match.found, pair))
        return tuple(found)

    async def answer(self, user_id: int, answers: Mapping[Pair, bool]) -> None:
        """Keep what a person says about finds; it counts for them alone."""
        if self.answered is not None and answers:
            await self.answered.set(user_id, answers, now=self.clock())


def _unmeasured_names(report: AnalysisReport) -> dict[NameKey, int]:
    """Return the names of tracks without real values, each with its first row."""
    rows: dict[NameKey, int] = {}
    for row, entry in enumerate(report.tracks):
        real = all(
            (known := entry.provenance.get(feature)) is not None and known.origin is not Origin.IMPUTED
            for feature in SOUND_FEATURES
        )
        if not real and (key := name_key(entry.track)) is not None:
            rows.setdefault(key, row)
    return rows


def _called(track: Track, known: Track | None) -> Track:
    if known is None or track.title:
        return track
    return replace(
        track,
        title=known.title,
        artists=track.artists or known.artists,
        isrc=track.isrc or known.isrc,
        duration_ms=track.duration_ms or known.duration_ms,
    )


def _with_note(playlist: Playlist) -> Playlist:
    """Say how many tracks have no name, and where they are."""
    rows = [row for row, track in enumerate(playlist.tracks) if not track.title]
    places = tuple(str(row + 1) for row in rows[:PLACES_SAID])
    note = Note(NoteKind.NAMELESS, count=len(rows), total=len(playlist.tracks), names=places)
    # A list of a stored map says so already, of the names that it had then.
    others = [note for note in playlist.notes if note.kind is not NoteKind.NAMELESS]
    return replace(playlist, notes=(*([note] if rows else []), *others))


HALF, DOUBLE = 0.5, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionsWorkflow:
    """Tempi that a person halved or doubled; theirs alone."""

    store: TempoCorrectionStore
    clock: Callable[[], datetime]

    async def correct(self, user_id: int, track_id: TrackId, factor: float | None) -> None:
        """Remember that a track's tempo is half or double for this person; None takes it back."""
        if factor is None:
            await self.store.clear(user_id, track_id)
        else:
            await self.store.set(user_id, track_id, factor, now=self.clock())

    async def factors(self, user_id: int, tracks: Sequence[Track]) -> Mapping[TrackId, float]:
        """Return by what this person multiplied the tempo of tracks, for those that they corrected."""
        return await self.store.load(user_id, [track.id for track in tracks if track.id])
