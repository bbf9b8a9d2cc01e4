"""A group is called by what most of its tracks surely share, and by nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

import pytest

from services.analysis.grounding import grounded
from services.analysis.scenes import scene_of, still_of
from services.analysis.tally import Tally
from services.domain.features import Feature
from services.domain.group_words import name_words, scene_words, wording_of
from services.domain.grouping import GroupName, Lean, Scene, SceneKind, SoundName
from services.domain.music import Track
from tests.unit.services.analysis.test_tally import songs


def scene_in(group: list[Track], rest: list[Track]) -> Scene | None:
    return scene_of(Tally.of(group), Tally.of(rest))


def grounded_in(name: GroupName, group: list[Track], rest: list[Track]) -> GroupName:
    return grounded([name], [(Tally.of(group), Tally.of(rest))])[0]


def strangers(*groups: list[Track]) -> list[Track]:
    """Put tracks together of which no two are by one artist."""
    every = enumerate(chain.from_iterable(groups))
    return [replace(track, artists=(f"Nobody {number}",)) for number, track in every]


def halves(one: Sequence[str], other: Sequence[str]) -> list[Track]:
    """Put tracks of several genres together, no two of one artist."""
    return strangers(*(songs(3, kind) for kind in (*one, *other)))


def still_in(name: GroupName, group: list[Track], rest: list[Track]) -> bool:
    return still_of(name, Tally.of(group), Tally.of(rest))


KINDS_OF_ROCK = ("classic rock", "britpop", "grunge", "surf rock", "glam rock")
MANY_KINDS = ("reggae", "salsa", "house", "delta blues", "bluegrass", "opera")
KINDS_OF_POP = ("k-pop", "dance pop", "art pop", "electropop", "teen pop")
KINDS_OF_SOUL = ("motown", "neo soul", "quiet storm", "northern soul", "contemporary r&b")
THREE_FAMILIES = (
    *("delta blues", "chicago blues", "blues", "texas blues"),
    *KINDS_OF_POP[:4],
    *KINDS_OF_ROCK[:4],
    *("reggae", "salsa", "house"),
)
COUNTRY = Scene(SceneKind.GENRE, "country")


@pytest.mark.parametrize(
    ("group", "rest", "said"),
    [
        (songs(30, "country"), songs(30, "rap"), COUNTRY),
        (songs(30, "country"), [], COUNTRY),
        (songs(15, "classic country") + songs(15, "country"), songs(30, "rap"), COUNTRY),
        (songs(4, "country"), songs(30, "rap"), None),
        (songs(11, "country") + songs(19), songs(30, "rap"), None),
        (songs(14, "country") + songs(16), songs(30, "rap"), COUNTRY),
        (songs(10, "country") + songs(2, "rap") + songs(18), songs(30, "jazz"), None),
        (songs(13, "country") + songs(17, "rap"), songs(30, "rap"), None),
        (songs(30, "country"), songs(20, "country") + songs(10, "rap"), None),
        (songs(50, "country"), songs(15, "country") + songs(15, "rap"), COUNTRY),
        (songs(30, "new age") + songs(3, "wave"), songs(30, "rap"), Scene(SceneKind.GENRE, "new age")),
        (songs(30, "<@123456789>"), songs(30, "rap"), None),
    ],
    ids=[
        "most",
        "no rest",
        "a kind of it",
        "few",
        "few tagged",
        "few tagged, and all of them",
        "few tagged, and not all of them",
        "by chance",
        "elsewhere too",
        "nearly all, and half elsewhere",
        "no part",
        "not a word",
    ],
)
def test_a_genre_joins_the_name_where_it_surely_holds_for_most_and_not_for_the_rest(
    group: list[Track], rest: list[Track], said: Scene | None
) -> None:
    assert scene_in(group, rest) == said


RELIGIOUS = songs(6, "worship") + songs(6, "ccm") + songs(6, "Gospel") + songs(6, "hymns")


def test_genres_that_agree_on_their_family_alone_say_that() -> None:
    rest = songs(12, "rap") + songs(12, "country") + songs(12, "techno")
    assert scene_in(RELIGIOUS, rest) == Scene(SceneKind.GENRE, "religious")


def test_a_name_that_says_little_begins_with_what_most_of_the_group_is() -> None:
    livelier = GroupName(leans=(Lean(Feature.ENERGY, high=True),), compared=True)
    group, rest = strangers(*(songs(6, kind) for kind in KINDS_OF_ROCK)), songs(30, "shoegaze")
    assert name_words(grounded_in(livelier, group, rest)) == "Britpop & classic rock, livelier"
    assert name_words(grounded_in(livelier, strangers(songs(30)), rest)) == "Livelier tracks"
    rock = grounded_in(livelier, group, songs(30, "rock"))
    assert still_in(rock, group, songs(30, "rock"))
    assert not still_in(rock, songs(30, "polka"), songs(30, "rock"))
    energetic = grounded_in(replace(livelier, compared=False), group, rest)
    assert name_words(energetic) == "Britpop & classic rock, energetic"
    says_more = GroupName(sound=SoundName.QUIET_SPARSE)
    assert name_words(grounded_in(says_more, group, rest)) == "Britpop & classic rock, quiet & sparse"


@pytest.mark.parametrize("feature", [Feature.VALENCE, Feature.LOUDNESS])
def test_nothing_that_nobody_hears_by_itself_is_said_after_what_a_group_is(feature: Feature) -> None:
    beside = Lean(feature, high=False)
    compared, joined = GroupName(leans=(beside,), compared=True), GroupName(leans=(WORDY,), differs=beside)
    ska, jazz = songs(30, "ska"), songs(30, "jazz")
    assert name_words(grounded_in(compared, ska, jazz)) == "Ska"
    assert name_words(grounded_in(joined, ska, jazz)) == "Ska, wordy"
    assert grounded_in(compared, strangers(ska), jazz).scene is not None
    alone = grounded_in(compared, strangers(songs(30)), strangers(songs(30)))
    assert alone == compared, "where it is all there is to say it is said"


def test_a_word_of_which_little_is_heard_is_left_out_after_what_a_group_is() -> None:
    ska = (Tally.of(songs(30, "ska")), Tally.of(songs(30, "jazz")))
    (name,) = grounded([BOTH], [ska], faint=[{CHEERFUL}])
    assert name_words(name) == "Ska, wordy"
    untold = (Tally.of(strangers(songs(30))), Tally.of(strangers(songs(30))))
    assert grounded([BOTH], [untold], faint=[{CHEERFUL}]) == (BOTH,)


def test_two_genres_that_tell_a_group_come_before_what_it_shares_with_the_rest() -> None:
    rest = songs(15, "indie rock") + songs(15, "glam rock")
    assert scene_in(songs(15, "dream pop") + songs(15, "shoegaze"), rest) == Scene(
        SceneKind.GENRE, "dream pop", "shoegaze"
    )
    name = grounded_in(BOTH, songs(8, "classic rock") + songs(8, "soft rock") + songs(14, "indie rock"), rest)
    assert name_words(name) == "Classic & soft rock, cheerful & wordy"
    general = songs(10, "rap") + songs(10, "melodic rap") + songs(10, "jazz rap")
    assert name_words(grounded_in(BOTH, general, songs(30, "rap"))) == "Jazz & melodic rap, cheerful"


@pytest.mark.parametrize(
    ("genres", "said"),
    [
        (("melodic rap", "rage rap"), "Melodic & rage rap"),
        (("jazz hip hop", "east coast hip hop"), "Jazz & East Coast hip hop"),
        (("hip hop", "trip hop"), "Hip hop & trip hop"),
        (("uk bass", "drum & bass"), "UK bass & drum'n'bass"),
        (("ambient", "drone"), "Ambient & drone"),
    ],
)
def test_what_two_genres_are_kinds_of_is_said_once_and_whole(genres: tuple[str, str], said: str) -> None:
    assert scene_words(Scene(SceneKind.GENRE, *genres)) == said


def test_who_made_little_of_a_group_does_not_name_it() -> None:
    group = strangers(songs(40)) + songs(3, artist="Sade") + songs(3, artist="Queen")
    assert grounded_in(BOTH, group, strangers(songs(50))) == BOTH
    older = replace(BOTH, scene=Scene(SceneKind.ARTIST, "Queen", "Sade", "others"))
    assert not still_in(older, group, strangers(songs(50)))


def test_a_genre_that_all_share_of_whom_one_is_known_is_said_where_that_is_known_of_few() -> None:
    few = songs(6, "footwork") + strangers(songs(24))
    assert name_words(grounded_in(BOTH, few, strangers(songs(30)))) == "Footwork, cheerful & wordy"
    mixed = songs(3, "footwork") + songs(3, "polka") + strangers(songs(24))
    assert grounded_in(BOTH, mixed, strangers(songs(30))) == BOTH


def test_no_word_follows_a_genre_that_says_it() -> None:
    wordy, calmer = Lean(Feature.SPEECHINESS, high=True), Lean(Feature.ENERGY, high=False)
    name = GroupName(leans=(wordy,), differs=calmer)
    assert name_words(grounded_in(name, songs(30, "hip hop"), songs(30, "jazz"))) == "Hip hop, calmer"
    assert name_words(grounded_in(name, songs(30, "ska"), songs(30, "jazz"))) == "Ska, wordy & calmer"


def test_an_artist_who_made_most_of_a_group_comes_before_its_genre() -> None:
    assert scene_in(songs(7, "pop", artist="Billie Eilish") + songs(2, "pop"), songs(40, "rap")) == Scene(
        SceneKind.ARTIST, "Billie Eilish"
    )
    group = songs(20, "country", artist="Johnny Cash") + songs(4, "country")
    assert scene_in(group, songs(30, "rap")) == Scene(SceneKind.ARTIST, "Johnny Cash")
    assert scene_in(songs(20, artist="Various Artists"), songs(30)) is None
    assert scene_in(songs(4, artist="Kazik"), songs(30)) == Scene(SceneKind.ARTIST, "Kazik")
    assert scene_in(songs(2, artist="Kazik") + songs(2), songs(30)) is None


def test_a_decade_joins_the_name_where_no_edition_can_have_told_it() -> None:
    eighties = Scene(SceneKind.DECADE, "1980")
    assert scene_in(songs(20, year=1984), songs(30, year=2015)) == eighties
    assert scene_in(songs(20, year=1984), songs(30, year=1986)) is None
    assert scene_in(songs(20, year=2009), songs(30, year=1986)) is None


CHEERFUL, WORDY = Lean(Feature.VALENCE, high=True), Lean(Feature.SPEECHINESS, high=True)
BOTH = GroupName(leans=(CHEERFUL, WORDY))


def test_a_name_of_plain_words_begins_with_what_most_of_the_group_is() -> None:
    rest = songs(30, "jazz")
    assert name_words(grounded_in(BOTH, songs(30, "ska"), rest)) == "Ska, cheerful & wordy"
    assert name_words(grounded_in(BOTH, songs(30, "hip hop"), rest)) == "Hip hop, cheerful"
    three = replace(BOTH, leans=(CHEERFUL, Lean(Feature.ENERGY, high=True), WORDY))
    assert name_words(grounded_in(three, songs(30, "ska"), rest)) == "Ska, cheerful & wordy"


@pytest.mark.parametrize(
    ("group", "rest", "said"),
    [
        (songs(16, "britpop") + songs(14, "k-pop"), songs(30, "jazz"), "Britpop & K-pop, cheerful & wordy"),
        (halves(KINDS_OF_ROCK, KINDS_OF_POP), songs(30, "jazz"), "Pop & rock, cheerful & wordy"),
        (halves(KINDS_OF_SOUL, KINDS_OF_POP), songs(30, "jazz"), "Pop & R&B/soul, cheerful & wordy"),
        (songs(16, artist="Queen") + songs(14), songs(30), "Queen, cheerful & wordy"),
        (songs(16, artist="Queen") + strangers(songs(14)), songs(20, artist="Queen"), "Cheerful & wordy"),
        (songs(12, artist="Queen") + songs(12, artist="Sade") + songs(6), songs(30),
         "Queen & Sade, cheerful & wordy"),
        (songs(12, artist="Queen") + songs(18), songs(30), "Queen & others, cheerful & wordy"),
        (songs(6, artist="Queen") + songs(5, artist="Sade") + songs(19), songs(30), "Cheerful & wordy"),
        (strangers(songs(24, year=1974), songs(6, year=1995)), songs(30, year=1995),
         "70s, cheerful & wordy"),
        (strangers(songs(24, year=2014), songs(6, year=1995)), songs(30, year=1995),
         "2010s, cheerful & wordy"),
        (strangers(songs(13, year=1969), songs(13, year=1974), songs(4, year=1995)), songs(30, year=1995),
         "60s & 70s, cheerful & wordy"),
        (strangers(songs(9, year=1979), songs(9, year=1984), songs(9, year=1995), songs(3, year=2015)),
         songs(30, year=2015), "70s–90s, cheerful & wordy"),
        (strangers(*(songs(8, year=year) for year in (1969, 1975, 1984, 1996)), songs(4, year=2015)),
         songs(30, year=2015), "Before 2000, cheerful & wordy"),
        (strangers(songs(24, year=2014), songs(6, year=1995)), songs(30, year=2014), "Cheerful & wordy"),
        (songs(17, "britpop") + songs(5, "polka") + songs(4, "ska") + songs(4, "salsa"), songs(30, "britpop"),
         "Britpop & polka, cheerful & wordy"),
        (strangers(*(songs(2, kind) for kind in THREE_FAMILIES)), songs(30, "jazz"),
         "Blues, pop & rock, cheerful & wordy"),
        (strangers(*(songs(2, kind) for kind in (*KINDS_OF_ROCK[:3], *KINDS_OF_POP[:2], *MANY_KINDS))),
         songs(30, "jazz"), "Rock & pop, cheerful & wordy"),
        (strangers(songs(11, "k-pop"), *(songs(2, kind) for kind in MANY_KINDS)), songs(30, "jazz"),
         "K-pop, cheerful & wordy"),
        (strangers(songs(10, "k-pop"), songs(20)), songs(30, "jazz"), "K-pop, cheerful & wordy"),
        (songs(6, artist="Queen") + strangers(songs(24)), songs(30), "Cheerful & wordy"),
    ],
    ids=["two genres", "two families", "a family of two names", "half", "half, and elsewhere too",
         "two artists", "a part", "two who are a part", "a decade", "a late decade", "two decades",
         "three decades", "four decades", "a decade, and elsewhere too", "half, and kinds of all sorts",
         "three genres", "two genres and more", "a genre of a third", "known of less than half", "too few"],
)  # fmt: skip
def test_where_no_genre_is_most_of_it_two_are_or_its_artists_or_its_decade(
    group: list[Track], rest: list[Track], said: str
) -> None:
    name = grounded_in(BOTH, group, rest)
    assert name_words(name) == said
    assert still_in(name, group, rest)


def test_a_name_that_stays_gives_up_who_is_no_longer_there() -> None:
    name = grounded_in(BOTH, songs(12, artist="Queen") + songs(18), songs(30))
    assert name.scene == Scene(SceneKind.ARTIST, "Queen", "others")
    for left, stays in (9, True), (1, False):
        assert still_in(name, songs(left, artist="Queen") + songs(30 - left), songs(30)) is stays
    assert not still_in(name, songs(3, artist="Queen") + songs(27), songs(4, artist="Queen") + songs(26))


def test_a_name_that_a_group_had_before_stays_without_what_most_of_it_is() -> None:
    ska = (Tally.of(songs(30, "ska")), Tally.of(songs(30, "jazz")))
    assert grounded([BOTH], [ska], earlier=[BOTH]) == (BOTH,)
    assert grounded([BOTH], [ska], earlier=[None])[0].scene == Scene(SceneKind.GENRE, "ska")


def test_two_groups_are_not_given_one_name_by_what_both_are() -> None:
    ska = (Tally.of(songs(30, "ska")), Tally.of(songs(30, "ska")))
    lively = Lean(Feature.ENERGY, high=True)
    names = [GroupName(leans=(CHEERFUL, WORDY)), GroupName(leans=(CHEERFUL, WORDY, lively))]
    assert grounded(names, [ska, ska]) == tuple(names)


def test_no_two_groups_are_called_by_the_same_two_in_another_order() -> None:
    one, other = (
        (
            Tally.of(strangers(halves(KINDS_OF_ROCK, KINDS_OF_POP), songs(3, more))),
            Tally.of(songs(30, "jazz")),
        )
        for more in ("soft rock", "bubblegum pop")
    )
    names = [GroupName(leans=(CHEERFUL,)), GroupName(leans=(CHEERFUL, WORDY))]
    called = grounded(names, [one, other])
    assert list(map(name_words, called)) == ["Rock & pop, cheerful", "Pop & rock, cheerful & wordy"]
    alike = [BOTH, replace(BOTH, leans=(*BOTH.leans, Lean(Feature.ENERGY, high=True)))]
    assert grounded(alike, [one, other]) == tuple(alike)


def test_how_a_group_differs_from_its_namesake_is_not_said_of_the_rest() -> None:
    ska = (Tally.of(songs(30, "ska")), Tally.of(songs(30, "jazz")))
    louder = replace(BOTH, differs=Lean(Feature.LOUDNESS, high=True))
    (name,) = grounded([louder], [ska], faint=[{CHEERFUL}])
    assert name_words(name) == "Ska, wordy"


def test_two_spans_of_decades_that_are_said_alike_are_alike() -> None:
    early, earlier = (Scene(SceneKind.DECADE, first, "2000") for first in ("1970", "1960"))
    names = [replace(BOTH, scene=scene) for scene in (early, earlier)]
    assert len(set(map(name_words, names))) == len({wording_of(name) for name in names}) == 1


def test_a_number_goes_where_the_name_that_it_was_told_apart_from_is_gone() -> None:
    ska, polka = ((Tally.of(songs(30, genre)), Tally.of(songs(30, "jazz"))) for genre in ("ska", "polka"))
    names = [BOTH, replace(BOTH, number=2)]
    called = list(map(name_words, grounded(names, [ska, polka])))
    assert called == ["Ska, cheerful & wordy", "Polka, cheerful & wordy"]
    called = list(map(name_words, grounded(names, [ska, ska])))
    assert called == ["Ska, cheerful & wordy", "Ska, cheerful & wordy · 2"]
    kept = grounded(names, [ska, polka], earlier=names)
    assert kept == tuple(names)


def test_a_comparison_goes_where_the_name_that_it_was_told_apart_from_is_gone() -> None:
    ska, jazz = (Tally.of(songs(30, genre)) for genre in ("ska", "jazz"))
    names = [BOTH, replace(BOTH, differs=Lean(Feature.LOUDNESS, high=True))]
    untold = (Tally.of(strangers(songs(30))), Tally.of(strangers(songs(30))))
    called = list(map(name_words, grounded(names, [(ska, jazz), untold])))
    assert called == ["Ska, cheerful & wordy", "Cheerful & wordy"]
    assert grounded(names, [untold, untold]) == tuple(names)
    assert grounded(names, [(ska, jazz), untold], earlier=names) == tuple(names)


@pytest.mark.parametrize(
    "artist",
    [
        "WHY?", "21 Savage", "P!nk", "Tyler, The Creator", "A$AP Rocky", "¥$", "!!!", "*NSYNC", "(G)I-DLE",
        "$uicideboy$", "Run–D.M.C.", '"Weird Al" Yankovic', "ELLiS·D", "Re:Locate", "10,000 Maniacs", "Q",
        "अरिजीत सिंह", "พงษ์สิทธิ์ คำภีร์", "Sigur R\u00f3s",
    ],
)  # fmt: skip
def test_artists_are_called_by_names_of_all_kinds(artist: str) -> None:
    assert scene_in(songs(30, artist=artist), songs(30)) == Scene(SceneKind.ARTIST, artist)


def test_an_artist_is_one_however_spelt_and_called_as_most_tracks_do() -> None:
    knowles = songs(4, artist="Beyoncé") + songs(2, artist="Beyonce")
    group, rest = strangers(songs(8)) + knowles, strangers(songs(50))
    name = grounded_in(BOTH, group, rest)
    assert name_words(name) == "Beyoncé & others, cheerful & wordy"
    assert still_in(name, strangers(songs(8)) + songs(6, artist="BEYONCE"), rest)
    jay = songs(15, artist="JAY-Z") + songs(14, artist="Jay Z")
    assert scene_in(jay, songs(30)) == Scene(SceneKind.ARTIST, "JAY-Z")
    assert still_in(replace(BOTH, scene=Scene(SceneKind.ARTIST, "Jay-Z")), jay, songs(30))


def test_an_artist_is_no_kind_of_another() -> None:
    both = songs(12, artist="Drake") + songs(11, artist="Nick Drake") + songs(5)
    assert name_words(grounded_in(BOTH, both, strangers(songs(30)))) == "Drake & Nick Drake, cheerful & wordy"


def test_an_artist_is_spelt_in_one_way_whatever_a_letter_is_made_of() -> None:
    iceland = songs(10, artist="Sigur Ro\u0301s") + songs(8, artist="Sigur R\u00f3s ")
    assert scene_in(iceland, songs(30)) == Scene(SceneKind.ARTIST, "Sigur R\u00f3s")


UNSAYABLE = (
    "<@123456789>",
    "@everyone",
    "https://evil.example",
    "`x`",
    "A,B",
    "????",
    "-",
    "Ros\ufffd",
    "a\u202eb",
)


@pytest.mark.parametrize("artist", UNSAYABLE)
def test_an_artist_whose_name_cannot_be_said_is_still_counted(artist: str) -> None:
    unsayable = songs(16, artist=artist)
    assert scene_in(unsayable, songs(30)) is None
    assert scene_in(songs(14, artist="Young Fathers") + unsayable, songs(30)) is None


def test_a_genre_that_is_a_family_speaks_for_it_elsewhere_too() -> None:
    """Beside shoegaze and britpop nothing is told by "rock"."""
    rock = songs(30, "rock")
    assert scene_in(rock, songs(30, "jazz")) == Scene(SceneKind.GENRE, "rock")
    assert scene_in(rock, songs(15, "shoegaze") + songs(15, "britpop")) is None


def test_few_tracks_are_called_by_what_nearly_all_of_them_are() -> None:
    rest = songs(30, "jazz")
    assert scene_in(songs(6, "shoegaze"), rest) == Scene(SceneKind.GENRE, "shoegaze")
    assert scene_in(songs(2, "shoegaze") + songs(2, "polka") + songs(2, "ska"), rest) is None


def test_an_artist_with_a_comma_is_not_read_as_two() -> None:
    one = Scene(SceneKind.ARTIST, "Tyler, The Creator", "Nas", "others")
    other = Scene(SceneKind.ARTIST, "Sade", "Nas")
    assert scene_words(one) == "Tyler, The Creator & Nas & others"
    assert scene_words(other) == "Sade & Nas"
