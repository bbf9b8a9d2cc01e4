"""Read public lists of people by their names at ListenBrainz and Last.fm, linked to nobody."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from cachetools import TTLCache

from services.domain.errors import TastemapError
from services.domain.errors.playlists import EmptyPlaylistError, ListsOffError
from services.domain.inputs import ListService, Suggestion, UserList, WhichList
from services.domain.messages import Note, NoteKind
from services.domain.music import Playlist, PlaylistSource, Track
from services.sources.clock import Deadline
from services.sources.lastfm import LastFm
from services.sources.listenbrainz_lists import ListedPlaylist, ListenBrainzLists

READING_DEADLINE_S = 30.0
SUGGESTING_DEADLINE_S = 1.8
"""Discord waits for three seconds while somebody types."""

_SHORTEST_NAME = 3
"""Whose playlists are asked for while somebody still types."""

_HEARD = (WhichList.TOP, WhichList.LOVED, WhichList.RECENT)

Read = Callable[[str, Deadline], Awaitable[tuple[Track, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserLists:
    """The public lists that can be read here; None for a service that the operator left off."""

    listenbrainz: ListenBrainzLists | None = None
    lastfm: LastFm | None = None
    names: Callable[[UserList], str]
    """Names a list that has no title of its own."""
    monotonic: Callable[[], float] = time.monotonic
    _listed: TTLCache[str, tuple[ListedPlaylist, ...]] = field(
        default_factory=lambda: TTLCache(maxsize=200, ttl=120.0)
    )
    """Playlists by name of their owner, while somebody types."""

    @property
    def services(self) -> tuple[ListService, ...]:
        """The services whose names can be given."""
        on = {ListService.LISTENBRAINZ: self.listenbrainz, ListService.LASTFM: self.lastfm}
        return tuple(service for service, client in on.items() if client is not None)

    async def read(self, what: UserList) -> Playlist:
        """Read a list, whoever asks.

        Raises
        ------
        ListsOffError
            The operator has not switched the service on.
        ListNotFoundError
            There is no such list, or it is private.
        EmptyPlaylistError
            There is nothing in it.
        SourceError
            The service gives no answer.
        """
        deadline = Deadline(READING_DEADLINE_S, self.monotonic)
        if what.which is WhichList.PLAYLIST:
            if self.listenbrainz is None or what.service is not ListService.LISTENBRAINZ:
                raise ListsOffError(what.service.label)
            title, tracks, more = await self.listenbrainz.playlist(what.playlist, deadline)
            notes = (Note(NoteKind.FIRST_ROWS, count=len(tracks), total=len(tracks) + more),) if more else ()
            return _playlist(title, what, tracks, notes)
        tracks = await self._reading(what)(what.name, deadline)
        return _playlist(self.names(what), what, tracks, ())

    def _reading(self, what: UserList) -> Read:
        client = self.listenbrainz if what.service is ListService.LISTENBRAINZ else self.lastfm
        if client is None:
            raise ListsOffError(what.service.label)
        ways: Mapping[WhichList, Read] = {
            WhichList.TOP: client.top,
            WhichList.LOVED: client.loved,
            WhichList.RECENT: client.recent,
        }
        return ways[what.which]

    async def suggest(self, service: ListService, name: str) -> tuple[Suggestion, ...]:
        """List what can be had of a name; the playlists too, where the service names them in time."""
        found = [
            Suggestion("", each.write(), None, public=each)
            for each in (UserList(service, name, which) for which in _HEARD)
        ]
        if (
            service is ListService.LISTENBRAINZ
            and self.listenbrainz is not None
            and len(name) >= _SHORTEST_NAME
        ):
            found += [
                Suggestion(each.title, listed.write(), None, public=listed)
                for each in await self._playlists(name, self.listenbrainz)
                for listed in (UserList(service, name, WhichList.PLAYLIST, each.mbid),)
            ]
        return tuple(found)

    async def _playlists(self, name: str, client: ListenBrainzLists) -> tuple[ListedPlaylist, ...]:
        key = name.casefold()
        if key not in self._listed:
            try:
                deadline = Deadline(SUGGESTING_DEADLINE_S, self.monotonic)
                self._listed[key] = await client.playlists(name, deadline)
            except TastemapError:
                return ()  # half a name mostly; the three lists can be chosen all the same
        return self._listed[key]


def _playlist(title: str, what: UserList, tracks: tuple[Track, ...], notes: tuple[Note, ...]) -> Playlist:
    if not tracks:
        raise EmptyPlaylistError(title)
    return Playlist(
        name=title, tracks=tracks, source=PlaylistSource.LISTS, format=what.service.label, notes=notes
    )
