"""The figures about one person that a comparison shows: profile, eras, range, and the like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

import numpy as np

from services.analysis.comparison.differences import typical_value
from services.analysis.comparison.distance import spread_inside
from services.analysis.comparison.listening import Listening
from services.analysis.titles import lead_artist
from services.domain.comparison import Participant, Spread
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.report import EnrichedTrack

_KNOWN_ENOUGH = 0.5
"""Part of the tracks whose year, length or popularity has to be known before it is said of the person."""
_MINUTE_MS = 60_000.0


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
    return {
        **{feature.value: typical_value(sound.raw, feature) for feature in SOUND_FEATURES},
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
