"""What a comparison promises, whoever is compared."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogs.words.comparison import comparison_sentence, meaning_words, pair_reasons
from cogs.words.people import award_words
from services.analysis.comparison.compare import compare
from services.analysis.comparison.rules import load_rules
from services.domain.comparison import FEWEST_MEASURED, Comparison, Person, PersonKey
from services.domain.features import Feature, Origin
from tests.depth import examples
from tests.unit.services.analysis.comparison.people import entry, mixed, person, renamed
from tests.unit.services.analysis.sounds import DANCE, LOUD, PIANO, QUIET, RAP, group
from tests.unit.services.charts.comparisons import make_rough

MIKA, NOOR, TAM = PersonKey("mika"), PersonKey("noor"), PersonKey("tam")
TASTES = (DANCE, LOUD, PIANO, QUIET, RAP)


def trio() -> tuple[Person, Person, Person]:
    """Two who like the same, in different songs, and one who likes something else."""
    return (
        person("mika", np.concatenate([group(30, 1, **DANCE), group(15, 2, **QUIET)])),
        person("noor", np.concatenate([group(25, 3, **DANCE), group(15, 4, **QUIET)])),
        person("tam", group(40, 5, **LOUD)),
    )


def test_identical_lists_score_100_with_no_doubt() -> None:
    mika, *_ = trio()
    (pair,) = compare([mika, renamed(mika, "noor")]).pairs
    assert (pair.score, pair.low, pair.high) == (100.0, 100.0, 100.0)
    assert pair.sound == 100.0
    assert pair.overlap == 1.0
    assert len(pair.shared_tracks) == len(mika.tracks)


@settings(max_examples=examples(5))
@given(st.permutations(range(3)), st.integers(0, 1000))
def test_nobodys_place_and_no_tracks_place_changes_anything(order: list[int], seed: int) -> None:
    people = trio()
    shuffled = [replace(people[index], tracks=mixed(people[index].tracks, seed + index)) for index in order]
    assert compare(shuffled) == compare(people)


def test_swapping_two_people_changes_nothing() -> None:
    mika, _, tam = trio()
    assert compare([mika, tam]) == compare([tam, mika])


@settings(max_examples=examples(4))
@given(st.integers(0, 10_000), st.sampled_from(TASTES))
def test_disjoint_lists_of_one_taste_sound_alike_and_share_nothing(
    seed: int, taste: dict[str, float]
) -> None:
    (pair,) = compare(
        [
            person("mika", group(60, seed, **taste)),
            person("noor", group(60, seed + 20_000, **taste)),
        ]
    ).pairs
    assert pair.sound is not None
    assert pair.sound > 80
    assert pair.overlap == 0
    assert (pair.shared_artists, pair.shared_tracks) == ((), ())
    assert pair.low is not None
    assert pair.high is not None
    assert pair.score is not None
    assert pair.low <= pair.score <= 80
    assert pair.score <= pair.high <= 100


def test_somebody_with_estimates_alone_gets_no_number() -> None:
    mika, noor, _ = trio()
    guessed = person("tam", group(40, 5, **LOUD), origin=Origin.IMPUTED)
    found = compare([mika, noor, guessed])
    assert found.person(TAM).imputed == 40
    for other in (MIKA, NOOR):
        pair = found.pair(TAM, other)
        assert (pair.score, pair.low, pair.high, pair.sound, pair.distance) == (None,) * 5
        assert pair_reasons(found, pair)[0] == "Not enough data: Tam has 0 measured tracks; a score takes 15."
    assert found.pair(MIKA, NOOR).score is not None
    assert found.people[-1].key == TAM
    assert found.matrix[2] == (None, None, None)
    assert not any(TAM in award.keys for award in found.awards)


def test_estimated_sound_is_said_to_be_left_out_as_it_is() -> None:
    assert load_rules().imputed_weight == 0
    mika, noor, _ = trio()
    more = person("noor", group(20, 5, **LOUD), origin=Origin.IMPUTED, start=100)
    found = compare([mika, replace(noor, tracks=noor.tracks + more.tracks)])
    (pair,) = found.pairs
    (bare,) = compare([mika, noor]).pairs
    assert pair.sound == pytest.approx(bare.sound)
    assert "The sound of 20 of Noor's 60 tracks is estimated and not in the score." in pair_reasons(
        found, pair
    )


def test_the_share_of_artists_is_said_of_what_it_is_a_part_of() -> None:
    rows = group(240, 1)
    long, short = (person(name, rows[:count], prefix="both") for name, count in (("mika", 240), ("noor", 60)))
    for one, shared in ((long, "those in any 100 tracks of each"), (short, "the smaller collection")):
        found = compare([one, person("tam", rows[:60], prefix="both")])
        assert any(f"% of {shared})" in line for line in pair_reasons(found, *found.pairs))


def test_one_artist_of_many_is_not_nothing() -> None:
    mika, noor = person("mika", group(900, 1)), person("noor", group(900, 2))
    met = replace(noor.tracks[0], track=replace(noor.tracks[0].track, artists=mika.tracks[0].track.artists))
    found = compare([mika, replace(noor, tracks=(met, *noor.tracks[1:]))])
    said = "They share one artist, mika band 0 (<1% of those in any 100 tracks of each)."
    assert said in pair_reasons(found, *found.pairs)


@pytest.mark.parametrize(("count", "scored"), [(FEWEST_MEASURED - 1, False), (FEWEST_MEASURED, True)])
def test_the_fewest_tracks_are_counted_once_each(count: int, scored: bool) -> None:
    mika, *_ = trio()
    short = person("tam", group(count, 5, **LOUD))
    short = replace(short, tracks=short.tracks + short.tracks)
    assert (compare([mika, short]).pair(MIKA, TAM).score is not None) is scored


def test_estimates_count_little() -> None:
    mika, _, _ = trio()
    measured = person("tam", group(60, 7, **DANCE))
    doubtful = person("tam", group(60, 8, **LOUD), origin=Origin.IMPUTED, start=100)
    certain = person("tam", group(60, 8, **LOUD), start=100)

    def distance(extra: Person) -> float:
        tam = replace(measured, tracks=measured.tracks + extra.tracks)
        found = compare([mika, tam]).pair(MIKA, TAM).distance
        assert found is not None
        return found

    alone = compare([mika, measured]).pair(MIKA, TAM).distance
    assert alone is not None
    assert abs(distance(doubtful) - alone) < 0.6 * abs(distance(certain) - alone)


def test_the_one_who_differs_is_found() -> None:
    people = [person(f"p{n}", group(40, n, **DANCE)) for n in range(4)]
    odd = person("odd", group(40, 9, **PIANO))
    found = compare([*people[:2], odd, *people[2:]])
    assert found.lone_wolf is not None
    assert found.lone_wolf.only == "odd"
    assert found.lone_wolf.gap is not None
    assert found.lone_wolf.gap > 20
    assert found.most_different is not None
    assert all("odd" in ends for ends in found.most_different.pairs)
    assert found.people[0].key == "odd" or found.people[-1].key == "odd"
    assert "Odd is the lone wolf" in comparison_sentence(found)


def test_the_pair_that_fits_is_found_and_stands_together() -> None:
    mika, noor, tam = trio()
    found = compare([mika, tam, noor])
    assert found.most_alike is not None
    assert [set(ends) for ends in found.most_alike.pairs] == [{MIKA, NOOR}]
    assert {found.people[1].key} <= {MIKA, NOOR}
    assert "most alike" in comparison_sentence(found)


def test_equals_are_a_tie() -> None:
    mika, noor, tam = trio()
    found = compare([mika, renamed(mika, "mila"), noor, renamed(noor, "nora"), tam])
    assert found.most_alike is not None
    assert len(found.most_alike.pairs) == 2
    assert "Most alike are Mika and Mila, or Noor and Nora" in comparison_sentence(found)


def test_nobody_is_said_to_be_ahead_by_chance() -> None:
    """Everybody draws from one pool: whoever scores highest is no more alike than the others."""
    pool = group(200, 7, **DANCE)
    named = 0
    for seed in range(12):
        parts = np.split(np.random.default_rng(seed).permutation(len(pool)), 5)
        found = compare([person(name, pool[part]) for name, part in zip("abcde", parts, strict=True)])
        ends = (found.most_alike, found.most_different, found.centre, found.lone_wolf)
        named += sum(end is not None and end.only is not None for end in ends)
    assert named <= 0.1 * 4 * 12


def test_a_score_from_few_tracks_is_a_range_wherever_it_is_said() -> None:
    rough = make_rough(2, 3)
    for pair in rough.pairs:
        assert (rough.number(pair) is None) == rough.is_rough(pair)
        assert (pair.percentile is None) == (pair.band is None) == rough.is_rough(pair)
    ends = [rough.most_alike, rough.most_different]
    assert all(found is not None and not rough.is_rough(rough.pair(*found.pairs[0])) for found in ends)
    assert rough.centre is not None
    assert not any(rough.person(key).is_rough for key in rough.centre.keys)
    assert [rough.is_rough(pair) for pair in rough.ranked(rough.pairs)] == [False] * 3 + [True] * 7


def test_nobody_is_ranked_among_people_of_few_tracks() -> None:
    found = make_rough(3, 0)
    assert (found.most_alike, found.centre, found.mean, found.lowest) == (None,) * 4
    assert comparison_sentence(found).startswith("Too few tracks or artists to say who is most alike")


def test_two_people_have_no_centre_and_no_wolf() -> None:
    found = compare(trio()[:2])
    assert (found.centre, found.lone_wolf, found.bridge, found.most_alike) == (None,) * 4
    assert "of 100" in comparison_sentence(found)


def test_reasons_are_in_own_units_and_turn_around() -> None:
    slow = person("mika", group(60, 1, **{**LOUD, "tempo": 100.0}))
    fast = person("noor", group(60, 2, **{**LOUD, "tempo": 140.0}))
    found = compare([slow, fast])
    pair = found.pair(MIKA, NOOR)
    tempo = next(entry for entry in pair.differences if entry.feature is Feature.TEMPO)
    assert pair.differences[0] == tempo
    sign = 1 if pair.a == NOOR else -1
    assert sign * tempo.amount == pytest.approx(40, abs=1.5)
    assert any("BPM faster" in reason for reason in pair_reasons(found, pair, NOOR))
    assert any("BPM slower" in reason for reason in pair_reasons(found, pair, MIKA))
    assert pair_reasons(found, pair, NOOR)[0] == "You are 40 BPM faster (139 against 99) than Mika."
    to_others = pair_reasons(found, pair, PersonKey("somebody"))
    assert to_others == pair_reasons(found, pair)
    assert not any(reason.startswith("You") for reason in to_others)


def test_people_who_sound_alike_are_told_so() -> None:
    one = person("mika", group(80, 1, **DANCE))
    other = person("noor", group(80, 2, **DANCE))
    found = compare([one, other])
    assert pair_reasons(found, *found.pairs)[0] == "I hear no clear difference between Mika and Noor."


def test_shares_in_the_groups_of_all_add_up() -> None:
    found = compare(trio())
    assert len(found.groups) >= 2
    for someone in found.people:
        assert sum(someone.shares) == pytest.approx(1)
    shared = found.pair(MIKA, NOOR).shared_groups
    assert shared
    assert all(min(group.a_share, group.b_share) >= 0.05 for group in shared)
    assert sum(group.size for group in found.groups) == 125


def test_every_track_is_a_dot_of_its_person() -> None:
    found = compare(trio())
    assert [sum(dot.person == place for dot in found.dots) for place in range(3)] == [
        someone.tracks for someone in found.people
    ]


def test_awards_give_their_number_and_nobody_has_three() -> None:
    found = compare(trio())
    assert found.awards
    assert all(award.is_sure for award in found.awards)
    assert all("the next has" in award_words(found, award) for award in found.awards)
    for someone in found.people:
        assert sum(someone.key in award.keys for award in found.awards) <= 2


def test_two_people_get_each_figure_once_and_the_other_is_called_so() -> None:
    mika, _, tam = trio()
    found = compare([mika, tam])
    awards = found.awards
    assert awards
    assert all("; the other has " in award_words(found, award) for award in awards)
    figures = [award_words(found, award).split("; ")[0].rstrip("0123456789.−% ") for award in awards]
    assert len(set(figures)) == len(figures)


def test_unknown_artists_leave_sound_alone() -> None:
    def nameless(someone: Person) -> Person:
        return replace(
            someone,
            tracks=tuple(replace(t, track=replace(t.track, artists=(), title="")) for t in someone.tracks),
        )

    mika, noor, _ = trio()
    (pair,) = compare([nameless(mika), nameless(noor)]).pairs
    assert pair.overlap is None
    assert pair.score == pair.sound


def test_one_person_twice_is_refused() -> None:
    mika, noor, _ = trio()
    with pytest.raises(ValueError, match="two or more people"):
        compare([mika, replace(noor, key=MIKA)])
    with pytest.raises(ValueError, match="two or more people"):
        compare([mika])


def test_nobody_with_enough_tracks_is_said() -> None:
    found = compare([person("mika", group(5)), person("noor", group(3, 2), origin=Origin.IMPUTED)])
    assert comparison_sentence(found).startswith("Not enough data to compare anybody")
    assert (found.mean, found.lowest, found.groups) == (None, None, ())


def test_people_without_any_tracks_are_still_people() -> None:
    nobody = Person(key=TAM, name="Tam", tracks=())
    found: Comparison = compare([*trio()[:2], nobody])
    assert found.person(TAM).tracks == 0
    assert found.pair(MIKA, TAM).score is None


def test_the_matrix_is_symmetric_with_100_at_home() -> None:
    matrix = compare(trio()).matrix
    for row, column in permutations(range(3), 2):
        assert matrix[row][column] == matrix[column][row]
    assert [matrix[place][place] for place in range(3)] == [100.0] * 3


def tagged(someone: Person, *genres: str) -> Person:
    return replace(
        someone,
        tracks=tuple(replace(each, track=replace(each.track, genres=genres)) for each in someone.tracks),
    )


def test_genre_words_count_where_everybody_has_them_and_it_is_said_where_not() -> None:
    rows = group(30, 1)
    mika, noor, zoe = (person(name, rows) for name in ("Mika", "Noor", "Zoe"))
    rock, also, jazz = tagged(mika, "rock"), tagged(noor, "Rock"), tagged(zoe, "jazz")
    found = compare([rock, also, jazz])
    near, far = found.pair(rock.key, also.key), found.pair(rock.key, jazz.key)
    assert (near.affinity, far.affinity) == (1.0, 0.0)
    assert near.score is not None
    assert far.score is not None
    assert near.score > far.score + 20
    assert "Genre words: 100% alike." in pair_reasons(found, near)
    without = compare([rock, also, zoe])
    assert all(pair.affinity is None for pair in without.pairs)
    assert all(
        any("Genre words are not in the score" in line for line in pair_reasons(without, pair))
        for pair in without.pairs
    )


def test_genre_words_that_few_tracks_have_count_less_and_it_is_said() -> None:
    rows = group(40, 1)
    mika, noor = tagged(person("Mika", rows), "rock"), tagged(person("Noor", rows), "jazz")
    scores = []
    for known in (40, 10, 1, 0):
        bare = tagged(noor).tracks[known:]
        found = compare([mika, replace(noor, tracks=(*noor.tracks[:known], *bare))])
        (pair,) = found.pairs
        assert pair.score is not None
        assert any("they count less" in line for line in pair_reasons(found, pair)) is (0 < known < 20)
        scores.append(pair.score)
    assert scores == sorted(scores)
    assert scores[-1] - scores[-2] < 2, "one track more decides nothing"


def test_a_score_says_how_many_pairs_of_strangers_are_less_alike() -> None:
    mika, noor = person("Mika", group(40, 1)), person("Noor", group(40, 2, energy=0.2, acousticness=0.9))
    found = compare([mika, noor])
    (pair,) = found.pairs
    assert pair.percentile is not None
    assert pair.band is not None
    assert meaning_words(found, pair) in comparison_sentence(found)
    (same,) = compare([mika, person("Zoe", group(40, 3))]).pairs
    assert same.percentile is not None
    assert same.percentile > pair.percentile


@settings(max_examples=examples(5))
@given(seed=st.integers(0, 2**32 - 1))
def test_nobody_wins_what_other_tracks_of_theirs_would_lose(seed: int) -> None:
    pool = group(120, 7, **DANCE)
    draws = np.random.default_rng(seed).permutation(len(pool))
    people = [person(name, pool[part]) for name, part in zip("abc", np.split(draws, 3), strict=True)]
    assert len(compare(people).awards) <= 1


def test_nobody_wins_by_whom_they_have_much_of() -> None:
    """All have twelve artists of one kind: the tracks of one artist are alike, and tell as much as one."""
    awards = 0
    for seed in range(6):
        artists = np.split(group(36, seed, **DANCE), 3)
        people = [
            Person(
                key=PersonKey(name),
                name=name,
                tracks=tuple(
                    entry(row, number, artist=f"{name} {number // 8}", prefix=name)
                    for number, row in enumerate(np.repeat(own, 8, axis=0).tolist())
                ),
            )
            for name, own in zip("abc", artists, strict=True)
        ]
        awards += len(compare(people).awards)
    assert awards <= 2
