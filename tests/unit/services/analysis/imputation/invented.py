"""Invented tracks with invented sound."""

from __future__ import annotations

import random

from services.domain.features import AudioFeatures, Feature, Origin, Provenance
from services.domain.music import Track, TrackId
from services.domain.report import EnrichedTrack

MEASURED = Provenance(Origin.MEASURED, "reccobeats")


def sound(seed: int, energy: float | None = None) -> AudioFeatures:
    """Invent complete features of one taste, around an energy if one is given."""
    draw = random.Random(seed)
    level = min(max(draw.gauss(0.6, 0.15) if energy is None else draw.gauss(energy, 0.03), 0.0), 1.0)
    return AudioFeatures(
        danceability=draw.uniform(0.45, 0.75),
        energy=level,
        loudness=-25 + 20 * level + draw.gauss(0, 0.5),
        speechiness=draw.uniform(0.03, 0.3),
        acousticness=min(max(0.95 - level, 0.0), 1.0),
        instrumentalness=draw.choice((0.0, 0.02, 0.1)),
        liveness=draw.uniform(0.05, 0.4),
        valence=draw.uniform(0.3, 0.7),
        tempo=draw.uniform(95, 145),
        key=float(draw.randrange(12)),
        mode=float(draw.randrange(2)),
    )


def track(number: int, **fields: object) -> Track:
    """Invent a track of its own artist, album and title."""
    known: dict[str, object] = {
        "id": TrackId(f"{number:022d}"),
        "title": f"Paper Boat No{number}x",
        "artists": (f"The Harbour {number}",),
        "album": f"Tides {number}",
        "album_id": f"album-{number}",
        "duration_ms": 200_000 + 7_000 * (number % 17),
        "release_year": 1990 + number % 30,
        "explicit": False,
    }
    known.update(fields)
    return Track(**known)  # type: ignore[arg-type]


def measured(of: Track, features: AudioFeatures, provenance: Provenance = MEASURED) -> EnrichedTrack:
    """Pair a track with measured features."""
    return EnrichedTrack(track=of, features=features, provenance=dict.fromkeys(features.known, provenance))


def unknown(of: Track) -> EnrichedTrack:
    """Pair a track with nothing."""
    return EnrichedTrack(track=of, features=AudioFeatures(), provenance={})


def lacking(of: EnrichedTrack, *features: Feature) -> EnrichedTrack:
    """Take single features away."""
    kept = {f: of.features.get(f) for f in of.features.known if f not in features}
    return EnrichedTrack(
        track=of.track, features=AudioFeatures.of(kept), provenance={f: of.provenance[f] for f in kept}
    )
