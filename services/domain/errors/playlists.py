"""Why a playlist, a file, a sound or a dataset can not be read."""

from __future__ import annotations

from services.domain.errors import TastemapError
from services.domain.inputs import SpotifyPage
from services.domain.messages import Damage, Shape
from services.domain.music import Skipped
from services.domain.sound import SoundKind

FOREIGN_SERVICES = ("YouTube", "Apple Music", "Deezer", "Tidal", "SoundCloud", "Amazon Music")
"""Services whose links are known, and name no track that can be read here."""


class UnknownPlaylistError(TastemapError):
    """The words name no playlist."""

    words: str


class NoPlaylistLinkError(TastemapError):
    """The link leads to something else than a playlist."""

    page: SpotifyPage | None
    """What it leads to at Spotify; None for an address anywhere else."""


class ShortLinkError(TastemapError):
    """A short link hides what it leads to, and links are never opened."""


class OtherServiceError(TastemapError):
    """The link leads to a service whose playlists can't be read directly."""

    service: str
    """One of `FOREIGN_SERVICES`."""


class ListsOffError(TastemapError):
    """The operator has not switched on the service where somebody has a name."""

    service: str
    """As people know it."""


class ListNotFoundError(TastemapError):
    """There is no such user or list, or it is private; the service does not tell which."""

    service: str
    """As people know it."""
    name: str


class UnreadableNameError(TastemapError):
    """The words are no name at a service whose lists can be read."""

    words: str


class SpotifyOffError(TastemapError):
    """The installation has no Spotify app, so it can only read files and links of tracks."""


class AmbiguousPlaylistError(TastemapError):
    """Several playlists of the person have this name."""

    name: str
    count: int


class EmptyPlaylistError(TastemapError):
    """The playlist holds no track: nothing at all, or only what is none."""

    name: str
    skipped: tuple[Skipped, ...] = ()


class PlaylistTooLongError(TastemapError):
    """Reading the list would take more calls than the whole installation may make in a day."""

    name: str
    rows: int


class NothingNamedError(TastemapError):
    """Neither a playlist nor a file was given, or both."""

    both: bool


class UploadError(TastemapError):
    """Something about an uploaded file stops the reading."""


class FileTooLargeError(UploadError):
    """The file is bigger than is accepted."""

    size_bytes: int
    limit_bytes: int


class TooManyRowsError(UploadError):
    """The file has more rows than are accepted."""

    limit: int


class TooManyNamesError(UploadError):
    """The file names more artists and genres than are accepted."""

    limit: int


class CostlyFileError(UploadError):
    """Reading the file takes, or took a while ago, more computing than one file may."""


class EmptyFileError(UploadError):
    """The file holds nothing, or a header and no rows."""

    told = frozenset({"format"})

    format: str = ""


class NoTracksError(UploadError):
    """The file was understood, but not one of its rows is a track."""

    told = frozenset({"format"})

    format: str
    skipped: tuple[tuple[Skipped, ...], ...]
    """Of each list in it."""


class UnknownFormatError(UploadError):
    """No known format has these columns or this shape."""

    looks_like: Shape


class DamagedFileError(UploadError):
    """The format is known, but the content breaks off or contradicts itself."""

    told = frozenset({"format"})

    format: str
    damage: Damage


class ArchiveRefusedError(UploadError):
    """The archive could do harm or holds nothing of use."""

    damage: Damage


class PlaylistNotInFileError(UploadError):
    """The asked playlist is not in the file."""

    wanted: str
    available: tuple[str, ...]


class FileUnavailableError(UploadError):
    """The file could not be fetched from where it was uploaded."""

    filename: str


class UploadExpiredError(UploadError):
    """A file that waited for a choice is no longer kept."""

    upload_id: str


class NothingToAnalyzeError(UploadError):
    """A message holds neither a playlist file nor a link to tracks or a playlist."""


class DatasetError(TastemapError):
    """Something about a dataset stops the import."""

    told = frozenset({"problem", "lacks"})


class DatasetUnreadableError(DatasetError):
    """The file can't be opened, breaks off, or is no text."""

    problem: str = ""
    """In a few words: "there is no such file", "the gzip archive breaks off"."""
    looks_like: Shape | None = None
    """What the file is, where it surely is no table."""


class DatasetColumnsError(DatasetError):
    """The table lacks what makes it a dataset of audio features."""

    lacks: str
    """In words, with its article: "a column with Spotify ids"."""
    columns: tuple[str, ...]
    """The header as it was found."""


class DatasetSourceError(DatasetError):
    """The name wanted for the source can't be used."""

    name: str
    problem: str


class SoundError(UploadError):
    """Something about a sound file stops the measuring; it costs that file only."""


class NotSoundError(SoundError):
    """What was to be measured is no sound file."""


class SoundFormatOffError(SoundError):
    """The kind is known, and what would decode it is not installed here."""

    sound: SoundKind


class DamagedSoundError(SoundError):
    """The kind is known, and nothing in the file can be decoded."""

    sound: SoundKind


class UnusualSoundError(SoundError):
    """More channels, or another sampling rate, than is measured."""

    rate_hz: int
    channels: int


class TooShortSoundError(SoundError):
    """There are too few seconds to say anything."""

    length_s: float


class SilentSoundError(SoundError):
    """Nothing in the file is louder than the gate of BS.1770."""


class CostlySoundError(SoundError):
    """Decoding the file broke its worker, or took more than one file may."""


class TooManySoundsError(SoundError):
    """More sound files at once than are measured for one request."""

    count: int
    limit: int


class SoundTooLargeError(SoundError):
    """The sound file is bigger than is accepted."""

    size_bytes: int
    limit_bytes: int


class SoundOfferGoneError(SoundError):
    """The sound of a map can't be fetched any more, so nothing can be sent."""


class ClipsOffError(SoundError):
    """Clips are not sent by this installation."""


class SeveralListsError(UploadError):
    """Several lists came at once."""

    count: int


class MixedChoiceError(SoundError):
    """Sound files came with a file that holds several playlists, or with several such files."""

    count: int
