"""Every button and menu of a card, before and after a restart of the bot."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from services.domain.features import Feature
from tests.depth import cases
from tests.discord.cards import button_of, check_message, custom_ids, menu_of, text_of
from tests.discord.conftest import Room
from tests.discord.samples import exportify
from tests.integration.cli.terminal import Terminal

AGES = pytest.mark.parametrize(
    "restarted",
    cases([False, True], gate=[True]),
    ids=lambda restarted: "after a restart" if restarted else "same run",
)
FORMULA = "=HYPERLINK(0)"


async def card_of(room: Room, restarted: bool, **options: Any) -> Any:
    card = await room.analyze(**options)
    if restarted:
        await room.restart()
    return card


async def press(room: Room, message: Any, label: str, who: Any = None) -> Any:
    """Press a button and return the private answer."""
    answer = (await (who or room.ann).click(message, label=label)).response
    assert answer is not None
    assert answer.ephemeral
    check_message(answer)
    return answer


async def content_of(message: Any, filename: str) -> bytes:
    (found,) = (each for each in message.attachments if each.filename == filename)
    content: bytes = await found.read()
    return content


@AGES
async def test_the_menu_opens_a_group_with_its_profile_and_its_tracks_a_press_away(
    room: Room, restarted: bool
) -> None:
    card = await card_of(room, restarted)
    before = text_of(card)
    options = menu_of(card)["options"]
    for index, option in enumerate(options):
        group = (await room.choose_group(card, str(index))).response
        assert group.ephemeral
        check_message(group)
        words = text_of(group)
        letter, _, name = option["label"].partition(" · ")
        assert words.startswith(f"## {letter} · ")
        assert name.replace("&", "") in words.replace("\\", "").replace("&", "")
        assert [each.filename for each in group.attachments] == ["cluster_profile.png"]
        assert [each for each in menu_of(group)["options"] if each.get("default")] == [
            menu_of(group)["options"][index]
        ]
        await room.ann.click(group, label="Tracks")
        assert text_of(group).count("](https://open.spotify.com/track/") == 8
        assert not group.attachments
    assert text_of(card) == before


@AGES
async def test_turns_the_pages_of_a_group_in_place_and_shows_every_track_once(
    room: Room, restarted: bool
) -> None:
    card = await room.analyze(content=exportify(100, moods=2), groups=2)
    group = (await room.choose_group(card, "0")).response
    if restarted:
        await room.restart()
    count = len(room.channel.history())
    await room.ann.click(group, label="Tracks")
    pages = [text_of(group)]
    while not button_of(group, "Next").get("disabled"):
        turned = await room.ann.click(group, label="Next")
        assert turned.followups == []
        check_message(group)
        pages.append(text_of(group))
    assert len(room.channel.history()) == count
    rows = [line for page in pages for line in page.splitlines() if line.startswith("- [")]
    size = int(menu_of(group)["options"][0]["description"].split()[0])
    assert len(rows) == len(set(rows)) == size
    assert len(pages) == -(-size // 8)
    await room.ann.click(group, label="Previous")
    assert text_of(group) == pages[-2]


@AGES
async def test_the_menu_on_a_group_changes_that_group_in_place(room: Room, restarted: bool) -> None:
    card = await room.analyze()
    group = (await room.choose_group(card, "0")).response
    if restarted:
        await room.restart()
    count = len(room.channel.history())
    await room.choose_group(group, "2")
    check_message(group)
    assert text_of(group).startswith("## C · ")
    assert len(room.channel.history()) == count
    await room.ann.click(group, label="Tracks")
    assert text_of(group).startswith("## C · ")
    await room.choose_group(group, "1")
    assert text_of(group).startswith("## B · ")


@AGES
async def test_the_large_map_and_three_more_charts_stand_in_one_place_and_can_be_read_as_text(
    room: Room, restarted: bool
) -> None:
    card = await card_of(room, restarted)
    charts = await press(room, card, "Charts")
    if restarted:
        await room.restart()
    for kind in ("map", "profiles", "journey", "distributions"):
        await room.ann.select(charts, [kind], custom_id=menu_of(charts, "charts")["custom_id"])
        check_message(charts)
        (picture,) = charts.attachments
        assert picture.filename == f"{kind}.png"
        assert (await picture.read()).startswith(b"\x89PNG")
    twin = await press(room, charts, "Read as text")
    words = text_of(twin)
    if twin.attachments:
        words += (await content_of(twin, "charts.txt")).decode()
    for title in ("Map", "journey"):
        assert title.lower() in words.lower()


@AGES
async def test_quality_adds_up(room: Room, restarted: bool) -> None:
    card = await card_of(room, restarted)
    words = text_of(await press(room, card, "Quality"))
    assert "- 96 taken from the file" in words
    assert "(agreement " in words


@AGES
async def test_findings_name_doubles_with_their_places(room: Room, restarted: bool) -> None:
    card = await card_of(room, restarted)
    words = text_of(await press(room, card, "Outliers"))
    assert "Stands out most" in words
    assert " at #" in words


@AGES
async def test_export_hands_over_csv_and_json_that_agree_with_the_card(room: Room, restarted: bool) -> None:
    card = await card_of(room, restarted)
    files = await press(room, card, "Export")
    document = json.loads(await content_of(files, "tastemap.json"))
    table = list(csv.DictReader(io.StringIO((await content_of(files, "tastemap.csv")).decode("utf-8-sig"))))
    assert len(table) == len(document["tracks"]) == 96
    assert [row["id"] for row in table] == [track["id"] for track in document["tracks"]]
    for row, track in zip(table, document["tracks"], strict=True):
        for feature in Feature:
            value = track["features"][feature.value]
            assert row[feature.value] == ("" if value is None else str(value))
        group = "" if track["cluster"] is None else document["clusters"][track["cluster"]]["name"]
        assert row["group"] == group
    labels = [option["label"].partition(" · ")[2] for option in menu_of(card)["options"]]
    assert labels == [cluster["name"] for cluster in document["clusters"]]


async def test_export_runs_no_formula_in_a_spreadsheet(room: Room) -> None:
    titles = (FORMULA, "+1", "-1", "@SUM(A1)", "\t=1", "plain")
    card = await room.analyze(content=exportify(30, titles=titles, artists=('=cmd|"/c calc"!A0',)))
    files = await press(room, card, "Export")
    content = (await content_of(files, "tastemap.csv")).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(content)):
        for name in row[2:6]:
            assert not name.startswith(("=", "+", "-", "@", "\t", "\r"))
    document = json.loads(await content_of(files, "tastemap.json"))
    assert document["tracks"][0]["title"] == FORMULA


async def test_export_says_the_same_as_the_command_line(room: Room, tmp_path: Path) -> None:
    content = exportify(80)
    (tmp_path / "same.csv").write_bytes(content)
    card = await room.analyze("same.csv", content=content)
    document = json.loads(await content_of(await press(room, card, "Export"), "tastemap.json"))
    printed = await asyncio.to_thread(
        Terminal(tmp_path).succeed, "analyze", "same.csv", "--json", "--offline"
    )
    assert json.loads(printed) == document


@AGES
async def test_share_posts_a_private_card_for_everybody(room: Room, restarted: bool) -> None:
    card = await card_of(room, restarted, private=True)
    assert room.posts() == []
    shared = (await room.ann.click(card, label="Share")).response
    assert shared is not None
    assert not shared.ephemeral
    check_message(shared)
    assert text_of(shared) == text_of(card)
    assert "Share" not in custom_ids(shared)
    assert [post.id for post in room.posts()] == [shared.id]
    await press(room, shared, "Quality", who=room.bob)
    await press(room, card, "Quality")
    if restarted:
        await room.restart()
    again = await press(room, card, "Share")
    assert again.ephemeral
    assert f"/{room.channel.id}/{shared.id}" in str(again.components)
    assert [post.id for post in room.posts()] == [shared.id]


async def test_what_was_deleted_is_shared_again(room: Room) -> None:
    card = await room.analyze(private=True)
    shared = (await room.ann.click(card, label="Share")).response
    await room.env.bot.get_channel(room.channel.id).get_partial_message(shared.id).delete()
    assert "is gone" in text_of(await press(room, card, "Share"))
    assert not (await room.ann.click(card, label="Share")).response.ephemeral
    assert len(room.posts()) == 1


async def test_a_stranger_may_look_into_a_public_card(room: Room) -> None:
    card = await room.analyze()
    group = (await room.choose_group(card, "1", room.bob)).response
    assert group.ephemeral
    await room.bob.click(group, label="Tracks")
    assert "Page 2 of" in str(custom_ids(group))
    for label in ("Charts", "Quality", "Outliers"):
        await press(room, card, label, who=room.bob)


async def test_the_buttons_of_the_first_card_still_show_the_first_report(room: Room) -> None:
    first = await room.analyze("late-drive.csv")
    await room.analyze("sunday-kitchen.csv")
    assert "late\\-drive" in text_of(await press(room, first, "Quality"))
