"""The poster of a playlist: to its owner in both sizes, to a channel as one picture."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import discord
from discord import ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply, button, gallery, poster, text
from cogs.words.attribution import credit
from cogs.words.buttons import Label
from cogs.words.report import BEFORE_POSTING, poster_title
from cogs.words.text import small
from services.domain.charts import Chart, ChartKind
from services.domain.report import AnalysisReport
from services.workflows.reports import StoredReport

_BEFORE_POSTING = BEFORE_POSTING


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
        text(poster_title(report)),
        *pictures,
        text(small(_BEFORE_POSTING), credit(report.playlist)),
        ui.ActionRow(
            button(
                Label.POST_HERE,
                ComponentRef(Action.POSTER, report_id, PosterVerb.POST).button(),
                style=discord.ButtonStyle.primary,
            ),
            button(Label.READ_AS_TEXT, ComponentRef(Action.POSTER, report_id, PosterVerb.TEXT).button()),
        ),
    ]
    return Reply(tuple(blocks), attached)


def posted_poster(report: AnalysisReport, posters: Sequence[Chart]) -> Reply:
    """Show the size for feeds to everybody."""
    pictures, attached = gallery([each for each in posters if each.kind is ChartKind.POSTER_FEED])
    words = credit(report.playlist)
    return Reply((pictures, *([text(words)] if words else [])), attached)
