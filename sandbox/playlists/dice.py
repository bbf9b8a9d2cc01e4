"""Chance that falls the same way on every Python version and platform.

The standard library promises a stable sequence for `Random.random` alone, so everything is made of it.
"""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Sequence
from functools import cache
from statistics import NormalDist
from typing import TypeVar

T = TypeVar("T")

_NORMAL = NormalDist()
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ID_LENGTH = 22


class Dice:
    """A seeded source of chance; the same `seed` text gives the same throws everywhere."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        """Throw a number in [low, high)."""
        return low + (high - low) * self._random.random()

    def normal(self, mean: float = 0.0, sd: float = 1.0) -> float:
        """Throw a normally distributed number, cut at three standard deviations."""
        z = _NORMAL.inv_cdf(min(max(self._random.random(), 1e-9), 1 - 1e-9))
        return mean + sd * min(max(z, -3.0), 3.0)

    def whole(self, low: int, high: int) -> int:
        """Throw a whole number from `low` to `high`, both included."""
        return low + math.floor(self._random.random() * (high - low + 1))

    def chance(self, share: float) -> bool:
        """Say yes in `share` (0..1) of the throws."""
        return self._random.random() < share

    def pick(self, items: Sequence[T]) -> T:
        """Pick one of `items`."""
        return items[self.whole(0, len(items) - 1)]

    def weighted(self, items: Sequence[T], weights: Sequence[float]) -> T:
        """Pick one of `items`, each as often as its weight says."""
        left = self._random.random() * sum(weights)
        for item, weight in zip(items, weights, strict=True):
            left -= weight
            if left < 0:
                return item
        return items[-1]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return `items` in a random order."""
        pile = list(items)
        for last in range(len(pile) - 1, 0, -1):
            other = self.whole(0, last)
            pile[last], pile[other] = pile[other], pile[last]
        return pile


class Deck:
    """Words dealt from a shuffled pile: none comes twice before all have come once."""

    def __init__(self, dice: Dice, words: Sequence[str]) -> None:
        self._dice = dice
        self._words = tuple(words)
        self._pile: list[str] = []

    def deal(self) -> str:
        """Take the next word; shuffle anew when the pile is used up."""
        if not self._pile:
            self._pile = self._dice.shuffled(self._words)
        return self._pile.pop()


@cache
def invented_id(kind: str, name: str) -> str:
    """Make a Spotify-shaped id (128 bits as 22 characters of base 62) out of a name."""
    number = int.from_bytes(hashlib.sha256(f"tastemap sandbox|{kind}|{name}".encode()).digest()[:16])
    digits = []
    for _ in range(_ID_LENGTH):
        number, digit = divmod(number, 62)
        digits.append(_BASE62[digit])
    return "".join(reversed(digits))
