"""What the bot says about the link to Spotify."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import discord
from discord import ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply, button, small, text
from cogs.replies.privacy import said_rows
from cogs.words.text import escape, plural
from services.domain.spotify import Disconnected, Linked

_UPLOAD = "Without a login: attach an exported file to any command (exportify.net makes one)."
HERE = "me"
"""Subject of components that concern only whoever presses them."""


def connect_ref(wanted_id: str) -> ComponentRef:
    """Name the button that begins a login; `wanted_id` names what the person was about to do."""
    return ComponentRef(Action.CONNECT, HERE, wanted_id)


def link_card(url: str, *, proven: bool, connected_as: str | None) -> Reply:
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
            text(
                "## Connect Spotify",
                _connected(connected_as),
                "This link is for you alone and good for ten minutes.",
            ),
            text(steps),
            ui.ActionRow(*buttons),
            text(
                small("I never ask for a password, nor for a code or an address in a chat."), small(_UPLOAD)
            ),
        )
    )


def paste_card(url: str, *, connected_as: str | None) -> Reply:
    """Hand over Spotify's own address; the person brings back where the browser ended."""
    return Reply(
        (
            text(
                "## Connect Spotify",
                _connected(connected_as),
                "This link is for you alone and good for ten minutes.",
            ),
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


def _connected(name: str | None) -> str:
    """Say that and as whom somebody is connected already; None for one who is not."""
    if name is None:
        return ""
    whom = f" as **{escape(name)}**" if name else ""
    return f"You are connected already{whom}. Going on renews your consent, or connects another account."


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


class LinkEnd(StrEnum):
    """Why a link ended that its person did not end."""

    RELEASED = "released"
    """Somebody who runs the bot gave the seat away."""
    OVER = "over"
    """The consent is over, by time or because it was withdrawn at Spotify."""


def logged_out_card(ended: Disconnected, *, again: bool) -> Reply:
    """Say what went with the link.

    Parameters
    ----------
    again
        Whether this was begun before a restart, so that an earlier try may have ended the link.
    """
    if not (ended.had_link or again):
        return Reply((text("Your Spotify account is not connected, so there is nothing to end."),))
    return Reply(
        (
            text(
                "## Spotify is disconnected",
                *_gone_lines(ended),
                "To withdraw the consent at Spotify too: spotify.com/account/apps.",
            ),
        )
    )


def disconnected_card(ended: Disconnected, why: LinkEnd) -> Reply:
    """Tell somebody that their link was ended."""
    reason = {
        LinkEnd.RELEASED: "The people who run this bot have released your seat at Spotify.",
        LinkEnd.OVER: "Your consent at Spotify has ended, so I have ended the link.",
    }[why]
    return Reply(
        (
            text("## Spotify is disconnected", reason, *_gone_lines(ended)),
            text("`/login` connects it again while there is a seat. Exported files work without."),
        )
    )


def _gone_lines(ended: Disconnected) -> list[str]:
    said = said_rows(ended.gone)
    lines = ["I have forgotten the link, its tokens and all that was read with it."]
    if said:
        lines.append(f"Erased: {said}.")
    if ended.gone.get("playlist_writes"):
        lines.append("What I saved stays at Spotify as it is, and can no longer be undone here.")
    if ended.unfinished:
        changes = plural(ended.unfinished, "change")
        lines.append(
            f"I keep {changes} of a playlist that came only half through, with the former list: after "
            "`/login`, `/undo` puts it back. `/forget` erases that too."
        )
    lines.append(small("Maps made from files or links stay; `/me` lists them."))
    return lines
