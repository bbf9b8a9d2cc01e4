from __future__ import annotations

import gzip
import json
import pickle

import pytest

from cogs.words.lists import damage_words, shape_words
from services.domain.errors.playlists import (
    ArchiveRefusedError,
    DamagedFileError,
    EmptyFileError,
    FileTooLargeError,
    NoTracksError,
    TooManyRowsError,
    UnknownFormatError,
)
from services.domain.inputs import MAX_UPLOAD_BYTES
from services.imports import tables, upload
from services.imports.formats import MAX_JSON_VALUES, MAX_RECORDS, MAX_ROWS
from services.imports.tally import Budget
from services.imports.upload import read_upload

from .samples import (
    CHOSIC_HEADER,
    IDS,
    NET_HEADER,
    NET_ROW,
    TMM_HEADER,
    account_item,
    net_file,
    playlists_json,
)

UNCLOSED = NET_ROW.replace("Glass Harbour", '"Glass Harbour')

BROKEN = {
    "nothing": (b"", EmptyFileError),
    "blanks": (b"\xef\xbb\xbf \r\n\t\n", EmptyFileError),
    "zeros": (b"\x00" * 5000, EmptyFileError),
    "only a header": (f"{NET_HEADER}\n".encode(), EmptyFileError),
    "only a header, TuneMyMusic": (TMM_HEADER.encode(), EmptyFileError),
    "empty list of playlists": (b'{"playlists": []}', EmptyFileError),
    "playlist without items": (playlists_json(Empty=[]).encode(), EmptyFileError),
    "only local files": (f"{NET_HEADER}\nspotify:local:a:b:c:1,c,b,a\n".encode(), NoTracksError),
    "only blank cells": (f"{NET_HEADER}\n{',' * 23}\n,x,,\n".replace(",x,", ",,z").encode(), NoTracksError),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, UnknownFormatError),
    "jpeg": (b"\xff\xd8\xff\xe0" + bytes(range(256)) * 9, UnknownFormatError),
    "gif": (b"GIF89a" + bytes(200), UnknownFormatError),
    "webp": (b"RIFF\x10\x00\x00\x00WEBPVP8 " + bytes(99), UnknownFormatError),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", UnknownFormatError),
    "program": (b"MZ\x90\x00\x03" + bytes(300), UnknownFormatError),
    "elf": (b"\x7fELF\x02\x01\x01" + bytes(300), UnknownFormatError),
    "mp3": (b"ID3\x04\x00\x00" + bytes(300), UnknownFormatError),
    "mp4": (b"\x00\x00\x00\x18ftypmp42" + bytes(300), UnknownFormatError),
    "old excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), UnknownFormatError),
    "sqlite": (b"SQLite format 3\x00" + bytes(300), UnknownFormatError),
    "html": (b"\n<!DOCTYPE html><html><body>Sign in, please</body></html>", UnknownFormatError),
    "xml": (b'\xef\xbb\xbf<?xml version="1.0"?><plist></plist>', UnknownFormatError),
    "stream": (b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:9.9,\npiece1.ts\n", UnknownFormatError),
    "noise": (bytes((n * 7919 + n // 251) % 256 for n in range(9000)), UnknownFormatError),
    "prose": (b"Dear diary, today was a good day.\nWe sang.\n", UnknownFormatError),
    "number": (b"42", UnknownFormatError),
    "json list of numbers": (b"[1, 2, 3]", UnknownFormatError),
    "json elsewhere": (b'{"tracks": 5}', UnknownFormatError),
    "gzip": (gzip.compress(net_file()), ArchiveRefusedError),
    "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(99), ArchiveRefusedError),
    "rar": (b"Rar!\x1a\x07\x01\x00" + bytes(99), ArchiveRefusedError),
    "tar": (b"a.csv".ljust(257, b"\x00") + b"ustar\x0000" + bytes(255), ArchiveRefusedError),
    "quote open to the end": (f"{NET_HEADER}\n{UNCLOSED}\n{NET_ROW}\n".encode(), DamagedFileError),
    "quote open in the last row": (f"{NET_HEADER}\n{NET_ROW}\n{UNCLOSED}".encode(), DamagedFileError),
    "quote swallowing rows": (
        f"{NET_HEADER}\n{UNCLOSED}\n{NET_ROW}\n{NET_ROW}\n{UNCLOSED}\n{NET_ROW}\n".encode(),
        DamagedFileError,
    ),
    "cell without end": (f"{NET_HEADER}\n{'x' * 140_000},y\n".encode(), DamagedFileError),
    "json cut off": (playlists_json(A=[account_item(0)] * 9).encode()[:-70], DamagedFileError),
    "json cut inside a word": (playlists_json(A=[account_item(0)]).encode()[:60], DamagedFileError),
    "json too deep": (b"[" * 200_000, DamagedFileError),
    "json object too deep": (b'{"tracks":' * 100_000, DamagedFileError),
    "json endless number": (b'[{"ms_played": ' + b"9" * 10_000 + b"}]", DamagedFileError),
    "json single quotes": (b"{'playlists': []}", DamagedFileError),
    "utf-8 cut": (
        f"{NET_HEADER}\n{NET_ROW}\n".replace("Voss", "Voßé").encode() + b"\xe3\x83",
        DamagedFileError,
    ),
    "utf-16 cut": (f"{NET_HEADER}\n{NET_ROW}".encode("utf-16")[:-1], DamagedFileError),
    "utf-16 lone surrogate": (b"\xff\xfe" + b"a\x00" * 9 + b"\x00\xd8a\x00", DamagedFileError),
    "zip cut": (b"PK\x03\x04" + bytes(500), DamagedFileError),
    "too large": (b"a" * (MAX_UPLOAD_BYTES + 1), FileTooLargeError),
    "too many rows": (b"title,artist\n" + b"A,b\n" * (MAX_ROWS + 1), TooManyRowsError),
    "too many blank lines": (b"title,artist\nA,b\n" + b"\n" * MAX_RECORDS, TooManyRowsError),
    "json of a million nothings": (b'[{"msPlayed": 1}' + b",{}" * MAX_JSON_VALUES + b"]", TooManyRowsError),
    "too many links": (f"spotify:track:{IDS[0]}\n".encode() * (MAX_ROWS + 1), TooManyRowsError),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("filename", ["songs.csv", "Playlist1.json", ""])
def test_every_broken_file_gives_exactly_its_error(name, filename):
    content, expected = BROKEN[name]
    with pytest.raises(expected) as caught:
        read_upload(content, filename=filename)
    assert type(caught.value) is expected
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_the_row_limit_itself_is_still_accepted():
    playlist = read_upload(b"title,artist\n" + b"A,b\n" * MAX_ROWS)[0]
    assert len(playlist.tracks) == MAX_ROWS


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("png", "a picture"),
        ("pdf", "a PDF document"),
        ("program", "a program"),
        ("html", "a web page"),
        ("xml", "an XML file"),
    ],
)
def test_foreign_files_are_named_in_words(name, words):
    with pytest.raises(UnknownFormatError) as caught:
        read_upload(BROKEN[name][0], filename="songs.csv")
    assert shape_words(caught.value.looks_like) == words


def test_an_open_quote_is_named_with_its_line():
    with pytest.raises(DamagedFileError) as caught:
        read_upload(BROKEN["quote open to the end"][0])
    assert (caught.value.format, damage_words(caught.value.damage)) == (
        "Exportify",
        "line 2: the quotes do not match",
    )


def test_an_open_quote_never_costs_rows_in_silence():
    rows = [NET_ROW.replace("Glass", f"Glass{n}") for n in range(30)]
    for at in range(30):
        torn = [row.replace("Glass", '"Glass') if n == at else row for n, row in enumerate(rows)]
        with pytest.raises(DamagedFileError):
            read_upload("\n".join([NET_HEADER, *torn, ""]).encode())


def test_every_cut_of_a_json_file_is_damage():
    whole = json.dumps({"playlists": [{"name": "A", "items": [account_item(0)]}]}).encode()
    for length in range(2, len(whole)):
        with pytest.raises(DamagedFileError):
            read_upload(whole[:length])
    assert read_upload(whole)[0].tracks


def test_total_over_all_playlists_is_limited(monkeypatch):
    monkeypatch.setattr(upload, "Budget", lambda: Budget(rows=3))
    text = playlists_json(A=[account_item(0)] * 2, B=[account_item(1)] * 2)
    with pytest.raises(TooManyRowsError):
        read_upload(text.encode())


def test_blank_rows_do_not_count_as_rows(monkeypatch):
    monkeypatch.setattr(tables, "MAX_ROWS", 2)
    assert len(read_upload(b"title,artist\nA,b\n\n,\n\r\nC,d\n")[0].tracks) == 2


def test_formulas_and_markup_in_cells_stay_plain_text():
    rows = "=cmd|' /C calc'!A0,x\n@everyone,y\n<script>alert(1)</script>,z\n"
    playlist = read_upload(f"title,artist\n{rows}".encode())[0]
    assert [track.title for track in playlist.tracks] == [
        "=cmd|' /C calc'!A0",
        "@everyone",
        "<script>alert(1)</script>",
    ]


def test_control_and_direction_marks_are_removed_and_long_titles_shortened():
    text = f"title,artist\n\u202eevil\u0007 \u2066x,A\u200dB\n{'y' * 5000},z\n"
    first, second = read_upload(text.encode())[0].tracks
    assert (first.title, first.artists) == ("evil x", ("A\u200dB",))
    assert len(second.title) == 300


def test_header_of_another_exporter_is_not_taken_for_chosic():
    assert read_upload(f"{CHOSIC_HEADER}\n1,A,B\n".encode())[0].format == "Chosic"
    assert read_upload(b"Song,Artist,Energy\nA,B,0.4\n")[0].format == "CSV table"


def test_line_numbers_are_those_of_the_file():
    text = 'sep=;\nmy list\ntitle;artist;album\n"two\nlines";a;b\nA;b;c;too much\n'
    (skipped,) = read_upload(text.encode())[0].skipped
    assert skipped.examples == ("line 6: A",)


def test_endless_lists_in_a_cell_are_cut():
    text = f'title,artist,genres\nA,"{"b, " * 40_000}c","{",".join(str(n) for n in range(20_000))}"\n'
    (track,) = read_upload(text.encode())[0].tracks
    assert (track.artists, len(track.genres)) == (("b",), 50)
