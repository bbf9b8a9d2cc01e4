"""Say what parts a playlist is split into."""

from __future__ import annotations

from cogs.words.attribution import playlist_link
from cogs.words.grouping import WAY, basis_line
from cogs.words.text import (
    CLUSTER_LETTERS,
    escape,
    fit,
    join_words,
    plural,
    small,
    track_line,
    unbroken,
)
from cogs.words.traits import sound_words
from services.domain.drafts import Part, SplitState
from services.domain.grouping import Grouping
from services.domain.report import AnalysisReport, Verdict

NEW_NAME = "Name of the new playlist"

_EXAMPLES = 2


def promise_line(report: AnalysisReport, state: SplitState) -> str:
    """Say how many playlists become of how many tracks."""
    words = f"{plural(len(state.chosen), 'playlist')} from {plural(len(report.tracks), 'track')}."
    if report.basis.grouping is Grouping.STYLE:
        return f"{words} {basis_line(report.basis, brief=True)}"
    if report.structure.verdict in {Verdict.NONE, Verdict.UNTESTABLE}:
        return f"{words} The borders are soft: the sound alone doesn't split this list."
    return words


def part_lines(report: AnalysisReport, part: Part, number: int) -> str:
    """Say a part with how it sounds."""
    letter = CLUSTER_LETTERS[number]
    # the card's heading says the playlist's name, with which those of its parts begin
    name = escape(part.name.removeprefix(f"{report.playlist.name} · "), 90)
    title = f"**{letter} · {name}**" if part.included else f"~~{letter} · {name}~~ (left out)"
    likely = f", {part.likely:,} likely" if part.likely else ""
    heard = " · ".join(
        escape(report.tracks[row].track.label, 30)
        for group in part.groups
        for row in report.clusters[group].typical[: max(1, _EXAMPLES // len(part.groups))]
    )
    sound = join_words(sound_words(report.clusters[group]) for group in part.groups)
    said = " · ".join(
        words for words in (unbroken(escape(sound, 80)), f"♪ {heard}" if heard else "") if words
    )
    counted = f"{len(part.rows):,}{likely}{' · small' if part.is_small else ''}"
    return f"{title} {counted}\n{small(said)}" if said else f"{title} {counted}"


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
