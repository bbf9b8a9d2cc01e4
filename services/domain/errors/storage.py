"""Why something could not be kept or read back, or a decision about it is not available."""

from __future__ import annotations

from services.domain.errors import TastemapError


class StorageError(TastemapError):
    """Something about the database stops the work."""

    told = frozenset(
        {"problem", "database", "newest_backup", "found", "known", "backup", "target", "source", "tool"}
    )


class UnsupportedDatabaseUrlError(StorageError):
    """The configured database address names no database that Tastemap can use."""

    problem: str
    """What is wrong with it, without the address itself: it may hold a password."""


class DatabaseUnreachableError(StorageError):
    """The database can't be opened: no such folder, no permission, server down or wrong password."""

    database: str
    problem: str


class DatabaseBusyError(StorageError):
    """Somebody else held the database for longer than was worth waiting; trying again will do."""

    problem: str


class DatabaseInUseError(StorageError):
    """Another Tastemap process has the database open, and this work needs it alone."""

    database: str


class SecondBotError(StorageError):
    """Another bot runs on this database file."""

    database: str


class OldProcessesError(StorageError):
    """Others still work with older tables, which the next step would take away from them."""

    told = frozenset({"database"})
    database: str


class CannotSaveError(StorageError):
    """Nothing can be written at the moment; reading still works."""

    problem: str


class DatabaseFullError(CannotSaveError):
    """The disk, or what the process may use of it, is full."""


class DatabaseReadOnlyError(CannotSaveError):
    """The database, its folder or its file system may only be read."""


class DamagedDatabaseError(StorageError):
    """The file is not a sound database any more."""

    database: str
    problem: str
    newest_backup: str | None = None
    """The backup to restore, where one was found."""


class NewerSchemaError(StorageError):
    """A newer Tastemap wrote this database; this one would misread it."""

    database: str
    found: str
    known: str


class MigrationFailedError(StorageError):
    """The tables could not be brought up to date; the database is as it was before."""

    database: str
    problem: str
    backup: str | None = None


class BackupFailedError(StorageError):
    """No sound copy could be made; an older copy at the same place is untouched."""

    target: str
    problem: str


class RestoreFailedError(StorageError):
    """The backup can't be put in place; the present database is untouched."""

    source: str
    problem: str


class BackupToolError(StorageError):
    """A database of this kind is copied with its own tool, not by Tastemap."""

    database: str
    tool: str
    """The command to use instead."""


class CopyRefusedError(StorageError):
    """A database can't be copied into another one, or is not the same there."""

    problem: str


def problem_of(error: TastemapError) -> str:
    """Say what is wrong, as the error itself names it."""
    return str(getattr(error, "problem", error))


class ReportNotFoundError(TastemapError):
    """The result is gone: expired, or deleted by its owner."""

    report_id: str


class NoSuchGroupError(TastemapError):
    """The result has fewer groups than the one that was asked for."""

    groups: int


class NotYourReportError(TastemapError):
    """Only the person who asked for the analysis may do this."""

    owner_id: int


class PostedAlreadyError(TastemapError):
    """What is posted once is in the channel already, or on its way there."""

    guild_id: int | None
    channel_id: int
    message_id: int | None
    """None while it is on its way."""


class NoReportYetError(TastemapError):
    """The person has made no map yet, or all of them have expired."""


class NotMappedError(TastemapError):
    """The person has maps, and none of a list that is called so."""

    text: str


class DraftNotFoundError(TastemapError):
    """The decisions are no longer stored."""

    draft_id: str


class NothingDecidedError(TastemapError):
    """What was decided changes nothing."""


class NothingToSplitError(TastemapError):
    """The playlist has no two groups of tracks."""

    name: str
    tracks: int
    known: int = 0
    """Different tracks whose sound is known."""
    asked: int | None = None
    """How many groups were asked for."""


class TooFewKeysError(TastemapError):
    """An order in key was asked for, and the keys of too few tracks are known."""

    known: int
    tracks: int


class TooFewToOrderError(TastemapError):
    """There are not even three tracks."""

    tracks: int


class UnreadableLockError(TastemapError):
    """The words name no places."""

    text: str


class NoSuchPlaceError(TastemapError):
    """The list has no place of that number."""

    number: int
    tracks: int


class LockedTwiceError(TastemapError):
    """Two tracks are to stand at one place, or one at two."""

    place: int
    """As people count, from 1."""


class TrackNotFoundError(TastemapError):
    """No track of the list is called so."""

    text: str
