"""People's own playlists at Spotify: listed, read with few calls, and kept for as little as its terms allow.

A playlist stays for a day after it was used and for 30 days at the very most, Liked Songs for a day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from cachetools import TTLCache

from services.accounts.tokens import SpotifyAccess
from services.domain.errors.playlists import EmptyPlaylistError, PlaylistTooLongError
from services.domain.errors.sources import (
    AccountError,
    OutOfTimeError,
    OwnerPremiumError,
    PlaylistNotReadableError,
    QuotaExceededError,
    RateLimitedError,
    ScopeMissingError,
    ShareSpentError,
    SourceUnavailableError,
    SpotifyNotFoundError,
)
from services.domain.messages import Activity, Note, NoteKind, OnProgress, Progress, quiet
from services.domain.music import Playlist, PlaylistId, PlaylistSource
from services.domain.spotify import READ_SCOPES, Library, PlaylistSummary, RowsRead
from services.sources.spotify_wire import MOST_ROWS, PAGE, READ_AGAIN_UP_TO, Page, fingerprint, read_all
from services.storage.failures import forgiven
from services.storage.spotify import CallStore, KeptPlaylist, LibraryStore, PlaylistStore

LIKED = "liked"
"""The key under which Liked Songs are kept; no playlist id looks like it."""

KEPT_AFTER_USE = timedelta(days=1)
KEPT_AT_MOST = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistCache:
    """Playlists that were read lately, each for the person whose login read it."""

    store: PlaylistStore
    clock: Callable[[], datetime]

    async def load(self, user_id: int, key: str) -> KeptPlaylist | None:
        """Take a playlist that is still kept."""
        return await self.store.load(user_id, key, self.clock())

    async def keep(self, user_id: int, key: str, playlist: Playlist) -> None:
        """Keep a playlist under the snapshot that it had when its reading began.

        One that changed meanwhile has another snapshot by now, and so is not taken for current later.
        """
        now = self.clock()
        kept = KeptPlaylist(playlist=playlist, snapshot_id=playlist.snapshot_id or "", fetched_at=now)
        with forgiven("a playlist can't be kept"):
            await self.store.save(user_id, key, kept, expires_at=now + KEPT_AFTER_USE)

    async def use(self, user_id: int, key: str, kept: KeptPlaylist) -> Playlist:
        """Use a playlist once more, which makes it stay for another while."""
        longest = KEPT_AFTER_USE if key == LIKED else KEPT_AT_MOST
        expires_at = min(self.clock() + KEPT_AFTER_USE, kept.fetched_at + longest)
        with forgiven("a playlist can't be kept for longer"):
            await self.store.prolong(user_id, key, expires_at=expires_at)
        return kept.playlist

    async def use_instead(
        self, user_id: int, key: str, kept: KeptPlaylist | None, error: Exception
    ) -> Playlist:
        """Use what was read before in place of what can't be read now, and say so.

        Raises
        ------
        Exception
            `error` itself, where there is nothing to use.
        """
        if kept is None:
            raise error
        playlist = await self.use(user_id, key, kept)
        notice = self.as_it_was(NoteKind.OLD_PLAYLIST, kept.fetched_at, error)
        return replace(playlist, notes=(notice, *playlist.notes))

    async def drop(self, user_id: int, key: str) -> None:
        """Drop a playlist that the person can't read any more."""
        await self.store.delete(user_id, key)

    def as_it_was(self, kind: NoteKind, read_at: datetime, error: Exception) -> Note:
        """Say why something old is shown, how old it is, and when there will be new things."""
        now = self.clock()
        wait_s = (error.until - now).total_seconds() if isinstance(error, QuotaExceededError) else None
        return Note(kind, number=(now - read_at).total_seconds(), wait_s=wait_s)


LIKED_NAME = "Liked Songs"
_WORTH_SAYING = 5
"""Calls from which on somebody is told how many they are."""
FORMAT = "Spotify"

LIST_KEPT_FOR = timedelta(days=7)
"""Names without tracks, for autocomplete; a week is a guess at how often people come back."""
LIST_IS_FRESH_FOR = timedelta(minutes=10)
LIST_IS_STEADY_FOR = timedelta(minutes=1)
"""Sooner it is not read again, whoever presses the button: everybody shares the day's calls."""

_LIKED_SCOPES = frozenset({"user-library-read"})
_AWAY = (QuotaExceededError, OwnerPremiumError, RateLimitedError, SourceUnavailableError, OutOfTimeError)
"""Failures about which neither the person nor the playlist can do anything."""
_CLOSED_KEPT, _CLOSED_FOR_S = 2_000, 3_600.0
"""An owner may open a playlist at any time, so that is asked again after a while."""


@dataclass(slots=True, kw_only=True)
class LibraryWorkflow:
    """What linked people have at Spotify."""

    access: SpotifyAccess
    lists: LibraryStore
    playlist_cache: PlaylistCache
    calls: CallStore
    clock: Callable[[], datetime]
    _closed: TTLCache[tuple[int, PlaylistId], bool] = field(init=False)
    """Whose playlists were found closed to whom a short while ago: not asked a second time."""

    def __post_init__(self) -> None:
        self._closed = TTLCache(_CLOSED_KEPT, _CLOSED_FOR_S, timer=lambda: self.clock().timestamp())

    async def days_to_renew(self, user_id: int) -> int | None:
        """Return from day 165 on how many days a person's consent lasts; None before, and without a link."""
        try:
            link = await self.access.tokens.link_of(user_id)
        except AccountError:
            return None
        now = self.clock()
        return link.days_left(now) if link.needs_reminder(now) else None

    async def known(self, user_id: int) -> Library | None:
        """Return the list of a person's playlists as it is stored; Spotify is not asked."""
        return await self.lists.load(user_id)

    async def refresh(self, user_id: int) -> Library:
        """Read the list anew: one call for 50 playlists, and one for the number of Liked Songs.

        Raises
        ------
        NotLinkedError, RelinkNeededError, ScopeMissingError, SourceError
        """
        own_id = await self.access.own_id(user_id)
        listing = await self.access.ask(user_id, READ_SCOPES, self.access.client.playlists, own_id=own_id)
        library = Library(
            playlists=listing.playlists,
            read_at=self.clock(),
            liked=await self._count_liked(user_id),
            unread=listing.unread,
        )
        await self.lists.save(user_id, library)
        return library

    async def current(self, user_id: int, *, fresh_for: timedelta = LIST_IS_FRESH_FOR) -> Library:
        """Return the list, read a moment ago; while Spotify can't be asked, as it was read last.

        Raises
        ------
        NotLinkedError, RelinkNeededError, ScopeMissingError, SourceError
        """
        await self.access.own_id(user_id)
        known = await self.lists.load(user_id)
        if known is not None and self.clock() - known.read_at < fresh_for:
            return known
        try:
            return await self.refresh(user_id)
        except _AWAY as error:
            if known is None:
                raise
            return replace(
                known, notice=self.playlist_cache.as_it_was(NoteKind.OLD_LIST, known.read_at, error)
            )

    async def read(self, user_id: int, playlist_id: PlaylistId, *, say: OnProgress = quiet) -> Playlist:
        """Read a playlist; one that has not changed since the last time costs one call.

        Raises
        ------
        NotLinkedError, RelinkNeededError, ScopeMissingError
            The person has to log in, or to allow it.
        PlaylistNotReadableError, SpotifyNotFoundError
            Spotify does not show it to this person through an app.
        EmptyPlaylistError, PlaylistTooLongError
            There is nothing in it, or more than can be asked for.
        SourceError
            Spotify can't be asked, and the playlist was not read lately.
        """
        own_id = await self.access.own_id(user_id)
        known = await self.playlist_cache.load(user_id, playlist_id)
        try:
            playlist = await self._read(user_id, playlist_id, own_id, known, say)
        except _AWAY as error:
            playlist = await self.playlist_cache.use_instead(user_id, playlist_id, known, error)
        except (SpotifyNotFoundError, PlaylistNotReadableError):
            await self.playlist_cache.drop(user_id, playlist_id)
            raise
        return _not_empty(playlist)

    async def read_liked(self, user_id: int, *, say: OnProgress = quiet) -> Playlist:
        """Read the Liked Songs, newest first; raises like `read`."""
        await self.access.own_id(user_id)
        known = await self.playlist_cache.load(user_id, LIKED)
        try:
            playlist = await self._read_liked(user_id, known, say)
        except _AWAY as error:
            playlist = await self.playlist_cache.use_instead(user_id, LIKED, known, error)
        return _not_empty(playlist)

    def forget(self, user_id: int) -> None:
        """Drop what this process remembers of a person."""
        for key in [key for key in self._closed if key[0] == user_id]:
            del self._closed[key]

    async def _count_liked(self, user_id: int) -> int | None:
        try:
            page = await self._liked_page(user_id, 0)
        except (ScopeMissingError, *_AWAY):
            return None
        return page.total

    async def _read(
        self,
        user_id: int,
        playlist_id: PlaylistId,
        own_id: str,
        known: KeptPlaylist | None,
        say: OnProgress,
    ) -> Playlist:
        summary, first = await self._open(user_id, playlist_id, own_id)
        if known is not None and summary.snapshot_id and known.snapshot_id == summary.snapshot_id:
            return replace(await self.playlist_cache.use(user_id, playlist_id, known), name=summary.name)
        if first is None and (user_id, playlist_id) in self._closed:
            raise PlaylistNotReadableError(summary.name)
        rows = await self._rows(user_id, summary, first, say)
        if not _holds_all(first):
            # The snapshot and the rows came in several answers: they belong together if it is still the same.
            later, again = await self._open(user_id, playlist_id, own_id)
            if later.snapshot_id != summary.snapshot_id:
                if (later.total or 0) <= READ_AGAIN_UP_TO:
                    summary = later
                    rows = await self._rows(user_id, summary, again, say)
                elif rows.was_still:
                    rows = replace(
                        rows, was_still=False, notes=(*rows.notes, Note(NoteKind.CHANGED_WHILE_READ))
                    )
        playlist = _playlist(summary.name, rows, playlist_id, summary.snapshot_id)
        await self.playlist_cache.keep(user_id, playlist_id, playlist)
        return playlist

    async def _read_liked(self, user_id: int, known: KeptPlaylist | None, say: OnProgress) -> Playlist:
        first = await self._liked_page(user_id, 0)
        state = fingerprint(first)
        if known is not None and known.snapshot_id == state:
            return await self.playlist_cache.use(user_id, LIKED, known)
        await self._check_budget(user_id, LIKED_NAME, first.total, len(first.rows), say)

        async def on_count(done: int, total: int) -> None:
            await say(Progress(Activity.READING_LIKED, done, total))

        async def page_at(offset: int) -> Page:
            return await self._liked_page(user_id, offset)

        rows = await read_all(page_at, first=first, on_count=on_count)
        playlist = _playlist(LIKED_NAME, rows, None, state)
        await self.playlist_cache.keep(user_id, LIKED, playlist)
        return playlist

    async def _open(
        self, user_id: int, playlist_id: PlaylistId, own_id: str
    ) -> tuple[PlaylistSummary, Page | None]:
        return await self.access.ask(
            user_id,
            READ_SCOPES,
            self.access.client.playlist,
            playlist_id,
            own_id=own_id,
        )

    async def _rows(
        self, user_id: int, summary: PlaylistSummary, first: Page | None, say: OnProgress
    ) -> RowsRead:
        """Read the rows, each page with the token of its moment: a long list outlives a token."""
        await self._check_budget(user_id, summary.name, summary.total, len(first.rows) if first else 0, say)

        async def on_count(done: int, total: int) -> None:
            await say(Progress(Activity.READING_PLAYLIST, done, total))

        async def page_at(offset: int) -> Page:
            return await self.access.ask(user_id, READ_SCOPES, self.access.client.rows_page, summary, offset)

        try:
            return await read_all(page_at, first=first, on_count=on_count)
        except PlaylistNotReadableError as error:
            self._closed[user_id, summary.id] = True
            raise PlaylistNotReadableError(summary.name) from error

    async def _liked_page(self, user_id: int, offset: int) -> Page:
        return await self.access.ask(user_id, _LIKED_SCOPES, self.access.client.liked_page, offset)

    async def _check_budget(
        self, user_id: int, name: str, total: int | None, at_hand: int, say: OnProgress
    ) -> None:
        """Refuse to begin what the day's calls would not suffice for, and say what much will cost.

        Raises
        ------
        QuotaExceededError, ShareSpentError, PlaylistTooLongError
        """
        needed = -(-max(0, min(total or 0, MOST_ROWS) - at_hand) // PAGE)
        if needed > self.calls.budget:
            raise PlaylistTooLongError(name, total or 0)
        try:
            await self.calls.check(needed, user_id, self.clock())
        except ShareSpentError:
            if needed > await self.calls.share_of(user_id):
                raise PlaylistTooLongError(name, total or 0) from None
            raise
        if needed >= _WORTH_SAYING:
            await say(Progress(Activity.READING_IN_CALLS, needed, total or 0, name))


def _playlist(name: str, rows: RowsRead, playlist_id: PlaylistId | None, snapshot_id: str | None) -> Playlist:
    return Playlist(
        name=name,
        tracks=rows.tracks,
        source=PlaylistSource.SPOTIFY,
        format=FORMAT,
        id=playlist_id,
        snapshot_id=snapshot_id,
        skipped=rows.skipped,
        notes=rows.notes,
    )


def _holds_all(first: Page | None) -> bool:
    return first is not None and first.total is not None and len(first.rows) >= first.total


def _not_empty(playlist: Playlist) -> Playlist:
    if not playlist.tracks:
        raise EmptyPlaylistError(playlist.name, playlist.skipped)
    return playlist
