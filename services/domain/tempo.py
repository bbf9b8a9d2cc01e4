"""Say how fast a group of tracks is: in one number, as a range, or not at all.

Trackers report double or half of the felt tempo for some tracks (174 BPM for 87), so one number has to be
read up to octaves. Which octave it is the group itself says: folding into a fixed one turns 150 BPM into 75.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import compress, repeat
from operator import and_, gt

from services.domain.features import Feature, Origin
from services.domain.report import EnrichedTrack

CLOSE = 0.1
"""Tempi that differ by no more than this share are one tempo."""

FAST_ENERGY, FAST_DANCEABILITY = 0.75, 0.6
"""Mean values above which a group counts as measured: nobody hears hardcore of 170 BPM at 85."""

WIDEST = 2.0
"""A range as wide as an octave says nothing."""

_BINS = 240
"""Steps of the octave circle, 0.3 % each."""

_MOST_CANDIDATES = 16
"""Tempi around the middle that are tried; where these hold no majority of the tracks, no other does."""


@dataclass(frozen=True, slots=True)
class Tempo:
    """How fast a group is. Both ends are measured tempi of tracks of the group."""

    low_bpm: float
    high_bpm: float
    """Equal to `low_bpm` where more than half of the tracks lie within 10 % of it, up to octaves."""

    @property
    def bpm(self) -> float | None:
        """The one number, where one number may be said."""
        return self.low_bpm if self.low_bpm == self.high_bpm else None

    @property
    def middle_bpm(self) -> float:
        """The geometric middle, to compare with; never shown where `bpm` is None."""
        return math.sqrt(self.low_bpm * self.high_bpm)

    @property
    def range_bpm(self) -> tuple[float, float]:
        """Both ends."""
        return self.low_bpm, self.high_bpm


def tempo_of(entries: Sequence[EnrichedTrack]) -> Tempo | None:
    """Summarise the tempi of tracks; estimated ones take no part."""
    known = [
        entry for entry in entries if entry.features.tempo is not None and not entry.is_imputed(Feature.TEMPO)
    ]
    return typical_tempo(
        [entry.features.tempo or 0.0 for entry in known],
        corrected=[is_corrected(entry) for entry in known],
        fast=is_fast(
            [value for entry in known if (value := entry.features.energy) is not None],
            [value for entry in known if (value := entry.features.danceability) is not None],
        ),
    )


def takes_octaves(entries: Sequence[EnrichedTrack], tempo: Tempo | None) -> bool:
    """Tell whether most tracks have the one tempo only with halved and doubled ones counted in."""
    if tempo is None or tempo.bpm is None:
        return False
    real = [
        entry.features.tempo
        for entry in entries
        if entry.features.tempo and not entry.is_imputed(Feature.TEMPO)
    ]
    return 2 * sum(abs(each - tempo.bpm) <= CLOSE * tempo.bpm for each in real) <= len(real)


def is_corrected(entry: EnrichedTrack) -> bool:
    """Tell whether a person said what the tempo of a track is."""
    known = entry.provenance.get(Feature.TEMPO)
    return known is not None and known.origin is Origin.CORRECTED


def is_fast(energy: Sequence[float], danceability: Sequence[float]) -> bool:
    """Tell whether the tempi of a group with these values are to be taken as measured."""
    return _mean(energy) > FAST_ENERGY or _mean(danceability) > FAST_DANCEABILITY


def typical_tempo(
    tempi_bpm: Sequence[float], *, corrected: Sequence[bool] = (), fast: bool = False
) -> Tempo | None:
    """Summarise tempi, or return None where they have none in common or none is known.

    The middle is the point of the octave circle with the least mean circular distance to the tempi; the
    octave is the one in which most tracks near that point were measured.

    Parameters
    ----------
    tempi_bpm
        Measured tempi; what is not positive and finite counts as unknown.
    corrected
        Which of them a person said: these are in the octave they were said in and no other.
    fast
        Whether halves and doubles are different tempi (`is_fast`).
    """
    known = [0 < tempo < math.inf for tempo in tempi_bpm]
    tempi = sorted(compress(tempi_bpm, known))
    if not tempi:
        return None
    exact = tempi if fast else sorted(compress(tempi_bpm, map(and_, known, corrected)))
    candidates = _candidates(tempi, fast=fast)
    loose = () if fast else compress(tempi_bpm, map(gt, known, corrected or repeat(False)))
    near = _counts_near(exact, loose, candidates)
    if near and 2 * max(near) > len(tempi):
        best = candidates[near.index(max(near))]
        return Tempo(best, best)
    low, high = tempi[(len(tempi) - 1) // 4], tempi[len(tempi) - 1 - (len(tempi) - 1) // 4]
    return Tempo(low, high) if low < high < WIDEST * low else None


def _candidates(tempi: Sequence[float], *, fast: bool) -> list[float]:
    """List a few tempi that may stand for all, the likeliest first: each is one that a track has.

    Parameters
    ----------
    tempi
        In ascending order.
    """
    if fast:
        return _nearest(tempi, tempi[(len(tempi) - 1) // 2])
    middle = _middle_of_octaves(tempi)
    lowest, highest = (round(math.log2(tempo / middle)) for tempo in (tempi[0], tempi[-1]))
    octaves = {
        number: there
        for number in range(lowest, highest + 1)
        if (there := _close_to(tempi, middle * 2.0**number))
    }
    if not octaves:
        return []
    # Where two octaves have equally many, the one closer to walking pace: it is the one people tap.
    octave = max(
        octaves, key=lambda number: (len(octaves[number]), -abs(math.log2(middle * 2.0**number / 100)))
    )
    return _nearest(octaves[octave], middle * 2.0**octave)


def _close_to(tempi: Sequence[float], middle: float) -> Sequence[float]:
    """Return those of some tempi in ascending order that are within `CLOSE` of one."""
    first, last = bisect_left(tempi, middle / (1 + CLOSE)), bisect_right(tempi, middle * (1 + CLOSE))
    return tempi[first:last]


def _nearest(tempi: Sequence[float], middle: float) -> list[float]:
    """Return different ones of some tempi in ascending order, those nearest to one first."""
    different = list(dict.fromkeys(tempi))
    place = bisect_left(different, middle)
    around = different[max(place - _MOST_CANDIDATES, 0) : place + _MOST_CANDIDATES]
    return sorted(around, key=lambda tempo: (abs(math.log2(tempo / middle)), tempo))[:_MOST_CANDIDATES]


def _middle_of_octaves(tempi: Sequence[float]) -> float:
    """Return the point of the octave circle that is closest to all tempi, as a tempo from 1 to 2 BPM."""
    counts = [0] * _BINS
    for tempo in tempi:
        counts[int(math.log2(tempo) % 1.0 * _BINS) % _BINS] += 1
    distances = _distances_around(counts)
    best = min((place for place in range(_BINS) if counts[place]), key=distances.__getitem__)
    return math.exp2((best + 0.5) / _BINS)


def _distances_around(counts: Sequence[int]) -> list[int]:
    """Return how far all that is counted on a circle of an even number of places is from each, in steps."""
    places = len(counts)
    half, everything = places // 2, sum(counts)
    distance = sum(number * min(place, places - place) for place, number in enumerate(counts))
    ahead = sum(counts[1 : half + 1])  # a step forward brings these nearer and takes the others away
    distances = []
    for place in range(places):
        distances.append(distance)
        distance += everything - 2 * ahead
        ahead += counts[(place + 1 + half) % places] - counts[(place + 1) % places]
    return distances


def _counts_near(exact: Sequence[float], loose: Iterable[float], candidates: Sequence[float]) -> list[int]:
    """Count tempi within `CLOSE` of each candidate: exact ones, ascending, and loose ones up to octaves."""
    turns = sorted(math.log2(tempo) % 1.0 for tempo in loose)
    counts = []
    for each in candidates:
        low, high = (1 - CLOSE) * each - 1e-9, (1 + CLOSE) * each + 1e-9
        first = math.log2(low) % 1.0
        last = first + math.log2(high / low)
        counts.append(
            _between(exact, low, high) + _between(turns, first, last) + _between(turns, first - 1, last - 1)
        )
    return counts


def _between(values: Sequence[float], low: float, high: float) -> int:
    """Count values, in ascending order, from `low` to `high`."""
    return bisect_right(values, high) - bisect_left(values, low)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else 0.0
