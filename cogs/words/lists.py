"""Name lists that are made or read for people, and say what files of them are for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cogs.words.grouping import group_line
from cogs.words.text import ago, listed, plural
from services.domain.drafts import Derivation, Derived, NewList
from services.domain.inputs import Suggestion, UserList, WhichList
from services.domain.messages import Damage, Fault, Look, Shape
from services.domain.music import Playlist
from services.domain.vocabulary import GOAL_NAMES
from services.domain.writes import name_with_end

_PUBLIC = {
    WhichList.TOP: "Top tracks of {}",
    WhichList.LOVED: "Tracks that {} loves",
    WhichList.RECENT: "What {} heard lately",
}
YOUR_PROFILE = "Your profile and scores as JSON"
WHOLE_REPORT = "The whole report as JSON"
ALL_VALUES = "All tracks and values"
AS_LINKS = "The links of the tracks, one a line"
AS_CSV = "The lists as CSV, in their order, with tempo and key"

M3U8_EACH = "One M3U8 for each list"

AS_M3U8 = "The list as M3U8"

FOR_REKORDBOX = "For rekordbox"
LISTS_HINT = "TuneMyMusic or Soundiiz import the CSV; the links can be pasted into a playlist in Spotify."
STREAMED_HINT = (
    "Spotify tracks are written as rekordbox itself writes them; whether it takes them from another program "
    "is untested."
)
ESTIMATES_HINT = "In the CSV, “est.” marks a number that is an estimate; the DJ files leave estimates out."


_LOOKS = {
    Look.PICTURE: "a picture",
    Look.PDF: "a PDF document",
    Look.POSTSCRIPT: "a PostScript document",
    Look.RICH_TEXT: "a rich text document",
    Look.OLD_OFFICE: "an old Office document (save it as CSV first)",
    Look.EXCEL: "an Excel workbook (save it as CSV first)",
    Look.WORKBOOK: "a workbook (save it as CSV first)",
    Look.WORD: "a Word document",
    Look.POWERPOINT: "a PowerPoint presentation",
    Look.OPEN_DOCUMENT: "an OpenDocument file or e-book (save it as CSV first)",
    Look.DOCUMENT: "a document",
    Look.PROGRAM: "a program",
    Look.SOUND: "a sound file",
    Look.VIDEO: "a video",
    Look.VIDEO_OR_SOUND: "a video or sound file",
    Look.MEDIA: "a media file",
    Look.DATABASE: "a database",
    Look.XML: "an XML file",
    Look.WEB_PAGE: "a web page",
    Look.STREAM: "the pieces of a stream",
    Look.NO_TEXT: "data that is no text",
    Look.NO_LINK: "text in which I find no songs",
    Look.JSON: "a JSON file without tracks",
}
_FAULTS: Mapping[Fault, Callable[[Damage], str]] = {
    Fault.TOO_MANY_FILES: lambda damage: f"it holds more than {damage.count} files",
    Fault.NO_CONTENTS: lambda _: "its table of contents is missing or broken; download it again",
    Fault.SHARED_BYTES: lambda _: "two files in it share the same bytes",
    Fault.PROTECTED: lambda _: "it is protected by a password",
    Fault.PACKING: lambda _: "it is packed in a way that is not read; use plain ZIP",
    Fault.INNER_ARCHIVE: lambda _: "it holds another archive; unpack that one first",
    Fault.CANNOT_UNPACK: lambda damage: f"{damage.names[0] or 'a file in it'} cannot be unpacked",
    Fault.UNPACKS_TOO_FAR: lambda _: "it unpacks to far more than it should",
    Fault.TOO_LARGE: lambda _: "it is too large when unpacked",
    Fault.OTHER_ARCHIVE: lambda damage: f"it is a {damage.names[0]} archive; only ZIP is read",
    Fault.NO_TRACKS: lambda damage: f"no file in it holds tracks ({listed(damage.names, damage.count)})",
    Fault.CUT_CHARACTER: lambda _: "the file breaks off in the middle of a character",
    Fault.NOT_UTF16: lambda damage: f"byte {damage.count:,} cannot be read as UTF-16",
    Fault.QUOTES: lambda damage: f"line {damage.line:,}: the quotes do not match",
    Fault.OPEN_QUOTE: lambda damage: f"line {damage.line:,}: a quote is never closed",
    Fault.LONG_CELL: lambda _: "a cell is longer than any title; probably a quote is never closed",
    Fault.TOO_DEEP: lambda _: "it is nested too deeply",
    Fault.BREAKS_OFF: lambda damage: f"the file breaks off at {_place(damage)}",
    Fault.INVALID_JSON: lambda damage: f"{_place(damage)}: this is no valid JSON",
    Fault.INVALID_PART: lambda damage: (
        f"what begins on line {damage.line:,} is no valid JSON, or it breaks off"
    ),
    Fault.LONG_NUMBER: lambda _: "it holds a number that is too long",
    Fault.INVALID_XML: lambda damage: f"{_place(damage)}: this is no valid XML, or it breaks off",
    Fault.LONG_TEXT: lambda _: "one of its texts is far too long",
    Fault.ENTITIES: lambda _: "it declares entities, which are never expanded",
    Fault.XML_CHARACTERS: lambda _: "it holds characters that no XML may hold",
}


def _place(damage: Damage) -> str:
    return f"line {damage.line:,}, column {damage.column:,}"


def new_list(derived: Derived) -> NewList:
    """Name a playlist that is made of another one, and describe it."""
    origin = derived.origin
    match derived.how:
        case Derivation.PART:
            group = derived.group
            said = group_line(group) if group else ""
            return NewList(name_with_end(origin, group.name if group else ""), f"From {origin}: {said}")
        case Derivation.SET_ASIDE:
            return NewList(name_with_end(origin, "set aside"), f"Set aside from {origin}")
        case Derivation.TIDIED:
            return NewList(name_with_end(origin, "tidied"), f"{origin}, tidied")
        case Derivation.REORDERED:
            goal = GOAL_NAMES[derived.goal] if derived.goal else ""
            return NewList(name_with_end(origin, goal), f"{origin}, in another order ({goal})")


def public_list_name(what: UserList) -> str:
    """Name a public list that has no title of its own: "Top tracks of annie"."""
    return _PUBLIC[what.which].format(what.name)


def brought_words(playlist: Playlist, taken: Playlist) -> str:
    """Say with which tracks of a playlist somebody compares."""
    name = playlist.name.strip() or "Untitled"
    if len(taken.tracks) == len(playlist.tracks):
        return name
    return f"{name} ({len(taken.tracks):,} of {len(playlist.tracks):,} tracks, evenly spread)"


def suggestion_label(suggestion: Suggestion) -> str:
    """Write a choice of at most 100 characters (Discord's limit) that keeps its end."""
    count = "tracks unknown" if suggestion.tracks is None else plural(suggestion.tracks, "track")
    if suggestion.is_liked and suggestion.tracks is None:
        count = ""
    if suggestion.map_age is not None:
        count += f", map of {ago(suggestion.map_age)}"
    end = f" · {count}" if count else ""
    room = 100 - len(end)
    name = suggestion_name(suggestion)
    return (name if len(name) <= room else f"{name[: room - 1]}…") + end


def suggestion_name(suggestion: Suggestion) -> str:
    """Say which playlist a choice is, or what to type next."""
    found, name = suggestion.public, suggestion.name
    if found is None:
        return name
    label = found.service.label
    if suggestion.is_incomplete:
        return f"{name} at {label}" if name else f"{label}: type {found.service.value}: and your name there"
    return f"{name or public_list_name(found)} ({label})"


def links_name(author: str, *, are_links: bool = True) -> str:
    """Name a list of the links, or of the names of songs, in somebody's message."""
    return f"{'Links' if are_links else 'List'} from {author}"


def dj_line(total: int, in_rekordbox: int, in_m3u8: int) -> str:
    """Say how many entries of some lists the files for DJ programs hold, and what the others lack."""
    if not in_m3u8:
        return (
            "No file for rekordbox or as M3U8: these tracks came without a file path and without a Spotify "
            "id. A rekordbox XML, an M3U or an iTunes library brings the paths along."
        )
    if in_rekordbox == total:
        return f"The rekordbox XML and the M3U8 hold {'all ' if total > 1 else ''}{plural(total, 'track')}."
    if in_rekordbox == in_m3u8:
        return (
            f"The rekordbox XML and the M3U8 hold {in_m3u8:,} of {plural(total, 'track')}: the others came "
            "without a file path and without a Spotify id."
        )
    return (
        f"The M3U8 holds {in_m3u8:,} of {plural(total, 'track')}, the rekordbox XML {in_rekordbox:,}: "
        "it needs a whole path or a Spotify id."
    )


def damage_words(damage: Damage) -> str:
    """Say what is wrong with a file, and where: "line 12: a quote is never closed"."""
    said = _FAULTS[damage.fault](damage)
    return f"{damage.file} ({said})" if damage.file else said


def shape_words(shape: Shape) -> str:
    """Say what a file looks like: "a picture", "a CSV with the columns a, b, c"."""
    named = listed(shape.names, shape.count)
    lacks = f"; a column with the {shape.lacks} is missing" if shape.lacks else ""
    match shape.look:
        case Look.LINKS:
            return f"links to {named}"
        case Look.CSV:
            return f"a CSV with the columns {named}{lacks}"
        case Look.TABLE:
            return f"a table with the columns {named}{lacks}"
        case Look.FIELDS:
            return f"a JSON file with the fields {named}"
        case look:
            return _LOOKS[look]
