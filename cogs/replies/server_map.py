"""The map of a server, and the weekly digest of what happened on it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from discord import ButtonStyle, ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Attached, Reply, button, gallery, rule, text, with_files
from cogs.words import server_map as words
from cogs.words.controls import Label
from cogs.words.text import small
from services.domain.group_requests import MapVerb
from services.domain.server_map import DrawnMap, News

_STANDINGS = 3
"""Who stands out on the card itself; the text has all."""
_WORDS_IN_CARD = 1500
"""Longer lists of who is near whom come as a file."""
STOP = "stop"


def map_card(drawn: DrawnMap, *, posted: bool = False) -> Reply:
    """Show the map, to somebody alone or to the channel."""
    blocks: list[ui.Item[Any]] = []
    attached: tuple[Attached, ...] = ()
    if drawn.found is None or drawn.chart is None:
        blocks.append(text(words.THE_MAP, words.too_few_words(drawn)))
    else:
        pictures, attached = gallery([drawn.chart])
        yours = "" if drawn.place is None else words.closest_line(drawn.found, drawn.place)
        blocks += [text(words.THE_MAP, yours), pictures]
        if lines := words.standing_lines(drawn.found)[:_STANDINGS]:
            blocks.append(text(*lines))
    blocks.append(text(*words.small_print(drawn, posted=posted)))
    blocks.append(ui.ActionRow(*_buttons(drawn, posted=posted)))
    return Reply(tuple(blocks), attached)


def _buttons(drawn: DrawnMap, *, posted: bool) -> list[ui.Button[Any]]:
    press = partial(_press, drawn.guild_id)
    if posted:
        return [
            press(Label.WHO_IS_NEAR_ME, MapVerb.LOOK, ButtonStyle.primary),
            press(Label.READ_AS_TEXT, MapVerb.READ),
            press(Label.TAKE_OFF_MAP, MapVerb.LEAVE),
        ]
    row = [] if drawn.found is None else [press(Label.READ_AS_TEXT, MapVerb.READ)]
    if drawn.you is None:
        return [press(Label.PUT_ON_MAP, MapVerb.JOIN, ButtonStyle.primary), *row]
    if drawn.found is not None:
        row.insert(0, press(Label.POST_HERE, MapVerb.POST, ButtonStyle.primary))
    return [*row, press(Label.USE_MY_LATEST_LIST, MapVerb.JOIN), press(Label.TAKE_OFF_MAP, MapVerb.LEAVE)]


def map_in_words(drawn: DrawnMap) -> Reply:
    """Say who is near whom, without the picture."""
    if drawn.found is None or drawn.chart is None:
        return map_card(drawn)
    facts, standing = drawn.chart.text, words.standing_lines(drawn.found)
    if len(facts) <= _WORDS_IN_CARD:
        return Reply((text(words.NEAR_WHOM, *standing, words.escape_lines(facts)),))
    return with_files(text(words.NEAR_WHOM, *standing), [Attached("server-map.txt", facts.encode())])


def left_note(guild_id: int) -> Reply:
    """Confirm that somebody is off the map."""
    said = text(*words.OFF_MAP_LINES)
    return Reply((said, ui.ActionRow(_press(guild_id, Label.PUT_ME_BACK_ON_IT, MapVerb.JOIN))))


def map_over_note(guild_id: int) -> Reply:
    """Show nobody: a posted map is over."""
    said = text(*words.MAP_OVER_LINES)
    return Reply((said, ui.ActionRow(_press(guild_id, Label.SERVER_MAP, MapVerb.LOOK))))


def _press(
    guild_id: int, label: str, verb: MapVerb, style: ButtonStyle = ButtonStyle.secondary
) -> ui.Button[Any]:
    return button(label, ComponentRef(Action.SERVER_MAP, str(guild_id), verb), style=style)


def stop_ref(guild_id: int, week: int) -> ComponentRef:
    """Name the button that ends a digest; no other message has it."""
    return ComponentRef(Action.DIGEST, str(guild_id), f"{STOP}.{week}")


def digest_card(guild_id: int, week: int, news: Sequence[News]) -> Reply:
    """Say what happened this week."""
    server = str(guild_id)
    return Reply(
        (
            text(words.THIS_WEEK, *(f"- {line}" for line in words.news_lines(news))),
            text(f"**{words.question_of(week)}**"),
            rule(),
            text(small(words.WHO_IS_NAMED)),
            ui.ActionRow(
                button(
                    Label.WHO_IS_NEAR_ME,
                    ComponentRef(Action.SERVER_MAP, server, MapVerb.LOOK),
                    style=ButtonStyle.primary,
                ),
                button(Label.TAKE_OFF_MAP, ComponentRef(Action.SERVER_MAP, server, MapVerb.LEAVE)),
                button(Label.STOP_THIS, stop_ref(guild_id, week)),
            ),
        )
    )
