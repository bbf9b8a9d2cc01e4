"""Which playlist a person means: suggested while they type, and found by its name once they have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.domain.errors.playlists import AmbiguousPlaylistError, UnknownPlaylistError
from services.domain.inputs import PlaylistRef, ReferenceKind, Suggestion, UserList, parse_user_list
from services.domain.spotify import Library, PlaylistSummary
from services.workflows.library import LIKED_NAME, LibraryWorkflow
from services.workflows.reports import ReportsWorkflow
from services.workflows.user_lists import UserLists

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
