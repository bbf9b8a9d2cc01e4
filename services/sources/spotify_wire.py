"""Read what Spotify answers, page by page and row by row, in both shapes: one bad row never costs the others.

Client ids from before and after February 2026 get different answers: `items` or `tracks` for the
page inside a playlist, `item` or `track` for what a row holds. Path and key vary independently.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.domain.messages import Note, NoteKind
from services.domain.music import (
    SPOTIFY_ID,
    PlaylistId,
    Skipped,
    SkipReason,
    Track,
    TrackId,
    known_year,
    valid_isrc,
    valid_track_id,
)
from services.domain.spotify import PlaylistSummary, RowsRead, SpotifyProfile

_LONGEST_TEXT = 500
_EXAMPLES = 3
_YEAR = re.compile(r"(\d{4})(?:-\d{2}){0,2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows, not yet judged."""

    rows: tuple[Any, ...]
    total: int | None


@dataclass(slots=True)
class RowTally:
    """Tracks found so far, and why rows did not become tracks."""

    tracks: list[Track] = field(default_factory=list)
    unplayable: int = 0
    _skipped: dict[SkipReason, tuple[int, tuple[str, ...]]] = field(default_factory=dict)

    def add(self, row: Any) -> None:
        """Judge one row of a playlist or of the library."""
        if not isinstance(row, Mapping):
            self._skip(SkipReason.UNREADABLE)
            return
        item = row_item(row)
        if item is None:
            self._skip(SkipReason.UNAVAILABLE)
        elif row.get("is_local") is True or item.get("is_local") is True:
            self._skip(SkipReason.LOCAL_FILE, _text(item.get("name")))
        elif item.get("type") == "episode":
            self._skip(SkipReason.EPISODE, _text(item.get("name")))
        elif (track := read_track(item, added_at=row.get("added_at"))) is None:
            self._skip(SkipReason.UNREADABLE, _text(item.get("name")))
        else:
            self.tracks.append(track)
            self.unplayable += item.get("is_playable") is False

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """Say what was left out, by reason."""
        return tuple(Skipped(reason, count, names) for reason, (count, names) in self._skipped.items())

    @property
    def notes(self) -> tuple[Note, ...]:
        """Say what was kept although it is not as it should be."""
        if not self.unplayable:
            return ()
        return (Note(NoteKind.UNPLAYABLE, count=self.unplayable),)

    def _skip(self, reason: SkipReason, name: str = "") -> None:
        count, names = self._skipped.get(reason, (0, ()))
        shown = (*names, name) if name and len(names) < _EXAMPLES else names
        self._skipped[reason] = (count + 1, shown)


def row_item(row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return what a row holds; None for a row whose track is gone."""
    for key in ("item", "track"):
        if isinstance(row.get(key), Mapping):  # inside an item, "track" may be a bool
            item: Mapping[str, Any] = row[key]
            return item
    return None


def read_track(item: Mapping[str, Any], *, added_at: object = None) -> Track | None:
    """Read a track object; None where it names nothing. Every field but the id may be missing."""
    track_id = valid_track_id(_text(item.get("id"))) or _id_of_uri(_text(item.get("uri")))
    title = _text(item.get("name"))
    if track_id is None and not title:
        return None
    artists = _artists(item.get("artists"))
    album, identifiers = _mapping(item.get("album")), _mapping(item.get("external_ids"))
    return Track(
        id=track_id,
        title=title,
        artists=tuple(name for name, _ in artists),
        artist_ids=tuple(key for _, key in artists) if any(key for _, key in artists) else (),
        album=_text(album.get("name")) or None,
        album_id=_text(album.get("id")) or None,
        isrc=valid_isrc(_text(identifiers.get("isrc"))),
        duration_ms=_count(item.get("duration_ms")),
        release_year=_year(album.get("release_date")),
        explicit=item.get("explicit") if isinstance(item.get("explicit"), bool) else None,
        popularity=_count(item.get("popularity")),
        added_at=_text(added_at) or None,
    )


def read_page(value: object) -> Page | None:
    """Read a page of rows; None where there is none."""
    if not isinstance(value, Mapping) or not isinstance(value.get("items"), list):
        return None
    return Page(tuple(value["items"]), _count(value.get("total")))


def embedded_page(playlist: Mapping[str, Any]) -> Page | None:
    """Return the rows that came with a playlist, in either shape; None where Spotify shows none."""
    for key in ("items", "tracks"):
        if (page := read_page(playlist.get(key))) is not None:
            return page
    return None


def read_summary(value: object, *, own_id: str | None) -> PlaylistSummary | None:
    """Read a playlist without its rows; None for an entry that is null or names nothing."""
    if not isinstance(value, Mapping):
        return None
    playlist_id = _text(value.get("id"))
    if not SPOTIFY_ID.fullmatch(playlist_id):
        return None
    owner = _mapping(value.get("owner"))
    contents = _mapping(value.get("items")) or _mapping(value.get("tracks"))
    owner_id = _text(owner.get("id"))
    return PlaylistSummary(
        id=PlaylistId(playlist_id),
        name=_text(value.get("name")) or "Untitled",
        owner_id=owner_id,
        owner_name=_text(owner.get("display_name")),
        snapshot_id=_text(value.get("snapshot_id")) or None,
        total=_count(contents.get("total")),
        is_own=own_id is not None and owner_id == own_id,
        is_collaborative=value.get("collaborative") is True,
        description=_text(value.get("description")),
    )


def read_profile(value: object) -> SpotifyProfile | None:
    """Read `GET /me`; None where it names nobody."""
    if not isinstance(value, Mapping):
        return None
    user_id = _text(value.get("id"))
    account_id = _text(value.get("account_id")) or user_id
    if not account_id:
        return None
    return SpotifyProfile(account_id, user_id or account_id, _text(value.get("display_name")))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _artists(value: object) -> list[tuple[str, str]]:
    """Return the artists with a name, each with an id or an empty text."""
    entries: Iterable[Any] = value if isinstance(value, list) else ()
    pairs = (
        (_text(entry.get("name")), valid_track_id(_text(entry.get("id"))) or "")
        for entry in entries
        if isinstance(entry, Mapping)
    )
    return [(name, key) for name, key in pairs if name]


def _id_of_uri(uri: str) -> TrackId | None:
    kind, _, rest = uri.partition("spotify:track:")
    return valid_track_id(rest) if not kind else None


def _text(value: object) -> str:
    return value.strip()[:_LONGEST_TEXT] if isinstance(value, str) else ""


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else None


def _year(value: object) -> int | None:
    match = _YEAR.fullmatch(_text(value))
    return known_year(int(match[1])) if match else None


PAGE = 50
MOST_ROWS = 20_000
"""As many as a file may have; a playlist holds 10,000, and Liked Songs have no limit."""
READ_AGAIN_UP_TO = 500
"""Rows of a list that is read once more when it changed on the way: a longer one costs too many calls."""

_SPARE_PAGES = 5
"""Pages that may be short before reading stops: each costs one of the calls that everybody shares."""

OnCount = Callable[[int, int], Awaitable[None]]
"""Receives how many rows have been read, and of how many."""
PageAt = Callable[[int], Awaitable[Page]]
"""Fetches the page that begins at an offset."""


async def silent(_done: int, _total: int) -> None:
    """Ignore counts."""


def at(offset: int) -> list[tuple[str, str]]:
    """Write the parameters for the page that begins at `offset`."""
    return [("limit", str(PAGE)), ("offset", str(offset))]


def fingerprint(page: Page) -> str:
    """Name the state of a list without snapshots by its size and its newest row."""
    newest = page.rows[0] if page.rows else None
    added_at = newest.get("added_at") if isinstance(newest, dict) else None
    return json.dumps([page.total, added_at])


@dataclass(slots=True)
class _Pass:
    """One pass over the pages."""

    rows: list[Any]
    total: int | None
    changed: bool = False
    gave_up: bool = False
    """Whether Spotify sent so few rows a page that going on would cost too many calls."""


async def read_all(page_at: PageAt, *, first: Page | None, on_count: OnCount) -> RowsRead:
    """Read all rows, stopping at the total: beyond it Spotify repeats rows.

    Parameters
    ----------
    page_at
        The way to the pages.
    first
        The first page where it is there already; one that should have rows and has none is read anew.
    on_count
        Told before each further page.
    """
    if first is None or not (first.rows or first.total == 0):
        first = await page_at(0)
    read = await _read_pages(page_at, first, on_count)
    if read.changed and max(len(read.rows), read.total or 0) <= READ_AGAIN_UP_TO:
        read = await _read_pages(page_at, await page_at(0), on_count)
    tally = RowTally()
    for row in read.rows:
        tally.add(row)
    notes = tally.notes
    if (read.total or 0) > MOST_ROWS:
        notes = (*notes, Note(NoteKind.FIRST_ROWS, count=MOST_ROWS, total=read.total or 0))
    if read.gave_up:
        notes = (*notes, Note(NoteKind.FEW_ROWS_A_TIME, count=len(read.rows)))
    if read.changed:
        notes = (*notes, Note(NoteKind.CHANGED_WHILE_READ))
    return RowsRead(
        tracks=tuple(tally.tracks), skipped=tally.skipped, notes=notes, was_still=not read.changed
    )


async def _read_pages(page_at: PageAt, first: Page, on_count: OnCount) -> _Pass:
    read = _Pass(list(first.rows), first.total)
    page, pages = first, 1
    while page.rows and len(read.rows) < MOST_ROWS:
        # Without a total, a page that is not full is the last one.
        if len(read.rows) >= read.total if read.total is not None else len(page.rows) < PAGE:
            break
        if pages > -(-min(read.total or MOST_ROWS, MOST_ROWS) // PAGE) + _SPARE_PAGES:
            read.gave_up = True
            break
        pages += 1
        await on_count(len(read.rows), min(read.total or len(read.rows), MOST_ROWS))
        page = await page_at(len(read.rows))
        if page.total != read.total:
            read.changed, read.total = True, page.total
        read.rows += page.rows if page.total is None or len(read.rows) < page.total else ()
    end = MOST_ROWS if read.total is None else min(read.total, MOST_ROWS)
    del read.rows[end:]
    return read
