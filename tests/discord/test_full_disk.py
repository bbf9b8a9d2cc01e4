"""A full or read-only disk: people are told that nothing can be saved, and it passes by itself."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.playlists import load
from tests.discord.cards import text_of
from tests.discord.conftest import Room

FULL = ("max_page_count=1", "max_page_count=1073741823", "My disk is full, so I can't save anything")
READ_ONLY = ("query_only=ON", "query_only=OFF", "My database can only be read at the moment")


async def set_on_writer(room: Room, pragma: str) -> None:
    async with room.app.database._writer.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.execute(f"PRAGMA {pragma}")


@pytest.mark.parametrize(("break_it", "mend_it", "words"), [FULL, READ_ONLY], ids=["full", "read-only"])
async def test_commands_say_that_nothing_can_be_saved_and_work_again_afterwards(
    room: Room, break_it: str, mend_it: str, words: str
) -> None:
    before = await room.analyze()
    await set_on_writer(room, break_it)
    for _ in range(2):
        refused = await room.ann.slash(
            room.channel, "analyze", file=("tam.csv", load("tam.csv")), private=True
        )
        answer = refused.followups[-1] if refused.followups else refused.response
        assert words in text_of(answer)
    assert len(room.env.refusals()) == 2
    # What is there already can still be read, and /help does not need to write.
    assert "tracks" in text_of((await room.ann.click(before, label="Quality")).response)
    assert "Tastemap" in text_of((await room.ann.slash(room.channel, "help")).response)

    await set_on_writer(room, mend_it)
    assert "groups" in text_of(await room.analyze("tam.csv"))
