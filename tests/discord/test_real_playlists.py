"""Playlists of real people through the real bot, from 12 tracks to several thousand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.depth import cases
from tests.discord.cards import check_message, custom_ids, text_of
from tests.discord.conftest import Room

LARGEST_PICTURE = 400_000


@pytest.mark.shared_data
async def test_every_real_playlist_ends_in_a_card_that_discord_takes(room: Room, shared_data: Path) -> None:
    files = sorted(
        (shared_data / "playlists").glob("*.csv"), key=lambda file: (file.stat().st_size, file.name)
    )
    assert len(files) >= 20
    for file in cases(files, gate=[files[0], files[len(files) // 3], files[2 * len(files) // 3], files[-1]]):
        somebody = room.guild.add_member(room.env.create_user(file.stem))  # one person asks for so much only
        card = await replace(room, ann=somebody).analyze(file.name, content=file.read_bytes())
        check_message(card)
        words = text_of(card)
        assert "tracks · Exportify" in words, file.name
        assert "None" not in words
        assert "nan" not in words.lower().split()
        assert {"Charts", "Quality", "Outliers", "Export"} <= set(custom_ids(card))
        (picture,) = card.attachments
        assert len(await picture.read()) < LARGEST_PICTURE
        assert picture.description
