"""`/split`: names and merges are settled first, a list of everything is shown, and only then is it done."""

from __future__ import annotations

import csv
import io
from typing import Any

from cogs.words.text import escape
from services.domain.errors.storage import NothingToSplitError
from tests.discord.cards import button_of, check_message, text_of, walk
from tests.discord.conftest import Room, SimulatedDiscord
from tests.discord.samples import exportify
from tests.discord.test_buttons import AGES
from tests.discord.test_tidy import ids, press

PILE = exportify(120, moods=4)


async def split(room: Room, content: bytes | None = PILE, **options: Any) -> Any:
    file = {"file": ("Everything.csv", content)} if content is not None else {}
    result = await room.ann.slash(room.channel, "split", **file, **options)
    assert result.response is not None
    assert result.response.ephemeral
    check_message(result.response)
    return result.response


async def pick(room: Room, card: Any, number: int) -> None:
    await room.ann.select(card, [str(number)], custom_id=menu(card, "pick")["custom_id"])
    check_message(card)


def menu(card: Any, argument: str) -> dict[str, Any]:
    (found,) = (
        part
        for part in walk(card.components)
        if str(part.get("custom_id", "")).startswith("tms:split:")
        and part["custom_id"].endswith(f":{argument}")
    )
    return found


async def exported(room: Room, card: Any) -> dict[str, int]:
    """Export the lists; return how many tracks each has."""
    answer = await press(room, card, "export")
    assert [each.filename for each in answer.attachments] == [
        "split.csv",
        "split-links.txt",
        "split-rekordbox.xml",
        "split-m3u8.zip",
    ]
    sizes: dict[str, int] = {}
    content = (await answer.attachments[0].read()).decode("utf-8-sig")
    for line in csv.DictReader(io.StringIO(content)):
        sizes[line["Playlist name"]] = sizes.get(line["Playlist name"], 0) + 1
    return sizes


@AGES
async def test_each_group_becomes_a_list_under_a_name_of_ones_own(room: Room, restarted: bool) -> None:
    card = await split(room, groups=4)
    assert "4 playlists from 120 tracks" in text_of(card)
    await pick(room, card, 1)
    shown = await room.ann.click(card, label="Rename B…")
    assert shown.modal is not None
    if restarted:
        await room.restart()
    await room.ann.submit_modal(shown, {"text": "Late  night"})
    assert "B · Late night" in text_of(card)
    await press(room, card, "review")
    dry_run = text_of(card)
    assert "## 4 lists" in dry_run
    assert "itself stays as it is" in dry_run
    assert "**Late night** —" in dry_run
    sizes = await exported(room, card)
    assert len(sizes) == 4
    assert sum(sizes.values()) == 120
    assert "Late night" in sizes


@AGES
async def test_parts_are_merged_left_out_and_taken_apart_again(room: Room, restarted: bool) -> None:
    card = await split(room, groups=4)
    await pick(room, card, 3)
    if restarted:
        await room.restart()
    into = menu(card, "merge.3")
    said = [each.get("description") for each in into["options"]]
    assert said == ["most alike by style and era", None, None]
    await room.ann.select(card, ["0"], custom_id=into["custom_id"])
    check_message(card)
    assert "3 playlists from 120 tracks" in text_of(card)

    await pick(room, card, 1)
    await press(room, card, "toggle.1")
    assert "2 playlists" in text_of(card)
    assert "left out" in text_of(card)
    await press(room, card, "review")
    sizes = await exported(room, card)
    assert len(sizes) == 2
    await press(room, card, "show")
    await room.ann.click(card, label="Undo the merges")
    assert "4 playlists" in text_of(card)


async def test_a_long_name_of_the_list_hides_no_name_of_a_part(room: Room) -> None:
    file = ("Everything " * 12 + ".csv", PILE)
    card = (await room.ann.slash(room.channel, "split", file=file, groups=3)).response
    report = (await room.app.workflows.reports.recent(room.ann.id, 1))[0].report_id
    names = (await room.app.workflows.reports.open(report, room.ann.id)).report.names
    labels = [option["label"] for option in menu(card, "pick")["options"]]
    for letter, name, label in zip("ABC", names, labels, strict=True):
        assert label == f"{letter} · {name}"
        assert f"**{letter} · {escape(name)}**" in text_of(card)


async def test_nothing_goes_on_when_everything_is_left_out(room: Room) -> None:
    card = await split(room, groups=2)
    for number in (0, 1):
        await pick(room, card, number)
        await press(room, card, f"toggle.{number}")
    assert button_of(card, "Go on…")["disabled"]


async def test_an_old_card_does_not_touch_what_is_no_more(room: Room) -> None:
    card = await split(room, groups=3)
    await pick(room, card, 2)
    old = [each for each in ids(card) if each.endswith(":toggle.2")]
    await room.ann.select(card, ["0"], custom_id=menu(card, "merge.2")["custom_id"])
    await pick(room, card, 1)
    assert not [each for each in ids(card) if each in old]
    assert "2 playlists" in text_of(card)


async def test_groups_of_the_latest_map_are_taken_unless_others_are_wanted(room: Room) -> None:
    await room.analyze(content=PILE, groups=3)
    assert "3 playlists" in text_of(await split(room, None))
    assert "5 playlists" in text_of(await split(room, None, groups=5))


async def test_refuses_a_list_without_groups(room: Room, env: SimulatedDiscord) -> None:
    result = await room.ann.slash(room.channel, "split", file=("Few.csv", exportify(5)))
    assert "takes 12 different tracks whose sound is known, and it has 5" in text_of(result.response)
    (error,) = env.refusals()
    assert isinstance(error.__cause__ or error, NothingToSplitError)


async def test_a_list_whose_tracks_are_one_is_not_said_to_lack_sound(
    room: Room, env: SimulatedDiscord
) -> None:
    head, one, *_ = exportify(5).splitlines(keepends=True)
    result = await room.ann.slash(room.channel, "split", file=("Again.csv", head + one * 30))
    assert "and it has 1." in text_of(result.response)
    (error,) = env.refusals()
    assert isinstance(error.__cause__ or error, NothingToSplitError)


async def test_the_form_of_a_part_that_was_merged_away_changes_nothing(room: Room) -> None:
    card = await split(room, groups=3)
    await pick(room, card, 2)
    shown = await room.ann.click(card, label="Rename C…")
    await room.ann.select(card, ["0"], custom_id=menu(card, "merge.2")["custom_id"])
    answer = await room.ann.submit_modal(shown, {"text": "Gone"})
    assert "no longer keep" in text_of(answer.followups[-1])
    assert "Gone" not in text_of(card)


async def test_without_spotify_there_is_nothing_to_take_back(room: Room, env: SimulatedDiscord) -> None:
    result = await room.ann.slash(room.channel, "undo")
    assert "not connected to Spotify" in text_of(result.response)
    assert len(env.refusals()) == 1
