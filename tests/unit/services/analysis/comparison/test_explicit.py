"""A difference in how much of the music has explicit lyrics takes a part of a score off."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cogs.words.comparison import pair_reasons
from services.analysis.comparison.compare import compare
from services.analysis.comparison.score import Sampled, Score, score_pair
from services.domain.comparison import Person
from tests.unit.services.analysis.comparison.test_compare import MIKA, NOOR, trio
from tests.unit.services.analysis.comparison.test_score import ROUND_RULES, artists, heard


def of_shares(name: str, explicit: int, known: int, places: tuple[float, ...]) -> Sampled:
    """Somebody with so many explicit tracks among so many of which that is known."""
    someone = heard(name, places, ROUND_RULES)
    entries = tuple(
        replace(entry, track=replace(entry.track, explicit=row < explicit if row < known else None))
        for row, entry in enumerate(someone.listening.entries)
    )
    listening = replace(someone.listening, measured=replace(someone.listening.measured, entries=entries))
    return Sampled.of(listening, ROUND_RULES)


SAME_PLACES = tuple(float(place) for place in range(100))


def explicit_pair(explicit: tuple[int, int], counted: float = 1.0) -> Score:
    """Score two of one sound and one artist, so that all that is left is the explicit lyrics."""
    one, other = (
        of_shares(name, marked, 100, SAME_PLACES) for name, marked in zip("ab", explicit, strict=True)
    )
    rules = replace(ROUND_RULES, explicit_part=0.5)
    return score_pair(one, other, (artists("x"), artists("x")), rules, explicit=counted)


def test_a_difference_in_explicit_lyrics_takes_a_part_off() -> None:
    assert explicit_pair((100, 0)).value == pytest.approx(50)
    # 50 % and 10 %: the root of .16 − .5 · .5 / 99 − .1 · .9 / 99 = .1566, so .3957
    assert explicit_pair((50, 10)).value == pytest.approx(100 * (1 - 0.5 * 0.3957), abs=0.01)
    assert explicit_pair((50, 50)).value == explicit_pair((12, 12)).value == 100
    assert explicit_pair((52, 48)).value == 100, "by chance two draws differ by more"
    assert explicit_pair((50, 10)).explicit == (0.5, 0.1)


def test_what_is_not_known_of_lyrics_takes_nothing_off() -> None:
    left_out = explicit_pair((100, 0), counted=0.0)
    assert (left_out.value, left_out.explicit, left_out.explicit_counted) == (100, None, 0)
    assert explicit_pair((100, 0), counted=0.5).value == pytest.approx(75)


def test_explicit_tracks_are_counted_among_those_of_which_it_is_known() -> None:
    some, none = of_shares("a", 10, 40, SAME_PLACES).explicit, of_shares("b", 0, 0, SAME_PLACES).explicit
    assert (some.known, some.shares[0]) == (pytest.approx(0.4), pytest.approx(0.25))
    assert (none.known, none.shares[0], none.chance) == (0, 0, 0)


def test_the_range_has_the_error_of_the_share_of_explicit_tracks() -> None:
    plain, marked = explicit_pair((0, 0)), explicit_pair((50, 10))
    assert (plain.low, plain.high) != (marked.low, marked.high)
    assert marked.low < marked.value < marked.high
    # 40 points apart with an error of √(2 · (.25 + .09) / 100) = .082, of which a half is taken off
    assert marked.high - marked.low > 100 * 0.5 * 2 * 0.082


def marked(person: Person, explicit: int | None) -> Person:
    """Return a person whose first so many tracks are explicit; None where nobody knows which are."""
    tracks = tuple(
        replace(each, track=replace(each.track, explicit=None if explicit is None else row < explicit))
        for row, each in enumerate(person.tracks)
    )
    return replace(person, tracks=tracks)


def test_explicit_lyrics_are_said_where_they_take_something_off_and_turn_with_the_pair() -> None:
    mika, noor, tam = trio()
    found = compare([marked(mika, 36), marked(noor, 2)])
    (pair,) = found.pairs
    (bare,) = compare([mika, noor]).pairs
    assert bare.score is not None
    assert pair.score is not None
    assert (bare.explicit, bare.explicit_counted) == (None, 0)
    assert pair.score < 0.8 * bare.score
    shares = dict(zip((pair.a, pair.b), pair.explicit or (), strict=True))
    assert shares == {MIKA: pytest.approx(0.8), NOOR: pytest.approx(0.05)}
    first, second = found.name(pair.a), found.name(pair.b)
    said = f"{shares[pair.a]:.0%} of {first}'s tracks are explicit, {shares[pair.b]:.0%} of {second}'s."
    assert said in pair_reasons(found, pair)
    assert "80% of your tracks are explicit, 5% of Noor's." in pair_reasons(found, pair, MIKA)
    assert "5% of your tracks are explicit, 80% of Mika's." in pair_reasons(found, pair, NOOR)
    alike = compare([marked(mika, 3), marked(noor, 2)])
    assert not any("explicit" in line for line in pair_reasons(alike, *alike.pairs))
    with_a_stranger = compare([marked(mika, 36), marked(noor, 2), marked(tam, None)])
    again = with_a_stranger.pair(MIKA, NOOR)
    assert again.explicit_counted == 0, "within one comparison all scores are on one scale"
    assert again.score == pytest.approx(bare.score)
