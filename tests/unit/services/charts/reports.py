"""Invented reports in every shape that the charts must survive: no real artist, title or listener in here."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from services.domain.features import (
    FEATURE_RANGES,
    SOUND_FEATURES,
    AudioFeatures,
    Coverage,
    Feature,
    Origin,
    Provenance,
)
from services.domain.grouping import Lean
from services.domain.music import Playlist, Track, TrackId
from services.domain.portrait import OddSound, Outlier
from services.domain.report import (
    AnalysisReport,
    Cluster,
    EnrichedTrack,
    MapAxes,
    Placement,
    Structure,
    Trait,
    Verdict,
)

NAMES = (
    "Mellow acoustic",
    "Full-throttle energy",
    "Warm mid-tempo",
    "Acoustic instrumentals · faster",
    "Rap & spoken word",
    "Ambient calm",
    "Feel-good dance",
    "Brooding & moody",
)
ARTISTS = (
    "The Paper Lanterns",
    "Odile Varga",
    "Night Ferry",
    "Kestrel & Moss",
    "DJ Halva",
    "Mira Solheim Quartet",
    "Tin Orchard",
    "Low Tide Choir",
    "Los Faroles",
    "Glasshouse",
)
FIRST = ("Slow", "Northern", "Paper", "Electric", "Second", "Borrowed", "Salt", "Quiet", "Copper", "Last")
SECOND = (
    "Morning",
    "Harbour",
    "Lights",
    "Avenue",
    "Weather",
    "Parade",
    "Garden",
    "Static",
    "Letters",
    "Waltz",
)
HOSTILE_TITLES = (
    "$x^2$ & $\\frac{a",
    "Price: 5$ or 10$",
    "line\nbreak\ttab\x00nul\x1b[31m",
    "🔥💃🏽👩‍👩‍👧 fire",
    "🔥🔥🔥",
    "東京の夜に降る雪",
    "أغنية الليل الطويل",
    "שיר של לילה",
    "ภาษาไทยเพลง",
    "हिन्दी गीत",
    "𝔉𝔞𝔫𝔠𝔶 𝓣𝓲𝓽𝓵𝓮",
    "Z̸̡̛͎͔̣͖a̴l̷g̶o̵",
    "\u202edesrever",
    "\ud800 lone surrogate",
    "W" * 400,
    "",
    "   ",
    "የአማርኛ ዘፈን",
    "\ue000 private",
    "_{}^{}%#&~\\",
)


@lru_cache(maxsize=32)
def make_report(
    tracks: int = 120,
    groups: int = 4,
    *,
    verdict: Verdict | None = None,
    imputed: float = 0.0,
    unknown: float = 0.0,
    missing: float = 0.0,
    hostile: bool = False,
    outliers: int = 3,
    name: str = "Sunday kitchen",
    seed: int = 7,
) -> AnalysisReport:
    """Build a report with `groups` groups.

    Parameters
    ----------
    imputed, unknown
        Shares of tracks whose sound is estimated, or of which nothing is known.
    missing
        Share of single values that are None among the known tracks.
    hostile
        Whether titles and names try to break the drawing.
    """
    rng = np.random.default_rng(seed)
    kinds = rng.random(tracks)
    is_unknown = kinds < unknown
    is_imputed = ~is_unknown & (kinds < unknown + imputed)
    sizes = rng.dirichlet(np.full(max(groups, 1), 6.0))
    belongs = np.sort(rng.choice(max(groups, 1), size=tracks, p=sizes))
    # a list has stretches of one sound, with some shuffling
    order = np.argsort(belongs + rng.normal(0, 0.8, tracks), kind="stable")
    belongs = belongs[order]
    angle = 2 * np.pi * np.arange(max(groups, 1)) / max(groups, 1) + 0.4
    middle = 1.7 * np.column_stack((np.cos(angle), 0.7 * np.sin(angle)))
    xy = middle[belongs] + rng.normal(0, 0.75, (tracks, 2))
    tilt = rng.normal(0, 0.9, (max(groups, 1), len(SOUND_FEATURES)))
    scores = tilt[belongs] + rng.normal(0, 0.6, (tracks, len(SOUND_FEATURES)))

    enriched = []
    for index in range(tracks):
        features = {} if is_unknown[index] else _values(scores[index], rng, missing)
        origin = (
            Provenance(Origin.IMPUTED, "imputation")
            if is_imputed[index]
            else Provenance(Origin.MEASURED, "reccobeats")
        )
        title = f"{FIRST[rng.integers(10)]} {SECOND[rng.integers(10)]}"
        artist = ARTISTS[rng.integers(10)]
        if hostile:
            title = HOSTILE_TITLES[index % len(HOSTILE_TITLES)]
            artist = HOSTILE_TITLES[(index * 7 + 3) % len(HOSTILE_TITLES)]
        enriched.append(
            EnrichedTrack(
                track=Track(id=TrackId(f"{index:022d}"), title=title, artists=(artist,)),
                features=AudioFeatures.of(features),
                provenance={feature: origin for feature in features if features[feature] is not None},
            )
        )
    placements = tuple(
        Placement(
            cluster=None if groups == 0 or is_unknown[i] else int(belongs[i]),
            confidence=None if is_unknown[i] else 0.5,
            likely=bool(is_imputed[i]),
            probability=0.7 if is_imputed[i] and groups else None,
            x=None if is_unknown[i] else float(xy[i, 0]),
            y=None if is_unknown[i] else float(xy[i, 1]),
        )
        for i in range(tracks)
    )
    clusters = tuple(
        _cluster(g, np.flatnonzero(belongs == g), is_unknown, is_imputed, tilt=tilt[g], hostile=hostile)
        for g in range(groups)
    )
    clusters, placements = _largest_first(clusters, placements)
    known = np.flatnonzero(~is_unknown & ~is_imputed)
    far = known[np.argsort(-np.hypot(*xy[known].T))][:outliers]
    if verdict is None:
        verdict = Verdict.TOO_FEW if groups == 0 else Verdict.CLEAR
    return AnalysisReport(
        playlist=Playlist(name=name, tracks=tuple(entry.track for entry in enriched)),
        tracks=tuple(enriched),
        placements=placements,
        clusters=clusters,
        structure=Structure(verdict, groups, 0.8, 0.1, 5.0),
        axes=MapAxes("calmer, acoustic", "livelier, louder", "sung, brighter", "darker, instrumental"),
        outliers=tuple(
            Outlier(int(i), (OddSound((Lean(Feature.ENERGY, high=True),), far=True),), 4.0) for i in far
        ),
        duplicates=(),
        coverage=Coverage(
            total=tracks,
            measured=int((~is_unknown & ~is_imputed).sum()),
            uploaded=0,
            borrowed=0,
            imputed=int(is_imputed.sum()),
            unknown=int(is_unknown.sum()),
            by_source={},
            by_feature={},
        ),
    )


def _values(scores: np.ndarray, rng: np.random.Generator, missing: float) -> dict[Feature, float | None]:
    values: dict[Feature, float | None] = {}
    for feature, score in zip(SOUND_FEATURES, scores, strict=True):
        low, high = FEATURE_RANGES[feature]
        if feature is Feature.TEMPO:
            value = float(np.clip(118 * 2 ** (0.25 * score), 50, 210))
        elif feature is Feature.LOUDNESS:
            value = float(np.clip(-9 + 4 * score, -40, 0))
        else:
            value = float(low + (high - low) / (1 + np.exp(-1.2 * score)))
        values[feature] = None if rng.random() < missing else value
    known = rng.random() >= missing
    values[Feature.KEY] = float(rng.choice(12, p=_KEY_SHARES)) if known else None
    values[Feature.MODE] = float(rng.random() < 0.6) if known else None
    return values


_KEY_SHARES = np.array((12, 9, 11, 3, 7, 8, 5, 12, 5, 10, 4, 8)) / 94


def _cluster(
    index: int,
    own: np.ndarray,
    is_unknown: np.ndarray,
    is_imputed: np.ndarray,
    *,
    tilt: np.ndarray,
    hostile: bool,
) -> Cluster:
    members = own[~is_unknown[own] & ~is_imputed[own]]
    likely = own[is_imputed[own]]
    profile = {feature: float(z) for feature, z in zip(SOUND_FEATURES, tilt, strict=True)}
    strongest = sorted(profile, key=lambda feature: -abs(profile[feature]))[:2]
    name = HOSTILE_TITLES[index] if hostile else NAMES[index % len(NAMES)]
    return Cluster(
        name=name,
        members=tuple(int(i) for i in members),
        likely=tuple(int(i) for i in likely),
        traits=tuple(Trait(f, profile[f], profile[f], 0.3, 0.6, degree=-3) for f in strongest),
        typical=tuple(int(i) for i in members[:3]),
        top_artists=(("Odile Varga", 3),),
        centre=(0.0,) * 6,
        profile=profile,
        tempo_bpm=104.0,
        major_share=0.6,
    )


def _largest_first(
    clusters: tuple[Cluster, ...], placements: tuple[Placement, ...]
) -> tuple[tuple[Cluster, ...], tuple[Placement, ...]]:
    order = sorted(range(len(clusters)), key=lambda g: -clusters[g].size)
    rank = {old: new for new, old in enumerate(order)}
    moved = tuple(
        Placement(
            cluster=None if p.cluster is None else rank[p.cluster],
            confidence=p.confidence,
            likely=p.likely,
            probability=p.probability,
            x=p.x,
            y=p.y,
        )
        for p in placements
    )
    return tuple(clusters[g] for g in order), moved
