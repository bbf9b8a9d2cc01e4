"""Say in a few words what the tracks without evidence have in common."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from services.domain.music import Track

FEWEST_GAPS = 3
"""Two tracks always have something in common; three may."""
MOSTLY = 0.5
"""A trait is named only when more than this share of the gaps has it."""
CONTRAST = 0.2
"""And when it is this much more common among the gaps than among the tracks with evidence."""

_WIDER_IS_WEAKER = 0.1
"""What a span of years loses per doubling of its width when it competes with a narrower one."""

_ISRC_COUNTRIES = {
    "AR": "Argentina", "AT": "Austria", "AU": "Australia", "BE": "Belgium", "BG": "Bulgaria", "BR": "Brazil",
    "CA": "Canada", "CH": "Switzerland", "CL": "Chile", "CN": "China", "CO": "Colombia", "CZ": "Czechia",
    "DE": "Germany", "DK": "Denmark", "EE": "Estonia", "EG": "Egypt", "ES": "Spain", "FI": "Finland",
    "FR": "France", "GR": "Greece", "HK": "Hong Kong", "HR": "Croatia", "HU": "Hungary", "ID": "Indonesia",
    "IE": "Ireland", "IL": "Israel", "IN": "India", "IS": "Iceland", "IT": "Italy", "JP": "Japan",
    "KE": "Kenya", "KR": "South Korea", "LT": "Lithuania", "LV": "Latvia", "MX": "Mexico", "MY": "Malaysia",
    "NG": "Nigeria", "NL": "the Netherlands", "NO": "Norway", "NZ": "New Zealand", "PE": "Peru",
    "PH": "the Philippines", "PL": "Poland", "PT": "Portugal", "RO": "Romania", "RS": "Serbia",
    "RU": "Russia", "SE": "Sweden", "SG": "Singapore", "SI": "Slovenia", "SK": "Slovakia", "TH": "Thailand",
    "TR": "Turkey", "TW": "Taiwan", "UA": "Ukraine", "VN": "Vietnam", "ZA": "South Africa",
}  # fmt: skip
"""First two letters of an ISRC. US, GB and the Q codes are left out: the whole world registers there."""

_SCRIPTS = {
    "HANGUL": "Korean", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "CJK": "Chinese or Japanese",
    "CYRILLIC": "Cyrillic", "ARABIC": "Arabic", "HEBREW": "Hebrew", "THAI": "Thai", "GREEK": "Greek",
    "DEVANAGARI": "Devanagari", "GEORGIAN": "Georgian", "ARMENIAN": "Armenian", "TAMIL": "Tamil",
}  # fmt: skip

_Reading = Callable[[Track], Iterable[str]]


def describe_gaps(gaps: Sequence[Track], evidence: Sequence[Track]) -> str:
    """Return "mostly 2025-26 releases", or the like, or nothing.

    The trait must be common among `gaps` and clearly rarer among `evidence`; with nothing to compare
    to, a common trait would only describe the playlist and pass for a reason, so nothing is said.
    """
    if len(gaps) < FEWEST_GAPS or not evidence:
        return ""
    if name := _commonest(gaps, evidence, _missing_ids):
        return f"mostly {name}"
    if years := _commonest_years(gaps, evidence):
        return f"mostly {years}"
    for read in (_country, _script, _genres, _lead_artist):
        if name := _commonest(gaps, evidence, read):
            return f"mostly {name}"
    return ""


def _stands_out(gap_share: float, evidence_share: float) -> bool:
    return gap_share > MOSTLY and gap_share - evidence_share >= CONTRAST


def _commonest(gaps: Sequence[Track], evidence: Sequence[Track], read: _Reading) -> str:
    counts = Counter(name for track in gaps for name in set(read(track)))
    others = Counter(name for track in evidence for name in set(read(track)))
    # Ties are broken by name, so that the order of the tracks never changes the words.
    for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if _stands_out(count / len(gaps), others[name] / len(evidence)):
            return name
    return ""


def _commonest_years(gaps: Sequence[Track], evidence: Sequence[Track]) -> str:
    gap_years = Counter(track.release_year for track in gaps if track.release_year)
    evidence_years = Counter(track.release_year for track in evidence if track.release_year)
    best: tuple[float, int, str] | None = None
    for year in gap_years:
        decade = year // 10 * 10
        spans = (
            (year, year, f"{year} releases", 0.0),
            (year - 1, year, f"{_span(year - 1, year)} releases", _WIDER_IS_WEAKER),
            (decade, decade + 9, f"releases of the {decade}s", 3 * _WIDER_IS_WEAKER),
        )
        for first, last, words, cost in spans:
            share = _share(gap_years, first, last, len(gaps))
            if not _stands_out(share, _share(evidence_years, first, last, len(evidence))):
                continue
            score = (share - cost, last, words)
            if best is None or score > best:
                best = score
    return best[2] if best else ""


def _share(years: Counter[int], first: int, last: int, total: int) -> float:
    return sum(count for year, count in years.items() if first <= year <= last) / total


def _span(first: int, last: int) -> str:
    same_century = first // 100 == last // 100
    return f"{first}-{last % 100:02d}" if same_century else f"{first}-{last}"


def _missing_ids(track: Track) -> Iterable[str]:
    return () if track.id or track.isrc else ("tracks without a Spotify id",)


def _country(track: Track) -> Iterable[str]:
    country = _ISRC_COUNTRIES.get((track.isrc or "")[:2].upper())
    return (f"recordings registered in {country}",) if country else ()


def _script(track: Track) -> Iterable[str]:
    for letter in track.title:
        if letter.isalpha():
            script = _SCRIPTS.get(unicodedata.name(letter, "").split(" ")[0].split("-")[0])
            if script:
                return (f"titles in {script} script",)
    return ()


def _genres(track: Track) -> Iterable[str]:
    return (genre.casefold() for genre in track.genres)


def _lead_artist(track: Track) -> Iterable[str]:
    return (f"by {track.artists[0]}",) if track.artists else ()
