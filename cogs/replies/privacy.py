"""What the bot says about people's data, in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import discord
from discord import ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import WARNING, Attached, Reply, button, rule, small, text, with_files
from cogs.words.text import escape, join_words, plural
from services.domain.spotify import Link
from services.workflows.privacy import Stored

YES = "yes"
_PRIVACY = """\
**What I keep.** The maps you make and the playlists in them, for at most {days} days, so that their \
buttons work: your newest 100, fewer of very long playlists. Tempos you corrected, and which \
doubtful songs you took. Of a list that you have remembered (`/drift`): its name, means and groups for 13 \
months after each map, without any track. If you connect Spotify: the link, its tokens (encrypted), and \
what I read with it, for a day after its last use; the names of your playlists for a week.

**What I don't.** Your messages, lists of members, your mail address, your listening history, any password.

**Who sees what.** A result is public only where you ask for it in a channel; everything else only you see. \
Nobody is compared with anybody without having joined.

**Sound.** A sound file is measured in memory, never written down, and gone when the answer is there. Only \
if you press *Send … to ReccoBeats?* below an answer, up to three mono clips of 30 seconds leave, without \
names or tags; what they gave is kept for you alone for {days} days.

**Who else learns something.** ReccoBeats gets ids of tracks and nothing about you. \
ListenBrainz gets titles, artists and albums of tracks that have no id, and ListenBrainz or Last.fm a name \
there that you type, where whoever runs this bot has switched them on; neither learns who asked. Spotify \
sees that this bot reads your playlists, if you connect it. Nobody gets anything else.

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
                button("Download my data", ComponentRef(Action.MY_DATA, "me").button()),
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
                small("Maps that you posted into channels are emptied there, where Discord still lets me."),
            ),
            ui.ActionRow(
                button(
                    "Forget me",
                    ComponentRef(Action.FORGET, "me", YES).button(),
                    style=discord.ButtonStyle.danger,
                ),
                button("Download my data first", ComponentRef(Action.MY_DATA, "me").button()),
            ),
        ),
        accent=WARNING,
    )


def forgotten_card(gone: Mapping[str, int], settled: Sequence[str]) -> Reply:
    """Say what went, and first what came of the playlists that were half written."""
    said = said_rows(gone)
    return Reply(
        (
            text(
                "## Forgotten",
                *settled,
                f"Erased: {said}." if said else "There was nothing stored about you.",
                small("To withdraw the consent at Spotify too: spotify.com/account/apps."),
            ),
        )
    )


def mydata_card(file: Attached, *, unreadable: int) -> Reply:
    """Hand over the file, and say how much in it only another version could read."""
    missing = (
        f"{plural(unreadable, 'entry', 'entries')} can't be read by this version of Tastemap: the file "
        "names them with their dates, without their tracks."
    )
    said = text(
        "## All that is stored about you",
        "One JSON file, by table. Tokens are named in it, not shown: they are keys.",
        missing if unreadable else "",
    )
    return with_files(said, [file])


KINDS: Mapping[str, tuple[str, str]] = {
    "reports": ("map", "maps"),
    "pending_uploads": ("waiting file", "waiting files"),
    "tempo_corrections": ("corrected tempo", "corrected tempos"),
    "remembered_maps": (
        "map in numbers, of a list that is remembered",
        "maps in numbers, of lists that are remembered",
    ),
    "preferences": ("choice of a way of grouping", "choices of a way of grouping"),
    "name_answers": ("answer to “Same song?”", "answers to “Same song?”"),
    "jobs": ("command under way", "commands under way"),
    "heard_sounds": ("sound measured by ReccoBeats", "sounds measured by ReccoBeats"),
    "sound_offers": ("offer to send clips", "offers to send clips"),
    "drafts": ("draft", "drafts"),
    "playlist_writes": ("saved change of a playlist", "saved changes of playlists"),
    "links": ("link to Spotify", "links to Spotify"),
    "link_attempts": ("open login", "open logins"),
    "kept_playlists": ("playlist read lately", "playlists read lately"),
    "person_calls": ("count of calls to Spotify of today", "counts of calls to Spotify of today"),
    "libraries": ("list of your playlists", "lists of your playlists"),
    "listed_playlists": ("playlist name", "playlist names"),
    "lobbies": ("comparison you started", "comparisons you started"),
    "questions": ("question whether you compare", "questions whether you compare"),
    "lobby_members": ("comparison you are in", "comparisons you are in"),
    "group_result_members": ("result you are part of", "results you are part of"),
    "asks": ("question of the last days", "questions of the last days"),
    "unasked": ("wish not to be asked", "wishes not to be asked"),
    "digest_news": ("line of a weekly digest", "lines of weekly digests"),
    "map_members": ("server map you are on", "server maps you are on"),
    "sharings": ("server that you share with", "servers that you share with"),
}
"""Rows of each table in words; a test sees to it that no table is missing."""


def said_rows(counts: Mapping[str, int]) -> str:
    """Say how many rows of which kind, in the order given; empty where there are none."""
    return join_words(plural(count, *KINDS.get(name, (name, name))) for name, count in counts.items())
