"""Ask a port of this machine who listens: nobody, a Tastemap, or another program.

Imports nothing but the standard library: container engines ask every 30 seconds, and that must not cost
more than the bot itself, nor be late on a busy machine.
"""

from __future__ import annotations

import errno
import http.client
import os
import socket
from enum import StrEnum

_PATIENCE_S = 3.0
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  (compared with, not listened on)
"""What reaches a program on its own machine that listens on every address."""


class Holder(StrEnum):
    """Who listens on a port."""

    NOBODY = "nobody"
    TASTEMAP = "a running Tastemap"
    OTHER = "another program"


def fetch_health(host: str, port: int) -> tuple[int, str]:
    """Ask `/healthz` of whoever listens there; returns the status and the beginning of the answer.

    Raises
    ------
    OSError, http.client.HTTPException
        Nobody answers, or not in HTTP.
    """
    connection = http.client.HTTPConnection(ANYWHERE.get(host, host), port, timeout=_PATIENCE_S)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        return answer.status, answer.read(100).decode("utf-8", "replace").strip()
    finally:
        connection.close()


def why_unusable(host: str, port: int) -> str:
    """Say why nobody can listen on a port now, or nothing where somebody can."""
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        return os.strerror(error.errno or 0)
    return ""


def holder_of(host: str, port: int) -> Holder:
    """Try to listen; where somebody does already, ask whether it is a Tastemap's health page."""
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            return Holder.NOBODY
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            return Holder.NOBODY  # what else is wrong with the address shows at the start
    try:
        _, said = fetch_health(host, port)
    except (OSError, http.client.HTTPException):
        return Holder.OTHER
    return Holder.TASTEMAP if said in {"alive", "stuck"} else Holder.OTHER
