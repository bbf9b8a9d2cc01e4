"""Why a sound file can not be measured."""

from __future__ import annotations

from dataclasses import dataclass

from services.domain.errors.playlists import UploadError
from services.domain.sound import SoundKind


class SoundError(UploadError):
    """Something about a sound file stops the measuring; it costs that file only."""


@dataclass(eq=False)
class NotSoundError(SoundError):
    """What was to be measured is no sound file."""


@dataclass(eq=False)
class SoundFormatOffError(SoundError):
    """The kind is known, and what would decode it is not installed here."""

    sound: SoundKind


@dataclass(eq=False)
class DamagedSoundError(SoundError):
    """The kind is known, and nothing in the file can be decoded."""

    sound: SoundKind


@dataclass(eq=False)
class UnusualSoundError(SoundError):
    """More channels, or another sampling rate, than is measured."""

    rate_hz: int
    channels: int


@dataclass(eq=False)
class TooShortSoundError(SoundError):
    """There are too few seconds to say anything."""

    length_s: float


@dataclass(eq=False)
class SilentSoundError(SoundError):
    """Nothing in the file is louder than the gate of BS.1770."""


@dataclass(eq=False)
class CostlySoundError(SoundError):
    """Decoding the file broke its worker, or took more than one file may."""


@dataclass(eq=False)
class TooManySoundsError(SoundError):
    """More sound files at once than are measured for one request."""

    count: int
    limit: int


@dataclass(eq=False)
class SoundTooLargeError(SoundError):
    """The sound file is bigger than is accepted."""

    size_bytes: int
    limit_bytes: int


@dataclass(eq=False)
class SoundOfferGoneError(SoundError):
    """The sound of a map can't be fetched any more, so nothing can be sent."""


@dataclass(eq=False)
class ClipsOffError(SoundError):
    """Clips are not sent by this installation."""


@dataclass(eq=False)
class MixedChoiceError(SoundError):
    """Sound files came with a file that holds several playlists, or with several such files."""

    count: int
