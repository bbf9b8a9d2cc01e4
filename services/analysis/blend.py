"""Mix a playlist for several people: choose in turns, raise everybody above a floor, smooth the order.

Turns go around: everybody gets one track of their own list before anybody gets a second one, the least
satisfied person first; which of their tracks it is depends on how the others like it (`blend_turns`). The
order inside a round is free, so that it can flow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from services.analysis.blend_turns import (
    FEWEST_HEARD,
    FOREIGN,
    Candidates,
    Rounds,
    Turn,
    gather,
    heard_of,
    lift,
    take_turns,
)
from services.analysis.comparison.listening import Listening, listen
from services.analysis.ordering.cost import compute_steps
from services.analysis.ordering.problem import LOOKAHEAD, Problem
from services.analysis.ordering.solve import make_problem
from services.domain.comparison import Person
from services.domain.groups import Blend, BlendMode, BlendPerson, BlendTrack
from services.domain.messages import Note, NoteKind
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


FLOOR = 0.4
"""Mean satisfaction that everybody gets: what turns without any regard for the others give the worst off."""

HALFWAY = 0.5
"""Satisfaction from which a track serves somebody: as near to them as half of their own music."""


def blend(people: Sequence[Person], *, size: int, mode: BlendMode = BlendMode.FAIR) -> Blend:
    """Mix a playlist of `size` tracks. The order of the people and of their tracks changes nothing.

    In every beginning of it the turns of any two people differ by one at most, as long as both have songs
    left that the rules allow.

    Raises
    ------
    ValueError
        Fewer than two people, one key for two of them, or no size.
    """
    if len(people) < 2 or max(Counter(person.key for person in people).values()) > 1 or size < 1:
        raise ValueError("a blend takes a size and two or more people, each with a key of their own")
    listeners = [listen(person) for person in sorted(people, key=lambda person: person.key)]
    candidates = gather(listeners, size)
    chosen = take_turns(candidates, size, mode)
    turns = let_flow(lift(candidates, chosen, mode, FLOOR), candidates.entries)
    members = [_person(listener, index, turns, candidates) for index, listener in enumerate(listeners)]
    return Blend(
        mode=mode,
        people=tuple(members),
        tracks=tuple(_track(turn, candidates, listeners) for turn in turns),
        floor=FLOOR,
        notes=(*_notes(candidates, members, chosen, mode, size), *_unheard(listeners, turns)),
    )


def _track(turn: Turn, candidates: Candidates, listeners: Sequence[Listening]) -> BlendTrack:
    keys = [listener.person.key for listener in listeners]
    values = candidates.satisfaction[turn.song]
    order = sorted(range(len(keys)), key=lambda person: (-values[person], person))
    return BlendTrack(
        entry=candidates.entries[turn.song],
        turn=keys[turn.person],
        owners=tuple(key for key, owns in zip(keys, candidates.owners[turn.song], strict=True) if owns),
        serves=tuple(keys[p] for p in order if values[p] >= HALFWAY or p == turn.person),
        satisfaction=tuple(float(value) for value in values),
    )


def _person(listener: Listening, index: int, turns: Sequence[Turn], candidates: Candidates) -> BlendPerson:
    songs = [turn.song for turn in turns]
    values = candidates.satisfaction[songs, index]
    return BlendPerson(
        key=listener.person.key,
        name=listener.person.name,
        satisfaction=float(values.mean()) if songs else 0.0,
        turns=sum(turn.person == index for turn in turns),
        owned=int(candidates.owners[songs, index].sum()),
        foreign=int(np.count_nonzero((values < FOREIGN) & ~candidates.owners[songs, index])),
    )


def _unheard(listeners: Sequence[Listening], turns: Sequence[Turn]) -> tuple[Note, ...]:
    """Say of whose taste nothing is known."""
    names = tuple(each.person.name for each in listeners if len(heard_of(each)) < FEWEST_HEARD)
    return (Note(NoteKind.UNKNOWN_TASTE, names=names),) if names and turns else ()


def _notes(
    candidates: Candidates,
    members: Sequence[BlendPerson],
    chosen: Rounds,
    mode: BlendMode,
    size: int,
) -> tuple[Note, ...]:
    found = sum(member.turns for member in members)
    if not candidates.entries:
        return (Note(NoteKind.NOTHING_TO_MIX),)
    if not found:
        return (Note(NoteKind.TOO_FAR_APART),)
    most = max(member.turns for member in members)
    ran_out = NoteKind.RAN_OUT_SAFELY if mode is BlendMode.SAFE else NoteKind.RAN_OUT
    notes = [
        Note(NoteKind.HELD_BACK if index in chosen.held_back else ran_out, names=(member.name,))
        for index, member in enumerate(members)
        if index in chosen.missed and member.turns < most
    ]
    if found < size:
        few = NoteKind.FEW_BY_ARTISTS if chosen.held_back else NoteKind.FEW_FOUND
        notes.append(Note(few, count=found, total=size))
    notes += [
        Note(
            NoteKind.BELOW_FLOOR,
            count=round(100 * member.satisfaction),
            total=round(100 * FLOOR),
            names=(member.name,),
        )
        for member in members
        if member.satisfaction < FLOOR
    ]
    return tuple(notes)
