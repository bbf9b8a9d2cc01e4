"""An open path that is improved step by step: its places, its costs, and a way back."""

from __future__ import annotations

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
