"""Turn bytes into text: UTF-8 first, then UTF-16, then Windows-1252, and say what was guessed."""

from __future__ import annotations

from dataclasses import dataclass

from services.domain.errors.uploads import DamagedFileError, UnknownFormatError
from services.imports.cleaning import count_of
from services.imports.formats import TEXT
from services.imports.kinds import foreign_kind, is_binary

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_LONGEST_CUT = 3
"""Most bytes that a UTF-8 character can lack its end by."""
_SAMPLE = 4096


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with plain sentences about how it was read."""

    text: str
    notes: tuple[str, ...] = ()


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
        raise UnknownFormatError(looks_like=kind)
    encoding = _utf16(content)
    if encoding:
        text, notes = _decode_utf16(content, encoding)
    else:
        if is_binary(content):
            raise UnknownFormatError(looks_like="data that is no text")
        text, notes = _decode_bytes(content)
    text = text.removeprefix("\ufeff")
    nuls = text.count("\x00")
    if nuls:
        text = text.replace("\x00", "")
        notes = (
            *notes,
            f"{count_of(nuls, 'NUL character')} in the file {'was' if nuls == 1 else 'were'} ignored.",
        )
    return Decoded(text, notes)


def _utf16(content: bytes) -> str | None:
    """Recognise UTF-16 by its mark, or by NULs at every second place (Latin text without a mark)."""
    if content.startswith(_UTF16_MARKS):
        return "utf-16"
    sample = content[:_SAMPLE]
    half = len(sample) // 2
    if half < 4:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > 0.7 * half and even < 0.1 * half:
        return "utf-16-le"
    return "utf-16-be" if even > 0.7 * half and odd < 0.1 * half else None


def _decode_utf16(content: bytes, encoding: str) -> tuple[str, tuple[str, ...]]:
    if len(content) % 2:
        raise DamagedFileError(format=TEXT, problem="the file breaks off in the middle of a character")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        problem = f"byte {error.start + 1:,} cannot be read as UTF-16"
    else:
        control = sum(1 for character in text[:_SAMPLE] if character < " " and character not in "\t\n\r\x00")
        if control * 50 > min(len(text), _SAMPLE):
            raise UnknownFormatError(looks_like="data that is no text")
        return text, ()
    raise DamagedFileError(format=TEXT, problem=problem)


def _decode_bytes(content: bytes) -> tuple[str, tuple[str, ...]]:
    try:
        return content.decode("utf-8-sig"), ()
    except UnicodeDecodeError as error:
        start, reason = error.start, error.reason
    mended = content.decode("utf-8-sig", errors="replace")
    lost = mended.count("\ufffd")
    real = len(mended) - len(mended.encode("ascii", errors="ignore")) - lost
    if real and reason == "unexpected end of data" and start >= len(content) - _LONGEST_CUT:
        raise DamagedFileError(format=TEXT, problem="the file breaks off in the middle of a character")
    if real > lost:  # UTF-8 with a few broken places; another encoding would spoil all the rest
        unreadable = count_of(lost, "unreadable character")
        return mended, (f"{unreadable} {'was' if lost == 1 else 'were'} replaced by \ufffd.",)
    note = "The file is not in UTF-8, so it was read as Windows-1252; some accents may look wrong."
    return content.decode("cp1252", errors="replace"), (note,)
