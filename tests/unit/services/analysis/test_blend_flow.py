from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analysis.blend import ROUNDS_AWAY, let_flow
from services.analysis.blend_turns import Turn
from services.analysis.ordering.cost import compute_steps
from services.analysis.ordering.solve import make_problem
from services.domain.ordering import Goal
from services.domain.report import EnrichedTrack
from tests.unit.services.analysis.comparison.people import person
from tests.unit.services.analysis.sounds import DANCE, PIANO, QUIET, group


def tracks(count: int, seed: int) -> tuple[EnrichedTrack, ...]:
    rows = np.concatenate([group(count, seed + n, **taste) for n, taste in enumerate((DANCE, QUIET, PIANO))])
    return person("ann", np.random.default_rng(seed).permutation(rows)[:count]).tracks


def cost(turns: list[Turn], entries: tuple[EnrichedTrack, ...]) -> float:
    steps = compute_steps([entries[turn.song] for turn in turns])
    return make_problem(steps, None, Goal.FLOW, {}).cost(range(len(turns)))


@settings(max_examples=15)
@given(st.integers(2, 5), st.integers(1, 12), st.integers(0, 4), st.integers(0, 1000))
def test_flows_better_and_takes_nobodys_turn(people: int, full: int, rest: int, seed: int) -> None:
    sizes = [people] * full + ([min(rest, people - 1)] if rest else [])
    entries = tracks(sum(sizes), seed)
    songs = iter(range(sum(sizes)))
    rounds = [[Turn(person, next(songs)) for person in range(size)] for size in sizes]
    plain = [turn for turns in rounds for turn in turns]
    flowing = let_flow(rounds, entries)
    assert sorted(turn.song for turn in flowing) == sorted(turn.song for turn in plain)
    assert cost(flowing, entries) <= cost(plain, entries) + 1e-9
    counts = Counter(dict.fromkeys(range(people), 0))
    home = {turn.song: index for index, turns in enumerate(rounds) for turn in turns}
    for place, turn in enumerate(flowing):
        counts[turn.person] += 1
        assert max(counts.values()) - min(counts.values()) <= 1
        assert abs(home[turn.song] - place // people) <= ROUNDS_AWAY


def test_makes_much_better_steps_where_it_can() -> None:
    entries = tracks(40, 3)
    rounds = [[Turn(0, 2 * n), Turn(1, 2 * n + 1)] for n in range(20)]
    plain = [turn for turns in rounds for turn in turns]
    assert cost(let_flow(rounds, entries), entries) < 0.8 * cost(plain, entries)
