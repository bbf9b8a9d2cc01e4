"""A loopback Last.fm with its habits: errors in HTTP 200, numbers as text, a list of one as an object."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from aiohttp import web

from sandbox.faults import Fault
from sandbox.listenbrainz import SandboxListener
from sandbox.service import SandboxService
from services.domain.music import Track


class SandboxLastFm(SandboxService):
    """The one address of its API.

    Parameters
    ----------
    key
        The only key that it takes.
    error
        Set to answer every call with this number, in HTTP 200.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        key: str,
        users: Sequence[SandboxListener] = (),
        faults: Iterable[Fault | None] = (),
    ) -> None:
        super().__init__(clock=clock, faults=faults)
        self.error: int | None = None
        self._key = key
        self._users = {each.name.casefold(): each for each in users}

    def app(self) -> web.Application:
        """Build the web application; its base URL for clients ends in `/2.0`."""
        return self.serve([("GET", "/2.0/", self._answer_method)])

    async def _answer_method(self, request: web.Request) -> web.Response:
        query = request.query
        if self.error is not None:
            return web.json_response({"error": self.error, "message": "Operation failed"})
        if query.get("format") != "json":
            return web.Response(text='<?xml version="1.0"?><lfm status="ok"/>', content_type="text/xml")
        if query.get("api_key") != self._key:
            return web.json_response({"error": 10, "message": "Invalid API key"}, status=403)
        user = self._users.get(query.get("user", "").casefold())
        if user is None:
            return web.json_response({"error": 6, "message": "User not found"}, status=404)
        match query.get("method"):
            case "user.getTopTracks":
                return self._list(request, "toptracks", user.top, {})
            case "user.getLovedTracks":
                return self._list(request, "lovedtracks", user.loved, {})
            case "user.getRecentTracks":
                playing = user.listens[:1]
                first = [_row(track, 0, is_playing=True) for track in playing]
                return self._list(request, "recenttracks", user.listens, {}, first)
            case _:
                return web.json_response({"error": 3, "message": "Invalid Method"})

    @staticmethod
    def _list(
        request: web.Request,
        root: str,
        tracks: Sequence[Track],
        more: dict[str, str],
        first: Sequence[dict[str, Any]] = (),
    ) -> web.Response:
        limit, page = int(request.query.get("limit", "50")), int(request.query.get("page", "1"))
        start = (page - 1) * limit
        rows = [*first, *(_row(track, start + n) for n, track in enumerate(tracks[start : start + limit], 1))]
        pages = -(-len(tracks) // limit)
        attr = {"user": request.query["user"], "page": str(page), "total": str(len(tracks))}
        listed: Any = rows[0] if len(rows) == 1 else rows
        return web.json_response(
            {root: {"track": listed, "@attr": {**attr, **more, "totalPages": str(pages)}}}
        )


def _row(track: Track, rank: int, *, is_playing: bool = False) -> dict[str, Any]:
    people = ", ".join(track.artists)
    row: dict[str, Any] = {
        "name": track.title,
        "mbid": "" if rank % 3 else "dead-mbid",
        "artist": {"name": people, "mbid": "", "#text": people},
        "album": {"#text": track.album or "", "mbid": ""},
        "duration": "0" if rank % 4 == 0 else str((track.duration_ms or 0) // 1000),
        "playcount": str(100 - rank),
        "@attr": {"rank": str(rank)},
    }
    if is_playing:
        row["@attr"] = {"nowplaying": "true"}
    else:
        row["date"] = {"uts": str(1_790_000_000 - rank), "#text": "01 Nov 2026, 10:00"}
    return row
