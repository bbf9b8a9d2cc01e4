"""Read the XML that music programs write: rekordbox, Traktor, VirtualDJ, iTunes and Apple Music, and XSPF."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from services.domain.errors.playlists import UnknownFormatError
from services.domain.messages import Look, Note, NoteKind, Shape
from services.domain.music import Playlist, SkipReason, Track
from services.imports import cells
from services.imports.entries import (
    Entries,
    Library,
    make_track,
    measured,
    number_of,
    track_of_path,
    words_of_path,
)
from services.imports.formats import ITUNES, REKORDBOX, TRAKTOR, VIRTUALDJ, XML_LIST, XSPF
from services.imports.keys import UNTOLD, KeyReader, Tonality
from services.imports.markup import Tag, read_any_markup, read_property_list, read_tags
from services.imports.tally import Budget

_SHORTEST_TRACK_S = 10.0
"""Shorter entries of a DJ collection are samples."""
_SPOTIFY = "spotify:"
_TONALITY = re.compile(r"""\sTonality=["']([^"'<>]{1,60})["']""")
_INFO_KEY = re.compile(r"""<INFO(?=\s)[^<>]{0,3000}?\sKEY=["']([^"'<>]{1,60})["']""")
_KEY = re.compile(r"""\sKey=["']([^"'<>]{1,60})["']""")
_DRIVE = re.compile(r"[A-Za-z]:")
_APPLE_VIEWS = frozenset({"Distinguished Kind", "Folder"})
"""Marks of lists that Apple makes: views of the library, and folders with the rows of their lists."""
_NO_MUSIC = (
    ("Podcast", SkipReason.EPISODE),
    ("Movie", SkipReason.NOT_A_TRACK),
    ("TV Show", SkipReason.NOT_A_TRACK),
    ("Has Video", SkipReason.NOT_A_TRACK),
    ("Audiobook", SkipReason.AUDIOBOOK),
)


def read_library(text: str, name: str, budget: Budget, notes: Iterable[Note] = ()) -> tuple[Playlist, ...]:
    """Read the lists of an XML document, told by its root; of another program's what names tracks.

    Raises
    ------
    UnknownFormatError
        It is some other XML.
    DamagedFileError, TooManyRowsError
        As `markup.read_tags` and `Library` do.
    """
    tags = read_tags(text)
    root = next(tags, None)
    known = root.name.casefold() if root is not None else ""
    if known in _COLLECTIONS:
        column, read = _COLLECTIONS[known]
        keys = _Keys(column.findall(text))
        library = read(tags, budget, keys)
        return library.playlists("Collection", (*notes, *keys.notes()))
    if known == "plist":
        return _read_itunes(tags, budget, notes)
    if known == "playlist":
        return (_read_xspf(tags, name, budget, tuple(notes)),)
    entries = Entries(budget)
    title = read_any_markup(root, tags, entries) if root is not None else ""
    if not entries.tracks:
        raise UnknownFormatError(Shape(Look.XML))
    return (entries.playlist(title or name, XML_LIST, notes),)


class _Keys:
    """Reads the keys of a collection by what all of them together tell; counts those that are none."""

    def __init__(self, column: Iterable[str]) -> None:
        self._reader = KeyReader(column)
        self._unread = 0

    def read(self, key: str) -> Tonality:
        """Return the key in any notation; a bare number is none here."""
        told = UNTOLD if number_of(key) is not None else self._reader.read(key)
        self._unread += told.key is None and not cells.is_nothing(key)
        return told

    def notes(self) -> tuple[Note, ...]:
        """Say how many cells held something else."""
        return (Note(NoteKind.UNREAD_KEYS, count=self._unread),) if self._unread else ()


def _read_rekordbox(tags: Iterator[Tag], budget: Budget, keys: _Keys) -> Library:
    """Read rekordbox XML; tracks of streaming services carry their id in `Location`, and often no name."""
    library = Library(REKORDBOX, budget)
    open_list: tuple[str, list[str]] | None = None
    for tag in tags:
        told = tag.attributes
        if tag.name == "TRACK" and tag.opens:
            if "Key" in told:
                if open_list is not None:
                    budget.take_rows()
                    open_list[1].append(told["Key"])
            else:
                location = told.get("Location", "")
                library.add(
                    _rekordbox_track(told, keys),
                    told.get("TrackID", ""),
                    location,
                    example=told.get("Name", ""),
                )
        elif tag.name == "NODE":
            if open_list is not None:
                library.add_list(*open_list)
            open_list = (told.get("Name", ""), []) if tag.opens and told.get("Type") == "1" else None
    return library


def _rekordbox_track(told: Mapping[str, str], keys: _Keys) -> Track | SkipReason:
    seconds = number_of(told.get("TotalTime"))
    if seconds is not None and 0 < seconds < _SHORTEST_TRACK_S:
        return SkipReason.NOT_A_TRACK
    location = told.get("Location", "")
    at = location.find(_SPOTIFY)
    features = measured(tempo_bpm=told.get("AverageBpm"), key=keys.read(told.get("Tonality", "")))
    if at < 0 and not told.get("Name", "").strip():
        return SkipReason.NO_TITLE
    return make_track(
        title=told.get("Name"),
        artists=(told.get("Artist"),),
        album=told.get("Album"),
        link=location[at:] if at >= 0 else "",
        duration_ms=seconds * 1000 if seconds else None,
        year=told.get("Year"),
        genre=told.get("Genre"),
        added_at=told.get("DateAdded"),
        uploaded=features,
        location=location,
    )


def _read_traktor(tags: Iterator[Tag], budget: Budget, keys: _Keys) -> Library:
    """Read Traktor's NML; an ENTRY of a list only names the file of one in the collection."""
    library = Library(TRAKTOR, budget, keys_are_paths=True)
    nodes: list[str] = []
    listed: list[str] | None = None
    for tag in tags:
        if tag.name == "NODE":
            if tag.opens:
                nodes.append(tag.attributes.get("NAME", ""))
            elif nodes:
                nodes.pop()
        elif tag.name == "PLAYLIST":
            if tag.opens:
                listed = []
            elif listed is not None:
                library.add_list(nodes[-1] if nodes else "", listed)
                listed = None
        elif tag.name == "PRIMARYKEY" and tag.opens:
            if listed is not None:
                budget.take_rows()
                listed.append(tag.attributes.get("KEY", ""))
        elif tag.name == "ENTRY" and tag.opens and listed is None:
            entry = _gathered(tag, tags)
            place = entry.get("LOCATION", {})
            key = place.get("VOLUME", "") + place.get("DIR", "") + place.get("FILE", "")
            library.add(_traktor_track(entry, keys), key, example=entry["ENTRY"].get("TITLE", ""))
    return library


def _gathered(begin: Tag, tags: Iterator[Tag]) -> dict[str, Mapping[str, str]]:
    """Gather the attributes of an element and of those in it by their names, up to its end."""
    entry = {begin.name: begin.attributes}
    for tag in tags:
        if tag.opens:
            entry.setdefault(tag.name, tag.attributes)
        elif tag.name == begin.name:
            break
    return entry


def _traktor_track(entry: Mapping[str, Mapping[str, str]], keys: _Keys) -> Track | SkipReason:
    named, facts = entry["ENTRY"], entry.get("INFO", {})
    seconds = number_of(facts.get("PLAYTIME_FLOAT") or facts.get("PLAYTIME"))
    length_ms = seconds * 1000 if seconds else None
    place = entry.get("LOCATION", {})
    pitch = entry.get("MUSICAL_KEY", {}).get("VALUE")
    uploaded = measured(
        tempo_bpm=entry.get("TEMPO", {}).get("BPM"),
        key=UNTOLD if pitch else keys.read(facts.get("KEY", "")),
        pitch=pitch,
    )
    title, artist = named.get("TITLE", ""), named.get("ARTIST", "")
    if not title.strip():
        artist, title = words_of_path(place.get("FILE", ""), artist)
    return make_track(
        title=title,
        artists=(artist,),
        album=entry.get("ALBUM", {}).get("TITLE"),
        duration_ms=length_ms,
        year=facts.get("RELEASE_DATE"),
        genre=facts.get("GENRE"),
        added_at=facts.get("IMPORT_DATE"),
        uploaded=uploaded,
        location=_traktor_path(place),
    )


def _traktor_path(place: Mapping[str, str]) -> str:
    """Return the path of a file on a drive with a letter; where a volume with a name lies, nothing tells."""
    volume = place.get("VOLUME", "")
    path = place.get("DIR", "").replace("/:", "/") + place.get("FILE", "")
    return volume + path if _DRIVE.fullmatch(volume) else ""


def _read_virtualdj(tags: Iterator[Tag], budget: Budget, keys: _Keys) -> Library:
    """Read the database of VirtualDJ, whose tempi are seconds a beat."""
    library = Library(VIRTUALDJ, budget)
    for begin in tags:
        if begin.name != "Song" or not begin.opens:
            continue
        song = _gathered(begin, tags)
        told, heard = song.get("Tags", {}), song.get("Scan", {})
        path, title, artist = (
            begin.attributes.get("FilePath", ""),
            told.get("Title", ""),
            told.get("Author", ""),
        )
        if not title.strip():
            artist, title = words_of_path(path, artist)
        seconds = number_of(song.get("Infos", {}).get("SongLength"))
        beat_s = number_of(told.get("Bpm") or heard.get("Bpm"))
        track = make_track(
            title=title,
            artists=(artist,),
            album=told.get("Album"),
            duration_ms=seconds * 1000 if seconds else None,
            year=told.get("Year"),
            genre=told.get("Genre"),
            uploaded=measured(
                tempo_bpm=60 / beat_s if beat_s else None,
                key=keys.read(told.get("Key") or heard.get("Key", "")),
            ),
            location=path,
        )
        library.add(track, path, example=path)
    return library


_COLLECTIONS = {
    "dj_playlists": (_TONALITY, _read_rekordbox),
    "nml": (_INFO_KEY, _read_traktor),
    "virtualdj_database": (_KEY, _read_virtualdj),
}
"""The root of each collection of DJ software, how its keys are found before it is read, and its reader."""


def _read_itunes(tags: Iterator[Tag], budget: Budget, notes: Iterable[Note]) -> tuple[Playlist, ...]:
    """Read Library.xml and exported playlists; lists that Apple makes itself are the collection once more."""
    document = read_property_list(tags)
    tracks, lists = document.get("Tracks"), document.get("Playlists")
    if not isinstance(tracks, dict):
        raise UnknownFormatError(Shape(Look.XML))
    library = Library(ITUNES, budget)
    for key, told in tracks.items():
        if isinstance(told, dict):
            library.add(_itunes_track(told), key, example=str(told.get("Name", "")))
    everything = "Library"
    for told in lists if isinstance(lists, list) else ():
        if not isinstance(told, dict):
            continue
        if told.get("Master"):
            everything = str(told.get("Name") or everything)
        elif not _APPLE_VIEWS & told.keys():
            items = told.get("Playlist Items")
            rows = items if isinstance(items, list) else []
            keys = (str(row.get("Track ID", "")) for row in rows if isinstance(row, dict))
            library.add_list(str(told.get("Name", "")), keys)
    return library.playlists(everything, notes)


def _itunes_track(told: Mapping[str, object]) -> Track | SkipReason:
    reason = next((reason for mark, reason in _NO_MUSIC if told.get(mark) is True), None)
    if reason is not None:
        return reason
    if told.get("Track Type") == "URL":
        return SkipReason.NOT_A_TRACK  # a radio station
    return make_track(
        title=told.get("Name"),
        artists=(told.get("Artist") or told.get("Album Artist"),),
        album=told.get("Album"),
        duration_ms=number_of(told.get("Total Time")),
        year=told.get("Year"),
        genre=told.get("Genre"),
        added_at=told.get("Date Added"),
        uploaded=measured(tempo_bpm=told.get("BPM")),
        location=told.get("Location"),
    )


def _read_xspf(tags: Iterator[Tag], name: str, budget: Budget, notes: tuple[Note, ...]) -> Playlist:
    """Read XSPF; a track may have several addresses, of which one may be Spotify's."""
    entries = Entries(budget)
    track: dict[str, str] | None = None
    title = ""
    for tag in tags:
        text = tag.text.strip()
        if tag.name == "track":
            if tag.opens:
                track = {}
            elif track is not None:
                entries.add(_xspf_track(track), track.get("title", ""))
                track = None
        elif tag.opens or not text:
            continue
        elif track is None:
            title = title or (text if tag.name == "title" else "")
        elif tag.name not in {"location", "identifier"}:
            track.setdefault(tag.name, text)
        elif "spotify" in text.casefold():
            track["link"] = text
        elif "musicbrainz.org/recording/" in text:
            track["recording"] = text
        else:
            track.setdefault("file", text)
    return entries.playlist(title or name, XSPF, notes)


def _xspf_track(told: Mapping[str, str]) -> Track | SkipReason:
    if not (told.get("title") or told.get("link")) and told.get("file"):
        length_ms = number_of(told.get("duration"))
        return track_of_path(told["file"], duration_ms=length_ms, location=told["file"])
    return make_track(
        title=told.get("title"),
        artists=(told.get("creator"),),
        album=told.get("album"),
        link=told.get("link"),
        duration_ms=number_of(told.get("duration")),
        location=told.get("file"),
        recording=(told.get("recording"),),
    )
