"""What to do about work that did not finish, drafts that can't go on, and results that are gone."""

from __future__ import annotations

from cogs.words.errors.root import always, sentence
from cogs.words.text import plain, plural
from services.domain.errors.jobs import (
    AlreadyRunningError,
    CannotStopError,
    DeadlineExceededError,
    ForgottenError,
    InterruptedTooOftenError,
    NothingRunsError,
    OverloadedError,
    QueueFullError,
    RequestForgottenError,
    ShuttingDownError,
    StoppedError,
    TooCostlyError,
    TooFastError,
    WorkerLostError,
)
from services.domain.errors.storage import (
    DraftNotFoundError,
    LockedTwiceError,
    NoReportYetError,
    NoSuchGroupError,
    NoSuchPlaceError,
    NothingDecidedError,
    NothingToSplitError,
    NotMappedError,
    NotYourReportError,
    ReportNotFoundError,
    TooFewKeysError,
    TooFewToOrderError,
    TrackNotFoundError,
    UnreadableLockError,
)
from services.domain.report import FEWEST_TRACKS
from services.domain.requests import JobKind

always(
    {
        TooCostlyError: (
            "This needs more computing than I may spend on one request. Try again with a smaller playlist."
        ),
        WorkerLostError: "The work was interrupted twice, so I gave up. Please try again in a minute.",
        ShuttingDownError: "I am restarting. Please try again in a minute.",
        ReportNotFoundError: "This result is no longer stored. Run `/analyze` again to get a new one.",
        NotYourReportError: (
            "Only the person who asked for this can do that. Run the command yourself for one of your own."
        ),
        NoReportYetError: (
            "You have no map yet. Make one with `/analyze`, or press the example button in `/help`."
        ),
        ForgottenError: (
            "You have had everything about you erased, so I have stopped this and kept nothing of it."
        ),
        StoppedError: "Stopped. Nothing was posted; what was looked up so far is kept for the next time.",
        NothingRunsError: "There is nothing left to stop here. If no result came, run the command again.",
        AlreadyRunningError: (
            "Your last request is still running; I take one per person at a time. Wait for it, or stop it."
        ),
        InterruptedTooOftenError: (
            "I was interrupted in the middle of this again and again, so I gave up. Try it with another "
            "playlist, and tell the operator if this one never works."
        ),
        RequestForgottenError: (
            "I no longer know what you had asked for. Run your command again, such as `/analyze`."
        ),
        DraftNotFoundError: (
            "I no longer keep these decisions. Run the command again: `/tidy`, `/split` or `/optimize`."
        ),
        NothingDecidedError: "Nothing would change like this. Decide about something first, then apply it.",
    }
)


@sentence.register
def _(error: DeadlineExceededError) -> str:
    limit = plural(max(1, round(error.deadline_s)), "second")
    return (
        f"This took longer than the {limit} that I may spend on such work, so I stopped. "
        "Try again, or with a smaller playlist."
    )


@sentence.register
def _(error: OverloadedError) -> str:
    minutes = max(1, round(error.waited_s / 60))
    return (
        f"I have so much to compute that this waited {plural(minutes, 'minute')} without its turn. "
        "Please try again in a few minutes."
    )


@sentence.register
def _(error: NoSuchGroupError) -> str:
    return f"This map has {plural(error.groups, 'group')}, and not that one. Choose another on its card."


@sentence.register
def _(error: NotMappedError) -> str:
    return (
        f"You have no map of a list called “{plain(error.text, 60)}”. Make one with `/analyze`, or run "
        "`/drift` alone for your latest one."
    )


@sentence.register
def _(error: CannotStopError) -> str:
    if error.kind == JobKind.WRITE:
        return (
            "Writing to Spotify is not stopped in the middle. It is over in a moment; `/undo` takes it back."
        )
    return (
        "This step of the login is over in a moment and is not stopped in the middle. `/logout` disconnects."
    )


@sentence.register
def _(error: QueueFullError) -> str:
    return f"Already {error.waiting} requests are waiting, so I take no more. Try again in a few minutes."


@sentence.register
def _(error: TooFastError) -> str:
    who = "This server asked" if error.is_whole_server else "You asked"
    unit = "second" if error.retry_after_s == 1 else "seconds"
    return f"{who} for a lot in a short time. Try that again in {error.retry_after_s} {unit}."


@sentence.register
def _(error: NothingToSplitError) -> str:
    apart = f"“{error.name}” does not fall into groups that I could split it by"
    if error.known >= FEWEST_TRACKS:
        return (
            f"{apart}: its tracks stay together. "
            "Ask for a number with `groups:`, or group another way with `by:`."
        )
    return (
        f"{apart}: that takes {FEWEST_TRACKS} different tracks whose sound is known, "
        f"and it has {error.known}. Try a longer playlist, or an export that carries audio features."
    )


@sentence.register
def _(error: TooFewKeysError) -> str:
    known = f"{error.known:,} of {plural(error.tracks, 'track')}" if error.known else "none of these tracks"
    return (
        f"An order in key needs the keys of at least half of the tracks; here they are known of {known}. "
        "Choose another goal: smoothest and gentle use whatever is known."
    )


@sentence.register
def _(error: TooFewToOrderError) -> str:
    return f"There is nothing to order in {plural(error.tracks, 'track')}. Choose a list with three or more."


@sentence.register
def _(error: UnreadableLockError) -> str:
    return (
        f"I can't read “{plain(error.text, 60)}” as places. Write numbers like 1-3, 7: these tracks stay "
        "where they are. 12@20 puts track 12 at place 20."
    )


@sentence.register
def _(error: NoSuchPlaceError) -> str:
    return (
        f"There is no place {error.number:,}: write a number from 1 to {error.tracks:,}, or words of a title."
    )


@sentence.register
def _(error: LockedTwiceError) -> str:
    return (
        f"Place {error.place:,} is asked for twice, or its track for two places. Name each track and each "
        "place once; start and end count too."
    )


@sentence.register
def _(error: TrackNotFoundError) -> str:
    return (
        f"No track of this list is called “{plain(error.text, 60)}”. Write its number in the list, or words "
        "of its title."
    )
