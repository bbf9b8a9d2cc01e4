"""The cards of `/admin`: how the bot is, and who has a seat at Spotify."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import ACCENT, WARNING, Reply, rule, text
from cogs.words import status as words
from cogs.words.buttons import Label
from cogs.words.text import plain, small
from services.domain.installation import Status
from services.domain.spotify import Seat


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


_OFFERED = 25


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
            for seat in taken[:_OFFERED]
        ]
        menu: ui.Select[Any] = ui.Select(
            custom_id=ComponentRef(Action.SEAT, "release").select(),
            placeholder=Label.DISCONNECT_SOMEBODY,
            options=options,
        )
        blocks.append(ui.ActionRow(menu))
    return Reply(tuple(blocks))
