"""Read delimited text of any known exporter into playlists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.domain.errors.playlists import UnknownFormatError
from services.domain.messages import Look, Note, NoteKind, Shape
from services.domain.music import Playlist, SkipReason, Track
from services.imports.cells import SplitArtists, newest_year, track_id
from services.imports.columns import FEATURE_COLUMNS, Column, further_artists
from services.imports.dialects import (
    CHOSIC_TABLE,
    EXPORTIFY_NET,
    GENERIC,
    SOUNDIIZ_TABLE,
    TASTEMAP_TABLE,
    TUNEMYMUSIC_TABLE,
    Dialect,
    exportify_app,
    net_artists,
)
from services.imports.formats import CHOSIC, EXPORTIFY, MAX_NAME_CHARS
from services.imports.rows import RowReader
from services.imports.tables import Header, Table, find_header, first_records, read_table
from services.imports.tally import Budget, Tally
from services.imports.text import Decoded, clean_text
from services.imports.units import detect_scales

_NAMED_COLUMNS = 6
_TELLING_COLUMNS = 2
_LOOKED_AT = 50
"""Rows that tell which of two columns holds what both promise."""
_MOST_WORDS_BELOW = 5
_CSV_DELIMITERS = frozenset(",;")


@dataclass(frozen=True, slots=True)
class Recognised:
    """A header that belongs to a known exporter."""

    dialect: Dialect
    header: Header
    found: dict[Column, int]


@dataclass(slots=True)
class _Group:
    tracks: list[Track] = field(default_factory=list)
    skipped: Tally = field(default_factory=Tally)


def dialects() -> tuple[Dialect, ...]:
    """List the exporters, the most particular first: the first that recognises a header has it."""
    return (
        TASTEMAP_TABLE,
        exportify_app(),
        EXPORTIFY_NET,
        CHOSIC_TABLE,
        TUNEMYMUSIC_TABLE,
        SOUNDIIZ_TABLE,
        GENERIC,
    )


def recognise(text: str) -> Recognised | None:
    """Find the header of a table of tracks near the top of `text`, if there is one."""
    known = dialects()

    def score(cells: tuple[str, ...]) -> int:
        return max((len(found) for _, found in _matches(cells, known)), default=0)

    header = find_header(text, score)
    if header is None:
        return None
    dialect, found = _matches(header.cells, known)[0]
    return Recognised(dialect, header, found)


def _matches(cells: tuple[str, ...], known: tuple[Dialect, ...]) -> list[tuple[Dialect, dict[Column, int]]]:
    matched = ((dialect, dialect.match(cells)) for dialect in known)
    return [
        (dialect, found)
        for dialect, found in matched
        if dialect.recognises(found, frozenset(dialect.named(cells)))
    ]


def describe_columns(text: str) -> Shape:
    """Say what unknown delimited text looks like, by its column names alone."""
    header = find_header(text, len)
    if header is None or len(header.cells) < 2 or not _has_second_row(header):
        return Shape(Look.NO_LINK)
    named = [clean_text(cell, 30) or "(unnamed)" for cell in header.cells]
    look = Look.CSV if header.delimiter in _CSV_DELIMITERS else Look.TABLE
    return Shape(look, tuple(named[:_NAMED_COLUMNS]), len(named), _lacking(header.cells))


def _lacking(cells: tuple[str, ...]) -> str:
    """Name what a table lacks to be one of tracks, where more than a name tells of music."""
    found = GENERIC.match(cells)
    if len(found) < _TELLING_COLUMNS:
        return ""
    if Column.TITLE in found and Column.ARTISTS not in found:
        return "artist"
    return "title" if Column.ARTISTS in found and Column.TITLE not in found else ""


def _has_second_row(header: Header) -> bool:
    """Whether what looks like a header is followed by a row as wide: prose has commas, too."""
    records = dict(first_records(header.text, header.delimiter))
    return len(records.get(header.record + 1, [])) == len(header.cells)


def read_spreadsheet(
    recognised: Recognised, decoded: Decoded, name: str, budget: Budget
) -> tuple[Playlist, ...]:
    """Read all playlists of a recognised table; `name` serves rows that name no playlist.

    A table without rows gives one playlist without tracks.

    Raises
    ------
    UnknownFormatError
        The columns seemed to hold ids of tracks, and not one of them is.
    DamagedFileError, TooManyRowsError
        As `tables.read_table` does.
    TooManyNamesError
        More artists and genres than `budget` has left.
    """
    dialect, header = recognised.dialect, recognised.header
    table = read_table(header, dialect.format, budget)
    found = _with_real_links(recognised.found, table, dialect)
    scales = detect_scales(
        header.cells,
        table.rows,
        found,
        tens_possible=dialect.guesses_scale and dialect.format != CHOSIC,
        each_its_own=dialect.guesses_scale,
    )
    reader = RowReader(
        dialect,
        found,
        scales,
        _artist_splitter(dialect, header, table, found),
        rows=table.rows,
        further_artists=further_artists(header.cells, found.get(Column.ARTISTS)),
        newest_year=newest_year(),
    )
    groups, others = _group_rows(table, reader, name, budget)
    hidden = any(entry.reason is SkipReason.SHORT_LINK for entry in others.skipped())
    if dialect is GENERIC and table.rows and not hidden and not _is_music(groups, found):
        raise UnknownFormatError(describe_columns(header.text))
    if not groups:
        groups = {name: _Group()}
    notes = (*decoded.notes, *scales.notes, *_table_notes(table, reader, found))
    if others.total:
        if len(groups) == 1:
            next(iter(groups.values())).skipped.merge(others)
        else:
            notes = (*notes, Note(NoteKind.HOMELESS_ROWS, count=others.total))
    return tuple(
        Playlist(
            name=group_name,
            tracks=tuple(group.tracks),
            format=dialect.format,
            skipped=group.skipped.skipped(),
            notes=notes,
        )
        for group_name, group in groups.items()
    )


def _with_real_links(found: dict[Column, int], table: Table, dialect: Dialect) -> dict[Column, int]:
    """Return the columns; of several for ids the one that leads to most tracks, as `id` may be a number."""
    names = [dialect.columns.get(name) for name in dialect.named(table.header.cells)]
    settled = dict(found)
    for column in (Column.URI, Column.URL):
        places = [place for place, name in enumerate(names) if name is column]
        if len(places) > 1:
            first = table.rows[:_LOOKED_AT]
            settled[column] = max(
                places,
                key=lambda place: sum(track_id(row[place]) is not None for row in first if place < len(row)),
            )
    return settled


def _is_music(groups: dict[str, _Group], found: dict[Column, int]) -> bool:
    """Whether a table of unknown origin holds tracks: `id,name` without one real id is some other list."""
    if {Column.TITLE, Column.ARTISTS} <= found.keys() or found.keys() & {Column.JOINED, Column.ALBUM_ARTISTS}:
        return True
    return any(track.id or track.isrc for group in groups.values() for track in group.tracks)


def _artist_splitter(
    dialect: Dialect, header: Header, table: Table, found: dict[Column, int]
) -> SplitArtists:
    if dialect.format != EXPORTIFY:
        return dialect.split_artists
    position = found[Column.ARTISTS]
    joined = [row[position] for row in table.rows if position < len(row)]
    return net_artists(joined, frozenset(dialect.named(header.cells)))


def _group_rows(
    table: Table, reader: RowReader, name: str, budget: Budget
) -> tuple[dict[str, _Group], Tally]:
    """Sort tracks and skipped rows by playlist; skips of playlists without any track come back apart."""
    width = len(table.header.cells)
    groups: dict[str, _Group] = {}
    counted = 0
    end = _end_of_rows(table.rows)
    for number, (row, line) in enumerate(zip(table.rows, table.lines, strict=True)):
        result = reader.read(row, width)
        nameless = result is SkipReason.NO_TITLE
        if number >= end and (nameless or (isinstance(result, Track) and not (result.id or result.isrc))):
            result = SkipReason.NOT_A_TRACK
        budget.take_names(reader.names - counted)
        counted = reader.names
        own = reader.playlist(row) if result is not SkipReason.UNREADABLE else ""
        group = groups.setdefault(clean_text(own, MAX_NAME_CHARS) or name, _Group())
        if isinstance(result, Track):
            group.tracks.append(result)
        else:
            group.skipped.add(result, _example(row, line))
    others = Tally()
    for line in table.lost:
        others.add(SkipReason.UNREADABLE, f"line {line:,}: its quotes do not match")
    for group in groups.values():
        if not group.tracks:
            others.merge(group.skipped)
    return {key: group for key, group in groups.items() if group.tracks}, others


def _end_of_rows(rows: Sequence[Sequence[str]]) -> int:
    """Return where words below a table begin: a few rows of their first cell, in a table without others."""
    lone = [bool(row[0].strip()) and not any(map(str.strip, row[1:])) for row in rows]
    end = len(rows)
    while end and lone[end - 1]:
        end -= 1
    return end if end and len(rows) - end <= _MOST_WORDS_BELOW and not any(lone[:end]) else len(rows)


def _example(row: list[str], line: int) -> str:
    words = next((cell for cell in row if cell.strip() and not cell.startswith("spotify:")), "")
    return f"line {line:,}" + (f": {clean_text(words, 60)}" if words else "")


def _table_notes(table: Table, reader: RowReader, found: dict[Column, int]) -> list[Note]:
    notes = []
    width = len(table.header.cells)
    lengths = Counter(len(row) for row in table.rows)
    usual_cut = min((found[column] for column in FEATURE_COLUMNS.values() if column in found), default=width)
    short = sum(count for length, count in lengths.items() if length < width and length != usual_cut)
    if table.header.record:
        notes.append(Note(NoteKind.LINES_ABOVE_HEADER, count=table.header.record))
    if short:
        notes.append(Note(NoteKind.SHORT_ROWS, count=short))
    last = len(table.rows[-1]) if table.rows else width
    ends_open = not table.header.text.endswith(("\n", "\r"))
    if ends_open and last < width and last != usual_cut and lengths[last] == 1:
        notes.append(Note(NoteKind.CUT_OFF))
    if reader.out_of_range:
        notes.append(Note(NoteKind.IMPOSSIBLE_VALUES, count=reader.out_of_range))
    for kind, count in (
        (NoteKind.ENCODED_TWICE, sum(mending.whole for mending in reader.mendings.values())),
        (NoteKind.LEFT_ENCODED_TWICE, sum(mending.left for mending in reader.mendings.values())),
        (NoteKind.SHORT_LINKS, reader.short_links),
        (NoteKind.ZERO_ROWS, reader.zero_rows),
        (NoteKind.UNREAD_KEYS, reader.unread_keys),
        (NoteKind.UNREAD_LENGTHS, reader.unread_lengths),
        (NoteKind.HOURS_AS_MINUTES, int(reader.hours_are_minutes)),
    ):
        if count:
            notes.append(Note(kind, count=count))
    if reader.taken_apart:
        notes.append(Note(NoteKind.TAKEN_APART, count=reader.taken_apart))
    return notes
