"""Read a list page by page, also while somebody changes it, and never follow an address that it names."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from services.domain.messages import Note, NoteKind
from services.domain.spotify import RowsRead
from services.sources.spotify.wire import Page, RowTally

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
