"""What the bot says about people's data, in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import discord
from discord import ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import WARNING, Attached, Reply, button, rule, text, with_files
from cogs.words.account import (
    KEPT_BY_TRACK,
    PRIVACY,
    WHAT_I_KNOW,
    YOUR_DATA,
    forget_lines,
    forgotten_lines,
    link_lines,
    mydata_lines,
    stored_lines,
)
from cogs.words.buttons import Label
from cogs.words.text import small
from services.workflows.privacy import Stored

YES = "yes"


def privacy_card(*, report_days: int, policy_url: str | None) -> Reply:
    """Explain in plain words."""
    blocks: list[ui.Item[Any]] = [
        text(YOUR_DATA),
        text(PRIVACY.format(days=report_days)),
        text(small(KEPT_BY_TRACK)),
    ]
    if policy_url:
        blocks.append(ui.ActionRow(ui.Button(label=Label.PRIVACY_POLICY, url=policy_url)))
    return Reply(tuple(blocks))


def me_card(stored: Stored, *, seats: int | None) -> Reply:
    """Show what is stored about the person who asks."""
    return Reply(
        (
            text(WHAT_I_KNOW),
            text(*link_lines(stored.link, stored.now, seats)),
            rule(),
            text(*stored_lines(stored.counts)),
            ui.ActionRow(
                button(Label.DOWNLOAD_MY_DATA, ComponentRef(Action.MY_DATA, "me").button()),
                button(
                    Label.ASK_TO_FORGET_ME,
                    ComponentRef(Action.FORGET, "me").button(),
                    style=discord.ButtonStyle.danger,
                ),
            ),
        )
    )


def forget_card() -> Reply:
    """Ask once more before everything goes."""
    return Reply(
        (
            text(*forget_lines()),
            ui.ActionRow(
                button(
                    Label.FORGET_ME,
                    ComponentRef(Action.FORGET, "me", YES).button(),
                    style=discord.ButtonStyle.danger,
                ),
                button(Label.DOWNLOAD_MY_DATA_FIRST, ComponentRef(Action.MY_DATA, "me").button()),
            ),
        ),
        accent=WARNING,
    )


def forgotten_card(gone: Mapping[str, int], settled: Sequence[str]) -> Reply:
    """Say what went, and first what came of the playlists that were half written."""
    return Reply((text(*forgotten_lines(settled, gone)),))


def mydata_card(file: Attached, *, unreadable: int) -> Reply:
    """Hand over the file, and say how much in it only another version could read."""
    said = text(*mydata_lines(unreadable))
    return with_files(said, [file])
