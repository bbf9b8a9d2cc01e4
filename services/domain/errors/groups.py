"""Why people can't be compared here, or somebody may not see or do something."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.domain.errors import TastemapError


@dataclass(eq=False)
class LobbyGoneError(TastemapError):
    """The comparison is no longer stored: everybody left, or it is long over."""

    lobby_id: str


@dataclass(eq=False)
class LobbyEndedError(TastemapError):
    """Nobody can join or choose any more."""

    lobby_id: str


@dataclass(eq=False)
class LobbyFullError(TastemapError):
    """A comparison takes only so many people."""

    most: int


@dataclass(eq=False)
class MapFullError(TastemapError):
    """The map of a server takes only so many people."""

    most: int


@dataclass(eq=False)
class NothingForMapError(TastemapError):
    """No map of the person has enough measured tracks to say where they stand on the map of a server."""

    fewest: int
    """Measured tracks that it takes."""
    has_maps: bool


@dataclass(eq=False)
class NotOnMapError(TastemapError):
    """Only who is on the map of a server may do this."""


@dataclass(eq=False)
class NotChannelManagerError(TastemapError):
    """Only who may manage channels or messages of the server decides about digests."""


@dataclass(eq=False)
class NoDigestError(TastemapError):
    """The server wants no digest."""


@dataclass(eq=False)
class NotInLobbyError(TastemapError):
    """Only who joined may do this."""


@dataclass(eq=False)
class NoLobbyHereError(TastemapError):
    """The person is in no comparison of this channel."""


@dataclass(eq=False)
class NotTheOneAskedError(TastemapError):
    """Only the person who was asked answers."""


@dataclass(eq=False)
class AskedAlreadyError(TastemapError):
    """Somebody is asked once, not again and again."""

    days: int
    """How long one question counts."""


@dataclass(eq=False)
class NeverAskedError(TastemapError):
    """The person does not want to be asked by anybody."""


@dataclass(eq=False)
class TooManyQuestionsError(TastemapError):
    """Somebody has asked as many people as one may in a day."""

    most: int
    next_at: datetime
    """When the next one is free."""
    direct: bool
    """Whether it is about direct messages only."""


@dataclass(eq=False)
class DirectQuestionsOffError(TastemapError):
    """The administrators of the server want no questions by direct message."""


@dataclass(eq=False)
class NotServerAdminError(TastemapError):
    """Only who may manage the server decides this."""


@dataclass(eq=False)
class TooManyLobbiesError(TastemapError):
    """As many comparisons are open in a channel as it takes."""

    most: int


@dataclass(eq=False)
class CompareWithNobodyError(TastemapError):
    """The other person is oneself, or no person at all."""


@dataclass(eq=False)
class CannotSeeChannelError(TastemapError):
    """The person who is asked would not see the question here."""


@dataclass(eq=False)
class CannotLookError(TastemapError):
    """Discord does not say who is in the server at this moment: unknown, which is not absent."""


@dataclass(eq=False)
class CannotReachError(TastemapError):
    """The person takes no direct messages from the bot."""


@dataclass(eq=False)
class CannotTakeBackError(TastemapError):
    """The bot does not see the channel, so it could never take a result out of it again."""


@dataclass(eq=False)
class NothingBroughtError(TastemapError):
    """The form came back empty, or the playlist has no tracks."""


@dataclass(eq=False)
class TooFewReadyError(TastemapError):
    """Fewer than two people can be compared."""

    ready: int
    inside: int


@dataclass(eq=False)
class ComparingAlreadyError(TastemapError):
    """Somebody else's press has begun the comparison, and it is not done yet."""


@dataclass(eq=False)
class OpenAlreadyError(TastemapError):
    """Somebody else has opened the comparison again."""


@dataclass(eq=False)
class ChangedMeanwhileError(TastemapError):
    """People came and went faster than they could be compared."""


@dataclass(eq=False)
class OnePlaylistFailedError(TastemapError):
    """What one of several people brought can't be looked up."""

    name: str
    """Whose it is, as the others know them."""
    cause: TastemapError

    def __str__(self) -> str:
        """Name the cause too, which says as little about people."""
        return f"{super().__str__()}: {self.cause}"


@dataclass(eq=False)
class UnreadablePlaylistError(TastemapError):
    """What somebody brought was stored by another version, and has to be chosen again."""

    name: str


@dataclass(eq=False)
class UnreadableResultError(TastemapError):
    """The result was stored by another version."""

    result_id: str


@dataclass(eq=False)
class ResultGoneError(TastemapError):
    """The result is no longer stored: somebody in it withdrew, or it is too old."""

    result_id: str


@dataclass(eq=False)
class NotForYouError(TastemapError):
    """Only the people who were compared may see this."""


@dataclass(eq=False)
class NotInResultError(TastemapError):
    """Only the people who were compared may do this."""


@dataclass(eq=False)
class NoResultHereError(TastemapError):
    """Nobody was compared in this channel lately."""


@dataclass(eq=False)
class NotSharingError(TastemapError):
    """The person shares nothing in this server."""
