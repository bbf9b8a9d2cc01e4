"""Which part of Tastemap one process is, and which shards it connects where several do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_FORM = re.compile(r"(?:(?P<first>\d+)(?:-(?P<last>\d+))?|any (?P<wanted>\d+)) ?/ ?(?P<count>\d+)")
_MOST = 16_000
"""More would be fewer than a hundred servers for each at Discord's largest bots."""


class Role(StrEnum):
    """What a process opens; a single one is all."""

    ALL = "all"
    GATEWAY = "gateway"
    """Receives commands over a connection to Discord and hands on what takes long."""
    WEB = "web"
    """Serves the login pages, and receives commands that Discord sends there."""
    WORKER = "worker"
    """Does what the others have accepted, and what repeats itself."""

    @property
    def connects(self) -> bool:
        """Whether commands come over the gateway."""
        return self in {Role.ALL, Role.GATEWAY}

    @property
    def performs(self) -> bool:
        """Whether accepted work is done here, so that worker processes are needed."""
        return self in {Role.ALL, Role.WORKER}

    @property
    def serves_pages(self) -> bool:
        """Whether the login pages are opened."""
        return self in {Role.ALL, Role.WEB}

    @property
    def is_one_of_many(self) -> bool:
        """Whether it needs others beside it, and a server on which they meet."""
        return self is not Role.ALL

    @property
    def explained(self) -> str:
        """Say it in a few words, for operators."""
        return {
            Role.ALL: "everything in this process",
            Role.GATEWAY: "commands arrive here and are handed to workers",
            Role.WEB: "login pages and signed commands; what takes long is handed to workers",
            Role.WORKER: "what gateways and web processes accept is done here",
        }[self]


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
