"""How far the suite searches: a little at the gate (`make test`), far at night (`make nightly`)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TypeVar

IS_NIGHT = os.environ.get("TASTEMAP_NIGHT") == "1"
_NIGHT_FACTOR = 50

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
