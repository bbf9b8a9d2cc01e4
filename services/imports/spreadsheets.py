"""Read delimited text of any known exporter into playlists."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from services.domain.errors.uploads import UnknownFormatError
from services.domain.music import Playlist, SkipReason, Track
from services.imports.artists import SplitArtists
from services.imports.chosic import CHOSIC_TABLE
from services.imports.cleaning import clean_text, count_of
from services.imports.columns import FEATURE_COLUMNS, Column, match, normal
from services.imports.decode import Decoded
from services.imports.dialects import Dialect
from services.imports.exportify import EXPORTIFY_NET, exportify_app, net_artists
from services.imports.formats import CHOSIC, EXPORTIFY
from services.imports.generic import GENERIC
from services.imports.limits import MAX_NAME_CHARS
from services.imports.rows import RowReader
from services.imports.scales import detect_scales, known_scales
from services.imports.tables import Header, Table, find_header, first_records, read_table
from services.imports.tally import Tally
from services.imports.transfers import SOUNDIIZ_TABLE, TUNEMYMUSIC_TABLE

_NAMED_COLUMNS = 6
_DELIMITER_NAMES = {",": "a CSV", ";": "a CSV", "\t": "a table", "|": "a table"}


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
    return exportify_app(), EXPORTIFY_NET, CHOSIC_TABLE, TUNEMYMUSIC_TABLE, SOUNDIIZ_TABLE, GENERIC


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
    headers = frozenset(normal(cell) for cell in cells)
    matched = ((dialect, match(cells, dialect.columns)) for dialect in known)
    return [(dialect, found) for dialect, found in matched if dialect.recognises(found, headers)]


def describe_columns(text: str) -> str:
    """Say what unknown delimited text looks like, by its column names alone."""
    header = find_header(text, len)
    if header is None or len(header.cells) < 2 or not _has_second_row(header):
        return "text without any track link"
    named = [clean_text(cell, 30) or "(unnamed)" for cell in header.cells]
    more = f" and {len(named) - _NAMED_COLUMNS} more" if len(named) > _NAMED_COLUMNS else ""
    return f"{_DELIMITER_NAMES[header.delimiter]} with the columns {', '.join(named[:_NAMED_COLUMNS])}{more}"


def _has_second_row(header: Header) -> bool:
    """Whether what looks like a header is followed by a row as wide: prose has commas, too."""
    records = dict(first_records(header.text, header.delimiter))
    return len(records.get(header.record + 1, [])) == len(header.cells)


def read_spreadsheet(recognised: Recognised, decoded: Decoded, name: str) -> tuple[Playlist, ...]:
    """Read all playlists of a recognised table; `name` serves rows that name no playlist.

    A table without rows gives one playlist without tracks.

    Raises
    ------
    UnknownFormatError
        The columns seemed to hold ids of tracks, and not one of them is.
    DamagedFileError, TooManyRowsError
        As `tables.read_table` does.
    """
    dialect, header, found = recognised.dialect, recognised.header, recognised.found
    table = read_table(header, dialect.format)
    scales = (
        detect_scales(header.cells, table.rows, found, tens_possible=dialect.format != CHOSIC)
        if dialect.guesses_scale
        else known_scales(found)
    )
    reader = RowReader(dialect, found, scales, _artist_splitter(dialect, header, table, found))
    groups, others = _group_rows(table, reader, name)
    if dialect is GENERIC and table.rows and not _is_music(groups, found):
        raise UnknownFormatError(looks_like=describe_columns(header.text))
    if not groups:
        groups = {name: _Group()}
    notes = (*decoded.notes, *scales.notes, *_table_notes(table, reader, found))
    if others.total:
        if len(groups) == 1:
            next(iter(groups.values())).skipped.merge(others)
        else:
            notes = (
                *notes,
                f"{count_of(others.total, 'row')} of the file could not be put into any playlist.",
            )
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


def _is_music(groups: dict[str, _Group], found: dict[Column, int]) -> bool:
    """Whether a table of unknown origin holds tracks: `id,name` without one real id is some other list."""
    if {Column.TITLE, Column.ARTISTS} <= found.keys():
        return True
    return any(track.id or track.isrc for group in groups.values() for track in group.tracks)


def _artist_splitter(
    dialect: Dialect, header: Header, table: Table, found: dict[Column, int]
) -> SplitArtists:
    if dialect.format != EXPORTIFY:
        return dialect.split_artists
    position = found[Column.ARTISTS]
    joined = [row[position] for row in table.rows if position < len(row)]
    return net_artists(joined, frozenset(normal(cell) for cell in header.cells))


def _group_rows(table: Table, reader: RowReader, name: str) -> tuple[dict[str, _Group], Tally]:
    """Sort tracks and skipped rows by playlist; skips of playlists without any track come back apart."""
    width = len(table.header.cells)
    groups: dict[str, _Group] = {}
    for row, line in zip(table.rows, table.lines, strict=True):
        result = reader.read(row, width)
        own = reader.playlist(row) if result is not SkipReason.UNREADABLE else ""
        group = groups.setdefault(clean_text(own, MAX_NAME_CHARS) or name, _Group())
        if isinstance(result, Track):
            group.tracks.append(result)
        else:
            group.skipped.add(result, _example(row, line))
    others = Tally()
    for group in groups.values():
        if not group.tracks:
            others.merge(group.skipped)
    return {key: group for key, group in groups.items() if group.tracks}, others


def _example(row: list[str], line: int) -> str:
    words = next((cell for cell in row if cell.strip() and not cell.startswith("spotify:")), "")
    return f"line {line:,}" + (f": {clean_text(words, 60)}" if words else "")


def _table_notes(table: Table, reader: RowReader, found: dict[Column, int]) -> list[str]:
    notes = []
    width = len(table.header.cells)
    lengths = Counter(len(row) for row in table.rows)
    usual_cut = min((found[column] for column in FEATURE_COLUMNS.values() if column in found), default=width)
    short = sum(count for length, count in lengths.items() if length < width and length != usual_cut)
    if table.header.record:
        notes.append(f"{count_of(table.header.record, 'line')} above the header did not count.")
    if short:
        notes.append(
            f"{count_of(short, 'row')} had fewer cells than the header; missing cells count as empty."
        )
    last = len(table.rows[-1]) if table.rows else width
    ends_open = not table.header.text.endswith(("\n", "\r"))
    if ends_open and last < width and last != usual_cut and lengths[last] == 1:
        notes.append("The last row is incomplete; the file may have been cut off while it was saved.")
    if reader.out_of_range:
        notes.append(
            f"{count_of(reader.out_of_range, 'feature value')} could not be true and "
            f"{'was' if reader.out_of_range == 1 else 'were'} left out."
        )
    if reader.taken_apart:
        notes.append(
            f"In {count_of(reader.taken_apart, 'row')} artist and title shared a cell and were taken apart."
        )
    return notes
