"""Invented values to store."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime

from services.domain.features import AudioFeatures, Coverage, Feature, Gap, GapKind, Origin, Provenance
from services.domain.grouping import Lean
from services.domain.messages import Note, NoteKind
from services.domain.music import Playlist, PlaylistSource, Skipped, SkipReason, Track, TrackId
from services.domain.portrait import OddGenres, OddSound, OddYear, Outlier
from services.domain.report import (
    AnalysisReport,
    Cluster,
    Duplicate,
    DuplicateKind,
    EnrichedTrack,
    Level,
    MapAxes,
    Placement,
    Structure,
    Trait,
    Verdict,
)
from services.domain.spotify import Link
from services.storage.database import Database
from services.storage.links import LinkStore

_ORIGINS = (Origin.MEASURED, Origin.UPLOADED, Origin.BORROWED, Origin.CORRECTED, Origin.IMPUTED)
"""In the order that the stored files of older versions were drawn from."""

NOON = datetime(2026, 3, 14, 12, 0, 0, 123456, tzinfo=UTC)


def track_id(number: int) -> TrackId:
    """Return an id of the right shape, a different one for each number."""
    return TrackId(f"t{number:021d}")


async def link(database: Database, *users: int) -> None:
    """Let people log in at Spotify, each with an account of their own."""
    for user in users:
        await LinkStore(database).save(
            Link(
                user_id=user,
                account_id=f"account-{user}",
                spotify_user_id=f"user-{user}",
                name="",
                refresh_sealed="sealed",
                authorized_at=NOON,
            )
        )


def some_features(chance: random.Random) -> AudioFeatures:
    """Draw features inside their ranges, now and then with a gap."""
    values: dict[Feature, float | None] = {feature: chance.random() for feature in Feature}
    values |= {
        Feature.LOUDNESS: -60 * chance.random(),
        Feature.TEMPO: 60 + 140 * chance.random(),
        Feature.KEY: float(chance.randrange(12)),
        Feature.MODE: float(chance.randrange(2)),
    }
    if chance.random() < 0.2:
        values[chance.choice(list(Feature))] = None
    return AudioFeatures.of(values)


def some_track(number: int, chance: random.Random) -> Track:
    """Invent a track."""
    return Track(
        id=track_id(number) if chance.random() < 0.95 else None,
        title=f"Lantern {number} – “Ünder” 夜 🎧",
        artists=(f"The Invented {number % 37}", "Guest"),
        album=f"Album {number // 9}" if number % 5 else None,
        album_id=f"a{number // 9:021d}",
        isrc=f"QZTST{number:07d}",
        duration_ms=120_000 + number,
        release_year=1990 + number % 35,
        explicit=chance.choice([True, False, None]),
        popularity=number % 101,
        genres=("dream pop",) if number % 2 else (),
        added_at="2026-01-02T03:04:05Z",
        uploaded=some_features(chance) if chance.random() < 0.3 else None,
    )


def some_report(tracks: int = 40, *, seed: int = 1, name: str = "Evening walk") -> AnalysisReport:
    """Invent a report that uses every field, with values that are hard to keep."""
    chance = random.Random(seed)
    rows = []
    for number in range(tracks):
        features = some_features(chance)
        origin = chance.choice(_ORIGINS)
        rows.append(
            EnrichedTrack(
                track=some_track(number, chance),
                features=features,
                provenance={feature: Provenance(origin, f"source-{origin}") for feature in features.known},
                standard_errors=some_features(chance) if origin is Origin.IMPUTED else None,
            )
        )
    trait = Trait(Feature.ENERGY, -1.25, -0.1 - 0.2, 1 / 3, 0.65, degree=-3, without_singing=(1, 3))
    cluster = Cluster(
        name="Calm & acoustic",
        levels=(Level(Feature.ENERGY, -3), Level(Feature.VALENCE, 1, compared=True)),
        members=tuple(range(0, tracks, 2)),
        likely=tuple(range(1, tracks, 2)),
        traits=(trait, trait),
        typical=(0, 2),
        top_artists=(("The Invented 0", 3), ("夜", 1)),
        centre=(0.1, -0.2, 1e-300, 1 / 3, 5e-324, 1.7976931348623157e308),
        profile={Feature.ENERGY: -0.5, Feature.TEMPO: 0.25},
        tempo_bpm=92.3,
        major_share=None,
    )
    return AnalysisReport(
        playlist=Playlist(
            name=name,
            tracks=tuple(row.track for row in rows),
            source=PlaylistSource.UPLOAD,
            format="Exportify",
            skipped=(Skipped(SkipReason.EPISODE, 2, ("A talk", "Another")),),
            notes=(Note(NoteKind.WINDOWS_1252),),
        ),
        tracks=tuple(rows),
        placements=tuple(
            Placement(
                cluster=number % 2 or None,
                confidence=chance.random(),
                likely=bool(number % 3),
                probability=None,
                x=chance.gauss(0, 1),
                y=-math.inf if number == 0 else chance.gauss(0, 1),
            )
            for number in range(tracks)
        ),
        clusters=(cluster, cluster),
        structure=Structure(Verdict.LOOSE, 2, 0.71, None, math.inf, forced=True),
        axes=MapAxes("calmer", "livelier", "darker", "brighter"),
        outliers=(
            Outlier(3, (OddSound((Lean(Feature.ENERGY, high=True),), far=True, group=1),), 4.2),
            Outlier(1, (OddYear(1958, (1991, 2019), known=False), OddSound((), far=False)), 3.1),
            Outlier(2, (OddGenres(("zouk",), of_artist=True, elsewhere=False),), 3.0),
            Outlier(0, "far livelier than “Mellow acoustic”", 2.9),
        ),
        duplicates=(Duplicate(DuplicateKind.SAME_SONG, (1, 5), 1),),
        coverage=Coverage(
            tracks,
            10,
            5,
            1,
            4,
            0,
            {"reccobeats": 10},
            {Feature.KEY: 7},
            Gap(GapKind.YEARS, first=2025, last=2026),
        ),
        mood="calm, bright",
        evidence=7,
        notices=(Note(NoteKind.SOURCE_PAUSES, count=3, wait_s=40.5, names=("ReccoBeats",)),),
    )
