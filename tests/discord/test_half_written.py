"""Whoever leaves while a playlist is half written decides first what becomes of it, and hears what did."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from simcord import actors

from cogs.replies.ids import Action, ComponentRef
from sandbox.faults import Fault, FaultKind
from services.storage.persons import PersonStore
from services.workflows.saving.spotify import SpotifyPlaylists
from tests.discord.cards import check_message, text_of
from tests.discord.connected import ConnectedRoom, doubled
from tests.discord.test_refusals import answer_of, button, forge, log, refused
from tests.discord.test_saving import connected, tidied
from tests.discord.test_tidy import ids, labels, press

__all__ = ["connected", "log"]


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


async def test_stop_on_a_write_is_refused_and_the_playlist_is_complete(
    connected: ConnectedRoom, log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, add = connected.room, SpotifyPlaylists.add
    listed = connected.list_of(doubled())
    card = await tidied(connected, "decide.0.remove")
    custom_id = next(each for each in ids(card) if each.endswith(":replace"))
    has_begun, goes_on = asyncio.Event(), asyncio.Event()

    async def add_later(playlists: SpotifyPlaylists, *arguments: Any) -> str | None:
        has_begun.set()  # the first batch is there, the second one is about to come
        await goes_on.wait()
        return await add(playlists, *arguments)

    monkeypatch.setattr(SpotifyPlaylists, "add", add_later)
    writing = asyncio.create_task(room.ann.click(card, custom_id=custom_id))
    await has_begun.wait()
    assert len(listed.track_ids) == 100
    stop = ComponentRef(Action.STOP, str(max(room.env.backend.interactions))).button()
    copied = await forge(room, button(stop))
    pressing = asyncio.create_task(actors._component_click(room.ann, copied, label=None, custom_id=stop))
    while "CannotStopError" not in log.text and not writing.done():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    goes_on.set()
    pressed, result = await asyncio.gather(pressing, writing)  # both wait until the bot rests
    assert "Writing to Spotify is not stopped" in refused(await answer_of(pressed), log)
    assert "read back and complete" in text_of(result.response)
    assert len(listed.track_ids) == 120
