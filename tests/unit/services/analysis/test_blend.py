"""What a blend promises, whoever it is for."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogs.words.messages import note_lines
from services.analysis.blend import blend
from services.analysis.blend_turns import FOREIGN, Taste
from services.domain.comparison import Person
from services.domain.features import Origin
from services.domain.groups import Blend, BlendMode
from tests.unit.services.analysis.clouds import cloud
from tests.unit.services.analysis.comparison.people import mixed, person
from tests.unit.services.analysis.sounds import DANCE, LOUD, PIANO, QUIET, RAP, group

TASTES = (DANCE, LOUD, PIANO, QUIET, RAP)
NAMES = ("ann", "bea", "cem", "dag", "eva")


def somebody(index: int, seed: int, tracks: int = 40) -> Person:
    """A person of two moods, one of them shared with the neighbour."""
    half = tracks // 2
    rows = [
        group(half, seed, **TASTES[index % 5]),
        group(tracks - half, seed + 1, **TASTES[(index + 1) % 5]),
    ]
    return person(NAMES[index], np.concatenate(rows))


def turns_differ_by_one_at_most(found: Blend) -> bool:
    counts = Counter({someone.key: 0 for someone in found.people})
    for track in found.tracks:
        counts[track.turn] += 1
        if max(counts.values()) - min(counts.values()) > 1:
            return False
    return True


@settings(max_examples=20)
@given(st.integers(2, 5), st.integers(1, 30), st.sampled_from(list(BlendMode)), st.integers(0, 10_000))
def test_every_beginning_is_fair_within_one_track(count: int, size: int, mode: BlendMode, seed: int) -> None:
    found = blend([somebody(n, seed + 10 * n) for n in range(count)], size=size, mode=mode)
    if all("stays at" in note for note in note_lines(found.notes)):
        assert len(found.tracks) == size
        assert turns_differ_by_one_at_most(found)
    assert sum(someone.turns for someone in found.people) == len(found.tracks)


@settings(max_examples=8)
@given(st.permutations(range(3)), st.integers(0, 1000))
def test_nobodys_place_changes_anything(order: list[int], seed: int) -> None:
    people = [somebody(n, n) for n in range(3)]
    shuffled = [replace(people[n], tracks=mixed(people[n].tracks, seed + n)) for n in order]
    assert blend(shuffled, size=12) == blend(people, size=12)


def test_every_track_is_of_the_one_whose_turn_it_is_and_says_whom_it_serves() -> None:
    people = [somebody(n, n) for n in range(3)]
    owned = {someone.key: {entry.track.key for entry in someone.tracks} for someone in people}
    for track in blend(people, size=20).tracks:
        assert track.entry.track.key in owned[track.turn]
        assert track.turn in track.owners
        assert track.turn in track.serves
        assert len(track.satisfaction) == 3
        assert all(0 <= value <= 1 for value in track.satisfaction)


def test_nobodys_own_song_is_counted_as_foreign_to_them() -> None:
    odd = np.concatenate([group(20, 1, **PIANO), group(3, 2, **LOUD)])
    found = blend([person("ann", odd), person("bea", group(20, 3, **LOUD))], size=30)
    ann = found.people[0]
    below = [track for track in found.tracks if track.satisfaction[0] < FOREIGN]
    assert any(ann.key in track.owners for track in below)
    assert ann.foreign == sum(ann.key not in track.owners for track in below)


def test_it_is_said_of_whom_nothing_is_known() -> None:
    known, unknown = somebody(0, 0), person("bea", group(1, 1, **LOUD))
    whom = f"the music of {unknown.name} sounds"
    said = f"Too little is known of how {whom} to say what they like: 50% stands for that."
    assert said in note_lines(blend([known, unknown], size=4).notes)
    assert not any("Too little" in line for line in note_lines(blend([known, somebody(1, 1)], size=4).notes))


def test_no_song_comes_twice_and_no_artist_three_times() -> None:
    found = blend([somebody(n, n) for n in range(3)], size=60)
    assert len({track.entry.track.key for track in found.tracks}) == len(found.tracks)
    artists = Counter(track.entry.track.artists[0] for track in found.tracks)
    assert max(artists.values()) <= 2


def test_a_song_that_both_have_is_owned_by_both() -> None:
    ann, bea = somebody(0, 1), somebody(1, 2)
    shared = replace(bea, tracks=(*bea.tracks, *ann.tracks))
    found = blend([ann, shared], size=10)
    assert all(len(track.owners) == 2 for track in found.tracks if track.turn == ann.key)


def test_safe_holds_nothing_that_anybody_finds_foreign() -> None:
    people = [somebody(0, 1), somebody(1, 2), person("far", group(40, 3, **PIANO))]
    found = blend(people, size=30, mode=BlendMode.SAFE)
    assert all(value >= FOREIGN for track in found.tracks for value in track.satisfaction)
    assert all(someone.foreign == 0 for someone in found.people)
    loud = blend([person("loud", group(40, 3, **LOUD)), person("far", group(40, 4, **PIANO))], size=10,
                 mode=BlendMode.SAFE)  # fmt: skip
    assert not loud.tracks
    assert note_lines(loud.notes) == (
        "Every song would be foreign to somebody: the tastes are too far apart for the safe mode.",
    )


def test_fair_serves_the_least_satisfied_better_than_joy_and_joy_gives_more_in_all() -> None:
    people = [somebody(n, 7 * n) for n in range(3)]
    fair, joy = (blend(people, size=24, mode=mode) for mode in (BlendMode.FAIR, BlendMode.JOY))

    def mean(found: Blend) -> float:
        return sum(someone.satisfaction for someone in found.people) / len(found.people)

    def lowest(found: Blend) -> float:
        return min(someone.satisfaction for someone in found.people)

    assert lowest(fair) >= lowest(joy) - 0.02
    assert mean(joy) >= mean(fair) - 0.02


def test_a_short_list_runs_out_and_it_is_said() -> None:
    short = person("short", group(2, 1, **DANCE))  # a third song of theirs would be of the same artist
    found = blend([short, somebody(1, 2)], size=20)
    assert sum(track.turn == "short" for track in found.tracks) <= 2
    assert any(note.startswith("Short had no further song") for note in note_lines(found.notes))


def test_who_has_songs_of_one_artist_alone_is_not_said_to_have_no_more() -> None:
    fan = of_one_artist(person("fan", group(30, 1, **DANCE)))
    notes = note_lines(blend([fan, somebody(1, 2)], size=20).notes)
    assert "Fan's other songs are by artists who are in it twice already, so others had more turns." in notes
    assert not any("no further song" in note for note in notes)
    both = [fan, of_one_artist(person("bea", group(30, 2, **DANCE)))]
    said = note_lines(blend(both, size=20).notes)
    assert "Only 2 of 20 tracks could be found, as no artist is in it more than twice." in said


def of_one_artist(somebody: Person) -> Person:
    tracks = [replace(each, track=replace(each.track, artists=("Solo",))) for each in somebody.tracks]
    return replace(somebody, tracks=tuple(tracks))


def test_too_few_songs_are_said() -> None:
    found = blend([person("ann", group(2, 1)), person("bea", group(2, 2))], size=20)
    assert len(found.tracks) == 4
    assert "Only 4 of 20 tracks could be found." in note_lines(found.notes)


def test_estimates_are_used_only_where_nothing_else_is_left() -> None:
    real = person("ann", group(20, 1, **DANCE))
    guessed = person("ann", group(20, 2, **DANCE), origin=Origin.IMPUTED, start=100)
    both = replace(real, tracks=(*real.tracks, *guessed.tracks))
    found = blend([both, somebody(1, 2)], size=20)
    assert not any(
        provenance.origin is Origin.IMPUTED
        for track in found.tracks
        for provenance in track.entry.provenance.values()
    )
    assert len(blend([guessed, somebody(1, 2)], size=10).tracks) == 10


def test_nothing_known_is_nothing_to_mix() -> None:
    people = [
        Person(key=someone.key, name=someone.name, tracks=()) for someone in (somebody(0, 1), somebody(1, 2))
    ]
    found = blend(people, size=10)
    assert found.tracks == ()
    assert note_lines(found.notes)[0].startswith("Nobody has a track")


@pytest.mark.parametrize("size", [0, -3])
def test_no_size_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="size"):
        blend([somebody(0, 1), somebody(1, 2)], size=size)


def test_ones_own_tracks_please_by_half_on_average() -> None:
    points = cloud(80, 1)
    taste = Taste(points)
    assert taste.satisfaction(points, own=True).mean() == pytest.approx(0.5)
    assert taste.satisfaction(points + 30).max() == 0
    assert taste.satisfaction(points.mean(axis=0)[None])[0] > 0.8


def test_a_taste_of_two_moods_is_not_met_between_them() -> None:
    taste = Taste(np.concatenate([cloud(60, 1) / 3 - 5, cloud(60, 2) / 3 + 5]))
    assert taste.satisfaction(np.zeros((1, 6)))[0] < 0.05
    assert taste.satisfaction(np.full((1, 6), 5.0))[0] > 0.5
