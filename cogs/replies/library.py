"""The card of a person's playlists."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply, button, rule, text
from cogs.words.attribution import ATTRIBUTION
from cogs.words.buttons import Label, page_label
from cogs.words.library import CLOSED_LISTS, NO_PLAYLIST, library_line, library_lines, liked_line
from cogs.words.messages import renewal_line
from cogs.words.text import fit, plain, plural, small
from services.domain.inputs import PlaylistRef, ReferenceKind
from services.domain.spotify import Library, PlaylistSummary

PAGE = 15
_PAGE_CHARACTERS = 3000


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
