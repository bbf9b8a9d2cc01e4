"""Have ReccoBeats measure clips of a sound file: one after the other, paced like every other call to it."""

from __future__ import annotations

import logging
import math
import statistics
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from services.domain.errors.sources import SourceError
from services.domain.features import SOUND_FEATURES, AudioFeatures, Feature, accepted
from services.domain.messages import Note, NoteKind
from services.domain.sound import ClipReading
from services.sources.clock import Clock, Deadline
from services.sources.outcomes import note_of, read_features
from services.sources.session import Timeouts
from services.sources.upstream import Answer, Ask, FilePart, Patience, Upstream

NAME = "ReccoBeats"
CLIP_PATIENCE = Patience(timeouts=Timeouts(connect_s=5.0, read_s=60.0, total_s=60.0))
"""Clients have seen answers take 20 s and more."""
DEADLINE_S = 240.0
_WAV, _OGG = "audio/wav", "audio/ogg"
_PATH, _FIELD = "/analysis/audio-features", "audioFile"

Shrink = Callable[[bytes], Awaitable[bytes]]
"""Writes a clip anew, much smaller."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ClipOutcome:
    """What came of sending the clips of one file."""

    reading: ClipReading | None
    """None where not one clip was answered."""
    notice: Note | None = None
    """What kept clips from being measured."""


class ReccoBeatsClips:
    """The one call of ReccoBeats that takes sound: `POST /analysis/audio-features`.

    Only clips are ever sent, under a name that says nothing: no tag, no name, no person.
    """

    def __init__(self, upstream: Upstream, *, clock: Clock) -> None:
        self._upstream = upstream
        self._clock = clock

    async def measure(
        self,
        clips: Sequence[bytes],
        *,
        shrink: Shrink,
        tempo_bpm: float | None,
    ) -> ClipOutcome:
        """Have the clips of one file measured, and average what is answered.

        Parameters
        ----------
        clips
            WAV, mono, at most 30 s each.
        shrink
            Called at most once a clip, where the service calls it too large.
        tempo_bpm
            What was measured from the whole piece: the octave in which the tempi of the clips are read.

        Notes
        -----
        One clip of three that fails makes a result from two. A file that the service will never take
        (HTTP 400) is not sent on; a trouble of the service itself ends it, too.
        """
        deadline = Deadline(DEADLINE_S, self._clock.monotonic)
        answers: list[AudioFeatures] = []
        notice: Note | None = None
        for clip in clips:
            try:
                answers.append(await self._measure(clip, shrink, deadline))
            except _ClipRefusedError as error:
                notice = notice or Note(NoteKind.CLIP_REFUSED, names=(NAME, error.problem))
                if error.is_final:
                    break
            except SourceError as error:
                notice = notice or note_of(error)
                break
        reading = averaged(answers, sent=len(clips), tempo_bpm=tempo_bpm) if answers else None
        return ClipOutcome(reading, notice)

    async def _measure(self, clip: bytes, shrink: Shrink, deadline: Deadline) -> AudioFeatures:
        answer = await self._send(clip, _WAV, deadline)
        if answer.status == 413:
            answer = await self._send(await shrink(clip), _OGG, deadline)
        return _read(answer)

    async def _send(self, clip: bytes, content_type: str, deadline: Deadline) -> Answer:
        part = FilePart(_FIELD, f"clip.{content_type.partition('/')[2]}", content_type, clip)
        return await self._upstream.send(Ask(path=_PATH, method="POST", file=part), deadline=deadline)


class _ClipRefusedError(Exception):
    def __init__(self, problem: str, *, is_final: bool = False) -> None:
        super().__init__(problem)
        self.problem = problem
        self.is_final = is_final


def _read(answer: Answer) -> AudioFeatures:
    """Take the values of an answer, each for itself: flat, or as the first of a list.

    Raises
    ------
    _ClipRefusedError
        There are none.
    """
    if answer.status == 415:
        _log.error("ReccoBeats does not find the clip in what we send: %s", answer.text)
    if answer.status >= 400:
        raise _ClipRefusedError(f"HTTP {answer.status}", is_final=answer.status in {400, 415})
    row = answer.json
    if isinstance(row, dict) and not any(feature.value in row for feature in SOUND_FEATURES):
        content = row.get("content")
        row = content[0] if isinstance(content, list) and content else None
    if not isinstance(row, dict):
        raise _ClipRefusedError("an unreadable answer")
    features, impossible = read_features(
        {feature.value: row.get(feature.value) for feature in SOUND_FEATURES}
    )
    if impossible:
        _log.warning("ReccoBeats: %d values of a clip can't be true", impossible)
    if features.is_empty:
        raise _ClipRefusedError("an answer without values")
    return features


def averaged(answers: Sequence[AudioFeatures], *, sent: int, tempo_bpm: float | None) -> ClipReading:
    """Average clips: shares by their mean, loudness through power, tempo never: 70 and 140 are one tempo."""
    values: dict[Feature, float | None] = {}
    spread: dict[Feature, float | None] = {}
    for feature in SOUND_FEATURES:
        known = [value for answer in answers if (value := answer.get(feature)) is not None]
        if not known:
            continue
        match feature:
            case Feature.LOUDNESS:
                value = 10 * math.log10(statistics.fmean(10 ** (each / 10) for each in known))
            case Feature.TEMPO:
                known = [_in_octave_of(each, tempo_bpm or known[0]) for each in known]
                value = statistics.median(known)
            case _:
                value = statistics.fmean(known)
        values[feature] = accepted(feature, round(value, 4))
        spread[feature] = round((max(known) - min(known)) / 2, 4)
    return ClipReading(
        features=AudioFeatures.of(values), spread=AudioFeatures.of(spread), answered=len(answers), sent=sent
    )


def _in_octave_of(tempo: float, reference: float) -> float:
    return float(tempo * 2.0 ** round(math.log2(reference / tempo)))
