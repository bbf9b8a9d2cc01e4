"""The map of a server: the picture, who is near whom, and the way onto it and off again."""

from __future__ import annotations

from functools import partial
from typing import Any

import discord
from discord import ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Attached, Reply, button, gallery, text, with_files
from cogs.words.buttons import Label
from cogs.words.server_map import (
    NEAR_WHOM,
    THE_MAP,
    closest_line,
    escape_lines,
    map_over_lines,
    off_map_lines,
    small_print,
    standing_lines,
    too_few_words,
)
from services.domain.group_requests import MapVerb
from services.domain.server_map import DrawnMap

_STANDINGS = 3
"""Who stands out on the card itself; the text has all."""
_WORDS_IN_CARD = 1500
"""Longer lists of who is near whom come as a file."""


def map_card(drawn: DrawnMap, *, posted: bool = False) -> Reply:
    """Show the map, to somebody alone or to the channel."""
    blocks: list[ui.Item[Any]] = []
    attached: tuple[Attached, ...] = ()
    if drawn.found is None or drawn.chart is None:
        blocks.append(text(THE_MAP, too_few_words(drawn)))
    else:
        pictures, attached = gallery([drawn.chart])
        yours = "" if drawn.place is None else closest_line(drawn.found, drawn.place)
        blocks += [text(THE_MAP, yours), pictures]
        if lines := standing_lines(drawn.found)[:_STANDINGS]:
            blocks.append(text(*lines))
    blocks.append(text(*small_print(drawn, posted=posted)))
    blocks.append(ui.ActionRow(*_buttons(drawn, posted=posted)))
    return Reply(tuple(blocks), attached)


def _buttons(drawn: DrawnMap, *, posted: bool) -> list[ui.Button[Any]]:
    press = partial(_press, drawn.guild_id)
    if posted:
        return [
            press(Label.WHO_IS_NEAR_ME, MapVerb.LOOK, discord.ButtonStyle.primary),
            press(Label.READ_AS_TEXT, MapVerb.READ),
            press(Label.TAKE_OFF_MAP, MapVerb.LEAVE),
        ]
    row = [] if drawn.found is None else [press(Label.READ_AS_TEXT, MapVerb.READ)]
    if drawn.you is None:
        return [press(Label.PUT_ON_MAP, MapVerb.JOIN, discord.ButtonStyle.primary), *row]
    if drawn.found is not None:
        row.insert(0, press(Label.POST_HERE, MapVerb.POST, discord.ButtonStyle.primary))
    return [*row, press(Label.USE_MY_LATEST_LIST, MapVerb.JOIN), press(Label.TAKE_OFF_MAP, MapVerb.LEAVE)]


def map_in_words(drawn: DrawnMap) -> Reply:
    """Say who is near whom, without the picture."""
    if drawn.found is None or drawn.chart is None:
        return map_card(drawn)
    words, standing = drawn.chart.text, standing_lines(drawn.found)
    if len(words) <= _WORDS_IN_CARD:
        return Reply((text(NEAR_WHOM, *standing, escape_lines(words)),))
    return with_files(text(NEAR_WHOM, *standing), [Attached("server-map.txt", words.encode())])


def left_note(guild_id: int) -> Reply:
    """Confirm that somebody is off the map."""
    said = text(*off_map_lines())
    return Reply((said, ui.ActionRow(_press(guild_id, Label.PUT_ME_BACK_ON_IT, MapVerb.JOIN))))


def map_over_note(guild_id: int) -> Reply:
    """Show nobody: a posted map is over."""
    said = text(*map_over_lines())
    return Reply((said, ui.ActionRow(_press(guild_id, Label.SERVER_MAP, MapVerb.LOOK))))


def _press(
    guild_id: int, label: str, verb: MapVerb, style: discord.ButtonStyle = discord.ButtonStyle.secondary
) -> ui.Button[Any]:
    return button(label, ComponentRef(Action.SERVER_MAP, str(guild_id), verb).button(), style=style)
