"""Genres have one spelling, a family, and a vocabulary that strangers may be shown."""

from __future__ import annotations

import json
from importlib import resources

import pytest

from services.analysis.genres import commonly_known, family_of, genre_words, is_known, normal_genre
from services.analysis.titles import artist_words


@pytest.mark.parametrize(
    ("spellings", "genre"),
    [
        (("Hip-Hop", "hip hop", "HIPHOP", "hip‐hop", "Rap & Hip Hop"), "hip hop"),
        (("R&B", "rnb", "R & B", "Rhythm and Blues", "r'n'b"), "r&b"),
        (("Drum and Bass", "drum & bass", "DnB", "drum'n'bass"), "drum & bass"),
        (("synth-pop", "Synthpop", "synth pop"), "synthpop"),
        (("rock-and-roll", "Rock and Roll", "rock'n'roll", "rock n roll"), "rock & roll"),
        (("rock klasyczny", "Classic Rock"), "classic rock"),
        (("Lo-Fi", "lofi", "lo fi"), "lo fi"),
        ((" .Soul! ", "ＳＯＵＬ"), "soul"),
    ],
)
def test_one_genre_has_one_spelling(spellings: tuple[str, ...], genre: str) -> None:
    assert {normal_genre(spelling) for spelling in spellings} == {genre}


@pytest.mark.parametrize("text", ["", "  ", "80", "---", "x" * 61, "!!!", "Other", "<Unknown>", "N/A"])
def test_what_is_no_genre_is_nothing(text: str) -> None:
    assert normal_genre(text) == ""
    assert genre_words([text]) == ()


@pytest.mark.parametrize(
    ("genre", "family"),
    [
        ("progressive rock", "rock"),
        ("rock opera", "classical"),
        ("folk metal", "metal"),
        ("Old School Hip-Hop", "hip hop"),
        ("post-punk", "rock"),
        ("french house", "electronic"),
        ("christian rock", "religious"),
        ("neue glücksmusik", None),
    ],
)
def test_a_genre_belongs_to_the_family_of_what_its_words_describe(genre: str, family: str | None) -> None:
    assert family_of(genre) == family


def test_only_words_of_the_vocabulary_are_shown_to_strangers() -> None:
    assert is_known("Hip-Hop")
    assert is_known("dream pop")
    assert not is_known("call me at 555 1234")
    assert not is_known("my ex is a liar")


def test_the_kept_data_is_in_the_form_in_which_it_is_looked_up() -> None:
    path = resources.files("services.analysis").joinpath("constants", "genres.json")
    data = json.loads(path.read_text("utf-8"))
    words = [*data["spellings"].values(), *data["vocabulary"], *data["families"]]
    words += [word for family in data["families"].values() for word in family]
    assert [word for word in words if normal_genre(word) != word] == []
    entries = [word for family in data["families"].values() for word in family]
    assert len(entries) == len(set(entries))


def test_each_artist_of_the_table_is_there_once_with_genres_that_may_be_shown() -> None:
    text = resources.files("services.analysis").joinpath("constants", "artists.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines()]
    leads = [artist_words(name) for name, *_ in rows]
    assert [other[0] if other else name.casefold() for name, _, *other in rows] == leads
    assert leads == sorted(leads)
    assert len(set(leads)) == len(rows) > 5000
    for name, genres, *_ in rows:
        assert name == name.strip()
        said = genres.split("; ")
        assert said == list(dict.fromkeys(map(normal_genre, said))), name
        assert all(map(is_known, said)), name
        assert any(map(family_of, said)), name


def test_what_artists_are_commonly_known_for_is_found_however_they_are_spelt() -> None:
    found = commonly_known([artist_words("BEYONCE"), artist_words("the rolling stones"), "nobody at all", ""])
    assert set(found) == {"beyonce", "rolling stones"}
    assert family_of(found["rolling stones"][0]) == "rock"
