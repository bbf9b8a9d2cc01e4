"""Migrate the tables of a database before they are used.

Alembic takes 11 MB and a third of a second, so it is imported where there is something to migrate.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

import logging
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from services.domain.errors.storage import (
    DamagedDatabaseError,
    DatabaseBusyError,
    DatabaseReadOnlyError,
    DatabaseUnreachableError,
    MigrationFailedError,
    NewerSchemaError,
    OldProcessesError,
    StorageError,
)
from services.storage.connections import Address
from services.storage.failures import is_storage_trouble, typed_failures
from services.storage.leases import Lease, Presence, create_folder
from services.storage.schema import metadata
from services.storage.sqlite_files import (
    BUSY_TIMEOUT_MS,
    check_soundness,
    copy_database,
    looking_into,
    newest_backup,
    use_log,
)

if TYPE_CHECKING:
    from alembic.config import Config

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).parent / "migrations"
"""The steps; part of the package, so no configuration file has to be found. A file is named by its revision.

A step that sets `additive = True` may be taken while processes of the version before it work with the same
PostgreSQL database: it adds tables, indexes, or columns that may be left out, and takes nothing away.
"""

LEASE_WAIT_S = 30.0
"""How long a start waits for a process that is still migrating or stopping."""

_LEASE_POLL_S, _PRESENCE_POLL_S = 0.05, 0.25

_ADVISORY_KEY = 0x7A57E3A9
"""Any constant that no other program in the same PostgreSQL database uses."""

_alembic_lock = threading.Lock()
"""Alembic's environment is one per process."""


@dataclass(frozen=True, slots=True)
class Migration:
    """What bringing the tables up to date did."""

    before: str | None
    """The revision found; None for a new database."""
    after: str
    backup: Path | None
    """The copy made before anything was changed."""

    @property
    def changed(self) -> bool:
        """Whether there was anything to do."""
        return self.before != self.after


def head_revision() -> str:
    """Name the newest revision that this version of Tastemap knows."""
    return _known_revisions()[-1]


def _known_revisions() -> list[str]:
    """List all revisions, the oldest first."""
    found = sorted(step.name[1:5] for step in (MIGRATIONS / "versions").glob("r????_*.py"))
    if not found:
        raise RuntimeError("the migrations are missing from this installation")
    return found


def claim(address: Address, *, backups: Path | None, wait_s: float = LEASE_WAIT_S) -> Lease | Presence:
    """Make the database ready for use and hold it: checked after a crash, with current tables.

    Blocks; run it in a thread. Two processes that start together migrate once.

    Parameters
    ----------
    address
        An SQLite file and its folder are created where they are missing.
    backups
        Folder of the copy made before a migration; None puts it beside the database.
    wait_s
        For another process that is migrating.

    Returns
    -------
    Lease or Presence
        Of an SQLite file, or in a PostgreSQL database; to be released at the end.

    Raises
    ------
    NewerSchemaError, DamagedDatabaseError, DatabaseBusyError, DatabaseUnreachableError,
    DatabaseReadOnlyError, MigrationFailedError, BackupFailedError, OldProcessesError
    """
    if address.file is None:
        return _claim_server(address, wait_s)
    _create_file(address.file)
    lease = Lease(address.file)
    deadline = time.monotonic() + wait_s
    try:
        while not _try_claim(lease, address, address.file, backups):
            _refuse_to_wait_beyond(
                deadline,
                DatabaseBusyError(problem="another Tastemap process changes the tables or uses old ones"),
            )
            time.sleep(_LEASE_POLL_S)
    except BaseException:
        lease.release()
        raise
    return lease


def migrate(address: Address, *, backups: Path | None) -> Migration:
    """Bring the tables up to date and let go of the database. Blocks; raises like `claim`."""
    before = find_revision(address) if address.file is None or address.file.exists() else None
    claim(address, backups=backups).release()
    after = head_revision()
    if address.file is None:
        return Migration(before=before, after=after, backup=None)
    copy = _backup_path(address.file, backups, before) if before not in {None, after} else None
    return Migration(before=before, after=after, backup=copy if copy and copy.exists() else None)


def find_revision(address: Address) -> str | None:
    """Read which revision a database has; None for an empty one.

    Raises
    ------
    DamagedDatabaseError, DatabaseUnreachableError
    """
    if address.file is not None:
        # Without the engine below, which would wait for whoever is writing.
        with looking_into(address.file) as file:
            tables = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'"
            (has_version,) = file.execute(tables).fetchone()
            row = file.execute("SELECT version_num FROM alembic_version").fetchone() if has_version else None
            return str(row[0]) if row else None
    engine = _engine(address)
    try:
        with typed_failures(str(address)), engine.connect() as connection:
            return _revision_of(connection)
    finally:
        engine.dispose()


def _revision_of(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _try_claim(lease: Lease, address: Address, file: Path, backups: Path | None) -> bool:
    if lease.try_exclusive():
        _check_after_crash(file, backups)
        use_log(file)
        _migrate_sqlite(address, file, backups)
    if not lease.try_shared():
        return False
    found = find_revision(address)
    if found == head_revision():
        return True
    refuse_newer(address, found)
    # Whoever still works with the old tables has to end first; nobody waits for a shared lease.
    lease.drop()
    return False


def _claim_server(address: Address, wait_s: float) -> Presence:
    deadline = time.monotonic() + wait_s
    presence = Presence(_engine(address))
    try:
        with typed_failures(str(address)):
            while not _try_presence(presence, address):
                _refuse_to_wait_beyond(deadline, OldProcessesError(database=str(address)))
                time.sleep(_PRESENCE_POLL_S)
    except BaseException:
        presence.release()
        raise
    return presence


def _try_presence(presence: Presence, address: Address) -> bool:
    """Take the lock shared with current tables; False while another process must end first."""
    found = find_revision(address)
    refuse_newer(address, found)
    if found is None or (found != head_revision() and _is_additive(found)):
        _upgrade(address, None)
    elif found != head_revision():
        if not presence.try_exclusive():
            return False
        _upgrade(address, None)
        presence.drop()
    if not presence.try_shared():
        return False
    if find_revision(address) == head_revision():
        return True
    presence.drop()
    return False


def _is_additive(found: str) -> bool:
    """Whether whoever works with the tables of a revision can go on while the steps after it are taken."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(_configuration())
    steps = scripts.iterate_revisions("head", found)
    return all(getattr(step.module, "additive", False) for step in steps)


def _refuse_to_wait_beyond(deadline: float, refusal: StorageError) -> None:
    if time.monotonic() > deadline:
        raise refusal


def _migrate_sqlite(address: Address, file: Path, backups: Path | None) -> None:
    before = find_revision(address)
    if before == head_revision():
        return
    copy = None
    if before is not None and _has_rows(file):
        refuse_newer(address, before)
        copy = _backup_path(file, backups, before)
        copy_database(file, copy)
        log.info("copied the database to %s before changing its tables", copy)
    _upgrade(address, copy)


def _upgrade(address: Address, copy: Path | None) -> None:
    engine = _engine(address)
    try:
        with typed_failures(str(address)), _alembic_lock, engine.begin() as connection:
            if not address.is_sqlite:
                connection.execute(text(f"SET LOCAL lock_timeout = '{int(LEASE_WAIT_S)}s'"))
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_KEY})"))
            before = _revision_of(connection)
            after = head_revision()
            if before != after:
                refuse_newer(address, before)
                _run_steps(connection, address, copy)
                log.info("changed the tables from revision %s to %s", before or "none", after)
    finally:
        engine.dispose()


def _run_steps(connection: Connection, address: Address, copy: Path | None) -> None:
    from alembic import command
    from alembic.util.exc import CommandError

    configuration = _configuration()
    configuration.attributes["connection"] = connection
    configuration.attributes["metadata"] = metadata
    problem: object = ""
    try:
        command.upgrade(configuration, "head")
        if address.is_sqlite:
            problem = connection.execute(text("PRAGMA foreign_key_check")).first() or ""
    except (SQLAlchemyError, CommandError) as error:
        # A full disk or a lost server keeps its own type; the block around this call sees to it.
        if isinstance(error, DBAPIError) and is_storage_trouble(error):
            raise
        problem = getattr(error, "orig", None) or error
    if problem:
        raise MigrationFailedError(
            database=str(address), problem=str(problem), backup=str(copy) if copy else None
        )


def refuse_newer(address: Address, found: str | None) -> None:
    """Raise `NewerSchemaError` for a revision that this version of Tastemap does not know."""
    if found is not None and found not in _known_revisions():
        raise NewerSchemaError(database=str(address), found=found, known=head_revision())


def _check_after_crash(file: Path, backups: Path | None) -> None:
    """Look for damage when a log was left behind: the last process did not close the database."""
    log_file = Path(f"{file}-wal")
    if not log_file.exists() or log_file.stat().st_size == 0:
        return
    try:
        check_soundness(file)
    except DamagedDatabaseError as damage:
        newest = newest_backup(backups)
        damage.newest_backup = str(newest) if newest else None
        raise


def _create_file(file: Path) -> None:
    create_folder(file)
    try:
        # Only its owner may read what people entrust to it; SQLite gives its side files the same mode.
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except (FileExistsError, FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise DatabaseUnreachableError(database=str(file), problem=error.strerror or "no folder") from error
    except OSError as error:
        raise DatabaseReadOnlyError(problem=f"{error.strerror}: {file}") from error


def _has_rows(file: Path) -> bool:
    with looking_into(file) as connection:
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'alembic_version'"
        ).fetchall()
        return any(connection.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone() for (name,) in names)  # noqa: S608


def _backup_path(file: Path, backups: Path | None, before: str | None) -> Path:
    return (backups or file.parent) / f"{file.stem}.pre-{before}.db"


def _configuration() -> Config:
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS))
    configuration.set_main_option("path_separator", "os")
    return configuration


def _engine(address: Address) -> Engine:
    engine = create_engine(address.sync_url, poolclass=NullPool)
    if address.is_sqlite:

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _record: Any) -> None:
            connection.isolation_level = (
                None  # transactions begin where SQLAlchemy says, not at the first DML
            )
            connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
            # Rebuilding a table drops the old one, which must not cascade; checked before the commit.
            connection.execute("PRAGMA foreign_keys=OFF")

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
