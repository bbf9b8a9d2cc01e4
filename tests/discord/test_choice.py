"""A file with several playlists: the choice, and what becomes of it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.playlists import load
from services.compute import ComputePool
from services.workflows.reading import UPLOADS_KEPT_FOR
from tests.discord.cards import check_message, menu_of, text_of
from tests.discord.conftest import Room, furnish, open_app, simulate
from tests.discord.test_refusals import answer_of, log, refused

__all__ = ["log"]


async def ask(room: Room, content: bytes | None = None, **options: Any) -> Any:
    """Upload a file with several playlists; return the question."""
    file = ("account.json", content or load("account-data.json"))
    result = await room.ann.slash(room.channel, "analyze", file=file, **options)
    question = result.followups[-1] if result.followups else result.response
    assert question.ephemeral
    check_message(question)
    return question


async def choose(room: Room, question: Any, value: str = "0") -> Any:
    return (await room.ann.select(question, [value])).response


def account(*names: str) -> bytes:
    items = [
        {
            "track": {
                "trackName": f"Song {n}",
                "artistName": "Mira Voss",
                "trackUri": f"spotify:track:{n:022d}",
            }
        }
        for n in range(3)
    ]
    playlists = [{"name": name, "lastModifiedDate": "2024-01-01", "items": items} for name in names]
    return json.dumps({"playlists": playlists}).encode()


@pytest.mark.parametrize("private", [False, True])
async def test_offers_the_playlists_of_a_file_to_the_uploader_alone(room: Room, private: bool) -> None:
    question = await ask(room, private=private)
    labels = [option["label"] for option in menu_of(question, "choose")["options"]]
    assert labels[0] == "Gym, allegedly"
    assert len(labels) == 3
    assert room.posts() == []


@pytest.mark.parametrize("private", [False, True])
async def test_the_chosen_playlist_is_analysed_as_it_was_asked(room: Room, private: bool) -> None:
    question = await ask(room, private=private)
    name = menu_of(question, "choose")["options"][1]["label"]
    await room.restart()
    card = await choose(room, question, "1")
    check_message(card)
    assert card.ephemeral is private
    assert name.split(",")[0] in text_of(card).splitlines()[0].replace("\\", "")
    assert len(room.posts()) == (0 if private else 1)


async def test_two_playlists_of_one_file_can_be_chosen_one_after_the_other(room: Room) -> None:
    question = await ask(room)
    titles = [text_of(await choose(room, question, value)).splitlines()[0] for value in ("0", "2", "0")]
    assert titles[0] == titles[2] != titles[1]


async def test_nobody_else_chooses(room: Room, log: pytest.LogCaptureFixture) -> None:
    from tests.discord.test_refusals import forge, menu

    question = await ask(room)
    copied = await forge(room, menu(menu_of(question, "choose")["custom_id"], "0"))
    answer = await answer_of(await room.bob.select(copied, ["0"]))
    assert "Only the person" in refused(answer, log)
    assert len(room.posts()) == 1


@pytest.mark.parametrize("command", ["tidy", "split", "optimize"])
async def test_nobody_but_the_uploader_chooses_under_any_command(
    room: Room, log: pytest.LogCaptureFixture, command: str
) -> None:
    from tests.discord.test_refusals import forge, menu

    file = ("account.json", load("account-data.json"))
    question = await answer_of(await room.ann.slash(room.channel, command, file=file))
    copied = await forge(room, menu(menu_of(question, "choose")["custom_id"], "0"))
    answer = await answer_of(await room.bob.select(copied, ["0"]))
    assert "Only the person" in refused(answer, log)
    own = await answer_of(await room.ann.select(question, ["0"]))
    assert "Gym" in text_of(own)


@pytest.mark.parametrize("value", ["99", "-1", "first", "²"])
async def test_a_forged_choice_gets_a_sentence(room: Room, log: pytest.LogCaptureFixture, value: str) -> None:
    from tests.discord.test_refusals import forge, menu

    question = await ask(room)
    copied = await forge(room, menu(menu_of(question, "choose")["custom_id"], value))
    answer = await answer_of(await room.ann.select(copied, [value]))
    assert "expired" in refused(answer, log)
    assert len(room.posts()) == 1


async def test_names_of_playlists_are_shown_as_they_are_and_within_the_limits(room: Room) -> None:
    hostile = [
        "@everyone",
        "x" * 400,
        "\u202egnorw",
        "   ",
        "**bold**",
        "<@123>",
        *(f"List {n}" for n in range(30)),
    ]
    question = await ask(room, account(*hostile))
    options = menu_of(question, "choose")["options"]
    assert len(options) == 25
    assert "left out" in text_of(question)
    assert all(option["label"].strip() for option in options)
    assert not any("\u202e" in option["label"] for option in options)


@pytest.fixture
async def hour_glass(tmp_path: Path, pool: ComputePool) -> AsyncIterator[tuple[Room, list[datetime]]]:
    """A room whose waiting files age by a clock in the hand of the test."""
    times = [datetime(2026, 1, 1, tzinfo=UTC)]
    async with open_app(tmp_path, pool) as opened:
        flows = opened.workflows
        reader = dataclasses.replace(flows.reader, clock=lambda: times[-1])
        analyze = dataclasses.replace(flows.analyze, reader=reader)
        flows = dataclasses.replace(flows, reader=reader, analyze=analyze)
        app = dataclasses.replace(opened, workflows=flows)
        async with simulate(app) as simulated:
            yield await furnish(app, simulated), times


async def test_a_choice_waits_for_an_hour_and_not_longer(
    hour_glass: tuple[Room, list[datetime]], log: pytest.LogCaptureFixture
) -> None:
    room, times = hour_glass
    question = await ask(room)
    times.append(times[0] + UPLOADS_KEPT_FOR - timedelta(seconds=1))
    assert "Gym" in text_of(await choose(room, question))
    times.append(times[0] + UPLOADS_KEPT_FOR)
    answer = await answer_of(await room.ann.select(question, ["0"]))
    assert "This choice has expired" in refused(answer, log)


async def test_a_file_whose_time_is_over_is_deleted_with_the_next_upload(
    hour_glass: tuple[Room, list[datetime]],
) -> None:
    room, times = hour_glass
    question = await ask(room)
    times.append(times[0] + UPLOADS_KEPT_FOR * 2)
    await ask(room)
    old = menu_of(question, "choose")["custom_id"].split(":")[2]
    assert await room.app.workflows.reader.uploads.load(old, times[0]) is None
