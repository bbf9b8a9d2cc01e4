"""Orders that are saved at Spotify: as a new list, and in place after a word about what that loses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.spotify_shapes import Shape
from services.compute import ComputePool
from services.domain.spotify import READ_SCOPES
from services.domain.writes import WRITE_SCOPES
from tests.discord.cards import check_message, text_of
from tests.discord.spotify import ConnectedRoom, connected_room
from tests.discord.test_optimize import labels

NAME = "Late Drive Home"


@pytest.fixture
async def world(tmp_path: Path, pool: ComputePool) -> AsyncIterator[ConnectedRoom]:
    scopes = READ_SCOPES | WRITE_SCOPES
    async with connected_room(tmp_path, pool, Shape.MIXED, with_features=True, scopes=scopes) as opened:
        yield opened


async def optimize(world: ConnectedRoom) -> Any:
    address = world.address(NAME)
    card = (await world.room.ann.slash(world.room.channel, "optimize", playlist=address)).response
    check_message(card)
    assert labels(card) == [
        "Again",
        "Lock…",
        "Details",
        "Save as a new playlist",
        "Apply in place…",
        "Export",
    ]
    return card


async def test_an_order_becomes_a_new_list_or_the_list_itself(world: ConnectedRoom) -> None:
    before = list(world.playlist(NAME).track_ids)
    card = await optimize(world)
    await world.room.restart()
    saved = (await world.room.ann.click(card, label="Save as a new playlist")).response
    assert "96 tracks in a new private playlist" in text_of(saved)
    new = world.playlist(f"{NAME} · smoothest")
    assert not new.is_public
    assert list(new.track_ids) != before
    assert sorted(new.track_ids) == sorted(before)
    assert list(world.playlist(NAME).track_ids) == before

    await world.room.ann.click(card, label="Apply in place…")
    check_message(card)
    for words in ("the dates on which tracks were added", "/undo", "will stand at another place"):
        assert words in text_of(card)
    await world.room.ann.click(card, label="Back")
    assert "It begins with" in text_of(card)
    assert list(world.playlist(NAME).track_ids) == before
    await world.room.ann.click(card, label="Apply in place…")
    applied = (await world.room.ann.click(card, label="Change the playlist")).response
    assert "in the new order, read back and complete" in text_of(applied)
    assert list(world.playlist(NAME).track_ids) == list(new.track_ids)
