"""Say what a file is that is no table, judged by its first bytes: "a picture", "a PDF document"."""

from __future__ import annotations

import re

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"BM\x00", "a picture"),
    (b"II*\x00", "a picture"),
    (b"MM\x00*", "a picture"),
    (b"%PDF", "a PDF document"),
    (b"%!PS", "a PostScript document"),
    (b"{\\rtf", "a rich text document"),
    (b"\xd0\xcf\x11\xe0", "an old Office document (save it as CSV first)"),
    (b"\x7fELF", "a program"),
    (b"\xcf\xfa\xed\xfe", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"ID3", "a sound file"),
    (b"\xff\xfb", "a sound file"),
    (b"OggS", "a sound file"),
    (b"fLaC", "a sound file"),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"SQLite format 3\x00", "a database"),
    (b"#EXTM3U", "an M3U playlist, which holds file paths and no Spotify tracks"),
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
_RIFF = {b"WAVE": "a sound file", b"WEBP": "a picture", b"AVI ": "a video"}
_MARKUP = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?\s*<(!doctype html|html|head|body|\?xml|svg|plist|!--)", re.IGNORECASE
)
_FORGIVEN_CONTROLS = 4
_CONTROL = bytes(set(range(32)) - {9, 10, 12, 13, 26})


def is_zip(content: bytes) -> bool:
    """Whether the content begins as a ZIP archive does."""
    return content.startswith(_ZIP)


def other_archive(content: bytes) -> str | None:
    """Name the kind of an archive that is no ZIP, or None."""
    for signature, kind in _ARCHIVES:
        if content.startswith(signature):
            return kind
    return "tar" if content[_TAR_AT : _TAR_AT + 5] == _TAR else None


def foreign_kind(content: bytes) -> str | None:
    """Name what the content is if it surely is no text with tracks, else None.

    Only bytes count, so a picture called `songs.csv` is a picture.
    """
    for signature, kind in _SIGNATURES:
        if content.startswith(signature):
            return kind
    if content.startswith(b"MZ") and b"\x00" in content[:128]:
        return "a program"
    if content.startswith(b"RIFF"):
        return _RIFF.get(content[8:12], "a media file")
    if content[4:8] == b"ftyp":
        return "a video or sound file"
    markup = _MARKUP.match(content[:512])
    if markup:
        word = markup[1].lower()
        return "an XML file" if word in {b"?xml", b"plist", b"svg"} else "a web page"
    return None


def is_binary(content: bytes) -> bool:
    """Whether too many control characters stand in the content for it to be text.

    NUL bytes count as well; call this after UTF-16 has been ruled out.
    """
    control = len(content) - len(content.translate(None, _CONTROL))
    return control > max(_FORGIVEN_CONTROLS, len(content) // 50)
