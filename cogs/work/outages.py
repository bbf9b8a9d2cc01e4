"""Tell an outage, which passes, from a refusal, which does not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import discord

_NO_CODE = 0
_PASSING = frozenset({403, 408, 429})
"""Cloudflare bans with 403 and 429 and no code of Discord's, and a rate limit may outlast all tries."""

STORAGE_AGAIN_S = (5.0, 15.0, 60.0)
"""A database that is busy or away is mostly back within seconds; after these the person is told."""


class DiscordUnreachableError(ConnectionError):
    """No answer came from Discord; the argument says what came instead."""


@contextmanager
def reaching_discord() -> Iterator[None]:
    """Turn whatever a broken connection raises inside the block into one kind of error.

    Raises
    ------
    DiscordUnreachableError
        The connection broke, timed out, or gave something that is no answer of Discord's.
    """
    try:
        yield
    except discord.DiscordException:
        raise
    except Exception as error:
        raise DiscordUnreachableError(repr(error)) from error


def is_outage(error: BaseException) -> bool:
    """Whether Discord may well take the same request later."""
    if isinstance(error, discord.HTTPException):
        return error.status >= 500 or (error.status in _PASSING and error.code == _NO_CODE)
    return isinstance(error, DiscordUnreachableError)


async def pause(seconds: float) -> None:
    """Wait; the one place where accepted work sleeps."""
    await asyncio.sleep(seconds)
