"""What is kept of Spotify: lists, playlists, and the count of calls."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from cogs.words.messages import note_lines
from services.domain.errors.sources import QuotaExceededError, ShareSpentError
from services.domain.messages import Note, NoteKind
from services.domain.music import Playlist, PlaylistId, PlaylistSource, Skipped, SkipReason
from services.domain.spotify import Library, Link, PlaylistSummary, charged_to
from services.sources.spotify_wire import Page, read_all, silent
from services.storage.database import Database
from services.storage.links import LinkStore
from services.storage.persons import UNREADABLE, PersonStore
from services.storage.schema.people import call_counts, kept_playlists
from services.storage.spotify import CallStore, KeptPlaylist, LibraryStore, PlaylistStore
from tests.integration.storage.samples import NOON, link, some_track

SAM, KIM = 123_456_789_012_345_678, 2
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOP_OF_HOUR = datetime(2026, 3, 14, 12, tzinfo=UTC)


def summary(number: int, **changes: object) -> PlaylistSummary:
    entry = PlaylistSummary(
        id=PlaylistId(f"p{number:021d}"),
        name=f"Späte Fahrt 夜 {number}",
        owner_id="sam-at-spotify",
        owner_name="Sam\0",
        snapshot_id=f"s{number}",
        total=number,
        is_own=True,
        is_collaborative=False,
        description="for the way home",
    )
    return replace(entry, **changes)  # type: ignore[arg-type]


def library(*numbers: int, read_at: datetime = NOON) -> Library:
    return Library(playlists=tuple(summary(number) for number in numbers), read_at=read_at, liked=7)


def playlist(tracks: int = 3) -> Playlist:
    chance = random.Random(1)
    return Playlist(
        name="Späte Fahrt \ud83d",
        tracks=tuple(
            replace(some_track(number, chance), artist_ids=("", f"b{number:021d}"))
            for number in range(tracks)
        ),
        source=PlaylistSource.SPOTIFY,
        format="Spotify",
        id=PlaylistId("p" * 22),
        snapshot_id="s1",
        skipped=(Skipped(SkipReason.LOCAL_FILE, 2, ("demo tape",)),),
        notes=(Note(NoteKind.AS_STORED, names=("one note",)),),
    )


def kept(tracks: int = 3) -> KeptPlaylist:
    return KeptPlaylist(playlist=playlist(tracks), snapshot_id="s1", fetched_at=NOON)


async def test_a_list_comes_back_in_its_order_and_replaces_the_one_before(database: Database) -> None:
    await link(database, SAM, KIM)
    store = LibraryStore(database)
    await store.save(SAM, library(5, 3, 9))
    shorter = Library(playlists=(summary(9, snapshot_id=None, total=None), summary(3)), read_at=NOON + HOUR)
    await store.save(SAM, shorter)
    await store.save(KIM, library(1))

    loaded = await store.load(SAM)
    assert loaded is not None
    assert [each.id for each in loaded.playlists] == [each.id for each in shorter.playlists]
    assert loaded.playlists[0] == replace(shorter.playlists[0], owner_name="Sam")
    assert (loaded.read_at, loaded.liked) == (NOON + HOUR, None)
    assert await store.load(3) is None


async def test_lists_go_by_person_and_by_age(database: Database) -> None:
    await link(database, SAM, KIM)
    store = LibraryStore(database)
    await store.save(SAM, library(1, 2))
    await store.save(KIM, library(1, read_at=NOON + DAY))

    assert await store.purge(NOON) == 0
    assert (await PersonStore(database).erase(SAM))["listed_playlists"] == 2
    assert await store.load(SAM) is None
    assert await store.load(KIM) is not None
    assert await store.purge(NOON + 2 * DAY) == 1
    assert await store.load(KIM) is None


@pytest.mark.parametrize("tracks", [0, 3, 1_203])
async def test_a_playlist_comes_back_as_it_was_read(database: Database, tracks: int) -> None:
    await link(database, SAM, KIM)
    store = PlaylistStore(database)
    await store.save(SAM, "p", kept(tracks), expires_at=NOON + DAY)

    loaded = await store.load(SAM, "p", NOON)
    assert loaded == replace(kept(tracks), playlist=replace(playlist(tracks), name="Späte Fahrt \ufffd"))
    assert await store.load(KIM, "p", NOON) is None, "what one person's login read is not for another"


async def test_a_playlist_is_kept_until_its_time_is_over_or_prolonged(database: Database) -> None:
    await link(database, SAM, KIM)
    store = PlaylistStore(database)
    await store.save(SAM, "p", kept(), expires_at=NOON + HOUR)
    await store.save(SAM, "q", kept(), expires_at=NOON + HOUR)
    await store.prolong(SAM, "p", expires_at=NOON + DAY)

    assert await store.load(SAM, "p", NOON + 2 * HOUR) is not None
    assert await store.load(SAM, "q", NOON + 2 * HOUR) is None
    assert await store.purge(NOON + 2 * HOUR) == 1
    (written,) = await store.export_of(SAM)
    assert (written["playlist"], len(written["tracks"])) == ("p", 3)
    await store.delete(SAM, "p")
    assert await store.load(SAM, "p", NOON) is None


async def test_all_of_a_persons_playlists_go_together(database: Database) -> None:
    await link(database, SAM, KIM)
    store = PlaylistStore(database)
    for user, key in ((SAM, "p"), (SAM, "q"), (KIM, "p")):
        await store.save(user, key, kept(), expires_at=NOON + DAY)

    assert (await PersonStore(database).erase(SAM))["kept_playlists"] == 2
    assert await store.export_of(SAM) == []
    assert await store.load(KIM, "p", NOON) is not None


async def test_nothing_is_kept_for_somebody_who_has_gone_meanwhile(database: Database) -> None:
    await link(database, SAM)
    await LinkStore(database).disconnect(SAM)
    await PlaylistStore(database).save(SAM, "p", kept(), expires_at=NOON + DAY)
    await LibraryStore(database).save(SAM, library(1))

    assert await PlaylistStore(database).load(SAM, "p", NOON) is None
    assert await LibraryStore(database).load(SAM) is None


async def test_a_damaged_playlist_is_no_playlist(database: Database) -> None:
    await link(database, SAM, KIM)
    store = PlaylistStore(database)
    await store.save(SAM, "p", kept(), expires_at=NOON + DAY)
    async with database.transaction() as connection:
        await connection.execute(update(kept_playlists).values(payload=b"\x01nonsense"))

    assert await store.load(SAM, "p", NOON) is None
    (written,) = await store.export_of(SAM)
    assert written.keys() == {"playlist", "snapshot_id", "fetched_at", "expires_at", UNREADABLE}


async def test_calls_are_admitted_up_to_the_budget_and_again_when_the_first_are_a_day_old(
    database: Database,
) -> None:
    store = CallStore(database, budget=5)
    for minutes in (0, 1, 30, 31, 45):
        await store.admit(TOP_OF_HOUR + timedelta(minutes=minutes))

    with pytest.raises(QuotaExceededError) as caught:
        await store.admit(TOP_OF_HOUR + HOUR)
    back = TOP_OF_HOUR + DAY + timedelta(minutes=10)
    assert caught.value.until == back
    quota = await store.load(TOP_OF_HOUR + HOUR)
    assert (quota.spent, quota.budget, quota.blocked_until) == (5, 5, back)

    with pytest.raises(QuotaExceededError):
        await store.admit(back - timedelta(seconds=1))
    await store.admit(back)
    await store.admit(back)
    with pytest.raises(QuotaExceededError) as caught:
        await store.admit(back)
    assert caught.value.until == back + timedelta(minutes=30)


async def test_a_call_by_itself_comes_back_when_it_is_a_day_old(database: Database) -> None:
    store = CallStore(database, budget=1)
    await store.admit(TOP_OF_HOUR)
    back = TOP_OF_HOUR + DAY + timedelta(minutes=10)
    assert (await store.load(TOP_OF_HOUR)).blocked_until == back
    await store.admit(back)


async def test_the_count_and_the_block_survive_a_restart(database_url: str) -> None:
    for _ in range(2):
        async with Database.open(database_url) as database:
            await CallStore(database, budget=3).admit(NOON)
    async with Database.open(database_url) as database:
        store = CallStore(database, budget=3)
        assert (await store.load(NOON)).spent == 2
        await store.block(NOON + HOUR)
    async with Database.open(database_url) as database:
        store = CallStore(database, budget=3)
        with pytest.raises(QuotaExceededError) as caught:
            await store.admit(NOON)
        assert caught.value.until == NOON + HOUR
        assert (await store.load(NOON)).blocked_until == NOON + HOUR
        await store.admit(NOON + HOUR)
        assert (await store.load(NOON + HOUR)).spent == 3


async def test_two_at_a_time_never_get_past_the_budget(database: Database) -> None:
    store = CallStore(database, budget=7)
    outcomes = await asyncio.gather(*(store.admit(NOON) for _ in range(12)), return_exceptions=True)

    assert sum(outcome is None for outcome in outcomes) == 7
    assert all(isinstance(each, QuotaExceededError) for each in outcomes if each is not None)
    assert (await store.load(NOON)).spent == 7


async def test_calls_of_the_day_before_are_dropped(database: Database) -> None:
    store = CallStore(database)
    for hours in range(0, 60, 6):
        await store.admit(NOON + timedelta(hours=hours))

    async with database.reading() as connection:
        assert (await connection.scalar(select(func.count()).select_from(call_counts)) or 0) <= 5


async def test_one_person_leaves_calls_for_the_others(database: Database) -> None:
    store = CallStore(database, budget=30)

    async def spend(user_id: int) -> int:
        with charged_to(user_id):
            for done in range(40):
                try:
                    await store.admit(NOON)
                except QuotaExceededError:
                    return done
        return 40

    links = LinkStore(database)
    for number in (1, 2):
        link = Link(
            user_id=number,
            account_id=f"account {number}",
            spotify_user_id=f"user {number}",
            name="",
            refresh_sealed="sealed",
            authorized_at=NOON,
        )
        await links.save(link)
    assert await spend(1) == 10
    with pytest.raises(ShareSpentError):
        await store.check(1, 1, NOON)
    await store.check(10, 2, NOON)
    assert await spend(2) == 10
    ended = replace(link, user_id=1, account_id="account 1", spotify_user_id="user 1", refresh_sealed=None)
    await links.save(ended)
    assert await store.share_of(2) == 30, "whose consent has ended makes no calls"
    await links.disconnect(1)
    assert await spend(2) == 10, "nobody else is connected: the rest of the day is theirs"
    assert await store.purge(NOON + timedelta(hours=25)) > 0


async def test_a_service_that_sends_one_row_a_page_does_not_cost_a_call_for_each() -> None:
    calls = 0

    async def page_at(offset: int) -> Page:
        nonlocal calls
        calls += 1
        return Page(rows=(None,), total=500)

    read = await read_all(page_at, first=None, on_count=silent)
    assert calls < 20
    assert any("only a few rows" in note for note in note_lines(read.notes))
