from __future__ import annotations

import pytest

from services.domain.errors.playlists import (
    EmptyFileError,
    FileTooLargeError,
    NoTracksError,
    TooManyRowsError,
    UnknownFormatError,
)
from services.domain.music import PlaylistSource, SkipReason
from services.imports import links
from services.imports.links import read_links
from services.imports.upload import read_upload

from .samples import IDS


@pytest.mark.parametrize(
    "spelling",
    [
        "https://open.spotify.com/track/{}",
        "http://open.spotify.com/track/{}?si=0123456789abcdef",
        "https://open.spotify.com/intl-de/track/{}?si=abc&nd=1",
        "https://open.spotify.com/intl-pt-br/track/{}",
        "https://open.spotify.com/embed/track/{}",
        "https://play.spotify.com/track/{}",
        "open.spotify.com/track/{}",
        "spotify:track:{}",
        "listen to <https://open.spotify.com/track/{}> now!",
        "[this](https://open.spotify.com/track/{}) one",
        "(spotify:track:{}), please",
        "spotify:track:{}.",
        "**https://open.spotify.com/track/{}**",
        "{}",
        "  {}  ",
    ],
)
def test_finds_a_track_in_every_spelling(spelling):
    playlist = read_links(spelling.format(IDS[3]))
    assert [track.id for track in playlist.tracks] == [IDS[3]]
    assert (playlist.source, playlist.skipped) == (PlaylistSource.LINKS, ())


def test_keeps_the_order_and_the_repeats():
    text = " ".join(f"https://open.spotify.com/track/{IDS[index]}" for index in (2, 0, 2, 1))
    assert [track.id for track in read_links(text).tracks] == [IDS[2], IDS[0], IDS[2], IDS[1]]


def test_other_links_are_counted_by_what_they_are():
    text = f"""
    spotify:track:{IDS[0]}
    https://open.spotify.com/album/{IDS[1]}
    https://open.spotify.com/playlist/{IDS[1]}
    https://open.spotify.com/episode/{IDS[1]}
    spotify:local:Me:Home:Take:12
    https://spotify.link/AbCdEf
    https://spoti.fi/3AbCdE
    https://youtu.be/abcdefghijk
    A song: https://geo.music.apple.com/de/album/x/1?i=2
    https://open.spotify.com/track/tooshort
    """
    playlist = read_links(text, name="  From a\nmessage ")
    assert playlist.name == "From a message"
    assert len(playlist.tracks) == 1
    assert {skipped.reason: skipped.count for skipped in playlist.skipped} == {
        SkipReason.NOT_A_TRACK: 1,
        SkipReason.PLAYLIST: 1,
        SkipReason.EPISODE: 1,
        SkipReason.LOCAL_FILE: 1,
        SkipReason.UNREADABLE: 1,
        SkipReason.SHORT_LINK: 2,
        SkipReason.OTHER_SERVICE: 2,
    }


@pytest.mark.parametrize("line", ["{} | {}", "{} and {}", '<a href="{}">S</a> <a href="{}">A</a>'])
@pytest.mark.parametrize("is_first", [True, False])
def test_two_addresses_in_one_line_are_of_one_track(line, is_first):
    addresses = [f"https://open.spotify.com/track/{IDS[0]}", "https://music.apple.com/de/album/x/1?i=2"]
    playlist = read_links(line.format(*(addresses if is_first else addresses[::-1])))
    assert (len(playlist.tracks), playlist.skipped) == (1, ())


@pytest.mark.parametrize(
    "text",
    [
        f"https://open.spotify.com/track/{IDS[0]}x",
        f"spotify:track:{IDS[0]}x",
        f"https://open.spotify.com/album/{IDS[0]}",
        "https://spotify.link/AbCdEf",
    ],
)
def test_no_track_among_the_links(text):
    with pytest.raises(NoTracksError):
        read_links(text)


@pytest.mark.parametrize(
    "text", ["hello there", f"https://evil.example/track/{IDS[0]}", "x" * 22, f"word {IDS[0]} word"]
)
def test_text_without_links(text):
    with pytest.raises(UnknownFormatError):
        read_links(text)


def test_limits_of_a_message(monkeypatch):
    monkeypatch.setattr(links, "MAX_ROWS", 1)
    with pytest.raises(TooManyRowsError):
        read_links(f"spotify:track:{IDS[0]} spotify:track:{IDS[1]}")
    with pytest.raises(EmptyFileError):
        read_links(" \n ")
    monkeypatch.setattr(links, "MAX_UPLOAD_BYTES", 10)
    with pytest.raises(FileTooLargeError):
        read_links("x" * 11)


def test_an_uploaded_text_file_of_links_is_a_playlist():
    upload = read_upload(
        "\n".join(f"spotify:track:{one}" for one in IDS[:4]).encode(), filename="tonight.txt"
    )
    assert (upload[0].format, upload[0].name, len(upload[0].tracks)) == (
        "Track links",
        "tonight",
        4,
    )


def test_reading_hostile_text_takes_linear_time():
    text = "open.spotify.com/user/" * 40_000 + "spotify:user:" * 40_000 + "spotify:track:" * 40_000
    with pytest.raises(NoTracksError):
        read_links(text)
