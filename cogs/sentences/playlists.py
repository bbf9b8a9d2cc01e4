"""What to do about a playlist that can't be read."""

from __future__ import annotations

from cogs.replies.text import skipped_line
from cogs.sentences.root import sentence
from services.domain.errors.playlists import (
    AmbiguousPlaylistError,
    EmptyPlaylistError,
    NothingNamedError,
    PlaylistTooLongError,
    ShortLinkError,
    SpotifyOffError,
    UnknownPlaylistError,
)


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


@sentence.register
def _(error: AmbiguousPlaylistError) -> str:
    return (
        f"You have {error.count} playlists called “{error.name}”. Choose the one you mean from the list that "
        "appears while you type, or paste its link."
    )


@sentence.register
def _(error: EmptyPlaylistError) -> str:
    rows = skipped_line(error.skipped)
    return (
        f"There is no track in “{error.name}” that I can use{f' ({rows})' if rows else ''}. "
        "Choose another one, or add songs from Spotify's catalogue first."
    )


@sentence.register
def _(error: PlaylistTooLongError) -> str:
    return (
        f"“{error.name}” has {error.rows:,} rows: for them I would have to ask Spotify more often than this "
        "bot may in a day. Export it with exportify.net and attach the file."
    )


@sentence.register
def _(error: NothingNamedError) -> str:
    if error.both:
        return "Choose a playlist or attach a file, not both: I would not know which one you mean."
    return (
        "Choose one of your playlists, paste a link, or attach an exported file. `/playlists` lists what I "
        "can read, `/help` says how to export."
    )
