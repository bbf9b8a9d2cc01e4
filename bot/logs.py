"""Logging to standard error, with the noisy and the indiscreet loggers turned down."""

from __future__ import annotations

import logging

import discord

_FLOORS = {
    "alembic": logging.WARNING,
    "discord.http": logging.WARNING,  # at DEBUG it prints addresses with interaction tokens
    "discord.gateway": logging.INFO,
    "discord.webhook": logging.WARNING,  # same
    "aiohttp.access": logging.CRITICAL,  # prints whole request lines, with codes and states of a login
    "matplotlib": logging.WARNING,
    "asyncio": logging.WARNING,
}


def configure_logging(level: str) -> None:
    """Send logs of `level` and above to standard error."""
    logging.basicConfig(
        level=getattr(logging, level), format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True
    )
    for flag in ("warn_nacl", "warn_dave"):
        setattr(discord.VoiceClient, flag, False)  # we never join a voice channel
    for name, floor in _FLOORS.items():
        logging.getLogger(name).setLevel(max(floor, getattr(logging, level)))
