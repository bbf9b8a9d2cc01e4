"""Say what an analysis found: how far the groups may be believed, and how much is known."""

from __future__ import annotations

from collections.abc import Sequence

from cogs.words.grouping import (
    MOSTLY,
    as_asked,
    basis_line,
    group_line,
    group_words,
    mostly_genres,
    style_sentence,
    way_label,
)
from cogs.words.messages import note_lines
from cogs.words.portrait import since_line, type_line
from cogs.words.quality import estimated_line, known_features, quality, these_tracks
from cogs.words.text import (
    credit,
    escape,
    in_words,
    join_words,
    letter_of,
    moment,
    percent,
    playlist_link,
    plural,
    skipped_line,
    small,
)
from services.domain.charts import ChartKind
from services.domain.group_words import genre_words
from services.domain.grouping import Grouping, SceneKind
from services.domain.messages import ReportWords
from services.domain.music import Playlist, PlaylistSource
from services.domain.report import FEWEST_TRACKS, AnalysisReport, Cluster, Structure, Subtitle, Unit, Verdict

BEFORE_POSTING = (
    "*Post here* shows it to this channel. I can take back what I post, but not what people download."
)

_EXAMPLE = ", invented example"
_VERDICT = 1000
"""Characters; its genres are words of a file."""
_SHORT = 80
"""Characters of a verdict up to which a phone has room for what else sets a list apart."""
_IN_FULL = 4
"""Groups up to which each has a line of usual size."""

CHART_NAMES = {
    ChartKind.MAP: "The map",
    ChartKind.PROFILES: "What tells the groups apart",
    ChartKind.JOURNEY: "The journey",
    ChartKind.DISTRIBUTIONS: "Tempo and keys",
}


_EACH = {Unit.ALBUM: ", each mostly one album", Unit.ARTIST: ", each mostly by one artist"}
_RANGE = "from "
"""How a mood begins that names two ends."""


WITH_FEATURES = "An export with audio features in it (Exportify can add them) brings them along."


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
        said = f"Only {known} known: too little to compare how these tracks sound, so there are no groups."
        return said if is_heard else f"{said} {WITH_FEATURES}"
    sentence = verdict_sentence(
        report.structure,
        report.names,
        mood=report.mood,
        tracks=len(report.tracks),
        evidence=report.evidence,
        real=report.coverage.total - report.coverage.imputed - report.coverage.unknown,
        fewest=FEWEST_TRACKS,
        parts=[cluster.subtitle for cluster in report.clusters],
        names_them=names_them,
    )
    return " ".join(filter(None, [sentence, _perhaps_albums(report), estimated_line(report.structure)]))


def _perhaps_albums(report: AnalysisReport) -> str:
    """Say of groups that they may be albums, where the list names nothing that could tell."""
    structure, tracks = report.structure, [entry.track for entry in report.tracks]
    if structure.forced or structure.verdict not in {Verdict.CLEAR, Verdict.LOOSE}:
        return ""
    if 2 * sum(bool(track.artists or track.album) for track in tracks) < len(tracks):
        return "Neither artists nor albums are named: these may be albums."
    return "Albums are not named: these may be albums." if structure.unit is Unit.UNKNOWN else ""


def notices(report: AnalysisReport) -> tuple[str, ...]:
    """Say what a person should know about the reading, and then about the sources."""
    return note_lines((*report.playlist.notes, *report.notices))


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
    real: int = 0,
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
    real
        Rows with features that are not estimates; more than `evidence` where a track is there twice.
    parts
        What came with the tracks of each group.
    names_them
        Whether the groups are named; else it says what all sound like together.
    """
    count = len(names)
    listed = f": {_listed(names)}" if names_them else ""
    overall = listed or _overall(mood)
    few = _too_few_known(evidence, tracks, real)
    albums, unsplit = _EACH.get(structure.unit, "") if structure.of_albums else "", _unsplit(structure)
    if structure.forced and structure.verdict is not Verdict.TOO_FEW:
        known = _by_scene(structure, parts, brief=not names_them)
        return f"{_as_asked(structure, names, overall, mood, few)} {known}".rstrip()
    match structure.verdict:
        case Verdict.TOO_FEW if evidence == 0:
            nothing = (
                f"No audio features are known for {these_tracks(tracks)}, so there is nothing to compare yet."
            )
            return f"{nothing} {WITH_FEATURES}" if tracks else nothing
        case Verdict.TOO_FEW:
            return f"{few} for groups (I need {fewest}).{_together(mood, evidence)}"
        case Verdict.CLEAR:
            return f"{_groups(count, 'clear')}{albums}{overall}."
        case Verdict.LOOSE:
            return f"{_groups(count, 'loose')} with blurred borders{albums}{overall}."
        case Verdict.UNTESTABLE if count < 2 and structure.is_split:
            return f"{few} to name groups, but they are of more than one kind.{_together(mood)}"
        case Verdict.UNTESTABLE if count < 2:
            return f"{few} to tell groups apart.{_called(names, mood)}"
        case Verdict.UNTESTABLE:
            known = _by_scene(structure, parts, brief=not names_them)
            return f"{_groups(count, '')}, maybe{overall}. {few} to be sure. {known}".rstrip()
        case Verdict.NONE if count < 2:
            return f"{unsplit}.{_called(names, mood)}"
        case Verdict.NONE if (
            not structure.of_albums
            and structure.witnesses
            and (known := _by_scene(structure, parts, brief=not names_them))
        ):
            return f"By sound these {in_words(count)} flow into each other{listed}. {known}"
        case Verdict.NONE if structure.is_one_genre and mood and not mood.startswith(_RANGE):
            shades = f"in {in_words(count)} shades"
            return f"One mood, {mood}, {shades}{listed}. {unsplit}."
        case Verdict.NONE:
            below = f"the {in_words(count)} groups below are a way to cut it"
            return f"{unsplit}; {below}{listed}.{'' if names_them else _together(mood)}"


def _as_asked(structure: Structure, names: Sequence[str], overall: str, mood: str, few: str) -> str:
    """Say that the number of groups was asked for; what was tested is whether the list has any at all."""
    count = len(names)
    if count < 2:
        return f"These tracks all sound the same, so they are one group.{_called(names, mood)}"
    is_each_an_album = structure.of_albums and structure.verdict in {Verdict.CLEAR, Verdict.LOOSE}
    albums = _EACH.get(structure.unit, "") if is_each_an_album else ""
    groups = [f"{_groups(count, '')}{as_asked(structure, count)}{albums}{overall}."]
    if structure.asked is not None and count < structure.asked:
        groups.append("These tracks allow no more.")
    match structure.verdict:
        case Verdict.CLEAR:
            groups.append("The sound does split this list, and in parts of it I find much the same groups.")
        case Verdict.LOOSE:
            groups.append("The sound does split this list, but the borders of these are blurred.")
        case Verdict.UNTESTABLE:
            groups.append(f"{few} to tell whether the sound splits them.")
        case _:
            groups.append(f"{_unsplit(structure)}: they are a way to cut it.")
    return " ".join(groups)


def _unsplit(structure: Structure) -> str:
    if structure.of_albums:
        alike = "by one artist" if structure.unit is Unit.ARTIST else "of one album"
        return f"Tracks {alike} sound alike here, and the sound splits this list no further"
    return "The sound alone doesn't split this list"


def _too_few(evidence: int) -> str:
    return "1 track is too few" if evidence == 1 else f"{evidence} tracks are too few"


def _too_few_known(evidence: int, tracks: int, real: int) -> str:
    """Say how many different tracks have features, where a list has others too or some of them twice."""
    if evidence == tracks:
        return _too_few(evidence)
    if evidence < real:
        return (
            "One track several times over is too few"
            if evidence == 1
            else f"Only {evidence} different tracks here have audio features: too few"
        )
    if evidence == 1:
        return f"The one of these {tracks:,} tracks that has audio features is too few"
    return f"The {evidence} of these {tracks:,} tracks that have audio features are too few"


def _overall(mood: str) -> str:
    """Say what all groups sound like together, behind how many there are."""
    if not mood:
        return ""
    return f", {mood}" if mood.startswith(_RANGE) else f", {mood} overall"


def _together(mood: str, evidence: int = 2) -> str:
    if not mood:
        return ""
    if evidence == 1:
        return f" It sounds {mood}."
    return f" Together they go {mood}." if mood.startswith(_RANGE) else f" Together they sound {mood}."


def _called(names: Sequence[str], mood: str) -> str:
    """Name the only group, which is the mood of the whole; else say that."""
    return f" Together: {names[0]}." if names else _together(mood)


def _by_scene(structure: Structure, parts: Sequence[Subtitle], *, brief: bool) -> str:
    """Say how the parts differ by what came with their tracks, where that was tested, or nothing.

    `brief` names one genre of each part.
    """
    if SceneKind.GENRE in structure.witnesses:
        # Parts of one genre do not differ by it.
        told: dict[Sequence[str], Subtitle] = {}
        for part in parts:
            if part.genres:
                told.setdefault(part.genres[:1] if brief else part.genres, part)
        if len(told) > 1 and brief:
            return f"By genre: {join_words(genre_words(part.genres[0]) for part in told.values())}."
        said = [mostly_genres(part) for part in told.values()]
        if len(told) == len(parts) > 1 and all((part.genre_share or 0) >= MOSTLY for part in parts):
            return f"By genre they are {in_words(len(parts))}: {_listed(said)}."
        if len(told) > 1:
            return f"By genre they differ: {_listed(said)}."
    decades = dict.fromkeys(part.decade for part in parts if part.decade is not None)
    if SceneKind.DECADE in structure.witnesses and len(decades) > 1:
        return f"By the year of the edition they differ: {join_words(f'mostly {each}s' for each in decades)}."
    return ""


def _listed(names: Sequence[str]) -> str:
    """Join names; those with a comma or an "and" of their own by semicolons."""
    if any("," in name or " and " in name for name in names) and len(names) > 1:
        return f"{'; '.join(names[:-1])}; and {names[-1]}"
    return join_words(names)


def _groups(count: int, how: str) -> str:
    return " ".join(
        [in_words(count).capitalize(), *([how] if how else []), "group" if count == 1 else "groups"]
    )


def format_words(playlist: Playlist) -> str:
    """Say in which format a list came, and that it is invented; an older version had stored that in it."""
    is_example = playlist.source is PlaylistSource.SAMPLE and _EXAMPLE not in playlist.format
    return f"{playlist.format}{_EXAMPLE}" if is_example else playlist.format


def report_heading(report: AnalysisReport, *, private: bool) -> str:
    """Say which playlist it is, and of how many tracks."""
    playlist = report.playlist
    origin = [f"{plural(len(playlist.tracks), 'track')} · {escape(format_words(playlist), 40)}"]
    found = escape(verdict(report, names_them=False), _VERDICT)
    origin += filter(None, [apart_words(report, private=private, has_room=len(found) <= _SHORT)])
    return f"## {playlist_link(playlist)}\n{found}\n{small(' · '.join(origin))}"


def apart_words(report: AnalysisReport, *, private: bool, has_room: bool) -> str:
    """Say what changed, which is its owner's to know, else what sets the list apart: one screen."""
    if private and report.since is not None:
        return since_line(report.since, moment(report.since.made_at, "D"), name=escape)
    return escape(type_line(report.portrait), 120) if has_room else ""


def summary_lines(report: AnalysisReport) -> list[str]:
    """Name each group on a line; what is known of it stands behind the menu."""
    evidence = sum(cluster.size for cluster in report.clusters)
    lines = []
    for index, cluster in enumerate(report.clusters):
        letter, share = letter_of(report.clusters, index), percent(cluster.size, evidence)
        album = f" · one album: {escape(cluster.subtitle.album, 40)}" if cluster.subtitle.album else ""
        line = f"**{letter}** {escape(cluster.name)} {share}{album}"
        lines.append(line if len(report.clusters) <= _IN_FULL else small(line))
    return lines


def footer_line(report: AnalysisReport) -> str:
    """Say by what it was grouped, and whose data it is."""
    basis = basis_line(report.basis, brief=True) if report.clusters else ""
    if basis and report.basis.remembered:
        basis += f" “{way_label(Grouping.SOUND)}” changes it back."
    # where nothing is known, the verdict says so
    known = quality(report, brief=True) if report.coverage.unknown < report.coverage.total else ""
    lines = [f"{basis} {known}".strip(), skipped_line(report.playlist.skipped)]
    lines += note_lines((*report.playlist.notes[:2], *report.notices[:2]))
    said = [small(escape(line, 220)) for line in lines if line]
    return "\n".join([*said, *filter(None, [credit(report.playlist)])])


def described_words(cluster: Cluster) -> str:
    """Say a group in one line of a menu."""
    was = f"was: {cluster.was} · " if cluster.was else ""
    return f"{plural(cluster.size, 'track')} · {was}{group_line(cluster)}"


def poster_title(report: AnalysisReport) -> str:
    """Say whose poster it is."""
    return f"## Your poster of {escape(report.playlist.name, 60)}"
