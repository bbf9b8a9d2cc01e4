"""Groups of a comparison are called by what all may read: what artists are commonly known for."""

from __future__ import annotations

from dataclasses import replace

from services.analysis.comparison.compare import compare
from services.domain.comparison import Person
from services.domain.features import Feature
from tests.unit.services.analysis.comparison.people import person
from tests.unit.services.analysis.sounds import DANCE, LOUD, group

METAL = ("Metallica", "Slayer", "Megadeth", "Iron Maiden", "Judas Priest")
DANCERS = ("Avicii", "Calvin Harris", "David Guetta", "Kygo", "Zedd")


def fan(name: str, artists: tuple[str, ...], sound: dict[str, float], seed: int, genre: str = "") -> Person:
    """Return somebody whose tracks are by some artists, and tagged with a genre."""
    plain = person(name, group(40, seed, **sound))
    tagged = [
        replace(
            entry,
            track=replace(
                entry.track, artists=(artists[row % len(artists)],), genres=(genre,) if genre else ()
            ),
        )
        for row, entry in enumerate(plain.tracks)
    ]
    return replace(plain, tracks=tuple(tagged))


def test_they_say_what_artists_are_commonly_known_for() -> None:
    found = compare([fan("mika", METAL, LOUD, 1), fan("noor", DANCERS, DANCE, 2)])
    assert {name.name.split(",")[0] for name in found.groups} == {"Thrash metal", "EDM"}


def test_they_are_dark_or_acoustic_where_the_line_below_says_so_too() -> None:
    calm = {"energy": 0.3, "valence": 0.2, "danceability": 0.3, "loudness": -8.0, "instrumentalness": 0.6}
    bright = {"acousticness": 0.2, "energy": 0.6, "valence": 0.7}
    for seed, acousticness in ((4, 0.6), (9, 0.5)):
        people = [
            person("ann", group(30, seed, acousticness=acousticness, **calm)),
            person("bob", group(30, seed + 1_000, **bright)),
        ]
        for each in compare(people).groups:
            shown = {level.feature for level in each.levels}
            assert Feature.VALENCE in shown or "dark" not in each.name.lower()
            assert Feature.ACOUSTICNESS in shown or "acoustic" not in each.name.lower()


def test_they_say_neither_the_genres_of_a_file_nor_who_is_in_it() -> None:
    strangers = [
        fan("mika", ("Anna Kelly",), LOUD, 1, "secret metal"),
        fan("noor", ("Ben Moss",), DANCE, 2, "secret dance"),
    ]
    names = " ".join(each.name for each in compare(strangers).groups)
    assert names
    assert not any(word in names.lower() for word in ("secret", "metal", "kelly", "moss"))


def test_they_say_nothing_of_titles_and_of_tracks_that_nobody_has_released() -> None:
    metal, dance = fan("mika", METAL, LOUD, 1), fan("noor", DANCERS, DANCE, 2)
    own = [
        replace(entry, track=replace(entry.track, id=None, isrc=None, title=f"Christmas {row}", album="Xmas"))
        for row, entry in enumerate(metal.tracks)
    ]
    names = [each.name for each in compare([replace(metal, tracks=tuple(own)), dance]).groups]
    assert any(name.startswith("EDM") for name in names)
    assert not any(word in name.lower() for name in names for word in ("metal", "christmas"))


def test_a_word_of_which_little_is_heard_is_left_out_as_for_lists() -> None:
    calm = {"energy": 0.25, "valence": 0.59, "danceability": 0.7, "loudness": -12.0, "acousticness": 0.36}
    quiet = {"energy": 0.6, "valence": 0.23, "danceability": 0.59, "loudness": -16.0, "acousticness": 0.81}
    two = fan("mika", METAL, calm, 119), fan("noor", METAL, quiet | {"instrumentalness": 0.5}, 619)
    assert "Thrash metal, calm" in {each.name for each in compare(two).groups}
