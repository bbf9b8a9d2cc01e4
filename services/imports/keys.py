"""Read a musical key in any notation: note names of many languages, Camelot, Open Key, pitch classes.

What one cell leaves open, its column may tell (`KeyReader`): where minors carry an m, a bare note is
major; where notes are written in both sizes, the small ones are minor; where an H or a German mode
occurs, B is B flat.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

MAJOR, MINOR = 1.0, 0.0


class Tonality(NamedTuple):
    """Pitch class 0..11 and mode (1 major, 0 minor), each None where not told."""

    key: float | None
    mode: float | None


UNTOLD = Tonality(None, None)

_NOTES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11, "h": 11}
_GERMAN = {"cis": 1, "des": 1, "dis": 3, "es": 3, "fes": 4, "eis": 5, "fis": 6, "ges": 6, "gis": 8}
_GERMAN |= {"as": 8, "ais": 10, "ces": 11, "his": 0}
_NORTHERN = {name + end: pitch for name, pitch in _GERMAN.items() for end in ("s", "z")}
"""As German, in Swedish with another s, in Hungarian with a z."""
_DEGREES = (0, 2, 4, 5, 7, 9, 11)
_SYLLABLES = (
    "do re mi fa sol la si",
    "ut re mi fa so la ti",
    "до ре ми фа соль ля си",
    "до ре мі фа соль ля сі",
    "ντο ρε μι φα σολ λα σι",
    "đô rê mi pha son la si",
    "ハ ニ ホ ヘ ト イ ロ",
    "다 라 마 바 사 가 나",
)
_SHARPS = "♯ # sharp diese diesis sostenido sustenido diez diyez диез дієз δίεση thăng 嬰 升 올림"
_FLATS = "♭ b flat bemol bemolle bemoll бемоль ύφεση giáng 変 變 降 내림"
_AHEAD = "♯ # ♭ 嬰 升 올림 変 變 降 내림"
"""Accidentals that stand in front of their note."""
_MAJORS = (
    "major maj dur majeur mayor maggiore maior duuri duur mažors groot grote мажор ματζόρε μείζονα trưởng"
)
_MAJORS += " 長調 メジャー 장조 메이저 大调 大調"
_MINORS = "minor min m moll mineur menor minore minors mol molli klein kleine минор мінор μινόρε ελάσσονα thứ"
_MINORS += " 短調 マイナー 단조 마이너 小调 小調"
_GERMAN_MODES = frozenset({"dur", "moll", "mol", "duuri", "molli", "duur"})
"""Where one of these stands, H is B and B is B flat."""


def _unaccented(text: str) -> str:
    if text.isascii():
        return text.strip()
    spread = unicodedata.normalize("NFKD", text)
    bare = "".join(character for character in spread if not unicodedata.combining(character))
    return unicodedata.normalize("NFC", bare).strip()


def _words(listed: str) -> tuple[str, ...]:
    return tuple(_unaccented(listed).split())


_PITCHES = {**_NOTES, **_GERMAN, "bes": 10, **_NORTHERN}
_PITCHES |= {
    name: pitch for listed in _SYLLABLES for name, pitch in zip(_words(listed), _DEGREES, strict=True)
}
_SHIFTS = {**dict.fromkeys(_words(_SHARPS), 1), **dict.fromkeys(_words(_FLATS), -1)}
_MODES = {**dict.fromkeys(_words(_MAJORS), MAJOR), **dict.fromkeys(_words(_MINORS), MINOR)}
_CASED = frozenset(_NOTES) | frozenset(_GERMAN) | {"bes"}
"""Notes that some write in small letters for minor keys."""


def _any_of(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


_SEPARATORS = re.compile(r"[\s()\[\]/|,;:=·・、–—-]+")
_CODE = re.compile(r"(?P<hour>1[0-2]|0?[1-9])\s*(?P<letter>[abdm])(?!\w)", re.IGNORECASE)
_NOTE = re.compile(
    rf"(?:(?P<ahead>{_any_of(_words(_AHEAD))})\s*)?"
    rf"(?P<note>{_any_of(_PITCHES)})(?:[\s-]*(?P<shift>{_any_of(_SHIFTS)}))?"
    rf"(?:[\s-]*(?P<mode>{_any_of(_MODES)})(?:\.|[ -]terts)?)?(?!\w)",
    re.IGNORECASE,
)
_ENERGY = re.compile(r"[\s/–-]*energy\s*\d{1,2}", re.IGNORECASE)
"""What Mixed In Key writes behind a key."""
_BARE_ENERGY = re.compile(r"\s*[\s/–-]\s*(?:10|[1-9])(?:\s*/\s*10)?\s*$")
"""The same in short: `8A-7`."""
_LONGEST_KEY = 60
"""Characters; the longest names of keys in two notations are half as long."""
_FIRST_CAMELOT = {"a": 8, "b": 11}
"""Pitch class of 1A (A flat minor) and 1B (B major); each hour further is a fifth up."""
_FIRST_OPEN_KEY = {"m": 9, "d": 0}
"""Pitch class of 1m (A minor) and 1d (C major)."""


class _Part(NamedTuple):
    """One name of a key in a cell, as it is written."""

    key: int
    mode: float | None
    note: str = ""
    """The note in lower case, without its accidental; nothing for a code."""
    shifted: bool = False
    mode_word: str = ""
    is_small: bool = False
    """Whether the note is written in small letters."""


def read_mode(cell: str) -> float | None:
    """Read a mode as 1/0 or as a word: `Major`, `moll`, `m`; a lone `M` is major."""
    word = cell.strip()
    if word == "M":
        return MAJOR
    told = _MODES.get(_unaccented(word).casefold())
    if told is not None:
        return told
    try:
        value = float(word)
    except ValueError:
        return None
    return value if value in {MAJOR, MINOR} else None


def read_key(cell: str) -> Tonality:
    """Read a key by what its own cell tells: a bare note has no mode, and B is B natural."""
    return KeyReader((cell,)).read(cell)


class KeyReader:
    """Reads the keys of one column by what all its cells together tell."""

    def __init__(self, column: Iterable[str]) -> None:
        different = dict.fromkeys(column)
        beyond = [int(cell) > 11 for cell in different if cell.isdecimal()]
        says_more = any(cell.strip() and not cell.isdecimal() for cell in different)
        self.are_keys = says_more or not beyond or 2 * sum(beyond) < len(beyond)
        """Whether these may be keys at all: programs call their own numbers of tracks keys as well."""
        seen = [part for cell in different for part in _parts(cell)]
        notes = [part for part in seen if part.note]
        self._bare_is_major = any(part.mode == MINOR for part in notes)
        sizes = {part.is_small for part in notes if part.mode is None and part.note in _CASED}
        self._small_is_minor = len(sizes) == 2 and not self._bare_is_major
        self._german = any(
            part.note == "h" or part.note in _GERMAN or part.mode_word in _GERMAN_MODES for part in notes
        )

    def read(self, cell: str) -> Tonality:
        """Return the key of a cell; of a key and its relative (`Am/C`) the first counts."""
        value = _pitch_class(cell)
        if value is not None:
            return Tonality(value, None) if self.are_keys else UNTOLD
        parts = _parts(cell)
        if not parts:
            return UNTOLD
        told = [self._tonality(part) for part in parts]
        first = told[0]
        modes = {each.mode for each in told if each.mode is not None}
        if len({each.key for each in told}) == 1 and len(modes) <= 1:
            return Tonality(first.key, self._mode(modes.pop() if modes else None))
        settled = [Tonality(each.key, self._mode(each.mode)) for each in told]
        return settled[0] if len({_hour(each) for each in settled}) == 1 else UNTOLD

    def _tonality(self, part: _Part) -> Tonality:
        flat = self._german and part.note == "b" and not part.shifted
        told = part.mode
        if told is None and self._small_is_minor and part.note in _CASED:
            told = MINOR if part.is_small else MAJOR
        return Tonality(float((part.key - flat) % 12), told)

    def _mode(self, told: float | None) -> float | None:
        return MAJOR if told is None and self._bare_is_major else told


def _hour(tonality: Tonality) -> float | None:
    """Return the pitch class of the major key with the same signature; None where the mode is open."""
    if tonality.key is None or tonality.mode is None:
        return None
    return tonality.key if tonality.mode == MAJOR else (tonality.key + 3) % 12


def _pitch_class(cell: str) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if 0 <= value <= 11 and value == int(value) else None


def _parts(cell: str) -> list[_Part]:
    """Return every name of a key that a cell holds, or none if it holds anything else."""
    if len(cell) > _LONGEST_KEY:
        return []
    text = _ENERGY.sub("", _unaccented(cell))
    parts: list[_Part] = []
    at = 0
    while at < len(text):
        gap = _SEPARATORS.match(text, at)
        if gap:
            at = gap.end()
            continue
        found = _CODE.match(text, at) or _NOTE.match(text, at)
        if not found:
            return []
        parts.append(_of_code(found) if found.re is _CODE else _of_note(found))
        at = found.end()
        energy = _BARE_ENERGY.match(text, at)
        at = energy.end() if energy else at
    return parts


def _of_code(found: re.Match[str]) -> _Part:
    letter, steps = found["letter"].lower(), 7 * (int(found["hour"]) - 1)
    if letter in _FIRST_CAMELOT:
        return _Part((_FIRST_CAMELOT[letter] + steps) % 12, MAJOR if letter == "b" else MINOR)
    return _Part((_FIRST_OPEN_KEY[letter] + steps) % 12, MAJOR if letter == "d" else MINOR)


def _of_note(found: re.Match[str]) -> _Part:
    note, word = found["note"].lower(), found["mode"] or ""
    shift = (found["ahead"] or found["shift"] or "").lower()
    told = MAJOR if word == "M" else _MODES.get(word.lower())
    pitch = (_PITCHES[note] + _SHIFTS.get(shift, 0)) % 12
    return _Part(pitch, told, note, bool(shift), word.lower(), found["note"][0].islower())
