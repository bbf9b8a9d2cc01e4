"""How far the suite searches: a little at the gate (`make test`), far at night (`make nightly`)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TypeVar

import pytest

IS_NIGHT = os.environ.get("TASTEMAP_NIGHT") == "1"
_NIGHT_FACTOR = 50

at_night = pytest.mark.skipif(
    not IS_NIGHT, reason="takes long, and a cheaper test sees most of it: `make nightly` runs it"
)
"""For tests that cost the gate more than what they alone see is worth there."""

Case = TypeVar("Case")


def examples(gate: int, night: int | None = None) -> int:
    """How many examples of a property are tried."""
    if not IS_NIGHT:
        return gate
    return night if night is not None else gate * _NIGHT_FACTOR


def cases(every: Iterable[Case], gate: Iterable[Case]) -> list[Case]:
    """Which cases of a matrix are tried: `gate` has one of each kind, the night tries every one."""
    matrix = list(every)
    if IS_NIGHT:
        return matrix
    chosen = list(gate)
    assert all(case in matrix for case in chosen)
    return chosen
