"""`/drift`: what changed in a list, what is remembered of it, and that both are its owner's alone."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from sandbox.playlists import load
from services.domain.errors.storage import NoReportYetError, NotMappedError, NotYourReportError
from services.workflows.reports import REMEMBERED_FOR
from tests.discord.cards import check_message, text_of
from tests.discord.conftest import Room
from tests.discord.test_buttons import press

HEAD, *ROWS = load("late-drive.csv").splitlines(keepends=True)


async def map_of(room: Room, rows: list[bytes], name: str = "mine.csv", **options: bool) -> Any:
    return (
        await room.ann.slash(room.channel, "analyze", file=(name, HEAD + b"".join(rows)), **options)
    ).response


async def drift(room: Room, **options: str) -> Any:
    card = (await room.ann.slash(room.channel, "drift", **options)).response
    check_message(card)
    assert card.ephemeral
    return card


async def test_a_list_is_looked_back_at_and_remembered_until_it_is_forgotten(room: Room) -> None:
    await map_of(room, ROWS[:60])
    assert "Since" not in text_of(await drift(room))
    await map_of(room, ROWS[10:])
    card = await drift(room, list="mine")
    assert "35 new and 10 gone" in text_of(card)
    assert [each.filename for each in card.attachments] == ["drift.png"]
    assert "Added in" not in text_of(card)
    await room.ann.click(card, label="By date added")
    assert [each.filename for each in card.attachments] == ["eras.png"]
    assert "Added in" in text_of(card)
    assert text_of(await press(room, card, "Read as text")).count(" tracks; ") >= 4

    remembered = await press(room, card, "Remember this list")
    assert "This list is remembered" in text_of(remembered)
    await map_of(room, ROWS[20:])
    flows = room.app.workflows
    (which,) = await flows.drift.lists(room.ann.id)
    assert len(await flows.drift.store.stages(room.ann.id, which.fingerprint)) == 3
    titles = {row.split(b",")[1].decode() for row in ROWS}
    kept = json.dumps((await flows.privacy.persons.export(room.ann.id))["remembered_maps"])
    assert not any(title in kept for title in titles if len(title) > 5)

    await flows.reports.purge(timedelta(days=-1))
    old = await drift(room)
    assert "Since <t:" in text_of(old)
    assert [each.filename for each in old.attachments] == ["drift.png"]
    gone = await press(room, old, "Forget this list")
    assert text_of(gone).startswith("Forgotten: nothing is stored of “mine")
    assert (await flows.privacy.persons.count(room.ann.id)).get("remembered_maps") is None


async def test_nothing_is_remembered_unasked_and_all_of_it_goes_with_its_time_and_with_its_owner(
    room: Room,
) -> None:
    flows = room.app.workflows
    await map_of(room, ROWS[:60])
    assert await flows.drift.store.purge(flows.drift.clock() + timedelta(days=9)) == 0
    await press(room, await drift(room), "Remember this list")
    assert await flows.drift.purge() == 0
    assert await flows.drift.store.purge(flows.drift.clock() + timedelta(seconds=1) - REMEMBERED_FOR) == 0
    assert (await flows.privacy.persons.count(room.ann.id))["remembered_maps"] == 1
    await flows.privacy.forget(room.ann.id)
    assert not await flows.privacy.persons.count(room.ann.id)


async def test_others_learn_nothing_of_the_past_of_a_list(room: Room) -> None:
    public = await map_of(room, ROWS[:60])
    numbers = (await room.bob.click(public, label="Numbers")).response
    refused = (await room.bob.click(numbers, label="Drift")).response
    assert "Only the person who asked" in text_of(refused)
    empty = (await room.bob.slash(room.channel, "drift")).response
    assert "You have no map yet" in text_of(empty)
    await room.ann.slash(room.channel, "drift", list="nothing like it")
    assert len(room.env.refusals()) == 2
    with pytest.raises(NotMappedError):
        await room.app.workflows.drift.find(room.ann.id, "nothing like it")
    with pytest.raises(NoReportYetError):
        await room.app.workflows.drift.find(room.bob.id, "")
    (report,) = await room.app.workflows.reports.recent(room.ann.id)
    with pytest.raises(NotYourReportError):
        await room.app.workflows.drift.of_report(room.bob.id, report.report_id)
