"""The operator sees how the bot is; everybody's interactions are counted, and told apart in the log."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import discord
import pytest

from bot.app import App
from bot.logs import JsonFormatter, Redactor
from tests.discord.cards import check_message, text_of
from tests.discord.conftest import Room
from tests.discord.test_refusals import REFERENCE


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Everything that is logged, at any level, as JSON lines."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter(Redactor()))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


def samples(app: App, name: str, *labels: str) -> dict[str, int]:
    return dict(app.vitals.metrics.totals(name, *labels))


async def test_the_operator_sees_how_the_bot_is_and_no_other_admin_does(room: Room) -> None:
    await room.analyze()
    role = room.guild.create_role("admins", permissions=discord.Permissions(administrator=True))
    user = room.env.create_user("root")
    root = room.guild.add_member(user, roles=[role])
    boss = room.guild.add_member(room.env.create_user("boss"), roles=[role])
    settings = room.app.settings.model_copy(update={"operator_ids": (user.id,)})
    await room.env.restart_bot(replace(room.app, settings=settings).new_bot())

    card = (await root.slash(room.channel, "admin status")).response
    assert card.ephemeral
    check_message(card)
    words = text_of(card)
    assert "Everything that an answer needs is there" in words
    assert "1 answered" in words
    assert "96 tracks: 100% from files" in words
    assert "no daily backup yet" in words

    answer = (await boss.slash(room.channel, "admin status")).response
    assert "Only the people who run this bot" in text_of(answer)
    assert "Database" not in text_of(answer)
    assert len(room.env.refusals()) == 1


async def test_every_interaction_is_counted_by_how_it_ended(room: Room) -> None:
    card = await room.analyze()
    await room.ann.click(card, label="Quality")
    await room.ann.slash(room.channel, "analyze", file=("broken.csv", b"nothing,of\nuse,here\n"))
    room.env.refusals()
    counted = samples(room.app, "commands", "command", "outcome")
    assert counted == {"analyze answered": 1, "component quality answered": 1, "analyze refused": 1}


async def test_the_log_tells_interactions_apart_and_holds_their_references_and_no_token(
    room: Room, written: io.StringIO
) -> None:
    tokens: set[str] = set()
    ids: list[str] = []

    async def remember(interaction: discord.Interaction[Any]) -> None:
        tokens.add(interaction.token)
        ids.append(str(interaction.id))

    room.env.bot.add_listener(remember, "on_interaction")
    answer = await room.ann.slash(room.channel, "analyze", file=("broken.csv", b"nothing,of\nuse,here\n"))
    room.env.refusals()
    assert not REFERENCE.search(text_of(answer.followups[-1] if answer.followups else answer.response))
    text = written.getvalue()
    about = [entry for entry in map(json.loads, text.splitlines()) if "reference" in entry]
    assert [entry["interaction"] for entry in about] == ids
    assert tokens
    for token in tokens:
        assert token not in text
