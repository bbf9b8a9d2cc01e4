"""M3U, PLS and lines of names, and the names beside links."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.errors.playlists import TooManyRowsError, UnknownFormatError, UploadError
from services.domain.music import Playlist, SkipReason
from services.imports import tally
from services.imports.upload import read_upload

from .samples import IDS

M3U = f"""#EXTM3U
#PLAYLIST:Sunday, late
#EXTINF:170,Ann - One - Live
spotify:track:{IDS[0]}
#EXTINF:-1 tvg-id="a,b" logo="x",Bob – Two
../music/Two.mp3
C:\\Music\\Cee - Three.flac
#EXTINF:-1,Radio Nowhere
http://radio.example/stream
"""
PLS = f"""[playlist]
File2=/music/two.mp3
Title2=Bob - Two
Length2=200
File1=https://open.spotify.com/track/{IDS[1]}?si=1
Title1=Ann - One
Length1=-1
NumberOfEntries=2
Version=2
"""


TOLD = [("One", "Ann"), ("Two", "Bob"), ("Three", "50 Cent")]


def only(text: str) -> Playlist:
    (playlist,) = read_upload(text.encode(), filename="mine.txt")
    return playlist


def labels(text: str) -> list[str]:
    return [track.label for track in only(text).tracks]


@pytest.mark.parametrize("text", [M3U, "\ufeff" + M3U, M3U.removeprefix("#EXTM3U\n")])
def test_reads_m3u_by_link_by_words_and_by_file_name(text: str) -> None:
    playlist = only(text)
    assert (playlist.name, playlist.format) == ("Sunday, late", "M3U playlist")
    assert [(track.label, track.id, track.duration_ms) for track in playlist.tracks] == [
        ("Ann – One - Live", IDS[0], 170_000),
        ("Bob – Two", None, None),
        ("Cee – Three", None, None),
    ]
    assert [(one.reason, one.examples) for one in playlist.skipped] == [
        (SkipReason.NOT_A_TRACK, ("Radio Nowhere",))
    ]


@pytest.mark.parametrize("text", [PLS, "; made by hand\n\n" + PLS.replace("\n", "\r\n")])
def test_reads_pls_by_its_numbers(text: str) -> None:
    first, second = only(text).tracks
    assert (first.label, first.id, first.duration_ms) == ("Ann – One", IDS[1], None)
    assert (second.label, second.id, second.duration_ms) == ("Bob – Two", None, 200_000)


@pytest.mark.parametrize(
    "text",
    [
        "Ann - One\nBob – Two\n50 Cent - Three\n",
        "1. Ann - One\n2. Bob - Two\n\n3. 50 Cent - Three",
        "1 Ann - One\n2 Bob - Two\n3 50 Cent - Three",
        "- Ann - One\n* Bob - Two\n• 50 Cent - Three",
        "Ann - One.mp3\nmusic/Bob - Two.flac\n50 Cent - Three.m4a",
        "Ann - One (3:45)\nBob - Two 3:20\n50 Cent - Three [0:59]",
        "01 - Ann - One\n02 - Bob - Two\n03 - 50 Cent - Three",
        "(1) Ann - One\n(2) Bob - Two\n(3) 50 Cent - Three",
        "3.Ann - One\n2.Bob - Two\n1.50 Cent - Three",
        "[1] Ann - One\n[2] Bob - Two\n[3] 50 Cent - Three",
        "[00:00] Ann - One\n[03:35] Bob - Two\n[1:07:10] 50 Cent - Three",
        "0:00 - 1. Ann - One\n3:35 - 2. Bob - Two\n7:10 - 3. 50 Cent - Three",
        "22:15 : Ann - One\n22:19 : Bob - Two\n22:24 : 50 Cent - Three",
        "Ann – *One*\n+ **Bob** - Two\n> __50 Cent__ - Three",
        '"Ann - One"\n"Bob - Two"\n"50 Cent - Three"',
        "Ann - “One”;\nBob - “Two”;\n50 Cent - “Three”;",
        "Ann ― One\n- [ ] Bob － Two\nNo. 3: 50 Cent - Three",
        "01 - Ann - One.mp3\nmusic/2. Bob - Two.flac\nD:\\1-07 50 Cent - Three.m4a",
        "/m/01 Ann - One.mp3\n/m/02 Bob - Two.mp3\n/m/03 50 Cent - Three.mp3",
        "Artist - Title\nAnn - One\nBob - Two\n50 Cent - Three",
        "My evening\n----------\nAnn - One\nBob - Two\n50 Cent - Three",
        "# of this week\nAnn - One\n// and then\nBob - Two\n50 Cent - Three",
        "├── Ann - One.mp3\n│   ├── Bob - Two.mp3\n└── 50 Cent - Three.mp3",
        "-rw-r--r-- 1 a b 9 Jan 12 10:00 Ann - One.mp3\nBob - Two.mp3\n50 Cent - Three.mp3",
        "One by Ann\nTwo by Bob\nThree by 50 Cent",
        '"One" by Ann\n"Two" by Bob\n"Three" by 50 Cent',
        "".join(f"{one}{' ' * 140}by{' ' * 140}{who}\n" for one, who in TOLD),
        "Ann—One\nBob–Two\n50 Cent—Three",
        "Ann - One [Label]\nBob - Two [Other]\n50 Cent - Three [Label]",
        "Ann - [Al #01] One\nBob - [Bl #1.02] Two\n50 Cent - [Cl #03] Three",
        "[1/3/24, 10:11:22] Z: Ann - One\n[1/3/24, 10:12:01] Q: Bob - Two\n[2/3/24, 9:12] Q: 50 Cent - Three",
        "1.3.24, 10:11 - Zoe: Ann - One\n1.3.24, 10:12 - Zoe: Bob - Two\n1.3.24, 9:13 - Q: 50 Cent - Three",
        "Ann - One\nw/ Bob - Two\n50 Cent - Three",
        "Ann - One https://youtu.be/a\nBob - Two - https://youtu.be/b\n50 Cent - Three (https://youtu.be/c)",
    ],
)
def test_reads_lines_of_artist_and_title(text: str) -> None:
    assert labels(text) == ["Ann – One", "Bob – Two", "50 Cent – Three"]


@pytest.mark.parametrize(
    "text",
    [
        "1;Ann Lee;One Day\n2;Bob;Two\n3;50 Cent;Three Times",
        "1,Ann Lee,One Day,3:45\n2,Bob,Two,3:20\n3,50 Cent,Three Times,0:59",
        "Ann Lee - One Day\nBob | Two\n50 Cent: Three Times",
        "Ann Lee, One Day\nTwo by Bob\n50 Cent; Three Times",
        "Ann Lee / One Day\nBob\tTwo\n50 Cent—Three Times",
    ],
)
def test_reads_numbered_cells_and_lines_that_each_part_the_two_in_their_own_way(text: str) -> None:
    assert labels(text) == ["Ann Lee – One Day", "Bob – Two", "50 Cent – Three Times"]


SPOTIFY = """#\nTitle\nAlbum\nDate added
1\nOne\nE\nAnn, Zoe\nAl\n3 days ago\n3:45
2\nTwo - Live\nBob\nBl\nFeb 3, 2023\n3:20
3\n7\n50 Cent\nCl\n5 May 2021\n1:00:59"""


@pytest.mark.parametrize(
    "text",
    [
        SPOTIFY,
        "1\nOne\nAnn, Zoe\n\n2\nTwo - Live\nBob\n\n3\n7\n50 Cent",
        "One\nAnn, Zoe\n3:45\nTwo - Live\nBob\n3:20\n7 Days\n50 Cent\n0:59",
        "One\nAnn, Zoe\n\nTwo - Live\nBob\n\n7 Days\n50 Cent",
    ],
)
def test_reads_blocks_of_a_line_for_each_name(text: str) -> None:
    first, second, third = only(text).tracks
    assert (first.title, first.artists) == ("One", ("Ann", "Zoe"))
    assert (second.title, second.artists, second.album) == (
        "Two - Live",
        ("Bob",),
        "Bl" if "Bl" in text else None,
    )
    assert (first.duration_ms, third.artists) == (225_000 if "3:45" in text else None, ("50 Cent",))


def test_of_blocks_those_count_as_titles_that_differ_and_odd_ones_are_left_out_and_said() -> None:
    blocks = [f"{number}\nThe Band\nSong {number}\n3:0{number % 10}\n" for number in range(1, 12)]
    blocks[4] = "5\nOne line\n"
    playlist = only("".join(blocks))
    assert {track.label for track in playlist.tracks} >= {"The Band – Song 1", "The Band – Song 11"}
    assert len(playlist.tracks) == 10
    assert playlist.skipped[0].count == 1


@pytest.mark.parametrize(
    "text",
    [
        "There was a king of old\nwho had a daughter\n\nShe was so fair that\nthe sun wondered\n\nAnd\nso on",
        "1\nBuy milk.\nThe shop closes.\n2\nCall Bob.\nHe is in.\n3\nAsk Ann, who waits.\nShe is kind.",
        "Dear all,\nthis is a letter - with a dash.\nIt has lines.\nBye - me\n",
        "Album\tNumber\tName\nAnn - Al\t01\tOne\nBob - Bl\t02\tTwo\n",
        "What,Kind,Since\nAnn - One,song,2024\nBob - Two,song,2024\n",
    ],
)
def test_takes_no_prose_and_no_unknown_table_for_lines(text: str) -> None:
    with pytest.raises(UnknownFormatError):
        only(text)


def test_brackets_that_name_a_version_stay_and_what_nobody_knows_is_counted() -> None:
    playlist = only("Ann - One [Zed Remix]\nBob - Two [Live]\nID - ID\n")
    assert [track.title for track in playlist.tracks] == ["One [Zed Remix]", "Two [Live]"]
    assert [(one.reason, one.count) for one in playlist.skipped] == [(SkipReason.NO_TITLE, 1)]


def test_places_in_a_mix_are_no_lengths() -> None:
    text = "Ann - One {}\nBob - Two {}\nCee - Three {}"
    assert [track.duration_ms for track in only(text.format("0:00", "3:35", "7:10")).tracks] == [None] * 3
    assert [track.duration_ms for track in only(text.format("3:00", "3:35", "3:10")).tracks][1] == 215_000


def test_reads_further_tags_of_m3u_and_rows_without_a_path() -> None:
    tags = "<filesize>9</filesize><artist>Cee</artist><title>R &amp; B</title><songlength>99.5</songlength>"
    playlist = only(
        "#EXTM3U\n#EXTALB:All\n#EXTINF:200 group-title='a, b' tvg-id=x,Ann - One\n"
        "#EXTINF:100,Two\n#EXTART:Bob\n#EXTALB:Own\ntwo.mp3\n"
        f"#EXTVDJ:{tags}\nC:\\3.mp3\n07 - Dee - Four.mp3\n#EXTINF:5,Eve - Five"
    )
    assert [(track.label, track.album) for track in playlist.tracks] == [
        ("Ann – One", "All"),
        ("Bob – Two", "Own"),
        ("Cee – R & B", "All"),
        ("Dee – Four", "All"),
        ("Eve – Five", "All"),
    ]
    assert [track.duration_ms for track in playlist.tracks] == [200_000, 100_000, 99_500, None, 5_000]


def test_counts_lines_that_name_no_track_and_leaves_prose_alone() -> None:
    playlist = only("My list\n" + "".join(f"Ann - Song {number}\n" for number in range(9)))
    assert len(playlist.tracks) == 9
    assert [(one.reason, one.examples) for one in playlist.skipped] == [(SkipReason.UNREADABLE, ("My list",))]
    for prose in ("We sang - all night.\nThen we slept.\nThe end.", "We sang - all night."):
        with pytest.raises(UnknownFormatError):
            read_upload(prose.encode())


def test_headings_of_parts_are_no_tracks_and_keep_none_from_being_read() -> None:
    side = "Ann - One\nBob - Two\nCee - Three\n"
    playlist = only(f"For Zoe\nSide A\n{side}\nSide B\n{side}\nEncore\n{side}")
    assert len(playlist.tracks) == 9
    assert [(one.reason, one.count) for one in playlist.skipped] == [(SkipReason.UNREADABLE, 4)]
    with pytest.raises(UnknownFormatError):
        only(f"For Zoe\nSide A\nand\nmore\n{side}")


def test_lines_count_against_the_upload(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("Ann - One\n" * 30_000, "[playlist]\n" + "".join(f"File{n}=a\n" for n in range(30_000))):
        with pytest.raises(TooManyRowsError):
            read_upload(text.encode())
    assert tally.MAX_TOTAL_ROWS > 30_000


@pytest.mark.parametrize(
    "text",
    [
        f"spotify%3Atrack%3A{IDS[0]}",
        f"https://go.example/?url=https%3A%2F%2Fopen.spotify.com%2Ftrack%2F{IDS[0]}%3Fsi%3D1&x=2",
        f"https://go.example/?url=https%253A%252F%252Fopen.spotify.com%252Ftrack%252F{IDS[0]}",
        f"spotify://track/{IDS[0]}",
        f"https://api.spotify.com/v1/tracks/{IDS[0]}",
        f'see "https:\\/\\/open.spotify.com\\/track\\/{IDS[0]}"',
        f"https://open.spotify.com/track/{IDS[0]}&context=spotify%3Aplaylist%3A{IDS[1]}",
        f"spotify:track:{IDS[0]}?si=1",
        f'<!DOCTYPE html><html><a href="https://open.spotify.com/track/{IDS[0]}?a=1&amp;b=2">x</a></html>',
        f"<https://open.spotify.com/track/{IDS[0]}>",
    ],
)
def test_finds_a_link_in_every_spelling(text: str) -> None:
    playlist = only(text)
    assert ([track.id for track in playlist.tracks], playlist.skipped) == ([IDS[0]], ())


@pytest.mark.parametrize(
    "row",
    [
        "[Ann - Song {n}](https://open.spotify.com/track/{id})",
        "* [Ann - Song {n}](https://open.spotify.com/track/{id}) (3:20)",
        "{n}. Ann – Song {n} https://open.spotify.com/track/{id}?si=5",
        "Ann - Song {n}: <https://open.spotify.com/track/{id}>",
        "Song {n}\tAnn\tAlbum\tspotify:track:{id}\t2001",
        '<li><a class="x" href="https://open.spotify.com/track/{id}?a=1&amp;b=2">Ann - Song {n}</a></li>',
    ],
)
def test_keeps_the_names_beside_links(row: str) -> None:
    text = "\n".join(row.format(n=number, id=IDS[number]) for number in range(1, 4))
    tracks = only(text).tracks
    assert [track.id for track in tracks] == list(IDS[1:4])
    assert [track.label for track in tracks] == ["Ann – Song 1", "Ann – Song 2", "Ann – Song 3"]


def test_anchors_full_of_blanks_take_linear_time() -> None:
    for hostile in ("<a href=x>" + " " * 480, "<a " + "href=x " * 70):
        with pytest.raises(UnknownFormatError):
            read_upload(("<html></a>" + hostile * 4_000).encode())


def test_takes_no_sentence_for_a_name() -> None:
    link = "https://open.spotify.com/track/"
    for text in (
        f"my favourite - so good {link}{IDS[0]}",
        f"hear this {link}{IDS[0]}\nand that {link}{IDS[1]}",
        "\n".join(f"[Listen here]({link}{one})" for one in IDS[:6]),
        f"Ann - One {link}{IDS[0]} Bob - Two {link}{IDS[1]}",
    ):
        assert {track.title for track in only(text).tracks} == {""}, text


@given(st.data())
def test_a_playlist_or_one_kind_of_error_comes_out_of_any_list(data: st.DataObject) -> None:
    rows = [*M3U.splitlines(), *PLS.splitlines(), f"[a](spotify:track:{IDS[0]})", "Ann - One", "1."]
    lines = data.draw(st.lists(st.sampled_from(rows) | st.text(max_size=20), max_size=12))
    try:
        upload = read_upload("\n".join(lines).encode("utf-8", "replace"))
    except UploadError:
        return
    assert all(playlist.tracks for playlist in upload)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("line", ["; " * 26, "# " * 100, "#" * 60_000, ";\n " * 20_000])
def test_what_begins_like_comments_is_looked_at_once(line: str) -> None:
    with suppress(UploadError):
        assert [track.title for track in only(f"{line}\nAnn - One\n").tracks] == ["One"]


def test_an_artist_of_its_own_is_no_part_of_the_title() -> None:
    for above, below in (("#EXTART:Ann\n", ""), ("", "#EXTART:Ann\n")):
        track = only(f"#EXTM3U\n{above}#EXTINF:225,Ann - One\n{below}one.mp3\n").tracks[0]
        assert (track.title, track.artists) == ("One", ("Ann",))


def test_a_title_may_look_like_a_time() -> None:
    assert only("Ann - One\nThe Strokes - 12:51\nBob - Two 3:45\n").tracks[1].title == "12:51"


def test_a_length_may_have_hours() -> None:
    first, second = only("Ann - One 1:02:03\nAnn - Three (3:45)\n").tracks
    assert (first.title, first.duration_ms, second.duration_ms) == ("One", 3_723_000, 225_000)
