"""What to do about a file that could not be read."""

from __future__ import annotations

from cogs.sentences.root import sentence
from services.domain.errors.uploads import (
    ArchiveRefusedError,
    DamagedFileError,
    EmptyFileError,
    FileTooLargeError,
    FileUnavailableError,
    NothingToAnalyzeError,
    NoTracksError,
    PlaylistNotInFileError,
    TooManyRowsError,
    UnknownFormatError,
    UploadExpiredError,
)

_MIB = 1024 * 1024


@sentence.register
def _(error: FileTooLargeError) -> str:
    return (
        f"This file has {error.size_bytes / _MIB:.1f} MiB; the limit is {error.limit_bytes / _MIB:.0f} MiB. "
        "Export fewer playlists at a time and upload one of them."
    )


@sentence.register
def _(error: TooManyRowsError) -> str:
    return (
        f"This file has more than {error.limit:,} rows, which is more than one map can hold. "
        "Split it and upload one part."
    )


@sentence.register
def _(_error: EmptyFileError) -> str:
    return "This file has no rows in it. Export the playlist again and upload the new file."


@sentence.register
def _(error: NoTracksError) -> str:
    return (
        f"This is a {error.format} file, but none of its rows is a track I can use ({error.skipped}). "
        "Choose a playlist with songs from Spotify's catalogue."
    )


@sentence.register
def _(error: UnknownFormatError) -> str:
    return (
        f"I can't read a playlist from this: it looks like {error.looks_like}. "
        "Use an export from exportify.net, exportify.app, TuneMyMusic, Soundiiz, Chosic or your Spotify "
        "account data, or a list of track links."
    )


@sentence.register
def _(error: DamagedFileError) -> str:
    return (
        f"This {error.format or 'file'} is damaged: {error.problem}. Nothing was analysed. "
        "Export it again and upload the new file."
    )


@sentence.register
def _(error: ArchiveRefusedError) -> str:
    return f"I can't open this ZIP: {error.problem}. Unpack it and upload the playlist file itself."


@sentence.register
def _(error: PlaylistNotInFileError) -> str:
    return (
        f"There is no playlist called “{error.wanted}” in this file. "
        f"It holds: {', '.join(error.available[:10]) or 'none'}."
    )


@sentence.register
def _(_error: FileUnavailableError) -> str:
    return "Discord did not hand over the file. Upload it again and try once more."


@sentence.register
def _(_error: UploadExpiredError) -> str:
    return "This choice has expired. Run `/analyze` with the file again."


@sentence.register
def _(_error: NothingToAnalyzeError) -> str:
    return (
        "There is no playlist file and no Spotify link in this message. Use the menu on a message with an "
        "exported file, with track links, or with the link of a playlist of yours."
    )
