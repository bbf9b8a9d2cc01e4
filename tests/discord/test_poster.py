"""The *Poster* button: to the owner in both sizes, to a channel because they ask for it."""

from __future__ import annotations

import io

from PIL import Image

from tests.discord.cards import check_message, custom_ids, text_of
from tests.discord.conftest import Room
from tests.discord.party import Party, party
from tests.discord.test_buttons import press
from tests.discord.test_compare import accepted

__all__ = ["party"]


async def test_the_owner_gets_both_sizes_posts_one_and_takes_it_back(room: Room) -> None:
    card = await room.analyze("late-drive.csv")
    before = len(room.posts())
    poster = await press(room, card, "Poster")
    assert poster.ephemeral
    check_message(poster)
    assert [each.filename for each in poster.attachments] == ["poster-feed.png", "poster-story.png"]
    sizes = [Image.open(io.BytesIO(await each.read())).size for each in poster.attachments]
    assert sizes == [(1080, 1350), (1080, 1920)]
    assert poster.attachments[0].description.startswith("Poster of late-drive.")
    assert "Poster of late-drive" in text_of(await press(room, poster, "Read as text"))

    posted = (await room.ann.click(poster, label="Post here")).response
    assert not posted.ephemeral
    check_message(posted)
    assert [each.filename for each in posted.attachments] == ["poster-feed.png"]
    assert len(room.posts()) == before + 1
    again = await press(room, poster, "Post here")
    assert again.ephemeral
    assert f"/{posted.id}" in str(again.components)
    assert len(room.posts()) == before + 1

    question = (await room.ann.slash(room.channel, "forget")).response
    await room.ann.click(question, label="Forget me")
    assert not posted.attachments
    assert "taken back" in text_of(posted)


async def test_a_poster_is_its_owners_alone(room: Room) -> None:
    card = await room.analyze("late-drive.csv")
    answer = await press(room, card, "Poster", room.bob)
    assert not answer.attachments
    assert "Only the person who asked" in text_of(answer)


async def test_the_poster_of_a_group_names_who_agreed_and_goes_when_one_of_them_leaves(party: Party) -> None:
    room = party.room
    result = await party.compare(await party.gather())
    poster = await press(room, result, "Poster", room.bob)
    assert [each.filename for each in poster.attachments] == ["poster-feed.png", "poster-story.png"]
    names = {"ann", "bob", "cat"}
    assert all(name in poster.attachments[0].description.lower() for name in names)
    blend = (await room.bob.click(result, label="Blend")).response
    mixed = await press(room, blend, "Poster", room.bob)
    assert [each.filename for each in mixed.attachments] == ["poster-feed.png", "poster-story.png"]
    assert "One playlist for all of us" in mixed.attachments[0].description
    said = await press(room, poster, "Post here", room.bob)
    assert "in the channel" in text_of(said)
    posted = party.last_post
    check_message(posted)
    assert [each.filename for each in posted.attachments] == ["poster-feed.png"]
    again = await press(room, poster, "Post here", room.bob)
    assert f"/{posted.id}" in str(again.components)
    assert party.last_post.id == posted.id
    await room.env.bot.get_channel(room.channel.id).get_partial_message(posted.id).delete()
    assert "in the channel" in text_of(await press(room, poster, "Post here", room.bob))
    posted = party.last_post

    await party.cat.click(result, label="Leave")
    gone = party.last_post
    assert gone.id == posted.id
    assert not gone.attachments
    assert "Awards" not in custom_ids(gone)


async def test_the_poster_of_two_takes_both(party: Party) -> None:
    card, result = await accepted(party)
    assert "Poster" not in custom_ids(result)
    await party.room.bob.click(result, label="Show here")
    seen = (await party.room.ann.click(card, label="See result")).response
    assert "Poster" not in custom_ids(seen)
    await party.room.ann.click(seen, label="Show here")
    poster = await press(party.room, party.last_post, "Poster", party.cat)
    assert poster.attachments
    assert "Post here" not in custom_ids(poster)
