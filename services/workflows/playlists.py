"""Read the playlist that somebody points at, wherever it is."""

from __future__ import annotations

from dataclasses import dataclass

from services.domain.errors.playlists import (
    AmbiguousPlaylistError,
    ShortLinkError,
    SpotifyOffError,
    UnknownPlaylistError,
)
from services.domain.library import Library
from services.domain.music import Playlist
from services.domain.references import PlaylistRef, ReferenceKind
from services.domain.spotify import PlaylistSummary
from services.workflows.analyze import AnalyzeWorkflow, OnStage, quiet
from services.workflows.library import LIKED_NAME, LibraryWorkflow
from services.workflows.reports import ReportsWorkflow
from services.workflows.words import ago

SUGGESTED = 25
"""Choices that Discord shows while somebody types."""
_REPORTS_KEPT_FREE = 5
"""Choices that stay for stored maps where somebody has more playlists than fit."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line of an autocomplete list."""

    label: str
    value: str
    """What `parse_reference` reads back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistsWorkflow:
    """Playlists of one person: at Spotify, in their stored reports, and as lists of links."""

    reports: ReportsWorkflow
    analyze: AnalyzeWorkflow
    library: LibraryWorkflow | None = None
    """None where no Spotify app is configured."""

    @property
    def is_connected(self) -> bool:
        """Whether this installation can read at Spotify at all."""
        return self.library is not None

    async def read(self, user_id: int, ref: PlaylistRef, *, on_stage: OnStage = quiet) -> Playlist:
        """Read a playlist for the person who asks.

        Raises
        ------
        UnknownPlaylistError, AmbiguousPlaylistError, ShortLinkError, SpotifyOffError
            The reference leads nowhere that can be read here.
        ReportNotFoundError, NotYourReportError
            It points at a report that is gone or somebody else's.
        UploadError
            The text has no track links.
        TastemapError
            What keeps a playlist at Spotify from being read: see `LibraryWorkflow.read`.
        """
        match ref.kind:
            case ReferenceKind.REPORT:
                return (await self.reports.open(ref.value, user_id, owner_only=True)).report.playlist
            case ReferenceKind.TRACKS:
                return await self.analyze.read_links(ref.value, "Links")
            case ReferenceKind.SHORT_LINK:
                raise ShortLinkError
            case ReferenceKind.PLAYLIST:
                return await self._at_spotify.read(user_id, ref.playlist_id, on_stage=on_stage)
            case ReferenceKind.LIKED:
                return await self._at_spotify.read_liked(user_id, on_stage=on_stage)
            case ReferenceKind.UNKNOWN:
                named = await self._named(user_id, ref.value)
                return await self._at_spotify.read(user_id, named.id, on_stage=on_stage)

    async def suggest(self, user_id: int, typed: str, *, with_reports: bool = True) -> tuple[Suggestion, ...]:
        """List what this person may mean, from what is stored here; no service is asked.

        Parameters
        ----------
        with_reports
            Whether a stored map is a choice too: not where it would only be made once more.
        """
        wanted = " ".join(typed.split()).casefold()
        known = await self.library.known(user_id) if self.library is not None else None
        playlists = _suggested(known, wanted) if known is not None else []
        reports = await self._reports(user_id, wanted) if with_reports else []
        room = SUGGESTED - min(len(reports), _REPORTS_KEPT_FREE)
        return (*playlists[:room], *reports)[:SUGGESTED]

    async def _reports(self, user_id: int, wanted: str) -> list[Suggestion]:
        now = self.reports.clock()
        return [
            Suggestion(
                _label(entry.name, f"{entry.tracks:,} tracks, map of {ago(now - entry.created_at)}"),
                PlaylistRef(ReferenceKind.REPORT, entry.report_id).write(),
            )
            for entry in await self.reports.recent(user_id, SUGGESTED)
            if wanted in entry.name.casefold()
        ]

    async def _named(self, user_id: int, words: str) -> PlaylistSummary:
        """Find the one playlist of that name: in the list as it is stored, else as it is now."""
        if self.library is None:
            raise UnknownPlaylistError(words)
        known = await self.library.known(user_id)
        found = _called(words, known)
        if not found:
            found = _called(words, await self.library.current(user_id))
        if not found:
            raise UnknownPlaylistError(words)
        if len(found) > 1:
            raise AmbiguousPlaylistError(found[0].name, len(found))
        return found[0]

    @property
    def _at_spotify(self) -> LibraryWorkflow:
        if self.library is None:
            raise SpotifyOffError
        return self.library


def _suggested(library: Library, wanted: str) -> list[Suggestion]:
    found = [
        Suggestion(
            _label(each.name, "tracks unknown" if each.total is None else f"{each.total:,} tracks"),
            PlaylistRef(ReferenceKind.PLAYLIST, each.id).write(),
        )
        for each in library.playlists
        if each.is_readable and each.total != 0 and wanted in each.name.casefold()
    ]
    if wanted in LIKED_NAME.casefold() and library.liked != 0:
        count = "" if library.liked is None else f"{library.liked:,} tracks"
        found.insert(0, Suggestion(_label(LIKED_NAME, count), PlaylistRef(ReferenceKind.LIKED).write()))
    return found


def _label(name: str, details: str) -> str:
    """Write a line of at most 100 characters (Discord) that keeps its end."""
    end = f" · {details}" if details else ""
    room = 100 - len(end)
    return (name if len(name) <= room else f"{name[: room - 1]}…") + end


def _called(words: str, library: Library | None) -> list[PlaylistSummary]:
    name = " ".join(words.split()).casefold()
    listed = library.playlists if library is not None else ()
    return [each for each in listed if " ".join(each.name.split()).casefold() == name]
