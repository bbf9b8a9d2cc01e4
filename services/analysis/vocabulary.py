"""The names a group of tracks may carry, and what has to be true of it.

A name is a direction in the space of the nine sound features and a set of guards. The direction says which
groups it describes best; the guards are checked on the group's own values, so that a name cannot lie
however unusual the rest of the playlist is. Names speak of what was measured (how calm, how acoustic, how
much singing) in words that need no knowledge of the features, and never of genres, eras or quality.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from services.domain.features import SOUND_FEATURES, Feature

DANCE, ENERGY, LOUD, SPEECH, ACOUSTIC, INSTRUMENTAL, LIVE, VALENCE, TEMPO = SOUND_FEATURES


@dataclass(frozen=True, slots=True)
class Guard:
    """A bound on a group's own value of a feature, inclusive.

    The value is the mean over the group, the median for tempo (a doubled tempo must not move it), or with
    `share` the share of tracks above 0.5.
    """

    feature: Feature
    low: float = float("-inf")
    high: float = float("inf")
    share: bool = False


@dataclass(frozen=True, slots=True)
class Name:
    """A name, the direction it describes and what it promises."""

    words: str
    weights: Mapping[Feature, float]
    """In spreads; only the direction counts. Features left out are expected to be ordinary."""
    guards: tuple[Guard, ...]


def _name(words: str, weights: dict[Feature, float], *guards: Guard) -> Name:
    return Name(words, MappingProxyType(weights), guards)


def _at_least(feature: Feature, value: float) -> Guard:
    return Guard(feature, low=value)


def _at_most(feature: Feature, value: float) -> Guard:
    return Guard(feature, high=value)


_NO_SINGING = Guard(INSTRUMENTAL, low=0.5, share=True)
_SUNG = Guard(INSTRUMENTAL, high=0.3, share=True)

CATALOGUE: tuple[Name, ...] = (
    _name(
        "Calm instrumentals",
        {ENERGY: -1.0, LOUD: -1.0, ACOUSTIC: 0.6, INSTRUMENTAL: 0.8, DANCE: -0.7, VALENCE: -0.6},
        _NO_SINGING, _at_most(ENERGY, 0.4), _at_most(DANCE, 0.55),
    ),
    _name(
        "Instrumental focus",
        {INSTRUMENTAL: 1.0, SPEECH: -0.3, ENERGY: -0.3, VALENCE: -0.2},
        _NO_SINGING, Guard(ENERGY, 0.2, 0.65),
    ),
    _name(
        "Acoustic instrumentals",
        {INSTRUMENTAL: 1.0, ACOUSTIC: 1.0, ENERGY: -0.4},
        _NO_SINGING, _at_least(ACOUSTIC, 0.5),
    ),
    _name(
        "Instrumental grooves",
        {INSTRUMENTAL: 1.0, DANCE: 0.8, VALENCE: 0.3},
        _NO_SINGING, _at_least(DANCE, 0.55),
    ),
    _name(
        "Driving instrumentals",
        {INSTRUMENTAL: 1.0, ENERGY: 0.8, TEMPO: 0.4, ACOUSTIC: -0.5},
        _NO_SINGING, _at_least(ENERGY, 0.62),
    ),
    _name(
        "Epic instrumentals",
        {INSTRUMENTAL: 1.0, DANCE: -0.8, VALENCE: -0.7, ENERGY: 0.2},
        _NO_SINGING, _at_most(DANCE, 0.45), _at_least(ENERGY, 0.4), _at_most(VALENCE, 0.35),
    ),
    _name(
        "Feel-good dance",
        {DANCE: 1.0, VALENCE: 0.9, ENERGY: 0.5, ACOUSTIC: -0.3, LOUD: 0.3},
        _at_least(DANCE, 0.62), _at_least(VALENCE, 0.52), _at_least(ENERGY, 0.5),
    ),
    _name(
        "High-energy dance",
        {DANCE: 0.7, ENERGY: 1.0, LOUD: 0.7, ACOUSTIC: -0.6, TEMPO: 0.3},
        _at_least(DANCE, 0.58), _at_least(ENERGY, 0.7),
    ),
    _name(
        "Dark club",
        {DANCE: 0.8, VALENCE: -0.6, ENERGY: 0.4, ACOUSTIC: -0.6, INSTRUMENTAL: 0.6},
        _at_least(DANCE, 0.6), _at_most(VALENCE, 0.42), _at_most(ACOUSTIC, 0.25), _at_least(ENERGY, 0.5),
    ),
    _name(
        "Laid-back grooves",
        {DANCE: 1.0, ENERGY: -0.5, LOUD: -0.4, VALENCE: 0.2},
        _at_least(DANCE, 0.58), _at_most(ENERGY, 0.62),
    ),
    _name(
        "Sunny & easy-going",
        {VALENCE: 1.0, DANCE: 0.5, ENERGY: -0.3, ACOUSTIC: 0.4, LOUD: -0.3},
        _at_least(VALENCE, 0.52), _at_most(ENERGY, 0.65),
    ),
    _name(
        "Bright & upbeat",
        {VALENCE: 1.0, ENERGY: 0.7, DANCE: 0.3, LOUD: 0.4},
        _at_least(VALENCE, 0.52), _at_least(ENERGY, 0.6),
    ),
    _name(
        "High-spirited & loud",
        {VALENCE: 0.8, ENERGY: 0.9, LOUD: 0.7, ACOUSTIC: -0.5, DANCE: -0.2, TEMPO: 0.2},
        _at_least(VALENCE, 0.52), _at_least(ENERGY, 0.75), _at_least(LOUD, -8.5),
    ),
    _name(
        "Full-throttle energy",
        {ENERGY: 1.0, LOUD: 0.7, ACOUSTIC: -0.9, TEMPO: 0.4, DANCE: -0.3, SPEECH: 0.3},
        _at_least(ENERGY, 0.8), _at_most(ACOUSTIC, 0.15), _at_least(LOUD, -8.5),
    ),
    _name(
        "Loud & intense",
        {ENERGY: 0.9, LOUD: 0.9, VALENCE: -0.4, ACOUSTIC: -0.7, DANCE: -0.4},
        _at_least(ENERGY, 0.68), _at_least(LOUD, -8.5), _at_most(VALENCE, 0.5),
    ),
    _name(
        "Big & anthemic",
        {ENERGY: 0.6, LOUD: 0.8, DANCE: -0.6, INSTRUMENTAL: -0.6, ACOUSTIC: -0.3},
        _SUNG, _at_least(ENERGY, 0.6), _at_least(LOUD, -8.5), _at_most(DANCE, 0.58),
    ),
    _name(
        "Brooding & moody",
        {VALENCE: -1.0, ENERGY: -0.3, ACOUSTIC: -0.2, LOUD: -0.1},
        _at_most(VALENCE, 0.36), Guard(ENERGY, 0.3, 0.68), _at_most(ACOUSTIC, 0.5),
    ),
    _name(
        "Mellow acoustic",
        {ACOUSTIC: 1.0, ENERGY: -0.7, LOUD: -0.4},
        _at_least(ACOUSTIC, 0.48), _at_most(ENERGY, 0.5),
    ),
    _name(
        "Wistful acoustic",
        {ACOUSTIC: 1.0, VALENCE: -0.8, ENERGY: -0.6, DANCE: -0.3, INSTRUMENTAL: -0.2},
        _SUNG, _at_least(ACOUSTIC, 0.5), _at_most(VALENCE, 0.4),
    ),
    _name(
        "Sunny acoustic",
        {ACOUSTIC: 1.0, VALENCE: 0.9, DANCE: 0.4},
        _at_least(ACOUSTIC, 0.48), _at_least(VALENCE, 0.5),
    ),
    _name(
        "Quiet & sparse",
        {LOUD: -1.0, ENERGY: -0.9, SPEECH: 0.2, ACOUSTIC: 0.4},
        _at_most(LOUD, -11.0), _at_most(ENERGY, 0.38),
    ),
    _name(
        "Slow & tender",
        {TEMPO: -0.8, ENERGY: -0.8, VALENCE: -0.5, ACOUSTIC: 0.4, INSTRUMENTAL: -0.5},
        _SUNG, _at_most(TEMPO, 112.0), _at_most(ENERGY, 0.5), _at_most(VALENCE, 0.48),
    ),
    _name(
        "Soft & tender",
        {ENERGY: -0.8, INSTRUMENTAL: -0.8, ACOUSTIC: 0.6, VALENCE: -0.4, DANCE: -0.3},
        _SUNG, _at_most(ENERGY, 0.5), _at_most(VALENCE, 0.5),
    ),
    _name(
        "Rap & spoken word",
        {SPEECH: 1.0, DANCE: 0.5, INSTRUMENTAL: -0.4},
        _SUNG, _at_least(SPEECH, 0.15), _at_least(DANCE, 0.5),
    ),
    _name(
        "Punchy wordplay",
        {SPEECH: 0.9, ENERGY: 0.5, LOUD: 0.5, DANCE: 0.5, ACOUSTIC: -0.4, INSTRUMENTAL: -0.4},
        _SUNG, _at_least(SPEECH, 0.125), _at_least(ENERGY, 0.6),
    ),
    _name(
        "Wordy & low-key",
        {SPEECH: 0.9, ENERGY: -0.6, ACOUSTIC: 0.7, LOUD: -0.5, INSTRUMENTAL: -0.2},
        _SUNG, _at_least(SPEECH, 0.11), _at_most(ENERGY, 0.55),
    ),
    _name(
        "Live recordings",
        {LIVE: 1.0},
        _at_least(LIVE, 0.4), Guard(LIVE, low=0.35, share=True),
    ),
    _name(
        "Warm mid-tempo",
        {VALENCE: 0.4, ACOUSTIC: 0.5, LOUD: -0.4, ENERGY: -0.2, TEMPO: -0.2},
        Guard(ENERGY, 0.35, 0.68), Guard(TEMPO, 88.0, 132.0),
        _at_least(VALENCE, 0.38), _at_least(ACOUSTIC, 0.15),
    ),
    _name(
        "Polished & punchy",
        {LOUD: 0.7, DANCE: 0.6, INSTRUMENTAL: -0.8, ENERGY: 0.4, ACOUSTIC: -0.2},
        _SUNG, _at_least(LOUD, -8.2), _at_least(DANCE, 0.55), _at_least(ENERGY, 0.55),
    ),
    _name(
        "Raw & roomy",
        {LOUD: -0.9, ENERGY: 0.4, LIVE: 0.3, VALENCE: 0.2},
        _at_most(LOUD, -9.5), _at_least(ENERGY, 0.45),
    ),
    _name(
        "Dreamy & hazy",
        {INSTRUMENTAL: 0.8, VALENCE: -0.6, DANCE: -0.4, ENERGY: -0.3, SPEECH: -0.4},
        _at_least(INSTRUMENTAL, 0.15), _at_most(VALENCE, 0.42), _at_most(ENERGY, 0.65),
    ),
    _name(
        "Hypnotic grooves",
        {DANCE: 0.8, INSTRUMENTAL: 0.8, ACOUSTIC: -0.2},
        _at_least(DANCE, 0.58), _at_least(INSTRUMENTAL, 0.2), _at_least(ENERGY, 0.4),
    ),
    _name(
        "Dark & driving",
        {ENERGY: 0.7, INSTRUMENTAL: 0.7, ACOUSTIC: -0.7, VALENCE: -0.5},
        _at_least(ENERGY, 0.62), _at_least(INSTRUMENTAL, 0.2),
        _at_most(ACOUSTIC, 0.25), _at_most(VALENCE, 0.45),
    ),
    _name(
        "Electric & driving",
        {ACOUSTIC: -1.0, ENERGY: 0.6, INSTRUMENTAL: 0.4, LOUD: -0.2},
        _at_most(ACOUSTIC, 0.1), _at_least(ENERGY, 0.66), _at_least(INSTRUMENTAL, 0.1),
    ),
    _name(
        "Big acoustic sound",
        {ACOUSTIC: 1.0, LOUD: 0.7, ENERGY: 0.3},
        _at_least(ACOUSTIC, 0.48), _at_least(ENERGY, 0.45), _at_least(LOUD, -8.5),
    ),
    _name(
        "Bittersweet songs",
        {VALENCE: -0.8, INSTRUMENTAL: -0.9, SPEECH: -0.3, ACOUSTIC: 0.2},
        _SUNG, Guard(ENERGY, 0.42, 0.7), _at_most(VALENCE, 0.4),
    ),
    _name(
        "Even-tempered songs",
        {INSTRUMENTAL: -0.9, SPEECH: -0.4, LOUD: 0.3, ACOUSTIC: 0.2},
        _SUNG, Guard(ENERGY, 0.4, 0.68),
    ),
    _name(
        "Fast & restless",
        {TEMPO: 1.0, ENERGY: 0.5, DANCE: -0.4},
        _at_least(TEMPO, 132.0), _at_least(ENERGY, 0.6),
    ),
    _name(
        "Slow & heavy",
        {TEMPO: -0.8, ENERGY: 0.6, LOUD: 0.5, VALENCE: -0.4},
        _at_most(TEMPO, 105.0), _at_least(ENERGY, 0.6), _at_most(VALENCE, 0.5), _at_least(LOUD, -8.5),
    ),
)  # fmt: skip

FALLBACK = Name("All-rounders", MappingProxyType({}), ())
"""For a group that is ordinary in everything, or that no name may describe."""

COMPARATIVES: Mapping[Feature, tuple[str, str]] = MappingProxyType(
    {
        DANCE: ("less danceable", "more danceable"),
        ENERGY: ("calmer", "livelier"),
        LOUD: ("quieter", "louder"),
        SPEECH: ("less wordy", "wordier"),
        ACOUSTIC: ("more electric", "more acoustic"),
        INSTRUMENTAL: ("more sung", "more instrumental"),
        LIVE: ("more studio-like", "more live"),
        VALENCE: ("darker", "sunnier"),
        TEMPO: ("slower", "faster"),
    }
)
"""How one group differs from another in a feature: (less, more)."""
