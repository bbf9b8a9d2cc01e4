"""What each endpoint of the loopback Web API does when nothing goes wrong."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from aiohttp import web

from sandbox.spotify_library import Grant, Row, SandboxLibrary, SandboxList
from sandbox.spotify_shapes import Json, Shape, page_json, playlist_json, row_json, saved_json, user_json

PAGE, OLD_PAGE = 50, 100
"""Most rows of one page, on the new routes and on the old one."""
MOST_URIS = 100
NO_SCOPE = "Insufficient client scope"

_LIKED = "user-library-read"
_PRIVATE, _COLLABORATIVE = "playlist-read-private", "playlist-read-collaborative"
_MODIFY = ("playlist-modify-private", "playlist-modify-public")
_TAKE_OUT = ("user-library-modify", "user-follow-modify", "playlist-modify-public")

Handler = Callable[[web.Request, Grant], Awaitable[web.StreamResponse]]


class RefusalError(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class SpotifyEndpoints:
    """The endpoints that Tastemap uses, over a library that tests change as they please."""

    def __init__(self, library: SandboxLibrary, *, shape: Shape) -> None:
        self.library = library
        self.shape = shape
        """Which answers the app gets; may be changed at any time."""
        self.embeds_rows = True
        """Whether a playlist object brings its first rows along."""

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        """List method, path and handler of each endpoint; what is not listed was removed."""
        rows = "/v1/playlists/{id}/{rows:items|tracks}"
        return (
            ("GET", "/v1/me", self._me),
            ("GET", "/v1/me/playlists", self._my_playlists),
            ("POST", "/v1/me/playlists", self._create),
            ("GET", "/v1/me/tracks", self._liked),
            ("DELETE", "/v1/me/library", self._unfollow_by_uri),
            ("GET", "/v1/playlists/{id}", self._playlist),
            ("DELETE", "/v1/playlists/{id}/followers", self._unfollow),
            ("GET", rows, self._rows),
            ("POST", rows, self._add),
            ("PUT", rows, self._replace),
            # A route that was removed is forbidden, not missing.
            ("*", "/v1/{tail:.*}", self._removed),
        )

    async def _removed(self, _request: web.Request, _grant: Grant) -> web.Response:
        raise RefusalError(403, "Forbidden")

    async def _me(self, _request: web.Request, grant: Grant) -> web.Response:
        return web.json_response(user_json(grant.user, self.shape))

    async def _my_playlists(self, request: web.Request, grant: Grant) -> web.Response:
        _require(grant, _PRIVATE)
        found: list[SandboxList | None] = [
            listed
            for listed in self.library.library_of(grant.user)
            if not listed.is_collaborative or _COLLABORATIVE in grant.scopes
        ]
        found += [None] * self.library.null_entries

        def write(listed: SandboxList | None, place: int) -> Json | None:
            if listed is None:
                return None
            summary = {"href": str(request.url), "total": len(listed.rows)}
            page = summary if self._shows(listed, grant) else None
            return playlist_json(listed, self.shape, page, place=place)

        return self._paged(request, found, write, most=PAGE)

    async def _liked(self, request: web.Request, grant: Grant) -> web.Response:
        _require(grant, _LIKED)
        liked = self.library.liked.get(grant.user.id, [])
        return self._paged(request, liked, lambda row, _: saved_json(row, self.shape), most=PAGE)

    async def _playlist(self, request: web.Request, grant: Grant) -> web.Response:
        listed = self._find(request, grant)
        page: Json | None = None
        if self._shows(listed, grant) and self.embeds_rows:
            page = self._page(request, listed.rows, self._write_row, offset=0, limit=OLD_PAGE)
        return web.json_response(playlist_json(listed, self.shape, page, place=len(listed.rows)))

    async def _rows(self, request: web.Request, grant: Grant) -> web.Response:
        listed = self._routed(request, grant)
        _require(grant, _PRIVATE)
        if not self._shows(listed, grant):
            raise RefusalError(403, "Forbidden")
        most = PAGE if request.match_info["rows"] == "items" else OLD_PAGE
        return self._paged(request, listed.rows, self._write_row, most=most)

    async def _create(self, request: web.Request, grant: Grant) -> web.Response:
        wanted = await _json(request)
        name, is_public = wanted.get("name"), wanted.get("public", True) is not False
        if not isinstance(name, str) or not name:
            raise RefusalError(400, "Missing required field: name")
        _require(grant, *_MODIFY)
        description = str(wanted.get("description") or "")
        made = self.library.add(grant.user, name, is_public=is_public, description=description)
        page = self._page(request, made.rows, self._write_row, offset=0, limit=OLD_PAGE)
        return web.json_response(playlist_json(made, self.shape, page), status=201)

    async def _add(self, request: web.Request, grant: Grant) -> web.Response:
        listed, rows = await self._change(request, grant)
        return web.json_response({"snapshot_id": listed.change([*listed.rows, *rows])}, status=201)

    async def _replace(self, request: web.Request, grant: Grant) -> web.Response:
        listed, rows = await self._change(request, grant)
        return web.json_response({"snapshot_id": listed.change(rows)})

    async def _unfollow_by_uri(self, request: web.Request, grant: Grant) -> web.Response:
        if self.shape is Shape.OLD:
            raise RefusalError(403, "Forbidden")
        _require(grant, *_TAKE_OUT)
        for uri in request.query.get("uris", "").split(","):
            self._take_out(grant, uri.rpartition(":")[2])
        return web.Response(status=200)

    async def _unfollow(self, request: web.Request, grant: Grant) -> web.Response:
        if not self.shape.is_open:
            raise RefusalError(403, "Forbidden")
        _require(grant, *_MODIFY)
        self._take_out(grant, request.match_info["id"])
        return web.Response(status=200)

    async def _change(self, request: web.Request, grant: Grant) -> tuple[SandboxList, list[Row]]:
        listed = self._routed(request, grant)
        if not listed.is_readable_by(grant.user):
            raise RefusalError(403, "You cannot add tracks to a playlist you don't own.")
        _require(grant, *_MODIFY)
        uris = (await _json(request)).get("uris")
        rows = self.library.rows_for(uris) if isinstance(uris, list) and len(uris) <= MOST_URIS else None
        if rows is None:
            raise RefusalError(400, "Invalid track uri")
        return listed, rows

    def _take_out(self, grant: Grant, playlist_id: str) -> None:
        kept = [each for each in self.library.saved.get(grant.user.id, []) if each != playlist_id]
        self.library.saved[grant.user.id] = kept

    def _find(self, request: web.Request, grant: Grant) -> SandboxList:
        listed = self.library.lists.get(request.match_info["id"])
        if listed is None or listed.is_editorial:
            raise RefusalError(404, "Resource not found")
        is_hidden = not listed.is_public and not listed.is_readable_by(grant.user)
        if is_hidden and listed.id not in self.library.saved.get(grant.user.id, ()):
            raise RefusalError(404, "Resource not found")
        return listed

    def _routed(self, request: web.Request, grant: Grant) -> SandboxList:
        if request.match_info["rows"] not in self.shape.routes:
            raise RefusalError(404 if self.shape is Shape.OLD else 403, "Forbidden")
        return self._find(request, grant)

    def _shows(self, listed: SandboxList, grant: Grant) -> bool:
        return self.shape.is_open or listed.is_readable_by(grant.user)

    def _write_row(self, row: Row, place: int) -> Json | None:
        return row_json(row, self.shape, place=place)

    def _paged(
        self, request: web.Request, rows: Sequence[Any], write: Callable[[Any, int], Any], *, most: int
    ) -> web.Response:
        limit = int(request.query.get("limit", "20"))
        offset = int(request.query.get("offset", "0"))
        if not 1 <= limit <= most:
            raise RefusalError(400, "Invalid limit")
        return web.json_response(self._page(request, rows, write, offset=offset, limit=limit))

    def _page(
        self,
        request: web.Request,
        rows: Sequence[Any],
        write: Callable[[Any, int], Any],
        *,
        offset: int,
        limit: int,
    ) -> Json:
        # Beyond the end the real one begins again from the start instead of sending nothing.
        start = offset % len(rows) if rows and offset >= len(rows) else offset
        shown = [write(row, start + place) for place, row in enumerate(rows[start : start + limit])]
        # The address of the next page names another host: whoever follows it carries the token there.
        following = f"http://localhost:{request.url.port}/elsewhere{request.path}?offset={offset + limit}"
        return page_json(
            shown,
            total=len(rows),
            offset=offset,
            limit=limit,
            href=str(request.url),
            following=following if offset + limit < len(rows) else None,
        )


def _require(grant: Grant, *scopes: str) -> None:
    if not grant.scopes.issuperset(scopes):
        raise RefusalError(403, NO_SCOPE)


async def _json(request: web.Request) -> Mapping[str, Any]:
    try:
        value = json.loads(await request.text() or "{}")
    except ValueError:
        raise RefusalError(400, "Error parsing JSON.") from None
    return value if isinstance(value, dict) else {}
