"""Guess the code page of text that is not UTF-8 by its letters, and undo UTF-8 that was encoded twice.

Headers and digits are the same bytes in all code pages; only names tell. Western text is the usual
case and wins wherever nothing speaks clearly for another one.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from services.imports.code_pages import FREQUENT, WESTERN, guess_page

PAGE_NAMES = {
    "cp1250": "Windows-1250 (Central European)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "koi8_r": "KOI8-R (Cyrillic)",
    "mac_cyrillic": "Mac Cyrillic",
    "cp866": "code page 866 (Cyrillic)",
    "iso8859_5": "ISO 8859-5 (Cyrillic)",
    "koi8_u": "KOI8-U (Ukrainian)",
    "mac_roman": "Mac Roman",
    "iso8859_2": "ISO 8859-2 (Central European)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp850": "code page 850 (DOS)",
    "cp932": "Shift-JIS (Japanese)",
    "euc_jp": "EUC-JP (Japanese)",
    "iso2022_jp_ext": "ISO-2022-JP (Japanese)",
    "cp949": "Windows-949 (Korean)",
    "iso2022_kr": "ISO-2022-KR (Korean)",
    "gb18030": "GB 18030 (Chinese)",
    "cp950": "Big5 (Chinese)",
    "cp852": "code page 852 (Central European)",
    "mac_latin2": "Mac Central European",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1256": "Windows-1256 (Arabic)",
    "cp1257": "Windows-1257 (Baltic)",
    "cp874": "Windows-874 (Thai)",
    "iso8859_7": "ISO 8859-7 (Greek)",
}
"""The code pages that can be guessed, named for people."""

_DECLARED = re.compile(
    rb"""\b(?:encoding|charset)\s{0,5}=\s{0,5}["']?(iso-8859-\d{1,2}|latin1|us-ascii|windows-\d{3,4}|cp\d{3,4}"""
    rb"""|koi8-[ru]|macintosh|shift[_-]jis|euc-(?:jp|kr)|gb(?:2312|k|18030)|big5|tis-620)\b""",
    re.IGNORECASE,
)
_HEAD_BYTES = 2_048
_ESCAPED = re.compile(rb"\x1b\$(?:[@B]|\([@BD]|\)C)")
_ESCAPED_BYTES = 262_144
_PAIR = re.compile(rb"[\x80-\xff]{2}")
_TRAILING_ASCII = frozenset({"cp932", "cp950"})
"""Pages whose second byte is often a letter of ASCII."""
_ENOUGH_CHARACTERS, _ENOUGH_PAIRS = 3, 0.7
"""So few make a script credible, and so many bytes beyond ASCII must stand in pairs."""
_FREQUENT_SHARE, _AHEAD = 0.5, 0.15
"""The least worth of a readable guess, and how far it must be ahead of the next."""
_USUAL_WORTH = 0.4


class _TwoBytes(NamedTuple):
    """A code page of two bytes a character."""

    name: str
    frequent: frozenset[str]
    usual: tuple[int, int]
    """First bytes of its usual characters; the others are rare."""


def _page(name: str, script: str, usual: tuple[int, int]) -> _TwoBytes:
    kana = map(chr, range(0x3041, 0x30FF)) if script == "kanji" else ()
    return _TwoBytes(name, frozenset((*FREQUENT[script], *kana)), usual)


_TWO_BYTES = (
    _page("cp932", "kanji", (0x88, 0x97)),
    _page("euc_jp", "kanji", (0xB0, 0xCF)),
    _page("cp949", "hangul", (0xB0, 0xC8)),
    _page("gb18030", "simplified", (0xB0, 0xD7)),
    _page("cp950", "traditional", (0xA4, 0xC6)),
)
_SAMPLE_BYTES = 65_536
_BETWEEN = (WESTERN.name, "cp1251", "mac_roman", "cp850", "cp437", "cp1250")
"""Pages as which programs and consoles take UTF-8 before they encode it again."""
_ANY_SCRIPT = frozenset(_BETWEEN[:2])
_LATIN = re.compile("[\x00-\x7f\xa0-\u017f\u2010-\u2044\u20ac\u2122]*")
"""What text has to come out as where the page is a rare one: its signs make other scripts by chance."""
_TELLING = re.compile("[\xa0-\u017f\u0218-\u021b\u2010-\u2044\u20ac\u2122]|[^\x00-\u036f]{2}")
"""One Latin letter or two others: a capital before a quotation mark makes single rare ones (`CAFÉ’S`)."""
_BEYOND = re.compile("[^\x00-\x7f]+")
_NO_LETTERS = frozenset("、。・「」『』（）！？～…ー　－：；，‥《》〈〉【】／＆’‘“”·")


def guess_code_page(content: bytes) -> str | None:
    """Return the code page of bytes that are not UTF-8, or None where names in it cannot be read."""
    return _two_byte_page(content) or guess_page(content)


def declared_page(content: bytes) -> str | None:
    """Return the code page that XML or a web page names for itself, if its bytes can be read so."""
    found = _DECLARED.search(content[:_HEAD_BYTES]) if content.lstrip()[:1] == b"<" else None
    if found is None:
        return None
    name = found[1].decode("ascii").casefold().replace("_", "-")
    page = WESTERN.name if name in {"iso-8859-1", "latin1", "us-ascii"} else name
    try:
        content.decode(page)
    except (UnicodeDecodeError, LookupError):
        return None
    return page


def _two_byte_page(content: bytes) -> str | None:
    """Recognise Japanese, Korean and Chinese by their frequent characters, which other bytes hardly make."""
    sample = content[:_SAMPLE_BYTES]
    worth = {page.name: _worth(sample, page) for page in _TWO_BYTES}
    best, second = sorted(worth, key=lambda name: -worth[name])[:2]
    return best if worth[best] >= max(_FREQUENT_SHARE, worth[second] + _AHEAD) else None


def _worth(content: bytes, page: _TwoBytes) -> float:
    """Return the share of frequent characters, in which those that are usual count in part."""
    try:
        text = codecs.getincrementaldecoder(page.name)().decode(content)
    except UnicodeDecodeError:
        return 0.0
    beyond = [character for character in text if character > "\x7f"]
    letters = [character for character in beyond if character not in _NO_LETTERS]
    pairs = len(_PAIR.findall(content))
    if len(letters) < _ENOUGH_CHARACTERS or (
        page.name not in _TRAILING_ASCII and pairs < _ENOUGH_PAIRS * len(beyond)
    ):
        return 0.0
    low, high = page.usual
    worth = 0.0
    for character in letters:
        if character in page.frequent:
            worth += 1
        elif character >= "\u4e00" and low <= character.encode(page.name)[0] <= high:
            worth += _USUAL_WORTH
    return worth / len(letters)


def escaped_page(content: bytes) -> str | None:
    """Return the code page of text that changes between scripts by escapes, as old mail does."""
    found = _ESCAPED.search(content, 0, _ESCAPED_BYTES)
    return None if found is None else "iso2022_kr" if found[0].endswith(b")C") else "iso2022_jp_ext"


def undo_double_encoding(text: str) -> str | None:
    """Return the text that became UTF-8 twice (`CafÃ©` is Café), or None if it did not."""
    for page in _BETWEEN:
        try:
            mended = _as_bytes(text, page).decode("utf-8")
        except UnicodeError:
            continue
        if mended != text and (page in _ANY_SCRIPT or _LATIN.fullmatch(mended)):
            return mended
    return None


def undo_everywhere(text: str) -> str | None:
    """Return a text that became UTF-8 twice as a whole, or None if anything in it says otherwise."""
    runs = _mended_runs(text[:_SAMPLE_BYTES])
    if runs and len(text) > _SAMPLE_BYTES:
        runs = _mended_runs(text)
    return _BEYOND.sub(lambda run: runs[run[0]], text) if runs else None


def _mended_runs(text: str) -> dict[str, str]:
    """Return every run beyond ASCII as it was meant; none of them if one is no UTF-8 encoded twice."""
    runs: dict[str, str] = {}
    for found in _BEYOND.finditer(text):
        run = found[0]
        if run not in runs:
            mended = undo_double_encoding(run)
            if mended is None:
                return {}
            runs[run] = mended
    return runs if any(map(_TELLING.search, runs.values())) else {}


def _as_bytes(text: str, page: str) -> bytes:
    """Encode text; as Windows-1252 also Latin-1, whose bytes from 80 to 9F came as control characters."""
    try:
        return text.encode(page)
    except UnicodeEncodeError:
        if page != WESTERN.name:
            raise
        return b"".join(
            bytes((ord(each),)) if "\x80" <= each <= "\x9f" else each.encode(page) for each in text
        )


class Mending:
    """Undoes double encoding in a column, if each of its cells beyond ASCII turns back cleanly."""

    def __init__(self, column: Iterable[str]) -> None:
        beyond = [cell for cell in dict.fromkeys(column) if not cell.isascii()]
        mended = [each for each in map(undo_double_encoding, beyond) if each is not None]
        back = len(mended) if any(map(_TELLING.search, mended)) else 0
        self.whole = bool(beyond) and back == len(beyond)
        """Whether the column is mended."""
        self.left = 0 if self.whole else back
        """Different cells that look encoded twice and stay as they are, because others do not."""
        self._undo: Callable[[str], str | None] = undo_double_encoding if self.whole else lambda _cell: None

    def mend(self, cell: str) -> str:
        """Return the cell as it was meant."""
        return cell if cell.isascii() else self._undo(cell) or cell
