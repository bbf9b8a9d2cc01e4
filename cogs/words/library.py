"""Say which playlists somebody has, and which songs were found by their names."""

from __future__ import annotations

from collections.abc import Sequence

from cogs.words.messages import note_line
from cogs.words.text import escape, length, moment, plural, small
from services.domain.music import Playlist, Track
from services.domain.recordings import DoubtfulFind
from services.domain.report import AnalysisReport
from services.domain.spotify import Library, PlaylistSummary

NO_PLAYLIST = "There is no playlist in your library yet."
NOTHING_TO_ASK = "There is nothing left to ask about this map: every name is found, refused or unknown."
_NAME = 60
CLOSED_LISTS = (
    "Spotify shows a bot only lists that you own or collaborate on, and hides its own. For the others: "
    "export the playlist with exportify.net and attach the file to `/analyze`."
)


def library_counts(library: Library) -> str:
    """Say how many playlists there are, and how many of them can be read."""
    readable = sum(each.is_readable for each in library.playlists)
    count = plural(len(library.playlists), "playlist")
    closed = len(library.playlists) - readable
    more = f" {plural(library.unread, 'further one')} left out." if library.unread else ""
    if not closed:
        return f"{count}, and I can read all of them.{more}" if library.playlists else more.strip()
    return f"{count}: I can read {readable:,}. Spotify hides the other {closed:,} from bots.{more}"


def library_age(library: Library) -> str:
    """Say when the list was read, or why it is an older one."""
    if library.notice:
        return escape(note_line(library.notice), 220)
    return f"Read {moment(library.read_at)}"


def library_line(summary: PlaylistSummary) -> str:
    """Say a playlist in one line."""
    name = f"[{escape(summary.name, _NAME)}](https://open.spotify.com/playlist/{summary.id})"
    owner = f" · by {escape(summary.owner_name, 40)}" if summary.owner_name and not summary.is_own else ""
    if not summary.is_readable:
        return f"- {name}{owner} · *hidden from bots*"
    count = "" if summary.total is None else f" · {track_count(summary.total)}"
    return f"- {name}{count}{owner}"


def track_count(tracks: int) -> str:
    """Say how many tracks a playlist holds."""
    return plural(tracks, "track").replace(" ", "\u00a0") if tracks else "empty"


def find_words(track: Track) -> str:
    """Say a track that was found by its name."""
    album = f" · {escape(track.album, 40)}" if track.album else ""
    return f"{escape(track.label_within(80), 80)} · {find_length(track)}{album}"


def find_length(track: Track) -> str:
    """Say how long a found track is."""
    return length(track.duration_ms) if track.duration_ms else "length unknown"


def doubtful_lines(report: AnalysisReport, finds: Sequence[DoubtfulFind]) -> list[str]:
    """Say how many finds are doubtful."""
    return [
        (
            f"## Same song? {len(finds):,} of {plural(len(report.tracks), 'track')} "
            f"{'is' if len(finds) == 1 else 'are'} doubtful"
        ),
        "First what the list says, then what I found. What you take counts for you alone.",
    ]


def liked_line(liked: int) -> str:
    """Say how many songs are liked."""
    return f"- [Liked Songs](https://open.spotify.com/collection/tracks) · {track_count(liked)}"


def library_lines(library: Library) -> list[str]:
    """Say whose playlists they are, and how many."""
    return ["## Your playlists", library_counts(library), small(library_age(library))]


def choice_lines(playlists: Sequence[Playlist], order: Sequence[int]) -> list[str]:
    """Ask which playlist of a file is meant."""
    more = len(playlists) - len(order)
    return [
        f"### This file holds {plural(len(playlists), 'playlist')}",
        f"Read as {escape(playlists[0].format, 40)}. Choose the one you mean.",
        small(f"The {len(order)} largest are listed; {plural(more, 'smaller one')} left out.")
        if more
        else "",
    ]


def found_line(find: DoubtfulFind) -> str:
    """Say what was found."""
    return f"found: {find_words(find.found)}"


def more_finds(more: int) -> str:
    """Say how many follow."""
    return f"The next {more:,} come after these." if more else ""


def take_all(finds: int) -> str:
    """Say that all are taken."""
    return f"Take all {finds:,}"


def skip_all(finds: int) -> str:
    """Say that all are skipped."""
    return f"Skip all {finds:,}"


def answered_line(taken: int, refused: int) -> str:
    """Say how many finds were taken, and how many refused."""
    said = [f"{plural(taken, 'track')} taken"] if taken else []
    said += [f"{plural(refused, 'track')} skipped"] if refused else []
    return f"{', '.join(said).capitalize() or 'Nothing changed'}."
