"""The result of a comparison: one sentence, the picture, who stands where, and the ways further in."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import discord
from discord import ui

from cogs.replies.ids import USUAL_BLEND, Action, BlendPress, ComponentRef
from cogs.replies.layout import Attached, Reply, button, gallery, poster, rule, text, with_files
from cogs.replies.lobby import LobbyVerb
from cogs.words.buttons import Label
from cogs.words.comparison import comparison_sentence
from cogs.words.people import (
    AWARDS,
    BEFORE_POSTING,
    FACTS_IN_WORDS,
    KEPT,
    NO_AWARD,
    ROUND,
    award_title,
    award_words,
    chart_in_words,
    comparison_title,
    own_lines,
    poster_lines,
    reason_lines,
    short_name,
    standing_words,
    unsaid_standings,
    without_score,
)
from cogs.words.text import escape, fit, plain, small, some_of
from services.domain.blend import BlendMode
from services.domain.charts import Chart
from services.domain.comparison import Comparison, PersonKey
from services.domain.groups import GroupKind
from services.workflows.group_results import Shown

AS_TEXT = 1
"""After `MAP` and `PROFILES`: their facts in words."""
_FACTS_IN_CARD = 900
"""Characters of a chart's text twin that are read in the card; longer ones come as a file."""


class ResultVerb(StrEnum):
    """What a `PEOPLE` component asks for; numbers of people, and of a page, follow with dots."""

    MAP = "map"
    PROFILES = "profiles"
    AWARDS = "awards"
    OWN = "own"
    PERSON = "person"
    PAIR = "pair"
    POSTER = "poster"
    POST = "post"
    """The poster, into the channel of the comparison."""


def result_card(shown: Shown, chart: Chart, viewer: PersonKey | None) -> Reply:
    """Show what comparing people found."""
    found = shown.stored.comparison
    pictures, attached = gallery([chart])
    blocks: list[ui.Item[Any]] = [
        text(f"## {comparison_title(found)}", escape(comparison_sentence(found), 600)),
        pictures,
    ]
    if len(found.people) <= ROUND and (lines := unsaid_standings(found)):
        blocks.append(text(*lines))
    if _is_pair(shown):
        blocks.append(text(*reason_lines(found, viewer)))
    if len(found.people) <= ROUND:
        blocks.append(rule())
    blocks.append(text(*map(small, (*without_score(found), KEPT))))
    result_id = shown.stored.result_id
    row = [
        _go(Label.MAP, result_id, ResultVerb.MAP),
        _go(Label.PROFILES, result_id, ResultVerb.PROFILES),
        _go(Label.AWARDS, result_id, ResultVerb.AWARDS),
        button(Label.BLEND, BlendPress(BlendMode.FAIR, USUAL_BLEND).button(result_id)),
    ]
    if _is_pair(shown):
        row.insert(0, _go(Label.WHY, result_id, f"{ResultVerb.PAIR}.0.1"))
    else:
        blocks.append(ui.ActionRow(person_select(found, result_id)))
    blocks.append(ui.ActionRow(*row))
    last = [
        *([_go(Label.POSTER, result_id, ResultVerb.POSTER)] if shown.lobby.is_shown_to_channel else []),
        _go(Label.MY_DATA, result_id, ResultVerb.OWN),
        button(Label.LEAVE, ComponentRef(Action.LOBBY, shown.lobby.lobby_id, LobbyVerb.LEAVE).button()),
    ]
    if shown.lobby.kind is GroupKind.PAIR and not shown.lobby.is_shown_to_channel:
        last.insert(
            0,
            button(
                Label.SHOW_HERE, ComponentRef(Action.LOBBY, shown.lobby.lobby_id, LobbyVerb.SHOW).button()
            ),
        )
    blocks.append(ui.ActionRow(*last))
    return Reply(tuple(blocks), attached)


def _is_pair(shown: Shown) -> bool:
    return len(shown.stored.comparison.people) == 2


def person_select(found: Comparison, result_id: str, chosen: int | None = None) -> ui.Select[Any]:
    """Offer everybody whom a comparison shows."""
    options = [
        discord.SelectOption(
            label=plain(person.name, 100) or "Somebody", value=str(index), default=index == chosen
        )
        for index, person in enumerate(found.people)
    ]
    return ui.Select(
        custom_id=ComponentRef(Action.PEOPLE, result_id, ResultVerb.PERSON).select(),
        placeholder=Label.PAIRS_LOOK_AT_ONE_PERSON,
        options=options,
    )


def chart_card(chart: Chart, result_id: str, verb: ResultVerb) -> Reply:
    """Show one more chart of a comparison; its facts in words are a button away."""
    pictures, attached = gallery([chart])
    return Reply(
        (
            text(f"## {escape(chart.title, 120)}"),
            pictures,
            ui.ActionRow(_go(Label.READ_AS_TEXT, result_id, f"{verb}.{AS_TEXT}")),
        ),
        attached,
    )


def chart_text(chart: Chart) -> Reply:
    """Give the facts of a chart in words."""
    heading = chart_in_words(chart)
    if len(chart.text) <= _FACTS_IN_CARD:
        facts = (escape(line, 400) for line in chart.text.splitlines() if line.strip())
        return Reply((text(heading), text(*facts)))
    words = Attached("in-words.txt", chart.text.encode(), FACTS_IN_WORDS)
    return with_files(text(heading), [words])


def poster_card(shown: Shown, posters: Sequence[Chart], viewer: PersonKey | None) -> Reply:
    """Show the poster in both sizes; who is on it may post it."""
    pictures, attached = poster(posters)
    may_post = viewer is not None
    blocks: list[ui.Item[Any]] = [
        text(*poster_lines()),
        *pictures,
    ]
    if may_post:
        post = ComponentRef(Action.PEOPLE, shown.stored.result_id, ResultVerb.POST).button()
        blocks += [
            text(small(BEFORE_POSTING)),
            ui.ActionRow(button(Label.POST_HERE, post, style=discord.ButtonStyle.primary)),
        ]
    return Reply(tuple(blocks), attached)


def posted_poster(shown: Shown, posters: Sequence[Chart]) -> Reply:
    """Show the size for feeds to everybody; it goes when the result goes."""
    pictures, attached = gallery(posters)
    return Reply(
        (pictures, ui.ActionRow(_go(Label.AWARDS, shown.stored.result_id, ResultVerb.AWARDS))), attached
    )


def awards_card(shown: Shown) -> Reply:
    """Hand out the awards, each with its number."""
    found = shown.stored.comparison
    lines = []
    for award in found.awards:
        if award.is_sure:
            names = some_of([short_name(found, key) for key in award.keys], 4)
            lines.append(
                f"**{escape(award_title(award), 60)}**: {names}\n"
                f"{small(escape(award_words(found, award), 160))}"
            )
    none = NO_AWARD
    return Reply((text(AWARDS), text(*standing_words(found), fit(lines, 2400) if lines else none)))


def own_card(files: Sequence[Attached]) -> Reply:
    """Hand somebody what the comparison holds about them, and about nobody else."""
    said = text(*own_lines())
    return with_files(said, files)


def _go(label: str, result_id: str, what: str) -> ui.Button[Any]:
    return button(label, ComponentRef(Action.PEOPLE, result_id, what).button())
