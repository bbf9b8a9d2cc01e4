"""How invented music sounds: kinds of music whose features hang together as they do in real libraries.

Medians and spreads were set by eye against the genre quantiles of real libraries (folk and singer-songwriter,
indie, house, rock and metal, hip hop, ambient and classical, soul), a little narrower, as one person's
corner of a genre is; no track was copied. Two hidden
qualities per track, drive and joy, tie the features together: drive lifts energy and loudness and lowers
acousticness (correlations of about .75 and -.6 in real rock and indie), joy lifts valence and danceability.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sandbox.playlists.dice import Dice
from services.domain.features import AudioFeatures

_ARTIST_SHARE = 0.25
"""How much of a track's drive and joy (as variance) is its artist's hand."""

_SPEECH_FLOOR = 0.0225
"""Real speechiness hardly ever goes below this; what lies above it is roughly log-normal."""

_KEYS = (10.0, 7.0, 10.0, 4.0, 7.5, 7.5, 5.0, 10.5, 5.0, 9.5, 5.0, 7.0)
"""How often songs are in C, C sharp, D, ...: guitar keys lead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archetype:
    """A kind of music: medians in the feature's own unit, spreads (sd) on the scale it is drawn on."""

    danceability: tuple[float, float]
    """Median and logit spread; likewise energy, acousticness and valence."""
    energy: tuple[float, float]
    loudness: tuple[float, float]
    """Median and spread in dB."""
    speechiness: tuple[float, float]
    """Median and log spread; likewise liveness."""
    acousticness: tuple[float, float]
    liveness: tuple[float, float]
    valence: tuple[float, float]
    instrumental_share: float
    """Share of tracks without singing, 0..1."""
    tempos: tuple[tuple[float, float, float], ...]
    """(BPM, spread in BPM, weight) of each usual tempo."""
    major_share: float
    waltz_share: float = 0.03
    """Share of tracks in 3/4 or 6/8."""
    minutes: tuple[float, float]
    """Median length and log spread."""
    explicit_share: float = 0.02
    since: int
    """The first year in which such music could have been released."""
    genres: tuple[str, ...]


ARCHETYPES: Mapping[str, Archetype] = MappingProxyType(
    {
        "ballad": Archetype(
            danceability=(0.49, 0.66), energy=(0.24, 0.82), loudness=(-13.2, 3.48), speechiness=(0.036, 0.56),
            acousticness=(0.82, 1.24), liveness=(0.11, 0.32), valence=(0.31, 0.99), instrumental_share=0.02,
            tempos=((78, 8, 0.30), (111, 11, 0.42), (138, 11, 0.28)), major_share=0.76, waltz_share=0.16,
            minutes=(3.6, 0.22), since=1974,
            genres=("singer-songwriter", "indie folk", "chamber folk", "folk"),
        ),
        "indie": Archetype(
            danceability=(0.57, 0.63), energy=(0.60, 0.74), loudness=(-8.1, 2.17), speechiness=(0.036, 0.63),
            acousticness=(0.20, 1.57), liveness=(0.13, 0.42), valence=(0.55, 0.99), instrumental_share=0.05,
            tempos=((104, 8, 0.42), (122, 8, 0.42), (146, 8, 0.16)), major_share=0.77, waltz_share=0.05,
            minutes=(3.7, 0.18), explicit_share=0.04, since=1988,
            genres=("indie pop", "indie rock", "jangle pop"),
        ),
        "club": Archetype(
            danceability=(0.77, 0.53), energy=(0.79, 0.74), loudness=(-7.4, 2.32), speechiness=(0.050, 0.63),
            acousticness=(0.012, 2.15), liveness=(0.11, 0.40), valence=(0.36, 1.24), instrumental_share=0.90,
            tempos=((124, 2.2, 0.78), (130, 3.0, 0.17), (172, 2.0, 0.05)), major_share=0.47, waltz_share=0.0,
            minutes=(5.3, 0.26), since=1996,
            genres=("house", "deep house", "nu disco", "techno"),
        ),
        "rock": Archetype(
            danceability=(0.43, 0.63), energy=(0.92, 0.91), loudness=(-4.8, 1.74), speechiness=(0.072, 0.70),
            acousticness=(0.0012, 2.64), liveness=(0.19, 0.50), valence=(0.42, 1.07), instrumental_share=0.04,
            tempos=((98, 8, 0.22), (129, 13, 0.50), (162, 11, 0.28)), major_share=0.63, waltz_share=0.04,
            minutes=(3.7, 0.22), explicit_share=0.10, since=1974,
            genres=("hard rock", "noise rock", "post-punk"),
        ),
        "rap": Archetype(
            danceability=(0.76, 0.63), energy=(0.63, 0.69), loudness=(-6.7, 2.17), speechiness=(0.245, 0.59),
            acousticness=(0.13, 1.57), liveness=(0.16, 0.50), valence=(0.53, 1.15), instrumental_share=0.01,
            tempos=((92, 5, 0.52), (142, 8, 0.25), (106, 7, 0.23)), major_share=0.50, waltz_share=0.0,
            minutes=(3.3, 0.22), explicit_share=0.62, since=1991,
            genres=("hip hop", "jazz rap", "boom bap"),
        ),
        "ambient": Archetype(
            danceability=(0.25, 0.91), energy=(0.13, 1.15), loudness=(-21.5, 5.51), speechiness=(0.041, 0.35),
            acousticness=(0.91, 1.57), liveness=(0.105, 0.24), valence=(0.09, 1.24), instrumental_share=0.97,
            tempos=((72, 9, 0.42), (104, 13, 0.34), (134, 11, 0.24)), major_share=0.60, waltz_share=0.14,
            minutes=(4.6, 0.40), since=1974,
            genres=("ambient", "neoclassical", "drone"),
        ),
        "soul": Archetype(
            danceability=(0.66, 0.66), energy=(0.47, 0.79), loudness=(-10.1, 2.75), speechiness=(0.044, 0.70),
            acousticness=(0.48, 1.48), liveness=(0.12, 0.45), valence=(0.73, 0.91), instrumental_share=0.0,
            tempos=((96, 10, 0.50), (118, 11, 0.50)), major_share=0.66, waltz_share=0.06,
            minutes=(3.4, 0.22), since=1974,
            genres=("soul", "bossa nova", "retro soul", "soul jazz"),
        ),
        "pop": Archetype(
            danceability=(0.70, 0.56), energy=(0.76, 0.74), loudness=(-5.2, 1.59), speechiness=(0.050, 0.70),
            acousticness=(0.085, 1.65), liveness=(0.13, 0.45), valence=(0.62, 0.99), instrumental_share=0.01,
            tempos=((104, 6, 0.35), (121, 5, 0.49), (148, 6, 0.16)), major_share=0.62, waltz_share=0.01,
            minutes=(3.2, 0.13), explicit_share=0.10, since=2004,
            genres=("electropop", "dance pop", "synthpop"),
        ),
    }
)  # fmt: skip
"""The kinds of music of the sandbox by name."""


@dataclass(frozen=True, slots=True)
class Hand:
    """What an artist brings to every track: drive and joy in standard deviations."""

    drive: float
    joy: float


def draw_features(kind: str, hand: Hand, dice: Dice) -> AudioFeatures:
    """Draw the features of one track by an artist with `hand`, rounded as Spotify rounds them."""
    sound = ARCHETYPES[kind]
    own = math.sqrt(1 - _ARTIST_SHARE)
    drive = math.sqrt(_ARTIST_SHARE) * hand.drive + own * dice.normal()
    joy = math.sqrt(_ARTIST_SHARE) * hand.joy + own * dice.normal()

    def mixed(drive_load: float, joy_load: float) -> float:
        rest = math.sqrt(1 - drive_load**2 - joy_load**2)
        return drive_load * drive + joy_load * joy + rest * dice.normal()

    return AudioFeatures(
        danceability=_share(sound.danceability, mixed(0.0, 0.60)),
        energy=_share(sound.energy, mixed(0.85, 0.15)),
        loudness=round(min(sound.loudness[0] + sound.loudness[1] * mixed(0.80, 0.0), -0.6), 3),
        speechiness=_significant(
            min(
                _SPEECH_FLOOR
                + (sound.speechiness[0] - _SPEECH_FLOOR) * math.exp(sound.speechiness[1] * mixed(0.15, 0.0)),
                0.92,
            )
        ),
        acousticness=_share(sound.acousticness, mixed(-0.65, 0.0)),
        instrumentalness=_draw_instrumentalness(sound.instrumental_share, dice),
        liveness=_draw_liveness(sound.liveness, dice),
        valence=_share(sound.valence, mixed(0.25, 0.65)),
        tempo=_draw_tempo(sound.tempos, dice),
        key=float(dice.weighted(range(12), _KEYS)),
        mode=float(dice.chance(sound.major_share)),
    )


def _share(median_and_spread: tuple[float, float], z: float) -> float:
    """Turn a standard score into a 0..1 feature through the logistic curve."""
    median, spread = median_and_spread
    return _significant(1 / (1 + (1 - median) / median * math.exp(-spread * z)))


def _draw_instrumentalness(share: float, dice: Dice) -> float:
    """Draw from the two humps of real instrumentalness: about .85 without singing, about 0 with it."""
    if dice.chance(share):
        return _share((0.84, 0.95), dice.normal())
    if dice.chance(0.42):
        return 0.0
    return _significant(10 ** min(dice.normal(-4.1, 0.95), -1.35))


def _draw_liveness(median_and_spread: tuple[float, float], dice: Dice) -> float:
    """Draw a log-normal liveness; one track in eight has a room around it."""
    median, spread = median_and_spread
    lift = 2.4 if dice.chance(0.12) else 1.0
    return _significant(min(lift * median * math.exp(spread * dice.normal()), 0.78))


def _draw_tempo(tempos: tuple[tuple[float, float, float], ...], dice: Dice) -> float:
    centre, spread, _ = dice.weighted(tempos, [weight for _, _, weight in tempos])
    return round(max(dice.normal(centre, spread), 52.0), 3)


def _significant(value: float) -> float:
    """Round to three significant digits, as Spotify's figures come."""
    return float(f"{value:.3g}")
