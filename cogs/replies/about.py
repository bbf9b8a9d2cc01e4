"""The cards about Tastemap itself: what it does, how a score comes about, how the bot is, who has a seat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord
from discord import ButtonStyle, ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import ACCENT, OFFERED, WARNING, Reply, button, rule, text
from cogs.words import about as words
from cogs.words.controls import Label
from cogs.words.text import plain, small
from services.domain.installation import Status
from services.domain.report import ReportSummary
from services.domain.scoring import ScoreRules
from services.domain.spotify import Seat


def help_card(recent: Sequence[ReportSummary], state: words.LinkState) -> Reply:
    """Say what Tastemap does and what this person can do next."""
    first = [words.HelpTopic.MAP, words.HelpTopic.FILES] if recent else [words.HelpTopic.FILES]
    blocks: list[ui.Item[Any]] = [
        text(*words.HELP_LINES),
        text(*words.start_lines(recent, state)),
        *([text(*words.latest_lines(recent))] if recent else []),
        ui.ActionRow(_example_button()),
        ui.ActionRow(
            *(_topic_button(topic) for topic in (*first, words.HelpTopic.LISTS, words.HelpTopic.TOGETHER))
        ),
        text(*words.LAST_LINES),
    ]
    return Reply(tuple(blocks))


def _topic_button(topic: words.HelpTopic) -> ui.Button[Any]:
    return button(words.TOPICS[topic], ComponentRef(Action.HELP, topic.value))


def files_card(*, has_spotify: bool, has_lists: bool) -> Reply:
    """Say what can be read, and where such files come from."""
    others = text(*words.other_ways(has_spotify=has_spotify, has_lists=has_lists))
    ways = [others] if has_lists or has_spotify else []
    return Reply((text(*words.FILE_LINES), *ways, ui.ActionRow(_example_button())))


def _example_button() -> ui.Button[Any]:
    ref = ComponentRef(Action.EXAMPLE, "start")
    return button(Label.TRY_IT_WITH_AN_EXAMPLE_PLAYLIST, ref, style=ButtonStyle.primary)


def score_card(rules: ScoreRules) -> Reply:
    """Explain what the numbers of the score mean and don't say, then how they are made."""
    blocks: list[ui.Item[Any]] = [text(*lines) for lines in words.score_meaning(rules)]
    return Reply((*blocks, rule(), *(text(*lines) for lines in words.score_parts(rules))))


def status_card(status: Status) -> Reply:
    """Say how the bot is, worries first."""
    found = words.worries(status)
    blocks: list[ui.Item[Any]] = [
        text(*words.status_lines(found)),
        text("**Discord**", words.discord_line(status)),
        text("**Work**", *words.work_lines(status)),
        text("**Database**", words.database_line(status)),
        text("**Services**", *words.service_lines(status)),
        rule(),
        text(small(words.since_start(status))),
    ]
    return Reply(tuple(blocks), accent=WARNING if found else ACCENT)


def seats_card(taken: Sequence[Seat], seats: int) -> Reply:
    """List who is connected to Spotify, with a menu to disconnect one."""
    blocks: list[ui.Item[Any]] = [text(*words.seats_lines(taken, seats))]
    if taken:
        options = [
            discord.SelectOption(
                label=plain(seat.name, 60) or words.seat_name(seat),
                value=str(seat.user_id),
                description=words.user_words(seat),
            )
            for seat in taken[:OFFERED]
        ]
        menu: ui.Select[Any] = ui.Select(
            custom_id=ComponentRef(Action.SEAT, "release").select(),
            placeholder=Label.DISCONNECT_SOMEBODY,
            options=options,
        )
        blocks.append(ui.ActionRow(menu))
    return Reply(tuple(blocks))
