"""Walk through XML without building it in memory: no DTD is fetched, no entity declared in it is known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from services.domain.errors.playlists import DamagedFileError, TooManyRowsError
from services.imports.limits import MAX_MARKUP_DEPTH, MAX_MARKUP_ELEMENTS, MAX_ROWS

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
            raise DamagedFileError(format="XML file", problem="it is nested too deeply")
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
    problem = ""
    try:
        for begin in range(0, len(text), _STEP_CHARS):
            step = text[begin : begin + _STEP_CHARS]
            without_tag = 0 if "<" in step else without_tag + 1
            if without_tag > _STEPS_WITHOUT_TAG:
                raise DamagedFileError(format="XML file", problem="one of its texts is far too long")
            parser.feed(step)
            yield from collector.tags
            collector.tags.clear()
        parser.close()
    except ParseError as error:
        line, column = error.position
        problem = f"line {line:,}, column {column + 1:,}: this is no valid XML, or it breaks off"
    except DefusedXmlException:
        problem = "it declares entities, which are never expanded"
    except ValueError:
        problem = "it holds characters that no XML may hold"
    if problem:
        raise DamagedFileError(format="XML file", problem=problem)
    yield from collector.tags
