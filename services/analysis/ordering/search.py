"""Improve an open path by reversing and moving stretches, and escape local optima by random kicks."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np

from services.analysis.ordering.problem import Problem

FORBIDDEN = 1e3
NEIGHBOURS = 8
"""Nearest tracks that a move may connect to; more of them find little and cost time."""


class Tour:
    """A path between two end posts, as plain lists: the searches touch a few entries at a time.

    The posts are nodes of their own, before the first and after the last track. A step to a post costs
    nothing, or too much where another track has to stand at that end.
    """

    def __init__(self, problem: Problem, order: Sequence[int]) -> None:
        count = len(problem)
        self.count = count
        self.first, self.last = count, count + 1
        first, last = problem.locks.get(0), problem.locks.get(count - 1)
        table = np.zeros((count + 2, count + 2))
        table[:count, :count] = problem.costs
        for post, row in ((self.first, first), (self.last, last)):
            if row is not None:
                table[post, :] = table[:, post] = FORBIDDEN
                table[post, row] = table[row, post] = 0.0
        self.costs: list[list[float]] = table.tolist()
        self.near = self._neighbours(problem)
        """For each track what a move may connect it to, the cheapest first: free posts, then tracks."""
        self.path = [self.first, *order, self.last]
        self.place = [0] * (count + 2)
        for place, node in enumerate(self.path):
            self.place[node] = place
        self._log: list[tuple[int, list[int]]] = []
        self._has_repeats = problem.has_repeats
        self._artists = [*problem.artists, -1, -2]
        two, three = problem.repeats.tolist()
        self._two, self._three = [*two, 0.0, 0.0], [*three, 0.0, 0.0]

    @property
    def order(self) -> list[int]:
        """The tracks as they stand."""
        return self.path[1:-1]

    def put(self, start: int, nodes: list[int]) -> None:
        """Let `nodes` stand from place `start` on; the way back is remembered."""
        end = start + len(nodes)
        self._log.append((start, self.path[start:end]))
        self.path[start:end] = nodes
        place = self.place
        for where, node in enumerate(nodes, start):
            place[node] = where

    def keep(self) -> None:
        """Forget the way back."""
        self._log.clear()

    def go_back(self, steps: int = 0) -> None:
        """Undo what was put after the first `steps` remembered changes."""
        place = self.place
        while len(self._log) > steps:
            start, nodes = self._log.pop()
            self.path[start : start + len(nodes)] = nodes
            for where, node in enumerate(nodes, start):
                place[node] = where

    @property
    def changes(self) -> int:
        """How many changes are remembered."""
        return len(self._log)

    def repeats_across(self, *cuts: int) -> float:
        """Price artists that come back after two or three places, for the pairs that stand across a cut.

        A change cuts the path before these places (ascending) and joins the pieces anew; pairs inside a
        piece stay as they are.
        """
        if not self._has_repeats:
            return 0.0
        path, artists, count, total, reached = self.path, self._artists, self.count, 0.0, 1
        for cut in cuts:
            for place in range(max(cut - 3, reached), cut):
                node = path[place]
                artist = artists[node]
                if cut - place <= 2 and place + 2 <= count and artists[path[place + 2]] == artist:
                    total += self._two[node]
                if place + 3 <= count and artists[path[place + 3]] == artist:
                    total += self._three[node]
            reached = max(cut, 1)  # what stands before this cut and reaches past the next was counted
        return total

    def _neighbours(self, problem: Problem) -> list[list[int]]:
        count = self.count
        few = min(NEIGHBOURS, count - 1)
        costs = problem.costs.copy()
        np.fill_diagonal(costs, np.inf)
        if few < count - 1:
            nearest = np.argpartition(costs, few - 1, axis=1)[:, :few]
        else:
            nearest = np.argsort(costs, axis=1, kind="stable")[:, :few]
        nearest.sort(axis=1)
        ranked = np.take_along_axis(costs, nearest, axis=1).argsort(axis=1, kind="stable")
        posts = [post for post in (self.first, self.last) if not self.is_taken(post)]
        return [posts + row for row in np.take_along_axis(nearest, ranked, axis=1).tolist()]

    def is_taken(self, post: int) -> bool:
        """Whether a certain track has to stand at this end."""
        return max(self.costs[post][: self.count]) > 0


_TINY = 1e-9
LONGEST_MOVED = 3
"""Tracks that are moved together to another place (Or 1976)."""
LONGEST_KICKED = 50


def kicks_for(tracks: int) -> int:
    """Return how often an order of so many tracks is kicked.

    A number and not a time, so that a busy machine finds the same order as a quiet one. Three times as
    many cost 2.4 s instead of 1.1 s at 1,000 tracks and gain 0.6 %, at 100 tracks 0.2 %.
    """
    return min(3 * tracks, 420 + tracks // 3)


def improve(problem: Problem, order: Sequence[int], *, seed: int, kicks: int) -> list[int]:
    """Search from `order` for a cheaper one that keeps the same ends where those are locked.

    2-opt and Or-opt over the nearest neighbours with a list of tracks worth looking at (don't-look
    bits, Bentley 1992), then segment double bridges that are taken back unless they pay.

    Parameters
    ----------
    problem : Problem
        Without an arc and without locks between the ends.
    """
    if len(problem) < 3:
        return list(order)
    tour = Tour(problem, order)
    search = LocalSearch(tour)
    search.settle(list(order))
    tour.keep()
    rng = random.Random(seed)
    for _ in range(kicks):
        change, touched = _kick(tour, rng)
        change += search.settle(touched)
        if change > _TINY:
            tour.go_back()
        else:
            tour.keep()
    return tour.order


def _kick(tour: Tour, rng: random.Random) -> tuple[float, list[int]]:
    """Exchange two stretches side by side; return what it costs and the tracks at the seams."""
    longest = max(1, min(LONGEST_KICKED, tour.count // 3))
    one, two = 1 + int(rng.random() * longest), 1 + int(rng.random() * longest)
    start = 1 + int(rng.random() * (tour.count - one - two + 1))
    middle, end = start + one, start + one + two
    path, costs = tour.path, tour.costs
    before, first, last, then, final, after = (
        path[place] for place in (start - 1, start, middle - 1, middle, end - 1, end)
    )
    change = costs[before][then] + costs[final][first] + costs[last][after]
    change -= costs[before][first] + costs[last][then] + costs[final][after]
    change -= tour.repeats_across(start, middle, end)
    tour.put(start, path[middle:end] + path[start:middle])
    change += tour.repeats_across(start, start + two, end)
    return change, [node for node in (before, first, last, then, final, after) if node < tour.count]


class LocalSearch:
    """Moves that are taken as long as one of them pays."""

    def __init__(self, tour: Tour) -> None:
        self._tour = tour
        self._waiting = [False] * tour.count
        self._queue: list[int] = []

    def settle(self, nodes: Sequence[int]) -> float:
        """Look at `nodes`, and at whatever a move touches, until no move pays; return the change of cost."""
        self._wake(nodes)
        total, queue, waiting = 0.0, self._queue, self._waiting
        while queue:
            node = queue.pop()
            waiting[node] = False
            while change := self._reverse(node) or self._move(node):
                total += change
        return total

    def _wake(self, nodes: Sequence[int]) -> None:
        for node in nodes:
            if node < self._tour.count and not self._waiting[node]:
                self._waiting[node] = True
                self._queue.append(node)

    def _reverse(self, node: int) -> float:
        """Turn a stretch so that `node` gets a cheaper neighbour (2-opt); return the change of cost."""
        tour = self._tour
        path, place, costs = tour.path, tour.place, tour.costs
        row, here = costs[node], place[node]
        for side in (1, -1):
            beside = path[here + side]
            now = row[beside]
            for other in tour.near[node]:
                gain = now - row[other]
                if gain <= _TINY:
                    break
                there = place[other]
                if other >= tour.count and (there == 0) != (side == 1):
                    continue  # nothing stands outside of a post
                next_to = path[there + side]
                change = costs[beside][next_to] - costs[other][next_to] - gain
                if change < -_TINY:
                    low, high = (here, there) if here < there else (there, here)
                    if side == 1:
                        low += 1
                    else:
                        high -= 1
                    change = self._turn(low, high, change)
                    if change < -_TINY:
                        self._wake((node, beside, other, next_to))
                        return change
        return 0.0

    def _turn(self, low: int, high: int, change: float) -> float:
        tour = self._tour
        change -= tour.repeats_across(low, high + 1)
        changes = tour.changes
        tour.put(low, tour.path[low : high + 1][::-1])
        change += tour.repeats_across(low, high + 1)
        if change >= -_TINY:
            tour.go_back(changes)
        return change

    def _move(self, node: int) -> float:
        """Move a few tracks from `node` on next to a track that is near to it; return the change of cost."""
        tour = self._tour
        here = tour.place[node]
        for length in range(1, LONGEST_MOVED + 1):
            for start in (here,) if length == 1 else (here, here - length + 1):
                end = start + length - 1
                if start >= 1 and end <= tour.count and (change := self._move_stretch(node, start, end)):
                    return change
        return 0.0

    def _move_stretch(self, node: int, start: int, end: int) -> float:
        tour = self._tour
        path, place, costs, count = tour.path, tour.place, tour.costs, tour.count
        before, after = path[start - 1], path[end + 1]
        tail = path[end] if path[start] == node else path[start]
        saved = costs[before][path[start]] + costs[path[end]][after] - costs[before][after]
        row, tails = costs[node], costs[tail]
        for other in tour.near[node]:
            left = saved - row[other]
            if left <= _TINY:
                break
            there = place[other]
            if start <= there <= end:
                continue
            for side in (1, -1):
                beside = there + side
                if not 0 <= beside <= count + 1 or start <= beside <= end:
                    continue
                change = tails[path[beside]] - costs[other][path[beside]] - left
                if change < -_TINY:
                    touched = (node, tail, before, after, other, path[beside])
                    stretch = path[start : end + 1]
                    # `node` has to end up beside `other`: in front when that stands before the stretch
                    if (stretch[0] == node) != (side == 1):
                        stretch.reverse()
                    change = self._carry(stretch, start, end, min(there, beside), change)
                    if change < -_TINY:
                        self._wake(touched)
                        return change
        return 0.0

    def _carry(self, stretch: list[int], start: int, end: int, seam: int, change: float) -> float:
        """Put a stretch between the places `seam` and `seam + 1`, unless repeated artists make that dear."""
        tour = self._tour
        path, changes = tour.path, tour.changes
        if seam > end:
            cuts, joins = (start, end + 1, seam + 1), (start, start + seam - end, seam + 1)
            low, nodes = start, path[end + 1 : seam + 1] + stretch
        else:
            cuts, joins = (seam + 1, start, end + 1), (seam + 1, seam + 1 + len(stretch), end + 1)
            low, nodes = seam + 1, stretch + path[seam + 1 : start]
        change -= tour.repeats_across(*cuts)
        tour.put(low, nodes)
        change += tour.repeats_across(*joins)
        if change >= -_TINY:
            tour.go_back(changes)
        return change
