"""Turn one table row into a track, or into the reason why it is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from services.domain.features import AudioFeatures, Feature, accepted
from services.domain.music import SkipReason, Track
from services.imports import cells
from services.imports.artists import SplitArtists, split_list
from services.imports.cleaning import clean_text
from services.imports.columns import FEATURE_COLUMNS, Column
from services.imports.dialects import Dialect
from services.imports.limits import MAX_LIST_CHARS
from services.imports.scales import Scales

_T = TypeVar("_T")

_LINK_SKIPS = (
    ("spotify:local", SkipReason.LOCAL_FILE),
    ("/local/", SkipReason.LOCAL_FILE),
    ("spotify:episode", SkipReason.EPISODE),
    ("/episode/", SkipReason.EPISODE),
    ("spotify:album", SkipReason.NOT_A_TRACK),
    ("/album/", SkipReason.NOT_A_TRACK),
    ("spotify:artist", SkipReason.NOT_A_TRACK),
    ("/artist/", SkipReason.NOT_A_TRACK),
    ("spotify:playlist", SkipReason.NOT_A_TRACK),
    ("/playlist/", SkipReason.NOT_A_TRACK),
    ("spotify:show", SkipReason.EPISODE),
    ("/show/", SkipReason.EPISODE),
)
_ARTIST_AND_TITLE = " - "


def reason_of_link(link: str) -> SkipReason | None:
    """Say why a Spotify link or URI leads to no track, or None if it is none of the other kinds."""
    return next((reason for mark, reason in _LINK_SKIPS if mark in link), None)


class RowReader:
    """Reads the rows of one table; knows its columns, its scales and its way to join artists."""

    def __init__(
        self, dialect: Dialect, found: Mapping[Column, int], scales: Scales, split_artists: SplitArtists
    ) -> None:
        self._at = found
        self._width = 1 + max(found.values())
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
        # The same few genre lists and keys come back all the time: read each once.
        self._genres: dict[str, tuple[str, ...]] = {}
        self._tonalities: dict[tuple[str, str, str], dict[str, float | None]] = {}
        self.out_of_range = 0
        """Feature cells that hold a number, or text, that cannot be true."""
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
        uri, url = self._cell(row, Column.URI), self._cell(row, Column.URL)
        identity = cells.track_id(uri) if uri and self._is_spotify(row) else None
        if identity is None and url:
            identity = cells.track_id(url)
        if identity is None:
            reason = reason_of_link(uri or url)
            if reason is not None:
                return reason
        isrc = self._read(row, Column.ISRC, cells.isrc)
        title = clean_text(self._cell(row, Column.TITLE))
        artists = self._artists(row)
        if not (identity or isrc or title):
            return SkipReason.NO_TITLE
        if self._joined and title and not artists and title.count(_ARTIST_AND_TITLE) == 1:
            artist, title = title.split(_ARTIST_AND_TITLE)
            artists = (artist.strip(),) if artist.strip() else ()
            self.taken_apart += 1
        milliseconds = self._read(row, Column.DURATION_MS, cells.milliseconds)
        return Track(
            id=identity,
            title=title,
            artists=artists,
            album=clean_text(self._cell(row, Column.ALBUM)) or None,
            album_id=self._read(row, Column.ALBUM_URI, cells.album_id),
            isrc=isrc,
            duration_ms=milliseconds or self._read(row, Column.DURATION, cells.duration_ms),
            release_year=self._read(row, Column.RELEASE, cells.year),
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

    def _cell(self, row: list[str], column: Column) -> str:
        position = self._at.get(column)
        return "" if position is None else row[position].strip()

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
        cell = self._cell(row, Column.ARTISTS)
        if not cell:
            return ()
        listed = self._cell(row, Column.ARTIST_IDS)
        return self._split_artists(
            cell[:MAX_LIST_CHARS], listed.replace(";", ",").count(",") + 1 if listed else None
        )

    def _listed_genres(self, row: list[str]) -> tuple[str, ...]:
        cell = self._cell(row, Column.GENRES)[:MAX_LIST_CHARS]
        genres = self._genres.get(cell)
        if genres is None:
            genres = self._genres[cell] = split_list(cell)
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
            elif cell.strip() and not (value == 0 and feature is Feature.TEMPO):
                self.out_of_range += 1
        if self._tonal:
            values |= self._tonality(row)
        return AudioFeatures(**values) if values else None

    def _tonality(self, row: list[str]) -> dict[str, float | None]:
        """Read key and mode: numbers, note names, or a Camelot code for what those leave open."""
        told = (self._cell(row, Column.KEY), self._cell(row, Column.MODE), self._cell(row, Column.CAMELOT))
        known = self._tonalities.get(told)
        if known is None:
            known = self._tonalities[told] = _key_and_mode(*told)
        return known


def _key_and_mode(key: str, mode: str, code: str) -> dict[str, float | None]:
    named, wheel = cells.tonality(key), cells.camelot(code)
    keys = (named.key, wheel.key)
    modes = (cells.mode(mode), named.mode, wheel.mode)
    first = {Feature.KEY.value: keys, Feature.MODE.value: modes}
    values = {
        name: next((value for value in told if value is not None), None) for name, told in first.items()
    }
    return {name: value for name, value in values.items() if value is not None}


def _popularity(cell: str) -> int | None:
    return cells.whole(cell, 0, 100)
