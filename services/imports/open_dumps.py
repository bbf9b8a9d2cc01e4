"""Read the tables of open dumps row by row: readings of AcousticBrainz, and names of recordings."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from services.domain.errors.playlists import DatasetColumnsError, DatasetUnreadableError
from services.domain.recordings import Readings, RecordingId, name_hash, reading, recording_of
from services.imports import cells
from services.imports.text import clean_text

_MBID, _TEMPO, _KEY, _SCALE = "mbid", "bpm", "key_key", "key_scale"
_ARTIST, _TITLE, _RECORDING = "artist_credit_name", "recording_name", "recording_mbid"
_NOTES = {
    name: pitch
    for pitch, names in enumerate(
        ("C", "C# Db", "D", "D# Eb", "E", "F", "F# Gb", "G", "G# Ab", "A", "A# Bb", "B")
    )
    for name in names.split()
}
_SHOWN = 6
_NAMED_CHARS = 40


class OpenDump(StrEnum):
    """A kind of dump; its value names its rows in the progress of imports."""

    ACOUSTICBRAINZ = "acousticbrainz"
    """The last one, of 2022: `…-rhythm.csv` with tempi, or `…-tonal.csv` with keys."""
    CANONICAL = "musicbrainz-canonical"
    """`canonical_musicbrainz_data.csv`: artist and title of every recording that others lead to."""

    @property
    def file_ending(self) -> str:
        """How the name of its table ends, which lies in an archive beside others."""
        return "canonical_musicbrainz_data.csv" if self is OpenDump.CANONICAL else ".csv"


class DumpRows:
    """The rows of a dump below its header.

    Raises
    ------
    DatasetUnreadableError
        It is empty; while rows are read, also where a quote is never closed.
    DatasetColumnsError
        The columns are those of another table.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._rows = csv.reader(lines)
        header = next(self._records(), None)
        if header is None:
            raise DatasetUnreadableError(problem="it is empty")
        self.columns = [name.strip().casefold() for name in header]

    @property
    def used(self) -> dict[str, str]:
        """The columns that are read, by what they mean, which is what they are called."""
        known = (_MBID, _TEMPO, _KEY, _SCALE, _ARTIST, _TITLE, _RECORDING)
        return {name: name for name in self.columns if name in known}

    def readings(self) -> Iterator[tuple[RecordingId, Readings] | None]:
        """Yield tempo and key of each submission; None for a row without, or with a foreign id."""
        at_mbid, at_tempo = self._place(_MBID), self._find(_TEMPO)
        at_key, at_scale = self._find(_KEY), self._find(_SCALE)
        if at_tempo is None and (at_key is None or at_scale is None):
            raise self._lacking("bpm, or key_key and key_scale")
        width = len(self.columns)
        for row in self._records():
            recording = recording_of(row[at_mbid]) if len(row) == width else None
            if recording is None:
                yield None
                continue
            tempo = None if at_tempo is None else cells.number(row[at_tempo])
            key = None if at_key is None or at_scale is None else _key(row[at_key], row[at_scale])
            told = reading(tempo, key)
            yield (recording, told) if told.tempi or told.keys else None

    def names(self) -> Iterator[tuple[int, RecordingId] | None]:
        """Yield the hash of each name with the recording that it means; None for a row without either."""
        at_artist, at_title = self._place(_ARTIST), self._place(_TITLE)
        at_recording = self._place(_RECORDING)
        width = len(self.columns)
        for row in self._records():
            recording = recording_of(row[at_recording]) if len(row) == width else None
            number = name_hash(row[at_artist], row[at_title]) if recording is not None else None
            yield None if recording is None or number is None else (number, recording)

    def _records(self) -> Iterator[list[str]]:
        try:
            yield from (row for row in self._rows if row)
        except csv.Error as error:
            problem = f"line {self._rows.line_num:,}: a quote is never closed, or a cell is far too long"
            raise DatasetUnreadableError(problem=problem) from error

    def _find(self, name: str) -> int | None:
        return self.columns.index(name) if name in self.columns else None

    def _place(self, name: str) -> int:
        place = self._find(name)
        if place is None:
            raise self._lacking(name)
        return place

    def _lacking(self, name: str) -> DatasetColumnsError:
        shown: Sequence[str] = [clean_text(column, _NAMED_CHARS) for column in self.columns[:_SHOWN]]
        return DatasetColumnsError(lacks=f"column {name}", columns=tuple(shown))


def _key(note: str, scale: str) -> int | None:
    """Return the key as readings keep it: 0..11 for C to B major, 12..23 for C to B minor."""
    pitch = _NOTES.get(note.strip())
    mode = scale.strip().casefold()
    if pitch is None or mode not in {"major", "minor"}:
        return None
    return pitch + 12 * (mode == "minor")
