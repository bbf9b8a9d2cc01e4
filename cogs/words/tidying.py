"""Say what may be tidied up in a list, and what parts it is split into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cogs.words.grouping import WAY, basis_line, sound_words
from cogs.words.stats import none_stands_out
from cogs.words.text import (
    CLUSTER_LETTERS,
    credit,
    escape,
    fit,
    in_words,
    join_words,
    playlist_link,
    plural,
    small,
    track_line,
    unbroken,
)
from services.domain.drafts import (
    Certainty,
    Decision,
    Double,
    DoubleKind,
    Finding,
    Keeping,
    Part,
    SplitState,
    Tidied,
    TidyState,
)
from services.domain.features import Feature
from services.domain.group_words import outlier_words
from services.domain.grouping import Grouping
from services.domain.portrait import Outlier
from services.domain.report import AnalysisReport, Verdict

MOVED_TO_TITLE = "Playlist for what is moved"
IN_PLACE_LOSES = (
    "In place, the dates on which tracks were added are lost: all become today's. "
    "The list of before is stored, and `/undo` puts it back."
)

_LISTED_CHARACTERS = 1100
_MARKS = {
    Certainty.SURE: "👥 **Duplicate**",
    Certainty.MAYBE: "🔀 **Maybe a duplicate**",
    Certainty.OPINION: "🔭 **Stands out**",
}
DECISION_WORDS = {Decision.KEEP: "Keep", Decision.MOVE: "Move", Decision.REMOVE: "Remove"}

_DOUBLES: Mapping[DoubleKind, str] = {
    DoubleKind.SAME_TRACK: "the same track once more",
    DoubleKind.SAME_RECORDING: "the same recording from another release",
    DoubleKind.SAME_SONG: "the same song from another release",
    DoubleKind.LENGTHS_UNKNOWN: "the same title and artist; the lengths of both are unknown",
    DoubleKind.VERSION: "another version of the same song",
}
_KEEPING: Mapping[str, str] = {
    Keeping.PLAYABLE: "it can be opened on Spotify",
    Keeping.MORE_SOUND: "it brings more sound data along",
    Keeping.MORE_POPULAR: "the more popular release",
    Keeping.MORE_COMPLETE: "its details are more complete",
    Keeping.EARLIER: "it was added first",
    Keeping.ORIGINAL: "the song itself",
    Keeping.FIRST: "it comes first",
}
_ADJECTIVES = frozenset((
    "a cappella", "acoustic", "extended", "instrumental", "live", "mixed", "orchestral", "re-recorded",
    "slowed", "sped up",
))  # fmt: skip
"""Version tags that need no article."""
_NEEDS_A_NOUN = frozenset({"karaoke"})
NEW_NAME = "Name of the new playlist"
_EXAMPLES = 2


def finding_reason(finding: Finding, names: Sequence[str]) -> str:
    """Say why a track is asked about, beside groups of these names: "this one is live"."""
    match finding.reason:
        case Outlier():
            return outlier_words(finding.reason, names)
        case Double():
            return _double_words(finding.reason)
        case stored:
            return stored


def keeper_reason(finding: Finding) -> str:
    """Say why the other one is suggested for keeping: "the more popular release"."""
    return _KEEPING.get(finding.keeper_reason, finding.keeper_reason)


def _double_words(double: Double) -> str:
    which = "this one" if double.is_this else "the other one"
    if double.kind is DoubleKind.CLEAN:
        return f"{which} is the clean version"
    if double.feature is not None and double.values is not None:
        digits = 0 if double.feature is Feature.TEMPO else 2
        own, other = (f"{value:.{digits}f}" for value in double.values)
        return f"it sounds different: {double.feature.value} {own} / {other}"
    return f"{which} is {_with_article(double.tag)}" if double.tag else _DOUBLES[double.kind]


def _with_article(tag: str) -> str:
    """Put a version tag behind "is": "live", "a remix", "an edit", "a karaoke version"."""
    if tag in _ADJECTIVES:
        return tag
    if tag in _NEEDS_A_NOUN:
        return f"a {tag} version"
    return f"{'an' if tag[0] in 'aeiou' else 'a'} {tag}"


def findings_words(findings: Sequence[Finding]) -> str:
    """Count what was found, by how sure it is."""
    sure = sum(finding.certainty is Certainty.SURE for finding in findings)
    maybe = sum(finding.certainty is Certainty.MAYBE for finding in findings)
    odd = len(findings) - sure - maybe
    parts = (
        plural(sure, "duplicate") if sure else "",
        plural(maybe, "maybe") if maybe else "",
        f"{plural(odd, 'track')} that stand{'s' if odd == 1 else ''} out" if odd else "",
    )
    return join_words(part for part in parts if part)


def finding_lines(report: AnalysisReport, state: TidyState, number: int) -> list[str]:
    """Say what was found, and which track is suggested for keeping."""
    finding = state.findings[number]
    row = state.row_of(number)
    first = f"{_MARKS[finding.certainty]} · #{row + 1} {track_line(report.tracks[row].track, 60)}"
    said = finding_reason(finding, report.names)
    reason = escape(said[:1].upper() + said[1:], 240)
    if finding.keeper is None:
        return [first, small(f"{reason}.")]
    other = finding.row if row == finding.keeper else finding.keeper
    stays = f"#{other + 1}"
    if report.tracks[other].track.label != report.tracks[row].track.label:
        stays += f" {track_line(report.tracks[other].track, 48)}"
    if row == finding.keeper:
        return [first, small(f"You would rather keep {stays}.")]
    return [first, small(f"{reason}. Suggested for keeping: {stays} ({keeper_reason(finding)}).")]


def tracks_listed(report: AnalysisReport, rows: Sequence[int]) -> str:
    """List tracks with their places."""
    lines = [f"- #{row + 1} {track_line(report.tracks[row].track, 60)}" for row in rows]
    return fit(lines, _LISTED_CHARACTERS)


def nothing_to_tidy_lines(report: AnalysisReport) -> list[str]:
    """Say that there is nothing to tidy."""
    name = playlist_link(report.playlist)
    return [
        f"## {name} is tidy",
        f"{_none_twice(len(report.tracks))} {none_stands_out(report)}",
        small("I compared ids, ISRCs, titles, artists, lengths, years, genres and the sound."),
    ]


def _none_twice(tracks: int) -> str:
    return "It has only one track." if tracks == 1 else f"None of its {tracks:,} tracks is there twice."


def tidy_lines(report: AnalysisReport, state: TidyState) -> list[str]:
    """Say what was found."""
    name = playlist_link(report.playlist)
    return [
        f"## Tidy up {name}",
        (
            f"{findings_words(state.findings)} in {plural(len(report.tracks), 'track')}. "
            "Nothing changes before you apply it."
        ),
        credit(report.playlist),
    ]


def apply_lines(report: AnalysisReport, state: TidyState, result: Tidied) -> list[str]:
    """Say how many tracks stay."""
    name = escape(report.playlist.name, 90)
    undecided = f" {plural(state.open, 'finding')} left undecided." if state.open else ""
    return [
        f"## Apply to {name}?",
        f"{len(report.tracks):,} → {plural(len(result.kept), 'track')}.{undecided}",
    ]


def remove_title(result: Tidied) -> str:
    """Say how many tracks go."""
    return f"**Remove {len(result.removed):,}**"


def move_title(state: TidyState, result: Tidied, can_write: bool) -> str:
    """Say how many tracks go to which list."""
    new = "a new private playlist" if can_write else "a list of their own"
    return f"**Move {len(result.moved):,} to {new}, “{escape(state.moved_to, 80)}”**"


def tidied_lines(report: AnalysisReport, state: TidyState, result: Tidied, hints: Sequence[str]) -> list[str]:
    """Say how many tracks stay, and what is to be said of the files."""
    return [
        f"## {escape(report.playlist.name, 90)}, tidied",
        f"{plural(len(result.kept), 'track')} stay"
        + (f", {len(result.moved):,} to “{escape(state.moved_to, 80)}”" if result.moved else "")
        + (f", {len(result.removed):,} left out" if result.removed else "")
        + ".",
        *map(small, hints),
    ]


def promise_line(report: AnalysisReport, state: SplitState) -> str:
    """Say how many playlists become of how many tracks."""
    words = f"{plural(len(state.chosen), 'playlist')} from {plural(len(report.tracks), 'track')}."
    if report.structure.asked is not None and len(report.clusters) < report.structure.asked:
        words += f" These tracks allow no more than {in_words(len(report.clusters))} groups."
    if report.basis.grouping is Grouping.STYLE:
        # what was chosen last time was chosen for maps: here the way is asked for, or usual
        return f"{words} {basis_line(replace(report.basis, remembered=False), brief=True)}"
    if report.structure.verdict is Verdict.NONE:
        return f"{words} The borders are soft: the sound alone doesn't split this list."
    if report.structure.verdict is Verdict.UNTESTABLE:
        return f"{words} The borders may be chance: so few tracks can't tell."
    return f"{words} Grouped by sound."


def part_lines(report: AnalysisReport, part: Part, number: int) -> str:
    """Say a part with how it sounds."""
    letter = CLUSTER_LETTERS[number]
    name = escape(name_of_part(report, part), 90)
    title = f"**{letter} · {name}**" if part.included else f"~~{letter} · {name}~~ (left out)"
    likely = f", {part.likely:,} likely" if part.likely else ""
    heard = " · ".join(
        escape(report.tracks[row].track.label_within(30), 30)
        for group in part.groups
        for row in report.clusters[group].typical[: max(1, _EXAMPLES // len(part.groups))]
    )
    sound = join_words(sound_words(report.clusters[group]) for group in part.groups)
    said = " · ".join(
        words for words in (unbroken(escape(sound, 80)), f"♪ {heard}" if heard else "") if words
    )
    counted = f"{len(part.rows):,}{likely}{' · small' if part.is_small else ''}"
    return f"{title} {counted}\n{small(said)}" if said else f"{title} {counted}"


def name_of_part(report: AnalysisReport, part: Part) -> str:
    """Leave out the playlist's name, which the heading says and the part's begins with, perhaps cut."""
    begins, cut, rest = part.name.partition("… · ")
    if cut and report.playlist.name.startswith(begins):
        return rest
    return part.name.removeprefix(f"{report.playlist.name} · ")


def homeless_line(state: SplitState) -> str:
    """Say how many tracks are in no part."""
    count = len(state.homeless)
    return (
        f"{plural(count, 'track')} of which I know no sound {'is' if count == 1 else 'are'} in none of them; "
        "in the playlist itself they stay."
    )


def part_listed(report: AnalysisReport, part: Part, room: int) -> str:
    """List the tracks of a part in so many characters."""
    title = f"**{escape(part.name, 90)}** — {plural(len(part.rows), 'track')}"
    lines = [f"- {track_line(report.tracks[row].track, 60)}" for row in part.rows]
    return f"{title}\n{fit(lines, room - len(title) - 1)}"


def split_title(report: AnalysisReport) -> str:
    """Say what is split."""
    return f"## Split {playlist_link(report.playlist)}"


def dry_run_lines(report: AnalysisReport, count: int, can_write: bool) -> list[str]:
    """Ask whether the playlists are to be made."""
    return [
        f"## Make {plural(count, 'private playlist')}?" if can_write else f"## {plural(count, 'list')}",
        f"{escape(report.playlist.name, 90)} itself stays as it is.",
    ]


def only_exported(without_id: int) -> str:
    """Say how many tracks Spotify can't hold."""
    return f"{plural(without_id, 'track')} without a Spotify id can only be exported."


def most_alike(report: AnalysisReport) -> str:
    """Say that a part is the nearest."""
    return f"most alike {WAY[report.basis.grouping]}"


def lists_title(report: AnalysisReport, state: SplitState) -> str:
    """Say how many lists it is in."""
    return f"## {escape(report.playlist.name, 90)} in {plural(len(state.chosen), 'list')}"
