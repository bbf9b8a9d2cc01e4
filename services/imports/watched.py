"""Read the watch history of YouTube Takeout: the plays in YouTube Music among all that was watched."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from itertools import takewhile

from services.domain.messages import Look
from services.imports.entries import split_words, text_of
from services.imports.text import markup_kind

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

_CELL, _PLAYED = 'class="outer-cell', "music.youtube.com/watch"
_HEADER, _BODY = "mdl-typography--title", "mdl-typography--body-1"
_TAG = re.compile(r"<[^<>]{0,2000}>")
_LINKED = re.compile(r"<a\b[^<>]{0,2000}>([^<]*)</a>")


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
        is_music = row.get("header") == _MUSIC
        yield _play(_bare(title, before, after) if is_music else title, _channel(row), is_music=is_music)


def is_watch_page(text: str) -> bool:
    """Whether a web page is a watch history with music in it; pages of searches and the like stay unread."""
    return markup_kind(text) == Look.WEB_PAGE and _CELL in text and _PLAYED in text


def plays_of_page(text: str) -> Iterator[dict[str, object] | None]:
    """Yield each cell of a watch history in HTML as `plays_of` does; its links are title and channel."""
    for cell in text.split(_CELL)[1:]:
        header = _plain(_element(cell, _HEADER))
        title, _, rest = _element(cell, _BODY).partition("<br")
        linked, channel = _LINKED.search(title), _LINKED.search(rest)
        yield _play(
            _plain(linked[1] if linked else title),
            _plain(channel[1]) if linked and channel else "",
            is_music=header == _MUSIC,
        )


def _element(cell: str, kind: str) -> str:
    """Return what stands in an element of some class, up to its end or that of the element around it."""
    inside = cell.partition(kind)[2].partition(">")[2]
    return inside.partition("</div>")[0].partition("</p>")[0]


def _plain(markup: str) -> str:
    return " ".join(unescape(_TAG.sub("", markup)).split())


def _play(title: str, channel: str, *, is_music: bool) -> dict[str, object]:
    """Return title and artist of something watched, or the reason why it has none."""
    if not is_music:
        return {"video": title}
    if not channel or _ADDRESS.fullmatch(title):
        return {"gone": title}
    artist = _TOPIC.sub("", channel)
    if artist == channel:  # a channel of somebody, whose titles often name the artist themselves
        named, rest = split_words(title)
        artist, title = (named, rest) if named else (channel, title)
    return {"title": title, "artist": artist}


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
