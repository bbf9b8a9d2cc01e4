"""What the operator can do about the database, and what only the operator may do."""

from __future__ import annotations

from cogs.words.errors.root import always, sentence
from services.domain.errors.jobs import NotOperatorError
from services.domain.errors.storage import (
    BackupFailedError,
    BackupToolError,
    CannotSaveError,
    CopyRefusedError,
    DamagedDatabaseError,
    DatabaseBusyError,
    DatabaseFullError,
    DatabaseInUseError,
    DatabaseReadOnlyError,
    DatabaseUnreachableError,
    MigrationFailedError,
    NewerSchemaError,
    OldProcessesError,
    RestoreFailedError,
    SecondBotError,
    UnsupportedDatabaseUrlError,
)
from services.domain.installation import PROGRAM

_DOCTOR = f"the operator finds the cure with `{PROGRAM} doctor`"


always(
    {
        DatabaseBusyError: "Too much is being saved at this moment. Try again in a minute.",
        DatabaseUnreachableError: f"I can't reach my database. Try again in a minute; {_DOCTOR}.",
        CannotSaveError: f"I can't save anything at the moment. Try again later; {_DOCTOR}.",
        DatabaseFullError: f"My disk is full, so I can't save anything. Try again later; {_DOCTOR}.",
        DatabaseReadOnlyError: f"My database can only be read at the moment. Try again later; {_DOCTOR}.",
        DamagedDatabaseError: f"My database is damaged, so I must not go on with it; {_DOCTOR}.",
        NotOperatorError: (
            "Only the people who run this bot can use that. If you are one of them, add your Discord id to "
            "OPERATOR_IDS and restart the bot."
        ),
    }
)


@sentence.register
def _(error: UnsupportedDatabaseUrlError) -> str:
    return f"DATABASE_URL can't be used: {error.problem}. Correct it in .env (see .env.example)."


@sentence.register
def _(error: CopyRefusedError) -> str:
    return f"The database was not copied: {error.problem}. Empty the new one and run the command again."


@sentence.register
def _(error: DatabaseInUseError) -> str:
    return f"Another Tastemap process has {error.database} open. Stop the bot and run this again."


@sentence.register
def _(error: SecondBotError) -> str:
    return (
        f"A bot already runs on {error.database}, and one file can serve only one. "
        "Stop that bot first, or set another DATABASE_URL for this one."
    )


@sentence.register
def _(error: NewerSchemaError) -> str:
    return (
        f"A newer Tastemap wrote this database (revision {error.found}; I know up to {error.known}). "
        "Install that version again, or restore the copy it made before its migration."
    )


@sentence.register
def _(error: OldProcessesError) -> str:
    return (
        f"Other Tastemap processes still work with the older tables of {error.database}. "
        "Stop the old processes, then start this one again."
    )


@sentence.register
def _(error: MigrationFailedError) -> str:
    copy = f" A copy from before is at {error.backup}." if error.backup else ""
    return (
        f"The tables could not be brought up to date ({error.problem}). Nothing has changed.{copy} "
        "Go on with the version you had, and report this."
    )


@sentence.register
def _(error: BackupFailedError) -> str:
    return (
        f"No backup was written to {error.target}: {error.problem}. "
        "Correct that and run it again; an older copy there is untouched."
    )


@sentence.register
def _(error: RestoreFailedError) -> str:
    return (
        f"{error.source} can't be restored: {error.problem}. The present database is untouched; "
        "choose another backup."
    )


@sentence.register
def _(error: BackupToolError) -> str:
    return f"PostgreSQL has its own tool for this: use “{error.tool}” with the database's address."
