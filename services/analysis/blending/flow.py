"""Order a blend in small steps without taking anybody's turn away.

The cost of a step is that of the ordering room. Two songs may change places inside a round, and a song may
wait a few rounds for another one of the same person: in both cases everybody has had as many turns at any
place as before, within one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services.analysis.blending.turns import Turn
from services.analysis.ordering.cost import compute_steps
from services.analysis.ordering.problem import LOOKAHEAD, Problem
from services.analysis.ordering.solve import make_problem
from services.domain.ordering import Goal
from services.domain.report import EnrichedTrack

ROUNDS_AWAY = 3
"""How far a song may go from the round it was chosen for: who was served badly so far stays served soon."""

MOST_TRIALS = 60_000
"""Exchanges looked at; 500 tracks for two people need about half of them for a round through the list."""

_EPSILON = 1e-9


def let_flow(rounds: Sequence[Sequence[Turn]], entries: Sequence[EnrichedTrack]) -> list[Turn]:
    """Return the turns of all rounds in an order with small steps, see above.

    Parameters
    ----------
    rounds : sequence of rounds
    entries : sequence of tracks
        What `Turn.song` points into.
    """
    turns = [turn for turns in rounds for turn in turns]
    round_of = [index for index, turns in enumerate(rounds) for _ in turns]
    if len(turns) < 3:
        return turns
    steps = compute_steps([entries[turn.song] for turn in turns])
    path = _Path(make_problem(steps, None, Goal.FLOW, {}))
    trials = 0
    improved = True
    while improved and trials < MOST_TRIALS:
        improved = False
        for place in range(len(turns) - 1):
            for other in _partners(path.order, place, turns, round_of):
                trials += 1
                improved |= path.exchange(place, other)
    return [turns[row] for row in path.order]


def _partners(
    order: Sequence[int], place: int, turns: Sequence[Turn], round_of: Sequence[int]
) -> Iterator[int]:
    """List the later places whose song may change with the one that is at `place` by then."""
    here = round_of[place]
    for other in range(place + 1, len(order)):
        there = round_of[other]
        if there - here > 2 * ROUNDS_AWAY:
            break
        one, two = order[place], order[other]
        near = max(abs(there - round_of[one]), abs(here - round_of[two])) <= ROUNDS_AWAY
        if near and (there == here or turns[one].person == turns[two].person):
            yield other


class _Path:
    """An order with what it costs around a place."""

    def __init__(self, problem: Problem) -> None:
        self.order = list(range(len(problem)))
        self._costs: list[list[float]] = problem.costs.tolist()
        self._artists = list(problem.artists)
        self._repeats: list[list[float]] = problem.repeats.tolist()

    def exchange(self, one: int, other: int) -> bool:
        """Exchange two places if that makes the order cheaper."""
        order = self.order
        before = self._around(one) + self._around(other)
        order[one], order[other] = order[other], order[one]
        if self._around(one) + self._around(other) < before - _EPSILON:
            return True
        order[one], order[other] = order[other], order[one]
        return False

    def _around(self, place: int) -> float:
        """Price the steps at a place and the artists that come back around it."""
        order, row = self.order, self.order[place]
        cost = 0.0
        for away in range(-LOOKAHEAD, LOOKAHEAD + 1):
            neighbour = place + away
            if away == 0 or not 0 <= neighbour < len(order):
                continue
            if abs(away) == 1:
                cost += self._costs[row][order[neighbour]]
            elif self._artists[row] == self._artists[order[neighbour]]:
                cost += self._repeats[abs(away) - 2][row]
        return cost
