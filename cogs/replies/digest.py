"""The weekly digest: what happened on the map, one question, and the way to end it."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply, button, note, rule, text
from cogs.words.buttons import Label
from cogs.words.digest import (
    DIGEST_OVER,
    THIS_WEEK,
    WHO_IS_NAMED,
    digest_off_lines,
    digest_on_lines,
    news_lines,
    question_of,
)
from cogs.words.text import small
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
            text(THIS_WEEK, *(f"- {line}" for line in news_lines(news))),
            text(f"**{question_of(week)}**"),
            rule(),
            text(small(WHO_IS_NAMED)),
            ui.ActionRow(
                button(
                    Label.WHO_IS_NEAR_ME,
                    ComponentRef(Action.SERVER_MAP, server, MapVerb.LOOK).button(),
                    style=discord.ButtonStyle.primary,
                ),
                button(Label.TAKE_OFF_MAP, ComponentRef(Action.SERVER_MAP, server, MapVerb.LEAVE).button()),
                button(Label.STOP_THIS, stop_ref(guild_id, week).button()),
            ),
        )
    )


def empty_digest_note() -> Reply:
    """Show nobody: whoever a digest named has left the map, or it is old."""
    return note(DIGEST_OVER)


def digest_on_note(digest: Digest) -> Reply:
    """Confirm where and when a digest comes."""
    return note(*digest_on_lines(digest))


def digest_off_note() -> Reply:
    """Confirm that no more digest comes."""
    return note(*digest_off_lines())
