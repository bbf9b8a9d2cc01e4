"""What to do when Spotify says no."""

from __future__ import annotations

import discord

from cogs.sentences.root import sentence
from services.domain.errors.spotify import (
    NotAllowlistedError,
    OwnerPremiumError,
    PlaylistNotReadableError,
    QuotaExceededError,
    SpotifyNotFoundError,
    SpotifyRejectedError,
    TokenRefusedError,
)

_EXPORT = "Export the playlist with exportify.net and attach the file to the command"


@sentence.register
def _(_error: TokenRefusedError) -> str:
    return "Spotify no longer accepts your login. Connect again with `/login`."


@sentence.register
def _(_error: NotAllowlistedError) -> str:
    return (
        "Spotify lets this bot serve only the few people that its operator has listed, and you are not among "
        "them yet. Ask the operator to add your Spotify mail address (dashboard, User Management). "
        f"{_EXPORT}: that works for everybody."
    )


@sentence.register
def _(_error: OwnerPremiumError) -> str:
    return (
        "Spotify refuses all calls because the owner of this bot has no Premium at the moment; it is not "
        "about "
        f"you. {_EXPORT} until the operator has sorted it out."
    )


@sentence.register
def _(error: PlaylistNotReadableError) -> str:
    name = f"“{error.name}”" if error.name else "this playlist"
    return (
        f"Spotify shows {name} to a bot only through somebody who owns it or collaborates on it, and "
        "hides its "
        f"own editorial lists altogether. {_EXPORT}, or copy its songs into a playlist of yours."
    )


@sentence.register
def _(_error: SpotifyNotFoundError) -> str:
    return (
        "Spotify shows no such playlist. It may be deleted, private to somebody else, or made by Spotify "
        "itself; "
        f"those are hidden from bots. {_EXPORT} if you can open it."
    )


@sentence.register
def _(error: QuotaExceededError) -> str:
    return (
        "The daily number of questions that Spotify allows this bot is used up for everybody. It returns "
        f"{discord.utils.format_dt(error.until, 'R')}. Playlists that were read lately still work, and so do "
        "exported files."
    )


@sentence.register
def _(error: SpotifyRejectedError) -> str:
    return f"Spotify refused that (HTTP {error.status}). Try again in a few minutes, or use an exported file."
