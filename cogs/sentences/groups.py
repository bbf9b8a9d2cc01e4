"""What to do about a comparison that can't be made, joined or shown."""

from __future__ import annotations

from cogs.sentences.root import sentence
from services.domain.errors.groups import (
    AskedAlreadyError,
    CannotReachError,
    CannotSeeChannelError,
    CannotTakeBackError,
    ChangedMeanwhileError,
    CompareWithNobodyError,
    LobbyEndedError,
    LobbyFullError,
    LobbyGoneError,
    NoLobbyHereError,
    NoResultHereError,
    NotForYouError,
    NothingBroughtError,
    NotInLobbyError,
    NotInResultError,
    NotSharingError,
    NotTheOneAskedError,
    ResultGoneError,
    TooFewReadyError,
)


@sentence.register
def _(_error: LobbyGoneError) -> str:
    return (
        "This comparison is gone: everybody left it, or it is long over. Start another with `/group start`."
    )


@sentence.register
def _(_error: LobbyEndedError) -> str:
    return "This comparison has ended. A member can press *Open again*, or start another with `/group start`."


@sentence.register
def _(error: LobbyFullError) -> str:
    return f"This comparison is full: it takes {error.most} people. Start another with `/group start`."


@sentence.register
def _(_error: NotInLobbyError) -> str:
    return "You are not in this comparison. Press *Join* first; nobody is compared without that."


@sentence.register
def _(_error: NoLobbyHereError) -> str:
    return "You are in no comparison in this channel. Join one, or start one with `/group start`."


@sentence.register
def _(_error: NotTheOneAskedError) -> str:
    return "Only the person who was asked can answer this."


@sentence.register
def _(error: AskedAlreadyError) -> str:
    return (
        f"You have asked this person within the last {error.days} days, and I ask only once. "
        "They can start a comparison with you at any time."
    )


@sentence.register
def _(_error: CompareWithNobodyError) -> str:
    return "Choose another person: you and yourself would be 100 % alike, and bots have no taste."


@sentence.register
def _(_error: CannotSeeChannelError) -> str:
    return "The person you chose can't see this channel. Ask in another one, or by direct message."


@sentence.register
def _(_error: CannotReachError) -> str:
    return "The person you chose takes no direct messages from me. Ask in the channel instead."


@sentence.register
def _(_error: CannotTakeBackError) -> str:
    return (
        "I can't see this channel, so I could not take a result back when somebody leaves. "
        "Let me view the channel, or ask in another one."
    )


@sentence.register
def _(_error: NothingBroughtError) -> str:
    return "I got no tracks from that. Choose a playlist, attach an exported file, or paste links of tracks."


@sentence.register
def _(error: TooFewReadyError) -> str:
    waiting = error.inside - error.ready
    if error.inside < 2:
        return "A comparison needs at least two people. Ask the others to press *Join*."
    return (
        f"Only {error.ready} of {error.inside} people have chosen what to compare. "
        f"{'One is' if waiting == 1 else f'{waiting} are'} missing: press *Choose source*."
    )


@sentence.register
def _(_error: ChangedMeanwhileError) -> str:
    return "People joined, left or chose anew while I was comparing. Press *Compare* once more."


@sentence.register
def _(_error: ResultGoneError) -> str:
    return (
        "This result is no longer stored: somebody in it took themselves out, left the server, or it is "
        "older than 30 days."
    )


@sentence.register
def _(_error: NotForYouError) -> str:
    return "Only the people who were compared may see this."


@sentence.register
def _(_error: NotInResultError) -> str:
    return "Only the people who were compared can do that."


@sentence.register
def _(_error: NoResultHereError) -> str:
    return "Nobody was compared in this channel lately. Start with `/group start` or `/compare`."


@sentence.register
def _(_error: NotSharingError) -> str:
    return "You share nothing in this server; everything about you is private here."
