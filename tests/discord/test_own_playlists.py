"""One's own playlists at Spotify: chosen, pasted, listed, refused, and what the cards say about them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sandbox.faults import Fault, FaultKind
from sandbox.spotify_samples import MIKA
from sandbox.spotify_shapes import Shape
from services.compute import ComputePool
from tests.discord.cards import button_of, check_message, custom_ids, menu_of, text_of
from tests.discord.samples import exportify
from tests.discord.spotify import ConnectedRoom, connected_room
from tests.discord.test_refusals import answer_of, log, refused

__all__ = ["log"]

MENU = "Analyze playlist"


@pytest.fixture
async def world(tmp_path: Path, pool: ComputePool) -> AsyncIterator[ConnectedRoom]:
    async with connected_room(tmp_path, pool) as opened:
        yield opened


async def analyze(world: ConnectedRoom, who: Any = None, **options: Any) -> Any:
    person = who or world.room.ann
    return await person.slash(world.room.channel, "analyze", **options)


async def choices(world: ConnectedRoom, typed: str, who: Any = None) -> dict[str, str]:
    person = who or world.room.ann
    found = await person.autocomplete(world.room.channel, "analyze", "playlist", typed)
    return {choice["name"]: choice["value"] for choice in found}


async def said(world: ConnectedRoom, log: pytest.LogCaptureFixture, result: Any) -> str:
    """Return the one refusal that `result` ended in, after which nothing is left in the channel."""
    text = refused(await answer_of(result), log)
    assert len(world.room.env.refusals()) == 1
    return text


async def test_without_an_account_a_name_leads_to_a_map_of_that_name(world: ConnectedRoom) -> None:
    room = world.room
    await room.bob.slash(room.channel, "analyze", file=("Mine.csv", exportify(20)))
    answer = (await room.bob.slash(room.channel, "stats", playlist="mine")).response
    assert text_of(answer).startswith("## Mine in numbers")


async def test_without_an_account_a_list_can_be_taken_as_a_file(world: ConnectedRoom) -> None:
    room = world.room
    order = (await room.bob.slash(room.channel, "optimize", file=("Mine.csv", exportify(20)))).response
    answer = await answer_of(await room.bob.click(order, label="Save as a new playlist"))
    assert "take the list as a file" in text_of(answer)
    assert "Connect Spotify" in custom_ids(answer)
    files = (await room.bob.click(answer, label="Export")).response
    assert "order.csv" in [each.filename for each in files.attachments]
    room.env.refusals()


async def test_a_pasted_playlist_becomes_a_card_that_links_back(tmp_path: Path, pool: ComputePool) -> None:
    async with connected_room(tmp_path, pool, Shape.MIXED, with_features=True) as world:
        card = (await analyze(world, playlist=world.address("Late Drive Home"))).response
        check_message(card)
        words = text_of(card)
        listed = world.playlist("Late Drive Home")
        assert words.startswith(f"## [Late Drive Home](https://open.spotify.com/playlist/{listed.id})")
        assert "96 tracks · Spotify" in words
        assert words.rstrip().endswith("-# Data from Spotify")
        assert not card.ephemeral
        assert world.spotify.trapped == []

        group = await world.room.choose_group(card, "0")
        check_message(group.response)
        assert "](https://open.spotify.com/artist/" in text_of(group.response)
        await world.room.ann.click(group.response, label="Tracks")
        assert "](https://open.spotify.com/track/" in text_of(group.response)
        assert "Data from Spotify" in text_of(group.response)


async def test_uploads_say_nothing_of_spotify(world: ConnectedRoom) -> None:
    words = text_of(await world.room.analyze("late-drive.csv"))
    assert "Data from Spotify" not in words
    assert "open.spotify.com/playlist" not in words


async def test_autocomplete_knows_the_list_without_asking(world: ConnectedRoom) -> None:
    assert await choices(world, "") == {}
    await world.room.ann.slash(world.room.channel, "playlists")
    asked = len(world.spotify.calls)

    everything = await choices(world, "")
    names = [name.partition(" · ")[0] for name in everything]
    assert names[:3] == ["Liked Songs", "Late Drive Home", "Sunday Kitchen"]
    assert {"Mika", "Invented Hits of Today", "Empty for now"}.isdisjoint(names)
    assert "Our long weekend" in names
    assert list(await choices(world, "KITCH")) == ["Sunday Kitchen · 78 tracks"]
    assert await choices(world, "", world.room.bob) == {}
    assert len(world.spotify.calls) == asked

    card = (await analyze(world, playlist=everything["Sunday Kitchen · 78 tracks"], private=True)).response
    assert card.ephemeral
    assert "78 tracks · Spotify" in text_of(card)


async def test_liked_songs(world: ConnectedRoom) -> None:
    card = (await analyze(world, playlist="Liked Songs")).response
    check_message(card)
    assert "420 tracks · Spotify" in text_of(card)
    assert "[Liked Songs](https://open.spotify.com/collection/tracks)" in text_of(card)


async def test_a_name_is_as_good_as_a_choice(world: ConnectedRoom, log: pytest.LogCaptureFixture) -> None:
    card = (await analyze(world, playlist="  eight songs for AUNT pearl")).response
    assert "8 tracks · Spotify" in text_of(card)

    world.spotify.library.add(world.playlist("Mika").owner, "Twice")
    for _ in range(2):
        world.spotify.library.add(world.playlist("Late Drive Home").owner, "Twice")
    accounts = world.room.app.accounts
    assert accounts is not None
    await accounts.library.lists.purge(datetime.max.replace(tzinfo=UTC))
    assert "2 playlists called “Twice”" in await said(world, log, await analyze(world, playlist="twice"))
    assert "no playlist called" in await said(world, log, await analyze(world, playlist="Never heard of"))


async def test_odd_rows_are_counted_on_the_card(world: ConnectedRoom) -> None:
    words = text_of((await analyze(world, playlist=world.address("Gym, allegedly"))).response)
    assert "5 rows left out" in words
    assert "1 local file" in words
    assert "1 podcast episode" in words


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Mika", ("“Mika”", "owns it or collaborates", "exportify")),
        ("Invented Hits of Today", ("made by Spotify itself", "exportify")),
        ("Empty for now", ("no track in “Empty for now”",)),
    ],
)
async def test_what_spotify_does_not_show_is_explained(
    world: ConnectedRoom, log: pytest.LogCaptureFixture, name: str, expected: tuple[str, ...]
) -> None:
    text = await said(world, log, await analyze(world, playlist=world.address(name)))
    for words in expected:
        assert words in text
    assert world.room.posts() == []


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "attach an exported file"),
        ({"playlist": "Liked Songs", "file": ("x.csv", b"x")}, "one of them"),
        ({"playlist": "https://spotify.link/abcDEF"}, "short link"),
    ],
)
async def test_exactly_one_thing_is_analysed(
    world: ConnectedRoom, log: pytest.LogCaptureFixture, options: dict[str, Any], expected: str
) -> None:
    assert expected in await said(world, log, await analyze(world, **options))
    assert world.spotify.calls == []


async def test_somebody_without_a_link_is_offered_the_login_and_then_what_they_wanted(
    world: ConnectedRoom, log: pytest.LogCaptureFixture
) -> None:
    bob = world.room.bob
    result = await analyze(world, bob, playlist=world.address("Mika"))
    answer = await answer_of(result)
    assert "not connected" in refused(answer, log)
    assert button_of(answer, "Connect Spotify")
    assert len(world.room.env.refusals()) == 1
    assert world.spotify.calls == []

    accounts = world.room.app.accounts
    assert accounts is not None
    wanted, wish = (
        world.room.env.bot.pending,
        button_of(answer, "Connect Spotify")["custom_id"].rpartition(":")[2],
    )
    assert wanted.take(wish, world.room.ann.id) == (frozenset(), "")
    assert wanted.take(wish, bob.id)[1] == f"Analyze it now\ntmb:analyze:{world.playlist('Mika').id}:0.0"
    asked = (await bob.slash(world.room.channel, "forget")).response
    await bob.click(asked, custom_id=next(each for each in custom_ids(asked).values() if "yes" in each))
    assert wanted.take(wish, bob.id) == (frozenset(), "")


async def test_nobody_is_asked_to_log_in_for_a_list_that_spotify_makes(
    world: ConnectedRoom, log: pytest.LogCaptureFixture
) -> None:
    made = "https://open.spotify.com/playlist/37i9dQZF1DXcBWIGoYBM5M"
    answer = await answer_of(await analyze(world, world.room.bob, playlist=made))
    assert "Put its songs in a playlist of your own" in refused(answer, log)
    assert list(custom_ids(answer)) == ["What I can read"]
    assert world.room.env.refusals()


async def test_the_menu_takes_a_message_with_a_playlist_link(
    world: ConnectedRoom, log: pytest.LogCaptureFixture
) -> None:
    room = world.room
    message = await room.bob.send(room.channel, f"listen to this <{world.address('Our long weekend')}> !")
    card = (await room.ann.context_menu(room.channel, MENU, message)).response
    assert card.ephemeral
    assert "40 tracks · Spotify" in text_of(card)

    short = await room.bob.send(room.channel, "https://spotify.link/abcDEF")
    assert "short link" in await said(world, log, await room.ann.context_menu(room.channel, MENU, short))


async def test_the_list_says_what_can_be_read_and_draws_a_map_of_it(world: ConnectedRoom) -> None:
    room = world.room
    card = (await room.ann.slash(room.channel, "playlists")).response
    check_message(card)
    assert card.ephemeral
    words = text_of(card)
    assert "9 playlists: I can read 7. Spotify hides the other 2 from bots." in words
    assert "[Liked Songs](https://open.spotify.com/collection/tracks) · 420\u00a0tracks" in words
    late = world.playlist("Late Drive Home")
    assert f"[Late Drive Home](https://open.spotify.com/playlist/{late.id}) · 96\u00a0tracks" in words
    assert "· by Mika · *hidden from bots*" in words
    assert "[Empty for now]" in words
    assert "· empty" in words
    assert "exportify.net" in words
    assert "Data from Spotify" in words

    menu = menu_of(card, "analyze")
    assert "Empty for now" not in [option["label"] for option in menu["options"]]
    picked = (
        await room.ann.select(card, [menu["options"][1]["value"]], custom_id=menu["custom_id"])
    ).response
    assert picked.ephemeral
    assert "Share" in custom_ids(picked)


async def test_a_long_list_has_pages_and_is_not_read_anew_at_will(world: ConnectedRoom) -> None:
    room = world.room
    owner = world.playlist("Late Drive Home").owner
    for number in range(40):
        world.spotify.library.add(owner, f"@everyone **{number}** [x](https://evil.example)")
    card = (await room.ann.slash(room.channel, "playlists")).response
    asked = len(world.spotify.calls)
    for label in ("Next", "Next", "Next", "Previous", "Refresh"):
        check_message(card)
        assert "](https://evil" not in text_of(card)
        card = (await room.ann.click(card, label=label)).response
    assert "Page 3 of 4" in custom_ids(card)
    assert len(world.spotify.calls) == asked


async def test_a_login_brings_the_list_and_never_fails_for_it(world: ConnectedRoom) -> None:
    bob, accounts = world.room.bob, world.room.app.accounts
    assert accounts is not None
    await accounts.fetch_list(bob.id)
    await world.link(bob, MIKA)
    world.spotify.faults.append(Fault(FaultKind.STATUS, status=403, text="User not registered"))
    await accounts.fetch_list(bob.id)
    assert await choices(world, "", bob) == {}
    await accounts.fetch_list(bob.id)
    assert "Our long weekend · 40 tracks" in await choices(world, "", bob)


async def test_the_list_of_somebody_without_a_link_is_a_login(
    world: ConnectedRoom, log: pytest.LogCaptureFixture
) -> None:
    result = await world.room.bob.slash(world.room.channel, "playlists")
    assert "not connected" in await said(world, log, result)
    await world.link(world.room.bob, MIKA)
    card = (await world.room.bob.slash(world.room.channel, "playlists")).response
    assert "2 playlists, and I can read all of them." in text_of(card)


async def test_without_quota_a_playlist_of_before_still_becomes_a_card(
    world: ConnectedRoom, log: pytest.LogCaptureFixture
) -> None:
    address = world.address("Eight Songs for Aunt Pearl")
    await analyze(world, playlist=address)
    world.spotify.quota = 0
    words = text_of((await analyze(world, playlist=address)).response)
    assert "daily quota for this bot is used up and returns in 14 hours" in words
    refusal = await said(world, log, await analyze(world, playlist=world.address("Sunday Kitchen")))
    assert "returns <t:" in refusal


async def test_an_installation_without_spotify_says_so(room: Any, log: pytest.LogCaptureFixture) -> None:
    for command, options in (("playlists", {}), ("analyze", {"playlist": "Liked Songs"})):
        answer = await answer_of(await room.ann.slash(room.channel, command, **options))
        assert "not connected to Spotify" in refused(answer, log)
    assert len(room.env.refusals()) == 2
