"""The cards of a comparison: the whole, each person, each pair, what somebody shares, and a blend."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import discord
from discord import ButtonStyle, ui

from cogs.replies.ids import USUAL_BLEND, Action, BlendPress, BlendVerb, ComponentRef
from cogs.replies.layout import Attached, Reply, button, gallery, note, poster, rule, text, with_files
from cogs.replies.lists import ListFiles
from cogs.replies.lobby import LobbyVerb
from cogs.words import people
from cogs.words.comparison import comparison_sentence, meaning_words, pair_reasons, score_words
from cogs.words.controls import Label, page_label
from cogs.words.messages import note_lines
from cogs.words.text import escape, fit, plain, small, some_of, track_line, unbroken
from services.domain.charts import Chart
from services.domain.comparison import Comparison, Pair, PersonKey
from services.domain.groups import Blend, BlendMode, GroupKind, Sharing
from services.workflows.group_results import Shown

AS_TEXT = 1
"""After `MAP` and `PROFILES`: their facts in words."""
_FACTS_IN_CARD = 900
"""Characters of a chart's text twin that are read in the card; longer ones come as a file."""
_NAME = 32
_PAGE = 10
"""Shared artists and songs on one page."""
_PAIRS = 8
_SHORT_NAME = 24
_SHOWN = 5
"""Tracks on the card; a phone has room for no more."""


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
        text(f"## {people.comparison_title(found)}", escape(comparison_sentence(found), 600)),
        pictures,
    ]
    if len(found.people) <= people.ROUND and (lines := people.unsaid_standings(found)):
        blocks.append(text(*lines))
    if _is_pair(shown):
        blocks.append(text(*people.reason_lines(found, viewer)))
    if len(found.people) <= people.ROUND:
        blocks.append(rule())
    blocks.append(text(*map(small, (*people.without_score(found), people.KEPT))))
    result_id = shown.stored.result_id
    row = [button(Label.BLEND, BlendPress(BlendMode.FAIR, USUAL_BLEND).button(result_id))]
    is_scored = any(pair.score is not None for pair in found.pairs)
    if is_scored:  # else there is nothing behind them
        row[:0] = [
            _go(Label.MAP, result_id, ResultVerb.MAP),
            _go(Label.PROFILES, result_id, ResultVerb.PROFILES),
            _go(Label.AWARDS, result_id, ResultVerb.AWARDS),
        ]
        if _is_pair(shown):
            row.insert(0, _go(Label.WHY, result_id, f"{ResultVerb.PAIR}.0.1"))
        else:
            blocks.append(ui.ActionRow(person_select(found, result_id)))
    blocks.append(ui.ActionRow(*row))
    has_poster = is_scored and shown.lobby.is_shown_to_channel
    last = [
        *([_go(Label.POSTER, result_id, ResultVerb.POSTER)] if has_poster else []),
        _go(Label.MY_DATA, result_id, ResultVerb.OWN),
        button(Label.LEAVE, ComponentRef(Action.LOBBY, shown.lobby.lobby_id, LobbyVerb.LEAVE)),
    ]
    if shown.lobby.kind is GroupKind.PAIR and not shown.lobby.is_shown_to_channel:
        last.insert(
            0, button(Label.SHOW_HERE, ComponentRef(Action.LOBBY, shown.lobby.lobby_id, LobbyVerb.SHOW))
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
    heading = people.chart_in_words(chart)
    if len(chart.text) <= _FACTS_IN_CARD:
        facts = (escape(line, 400) for line in chart.text.splitlines() if line.strip())
        return Reply((text(heading), text(*facts)))
    words = Attached("in-words.txt", chart.text.encode(), people.FACTS_IN_WORDS)
    return with_files(text(heading), [words])


def poster_card(shown: Shown, posters: Sequence[Chart], viewer: PersonKey | None) -> Reply:
    """Show the poster in both sizes; who is on it may post it."""
    pictures, attached = poster(posters)
    may_post = viewer is not None
    blocks: list[ui.Item[Any]] = [text(*people.POSTER_LINES), *pictures]
    if may_post:
        post = ComponentRef(Action.PEOPLE, shown.stored.result_id, ResultVerb.POST).button()
        blocks += [
            text(small(people.BEFORE_POSTING)),
            ui.ActionRow(button(Label.POST_HERE, post, style=ButtonStyle.primary)),
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
            names = some_of([people.short_name(found, key) for key in award.keys], 4)
            lines.append(
                f"**{escape(people.award_title(award), 60)}**: {names}\n"
                f"{small(escape(people.award_words(found, award), 160))}"
            )
    none = people.NO_AWARD
    return Reply(
        (text(people.AWARDS), text(*people.standing_words(found), fit(lines, 2400) if lines else none))
    )


def own_card(files: Sequence[Attached]) -> Reply:
    """Hand somebody what the comparison holds about them, and about nobody else."""
    said = text(*people.OWN_LINES)
    return with_files(said, files)


def _go(label: str, result_id: str, what: str) -> ui.Button[Any]:
    return button(label, ComponentRef(Action.PEOPLE, result_id, what))


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
            text(*people.person_lines(person)),
            text(*lines[:_PAIRS], small(people.ALL_PAIRS) if len(lines) > _PAIRS else ""),
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
    if words := meaning_words(found, pair):
        told = (f"{words[:1].upper()}{words[1:]}.", *told)
    shared = [*people.group_lines(pair), *people.artist_lines(pair), *people.track_lines(pair)]
    pages = 1 + -(-len(shared) // _PAGE)
    page = min(max(page, 0), pages - 1)
    names = [escape(person.name, _NAME) for person in (a, b)]
    blocks: list[ui.Item[Any]] = [text(f"## {' & '.join(names)}", f"**{score_words(found, pair)}**")]
    if page == 0:
        reasons = [f"- {escape(unbroken(reason), 240)}" for reason in told]
        blocks.append(text(fit(reasons, 1500) or people.NO_REASONS))
    else:
        counted = small(people.which_first(names))
        blocks.append(text(people.shared_counts(pair), counted, *shared[(page - 1) * _PAGE : page * _PAGE]))
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
        blocks.append(ui.ActionRow(button(Label.ALL_PAIRS, all_pairs)))
    return Reply(tuple(blocks))


def _other(found: Comparison, pair: Pair, key: PersonKey) -> Any:
    return found.person(pair.b if pair.a == key else pair.a)


def _other_name(found: Comparison, pair: Pair, key: PersonKey) -> str:
    return escape(_other(found, pair, key).name, _NAME)


def _turn(label: str, result_id: str, argument: str, *, disabled: bool = False) -> ui.Button[Any]:
    return button(label, ComponentRef(Action.PEOPLE, result_id, argument), disabled=disabled)


def sharing_card(sharing: Sharing | None, *, on_map: bool = False, may_be_asked: bool = True) -> Reply:
    """Say what others of the server may do, and see."""
    besides = [people.ON_THE_MAP] if on_map else []
    if not may_be_asked:
        besides.append(people.NOT_ASKED)
    if sharing is None:
        return note(*people.sharing_nothing_lines(besides))
    return note(*people.sharing_lines(sharing, besides))


def blend_card(blend: Blend, result_id: str, size: int, *, can_save: bool, has_poster: bool) -> Reply:
    """Show a blend."""
    names = {person.key: escape(person.name, _SHORT_NAME) for person in blend.people}
    title = some_of(list(names.values()), 4)
    lines = [
        f"{number}. {track_line(track.entry.track, 44)}{people.serves_words(track, names)}"
        for number, track in enumerate(blend.tracks[:_SHOWN], 1)
    ]
    if rest := len(blend.tracks) - len(lines):
        lines.append(small(people.more_tracks(rest)))
    row = [button(Label.CSV_AND_LINKS, BlendPress(blend.mode, size, BlendVerb.FILES).button(result_id))]
    if can_save:
        save = BlendPress(blend.mode, size, BlendVerb.SAVE).button(result_id)
        row.insert(0, button(Label.SAVE_TO_MY_SPOTIFY, save))
    if has_poster and blend.tracks:
        row.append(button(Label.POSTER, BlendPress(blend.mode, size, BlendVerb.POSTER).button(result_id)))
    others = [
        button(mode.value.capitalize(), BlendPress(mode, size).button(result_id))
        for mode in BlendMode
        if mode is not blend.mode
    ]
    blocks: list[ui.Item[Any]] = [
        text(*people.blend_lines(blend, title)),
        text(fit(lines, 2300) if lines else people.NO_TRACK_FITS),
        text(
            people.SATISFIED,
            fit(people.satisfied_lines(blend, names), 1000),
            *(small(escape(each, 200)) for each in note_lines(blend.notes[:3])),
            small(people.RANDOM_IS_HALF),
        ),
        ui.ActionRow(*row, *others),
    ]
    return Reply(tuple(blocks))


def blend_files_card(files: ListFiles) -> Reply:
    """Hand over a blend as files."""
    said = text(*people.BLEND_FILES_LINES)
    return with_files(said, files.files)


def blend_poster_card(posters: Sequence[Chart]) -> Reply:
    """Show what was mixed as a poster in both sizes."""
    pictures, attached = poster(posters)
    return Reply((text(*people.POSTER_LINES), *pictures, text(small(people.SAVE_THE_PICTURE))), attached)
