from __future__ import annotations

import io
import json
import struct
import tracemalloc
import zipfile

import pytest

from cogs.words.lists import damage_words, shape_words
from cogs.words.messages import note_lines
from services.domain.errors.playlists import (
    ArchiveRefusedError,
    DamagedFileError,
    EmptyFileError,
    PlaylistNotInFileError,
    UnknownFormatError,
)
from services.imports import archive
from services.imports.upload import read_upload

from .samples import NET_HEADER, UNSAFE_NAMES, net_file, zip_of


def test_exportify_archive_of_several_playlists():
    upload = read_upload(
        zip_of({"road_trip.csv": net_file(2), "sleep.csv": net_file(4), "empty.csv": f"{NET_HEADER}\n"}),
        filename="spotify_playlists.zip",
    )
    assert {playlist.format for playlist in upload} == {"Exportify"}
    assert [(playlist.name, len(playlist.tracks)) for playlist in upload] == [
        ("road trip", 2),
        ("sleep", 4),
    ]
    assert all(
        any(note.endswith("found in them: empty.") for note in note_lines(one.notes)) for one in upload
    )


def test_wanted_playlist_of_an_archive():
    content = zip_of({"road_trip.csv": net_file(2), "sleep.csv": net_file(4), "empty.csv": f"{NET_HEADER}\n"})
    assert [len(playlist.tracks) for playlist in read_upload(content, wanted="Sleep")] == [4]
    with pytest.raises(EmptyFileError):
        read_upload(content, wanted="empty")
    with pytest.raises(PlaylistNotInFileError) as caught:
        read_upload(content, wanted="work")
    assert caught.value.available == ("road trip", "sleep", "empty")


def test_a_damaged_file_among_good_ones_is_named():
    (playlist,) = read_upload(zip_of({"good.csv": net_file(), "bad.csv": net_file() + b'"torn,'}))
    assert playlist.name == "good"
    assert any("bad.csv (line 5: a quote is never closed)" in note for note in note_lines(playlist.notes))


def test_only_damaged_files_are_damage():
    with pytest.raises(DamagedFileError) as caught:
        read_upload(zip_of({"bad.csv": net_file() + b'"torn,'}))
    assert "bad.csv" in damage_words(caught.value.damage)


def test_archive_without_tracks_names_what_is_in_it():
    with pytest.raises(ArchiveRefusedError) as caught:
        read_upload(zip_of({"cat.png": b"\x89PNG1234", "notes.txt": "hello"}))
    assert "cat.png, notes.txt" in damage_words(caught.value.damage)


def test_leftovers_of_macos_and_folders_do_not_count():
    content = zip_of(
        {"x/": b"", "x/a.csv": net_file(), "__MACOSX/x/._a.csv": b"\x00\x05\x16\x07", ".DS_Store": b"\x00"}
    )
    (playlist,) = read_upload(content)
    assert playlist.notes == ()


@pytest.mark.parametrize("name", UNSAFE_NAMES)
def test_path_like_names_are_harmless(name):
    (playlist,) = read_upload(zip_of({name: net_file()}))
    assert playlist.name
    assert not set("/\\\x00\n\u202e") & set(playlist.name)
    assert len(playlist.name) <= 100


def test_bomb_is_stopped_before_it_is_unpacked():
    content = zip_of({"bomb.csv": b"title,artist\n" + b"0" * (200 * 1024 * 1024)})
    assert len(content) < 1024 * 1024
    tracemalloc.start()
    with pytest.raises(ArchiveRefusedError) as caught:
        read_upload(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert damage_words(caught.value.damage)
    assert peak < 80 * 1024 * 1024


def test_small_bombs_are_known_by_their_ratio():
    with pytest.raises(ArchiveRefusedError) as caught:
        read_upload(zip_of({"bomb.csv": b"0" * (20 * 1024 * 1024)}))
    assert "far more" in damage_words(caught.value.damage)


def test_a_lie_about_the_size_does_not_help_a_bomb():
    content = bytearray(zip_of({"bomb.csv": b"0" * (40 * 1024 * 1024)}))
    for signature, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = content.index(signature) + at
        content[place : place + 4] = struct.pack("<I", 100)
    with pytest.raises((ArchiveRefusedError, DamagedFileError)):
        read_upload(bytes(content))


def test_many_small_files_together_are_limited(monkeypatch):
    monkeypatch.setattr(archive, "MAX_UNPACKED_BYTES", 10_000)
    with pytest.raises(ArchiveRefusedError) as caught:
        read_upload(zip_of({f"{n}.csv": net_file(20) for n in range(9)}))
    assert "too large" in damage_words(caught.value.damage)


def test_one_large_member_is_limited(monkeypatch):
    monkeypatch.setattr(archive, "MAX_MEMBER_BYTES", 1000)
    with pytest.raises(ArchiveRefusedError):
        read_upload(zip_of({"a.csv": net_file(20)}, zipfile.ZIP_STORED))


def test_too_many_members():
    with pytest.raises(ArchiveRefusedError) as caught:
        read_upload(zip_of({f"{n}.csv": b"" for n in range(201)}))
    assert "200" in damage_words(caught.value.damage)
    assert read_upload(zip_of({f"{n}.csv": net_file(1) for n in range(200)}))


@pytest.mark.parametrize(
    "inner", [zip_of({"a.csv": net_file()}), b"\x1f\x8b\x08" + bytes(50), b"Rar!\x1a\x07" + bytes(50)]
)
def test_archives_in_archives_are_refused(inner):
    with pytest.raises(ArchiveRefusedError) as caught:
        read_upload(zip_of({"a.csv": net_file(), "b.csv": inner}))
    assert "another archive" in damage_words(caught.value.damage)


def test_password_protection_is_named():
    content = bytearray(zip_of({"a.csv": net_file()}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(ArchiveRefusedError) as caught:
        read_upload(bytes(content))
    assert "password" in damage_words(caught.value.damage)


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_packing_is_refused(compression):
    with pytest.raises(ArchiveRefusedError):
        read_upload(zip_of({"a.csv": net_file()}, compression))


def test_a_wrong_checksum_is_damage():
    content = bytearray(zip_of({"a.csv": net_file(9)}, zipfile.ZIP_STORED))
    content[content.index(b"Glass")] ^= 1
    with pytest.raises(DamagedFileError):
        read_upload(bytes(content))


def test_every_cut_of_an_archive_is_damage():
    content = zip_of({"a.csv": net_file(3)})
    for length in range(4, len(content) - 1):
        with pytest.raises(DamagedFileError):
            read_upload(content[:length])


@pytest.mark.parametrize(
    ("name", "words"),
    [("xl/workbook.xml", "Excel"), ("word/document.xml", "Word"), ("mimetype", "OpenDocument")],
)
def test_office_files_are_named_not_searched(name, words):
    with pytest.raises(UnknownFormatError) as caught:
        read_upload(zip_of({"[Content_Types].xml": "<x/>", name: "<x/>", "list.csv": net_file()}))
    assert words in shape_words(caught.value.looks_like)


def test_an_archive_of_nothing():
    out = io.BytesIO()
    zipfile.ZipFile(out, "w").close()
    for content in (out.getvalue(), zip_of({"a/": b""}), zip_of({"a.csv": b" \n"})):
        with pytest.raises(EmptyFileError):
            read_upload(content)


def test_private_json_in_an_archive_is_not_even_parsed():
    (playlist,) = read_upload(
        zip_of({"a.csv": net_file(), "Payments.json": json.dumps({"card": "1234"}) + "}}}"})
    )
    assert note_lines(playlist.notes) == ("1 other file in the archive did not count.",)
