"""The question which playlist of a file is meant."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import ui

from cogs.replies.ids import ComponentRef
from cogs.replies.layout import Reply, small, text
from cogs.replies.text import escape, plain, plural
from services.domain.music import Playlist

OFFERED = 25
"""Options that one select menu holds (Discord)."""
EVERYTHING = "all"


def choice_card(playlists: Sequence[Playlist], answer: ComponentRef) -> Reply:
    """Offer the playlists of a file, the largest first where there are too many for one menu.

    Parameters
    ----------
    answer
        Who answers the choice, and about which upload.
    """
    order = sorted(range(len(playlists)), key=lambda index: -len(playlists[index].tracks))[:OFFERED]
    if len(playlists) <= OFFERED:
        order = list(range(len(playlists)))
    options = [
        discord.SelectOption(
            label=plain(playlists[index].name, 100) or "Untitled",
            value=str(index),
            description=plural(len(playlists[index].tracks), "track"),
        )
        for index in order
    ]
    more = len(playlists) - len(order)
    select: ui.Select[ui.LayoutView] = ui.Select(
        custom_id=answer.select(),
        placeholder="Which playlist?",
        options=options,
    )
    return Reply(
        (
            text(
                f"### This file holds {plural(len(playlists), 'playlist')}",
                f"Read as {escape(playlists[0].format, 40)}. Choose the one you mean.",
                small(f"The {len(order)} largest are listed; {plural(more, 'smaller one')} left out.")
                if more
                else "",
            ),
            ui.ActionRow(select),
        )
    )
