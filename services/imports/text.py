"""Turn the bytes of a stranger's file into text that is safe to keep and to show, or say what they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.domain.errors.playlists import DamagedFileError, UnknownFormatError
from services.domain.letters import UNWANTED, beginning
from services.domain.messages import Damage, Fault, Look, Note, NoteKind, Shape
from services.imports.code_pages import WESTERN
from services.imports.encodings import (
    PAGE_NAMES,
    declared_page,
    escaped_page,
    guess_code_page,
    undo_everywhere,
)
from services.imports.formats import MAX_NAME_CHARS, MAX_TEXT_CHARS, TEXT

_INVISIBLE = re.compile(
    "[\\s\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u2060-\u2065\u3164\ufe00-\ufe0f\uffa0]+"
)
"""What shows nothing: a name of nothing else is no name."""
_SPACES = re.compile(r"\s{2,}|[\u00a0\u2007\u202f]")
_EXTENSION = re.compile(
    r"\.(csv|tsv|txt|jsonl?|zip|xml|nml|xspf|jspf|m3u8?|pls|html?|md|spotdl)$", re.IGNORECASE
)


def clean_text(text: str, limit: int = MAX_TEXT_CHARS) -> str:
    """Return `text` on one line, without control characters, at most `limit` characters long."""
    text = text.strip()
    if not text.isprintable():
        text = _SPACES.sub(" ", UNWANTED.sub(" ", text)).strip()
        if not _INVISIBLE.sub("", text):
            return ""
    if len(text) > limit:
        text = beginning(text, limit - 1) + "…"
    return text


DASHES = "-–—‒―−－"
"""As people and keyboards write them; the first stands for itself in a class of characters."""
_MARK_LETTERS = ("ï»¿", "Ôªø", "п»ї", "\ufeff")
"""The byte order mark of UTF-8 read as Windows-1252, Mac Roman and Windows-1251, and itself."""


def without_letters_of_mark(text: str) -> str:
    """Return `text` without a byte order mark in front, even one that was turned into letters."""
    for mark in _MARK_LETTERS:
        text = text.removeprefix(mark)
    return text


def playlist_name(filename: str) -> str:
    """Derive a playlist's name from the name of its file; never a path, never empty.

    Exporters write underscores for spaces, so they become spaces again where there are no real ones.
    """
    base = clean_text(re.split(r"[/\\]", filename)[-1], limit=10 * MAX_NAME_CHARS)
    base = _EXTENSION.sub("", base).strip(" .")
    if " " not in base:
        base = base.replace("_", " ").strip()
    return clean_text(base, MAX_NAME_CHARS) or "Uploaded playlist"


def same_name(left: str, right: str) -> bool:
    """Whether two playlist names are equal for a person: case and spacing do not count."""
    return plain_name(left) == plain_name(right)


def plain_name(name: str) -> str:
    """Reduce a playlist's name to what tells it from others."""
    return " ".join(name.split()).casefold()


_SIGNATURES: tuple[tuple[bytes, Look], ...] = (
    (b"\x89PNG", Look.PICTURE),
    (b"\xff\xd8\xff", Look.PICTURE),
    (b"GIF8", Look.PICTURE),
    (b"BM\x00", Look.PICTURE),
    (b"II*\x00", Look.PICTURE),
    (b"MM\x00*", Look.PICTURE),
    (b"%PDF", Look.PDF),
    (b"%!PS", Look.POSTSCRIPT),
    (b"{\\rtf", Look.RICH_TEXT),
    (b"\xd0\xcf\x11\xe0", Look.OLD_OFFICE),
    (b"\x7fELF", Look.PROGRAM),
    (b"\xcf\xfa\xed\xfe", Look.PROGRAM),
    (b"\xca\xfe\xba\xbe", Look.PROGRAM),
    (b"ID3", Look.SOUND),
    (b"\xff\xfb", Look.SOUND),
    *((start, Look.SOUND) for start in (b"\xff\xf2", b"\xff\xf3", b"\xff\xfa", b"OggS")),
    (b"fLaC", Look.SOUND),
    (b"\x1aE\xdf\xa3", Look.VIDEO),
    (bytes.fromhex("3026b2758e66cf11"), Look.VIDEO_OR_SOUND),  # Windows Media
    *((start, Look.SOUND) for start in (b"MThd", b"#!AMR", b"wvPk")),
    (b"SQLite format 3\x00", Look.DATABASE),
)
_ARCHIVES: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "RAR"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_TAR_AT, _TAR = 257, b"ustar"
_RIFF = {b"WAVE": Look.SOUND, b"WEBP": Look.PICTURE, b"AVI ": Look.VIDEO}
_MARKUP = re.compile(r"\s*<(!doctype html|html|head|body|\?xml|svg|plist|!--)", re.IGNORECASE)
_FORGIVEN_CONTROLS = 4
_PADDING = b"\x00\x1a"
"""What old programs and disks write behind the end of a text."""
_CONTROLS_OF_TEXT = b"\t\n\x0c\r\x1a"
_FIRST_PRINTABLE = 32
_BLOCK_BYTES = 256 * 1024
"""Looked at together: small enough for the processor's cache."""


def is_zip(content: bytes) -> bool:
    """Whether the content begins as a ZIP archive does."""
    return content.startswith(_ZIP)


def other_archive(content: bytes) -> str | None:
    """Name the kind of an archive that is no ZIP, or None."""
    for signature, kind in _ARCHIVES:
        if content.startswith(signature):
            return kind
    return "tar" if content[_TAR_AT : _TAR_AT + 5] == _TAR else None


def foreign_kind(content: bytes) -> Look | None:
    """Name what the content is if it surely is no text with tracks, else None.

    Only bytes count, so a picture called `songs.csv` is a picture.
    """
    for signature, kind in _SIGNATURES:
        if content.startswith(signature):
            return kind
    if content.startswith(b"MZ") and b"\x00" in content[:128]:
        return Look.PROGRAM
    if content.startswith(b"RIFF"):
        return _RIFF.get(content[8:12], Look.MEDIA)
    if content.startswith(b"FORM") and content[8:11] == b"AIF":
        return Look.SOUND
    if content[4:8] == b"ftyp":
        return Look.VIDEO_OR_SOUND
    return None


def markup_kind(text: str) -> Look | None:
    """Name what begins with a tag: a web page or XML, else None."""
    markup = _MARKUP.match(text[:512])
    if markup is None:
        return None
    return Look.XML if markup[1].lower() in {"?xml", "plist", "svg"} else Look.WEB_PAGE


def count_bytes(content: bytes, wanted: bytes) -> int:
    """Count the bytes of `content` that are one of `wanted`, several times faster than `bytes.count`."""
    return sum(
        int(np.count_nonzero(block == value)) for block in _blocks(content) for value in sorted(set(wanted))
    )


def _count_controls(content: bytes) -> int:
    return sum(int(np.count_nonzero(block < _FIRST_PRINTABLE)) for block in _blocks(content))


def _blocks(content: bytes) -> Iterator[NDArray[np.uint8]]:
    values = np.frombuffer(content, np.uint8)
    return (values[start : start + _BLOCK_BYTES] for start in range(0, len(values), _BLOCK_BYTES))


def is_binary(content: bytes) -> bool:
    """Whether too many control characters stand in the content for it to be text.

    NUL bytes count as well; call this after UTF-16 has been ruled out.
    """
    forgiven = max(_FORGIVEN_CONTROLS, len(content) // 50)
    control = _count_controls(content)
    return control > forgiven and control - count_bytes(content, _CONTROLS_OF_TEXT) > forgiven


_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_LONGEST_CUT = 3
"""Most bytes that a UTF-8 character can lack its end by."""
_SAMPLE = 4096
_FEWEST_NULS = 0.2
"""Of the pairs of bytes in text of another script: its digits, commas and line ends have one."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with what has to be said about how it was read."""

    text: str
    notes: tuple[Note, ...] = ()


def decode(content: bytes) -> Decoded:
    """Return the text of `content` without byte order mark and NUL characters.

    Raises
    ------
    UnknownFormatError
        The content is a picture, a document, a program or other data, whatever the file is called.
    DamagedFileError
        The text breaks off in the middle of a character.
    """
    kind = foreign_kind(content)
    if kind:
        raise UnknownFormatError(Shape(kind))
    encoding = _utf16(content)
    if encoding:
        text, notes = _decode_utf16(content, encoding)
    elif escaped := escaped_page(content):
        text = content.decode(escaped, errors="replace")
        notes = (Note(NoteKind.CODE_PAGE, names=(PAGE_NAMES[escaped],)),)
    else:
        content = content.rstrip(_PADDING)
        if is_binary(content):
            raise UnknownFormatError(Shape(Look.NO_TEXT))
        text, notes = _decode_bytes(content)
    text = without_letters_of_mark(text)
    mended = undo_everywhere(text)
    if mended is not None:
        text, notes = mended, (*notes, Note(NoteKind.ENCODED_TWICE))
    nuls = text.count("\x00")
    if nuls:
        text = text.replace("\x00", "")
        notes = (*notes, Note(NoteKind.NUL_CHARACTERS, count=nuls))
    return Decoded(text, notes)


def _utf16(content: bytes) -> str | None:
    """Recognise UTF-16 by its mark, or without one by NULs at one side of its pairs alone."""
    if content.startswith(_UTF16_MARKS):
        return "utf-16"
    sample = content[:_SAMPLE]
    half = len(sample) // 2
    if half < 4:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > 0.7 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.7 * half and odd < 0.1 * half:
        return "utf-16-be"
    one_sided = max(even, odd) > _FEWEST_NULS * half and not min(even, odd) and len(content) % 2 == 0
    if not one_sided:
        return None
    return "utf-16-le" if odd else "utf-16-be"


def _decode_utf16(content: bytes, encoding: str) -> tuple[str, tuple[Note, ...]]:
    if len(content) % 2:
        raise DamagedFileError(TEXT, Damage(Fault.CUT_CHARACTER))
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        damage = Damage(Fault.NOT_UTF16, count=error.start + 1)
    else:
        control = sum(1 for character in text[:_SAMPLE] if character < " " and character not in "\t\n\r\x00")
        if control * 50 > min(len(text), _SAMPLE):
            raise UnknownFormatError(Shape(Look.NO_TEXT))
        return text, ()
    raise DamagedFileError(TEXT, damage)


def _decode_bytes(content: bytes) -> tuple[str, tuple[Note, ...]]:
    try:
        return content.decode("utf-8-sig"), ()
    except UnicodeDecodeError as error:
        start, reason = error.start, error.reason
    mended = content.decode("utf-8-sig", errors="replace")
    lost = mended.count("\ufffd")
    real = len(mended) - len(mended.encode("ascii", errors="ignore")) - lost
    if real and reason == "unexpected end of data" and start >= len(content) - _LONGEST_CUT:
        raise DamagedFileError(TEXT, Damage(Fault.CUT_CHARACTER))
    if real > lost:  # UTF-8 with a few broken places; another encoding would spoil all the rest
        return mended, (Note(NoteKind.REPLACED_CHARACTERS, count=lost),)
    declared = declared_page(content)
    if declared is not None:
        return content.decode(declared), ()
    page = guess_code_page(content)
    if page is None:
        return content.decode(WESTERN.name, errors="replace"), (Note(NoteKind.UNREADABLE_NAMES),)
    named = PAGE_NAMES.get(page)
    note = Note(NoteKind.CODE_PAGE, names=(named,)) if named else Note(NoteKind.WINDOWS_1252)
    return content.decode(page, errors="replace"), (note,)
