"""What the bot says about people's data, and about the link to Spotify."""

from __future__ import annotations

from typing import Any

from discord import ButtonStyle, ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import WARNING, Attached, Reply, button, rule, text, with_files
from cogs.words import account as words
from cogs.words.controls import Label
from cogs.words.text import small
from services.domain.spotify import Disconnected, Linked
from services.workflows.privacy import Stored

HERE = "me"
"""Subject of components that concern only whoever presses them."""
YES = "yes"


def connect_ref(wanted_id: str) -> ComponentRef:
    """Name the button that begins a login; `wanted_id` names what the person was about to do."""
    return ComponentRef(Action.CONNECT, HERE, wanted_id)


def link_card(url: str, *, proven: bool, connected_as: str | None) -> Reply:
    """Hand over the link of a login, to the person alone."""
    steps = words.login_steps(proven=proven)
    buttons: list[ui.Button[Any]] = [ui.Button(label=Label.OPEN_THE_LOGIN, url=url)]
    if not proven:
        buttons.append(finish_button())
    return Reply(
        (
            text(*words.login_lines(connected_as)),
            text(steps),
            ui.ActionRow(*buttons),
            text(*words.LOGIN_PROMISES),
        )
    )


def paste_card(url: str, *, connected_as: str | None) -> Reply:
    """Hand over Spotify's own address; the person brings back where the browser ended."""
    return Reply(
        (
            text(*words.login_lines(connected_as)),
            text(words.PASTE_STEPS),
            ui.ActionRow(ui.Button(label=Label.OPEN_SPOTIFY, url=url), finish_button()),
            text(*words.PASTE_PROMISES),
        )
    )


def finish_button() -> ui.Button[Any]:
    """Make the button that asks for the code."""
    return button(Label.FINISH_LOGIN, ComponentRef(Action.FINISH, HERE), style=ButtonStyle.success)


def sent_card(*, proven: bool) -> Reply:
    """Say that the link is in a direct message."""
    blocks: list[ui.Item[Any]] = [text(*words.SENT_LINES)]
    if not proven:
        blocks.append(ui.ActionRow(finish_button()))
    return Reply(tuple(blocks))


def linked_card(linked: Linked) -> Reply:
    """Say that the login is done, and offer what the person wanted."""
    blocks: list[ui.Item[Any]] = [text(*words.linked_lines(linked))]
    label, _, custom_id = linked.wanted.partition("\n")
    if label and custom_id:
        blocks.append(ui.ActionRow(button(label, custom_id, style=ButtonStyle.primary)))
    else:
        blocks.append(text(words.AFTER_LOGIN))
    blocks.append(text(small(words.consent_line(linked))))
    return Reply(tuple(blocks))


def logged_out_card(ended: Disconnected, *, again: bool) -> Reply:
    """Say what went with the link.

    Parameters
    ----------
    again
        Whether this was begun before a restart, so that an earlier try may have ended the link.
    """
    if not (ended.had_link or again):
        return Reply((text(words.NOT_CONNECTED),))
    return Reply((text(*words.logged_out_lines(ended)),))


def disconnected_card(ended: Disconnected, why: words.LinkEnd) -> Reply:
    """Tell somebody that their link was ended."""
    return Reply((text(*words.disconnected_lines(ended, why)), text(words.WAYS_BACK)))


def privacy_card(*, report_days: int, policy_url: str | None) -> Reply:
    """Explain in plain words."""
    blocks: list[ui.Item[Any]] = [
        text(words.YOUR_DATA),
        text(words.PRIVACY.format(days=report_days)),
        text(small(words.KEPT_BY_TRACK)),
    ]
    if policy_url:
        blocks.append(ui.ActionRow(ui.Button(label=Label.PRIVACY_POLICY, url=policy_url)))
    return Reply(tuple(blocks))


def me_card(stored: Stored, *, seats: int | None) -> Reply:
    """Show what is stored about the person who asks."""
    return Reply(
        (
            text(words.WHAT_I_KNOW),
            text(*words.link_lines(stored.link, stored.now, seats)),
            rule(),
            text(*words.stored_lines(stored.counts)),
            ui.ActionRow(
                button(Label.DOWNLOAD_MY_DATA, ComponentRef(Action.MY_DATA, "me")),
                button(Label.ASK_TO_FORGET_ME, ComponentRef(Action.FORGET, "me"), style=ButtonStyle.danger),
            ),
        )
    )


def forget_card() -> Reply:
    """Ask once more before everything goes."""
    return Reply(
        (
            text(*words.FORGET_LINES),
            ui.ActionRow(
                button(Label.FORGET_ME, ComponentRef(Action.FORGET, "me", YES), style=ButtonStyle.danger),
                button(Label.DOWNLOAD_MY_DATA_FIRST, ComponentRef(Action.MY_DATA, "me")),
            ),
        ),
        accent=WARNING,
    )


def mydata_card(file: Attached, *, unreadable: int) -> Reply:
    """Hand over the file, and say how much in it only another version could read."""
    said = text(*words.mydata_lines(unreadable))
    return with_files(said, [file])
