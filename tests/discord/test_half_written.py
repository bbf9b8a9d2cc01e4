"""Whoever leaves while a playlist is half written decides first what becomes of it, and hears what did."""

from __future__ import annotations

import asyncio
from typing import Any

from simcord import actors

from cogs.replies.ids import Action, ComponentRef
from sandbox.faults import Fault, FaultKind
from services.storage.persons import PersonStore
from tests.discord.cards import check_message, text_of
from tests.discord.connected import ConnectedRoom, doubled
from tests.discord.test_saving import connected, tidied
from tests.discord.test_tidy import ids, labels, press

__all__ = ["connected"]


async def test_forgetting_waits_until_a_half_written_playlist_is_put_back(connected: ConnectedRoom) -> None:
    room = connected.room
    listed = connected.list_of(doubled())
    before = listed.track_ids
    card = await tidied(connected, "decide.0.remove")
    connected.server.faults.extend([*[None] * 4, Fault(FaultKind.RESET)])
    await press(room, card, "replace")
    assert len(listed.track_ids) == 100

    question = (await room.ann.slash(room.channel, "forget")).response
    refused = (await room.ann.click(question, label="Forget me")).response
    check_message(refused)
    assert "100 of 120 tracks written" in text_of(refused)
    assert "Nothing was erased" in text_of(refused)
    assert labels(refused) == ["Finish it first", "Put it back first"]
    assert await PersonStore(room.app.database).count(room.ann.id)

    # It may end by itself while the person reads; what they chose is done all the same, and said.
    saving = room.app.workflows.saving
    assert saving is not None
    (waiting,) = await saving.under_way(room.ann.id)
    assert (await saving.resume(room.ann.id, waiting.write_id)).is_done
    assert len(listed.track_ids) == 120
    answer = (await room.ann.click(refused, label="Put it back first")).response
    assert "Forgotten" in text_of(answer)
    assert "put back: it is as it was before" in text_of(answer)
    assert listed.track_ids == before
    assert not await PersonStore(room.app.database).count(room.ann.id)


async def test_forgetting_waits_until_a_half_written_playlist_is_finished(connected: ConnectedRoom) -> None:
    room = connected.room
    listed = connected.list_of(doubled())
    card = await tidied(connected, "decide.0.remove")
    connected.server.faults.extend([*[None] * 4, Fault(FaultKind.RESET)])
    await press(room, card, "replace")
    question = (await room.ann.slash(room.channel, "forget")).response
    refused = (await room.ann.click(question, label="Forget me")).response
    answer = (await room.ann.click(refused, label="Finish it first")).response
    assert "Forgotten" in text_of(answer)
    assert "finished: it is as you wanted it" in text_of(answer)
    assert len(listed.track_ids) == 120


async def test_logging_out_waits_for_a_half_written_playlist(connected: ConnectedRoom) -> None:
    room = connected.room
    listed = connected.list_of(doubled())
    card = await tidied(connected, "decide.0.remove")
    connected.server.faults.extend([*[None] * 4, Fault(FaultKind.RESET)])
    await press(room, card, "replace")
    refused = (await room.ann.slash(room.channel, "logout")).response
    check_message(refused)
    assert "half written" in text_of(refused)
    assert len(connected.env.refusals()) == 1
    await room.ann.click(refused, label="Finish it first")
    assert "Now run your command again" in text_of(refused)
    assert len(listed.track_ids) == 120
    assert "disconnected" in text_of((await room.ann.slash(room.channel, "logout")).response)


async def test_stop_on_a_write_is_refused_and_the_playlist_is_complete(connected: ConnectedRoom) -> None:
    room = connected.room
    listed = connected.list_of(doubled())
    card = await tidied(connected, "decide.0.remove")
    custom_id = next(each for each in ids(card) if each.endswith(":replace"))
    pressed: list[asyncio.Task[Any]] = []
    met = 0

    def stop(_request: Any) -> None:
        nonlocal met
        met += 1
        if met == 4:  # the first batch is there, the second one is about to come
            (write,) = list(room.channel.history())[-1:]
            work = str(write.interaction_metadata.id)
            pressed.append(
                asyncio.create_task(
                    actors._component_click(
                        room.ann, write, label=None, custom_id=ComponentRef(Action.STOP, work).button()
                    )
                )
            )

    connected.server.before = stop
    result = await room.ann.click(card, custom_id=custom_id)
    connected.server.before = lambda _request: None
    assert "read back and complete" in text_of(result.response)
    assert len(listed.track_ids) == 120
