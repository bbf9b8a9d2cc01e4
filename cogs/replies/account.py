"""What the bot says about the link to Spotify."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply, button, small, text
from cogs.replies.text import escape
from services.domain.accounts import Linked

_UPLOAD = "Without a login: attach an exported file to any command (exportify.net makes one)."
HERE = "me"
"""Subject of components that concern only whoever presses them."""


def connect_button(wanted_id: str) -> ui.Button[Any]:
    """Make the button that begins a login; `wanted_id` names what the person was about to do."""
    ref = ComponentRef(Action.CONNECT, HERE, wanted_id)
    return button("Connect Spotify", ref.button(), style=discord.ButtonStyle.primary)


def link_card(url: str, *, proven: bool) -> Reply:
    """Hand over the link of a login, to the person alone."""
    last = (
        "Then come back here: done."
        if proven
        else "The page then shows a code.\n3. Press **Finish login** here and enter it."
    )
    steps = f"1. Open the link and check that it names you.\n2. Allow the access at Spotify. {last}"
    buttons: list[ui.Button[Any]] = [ui.Button(label="Open the login", url=url)]
    if not proven:
        buttons.append(finish_button())
    return Reply(
        (
            text("## Connect Spotify", "This link is for you alone and good for ten minutes."),
            text(steps),
            ui.ActionRow(*buttons),
            text(
                small("I never ask for a password, nor for a code or an address in a chat."), small(_UPLOAD)
            ),
        )
    )


def paste_card(url: str) -> Reply:
    """Hand over Spotify's own address; the person brings back where the browser ended."""
    return Reply(
        (
            text("## Connect Spotify", "This link is for you alone and good for ten minutes."),
            text(
                "1. Open the link and allow the access at Spotify.\n"
                "2. The browser then shows a page that can't be loaded: copy its whole address.\n"
                "3. Press **Finish login** and paste it there, and nowhere else."
            ),
            ui.ActionRow(ui.Button(label="Open Spotify", url=url), finish_button()),
            text(
                small("Nobody who asks you for that address in a chat or by message means well."),
                small(_UPLOAD),
            ),
        )
    )


def finish_button() -> ui.Button[Any]:
    """Make the button that asks for the code."""
    return button(
        "Finish login", ComponentRef(Action.FINISH, HERE).button(), style=discord.ButtonStyle.success
    )


def sent_card(*, proven: bool) -> Reply:
    """Say that the link is in a direct message."""
    blocks: list[ui.Item[Any]] = [text("I sent you the link in a direct message.", small(_UPLOAD))]
    if not proven:
        blocks.append(ui.ActionRow(finish_button()))
    return Reply(tuple(blocks))


def linked_card(linked: Linked) -> Reply:
    """Say that the login is done, and offer what the person wanted."""
    name = f" as **{escape(linked.link.name)}**" if linked.link.name else ""
    blocks: list[ui.Item[Any]] = [
        text("## Spotify is connected", f"You are connected{name}. Not you? Use `/logout` at once.")
    ]
    label, _, custom_id = linked.wanted.partition("\n")
    if label and custom_id:
        blocks.append(ui.ActionRow(button(label, custom_id, style=discord.ButtonStyle.primary)))
    else:
        blocks.append(text("Next: `/playlists` lists what I can read, `/analyze` maps one of them."))
    days = (linked.link.ends_at - linked.link.authorized_at).days
    blocks.append(text(small(f"The consent lasts {days} days; I will remind you in time.")))
    return Reply(tuple(blocks))


def logged_out_card(*, had_link: bool) -> Reply:
    """Say that the link is forgotten."""
    if not had_link:
        return Reply((text("Your Spotify account is not connected, so there is nothing to end."),))
    return Reply(
        (
            text(
                "## Spotify is disconnected",
                "I have forgotten the link, its tokens and all that was read with it.",
                "To withdraw the consent at Spotify too: spotify.com/account/apps.",
            ),
        )
    )
