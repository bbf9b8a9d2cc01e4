"""What people get when Discord itself fails: an answer, or a reference in the log."""

from __future__ import annotations

import re
import struct
from typing import Any

import discord
import pytest

from sandbox.playlists import load
from tests.databases import unfinished_jobs
from tests.discord.cards import check_message, custom_ids, text_of
from tests.discord.conftest import Room
from tests.discord.test_refusals import answer_of, log, refused

__all__ = ["log"]

EDIT = "/webhooks/*/messages/@original"
FOLLOW_UP = "/webhooks/*/simcord_interaction_*"
FILE = ("late-drive.csv", load("late-drive.csv"))


def referenced(log: pytest.LogCaptureFixture) -> bool:
    return any(re.match(r"[A-HJ-NP-Z2-9]{8}: ", record.getMessage()) for record in log.records)


def pixels_of(png: bytes) -> int:
    assert png.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", png[16:24])
    return int(width) * int(height)


def refuse_the_card(
    room: Room, monkeypatch: pytest.MonkeyPatch, *, status: int, code: int, times: int | None = 1
) -> None:
    """Refuse the edits that follow the storing of a report: the card."""
    store = room.app.workflows.reports.store
    save = store.save
    fault = {"method": "PATCH", "path": EDIT, "status": status, "code": code, "message": "by the test"}

    async def then_refuse(*arguments: Any, **options: Any) -> Any:
        stored = await save(*arguments, **options)
        room.env.backend.faults.append(fault | {"times": times})
        return stored

    monkeypatch.setattr(store, "save", then_refuse)


async def test_a_failed_edit_of_the_progress_line_stops_nothing(room: Room) -> None:
    room.env.inject_error("PATCH", EDIT, status=500, times=1)
    card = await room.analyze()
    assert "96 tracks" in text_of(card)


@pytest.mark.parametrize(
    "fault",
    [(403, 50013, "may not post here"), (403, 50001, "may not post here"), (400, 50035, "broke on our side")],
)
@pytest.mark.parametrize("private", [False, True])
async def test_a_card_that_discord_refuses_ends_in_a_sentence(
    room: Room,
    log: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    fault: tuple[int, int, str],
    private: bool,
) -> None:
    status, code, expected = fault
    refuse_the_card(room, monkeypatch, status=status, code=code)
    result = await room.ann.slash(room.channel, "analyze", file=FILE, private=private)
    assert expected in refused(await answer_of(result), log)
    assert room.posts() == []
    assert len(room.env.refusals()) == 1


@pytest.mark.parametrize("status", [403, 429, 500, 503])
async def test_a_card_that_discord_can_not_take_now_comes_later(
    room: Room, log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    refuse_the_card(room, monkeypatch, status=status, code=0, times=8)
    assert "96 tracks" in text_of(await room.analyze())
    assert "permission" not in log.text
    assert not referenced(log)


async def test_a_picture_that_is_too_large_is_shown_smaller(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = (await room.analyze()).attachments[0]
    refuse_the_card(room, monkeypatch, status=413, code=40005)
    card = await room.analyze()
    check_message(card)
    smaller = card.attachments[0]
    assert smaller.filename == whole.filename
    assert 0 < smaller.size < whole.size
    assert pixels_of(await smaller.read()) < pixels_of(await whole.read()) / 2


async def test_a_picture_that_is_too_large_in_any_size_is_put_into_words(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = await room.analyze()
    refuse_the_card(room, monkeypatch, status=413, code=40005, times=2)
    card = await room.analyze()
    check_message(card)
    assert card.attachments == []
    assert "too large for this place. In words:" in text_of(card)
    assert text_of(whole).splitlines()[0] == text_of(card).splitlines()[0]
    assert (await room.ann.click(card, label="Charts")).response is not None


async def test_a_channel_without_the_right_to_attach_files_is_refused_before_any_work(
    room: Room, log: pytest.LogCaptureFixture
) -> None:
    nothing = discord.PermissionOverwrite(attach_files=False)
    bot = room.env.bot.user
    channel = room.guild.create_text_channel("words-only", overwrites={bot: nothing})
    result = await room.ann.slash(channel, "analyze", file=FILE)
    assert "Attach Files" in refused(await answer_of(result), log)
    assert await unfinished_jobs(room.app.database) == ()
    assert len(room.env.refusals()) == 1
    private = await room.ann.slash(channel, "analyze", file=FILE, private=True)
    assert "96 tracks" in text_of(private.response)
    shared = await answer_of(await room.ann.click(private.response, label="Share"))
    assert "Attach Files" in refused(shared, log)


async def test_a_file_that_discord_does_not_hand_over(room: Room, log: pytest.LogCaptureFixture) -> None:
    room.env.backend.cdn.get = lambda url: None
    result = await room.ann.slash(room.channel, "analyze", file=FILE)
    assert "did not hand over the file" in refused(await answer_of(result), log)
    assert len(room.env.refusals()) == 1
    assert room.posts() == []


async def test_a_token_that_died_before_the_answer_is_in_the_log(
    room: Room, log: pytest.LogCaptureFixture
) -> None:
    room.env.inject_error("POST", "/interactions/*/callback", status=404, code=10062, times=None)
    result = await room.ann.slash(room.channel, "analyze", file=FILE)
    assert result.response is None
    assert len(room.env.refusals()) == 1
    assert referenced(log)
    assert "could not tell the person" in log.text


async def test_a_refusal_that_cannot_be_sent_is_in_the_log(room: Room, log: pytest.LogCaptureFixture) -> None:
    room.env.inject_error("POST", FOLLOW_UP, status=500, times=None)  # longer than anybody waits
    result = await room.ann.slash(room.channel, "analyze", file=("x.csv", b""))
    assert len(room.env.refusals()) == 1
    assert result.followups == []
    assert "could not tell the person" in log.text
    # It is not forgotten: the next command says that something was not told.
    room.env.backend.faults.clear()
    news = (await room.ann.slash(room.channel, "privacy")).followups
    assert "could not tell you" in text_of(news[-1])


async def test_a_refusal_survives_a_failed_clean_up(room: Room, log: pytest.LogCaptureFixture) -> None:
    room.env.inject_error("DELETE", EDIT, status=500, times=8)
    result = await room.ann.slash(room.channel, "analyze", file=("x.csv", b""))
    assert len(room.env.refusals()) == 1
    assert "no rows" in refused(result.followups[-1], log)
    assert room.posts() == []


async def test_a_failing_button_answers_too(room: Room, log: pytest.LogCaptureFixture) -> None:
    card = await room.analyze()
    room.env.inject_error("PATCH", EDIT, status=500, times=1)
    answer = await answer_of(await room.ann.click(card, label="Quality"))
    assert "Discord does not answer me" in refused(answer, log)


async def test_no_refusal_without_a_code_of_discord_speaks_of_permissions(
    room: Room, log: pytest.LogCaptureFixture
) -> None:
    card = await room.analyze()
    room.env.inject_error("PATCH", EDIT, status=403, code=0, times=1)
    answer = await answer_of(await room.ann.click(card, label="Quality"))
    assert "Discord does not answer me" in refused(answer, log)
    assert "permission" not in text_of(answer).casefold()


async def test_a_report_shared_where_the_bot_may_not_post_stays_private(
    room: Room, log: pytest.LogCaptureFixture
) -> None:
    card = await room.analyze(private=True)
    room.env.inject_error("PATCH", EDIT, status=403, code=50013, times=1)
    answer = await answer_of(await room.ann.click(card, label="Share"))
    assert "may not post here" in refused(answer, log)
    assert room.posts() == []
    report_id = custom_ids(card)["Charts"].split(":")[2]
    assert (await room.app.workflows.reports.store.load(report_id)).private
