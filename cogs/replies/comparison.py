"""The result of a comparison: one sentence, the picture, who stands where, and the ways further in."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import discord
from discord import ui

from cogs.replies.ids import USUAL_BLEND, Action, BlendPress, ComponentRef
from cogs.replies.layout import Attached, Reply, button, gallery, poster, rule, small, text, with_files
from cogs.replies.lobby import LobbyVerb
from cogs.words.buttons import Label
from cogs.words.comparison import comparison_sentence, pair_reasons
from cogs.words.text import escape, fit, plain, plural, some_of, unbroken
from services.domain.charts import Chart
from services.domain.comparison import BlendMode, Comparison, PersonKey, TopPairs, TopPeople
from services.domain.groups import GroupKind
from services.workflows.groups.results import Shown

AS_TEXT = 1
"""After `MAP` and `PROFILES`: their facts in words."""
_NAME = 32
_ROUND = 8
"""People up to whom a card has room for lines on who stands where."""
_FACTS_IN_CARD = 900
"""Characters of a chart's text twin that are read in the card; longer ones come as a file."""
_BEFORE_POSTING = (
    "*Post here* shows it to this channel, until somebody on it leaves. What people download stays theirs."
)
_KEPT = "Kept for 30 days. *Leave* removes you, here and from storage."


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
        text(f"## {_title(shown)}", escape(comparison_sentence(found), 600)),
        pictures,
    ]
    if len(found.people) <= _ROUND and (lines := _unsaid_standings(found)):
        blocks.append(text(*lines))
    if _is_pair(shown):
        blocks.append(text(*_reasons(found, viewer)))
    if len(found.people) <= _ROUND:
        blocks.append(rule())
    blocks.append(text(*map(small, (*_without_score(found), _KEPT))))
    result_id = shown.stored.result_id
    row = [
        _go("Map", result_id, ResultVerb.MAP),
        _go("Profiles", result_id, ResultVerb.PROFILES),
        _go("Awards", result_id, ResultVerb.AWARDS),
        button("Blend", BlendPress(BlendMode.FAIR, USUAL_BLEND).button(result_id)),
    ]
    if _is_pair(shown):
        row.insert(0, _go("Why", result_id, f"{ResultVerb.PAIR}.0.1"))
    else:
        blocks.append(ui.ActionRow(person_select(found, result_id)))
    blocks.append(ui.ActionRow(*row))
    last = [
        *([_go("Poster", result_id, ResultVerb.POSTER)] if shown.lobby.is_shown_to_channel else []),
        _go("My data", result_id, ResultVerb.OWN),
        button(Label.LEAVE, ComponentRef(Action.LOBBY, shown.lobby.lobby_id, LobbyVerb.LEAVE).button()),
    ]
    if shown.lobby.kind is GroupKind.PAIR and not shown.lobby.is_shown_to_channel:
        last.insert(
            0, button("Show here", ComponentRef(Action.LOBBY, shown.lobby.lobby_id, LobbyVerb.SHOW).button())
        )
    blocks.append(ui.ActionRow(*last))
    return Reply(tuple(blocks), attached)


def _title(shown: Shown) -> str:
    people = shown.stored.comparison.people
    return " & ".join(escape(each.name, _NAME) for each in people) if len(people) == 2 else "Who sounds alike"


def _without_score(found: Comparison) -> list[str]:
    """Say who has too few measured tracks for a score; of many people how many."""
    missing = [person for person in found.people if not person.is_scored]
    if len(found.people) > _ROUND and len(missing) > 1:
        return [f"{len(missing)} of {len(found.people)} have too few measured tracks for a score."]
    return [
        f"{escape(person.name, _NAME)}: not enough data, only {plural(person.measured, 'measured track')}"
        for person in missing[:5]
    ]


def _is_pair(shown: Shown) -> bool:
    return len(shown.stored.comparison.people) == 2


def _standings(found: Comparison) -> list[str]:
    lines = [
        _pairs_line("Most alike", found, found.most_alike, below=True),
        _people_line("The lone wolf", found, found.lone_wolf, below=False),
        *_unsaid_standings(found),
    ]
    return [line for line in lines if line]


def _unsaid_standings(found: Comparison) -> list[str]:
    """Say what the sentence above the picture does not."""
    lines = [
        _pairs_line("Most different", found, found.most_different, below=False),
        _people_line("The centre", found, found.centre, below=True),
    ]
    return [line for line in lines if line]


def _pairs_line(title: str, found: Comparison, top: TopPairs | None, *, below: bool) -> str:
    """Say which two are at one end; the next two have less where `below`, else more."""
    if top is None:
        return ""
    named = some_of([f"{_name(found, one)} & {_name(found, other)}" for one, other in top.pairs], 3)
    if len(top.pairs) > 1:  # their scores differ by less than a point, and may be rounded apart
        return f"**{title}:** {named}, {'both' if len(top.pairs) == 2 else 'all'} about {top.score:.0f}"
    return f"**{title}:** {named} · {top.score:.0f}{_next(top.score, top.gap, below=below)}"


def _people_line(title: str, found: Comparison, top: TopPeople | None, *, below: bool) -> str:
    """Say who is at one end; the next has less where `below`, else more."""
    if top is None:
        return ""
    named = some_of([_name(found, key) for key in top.keys], 3)
    tie = " (a tie)" if top.only is None else ""
    following = "" if top.only is None else _next(top.value, top.gap, below=below)
    return f"**{title}{tie}:** {named} · {top.value:.0f} on average with the others{following}"


def _next(value: float, gap: float | None, *, below: bool) -> str:
    return "" if gap is None else f"; next {value + (-gap if below else gap):.0f}"


def _reasons(found: Comparison, viewer: PersonKey | None) -> list[str]:
    """Say the most telling reason and how much the two share; a button away stand all."""
    (pair,) = found.pairs
    told = pair_reasons(found, pair, viewer)
    artists = plural(len(pair.shared_artists), "artist")
    shared = f"{artists} and {plural(len(pair.shared_tracks), 'song')} in common."
    return [*(escape(unbroken(reason), 240) for reason in told[:1]), shared]


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
        placeholder="Pairs: look at one person…",
        options=options,
    )


def chart_card(chart: Chart, result_id: str, verb: ResultVerb) -> Reply:
    """Show one more chart of a comparison; its facts in words are a button away."""
    pictures, attached = gallery([chart])
    return Reply(
        (
            text(f"## {escape(chart.title, 120)}"),
            pictures,
            ui.ActionRow(_go("Read as text", result_id, f"{verb}.{AS_TEXT}")),
        ),
        attached,
    )


def chart_text(chart: Chart) -> Reply:
    """Give the facts of a chart in words."""
    heading = f"## {escape(chart.title, 120)}, in words"
    if len(chart.text) <= _FACTS_IN_CARD:
        facts = (escape(line, 400) for line in chart.text.splitlines() if line.strip())
        return Reply((text(heading), text(*facts)))
    words = Attached("in-words.txt", chart.text.encode(), "The facts of the picture in words")
    return with_files(text(heading), [words])


def poster_card(shown: Shown, posters: Sequence[Chart], viewer: PersonKey | None) -> Reply:
    """Show the poster in both sizes; who is on it may post it."""
    pictures, attached = poster(posters)
    may_post = viewer is not None
    blocks: list[ui.Item[Any]] = [
        text("## Your poster", "Everybody who agreed is named on it."),
        *pictures,
    ]
    if may_post:
        post = ComponentRef(Action.PEOPLE, shown.stored.result_id, ResultVerb.POST).button()
        blocks += [
            text(small(_BEFORE_POSTING)),
            ui.ActionRow(button("Post here", post, style=discord.ButtonStyle.primary)),
        ]
    return Reply(tuple(blocks), attached)


def posted_poster(shown: Shown, posters: Sequence[Chart]) -> Reply:
    """Show the size for feeds to everybody; it goes when the result goes."""
    pictures, attached = gallery(posters)
    return Reply((pictures, ui.ActionRow(_go("Awards", shown.stored.result_id, ResultVerb.AWARDS))), attached)


def awards_card(shown: Shown) -> Reply:
    """Hand out the awards, each with its number."""
    found = shown.stored.comparison
    lines = []
    for award in found.awards:
        if award.is_sure:
            names = some_of([_name(found, key) for key in award.keys], 4)
            lines.append(f"**{escape(award.title, 60)}**: {names}\n{small(escape(award.words, 160))}")
    none = "No award this time: too little is measured, or it is too close to call."
    return Reply((text("## Awards"), text(*_standings(found), fit(lines, 2400) if lines else none)))


def own_card(files: Sequence[Attached]) -> Reply:
    """Hand somebody what the comparison holds about them, and about nobody else."""
    said = text(
        "## Your part of the comparison",
        "Your profile, your scores with the others, and the tracks you brought. "
        "Nobody else's tracks or profile are in it.",
    )
    return with_files(said, files)


def _go(label: str, result_id: str, what: str) -> ui.Button[Any]:
    return button(label, ComponentRef(Action.PEOPLE, result_id, what).button())


def _name(found: Comparison, key: PersonKey) -> str:
    return escape(found.name(key), _NAME)
