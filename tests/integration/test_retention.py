"""What is promised to end does end: in each table, in each file, and in restored copies."""

from __future__ import annotations

import asyncio
import dataclasses
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, update

from bot.app import App
from bot.app.storage import Holding, ending_links, holdings_of, maintenance_tasks
from bot.app.work import Workflows
from cogs.words.account import LinkEnd
from services.domain.spotify import Disconnected
from services.maintenance import RepeatedTask
from services.storage import backups, doctor
from services.storage.backups import erase_again, make_ready
from services.storage.database import Database
from services.storage.links import LinkStore
from services.storage.persons import NOTES_KEPT_FOR, ErasureNotes, PersonStore, person_tables
from services.storage.schema import metadata
from services.storage.schema.people import jobs, links, playlist_writes
from services.storage.sqlite_files import CopyKind, copy_database, drop_old_copies, find_copies
from tests.databases import sqlite_at
from tests.discord.conftest import open_app
from tests.integration.storage.rows import made_up_rows

CANARY = "Kanarienvogel"
SAM, KIM = 123456789012345678, 223456789012345678
POLICY = (Path(__file__).parents[2] / "PRIVACY.md").read_text()


async def no_work() -> int:
    return 0


@dataclasses.dataclass
class House:
    """An application whose repeated work goes by a clock that only tests move."""

    app: App
    now: datetime
    told: list[tuple[Disconnected, LinkEnd]]

    def clock(self) -> datetime:
        return self.now

    @property
    def holdings(self) -> tuple[Holding, ...]:
        async def tell(ended: Disconnected, why: LinkEnd) -> None:
            self.told.append((ended, why))

        return holdings_of(
            self.app.settings,
            self.app.database,
            self.workflows,
            end_left_sharings=no_work,
            end_links=ending_links(self.app.database, tell, self.clock),
            clock=self.clock,
        )

    @property
    def tasks(self) -> tuple[RepeatedTask, ...]:
        app = self.app
        return maintenance_tasks(app.settings, app.database, self.workflows, self.holdings, clock=self.clock)

    @property
    def workflows(self) -> Workflows:
        flows = self.app.workflows
        parts = {
            name: dataclasses.replace(getattr(flows, name), clock=self.clock)
            for name in ("jobs", "reports", "drift", "lobbies", "digests")
        }
        return dataclasses.replace(flows, **parts)

    async def pass_time(self, time: timedelta) -> None:
        """Let time pass and do the round that is due then."""
        self.now += time
        for task in self.tasks:
            await task.run()

    async def fill(self, user_id: int, canary: str = CANARY) -> None:
        """Give a person a row in each table, of work that is done."""
        async with self.app.database.transaction() as connection:
            for table, row in made_up_rows(user_id, canary=canary):
                await connection.execute(insert(table).values(row))
            await connection.execute(update(jobs).values(status="done"))
            await connection.execute(update(playlist_writes).values(stage="done"))

    async def rows(self, table: str) -> int:
        async with self.app.database.reading() as connection:
            count = select(func.count()).select_from(metadata.tables[table])
            return int(await connection.scalar(count) or 0)


@asynccontextmanager
async def open_house(folder: Path) -> AsyncIterator[House]:
    async with open_app(folder) as app:
        yield House(app, datetime.now(UTC), [])


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


def row_of(holding: Holding) -> tuple[str, str, str]:
    """Return the row of PRIVACY.md about something that is kept: what, why, until."""
    (line,) = [line for line in POLICY.splitlines() if line.startswith(f"| {holding.row}")]
    what, why, until = (cell.strip() for cell in line.strip("|").split("|"))
    return what, why, until


def promised(until: str) -> timedelta | None:
    """Read the longest time out of the words of a row."""
    words = until.replace("[", "").replace("]", "").replace("a day", "1 days").replace("an hour", "1 hours")
    times = [timedelta(**{unit: int(count)}) for count, unit in re.findall(r"(\d+) (days|hours)", words)]
    return max(times, default=None)


async def test_the_policy_and_the_list_say_the_same(house: House) -> None:
    for holding in house.holdings:
        until = promised(row_of(holding)[2])
        if holding.kept_for is not None:
            assert until == holding.kept_for, holding.row
        elif holding.tasks:
            assert until == timedelta(days=house.app.settings.report_days), holding.row
        else:
            assert "/forget" in row_of(holding)[2]
    rows = re.findall(r"^\| (?!what \||--)(.+?) \|", POLICY, re.MULTILINE)
    rows = [row for row in rows if not row.startswith("---")]
    assert len(rows) == len(house.holdings)


async def test_every_table_about_persons_and_every_kind_of_copy_is_in_the_list(house: House) -> None:
    tables = [table for holding in house.holdings for table in holding.tables]
    assert len(tables) == len(set(tables))
    assert {table.name for table, _ in person_tables(1)} <= set(tables)
    assert set(tables) <= set(metadata.tables)
    files = {file for holding in house.holdings for file in holding.files}
    assert set(CopyKind) <= files


async def test_a_clock_that_passes_the_promised_time_empties_each_row(house: House) -> None:
    timed = [each for each in house.holdings if each.kept_for is not None and each.tables]
    assert len(timed) >= 7
    for holding in timed:
        house.now = datetime.now(UTC)
        await PersonStore(house.app.database).erase(SAM)
        await house.fill(SAM)
        for table in holding.tables:
            if table != "report_messages":
                assert await house.rows(table), table
        made_at = datetime.now(UTC) + timedelta(days=1)  # as `made_up_rows` dates them
        assert holding.kept_for is not None
        await house.pass_time(made_at + holding.kept_for + timedelta(minutes=5) - house.now)
        for table in holding.tables:
            assert not await house.rows(table), table


async def test_a_link_ends_after_180_days_with_its_seat_and_its_person_hears_of_it(house: House) -> None:
    await house.fill(SAM)
    async with house.app.database.transaction() as connection:
        await connection.execute(update(links).values(authorized_at=house.now))
    store = LinkStore(house.app.database)
    await house.pass_time(timedelta(days=179, hours=23))
    assert len(await store.all()) == 1
    await house.pass_time(timedelta(hours=1))
    assert await store.all() == ()
    ((ended, why),) = house.told
    assert (ended.user_id, why) == (SAM, LinkEnd.OVER)


async def test_a_consent_that_was_withdrawn_leaves_five_days_to_log_in_again(house: House) -> None:
    await house.fill(SAM)
    store = LinkStore(house.app.database)
    async with house.app.database.transaction() as connection:
        await connection.execute(update(links).values(authorized_at=house.now))
    (link,) = await store.all()
    assert await store.end_consent(link, house.now)
    await house.pass_time(timedelta(days=4, hours=23))
    assert len(await store.all()) == 1
    await house.pass_time(timedelta(hours=2))
    assert await store.all() == ()


def holding_the_canary(folder: Path) -> list[str]:
    return sorted(
        path.name
        for path in folder.rglob("*")
        if path.is_file() and (CANARY.encode() in path.read_bytes() or str(SAM).encode() in path.read_bytes())
    )


async def copy_in_every_way(folder: Path) -> None:
    """Leave one of each kind of file that holds the people of the database."""
    file = folder / "test.db"
    url = f"sqlite:///{file}"
    now = datetime.now(UTC)
    kept = backups.backup_into(url, folder / "backups", now=now)
    copy_database(file, folder / "backups" / "test.pre-0009.db")
    copy_database(file, folder / "test.pre-0008.db")
    backups.restore(kept, url, now=now)
    copy_database(file, folder / ".test.db.4711.unfinished")
    backups.move_aside(file, now=now)
    backups.restore(kept, url, now=now, why="damaged")
    (folder / "somebody-elses.db").write_bytes(b"not ours")


async def test_eight_days_after_forget_no_file_in_the_data_folder_holds_the_person(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.fill(SAM)
    await asyncio.to_thread(lambda: asyncio.run(copy_in_every_way(tmp_path)))
    kinds = {copy.kind for copy in find_copies(tmp_path / "test.db", tmp_path / "backups")}
    assert kinds == set(CopyKind)
    assert len(holding_the_canary(tmp_path)) >= len(kinds)
    async with open_house(tmp_path) as house:
        await house.app.workflows.privacy.forget(SAM)
        assert "test.db" not in holding_the_canary(tmp_path)
        for _ in range(8):
            await house.pass_time(timedelta(days=1))
        assert holding_the_canary(tmp_path) == []
        assert (tmp_path / "somebody-elses.db").exists()
        newest = find_copies(tmp_path / "test.db", tmp_path / "backups")[-1]
        assert newest.kind is CopyKind.DAILY


async def test_the_last_backup_stays_until_there_is_a_newer_one(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.pass_time(timedelta())
        file, folder = tmp_path / "test.db", tmp_path / "backups"
        assert drop_old_copies(file, folder, now=house.now + timedelta(days=30)) == 0
        assert len(find_copies(file, folder)) == 1


async def test_the_doctor_names_the_copies_and_those_that_are_too_old(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        file, folder = tmp_path / "test.db", tmp_path / "backups"
        url = f"sqlite:///{file}"
        long_ago = house.now - timedelta(days=60)
        backups.backup_into(url, folder, now=house.now)
        copy_database(file, tmp_path / f"test.replaced-{long_ago:%Y%m%dT%H%M%SZ}.db")
        found = next(each for each in doctor.diagnose(url, backups=folder) if "people's data" in each.what)
        assert found.severity is doctor.Severity.WARNING
        assert "test.replaced-" in found.what
        assert drop_old_copies(file, folder, now=house.now) == 1
        found = next(each for each in doctor.diagnose(url, backups=folder) if "people's data" in each.what)
        assert found.severity is doctor.Severity.FINE


Bring = Callable[[Path, Path], Awaitable[None]]


async def by_restore(folder: Path, copy: Path) -> None:
    await asyncio.to_thread(backups.restore, copy, f"sqlite:///{folder / 'test.db'}", now=datetime.now(UTC))


async def by_rescue(folder: Path, _copy: Path) -> None:
    file = folder / "test.db"
    file.write_bytes(b"no database at all" * 1000)
    for end in ("-wal", "-shm"):
        Path(f"{file}{end}").unlink(missing_ok=True)
    url = f"sqlite:///{file}"
    rescue = await asyncio.to_thread(make_ready, url, folder=folder / "backups", now=datetime.now(UTC))
    assert rescue is not None
    assert rescue.restored is not None


async def by_hand(folder: Path, copy: Path) -> None:
    (folder / "test.db").write_bytes(copy.read_bytes())


@pytest.mark.parametrize("bring_back", [by_restore, by_rescue, by_hand])
async def test_nobody_who_was_forgotten_comes_back_with_a_copy_of_before(
    tmp_path: Path, bring_back: Bring
) -> None:
    file = tmp_path / "test.db"
    async with open_house(tmp_path) as house:
        await house.fill(SAM)
        await house.fill(KIM, "Rotkehlchen")
        copy = backups.backup_into(f"sqlite:///{file}", tmp_path / "backups", now=house.now)
        await house.app.workflows.privacy.forget(SAM)
    await bring_back(tmp_path, copy)
    assert CANARY.encode() in file.read_bytes()
    async with open_house(tmp_path) as house:
        assert await PersonStore(house.app.database).count(SAM) == {}
        assert await PersonStore(house.app.database).count(KIM)
        assert "test.db" not in holding_the_canary(tmp_path)
        assert "test.db-wal" not in holding_the_canary(tmp_path)


async def test_who_logged_out_stays_logged_out_and_who_came_back_stays(tmp_path: Path) -> None:
    file = tmp_path / "test.db"
    async with open_house(tmp_path) as house:
        await house.fill(SAM)
        early = backups.backup(f"sqlite:///{file}", tmp_path / "early.db")
        await LinkStore(house.app.database).disconnect(SAM)
        await house.app.workflows.privacy.forget(SAM)
        async with house.app.database.transaction() as connection:
            for table, row in made_up_rows(SAM, canary="again"):
                await connection.execute(insert(table).values(row))
        late = backups.backup(f"sqlite:///{file}", tmp_path / "late.db")
    await by_restore(tmp_path, late)
    async with open_house(tmp_path) as house:
        assert await PersonStore(house.app.database).count(SAM), "came back after being forgotten"
        assert await erase_again(house.app.database) == 0
    await by_restore(tmp_path, early)
    async with open_house(tmp_path) as house:
        assert await PersonStore(house.app.database).count(SAM) == {}


async def test_the_notes_name_nobody_and_end(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.fill(SAM)
        await house.app.workflows.privacy.forget(SAM)
        notes = ErasureNotes(house.app.database.address.file)
        assert notes.path is not None
        assert str(SAM) not in notes.path.read_text()
        assert notes.path.stat().st_mode & 0o077 == 0
        assert [note.number for note in notes.missing_from(0)] == [1]
        assert notes.drop_old(house.now + NOTES_KEPT_FOR - timedelta(days=1)) == 0
        assert notes.drop_old(house.now + NOTES_KEPT_FOR + timedelta(days=1)) == 1
        await house.app.workflows.privacy.forget(KIM)
        assert [note.number for note in notes.missing_from(0)] == [2]


async def test_a_broken_line_is_no_erasure_and_hides_none(tmp_path: Path) -> None:
    async with Database.open(sqlite_at(tmp_path / "test.db")) as database:
        notes = ErasureNotes(database.address.file)
        await PersonStore(database).erase(SAM)
        assert notes.path is not None
        with notes.path.open("a") as file:
            file.write('{"number": 2, "at": "2026-')
        await PersonStore(database).erase(KIM)
        assert [note.number for note in notes.missing_from(0)] == [1, 2]
        assert {user_id for user_id, _ in notes.whom(notes.missing_from(0), [SAM, KIM, 5])} == {SAM, KIM}
