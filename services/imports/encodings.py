"""Guess the code page of text that is not UTF-8 by its letters, and undo UTF-8 that was encoded twice.

Headers and digits are the same bytes in all code pages; only names tell. Western text is the usual
case and wins wherever nothing speaks clearly for another one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import pairwise

WESTERN = "cp1252"
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
    "cp949": "Windows-949 (Korean)",
}
"""The code pages that can be guessed, named for people."""

_DECLARED = re.compile(
    rb"""\b(?:encoding|charset)\s{0,5}=\s{0,5}["']?(iso-8859-\d{1,2}|latin1|us-ascii|windows-\d{3,4}|cp\d{3,4}"""
    rb"""|koi8-[ru]|macintosh|shift[_-]jis|euc-(?:jp|kr)|gb(?:2312|k|18030)|big5|tis-620)\b""",
    re.IGNORECASE,
)
_HEAD_BYTES = 2_048
_WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
_MOST_WORDS = 5_000
_ENOUGH_LETTERS = 8
"""So many letters beyond ASCII are needed before another script is believed."""
_OWN_SCRIPT = 0.7
"""So much of them must stand in words without a Latin letter."""
_ENOUGH_KANA, _ENOUGH_HANGUL = 0.3, 0.7
_FREQUENT = frozenset(
    "이가는을의에하고지다나사기도아시자리대로인정부어라니한서은그들스수보전여장주너내를해게요와만우안날밤길꽃꿈비봄별물말눈마오"
)
"""Syllables that Korean names are mostly made of; Chinese bytes make rare ones."""
_ENOUGH_FREQUENT = 0.15
_LIKELY = 0.45
"""The least score of a readable guess: Russian and Greek names reach 0.6 and more, wrong pages below 0.3."""
_CYRILLIC, _GREEK = frozenset("оеаинтсрвлкмі"), frozenset("αοειτνσηρπκςάέήίόύώ")
_COMMON = {
    **dict.fromkeys(("cp1251", "koi8_r", "mac_cyrillic", "cp866", "iso8859_5", "koi8_u"), _CYRILLIC),
    "cp1253": _GREEK,
}
"""The letters that names are mostly made of, in small letters."""
_ONLY_THERE = re.compile(rb"[\xdc-\xdf\xfb-\xff]")
"""Bytes of Russian and Greek names that no Hebrew name has, which shares the others and has no capitals."""
_IN_WORDS = frozenset("’‘'–—-´`·…\u00a0\u00ad")
_CZECH_ONLY = re.compile(rb"[A-Za-z\xc0-\xff][\x9a\x9e\x9d]|[\x9a\x9e\x9d][a-z\xe0-\xff]")
_CZECH = (0xE8, 0xF8, 0xEC, 0xF9, 0xF2)
"""What Windows-1250 uses for č ř ě ů ň and Western for è ø ì ù ò, which no one language has together."""
_TURKISH = tuple(map(frozenset, (b"\xd0\xf0", b"\xdd\xfd", b"\xde\xfe")))
"""Bytes of ğ, of ı and of ş, which are ð ý þ in Western text, and there stand beside vowels of Icelandic."""
_NORDIC_VOWELS = frozenset(b"\xc1\xc6\xc9\xcd\xd3\xda\xe1\xe6\xe9\xed\xf3\xfa")
_HUNGARIAN = tuple(map(frozenset, (b"\xd5\xf5", b"\xdb\xfb")))
"""Bytes of ő and of ű, which are õ and û in Western text: no language has both."""
_UMLAUTS = frozenset(b"\xd6\xdc\xf6\xfc")
_ACUTES = frozenset(b"\xc1\xc9\xcd\xd3\xda\xe1\xe9\xed\xf3\xfa")
_NOT_HUNGARIAN = frozenset(b"\xc0\xc2\xc3\xc4\xc7\xc8\xca\xce\xd1\xe0\xe2\xe3\xe4\xe7\xe8\xea\xee\xf1")
_NO_LETTER = frozenset("πΩ∂∏∑ﬁﬂ")
"""What Mac Roman has among letters, and no name."""
_CLEARLY_ODD, _CLEARLY_BETTER = 2, 4
_MOST_ODD = 4
"""One odd letter in so many makes Latin text unreadable."""


def guess_code_page(content: bytes) -> str | None:
    """Return the code page of bytes that are not UTF-8, or None where names in it cannot be read."""
    words = _WORD.findall(content)[:_MOST_WORDS]
    page = _two_byte_page(content)
    if page:
        return page
    high = sum(_high(word) for word in words)
    own = sum(_high(word) for word in words if len(word) > 1 and not _latin(word))
    if high >= _ENOUGH_LETTERS and own >= _OWN_SCRIPT * high:
        scores = {page: _score(words, page) for page in _COMMON}
        best = max(scores, key=lambda page: scores[page])
        return best if scores[best] >= _LIKELY else None
    page = _latin_page(words)
    return page if high < _ENOUGH_LETTERS or _odd(words, page) * _MOST_ODD <= high else None


def declared_page(content: bytes) -> str | None:
    """Return the code page that XML or a web page names for itself, if its bytes can be read so."""
    found = _DECLARED.search(content[:_HEAD_BYTES]) if content.lstrip()[:1] == b"<" else None
    if found is None:
        return None
    name = found[1].decode("ascii").casefold().replace("_", "-")
    page = WESTERN if name in {"iso-8859-1", "latin1", "us-ascii"} else name
    try:
        content.decode(page)
    except (UnicodeDecodeError, LookupError):
        return None
    return page


def _high(word: bytes) -> int:
    return sum(byte >= 0x80 for byte in word)


def _latin(word: bytes) -> bool:
    return any(byte < 0x80 for byte in word)


def _two_byte_page(content: bytes) -> str | None:
    """Recognise Japanese by its kana and Korean by its syllables; neither comes of Western bytes."""
    for page, of_script, enough in (("cp932", _is_kana, _ENOUGH_KANA), ("cp949", _is_hangul, _ENOUGH_HANGUL)):
        try:
            text = content.decode(page)
        except UnicodeDecodeError:
            continue
        beyond = [character for character in text if character > "\x7f"]
        if len(beyond) < _ENOUGH_LETTERS or any("\ue000" <= character <= "\uf8ff" for character in beyond):
            continue
        told = sum(map(of_script, beyond))
        if page == "cp949" and sum(map(_FREQUENT.__contains__, beyond)) < _ENOUGH_FREQUENT * told:
            continue
        pairs = len(re.findall(rb"[\x80-\xff]{2}", content)) if page == "cp949" else len(beyond)
        if told >= enough * len(beyond) and pairs >= enough * len(beyond):
            return page
    return None


def _is_kana(character: str) -> bool:
    return "\u3040" <= character <= "\u30ff"


def _is_hangul(character: str) -> bool:
    return "\uac00" <= character <= "\ud7a3"


def _score(words: list[bytes], page: str) -> float:
    """Return the share of common letters, less what breaks words: other signs and capitals inside."""
    low, high = ("\u0370", "\u03ff") if page == "cp1253" else ("\u0400", "\u04ff")
    letters = common = broken = 0
    decoded = [word.decode(page, errors="replace") for word in words]
    together = "".join(decoded)
    if together.upper() == together or (
        together.lower() == together and not _ONLY_THERE.search(b"".join(words))
    ):
        return 0.0  # without capitals and small letters the letters alone prove too little
    for text in decoded:
        beyond = [character for character in text if character > "\x7f" and character not in _IN_WORDS]
        letters += len(beyond)
        common += sum(character.lower() in _COMMON[page] for character in beyond)
        broken += sum(not (character.isalpha() and low <= character <= high) for character in beyond)
        broken += sum(left.islower() and right.isupper() for left, right in pairwise(text))
        broken += text[:1].islower() and text[1:].isupper()
    return (common - 2 * broken) / letters if letters else 0.0


def _latin_page(words: list[bytes]) -> str:
    """Return the page of Latin text; another than Western only where that breaks words and it does not."""
    western = _odd(words, WESTERN)
    if western >= _CLEARLY_ODD:
        odd = {page: _odd(words, page) for page in ("mac_roman", "cp1250", "iso8859_2", "cp850")}
        page = min(odd, key=lambda each: odd[each])
        if odd[page] * _CLEARLY_BETTER <= western:
            return page
    letters = frozenset(b"".join(words))
    if not letters & _NORDIC_VOWELS and all(letters & both for both in _TURKISH):
        return "cp1254"
    if not letters & _NOT_HUNGARIAN and all(letters & some for some in (*_HUNGARIAN, _UMLAUTS, _ACUTES)):
        return "cp1250"
    text = b" ".join(words)
    told = len(_CZECH_ONLY.findall(text))
    if told >= _CLEARLY_ODD and sum(byte in text for byte in _CZECH) >= _CLEARLY_ODD:
        return "cp1250"
    return WESTERN


def _odd(words: Iterable[bytes], page: str) -> int:
    """Count what no word has: signs between letters, capitals behind small letters."""
    count = 0
    for word in words:
        text = word.decode(page, errors="replace")
        for at, character in enumerate(text):
            if character <= "\x7f" or character in _IN_WORDS:
                continue
            before, after = text[at - 1 : at], text[at + 1 : at + 2]
            if character in _NO_LETTER:
                count += before.isalpha() or after.isalpha()
            elif not character.isalpha():
                count += before.isalpha() and (after.isalpha() or character in "³¹º¿¸¯\ufffd")
            elif character.isupper():
                count += before.islower()
    return count


def undo_double_encoding(text: str) -> str | None:
    """Return the text that became UTF-8 twice (`CafÃ©` is Café), or None if it did not."""
    for to_bytes in (_western_bytes, _cyrillic_bytes):
        try:
            mended = to_bytes(text).decode("utf-8")
        except UnicodeError:
            continue
        if mended != text:
            return mended
    return None


def _western_bytes(text: str) -> bytes:
    """Encode as Windows-1252 or Latin-1, whose bytes from 80 to 9F came as control characters."""
    try:
        return text.encode(WESTERN)
    except UnicodeEncodeError:
        return b"".join(
            bytes((ord(each),)) if "\x80" <= each <= "\x9f" else each.encode(WESTERN) for each in text
        )


def _cyrillic_bytes(text: str) -> bytes:
    return text.encode("cp1251")


class Mending:
    """Undoes double encoding in a column, if each of its cells beyond ASCII turns back cleanly."""

    def __init__(self, column: Iterable[str]) -> None:
        beyond = [cell for cell in dict.fromkeys(column) if not cell.isascii()]
        back = sum(undo_double_encoding(cell) is not None for cell in beyond)
        self.whole = bool(beyond) and back == len(beyond)
        """Whether the column is mended."""
        self.left = 0 if self.whole else back
        """Different cells that look encoded twice and stay as they are, because others do not."""
        self._undo: Callable[[str], str | None] = undo_double_encoding if self.whole else lambda _cell: None

    def mend(self, cell: str) -> str:
        """Return the cell as it was meant."""
        return cell if cell.isascii() else self._undo(cell) or cell
