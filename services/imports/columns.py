"""Know which column of a table means what by its header, in the languages people use.

A word that means two things, in one language or across them, is left out: an unknown column is a
smaller loss than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache

from services.domain.features import Feature


class Column(StrEnum):
    """What a column can mean to Tastemap; the features have the names they have everywhere."""

    URI = "uri"
    TITLE = "title"
    ARTISTS = "artists"
    JOINED = "artist and title"
    """`Artist - Title` in one cell, perhaps as the name of a sound file."""
    ARTIST_IDS = "artist ids"
    ALBUM = "album"
    ALBUM_URI = "album uri"
    ALBUM_ARTISTS = "album artists"
    RELEASE = "release"
    DURATION = "duration"
    DURATION_MS = "duration ms"
    DURATION_S = "duration s"
    POPULARITY = "popularity"
    EXPLICIT = "explicit"
    ISRC = "isrc"
    ADDED_AT = "added at"
    GENRES = "genres"
    PLAYLIST = "playlist"
    TYPE = "type"
    PLATFORM = "platform"
    URL = "url"
    CAMELOT = "camelot"
    DANCEABILITY = Feature.DANCEABILITY.value
    ENERGY = Feature.ENERGY.value
    LOUDNESS = Feature.LOUDNESS.value
    SPEECHINESS = Feature.SPEECHINESS.value
    ACOUSTICNESS = Feature.ACOUSTICNESS.value
    INSTRUMENTALNESS = Feature.INSTRUMENTALNESS.value
    LIVENESS = Feature.LIVENESS.value
    VALENCE = Feature.VALENCE.value
    TEMPO = Feature.TEMPO.value
    KEY = Feature.KEY.value
    MODE = Feature.MODE.value


FEATURE_COLUMNS: Mapping[Feature, Column] = {feature: Column(feature.value) for feature in Feature}
"""Which column holds which feature."""

_SPACING = re.compile(r"[\s_\-.]+")
"""Between the words of a header; R writes a point for every blank and bracket."""
_NO_LETTERS = re.compile(r"[\s()\[\]{}<>/:;,'’\"*]+")
_ASIDE = re.compile(
    r"\s*[(\[](?:e?s|n|e|en|in|innen|ms|s|secs?|seconds|sek|seg|sek\w*|min|m{1,2}:ss|min:sec|h{0,2}:?mm:ss|camelot"
    r"|bpm|db|hz)[)\]]$"
)
"""A plural or a unit in brackets behind a name."""
_LONGEST_NAME = 200
_PERCENT = re.compile(r"\s*(?:[(\[]\s*(?:%|0[\s–-]+100|percent)\s*[)\]]|%|\bpercent\b|\bpct\b)$")


def normal(header: str) -> str:
    """Reduce a header to what it says: case, underscores, hyphens, points and a percent mark do not count."""
    return _normal(header[:_LONGEST_NAME])


@lru_cache(maxsize=4096)
def _normal(header: str) -> str:
    words = _SPACING.sub(" ", header.strip().strip("\ufeff\"'").casefold()).strip()
    return _PERCENT.sub("", words).strip()


def says_percent(header: str) -> bool:
    """Whether a header states that its values run from 0 to 100."""
    return _PERCENT.search(_SPACING.sub(" ", header.strip().casefold())) is not None


def names(**columns: str) -> Mapping[str, Column]:
    """Build a header map from `COLUMN="first name|second name"`."""
    return {normal(name): Column[column] for column, listed in columns.items() for name in listed.split("|")}


FEATURE_NAMES = names(**{feature.name: feature.value for feature in Feature})
"""The features under their own names."""


def by_letters(known: Mapping[str, Column]) -> Mapping[str, str]:
    """Return each known name under its letters alone, unless names of two meanings share them."""
    found: dict[str, list[str]] = {}
    for name in known:
        found.setdefault(_letters(name), []).append(name)
    return {
        letters: told[0]
        for letters, told in found.items()
        if letters and len({known[name] for name in told}) == 1
    }


def as_known(header: str, known: Container[str], letters: Mapping[str, str]) -> str:
    """Return a header as one of the known names, where it is another spelling: `TrackName`, `Track name (s)`.

    Parameters
    ----------
    letters
        The known names `by_letters`.
    """
    name = normal(header)
    if name in known:
        return name
    return letters.get(_letters(name)) or letters.get(_letters(_ASIDE.sub("", name))) or name


@lru_cache(maxsize=4096)
def _letters(name: str) -> str:
    return _NO_LETTERS.sub("", name.replace(" ", ""))


_ENGLISH = names(
    URI="uri|id|track id|trackid|track uri|spotify id|spotify uri|spotify track id|"
    "spotify track uri|spotify - id|song id|trackuri",
    URL="url|link|track url|track link|song url|song link|spotify url|spotify link|href|external url",
    TITLE="title|track|song|item title|name|track name|song name|track title|song title|trackname|"
    "master_metadata_track_name",
    ARTISTS="artist|artists|artist name|artist names|artists names|artists name|artist name(s)|artist(s)|"
    "artist(s) name|artist 1|artist name 1|artistname|track artist|track artists|display artist|performer|"
    "singer|band|band name|master_metadata_album_artist_name",
    JOINED="file name|filename",
    ALBUM_ARTISTS="album artist|albumartist|album artists|album artist name|album artist name(s)|"
    "albuminterpret|albuminterpreten|artiste de l'album|artista del álbum|artista dell'album|"
    "artista do álbum",
    ALBUM="album|album name|album title|albumname|track album name|release title|release name",
    ALBUM_URI="album id|album uri|track album id|album url",
    RELEASE="year|release year|release date|released|released year|album date|album release date|"
    "album release year|track album release date|releasedate",
    DURATION_MS="duration ms|duration (ms)|durationms|track duration (ms)|length ms|length (ms)",
    DURATION_S="duration (s)|duration s|duration sec|duration seconds|length (s)|length seconds|"
    "length (seconds)|duration (sec)|duration (seconds)",
    DURATION="duration|length|time|track duration|length (duration)|dur|"
    "duration (min)|duration min|duration minutes|length (min)|duration (mm:ss)|length (mm:ss)|mm:ss|"
    "track length|song length|track time|song duration|running time|runtime|playtime",
    POPULARITY="popularity|track popularity|pop|pop.",
    EXPLICIT="explicit",
    ISRC="isrc|isrc code",
    ADDED_AT="added at|date added|added|addedat",
    GENRES="genres|genre|track genre|artist genres|top genre",
    PLAYLIST="playlist|playlist name",
    CAMELOT="camelot|camelot key|camelot code|camelot wheel|camelot value|camelot notation|open key|openkey",
    DANCEABILITY="dance|danceable|dancability|dnce",
    ENERGY="energy level|nrgy",
    LOUDNESS="loud|loud (db)|loudness (db)|loudness db|volume (db)|db",
    SPEECHINESS="speech|spch",
    ACOUSTICNESS="acoustic|acousticity|acous",
    INSTRUMENTALNESS="instrumental",
    LIVENESS="live",
    VALENCE="happy|happiness|positivity|positiveness|val",
    TEMPO="bpm|tempo (bpm)|tempo bpm|beats per minute|beats per minute (bpm)",
    KEY="musical key|key signature|key result|initial key|initialkey|tonality|root key|song key|track key|"
    "key text|key (camelot)",
)
_GERMAN = names(
    TITLE="Titel|Songtitel|Liedtitel|Lied|Track-Titel|Titelname|Trackname",
    ARTISTS="Interpret|Interpreten|Interpret(en)|Künstler|Künstler(in)|Künstlername|"
    "Name des Künstlers|Name des Künstlers 1|Namen der Künstler|Künstlername 1|Künstlernamen",
    ALBUM="Albumtitel|Albumname",
    RELEASE="Jahr|Erscheinungsjahr|Erscheinungsdatum|Veröffentlichungsdatum",
    DURATION="Dauer|Länge|Laufzeit|Spieldauer|Spielzeit|Zeit",
    ADDED_AT="Hinzugefügt am|Hinzugefügt",
    TEMPO="Schläge pro Minute",
    KEY="Tonart",
)
_FRENCH = names(
    TITLE="Titre|Nom|Morceau|Chanson|Titre du morceau|Nom du morceau|Titre de la piste",
    ARTISTS="Artiste|Artistes|Interprète|Interprètes|Nom de l'artiste|Nom de l'artiste 1|Noms des artistes",
    ALBUM="Nom de l'album|Titre de l'album",
    RELEASE="Année|Date de sortie|Année de sortie",
    DURATION="Durée|Longueur|Temps",
    ADDED_AT="Ajouté le|Date d'ajout|Date de l'ajout",
    TEMPO="Battements par minute",
    KEY="Tonalité",
)
_ROMANCE = names(
    TITLE="Título|Nombre|Canción|Título de la canción|Titolo del brano musicale|Tema|"
    "Nombre de la canción|Titolo|Brano|Canzone|Titolo del brano|"
    "Título de la pista|Titolo traccia|Titolo della traccia|Título da faixa|"
    "Nome|Música|Canção|Faixa|Nome da música|Título da música",
    ARTISTS="Artista|Artistas|Intérprete|Intérpretes|Artisti|Interprete|Interpreti|Nombre del artista|"
    "Nombre del artista 1|Nombres de los artistas|Nome dell'artista 1|Nomi degli artisti|Nome do artista 1|"
    "Nomes dos artistas|"
    "Nome dell'artista|Nome do artista",
    ALBUM="Álbum|Título del álbum|Titolo dell'album|Título do álbum|Nombre del álbum|"
    "Nome dell'album|Nome do álbum",
    RELEASE="Año|Fecha de lanzamiento|Anno|Data di uscita|Anno di uscita|Ano|Data de lançamento",
    DURATION="Duración|Durata|Duração|Tiempo",
    GENRES="Género|Géneros|Genere|Generi|Gênero|Gêneros",
    ADDED_AT="Fecha de adición|Añadido|Aggiunto il|Data di aggiunta|Adicionado em",
    TEMPO="Pulsaciones por minuto|Battiti al minuto|Batidas por minuto",
    KEY="Tonalidad|Tonalità|Tonalidade",
)
_NORTHERN = names(
    TITLE="Naam|Nummer|Namn|Låt|Låttitel|Liedje|Navn|Tittel|Nimi|Kappale",
    ARTISTS="Artiest|Artiesten|Naam artiest|Artistnamn|Kunstner|Artistnavn|Artisti|Esittäjä",
    ALBUM="Albumi",
    RELEASE="Jaar|Uitgavejaar|Releasedatum|År|Utgivningsår|Udgivelsesår|Vuosi",
    DURATION="Duur|Lengte|Tijdsduur|Längd|Speltid|Tijd|Tid|Varighed|Varighet|Længde|Lengde|Aika|Kesto",
    KEY="Toonsoort|Tonart|Toneart",
)
_EASTERN = names(
    TITLE="タイトル|曲名|トラック名|トラックタイトル|曲のタイトル|名前|노래|노래 제목|歌名|歌曲名称|"
    "歌曲標題|曲目|이름|제목|곡명|名称|名稱|歌曲|歌曲名|標題|标题|Ad|Όνομα|"
    "الاسم|Nazwa|Nazwa utworu|Név|Cím|"
    "Назва|Пісня|Трек|Başlık|Şarkı|Şarkı adı|Parça|Parça adı|Τίτλος|Τραγούδι|"
    "العنوان|اسم الأغنية|الأغنية|"
    "Название|Название трека|Трек|Песня|Tytuł|Utwór|Název|Název skladby",
    ARTISTS="アーティスト|アーティスト名|アーティスト名 1|歌手名|가수명|"
    "아티스트|가수|艺人|藝人|歌手|演出者|表演者|Előadó|"
    "Виконавець|Sanatçı|Sanatçı adı|Καλλιτέχνης|الفنان|اسم الفنان|"
    "Исполнитель|Исполнители|Артист|Wykonawca|Artysta|Interpret|Umělec|Jméno interpreta 1",
    ALBUM="アルバム|アルバム名|アルバムのタイトル|앨범|앨범명|专辑名|"
    "专辑|專輯|Albüm|Albüm adı|Άλμπουμ|الألبوم|اسم الألبوم|Альбом|Název alba",
    RELEASE="年|연도|年份|Рік|Év|リリース日|発売日|Yıl|Έτος|السنة|Год|Дата выхода|Rok|Rok wydania",
    DURATION="時間|시간|길이|时间|时长|時長|Время|Час|Тривалість|Czas|Čas|Idő|Hossz|再生時間|長さ|"
    "재생시간|재생 시간|播放时间|Χρόνος|"
    "Süre|Διάρκεια|المدة|Длительность|Продолжительность|Czas trwania|Délka",
    GENRES="ジャンル|Tür|Türler|Είδος|Είδη|النوع|Жанр|Жанры|Gatunek|Žánr",
    KEY="キー|調|調性|音调|调性|키|조성|Τονικότητα|المفتاح|Тональность|Tonacja|Tónina",
)
_FURTHER = names(
    TITLE="Nume|Titlu|Piesă|שם|שם השיר|ชื่อ|ชื่อเพลง|เพลง|Tên|Tên bài hát|Bài hát|Judul|Judul lagu|Tajuk|"
    "Naslov|Pjesma|Песма|Песен|Наименование|Daina|Dziesma|Pavadinimas|Nosaukums|Pealkiri|Lag|Titill",
    ARTISTS="אמן|זמר|ศิลปิน|นักร้อง|Nghệ sĩ|Ca sĩ|Artis|Penyanyi|Izvođač|Извођач|Изпълнител|Atlikėjas|"
    "Izpildītājs|Esitaja|Flytjandi|Izvajalec",
    ALBUM="אלבום|อัลบั้ม|Albums|Албум|Albumas",
    RELEASE="An|Anul|שנה|ปี|Năm|Tahun|Godina|Година|Metai|Gads|Aasta|Leto",
    DURATION="Durată|זמן|משך|เวลา|ระยะเวลา|Thời lượng|Thời gian|Durasi|Trajanje|Трајање|Времетраене|"
    "Trukmė|Ilgums|Kestus|Lengd",
    KEY="Tonalitate|Hangnem|Sävellaji|Tonalitet|Toonaard|Tonalitāte|Tonacija|Helistik|Tonaliteti",
)
_FIRST_OF_MANY = re.compile(r"(.*\D)1")


LANGUAGES: tuple[Mapping[str, Column], ...] = (
    _FURTHER,
    _EASTERN,
    _NORTHERN,
    _ROMANCE,
    _FRENCH,
    _GERMAN,
    _ENGLISH,
)
"""The usual names by groups of languages, as `columns.normal` reduces them."""


def usual_names() -> Mapping[str, Column]:
    """Return every usual name of a column with its meaning."""
    return {name: column for language in LANGUAGES for name, column in language.items()}


def further_artists(header: Sequence[str], first: int | None) -> tuple[int, ...]:
    """Return the places of `Artist Name 2` and so on, where `Artist Name 1` stands at `first`."""
    if first is None:
        return ()
    named = [normal(cell) for cell in header]
    stem = _FIRST_OF_MANY.fullmatch(named[first])
    if stem is None:
        return ()
    return tuple(
        position
        for position, name in enumerate(named)
        if position != first and name.startswith(stem[1]) and name[len(stem[1]) :].isdecimal()
    )
