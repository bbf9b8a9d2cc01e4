"""Invented people with a known taste."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from services.domain.comparison import Person, PersonKey
from services.domain.features import SOUND_FEATURES, AudioFeatures, Origin, Provenance
from services.domain.music import Track, TrackId
from services.domain.report import EnrichedTrack

Float = NDArray[np.float64]


def entry(
    row: Sequence[float],
    number: int,
    *,
    artist: str = "",
    origin: Origin = Origin.MEASURED,
    prefix: str = "t",
) -> EnrichedTrack:
    """Return a track with the given nine values."""
    features = AudioFeatures(
        **{name.value: float(value) for name, value in zip(SOUND_FEATURES, row, strict=True)}
    )
    return EnrichedTrack(
        track=Track(
            id=TrackId(f"{prefix}{number:05d}".rjust(22, "0")),
            title=f"{prefix} number {number}",
            artists=(artist or f"{prefix} band {number // 3}",),
        ),
        features=features,
        provenance={name: Provenance(origin, "test") for name in SOUND_FEATURES},
    )


def person(
    name: str, rows: Float, *, origin: Origin = Origin.MEASURED, prefix: str | None = None, start: int = 0
) -> Person:
    """Return a person whose tracks have the given values; nobody else has these tracks or artists."""
    own = prefix if prefix is not None else name
    tracks = tuple(
        entry(row, start + number, origin=origin, prefix=own) for number, row in enumerate(rows.tolist())
    )
    return Person(key=PersonKey(name), name=name.title(), tracks=tracks)


def mixed(tracks: tuple[EnrichedTrack, ...], seed: int = 3) -> tuple[EnrichedTrack, ...]:
    """Return the same tracks in another order."""
    rows = list(tracks)
    random.Random(seed).shuffle(rows)
    return tuple(rows)


def renamed(person: Person, name: str) -> Person:
    """Return somebody else with the same list."""
    return replace(person, key=PersonKey(name), name=name.title())
