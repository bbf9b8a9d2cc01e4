"""How long a piece of work may still take."""

from __future__ import annotations

from collections.abc import Callable


class Deadline:
    """A point in time that work must not pass.

    It can be moved later, never earlier: somebody with more time may join work under way.
    """

    def __init__(self, seconds: float, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._at = monotonic() + seconds

    @property
    def remaining_s(self) -> float:
        """Seconds left, never below 0."""
        return max(0.0, self._at - self._monotonic())

    def affords(self, wait_s: float) -> bool:
        """Whether there is still time after waiting for `wait_s` seconds."""
        return wait_s < self.remaining_s

    def extend_to(self, other: Deadline) -> None:
        """Take over the later of the two points in time."""
        self._at = max(self._at, other._at)
