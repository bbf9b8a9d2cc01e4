"""Read a public dataset of audio features, record by record: a table of any length, in bounded memory.

A file of gigabytes is never refused for one bad quote: where a quote swallows the rows that follow,
the swallowed lines are read again one by one.

Nothing about such a file is certain but that it is a table. Which column holds the Spotify id is
judged by its cells as well as by its name, and the scale of the features by the first rows.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import chain, islice

from services.domain.errors.playlists import DatasetColumnsError, DatasetUnreadableError
from services.domain.features import Feature
from services.domain.music import SkipReason, Track
from services.imports import cells
from services.imports.cells import split_any
from services.imports.columns import FEATURE_COLUMNS, Column, names, normal
from services.imports.dialects import GENERIC, Dialect
from services.imports.rows import RowReader
from services.imports.tables import Header, find_header
from services.imports.text import clean_text
from services.imports.units import detect_scales

Record = list[str]


def read_records(lines: Iterable[str], delimiter: str, *, header: int) -> Iterator[Record | None]:
    """Yield the records below the header; None for each line that is no readable record.

    The same lines always give the same records, so that a reader can be put back to its place.

    Parameters
    ----------
    lines
        With their line ends.
    delimiter
        Between the cells.
    header
        How many records stand above the header's.
    """
    physical: list[str] = []
    reader = csv.reader(_keeping(lines, physical), delimiter=delimiter)
    width = 0
    for _ in range(header + 1):
        width = len(next(reader, ()))
    physical.clear()
    while True:
        record: Record | None
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:
            record = None
        if len(physical) == 1 and record is not None:
            physical.clear()
            if record:
                yield record
            continue
        own = physical[:]
        physical.clear()
        if record is None or _swallows_rows(record, own, delimiter, width):
            yield from (_read_alone(line, delimiter) for line in own if line.strip())
        else:
            yield record


def _keeping(lines: Iterable[str], physical: list[str]) -> Iterator[str]:
    for line in lines:
        physical.append(line)
        yield line


def _read_alone(line: str, delimiter: str) -> Record | None:
    try:
        return next(csv.reader((line,), delimiter=delimiter, strict=True))
    except csv.Error:
        return None


def _swallows_rows(record: Record, lines: Sequence[str], delimiter: str, width: int) -> bool:
    """Whether a record over several lines has other cells than the header, or whole rows in a cell."""
    if len(record) != width:
        return True
    wanted = max(width - 1, 1)
    return any(line.count(delimiter) >= wanted for line in lines[1:])


SAMPLE_ROWS = 5_000
"""Rows that tell the scale of the features and the column of the ids."""

_HEAD_CHARS = 65_536
_HEAD_LINES = 20
_ROWS_PER_READER = 50_000
"""A row reader remembers the genre lists it has seen, which a huge file has without end."""
_PREFIXES = ("audio features ", "audio feature ", "features ", "track ", "spotify ")
"""What a nested document leaves in front of a name when it is made into a table."""
_NAMED_CHARS = 40
_LACKS_BOTH = "column with Spotify track ids and none with audio features"

_EXTRA = names(
    URI="song id|song uri|track id spotify|spotify track|id spotify|track href",
    URL="song url|url spotify|external urls spotify|external urls",
    ARTISTS="artists names|artist(s) names|artists song|all artists|artist s name|artists name",
    TITLE="track title name|name of track",
    ALBUM_URI="albumid|album spotify id|album uri id",
    RELEASE="album release year|albumreleasedate|releasedate|releaseyear|year released|released year",
    ISRC="external ids isrc|track isrc",
    DURATION_MS="duration in ms|track duration ms|length in ms",
    EXPLICIT="is explicit|explicit lyrics|track explicit",
    DANCEABILITY="dancebility",
    TEMPO="tempo in bpm|avg bpm",
)


class Unusable(StrEnum):
    """Why a row of a dataset gives no features of a track."""

    NO_ID = "without a Spotify track id"
    NO_FEATURES = "without any audio feature in range"
    OTHER_KIND = "of something that is no track"
    UNREADABLE = "with cells out of place"


_REASONS = {
    SkipReason.NO_TITLE: Unusable.NO_ID,
    SkipReason.LOCAL_FILE: Unusable.NO_ID,
    SkipReason.EPISODE: Unusable.OTHER_KIND,
    SkipReason.AUDIOBOOK: Unusable.OTHER_KIND,
    SkipReason.NOT_A_TRACK: Unusable.OTHER_KIND,
    SkipReason.PLAYLIST: Unusable.OTHER_KIND,
}

_DIALECT = Dialect(
    format="dataset", columns=GENERIC.columns, recognises=GENERIC.recognises, split_artists=split_any
)


class Dataset:
    """The rows of one dataset, once, in the order of the file.

    Parameters
    ----------
    lines
        Of the whole file with their line ends; only a sample of them is held.

    Raises
    ------
    DatasetColumnsError
        There is no column with Spotify ids, or none with audio features.
    DatasetUnreadableError
        There are no rows.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        stream = iter(lines)
        head = list(_head(stream))
        header = _find_header("".join(head))
        records = read_records(
            chain(head[header.lines_above :], stream), header.delimiter, header=header.record
        )
        self._sample = list(islice(records, SAMPLE_ROWS))
        self._records = records
        rows = [row for row in self._sample if row]
        if not rows:
            raise DatasetUnreadableError(problem="it has no rows below its header")
        header_cells = _aligned(header.cells, rows)
        self._width = len(header_cells)
        self._found = _find_columns(header_cells, rows)
        self._scales = detect_scales(header_cells, rows, self._found, tens_possible=True)
        self.notes = self._scales.notes
        """What has to be said about how the numbers are read."""
        self.columns: Mapping[str, str] = {
            column.value: clean_text(header_cells[place], _NAMED_CHARS)
            for column, place in sorted(self._found.items(), key=lambda item: item[1])
        }
        """What was recognised: meaning to the header's own name, in the file's order."""
        self.unusable: Counter[Unusable] = Counter()
        """Rows so far that give nothing, by reason."""
        self.out_of_range = 0
        """Cells so far whose number can't be true of its feature; the rest of their row counts."""

    def __iter__(self) -> Iterator[Track | Unusable]:
        """Yield each row as a track with its features in `uploaded`, or why it is of no use."""
        rows = chain(self._sample, self._records)
        self._sample = []
        while block := list(islice(rows, 1)):
            reader = RowReader(_DIALECT, self._found, self._scales, split_any)
            already = self.out_of_range
            for row in chain(block, islice(rows, _ROWS_PER_READER)):
                judged = self._judge(row, reader)
                self.out_of_range = already + reader.out_of_range
                if isinstance(judged, Unusable):
                    self.unusable[judged] += 1
                yield judged

    def _judge(self, row: Record | None, reader: RowReader) -> Track | Unusable:
        if row is None:
            return Unusable.UNREADABLE
        track = reader.read(row, self._width)
        if isinstance(track, SkipReason):
            return _REASONS.get(track, Unusable.UNREADABLE)
        if track.id is None:
            return Unusable.NO_ID
        return track if track.uploaded is not None else Unusable.NO_FEATURES


def _head(stream: Iterator[str]) -> Iterator[str]:
    """Take a few lines from the stream: enough for the header and whatever stands above it."""
    length = 0
    for line in islice(stream, _HEAD_LINES):
        yield line
        length += len(line)
        if length > _HEAD_CHARS:
            return


def _meaning(cell: str) -> Column | None:
    """Know a column by its name, with and without the prefixes of flattened documents."""
    name = normal(cell.replace(".", " "))
    while True:
        column = GENERIC.columns.get(name) or _EXTRA.get(name)
        prefix = next((prefix for prefix in _PREFIXES if name.startswith(prefix)), None)
        if column is not None or prefix is None:
            return column
        name = name.removeprefix(prefix)


def _find_header(text: str) -> Header:
    header = find_header(text, lambda columns: sum(_meaning(column) is not None for column in columns))
    if header is None:
        first = next((line for line in text.splitlines() if line.strip()), "")
        if not first:
            raise DatasetUnreadableError(problem="it is empty")
        columns = tuple(clean_text(cell.strip(' "'), _NAMED_CHARS) for cell in first.split(","))
        raise DatasetColumnsError(lacks=_LACKS_BOTH, columns=columns)
    return header


def _aligned(header: tuple[str, ...], rows: Sequence[Record]) -> tuple[str, ...]:
    """Give the column of row names a name: R writes such a column without one."""
    longer = sum(len(row) == len(header) + 1 and bool(row[-1]) for row in rows)
    return ("", *header) if 2 * longer > len(rows) else header


def _find_columns(header: tuple[str, ...], rows: Sequence[Record]) -> dict[Column, int]:
    meanings = [_meaning(cell) for cell in header]
    found: dict[Column, int] = {}
    for place, meaning in enumerate(meanings):
        if meaning is not None and meaning not in {Column.URI, Column.URL}:
            found.setdefault(meaning, place)
    shown = tuple(clean_text(cell, _NAMED_CHARS) for cell in header)
    named = [place for place, meaning in enumerate(meanings) if meaning in {Column.URI, Column.URL}]
    ids = _places_of_ids(rows, named) or _places_of_links(rows, len(header))
    has_features = any(FEATURE_COLUMNS[feature] in found for feature in Feature)
    if not ids or not has_features:
        lacks = "column with Spotify track ids" if not ids else "column with audio features"
        if not ids and not has_features:
            lacks = _LACKS_BOTH
        raise DatasetColumnsError(lacks=lacks, columns=shown)
    found |= dict(zip((Column.URI, Column.URL), ids, strict=False))
    return found


def _places_of_ids(rows: Sequence[Record], named: Sequence[int]) -> list[int]:
    """Order the columns that may hold ids by how many they really hold: `id` is often a mere number."""
    counts = {
        place: sum(cells.track_id(cell) is not None for cell in _column(rows, place)) for place in named
    }
    return sorted((place for place in named if counts[place]), key=lambda place: -counts[place])


def _places_of_links(rows: Sequence[Record], width: int) -> list[int]:
    """Find a column of URIs or links under any name; bare ids could be those of albums or artists."""
    linked = [
        place for place in range(width) if any("track" in cell for cell in islice(_column(rows, place), 100))
    ]
    return _places_of_ids(rows, linked)


def _column(rows: Sequence[Record], place: int) -> Iterator[str]:
    return (row[place].strip() for row in rows if place < len(row))
