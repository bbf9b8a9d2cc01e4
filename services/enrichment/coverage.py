"""Count what is known about a playlist, and find what the tracks without evidence have in common."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum

from services.analysis.genres import NOBODY, normal_genre
from services.analysis.titles import lead_artist
from services.domain.features import (
    MOST_ESTIMATED,
    SOUND_FEATURES,
    Coverage,
    Feature,
    Gap,
    GapKind,
    Origin,
    PartlyKnown,
    Provenance,
)
from services.domain.music import Track
from services.domain.report import EnrichedTrack

FEWEST_GAPS = 3
"""Two tracks always have something in common; three may."""
MOSTLY = 0.5
"""A trait is named only when more than this share of the gaps has it."""
CONTRAST = 0.2
"""And when it is this much more common among the gaps than among the tracks with evidence."""

_WIDER_IS_WEAKER = 0.1
"""What a span of years loses per doubling of its width when it competes with a narrower one."""

_ISRC_COUNTRIES = frozenset({
    "AR", "AT", "AU", "BE", "BG", "BR", "CA", "CH", "CL", "CN", "CO", "CZ", "DE", "DK", "EE", "EG",
    "ES", "FI", "FR", "GR", "HK", "HR", "HU", "ID", "IE", "IL", "IN", "IS", "IT", "JP", "KE", "KR",
    "LT", "LV", "MX", "MY", "NG", "NL", "NO", "NZ", "PE", "PH", "PL", "PT", "RO", "RS", "RU", "SE",
    "SG", "SI", "SK", "TH", "TR", "TW", "UA", "VN", "ZA",
})  # fmt: skip
"""First two letters of an ISRC. US, GB and the Q codes are left out: the whole world registers there."""

_SCRIPTS = {
    "HANGUL": "korean", "HIRAGANA": "japanese", "KATAKANA": "japanese", "CJK": "han",
    "CYRILLIC": "cyrillic", "ARABIC": "arabic", "HEBREW": "hebrew", "THAI": "thai", "GREEK": "greek",
    "DEVANAGARI": "devanagari", "GEORGIAN": "georgian", "ARMENIAN": "armenian", "TAMIL": "tamil",
}  # fmt: skip

_Reading = Callable[[Track], Iterable[str]]


def describe_gaps(gaps: Sequence[Track], evidence: Sequence[Track]) -> Gap | None:
    """Return the trait that most of `gaps` share, or None.

    The trait must be common among `gaps` and clearly rarer among `evidence`; with nothing to compare
    to, a common trait would only describe the playlist and pass for a reason, so nothing is said.
    """
    if len(gaps) < FEWEST_GAPS or not evidence:
        return None
    found = _commonest(gaps, evidence, GapKind.NO_ID, _missing_ids) or _commonest_years(gaps, evidence)
    for kind, read in _READINGS.items():
        found = found or _commonest(gaps, evidence, kind, read)
    return found


def _stands_out(gap_share: float, evidence_share: float) -> bool:
    return gap_share > MOSTLY and gap_share - evidence_share >= CONTRAST


def _commonest(gaps: Sequence[Track], evidence: Sequence[Track], kind: GapKind, read: _Reading) -> Gap | None:
    counts = Counter(name for track in gaps for name in set(read(track)))
    common = {name: count for name, count in counts.items() if _stands_out(count / len(gaps), 0.0)}
    if not common:
        return None
    others = Counter(name for track in evidence for name in set(read(track)))
    # Ties are broken by name, so that the order of the tracks never changes the answer.
    for name, count in sorted(common.items(), key=lambda item: (-item[1], item[0])):
        if _stands_out(count / len(gaps), others[name] / len(evidence)):
            return Gap(kind, name)
    return None


def _commonest_years(gaps: Sequence[Track], evidence: Sequence[Track]) -> Gap | None:
    gap_years = Counter(track.release_year for track in gaps if track.release_year)
    evidence_years = Counter(track.release_year for track in evidence if track.release_year)
    best: tuple[float, int, int] | None = None
    for year in gap_years:
        decade = year // 10 * 10
        spans = (
            (year, year, 0.0),
            (year - 1, year, _WIDER_IS_WEAKER),
            (decade, decade + 9, 3 * _WIDER_IS_WEAKER),
        )
        for first, last, cost in spans:
            share = _share(gap_years, first, last, len(gaps))
            if not _stands_out(share, _share(evidence_years, first, last, len(evidence))):
                continue
            score = (share - cost, last, first)
            if best is None or score > best:
                best = score
    return Gap(GapKind.YEARS, first=best[2], last=best[1]) if best else None


def _share(years: Counter[int], first: int, last: int, total: int) -> float:
    return sum(count for year, count in years.items() if first <= year <= last) / total


def _missing_ids(track: Track) -> Iterable[str]:
    return () if track.id or track.isrc else ("",)


def _country(track: Track) -> Iterable[str]:
    code = (track.isrc or "")[:2].upper()
    return (code,) if code in _ISRC_COUNTRIES else ()


def _script(track: Track) -> Iterable[str]:
    if track.title.isascii():
        return ()
    for letter in track.title:
        if letter.isalpha():
            script = _SCRIPTS.get(unicodedata.name(letter, "").split(" ")[0].split("-")[0])
            if script:
                return (script,)
    return ()


def _genres(track: Track) -> Iterable[str]:
    return filter(None, map(normal_genre, track.genres))


def _lead_artist(track: Track) -> Iterable[str]:
    return () if lead_artist(track.artists) in NOBODY else track.artists[:1]


_READINGS: Mapping[GapKind, _Reading] = {
    GapKind.COUNTRY: _country,
    GapKind.SCRIPT: _script,
    GapKind.GENRE: _genres,
    GapKind.ARTIST: _lead_artist,
}


class Standing(IntEnum):
    """How well the sound of one track is known; the weakest of its nine values decides."""

    MEASURED = 0
    HEARD = 1
    UPLOADED = 2
    BORROWED = 3
    IMPUTED = 4
    UNKNOWN = 5


_SOUND = frozenset(SOUND_FEATURES)

_STANDING = {
    Origin.MEASURED: Standing.MEASURED,
    # Somebody looked at a real value and halved or doubled it: that is no weaker than measuring.
    Origin.CORRECTED: Standing.MEASURED,
    Origin.SOUND: Standing.HEARD,
    Origin.CLIP: Standing.HEARD,
    Origin.UPLOADED: Standing.UPLOADED,
    Origin.BORROWED: Standing.BORROWED,
    Origin.IMPUTED: Standing.IMPUTED,
}


def _weakest(provenance: Mapping[Feature, Provenance]) -> Standing:
    if not provenance.keys() >= _SOUND:
        return Standing.UNKNOWN
    return max(_STANDING[provenance[feature].origin] for feature in SOUND_FEATURES)


def compute_coverage(tracks: Sequence[EnrichedTrack]) -> Coverage:
    """Count `tracks` by standing, source and feature, and find what the gaps have in common."""
    # Most tracks share their provenance with many others: each different one is read once.
    number = Counter(id(track.provenance) for track in tracks)
    different = {id(track.provenance): track.provenance for track in tracks}
    weakest = {key: _weakest(provenance) for key, provenance in different.items()}
    standings = [
        Standing.UNKNOWN if None in track.features.sound else weakest[id(track.provenance)]
        for track in tracks
    ]
    counts = Counter(standings)
    sources: Counter[str] = Counter()
    features: Counter[Feature] = Counter()
    for key, provenance in different.items():
        for name in {entry.source for entry in provenance.values()}:
            sources[name] += number[key]
        for feature, entry in provenance.items():
            features[feature] += number[key] if entry.origin is not Origin.IMPUTED else 0
    gaps: list[Track] = []
    evidence: list[Track] = []
    for track, rank in zip(tracks, standings, strict=True):
        (gaps if rank >= Standing.IMPUTED else evidence).append(track.track)
    return Coverage(
        total=len(tracks),
        measured=counts[Standing.MEASURED],
        heard=counts[Standing.HEARD],
        uploaded=counts[Standing.UPLOADED],
        borrowed=counts[Standing.BORROWED],
        imputed=counts[Standing.IMPUTED],
        unknown=counts[Standing.UNKNOWN],
        by_source=dict(sorted(sources.items(), key=lambda item: (-item[1], item[0]))),
        by_feature={feature: features[feature] for feature in Feature},
        gap=describe_gaps(gaps, evidence),
        partly=_partly_known(tracks, standings),
    )


def _partly_known(tracks: Sequence[EnrichedTrack], standings: Sequence[Standing]) -> PartlyKnown | None:
    """Sum up the tracks of which some features are real and others are not."""
    known: Counter[Feature] = Counter()
    origins: set[Origin] = set()
    counts: Counter[Standing] = Counter()
    deciding = 0
    for track, rank in zip(tracks, standings, strict=True):
        if rank < Standing.IMPUTED:
            continue
        real = {name: entry.origin for name, entry in track.provenance.items() if not track.is_imputed(name)}
        if not real.keys() - {Feature.MODE}:
            continue
        counts[rank] += 1
        known.update(real.keys())
        origins.update(real.values())
        missing = len(SOUND_FEATURES) - len(real.keys() & set(SOUND_FEATURES))
        deciding += rank is Standing.IMPUTED and missing <= MOST_ESTIMATED
    if not counts:
        return None
    return PartlyKnown(
        estimated=counts[Standing.IMPUTED],
        unknown=counts[Standing.UNKNOWN],
        deciding=deciding,
        known={feature: known[feature] for feature in Feature if known[feature]},
        origin=origins.pop() if len(origins) == 1 else None,
    )
