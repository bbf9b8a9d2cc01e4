"""Read the watch history of YouTube Takeout: the plays in YouTube Music among all that was watched."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile

from services.imports.entries import split_words, text_of

_MUSIC = "YouTube Music"
"""Stands in `header` in every language."""
_TOPIC = re.compile(r"\s+[-–]\s+(?:Topic|Thema|Tema|Thème|Argomento|トピック|主題)$", re.IGNORECASE)
"""What YouTube adds to the channels that it makes of an artist's releases."""
_BEFORE = (
    "Watched ", "Vous avez regardé ", "Has visto ", "Hai guardato ", "Você assistiu a ", "Viu ", "Bekeken: ",
    "Obejrzano: ", "Просмотрено видео ",
)  # fmt: skip
_AFTER = (" angesehen", " gesehen", " bekeken", " を視聴しました", "を視聴しました", "을(를) 시청했습니다.")
_TELLING_TITLES = 6
"""So many different titles that begin, or end, with the same words tell these words in any language."""
_ADDRESS = re.compile(r"https?://\S+")


def is_watch_history(rows: Sequence[object]) -> bool:
    """Whether rows of JSON, by the first, are what was watched."""
    first = rows[0] if rows else None
    if not isinstance(first, dict):
        return False
    return {"header", "title", "time"} <= first.keys() and ("titleUrl" in first or "products" in first)


def plays_of(rows: Sequence[object]) -> Iterator[dict[str, object] | None]:
    """Yield each row as title and artist; one that is no music, or gone, with the reason in their place.

    The title says `Watched X` in the language of the account, known or told by what all titles share.
    """
    music = [row for row in rows if isinstance(row, dict) and row.get("header") == _MUSIC]
    before, after = _shared([text_of(row.get("title")) for row in music])
    for row in rows:
        if not isinstance(row, dict):
            yield None
            continue
        title = text_of(row.get("title"))
        if row.get("header") != _MUSIC:
            yield {"video": title}
            continue
        title = _bare(title, before, after)
        channel = _channel(row)
        if not channel or _ADDRESS.fullmatch(title):
            yield {"gone": title}
            continue
        artist = _TOPIC.sub("", channel)
        if artist == channel:  # a channel of somebody, whose titles often name the artist themselves
            named, rest = split_words(title)
            artist, title = (named, rest) if named else (channel, title)
        yield {"title": title, "artist": artist}


def _channel(row: Mapping[str, object]) -> str:
    listed = row.get("subtitles")
    first = listed[0] if isinstance(listed, list) and listed else None
    return text_of(first.get("name")).strip() if isinstance(first, dict) else ""


def _bare(title: str, before: str, after: str) -> str:
    return title.removeprefix(before).removesuffix(after).strip()


def _shared(titles: Sequence[str]) -> tuple[str, str]:
    """Return what stands before and after the names in all titles."""
    different = list(dict.fromkeys(title for title in titles if title))
    for known in _BEFORE:
        if 2 * sum(title.startswith(known) for title in different) > len(different):
            return known, ""
    for known in _AFTER:
        if 2 * sum(title.endswith(known) for title in different) > len(different):
            return "", known
    if len(different) < _TELLING_TITLES:
        return "", ""
    words = [title.split(" ") for title in different]
    before, after = _alike(words), _alike([each[::-1] for each in words])
    return "".join(f"{word} " for word in before), "".join(f" {word}" for word in reversed(after))


def _alike(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the words with which all rows begin, each of which goes on."""
    shared = takewhile(lambda column: len(set(column)) == 1, zip(*rows, strict=False))
    return [column[0] for column in shared][: min(map(len, rows)) - 1]
