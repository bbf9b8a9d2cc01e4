"""Ask Last.fm for the public lists of a user: top, loved and recent tracks.

The operator's key is in the address of every call, so no address is ever logged or shown.
"""

from __future__ import annotations

from collections.abc import Mapping

import aiohttp

from services.domain.errors.playlists import ListNotFoundError
from services.domain.errors.sources import RateLimitedError, SourceRefusedError, SourceUnavailableError
from services.domain.music import Track
from services.sources.clock import Clock, Deadline
from services.sources.outcomes import require
from services.sources.pacing import Pace, pacer_of
from services.sources.session import parse_json
from services.sources.upstream import OnCall, Patience, Reply, Upstream, unheard

NAME = "Last.fm"
MOST_TRACKS = 400
GAP_S = 0.35
"""About five calls a second are borne; more may cost the account."""

_PAGE = 200
_NO_SUCH_USER = frozenset({6, 7, 17})
"""Not found, or private: nobody can tell which."""
_OUR_FAULT = frozenset({4, 9, 10, 13, 14, 26})
"""The key is wrong or suspended."""
_TOO_OFTEN = 29
_REST_S = 60.0
_LONGEST_S = 24 * 60 * 60


def connect_lastfm(
    session: aiohttp.ClientSession,
    key: str,
    *,
    base_url: str,
    clock: Clock,
    patience: Patience | None = None,
    on_call: OnCall = unheard,
    pace: Pace | None = None,
) -> LastFm:
    """Build the one client of this process."""
    upstream = Upstream(
        session,
        source=NAME,
        base_url=base_url,
        pacer=pacer_of(NAME, clock=clock, pace=pace, min_gap_s=GAP_S),
        clock=clock,
        patience=patience,
        is_final=_says_what_is_wrong,
        on_call=on_call,
    )
    return LastFm(upstream, key)


class LastFm:
    """The lists that Last.fm shows to anybody who knows the name."""

    def __init__(self, upstream: Upstream, key: str) -> None:
        self._upstream = upstream
        self._key = key

    async def top(self, name: str, deadline: Deadline) -> tuple[Track, ...]:
        """Return the most played tracks of all time, most played first.

        Raises
        ------
        ListNotFoundError
            There is no such user, or what they hear is private.
        SourceError
            There is no answer.
        """
        return await self._read(name, "user.getTopTracks", "toptracks", deadline)

    async def loved(self, name: str, deadline: Deadline) -> tuple[Track, ...]:
        """Return the tracks that somebody loves, the last first; raises like `top`."""
        return await self._read(name, "user.getLovedTracks", "lovedtracks", deadline)

    async def recent(self, name: str, deadline: Deadline) -> tuple[Track, ...]:
        """Return the tracks listened to last, each once; raises like `top`."""
        return await self._read(name, "user.getRecentTracks", "recenttracks", deadline)

    async def _read(self, name: str, method: str, root: str, deadline: Deadline) -> tuple[Track, ...]:
        found: dict[str, Track] = {}
        for page in range(1, 1 + MOST_TRACKS // _PAGE):
            listed = await self._page(name, method, root, page, deadline)
            rows = _rows(listed.get("track"))
            found |= {track.key: track for row in rows if (track := _track(row)) is not None}
            if page >= _whole(_object(listed.get("@attr")).get("totalPages")) or not rows:
                break
        return tuple(found.values())[:MOST_TRACKS]

    async def _page(
        self, name: str, method: str, root: str, page: int, deadline: Deadline
    ) -> Mapping[str, object]:
        params = {
            "method": method,
            "user": name,
            "limit": str(_PAGE),
            "page": str(page),
            "format": "json",
            "api_key": self._key,
        }
        answer = await self._upstream.get("/", params=list(params.items()), deadline=deadline)
        body = answer.json if isinstance(answer.json, dict) else {}
        match body.get("error"):
            case None:
                listed = require(answer, NAME, dict).get(root)
                if not isinstance(listed, dict):
                    raise SourceUnavailableError(NAME, "unreadable answer")
                return listed
            case int(error) if error in _NO_SUCH_USER:
                raise ListNotFoundError(NAME, name)
            case int(error) if error in _OUR_FAULT:
                raise SourceRefusedError(NAME, answer.status)
            case int(error) if error == _TOO_OFTEN:
                raise RateLimitedError(NAME, _REST_S)
            case error:
                raise SourceUnavailableError(NAME, f"error {str(error)[:8]}")


def _says_what_is_wrong(reply: Reply) -> bool:
    """Whether the body names an error: the status says nothing, 200 included."""
    body = parse_json(reply.body)
    return isinstance(body, dict) and isinstance(body.get("error"), int)


def _rows(value: object) -> list[Mapping[str, object]]:
    """Return the rows of a list; a list of one comes as an object."""
    several = value if isinstance(value, list) else [value]
    return [row for row in several if isinstance(row, dict)]


def _track(row: Mapping[str, object]) -> Track | None:
    if _object(row.get("@attr")).get("nowplaying"):
        return None  # it comes again once it has been heard
    artist = _object(row.get("artist"))
    person = _text(artist.get("name")) or _text(artist.get("#text")) or _text(row.get("artist"))
    title, length_s = _text(row.get("name")), _whole(row.get("duration"))
    if not title or not person:
        return None
    return Track(
        title=title,
        artists=(person,),
        album=_text(_object(row.get("album")).get("#text")) or None,
        duration_ms=length_s * 1000 if 0 < length_s <= _LONGEST_S else None,
    )


def _whole(value: object) -> int:
    """Return a number that may be text, or 0."""
    if isinstance(value, str):
        return int(value[:9]) if value.isascii() and value.isdigit() else 0
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
