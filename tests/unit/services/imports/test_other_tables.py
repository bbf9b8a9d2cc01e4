from __future__ import annotations

import pytest

from cogs.words.lists import shape_words
from cogs.words.messages import note_lines
from services.domain.errors.playlists import PlaylistNotInFileError, UnknownFormatError
from services.domain.features import AudioFeatures
from services.domain.messages import NoteKind
from services.domain.music import SkipReason
from services.imports.upload import read_upload

from .samples import CHOSIC_HEADER, CHOSIC_ROW, IDS, TMM_HEADER, csv_text


def read(text: str, **more: str):
    return read_upload(text.encode(), **more)


def test_chosic_percents_clock_note_and_camelot_become_our_units():
    (playlist,) = read(f"{CHOSIC_HEADER}\n{CHOSIC_ROW}\n")
    track = playlist.tracks[0]
    assert playlist.format == "Chosic"
    assert (track.title, track.artists) == ("Glass Harbour", ("Mira Voss", "The Pale Lanterns"))
    assert (track.duration_ms, track.release_year, track.isrc, track.explicit) == (
        215000,
        2014,
        "GBABC1400001",
        True,
    )
    assert track.uploaded == AudioFeatures(
        danceability=0.51,
        energy=0.73,
        loudness=-7,
        speechiness=0.03,
        acousticness=0.25,
        instrumentalness=0.0,
        liveness=0.11,
        valence=0.62,
        tempo=121,
        key=7,
        mode=0,
    )
    assert any("0 to 100" in note for note in note_lines(playlist.notes))


def test_chosic_takes_the_mode_from_the_camelot_letter_when_the_key_is_a_bare_note():
    rows = [CHOSIC_ROW.replace("G Minor", "G"), CHOSIC_ROW.replace("G Minor", "B♭").replace("6A", "6B")]
    (playlist,) = read("\n".join([CHOSIC_HEADER, *rows]))
    assert [(track.uploaded.key, track.uploaded.mode) for track in playlist.tracks] == [(7, 0), (10, 1)]


def test_chosic_older_names_for_valence_loudness_and_length():
    header = (
        "#,Song,Artist,BPM,Camelot,Energy,Time,Album,Dance,Acoustic,Instrumental,Happy,Speech,Live,Loud,Key,"
        "Spotify Track Id"
    )
    row = f"1,Glass Harbour,Mira Voss,121,8B,73,1:02:03,Low Tide,51,25,0,62,3,11,-7,C,{IDS[0]}"
    (playlist,) = read(f"{header}\n{row}")
    track = playlist.tracks[0]
    assert playlist.format == "Chosic"
    assert (track.duration_ms, track.uploaded.valence, track.uploaded.loudness) == (3_723_000, 0.62, -7)
    assert (track.uploaded.key, track.uploaded.mode) == (0, 1)


def test_a_chosic_file_rewritten_to_fractions_is_not_divided_again():
    row = CHOSIC_ROW.replace(",73,", ",0.73,").replace(",51,25,0,62,3,11,", ",0.51,0.25,0,0.62,0.03,0.11,")
    (playlist,) = read(f"{CHOSIC_HEADER}\n{row}\n")
    assert playlist.tracks[0].uploaded.energy == 0.73
    assert playlist.notes == ()


def tunemymusic() -> str:
    rows = [
        [
            "Glass Harbour",
            "Mira Voss, Pale Lanterns",
            "Low Tide",
            "Evenings",
            "Playlist",
            "GBABC1400001",
            IDS[0],
        ],
        ["Stone Ferry", "Mira Voss", "Low Tide", "", "Favorite", "", IDS[1]],
        ["Low Tide", "Mira Voss", "Low Tide", "", "Album", "", ""],
        ["", "Mira Voss", "", "", "Artist", "", ""],
        ["Old Kite", "Tyler, The Creator", "Wind", "Mornings", "Playlist", "", ""],
        ["Night Bus", "Mira Voss", "Wind", "Evenings", "Playlist", "", ""],
        ["Mira Voss - Field Day", "", "", "Evenings", "Playlist", "", ""],
    ]
    return "\ufeff" + csv_text([TMM_HEADER.split(","), *rows])


def test_tunemymusic_holds_several_playlists_and_only_their_tracks():
    playlists = read(tunemymusic(), filename="export.csv")
    assert [(playlist.name, playlist.format) for playlist in playlists] == [
        ("Evenings", "TuneMyMusic"),
        ("export", "TuneMyMusic"),
        ("Mornings", "TuneMyMusic"),
    ]
    evenings, favourites, mornings = playlists
    assert [track.title for track in evenings.tracks] == ["Glass Harbour", "Night Bus", "Field Day"]
    assert evenings.tracks[0].artists == ("Mira Voss", "Pale Lanterns")
    assert evenings.tracks[2].artists == ("Mira Voss",)
    assert any("taken apart" in note for note in note_lines(evenings.notes))
    assert [(skipped.reason, skipped.count) for skipped in favourites.skipped] == [
        (SkipReason.NOT_A_TRACK, 2)
    ]
    assert mornings.tracks[0].artists == ("Tyler, The Creator",)
    assert mornings.tracks[0].uploaded is None


def test_wanted_narrows_by_name_in_any_case():
    (playlist,) = read(tunemymusic(), wanted=" evenINGS ")
    assert playlist.name == "Evenings"
    with pytest.raises(PlaylistNotInFileError) as caught:
        read(tunemymusic(), wanted="Weekend")
    assert "Mornings" in caught.value.available


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("title;artist;album;isrc", "Glass Harbour;Mira Voss;Low Tide;gbabc1400001"),
        (
            "\ufefftitle;artist;album;isrc;addedDate;addedBy;duration;url",
            "Glass Harbour;Mira Voss;Low Tide;GBABC1400001;2020-01-02;me;215s;https://elsewhere.example/track/1",
        ),
        (
            "title,artist,album,isrc,platform,trackId,duration,addedDate,url",
            f"Glass Harbour,Mira Voss,Low Tide,GBABC1400001,deezer,{IDS[3]},215,2020-01-02,https://e.example/1",
        ),
    ],
)
def test_soundiiz_in_its_three_shapes(header, row):
    (playlist,) = read(f"{header}\n{row}\n")
    track = playlist.tracks[0]
    assert playlist.format == "Soundiiz"
    assert (track.title, track.artists, track.isrc, track.id) == (
        "Glass Harbour",
        ("Mira Voss",),
        "GBABC1400001",
        None,
    )
    assert track.duration_ms in {None, 215000}


def test_soundiiz_believes_an_id_only_from_spotify():
    header = "title,artist,album,isrc,platform,trackId"
    rows = [f"One,A,B,,spotify,{IDS[0]}", f"Two,A,B,,tidal,{IDS[1]}"]
    (playlist,) = read("\n".join([header, *rows]))
    assert [track.id for track in playlist.tracks] == [IDS[0], None]


def test_generic_table_with_percents_says_that_it_converted():
    text = "Title;Artist;BPM;Energy;Danceability\nOne;A;120,5;80;45\nTwo;B;90;12;99\n"
    (playlist,) = read(text)
    assert playlist.format == "CSV table"
    assert [track.uploaded.energy for track in playlist.tracks] == [0.8, 0.12]
    assert playlist.tracks[0].uploaded.tempo == 120.5
    assert any("0 to 100" in note for note in note_lines(playlist.notes))


def test_generic_table_in_our_units_stays_as_it_is():
    (playlist,) = read(
        "track_name,artists,track_id,energy,tempo\nOne,\"['A', 'B, C']\"," + IDS[0] + ",0.8,120\n"
    )
    track = playlist.tracks[0]
    assert (track.artists, track.id, track.uploaded) == (
        ("A", "B, C"),
        IDS[0],
        AudioFeatures(energy=0.8, tempo=120),
    )
    assert playlist.notes == ()


def test_generic_scale_of_ten_is_left_out_and_said():
    rows = "\n".join(f"Song {n},A,{n},12{n}" for n in range(1, 10))
    (playlist,) = read(f"title,artist,energy,bpm\n{rows}\n")
    assert all(track.uploaded.energy is None and track.uploaded.tempo for track in playlist.tracks)
    assert any("scale is not known" in note for note in note_lines(playlist.notes))


def test_a_few_energies_from_one_to_ten_are_no_percents():
    (playlist,) = read("title,artist,energy,bpm\nA,x,5,126\nB,x,7,127\n")
    assert all(track.uploaded.energy is None for track in playlist.tracks)


def test_positive_loudness_is_no_loudness_in_decibels():
    (playlist,) = read("title,artist,loudness\nA,x,0.7\nB,x,0.9\nC,x,0.2\n")
    assert all(track.uploaded is None for track in playlist.tracks)
    assert any("decibels" in note for note in note_lines(playlist.notes))


@pytest.mark.parametrize("header", ["energy %", "Energy (%)", "Energy (0-100)"])
def test_a_header_can_state_the_percent_scale(header):
    (playlist,) = read(f"title,artist,{header}\nA,x,1\n")
    assert playlist.tracks[0].uploaded.energy == 0.01


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_finds_the_delimiter_by_the_header_it_makes_sense_with(delimiter):
    text = csv_text(
        [["title", "artist", "url"], ["A; b, c|d", "x", f"https://open.spotify.com/track/{IDS[0]}"]],
        delimiter=delimiter,
    )
    (playlist,) = read(text)
    assert (playlist.tracks[0].title, playlist.tracks[0].id) == ("A; b, c|d", IDS[0])


def test_excel_hint_and_title_line_above_the_header():
    (playlist,) = read("sep=;\nMy songs of 2020\ntitle;artist\nA;x\n")
    assert [track.title for track in playlist.tracks] == ["A"]
    assert any("above the header" in note for note in note_lines(playlist.notes))


def test_quoted_line_breaks_stay_inside_their_cell():
    (playlist,) = read('title,artist,album,isrc\n"Two\nlines",x,y,\nB,x,y,\n')
    assert [track.title for track in playlist.tracks] == ["Two lines", "B"]


def test_sloppy_inner_quotes_do_not_stop_the_reading():
    (playlist,) = read('title,artist,album\n"12" mix",x,y\nB "live",x,y\n')
    assert len(playlist.tracks) == 2
    assert playlist.tracks[1].title == 'B "live"'


def test_a_row_with_shifted_cells_is_left_out_and_counted():
    (playlist,) = read("title,artist,album\nHello, you,x,y\nB,x,y\nC,x,y,,\n")
    assert [track.title for track in playlist.tracks] == ["B", "C"]
    assert [(s.reason, s.count) for s in playlist.skipped] == [(SkipReason.UNREADABLE, 1)]
    assert playlist.skipped[0].examples[0].startswith("line 2")


def test_short_rows_are_counted_in_a_note():
    (playlist,) = read("title,artist,album\nA,x\nB\nC,x,y\n")
    assert len(playlist.tracks) == 3
    assert any(note.startswith("2 rows had fewer cells") for note in note_lines(playlist.notes))


def test_a_last_row_without_an_end_is_mentioned():
    (playlist,) = read("title,artist,album\nA,x,y\nB,x,y\nC,x")
    assert any("cut off" in note for note in note_lines(playlist.notes))


def test_an_isrc_alone_identifies_a_track():
    (playlist,) = read("isrc\ngb-abc-14-00001\nUSXYZ1500002\n")
    assert [track.isrc for track in playlist.tracks] == ["GBABC1400001", "USXYZ1500002"]


@pytest.mark.parametrize(
    "text",
    [
        "name,email\nAnna,a@example.org\n",
        "name,age\nAnna,33\n",
        "id,amount\n1,2\n3,4\n",
        "id,name,amount\n1,Bread,2\n",
        "title\nHello\n",
    ],
)
def test_tables_about_other_things_are_not_read_as_music(text):
    with pytest.raises(UnknownFormatError):
        read(text)


def test_unknown_tables_are_described_by_their_columns_alone():
    with pytest.raises(UnknownFormatError) as caught:
        read("name,email,phone\nAnna,a@example.org,123\n")
    assert shape_words(caught.value.looks_like) == "a CSV with the columns name, email, phone"


def test_rows_of_nothing_but_zeros_are_unknown_and_counted():
    header = "Title,Artist,Energy,Danceability,Valence,Loudness,Tempo,Key\n"
    rows = "One,A,0.5,0.6,0.7,-7,120,5\nTwo,B,0,0,0,-60,0,-1\nThree,C,0.0,0,0,0,0,0\nFour,D,0,0,0,-60,120,0\n"
    (playlist,) = read_upload((header + rows).encode())
    assert [track.uploaded is None for track in playlist.tracks] == [False, True, True, False]
    assert [note.count for note in playlist.notes if note.kind == NoteKind.ZERO_ROWS] == [2]
