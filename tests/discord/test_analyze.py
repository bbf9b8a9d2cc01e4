"""`/analyze` from the upload to the card, as a person sees it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cogs.commands.analyze import AnalyzeCog
from services.domain.report import Verdict
from tests.discord.cards import check_message, custom_ids, menu_of, text_in, text_of, walk
from tests.discord.conftest import Room
from tests.discord.samples import exportify


def shown(room: Room) -> list[str]:
    """Return what the deferred reply showed, edit by edit."""
    return [
        text_in((request.json or {}).get("components", []))
        for request in room.env.http_requests
        if request.method == "PATCH" and request.path.endswith("/messages/@original")
    ]


async def test_a_list_of_which_nothing_is_known_says_so_once_and_offers_no_poster(room: Room) -> None:
    card = await room.analyze("names.txt", content=b"".join(b"Artist %d - Title\n" % n for n in range(4)))
    check_message(card)
    assert text_of(card).count("known") == 1
    labels = [part.get("label") for part in walk(card.components)]
    assert "Charts" in labels
    assert "Poster" not in labels


async def test_posts_a_card_with_verdict_groups_quality_and_map(room: Room) -> None:
    card = await room.analyze("late-drive.csv")
    assert not card.ephemeral
    check_message(card)
    words = text_of(card)
    assert words.startswith("## late\\-drive\nFour clear groups, ")
    assert "96 tracks · Exportify" in words
    for letter in "ABCD":
        assert f"**{letter}** " in words
    assert "All 96 tracks from the file." in words
    (picture,) = card.attachments
    assert picture.filename == "map.png"
    assert (await picture.read()).startswith(b"\x89PNG")
    assert "map" in (picture.description or "").lower()
    assert list(custom_ids(card)) == [
        "Look into a group…",
        "Poster",
        "Charts",
        "Numbers",
        "Quality",
        "Outliers",
        "Export",
        "By style and era",
    ]
    assert len(menu_of(card)["options"]) == 4


async def test_acknowledges_at_once_and_says_what_it_is_doing_before_the_card(room: Room) -> None:
    card = await room.analyze("late-drive.csv")
    answers = [request for request in room.env.http_requests if "simcord_interaction" in request.path]
    assert answers[0].path.endswith("/callback")
    assert answers[0].json == {"type": 5}
    stages = shown(room)
    assert stages[0] == "⏳ Reading the file…"
    assert any(stage == "⏳ Looking up audio features for 96 tracks…" for stage in stages[:-1])
    assert stages[-1] == text_of(card)
    assert "⏳" not in stages[-1]


async def test_a_private_result_is_seen_by_nobody_else(room: Room) -> None:
    card = await room.analyze("late-drive.csv", private=True)
    assert card.ephemeral
    assert "Share" in custom_ids(card)
    assert room.posts() == []


@pytest.mark.parametrize("groups", [2, 7])
async def test_looks_for_as_many_groups_as_were_asked_for(room: Room, groups: int) -> None:
    card = await room.analyze("late-drive.csv", groups=groups)
    assert len(menu_of(card)["options"]) == groups
    check_message(card)


async def test_says_so_when_a_playlist_has_no_clear_groups(room: Room) -> None:
    words = text_of(await room.analyze("sunday-kitchen.csv"))
    assert "clear groups" not in words or "no clear groups" in words.lower()
    assert "one " in words.partition("\n-#")[0].lower()


async def test_a_short_playlist_gets_a_summary_without_groups_and_the_reason(room: Room) -> None:
    card = await room.analyze("tiny.csv")
    check_message(card)
    words = text_of(card)
    assert "**A**" not in words
    assert "Look into a group…" not in custom_ids(card)
    assert "12" in words


async def test_without_any_source_a_list_of_links_is_answered_honestly(room: Room) -> None:
    card = await room.analyze("links.txt")
    check_message(card)
    assert "**A**" not in text_of(card)


async def test_reads_a_file_by_its_content_whatever_its_name(room: Room) -> None:
    card = await room.analyze("my export.bin", content=exportify(60))
    assert "60 tracks · Exportify" in text_of(card)


async def test_works_in_a_direct_message(room: Room) -> None:
    await room.ann.user.send_dm("hello")
    result = await room.ann.user.slash("analyze", file=("late drive.csv", exportify(60)))
    assert "60 tracks" in text_of(result.response)


async def test_the_same_playlist_again_keeps_its_groups(room: Room) -> None:
    first = await room.analyze("late-drive.csv")
    second = await room.analyze("late-drive.csv")
    names = [[option["label"] for option in menu_of(card)["options"]] for card in (first, second)]
    assert names[0] == names[1]


async def test_nothing_of_what_is_sent_may_ping_anybody(room: Room) -> None:
    await room.analyze("late-drive.csv")
    bodies = [request.json for request in room.env.http_requests if isinstance(request.json, dict)]
    sent: list[Any] = [message for body in bodies if "components" in (message := body.get("data") or body)]
    assert sent
    assert [message["allowed_mentions"]["parse"] for message in sent] == [[]] * len(sent)


async def test_a_report_survives_in_the_database_with_all_that_the_card_says(room: Room) -> None:
    card = await room.analyze("late-drive.csv")
    report_id = custom_ids(card)["Charts"].split(":")[2]
    stored = await room.app.workflows.reports.open(report_id, room.bob.id)
    assert stored.owner_id == room.ann.id
    assert stored.report.structure.verdict is Verdict.CLEAR


async def test_the_command_says_where_it_may_be_used(room: Room) -> None:
    payloads = {
        command.name: command.to_dict(room.env.bot.tree) for command in room.env.bot.tree.get_commands()
    }
    assert {"analyze", "help"} <= set(payloads)
    for name, payload in payloads.items():
        # Comparisons need a server: elsewhere the bot could not take back what it posted.
        needs_server = name in {"group", "compare", "blend", "sharing", "map", "digest", "Compare taste"}
        assert sorted(payload["integration_types"]) == ([0] if needs_server else [0, 1]), name
        assert sorted(payload["contexts"]) == ([0] if needs_server else [0, 1, 2]), name
    assert len(json.dumps(payloads["analyze"])) < 8000
    assert not room.env.bot.intents.message_content
    assert not room.env.bot.intents.members
    assert not room.env.bot.intents.presences
    assert room.env.bot.get_cog(AnalyzeCog.__name__) is not None


@pytest.mark.parametrize("filename", ["cover.PNG", "list.xlsx"])
async def test_a_file_whose_name_tells_enough_is_refused_at_once_and_privately(
    room: Room, filename: str
) -> None:
    posted = len(room.posts())
    result = await room.ann.slash(room.channel, "analyze", file=(filename, b"anything"))
    assert result.response.ephemeral
    assert result.followups == []
    assert "I can't read a playlist from this" in text_of(result.response)
    assert len(room.posts()) == posted
    assert room.env.refusals()
