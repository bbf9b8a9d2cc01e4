"""Which shards one process connects: all, some by number, or so many of those that nobody has."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FORM = re.compile(r"(?:(?P<first>\d+)(?:-(?P<last>\d+))?|any (?P<wanted>\d+)) ?/ ?(?P<count>\d+)")
_MOST = 16_000
"""More would be fewer than a hundred servers for each at Discord's largest bots."""


@dataclass(frozen=True, slots=True)
class Shards:
    """The share of one process."""

    count: int
    """Of all shards of the bot."""
    ids: tuple[int, ...] = ()
    """Fixed numbers; empty where free ones are to be taken."""
    wanted: int = 0
    """How many free ones."""


def parse_shards(text: str) -> Shards:
    """Read `0-15/64` (these of 64), `3/8` (this one of 8) or `any 16/64` (so many that nobody has).

    Raises
    ------
    ValueError
        It is none of these.
    """
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise ValueError("write 0-15/64, 3/8, or any 16/64")
    count = int(found["count"])
    if not 0 < count <= _MOST:
        raise ValueError(f"there are 1 to {_MOST} shards")
    if found["wanted"]:
        wanted = int(found["wanted"])
        if not 0 < wanted <= count:
            raise ValueError(f"{wanted} of {count} can't be had")
        return Shards(count, wanted=wanted)
    first = int(found["first"])
    last = int(found["last"] or first)
    if not first <= last < count:
        raise ValueError(f"the numbers of {count} shards are 0 to {count - 1}")
    return Shards(count, tuple(range(first, last + 1)))
