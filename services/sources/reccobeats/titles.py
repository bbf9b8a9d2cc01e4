"""Ask ReccoBeats what Spotify ids are called, and, where nothing else is left, which ids a title has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.domain.errors.sources import SourceUnavailableError
from services.domain.music import Track, TrackId
from services.sources.batches import Answers, ask_in_batches, require
from services.sources.http.clock import Deadline
from services.sources.http.upstream import Upstream
from services.sources.values import valid_isrc, valid_track_id

NAME = "ReccoBeats"
_BATCH = 40
_FOUND_AT_ONCE = 50
"""A larger `size` answers 400."""
_SHORTEST_SEARCH = 3
_LONGEST_SEARCH = 120
_LONGEST_MS = 24 * 60 * 60 * 1000


class ReccoBeatsTitles:
    """Titles, artists and lengths by id; shares pace and breaker with the look-up of features.

    Ids are sent, and by `search` titles; nothing about people.
    """

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream

    async def look_up(self, ids: Sequence[TrackId], *, deadline: Deadline) -> Answers[TrackId, Track | None]:
        """Return what tracks are called; None for an id that it does not know."""

        async def ask(batch: Sequence[TrackId]) -> Mapping[TrackId, Track | None]:
            answer = await self._upstream.get(
                "/track", params=[("ids", each) for each in batch], deadline=deadline
            )
            rows = _rows(require(answer, NAME, dict))
            found = {each.id: each for each in map(_read, rows) if each is not None and each.id}
            if rows and not any(each in found for each in batch):
                raise SourceUnavailableError(NAME, "answers to other questions")
            return {each: found.get(each) for each in batch}

        return await ask_in_batches([each for each in ids if valid_track_id(each)], _BATCH, ask)

    async def search(self, title: str, *, deadline: Deadline) -> tuple[Track, ...]:
        """Return tracks with this title, by whomever; the artist is for the caller to check.

        Raises
        ------
        SourceError
            There is no answer.
        """
        wanted = " ".join(title.split())[:_LONGEST_SEARCH]
        if len(wanted) < _SHORTEST_SEARCH:
            return ()
        params = [("searchText", wanted), ("size", str(_FOUND_AT_ONCE))]
        answer = await self._upstream.get("/track/search", params=params, deadline=deadline)
        rows = _rows(require(answer, NAME, dict))
        return tuple(each for each in map(_read, rows) if each is not None and each.id)


def _rows(answer: Mapping[str, object]) -> list[object]:
    rows = answer.get("content")
    if not isinstance(rows, list):
        raise SourceUnavailableError(NAME, "unreadable answer")
    return rows


def _read(entry: object) -> Track | None:
    if not isinstance(entry, dict):
        return None
    title, href, length, isrc = (entry.get(name) for name in ("trackTitle", "href", "durationMs", "isrc"))
    artists = entry.get("artists")
    people = (
        [each.get("name") for each in artists if isinstance(each, dict)] if isinstance(artists, list) else []
    )
    names = tuple(each.strip() for each in people if isinstance(each, str) and each.strip())
    if not isinstance(title, str) or not title.strip() or not names:
        return None
    is_length = isinstance(length, int) and not isinstance(length, bool) and 0 < length <= _LONGEST_MS
    return Track(
        id=valid_track_id(href.rstrip("/").rpartition("/")[2]) if isinstance(href, str) else None,
        title=title.strip(),
        artists=names,
        isrc=valid_isrc(isrc) if isinstance(isrc, str) else None,
        duration_ms=length if is_length else None,
    )
