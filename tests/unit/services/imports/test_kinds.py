"""Every kind of file at once: each input is written here, and each answer is whole."""

from __future__ import annotations

import json
from typing import NamedTuple

import pytest

from cogs.words.messages import note_lines
from services.domain.features import Feature
from services.domain.music import SkipReason
from services.imports.upload import read_upload

from .samples import known, link, page, ruined, table, watched, zip_of

ID = "0Aa1Bb2Cc3Dd4Ee5Ff6Gg7"


class Kind(NamedTuple):
    """A file, and what has to come of it."""

    content: bytes
    labels: list[str]
    skipped: dict[SkipReason, int] = {}  # noqa: RUF012
    says: str = ""
    tempo: int = 0
    keys: int = 0


SONGS = [f"Ann – Song {number}" for number in range(8)]
APPLE_TRACKS = json.dumps([{"Title": "One", "Artist": "Ann", "Track Identifier": 1, "Track Duration": 1000}])

KINDS = {
    "watch history": Kind(
        json.dumps(
            [
                watched("Watched Two"),
                watched("Watched One"),
                watched("Watched Bob - Two (Live)", "Some Channel"),
                watched("Watched One"),
                watched("Watched a film", "Somebody", "YouTube"),
                {**watched("Watched https://www.youtube.com/watch?v=abcdefghij1"), "subtitles": []},
                None,
            ]
        ).encode(),
        ["Ann – One", "Ann – Two", "Bob – Two (Live)"],
        {SkipReason.NOT_A_TRACK: 1, SkipReason.UNAVAILABLE: 1, SkipReason.UNREADABLE: 1},
        "4 plays became 3 different tracks",
    ),
    "watch history, German": Kind(
        json.dumps(
            [watched("Eins angesehen", "Ann - Thema"), watched("Zwei angesehen", "Bo - Topic")]
        ).encode(),
        ["Ann – Eins", "Bo – Zwei"],
    ),
    "watch history in a language of its own": Kind(
        json.dumps([watched(f"Blik op: {letter}ong {letter}") for letter in "ABCDEFG"]).encode(),
        [f"Ann – {letter}ong {letter}" for letter in "ABCDEFG"],
    ),
    "watch history as a page": Kind(
        page(
            ("YouTube Music", f"Watched&nbsp;{link('One &amp; Two')}<br>{link('Ann - Topic', 'c/a')}<br>"),
            ("YouTube Music", f"{link('Drei')} angesehen<br>{link('Bo – Thema', 'c/b')}<br>"),
            ("YouTube Music", f"Watched {link('Cee - Four (Live)')}<br>{link('Channel', 'c/c')}<br>"),
            ("YouTube Music", f"Watched {link('https://music.youtube.com/watch?v=1')}<br>"),
            ("YouTube Music", "Watched a video that has been removed<br>"),
            ("YouTube", f"Watched {link('a film')}<br>{link('Somebody', 'c/d')}<br>"),
        ),
        ["Ann – One & Two", "Bo – Drei", "Cee – Four (Live)"],
        {SkipReason.NOT_A_TRACK: 1, SkipReason.UNAVAILABLE: 2},
        "3 plays became 3 different tracks",
    ),
    "last plays of Apple": Kind(
        table(
            "Track Name,Last Played Date,Is User Initiated",
            "Ann - One,1700000000000,true",
            '"Bob, Cee - Two - Live",1700000000001,false',
        ),
        ["Ann – One", "Bob, Cee – Two - Live"],
    ),
    "download of Apple": Kind(
        zip_of(
            {
                "readme.txt": "x",
                "Apple_Media_Services.zip": zip_of(
                    {"Apple Music Activity/Library Tracks.json.zip": zip_of({"t.json": APPLE_TRACKS})}
                ),
            }
        ),
        ["Ann – One"],
        says="1 other file",
    ),
    "tempo without its decimal point": Kind(
        ruined("BPM", "Key", rows="1{n}421,8A"), SONGS, says="Most values of tempo can't be true", keys=8
    ),
    "energy without its decimal point": Kind(
        ruined("BPM", "Energy", rows="12{n},7{n}3"), SONGS, says="values of energy can't be true", tempo=8
    ),
    "one odd tempo": Kind(
        ruined("BPM", rows="12{n}").replace(b"120", b"12421"), SONGS, says="1 feature value could", tempo=7
    ),
    "rekordbox text, classic keys": Kind(
        "#\tTrack Title\tArtist\tBPM\tKey\r\n1\tA\tAnn\t124.00\tAm\r\n2\tB\tBob\t98.50\tBb\r\n".encode(
            "utf-16"
        ),
        ["Ann – A", "Bob – B"],
        tempo=2,
        keys=2,
    ),
    "Traktor list without its collection": Kind(
        b'<?xml version="1.0"?><NML VERSION="20"><PLAYLISTS><NODE TYPE="PLAYLIST" NAME="Set"><PLAYLIST>'
        b'<ENTRY><PRIMARYKEY TYPE="TRACK" KEY="C:/:Music/:Ann - One.mp3"/></ENTRY>'
        b"</PLAYLIST></NODE></PLAYLISTS></NML>",
        ["Ann – One"],
    ),
    "Mixed In Key with paths": Kind(
        table("Playlist name,File name,Key result,BPM,Energy", 'Set,"C:\\x\\Ann - One.mp3",8A,124,7'),
        ["Ann – One"],
        tempo=1,
        keys=1,
    ),
    "two evenings of Serato": Kind(
        table(
            'name,artist,"start time"',
            '"9.3.2022",,"21:00"',
            '"One","Ann","21:01"',
            '"Monday, 16 May 2022",,"22:00"',
            '"Two","Bob","22:01"',
        ),
        ["Ann – One", "Bob – Two"],
        {SkipReason.NOT_A_TRACK: 2},
    ),
    "JSPF with one identifier": Kind(
        json.dumps(
            {
                "playlist": {
                    "title": "x",
                    "track": [{"title": "One", "creator": "Ann", "identifier": f"https://open.spotify.com/track/{ID}"}],
                }
            }
        ).encode(),
        ["Ann – One"],
    ),
    "spotDL": Kind(
        json.dumps([{"name": "One", "artists": ["Ann", "Bob"], "artist": "Ann", "song_id": ID}]).encode(),
        ["Ann – One"],
    ),
    "PLS": Kind(b"[playlist]\nTitle1=Ann - One\nFile1=a.mp3\nLength1=9\nNumberOfEntries=1\n", ["Ann – One"]),
    "an archive in the archive of Apple": Kind(
        zip_of({"Apple_Media_Services.zip": zip_of({"a/b.csv": "Title,Artist\nOne,Ann"})}), ["Ann – One"]
    ),
    "cue sheet": Kind(
        table(
            'PERFORMER "Ann"', 'TITLE "Mix"', 'FILE "mix.mp3" MP3', "  TRACK 01 AUDIO", '    TITLE "One"',
            "    INDEX 01 00:00:00", "  TRACK 02 AUDIO", '    TITLE "Two"', '    PERFORMER "Bob"',
        ),
        ["Ann – One", "Bob – Two"],
    ),
    "page with a table": Kind(
        b"<html><head><title>x</title><style>td{}</style></head><body><table><tr><th>Title</th><th>Artist</th>"
        b"<th>BPM</th></tr><tr><td>One</td><td>Ann &amp; Co</td><td>124</td></tr></table></body></html>",
        ["Ann & Co – One"],
        tempo=1,
    ),
    "page whose cells never end": Kind(
        b"<html><table><tr><th>Title<th>Artist<tr><td>One<td>Ann<tr><td>Two<td>Bob</table></html>",
        ["Ann – One", "Bob – Two"],
    ),
    "page with a list": Kind(
        b"<ol>\n<li>Ann - One (3:35)</li>\n<li>Bob -\nTwo (3:20)</li></ol>", ["Ann – One", "Bob – Two"]
    ),
    "XML of a media server": Kind(
        b'<?xml version="1.0"?><MediaContainer title="Mix"><Track title="One" grandparentTitle="Ann"/>'
        b'<Track title="Two" grandparentTitle="Bob" duration="200000"/></MediaContainer>',
        ["Ann – One", "Bob – Two"],
    ),
    "XML of an answer": Kind(
        b"<lfm><toptracks><track><name>One</name><artist><name>Ann</name></artist></track></toptracks></lfm>",
        ["Ann – One"],
    ),
    "XML of files": Kind(
        b'<?wpl version="1.0"?><smil><body><seq><media src="..\\Ann - One.mp3"/></seq></body></smil>',
        ["Ann – One"],
    ),
    "columns between blanks": Kind(
        table("Title    Artist   BPM", "One      Ann      124", "Two Too  Bob      98"),
        ["Ann – One", "Bob – Two Too"],
        tempo=2,
    ),
    "table of a tracker": Kind(table("||Title||Artist||", "|One|Ann|"), ["Ann – One"]),
    "quotes of another kind": Kind(table("'Title','Artist'", "'One, Two','Ann'"), ["Ann – One, Two"]),
    "typographic quotes": Kind(table("“Title”;“Artist”", "“One”;“Ann”"), ["Ann – One"]),
    "a separator of one's own": Kind(table("sep=~", "Title~Artist", "One~Ann"), ["Ann – One"]),
    "artists as a program writes them": Kind(
        table("name,artists", "One,\"('Ann', 'Bob')\"", "Two,\"[{'id': 'x', 'name': 'Bob'}]\""),
        ["Ann – One", "Bob – Two"],
    ),
    "artists of the album": Kind(
        table("Title,Artist,Album Artist", "One,Ann,Zed", "Total,,Bob"), ["Ann – One", "Bob – Total"]
    ),
    "numbered lines": Kind(table("1. Ann – One", "2. Bob — Two (3:45)"), ["Ann – One", "Bob – Two"]),
    "a short link among links": Kind(
        table(
            f"Ann - One https://open.spotify.com/track/{ID}",
            f"Bob - Two https://open.spotify.com/track/{ID[::-1]}",
            "https://spotify.link/aBcDeFgHiJ",
        ),
        ["Ann – One", "Bob – Two"],
        {SkipReason.SHORT_LINK: 1},
    ),
    "database of VirtualDJ": Kind(
        b'<?xml version="1.0"?><VirtualDJ_Database Version="2023"><Song FilePath="C:\\a.mp3">'
        b'<Tags Author="Ann" Title="One" Bpm="0.468" Key="Am"/><Infos SongLength="225.1"/></Song>'
        b'<Song FilePath="C:\\Bob - Two.mp3"><Scan Bpm="0.5" Key="C"/></Song></VirtualDJ_Database>',
        ["Ann – One", "Bob – Two"],
        tempo=2,
        keys=2,
    ),
    "table of a wiki": Kind(
        table(
            "Intro", '{| class="wikitable"', "|+ Mix", '! scope="col" | Title', "! Artist !! Length", "|-",
            '| "One" || [[Ann]] || {{Duration|m=3|s=45}}', "|- style=x", "| Two",
            "| [[Bob (band)|Bob]]<ref>x</ref>",
            "| 3:00", "|}", "Outro",
        ),
        ["Ann – One", "Bob – Two"],
    ),
    "lines with slashes": Kind(
        table("Ann Lee / One Day", "Bob / Two", "Cee / Three Of Us"),
        ["Ann Lee – One Day", "Bob – Two", "Cee – Three Of Us"],
    ),
    "lines with arrows and half a dash": Kind(
        table("Ann Lee -> One Day", "Bob- Two"), ["Ann Lee – One Day", "Bob – Two"]
    ),
    "lines with quoted titles": Kind(
        table('Ann Lee, "One Day"', 'Bob "Two Days"'), ["Ann Lee – One Day", "Bob – Two Days"]
    ),
    "lines in another language": Kind(table("One von Ann", "Two von Bob"), ["Ann – One", "Bob – Two"]),
    "an artist among the attributes of M3U": Kind(
        b'#EXTM3U\n#EXTINF:225 artist="Ann" x="y",One\na.mp3\n', ["Ann – One"]
    ),
    "numbered lines with colons": Kind(
        table("1. Ann Lee: One Day", "2. Bob: Two"), ["Ann Lee – One Day", "Bob – Two"]
    ),
    "two columns without a header": Kind(
        table("Ann Lee\tOne Day\t3:45", "Bob\tTwo\t3:00"),
        ["Ann Lee – One Day", "Bob – Two"],
        says="read as artist, title",
    ),
    "two columns, those of artists told by who comes again": Kind(
        table('"One, Day";"Ann Lee"', '"Two";"Ann Lee"', '"Three Of Us";"Bob"'),
        ["Ann Lee – One, Day", "Ann Lee – Two", "Bob – Three Of Us"],
        says="read as title, artist",
    ),
    "one line alone": Kind(b"Ann - One\n", ["Ann – One"]),
    "ticks and numbers of other keyboards": Kind(
        "✅ １．Ann － One\n✅ ２．Bob － Two\n".encode(), ["Ann – One", "Bob – Two"]
    ),
    "entities in lines": Kind(
        table("Ann &amp; Co - One", "Bob &ndash; Two"), ["Ann & Co – One", "Bob – Two"]
    ),
    "lines under a header of their parts": Kind(
        table("Title - Album - Artist", "One - Al - Ann", "Two - Be - Bob"), ["Ann – One", "Bob – Two"]
    ),
    "table of a database, and what it says below": Kind(
        table("+---+", "| title | artist |", "+---+", "| One | Ann |", "| Two | Bob |", "+---+", "2 rows"),
        ["Ann – One", "Bob – Two"],
        {SkipReason.NOT_A_TRACK: 1},
    ),
    "recordings of MusicBrainz": Kind(
        json.dumps(
            {"recordings": [{"title": "One", "artist-credit": [{"name": "Ann", "artist": {"name": "Ann"}}]}]}
        ).encode(),
        ["Ann – One"],
    ),
    "a last word below lines": Kind(
        table("Ann - One", "Bob - Two", "Sent from my phone"),
        ["Ann – One", "Bob – Two"],
        {SkipReason.UNREADABLE: 1},
    ),
    "words below a table": Kind(
        table("Title,Artist,BPM", "One,Ann,124", ";;;;", "Exported by a tool,,", "<!-- done -->"),
        ["Ann – One"],
        {SkipReason.NOT_A_TRACK: 2},
        tempo=1,
    ),
    "bytes that fill a block": Kind(
        table("Title,Artist", "One,Ann", "") + b"\x1a" + bytes(500), ["Ann – One"]
    ),
    "cells that are formulas": Kind(
        table("Title,Artist,BPM", '"=""One, Two""",="Ann","=""124"""'), ["Ann – One, Two"], tempo=1
    ),
    "words for nothing": Kind(
        table("Title,Artist,Key,BPM,Duration", *(f"One,Ann,{n},{n},{n}" for n in ("N/A", "(null)", "-1"))),
        ["Ann – One"] * 3,
    ),
    "scrobbles of an American clock": Kind(
        table("Artist,Song,Date", *[f'Ann,One,"Jan 2, 2024, 3:{n} PM"' for n in range(10, 30)]),
        ["Ann – One"],
        says="20 plays became 1 different track",
    ),
    "scrobbles with the name of the user in the header": Kind(
        table(
            '"Artist";"Album";"Track";"Date#ann"',
            *[f'"Ann";"";"One";"16000000{n}000"' for n in range(10, 30)],
        ),
        ["Ann – One"],
        says="20 plays became 1 different track",
    ),
    "playlists by name": Kind(
        json.dumps(
            {"A": [{"title": "One", "artist": "Ann"}], "B": [{"title": "Two", "artist": "Bob"}]}
        ).encode(),
        ["Ann – One"],
    ),
    "JSON documents on several lines each": Kind(
        b'{\n"title": "One",\n"artist": "Ann"\n}\n{\n"title": "Two",\n"artist": "Bob"\n}',
        ["Ann – One", "Bob – Two"],
    ),
    "videos": Kind(
        json.dumps(
            {"title": "x", "entries": [{"title": "Ann - One", "duration": 200, "uploader": "z"}]}
        ).encode(),
        ["Ann – One"],
    ),
    "names behind their links": Kind(
        table(
            f"https://open.spotify.com/track/{ID}?si=1 - Ann - One",
            f"https://song.link/s/{ID[::-1]}: Bob - Two",
        ),
        ["Ann – One", "Bob – Two"],
    ),
    "bookmarks": Kind(
        f'<DL><DT><A HREF="https://open.spotify.com/track/{ID}">Ann - One</A>\n'
        f'<DT><A HREF="https://open.spotify.com/track/{ID[::-1]}">Bob - Two</A></DL>'.encode(),
        ["Ann – One", "Bob – Two"],
    ),
    "names beside links to an album elsewhere": Kind(
        table(
            "Title,Artist,URL",
            "One,Ann,https://music.apple.com/de/album/one/1?i=2",
            "Two,Bob,https://open.spotify.com/intl-de/album/x",
        ),
        ["Ann – One"],
        {SkipReason.NOT_A_TRACK: 1},
    ),
    "radio station of Apple": Kind(
        b'<?xml version="1.0"?><plist><dict><key>Tracks</key><dict><key>1</key><dict><key>Name</key>'
        b"<string>One</string><key>Artist</key><string>Ann</string></dict><key>2</key><dict><key>Name</key>"
        b"<string>FM</string><key>Track Type</key><string>URL</string></dict></dict></dict></plist>",
        ["Ann – One"],
        {SkipReason.NOT_A_TRACK: 1},
    ),
    "sound of any XML": Kind(
        b'<?xml version="1.0"?><library><track title="One" artist="Ann" bpm="124" key="8A"/></library>',
        ["Ann – One"],
        tempo=1,
        keys=1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_reads_every_kind_of_file(kind: Kind) -> None:
    (playlist, *_) = read_upload(kind.content, filename="mine")
    assert [track.label for track in playlist.tracks] == kind.labels
    assert {one.reason: one.count for one in playlist.skipped} == kind.skipped
    assert kind.says in " ".join(note_lines(playlist.notes))
    assert (known(playlist, Feature.TEMPO), known(playlist, Feature.MODE)) == (kind.tempo, kind.keys)


def test_a_beat_of_virtualdj_is_a_tempo() -> None:
    (playlist,) = read_upload(KINDS["database of VirtualDJ"].content)
    assert [track.uploaded and round(track.uploaded.tempo or 0, 1) for track in playlist.tracks] == [
        128.2,
        120.0,
    ]
