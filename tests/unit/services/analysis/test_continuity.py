"""Groups keep letter, colour and name while most of their tracks stay; a name goes that is not true."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from services.analysis.continuity import _MOODS, _mood, colours_of, earlier_centres, match_groups
from services.analysis.describe import describe
from services.analysis.scenes import still_of
from services.analysis.tally import Tally
from services.domain.analysis import AnalysisOptions, EarlierGroup, LastGroups
from services.domain.features import SOUND_FEATURES
from services.domain.group_words import name_words
from services.domain.grouping import GroupName, SoundName
from services.domain.music import Playlist, Track
from services.domain.report import AnalysisReport, EnrichedTrack
from services.enrichment.coverage import compute_coverage
from tests.unit.services.analysis.sounds import DANCE, LOUD, PIANO, QUIET, group, tracks
from tests.unit.services.analysis.test_genre_names import tagged
from tests.unit.services.analysis.test_scenes import grounded_in


def numbered(rows: np.ndarray, first: int) -> tuple[EnrichedTrack, ...]:
    return tuple(
        replace(entry, track=replace(entry.track, title=f"Song {first + number}"))
        for number, entry in enumerate(tracks(rows))
    )


QUIETS, LOUDS, DANCES = (
    numbered(group(40, seed=seed, **sound), 100 * seed) for seed, sound in ((1, QUIET), (2, LOUD), (3, DANCE))
)


def analysed(
    entries: tuple[EnrichedTrack, ...], last: AnalysisReport | None = None, groups: int | None = None
) -> AnalysisReport:
    before = LastGroups() if last is None else LastGroups.of(last)
    playlist = Playlist(name="A list", tracks=tuple(entry.track for entry in entries))
    options = AnalysisOptions(groups=groups, last_groups=before)
    return describe(playlist, entries, compute_coverage(entries), options=options)


def looks(report: AnalysisReport) -> dict[str, tuple[int | None, int | None]]:
    return {cluster.name: (cluster.letter, cluster.colour) for cluster in report.clusters}


def earlier(*groups: tuple[str, ...]) -> tuple[EarlierGroup, ...]:
    return tuple(
        EarlierGroup(name=f"Group {place}", called=None, letter=place, colour=place, tracks=names)
        for place, names in enumerate(groups)
    )


def test_a_group_that_outgrows_another_keeps_letter_and_colour() -> None:
    first = analysed((*QUIETS, *LOUDS[:25], *DANCES[:30]), groups=3)
    grown = analysed((*QUIETS[:30], *LOUDS, *DANCES[:35]), first, groups=3)
    assert looks(grown) == looks(first)
    assert [cluster.letter for cluster in grown.clusters] == [0, 1, 2]
    assert [cluster.size for cluster in grown.clusters] != sorted(
        (cluster.size for cluster in grown.clusters), reverse=True
    )
    placed = {p.cluster for p in grown.placements}
    assert placed == {0, 1, 2}
    for index, cluster in enumerate(grown.clusters):
        assert all(grown.placements[row].cluster == index for row in cluster.members)


def test_a_group_that_vanishes_leaves_its_letter_free_for_a_new_one() -> None:
    first = analysed((*QUIETS, *LOUDS[:30], *DANCES[:20]), groups=3)
    names = {cluster.letter: cluster.name for cluster in first.clusters}
    without = analysed((*QUIETS, *DANCES[:20]), first, groups=2)
    assert looks(without).keys() <= set(names.values())
    assert {letter for letter, _ in looks(without).values()} == {0, 2}
    pianos = numbered(group(40, seed=9, **PIANO), 900)
    back = analysed((*QUIETS, *DANCES[:20], *pianos), without, groups=3)
    assert sorted(cluster.letter or 0 for cluster in back.clusters) == list(range(len(back.clusters)))


def test_another_kind_in_a_list_makes_another_group_and_the_known_ones_keep_their_letters() -> None:
    pianos = numbered(group(40, seed=9, **PIANO), 900)
    first = analysed((*QUIETS, *LOUDS))
    grown = analysed((*QUIETS, *LOUDS, *pianos), first)
    assert len(grown.clusters) == len(analysed((*QUIETS, *LOUDS, *pianos)).clusters) == 3
    assert {cluster.letter for cluster in grown.clusters} == {0, 1, 2}
    assert looks(first).items() <= looks(grown).items()


def test_another_kind_makes_another_group_though_it_comes_a_few_tracks_at_a_time() -> None:
    pianos = numbered(group(40, seed=9, **PIANO), 900)
    known = analysed((*QUIETS, *LOUDS))
    for count in range(8, 41, 8):
        known = analysed((*QUIETS, *LOUDS, *pianos[:count]), known)
    assert len(known.clusters) == 3


def test_a_name_that_is_no_longer_true_goes_and_the_card_knows_what_it_was() -> None:
    first = analysed((*QUIETS, *LOUDS))
    quiet = next(cluster for cluster in first.clusters if cluster.members[0] < 40)
    # The same songs, but now they are measured as loud dance music, beside the louder ones.
    remastered = tuple(
        replace(entry, features=other.features) for entry, other in zip(QUIETS, DANCES, strict=True)
    )
    again = analysed((*remastered, *LOUDS), first)
    found = next(cluster for cluster in again.clusters if cluster.letter == quiet.letter)
    assert found.name != quiet.name
    assert found.was == quiet.name


def test_the_first_report_is_lettered_by_size_and_was_nothing() -> None:
    report = analysed((*QUIETS, *LOUDS[:25]), groups=2)
    assert [cluster.letter for cluster in report.clusters] == [0, 1]
    assert report.clusters[0].size > report.clusters[1].size
    assert {cluster.was for cluster in report.clusters} == {""}
    assert len({cluster.colour for cluster in report.clusters}) == 2


def test_groups_are_matched_by_the_best_assignment_of_their_common_tracks() -> None:
    before = earlier(("a", "b", "c", "d"), ("e", "f", "g", "gone"))
    labels = np.array([1, 1, 1, 1, 0, 0, 0, 2, 2])
    names = ["a", "b", "c", "d", "e", "f", "g", "new", "newer"]
    assert match_groups(before, labels, names, 3) == (1, 0, None)


def test_half_a_group_is_the_same_and_less_is_not() -> None:
    before = earlier(("a", "b", "c", "d"))
    assert match_groups(before, np.array([0, 0, 1, 1]), ["a", "b", "c", "d"], 2) in {(0, None), (None, 0)}
    three = np.array([0, 1, 2, 3])
    assert match_groups(before, three, ["a", "b", "c", "d"], 4) == (None,) * 4


def test_earlier_groups_lie_where_their_tracks_are_now() -> None:
    before = earlier(("a|", "b|"), ("c|", "d|"))
    songs = [Track(title=title) for title in ("A", "B", "C", "D", "new")]
    points = np.array([[0.0, 0.0], [2.0, 4.0], [5.0, 5.0], [7.0, 9.0], [9.0, 9.0]])
    np.testing.assert_array_equal(earlier_centres(before, songs, points), [[1.0, 2.0], [6.0, 7.0]])
    assert earlier_centres((), songs, points) is None


def test_an_earlier_group_without_a_track_left_begins_nothing() -> None:
    before = earlier(tuple(f"{title}|" for title in "abcdefgh"), ("z|",))
    songs = [Track(title=title) for title in "ABCDEFGH"]
    assert earlier_centres(before, songs, np.zeros((8, 2))) is None


@pytest.mark.parametrize(
    ("stay", "new", "begins"), [(8, 0, True), (7, 0, False), (10, 2, True), (10, 3, False)]
)
def test_earlier_groups_begin_those_of_a_list_that_is_much_the_same(
    stay: int, new: int, begins: bool
) -> None:
    before = earlier(
        tuple(f"{number}|" for number in range(5)), tuple(f"{number}|" for number in range(5, 10))
    )
    songs = [Track(title=str(number)) for number in [*range(stay), *range(100, 100 + new)]]
    assert (earlier_centres(before, songs, np.zeros((len(songs), 2))) is not None) == begins


def test_colours_follow_the_mood_and_stay_with_a_group() -> None:
    calm, loud = (dict.fromkeys(SOUND_FEATURES, value) for value in (-0.5, 0.0))
    assert colours_of([calm, loud], [None, None]) == colours_of([loud, calm], [None, None])[::-1]
    (was,) = earlier(("a",))
    kept = colours_of([calm, loud], [None, replace(was, colour=6)])
    assert kept[1] == 6
    assert kept[0] != 6


def test_no_other_way_to_colour_the_groups_fits_better() -> None:
    dice = np.random.default_rng(1)
    for groups in (1, 3, 8):
        moods = dice.normal(size=(groups, len(SOUND_FEATURES)))
        profiles = [dict(zip(SOUND_FEATURES, mood.tolist(), strict=True)) for mood in moods]
        cost = np.square(np.array([_mood(each) for each in profiles])[:, None] - _MOODS).sum(axis=2)
        best = cost[linear_sum_assignment(cost)].sum()
        assert cost[range(groups), colours_of(profiles, [None] * groups)].sum() == pytest.approx(best)


def of_many_kinds_of_indie(number: int) -> list[Track]:
    """Return songs of which two fifths are of four kinds of indie music, a few of each."""
    kinds = ("indie rock", "indie pop", "lo-fi indie", "bedroom pop")
    indie = [song for kind in kinds for song in tagged(number, kind)]
    return indie + tagged(3 * number, "rock") + tagged(3 * number, "pop")


@pytest.mark.parametrize(("gone", "stays"), [(0, True), (1, True), (3, False)])
def test_a_name_of_genres_that_were_counted_together_stays_while_they_are_there(
    gone: int, stays: bool
) -> None:
    music, rest = of_many_kinds_of_indie(3), Tally.of(tagged(30, "hip hop"))
    name = grounded_in(GroupName(sound=SoundName.ELECTRIC_DRIVING), music, tagged(30, "hip hop"))
    assert name_words(name) == "Indie pop & indie rock, electric & driving"
    left = of_many_kinds_of_indie(3)[4 * gone :]
    assert still_of(name, Tally.of(left), rest) is stays
