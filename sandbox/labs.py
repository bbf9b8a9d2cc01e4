"""A loopback of ListenBrainz' labs host, quirks included: equality of folded names, echoes, gaps."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence

from aiohttp import web

from sandbox.catalogue import Catalogue, CatalogueTrack
from sandbox.faults import Fault
from sandbox.service import SandboxService
from services.domain.music import Track

_FEATURING = re.compile(r" (?:feat|ft)\.? ")
_ERROR_PAGE = "<!doctype html><title>400 Bad Request</title>"


def fold(text: str) -> str:
    """Fold a name as the labs host does: ASCII, lower case, letters and digits alone."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(letter for letter in ascii_text.casefold() if letter.isalnum())


def mbid_of(words: str) -> str:
    """Derive a well-formed MusicBrainz id from any words, always the same one."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"recording {words}"))


def mbid_of_track(track: Track) -> str:
    """Return the recording of an invented track: its releases share it."""
    return mbid_of(track.isrc or str(track.id))


class SandboxLabs(SandboxService):
    """The labs host: names to Spotify ids and to recordings.

    Parameters
    ----------
    catalogue
        The music it knows; `known` says what ReccoBeats knows and does not count here.
    impostors
        Spotify ids that it names for a folded "artist title", in place of the right ones: the names in
        its answer are an echo all the same.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        clock: Callable[[], float],
        faults: Iterable[Fault | None] = (),
        impostors: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        super().__init__(clock=clock, faults=faults)
        self.impostors = dict(impostors or {})
        self._with_album: dict[str, list[CatalogueTrack]] = {}
        self._without_album: dict[str, list[CatalogueTrack]] = {}
        for entry in catalogue.tracks:
            people = " ".join(entry.track.artists)
            self._without_album.setdefault(fold(people + entry.track.title), []).append(entry)
            whole = fold(people + (entry.track.album or "") + entry.track.title)
            self._with_album.setdefault(whole, []).append(entry)

    def app(self) -> web.Application:
        """Build the web application."""
        return self.serve(
            [
                ("*", "/spotify-id-from-metadata/json", self._spotify_ids),
                ("*", "/acr-lookup/json", self._lookup),
                ("*", "/spotify-id-from-mbid/json", self._ids_of_recordings),
            ]
        )

    @property
    def names_asked(self) -> list[tuple[str, str]]:
        """Artist and title of every question, in the order of arrival."""
        return [
            (
                each.get("artist_name") or each.get("artist_credit_name") or "",
                each.get("track_name") or each.get("recording_name") or "",
            )
            for call in self.calls
            for each in (call.json if isinstance(call.json, list) else [])
        ]

    async def _spotify_ids(self, request: web.Request) -> web.Response:
        rows = []
        seen: set[str] = set()
        for question in await _questions(request):
            artist, album, title = (
                question.get(name) for name in ("artist_name", "release_name", "track_name")
            )
            if artist is None or album is None or title is None:
                return web.Response(status=400, text=_ERROR_PAGE, content_type="text/html")
            key = fold(artist + album + title)
            if key in seen:
                continue  # of two questions with one key only one is answered
            seen.add(key)
            rows.append(
                {
                    "recording_mbid": None,
                    "artist_name": artist,
                    "release_name": album,
                    "track_name": title,
                    "spotify_track_ids": self._ids(artist, album, title),
                }
            )
        return web.json_response(rows)

    def _ids(self, artist: str, album: str, title: str) -> list[str]:
        if lie := self.impostors.get(fold(artist + title)):
            return list(lie)
        alone = _FEATURING.sub(" ", artist)
        for people in (artist, alone):
            if album and (found := self._with_album.get(fold(people + album + title))):
                return [str(each.track.id) for each in found]
        for people in (artist, alone):
            if found := self._without_album.get(fold(people + title)):
                return [str(each.track.id) for each in found]
        return []

    async def _lookup(self, request: web.Request) -> web.Response:
        last: dict[str, tuple[int, dict[str, str]]] = {}
        for index, question in enumerate(await _questions(request)):
            key = fold(question.get("artist_credit_name", "") + question.get("recording_name", ""))
            last[key] = (index, question)  # of two questions with one key the last one is answered
        rows = []
        for key, (index, question) in last.items():
            found = self._without_album.get(key)
            if found:
                track = found[0].track
                rows.append(
                    {
                        "index": index,
                        "artist_credit_arg": question["artist_credit_name"],
                        "recording_arg": question["recording_name"],
                        "artist_credit_name": ", ".join(track.artists),
                        "recording_name": track.title,
                        "release_name": track.album,
                        "artist_mbids": [mbid_of(f"artist {name}") for name in track.artists],
                        "release_mbid": mbid_of(f"release {track.album}"),
                        "recording_mbid": mbid_of_track(track),
                    }
                )
        self._random.shuffle(rows)
        return web.json_response(rows)

    async def _ids_of_recordings(self, request: web.Request) -> web.Response:
        wanted = {question.get("recording_mbid", "") for question in await _questions(request)}
        entries = [each for found in self._without_album.values() for each in found]
        rows = [
            {
                "recording_mbid": mbid_of_track(entry.track),
                "artist_name": ", ".join(entry.track.artists),
                "release_name": entry.track.album,
                "track_name": entry.track.title,
                "spotify_track_ids": [str(entry.track.id)],
            }
            for entry in entries
            if mbid_of_track(entry.track) in wanted
        ]
        return web.json_response(rows)


async def _questions(request: web.Request) -> list[dict[str, str]]:
    if request.method == "POST":
        rows = await request.json()
        return [row for row in rows if isinstance(row, dict)]
    return [dict(request.query)]
