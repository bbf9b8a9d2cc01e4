"""The help card."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import discord
from discord import ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply, button, text
from cogs.words.buttons import Label
from cogs.words.text import escape, moment, plural, small
from services.domain.report import ReportSummary

_FILE = (
    "Open exportify.net, log in there and export a playlist as CSV. Then run `/analyze` and attach the file."
)
_OTHERS = (
    "Exports of exportify.app, TuneMyMusic, Soundiiz, Chosic, your Spotify account data (ZIP or JSON) "
    "and plain "
    "lists of track links work too, and so do lists of names from Apple Music, YouTube or a DJ program."
)
_CONNECTED = (
    "`/analyze playlist:` maps one of yours, also your Liked Songs; `/playlists` lists what I can read."
)
_CONNECT = "Or connect Spotify with `/login`, and choose from your own playlists."
_ENDED = "Your consent at Spotify has ended. Renew it with `/login` to use your own playlists again."
_NEXT = (
    "Pick a group on the map to see its tracks, press *Numbers* to count what is in it, "
    "*Quality* to see how much of it is measured, "
    "*Outliers* to see what stands out and what is there twice, *Poster* for a picture to post, or *Export* "
    "to take the data along; `/drift` says what changed since last time. "
    "*By style and era* looks at years and artists too; `groups:` tries another "
    "number of groups; with `private:` only you see the result."
)
_IMPROVE = (
    "`/optimize` puts a playlist in an order that flows, `/tidy` finds duplicates and misfits, `/split` "
    "makes several "
    "playlists of one. You see everything before it happens, and `/undo` takes it back."
)
_TOGETHER = (
    "`/compare` asks somebody whether your playlists get along, `/group start` opens a round for up to "
    "25 people, "
    "and `/blend` makes a playlist for all of them. `/map server` has everybody on one map who wants to be. "
    "Nobody is in without having said yes."
)
_ELSEWHERE = (
    "Somebody posted an export or Spotify links? Open the menu of that message: **Apps → Analyze playlist**. "
    "The answer is private until you press *Share*."
)
_YOURS = "`/me` shows what I know about you, `/privacy` says what is kept, `/forget` erases it."
_ABOUT = (
    "Audio features come from the file or from ReccoBeats, a third party that gets track ids and nothing "
    "about you; tempo and key may be wrong. Not affiliated with Spotify."
)


_SOUNDS = "Sound files are measured too: MP3, Ogg Vorbis, Opus, FLAC, WAV and AIFF, ten at once."
_NAMES = (
    "Your name at ListenBrainz or Last.fm does as well, where your lists are public: "
    "`/analyze from:listenbrainz:NAME`."
)


class HelpTopic(StrEnum):
    """What a `HELP` button tells about."""

    START = "start"
    FILES = "files"
    MAP = "map"
    LISTS = "lists"
    TOGETHER = "together"


_TOPICS = {
    HelpTopic.FILES: "What I can read",
    HelpTopic.MAP: "With a map",
    HelpTopic.LISTS: "Better playlists",
    HelpTopic.TOGETHER: "Together",
}
_SAID = {
    HelpTopic.MAP: (_NEXT,),
    HelpTopic.LISTS: (_IMPROVE,),
    HelpTopic.TOGETHER: (_TOGETHER, _ELSEWHERE),
}


class LinkState(StrEnum):
    """Where a person stands with Spotify."""

    FILES_ONLY = "files only"
    """This installation has no Spotify app."""
    UNLINKED = "unlinked"
    LINKED = "linked"
    ENDED = "ended"


def help_card(recent: Sequence[ReportSummary], state: LinkState) -> Reply:
    """Say what Tastemap does and what this person can do next."""
    blocks: list[ui.Item[Any]] = [
        text("## Tastemap", "I draw a map of how a playlist *sounds*, and say how much of it I really know."),
        text(*_start(recent, state)),
    ]
    if recent:
        lines = [
            f"- {escape(entry.name)} · {plural(entry.tracks, 'track')} · {moment(entry.created_at)}"
            for entry in recent
        ]
        blocks.append(text("**Your latest maps**", *lines))
    first = [HelpTopic.MAP, HelpTopic.FILES] if recent else [HelpTopic.FILES]
    blocks += [
        ui.ActionRow(_example_button()),
        ui.ActionRow(*(_topic_button(topic) for topic in (*first, HelpTopic.LISTS, HelpTopic.TOGETHER))),
        text(small(_YOURS), small(_ABOUT)),
    ]
    return Reply(tuple(blocks))


def topic_card(topic: HelpTopic) -> Reply:
    """Say more about one thing that can be done."""
    return Reply((text(f"## {_TOPICS[topic]}", *_SAID[topic]),))


def _topic_button(topic: HelpTopic) -> ui.Button[Any]:
    return button(_TOPICS[topic], ComponentRef(Action.HELP, topic.value).button())


def files_card(*, has_spotify: bool, has_lists: bool) -> Reply:
    """Say what can be read, and where such files come from."""
    return Reply(
        (
            text("## What I can read", f"**A file**: {_FILE}", _OTHERS, _SOUNDS),
            *(
                [text(_NAMES if has_lists else "", _CONNECT if has_spotify else "")]
                if has_lists or has_spotify
                else []
            ),
            ui.ActionRow(_example_button()),
        )
    )


def _example_button() -> ui.Button[Any]:
    ref = ComponentRef(Action.EXAMPLE, "start")
    return button(Label.TRY_IT_WITH_AN_EXAMPLE_PLAYLIST, ref.button(), style=discord.ButtonStyle.primary)


def _start(recent: Sequence[ReportSummary], state: LinkState) -> list[str]:
    match state:
        case LinkState.LINKED:
            return [
                "**Start here**" if not recent else "**More maps**",
                _CONNECTED,
                small(f"Or a file: {_FILE}"),
            ]
        case LinkState.ENDED:
            return ["**Start here**", _ENDED, small(f"Or a file: {_FILE}")]
        case _:
            connect = _CONNECT if state is LinkState.UNLINKED else ""
            return [
                "**Start with one file**" if not recent else "**More maps**",
                _FILE,
                connect,
            ]
