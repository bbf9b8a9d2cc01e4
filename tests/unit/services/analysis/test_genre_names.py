"""Which genre a group is called by where several would hold, and what genres say against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from services.analysis.claims import Claim, Tags, unshown
from services.analysis.genres import commonly_known, normal_genre
from services.analysis.grounding import grounded
from services.analysis.scenes import implied_by, still_of
from services.analysis.tally import Tally
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.group_words import name_words, scene_words, wording_of
from services.domain.grouping import MORE_SUNG, GroupName, Lean, Scene, SceneKind, SoundName
from services.domain.music import Track
from tests.unit.services.analysis.test_scenes import grounded_in, scene_in, strangers
from tests.unit.services.analysis.test_tally import songs

MANY = ("math rock", "post-rock", "shoegaze")
SILENT, BRIGHT = GroupName(sound=SoundName.ALL_ROUNDERS), GroupName(sound=SoundName.BRIGHT_UPBEAT)
RAP = GroupName(sound=SoundName.RAP_SPOKEN_WORD)


def said_of(group: list[Track], rest: list[Track], name: GroupName = SILENT) -> str:
    return name_words(grounded_in(name, group, rest))


def tagged(number: int, *genres: str, artist: str = "") -> list[Track]:
    """Return songs that have all of some genres."""
    one = songs(number, genres[0], artist=artist)
    return [Track(title=track.title, artists=track.artists, genres=genres) for track in one]


def of_two(*genres: str) -> list[Track]:
    """Return songs by two whom all know for post-rock."""
    return tagged(15, *genres, artist="Mogwai") + tagged(15, *genres, artist="Explosions in the Sky")


def dated(music: list[Track], years: list[int]) -> Tally:
    """Count songs of some years in turn."""
    return Tally.of([replace(track, release_year=years[at % len(years)]) for at, track in enumerate(music)])


@pytest.mark.parametrize(
    ("group", "rest", "said"),
    [
        (of_two(*MANY), of_two(*MANY), "Post-rock"),
        (tagged(20, *MANY), tagged(20, *MANY), "Math rock"),
        (tagged(20, "pop", "swedish pop"), tagged(20, "pop", "swedish pop"), "Swedish pop"),
        (tagged(12, "pop", "swedish pop") + tagged(18, "pop"), songs(30, "polka"), "Pop"),
        (songs(20, "witch house"), songs(20, "polka"), "Witch house"),
        (tagged(20, "soundtrack", "musicals"), songs(20, "polka"), "Musicals"),
    ],
    ids=["known for it", "nobody knows", "a kind of it", "a kind of some", "no kind of it", "musicals"],
)
def test_of_several_genres_that_hold_the_one_that_says_most_is_said(
    group: list[Track], rest: list[Track], said: str
) -> None:
    scene = scene_in(group, rest)
    assert (said_of(group, rest) if scene is None else scene_words(scene)) == said


def test_a_family_of_many_kinds_is_called_by_the_kind_that_most_of_it_is() -> None:
    worship = [track for number in range(8) for track in tagged(3, "christian", f"{number} worship")]
    assert said_of(worship, songs(30, "polka")).startswith("Christian")
    mixed = songs(4, "worship") + songs(4, "gospel") + songs(4, "hymns") + songs(4, "ccm")
    assert said_of(mixed, songs(30, "polka")) == "Religious music"


def test_a_family_that_says_little_alone_is_told_by_two_of_its_genres() -> None:
    kinds = (("garage rock", 6), ("britpop", 6), ("grunge", 3), ("surf rock", 3), ("glam rock", 2))
    group = strangers(*(songs(number, kind) for kind, number in kinds))
    assert said_of(group, songs(30, "shoegaze")) == "Britpop & garage rock"
    dark = GroupName(leans=(Lean(Feature.VALENCE, high=False), Lean(Feature.ENERGY, high=False)))
    assert said_of(group, songs(30, "shoegaze"), dark).endswith(", dark & calm")


def test_rap_is_called_by_its_kind_where_most_of_it_is_of_one() -> None:
    assert said_of(tagged(20, "french rap", "hip hop"), songs(20, "polka"), RAP) == "French rap"
    assert said_of(tagged(20, "rap", "hip hop"), songs(20, "polka"), RAP) == "Rap"


def test_two_groups_are_never_called_the_same_though_one_says_nothing_of_its_sound() -> None:
    faint = GroupName(leans=(Lean(Feature.VALENCE, high=False), Lean(Feature.LOUDNESS, high=False)))
    parts = [songs(20, "jangle pop"), songs(20, "jangle pop")]
    tallies = list(map(Tally.of, parts))
    named = grounded([SILENT, faint], [tuple(tallies), tuple(reversed(tallies))], faint=[(), faint.leans])  # type: ignore[list-item]
    assert [name_words(name) for name in named] == ["Jangle pop", "Jangle pop, dark"]


def test_what_a_genre_implies_is_said_where_nothing_else_tells_two_groups_apart() -> None:
    driving, hypnotic = (
        GroupName(sound=name) for name in (SoundName.ELECTRIC_DRIVING, SoundName.HYPNOTIC_GROOVES)
    )
    parts = [Tally.of(songs(20, "house")) for _ in range(2)]
    named = grounded([driving, hypnotic], [(parts[0], parts[1]), (parts[1], parts[0])])
    assert [name_words(name) for name in named] == ["House, electric & driving", "House, hypnotic"]


def test_that_songs_are_sung_goes_without_saying_but_of_what_often_is_not() -> None:
    assert MORE_SUNG in implied_by(Scene(SceneKind.GENRE, "indie rock"))
    assert MORE_SUNG not in implied_by(Scene(SceneKind.GENRE, "house"))
    sung = GroupName(leans=(MORE_SUNG,), compared=True, scene=Scene(SceneKind.GENRE, "house"))
    assert name_words(sung) == "House, vocal"


@pytest.mark.parametrize(
    ("genre", "instrumental", "claim", "is_refused"),
    [
        ("indie", 0.7, Claim.INSTRUMENTAL, True),
        ("indie", 0.9, Claim.INSTRUMENTAL, False),
        ("ambient", 0.7, Claim.INSTRUMENTAL, False),
        ("jungle", 0.0, Claim.QUIET, True),
        ("folk", 0.0, Claim.QUIET, False),
        ("score", 0.0, Claim.ACOUSTIC, True),
        ("folk", 0.0, Claim.ACOUSTIC, False),
    ],
)
def test_genres_speak_against_what_is_measured(
    genre: str, instrumental: float, claim: Claim, is_refused: bool
) -> None:
    raw = np.full((40, len(SOUND_FEATURES)), 0.4)
    column = SOUND_FEATURES.index(Feature.INSTRUMENTALNESS)
    raw[:, column] = np.arange(40) < 40 * instrumental
    genres: Sequence[Sequence[str]] = [(genre,)] * 40
    refused = Tags.of(genres, np.zeros(40, dtype=np.intp)).refused(0, raw)
    assert (claim in refused) == is_refused


def test_a_genre_with_an_ampersand_is_one_word_beside_another() -> None:
    assert scene_words(Scene(SceneKind.GENRE, "drum & bass", "jungle")) == "Drum'n'bass & jungle"
    assert scene_words(Scene(SceneKind.GENRE, "drum & bass")) == "Drum & bass"


def test_a_genre_that_nearly_all_have_is_said_before_one_that_tells_more() -> None:
    slow = tagged(24, "shoegaze", "slowcore") + tagged(6, "shoegaze", "dream pop")
    assert said_of(slow, tagged(10, "shoegaze", "slowcore") + songs(20, "polka")) == "Shoegaze"
    rest = tagged(20, "shoegaze", "dream pop") + tagged(6, "shoegaze", "slowcore")
    assert said_of(slow, rest) == "Shoegaze & slowcore"
    hip_hop = tagged(24, "hip hop", "jazz rap") + tagged(6, "hip hop")
    assert scene_in(hip_hop, songs(30, "hip hop")) == Scene(SceneKind.GENRE, "jazz rap")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Scene(SceneKind.ARTIST, "Jungle"), Scene(SceneKind.GENRE, "jungle")),
        (Scene(SceneKind.GENRE, "r&b & soul"), Scene(SceneKind.GENRE, "soul", "r&b")),
        (Scene(SceneKind.GENRE, "alternative", "death metal"),
         Scene(SceneKind.GENRE, "alternative metal", "death metal")),
        (Scene(SceneKind.GENRE, "christmas"), Scene(SceneKind.RECORDING, "christmas")),
    ],
)  # fmt: skip
def test_two_names_that_read_the_same_are_one(one: Scene, other: Scene) -> None:
    dark = GroupName(leans=(Lean(Feature.VALENCE, high=False),))
    assert wording_of(replace(dark, scene=one)) == wording_of(replace(dark, scene=other))


def test_two_genres_are_said_where_each_is_of_tracks_that_the_other_is_not() -> None:
    assert said_of(tagged(20, "ccm", "christian pop", "christian"), songs(20, "polka")) == "Christian pop"
    assert said_of(tagged(20, "rock", "metal"), tagged(20, "rock", "metal")) == "Metal"


def test_beside_a_family_of_the_whole_list_that_one_is_said_which_tells() -> None:
    party = GroupName(sound=SoundName.FEEL_GOOD_DANCE)
    group = [track for at in range(16) for track in tagged(1, f"{at} rock", artist=f"Band {at}")]
    rest, group = group * 2, group + tagged(5, "disco")
    assert said_of(group, rest, party) == "Rock & disco, feel-good & danceable"
    assert said_of(group, rest + tagged(8, "disco"), party) == "Rock, feel-good & danceable"
    few = group[:8] + tagged(2, "metal")
    assert said_of(few, rest, BRIGHT) == "Rock, bright & upbeat"


def test_of_a_list_by_one_artist_the_groups_are_called_by_the_artist() -> None:
    own, rest = (tagged(20, "post rock", artist="Mogwai") for _ in range(2))
    assert said_of(own, rest, BRIGHT) == "Mogwai, bright & upbeat"
    assert said_of(own + tagged(10, "post rock"), rest, BRIGHT) == "Post-rock, bright & upbeat"
    assert said_of(songs(20, artist="Yppah"), songs(20, artist="Yppah")) == "Yppah"
    rap, rest = (tagged(20, "rap", artist="Eminem") for _ in range(2))
    assert said_of(rap, rest, RAP) == "Eminem, wordy"
    for nobody in ("VA", "V.A.", "Varios Artistas", "Verschiedene Interpreten", "Разные исполнители"):
        own, rest = (tagged(20, "post rock", artist=nobody) for _ in range(2))
        assert said_of(own, rest, BRIGHT) == "Post-rock, bright & upbeat"


def test_a_group_nearly_all_of_which_is_by_one_artist_is_called_by_them_and_not_by_what_tells_it() -> None:
    rave = tagged(16, "techno", artist="The Prodigy") + tagged(4, "techno")
    for rest in (tagged(20, "rock", artist="The Prodigy"), songs(20, "polka")):
        assert scene_in(rave, rest) == Scene(SceneKind.ARTIST, "The Prodigy")


def test_what_goes_without_saying_is_said_beside_more_of_the_same() -> None:
    wordy = GroupName(leans=(Lean(Feature.SPEECHINESS, high=True),))
    assert said_of(tagged(20, "hip hop"), tagged(20, "hip hop"), wordy) == "Hip hop, wordy"
    assert said_of(tagged(20, "hip hop"), songs(20, "polka"), wordy) == "Hip hop"
    assert said_of(tagged(20, "spoken word"), tagged(20, "spoken word"), wordy) == "Spoken word"


def test_a_second_genre_that_one_of_six_has_is_not_said() -> None:
    talk = tagged(50, "spoken word") + tagged(10, "spoken word", "comedy")
    assert said_of(talk, tagged(10, "spoken word") + tagged(20, "comedy")) == "Spoken word"


def test_of_two_genres_that_tell_as_much_the_one_is_said_that_people_know() -> None:
    dub = songs(12, "dub techno") + tagged(8, "electrocumbia", "trip hop")
    dub += [track for number in range(10) for track in tagged(1, f"style {number}")]
    assert said_of(dub, songs(30, "salsa")) == "Dub techno & trip hop"


def test_a_broad_family_gives_way_to_two_kinds_that_make_much_of_it() -> None:
    rock = tagged(8, "shoegaze") + tagged(7, "dream pop")
    rock += [track for number in range(10) for track in tagged(1, f"{number} rock")]
    loud = GroupName(sound=SoundName.ELECTRIC_DRIVING)
    parts = Tally.of(rock), Tally.of(songs(30, "jazz rock"))
    assert name_words(grounded([loud], [parts])[0]) == "Shoegaze & dream pop, electric & driving"
    own = tagged(9, "house") + tagged(9, "techno") + tagged(7, "electronic", "dance pop") + songs(5, "idm")
    assert said_of(own, tagged(30, "electronic", "ambient"), loud).startswith("House & techno")
    mixed = tagged(9, "dream pop") + tagged(16, "rock") + tagged(5, "electronic")
    assert said_of(mixed, songs(30, "polka"), loud) == "Dream pop, electric & driving"
    assert (
        said_of(tagged(9, "k-pop") + tagged(21, "pop"), songs(30, "polka"), loud) == "Pop, electric & driving"
    )
    country = Tally.of(tagged(20, "country", "red dirt") + tagged(10, "country", "alt country"))
    said = name_words(grounded([loud], [(country, Tally.of(songs(30, "country")))])[0])
    assert said == "Red dirt & alternative country, electric & driving"


@pytest.mark.parametrize(
    ("families", "years", "name", "said"),
    [
        ("pop", [2011, 2015], SILENT, "2010s pop"),
        ("pop", [2008, 2015], SILENT, "2000s & 2010s pop"),
        ("electronic", [2011, 2015], SILENT, "2010s electronic music"),
        ("pop rock", [1971, 1985], SILENT, "70s–80s pop & rock"),
        ("pop jazz", [2011, 2015], SILENT, "Jazz & pop"),
        ("classical", [2011, 2015], SILENT, "Classical"),
        ("classical", [1961, 1965], SILENT, "Classical"),
        ("rock", [1981, 1985], SILENT, "80s rock"),
        ("rock", [1981, 1985], BRIGHT, "80s rock, bright & upbeat"),
        ("rock", [2001, 2005], BRIGHT, "Rock, bright & upbeat"),
        ("rock", [9998, 9999], BRIGHT, "Rock, bright & upbeat"),
    ],
)
def test_a_broad_genre_is_told_by_its_decades(
    families: str, years: list[int], name: GroupName, said: str
) -> None:
    """Years are those of the edition: classical music and jazz of the 2010s are older, and pop is not."""
    kinds = families.split()
    music = [track for kind in kinds for track in tagged(40 // len(kinds), kind)]
    group = dated(music, years)
    rest = dated(music, [1945])
    (named,) = grounded([name], [(group, rest)])
    assert name_words(named) == said
    assert grounded([named], [(group, rest)], earlier=[named]) == (named,)
    if named.scene is not None and named.scene.era:
        assert still_of(named, group, rest)
        assert not still_of(named, dated(music, [1935, 1955, 2019]), rest)


def test_a_name_that_stays_is_neither_refined_nor_dated() -> None:
    rock = replace(BRIGHT, scene=Scene(SceneKind.GENRE, "rock"))
    group = dated(songs(20, "rock"), [1981]), Tally.of(songs(20, "polka"))
    assert grounded([rock], [group], earlier=[rock]) == (rock,)
    assert grounded([rock], [group])[0].scene == Scene(SceneKind.GENRE, "rock", era=("1980",))


def test_no_two_groups_share_decades_and_genres_in_another_order() -> None:
    parts = [dated(tagged(most, "rock") + tagged(24 - most, "pop"), [1983]) for most in (13, 11)]
    polka = Tally.of(songs(20, "polka"))
    one, other = grounded([BRIGHT, replace(BRIGHT, number=2)], [(part, polka) for part in parts])
    assert wording_of(one) != wording_of(other)
    assert {name_words(one), name_words(other)} != {
        "80s rock & pop, bright & upbeat", "80s pop & rock, bright & upbeat"
    }  # fmt: skip


def test_what_is_no_genre_is_no_name() -> None:
    for text in ("my favourite songs for the long drive home", "see http://example.org", "100%"):
        assert scene_in(songs(30, text), songs(30, "jazz")) is None
    for genre in (
        "children's music",
        "r&b",
        "j pop",
        "música popular brasileira",
        "oi",
        "2 tone",
        "हिन्दी पॉप",
    ):
        assert scene_in(songs(30, genre), songs(30, "jazz")) is not None
    odd = tagged(20, "shoegaze", "see http://x.org") + tagged(10, "see http://x.org")
    assert said_of(odd, tagged(30, "see http://x.org", "polka")) == "Shoegaze"


def test_ska_is_called_ska_though_all_of_it_is_reggae_too() -> None:
    ska = tagged(14, "ska", "reggae", artist="The Specials") + tagged(6, "ska", "reggae", artist="Madness")
    assert said_of(ska, tagged(20, "ska", artist="Madness")) == "Ska"
    assert said_of(tagged(20, "desi", "desi pop"), tagged(20, "desi")) == "Desi pop"
    # One track by somebody who is known decides nothing.
    mixed = tagged(23, "ska", "reggae") + tagged(1, "reggae")
    rest = tagged(12, "reggae") + tagged(30, "polka")
    known = tagged(1, "reggae", artist="Bob Marley & The Wailers")
    assert said_of(mixed + tagged(1, "reggae"), rest) == said_of(mixed + known, rest)


def test_a_kind_is_said_and_not_its_family_beside_it() -> None:
    for kind, family in (("shoegaze", "rock"), ("house", "electronic"), ("dub", "reggae")):
        some = tagged(24, family, kind) + tagged(6, family)
        assert said_of(some, tagged(30, family)) == kind.capitalize()
    christian = tagged(16, "christian", "ccm") + tagged(14, "christian")
    assert said_of(christian, tagged(30, "christian")).startswith("Christian")


def test_what_is_faint_is_said_rather_than_nothing_of_the_sound() -> None:
    cheerful = GroupName(leans=(Lean(Feature.VALENCE, high=True),))
    quiet = GroupName(leans=(Lean(Feature.LOUDNESS, high=False),))
    hindi, polka = Tally.of(songs(20, "hindi pop")), Tally.of(songs(20, "polka"))
    for name, rest, said in (
        (cheerful, hindi, "Hindi pop, cheerful"),
        (cheerful, polka, "Hindi pop, cheerful"),
        (quiet, hindi, "Hindi pop"),
    ):
        named = grounded([name], [(hindi, rest)], faint=[name.leans])
        assert name_words(named[0]) == said


def test_music_of_a_kind_is_that_kind() -> None:
    assert normal_genre("African Music") == "african"
    assert normal_genre("Turkish music") == "turkish"


def test_only_who_is_known_for_it_is_commonly_known_for_christmas() -> None:
    """What is sung at Christmas is told by titles."""
    leads = ["bing crosby", "vince guaraldi trio", "mariah carey", "mannheim steamroller"]
    known = commonly_known(leads)
    assert [lead for lead in leads if "christmas" in known[lead]] == ["mannheim steamroller"]


@pytest.mark.parametrize(
    ("group", "rest", "said"),
    [
        # What most of it is comes first, and beside it what that leaves out.
        (
            tagged(17, "death metal", "djent") + tagged(2, "death metal") + tagged(11, "black metal"),
            tagged(20, "death metal") + tagged(10, "black metal"),
            "Death metal & djent, electric & driving",
        ),
        (
            tagged(15, "afrobeats", "afro r&b") + tagged(5, "afrobeats") + tagged(4, "afro r&b"),
            tagged(20, "afrobeats"),
            "Afrobeats & afro R&B, electric & driving",
        ),
        # Many genres of few tracks each are indie music together.
        (
            tagged(3, "indie rock")
            + tagged(3, "indie pop")
            + tagged(3, "lo-fi indie")
            + tagged(2, "bedroom pop")
            + tagged(10, "rock")
            + tagged(9, "pop"),
            tagged(30, "hip hop"),
            "Indie rock & indie pop, electric & driving",
        ),
        # That there is rock in country music as well tells nobody anything.
        (
            tagged(20, "country") + tagged(8, "rock"),
            tagged(20, "country") + tagged(2, "rock"),
            "Country, electric & driving",
        ),
    ],
)
def test_what_most_of_a_group_is_comes_first(group: list[Track], rest: list[Track], said: str) -> None:
    assert said_of(group, rest, GroupName(sound=SoundName.ELECTRIC_DRIVING)) == said


def test_beside_other_rap_a_group_is_called_by_more_than_that() -> None:
    rap = [("hip hop",)] * 20
    labels = np.repeat([0, 1], 10)
    refused = Tags.of(rap, labels).refused(0, np.full((10, 9), 0.3))
    alone = Tags.of(rap[:10], labels[:10]).refused(0, np.full((10, 9), 0.3))
    assert Claim.RAP in refused
    assert Claim.RAP not in alone


def test_music_is_called_dark_or_acoustic_where_the_line_below_says_so_too() -> None:
    assert unshown([Feature.VALENCE, Feature.ENERGY]) == {Claim.ACOUSTIC}
    assert unshown(SOUND_FEATURES) == set()


def test_a_few_tracks_of_which_two_thirds_are_by_one_artist_are_called_by_them() -> None:
    group = songs(6, "trap", artist="Future") + songs(3, "metal")
    assert scene_in(group, songs(30)) == Scene(SceneKind.ARTIST, "Future")
