from __future__ import annotations

import pytest

from cogs.words.messages import note_lines
from services.imports.text import decode
from services.imports.upload import read_upload

from .samples import NET_HEADER, NET_ROW

TEXT = "title;artist\nJóga – Élan;Bjørk Åse\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_read_without_a_note(encoding):
    decoded = decode(TEXT.encode(encoding))
    assert (decoded.text, note_lines(decoded.notes)) == (TEXT, ())


def test_utf16_with_either_mark():
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        assert decode(mark + TEXT.encode(encoding)).text == TEXT


def test_windows_1252_is_read_and_said():
    decoded = decode(TEXT.encode("cp1252"))
    assert decoded.text == TEXT
    assert "Windows-1252" in note_lines(decoded.notes)[0]


def test_windows_1252_with_an_accent_as_last_letter_is_no_cut_file():
    assert decode("title,artist\nLa vie,Renée Caf\u00e9".encode("cp1252")).text.endswith("Café")


def test_one_broken_byte_does_not_spoil_a_utf8_file():
    content = TEXT.encode().replace(b"title", b"ti\xfftle")
    decoded = decode(content)
    assert "Jóga – Élan" in decoded.text
    assert note_lines(decoded.notes) == ("1 unreadable character was replaced by \ufffd.",)


def test_nul_characters_are_dropped_and_counted():
    decoded = decode(TEXT.encode().replace(b"title", b"ti\x00tle"))
    assert decoded.text == TEXT
    assert note_lines(decoded.notes) == ("1 NUL character in the file was ignored.",)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_notes_and_line_endings_reach_the_playlist(encoding, ending):
    content = ending.join([NET_HEADER, NET_ROW, NET_ROW]).encode(encoding)
    playlist = read_upload(content)[0]
    assert (len(playlist.tracks), note_lines(playlist.notes)) == (2, ())
    assert playlist.tracks[1].title == "Glass Harbour"


def test_the_guess_about_the_encoding_is_shown_with_the_playlist():
    playlist = read_upload(TEXT.encode("cp1252"))[0]
    assert playlist.tracks[0].artists == ("Bjørk Åse",)
    assert any("Windows-1252" in note for note in note_lines(playlist.notes))
