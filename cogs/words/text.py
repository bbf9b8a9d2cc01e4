"""Numbers, lists and names in sentences, safe to show in Discord; and whose data it is."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from services.domain.letters import beginning, without_lone_joiners
from services.domain.music import Playlist, PlaylistSource, Skipped, SkipReason, Track
from services.domain.report import Cluster
from services.domain.vocabulary import share_words

TOO_LARGE = "The pictures are too large for this place. In words:"
FOR_STORIES = "The same for stories"
_UNSEEN = re.compile(r"[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
"""Control, zero-width and direction characters: harmless in a file, a disguise in a card."""
_RIGHT_TO_LEFT = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
_RUN = re.compile(rf"{_RIGHT_TO_LEFT}(?:[\W\d_]*{_RIGHT_TO_LEFT})*")
"""Words that are read from the right, with the numbers between them."""
_MARKS = re.compile(r"([\\*_~|`>\[\]()#<@:\-])")
_MENTION = re.compile(r"@(everyone|here|[!&]?[0-9]{17,20})")
_LONE_BACKSLASH = re.compile(r"(?<!\\)(?:\\\\)*\\$")
SKIPPED = {
    SkipReason.LOCAL_FILE: "local file",
    SkipReason.EPISODE: "podcast episode",
    SkipReason.AUDIOBOOK: "audiobook",
    SkipReason.NO_TITLE: "no title and no id",
    SkipReason.UNREADABLE: "unreadable row",
    SkipReason.UNAVAILABLE: "no longer available",
    SkipReason.NOT_A_TRACK: "not a track",
    SkipReason.PLAYLIST: "link to a playlist and not to a track",
    SkipReason.OVER_LIMIT: "over the row limit",
    SkipReason.SHORT_LINK: "short link, which hides its track: open it and copy the long one",
    SkipReason.OTHER_SERVICE: "link to another service",
    SkipReason.SHORT_PLAY: "never really played",
}
"""Why a row is no track."""
_SKIPPED_SEVERAL = SKIPPED | {
    SkipReason.LOCAL_FILE: "local files",
    SkipReason.EPISODE: "podcast episodes",
    SkipReason.AUDIOBOOK: "audiobooks",
    SkipReason.UNREADABLE: "unreadable rows",
    SkipReason.NOT_A_TRACK: "not tracks",
    SkipReason.PLAYLIST: "links to playlists and not to tracks",
    SkipReason.SHORT_LINK: "short links, which hide their tracks: open them and copy the long ones",
    SkipReason.OTHER_SERVICE: "links to other services",
}
"""Why several rows are none."""
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
ELLIPSIS = "…"
CLUSTER_LETTERS = "ABCDEFGH"
ATTRIBUTION = "-# Data from Spotify"
_ROOT = "https://open.spotify.com"


def letter_of(clusters: Sequence[Cluster], index: int) -> str:
    """Return the letter of a group of a report, which it keeps between reports."""
    letter = clusters[index].letter
    return CLUSTER_LETTERS[(index if letter is None else letter) % len(CLUSTER_LETTERS)]


def plain(text: str, limit: int = 80) -> str:
    """Return `text` on one line, without invisible characters, cut to `limit` characters."""
    cleaned = " ".join(_UNSEEN.sub(" ", without_lone_joiners(unicodedata.normalize("NFC", text))).split())
    if len(cleaned) <= limit:
        return cleaned
    # Not with a lone backslash: the text may be escaped, and its mark would fall to the ellipsis.
    return _LONE_BACKSLASH.sub("", beginning(cleaned, limit - 1)).rstrip() + ELLIPSIS


def escape(text: str, limit: int = 80) -> str:
    """Return `text` so that Discord shows it letter by letter: no markdown, mention, link or emoji code.

    Words that are read from the right are isolated: else a number behind them is shown in front of them.
    """
    cleaned = _RUN.sub("\u2068\\g<0>\u2069", plain(text, limit))
    cleaned = cleaned.replace("://", ":\u200b//").replace("discord.gg", "discord\u200b.gg")
    return _MENTION.sub("@\u200b\\1", _MARKS.sub(r"\\\1", cleaned))


def small(line: str) -> str:
    """Write a line in Discord's small print."""
    return f"-# {line}"


def moment(when: datetime, style: str = "R") -> str:
    """Name a moment as Discord shows it in everybody's own time zone: R as "2 hours ago", D as a date."""
    return f"<t:{int(when.timestamp())}:{style}>"


def message_url(guild_id: int | None, channel_id: int, message_id: int) -> str:
    """Return where a message can be opened."""
    return f"https://discord.com/channels/{guild_id or '@me'}/{channel_id}/{message_id}"


def track_line(track: Track, limit: int = 70) -> str:
    """Say a track in one line, linked to where it can be heard."""
    label = escape(track.label_within(limit), limit)
    if not track.id:
        return label
    return f"[{label}](https://open.spotify.com/track/{track.id})"


def percent(part: int, whole: int) -> str:
    """Say a share: `34%`, `<1%` rather than a wrong zero, `99%` rather than a wrong all."""
    return share_words(part / whole) if whole else "0%"


def unbroken(text: str) -> str:
    """Keep numbers and their units on one line."""
    return text.replace(" BPM", "\u00a0BPM")


def from_now(moment: datetime) -> str:
    """Say a moment that Discord counts towards, never too early: "in two hours"."""
    return f"<t:{math.ceil(moment.timestamp())}:R>"


def length(milliseconds: int) -> str:
    """Say how long a track is: "3:45"."""
    seconds = round(milliseconds / 1000)
    return f"{seconds // 60}:{seconds % 60:02d}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """Say a number with its noun."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def in_words(count: int) -> str:
    """Say a number from none to nine as a word."""
    return _NUMBERS[count] if count < len(_NUMBERS) else f"{count:,}"


def skipped_line(skipped: Sequence[Skipped]) -> str:
    """Say what was left out, or an empty string."""
    if not skipped:
        return ""
    total = sum(entry.count for entry in skipped)
    reasons = join_words(f"{entry.count:,} {_reason(entry)}" for entry in skipped)
    return f"{plural(total, 'row')} left out: {reasons}"


def _reason(entry: Skipped) -> str:
    return (SKIPPED if entry.count == 1 else _SKIPPED_SEVERAL)[entry.reason]


def join_words(words: Iterable[str], last: str = "and") -> str:
    """Join words as a person would: `a, b and c`."""
    items = list(words)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def some_of(words: Sequence[str], most: int) -> str:
    """Join words, naming at most `most` of them: `a, b and 3 more`."""
    if len(words) <= most:
        return join_words(words)
    return f"{', '.join(words[:most])} and {len(words) - most} more"


def fit(lines: Sequence[str], limit: int, more: str = "… and {count:,} more") -> str:
    """Join lines as long as they fit into `limit` characters; say how many did not."""
    kept: list[str] = []
    used = 0
    for index, line in enumerate(lines):
        rest = len(lines) - index
        room = limit - (len(more.format(count=rest)) + 1 if rest > 1 else 0)
        if used + len(line) + 1 > room:
            kept.append(more.format(count=rest))
            break
        kept.append(line)
        used += len(line) + 1
    return "\n".join(kept)


def listed(names: Sequence[str], count: int) -> str:
    """Join the first of `count` names: `a, b, c and 3 more`."""
    more = f" and {count - len(names)} more" if count > len(names) else ""
    return ", ".join(names) + more


def about(seconds: float) -> str:
    """Round a wait up to what people say.

    Examples
    --------
    2 -> "a few seconds", 40 -> "about 40 seconds", 90 -> "about 2 minutes"
    """
    if seconds <= 5:
        return "a few seconds"
    if seconds <= 55:
        return f"about {-(-seconds // 10) * 10:.0f} seconds"
    minutes = -(-seconds // 60)
    if minutes < 60:
        return f"about {minutes:.0f} minutes" if minutes > 1 else "about a minute"
    hours = -(-seconds // 3600)
    return f"about {hours:.0f} hours" if hours > 1 else "about an hour"


def span(time: timedelta) -> str:
    """Round a stretch of time to one unit.

    Examples
    --------
    40 s -> "a moment", 90 s -> "2 minutes", 5 h -> "5 hours", 50 h -> "2 days"
    """
    minutes = round(time.total_seconds() / 60)
    if minutes < 1:
        return "a moment"
    # Two of the larger unit are exact enough; one would hide half of it.
    size, unit = (1440, "day") if minutes >= 2880 else (60, "hour") if minutes >= 120 else (1, "minute")
    count = round(minutes / size)
    return f"{count} {unit if count == 1 else unit + 's'}"


def ago(time: timedelta) -> str:
    """Say how long something has been over: "2 hours ago"."""
    return f"{span(time)} ago"


def away(time: timedelta) -> str:
    """Say when something will be: "in 5 hours"."""
    return f"in {span(time)}"


def is_spotifys(playlist: Playlist) -> bool:
    """Whether a playlist was read at Spotify."""
    return playlist.source is PlaylistSource.SPOTIFY


def credit(playlist: Playlist) -> str:
    """Return the line that says whose data it is; empty for uploads."""
    if playlist.source is PlaylistSource.LISTS:
        address = "www.last.fm" if playlist.format == "Last.fm" else "listenbrainz.org"
        return small(f"A public list at [{playlist.format}](https://{address})")
    return ATTRIBUTION if is_spotifys(playlist) else ""


def playlist_link(playlist: Playlist) -> str:
    """Name a playlist, linked to it where it was read at Spotify."""
    name = escape(playlist.name, 90)
    if not is_spotifys(playlist):
        return name
    # Only Liked Songs come from Spotify without being a playlist.
    address = f"{_ROOT}/playlist/{playlist.id}" if playlist.id else f"{_ROOT}/collection/tracks"
    return f"[{name}]({address})"


def artist_link(name: str, artist_id: str) -> str:
    """Name an artist, linked where the id is known."""
    name = escape(name, 40)
    return f"[{name}]({_ROOT}/artist/{artist_id})" if artist_id else name


def artist_ids(tracks: Iterable[Track]) -> dict[str, str]:
    """Return the ids of artists by name, as the tracks say them."""
    return {
        name: key
        for track in tracks
        for name, key in zip(track.artists, track.artist_ids, strict=False)
        if key
    }
