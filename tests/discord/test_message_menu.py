"""The menu "Analyze playlist" on a message: a file, track links, a playlist link, nothing."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.playlists import load
from tests.discord.cards import check_message, custom_ids, text_of
from tests.discord.conftest import Room
from tests.discord.samples import exportify
from tests.discord.test_refusals import answer_of, log, refused

__all__ = ["log"]

MENU = "Analyze playlist"
LINKS = [f"https://open.spotify.com/track/{n:022d}" for n in range(14)]


async def menu_on(room: Room, content: str = "", *files: tuple[str, bytes], who: Any = None) -> Any:
    message = await room.bob.send(room.channel, content, attachments=files)
    return await (who or room.ann).context_menu(room.channel, MENU, message)


async def test_analyses_an_attached_file_privately(room: Room) -> None:
    result = await menu_on(room, "look", ("late-drive.csv", load("late-drive.csv")))
    card = result.response
    assert card.ephemeral
    check_message(card)
    assert "96 tracks" in text_of(card)
    assert "Share" in custom_ids(card)
    shared = (await room.ann.click(card, label="Share")).response
    assert not shared.ephemeral


async def test_takes_the_first_file_that_can_be_a_playlist(room: Room) -> None:
    picture = ("cover.png", b"\x89PNG\r\n\x1a\n")
    result = await menu_on(room, "", picture, ("LIST.CSV", exportify(30)))
    assert "30 tracks" in text_of(result.response)


async def test_analyses_track_links_in_the_words_of_a_message(room: Room) -> None:
    result = await menu_on(room, "my favourites: " + " and ".join(LINKS[:8]) + " spotify:track:" + "9" * 22)
    card = result.response
    check_message(card)
    assert "9 tracks" in text_of(card)
    assert "Links from bob" in text_of(card)


async def test_analyses_lines_of_names_in_a_message(room: Room) -> None:
    lines = "my three:\n```\nAnn - One Day\nBob - Two Days\nCee - Three Days\n```"
    card = (await menu_on(room, lines)).response
    check_message(card)
    assert "## List from bob" in text_of(card)
    assert "3 tracks" in text_of(card)


@pytest.mark.parametrize(
    ("content", "files", "expected"),
    [
        ("https://open.spotify.com/playlist/37i9dQZF1DXcBWIGoYBM5M", (), "not connected to Spotify"),
        ("https://spotify.link/AbCdEf123", (), "short link"),
        ("hello there", (), "no playlist in this message"),
        ("brb - tea", (), "no playlist in this message"),
        ("of https://open.spotify.com/artist/4Z8W4fKeB5YxbusRsdQVPb", (), "leads to an artist"),
        ("here it is", (("list.xlsx", b"PK\x03\x04"),), "save it as CSV first"),
        ("", (("cover.png", b"\x89PNG"),), "a picture"),
        ("", (("broken.csv", b"\x89PNG\r\n\x1a\n"),), "picture"),
        ("", (("empty.csv", b""),), "no rows"),
    ],
)
async def test_says_what_is_missing(
    room: Room,
    log: pytest.LogCaptureFixture,
    content: str,
    files: tuple[tuple[str, bytes], ...],
    expected: str,
) -> None:
    result = await menu_on(room, content, *files)
    assert expected in refused(await answer_of(result), log)
    assert len(room.env.refusals()) == 1
    assert len(room.posts()) == 1


async def test_several_playlists_in_a_file_of_a_message_bring_the_choice(room: Room) -> None:
    question = (await menu_on(room, "", ("data.json", load("account-data.json")))).response
    assert question.ephemeral
    card = (await room.ann.select(question, ["0"])).response
    assert card.ephemeral
    assert "Share" in custom_ids(card)
