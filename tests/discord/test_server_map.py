"""The map of a server: who agreed is on it, whoever asks sees it alone, and who leaves is gone from it."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.playlists import load
from tests.discord.cards import check_message, custom_ids, text_of
from tests.discord.party import FILES, Party, party
from tests.discord.test_refusals import answer_of, log, refused

__all__ = ["log", "party"]


async def look(party: Party, name: str) -> Any:
    seen = (await party.people[name].slash(party.room.channel, "map server")).response
    check_message(seen)
    assert seen.ephemeral
    return seen


async def put_all_on(party: Party) -> Any:
    """Let three people map a list and press the button; return what the last of them sees."""
    seen = None
    for name, file in FILES.items():
        content = (file, load(file))
        await party.people[name].slash(party.room.channel, "analyze", file=content, private=True)
        seen = (await party.people[name].click(await look(party, name), label="Put me on it")).response
        assert seen is not None
        assert ("The ring is you" in text_of(seen)) == bool(seen.attachments), "a ring is on a picture"
        check_message(seen)
        assert seen.ephemeral
    newest = (await party.room.app.workflows.reports.recent(party.cat.id, 1))[0]
    party.times.append(newest.created_at)  # maps of lists have a clock of their own
    return seen


async def test_nobody_is_on_it_who_did_not_press_and_who_has_no_list_is_told_what_to_do(
    party: Party, log: pytest.LogCaptureFixture
) -> None:
    seen = await look(party, "ann")
    assert "Nobody is on it yet" in text_of(seen)
    assert "No titles" in text_of(seen)
    pressed = await answer_of(await party.room.ann.click(seen, label="Put me on it"))
    assert "`/analyze`" in refused(pressed, log)
    assert "not on the map" in refused(
        await answer_of(await party.room.ann.slash(party.room.channel, "map leave")), log
    )
    assert party.room.env.refusals()


async def test_a_posted_map_shows_who_agreed_and_loses_who_leaves(
    party: Party, log: pytest.LogCaptureFixture
) -> None:
    seen = await put_all_on(party)
    assert "Closest to you" in text_of(seen)
    assert "tam.csv" not in text_of(await look(party, "ann"))
    words = (await party.cat.click(seen, label="Read as text")).response
    assert "nearest bob" in text_of(words)
    posted = (await party.cat.click(seen, label="Post here")).response
    check_message(posted)
    assert not posted.ephemeral
    assert posted.attachments
    assert all(name in str(posted.components) for name in FILES)
    assert "Tam" not in text_of(posted)  # the list of whoever posts it
    stranger = party.room.guild.add_member(party.room.env.create_user("dan"))
    seen_by_others = (await stranger.click(posted, label="Who is near me?")).response
    assert "You are not on it" in text_of(seen_by_others)
    assert "Post here" not in custom_ids(seen_by_others)
    posts = len(party.room.posts())
    again = await answer_of(await party.room.ann.click(await look(party, "ann"), label="Post here"))
    assert again.ephemeral
    assert f"/{posted.id}" in str(again.components)
    assert len(party.room.posts()) == posts

    left = (await party.room.bob.click(posted, label="Take me off")).response
    assert left.ephemeral
    await party.tend()
    assert "bob" not in str(posted.components)
    assert posted.attachments == []
    assert "fewer than three" in text_of(posted)
    assert "it from 3 people on" in text_of(await look(party, "ann"))


async def test_a_map_is_posted_again_once_somebody_came_or_it_was_deleted(party: Party) -> None:
    seen = await put_all_on(party)
    posted = (await party.cat.click(seen, label="Post here")).response
    posts = len(party.room.posts())
    dan = party.room.guild.add_member(party.room.env.create_user("dan"))
    await dan.slash(
        party.room.channel, "analyze", file=("late-drive.csv", load("late-drive.csv")), private=True
    )
    await dan.click((await dan.slash(party.room.channel, "map server")).response, label="Put me on it")
    newer = (await party.cat.click(seen, label="Post here")).response
    assert not newer.ephemeral
    assert len(party.room.posts()) == posts + 1
    channel = party.room.env.bot.get_channel(party.room.channel.id)
    for each in (posted, newer):
        await channel.get_partial_message(each.id).delete()
    await party.cat.click(seen, label="Post here")
    assert len(party.room.posts()) == posts


async def test_sharing_off_forget_and_leaving_the_server_take_one_off(party: Party) -> None:
    await put_all_on(party)
    dan = party.room.guild.add_member(party.room.env.create_user("dan"))
    content = ("late-drive.csv", load("late-drive.csv"))
    await dan.slash(party.room.channel, "analyze", file=content, private=True)
    seen = (await dan.slash(party.room.channel, "map server")).response
    seen = (await dan.click(seen, label="Put me on it")).response
    posted = (await dan.click(seen, label="Post here")).response
    status = (await dan.slash(party.room.channel, "sharing status")).response
    assert "on the map of this server" in text_of(status)
    await party.cat.slash(party.room.channel, "sharing off")
    await party.tend()
    assert "cat" not in str(posted.components)
    assert "dan" in str(posted.components)
    assert posted.attachments
    check_message(posted)

    party.room.guild.remove_member(dan)
    party.later(60)
    await party.tend()  # nobody presses anything
    assert "dan" not in str(posted.components)
    assert "over" in text_of(posted)
    assert "dan" not in str((await look(party, "ann")).components)
