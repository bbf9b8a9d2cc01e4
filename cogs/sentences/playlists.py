"""What to do about a playlist that can't be read."""

from __future__ import annotations

from cogs.sentences.root import sentence
from services.domain.errors.playlists import ShortLinkError, SpotifyOffError, UnknownPlaylistError


@sentence.register
def _(error: UnknownPlaylistError) -> str:
    return (
        f"I know no playlist called “{error.words}”. Choose one from the list that appears while you type, "
        "paste a playlist link, or attach an exported file."
    )


@sentence.register
def _(_error: ShortLinkError) -> str:
    return (
        "This is a short link, which hides the playlist behind it. Open it, copy the address that begins "
        "with open.spotify.com, and paste that."
    )


@sentence.register
def _(_error: SpotifyOffError) -> str:
    return (
        "This bot is not connected to Spotify. Export the playlist with exportify.net and attach the file; "
        "that needs no login here."
    )
