"""Say what an analysis found: how far the groups may be believed, and how much is known."""

from __future__ import annotations

from collections.abc import Sequence

from cogs.words.grouping import style_sentence
from cogs.words.messages import note_lines
from cogs.words.text import in_words, join_words
from cogs.words.traits import group_words
from services.domain.charts import ChartKind
from services.domain.features import (
    SOUND_FEATURES,
    Coverage,
    Feature,
    Gap,
    GapKind,
    Origin,
    PartlyKnown,
)
from services.domain.group_words import genre_words
from services.domain.grouping import Grouping, SceneKind
from services.domain.report import (
    FEWEST_TRACKS,
    AnalysisReport,
    Cluster,
    ReportWords,
    Structure,
    Subtitle,
    Verdict,
)
from services.domain.vocabulary import share_words

CHART_NAMES = {
    ChartKind.MAP: "The map",
    ChartKind.PROFILES: "What tells the groups apart",
    ChartKind.JOURNEY: "The journey",
    ChartKind.DISTRIBUTIONS: "Tempo and keys",
}

_MOSTLY = 0.5
"""Share of the tagged tracks from which a group is mostly of its genres."""

_RANGE = "from "
"""How a mood begins that names two ends."""

_BORROWED = "borrowed from the same recording"
_WHENCE = {
    Origin.MEASURED: "measured",
    Origin.CORRECTED: "corrected by you",
    Origin.SOUND: "measured from the sound",
    Origin.CLIP: "measured by ReccoBeats from clips",
    Origin.UPLOADED: "from the file",
    Origin.BORROWED: _BORROWED,
}

_ORIGINS = (
    ("measured", "measured"),
    ("heard", "measured from their sound"),
    ("uploaded", "from the file"),
    ("borrowed", _BORROWED),
    ("imputed", "estimated"),
    ("unknown", "unknown"),
)

_COUNTRIES = {
    "AR": "Argentina", "AT": "Austria", "AU": "Australia", "BE": "Belgium", "BG": "Bulgaria",
    "BR": "Brazil", "CA": "Canada", "CH": "Switzerland", "CL": "Chile", "CN": "China",
    "CO": "Colombia", "CZ": "Czechia", "DE": "Germany", "DK": "Denmark", "EE": "Estonia",
    "EG": "Egypt", "ES": "Spain", "FI": "Finland", "FR": "France", "GR": "Greece",
    "HK": "Hong Kong", "HR": "Croatia", "HU": "Hungary", "ID": "Indonesia", "IE": "Ireland",
    "IL": "Israel", "IN": "India", "IS": "Iceland", "IT": "Italy", "JP": "Japan",
    "KE": "Kenya", "KR": "South Korea", "LT": "Lithuania", "LV": "Latvia", "MX": "Mexico",
    "MY": "Malaysia", "NG": "Nigeria", "NL": "the Netherlands", "NO": "Norway", "NZ": "New Zealand",
    "PE": "Peru", "PH": "the Philippines", "PL": "Poland", "PT": "Portugal", "RO": "Romania",
    "RS": "Serbia", "RU": "Russia", "SE": "Sweden", "SG": "Singapore", "SI": "Slovenia",
    "SK": "Slovakia", "TH": "Thailand", "TR": "Turkey", "TW": "Taiwan", "UA": "Ukraine",
    "VN": "Vietnam", "ZA": "South Africa",
}  # fmt: skip


def verdict(report: AnalysisReport, *, names_them: bool = True) -> str:
    """Say in one sentence what was found; one that an older version had worded stays as it was.

    Parameters
    ----------
    names_them
        Whether the groups are named; not where they are listed below.
    """
    if report.stored_words is not None:
        return report.stored_words.verdict
    if report.basis.grouping is Grouping.STYLE and report.clusters:
        names = report.names
        found = style_sentence(report.structure, report.basis, names, report.mood, names_them=names_them)
        return f"{found} {estimated_line(report.structure)}".rstrip()
    if report.structure.verdict is Verdict.TOO_FEW and not report.evidence and report.coverage.partly:
        is_heard = all(entry.track.sound is not None for entry in report.tracks)
        known = known_features(report.coverage.partly, is_heard=is_heard)
        if len(report.tracks) == 1:
            return f"Only {known} known: too little to say how this track sounds."
        return f"Only {known} known: too little to compare how these tracks sound, so there are no groups."
    sentence = verdict_sentence(
        report.structure,
        report.names,
        mood=report.mood,
        tracks=len(report.tracks),
        evidence=report.evidence,
        fewest=FEWEST_TRACKS,
        parts=[cluster.subtitle for cluster in report.clusters],
        names_them=names_them,
    )
    return f"{sentence} {estimated_line(report.structure)}".rstrip()


def estimated_line(structure: Structure) -> str:
    """Say that the groups lean on an estimate, or nothing: "From eight of nine features; loudness is ..."."""
    if not structure.estimated:
        return ""
    lacking = join_words(structure.estimated, "or")
    return f"From eight of nine features; {lacking} is estimated."


def known_features(partly: PartlyKnown, *, is_heard: bool = False) -> str:
    """Name the features that some tracks have, as a subject with its verb: "tempo and key are".

    Parameters
    ----------
    is_heard
        Whether the sound of all of them was measured: then their loudness is known, in a unit of its own.
    """
    names = [feature.value for feature in partly.known if feature is not Feature.MODE]
    names += ["loudness in LUFS"] if is_heard and Feature.LOUDNESS not in partly.known else []
    return f"{join_words(names)} {'is' if len(names) == 1 else 'are'}"


def quality(report: AnalysisReport, *, brief: bool = False) -> str:
    """Say in one sentence how much is known; one that an older version had worded stays as it was.

    `brief` as in `quality_line`.
    """
    if report.stored_words is not None:
        return report.stored_words.quality
    is_drawn = any(place.x is not None for place in report.placements)
    return quality_line(report.coverage, brief=brief, is_drawn=brief and is_drawn)


def notices(report: AnalysisReport) -> tuple[str, ...]:
    """Say what a person should know about the reading, and then about the sources."""
    return note_lines((*report.playlist.notes, *report.notices))


def subtitle(cluster: Cluster) -> str:
    """Say what came with the tracks of a group, or nothing: "mostly country · 28% by Johnny Cash"."""
    known = cluster.subtitle
    parts = []
    if known.genres and known.genre_share is not None:
        whose = "known of the artists" if known.of_artists else "in the file"
        parts.append(f"{_much(known)}, by the genres {whose}")
    if known.decade is not None:
        parts.append(f"mostly {known.decade}s, by the year of this edition")
    if known.artist is not None and known.artist_share is not None:
        parts.append(f"{share_words(known.artist_share)} by {known.artist}")
    return " · ".join(parts)


def report_words(report: AnalysisReport) -> ReportWords:
    """Say all that goes with a report, for the files that are made of it."""
    return ReportWords(
        verdict(report), quality(report), notices(report), tuple(map(group_words, report.clusters))
    )


def verdict_sentence(
    structure: Structure,
    names: Sequence[str],
    *,
    mood: str,
    tracks: int,
    evidence: int,
    fewest: int,
    parts: Sequence[Subtitle] = (),
    names_them: bool = True,
) -> str:
    """Word the verdict.

    Parameters
    ----------
    structure
        The evidence for groups.
    names
        Names of the groups, largest first.
    mood
        The whole playlist in a few lower-case words.
    tracks
        Rows of the playlist.
    evidence
        Distinct tracks with features that are not estimates.
    fewest
        How many of those it takes to look for groups.
    parts
        What came with the tracks of each group.
    names_them
        Whether the groups are named; else it says what all sound like together.
    """
    count = len(names)
    listed = f": {_listed(names)}" if names_them else ""
    overall = listed or _overall(mood)
    match structure.verdict:
        case Verdict.TOO_FEW if evidence == 0:
            return f"No audio features are known for {_tracks(tracks)}, so there is nothing to compare yet."
        case Verdict.TOO_FEW if evidence == tracks:
            return f"{_too_few(evidence)} for groups (I need {fewest}).{_together(mood)}"
        case Verdict.TOO_FEW:
            have = "has" if evidence == 1 else "have"
            return (
                f"{evidence} of these {tracks:,} tracks {have} audio features: too few for groups "
                f"(I need {fewest}).{_together(mood)}"
            )
        case Verdict.CLEAR:
            return f"{_groups(count, 'clear')}{overall}."
        case Verdict.LOOSE:
            return f"{_groups(count, 'loose')} with blurred borders{overall}."
        case Verdict.UNTESTABLE if count < 2 and structure.is_split:
            return (
                f"{_too_few(evidence)} to name groups, but they are of more than one kind.{_together(mood)}"
            )
        case Verdict.UNTESTABLE if count < 2:
            return f"{_too_few(evidence)} to tell groups apart.{_called(names, mood)}"
        case Verdict.UNTESTABLE:
            doubt = f"{_too_few(evidence)} to be sure."
            known = _by_scene(structure, parts, brief=not names_them)
            return f"{_groups(count, '')}, maybe{overall}. {doubt} {known}".rstrip()
        case Verdict.NONE if count < 2:
            return f"The sound alone doesn't split this list.{_called(names, mood)}"
        case Verdict.NONE if structure.witnesses and (
            known := _by_scene(structure, parts, brief=not names_them)
        ):
            return f"By sound these {in_words(count)} flow into each other{listed}. {known}"
        case Verdict.NONE if structure.is_one_genre and mood and not mood.startswith(_RANGE):
            shades = f"in {in_words(count)} shades"
            return f"One mood, {mood}, {shades}{listed}. The sound alone doesn't split this list."
        case Verdict.NONE:
            return (
                f"The sound alone doesn't split this list; the {in_words(count)} groups below are a way to "
                f"cut it{listed}.{'' if names_them else _together(mood)}"
            )


def _too_few(evidence: int) -> str:
    return "1 track is too few" if evidence == 1 else f"{evidence} tracks are too few"


def _overall(mood: str) -> str:
    """Say what all groups sound like together, behind how many there are."""
    if not mood:
        return ""
    return f", {mood}" if mood.startswith(_RANGE) else f", {mood} overall"


def _together(mood: str) -> str:
    if not mood:
        return ""
    return f" Together they go {mood}." if mood.startswith(_RANGE) else f" Together they sound {mood}."


def _called(names: Sequence[str], mood: str) -> str:
    """Name the only group, which is the mood of the whole; else say that."""
    return f" Together: {names[0]}." if names else _together(mood)


def _by_scene(structure: Structure, parts: Sequence[Subtitle], *, brief: bool) -> str:
    """Say how the parts differ by what came with their tracks, where that was tested, or nothing.

    `brief` names one genre of each part.
    """
    if SceneKind.GENRE in structure.witnesses and sum(bool(part.genres) for part in parts) > 1:
        if brief:
            return f"By genre: {join_words(genre_words(part.genres[0]) for part in parts if part.genres)}."
        said = [_much(part) for part in parts if part.genres]
        if len(said) == len(parts) and all((part.genre_share or 0) >= _MOSTLY for part in parts):
            return f"By genre they are {in_words(len(parts))}: {_listed(said)}."
        return f"By genre they differ: {_listed(said)}."
    if SceneKind.DECADE in structure.witnesses and sum(part.decade is not None for part in parts) > 1:
        decades = [f"mostly {part.decade}s" for part in parts if part.decade is not None]
        return f"By the year of the edition they differ: {join_words(decades)}."
    return ""


def _much(known: Subtitle) -> str:
    much = "mostly" if (known.genre_share or 0) >= _MOSTLY else "a lot of"
    return f"{much} {join_words(map(genre_words, known.genres))}"


def _listed(names: Sequence[str]) -> str:
    """Join names; those with a comma or an "and" of their own by semicolons."""
    if any("," in name or " and " in name for name in names) and len(names) > 1:
        return f"{'; '.join(names[:-1])}; and {names[-1]}"
    return join_words(names)


def _groups(count: int, how: str) -> str:
    return " ".join(
        [in_words(count).capitalize(), *([how] if how else []), "group" if count == 1 else "groups"]
    )


def _tracks(count: int) -> str:
    return "the only track" if count == 1 else f"these {count:,} tracks" if count else "an empty playlist"


def quality_line(coverage: Coverage, *, brief: bool = False, is_drawn: bool = False) -> str:
    """Say the coverage in one sentence that hides nothing: every track is in exactly one of its numbers.

    Parameters
    ----------
    brief
        Whether there is little room; what lacks most, and whose values were borrowed, is said elsewhere.
    is_drawn
        Whether the tracks are on a picture beside it, on which what is estimated is hollow.

    Examples
    --------
    "64 of 106 tracks measured, 31 estimated, 11 unknown; mostly 2025-26 releases."
    """
    if coverage.total == 0:
        return "No tracks."
    partly = coverage.partly
    if partly is not None and partly.tracks == coverage.total:
        return f"{_capital(partly_line(partly))}."
    noun = "track" if coverage.total == 1 else "tracks"
    counts = {field: getattr(coverage, field) for field, _ in _ORIGINS}
    if partly is not None:
        counts["imputed"] -= partly.estimated
        counts["unknown"] -= partly.unknown
    said = dict(_ORIGINS)
    if brief and sum(count > 0 for count in counts.values()) > 1:
        said["borrowed"] = "borrowed"
    if is_drawn:
        said["imputed"] = "estimated (hollow)"
    named = [(counts[field], said[field]) for field, _ in _ORIGINS if counts[field]]
    if partly is not None:
        named.append((partly.tracks, f"in part ({partly_line(partly)})"))
    if coverage.unknown == coverage.total:
        return f"Nothing is known about the sound of {_tracks(coverage.total)}."
    if len(named) == 1:
        count, words = named[0]
        opening = "All" if count > 1 else "The only"
        return f"{opening} {f'{count:,} ' if count > 1 else ''}{noun} {words}."
    (first, first_words), *rest = named
    sentence = f"{first:,} of {coverage.total:,} {noun} {first_words}"
    sentence += "".join(f", {count:,} {words}" for count, words in rest)
    return f"{sentence}; {gap_words(coverage.gap)}." if coverage.gap and not brief else f"{sentence}."


def partly_line(partly: PartlyKnown) -> str:
    """Say what is known of tracks that lack features, and what becomes of the rest.

    Examples
    --------
    "tempo 30/30 and key 30/30 from the file, the other eight estimated"
    "eight of nine features from the file; loudness is estimated"
    """
    total = partly.tracks
    whence = _WHENCE.get(partly.origin, "known") if partly.origin else "known"
    rest = "estimated" if partly.estimated >= partly.unknown else "unknown"
    lacking = [feature.value for feature in SOUND_FEATURES if feature not in partly.known]
    counts = {feature: count for feature, count in partly.known.items() if feature is not Feature.MODE}
    sound = len(SOUND_FEATURES) - len(lacking)
    if len(lacking) < sound and lacking and set(counts.values()) == {total}:
        verb = "is" if len(lacking) == 1 else "are"
        return f"{in_words(sound)} of nine features {whence}; {join_words(lacking)} {verb} {rest}"
    listed = join_words([f"{feature.value} {count:,}/{total:,}" for feature, count in counts.items()])
    if not lacking:
        return f"{listed} {whence}, the rest {rest}"
    return f"{listed} {whence}, the {'other ' if sound else ''}{in_words(len(lacking))} {rest}"


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def gap_words(gap: Gap) -> str:
    """Say what the tracks without evidence have in common: "mostly 2025-26 releases"."""
    match gap.kind:
        case GapKind.NO_ID:
            return "mostly tracks without a Spotify id"
        case GapKind.YEARS:
            return f"mostly {_releases(gap.first, gap.last)}"
        case GapKind.COUNTRY:
            return f"mostly recordings registered in {_COUNTRIES[gap.name]}"
        case GapKind.SCRIPT:
            script = "Chinese or Japanese" if gap.name == "han" else gap.name.capitalize()
            return f"mostly titles in {script} script"
        case GapKind.GENRE:
            return f"mostly {genre_words(gap.name)}"
        case GapKind.ARTIST:
            return f"mostly by {gap.name}"


def _releases(first: int, last: int) -> str:
    if first == last:
        return f"{first} releases"
    if last - first == 9:
        return f"releases of the {first}s"
    same_century = first // 100 == last // 100
    return f"{first}-{last % 100:02d} releases" if same_century else f"{first}-{last} releases"
