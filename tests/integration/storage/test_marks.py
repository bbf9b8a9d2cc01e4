"""Small facts are kept on both databases."""

from __future__ import annotations

from services.storage.database import Database
from services.storage.marks import MarkStore


async def test_a_mark_is_what_was_saved_last(database: Database) -> None:
    marks = MarkStore(database)
    assert await marks.load("synced commands") is None
    await marks.save("synced commands", "a")
    await marks.save("synced commands", "b")
    await marks.save("other", "c")
    assert await marks.load("synced commands") == "b"
