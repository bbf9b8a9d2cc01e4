"""Playlists to choose from: a person's own, those of a file, and songs that were found by their names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord
from discord import ButtonStyle, ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import OFFERED, Reply, button, note, rule, text
from cogs.words import library as words
from cogs.words.controls import Label, page_label
from cogs.words.library import (
    CLOSED_LISTS,
    NO_PLAYLIST,
    choice_lines,
    library_line,
    library_lines,
    liked_line,
)
from cogs.words.messages import renewal_line
from cogs.words.text import ATTRIBUTION, fit, plain, plural, small
from services.domain.inputs import PlaylistRef, ReferenceKind
from services.domain.music import Playlist
from services.domain.recordings import DoubtfulFind
from services.domain.report import AnalysisReport
from services.domain.spotify import Library, PlaylistSummary

PAGE = 15
_PAGE_CHARACTERS = 3000
SHOWN = 5
"""Pairs on one page: both lines have to be read."""
TAKE, TAKE_ALL, SKIP_ALL = "take", "all", "skip"
FIELD = "text"
"""Custom id of the one field of a form."""

_MAX_TITLE = 45
_MAX_LABEL = 45


def page_count(library: Library) -> int:
    """Count the pages of a list; at least one."""
    return max(1, -(-len(library.playlists) // PAGE))


def library_card(library: Library, page: int, *, days_to_renew: int | None) -> Reply:
    """List one page (from 0) of the playlists, with a menu to analyse one of them.

    `days_to_renew` is given once it is time to say that the person's consent ends.
    """
    pages = page_count(library)
    page = min(max(page, 0), pages - 1)
    shown = library.playlists[page * PAGE : (page + 1) * PAGE]
    lines = [library_line(each) for each in shown]
    if page == 0 and library.liked is not None:
        lines.insert(0, liked_line(library.liked))
    blocks: list[ui.Item[Any]] = [
        text(*library_lines(library)),
        text(fit(lines, _PAGE_CHARACTERS) if lines else NO_PLAYLIST),
    ]
    if menu := _menu(library, shown, page):
        blocks.append(ui.ActionRow(menu))
    blocks.append(ui.ActionRow(*_buttons(page, pages)))
    blocks.append(rule())
    has_closed = any(not each.is_readable for each in shown)
    last = [small(CLOSED_LISTS)] if has_closed else []
    last += [] if days_to_renew is None else [small(renewal_line(days_to_renew))]
    blocks.append(text(*last, ATTRIBUTION))
    return Reply(tuple(blocks))


def _menu(library: Library, shown: tuple[PlaylistSummary, ...], page: int) -> ui.Select[Any] | None:
    options = [
        discord.SelectOption(
            label=plain(each.name, 100) or "Untitled",
            value=PlaylistRef(ReferenceKind.PLAYLIST, each.id).write(),
            description=None if each.total is None else plural(each.total, "track"),
        )
        for each in shown
        if each.is_readable and each.total != 0
    ]
    if page == 0 and library.liked:
        options.insert(
            0,
            discord.SelectOption(
                label=Label.LIKED_SONGS,
                value=PlaylistRef(ReferenceKind.LIKED).write(),
                description=plural(library.liked, "track"),
            ),
        )
    if not options:
        return None
    return ui.Select(
        custom_id=ComponentRef(Action.ANALYZE, "pick").select(),
        placeholder=Label.DRAW_A_MAP_OF,
        options=options,
    )


def _buttons(page: int, pages: int) -> list[ui.Button[Any]]:
    def to(target: int, why: str) -> str:
        return ComponentRef(Action.LIBRARY, str(target), why).button()

    again = button(Label.REFRESH, to(page, "new"))
    if pages == 1:
        return [again]
    return [
        button(Label.PREVIOUS, to(max(0, page - 1), "back"), disabled=page == 0),
        button(page_label(page + 1, pages), to(page, "here"), disabled=True),
        button(Label.NEXT, to(page + 1, "on"), disabled=page + 1 >= pages),
        again,
    ]


def doubtful_card(report: AnalysisReport, report_id: str, finds: Sequence[DoubtfulFind]) -> Reply:
    """Ask about the doubtful finds of a map, the first of them."""
    if not finds:
        return note(words.NOTHING_TO_ASK)
    page = finds[:SHOWN]
    lines = [
        f"{number}. **{words.find_words(find.wanted)}**\n{small(words.found_line(find))}"
        for number, find in enumerate(page, 1)
    ]
    more = words.more_finds(len(finds) - len(page))
    options = [
        discord.SelectOption(
            label=plain(f"{number}. {find.found.label}", 100),
            value=str(find.row),
            description=words.find_length(find.found),
        )
        for number, find in enumerate(page, 1)
    ]
    menu: ui.Select[Any] = ui.Select(
        custom_id=ComponentRef(Action.SAME_SONG, report_id, TAKE).select(),
        placeholder=Label.TAKE_THOSE_THAT_ARE_THE_SAME_SONG,
        options=options,
        min_values=1,
        max_values=len(options),
    )

    def all_of(label: str, what: str) -> ui.Button[Any]:
        return button(label, ComponentRef(Action.SAME_SONG, report_id, what))

    return Reply(
        (
            text(*words.doubtful_lines(report, finds)),
            text(*lines),
            *([text(small(more))] if more else []),
            rule(),
            ui.ActionRow(menu),
            ui.ActionRow(
                all_of(words.take_all(len(finds)), TAKE_ALL), all_of(words.skip_all(len(finds)), SKIP_ALL)
            ),
        )
    )


def answered_card(
    report: AnalysisReport, report_id: str, left: Sequence[DoubtfulFind], *, taken: int, refused: int
) -> Reply:
    """Say what was taken, ask about the rest, and offer the map that follows."""
    head = text(words.answered_line(taken, refused))
    again = ui.ActionRow(
        button(Label.REDRAW_THE_MAP, ComponentRef(Action.AGAIN, report_id), style=ButtonStyle.primary)
    )
    rest = doubtful_card(report, report_id, left).blocks if left else ()
    return Reply((head, again, *rest))


def text_form(
    ref: ComponentRef,
    *,
    title: str,
    label: str,
    value: str = "",
    longest: int,
    hint: str = "",
    required: bool = True,
) -> ui.Modal:
    """Build a form with one line of text; it is answered by its id, like a button."""
    entry: ui.TextInput[Any] = ui.TextInput(
        custom_id=FIELD,
        default=plain(value, longest) or None,
        max_length=longest,
        style=discord.TextStyle.short,
        required=required,
    )
    form = ui.Modal(title=plain(title, _MAX_TITLE), custom_id=ref.form(), timeout=None)
    form.add_item(ui.Label(text=plain(label, _MAX_LABEL), description=hint or None, component=entry))
    form.stop()  # else discord.py keeps it until somebody sends it, and most forms are just closed
    return form


def choice_card(playlists: Sequence[Playlist], answer: ComponentRef, *, hint: str) -> Reply:
    """Offer the playlists of a file, the largest first where there are too many for one menu.

    Parameters
    ----------
    answer
        Who answers the choice, and about which upload.
    hint
        What the choice does not repeat of the request.
    """
    order = sorted(range(len(playlists)), key=lambda index: -len(playlists[index].tracks))[:OFFERED]
    if len(playlists) <= OFFERED:
        order = list(range(len(playlists)))
    options = [
        discord.SelectOption(
            label=plain(playlists[index].name, 100) or "Untitled",
            value=str(index),
            description=plural(len(playlists[index].tracks), "track"),
        )
        for index in order
    ]
    select: ui.Select[ui.LayoutView] = ui.Select(
        custom_id=answer.select(), placeholder=Label.WHICH_PLAYLIST, options=options
    )
    return Reply(
        (*([text(hint)] if hint else []), text(*choice_lines(playlists, order)), ui.ActionRow(select))
    )
