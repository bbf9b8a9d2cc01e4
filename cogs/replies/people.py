"""People of a comparison: one, two with all that they share, and what one shares in a server."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from cogs.replies.comparison import ResultVerb, person_select
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply, button, note, text
from cogs.words.buttons import Label, page_label
from cogs.words.comparison import meaning_words, pair_reasons, score_words
from cogs.words.people import (
    ALL_PAIRS,
    NO_REASONS,
    ON_THE_MAP,
    artist_lines,
    group_lines,
    person_lines,
    shared_counts,
    sharing_lines,
    sharing_nothing_lines,
    stopped_line,
    track_lines,
    which_first,
)
from cogs.words.text import escape, fit, plain, small, unbroken
from services.domain.comparison import Comparison, Pair, PersonKey
from services.domain.groups import Sharing
from services.workflows.group_results import Shown

_NAME = 32
_PAGE = 10
"""Shared artists and songs on one page."""
_PAIRS = 8


def person_card(shown: Shown, index: int) -> Reply:
    """List a person's pairs, best first, and offer each."""
    found, result_id = shown.stored.comparison, shown.stored.result_id
    person = found.people[index]
    pairs = found.ranked(found.pairs_of(person.key))
    lines = [f"- **{_other_name(found, pair, person.key)}** · {score_words(found, pair)}" for pair in pairs]
    options = [
        discord.SelectOption(
            label=plain(_other(found, pair, person.key).name, 100) or "Somebody",
            value=f"{index}.{found.people.index(_other(found, pair, person.key))}",
            description=plain(score_words(found, pair), 100),
        )
        for pair in pairs
    ]
    menu: ui.Select[Any] = ui.Select(
        custom_id=ComponentRef(Action.PEOPLE, result_id, ResultVerb.PAIR).select(),
        placeholder=Label.WHY_CHOOSE_A_PAIR,
        options=options,
    )
    return Reply(
        (
            text(*person_lines(person)),
            text(*lines[:_PAIRS], small(ALL_PAIRS) if len(lines) > _PAIRS else ""),
            ui.ActionRow(menu),
            ui.ActionRow(person_select(found, result_id, index)),
        )
    )


def pair_card(shown: Shown, one: int, other: int, page: int, viewer: PersonKey | None) -> Reply:
    """Say why two people score as they do, and list what they share."""
    found, result_id = shown.stored.comparison, shown.stored.result_id
    a, b = found.people[one], found.people[other]
    pair = found.pair(a.key, b.key)
    told = pair_reasons(found, pair, viewer)
    if words := meaning_words(pair):
        told = (f"{words[:1].upper()}{words[1:]}.", *told)
    shared = [*group_lines(pair), *artist_lines(pair), *track_lines(pair)]
    pages = 1 + -(-len(shared) // _PAGE)
    page = min(max(page, 0), pages - 1)
    names = [escape(person.name, _NAME) for person in (a, b)]
    blocks: list[ui.Item[Any]] = [text(f"## {' & '.join(names)}", f"**{score_words(found, pair)}**")]
    if page == 0:
        reasons = [f"- {escape(unbroken(reason), 240)}" for reason in told]
        blocks.append(text(fit(reasons, 1500) or NO_REASONS))
    else:
        counted = small(which_first(names))
        blocks.append(text(shared_counts(pair), counted, *shared[(page - 1) * _PAGE : page * _PAGE]))
    argument = f"{ResultVerb.PAIR}.{one}.{other}"
    if page:
        here = ComponentRef(Action.PEOPLE, result_id, f"{argument}.{page}.here").button()
        blocks.append(
            ui.ActionRow(
                _turn(Label.BACK, result_id, f"{argument}.{page - 1}"),
                button(page_label(page, pages - 1), here, disabled=True),
                _turn(Label.MORE, result_id, f"{argument}.{page + 1}", disabled=page == pages - 1),
            )
        )
    elif pages > 1:
        blocks.append(ui.ActionRow(_turn(Label.WHAT_IS_SHARED, result_id, f"{argument}.1")))
    if len(found.people) > 2:
        all_pairs = ComponentRef(Action.PEOPLE, result_id, f"{ResultVerb.PERSON}.{one}")
        blocks.append(ui.ActionRow(button(Label.ALL_PAIRS, all_pairs.button())))
    return Reply(tuple(blocks))


def _other(found: Comparison, pair: Pair, key: PersonKey) -> Any:
    return found.person(pair.b if pair.a == key else pair.a)


def _other_name(found: Comparison, pair: Pair, key: PersonKey) -> str:
    return escape(_other(found, pair, key).name, _NAME)


def _turn(label: str, result_id: str, argument: str, *, disabled: bool = False) -> ui.Button[Any]:
    return button(label, ComponentRef(Action.PEOPLE, result_id, argument).button(), disabled=disabled)


def sharing_card(sharing: Sharing | None, *, on_map: bool = False) -> Reply:
    """Say what others of the server may do, and see."""
    mapped = ON_THE_MAP if on_map else ""
    if sharing is None:
        return note(*sharing_nothing_lines(mapped))
    return note(*sharing_lines(sharing, mapped))


def stopped_card(results: int) -> Reply:
    """Confirm that everything is private again."""
    return note(stopped_line(results))
