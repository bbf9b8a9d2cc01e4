"""Read the playlist that somebody points at, wherever it is."""

from __future__ import annotations

from dataclasses import dataclass

from services.domain.errors.playlists import ShortLinkError, SpotifyOffError, UnknownPlaylistError
from services.domain.music import Playlist
from services.domain.references import PlaylistRef, ReferenceKind
from services.workflows.analyze import AnalyzeWorkflow
from services.workflows.reports import ReportsWorkflow

SUGGESTED = 25
"""Choices that Discord shows while somebody types."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line of an autocomplete list."""

    label: str
    value: str
    """What `parse_reference` reads back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistsWorkflow:
    """Playlists of one person: their stored reports, and lists of links."""

    reports: ReportsWorkflow
    analyze: AnalyzeWorkflow

    async def read(self, user_id: int, ref: PlaylistRef) -> Playlist:
        """Read a playlist for the person who asks.

        Raises
        ------
        UnknownPlaylistError, ShortLinkError, SpotifyOffError
            The reference leads nowhere that can be read here.
        ReportNotFoundError, NotYourReportError
            It points at a report that is gone or somebody else's.
        UploadError
            The text has no track links.
        """
        match ref.kind:
            case ReferenceKind.REPORT:
                return (await self.reports.open(ref.value, user_id, owner_only=True)).report.playlist
            case ReferenceKind.TRACKS:
                return await self.analyze.read_links(ref.value, "Links")
            case ReferenceKind.SHORT_LINK:
                raise ShortLinkError
            case ReferenceKind.PLAYLIST | ReferenceKind.LIKED:
                raise SpotifyOffError
            case ReferenceKind.UNKNOWN:
                raise UnknownPlaylistError(ref.value)

    async def suggest(self, user_id: int, typed: str) -> tuple[Suggestion, ...]:
        """List what this person may mean, from what is stored here; no service is asked."""
        wanted = typed.strip().casefold()
        return tuple(
            Suggestion(
                f"{entry.name} · {entry.tracks:,} tracks",
                PlaylistRef(ReferenceKind.REPORT, entry.report_id).write(),
            )
            for entry in await self.reports.recent(user_id, SUGGESTED)
            if wanted in entry.name.casefold()
        )
