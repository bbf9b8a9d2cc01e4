"""The card of `/admin seats`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply, small, text
from cogs.replies.text import escape, plain
from services.domain.accounts import Seat

_OFFERED = 25


def seats_card(taken: Sequence[Seat], seats: int) -> Reply:
    """List who is connected to Spotify, with a menu to disconnect one."""
    lines = [
        f"- <@{seat.user_id}>{f' as {escape(seat.name, 40)}' if seat.name else ''}, since "
        f"{discord.utils.format_dt(seat.since, 'D')}{'' if seat.is_live else ' · consent ended'}"
        for seat in taken
    ]
    blocks: list[ui.Item[Any]] = [
        text(
            f"## {len(taken)} of {seats} seats are taken",
            *(lines or ["Nobody is connected."]),
            small(
                "A new Spotify app serves five people, each of them listed in its dashboard under User "
                "Management. Everybody else uses exported files."
            ),
        )
    ]
    if taken:
        options = [
            discord.SelectOption(
                label=plain(seat.name, 60) or f"User {seat.user_id}",
                value=str(seat.user_id),
                description=f"Discord user {seat.user_id}",
            )
            for seat in taken[:_OFFERED]
        ]
        menu: ui.Select[Any] = ui.Select(
            custom_id=ComponentRef(Action.SEAT, "release").select(),
            placeholder="Disconnect somebody…",
            options=options,
        )
        blocks.append(ui.ActionRow(menu))
    return Reply(tuple(blocks))
