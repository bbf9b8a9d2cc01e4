"""`/me`, `/mydata`, `/forget` and `/privacy`, as a person uses them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from sandbox.playlists import load
from services.storage.persons import PersonStore, person_tables
from services.storage.schema.people import reports
from tests.discord.cards import button_of, check_message, text_of
from tests.discord.conftest import Room
from tests.integration.storage.rows import made_up_rows

CANARY = "Kanarienvogelliste"


async def fill_every_table(room: Room, user_id: int) -> None:
    """Give a person a row in each table that may hold one."""
    async with room.app.database.transaction() as connection:
        for table, row in made_up_rows(user_id, canary=CANARY):
            await connection.execute(insert(table).values(row))


async def press(room: Room, message: Any, label: str) -> Any:
    return (await room.ann.click(message, custom_id=button_of(message, label)["custom_id"])).response


def holds(folder: Path, words: str) -> list[str]:
    return [path.name for path in folder.iterdir() if words.encode() in path.read_bytes()]


async def test_me_says_what_is_stored(room: Room) -> None:
    assert "Nothing." in text_of((await room.ann.slash(room.channel, "me")).response)
    await room.analyze()
    await fill_every_table(room, room.ann.id)
    card = (await room.ann.slash(room.channel, "me")).response
    check_message(card)
    assert card.ephemeral
    assert "- 2 maps" in text_of(card)


async def test_forget_asks_once_more_and_then_leaves_no_byte(room: Room, tmp_path: Path) -> None:
    await room.analyze(f"{CANARY}.csv", content=load("late-drive.csv"))
    await fill_every_table(room, room.ann.id)
    assert holds(tmp_path, CANARY)
    question = (await room.ann.slash(room.channel, "forget")).response
    check_message(question)
    assert await PersonStore(room.app.database).count(room.ann.id)
    answer = await press(room, question, "Forget me")
    assert "2 maps" in text_of(answer)
    assert "withdraw the consent at Spotify" in text_of(answer)
    assert not await PersonStore(room.app.database).count(room.ann.id)
    assert not holds(tmp_path, CANARY)


async def test_who_never_connected_spotify_is_told_of_no_consent(room: Room) -> None:
    question = (await room.ann.slash(room.channel, "forget")).response
    assert "Spotify too" not in text_of(await press(room, question, "Forget me"))


async def test_forget_takes_nothing_from_others(room: Room) -> None:
    await fill_every_table(room, room.bob.id)
    before = await PersonStore(room.app.database).count(room.bob.id)
    question = (await room.ann.slash(room.channel, "forget")).response
    assert "nothing stored" in text_of(await press(room, question, "Forget me"))
    assert await PersonStore(room.app.database).count(room.bob.id) == before


async def test_mydata_hands_over_every_row_and_no_key(room: Room) -> None:
    await room.analyze()
    card = (await room.ann.slash(room.channel, "mydata")).response
    check_message(card)
    (file,) = card.attachments
    document = json.loads(await file.read())
    assert document["user_id"] == room.ann.id
    assert set(document["tables"]) == {table.name for table, _ in person_tables(1)}
    assert document["together"] == {"sharing": [], "comparisons": [], "results": []}
    (report,) = document["tables"]["reports"]
    assert len(report["report"]["tracks"]) == 96


async def test_an_export_names_keys_without_showing_them(room: Room) -> None:
    await fill_every_table(room, room.ann.id)
    written = json.dumps(await PersonStore(room.app.database).export(room.ann.id))
    assert "sealed-secret" not in written
    assert "it is a key" in written


@pytest.mark.parametrize("words", ["What I keep", "ReccoBeats gets ids of tracks", "`/forget`"])
async def test_privacy_is_plain(room: Room, words: str) -> None:
    card = (await room.ann.slash(room.channel, "privacy")).response
    check_message(card)
    assert words in text_of(card)


async def test_one_damaged_map_keeps_nothing_else_from_its_person(room: Room) -> None:
    await room.analyze(f"{CANARY}.csv", content=load("late-drive.csv"))
    await room.analyze()
    async with room.app.database.transaction() as connection:
        damaged = update(reports).where(reports.c.playlist_name == CANARY).values(payload=b"?")
        await connection.execute(damaged)
    room.app.workflows.reports.drop_caches()
    card = (await room.ann.slash(room.channel, "mydata")).response
    check_message(card)
    assert "1 entry can't be read" in text_of(card)
    (file,) = card.attachments
    written = {each["playlist_name"]: each for each in json.loads(await file.read())["tables"]["reports"]}
    assert len(written) == 2
    lost = written.pop(CANARY)
    assert lost["report"] is None
    assert "unreadable" in lost
    assert lost["created_at"]
    (whole,) = written.values()
    assert len(whole["report"]["tracks"]) == 96


async def test_forget_empties_what_was_posted_also_when_discord_is_back(room: Room) -> None:
    posted = await room.analyze()
    question = (await room.ann.slash(room.channel, "forget")).response
    room.env.inject_error("PATCH", "/channels/*/messages/*", status=403, code=50001, times=1)
    assert "Forgotten" in text_of(await press(room, question, "Forget me"))
    assert not await PersonStore(room.app.database).count(room.ann.id)
    assert len(await room.app.workflows.reports.store.taken_back()) == 1
    assert posted.attachments
    cog = room.env.bot.get_cog("ReportsCog")
    await cog.tend_on()
    assert "taken back" in text_of(posted)
    assert not posted.attachments
    assert await room.app.workflows.reports.store.taken_back() == ()
