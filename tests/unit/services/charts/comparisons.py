"""Invented results of comparisons."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

import numpy as np

from services.analysis.comparison.compare import compare
from services.domain.comparison import Comparison, Person, PersonKey
from services.domain.features import Origin
from tests.unit.services.analysis.comparison.people import person
from tests.unit.services.analysis.sounds import CROWD, DANCE, LOUD, PIANO, QUIET, RAP, group

TASTES = (DANCE, LOUD, PIANO, QUIET, RAP, CROWD)
HOSTILE = "$\\frac{ 🔥 \u202e ÄÖ東京の夜に降る雪 " * 4


def make_people(count: int, *, tracks: int = 40, hostile: bool = False, unscored: int = 0) -> list[Person]:
    """Return people of two moods each; the last `unscored` have estimates alone."""
    found = []
    for index in range(count):
        draw = random.Random(index)
        one, other = draw.sample(TASTES, 2)
        part = draw.randint(5, tracks - 5)
        rows = np.concatenate([group(part, index, **one), group(tracks - part, index + 50, **other)])
        origin = Origin.IMPUTED if index >= count - unscored else Origin.MEASURED
        someone = person(f"person{index:02d}", rows, origin=origin)
        found.append(replace(someone, name=f"{HOSTILE}{index}" if hostile else f"Person {index}"))
    return found


@cache
def make_comparison(count: int, *, tracks: int = 40, hostile: bool = False, unscored: int = 0) -> Comparison:
    """Return what comparing invented people finds."""
    return compare(make_people(count, tracks=tracks, hostile=hostile, unscored=unscored))


@cache
def make_rough(rough: int, others: int) -> Comparison:
    """Return a comparison in which the scores of some people, listed first, are known as ranges alone."""
    short, full = make_people(rough, tracks=16), make_people(others)
    return compare([*short, *(replace(each, key=PersonKey(f"z{each.key}")) for each in full)])


@cache
def make_twins(count: int) -> Comparison:
    """Return a comparison of people who all have the same list."""
    first, *_ = make_people(1)
    return compare([replace(first, key=PersonKey(f"twin{n:02d}"), name=f"Twin {n}") for n in range(count)])
