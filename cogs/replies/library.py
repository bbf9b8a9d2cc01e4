"""The card of a person's playlists."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from cogs.replies.attribution import ATTRIBUTION
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply, button, rule, small, text
from cogs.words.messages import note_line, renewal_line
from cogs.words.text import escape, fit, plain, plural
from services.domain.inputs import PlaylistRef, ReferenceKind
from services.domain.spotify import Library, PlaylistSummary

PAGE = 15
_PAGE_CHARACTERS = 3000
_NAME = 60
_LIKED_ADDRESS = "https://open.spotify.com/collection/tracks"
_CLOSED = (
    "Spotify shows a bot only lists that you own or collaborate on, and hides its own. For the others: "
    "export the playlist with exportify.net and attach the file to `/analyze`."
)


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
    lines = [_line(each) for each in shown]
    if page == 0 and library.liked is not None:
        lines.insert(0, f"- [Liked Songs]({_LIKED_ADDRESS}) · {_count(library.liked)}")
    blocks: list[ui.Item[Any]] = [
        text(
            "## Your playlists",
            _counts(library),
            small(_age(library)),
        ),
        text(fit(lines, _PAGE_CHARACTERS) if lines else "There is no playlist in your library yet."),
    ]
    if menu := _menu(library, shown, page):
        blocks.append(ui.ActionRow(menu))
    blocks.append(ui.ActionRow(*_buttons(page, pages)))
    blocks.append(rule())
    has_closed = any(not each.is_readable for each in shown)
    last = [small(_CLOSED)] if has_closed else []
    last += [] if days_to_renew is None else [small(renewal_line(days_to_renew))]
    blocks.append(text(*last, ATTRIBUTION))
    return Reply(tuple(blocks))


def _counts(library: Library) -> str:
    readable = sum(each.is_readable for each in library.playlists)
    count = plural(len(library.playlists), "playlist")
    closed = len(library.playlists) - readable
    more = f" {plural(library.unread, 'further one')} left out." if library.unread else ""
    if not closed:
        return f"{count}, and I can read all of them.{more}" if library.playlists else more.strip()
    return f"{count}: I can read {readable:,}. Spotify hides the other {closed:,} from bots.{more}"


def _age(library: Library) -> str:
    if library.notice:
        return escape(note_line(library.notice), 220)
    return f"Read {discord.utils.format_dt(library.read_at, 'R')}"


def _line(summary: PlaylistSummary) -> str:
    name = f"[{escape(summary.name, _NAME)}](https://open.spotify.com/playlist/{summary.id})"
    owner = f" · by {escape(summary.owner_name, 40)}" if summary.owner_name and not summary.is_own else ""
    if not summary.is_readable:
        return f"- {name}{owner} · *hidden from bots*"
    count = "" if summary.total is None else f" · {_count(summary.total)}"
    return f"- {name}{count}{owner}"


def _count(tracks: int) -> str:
    return plural(tracks, "track").replace(" ", "\u00a0") if tracks else "empty"


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
                label="Liked Songs",
                value=PlaylistRef(ReferenceKind.LIKED).write(),
                description=plural(library.liked, "track"),
            ),
        )
    if not options:
        return None
    return ui.Select(
        custom_id=ComponentRef(Action.ANALYZE, "pick").select(),
        placeholder="Draw a map of…",
        options=options,
    )


def _buttons(page: int, pages: int) -> list[ui.Button[Any]]:
    def to(target: int, why: str) -> str:
        return ComponentRef(Action.LIBRARY, str(target), why).button()

    again = button("Refresh", to(page, "new"))
    if pages == 1:
        return [again]
    return [
        button("Previous", to(max(0, page - 1), "back"), disabled=page == 0),
        button(f"Page {page + 1} of {pages}", to(page, "here"), disabled=True),
        button("Next", to(page + 1, "on"), disabled=page + 1 >= pages),
        again,
    ]
