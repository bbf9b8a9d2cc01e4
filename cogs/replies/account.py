"""What the bot says about the link to Spotify."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply, button, text
from cogs.words.account import (
    AFTER_LOGIN,
    NOT_CONNECTED,
    WAYS_BACK,
    LinkEnd,
    consent_line,
    disconnected_lines,
    linked_lines,
    logged_out_lines,
    login_lines,
    login_promises,
    login_steps,
    paste_promises,
    paste_steps,
    sent_lines,
)
from cogs.words.buttons import Label
from cogs.words.text import small
from services.domain.spotify import Disconnected, Linked

HERE = "me"
"""Subject of components that concern only whoever presses them."""


def connect_ref(wanted_id: str) -> ComponentRef:
    """Name the button that begins a login; `wanted_id` names what the person was about to do."""
    return ComponentRef(Action.CONNECT, HERE, wanted_id)


def link_card(url: str, *, proven: bool, connected_as: str | None) -> Reply:
    """Hand over the link of a login, to the person alone."""
    steps = login_steps(proven=proven)
    buttons: list[ui.Button[Any]] = [ui.Button(label=Label.OPEN_THE_LOGIN, url=url)]
    if not proven:
        buttons.append(finish_button())
    return Reply(
        (
            text(*login_lines(connected_as)),
            text(steps),
            ui.ActionRow(*buttons),
            text(*login_promises()),
        )
    )


def paste_card(url: str, *, connected_as: str | None) -> Reply:
    """Hand over Spotify's own address; the person brings back where the browser ended."""
    return Reply(
        (
            text(*login_lines(connected_as)),
            text(paste_steps()),
            ui.ActionRow(ui.Button(label=Label.OPEN_SPOTIFY, url=url), finish_button()),
            text(*paste_promises()),
        )
    )


def finish_button() -> ui.Button[Any]:
    """Make the button that asks for the code."""
    return button(
        Label.FINISH_LOGIN, ComponentRef(Action.FINISH, HERE).button(), style=discord.ButtonStyle.success
    )


def sent_card(*, proven: bool) -> Reply:
    """Say that the link is in a direct message."""
    blocks: list[ui.Item[Any]] = [text(*sent_lines())]
    if not proven:
        blocks.append(ui.ActionRow(finish_button()))
    return Reply(tuple(blocks))


def linked_card(linked: Linked) -> Reply:
    """Say that the login is done, and offer what the person wanted."""
    blocks: list[ui.Item[Any]] = [text(*linked_lines(linked))]
    label, _, custom_id = linked.wanted.partition("\n")
    if label and custom_id:
        blocks.append(ui.ActionRow(button(label, custom_id, style=discord.ButtonStyle.primary)))
    else:
        blocks.append(text(AFTER_LOGIN))
    blocks.append(text(small(consent_line(linked))))
    return Reply(tuple(blocks))


def logged_out_card(ended: Disconnected, *, again: bool) -> Reply:
    """Say what went with the link.

    Parameters
    ----------
    again
        Whether this was begun before a restart, so that an earlier try may have ended the link.
    """
    if not (ended.had_link or again):
        return Reply((text(NOT_CONNECTED),))
    return Reply((text(*logged_out_lines(ended)),))


def disconnected_card(ended: Disconnected, why: LinkEnd) -> Reply:
    """Tell somebody that their link was ended."""
    return Reply(
        (
            text(*disconnected_lines(ended, why)),
            text(WAYS_BACK),
        )
    )
