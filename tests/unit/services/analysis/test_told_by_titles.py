"""Titles and albums tell what kind of recording a track is, and in which language it is called."""

from __future__ import annotations

import pytest

from services.analysis.grounding import grounded
from services.analysis.scenes import scene_of, still_of
from services.analysis.tally import Tally
from services.analysis.told_by_titles import NOTHING, told_by
from services.domain.features import Feature
from services.domain.group_words import RECORDING_WORDS, name_words, scene_words
from services.domain.grouping import GroupName, Language, Lean, Recording, Scene, SceneKind, SoundName
from services.domain.music import Track


@pytest.mark.parametrize(
    ("title", "album", "told"),
    [
        ("Jingle Bells - Remix", "Swing", {Recording.CHRISTMAS, Recording.REMIXES}),
        ("Driving Home", "A Very Merry Christmas", {Recording.CHRISTMAS}),
        ("Es ist ein Ros entsprungen", "Weihnachtslieder", {Recording.CHRISTMAS, Language.GERMAN}),
        ("Hungry Face", "Les Revenants (Original Soundtrack)", {Recording.SOUNDTRACKS}),
        ("Defying Gravity", "Wicked (Original Broadway Cast Recording)", {Recording.MUSICALS}),
        ("Nocturne in E-Flat Major, Op. 9: No. 2", None, {Recording.CLASSICAL}),
        ("About a Girl", "MTV Unplugged in New York", {Recording.LIVE}),
        ("Angie - Live at Wembley, Los Angeles", "Angie", {Recording.LIVE}),
        ("Misery (Acoustic Version)", "Misery", {Recording.ACOUSTIC}),
        ("VOID - Sped Up Version", "VOID", {Recording.SPED_UP}),
        ("C'est la vie", None, {Language.FRENCH}),
        ("Noche de ronda", None, {Language.SPANISH}),
        ("Amor", None, {Language.SPANISH, Language.PORTUGUESE}),
        ("Ręce do góry", None, {Language.POLISH}),
        ("Ohne dich", None, {Language.GERMAN}),
        ("夜に駆ける", None, {Language.JAPANESE}),
        ("稻香", None, {Language.CHINESE}),
        ("봄날", None, {Language.KOREAN}),
        ("чёрное сердце", None, {Language.CYRILLIC}),
        ("حبيبي", None, {Language.ARABIC}),
        ("گل یخ", None, NOTHING),
        ("پیار ہوا", None, NOTHING),
        ("Live and Let Die", "The Way I Live", NOTHING),
        ("Live Forever", "Definitely Maybe", NOTHING),
        ("C'mon, Don't Stop", None, NOTHING),
        ("I'm So Sorry", "Christine", NOTHING),
        ("If I Had a Gun...", "Noel Gallagher's High Flying Birds", NOTHING),
        ("Kerstin", None, NOTHING),
        ("Kerstmis", "Noël", {Recording.CHRISTMAS}),
        (" ", "A Very Merry Christmas", frozenset()),
    ],
)
def test_what_a_title_and_its_album_tell(title: str, album: str | None, told: set[str]) -> None:
    assert told_by(title, album) == told


def called(count: int, *titles: str, album: str | None = None) -> list[Track]:
    return [
        Track(title=f"{titles[number % len(titles)]} {number}", artists=(f"Somebody {number}",), album=album)
        for number in range(count)
    ]


HITS = called(30, "Song", "Dream", "Night", album="Hits")


@pytest.mark.parametrize(
    ("group", "rest", "said"),
    [
        (called(20, "Let It Snow", "Lonely Star", "Feliz Navidad"), HITS, "Christmas"),
        (called(20, "Theme", album="Inception (Original Motion Picture Soundtrack)"), HITS, "Soundtracks"),
        (called(20, "Song - Somebody Remix"), HITS, "Remixes"),
        (called(20, "Je suis malade", "Bruxelles"), HITS, "French titles"),
        (called(20, "Noche de ronda", "Amor", "Bailando"), HITS, "Spanish titles"),
        (called(20, "さくら"), HITS, "Japanese titles"),
    ],
)
def test_what_most_titles_of_a_group_tell_joins_its_name(
    group: list[Track], rest: list[Track], said: str
) -> None:
    own, others = Tally.of(group), Tally.of(rest)
    scene = scene_of(own, others)
    assert scene is not None
    assert scene_words(scene) == said
    name = GroupName(sound=SoundName.QUIET_SPARSE, scene=scene)
    assert still_of(name, own, others)
    assert not still_of(name, others, own)


def test_a_few_titles_tell_nothing_of_a_group() -> None:
    group = called(6, "Let It Snow") + called(14, "Lonely Star", "El Camino")
    assert scene_of(Tally.of(group), Tally.of(HITS)) is None
    assert scene_of(Tally.of(called(20, "さくら")), Tally.of(called(20, "さくら"))) is None
    half_japanese = called(12, "さくら") + called(12, "Lonely Star")
    assert scene_of(Tally.of(half_japanese), Tally.of(HITS)) is None, "the other half is called otherwise"
    cyrillic, hits = Tally.of(called(20, "Сияй")), Tally.of(HITS)
    assert scene_of(cyrillic, hits) is None, "letters of many languages"
    before = GroupName(sound=SoundName.QUIET_SPARSE, scene=Scene(SceneKind.LANGUAGE, Language.CYRILLIC))
    assert not still_of(before, cyrillic, hits), "as older versions said"


def test_christmas_is_said_of_each_group_of_a_list_of_christmas_songs() -> None:
    songs = Tally.of(called(20, "Let It Snow - Somebody Remix"))
    scene = scene_of(songs, songs)
    assert scene == Scene(SceneKind.RECORDING, Recording.CHRISTMAS)
    assert still_of(GroupName(sound=SoundName.HYPNOTIC_GROOVES, scene=scene), songs, songs)


def test_a_name_that_says_little_begins_with_what_all_titles_of_the_list_tell() -> None:
    livelier = GroupName(leans=(Lean(Feature.ENERGY, high=True),), compared=True)
    remixes = Tally.of(called(20, "Song - Somebody Remix"))
    (name,) = grounded([livelier], [(remixes, remixes)])
    assert name_words(name) == "Remixes, livelier"


def test_each_kind_of_recording_and_each_language_has_a_word() -> None:
    assert set(RECORDING_WORDS) == set(Recording)
    for kind, words in ((SceneKind.RECORDING, Recording), (SceneKind.LANGUAGE, Language)):
        said = [scene_words(Scene(kind, word)) for word in words]
        assert len(set(said)) == len(said)
