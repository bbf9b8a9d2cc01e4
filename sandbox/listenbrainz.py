"""A loopback ListenBrainz: recordings and the public lists of users, with the gaps of the real one."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox.catalogue import Catalogue, CatalogueTrack
from sandbox.faults import Fault
from sandbox.labs import mbid_of, mbid_of_track
from sandbox.service import SandboxService
from services.domain.music import Track

MOST_RECORDINGS = 1_000


@dataclass(slots=True)
class SandboxListener:
    """A user with public lists; each list holds tracks of the catalogue."""

    name: str
    top: Sequence[Track] = ()
    loved: Sequence[Track] = ()
    listens: Sequence[Track] = ()
    playlists: Mapping[str, Sequence[Track]] = field(default_factory=dict)
    """By title."""


class SandboxListenBrainz(SandboxService):
    """The service itself: recordings, and the lists of users.

    Parameters
    ----------
    without_isrc
        Titles of recordings of which it knows no ISRC.
    """

    resets_by_header = "X-RateLimit-Reset-In"

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        clock: Callable[[], float],
        users: Sequence[SandboxListener] = (),
        faults: Iterable[Fault | None] = (),
        without_isrc: Iterable[str] = (),
        window: tuple[int, float] | None = (30, 10.0),
    ) -> None:
        super().__init__(clock=clock, faults=faults, window=window)
        self.users = {each.name.casefold(): each for each in users}
        self._recordings = {mbid_of_track(entry.track): entry for entry in reversed(catalogue.tracks)}
        self._without_isrc = frozenset(without_isrc)

    def app(self) -> web.Application:
        """Build the web application."""
        return self.serve(
            [
                ("POST", "/1/metadata/recording/", self._metadata),
                ("*", "/1/metadata/lookup/", self._closed),
                ("GET", "/1/metadata/artist/", self._artists),
                ("GET", "/1/user/{name}/playlists", self._playlists),
                ("GET", "/1/user/{name}/playlists/createdfor", self._no_playlists),
                ("GET", "/1/playlist/{mbid}", self._playlist),
                ("GET", "/1/stats/user/{name}/recordings", self._top),
                ("GET", "/1/feedback/user/{name}/get-feedback", self._loved),
                ("GET", "/1/user/{name}/listens", self._listens),
            ]
        )

    async def _closed(self, _request: web.Request) -> web.Response:
        return _error(401, "You need to provide an Authorization header.")

    async def _metadata(self, request: web.Request) -> web.Response:
        body = await request.json()
        mbids = body.get("recording_mbids")
        if not isinstance(mbids, list) or not 1 <= len(mbids) <= MOST_RECORDINGS:
            return _error(400, "recording_mbids must be a list of at most 1000 MBIDs.")
        try:
            for mbid in mbids:
                uuid.UUID(mbid)
        except (ValueError, AttributeError, TypeError):
            return _error(400, "One malformed MBID.")
        known = {mbid: self._recordings[mbid] for mbid in mbids if mbid in self._recordings}
        return web.json_response({mbid: self._recording(entry) for mbid, entry in known.items()})

    def _recording(self, entry: CatalogueTrack) -> dict[str, Any]:
        track = entry.track
        has_isrc = track.title not in self._without_isrc and track.isrc
        recording: dict[str, Any] = {
            "name": track.title,
            "isrcs": [track.isrc] if has_isrc else None,
            "rels": [],
        }
        if track.duration_ms:
            recording["length"] = track.duration_ms
        people = [
            {"artist_mbid": mbid_of(f"artist {name}"), "name": name, "join_phrase": ", "}
            for name in track.artists
        ]
        genre = {"tag": entry.style, "count": 3, "genre_mbid": mbid_of(f"genre {entry.style}")}
        return {
            "recording": recording,
            "artist": {"name": ", ".join(track.artists), "artist_credit_id": 1, "artists": people},
            "release": {"mbid": mbid_of(f"release {track.album}"), "name": track.album}
            if track.album
            else {},
            "tag": {
                "recording": [],
                "artist": [
                    {**each, "artist_mbid": person["artist_mbid"]}
                    for person in people
                    for each in (genre, {"tag": "seen live", "count": 1})
                ],
                "release_group": [],
            },
        }

    async def _artists(self, request: web.Request) -> web.Response:
        wanted = request.query.get("artist_mbids", "").split(",")
        rows = {}
        for entry in self._recordings.values():
            for name in entry.track.artists:
                mbid = mbid_of(f"artist {name}")
                tag = {
                    "artist_mbid": mbid,
                    "tag": entry.style,
                    "count": 4,
                    "genre_mbid": mbid_of(entry.style),
                }
                rows[mbid] = {"artist_mbid": mbid, "name": name, "tag": {"artist": [tag]}}
        return web.json_response([rows[mbid] for mbid in wanted if mbid in rows])

    def _user(self, request: web.Request) -> SandboxListener | None:
        return self.users.get(request.match_info["name"].casefold())

    async def _playlists(self, request: web.Request) -> web.Response:
        user = self._user(request)
        if user is None:
            return _error(404, f"Cannot find user: {request.match_info['name']}")
        lists = [
            {
                "playlist": {
                    "creator": user.name,
                    "title": title,
                    "identifier": f"https://listenbrainz.org/playlist/{mbid_of(f'{user.name} {title}')}",
                    "date": "2026-11-01T00:00:00+00:00",
                    "track": [],
                    "extension": {},
                }
            }
            for title in user.playlists
        ]
        # More are counted than come: private ones.
        return web.json_response(
            {"playlists": lists, "playlist_count": len(lists) + 1, "offset": 0, "count": 25}
        )

    async def _no_playlists(self, request: web.Request) -> web.Response:
        if self._user(request) is None:
            return _error(404, "Cannot find user.")
        return web.json_response({"playlists": [], "playlist_count": 0, "offset": 0, "count": 25})

    async def _playlist(self, request: web.Request) -> web.Response:
        for user in self.users.values():
            for title, tracks in user.playlists.items():
                if mbid_of(f"{user.name} {title}") == request.match_info["mbid"]:
                    rows = [_jspf(track, is_old=number % 5 == 4) for number, track in enumerate(tracks)]
                    return web.json_response(
                        {"playlist": {"title": title, "creator": user.name, "identifier": "x", "track": rows}}
                    )
        return _error(404, "Cannot find playlist.")

    async def _top(self, request: web.Request) -> web.Response:
        user = self._user(request)
        if user is None:
            return _error(404, "Cannot find user.")
        if not user.top:
            return web.Response(status=204)
        rows = [
            {
                "track_name": track.title,
                "artist_name": ", ".join(track.artists),
                "release_name": track.album,
                "recording_mbid": mbid_of_track(track),
                "listen_count": 100 - number,
            }
            for number, track in enumerate(_page(request, user.top))
        ]
        return web.json_response({"payload": {"recordings": rows, "total_recording_count": len(user.top)}})

    async def _loved(self, request: web.Request) -> web.Response:
        user = self._user(request)
        if user is None:
            return _error(404, "Cannot find user.")
        rows = [
            {
                "recording_mbid": mbid_of_track(track),
                "score": 1,
                "track_metadata": {
                    "track_name": track.title,
                    "artist_name": ", ".join(track.artists),
                    "release_name": track.album,
                },
            }
            for track in _page(request, user.loved)
        ]
        return web.json_response({"feedback": rows, "total_count": len(user.loved), "count": len(rows)})

    async def _listens(self, request: web.Request) -> web.Response:
        user = self._user(request)
        if user is None:
            return _error(404, "Cannot find user.")
        rows = [
            {
                "listened_at": 1_790_000_000 - 200 * number,
                "track_metadata": {
                    "track_name": track.title,
                    "artist_name": ", ".join(track.artists),
                    "release_name": track.album,
                    "additional_info": {
                        "spotify_id": f"https://open.spotify.com/track/{track.id}",
                        "isrc": track.isrc,
                        "duration_ms": track.duration_ms,
                    },
                    "mbid_mapping": None,
                },
            }
            for number, track in enumerate(_page(request, user.listens))
        ]
        return web.json_response({"payload": {"count": len(rows), "listens": rows, "user_id": user.name}})


def _page(request: web.Request, tracks: Sequence[Track]) -> Sequence[Track]:
    offset, count = int(request.query.get("offset", "0")), int(request.query.get("count", "25"))
    return tracks[offset : offset + count]


def _jspf(track: Track, *, is_old: bool) -> dict[str, Any]:
    address = f"https://musicbrainz.org/recording/{mbid_of_track(track)}"
    row: dict[str, Any] = {
        "identifier": address if is_old else [address],
        "creator": ", ".join(track.artists),
    }
    if track.title:
        row["title"] = track.title
    if track.album:
        row["album"] = track.album
    if track.duration_ms:
        row["duration"] = track.duration_ms
    return row


def _error(status: int, message: str) -> web.Response:
    return web.json_response({"code": status, "error": message}, status=status)
