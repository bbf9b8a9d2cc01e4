"""What to do about work that did not finish, drafts and results that are gone, and a database in trouble."""

from __future__ import annotations

from cogs.words.errors.root import say, sentence
from cogs.words.text import in_words, plain, plural
from services.domain.errors import jobs, storage
from services.domain.installation import PROGRAM
from services.domain.report import FEWEST_TRACKS
from services.domain.requests import JobKind

_DOCTOR = f"the operator finds the cure with `{PROGRAM} doctor`"


say(
    {
        jobs.TooCostlyError: (
            "This needs more computing than I may spend on one request. Try again with a smaller playlist."
        ),
        jobs.WorkerLostError: "The work was interrupted twice, so I gave up. Please try again in a minute.",
        jobs.ShuttingDownError: "I am restarting. Please try again in a minute.",
        storage.ReportNotFoundError: (
            "This result is no longer stored. Run `/analyze` again to get a new one."
        ),
        storage.NotYourReportError: (
            "Only the person who asked for this can do that. Run the command yourself for one of your own."
        ),
        storage.NoReportYetError: (
            "You have no map yet. Make one with `/analyze`, or press the example button in `/help`."
        ),
        jobs.ForgottenError: (
            "You have had everything about you erased, so I have stopped this and kept nothing of it."
        ),
        jobs.StoppedError: (
            "Stopped. Nothing was posted; what was looked up so far is kept for the next time."
        ),
        jobs.NothingRunsError: (
            "There is nothing left to stop here. If no result came, run the command again."
        ),
        jobs.AlreadyRunningError: (
            "Your last request is still running; I take one per person at a time. Wait for it, or stop it."
        ),
        jobs.InterruptedTooOftenError: (
            "I was interrupted in the middle of this again and again, so I gave up. Try it with another "
            "playlist, and tell the operator if this one never works."
        ),
        jobs.RequestForgottenError: (
            "I no longer know what you had asked for. Run your command again, such as `/analyze`."
        ),
        storage.DraftNotFoundError: (
            "I no longer keep these decisions. Run the command again: `/tidy`, `/split` or `/optimize`."
        ),
        storage.NothingDecidedError: (
            "Nothing would change like this. Decide about something first, then apply it."
        ),
        storage.DatabaseBusyError: "Too much is being saved at this moment. Try again in a minute.",
        storage.DatabaseUnreachableError: f"I can't reach my database. Try again in a minute; {_DOCTOR}.",
        storage.CannotSaveError: f"I can't save anything at the moment. Try again later; {_DOCTOR}.",
        storage.DatabaseFullError: f"My disk is full, so I can't save anything. Try again later; {_DOCTOR}.",
        storage.DatabaseReadOnlyError: (
            f"My database can only be read at the moment. Try again later; {_DOCTOR}."
        ),
        storage.DamagedDatabaseError: f"My database is damaged, so I must not go on with it; {_DOCTOR}.",
        jobs.NotOperatorError: (
            "Only the people who run this bot can use that. If you are one of them, add your Discord id to "
            "OPERATOR_IDS and restart the bot."
        ),
        jobs.QueueFullError: (
            "Already {waiting} requests are waiting, so I take no more. Try again in a few minutes."
        ),
        storage.NoSuchPlaceError: (
            "There is no place {number:,}: write a number from 1 to {tracks:,}, or words of a title."
        ),
        storage.LockedTwiceError: (
            "Place {place:,} is asked for twice, or its track for two places. Name each track and each place "
            "once; start and end count too."
        ),
        storage.UnsupportedDatabaseUrlError: (
            "DATABASE_URL can't be used: {problem}. Correct it in .env (see .env.example)."
        ),
        storage.CopyRefusedError: (
            "The database was not copied: {problem}. Empty the new one and run the command again."
        ),
        storage.DatabaseInUseError: (
            "Another Tastemap process has {database} open. Stop the bot and run this again."
        ),
        storage.SecondBotError: (
            "A bot already runs on {database}, and one file can serve only one. Stop that bot first, or set "
            "another DATABASE_URL for this one."
        ),
        storage.NewerSchemaError: (
            "A newer Tastemap wrote this database (revision {found}; I know up to {known}). Install that "
            "version again, or restore the copy it made before its migration."
        ),
        storage.OldProcessesError: (
            "Other Tastemap processes still work with the older tables of {database}. Stop the old "
            "processes, then start this one again."
        ),
        storage.BackupFailedError: (
            "No backup was written to {target}: {problem}. Correct that and run it again; an older copy "
            "there is untouched."
        ),
        storage.RestoreFailedError: (
            "{source} can't be restored: {problem}. The present database is untouched; choose another backup."
        ),
        storage.BackupToolError: (
            "PostgreSQL has its own tool for this: use “{tool}” with the database's address."
        ),
    }
)


@sentence.register
def _(error: jobs.DeadlineExceededError) -> str:
    limit = plural(max(1, round(error.deadline_s)), "second")
    return (
        f"This took longer than the {limit} that I may spend on such work, so I stopped. "
        "Try again, or with a smaller playlist."
    )


@sentence.register
def _(error: jobs.OverloadedError) -> str:
    minutes = max(1, round(error.waited_s / 60))
    return (
        f"I have so much to compute that this waited {plural(minutes, 'minute')} without its turn. "
        "Please try again in a few minutes."
    )


@sentence.register
def _(error: storage.NoSuchGroupError) -> str:
    return f"This map has {plural(error.groups, 'group')}, and not that one. Choose another on its card."


@sentence.register
def _(error: storage.PostedAlreadyError) -> str:
    if error.message_id is None:
        return "I am posting it at this moment. It will be below."
    return "It is in this channel already."


@sentence.register
def _(error: storage.NotMappedError) -> str:
    return (
        f"You have no map of a list called “{plain(error.text, 60)}”. Make one with `/analyze`, or run "
        "`/drift` alone for your latest one."
    )


@sentence.register
def _(error: jobs.CannotStopError) -> str:
    if error.kind == JobKind.WRITE:
        return (
            "Writing to Spotify is not stopped in the middle. It is over in a moment; `/undo` takes it back."
        )
    return (
        "This step of the login is over in a moment and is not stopped in the middle. `/logout` disconnects."
    )


@sentence.register
def _(error: jobs.TooFastError) -> str:
    who = "This server asked" if error.is_whole_server else "You asked"
    unit = "second" if error.retry_after_s == 1 else "seconds"
    return f"{who} for a lot in a short time. Try that again in {error.retry_after_s} {unit}."


@sentence.register
def _(error: storage.NothingToSplitError) -> str:
    apart = f"“{error.name}” does not fall into groups that I could split it by"
    if error.known >= FEWEST_TRACKS and error.asked is not None:
        return f"{apart}, into {in_words(error.asked)} or any number: its tracks are all alike."
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
def _(error: storage.TooFewKeysError) -> str:
    known = f"{error.known:,} of {plural(error.tracks, 'track')}" if error.known else "none of these tracks"
    return (
        f"An order in key needs the keys of at least half of the tracks; here they are known of {known}. "
        "Choose another goal: smoothest and gentle use whatever is known."
    )


@sentence.register
def _(error: storage.TooFewToOrderError) -> str:
    return f"There is nothing to order in {plural(error.tracks, 'track')}. Choose a list with three or more."


@sentence.register
def _(error: storage.UnreadableLockError) -> str:
    return (
        f"I can't read “{plain(error.text, 60)}” as places. Write numbers like 1-3, 7: these tracks stay "
        "where they are. 12@20 puts track 12 at place 20."
    )


@sentence.register
def _(error: storage.TrackNotFoundError) -> str:
    return (
        f"No track of this list is called “{plain(error.text, 60)}”. Write its number in the list, or words "
        "of its title."
    )


@sentence.register
def _(error: storage.MigrationFailedError) -> str:
    copy = f" A copy from before is at {error.backup}." if error.backup else ""
    return (
        f"The tables could not be brought up to date ({error.problem}). Nothing has changed.{copy} "
        "Go on with the version you had, and report this."
    )
