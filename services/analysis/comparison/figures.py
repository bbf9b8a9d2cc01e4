"""The figures about each person in a comparison, and the playful awards that are given for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot
from statistics import median, pstdev

import numpy as np

from services.analysis.comparison.differences import typical_value
from services.analysis.comparison.distance import spread_inside
from services.analysis.comparison.listening import Listening
from services.analysis.titles import lead_artist
from services.domain.comparison import Award, Participant, PersonKey, Spread
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.report import EnrichedTrack
from services.domain.tempo import tempo_of

_KNOWN_ENOUGH = 0.5
"""Part of the tracks whose year, length or popularity has to be known before it is said of the person."""
_MINUTE_MS = 60_000.0
_MEDIAN_ERROR = 0.93
"""Standard error of a median of n tracks, in parts of their middle half by the root of n: the normal's
sqrt(pi / 2) / 1.349 (Kenney and Keeping, 1962)."""
_CERTAIN = 3.0
"""Standard errors between the medians of the first two: the first is chosen from many, so 99.7 %."""


def participant(listening: Listening, shares: tuple[float, ...]) -> Participant:
    """Sum a person up."""
    return Participant(
        key=listening.person.key,
        name=listening.person.name,
        tracks=len(listening.entries),
        measured=listening.measured_count,
        imputed=listening.guessed_count,
        profile=_profile(listening),
        shares=shares,
        figures={**_sound_figures(listening), **_list_figures(listening.entries)},
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


def _sound_figures(listening: Listening) -> dict[str, float]:
    """Return what only measured tracks can tell; nothing for a person with too few of them."""
    if not listening.is_scored:
        return {}
    sound = listening.measured
    tempi = sound.raw[:, SOUND_FEATURES.index(Feature.TEMPO)]
    low, high = np.quantile(tempi, (0.25, 0.75))
    alike = np.ones((1, len(sound.points)))
    tempo = tempo_of(sound.entries)
    return {
        **{
            feature.value: typical_value(sound.raw, feature)
            for feature in SOUND_FEATURES
            if feature is not Feature.TEMPO
        },
        **({} if tempo is None or tempo.bpm is None else {Feature.TEMPO.value: tempo.bpm}),
        "tempo range": float(high - low),
        "variety": float(spread_inside(sound.points, alike)[0]),
    }


def _list_figures(entries: Sequence[EnrichedTrack]) -> dict[str, float]:
    """Return what titles, years and lengths tell; each only where most tracks have it."""
    tracks = [entry.track for entry in entries]
    years = [track.release_year for track in tracks if track.release_year]
    lengths = [track.duration_ms / _MINUTE_MS for track in tracks if track.duration_ms]
    fame = [float(track.popularity) for track in tracks if track.popularity is not None]
    leads = [lead for track in tracks if (lead := lead_artist(track.artists))]
    enough = _KNOWN_ENOUGH * len(tracks)
    figures: dict[str, float] = {}
    if tracks and len(years) >= enough:
        figures["year"] = float(median(years))
        figures["eras"] = float(len({year // 10 for year in years}))
    if tracks and len(lengths) >= enough:
        figures["length"] = float(median(lengths))
    if tracks and len(fame) >= enough and any(fame):
        figures["popularity"] = float(median(fame))
    if tracks and len(leads) >= enough:
        figures["artists"] = len(set(leads)) / len(leads)
    return figures


MOST_AWARDS = 8
MOST_EACH = 2
"""One person may not sweep the board."""


@dataclass(frozen=True, slots=True)
class _Category:
    """What an award is given for: the person at one end of a figure."""

    title: str
    figure: str
    highest: bool
    number: str
    """How the figure is said; two that are said alike are a tie."""
    words: str
    always: bool = False


_CATEGORIES: tuple[_Category, ...] = (
    _Category("Darkest mood", "valence", False, "{:.2f}", "median valence {}", always=True),
    _Category("Steadiest pulse", "tempo range", False, "{:.0f}", "half of it within {} BPM", always=True),
    _Category("Time traveller", "eras", True, "{:.0f}", "{} decades", always=True),
    _Category("Sunniest mood", "valence", True, "{:.2f}", "median valence {}"),
    _Category("Most energy", "energy", True, "{:.2f}", "median energy {}"),
    _Category("Calmest ears", "energy", False, "{:.2f}", "median energy {}"),
    _Category("Fastest feet", "tempo", True, "{:.0f}", "about {} BPM"),
    _Category("Slowest burn", "tempo", False, "{:.0f}", "about {} BPM"),
    _Category("Loudest room", "loudness", True, "{:.1f}", "median loudness {} dB"),
    _Category("Most unplugged", "acousticness", True, "{:.2f}", "median acousticness {}"),
    _Category("First on the dance floor", "danceability", True, "{:.2f}", "median danceability {}"),
    _Category("Fewest singers", "instrumentalness", True, "{:.0%}", "{} instrumental tracks"),
    _Category("Most words", "speechiness", True, "{:.2f}", "median speechiness {}"),
    _Category("Widest taste", "variety", True, "{:.1f}", "two tracks lie {} apart on average"),
    _Category("Narrowest taste", "variety", False, "{:.1f}", "two tracks lie {} apart on average"),
    _Category("Old soul", "year", False, "{:.0f}", "median year {}"),
    _Category("Fresh ears", "year", True, "{:.0f}", "median year {}"),
    _Category("Deepest digger", "popularity", False, "{:.0f}", "median popularity {} of 100"),
    _Category("Longest breath", "length", True, "{:.1f}", "median length {} min"),
    _Category("Most artists", "artists", True, "{:.0%}", "{} of the tracks by a new artist"),
    _Category("Most loyal fan", "artists", False, "{:.0%}", "{} of the tracks by a new artist"),
)


def give_awards(people: Sequence[Participant]) -> tuple[Award, ...]:
    """Give at most `MOST_AWARDS`, the clearest ones after three that every group gets.

    Only people with enough measured tracks take part. An end that more than two people share, or nearly
    everybody, is no award.
    """
    runners = [person for person in people if person.is_scored]
    found = [award for category in _CATEGORIES if (award := _run(category, runners)) is not None]
    found.sort(key=lambda entry: (not entry.always, -entry.lead))
    given: list[Award] = []
    count: dict[PersonKey, int] = {}
    # once around for people without any award, then again up to two each
    for most in (1, MOST_EACH):
        for entry in found:
            fits = all(count.get(key, 0) < (MOST_EACH if entry.always else most) for key in entry.award.keys)
            if entry.award not in given and fits and len(given) < MOST_AWARDS:
                given.append(entry.award)
                for key in entry.award.keys:
                    count[key] = count.get(key, 0) + 1
    return tuple(given)


@dataclass(frozen=True, slots=True)
class _Result:
    award: Award
    always: bool
    lead: float
    """How far the winner is ahead, in standard deviations of the group."""


def _run(category: _Category, runners: Sequence[Participant]) -> _Result | None:
    values = {
        person.key: person.figures[category.figure] for person in runners if category.figure in person.figures
    }
    if len(values) < 2:
        return None
    ranked = sorted(values, key=lambda key: (-values[key] if category.highest else values[key], key))
    best = _said(category, values[ranked[0]])
    holders = tuple(key for key in ranked if _said(category, values[key]) == best)
    rest = [key for key in ranked if key not in holders]
    if not rest or len(holders) > 2:
        return None
    spread = pstdev(values.values())
    by_key = {person.key: person for person in runners}
    is_sure = len(holders) == 1 and _is_ahead(category, by_key[ranked[0]], by_key[ranked[1]])
    number = category.words.format(best)
    following = _said(category, values[rest[0]])
    return _Result(
        Award(category.title, holders, f"{number}; the next has {following}", is_sure),
        category.always,
        abs(values[ranked[0]] - values[rest[0]]) / spread if spread else 0.0,
    )


def _is_ahead(category: _Category, winner: Participant, next_one: Participant) -> bool:
    """Whether two medians differ by more than chance; of other figures nothing is known about that."""
    if category.figure not in set(SOUND_FEATURES) - {Feature.TEMPO}:  # whose figure is no median
        return False
    feature = Feature(category.figure)
    spreads = [each.profile.get(feature) for each in (winner, next_one)]
    if any(spread is None for spread in spreads):
        return False
    first, second = (spread for spread in spreads if spread is not None)
    errors = [
        _MEDIAN_ERROR * (spread.high - spread.low) / each.measured**0.5
        for spread, each in ((first, winner), (second, next_one))
    ]
    ahead = first.median - second.median
    return (ahead if category.highest else -ahead) > _CERTAIN * hypot(*errors)


def _said(category: _Category, value: float) -> str:
    return category.number.format(value).replace("-", "−")
