"""Kinds of files by their first bytes, and what the tags of a file say."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import numpy as np
import pytest

from sandbox.sounds import encode, encode_m4a, tagged_mp3
from services.audio.tags import read_tags, track_of
from services.domain.features import AudioFeatures
from services.domain.music import Track
from services.domain.sound import Sound, SoundKind, SoundReading, SoundTags, may_hold_sound, sound_kind

MBID = "b1a9c0e9-d987-4042-ae91-78d6a3267d69"
SOUND = Sound(
    kind=SoundKind.MP3,
    reading=SoundReading(
        digest="0" * 64,
        length_s=180.25,
        rate_hz=44_100,
        channels=2,
        loudness_lufs=-9.1,
        true_peak_db=-0.3,
        tempo=None,
        key=None,
    ),
)


def noise(kind: str) -> bytes:
    return encode(np.random.default_rng(0).uniform(-0.5, 0.5, (48_000, 2)), 48_000, kind)


@pytest.mark.parametrize("start", ["fffb9064", "fffa9064", "fff38464", "fff28464", "ffe38464", "ffe28464"])
def test_every_sync_of_layer_three_is_an_mp3(start: str) -> None:
    assert sound_kind(bytes.fromhex(start) + bytes(100)) is SoundKind.MP3


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfet\x00i\x00t\x00l\x00e\x00",  # UTF-16
        b"\xff\xd8\xff\xe0 a picture",
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
        b"OggS" + bytes(60),
        b"title,artist\n",
        b"",
        b"\xff",
    ],
)
def test_what_is_no_sound_is_not_taken_for_it(content: bytes) -> None:
    assert sound_kind(content) is None


@pytest.mark.parametrize("brand", [b"M4A ", b"mp42", b"isom"])
def test_mp4_and_aac_are_recognised(brand: bytes) -> None:
    assert sound_kind(b"\x00\x00\x00\x20ftyp" + brand + bytes(20)) is SoundKind.MP4
    assert sound_kind(b"\xff\xf1\x50\x80\x2e\x7f\xfc\x21") is SoundKind.MP4


def test_a_tag_before_another_format_is_passed_over() -> None:
    assert sound_kind(tagged_mp3(noise("flac"), TIT2="x")) is SoundKind.FLAC
    assert sound_kind(tagged_mp3(noise("mp3"), TIT2="x")) is SoundKind.MP3


def packed(name: str, content: bytes, method: int) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", method) as archive:
        archive.writestr("notes.txt", "hello")
        archive.writestr(name, content)
    return into.getvalue()


def test_an_archive_with_sound_is_told_without_unpacking_it() -> None:
    assert may_hold_sound(packed("a.MP3", noise("mp3"), zipfile.ZIP_DEFLATED))
    assert may_hold_sound(packed("nameless", noise("ogg"), zipfile.ZIP_STORED))
    assert not may_hold_sound(packed("list.csv", b"title,artist\n", zipfile.ZIP_DEFLATED))
    assert not may_hold_sound(b"title,artist\n")


def test_reads_id3() -> None:
    tags = read_tags(
        tagged_mp3(
            noise("mp3"), TIT2="Song — Ä", TPE1="Somebody", TALB="Album", TCON="Dub", TSRC="QZABC2500001",
            TBPM="124", TKEY="8A", TDRC="2019-03-01", UFID=MBID,
        )
    )  # fmt: skip
    assert tags == SoundTags(
        title="Song — Ä",
        artists=("Somebody",),
        album="Album",
        genres=("dub",),
        isrc="QZABC2500001",
        recording_id=MBID,
        year=2019,
        tempo_bpm=124.0,
        key="8A",
    )


def test_a_tag_of_1900_says_that_no_year_is_known() -> None:
    assert read_tags(tagged_mp3(noise("mp3"), TIT2="Song", TDRC="1900-01-01")).year is None


def comments(kind: str, **fields: str) -> bytes:
    """Write a file with Vorbis comments, by hand where libsndfile knows no field."""
    import soundfile

    into = io.BytesIO()
    with soundfile.SoundFile(into, "w", 44_100, 1, format=kind) as file:
        for name, value in fields.items():
            setattr(file, name, value)
        file.write(np.zeros(44_100))
    return into.getvalue()


@pytest.mark.parametrize("kind", ["OGG", "FLAC"])
def test_reads_vorbis_comments(kind: str) -> None:
    tags = read_tags(comments(kind, title="Song", artist="Somebody", album="Album", genre="Dub"))
    assert (tags.title, tags.artists, tags.album, tags.genres) == ("Song", ("Somebody",), "Album", ("dub",))


def test_reads_the_atoms_of_m4a() -> None:
    pytest.importorskip("av")
    tone = np.sin(np.arange(48_000) / 20)
    file = encode_m4a(tone, 48_000, title="Søng", artist="Somebody", album="Album", genre="Dub", date="2019")
    assert sound_kind(file) is SoundKind.MP4
    tags = read_tags(file)
    assert (tags.title, tags.artists, tags.album) == ("Søng", ("Somebody",), "Album")
    assert (tags.genres, tags.year) == (("dub",), 2019)


def vorbis_comment_block(fields: dict[str, str]) -> bytes:
    entries = [f"{name}={value}".encode() for name, value in fields.items()]
    body = (4).to_bytes(4, "little") + b"test" + len(entries).to_bytes(4, "little")
    return body + b"".join(len(each).to_bytes(4, "little") + each for each in entries)


def test_reads_what_only_djs_and_taggers_write() -> None:
    plain = noise("flac")
    block = vorbis_comment_block(
        {
            "TITLE": "Song",
            "ISRC": "qz-abc-25-00001",
            "BPM": "124,5",
            "INITIALKEY": "Am",
            "MUSICBRAINZ_TRACKID": MBID,
        }
    )
    header = bytes([4]) + len(block).to_bytes(3, "big")
    first = plain[:42]  # the mark and the block that describes the stream
    rest = plain[42:]
    tags = read_tags(first[:4] + bytes([first[4] & 0x7F]) + first[5:] + header + block + rest)
    assert (tags.isrc, tags.tempo_bpm, tags.key, tags.recording_id) == ("QZABC2500001", 124.5, "Am", MBID)


def test_tags_that_lie_or_break_are_none() -> None:
    assert read_tags(b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + b"TIT2" + bytes(20)).title == ""
    tags = read_tags(
        tagged_mp3(noise("mp3"), TIT2="a\x00b\u202ec\n" + "x" * 900, TBPM="9000", TSRC="nonsense")
    )
    assert tags.tempo_bpm is None
    assert tags.isrc is None
    assert len(tags.title) <= 300
    assert tags.title.isprintable()


@pytest.mark.parametrize(
    ("filename", "label"),
    [
        ("07 - Somebody - A song.mp3", "Somebody – A song"),
        ("03. A song.flac", "A song"),
        ("my_demo_take_2.wav", "my demo take 2"),
        ("1999.mp3", "1999"),
        ("C:\\music\\Somebody - A song.ogg", "Somebody – A song"),
        (".mp3", ".mp3"),
        ("\u202e\x00", "Untitled sound file"),
    ],
)
def test_a_file_without_tags_is_called_after_its_name(filename: str, label: str) -> None:
    assert track_of(filename, SoundTags(), SOUND, AudioFeatures()).label == label


def test_tags_come_before_the_name_and_never_count_as_measured() -> None:
    tags = SoundTags(title="Song", artists=("Somebody",), isrc="QZABC2500001")
    track: Any = track_of("x - y.mp3", tags, SOUND, AudioFeatures(tempo=120.0))
    assert isinstance(track, Track)
    assert (track.label, track.isrc, track.duration_ms) == ("Somebody – Song", "QZABC2500001", 180_250)
    assert track.uploaded == AudioFeatures(tempo=120.0)


@pytest.mark.parametrize("content", [b"RF64" + bytes(400), b"FORM" + bytes(400), b"", b"ID3"])
def test_a_file_whose_kind_the_reader_of_tags_does_not_know_has_none(content: bytes) -> None:
    assert read_tags(content) == SoundTags()
