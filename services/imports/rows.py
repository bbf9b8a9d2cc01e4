"""Turn one table row into a track, or into the reason why it is none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from services.domain.features import AudioFeatures, Feature, accepted
from services.domain.music import SkipReason, Track
from services.imports import cells
from services.imports.cells import SplitArtists, split_list
from services.imports.columns import FEATURE_COLUMNS, Column
from services.imports.dialects import Dialect
from services.imports.encodings import Mending
from services.imports.entries import SOUND_FILE, without_number
from services.imports.formats import MAX_LIST_CHARS
from services.imports.keys import KeyReader, read_mode
from services.imports.text import clean_text
from services.imports.units import LengthReader, Scales, milliseconds, seconds

_T = TypeVar("_T")

_LENGTHS = {Column.DURATION_MS: milliseconds, Column.DURATION_S: seconds, Column.DURATION: None}
"""How the numbers in columns of lengths are read, where the header tells; the most exact first."""
_ARTIST_AND_TITLE = " - "
_NAMES = (Column.TITLE, Column.ARTISTS, Column.ALBUM, Column.JOINED)
_DATE = re.compile(
    r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?:,? \d{1,2}:\d{2}(?::\d{2})?(?: [AP]M)?)?"
    r"|(?:[A-Z][a-z]{2,8}, )?(?:[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}|\d{1,2}\.? [A-Z][a-z]{2,8}\.? \d{4})"
)
_FOOTER = re.compile(
    r"(?:page|seite|p[aá]gina|strona|sida) \d{1,5}(?: ?(?:/|of|von|de|di|sur|van|z|av) ?\d{1,5})?"
    r"|\(?\d{1,6} (?:rows?|songs?|tracks?|items?|titel|lieder|titres?|morceaux|canciones|brani)\b.{0,60}"
    r"|total:?(?: ?\d.{0,60})?",
    re.IGNORECASE,
)
_SILENCE_DB = -60.0
_ENOUGH_ZEROS = 3
"""So many features at 0 are no measurement; a single one may be."""
_FILLED_UP = frozenset({"", "0", "0.0", "0.00", "0.000", "-1", "-1.0", "0%", "0,0"})


class RowReader:
    """Reads the rows of one table; knows its columns, its scales and its way to join artists."""

    def __init__(
        self,
        dialect: Dialect,
        found: Mapping[Column, int],
        scales: Scales,
        split_artists: SplitArtists,
        *,
        rows: Sequence[Sequence[str]] = (),
        further_artists: Sequence[int] = (),
        newest_year: int = 2099,
    ) -> None:
        """Look at the columns of keys and lengths in `rows`, where all rows are at hand.

        `further_artists` are the places of a second and third artist; `newest_year` is the last in
        which a track can have come out.
        """
        self._at = found
        self._width = 1 + max(found.values())
        self._further_artists = tuple(further_artists)
        self._types = dialect.kept_types
        self._joined = dialect.joins_artist_and_title
        self._split_artists = split_artists
        self._features = tuple(
            (feature, feature.value, found[FEATURE_COLUMNS[feature]], divisor)
            for feature, divisor in scales.divisors.items()
            if feature not in {Feature.KEY, Feature.MODE}
        )
        self._first_feature = min((position for _, _, position, _ in self._features), default=self._width)
        self._tonal = bool({Column.KEY, Column.MODE, Column.CAMELOT} & found.keys())
        self._keys = KeyReader(self._column(rows, Column.KEY))
        self._lengths = {
            column: LengthReader(self._column(rows, column), unit) for column, unit in _LENGTHS.items()
        }
        self._newest_year = newest_year
        self.mendings = {column: Mending(self._column(rows, column)) for column in _NAMES}
        """How the names of each column are mended."""
        # The same few genre lists and keys come back all the time: read each once.
        self._genres: dict[str, tuple[str, ...]] = {}
        self._tonalities: dict[tuple[str, str, str], dict[str, float | None]] = {}
        self.out_of_range = 0
        """Feature cells that hold a number, or text, that cannot be true."""
        self.zero_rows = 0
        """Rows whose features are all 0: a filled-up cell, not a measurement; they count as unknown."""
        self.unread_keys = 0
        """Cells that hold something else than a key in any notation."""
        self.short_links = 0
        """Rows whose link hides its track."""
        self.names = 0
        """Names of artists and genres that were made; a list that comes again counts for genres once."""
        self.taken_apart = 0
        """Rows whose title was split into artist and title."""

    def read(self, row: list[str], header_width: int) -> Track | SkipReason:
        """Return the track of a row, which may be shorter than the header, or why there is none."""
        if len(row) > header_width and any(row[header_width:]):
            return SkipReason.UNREADABLE  # an unquoted delimiter has shifted the cells: none can be trusted
        has_features = len(row) > self._first_feature
        if len(row) < self._width:
            row = row + [""] * (self._width - len(row))
        if self._types is not None and self._is_other_type(row):
            return SkipReason.NOT_A_TRACK
        uri = cells.plain_link(self._cell(row, Column.URI))
        url = cells.plain_link(self._cell(row, Column.URL))
        identity = cells.track_id(uri) if uri and self._is_spotify(row) else None
        if identity is None and url:
            identity = cells.track_id(url)
        if identity is None and not (uri or url):
            identity = (
                cells.track_id(self._cell(row, Column.TITLE))
                if "spotify" in self._cell(row, Column.TITLE)
                else None
            )
        if identity is None:
            reason = cells.reason_of_link(uri or url)
            if reason is not None:
                return reason
        isrc = self._read(row, Column.ISRC, cells.isrc)
        title = self._text(row, Column.TITLE)
        artists = self._artists(row)
        if not title and Column.JOINED in self._at:
            title, artists = self._parted(self._text(row, Column.JOINED), artists)
        hidden = identity is None and (cells.is_short_link(uri) or cells.is_short_link(url))
        if not (identity or isrc or title):
            return SkipReason.SHORT_LINK if hidden else SkipReason.NO_TITLE
        if not (artists or identity or isrc) and self._is_no_row(title):
            return SkipReason.NOT_A_TRACK
        self.short_links += hidden
        if self._joined and title and not artists and title.count(_ARTIST_AND_TITLE) == 1:
            artist, title = title.split(_ARTIST_AND_TITLE)
            artists = (artist.strip(),) if artist.strip() else ()
            self.taken_apart += 1
        lengths = (self._read(row, column, reader.read) for column, reader in self._lengths.items())
        return Track(
            id=identity,
            title=title,
            artists=artists,
            album=self._text(row, Column.ALBUM) or None,
            album_id=self._read(row, Column.ALBUM_URI, cells.album_id),
            isrc=isrc,
            duration_ms=next(filter(None, lengths), None),
            release_year=self._read(row, Column.RELEASE, self._year),
            explicit=self._read(row, Column.EXPLICIT, cells.truth),
            popularity=self._read(row, Column.POPULARITY, _popularity),
            genres=self._listed_genres(row),
            added_at=clean_text(self._cell(row, Column.ADDED_AT), 40) or None,
            uploaded=self._uploaded(row) if has_features or self._tonal else None,
        )

    def playlist(self, row: Sequence[str]) -> str:
        """Return the playlist's name that the row itself carries, or nothing."""
        position = self._at.get(Column.PLAYLIST)
        return row[position] if position is not None and position < len(row) else ""

    @property
    def unread_lengths(self) -> int:
        """Cells that hold something, and no length of a track."""
        return sum(reader.unread for reader in self._lengths.values())

    @property
    def hours_are_minutes(self) -> bool:
        """Whether all lengths looked like whole minutes up to hours, and were read as minutes and seconds."""
        return any(reader.hours_are_minutes for reader in self._lengths.values())

    def _column(self, rows: Sequence[Sequence[str]], column: Column) -> Iterator[str]:
        position = self._at.get(column)
        return (row[position] for row in rows if position is not None and position < len(row))

    def _year(self, cell: str) -> int | None:
        return cells.year(cell, self._newest_year)

    def _cell(self, row: list[str], column: Column) -> str:
        position = self._at.get(column)
        return "" if position is None else row[position].strip()

    def _text(self, row: list[str], column: Column) -> str:
        return clean_text(self._name(row, column))

    def _name(self, row: list[str], column: Column) -> str:
        """Return a name as it was meant: not encoded twice, without HTML entities."""
        position = self._at.get(column)
        if position is None:
            return ""
        mending = self.mendings.get(column)
        return cells.shown(cells.unescaped(mending.mend(row[position]) if mending else row[position]).strip())

    def _parted(self, words: str, artists: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        """Part `Artist - Title`, which may be a path to a sound file, at its first dash."""
        name = SOUND_FILE.sub("", words)
        if name != words:
            name = without_number(re.split(r"[/\\]", name)[-1])
        artist, dash, title = name.partition(_ARTIST_AND_TITLE)
        if not dash or artists or not (artist.strip() and title.strip()):
            return name.strip(), artists
        self.taken_apart += 1
        return title.strip(), self._split_artists(artist.strip(), None)

    def _is_no_row(self, title: str) -> bool:
        """Whether a row without an artist heads an evening, as Serato's dates do, or ends a page or table."""
        return Column.ARTISTS in self._at and (_DATE.fullmatch(title) or _FOOTER.fullmatch(title)) is not None

    def _read(self, row: list[str], column: Column, reader: Callable[[str], _T]) -> _T | None:
        cell = self._cell(row, column)
        return reader(cell) if cell else None

    def _is_other_type(self, row: list[str]) -> bool:
        kind = self._cell(row, Column.TYPE).casefold()
        return bool(kind) and self._types is not None and kind not in self._types

    def _is_spotify(self, row: list[str]) -> bool:
        """Whether an id can be Spotify's: other services' ids may look alike."""
        return Column.PLATFORM not in self._at or self._cell(row, Column.PLATFORM).casefold() == "spotify"

    def _artists(self, row: list[str]) -> tuple[str, ...]:
        cell = self._name(row, Column.ARTISTS)
        if not cell:
            return self._album_artists(row)
        if self._further_artists:
            listed_apart = (row[place] for place in self._further_artists if place < len(row))
            told = (clean_text(cells.unescaped(name)) for name in (cell, *listed_apart))
            artists = tuple(dict.fromkeys(name for name in told if name))
            self.names += len(artists)
            return artists
        listed = self._cell(row, Column.ARTIST_IDS)
        artists = self._split_artists(
            cell[:MAX_LIST_CHARS], listed.replace(";", ",").count(",") + 1 if listed else None
        )
        self.names += len(artists)
        return artists

    def _album_artists(self, row: list[str]) -> tuple[str, ...]:
        """Return who made the album, where a row names nobody else."""
        cell = self._name(row, Column.ALBUM_ARTISTS)[:MAX_LIST_CHARS]
        artists = self._split_artists(cell, None) if cell and not cell.startswith("spotify:") else ()
        self.names += len(artists)
        return artists

    def _listed_genres(self, row: list[str]) -> tuple[str, ...]:
        cell = self._cell(row, Column.GENRES)[:MAX_LIST_CHARS]
        genres = self._genres.get(cell)
        if genres is None:
            genres = self._genres[cell] = split_list(cell)
            self.names += len(genres)
        return genres

    def _uploaded(self, row: list[str]) -> AudioFeatures | None:
        values: dict[str, float | None] = {}
        for feature, name, position, divisor in self._features:
            cell = row[position]
            if not cell:
                continue
            value = cells.number(cell)
            if value is not None and divisor != 1.0:
                value /= divisor
            kept = accepted(feature, value)
            if kept is not None:
                values[name] = kept
            elif (
                not cells.is_nothing(cell)
                and not (value == 0 and feature is Feature.TEMPO)
                and not cells.is_estimate(cell)
            ):
                self.out_of_range += 1
        if len(values) >= _ENOUGH_ZEROS and self._is_filled_up(values, row):
            self.zero_rows += 1
            return None
        if self._tonal:
            values |= self._tonality(row)
        return AudioFeatures(**values) if values else None

    def _is_filled_up(self, values: Mapping[str, float | None], row: list[str]) -> bool:
        """Whether a row holds nothing but zeros and what stands for them in loudness and key."""
        if not {0.0, _SILENCE_DB}.issuperset(values.values()):
            return False
        silent = all(
            value == 0 or (name == Feature.LOUDNESS.value and value == _SILENCE_DB)
            for name, value in values.items()
        )
        return silent and all(
            self._cell(row, column) in _FILLED_UP for column in (Column.TEMPO, Column.KEY, Column.CAMELOT)
        )

    def _tonality(self, row: list[str]) -> dict[str, float | None]:
        """Read key and mode: a key in any notation, then a Camelot column for what that leaves open."""
        told = (self._cell(row, Column.KEY), self._cell(row, Column.MODE), self._cell(row, Column.CAMELOT))
        known = self._tonalities.get(told)
        if known is None:
            known = self._tonalities[told] = self._key_and_mode(*told)
        wanted = (not cells.is_nothing(told[0]) and self._keys.are_keys) or not cells.is_nothing(told[2])
        self.unread_keys += wanted and Feature.KEY.value not in known
        return known

    def _key_and_mode(self, key: str, mode: str, code: str) -> dict[str, float | None]:
        named, wheel = self._keys.read(key), self._keys.read(code)
        keys = (named.key, wheel.key)
        modes = (read_mode(mode), named.mode, wheel.mode)
        first = {Feature.KEY.value: keys, Feature.MODE.value: modes}
        values = {
            name: next((value for value in told if value is not None), None) for name, told in first.items()
        }
        return {name: value for name, value in values.items() if value is not None}


def _popularity(cell: str) -> int | None:
    return cells.whole(cell, 0, 100)
