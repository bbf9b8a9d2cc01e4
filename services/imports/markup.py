"""Walk through XML without building it in memory; read property lists, and tracks of any program's."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from html import unescape
from typing import NamedTuple
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from services.domain.errors.playlists import DamagedFileError, TooManyRowsError
from services.domain.messages import Damage, Fault
from services.domain.music import Track
from services.imports.entries import SOUND_FILE, Entries, make_track, measured, track_of_path, track_of_words
from services.imports.formats import MAX_MARKUP_DEPTH, MAX_MARKUP_ELEMENTS, MAX_ROWS
from services.imports.keys import read_key
from services.imports.units import duration_ms

_STEP_CHARS = 64 * 1024
_STEPS_WITHOUT_TAG = 4
"""A longer stretch without a tag is one enormous text or tag, which no playlist has."""
_XML = re.compile(
    r"\s*(?:<!--[^>]{0,2000}-->\s*){0,5}<(\?xml|!doctype plist|plist|dj_playlists|nml|playlist"
    r"|asx|\?wpl|\?zpl|smil|mediacontainer|subsonic-response|rhythmdb|virtualdj_database|lfm)[\s>]",
    re.IGNORECASE,
)


class Tag(NamedTuple):
    """The begin or the end of one element."""

    name: str
    """Without its namespace."""
    opens: bool
    attributes: Mapping[str, str]
    """Empty at the end of an element."""
    text: str
    """What stood between the last tag and this end; empty at a begin."""


class _Collector:
    """Receives what the parser finds between two steps."""

    def __init__(self) -> None:
        self.tags: list[Tag] = []
        self._text: list[str] = []
        self._depth = 0
        self._elements = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._elements += 1
        self._depth += 1
        if self._elements > MAX_MARKUP_ELEMENTS:
            raise TooManyRowsError(limit=MAX_ROWS)
        if self._depth > MAX_MARKUP_DEPTH:
            raise DamagedFileError("XML file", Damage(Fault.TOO_DEEP))
        self._text.clear()
        self.tags.append(Tag(name.rpartition("}")[2], opens=True, attributes=attributes, text=""))

    def end(self, name: str) -> None:
        self._depth -= 1
        text = "".join(self._text)
        self._text.clear()
        self.tags.append(Tag(name.rpartition("}")[2], opens=False, attributes={}, text=text))

    def data(self, text: str) -> None:
        self._text.append(text)

    def close(self) -> None:
        """Say the parser that there is no tree."""


def is_xml(text: str) -> bool:
    """Whether a text begins as XML does, or as one of the lists that are read without saying so."""
    return _XML.match(text) is not None


def read_tags(text: str) -> Iterator[Tag]:
    """Yield the begins and ends of all elements in the document's order.

    Raises
    ------
    DamagedFileError
        It is not well-formed, breaks off, is nested too deeply, or declares entities.
    TooManyRowsError
        It holds more elements than are read.
    """
    collector = _Collector()
    parser = DefusedXMLParser(target=collector, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    without_tag = 0
    damage: Damage | None = None
    try:
        for begin in range(0, len(text), _STEP_CHARS):
            step = text[begin : begin + _STEP_CHARS]
            without_tag = 0 if "<" in step else without_tag + 1
            if without_tag > _STEPS_WITHOUT_TAG:
                raise DamagedFileError("XML file", Damage(Fault.LONG_TEXT))
            parser.feed(step)
            yield from collector.tags
            collector.tags.clear()
        parser.close()
    except ParseError as error:
        line, column = error.position
        damage = Damage(Fault.INVALID_XML, line=line, column=column + 1)
    except DefusedXmlException:
        damage = Damage(Fault.ENTITIES)
    except ValueError:
        damage = Damage(Fault.XML_CHARACTERS)
    if damage is not None:
        raise DamagedFileError("XML file", damage)
    yield from collector.tags


Value = str | int | float | bool | list["Value"] | dict[str, "Value"] | None
_Container = dict[str, Value] | list[Value]
_CONTAINERS = frozenset({"dict", "array"})


def read_property_list(tags: Iterator[Tag]) -> dict[str, Value]:
    """Return the outermost dictionary; a property list of anything else gives an empty one.

    Parameters
    ----------
    tags
        What follows the begin of `plist`. Data and what is not understood become None.
    """
    outermost: dict[str, Value] | None = None
    stack: list[tuple[_Container, str]] = []
    """Open containers, each with the key it will stand under in the one around it."""
    key = ""
    for tag in tags:
        if tag.opens:
            if tag.name in _CONTAINERS:
                container: _Container = {} if tag.name == "dict" else []
                if outermost is None:
                    if not isinstance(container, dict):
                        return {}
                    outermost = container
                elif stack:
                    _put(stack[-1][0], key, container)
                stack.append((container, key))
        elif tag.name == "key":
            key = sys.intern(tag.text.strip())
        elif tag.name in _CONTAINERS:
            if stack:
                key = stack.pop()[1]
        elif stack:
            _put(stack[-1][0], key, _scalar(tag))
    return outermost or {}


def _put(container: _Container, key: str, value: Value) -> None:
    if isinstance(container, dict):
        container[key] = value
    else:
        container.append(value)


def _scalar(tag: Tag) -> Value:
    if tag.name in {"true", "false"}:
        return tag.name == "true"
    if tag.name in {"integer", "real"}:
        return tag.text.strip()[:40]
    return tag.text if tag.name in {"string", "date"} else None


_TITLES = ("title", "name", "tracktitle", "trackname")
_ARTISTS = ("artist", "creator", "performer", "grandparenttitle", "trackartist", "artistname")
_WITH_AUTHORS = frozenset({"entry", "song", "track"})
"""Elements whose author is an artist; those of others write books."""
_ALBUMS = ("album", "parenttitle", "albumtitle", "albumname")
_LENGTHS = ("duration", "totaltime", "length", "songlength", "time")
_TEMPI = ("bpm", "tempo", "averagebpm")
_KEYS = ("key", "tonality", "initialkey", "camelot")
_PATHS = ("src", "href", "file", "filepath", "path", "playstring", "location")
_NO_LISTS = frozenset({"rss", "feed", "opml", "svg", "html", "rdf", "urlset"})
"""Roots of documents whose titles and authors are of other things."""
_FILES = "smil"
"""Root of lists that name nothing but files."""

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20}|!)(?=[\s/>a-z-])[^<>]*>")
_MOST_TAGS = 400_000
"""Of a page or list of 20,000 rows; what has more is none that is read."""
_HIDDEN = frozenset({"script", "style", "title"})
_ENDS_LINE = frozenset({"br", "p", "div", "li", "tr", "table", "ol", "ul", "h1", "h2", "h3", "h4", "body"})
_CELLS = frozenset({"td", "th"})


def read_any_markup(root: Tag, tags: Iterator[Tag], entries: Entries) -> str:
    """Add each element that names a track to `entries`, and return the title of the whole, if any.

    Raises
    ------
    TooManyRowsError
        There are more than are read.
    """
    if root.name.casefold() in _NO_LISTS:
        return ""
    by_path = root.name.casefold() == _FILES
    stack: list[dict[str, str]] = [_folded(root.attributes)]
    title = ""
    for count, tag in enumerate(tags):
        if count > _MOST_TAGS:
            raise TooManyRowsError(limit=MAX_ROWS)
        if tag.opens:
            stack.append(_folded(tag.attributes))
            continue
        told, text = stack.pop(), tag.text.strip()
        if not stack:
            break
        if tag.name.casefold() in _WITH_AUTHORS and "author" in told:
            told.setdefault("artist", told["author"])
        track = _track(told, by_path=by_path) if told else None
        if track is not None:
            entries.add(track)
        elif text or "name" in told:
            stack[-1].setdefault(tag.name.casefold(), text or told["name"])
            title = title or (text if tag.name.casefold() == "title" else "")
    return _first(_folded(root.attributes), ("title", "name")) or title


def _folded(attributes: Mapping[str, str]) -> dict[str, str]:
    return {name.casefold(): value for name, value in attributes.items()} if attributes else {}


def _first(told: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((told[name] for name in names if told.get(name)), "")


def _track(told: Mapping[str, str], *, by_path: bool) -> Track | None:
    """Return the track that an element names by title and artist, or by the name of its file."""
    title, path = _first(told, _TITLES), _first(told, _PATHS)
    if not title and not by_path:
        return None
    artist = _first(told, _ARTISTS)
    if not (artist or path):
        return None
    length_ms = duration_ms(_first(told, _LENGTHS))
    if title and artist:
        album = _first(told, _ALBUMS)
        heard = measured(tempo_bpm=_first(told, _TEMPI), key=read_key(_first(told, _KEYS)))
        track = make_track(
            title=title,
            artists=(artist,),
            album=album,
            duration_ms=length_ms,
            location=path,
            uploaded=heard,
        )
    elif title and path:
        track = track_of_words(title, duration_ms=length_ms)
    elif by_path and SOUND_FILE.search(path):
        track = track_of_path(path, duration_ms=length_ms, location=path)
    else:
        return None
    return track if isinstance(track, Track) else None


def page_text(text: str) -> str:
    """Return what a web page shows: a line for each row, list item and paragraph, tabs between cells."""
    if text.count("<") > _MOST_TAGS:
        return ""
    shown: list[str] = []
    hidden, at, in_cell = "", 0, False
    for tag in _TAG.finditer(text):
        name = tag[2].casefold()
        if not hidden:
            shown.append(" ".join(text[at : tag.start()].split("\n")))
            if name in _ENDS_LINE:
                shown.append("\n")
                in_cell = False
            elif name in _CELLS:  # many pages never end them
                shown.append("\t" if tag[1] or in_cell else "")
                in_cell = not tag[1]
        if name in _HIDDEN:
            hidden = "" if tag[1] else name
        at = tag.end()
    if not hidden:
        shown.append(text[at:])
    lines = unescape("".join(shown)).splitlines()
    return "\n".join(line.strip(" \r").removesuffix("\t") for line in lines if line.strip())


_WIKI_BEGIN, _WIKI_END = "{|", "\n|}"
_LONGEST_ROW = 20_000
_WIKI_ROW = re.compile(r"^\|-.*$", re.MULTILINE)
_WIKI_STYLE = re.compile(r"^[^\[\]{}|]{0,300}=[^\[\]{}|]{0,300}\|")
_WIKI_LINK = re.compile(r"\[\[(?:[^\[\]|]{0,300}\|)?([^\[\]|]{0,300})\]\]")
_WIKI_LENGTH = re.compile(r"\{\{\s*duration\s*\|(?:m=)?(\d{1,3})\|(?:s=)?(\d{1,2})\s*\}\}", re.IGNORECASE)
_WIKI_MARKS = re.compile(
    r"'{2,5}|<ref[^<>]{0,300}(?:/>|>[^<>]{0,2000}</ref>)|<[^<>]{0,300}>|\{\{[^{}]{0,500}\}\}"
)


def holds_wiki_table(text: str) -> bool:
    """Whether there is a table in a text as wikis write it."""
    return text.startswith(_WIKI_BEGIN) or f"\n{_WIKI_BEGIN}" in text


def wiki_text(text: str) -> str:
    """Return what the tables of a wiki's page show: a line for each row, tabs between cells."""
    shown: list[str] = []
    begin = text.find(_WIKI_BEGIN)
    while begin >= 0:
        end = text.find(_WIKI_END, begin)
        end = end if end >= 0 else len(text)
        shown.extend(_WIKI_ROW.split(text[begin:end]))
        begin = text.find(_WIKI_BEGIN, end)
    rows = map(_wiki_row, shown[: MAX_ROWS + 2])  # one more than is read, below a header
    return "\n".join(row for row in rows if row)


def _wiki_row(row: str) -> str:
    cells: list[str] = []
    for line in row[:_LONGEST_ROW].splitlines():
        if line[:1] in {"!", "|"} and line[:2] != "|+":
            cells.extend(re.split(r"\|\||!!", line[1:]))
    return "\t".join(map(_wiki_cell, cells))


def _wiki_cell(cell: str) -> str:
    bare = _WIKI_LINK.sub(r"\1", _WIKI_LENGTH.sub(r"\1:\2", _WIKI_STYLE.sub("", cell.strip())))
    return " ".join(unescape(_WIKI_MARKS.sub("", bare)).split()).strip('"“”')
