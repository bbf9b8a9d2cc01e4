"""Why people can't be compared here, or somebody may not see or do something."""

from __future__ import annotations

from datetime import datetime

from services.domain.errors import TastemapError


class LobbyGoneError(TastemapError):
    """The comparison is no longer stored: everybody left, or it is long over."""

    lobby_id: str


class LobbyEndedError(TastemapError):
    """Nobody can join or choose any more."""

    lobby_id: str


class LobbyFullError(TastemapError):
    """A comparison takes only so many people."""

    most: int


class MapFullError(TastemapError):
    """The map of a server takes only so many people."""

    most: int


class NothingForMapError(TastemapError):
    """No map of the person has enough measured tracks to say where they stand on the map of a server."""

    fewest: int
    """Measured tracks that it takes."""
    has_maps: bool


class NotOnMapError(TastemapError):
    """Only who is on the map of a server may do this."""


class NotChannelManagerError(TastemapError):
    """Only who may manage channels or messages of the server decides about digests."""


class NoDigestError(TastemapError):
    """The server wants no digest."""


class NotInLobbyError(TastemapError):
    """Only who joined may do this."""


class NoLobbyHereError(TastemapError):
    """The person is in no comparison of this channel."""


class NotTheOneAskedError(TastemapError):
    """Only the person who was asked answers."""


class AskedAlreadyError(TastemapError):
    """Somebody is asked once, not again and again."""

    days: int
    """How long one question counts."""


class NeverAskedError(TastemapError):
    """The person does not want to be asked by anybody."""


class TooManyQuestionsError(TastemapError):
    """Somebody has asked as many people as one may in a day."""

    most: int
    next_at: datetime
    """When the next one is free."""
    direct: bool
    """Whether it is about direct messages only."""


class DirectQuestionsOffError(TastemapError):
    """The administrators of the server want no questions by direct message."""


class NotServerAdminError(TastemapError):
    """Only who may manage the server decides this."""


class TooManyLobbiesError(TastemapError):
    """As many comparisons are open in a channel as it takes."""

    most: int


class CompareWithNobodyError(TastemapError):
    """The other person is oneself, or no person at all."""


class CannotSeeChannelError(TastemapError):
    """The person who is asked would not see the question here."""


class CannotLookError(TastemapError):
    """Discord does not say who is in the server at this moment: unknown, which is not absent."""


class CannotReachError(TastemapError):
    """The person takes no direct messages from the bot."""


class CannotTakeBackError(TastemapError):
    """The bot does not see the channel, so it could never take a result out of it again."""


class NothingBroughtError(TastemapError):
    """The form came back empty, or the playlist has no tracks."""


class TooFewReadyError(TastemapError):
    """Fewer than two people can be compared."""

    ready: int
    inside: int


class ComparingAlreadyError(TastemapError):
    """Somebody else's press has begun the comparison, and it is not done yet."""


class OpenAlreadyError(TastemapError):
    """Somebody else has opened the comparison again."""


class ChangedMeanwhileError(TastemapError):
    """People came and went faster than they could be compared."""


class OnePlaylistFailedError(TastemapError):
    """What one of several people brought can't be looked up."""

    name: str
    """Whose it is, as the others know them."""
    cause: TastemapError

    def __str__(self) -> str:
        """Name the cause too, which says as little about people."""
        return f"{super().__str__()}: {self.cause}"


class UnreadablePlaylistError(TastemapError):
    """What somebody brought was stored by another version, and has to be chosen again."""

    name: str


class UnreadableResultError(TastemapError):
    """The result was stored by another version."""

    result_id: str


class ResultGoneError(TastemapError):
    """The result is no longer stored: somebody in it withdrew, or it is too old."""

    result_id: str


class NotForYouError(TastemapError):
    """Only the people who were compared may see this."""


class NotInResultError(TastemapError):
    """Only the people who were compared may do this."""


class NoResultHereError(TastemapError):
    """Nobody was compared in this channel lately."""


class NotSharingError(TastemapError):
    """The person shares nothing in this server."""
