"""What a track's own title, year and length say about its sound, before related tracks are asked.

A release year, a duration, "live" in the title: each says a little. `describe` turns a track into a
short row; the ridge table of the constants turns rows into expected features.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from services.analysis.imputation.shapes import FloatArray
from services.analysis.titles import version_tags
from services.domain.music import Track

YEAR_KNOTS = (1955.0, 1968.0, 1980.0, 1990.0, 2000.0, 2010.0, 2020.0)
DURATION_KNOTS_S = (60.0, 120.0, 180.0, 240.0, 320.0, 480.0, 900.0)
_YEARS = np.array(YEAR_KNOTS)
_DURATIONS = np.log(np.array(DURATION_KNOTS_S))

_FORMS = r"sonatas?|concerto|symphon\w+|nocturnes?|pr[eé]ludes?|allegro|adagio|andante|largo|presto"
_TAGGED = ("live", "remix", "acoustic", "instrumental", "demo")
_WORDED = tuple(
    re.compile(pattern)
    for pattern in (
        r"remaster",
        r"\b(?:skit|intro|outro|interlude|interlud(?:e|io|ium))\b",
        r"\b(?:feat|ft|featuring)\b",
        r"\b(?:op\.? ?\d|bwv|k\. ?\d|no\. ?\d+ in|hwv|[a-g](?:[- ](?:flat|sharp))? (?:major|minor)|"
        + _FORMS
        + r")\b",
    )
)
_ALBUM_LIVE = re.compile(r"\b(?:live|unplugged|en vivo|ao vivo|in concert|koncert|concert)\b")
_ALBUM_SCORE = re.compile(r"soundtrack|motion picture|original score|\bost\b|music from")

PRIOR_ROWS: tuple[str, ...] = (
    *(f"year {knot:.0f}" for knot in YEAR_KNOTS),
    *(f"duration {knot:.0f} s" for knot in DURATION_KNOTS_S),
    "explicit",
    "artists",
    *_TAGGED,
    "remaster",
    "skit",
    "feat",
    "classical",
    "non-latin",
    "album live",
    "album score",
)
"""What each row of the ridge table stands for, in the column order of `describe`."""

_LAST_LATIN_LETTER = 0x24F
_MANY_ARTISTS = 8


def _ramps(values: FloatArray, knots: FloatArray) -> FloatArray:
    """Spread each of `values (n,)` over its two neighbouring knots, linearly: `(n, n_knots)`."""
    held = np.clip(values, knots[0], knots[-1])
    right = np.clip(np.searchsorted(knots, held), 1, len(knots) - 1)
    share = (held - knots[right - 1]) / (knots[right] - knots[right - 1])
    ramps = np.zeros((len(values), len(knots)))
    rows = np.arange(len(values))
    ramps[rows, right - 1], ramps[rows, right] = 1 - share, share
    ramps[np.isnan(values)] = np.nan
    return ramps


def _is_foreign_script(title: str) -> float:
    """Say 1.0 if most letters of `title` are outside the Latin alphabets."""
    if title.isascii():
        return 0.0
    letters = [character for character in title if character.isalpha()]
    foreign = sum(ord(character) > _LAST_LATIN_LETTER for character in letters)
    return float(2 * foreign > len(letters))


@lru_cache(maxsize=4096)
def _title_flags(title: str) -> tuple[float, ...]:
    """Read the title's flags; NaN where there is no title."""
    if not title:
        return (math.nan,) * (len(_TAGGED) + len(_WORDED) + 1)
    tags, folded = version_tags(title), title.casefold()
    tagged = [float(tag in tags) for tag in _TAGGED]
    worded = [float(bool(word.search(folded))) for word in _WORDED]
    return (*tagged, *worded, _is_foreign_script(title))


@lru_cache(maxsize=4096)
def _album_flags(album: str | None) -> tuple[float, ...]:
    if not album:
        return (math.nan, math.nan)
    folded = album.casefold()
    return float(bool(_ALBUM_LIVE.search(folded))), float(bool(_ALBUM_SCORE.search(folded)))


def _flags(track: Track) -> tuple[float, ...]:
    return (
        float(track.release_year or math.nan),
        math.log(track.duration_ms / 1000) if track.duration_ms and track.duration_ms > 0 else math.nan,
        math.nan if track.explicit is None else float(track.explicit),
        math.log(min(len(track.artists), _MANY_ARTISTS)) if track.artists else math.nan,
        *_title_flags(track.title),
        *_album_flags(track.album),
    )


def describe(tracks: Sequence[Track]) -> FloatArray:
    """Turn labels into rows `(n, n_rows)` for the ridge table, NaN where a label is silent.

    Columns are `PRIOR_ROWS`: interpolation weights over year and (log) duration knots, then flags.
    """
    flags = np.array([_flags(track) for track in tracks]).reshape(len(tracks), -1)
    return np.concatenate(
        [_ramps(flags[:, 0], _YEARS), _ramps(flags[:, 1], _DURATIONS), flags[:, 2:]], axis=1
    )


def expected(tracks: Sequence[Track], centre: FloatArray, table: FloatArray) -> FloatArray:
    """Compute the expected features of `tracks` in standardised shape space, `(n, 9)`.

    Parameters
    ----------
    centre : (n_rows,)
        Mean row of the reference population: a silent column counts as average.
    table : (n_rows, 9)
        Ridge coefficients, in spreads per unit of the row.
    """
    if not tracks:
        return np.zeros((0, table.shape[1]))
    estimate: FloatArray = np.nan_to_num(describe(tracks) - centre) @ table
    return estimate
