"""Make tracks of what documents tell by name and file, and gather them into lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import unquote

from services.domain.errors.playlists import TooManyRowsError
from services.domain.features import AudioFeatures, Feature, accepted
from services.domain.messages import Note
from services.domain.music import LONGEST_MS, Playlist, SkipReason, Track
from services.imports import cells
from services.imports.formats import MAX_NAME_CHARS, MAX_ROWS
from services.imports.keys import UNTOLD, Tonality
from services.imports.tally import Budget, Tally
from services.imports.text import DASHES, clean_text

_LONGEST = 1_000
"""Characters; a longer path is kept by no program."""
_FILE = re.compile(r"file://(?:localhost)?(?=/)", re.IGNORECASE)
_DRIVE = re.compile(r"/?([A-Za-z]:[\\/].*)", re.DOTALL)
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:(?![\\/][^\\/])")
"""A scheme before its colon: `spotify:`, `https://`. One letter is a drive."""
SOUND_FILE = re.compile(r"\.(?:mp3|m4a|aac|flac|wav|aiff?|ogg|opus|wma|alac)$", re.IGNORECASE)
"""How the name of a file with sound ends."""
_FILE_ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}$")
_WEB_ADDRESS = re.compile(r"[a-z]{3,10}://", re.IGNORECASE)
_LONGEST_NAMED = 2_000
"""Of a path so much of its end is looked at."""
_TRACK_NUMBER = re.compile(
    rf"^(?:(?:0?[1-9]|1[0-2])[ABabdm]\s+[{DASHES}]\s+(?:\d{{2,3}}(?:\.\d+)?\s+[{DASHES}]\s+)?(?=.*\s[{DASHES}]\s)"
    rf"|(?:\d{{1,3}}\s?[.)]\s+|(?:0\d{{1,2}}|\d{{1,2}})\s+[{DASHES}]\s+|\d-\d\d\s+|0\d\s+)"
    rf"(?:[{DASHES}]\s+)?(?=\S))"
)
"""Of an album, in front of the name of a file: `01 - `, `7. `, `1-07 `; a bare `50 ` may be of a name.

Mixed In Key writes key and tempo there: `8A - 126 - `."""
_ANY_NUMBER = re.compile(rf"^\d{{1,4}}[{DASHES}\s.)_]+(?=\S)")


def location_of(text: str) -> str | None:
    """Return a path from a path or a `file:` address; None for what is somewhere else.

    Examples
    --------
    `file://localhost/C:/Music/A%20B.mp3` -> `C:/Music/A B.mp3`, `spotify:track:…` -> None
    """
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return None
    address = _FILE.match(text)
    if address:
        text = unquote(text[address.end() :])
    elif _ADDRESS.match(text):
        return None
    drive = _DRIVE.fullmatch(text)
    path = drive[1] if drive else text
    return path if path.isprintable() else None


def file_name(path: str) -> str:
    """Return the name of a file without its folder and ending."""
    path = path[-_LONGEST_NAMED:].rstrip("/\\")
    if "%20" in path or _WEB_ADDRESS.match(path):
        path = unquote(path)
    return _FILE_ENDING.sub("", re.split(r"[/\\]:?", path)[-1])


def without_number(name: str, *, in_list: bool = False) -> str:
    """Return the name of a file without the number of its track.

    Parameters
    ----------
    in_list
        Whether any number in front is one, because the files of a list count up.
    """
    return (_ANY_NUMBER if in_list else _TRACK_NUMBER).sub("", name, count=1)


_LONGEST_CELL = 2_000
"""So much of one value is looked at; titles and addresses are far shorter."""
_MBID = re.compile(
    r"(?:musicbrainz\.org/recording/|^)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$", re.IGNORECASE
)
_PITCHES = 12
ARTIST_AND_TITLE = re.compile(rf"\s+[{DASHES}]\s+")
"""What parts `Artist - Title`: a dash between blanks."""


class Entries:
    """The tracks of one list while it is read, with what was left out; each counts against the upload."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self.tracks: list[Track] = []
        self.skipped = Tally()

    def add(self, entry: Track | SkipReason, example: str = "") -> None:
        """Add a track, or count why there is none.

        Raises
        ------
        TooManyRowsError
            The list, or the whole upload, holds more than is read.
        """
        self._budget.take_rows()
        if isinstance(entry, SkipReason):
            self.skipped.add(entry, example)
            return
        if len(self.tracks) >= MAX_ROWS:
            raise TooManyRowsError(limit=MAX_ROWS)
        self.tracks.append(entry)

    def playlist(self, name: str, format: str, notes: Iterable[Note] = ()) -> Playlist:  # noqa: A002
        """Return the list under its cleaned name."""
        return Playlist(
            name=clean_text(name, MAX_NAME_CHARS) or "Unnamed playlist",
            tracks=tuple(self.tracks),
            format=format,
            skipped=self.skipped.skipped(),
            notes=tuple(notes),
        )


class Library:
    """A collection of tracks by their keys, and the lists that name them by these keys."""

    def __init__(self, format: str, budget: Budget, *, keys_are_paths: bool = False) -> None:  # noqa: A002
        self._format = format
        self._keys_are_paths = keys_are_paths
        """Whether a key without a track still tells a name: the one of its file."""
        self._budget = budget
        self._collection = Entries(budget)
        self._by_key: dict[str, Track | SkipReason] = {}
        self._lists: list[tuple[str, list[str]]] = []

    def add(self, entry: Track | SkipReason, *keys: str, example: str = "") -> None:
        """Add a track of the collection under all keys that a list may name it by."""
        self._collection.add(entry, example)
        for key in keys:
            if key:
                self._by_key[key] = entry

    def add_list(self, name: str, keys: Iterable[str]) -> None:
        """Add a list in its own order; its keys are looked up at the end.

        Raises
        ------
        TooManyRowsError
            The lists of the upload are longer together than is read.
        """
        self._budget.take_rows()  # an empty list costs something, too
        listed: list[str] = []
        for key in keys:
            self._budget.take_rows()
            listed.append(key)
        self._lists.append((name, listed))

    def playlists(self, collection: str, notes: Iterable[Note] = ()) -> tuple[Playlist, ...]:
        """Return the lists in their order, then the collection unless one list holds all of it.

        Parameters
        ----------
        collection
            The name of the list of everything.
        """
        notes = tuple(notes)
        found = [self._resolve(keys).playlist(name, self._format, notes) for name, keys in self._lists]
        everything = {id(track) for track in self._collection.tracks}
        whole = any(everything <= {id(track) for track in playlist.tracks} for playlist in found)
        if not (found and whole):
            found.append(self._collection.playlist(collection, self._format, notes))
        return tuple(found)

    def _resolve(self, keys: Sequence[str]) -> Entries:
        entries = Entries(Budget())  # the keys were counted when the list was read
        for key in keys:
            entry = self._by_key.get(key)
            if entry is None:  # a list may travel without its collection
                entry = track_of_path(key) if self._keys_are_paths else SkipReason.NO_TITLE
            entries.add(entry, key)
        return entries


def make_track(
    *,
    title: object = "",
    artists: Iterable[object] = (),
    album: object = "",
    link: object = "",
    isrc: object = "",
    duration_ms: float | None = None,
    year: object = "",
    genre: object = "",
    added_at: object = "",
    uploaded: AudioFeatures | None = None,
    location: object = "",
    recording: Iterable[object] = (),
) -> Track | SkipReason:
    """Return the track that some fields of a document describe, or why they describe none.

    `recording` are MusicBrainz ids and addresses, of which the first that is one of a recording counts.
    """
    link = text_of(link).strip()
    identity = cells.track_id(link) if link else None
    if identity is None and link:
        reason = cells.reason_of_link(link)
        if reason is not None:
            return reason
    name = _shown(title)
    code = cells.isrc(text_of(isrc)) if isrc else None
    if not (identity or code or name):
        return SkipReason.NO_TITLE
    kind = clean_text(text_of(genre))
    milliseconds = round(duration_ms) if duration_ms and 0 < duration_ms <= LONGEST_MS else None
    return Track(
        id=identity,
        title=name,
        artists=tuple(filter(None, map(_shown, artists))),
        album=_shown(album) or None,
        isrc=code,
        duration_ms=milliseconds,
        release_year=cells.year(text_of(year), cells.newest_year()) if year else None,
        genres=(kind,) if kind else (),
        added_at=clean_text(text_of(added_at), 40) or None,
        uploaded=uploaded,
        location=location_of(text_of(location)),
        recording_id=next((found for one in recording if (found := _mbid(text_of(one)))), None),
    )


def _shown(value: object) -> str:
    return clean_text(cells.unescaped(text_of(value)))


def _mbid(text: str) -> str | None:
    found = _MBID.search(text)
    return found[1].lower() if found else None


def measured(
    *, tempo_bpm: object = None, key: Tonality = UNTOLD, pitch: object = None
) -> AudioFeatures | None:
    """Return tempo and key as a program wrote them, or None if it wrote neither.

    Parameters
    ----------
    pitch
        Traktor's number, which is trusted first: 0..11 for C to B major, 12..23 for C to B minor.
    """
    values: dict[str, float | None] = {}
    tempo = accepted(Feature.TEMPO, number_of(tempo_bpm))
    if tempo is not None:
        values[Feature.TEMPO.value] = tempo
    numbered = number_of(pitch)
    if numbered is not None and numbered in range(2 * _PITCHES):
        values |= {Feature.KEY.value: numbered % _PITCHES, Feature.MODE.value: float(numbered < _PITCHES)}
    else:
        values |= {Feature.KEY.value: key.key, Feature.MODE.value: key.mode}
    return AudioFeatures(**values) if any(value is not None for value in values.values()) else None


def track_of_path(
    path: str, *, duration_ms: float | None = None, location: str = "", numbered: bool = False
) -> Track | SkipReason:
    """Return the track that a file's name tells: `Artist - Title.mp3`, split once.

    Parameters
    ----------
    numbered
        Whether any number in front is one of the list.
    """
    artist, title = words_of_path(path, numbered=numbered)
    artists = (artist,) if artist else ()
    return make_track(title=title, artists=artists, duration_ms=duration_ms, location=location)


def words_of_path(path: str, artist: str = "", *, numbered: bool = False) -> tuple[str, str]:
    """Return artist and title that a file's name tells, or the whole as a title where the artist is known."""
    name = without_number(file_name(path), in_list=numbered)
    if not artist:
        return split_words(name)
    told, title = split_words(name)
    return artist, title if told.casefold() == artist.casefold() else name


def track_of_words(words: str, *, duration_ms: float | None = None) -> Track | SkipReason:
    """Return the track that `Artist - Title` names; what has no such dash is a title."""
    artist, title = split_words(words)
    return make_track(title=title, artists=(artist,) if artist else (), duration_ms=duration_ms)


def split_words(words: str) -> tuple[str, str]:
    """Split `Artist - Title` at its first dash between blanks; without one there is no artist."""
    parts = ARTIST_AND_TITLE.split(words[:_LONGEST_CELL].strip(), maxsplit=1)
    if len(parts) == 2 and all(part.strip() for part in parts):
        return parts[0].strip(), parts[1].strip()
    return "", words.strip()


def text_of(value: object) -> str:
    """Read a value that should be text: numbers are written out, everything else is nothing."""
    if isinstance(value, str):
        return value[:_LONGEST_CELL]
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def number_of(value: object) -> float | None:
    """Read a value that should be a number, also where it is written as text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return cells.number(str(value)[:40])
    return cells.number(value[:40]) if isinstance(value, str) and value.strip() else None
