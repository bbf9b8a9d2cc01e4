"""What to do about something that was not written to Spotify, or can't be taken back."""

from __future__ import annotations

from cogs.replies.text import plural, skipped_line
from cogs.sentences.root import sentence
from services.domain.errors.writes import (
    NothingToUndoError,
    NothingToWriteError,
    NotOnSpotifyError,
    NotRewritableError,
    NotYourPlaylistError,
    PlaylistChangedError,
    PlaylistFullError,
    PlaylistGoneError,
    SameOrderError,
    UndoOutdatedError,
    WriteNotFoundError,
    WriteUnderWayError,
)


@sentence.register
def _(_error: NothingToWriteError) -> str:
    return (
        "Not one of these tracks has a Spotify id, so there is nothing I could save there. "
        "Export the list as a file instead."
    )


@sentence.register
def _(error: PlaylistFullError) -> str:
    return (
        f"A Spotify playlist holds {error.limit:,} tracks and this list has {error.tracks:,}. "
        "Split it with `/split` first."
    )


@sentence.register
def _(error: NotOnSpotifyError) -> str:
    return (
        f"“{error.name}” was read from a file, so there is no playlist on Spotify that I could change. "
        "Save it as a new playlist, or export it."
    )


@sentence.register
def _(error: NotRewritableError) -> str:
    return (
        f"I don't change “{error.name}” in place: it has rows that I could not put back "
        f"({skipped_line(error.rows)}). Nothing was changed; save the list as a new playlist instead."
    )


@sentence.register
def _(_error: NotYourPlaylistError) -> str:
    return (
        "Spotify lets only the owner and the collaborators of a playlist change it. Nothing was changed; "
        "save the list as a new playlist of yours instead."
    )


@sentence.register
def _(error: SameOrderError) -> str:
    return f"“{error.name}” already is exactly like this, so there is nothing to change."


@sentence.register
def _(error: PlaylistChangedError) -> str:
    return (
        f"“{error.name}” was changed after I had read it ({changes_line(error)}), so I left it alone. "
        "Run the command again on the list as it is now."
    )


@sentence.register
def _(_error: PlaylistGoneError) -> str:
    return (
        "This playlist is not in your library any more. Save the list as a new playlist; "
        "`/undo` can bring back a list that I had changed."
    )


@sentence.register
def _(error: WriteUnderWayError) -> str:
    return (
        f"I have not finished writing “{error.name}” yet. Wait for it, or use `/undo` to go on with it or "
        "take it back."
    )


@sentence.register
def _(_error: WriteNotFoundError) -> str:
    return "I no longer keep what is needed for that. See with `/undo` what can still be taken back."


@sentence.register
def _(_error: NothingToUndoError) -> str:
    return "There is nothing to take back: I have written nothing to your Spotify, or it was too long ago."


@sentence.register
def _(_error: UndoOutdatedError) -> str:
    return "Something was written after this preview. Nothing was taken back; run `/undo` again."


def changes_line(error: PlaylistChangedError) -> str:
    """Say what somebody else changed."""
    parts = [
        plural(error.added, "track") + " added" if error.added else "",
        plural(error.missing, "track") + " removed" if error.missing else "",
        plural(error.moved, "track") + " moved" if error.moved else "",
    ]
    return ", ".join(part for part in parts if part)
