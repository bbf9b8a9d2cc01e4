"""The names a group of tracks may carry, and what has to be true of it.

A name is a direction in the space of the nine sound features and a set of guards. The direction says which
groups it describes best; the guards are checked on the group's own values, so that a name cannot lie
however unusual the rest of the playlist is. Names speak of what was measured (how calm, how acoustic, how
much singing) in words that need no knowledge of the features, and never of quality. What sound alone cannot
carry (that it is rap, that one dances) has to agree with the genre words that came with the tracks. Genres,
decades and artists are quoted beside these names (`scenes`), never inferred from sound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from services.analysis.claims import Claim
from services.analysis.traits import MOSTLY_INSTRUMENTAL
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.grouping import Lean, SoundName

DANCE, ENERGY, LOUD, SPEECH, ACOUSTIC, INSTRUMENTAL, LIVE, VALENCE, TEMPO = SOUND_FEATURES


CHEERFUL = 0.5
"""Valence from which a name that asks for it speaks of cheerful music."""


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
    middle: bool = False
    """Whether the value is the median: what is said of most tracks."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name, the direction it describes and what it promises."""

    id: SoundName
    weights: Mapping[Feature, float]
    """In spreads; only the direction counts. Features left out are expected to be ordinary."""
    guards: tuple[Guard, ...]
    claim: Claim | None = None
    main: tuple[Lean, ...] = ()
    """What it says first: the features of the largest weight."""

    @property
    def promised(self) -> tuple[Lean, ...]:
        """That music is cheerful, where a guard asks for it: said of none that keys or genres deny it to."""
        asks = any(guard.feature is VALENCE and guard.low >= CHEERFUL for guard in self.guards)
        return (Lean(VALENCE, high=True),) * asks

    @property
    def is_bright(self) -> bool:
        """Whether it says first that music is sunny: with easy-going and upbeat that may be less so."""
        return self.main == (Lean(VALENCE, high=True),)


def _name(name: SoundName, weights: dict[Feature, float], *guards: Guard, claim: Claim | None = None) -> Name:
    largest = max((abs(weight) for weight in weights.values()), default=0.0)
    main = tuple(Lean(f, weight > 0) for f, weight in weights.items() if abs(weight) == largest)
    return Name(name, MappingProxyType(weights), guards, claim, main)


def _at_least(feature: Feature, value: float) -> Guard:
    return Guard(feature, low=value)


def _at_most(feature: Feature, value: float) -> Guard:
    return Guard(feature, high=value)


_NO_SINGING = Guard(INSTRUMENTAL, low=MOSTLY_INSTRUMENTAL, share=True)
_SUNG = Guard(INSTRUMENTAL, high=0.3, share=True)
_MOST_ACOUSTIC = Guard(ACOUSTIC, low=0.55, share=True)
"""Of a mean that a few pianos raise nobody says "acoustic"."""
_FEWER_SINGERS = Guard(INSTRUMENTAL, high=MOSTLY_INSTRUMENTAL, share=True)
"""Songs with blurred voices: where nearly nobody sings, it may as well be an orchestra."""

CATALOGUE: tuple[Name, ...] = (
    _name(
        SoundName.CALM_INSTRUMENTALS,
        {ENERGY: -1.0, LOUD: -1.0, ACOUSTIC: 0.6, INSTRUMENTAL: 0.8, DANCE: -0.7, VALENCE: -0.6},
        _NO_SINGING, _at_most(ENERGY, 0.4), _at_most(DANCE, 0.55), claim=Claim.INSTRUMENTAL,
    ),
    _name(
        SoundName.INSTRUMENTAL_FOCUS,
        {INSTRUMENTAL: 1.0, SPEECH: -0.3, ENERGY: -0.3, VALENCE: -0.2},
        _NO_SINGING, Guard(ENERGY, 0.2, 0.65), claim=Claim.INSTRUMENTAL,
    ),
    _name(
        SoundName.ACOUSTIC_INSTRUMENTALS,
        {INSTRUMENTAL: 1.0, ACOUSTIC: 1.0, ENERGY: -0.4},
        _NO_SINGING, _at_least(ACOUSTIC, 0.5), claim=Claim.INSTRUMENTAL,
    ),
    _name(
        SoundName.INSTRUMENTAL_GROOVES,
        {INSTRUMENTAL: 1.0, DANCE: 0.8, VALENCE: 0.3},
        _NO_SINGING, _at_least(DANCE, 0.62), claim=Claim.INSTRUMENTAL,
    ),
    _name(
        SoundName.DRIVING_INSTRUMENTALS,
        {INSTRUMENTAL: 1.0, ENERGY: 0.8, TEMPO: 0.4, ACOUSTIC: -0.5},
        _NO_SINGING, _at_least(ENERGY, 0.62), claim=Claim.INSTRUMENTAL,
    ),
    _name(
        SoundName.EPIC_INSTRUMENTALS,
        {INSTRUMENTAL: 1.0, DANCE: -0.8, VALENCE: -0.7, ENERGY: 0.2},
        _NO_SINGING, _at_most(DANCE, 0.45), _at_least(ENERGY, 0.4), _at_most(VALENCE, 0.35),
        claim=Claim.EPIC,
    ),
    _name(
        SoundName.DARK_INSTRUMENTALS,
        {INSTRUMENTAL: 1.0, VALENCE: -1.0, DANCE: -0.5, SPEECH: -0.3},
        _NO_SINGING, _at_most(VALENCE, 0.3), claim=Claim.INSTRUMENTAL,
    ),
    _name(
        SoundName.FEEL_GOOD_DANCE,
        {DANCE: 1.0, VALENCE: 0.9, ENERGY: 0.5, ACOUSTIC: -0.3, LOUD: 0.3},
        _at_least(DANCE, 0.62), _at_least(VALENCE, 0.56), _at_least(ENERGY, 0.5), claim=Claim.DANCE,
    ),
    _name(
        SoundName.HIGH_ENERGY_DANCE,
        {DANCE: 1.0, ENERGY: 1.0, LOUD: 0.7, ACOUSTIC: -0.6, TEMPO: 0.3},
        _at_least(DANCE, 0.62), _at_least(ENERGY, 0.7), claim=Claim.DANCE,
    ),
    _name(
        SoundName.DARK_CLUB,
        {DANCE: 0.8, VALENCE: -0.6, ENERGY: 0.4, ACOUSTIC: -0.6, INSTRUMENTAL: 0.6},
        _at_least(DANCE, 0.62), _at_most(VALENCE, 0.38), _at_most(ACOUSTIC, 0.25), _at_least(ENERGY, 0.5),
        claim=Claim.DANCE,
    ),
    _name(
        SoundName.LAID_BACK_GROOVES,
        {DANCE: 1.0, ENERGY: -0.5, LOUD: -0.4, VALENCE: 0.2},
        _at_least(DANCE, 0.58), _at_most(ENERGY, 0.62),
    ),
    _name(
        SoundName.SUNNY_EASY_GOING,
        {VALENCE: 1.0, DANCE: 0.5, ENERGY: -0.3, ACOUSTIC: 0.4, LOUD: -0.3},
        _at_least(VALENCE, 0.56), Guard(ENERGY, 0.42, 0.65),
    ),
    _name(
        SoundName.BRIGHT_UPBEAT,
        {VALENCE: 1.0, ENERGY: 0.7, DANCE: 0.3, LOUD: 0.4},
        _at_least(VALENCE, 0.56), _at_least(ENERGY, 0.6),
    ),
    _name(
        SoundName.HIGH_SPIRITED_LOUD,
        {VALENCE: 0.8, ENERGY: 0.9, LOUD: 0.7, ACOUSTIC: -0.5, DANCE: -0.2, TEMPO: 0.2},
        _at_least(VALENCE, 0.56), _at_least(ENERGY, 0.75), _at_least(LOUD, -7.5),
    ),
    _name(
        SoundName.FULL_THROTTLE_ENERGY,
        {ENERGY: 1.0, LOUD: 0.7, ACOUSTIC: -0.9, TEMPO: 0.4, DANCE: -0.3, SPEECH: 0.3},
        _at_least(ENERGY, 0.8), _at_most(ACOUSTIC, 0.15), _at_least(LOUD, -8.5),
    ),
    _name(
        SoundName.LOUD_INTENSE,
        {ENERGY: 0.9, LOUD: 0.9, VALENCE: -0.4, ACOUSTIC: -0.7, DANCE: -0.4},
        _at_least(ENERGY, 0.76), _at_least(LOUD, -7.5), _at_most(VALENCE, 0.5),
    ),
    _name(
        SoundName.BIG_ANTHEMIC,
        {ENERGY: 0.6, LOUD: 0.8, DANCE: -0.6, INSTRUMENTAL: -0.6, ACOUSTIC: -0.3},
        _SUNG, _at_least(ENERGY, 0.6), _at_least(LOUD, -8.5), _at_most(DANCE, 0.58),
    ),
    _name(
        SoundName.BROODING_MOODY,
        {VALENCE: -1.0, ENERGY: -0.3, ACOUSTIC: -0.2, LOUD: -0.1},
        _at_most(VALENCE, 0.36), Guard(ENERGY, 0.3, 0.68), _at_most(ACOUSTIC, 0.5),
    ),
    _name(
        SoundName.MELLOW_ACOUSTIC,
        {ACOUSTIC: 1.0, ENERGY: -0.7, LOUD: -0.4},
        _at_least(ACOUSTIC, 0.48), _at_most(ENERGY, 0.5),
    ),
    _name(
        SoundName.WISTFUL_ACOUSTIC,
        {ACOUSTIC: 1.0, VALENCE: -0.8, ENERGY: -0.6, DANCE: -0.3, INSTRUMENTAL: -0.2},
        _SUNG, _at_least(ACOUSTIC, 0.5), _at_most(VALENCE, 0.4),
    ),
    _name(
        SoundName.SUNNY_ACOUSTIC,
        {ACOUSTIC: 1.0, VALENCE: 0.9, DANCE: 0.4},
        _MOST_ACOUSTIC, _at_least(ACOUSTIC, 0.48), _at_least(VALENCE, 0.56),
    ),
    _name(
        SoundName.QUIET_SPARSE,
        {LOUD: -1.0, ENERGY: -0.9, SPEECH: 0.2, ACOUSTIC: 0.4},
        _at_most(LOUD, -11.0), _at_most(ENERGY, 0.38),
    ),
    _name(
        SoundName.SLOW_TENDER,
        {TEMPO: -0.8, ENERGY: -0.8, VALENCE: -0.5, ACOUSTIC: 0.4, INSTRUMENTAL: -0.5},
        _SUNG, _at_most(TEMPO, 105.0), _at_most(ENERGY, 0.5), _at_most(VALENCE, 0.48), claim=Claim.TENDER,
    ),
    _name(
        SoundName.SOFT_TENDER,
        {ENERGY: -0.9, INSTRUMENTAL: -0.7, ACOUSTIC: 0.6, VALENCE: -0.4, DANCE: -0.3},
        _SUNG, _at_most(ENERGY, 0.5), _at_most(VALENCE, 0.5), claim=Claim.TENDER,
    ),
    _name(
        SoundName.RAP_SPOKEN_WORD,
        {SPEECH: 1.0, DANCE: 0.5, INSTRUMENTAL: -0.4},
        _SUNG, Guard(SPEECH, 0.15, 0.5), _at_least(DANCE, 0.5), claim=Claim.RAP,
    ),
    _name(
        SoundName.WORDY_RHYTHMIC,
        {SPEECH: 1.0, DANCE: 0.5, INSTRUMENTAL: -0.4},
        _SUNG, Guard(SPEECH, 0.15, 0.5), _at_least(DANCE, 0.5), claim=Claim.WORDS,
    ),
    _name(
        SoundName.PUNCHY_WORDPLAY,
        {SPEECH: 0.9, ENERGY: 0.5, LOUD: 0.5, DANCE: 0.5, ACOUSTIC: -0.4, INSTRUMENTAL: -0.4},
        _SUNG, Guard(SPEECH, 0.125, 0.5), _at_least(ENERGY, 0.6), claim=Claim.RAP,
    ),
    _name(
        SoundName.WORDY_LOW_KEY,
        {SPEECH: 0.9, ENERGY: -0.6, ACOUSTIC: 0.7, LOUD: -0.5, INSTRUMENTAL: -0.2},
        _SUNG, Guard(SPEECH, 0.11, 0.5), _at_most(ENERGY, 0.55), claim=Claim.WORDS,
    ),
    _name(
        SoundName.MOSTLY_SPOKEN,
        {SPEECH: 1.0},
        _at_least(SPEECH, 0.5), claim=Claim.TALK,
    ),
    _name(
        SoundName.LIVE_RECORDINGS,
        {LIVE: 1.0},
        _at_least(LIVE, 0.4), Guard(LIVE, low=0.35, share=True),
    ),
    _name(
        SoundName.WARM_MID_TEMPO,
        {VALENCE: 0.4, ACOUSTIC: 0.5, LOUD: -0.4, ENERGY: -0.2, TEMPO: -0.2},
        Guard(ENERGY, 0.35, 0.68), Guard(TEMPO, 88.0, 132.0),
        _at_least(VALENCE, 0.38), _at_least(ACOUSTIC, 0.15),
    ),
    _name(
        SoundName.POLISHED_PUNCHY,
        {LOUD: 0.8, DANCE: 0.6, INSTRUMENTAL: -0.6, ENERGY: 0.4, ACOUSTIC: -0.2},
        _SUNG, _at_least(LOUD, -8.2), _at_least(DANCE, 0.55), _at_least(ENERGY, 0.55),
    ),
    _name(
        SoundName.RAW_ROOMY,
        {LOUD: -0.9, ENERGY: 0.4, LIVE: 0.3, VALENCE: 0.2},
        _at_most(LOUD, -9.5), _at_least(ENERGY, 0.45), _at_least(LIVE, 0.25),
    ),
    _name(
        SoundName.DREAMY_HAZY,
        {INSTRUMENTAL: 0.8, VALENCE: -0.6, DANCE: -0.4, ENERGY: -0.3, SPEECH: -0.4},
        _FEWER_SINGERS, _at_least(INSTRUMENTAL, 0.15), Guard(INSTRUMENTAL, low=0.01, middle=True),
        _at_most(ACOUSTIC, 0.5),
        _at_most(VALENCE, 0.42), Guard(ENERGY, 0.25, 0.65), claim=Claim.DREAMY,
    ),
    _name(
        SoundName.HYPNOTIC_GROOVES,
        {DANCE: 0.8, INSTRUMENTAL: 0.8, ACOUSTIC: -0.2},
        _at_least(DANCE, 0.58), _at_least(INSTRUMENTAL, 0.2), _at_least(ENERGY, 0.4),
    ),
    _name(
        SoundName.DARK_DRIVING,
        {ENERGY: 0.7, INSTRUMENTAL: 0.7, ACOUSTIC: -0.7, VALENCE: -0.5},
        _at_least(ENERGY, 0.62), _at_least(INSTRUMENTAL, 0.2),
        _at_most(ACOUSTIC, 0.25), _at_most(VALENCE, 0.38),
    ),
    _name(
        SoundName.ELECTRIC_DRIVING,
        {ACOUSTIC: -1.0, ENERGY: 0.6, INSTRUMENTAL: 0.4, LOUD: -0.2},
        _at_most(ACOUSTIC, 0.1), _at_least(ENERGY, 0.66), _at_least(INSTRUMENTAL, 0.1),
    ),
    _name(
        SoundName.BIG_ACOUSTIC_SOUND,
        {ACOUSTIC: 1.0, LOUD: 0.7, ENERGY: 0.3},
        _MOST_ACOUSTIC, _at_least(ACOUSTIC, 0.48), _at_least(ENERGY, 0.45), _at_least(LOUD, -8.5),
    ),
    _name(
        SoundName.BITTERSWEET_SONGS,
        {VALENCE: -0.9, INSTRUMENTAL: -0.8, SPEECH: -0.3, ACOUSTIC: 0.2},
        _SUNG, Guard(ENERGY, 0.42, 0.65), _at_most(VALENCE, 0.4),
    ),
    _name(
        SoundName.EVEN_TEMPERED_SONGS,
        {},
        _SUNG, Guard(ENERGY, 0.4, 0.72), claim=Claim.CALM,
    ),
    _name(
        SoundName.FAST_RESTLESS,
        {TEMPO: 1.0, ENERGY: 1.0, DANCE: -0.4},
        _at_least(TEMPO, 132.0), _at_least(ENERGY, 0.7),
    ),
    _name(
        SoundName.SLOW_HEAVY,
        {TEMPO: -0.8, ENERGY: 0.6, LOUD: 0.5, VALENCE: -0.4},
        _at_most(TEMPO, 105.0), _at_least(ENERGY, 0.6), _at_most(VALENCE, 0.5), _at_least(LOUD, -8.5),
    ),
)  # fmt: skip

FALLBACK = Name(SoundName.ALL_ROUNDERS, MappingProxyType({}), ())
"""For a group that is ordinary in everything, or that no name may describe."""

SHRUGS = frozenset({SoundName.EVEN_TEMPERED_SONGS, SoundName.WARM_MID_TEMPO, SoundName.ALL_ROUNDERS})
"""Names that say little: only after what came with the tracks of a group, but for the last resort."""
