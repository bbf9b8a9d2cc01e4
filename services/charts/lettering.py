"""Prepare text of strangers for drawing: any title, without warnings or empty boxes.

Matplotlib ships DejaVu Sans (Latin, Greek, Cyrillic, Arabic, Hebrew). Other scripts are drawn with a
font of the machine where one of `FALLBACK_FAMILIES` is installed. What no font can draw is left
out: emoji and other ornaments in silence, letters as "…"; where most letters would be lost the
caller falls back to other words (a track's position), and the text twin keeps the real title.

Letters that go from right to left or change beside each other are drawn where Pillow finds FriBiDi on
the machine, and left out elsewhere: one by one in the order of the text they make no words.
"""

from __future__ import annotations

import contextlib
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from matplotlib import font_manager
from matplotlib.font_manager import FontProperties
from PIL import ImageFont, features

from services.domain.letters import JOINERS, beginning, without_lone_joiners

BASE_FAMILY = "DejaVu Sans"
FALLBACK_FAMILIES: tuple[str, ...] = (
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "Noto Sans JP",
    "Noto Sans SC",
    "Noto Sans KR",
    "Source Han Sans",
    "WenQuanYi Zen Hei",
    "IPAGothic",
    "Hiragino Sans",
    "Yu Gothic",
    "Microsoft YaHei",
    "Malgun Gothic",
    "Noto Sans Devanagari",
    "Noto Sans Bengali",
    "Noto Sans Tamil",
    "Noto Sans Telugu",
    "Noto Sans Thai",
    "Noto Sans Ethiopic",
    "Noto Sans Gujarati",
    "Noto Sans Gurmukhi",
    "Noto Sans Kannada",
    "Noto Sans Malayalam",
    "Noto Sans Sinhala",
    "Noto Sans Khmer",
    "Noto Sans Lao",
    "Noto Sans Myanmar",
    "Arial Unicode MS",
)
"""Tried in this order; only installed ones are used."""

CAN_ARRANGE = bool(features.check("raqm"))
"""Whether letters can be set in their order and joined."""
_ARRANGED = (range(0x900, 0xE00), range(0xF00, 0x10A0), range(0x1780, 0x1800))
"""Scripts of India, Sri Lanka, Tibet, Burma and Cambodia."""

_LETTERS = {
    "Chinese": "爱",
    "Japanese": "あ",
    "Korean": "한",
    "Greek": "α",
    "Cyrillic": "я",
    "Georgian": "ქ",
    "Armenian": "հ",
    "Arabic": "م",
    "Hebrew": "ש",
    "Devanagari": "न",
    "Bengali": "ব",
    "Tamil": "த",
    "Telugu": "త",
    "Gujarati": "ગ",
    "Gurmukhi": "ਗ",
    "Kannada": "ಕ",
    "Malayalam": "മ",
    "Sinhala": "ස",
    "Thai": "ท",
    "Lao": "ລ",
    "Khmer": "ខ",
    "Burmese": "မ",
    "Ethiopic": "አ",
}
"""A letter of each script in which songs have titles."""

ELLIPSIS = "…"
_LOST = 1 / 3
"""Share of letters that may be missing before a text is not worth drawing."""
_SCRIPTS = {
    "Cjk": "Chinese or Japanese",
    "Hiragana": "Japanese",
    "Katakana": "Japanese",
    "Hangul": "Korean",
}
_NEVER = ("Cc", "Cs", "Co", "Cn", "Cf", "Zl", "Zp")
"""Controls, lone surrogates, private use, unassigned, invisible formatting (bidi overrides among them)."""


def plain(text: str, limit: int = 0) -> str:
    """Return `text` on one line without controls, at most `limit` characters long when given."""
    kept = text
    if not (text.isascii() and text.isprintable()):  # most names are, and a look at each character takes time
        kept = "".join(
            " " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char
            for char in unicodedata.normalize("NFC", text)
            if char in JOINERS
            or unicodedata.category(char) not in _NEVER
            or unicodedata.category(char) in {"Cc", "Zl", "Zp"}
        )
    words = without_lone_joiners(" ".join(kept.split())).strip()
    if limit and len(words) > limit:
        return beginning(words, limit - 1) + ELLIPSIS
    return words


def drawable(text: str) -> str:
    """Return what the available fonts can draw of `text`; empty where too little would be left."""
    words = plain(text)
    if words.isascii():
        return words
    kept: list[str] = []
    letters = lost = 0
    for char in words:
        is_letter = unicodedata.category(char)[0] in "LN"
        letters += is_letter
        if char.isspace() or _covered(char):
            kept.append(char)
            continue
        plainer = unicodedata.normalize("NFKC", char)
        if plainer != char and all(_covered(part) for part in plainer):
            kept.append(plainer)
        elif is_letter:
            lost += 1
            if not kept or kept[-1] != ELLIPSIS:
                kept.append(ELLIPSIS)
    if lost > letters * _LOST:
        return ""
    drawn = without_lone_joiners(" ".join("".join(kept).split())).strip()
    return drawn if any(unicodedata.category(char)[0] in "LNPS" for char in drawn) else ""


def missing_scripts(text: str) -> str:
    """Name the script of a text whose letters no font here has: "a name in Thai letters"; else nothing."""
    lost = Counter(
        unicodedata.name(char, "").split(" ")[0].capitalize()
        for char in plain(text)
        if unicodedata.category(char)[0] == "L" and not _covered(char)
    )
    if not lost:
        return ""
    kana = next((script for script in lost if _SCRIPTS.get(script) == "Japanese"), "")
    script = kana or lost.most_common(1)[0][0]
    return f"a name in {_SCRIPTS.get(script, script)} letters"


def undrawable_scripts() -> tuple[str, ...]:
    """Name the scripts of which no installed font draws the letters."""
    return tuple(script for script, letter in _LETTERS.items() if not _has_glyph(letter))


def unarranged_scripts() -> tuple[str, ...]:
    """Name the scripts whose letters a font has, but that can't be put in their order here."""
    return tuple(script for script, letter in _LETTERS.items() if _has_glyph(letter) and not _covered(letter))


def shorten(text: str, fits: Callable[[str], bool]) -> str:
    """Return `text`, cut with an ellipsis to the longest beginning that `fits`; empty if none does."""
    if fits(text):
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if fits(_cut(text, middle)):
            low = middle
        else:
            high = middle - 1
    return _cut(text, low) if low else ""


def wrap(text: str, fits: Callable[[str], bool]) -> tuple[str, ...]:
    """Return `text` as one line, or as two: broken at a comma if both fit then, else where it has to be."""
    if fits(text):
        return (text,)
    breaks = [place for place, char in enumerate(text) if char == " " and fits(text[:place])]
    if not breaks:
        return (shorten(text, fits),)
    good = [place for place in breaks if text[place - 1] in ",·" and fits(text[place + 1 :])]
    place = (good or breaks)[-1]
    return (text[:place].rstrip(" ·"), shorten(text[place + 1 :].lstrip(" ·"), fits))


def _cut(text: str, length: int) -> str:
    return beginning(text, length).rstrip(" –-,(·&.…") + ELLIPSIS


@dataclass(frozen=True, slots=True)
class Face:
    """A typeface for words of ours; what it lacks is drawn in DejaVu Sans or a font of the machine."""

    family: str
    narrow: float = 1.0
    """By what its letters are set narrower than they were drawn."""


SANS = Face(BASE_FAMILY)


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text that one font draws."""

    words: str
    font: ImageFont.FreeTypeFont


def runs(text: str, pixels: float, *, bold: bool = False, face: Face = SANS) -> tuple[Run, ...]:
    """Split `text` by the fonts it needs: `face` where it has all of it, else DejaVu Sans wherever that can.

    Parameters
    ----------
    text
        As returned by `drawable`, or words of our own.
    pixels
        Size of the letters in device pixels.
    """
    if not text:
        return ()
    if text.isascii() or (face is not SANS and _coverage(face.family).issuperset(map(ord, text))):
        return (Run(text, _load(face.family, pixels, bold)),)
    found: list[tuple[str, str]] = []
    for char in text:
        family = found[-1][1] if found and _joins(char, found[-1][1]) else _family(char)
        if found and found[-1][1] == family:
            found[-1] = (found[-1][0] + char, family)
        else:
            found.append((char, family))
    return tuple(Run(part, _load(family, pixels, bold)) for part, family in found)


def _joins(char: str, family: str) -> bool:
    """Return whether a character is drawn with the one before it: a mark alone has nothing to stand on."""
    is_part = char in JOINERS or unicodedata.category(char).startswith("M")
    return char.isspace() or (is_part and ord(char) in _coverage(family))


def _family(char: str) -> str:
    point = ord(char)
    if point not in _coverage(BASE_FAMILY):
        for name in _installed_fallbacks():
            if point in _coverage(name):
                return name
    return BASE_FAMILY


def _covered(char: str) -> bool:
    return _has_glyph(char) and (CAN_ARRANGE or not _is_arranged(char))


def _has_glyph(char: str) -> bool:
    return ord(char) in _coverage(_family(char))


def _is_arranged(char: str) -> bool:
    goes_left = unicodedata.bidirectional(char) in {"R", "AL"}
    return goes_left or any(ord(char) in script for script in _ARRANGED)


def _path(family: str, bold: bool) -> str:
    wanted = FontProperties(family=[family], weight="bold" if bold else "normal")
    return font_manager.findfont(wanted)


@lru_cache(maxsize=128)
def _load(family: str, pixels: float, bold: bool) -> ImageFont.FreeTypeFont:
    path = _path(family, bold)
    return ImageFont.truetype(path, pixels, index=getattr(path, "face_index", 0))


@lru_cache(maxsize=32)
def _coverage(family: str) -> frozenset[int]:
    """List the code points that `family` has in both weights we set."""
    normal, bold = (
        frozenset(font_manager.get_font(_path(family, heavy)).get_charmap()) for heavy in (False, True)
    )
    return normal & bold


@lru_cache(maxsize=1)
def _installed_fallbacks() -> tuple[str, ...]:
    """List the installed fallback families, leaving out those that add next to nothing to the ones before."""
    manager = font_manager.fontManager
    listed = {entry.fname for entry in manager.ttflist}
    # Matplotlib keeps its list of fonts from one day to the next: those that came since are not in it.
    for path in sorted(set(font_manager.findSystemFonts()) - listed):
        with contextlib.suppress(Exception):  # a file that is no font, or of a kind that it cannot read
            manager.addfont(path)
    installed = {entry.name for entry in manager.ttflist}
    chosen: list[str] = []
    known = set(_coverage(BASE_FAMILY))
    for name in FALLBACK_FAMILIES:
        if name in installed and len(_coverage(name) - known) >= 40:
            chosen.append(name)
            known |= _coverage(name)
    return tuple(chosen)
