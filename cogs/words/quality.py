"""Say how much is known of a list, from whom, and what that does to its groups."""

from __future__ import annotations

from cogs.words.grouping import MOSTLY_SAME, NEARLY_SAME, same_words
from cogs.words.text import escape, fit, in_words, join_words, percent, plural, small
from services.domain.features import SOUND_FEATURES, Coverage, Feature, Gap, GapKind, Origin, PartlyKnown
from services.domain.group_words import genre_words
from services.domain.grouping import Grouping
from services.domain.report import AnalysisReport, EnrichedTrack, Structure, Verdict
from services.domain.sound import CLIP_SOURCE, NOTE_NAMES, SOUND_SOURCE
from services.domain.sources import Opinions, second_opinions

HALVED, DOUBLED, AS_MEASURED = "half", "double", "asis"
"""What a person makes of a tempo."""
WRONG_TEMPO = "A tempo is wrong? Open the track's group and correct it there."
WITHOUT_FULL_DATA = "**Tracks without full data**"
TWO_SOURCES = "**Two sources of one track**"
THE_GROUPS = "**The groups**"
BY_FEATURE = "**Real values by feature**"
SOURCES = "**Sources**"
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

_SOURCES = {
    SOUND_SOURCE: "its sound, measured here",
    CLIP_SOURCE: "ReccoBeats, from clips of its sound",
    "acousticbrainz": "AcousticBrainz, of the same recording",
    "reccobeats": "ReccoBeats",
    "imputation": "estimates from related tracks",
    "loudness, tempo and key": "estimates from loudness, tempo, key and tags",
}
_SHAKY = 0.5
LISTED = 420
"""Characters of a list of tracks; the export has all."""
_NAMED = 3
"""Features of a track that are named; of more it says how many."""
_KINDS = (
    ("measured", "measured for exactly this track"),
    ("heard", "measured from the sound of a file, here or by ReccoBeats"),
    ("uploaded", "taken from the file"),
    ("borrowed", "borrowed from the same recording under another id"),
    ("imputed", "estimated: drawn hollow, they decide nothing"),
    ("unknown", "unknown"),
)


def in_all(report: AnalysisReport) -> list[str]:
    """Say how much is known in one sentence, unless the list below has it as its only line."""
    partly = report.coverage.partly
    return [] if partly is not None and partly.tracks == report.coverage.total else [quality(report)]


def verdict_line(report: AnalysisReport) -> str:
    """Say how far a map may be trusted: not at all where no track is known well enough to decide anything."""
    share = report.coverage.real_share if report.evidence or report.clusters else 0.0
    if share >= 0.95:
        return "**Solid:** nearly all values are real."
    if share >= 0.7:
        return "**Good:** most values are real; the picture is right, details may be missing."
    if share >= 0.4:
        return "**Patchy:** trust the large shapes, not the details."
    return "**Thin:** too little is really known to trust this map."


def kind_lines(coverage: Coverage) -> list[str]:
    """Count the tracks by how they are known."""
    partly = coverage.partly
    in_part = {"imputed": partly.estimated, "unknown": partly.unknown} if partly else {}
    counts = [(getattr(coverage, name) - in_part.get(name, 0), words) for name, words in _KINDS]
    if partly:
        counts.append((partly.tracks, f"known in part: {partly_line(partly)}"))
    return [f"- {count:,} {words} ({percent(count, coverage.total)})" for count, words in counts if count]


def source_lines(coverage: Coverage) -> list[str]:
    """Count the tracks by whose values they have."""
    lines = [
        f"- {source_words(name)}: {plural(count, 'track')}" for name, count in coverage.by_source.items()
    ]
    return lines or ["- none gave a value"]


def source_words(name: str) -> str:
    """Call a source as people do: values that came with a file are those of the person's own file."""
    if name in _SOURCES:
        return _SOURCES[name]
    kind, _, rest = name.partition(":")
    if kind == "file":
        format_name = rest.replace("-", " ").capitalize()
        return f"your {escape(format_name)} file" if format_name else "your file"
    return f"the data set {escape(rest)}" if kind == "dataset" else escape(name)


def opinion_lines(report: AnalysisReport, opinions: list[Opinions]) -> list[str]:
    """Count where two sources differ, and show both values of a few tracks."""
    apart = [each for each in opinions if each.differ]
    octaves = sum(each.are_octaves for each in apart)
    said = f"{len(apart):,} of {plural(len(opinions), 'value')} that two sources know differ"
    said += f", {octaves:,} of them by an octave of the tempo." if octaves else "."
    lines = []
    for entry in report.tracks:
        pairs = [_pair(each) for each in second_opinions(entry) if each.feature is not Feature.MODE]
        if pairs:
            lines.append(f"- {escape(entry.track.label_within(60), 60)}: {'; '.join(pairs)}")
    return [said, fit(lines, LISTED)]


def _pair(both: Opinions) -> str:
    value, other = (_value(both.feature, each) for each in (both.value, both.other))
    sign = "≠" if both.differ else "≈"
    sources = [source_words(each.source) for each in (both.source, both.other_source)]
    return f"{both.feature.value} {value} ({sources[0]}) {sign} {other} ({sources[1]})"


def _value(feature: Feature, value: float) -> str:
    if feature is Feature.KEY:
        return NOTE_NAMES[round(value)]
    return f"{value:.1f}" if feature in {Feature.TEMPO, Feature.LOUDNESS} else f"{value:.2f}"


def by_feature_line(coverage: Coverage) -> str:
    """Say the share of real values of each feature."""
    shares = {
        feature: percent(coverage.by_feature.get(feature, 0), coverage.total)
        for feature in (*SOUND_FEATURES, Feature.KEY)
    }
    if len(set(shares.values())) == 1:
        return f"{next(iter(shares.values()))} for each feature"
    return ", ".join(f"{feature.value} {share}" for feature, share in shares.items())


def groups_lines(report: AnalysisReport) -> list[str]:
    """Say how far the groups hold, and what estimates would do to them."""
    structure, basis = report.structure, report.basis
    # By style and era the structure is about the sound, and the groups are others.
    stability = basis.stability if basis.grouping is Grouping.STYLE else structure.stability
    if structure.verdict is Verdict.TOO_FEW or stability is None:
        return ["Too few tracks have enough real values to look for groups."]
    is_cut = structure.verdict is Verdict.NONE and basis.grouping is Grouping.SOUND
    lines = [_steadiness(stability, is_cut=is_cut)] if structure.k > 1 else []
    if structure.verdict is Verdict.UNTESTABLE and not structure.is_split:
        lines.append("I find no real groups by sound, which says little below about 75 tracks.")
    if structure.estimated:
        lines.append(f"{estimated_line(structure)} Groups that lean on an estimate are never called clear.")
    agreement = report.estimate_agreement
    if agreement is not None and structure.k > 1:
        effect = (
            "would hardly change the groups"
            if agreement >= NEARLY_SAME
            else "would move the borders of the groups"
            if agreement >= _SHAKY
            else "would redraw the groups"
        )
        lines.append(
            f"Counting the estimated tracks {effect} (agreement {agreement:.2f}). I don't count them."
        )
    return lines


def _steadiness(agreement: float, *, is_cut: bool) -> str:
    """Say whether groups, or where a list is cut, stay in parts of it, by an adjusted Rand index."""
    figure = f"(agreement {agreement:.2f}, where 1 is identical)"
    if agreement < MOSTLY_SAME:
        return f"They shift in parts of the list: take them loosely {figure}."
    opening = "The cut is steady" if is_cut else "These groups hold up"
    return f"{opening}: in random parts of the list I find {same_words(agreement)} {figure}."


def track_gap(entry: EnrichedTrack) -> str:
    """Say what is not known of a track."""
    if any(entry.features.get(feature) is None for feature in SOUND_FEATURES):
        return " · unknown"
    guessed = [feature for feature in SOUND_FEATURES if entry.is_imputed(feature)]
    if not guessed:
        return ""
    if len(guessed) == len(SOUND_FEATURES):
        return " · estimated"
    named = ", ".join(guessed) if len(guessed) <= _NAMED else f"{len(guessed)} of {len(SOUND_FEATURES)}"
    return f" · {named} estimated"


def whose_words(entry: EnrichedTrack) -> str:
    """Say that a tempo is a person's correction, where it is."""
    provenance = entry.provenance.get(Feature.TEMPO)
    return ", corrected by you" if provenance and provenance.origin is Origin.CORRECTED else ""


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
        return f"{capital(partly_line(partly))}."
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
    if coverage.unknown == coverage.total and partly is None:
        return f"Nothing is known about the sound of {these_tracks(coverage.total)}."
    if len(named) == 1:
        count, words = named[0]
        one = f"The track is {words.replace('their', 'its')}."
        return f"All {count:,} tracks {words}." if count > 1 else one
    (first, first_words), *rest = named
    sentence = f"{first:,} of {coverage.total:,}{'' if brief and is_drawn else f' {noun}'} {first_words}"
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
    count = in_words(len(lacking))
    return f"{listed} {whence}, the {f'other {count}' if sound else f'{count} sound features'} {rest}"


def capital(sentence: str) -> str:
    """Begin a sentence with a capital letter."""
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


def these_tracks(count: int) -> str:
    """Say how many tracks are meant."""
    return "this track" if count == 1 else f"these {count:,} tracks" if count else "an empty playlist"


def quality_title(report: AnalysisReport) -> str:
    """Say whose quality it is."""
    return f"## Data quality of {escape(report.playlist.name, 60)}"


def tempo_words(entry: EnrichedTrack, tempo: float) -> str:
    """Say a tempo, and whether it is the person's correction."""
    return f"about {tempo:.0f} BPM{whose_words(entry)}"


def tempo_lines(entry: EnrichedTrack) -> list[str]:
    """Say what a tempo is, and whence."""
    tempo, source = entry.features.tempo or 0.0, entry.provenance[Feature.TEMPO].source
    return [
        f"### {escape(entry.track.label)}",
        (
            f"About {tempo:.0f} BPM, according to {source_words(source)}. Programs often hear half or double "
            "the tempo that people tap."
        ),
        small("Your correction counts for you alone and is marked as yours."),
    ]


def corrected_line(entry: EnrichedTrack, factor: str) -> str:
    """Confirm a correction."""
    done = {HALVED: "halved", DOUBLED: "doubled", AS_MEASURED: "as it was measured again"}[factor]
    return f"The tempo of {escape(entry.track.label)} is {done} for you."
