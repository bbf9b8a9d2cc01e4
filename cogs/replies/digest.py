"""The weekly digest: what happened on the map, one question, and the way to end it."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply, button, note, rule, small, text
from cogs.words.buttons import Label
from cogs.words.digest import news_lines, question_of
from services.domain.group_requests import MapVerb
from services.domain.server_map import Digest, News

STOP = "stop"


def stop_ref(guild_id: int, week: int) -> ComponentRef:
    """Name the button that ends a digest; no other message has it."""
    return ComponentRef(Action.DIGEST, str(guild_id), f"{STOP}.{week}")


def digest_card(guild_id: int, week: int, news: Sequence[News]) -> Reply:
    """Say what happened this week."""
    server = str(guild_id)
    return Reply(
        (
            text("## This week on the map", *(f"- {line}" for line in news_lines(news))),
            text(f"**{question_of(week)}**"),
            rule(),
            text(
                small(
                    "Only people who put themselves on the map are named. A quiet week has no digest, "
                    "and nobody is pinged."
                )
            ),
            ui.ActionRow(
                button(
                    "Who is near me?",
                    ComponentRef(Action.SERVER_MAP, server, MapVerb.LOOK).button(),
                    style=discord.ButtonStyle.primary,
                ),
                button(Label.TAKE_OFF_MAP, ComponentRef(Action.SERVER_MAP, server, MapVerb.LEAVE).button()),
                button("Stop this", stop_ref(guild_id, week).button()),
            ),
        )
    )


def empty_digest_note() -> Reply:
    """Show nobody: whoever a digest named has left the map, or it is old."""
    return note("This digest is over: it became 30 days old, or nobody whom it named is on the map any more.")


def digest_on_note(digest: Digest) -> Reply:
    """Confirm where and when a digest comes."""
    return note(
        f"Once a week I say in <#{digest.channel_id}> what happened on the map of this server, "
        f"first {discord.utils.format_dt(digest.next_at, 'R')}.",
        "Only people who put themselves on the map with `/map server` are named. Nobody is pinged, and a "
        "week in which nothing happened has no digest.",
        small("`/digest off` ends it, and so does *Stop this* below each digest."),
    )


def digest_off_note() -> Reply:
    """Confirm that no more digest comes."""
    return note("No more digests in this server.", small("`/digest on` starts them again."))
