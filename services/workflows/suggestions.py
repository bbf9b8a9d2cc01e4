"""Which playlist a person means: suggested as they type, found by name, or a public list of somebody."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cachetools import TTLCache

from services.domain.errors import TastemapError
from services.domain.errors.playlists import (
    AmbiguousPlaylistError,
    EmptyPlaylistError,
    ListsOffError,
    UnknownPlaylistError,
)
from services.domain.inputs import (
    ListService,
    PlaylistRef,
    ReferenceKind,
    Suggestion,
    UserList,
    WhichList,
    parse_user_list,
)
from services.domain.messages import Note, NoteKind
from services.domain.music import Playlist, PlaylistSource, Track
from services.domain.spotify import Library, PlaylistSummary
from services.sources.clock import Deadline
from services.sources.public_lists import LastFm, ListedPlaylist, ListenBrainzLists
from services.workflows.library import LIKED_NAME, LibraryWorkflow
from services.workflows.reports import ReportsWorkflow

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


SUGGESTED = 25
"""Choices that Discord shows while somebody types."""
_REPORTS_KEPT_FREE = 5
"""Choices that stay for stored maps where somebody has more playlists than fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestions:
    """Suggests playlists while somebody types."""

    library: LibraryWorkflow | None
    """None where no Spotify app is configured."""
    reports: ReportsWorkflow
    lists: UserLists
    clock: Callable[[], datetime]

    async def playlists(
        self, user_id: int, typed: str, *, with_reports: bool = True
    ) -> tuple[Suggestion, ...]:
        """List what this person may mean, from what is stored here; no service is asked.

        Parameters
        ----------
        with_reports
            Whether a stored map is a choice too: not where it would only be made once more.
        """
        wanted = _folded(typed)
        known = await self.library.known(user_id) if self.library is not None else None
        playlists = _suggested(known, wanted) if known is not None else []
        reports = await self._reports(user_id, wanted) if with_reports else []
        room = SUGGESTED - min(len(reports), _REPORTS_KEPT_FREE)
        return (*playlists[:room], *reports)[:SUGGESTED]

    async def lists_elsewhere(self, typed: str) -> tuple[Suggestion, ...]:
        """List what can be read of a name at ListenBrainz or Last.fm, while somebody types it."""
        prefix, separator, name = typed.strip().partition(":")
        listed = parse_user_list(typed)
        wanted = prefix.casefold().replace(".", "")
        services = [each for each in self.lists.services if each.value.startswith(wanted) or not separator]
        if listed is not None and listed.name and listed.service in self.lists.services:
            return (await self.lists.suggest(listed.service, listed.name))[:SUGGESTED]
        named = name.strip() if separator else prefix
        return tuple(
            Suggestion(typed, f"{each.value}:{typed}", None, public=UserList(each, typed), is_incomplete=True)
            for each in services
            for typed in ("" if each.value.startswith(wanted) else named,)
        )

    async def _reports(self, user_id: int, wanted: str) -> list[Suggestion]:
        now = self.clock()
        return [
            Suggestion(
                entry.name,
                PlaylistRef(ReferenceKind.REPORT, entry.report_id).write(),
                entry.tracks,
                map_age=now - entry.created_at,
            )
            for entry in await self.reports.recent(user_id, SUGGESTED)
            if wanted in entry.name.casefold()
        ]


async def playlist_called(library: LibraryWorkflow, user_id: int, words: str) -> PlaylistSummary:
    """Find the one playlist of that name: in the list as it is stored, else as it is now.

    The only one that is suggested for what was typed counts as well.

    Raises
    ------
    UnknownPlaylistError, AmbiguousPlaylistError
        There is none, or more than one.
    TastemapError
        The list can't be read: see `LibraryWorkflow.current`.
    """
    found = _called(words, await library.known(user_id))
    if not found:
        current = await library.current(user_id)
        found = _called(words, current)
        if not found:
            suggested = [each for each in current.playlists if _is_suggested(each, _folded(words))]
            found = suggested if len(suggested) == 1 else []
    if not found:
        raise UnknownPlaylistError(words)
    if len(found) > 1:
        raise AmbiguousPlaylistError(found[0].name, len(found))
    return found[0]


def _suggested(library: Library, wanted: str) -> list[Suggestion]:
    found = [
        Suggestion(each.name, PlaylistRef(ReferenceKind.PLAYLIST, each.id).write(), each.total)
        for each in library.playlists
        if _is_suggested(each, wanted)
    ]
    if wanted in LIKED_NAME.casefold() and library.liked != 0:
        value = PlaylistRef(ReferenceKind.LIKED).write()
        found.insert(0, Suggestion(LIKED_NAME, value, library.liked, is_liked=True))
    return found


def _is_suggested(each: PlaylistSummary, wanted: str) -> bool:
    return each.is_readable and each.total != 0 and wanted in each.name.casefold()


def _called(words: str, library: Library | None) -> list[PlaylistSummary]:
    listed = library.playlists if library is not None else ()
    return [each for each in listed if _folded(each.name) == _folded(words)]


def _folded(words: str) -> str:
    return " ".join(words.split()).casefold()
