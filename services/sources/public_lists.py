"""Read the public lists of a user at ListenBrainz and Last.fm: top, loved and recent tracks, and playlists.

Last.fm wants the operator's key in the address of every call, so no address is ever logged or shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Unpack
from urllib.parse import quote

import aiohttp

from services.domain.errors.playlists import ListNotFoundError
from services.domain.errors.sources import RateLimitedError, SourceRefusedError, SourceUnavailableError
from services.domain.music import Track, valid_isrc
from services.sources.clock import Deadline
from services.sources.listenbrainz import (
    NAME,
    ListenBrainz,
    find_mbid,
    length_ms,
    object_in,
    objects,
    spotify_id_in,
    words_in,
)
from services.sources.outcomes import require
from services.sources.session import parse_json
from services.sources.upstream import Ask, Reply, Upstream, Wiring

MOST_TRACKS = 500
"""Of one list; a playlist may hold 20,000."""
_PAGE = 100
_LISTENS = 1000
_PLAYLISTS_LISTED = 25


NOTHING_COMPUTED: Mapping[str, object] = {}
"""In place of an answer that has no body: statistics of a fresh account."""
LASTFM = "Last.fm"
_MOST_AT_LASTFM = 400
GAP_S = 0.35
"""About five calls a second are borne; more may cost the account."""

_LASTFM_PAGE = 200
_NO_SUCH_USER = frozenset({6, 7, 17})
"""Not found, or private: nobody can tell which."""
_OUR_FAULT = frozenset({4, 9, 10, 13, 14, 26})
"""The key is wrong or suspended."""
_TOO_OFTEN = 29
_REST_S = 60.0
_LONGEST_S = 24 * 60 * 60


class ListedPlaylist(NamedTuple):
    """A playlist in somebody's list of playlists."""

    mbid: str
    title: str


class ListenBrainzLists:
    """The lists that ListenBrainz shows to anybody who knows the name."""

    def __init__(self, client: ListenBrainz) -> None:
        self._client = client

    async def top(self, name: str, deadline: Deadline) -> tuple[Track, ...]:
        """Return the most played tracks of all time, most played first.

        Raises
        ------
        ListNotFoundError
            There is no such user, or the list is private.
        SourceError
            There is no answer.
        """
        tracks: list[Track] = []
        while len(tracks) < MOST_TRACKS:
            params = {"range": "all_time", "count": str(_PAGE), "offset": str(len(tracks))}
            path = f"/1/stats/user/{_in_path(name)}/recordings"
            answer = await self._get(name, path, params, deadline)
            if answer == NOTHING_COMPUTED:
                break
            rows = _listed(object_in(answer.get("payload")), "recordings")
            page = [_named(row) for row in objects(rows)]
            tracks += page
            if len(page) < _PAGE:
                break
        return tuple(each for each in tracks[:MOST_TRACKS] if each.title)

    async def loved(self, name: str, deadline: Deadline) -> tuple[Track, ...]:
        """Return the tracks that somebody loves; raises like `top`."""
        params = {"score": "1", "count": str(MOST_TRACKS), "offset": "0", "metadata": "true"}
        answer = await self._get(name, f"/1/feedback/user/{_in_path(name)}/get-feedback", params, deadline)
        rows = [
            (_named(object_in(row.get("track_metadata"))), find_mbid(row.get("recording_mbid")))
            for row in objects(_listed(answer, "feedback"))
        ]
        return await self._completed(rows, deadline)

    async def recent(self, name: str, deadline: Deadline) -> tuple[Track, ...]:
        """Return the tracks listened to last, each once; raises like `top`."""
        params = {"count": str(_LISTENS)}
        answer = await self._get(name, f"/1/user/{_in_path(name)}/listens", params, deadline)
        listens = objects(_listed(object_in(answer.get("payload")), "listens"))
        unique = {
            each.key: each
            for each in (_named(object_in(row.get("track_metadata"))) for row in listens)
            if each.title
        }
        return tuple(unique.values())[:MOST_TRACKS]

    async def playlist(self, mbid: str, deadline: Deadline) -> tuple[str, tuple[Track, ...], int]:
        """Return title and tracks of a playlist, and how many rows the limit cut off; raises like `top`."""
        answer = await self._get(mbid, f"/1/playlist/{mbid}", {}, deadline)
        playlist = object_in(answer.get("playlist"))
        rows = list(objects(_listed(playlist, "track")))
        read = [(_jspf_track(row), _recording_of(row)) for row in rows[:MOST_TRACKS]]
        tracks = await self._completed(read, deadline)
        return words_in(playlist, "title") or "Playlist", tracks, max(0, len(rows) - MOST_TRACKS)

    async def playlists(self, name: str, deadline: Deadline) -> tuple[ListedPlaylist, ...]:
        """Return the public playlists of a user; raises like `top`."""
        params = {"count": str(_PLAYLISTS_LISTED), "offset": "0"}
        answer = await self._get(name, f"/1/user/{_in_path(name)}/playlists", params, deadline)
        listed = (object_in(row.get("playlist")) for row in objects(_listed(answer, "playlists")))
        found = ((find_mbid(each.get("identifier")), words_in(each, "title")) for each in listed)
        return tuple(ListedPlaylist(mbid, title or "Untitled") for mbid, title in found if mbid)

    async def _completed(
        self, rows: Sequence[tuple[Track, str | None]], deadline: Deadline
    ) -> tuple[Track, ...]:
        """Fill in the names of rows that have a recording alone; what nobody can name is left out."""
        bare = [mbid for track, mbid in rows if mbid and not (track.title and track.artists)]
        known = (await self._client.recordings(bare, deadline=deadline)).said if bare else {}
        tracks = []
        for track, mbid in rows:
            recording = known.get(mbid) if mbid and not (track.title and track.artists) else None
            tracks.append(recording.track if recording is not None else track)
        return tuple(each for each in tracks if each.title)

    async def _get(
        self, name: str, path: str, params: Mapping[str, str], deadline: Deadline
    ) -> Mapping[str, object]:
        ask = Ask(path=path, params=list(params.items()), expects_json=False)  # 204 has no body
        answer = await self._client.upstream.send(ask, deadline=deadline)
        if answer.status == 204:
            return NOTHING_COMPUTED
        if answer.status == 404:
            raise ListNotFoundError(NAME, name)
        return require(answer, NAME, dict)


def _listed(answer: Mapping[str, object], key: str) -> list[object]:
    """Return the list that an answer has to have: without it nobody knows whether there is anything."""
    rows = answer.get(key)
    if not isinstance(rows, list):
        raise SourceUnavailableError(NAME, "unreadable answer")
    return rows


def _in_path(name: str) -> str:
    return quote(name, safe="")


def _named(row: Mapping[str, object]) -> Track:
    """Read a track as listens, statistics and feedback write it."""
    about = object_in(row.get("additional_info"))
    artist = words_in(row, "artist_name")
    return Track(
        id=spotify_id_in(about.get("spotify_id")) or spotify_id_in(about.get("origin_url")),
        title=words_in(row, "track_name"),
        artists=(artist,) if artist else (),
        album=words_in(row, "release_name") or None,
        isrc=valid_isrc(words_in(about, "isrc")),
        duration_ms=length_ms(about.get("duration_ms")),
    )


def _jspf_track(row: Mapping[str, object]) -> Track:
    artist = words_in(row, "creator")
    return Track(
        title=words_in(row, "title"),
        artists=(artist,) if artist else (),
        album=words_in(row, "album") or None,
        duration_ms=length_ms(row.get("duration")),
    )


def _recording_of(row: Mapping[str, object]) -> str | None:
    """Read the recording's id: from a list of addresses, or the one address of old files."""
    identifier = row.get("identifier")
    several = identifier if isinstance(identifier, list) else [identifier]
    return next((mbid for each in several if (mbid := find_mbid(each))), None)


def connect_lastfm(
    session: aiohttp.ClientSession, key: str, *, base_url: str, **wiring: Unpack[Wiring]
) -> LastFm:
    """Build the one client of this process."""
    upstream = Upstream(
        session, source=LASTFM, base_url=base_url, min_gap_s=GAP_S, is_final=_says_what_is_wrong, **wiring
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
        for page in range(1, 1 + _MOST_AT_LASTFM // _LASTFM_PAGE):
            listed = await self._page(name, method, root, page, deadline)
            rows = _lastfm_rows(listed.get("track"))
            found |= {track.key: track for row in rows if (track := _lastfm_track(row)) is not None}
            if page >= _whole(object_in(listed.get("@attr")).get("totalPages")) or not rows:
                break
        return tuple(found.values())[:_MOST_AT_LASTFM]

    async def _page(
        self, name: str, method: str, root: str, page: int, deadline: Deadline
    ) -> Mapping[str, object]:
        params = {
            "method": method,
            "user": name,
            "limit": str(_LASTFM_PAGE),
            "page": str(page),
            "format": "json",
            "api_key": self._key,
        }
        answer = await self._upstream.get("/", params=list(params.items()), deadline=deadline)
        body = answer.json if isinstance(answer.json, dict) else {}
        match body.get("error"):
            case None:
                listed = require(answer, LASTFM, dict).get(root)
                if not isinstance(listed, dict):
                    raise SourceUnavailableError(LASTFM, "unreadable answer")
                return listed
            case int(error) if error in _NO_SUCH_USER:
                raise ListNotFoundError(LASTFM, name)
            case int(error) if error in _OUR_FAULT:
                raise SourceRefusedError(LASTFM, answer.status)
            case int(error) if error == _TOO_OFTEN:
                raise RateLimitedError(LASTFM, _REST_S)
            case error:
                raise SourceUnavailableError(LASTFM, f"error {str(error)[:8]}")


def _says_what_is_wrong(reply: Reply) -> bool:
    """Whether the body names an error: the status says nothing, 200 included."""
    body = parse_json(reply.body)
    return isinstance(body, dict) and isinstance(body.get("error"), int)


def _lastfm_rows(value: object) -> list[Mapping[str, object]]:
    """Return the rows of a list; a list of one comes as an object."""
    several = value if isinstance(value, list) else [value]
    return [row for row in several if isinstance(row, dict)]


def _lastfm_track(row: Mapping[str, object]) -> Track | None:
    if object_in(row.get("@attr")).get("nowplaying"):
        return None  # it comes again once it has been heard
    artist = object_in(row.get("artist"))
    person = _text(artist.get("name")) or _text(artist.get("#text")) or _text(row.get("artist"))
    title, length_s = _text(row.get("name")), _whole(row.get("duration"))
    if not title or not person:
        return None
    return Track(
        title=title,
        artists=(person,),
        album=_text(object_in(row.get("album")).get("#text")) or None,
        duration_ms=length_s * 1000 if 0 < length_s <= _LONGEST_S else None,
    )


def _whole(value: object) -> int:
    """Return a number that may be text, or 0."""
    if isinstance(value, str):
        return int(value[:9]) if value.isascii() and value.isdigit() else 0
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
