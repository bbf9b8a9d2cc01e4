"""What the bot says about people's data, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import discord
from discord import ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import WARNING, Attached, Reply, button, rule, small, text
from cogs.replies.text import escape, join_words, plural
from services.domain.accounts import Link
from services.workflows.privacy import Stored

YES = "yes"
KINDS: Mapping[str, tuple[str, str]] = {
    "reports": ("map", "maps"),
    "pending_uploads": ("waiting file", "waiting files"),
    "tempo_corrections": ("corrected tempo", "corrected tempi"),
    "jobs": ("command under way", "commands under way"),
    "drafts": ("draft", "drafts"),
    "playlist_writes": ("saved change of a playlist", "saved changes of playlists"),
    "links": ("link to Spotify", "links to Spotify"),
    "link_attempts": ("open login", "open logins"),
    "kept_playlists": ("playlist read lately", "playlists read lately"),
    "libraries": ("list of your playlists", "lists of your playlists"),
    "listed_playlists": ("playlist name", "playlist names"),
    "lobbies": ("comparison you started", "comparisons you started"),
    "lobby_members": ("comparison you are in", "comparisons you are in"),
    "group_result_members": ("result you are part of", "results you are part of"),
    "sharings": ("server that you share with", "servers that you share with"),
}
"""Rows of each table in words; a test sees to it that no table is missing."""

_PRIVACY = """\
**What I keep.** The maps you make and the playlists in them, for at most {days} days, so that their \
buttons work. Tempi you corrected. If you connect Spotify: the link, its tokens (encrypted), and what I read \
with it, for a day after its last use; the names of your playlists for a week.

**What I don't.** Your messages, lists of members, your mail address, your listening history, any password.

**Who sees what.** A result is public only where you ask for it in a channel; everything else only you see. \
Nobody is compared with anybody without having joined.

**Who else learns something.** ReccoBeats gets ids of tracks and nothing about you. Spotify sees that this \
bot reads your playlists, if you connect it. Nobody gets anything else.

**What you can do.** `/me` shows what is stored, `/mydata` hands over all of it, `/logout` ends the link to \
Spotify, `/forget` erases everything at once."""


def privacy_card(*, report_days: int, policy_url: str | None) -> Reply:
    """Explain in plain words."""
    blocks: list[ui.Item[Any]] = [
        text("## Your data"),
        text(_PRIVACY.format(days=report_days)),
        text(small("Features of tracks are kept by track, never by person.")),
    ]
    if policy_url:
        blocks.append(ui.ActionRow(ui.Button(label="Privacy policy", url=policy_url)))
    return Reply(tuple(blocks))


def me_card(stored: Stored, *, seats: int | None) -> Reply:
    """Show what is stored about the person who asks."""
    lines = [
        f"- {plural(count, *KINDS.get(name, (name, name)))}"
        for name, count in stored.counts.items()
        if name != "links"
    ]
    return Reply(
        (
            text("## What I know about you"),
            text(*_link_lines(stored, seats)),
            rule(),
            text("**Stored**", *(lines or ["Nothing."])),
            ui.ActionRow(
                button("Hand over all of it", ComponentRef(Action.MY_DATA, "me").button()),
                button(
                    "Forget me…",
                    ComponentRef(Action.FORGET, "me").button(),
                    style=discord.ButtonStyle.danger,
                ),
            ),
        )
    )


def _link_lines(stored: Stored, seats: int | None) -> list[str]:
    link: Link | None = stored.link
    if seats is None:
        return ["This bot is not connected to Spotify; it reads exported files."]
    if link is None:
        return ["Spotify is not connected. `/login` does that; files work without."]
    name = f" as **{escape(link.name)}**" if link.name else ""
    if link.refresh_sealed is None or stored.now >= link.ends_at:
        return [f"Spotify was connected{name}, but your consent has ended. Renew it with `/login`."]
    days = plural(link.days_left(stored.now), "day")
    can_write = any(scope.startswith("playlist-modify") for scope in link.scopes)
    rights = "read your playlists and save new ones" if can_write else "read your playlists"
    return [
        f"Spotify is connected{name}; I may {rights}.",
        f"The consent ends in {days} ({discord.utils.format_dt(link.ends_at, 'D')}).",
        small(f"You hold one of {plural(seats, 'seat')} of this bot at Spotify; `/logout` gives it back."),
    ]


def forget_card() -> Reply:
    """Ask once more before everything goes."""
    return Reply(
        (
            text(
                "## Forget everything?",
                "Your maps, drafts and corrections, the link to Spotify and its tokens, what you shared "
                "with groups: all of it goes at once and can't be brought back. Playlists that I saved for "
                "you stay at Spotify, but can no longer be undone here.",
                small("Maps that you posted into channels stay there; their buttons stop working."),
            ),
            ui.ActionRow(
                button(
                    "Forget me",
                    ComponentRef(Action.FORGET, "me", YES).button(),
                    style=discord.ButtonStyle.danger,
                ),
                button("Take my data along first", ComponentRef(Action.MY_DATA, "me").button()),
            ),
        ),
        accent=WARNING,
    )


def forgotten_card(gone: Mapping[str, int]) -> Reply:
    """Say what went."""
    said = join_words(plural(count, *KINDS.get(name, (name, name))) for name, count in gone.items())
    return Reply(
        (
            text(
                "## Forgotten",
                f"Erased: {said}." if said else "There was nothing stored about you.",
                small("To withdraw the consent at Spotify too: spotify.com/account/apps."),
            ),
        )
    )


def mydata_card(file: Attached) -> Reply:
    """Hand over the file."""
    return Reply(
        (
            text(
                "## All that is stored about you",
                "One JSON file, by table. Tokens are named in it, not shown: they are keys.",
            ),
            ui.File(f"attachment://{file.filename}"),
        ),
        (file,),
    )
