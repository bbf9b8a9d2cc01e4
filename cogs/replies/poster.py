"""The poster of a playlist: to its owner in both sizes, to a channel as one picture."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import discord
from discord import ui

from cogs.replies.attribution import credit
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply, button, gallery, poster, small, text
from cogs.words.text import escape
from services.domain.charts import Chart, ChartKind
from services.domain.report import AnalysisReport
from services.workflows.reports import StoredReport

_BEFORE_POSTING = (
    "*Post here* shows it to this channel. I can take back what I post, but not what people download."
)


class PosterVerb(StrEnum):
    """What a `POSTER` button asks for."""

    SHOW = ""
    TEXT = "text"
    POST = "post"


def poster_card(stored: StoredReport, posters: Sequence[Chart]) -> Reply:
    """Show both sizes to the person who may post them."""
    report, report_id = stored.report, stored.report_id
    pictures, attached = poster(posters)
    blocks: list[ui.Item[Any]] = [
        text(f"## Your poster of {escape(report.playlist.name, 60)}"),
        *pictures,
        text(small(_BEFORE_POSTING), credit(report.playlist)),
        ui.ActionRow(
            button(
                "Post here",
                ComponentRef(Action.POSTER, report_id, PosterVerb.POST).button(),
                style=discord.ButtonStyle.primary,
            ),
            button("Read as text", ComponentRef(Action.POSTER, report_id, PosterVerb.TEXT).button()),
        ),
    ]
    return Reply(tuple(blocks), attached)


def posted_poster(report: AnalysisReport, posters: Sequence[Chart]) -> Reply:
    """Show the size for feeds to everybody."""
    pictures, attached = gallery([each for each in posters if each.kind is ChartKind.POSTER_FEED])
    words = credit(report.playlist)
    return Reply((pictures, *([text(words)] if words else [])), attached)
