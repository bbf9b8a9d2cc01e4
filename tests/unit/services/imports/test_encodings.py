from __future__ import annotations

import pytest

from cogs.words.messages import note_lines
from services.domain.messages import NoteKind
from services.domain.music import Playlist
from services.imports.encodings import undo_double_encoding
from services.imports.upload import read_upload

RUSSIAN = ["Старый причал", "Ветер в поле", "Ночная дорога", "Последний трамвай", "Белые камни", "Город"]
UKRAINIAN = ["Під дощем", "Їхній вечір", "Стара вулиця", "Місяць і зорі"]
GREEK = ["Παλιό λιμάνι", "Ο άνεμος", "Νύχτα στην πόλη", "Το τελευταίο τρένο"]
JAPANESE = ["夜のバス", "さよならの海", "ひかりの街", "カタカナ"]
KOREAN = ["오래된 항구", "밤의 버스", "하얀 바람", "마지막 기차"]
CZECH = ["Příliš žluťoučký kůň", "Večer u řeky", "Šest měsíců", "Dům na kopci"]
POLISH = ["Łódź o świcie", "Żółty liść", "Ostatni pociąg", "Wieczór nad rzeką", "Dziękuję"]
WESTERN = [
    "Café Ölwechsel",
    "Señor Niño",
    "Ça va très bien",
    "Blåbærsyltetøy",
    "Fußgänger",
    "Don’t Stop – Now",
]
PAGES = {
    "cp1251": RUSSIAN,
    "koi8_r": RUSSIAN,
    "mac_cyrillic": RUSSIAN,
    "cp866": RUSSIAN,
    "cp1253": GREEK,
    "cp932": JAPANESE,
    "cp949": KOREAN,
    "cp1250": CZECH,
    "mac_roman": [name for name in WESTERN if "–" not in name],
}


def read(names: list[str], page: str, header: str = "Title,Artist,Year") -> Playlist:
    rows = "".join(f"{name},Artist {number},1999\n" for number, name in enumerate(names))
    (playlist,) = read_upload(f"{header}\n{rows}".encode(page))
    return playlist


def titles(playlist: Playlist) -> list[str]:
    return [track.title for track in playlist.tracks]


@pytest.mark.parametrize(
    ("page", "names"),
    [
        *PAGES.items(),
        ("cp1250", POLISH),
        ("iso8859_2", POLISH),
        ("iso8859_2", CZECH),
        ("cp1250", ["Gyöngyhajú lány", "Őszi éj", "Hideg tűz"]),
        ("cp1254", ["Şarkı söylemek lazım", "Gülpembe", "Barış", "Dağlar"]),
        ("iso8859_5", RUSSIAN),
        ("koi8_u", UKRAINIAN),
        ("cp850", ["Déjà vu", "Fußgänger", "Blåbær", "Señor Niño"]),
        ("cp850", ["Sång", "Mälarö", "Ögon", "Dröm", "Råtta", "Så länge", "Hjärtat", "Fjäriln"]),
        ("cp852", ["Őszi éj", "Fehér felhők"]),
        ("cp1250", ["Kiša", "Sjećanje", "Sunčana", "Noć", "Dođi"]),
        ("cp1251", UKRAINIAN),
        ("cp1251", ["Старый причал", "Two", "Ветер"]),
        ("mac_latin2", POLISH),
        ("cp852", CZECH),
        ("cp1257", ["Žalia daina", "Šiandien", "Meilė", "Mano širdis", "Vėjas", "Ąžuolas"]),
        ("cp1257", ["Mīlestība", "Saulīte", "Mēness", "Ziemeļi", "Tumša nakts", "Māte", "Jūra"]),
        ("cp1250", ["Kćeri moja", "Noć", "Čaša vina", "Šuma", "Sjećanje", "Živjeti", "Žena"]),
        ("cp1250", ["Inimă", "Noapte bună", "Să fii", "Pădure", "Fată", "Păsări", "Îmi place"]),
        ("iso8859_2", ["Nyár után", "Esőben", "Hideg tűz", "Szerelem", "Felhők", "Két szív"]),
        ("cp1255", ["שלום עולם", "לילה טוב", "הים הכחול", "שיר אחרון"]),
        ("cp1256", ["حبيبي يا نور العين", "أنا عايش", "الليل"]),
        ("cp874", ["รักเธอ", "คิดถึง", "ความรัก"]),
        ("iso2022_jp", JAPANESE),
        ("euc_jp", JAPANESE),
        ("euc_kr", KOREAN),
        ("iso2022_kr", KOREAN),
        ("gbk", ["青花瓷", "月亮代表我的心", "红豆", "夜曲"]),
        ("big5", ["晴天", "月亮代表我的心", "後來", "青花瓷"]),
    ],
)
def test_the_code_page_is_told_by_the_letters_and_named(page, names):
    playlist = read(names, page)
    assert titles(playlist) == names
    (note,) = playlist.notes
    assert note.kind is NoteKind.CODE_PAGE
    assert "UTF-8" in note_lines([note])[0]


@pytest.mark.parametrize(
    "names",
    [
        WESTERN,
        *[[name] for name in WESTERN],
        ["Ásgeir", "À la carte"],
        ["ÉTÉ", "CAFÉ"],
        ["Perché è così", "Già più", "Tromsø"],
        ["Ça", "Ñu", "Öl"],
        ["São Paulo", "Coração", "João"],
        ["Goûter", "Beyoncé", "Motörhead"],
        ["Týr", "Guðrið", "Maðurin"],
        ["Motörhead", "Björk", "Sigur Rós", "Ágætis byrjun", "Þú"],
        ["Été à la mer", "Où", "¿Qué?", "¡Olé!", "N°1", "Mañana 2²"],
        ["Más allá", "Öl", "Søde drømme", "Três irmãs", "Þú og ég", "Perché", "L'âme"],
        ["Sõbrad", "Öö", "Põhjamaa"],
    ],
)
def test_western_files_stay_as_they_are(names):
    playlist = read(names, "cp1252")
    assert titles(playlist) == names
    assert [note.kind for note in playlist.notes] == [NoteKind.WINDOWS_1252]


@pytest.mark.parametrize("page", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_told_by_its_commas(page):
    assert titles(read(RUSSIAN, page)) == RUSSIAN


@pytest.mark.parametrize(
    ("names", "page"),
    [
        (["Город"], "mac_cyrillic"),
        (["Až raz", "Dážď", "Môj"], "iso8859_2"),
        (["שלום עולם", "לילה טוב"], "cp862"),
        (["夜曲"], "gbk"),
    ],
)
def test_names_that_no_page_makes_surely_readable_are_called_so(names, page):
    playlist = read(names, page)
    assert [note.kind for note in playlist.notes] == [NoteKind.UNREADABLE_NAMES]
    assert "save it as CSV UTF-8" in note_lines(playlist.notes)[0]


@pytest.mark.parametrize("page", ["cp1252", "latin-1", "cp1251"])
def test_names_encoded_twice_are_mended_where_the_whole_column_turns_back(page):
    names = ["Тихий вечер", "Plain"] if page == "cp1251" else ["Café Ölwechsel", "Plain", "Señor Niño"]
    twice = [name.encode().decode(page) for name in names]
    playlist = read(twice, "utf-8")
    assert titles(playlist) == names
    assert [note.kind for note in playlist.notes] == [NoteKind.ENCODED_TWICE]


@pytest.mark.parametrize("page", ["cp1252", "mac_roman", "cp850", "cp437", "cp1250"])
@pytest.mark.parametrize("text", ["Titel;Künstler\nÖl;Ann\n", "Künstler - Öl\nAnn - Eins\n"])
def test_a_file_that_was_encoded_twice_is_mended_with_its_header(page, text):
    (playlist,) = read_upload(text.encode().decode(page).encode())
    assert "Öl" in titles(playlist)
    assert [note.kind for note in playlist.notes] == [NoteKind.ENCODED_TWICE]


def test_capitals_before_quotation_marks_were_encoded_once():
    playlist = read(["CAFÉ’S", "“FIANCÉ”"], "utf-8")
    assert titles(playlist) == ["CAFÉ’S", "“FIANCÉ”"]
    assert playlist.notes == ()


def test_a_column_that_does_not_turn_back_stays_and_is_named():
    names = ["Café".encode().decode("cp1252"), "Señor", "Plain"]
    playlist = read(names, "utf-8")
    assert titles(playlist) == names
    assert [(note.kind, note.count) for note in playlist.notes] == [(NoteKind.LEFT_ENCODED_TWICE, 1)]


@pytest.mark.parametrize(
    "name", ["Café", "Рок", "Ã", "plain", "日本", "naïve – Ü", "bæði", "L’été", "“Été”", "CANÇÃO", "ãé"]
)
def test_what_was_encoded_once_is_left_alone(name):
    assert undo_double_encoding(name) is None
