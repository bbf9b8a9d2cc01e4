"""What to do about a comparison that can't be made, joined or shown."""

from __future__ import annotations

from cogs.words.errors.root import say, sentence
from cogs.words.text import from_now
from services.domain.errors import groups

say(
    {
        groups.LobbyGoneError: (
            "This comparison is gone: everybody left it, or it is long over. Start another with `/group "
            "start`."
        ),
        groups.LobbyEndedError: (
            "This comparison has ended. Start another with `/group start`, or ask somebody with `/compare`."
        ),
        groups.NotOnMapError: (
            "You are not on the map of this server. `/map server` shows it, and what puts you on it."
        ),
        groups.NotChannelManagerError: (
            "Only people who may manage channels or messages here decide about digests. Ask one of them."
        ),
        groups.NoDigestError: "There is no digest in this server. `/digest on` starts one.",
        groups.NotInLobbyError: (
            "You are not in this comparison. Press *Join* first; nobody is compared without that."
        ),
        groups.NoLobbyHereError: (
            "You are in no comparison in this channel. Join one, or start one with `/group start`."
        ),
        groups.NotTheOneAskedError: "Only the person who was asked can answer this.",
        groups.NeverAskedError: (
            "This person does not want to be asked. They can start a comparison with you at any time."
        ),
        groups.DirectQuestionsOffError: (
            "This server allows no questions by direct message. Ask in the channel instead."
        ),
        groups.NotServerAdminError: "Only people who may manage this server can decide that.",
        groups.CompareWithNobodyError: (
            "Choose another person: you and yourself would be 100% alike, and bots have no taste."
        ),
        groups.CannotSeeChannelError: (
            "The person you chose can't see this channel. Ask in another one, or by direct message."
        ),
        groups.CannotLookError: (
            "Discord does not tell me at this moment who is in this server, and without that I show nobody. "
            "Try again in a minute."
        ),
        groups.CannotReachError: (
            "The person you chose takes no direct messages from me. Ask in the channel instead."
        ),
        groups.CannotTakeBackError: (
            "I can't see this server or channel, so I could not take back what is shown of you here. Let me "
            "view the channel and try again, or use another one."
        ),
        groups.NothingBroughtError: (
            "I got no tracks from that. Choose a playlist, attach an exported file, or paste links of tracks."
        ),
        groups.ComparingAlreadyError: "I am comparing you already; the result comes into this channel.",
        groups.OpenAlreadyError: (
            "Somebody has opened this comparison again already. Press *Join* to be in it."
        ),
        groups.ChangedMeanwhileError: (
            "People joined, left or chose something else while I was comparing. Press *Compare* once more."
        ),
        groups.UnreadableResultError: (
            "This result was stored by another version of me, and I can't read it. Press *Compare* on the "
            "card of the comparison to get a new one."
        ),
        groups.ResultGoneError: (
            "This result is no longer stored: somebody in it took themselves out, left the server, or it is "
            "older than 30 days."
        ),
        groups.NotForYouError: "Only the people who were compared may see this.",
        groups.NotInResultError: "Only the people who were compared can do that.",
        groups.NoResultHereError: (
            "Nobody was compared in this channel lately. Start with `/group start` or `/compare`."
        ),
        groups.NotSharingError: "You share nothing in this server; everything about you is private here.",
        groups.LobbyFullError: (
            "This comparison is full: it takes {most} people. Start another with `/group start`."
        ),
        groups.MapFullError: (
            "The map of this server is full: it takes {most} people. Try again when one has left it."
        ),
        groups.AskedAlreadyError: (
            "You have asked this person within the last {days} days, and I ask only once. They can start a "
            "comparison with you at any time."
        ),
        groups.TooManyLobbiesError: (
            "There are {most} open comparisons in this channel already. Join one of them, or wait until one "
            "has ended."
        ),
        groups.UnreadablePlaylistError: (
            "What {name} brought was stored by another version of me, and I can't read it. Once {name} has "
            "pressed *Choose source* again, you can compare."
        ),
    }
)


@sentence.register
def _(error: groups.NothingForMapError) -> str:
    if not error.has_maps:
        return (
            "I have no list of yours to put on the map. Map one with `/analyze` first, with `private:` if "
            "you like; then press *Put me on it* again."
        )
    return (
        f"It takes {error.fewest} measured tracks to say where you stand, and your latest maps have fewer. "
        "Map a longer list with `/analyze`, then press *Put me on it* again."
    )


@sentence.register
def _(error: groups.TooManyQuestionsError) -> str:
    how = " by direct message" if error.direct else ""
    return (
        f"You have asked {error.most} people{how} within a day without a yes, and that is the limit. "
        f"The next question is free {from_now(error.next_at)}."
    )


@sentence.register
def _(error: groups.TooFewReadyError) -> str:
    waiting = error.inside - error.ready
    if error.inside < 2:
        return "A comparison needs at least two people. Ask the others to press *Join*."
    return (
        f"Only {error.ready} of {error.inside} people have chosen what to compare. "
        f"{'One is' if waiting == 1 else f'{waiting} are'} missing: press *Choose source*."
    )


@sentence.register
def _(error: groups.OnePlaylistFailedError) -> str:
    return f"I could not look up what {error.name} brought. {sentence(error.cause)}"
