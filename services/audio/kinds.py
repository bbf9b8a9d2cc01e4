"""Tell by its first bytes whether a file is sound, and of which kind. Names are never asked."""

from __future__ import annotations

import re

from services.domain.sound import SoundKind

_HEAD = 64
_OGG = {b"\x01vorbis": SoundKind.VORBIS, b"OpusHead": SoundKind.OPUS, b"\x7fFLAC": SoundKind.FLAC}
_RIFF = (b"RIFF", b"RF64", b"RIFX")
_ADTS = (b"\xff\xf1", b"\xff\xf9", b"\xff\xf0", b"\xff\xf8")
_MP4_BRANDS = (b"M4A ", b"M4B ", b"M4P ", b"mp41", b"mp42", b"isom", b"iso2", b"iso5", b"iso6", b"dash")
_NAMES = re.compile(rb"\.(mp3|ogg|oga|opus|flac|wav|wave|aiff?|aifc|m4a|mp4|aac)$", re.IGNORECASE)
_MEMBER = re.compile(rb"PK\x03\x04.{22}(?P<name_bytes>..)(?P<extra_bytes>..)", re.DOTALL)
_MOST_MEMBERS = 400
_MOST_TAG_BYTES = 64 * 1024 * 1024


def sound_kind(content: bytes) -> SoundKind | None:
    """Name the kind of a sound file, or None for anything else."""
    head = content[:_HEAD]
    if head.startswith(b"ID3"):
        return _kind_after_tag(content)
    if head.startswith(b"OggS"):
        return next((kind for mark, kind in _OGG.items() if mark in head), None)
    if head.startswith(b"fLaC"):
        return SoundKind.FLAC
    if head[:4] in _RIFF and head[8:12] == b"WAVE":
        return SoundKind.WAV
    if head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"}:
        return SoundKind.AIFF
    if head[4:8] == b"ftyp" and head[8:12] in _MP4_BRANDS:
        return SoundKind.MP4
    if head.startswith(_ADTS) and len(head) > 6:
        return SoundKind.MP4
    return SoundKind.MP3 if is_layer_three(head) else None


def is_layer_three(head: bytes) -> bool:
    """Whether a frame of MPEG 1, 2 or 2.5 layer III begins here (`FF FE` begins a text in UTF-16)."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bitrate, rate = head[2] >> 4, head[2] >> 2 & 3
    return version != 1 and layer == 1 and bitrate not in {0, 15} and rate != 3


def may_hold_sound(content: bytes) -> bool:
    """Whether a file is sound, or an archive in which something is called like sound or begins like it.

    A look at the headers of the archive, nothing is unpacked: enough to decide that it is not kept.
    """
    if not content.startswith(b"PK\x03\x04"):
        return sound_kind(content) is not None
    for number, member in enumerate(_MEMBER.finditer(content)):
        if number >= _MOST_MEMBERS:
            return True
        begin = member.end()
        end = begin + int.from_bytes(member["name_bytes"], "little")
        inside = end + int.from_bytes(member["extra_bytes"], "little")
        if _NAMES.search(content[begin:end]) or sound_kind(content[inside : inside + _HEAD]) is not None:
            return True
    return False


def _kind_after_tag(content: bytes) -> SoundKind:
    """Look behind an ID3 tag: programs put one before FLAC, WAV and AAC as well."""
    at = 0
    while content[at : at + 3] == b"ID3" and len(content) >= at + 10 and at < _MOST_TAG_BYTES:
        size = content[at + 6 : at + 10]
        at += 10 + (size[0] << 21 | size[1] << 14 | size[2] << 7 | size[3])
    rest = content[at : at + _HEAD]
    if rest[:3] == b"ID3" or not rest:
        return SoundKind.MP3
    return sound_kind(rest) or SoundKind.MP3
