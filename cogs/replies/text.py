"""Words and links that are safe to show in Discord."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

import discord

from services.domain.music import Skipped, SkipReason, Track

_UNSEEN = re.compile(r"[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
"""Control, zero-width and direction characters: harmless in a file, a disguise in a card."""
_MARKS = re.compile(r"([\\*_~|`>\[\]()#<@:\-])")
_OURS = re.compile(r"(`(?:/[a-z]+|python -m bot [a-z]+)`|<t:\d{1,12}:[tTdDfFR]>)")
_COUNTABLE = {SkipReason.LOCAL_FILE, SkipReason.EPISODE, SkipReason.AUDIOBOOK, SkipReason.UNREADABLE}
ELLIPSIS = "…"
CLUSTER_LETTERS = "ABCDEFGH"


def plain(text: str, limit: int = 80) -> str:
    """Return `text` on one line, without invisible characters, cut to `limit` characters."""
    cleaned = " ".join(_UNSEEN.sub(" ", unicodedata.normalize("NFC", text)).split())
    if len(cleaned) <= limit:
        return cleaned
    return cleaned[: limit - 1].rstrip() + ELLIPSIS


def escape(text: str, limit: int = 80) -> str:
    """Return `text` so that Discord shows it letter by letter: no markdown, mention, link or emoji code."""
    return _disarm(plain(text, limit))


def inert(sentence: str, limit: int = 1500) -> str:
    """Return a sentence in which nothing but the names of our own commands and moments is formatted.

    Refusals repeat words of the file that they refuse, such as the names of its columns.
    """
    parts = _OURS.split(plain(sentence, limit))
    return "".join(part if index % 2 else _disarm(part) for index, part in enumerate(parts))


def _disarm(cleaned: str) -> str:
    cleaned = cleaned.replace("://", ":\u200b//").replace("discord.gg", "discord\u200b.gg")
    return discord.utils.escape_mentions(_MARKS.sub(r"\\\1", cleaned))


def track_line(track: Track, limit: int = 70) -> str:
    """Say a track in one line, linked to where it can be heard."""
    if not track.id:
        return escape(track.label, limit)
    return f"[{escape(track.label, limit)}](https://open.spotify.com/track/{track.id})"


def percent(part: int, whole: int) -> str:
    """Say a share: `34 %`, `<1 %` rather than a wrong zero."""
    if not whole:
        return "0 %"
    share = 100 * part / whole
    return unbroken("<1 %" if 0 < share < 0.5 else f"{share:.0f} %")


def unbroken(text: str) -> str:
    """Keep numbers and their units on one line."""
    return text.replace(" %", "\u00a0%").replace(" BPM", "\u00a0BPM")


def plural(count: int, one: str, many: str | None = None) -> str:
    """Say a number with its noun."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def skipped_line(skipped: Sequence[Skipped]) -> str:
    """Say what was left out, or an empty string."""
    if not skipped:
        return ""
    total = sum(entry.count for entry in skipped)
    reasons = join_words(f"{entry.count:,} {_reason(entry)}" for entry in skipped)
    return f"{plural(total, 'row')} left out: {reasons}"


def _reason(entry: Skipped) -> str:
    return f"{entry.reason.value}s" if entry.count != 1 and entry.reason in _COUNTABLE else entry.reason.value


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
