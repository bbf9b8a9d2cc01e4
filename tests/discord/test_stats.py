"""`/stats` and the *Numbers* button: for files, stored maps, oneself and the channel."""

from __future__ import annotations

from typing import Any

from sandbox.playlists import load
from services.domain.errors.storage import NoReportYetError, NotYourReportError
from tests.discord.cards import check_message, custom_ids, text_of
from tests.discord.conftest import Room
from tests.discord.test_buttons import AGES, card_of, press


async def stats(room: Room, who: Any = None, **options: Any) -> Any:
    seen = room.env.error_cursor
    result = await (who or room.ann).slash(room.channel, "stats", **options)
    assert not room.env.errors_since(seen)
    assert result.response is not None
    check_message(result.response)
    return result.response


def file_of(name: str) -> tuple[str, bytes]:
    return name, load(name)


@AGES
async def test_the_button_counts_a_stored_map(room: Room, restarted: bool) -> None:
    card = await card_of(room, restarted)
    numbers = await press(room, card, "Numbers")
    words = text_of(numbers)
    assert words.startswith("## ")
    assert " in numbers" in words
    assert "**Length** 96 tracks, " in words
    assert "**Keys** " in words
    assert "**In this list** 4 tracks in a row by Neon Abacus" in words
    assert "Exportify · 4 tracks in a row by Neon Abacus" in text_of(card)
    assert [each.filename for each in numbers.attachments] == ["numbers.png"]
    twin = await press(room, numbers, "Read as text")
    said = text_of(twin)
    assert said.count(", percentile ") == 9
    assert "Length: 96 tracks" in said
    assert not twin.attachments
    assert "Data quality" in text_of(await press(room, numbers, "Quality"))


async def test_counts_a_file_privately_and_the_latest_map_without_reading_again(room: Room) -> None:
    answer = await stats(room, file=file_of("late-drive.csv"))
    assert answer.ephemeral
    assert "**Length** 96 tracks" in text_of(answer)
    assert not room.posts()
    (report,) = await room.app.workflows.reports.recent(room.ann.id, 5)
    again = await stats(room)
    assert text_of(again) == text_of(answer)
    named = await stats(room, playlist=f"report:{report.report_id}")
    assert text_of(named) == text_of(answer)
    called = await stats(room, playlist="Late-Drive")
    assert text_of(called) == text_of(answer)
    assert len(await room.app.workflows.reports.recent(room.ann.id, 5)) == 1


async def test_a_public_answer_is_for_everybody_and_goes_when_its_owner_is_forgotten(room: Room) -> None:
    await stats(room, file=file_of("late-drive.csv"))
    shown = await stats(room, public=True)
    assert not shown.ephemeral
    (post,) = room.posts()
    assert ", percentile " in text_of(await press(room, post, "Read as text", room.bob))
    read = await stats(room, file=file_of("late-drive.csv"), public=True)
    assert not read.ephemeral
    assert "Data quality" in text_of(await press(room, read, "Quality", room.bob))


async def test_asks_which_playlist_of_a_file_is_meant(room: Room) -> None:
    asked = await stats(room, file=file_of("account-data.json"))
    (custom_id,) = custom_ids(asked).values()
    answer = (await room.ann.select(asked, ["0"], custom_id=custom_id)).response
    assert " in numbers" in text_of(answer)


async def test_nothing_to_count_and_maps_of_others_are_refused_before_anything_is_posted(room: Room) -> None:
    await room.bob.slash(room.channel, "stats", public=True)
    (refused,) = room.env.refusals()
    assert isinstance(refused.__cause__ or refused, NoReportYetError)
    await room.analyze(private=True)
    (report,) = await room.app.workflows.reports.recent(room.ann.id, 5)
    await room.bob.slash(room.channel, "stats", playlist=f"report:{report.report_id}", public=True)
    (refused,) = room.env.refusals()
    assert isinstance(refused.__cause__ or refused, NotYourReportError)
    assert not room.posts()
