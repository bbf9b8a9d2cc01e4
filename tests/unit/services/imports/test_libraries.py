"""The XML of music programs: names, lengths, tempo and key, and lists in their own order."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cogs.words.lists import damage_words, shape_words
from services.domain.errors.playlists import (
    DamagedFileError,
    TooManyRowsError,
    UnknownFormatError,
    UploadError,
)
from services.domain.music import SkipReason
from services.imports import formats
from services.imports.upload import read_upload

ID = "0Aa1Bb2Cc3Dd4Ee5Ff6Gg7"

REKORDBOX = f"""<?xml version="1.0" encoding="UTF-8"?>
<DJ_PLAYLISTS Version="1.0.0"><PRODUCT Name="rekordbox"/><COLLECTION Entries="4">
<TRACK TrackID="1" Name="First &amp; Last" Artist="Ann" Album="A" TotalTime="200" AverageBpm="124.50"
  Tonality="8A"
  Year="0" Location="file://localhost/C:/music/album/first.mp3"><TEMPO Inizio="0.1" Bpm="124.50"/></TRACK>
<TRACK TrackID="2" Name="" Artist="" AverageBpm="128.00" Tonality="F#m"
  Location="file://localhostspotify:track:{ID}"/>
<TRACK TrackID="3" Name="NOISE" Artist="" TotalTime="3" Location="file://localhost/noise.wav"/>
<TRACK TrackID="4" Name="Third" Artist="Cee" TotalTime="180" AverageBpm="0.00" Tonality="" Year="1999"
  Location="file://localhost/third.mp3"/>
</COLLECTION><PLAYLISTS><NODE Type="0" Name="ROOT" Count="2">
<NODE Type="1" Name="Warm up" KeyType="0" Entries="2"><TRACK Key="4"/><TRACK Key="1"/></NODE>
<NODE Type="0" Name="Folder"><NODE Type="1" Name="Peak" KeyType="1" Entries="1">
<TRACK Key="file://localhost/third.mp3"/></NODE></NODE>
</NODE></PLAYLISTS></DJ_PLAYLISTS>"""

TRAKTOR = """<?xml version="1.0" encoding="UTF-8" standalone="no" ?>
<NML VERSION="19"><COLLECTION ENTRIES="2">
<ENTRY TITLE="One" ARTIST="Ann"><LOCATION DIR="/:M/:" FILE="1.mp3" VOLUME="D"></LOCATION>
<ALBUM TITLE="Al"></ALBUM>
<INFO KEY="1m" PLAYTIME="163" RELEASE_DATE="1971/1/1"></INFO><TEMPO BPM="125.392000"></TEMPO>
<MUSICAL_KEY VALUE="21"></MUSICAL_KEY></ENTRY>
<ENTRY ARTIST="Bob"><LOCATION DIR="/:M/:" FILE="Bob - Two.mp3" VOLUME="D"></LOCATION>
<INFO PLAYTIME="99"></INFO></ENTRY>
</COLLECTION><PLAYLISTS><NODE TYPE="FOLDER" NAME="$ROOT"><SUBNODES><NODE TYPE="PLAYLIST" NAME="Late">
<PLAYLIST ENTRIES="3"><ENTRY><PRIMARYKEY TYPE="TRACK" KEY="D/:M/:Bob - Two.mp3"></PRIMARYKEY></ENTRY>
<ENTRY><PRIMARYKEY TYPE="TRACK" KEY="D/:M/:1.mp3"></PRIMARYKEY></ENTRY>
<ENTRY><PRIMARYKEY TYPE="TRACK" KEY="D/:M/:Cee - Elsewhere.mp3"></PRIMARYKEY></ENTRY></PLAYLIST></NODE>
</SUBNODES></NODE></PLAYLISTS></NML>"""

_DOCTYPE = (
    '<!DOCTYPE plist PUBLIC "-//Apple Computer//DTD PLIST 1.0//EN" '
    '"http://127.0.0.1:9/DTDs/PropertyList-1.0.dtd">'
)
ITUNES = f"""<?xml version="1.0" encoding="UTF-8"?>
{_DOCTYPE}
<plist version="1.0"><dict><key>Major Version</key><integer>1</integer><key>Tracks</key><dict>
<key>7</key><dict><key>Track ID</key><integer>7</integer><key>Name</key><string>Sea &amp; Sun</string>
<key>Artist</key><string>Ann</string><key>Total Time</key><integer>201000</integer>
<key>Year</key><integer>2001</integer><key>BPM</key><integer>131</integer></dict>
<key>8</key><dict><key>Track ID</key><integer>8</integer><key>Name</key><string>Talk</string>
<key>Podcast</key><true/></dict>
<key>9</key><dict><key>Track ID</key><integer>9</integer><key>Name</key><string>Rain</string></dict></dict>
<key>Playlists</key><array>
<dict><key>Name</key><string>Mediathek</string><key>Master</key><true/></dict>
<dict><key>Name</key><string>Musik</string><key>Distinguished Kind</key><integer>4</integer></dict>
<dict><key>Name</key><string>Road</string><key>Playlist Items</key><array>
<dict><key>Track ID</key><integer>9</integer></dict></array></dict>
</array></dict></plist>"""

XSPF = f"""<?xml version="1.0"?><playlist version="1" xmlns="http://xspf.org/ns/0/"><title>Mix</title><trackList>
<track><title>One</title><creator>Ann</creator><duration>200000</duration>
<location>https://open.spotify.com/track/{ID}</location><identifier>urn:x</identifier></track>
<track><location>file:///music/Bob%20-%20Two.mp3</location></track><track></track></trackList></playlist>"""


def problem_of(text: str) -> str:
    with pytest.raises(DamagedFileError) as refused:
        read_upload(text.encode())
    return damage_words(refused.value.damage)


def titles(text: str) -> dict[str, list[str]]:
    upload = read_upload(text.encode(), filename="x.xml")
    return {playlist.name: [track.label for track in playlist.tracks] for playlist in upload}


def test_reads_each_list_of_rekordbox_in_its_order_and_the_collection_last() -> None:
    assert titles(REKORDBOX) == {
        "Warm up": ["Cee – Third", "Ann – First & Last"],
        "Peak": ["Cee – Third"],
        "Collection": ["Ann – First & Last", "unnamed track", "Cee – Third"],
    }
    collection = read_upload(REKORDBOX.encode())[-1]
    first, streamed, third = collection.tracks
    assert first.uploaded is not None
    assert (first.uploaded.tempo, first.uploaded.key, first.uploaded.mode) == (124.5, 9.0, 0.0)
    assert (first.duration_ms, first.release_year) == (200_000, None)
    assert streamed.id == ID
    assert streamed.uploaded is not None
    assert (streamed.uploaded.tempo, streamed.uploaded.key) == (128.0, 6.0)
    assert third.uploaded is None
    assert [(one.reason, one.examples) for one in collection.skipped] == [
        (SkipReason.NOT_A_TRACK, ("NOISE",))
    ]


@pytest.mark.parametrize("text", [REKORDBOX, TRAKTOR.replace('<MUSICAL_KEY VALUE="21"></MUSICAL_KEY>', "")])
def test_the_keys_of_a_collection_are_read_together_and_those_that_are_none_counted(text: str) -> None:
    text = text.replace('Tonality="8A"', 'Tonality="B"').replace('KEY="1m"', 'KEY="B"')
    collection = read_upload(text.replace("F#m", "Hm").encode())[-1]
    first = next(track for track in collection.tracks if track.artists == ("Ann",))
    assert first.uploaded is not None
    german = text.startswith(REKORDBOX[:60])
    assert (first.uploaded.key, first.uploaded.mode) == ((10.0, 1.0) if german else (11.0, None))
    unread = read_upload(text.replace('="B"', '="loud"').encode())[-1].notes
    assert [(note.kind, note.count) for note in unread] == [("unread keys", 1)]


def test_reads_a_list_of_traktor_in_its_order_and_trusts_its_number_of_the_key() -> None:
    assert titles(TRAKTOR) == {"Late": ["Bob – Two", "Ann – One", "Cee – Elsewhere"]}
    one = read_upload(TRAKTOR.encode())[0].tracks[1]
    assert one.uploaded is not None
    assert (one.uploaded.tempo, one.uploaded.key, one.uploaded.mode) == (125.392, 9.0, 0.0)
    assert (one.album, one.duration_ms, one.release_year) == ("Al", 163_000, 1971)


def test_reads_a_library_of_apple_without_fetching_its_document_type() -> None:
    assert titles(ITUNES) == {"Road": ["Rain"], "Mediathek": ["Ann – Sea & Sun", "Rain"]}
    library = read_upload(ITUNES.encode())[1]
    first = library.tracks[0]
    assert first.uploaded is not None
    assert (first.uploaded.tempo, first.duration_ms, first.release_year) == (131.0, 201_000, 2001)
    assert [one.reason for one in library.skipped] == [SkipReason.EPISODE]


def test_reads_xspf_with_links_names_and_file_names() -> None:
    (playlist,) = read_upload(XSPF.encode())
    assert (playlist.format, playlist.name) == ("XSPF playlist", "Mix")
    assert [track.label for track in playlist.tracks] == ["Ann – One", "Bob – Two"]
    assert playlist.tracks[0].id == ID
    assert [one.count for one in playlist.skipped] == [1]


def test_reads_xml_in_the_code_page_that_it_names_and_behind_a_comment() -> None:
    for page in ("ISO-8859-2", "windows-1251"):
        name = "Łąka" if page == "ISO-8859-2" else "Ты"
        text = XSPF.replace('version="1.0"', f'version="1.0" encoding="{page}"').replace("One", name)
        playlist = read_upload(text.encode(page))[0]
        assert (playlist.tracks[0].title, playlist.notes) == (name, ())
    assert titles("<!-- by hand -->\n" + XSPF.partition("?>")[2])["Mix"] == ["Ann – One", "Bob – Two"]


def test_keeps_the_recording_that_a_list_names() -> None:
    mbid = "0a3f2c1e-1111-4222-8333-444455556666"
    text = XSPF.replace("urn:x", f"https://musicbrainz.org/recording/{mbid.upper()}")
    assert read_upload(text.encode())[0].tracks[0].recording_id == mbid


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_reads_xml_in_other_encodings_whatever_it_says_of_itself(encoding: str) -> None:
    assert read_upload(ITUNES.encode(encoding))[0].tracks[0].title == "Rain"


def test_never_expands_what_a_file_declares() -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE playlist [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    inside = "<playlist><trackList><track><title>&b;</title></track></trackList></playlist>"
    assert "entities" in problem_of(bomb + inside)
    outside = '<?xml version="1.0"?><!DOCTYPE playlist [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    assert "entities" in problem_of(outside + inside.replace("&b;", "&a;"))


def test_stops_while_reading_where_a_document_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    many = "<playlist><trackList>" + "<track/>" * 1_001 + "</trackList></playlist>"
    monkeypatch.setattr("services.imports.markup.MAX_MARKUP_ELEMENTS", 1_000)
    with pytest.raises(TooManyRowsError):
        read_upload(many.encode())
    keys = '<TRACK Key="1"/>' * (formats.MAX_TOTAL_ROWS + 1)
    listed = REKORDBOX.replace('<TRACK Key="4"/>', keys)
    monkeypatch.setattr("services.imports.markup.MAX_MARKUP_ELEMENTS", 1_000_000)
    with pytest.raises(TooManyRowsError):
        read_upload(listed.encode())
    assert "nested" in problem_of("<playlist>" + "<a>" * 10_000)
    assert "too long" in problem_of("<playlist a='" + "x" * 1_000_000 + "'/>")


@pytest.mark.parametrize("text", [REKORDBOX, TRAKTOR, ITUNES, XSPF])
def test_says_where_a_document_breaks_off(text: str) -> None:
    assert "line" in problem_of(text[: len(text) * 2 // 3])


def test_other_xml_is_named_as_such() -> None:
    with pytest.raises(UnknownFormatError) as refused:
        read_upload(b'<?xml version="1.0"?><feed><entry>Pay now</entry></feed>')
    assert shape_words(refused.value.looks_like) == "an XML file"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_playlist_or_one_kind_of_error_comes_out_of_any_document(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([REKORDBOX, TRAKTOR, ITUNES, XSPF]))
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, min(len(text), begin + 60)))
    put = data.draw(
        st.text(max_size=8) | st.sampled_from(["<dict>", "</array>", "<track>", "</NODE>", '"/>'])
    )
    try:
        upload = read_upload((text[:begin] + put + text[end:]).encode("utf-8", "replace"))
    except UploadError:
        return
    assert all(playlist.tracks for playlist in upload)
