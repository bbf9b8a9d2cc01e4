"""`/help`: from where the person stands."""

from __future__ import annotations

from tests.discord.cards import check_message, custom_ids, text_of
from tests.discord.conftest import Room

EXAMPLE = "Try it with an example playlist"


async def test_tells_a_newcomer_how_to_start(room: Room) -> None:
    card = (await room.ann.slash(room.channel, "help")).response
    assert card.ephemeral
    check_message(card)
    words = text_of(card)
    assert "Start with one file" in words
    assert "exportify.net" in words
    assert "Your latest maps" not in words
    for topic, command in (
        ("What I can read", "TuneMyMusic"),
        ("Better playlists", "/tidy"),
        ("Together", "/compare"),
    ):
        told = (await room.ann.click(card, label=topic)).response
        check_message(told)
        assert command in text_of(told)


async def test_knows_what_the_person_did_and_nobody_elses(room: Room) -> None:
    await room.analyze("late-drive.csv")
    card = (await room.ann.slash(room.channel, "help")).response
    words = text_of(card)
    assert "With a map" in custom_ids(card)
    assert "late\\-drive · 96 tracks" in words
    assert "Start with one file" in text_of((await room.bob.slash(room.channel, "help")).response)


async def test_the_example_shows_the_product_to_the_one_who_asked(room: Room) -> None:
    first = (await room.ann.slash(room.channel, "help")).response
    await room.restart()
    card = (await room.ann.click(first, label=EXAMPLE)).response
    assert card.ephemeral
    check_message(card)
    assert "Late Drive Home" in text_of(card)
    assert "invented example" in text_of(card)
    assert "Share" in custom_ids(card)
    assert room.posts() == []


async def test_names_every_button_it_tells_about(room: Room) -> None:
    card = await room.analyze()
    helped = (await room.ann.slash(room.channel, "help")).response
    words = text_of((await room.ann.click(helped, label="With a map")).response)
    for label in custom_ids(card):
        if label not in ("Look into a group…", "Charts"):
            assert label in words
