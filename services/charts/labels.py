"""Find a place for each label so that no two overlap and none leaves the picture.

Greedy in the order of importance: every label tries places around its anchor, near ones first, and
takes the one that hides the fewest dots, or only one that hides none. A label that fits nowhere is
dropped: a missing label is a small loss, two on top of each other are a mess.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_GAP = 2.0
"""Pixels kept free between two labels."""
_DIRECTIONS: tuple[tuple[float, float], ...] = (
    *((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1)),
    *((0.5, -1), (-0.5, -1), (0.5, 1), (-0.5, 1), (1, -0.5), (-1, -0.5), (1, 0.5), (-1, 0.5)),
)
"""To the right and down, the better ones first."""
_REACHES = (1.0, 8.0, 18.0, 32.0, 50.0, 72.0)
"""Pixels between the mark and its label; all but the first need a line between them."""
_SLIDES = (0.0, -0.6, 0.6, -1.2, 1.2, -1.8, 1.8, -2.6, 2.6, -3.5, 3.5)
_SLID = np.array([(right, down) for right in _SLIDES for down in _SLIDES])
"""Steps away from the anchor for labels that may cover it: halves of their width, whole heights."""
_HIDDEN_DOT = 3.0
"""Pixels of extra distance that hiding one dot is worth."""
_NEAR, _NEAR_DOT = 7.0, 6.0
"""Pixels within which a label seems to belong to another dot, and the extra distance that is worth."""


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle: its middle and its full width and height, in pixels."""

    x: float
    y: float
    width: float
    height: float

    @classmethod
    def at(cls, left: float, top: float, width: float, height: float) -> Box:
        """Return the box with that upper left corner; y grows downwards."""
        return cls(left + width / 2, top + height / 2, width, height)

    @property
    def left(self) -> float:
        """Its left edge."""
        return self.x - self.width / 2

    @property
    def top(self) -> float:
        """Its upper edge."""
        return self.y - self.height / 2

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height / 2

    def within(self, margin: float, vertical: float | None = None) -> Box:
        """Return the box without a margin on each side; the one above and below may be another."""
        down = margin if vertical is None else vertical
        return Box(self.x, self.y, self.width - 2 * margin, self.height - 2 * down)

    def overlaps(self, other: Box) -> bool:
        """Whether the two rectangles have an area in common."""
        return (
            abs(self.x - other.x) * 2 < self.width + other.width
            and abs(self.y - other.y) * 2 < self.height + other.height
        )

    def inside(self, bounds: Box) -> bool:
        """Whether this rectangle lies in `bounds` entirely."""
        return (
            abs(self.x - bounds.x) * 2 <= bounds.width - self.width
            and abs(self.y - bounds.y) * 2 <= bounds.height - self.height
        )

    def nearest(self, x: float, y: float) -> tuple[float, float]:
        """Return the point of this rectangle that is nearest to (x, y)."""
        return (
            min(max(x, self.x - self.width / 2), self.x + self.width / 2),
            min(max(y, self.y - self.height / 2), self.y + self.height / 2),
        )

    def crossed_by(self, start: tuple[float, float], end: tuple[float, float]) -> bool:
        """Whether the segment from `start` to `end` touches this rectangle (Liang and Barsky, 1984)."""
        first, last = 0.0, 1.0
        for origin, step, middle, extent in (
            (start[0], end[0] - start[0], self.x, self.width / 2),
            (start[1], end[1] - start[1], self.y, self.height / 2),
        ):
            low, high = middle - extent - origin, middle + extent - origin
            if step == 0:
                if low > 0 or high < 0:
                    return False
                continue
            near, far = sorted((low / step, high / step))
            first, last = max(first, near), min(last, far)
            if first > last:
                return False
        return True


@dataclass(frozen=True, slots=True)
class Wish:
    """A label that wants a place near its anchor."""

    x: float
    y: float
    width: float
    height: float
    clear: float = 0.0
    """Radius of the mark at the anchor, which the label keeps off."""
    on_anchor: bool = False
    """Whether the label may sit right on its anchor: a group's name on the group's middle."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a label went, and where a line from its anchor should meet it if it needs one."""

    box: Box
    leader: tuple[float, float] | None


class Labels:
    """Labels of one picture: each that is placed leaves less room to the next.

    Parameters
    ----------
    bounds
        Every label lies inside it.
    obstacles
        No label touches these, and no leader line crosses them; one with its anchor in the middle is its own.
    dots
        (n, 2) positions in pixels that labels should not hide; they may when there is no other way.
    radius
        Of the dots, in pixels: where it is given, no label hides a part of one.
    longest
        Pixels between a mark and its label at the most.
    """

    def __init__(
        self,
        bounds: Box,
        *,
        obstacles: Sequence[Box] = (),
        dots: npt.NDArray[np.float64] | None = None,
        radius: float | None = None,
        longest: float = math.inf,
    ) -> None:
        self.bounds = bounds
        self._longest = longest
        self.placed: list[Box] = []
        self._obstacles = list(obstacles)
        self._leaders: list[tuple[tuple[float, float], tuple[float, float]]] = []
        found = np.zeros((0, 2)) if dots is None else dots
        self._xs, self._ys = found[:, 0].copy(), found[:, 1].copy()
        self._radius = radius

    def place(self, wish: Wish) -> Place | None:
        """Place a label where there is room for it, else nowhere."""
        own = None if wish.on_anchor else (wish.x, wish.y)
        foreign = [each for each in self._obstacles if (each.x, each.y) != own] + self.placed
        best: tuple[float, Place] | None = None
        for reach, box in self._free(wish, foreign):
            if best is not None and reach >= best[0]:
                break
            if any(box.crossed_by(*leader) for leader in self._leaders):
                continue
            leader = None if wish.on_anchor or reach <= _REACHES[0] else box.nearest(wish.x, wish.y)
            if leader and _is_blocked((wish.x, wish.y), leader, foreign):
                continue
            cost = reach + self._cost(box, wish)
            if cost < math.inf and (best is None or cost < best[0]):
                best = (cost, Place(box, leader))
        if best is None:
            return None
        place = best[1]
        self.placed.append(place.box)
        if place.leader:
            self._leaders.append(((wish.x, wish.y), place.leader))
        return place

    def _cost(self, box: Box, wish: Wish) -> float:
        """Return what a label there hides, in pixels of distance; infinite where it may hide nothing."""
        hidden = self._dots_within(box, self._radius or 0.0)
        if self._radius is None:
            return _HIDDEN_DOT * np.count_nonzero(hidden)
        if hidden.any():
            return math.inf
        near = self._dots_within(box, self._radius + _NEAR) & ((self._xs != wish.x) | (self._ys != wish.y))
        return _NEAR_DOT * np.count_nonzero(near)

    def _dots_within(self, box: Box, margin: float) -> npt.NDArray[np.bool_]:
        across, down = box.width / 2 + margin, box.height / 2 + margin
        return (np.abs(self._xs - box.x) < across) & (np.abs(self._ys - box.y) < down)

    def _free(self, wish: Wish, foreign: Sequence[Box]) -> Iterator[tuple[float, Box]]:
        """Give the distance and the box of what touches nothing and lies inside, nearest first."""
        reaches, middles = _candidates(wish)
        size, bounds = np.array((wish.width, wish.height)), self.bounds
        beside = 2 * np.abs(middles - (bounds.x, bounds.y)) > (bounds.width, bounds.height) - size
        free = ~beside.any(axis=1) & (reaches <= self._longest)
        if foreign:
            others = np.array([(each.x, each.y, each.width, each.height) for each in foreign])
            close = 2 * np.abs(middles[:, None] - others[:, :2]) < size + others[:, 2:] + 2 * _GAP
            free &= ~close.all(axis=2).any(axis=1)
        for reach, (x, y) in zip(reaches[free].tolist(), middles[free].tolist(), strict=True):
            yield reach, Box(x, y, wish.width, wish.height)


def _is_blocked(start: tuple[float, float], end: tuple[float, float], foreign: Sequence[Box]) -> bool:
    """Whether a leader would cross a label or a foreign mark, but for one that it starts in."""
    own = Box(*start, 0.0, 0.0)
    return any(other.crossed_by(start, end) and not own.inside(other) for other in foreign)


def _candidates(wish: Wish) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """List the distances from the anchor, (n,), and the middles of the label, (n, 2), nearest first."""
    size, anchor = np.array((wish.width, wish.height)), np.array((wish.x, wish.y))
    if wish.on_anchor:
        moves = _SLID * size * (0.5, 1.0)
        reaches = np.hypot(moves[:, 0], moves[:, 1])
        order = np.argsort(reaches, kind="stable")
        return reaches[order], anchor + moves[order]
    directions, reaches = np.array(_DIRECTIONS), np.array(_REACHES)
    shares = np.where(np.abs(directions[:, 0]) == np.abs(directions[:, 1]), 0.75, 1.0)
    away = (wish.clear + _GAP + reaches)[:, None, None] * shares[:, None]
    moves = (directions * (size / 2 + away)).reshape(-1, 2)
    return np.repeat(reaches, len(directions)), anchor + moves


def spread_apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move positions on a line as little as possible until neighbours are `gap` apart.

    Least squares under order (pool adjacent violators on the positions minus their rank's share).
    When `low`..`high` has no room for all of them, they are spaced evenly in it.
    """
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
    if len(order) > 1 and gap * (len(order) - 1) > high - low:
        gap = (high - low) / (len(order) - 1)
    blocks: list[list[float]] = []
    for rank, index in enumerate(order):
        blocks.append([wanted[index] - rank * gap, 1.0])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            value, weight = blocks.pop()
            total = blocks[-1][1] + weight
            blocks[-1] = [(blocks[-1][0] * blocks[-1][1] + value * weight) / total, total]
    level = [value for value, weight in blocks for _ in range(int(weight))]
    room = high - gap * (len(order) - 1)
    placed = [0.0] * len(order)
    for rank, index in enumerate(order):
        placed[index] = min(max(level[rank], low), room) + rank * gap
    return placed
