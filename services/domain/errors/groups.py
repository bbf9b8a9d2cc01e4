"""Why people can't be compared here, or somebody may not see or do something."""

from __future__ import annotations

from dataclasses import dataclass

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
class CompareWithNobodyError(TastemapError):
    """The other person is oneself, or no person at all."""


@dataclass(eq=False)
class CannotSeeChannelError(TastemapError):
    """The person who is asked would not see the question here."""


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
class ChangedMeanwhileError(TastemapError):
    """People came and went faster than they could be compared."""


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
