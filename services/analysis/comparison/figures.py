"""The figures about each person in a comparison, and the playful awards that are given for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot

import numpy as np
from numpy.typing import NDArray

from services.analysis.comparison.listening import Listening, artists_of, even_artists, mean_errors
from services.analysis.comparison.pairs import INSTRUMENTAL_FROM
from services.analysis.titles import lead_artist
from services.domain.comparison import Award, Participant, PersonKey, Spread, is_by_few
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.report import EnrichedTrack
from services.domain.scoring import Prize
from services.domain.tempo import tempo_of

Float = NDArray[np.float64]

_KNOWN_ENOUGH = 0.5
"""Part of the tracks whose year, length or popularity has to be known before it is said of the person."""
_MINUTE_MS = 60_000.0
_MEDIAN_ERROR = 0.93
"""Standard error of a median of n tracks, in parts of their middle half by the root of n: the normal's
sqrt(pi / 2) / 1.349 (Kenney and Keeping, 1962). Tracks of one artist are alike, so that fewer count: the
error is that of the share above the median, artist by artist."""
_RANGE_ERROR = 1.17
"""The same of the middle half itself, and of the share outside it: the normal's 1.573 / 1.349."""
_CERTAIN = 3.0
"""Standard errors between the figures of the first two: the first is chosen from many, so 99.7 %."""
_FEWEST_KNOWN = 15
"""Tracks whose year, length, popularity or artist is known, as for a score."""


@dataclass(frozen=True, slots=True)
class _Figure:
    """A number about a person, and its standard error."""

    value: float
    error: float


def participant(listening: Listening, shares: tuple[float, ...]) -> Participant:
    """Sum a person up."""
    figures = {**_sound_figures(listening), **_list_figures(listening.entries)}
    return Participant(
        key=listening.person.key,
        name=listening.person.name,
        tracks=len(listening.entries),
        measured=listening.measured_count,
        imputed=listening.guessed_count,
        artists=listening.artists,
        profile=_profile(listening),
        shares=shares,
        figures={name: figure.value for name, figure in figures.items()},
        errors={name: figure.error for name, figure in figures.items()},
    )


def _profile(listening: Listening) -> Mapping[Feature, Spread]:
    sound = listening.measured
    if not len(sound.entries):
        return {}
    quartiles = np.quantile(sound.raw, (0.25, 0.5, 0.75), axis=0)
    levels = sound.z.mean(axis=0)
    return {
        feature: Spread(
            low=float(quartiles[0, column]),
            median=float(quartiles[1, column]),
            high=float(quartiles[2, column]),
            level=float(levels[column]),
        )
        for column, feature in enumerate(SOUND_FEATURES)
    }


def _sound_figures(listening: Listening) -> dict[str, _Figure]:
    """Return what only measured tracks can tell; nothing for a person with too few of them."""
    if not listening.is_scored:
        return {}
    sound = listening.measured
    artist = artists_of(sound.entries)
    tempi = sound.raw[:, SOUND_FEATURES.index(Feature.TEMPO)]
    away = np.linalg.norm(sound.points - sound.points.mean(axis=0), axis=1)
    figures = {
        feature.value: _middle(sound.raw[:, column], artist)
        for column, feature in enumerate(SOUND_FEATURES)
        if feature not in {Feature.TEMPO, Feature.INSTRUMENTALNESS}
    }
    without_singer = sound.raw[:, SOUND_FEATURES.index(Feature.INSTRUMENTALNESS)] > INSTRUMENTAL_FROM
    figures[Feature.INSTRUMENTALNESS.value] = _share(without_singer, artist)
    tempo = tempo_of(sound.entries)
    if tempo is not None and tempo.bpm is not None:
        figures[Feature.TEMPO.value] = _Figure(tempo.bpm, _middle(tempi, artist).error)
    figures["tempo range"] = _range(tempi, artist)
    figures["variety"] = _Figure(float(away.mean()), _error(away, artist))
    return figures


def _list_figures(entries: Sequence[EnrichedTrack]) -> dict[str, _Figure]:
    """Return what titles, years and lengths tell; each only where most tracks have it."""
    tracks = [entry.track for entry in entries]
    artist = artists_of(entries)
    years = np.array([track.release_year or np.nan for track in tracks], dtype=np.float64)
    lengths = np.array([(track.duration_ms or np.nan) / _MINUTE_MS for track in tracks], dtype=np.float64)
    fame = np.array(
        [np.nan if track.popularity is None else track.popularity for track in tracks], dtype=np.float64
    )
    leads = Counter(lead for track in tracks if (lead := lead_artist(track.artists)))
    enough = max(_KNOWN_ENOUGH * len(tracks), _FEWEST_KNOWN)
    figures: dict[str, _Figure] = {}
    for name, values, measure in (
        ("year", years, _middle),
        ("years", years, _range),
        ("length", lengths, _middle),
        ("popularity", fame, _middle),
    ):
        known = np.isfinite(values)
        if known.sum() >= enough and values[known].any() and not is_by_few(even_artists(artist[known])):
            figures[name] = measure(values[known], artist[known])
    if leads.total() >= enough:
        most = np.arange(leads.total()) < max(leads.values())
        figures["artist"] = _share(most, np.arange(leads.total()))
    return figures


def _middle(values: Float, artist: NDArray[np.intp]) -> _Figure:
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
    above = np.sign(values - middle)
    return _Figure(float(middle), float(_MEDIAN_ERROR * (high - low)) * _error(above, artist, least=1.0))


def _range(values: Float, artist: NDArray[np.intp]) -> _Figure:
    """Return how far the middle half reaches."""
    low, high = np.quantile(values, (0.25, 0.75))
    outside = np.where((values < low) | (values > high), 1.0, -1.0)
    return _Figure(float(high - low), float(_RANGE_ERROR * (high - low)) * _error(outside, artist, least=1.0))


def _share(has: NDArray[np.bool_], artist: NDArray[np.intp]) -> _Figure:
    """Return the share of tracks that have something; its error is never 0 (Agresti and Coull, 1998)."""
    count = len(has)
    nearer = (has.sum() + 2) / (count + 4)
    least = float((nearer * (1 - nearer) * count / (count + 4)) ** 0.5)
    return _Figure(float(has.mean()), _error(has.astype(np.float64), artist, least=least))


def _error(values: Float, artist: NDArray[np.intp], *, least: float = 0.0) -> float:
    """Return the standard error of a mean over tracks that come artist by artist.

    It is never less than that of single tracks, of which the deviation is `least` or more.
    """
    single: float = max(float(values.std()), least) / len(values) ** 0.5
    clustered = float(mean_errors(values[:, None], artist)[0])
    return max(single, clustered)


MOST_AWARDS = 8
MOST_EACH = 2
"""One person may not sweep the board."""


@dataclass(frozen=True, slots=True)
class _Category:
    """What an award is given for: the person at one end of a figure."""

    prize: Prize
    figure: str
    highest: bool
    digits: int
    """Decimals with which the figure is said; where two are said alike, nobody is ahead."""


_CATEGORIES: tuple[_Category, ...] = (
    _Category(Prize.DARKEST, "valence", False, 2),
    _Category(Prize.STEADIEST, "tempo range", False, 0),
    _Category(Prize.TIME_TRAVELLER, "years", True, 0),
    _Category(Prize.SUNNIEST, "valence", True, 2),
    _Category(Prize.LIVELIEST, "energy", True, 2),
    _Category(Prize.CALMEST, "energy", False, 2),
    _Category(Prize.FASTEST, "tempo", True, 0),
    _Category(Prize.SLOWEST, "tempo", False, 0),
    _Category(Prize.LOUDEST, "loudness", True, 1),
    _Category(Prize.UNPLUGGED, "acousticness", True, 2),
    _Category(Prize.DANCE_FLOOR, "danceability", True, 2),
    _Category(Prize.FEWEST_SINGERS, "instrumentalness", True, 2),
    _Category(Prize.MOST_WORDS, "speechiness", True, 2),
    _Category(Prize.WIDEST, "variety", True, 1),
    _Category(Prize.NARROWEST, "variety", False, 1),
    _Category(Prize.OLDEST, "year", False, 0),
    _Category(Prize.FRESHEST, "year", True, 0),
    _Category(Prize.DEEPEST, "popularity", False, 0),
    _Category(Prize.LONGEST, "length", True, 1),
    _Category(Prize.MOST_LOYAL, "artist", True, 2),
)


def give_awards(people: Sequence[Participant]) -> tuple[Award, ...]:
    """Give at most `MOST_AWARDS`, the clearest first, and none within its error.

    Only people with enough measured tracks by enough artists take part.
    """
    runners = [person for person in people if person.is_scored and not is_by_few(person.artists)]
    categories = {category.figure: category for category in reversed(_CATEGORIES)}
    # of two people, whoever is not the one end of a figure is the other, which would say the same again
    run = categories.values() if len(runners) == 2 else _CATEGORIES
    found = [award for category in run if (award := _run(category, runners)) is not None]
    found.sort(key=lambda entry: -entry.lead)
    given: list[Award] = []
    count: dict[PersonKey, int] = {}
    # once around for people without any award, then again up to two each
    for most in (1, MOST_EACH):
        for entry in found:
            (winner,) = entry.award.keys
            if entry.award not in given and count.get(winner, 0) < most and len(given) < MOST_AWARDS:
                given.append(entry.award)
                count[winner] = count.get(winner, 0) + 1
    return tuple(given)


@dataclass(frozen=True, slots=True)
class _Result:
    award: Award
    lead: float
    """How far the winner is ahead, in standard errors."""


def _run(category: _Category, runners: Sequence[Participant]) -> _Result | None:
    """Return who is ahead by more than chance, as far as that is known of the figure."""
    values = {
        person.key: (person.figures[category.figure], person.errors[category.figure])
        for person in runners
        if category.figure in person.errors
    }
    if len(values) < 2:
        return None
    sign = -1 if category.highest else 1
    first, second = sorted(values, key=lambda key: (sign * values[key][0], key))[:2]
    best, following = (round(values[key][0], category.digits) for key in (first, second))
    error = hypot(values[first][1], values[second][1])
    ahead = abs(values[first][0] - values[second][0])
    if best == following or not error or ahead <= _CERTAIN * error:
        return None
    won = Award("", (first,), is_sure=True, prize=category.prize, value=best, next=following)
    return _Result(won, ahead / error)
