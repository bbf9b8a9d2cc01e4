"""The help card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply, button, rule, small, text
from cogs.replies.text import escape
from services.domain.report import ReportSummary

_START = (
    "**Start with one file**\n"
    "1. Open exportify.net, log in there and export a playlist as CSV.\n"
    "2. Run `/analyze` and attach the file."
)
_OTHERS = (
    "Exports of exportify.app, TuneMyMusic, Soundiiz, Chosic, your Spotify account data (ZIP or JSON) "
    "and plain lists of track links work too."
)
_NEXT = (
    "**What next?** Pick a group on a map to see its tracks, press *Quality* to see how much of it is "
    "measured, *Outliers & duplicates* to tidy up, or *Export* to take the data along. `/analyze` with "
    "*groups* tries another number of groups; with *private* only you see the result."
)
_ELSEWHERE = (
    "Somebody posted an export or track links? Open the menu of that message: **Apps → Analyze playlist**. "
    "The answer is private until you press *Share*."
)
_ABOUT = (
    "Audio features come from the file or from ReccoBeats, a third party that gets track ids and nothing "
    "about you; tempo and key may be wrong. Not affiliated with Spotify."
)


def help_card(recent: Sequence[ReportSummary]) -> Reply:
    """Say what Tastemap does and what this person can do next."""
    blocks: list[ui.Item[Any]] = [
        text("## Tastemap", "I draw a map of how a playlist *sounds*, and say how much of it I really know."),
        text(_START if not recent else _NEXT),
        text(_OTHERS),
    ]
    if recent:
        lines = [
            f"- {escape(entry.name)} · {entry.tracks:,} tracks"
            f" · {discord.utils.format_dt(entry.created_at, 'R')}"
            for entry in recent
        ]
        blocks.append(text("**Your latest maps**", *lines))
    blocks += [
        text(_ELSEWHERE),
        rule(),
        ui.ActionRow(
            button(
                "Try it with an example playlist",
                ComponentRef(Action.EXAMPLE, "start").button(),
                style=discord.ButtonStyle.primary,
            )
        ),
        text(small(_ABOUT)),
    ]
    return Reply(tuple(blocks))
