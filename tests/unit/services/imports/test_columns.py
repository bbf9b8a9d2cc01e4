from __future__ import annotations

import pytest

from cogs.words.lists import shape_words
from services.domain.errors.playlists import UnknownFormatError
from services.domain.music import Track
from services.imports.columns import LANGUAGES
from services.imports.upload import read_upload


def tracks(text: str) -> tuple[Track, ...]:
    (playlist,) = read_upload(text.encode())
    return playlist.tracks


def test_no_name_of_a_column_means_two_things():
    told: dict[str, set[str]] = {}
    for language in LANGUAGES:
        for name, column in language.items():
            told.setdefault(name, set()).add(column)
    assert {name: columns for name, columns in told.items() if len(columns) > 1} == {}


@pytest.mark.parametrize(
    "header",
    [
        "Titel;Interpret;Dauer;Jahr;Tonart;BPM",
        "Name;Künstler;Länge;Erscheinungsjahr;Tonart;Schläge pro Minute",
        "Titre;Artiste;Durée;Année;Tonalité;BPM",
        "Título;Artista;Duración;Año;Tonalidad;Tempo",
        "Nombre;Intérprete;Duración;Fecha de lanzamiento;Tonalidad;BPM",
        "Titolo;Artista;Durata;Anno;Tonalità;BPM",
        "Nome;Artista;Duração;Ano;Tonalidade;BPM",
        "Naam;Artiest;Duur;Jaar;Toonsoort;BPM",
        "Låt;Artist;Längd;År;Tonart;BPM",
        "曲名;アーティスト;時間;年;キー;BPM",
        "Şarkı;Sanatçı;Süre;Yıl;Ton;BPM",
        "Τίτλος;Καλλιτέχνης;Διάρκεια;Έτος;Τονικότητα;BPM",
        "العنوان;الفنان;المدة;السنة;المفتاح;BPM",
        "Название;Исполнитель;Длительность;Год;Тональность;BPM",
        "歌名;歌手;时长;年份;调性;BPM",
        "제목;가수;재생시간;연도;조성;BPM",
        "Nume;Artist;Durată;An;Tonalitate;BPM",
        "שם;אמן;זמן;שנה;Key;BPM",
        "ชื่อเพลง;ศิลปิน;เวลา;ปี;Key;BPM",
        "Tên bài hát;Nghệ sĩ;Thời lượng;Năm;Key;BPM",
        "Judul;Artis;Durasi;Tahun;Key;BPM",
        "Naslov;Izvođač;Trajanje;Godina;Tonalitet;BPM",
    ],
)
def test_tables_of_other_languages(header):
    (track,) = tracks(f"{header}\nOne;A;3:45;1999;8A;120\n")
    assert (track.title, track.artists, track.duration_ms, track.release_year) == (
        "One",
        ("A",),
        225_000,
        1999,
    )
    assert track.uploaded is not None
    assert (track.uploaded.key, track.uploaded.mode, track.uploaded.tempo) == (9, 0, 120)


@pytest.mark.parametrize(
    "header",
    [
        "X,Track.Name,Artist.Name.s.,Duration..ms.",
        "#,track-name,artist-names,duration-ms",
        "id,TrackName,ArtistName,DurationMs",
        "no,track name (s),artist name (s),duration(ms)",
        "No.,TRACK  NAME,Artist_Name,Duration [ms]",
    ],
)
def test_headers_that_programs_respelled(header):
    (track,) = tracks(f"{header}\n1,One,A,225000\n")
    assert (track.title, track.artists, track.duration_ms) == ("One", ("A",), 225_000)


def test_the_columns_of_playlist_tools():
    short = "title,artist,top genre,year,bpm,nrgy,dnce,dB,live,val,dur,acous,spch,pop\n"
    long = (
        "Title,Artist,Top Genre,Year,Beats Per Minute (BPM),Energy,Danceability,Loudness (dB),Liveness,"
        "Valence,Length (Duration),Acousticness,Speechiness,Popularity\n"
    )
    for header in (short, long):
        (track,) = tracks(header + "One,A,pop,1999,121,90,72,-6,11,51,170,8,5,20\n")
        assert (track.duration_ms, track.release_year, track.genres) == (170_000, 1999, ("pop",))
        known = track.uploaded
        assert known is not None
        assert (known.tempo, known.loudness, known.energy, known.speechiness) == (121, -6, 0.9, 0.05)
        assert track.popularity == 20


def test_the_columns_of_a_public_data_set():
    header = "track_name,artist(s)_name,artist_count,released_year,bpm,key,mode,danceability_%,energy_pct\n"
    (track,) = tracks(header + "One,A,1,1999,121,C#,Major,72,51\n")
    known = track.uploaded
    assert known is not None
    assert (known.key, known.mode, known.danceability, known.energy) == (1, 1, 0.72, 0.51)
    assert track.release_year == 1999


def test_each_artist_in_a_column_of_its_own():
    header = "Video ID,Song Title,Album Title,Artist Name 1,Artist Name 2,Artist Name 3\n"
    first, second = tracks(header + 'x,One,L,"Earth, Wind",B,\ny,Two,M,C\n')
    assert (first.artists, second.artists) == (("Earth, Wind", "B"), ("C",))


def test_artist_and_title_from_the_names_of_files():
    header = "Playlist name,File name,Key result,BPM,Energy\n"
    rows = "Set,A - One - Live.mp3,8A,121,7\nSet,C:\\Music\\B - Two.wav,1d,100,3\nSet,Three.flac,Am,90,2\n"
    told = [(track.title, track.artists) for track in tracks(header + rows)]
    assert told == [("One - Live", ("A",)), ("Two", ("B",)), ("Three", ())]
    with pytest.raises(UnknownFormatError):
        tracks("File name,Size\nA - One.mp3,100\n")


@pytest.mark.parametrize(
    ("header", "lacks"),
    [("Title,Album,Year", "the artist"), ("Artist,Album,Year", "the title"), ("Room,Floor,Year", None)],
)
def test_a_refusal_names_the_column_that_is_missing(header, lacks):
    with pytest.raises(UnknownFormatError) as caught:
        tracks(f"{header}\nOne,A,1999\n")
    missing = f"; a column with {lacks} is missing" if lacks else ""
    assert (
        shape_words(caught.value.looks_like) == f"a CSV with the columns {header.replace(',', ', ')}{missing}"
    )
