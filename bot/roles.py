"""Which part of Tastemap one process is: all of it, or one of several on a server."""

from __future__ import annotations

from enum import StrEnum


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
