"""From every earlier shape to the present one, and nothing half-way."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine, inspect, text

from cogs.words.errors import sentence
from services.domain.errors.storage import MigrationFailedError, NewerSchemaError, OldProcessesError
from services.domain.report import PostedMessage
from services.storage import migrate as module
from services.storage.codec import encode_report
from services.storage.connections import Address, parse_address
from services.storage.database import Database
from services.storage.migrate import claim, find_revision, head_revision, migrate
from services.storage.persons import PersonStore
from services.storage.reports import ReportStore
from services.storage.schema import metadata
from tests.depth import cases
from tests.integration.storage.samples import NOON, some_report

SAM = 123_456_789_012_345_678


def configuration() -> Config:
    config = Config()
    config.set_main_option("script_location", str(module.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


REVISIONS = [script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()][
    ::-1
]


def build(url: str, revision: str) -> None:
    """Make a database as an earlier version left it, with a report in it."""
    engine = create_engine(parse_address(url).sync_url, poolclass=NullPool)
    with engine.begin() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, REVISIONS[0])
        moment = NOON if connection.dialect.name == "postgresql" else "2026-03-14 12:00:00.123456"
        connection.execute(
            text(
                "INSERT INTO reports (report_id, owner_id, private, created_at, playlist_fingerprint, "
                "playlist_name, tracks, payload) "
                "VALUES ('r1', :owner, true, :moment, 'x', 'Walk', 40, :payload)"
            ),
            {"owner": SAM, "moment": moment, "payload": encode_report(some_report())},
        )
        connection.execute(text("INSERT INTO report_messages VALUES (5, 6, 'r1')"))
        command.upgrade(config, revision)
    engine.dispose()


@pytest.fixture
def more_migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Add a step after the newest one, as the next version of Tastemap would."""

    def add(body: str) -> Path:
        folder = tmp_path / "migrations"
        shutil.copytree(module.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
        lines = [
            "import os",
            "import sqlalchemy as sa",
            "from alembic import op",
            'revision = "0999"',
            f'down_revision = "{REVISIONS[-1]}"',
            "def upgrade():",
            *(f"    {line}" for line in body.splitlines()),
        ]
        (folder / "versions" / "r0999_next.py").write_text("\n".join(lines))
        monkeypatch.setattr(module, "MIGRATIONS", folder)
        return folder

    return add


@pytest.mark.parametrize(
    "revision",
    # The first takes every step; before the others, tables with content are changed.
    cases(REVISIONS, gate=[REVISIONS[0], "0009", *REVISIONS[-2:]]),
)
async def test_every_earlier_revision_reaches_the_newest_with_its_content(
    empty_database_url: str, revision: str
) -> None:
    build(empty_database_url, revision)
    assert find_revision(parse_address(empty_database_url)) == revision

    async with Database.open(empty_database_url) as database:
        store = ReportStore(database)
        stored = await store.load("r1")
        assert (stored.report, stored.owner_id, stored.created_at) == (some_report(), SAM, NOON)
        await PersonStore(database).erase(SAM)
        assert await store.taken_back() == (PostedMessage(6, 5),)
        await database.check()

    assert find_revision(parse_address(empty_database_url)) == head_revision()


async def test_the_migrations_end_at_the_schema(empty_database_url: str) -> None:
    async with Database.open(empty_database_url):
        pass

    engine = create_engine(parse_address(empty_database_url).sync_url, poolclass=NullPool)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        inspector = inspect(connection)
        for table in metadata.tables.values():
            found = inspector.get_pk_constraint(table.name)["constrained_columns"]
            assert found == [column.name for column in table.primary_key], table.name
        if connection.dialect.name == "postgresql":
            options = "SELECT reloptions FROM pg_class WHERE relname IN ('reports', 'jobs') AND relkind = 'r'"
            early = "autovacuum_vacuum_scale_factor=0.01"
            assert connection.scalars(text(options)).all() == [[early], [early]]
    engine.dispose()


def test_there_is_one_line_of_revisions_in_the_order_of_their_files() -> None:
    assert ScriptDirectory.from_config(configuration()).get_heads() == [head_revision()]
    names = [path.name[1:5] for path in sorted((module.MIGRATIONS / "versions").glob("r*.py"))]
    assert names == REVISIONS


async def test_a_copy_is_made_before_a_change_where_there_is_something_to_lose(
    sqlite_file: Path, tmp_path: Path
) -> None:
    build(f"sqlite:///{sqlite_file}", "0001")

    async with Database.open(f"sqlite:///{sqlite_file}", backups=tmp_path / "backups"):
        pass

    (copy,) = (tmp_path / "backups").iterdir()
    assert copy.name == "tastemap.pre-0001.db"
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
        assert connection.execute("SELECT report_id FROM reports").fetchall() == [("r1",)]


async def test_no_copy_of_a_new_or_current_database(sqlite_file: Path, tmp_path: Path) -> None:
    for _ in range(2):
        async with Database.open(f"sqlite:///{sqlite_file}", backups=tmp_path / "backups") as database:
            await database.check()

    assert not (tmp_path / "backups").exists()
    assert list(tmp_path.glob("*.pre-*")) == []


def test_migrate_says_what_it_did(sqlite_file: Path) -> None:
    address = parse_address(f"sqlite:///{sqlite_file}")
    build(str(address.url), "0001")

    first, second = migrate(address, backups=None), migrate(address, backups=None)

    assert (first.before, first.after, first.changed) == ("0001", head_revision(), True)
    assert first.backup == sqlite_file.with_name("tastemap.pre-0001.db")
    assert (second.before, second.changed, second.backup) == (head_revision(), False, None)


async def test_a_newer_database_is_refused_and_left_alone(empty_database_url: str) -> None:
    async with Database.open(empty_database_url) as database:
        async with database.transaction() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(NewerSchemaError):
            async with Database.open(empty_database_url):
                pass

    with pytest.raises(NewerSchemaError) as caught:
        async with Database.open(empty_database_url):
            pass

    assert (caught.value.found, caught.value.known) == ("9999", head_revision())
    assert find_revision(parse_address(empty_database_url)) == "9999"


async def test_a_step_that_fails_leaves_the_database_as_it_was(
    empty_database_url: str, more_migrations: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    build(empty_database_url, REVISIONS[-1])
    with monkeypatch.context():
        more_migrations('op.create_table("half", sa.Column("id", sa.Integer))\nop.execute("nonsense")')
        with pytest.raises(MigrationFailedError) as caught:
            async with Database.open(empty_database_url):
                pass
    assert "nonsense" in caught.value.problem
    assert (caught.value.backup is not None) == empty_database_url.startswith("sqlite")

    monkeypatch.undo()
    async with Database.open(empty_database_url) as database:
        assert (await ReportStore(database).load("r1")).report == some_report()
        async with database.reading() as connection:
            names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    assert "half" not in names


async def test_rebuilding_a_table_does_not_take_its_dependants_along(
    empty_database_url: str, more_migrations: Callable[[str], Path]
) -> None:
    build(empty_database_url, REVISIONS[-1])
    more_migrations(
        'with op.batch_alter_table("reports", recreate="auto") as batch:\n'
        '    batch.alter_column("tracks", type_=sa.BigInteger)'
    )

    async with Database.open(empty_database_url) as database:
        await PersonStore(database).erase(SAM)
        assert await ReportStore(database).taken_back() == (PostedMessage(6, 5),)


def test_a_process_killed_while_migrating_leaves_the_database_as_it_was(
    empty_database_url: str, more_migrations: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    build(empty_database_url, REVISIONS[-1])
    folder = more_migrations('op.create_table("half", sa.Column("id", sa.Integer))\nos.kill(os.getpid(), 9)')
    program = (
        "import sys; from pathlib import Path; from services.storage import migrate as m; "
        "from services.storage.connections import parse_address; m.MIGRATIONS = Path(sys.argv[2]); "
        "m.migrate(parse_address(sys.argv[1]), backups=None)"
    )
    child = subprocess.run([sys.executable, "-c", program, empty_database_url, str(folder)], check=False)
    assert child.returncode == -signal.SIGKILL
    monkeypatch.undo()

    assert not migrate(parse_address(empty_database_url), backups=None).changed
    engine = create_engine(parse_address(empty_database_url).sync_url, poolclass=NullPool)
    with engine.connect() as connection:
        assert "half" not in inspect(connection).get_table_names()
    engine.dispose()


class TestRollingUpdates:
    """On PostgreSQL several processes share the tables, and a newer one may come while older ones work."""

    @pytest.fixture
    def address(self, new_postgresql: Callable[[], str]) -> Address:
        return parse_address(new_postgresql())

    def test_a_step_waits_until_the_old_processes_are_gone(
        self, address: Address, more_migrations: Callable[[str], Path]
    ) -> None:
        old = claim(address, backups=None)
        more_migrations("op.drop_column('marks', 'value')")
        with pytest.raises(OldProcessesError) as refused:
            claim(address, backups=None, wait_s=0.0)
        assert "Stop the old processes" in sentence(refused.value)
        assert find_revision(address) == REVISIONS[-1]
        old.release()
        claim(address, backups=None).release()
        assert find_revision(address) == "0999"

    def test_a_step_that_only_adds_is_taken_beside_them(
        self, address: Address, more_migrations: Callable[[str], Path]
    ) -> None:
        old = claim(address, backups=None)
        folder = more_migrations("op.add_column('marks', sa.Column('more', sa.Text))")
        step = folder / "versions" / "r0999_next.py"
        step.write_text(step.read_text() + "\nadditive = True\n")
        new = claim(address, backups=None, wait_s=0.0)
        assert find_revision(address) == "0999"
        new.release()
        old.release()

    async def test_a_process_is_present_again_after_the_server_ended_its_session(
        self, address: Address, more_migrations: Callable[[str], Path]
    ) -> None:
        url = address.url.render_as_string(hide_password=False)
        async with Database.open(url) as database:
            async with database.transaction() as connection:
                ended = await connection.execute(
                    text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
                )
                assert len(ended.all()) == 1
            await database.check()
            more_migrations("op.drop_column('marks', 'value')")
            with pytest.raises(OldProcessesError):
                claim(address, backups=None, wait_s=0.0)
