"""Why an uploaded file could not be read."""

from __future__ import annotations

from dataclasses import dataclass

from services.domain.errors import TastemapError


class UploadError(TastemapError):
    """Something about an uploaded file stops the reading."""


@dataclass(eq=False)
class FileTooLargeError(UploadError):
    """The file is bigger than is accepted."""

    size_bytes: int
    limit_bytes: int


@dataclass(eq=False)
class TooManyRowsError(UploadError):
    """The file has more rows than are accepted."""

    limit: int


@dataclass(eq=False)
class EmptyFileError(UploadError):
    """The file holds nothing, or a header and no rows."""

    format: str = ""


@dataclass(eq=False)
class NoTracksError(UploadError):
    """The file was understood, but not one of its rows is a track."""

    format: str
    skipped: str
    """The reasons and counts in words."""


@dataclass(eq=False)
class UnknownFormatError(UploadError):
    """No known format has these columns or this shape."""

    looks_like: str
    """What was found instead, in a few words: "a picture", "a CSV with the columns a, b, c"."""


@dataclass(eq=False)
class DamagedFileError(UploadError):
    """The format is known, but the content breaks off or contradicts itself."""

    format: str
    problem: str
    """Where and what, in a few words: "line 12: a quote is never closed"."""


@dataclass(eq=False)
class ArchiveRefusedError(UploadError):
    """The archive could do harm or holds nothing of use."""

    problem: str


@dataclass(eq=False)
class PlaylistNotInFileError(UploadError):
    """The asked playlist is not in the file."""

    wanted: str
    available: tuple[str, ...]


@dataclass(eq=False)
class FileUnavailableError(UploadError):
    """The file could not be fetched from where it was uploaded."""

    filename: str


@dataclass(eq=False)
class UploadExpiredError(UploadError):
    """A file that waited for a choice is no longer kept."""

    upload_id: str


@dataclass(eq=False)
class NothingToAnalyzeError(UploadError):
    """A message holds neither a playlist file nor a link to tracks or a playlist."""
