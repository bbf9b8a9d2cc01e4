"""Ask in one list whether what was found for names is what was meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Reply, button, note, rule, small, text
from cogs.words.text import escape, length, plain, plural
from services.domain.music import Track
from services.domain.recordings import DoubtfulFind
from services.domain.report import AnalysisReport

SHOWN = 5
"""Pairs on one page: both lines have to be read."""
TAKE, TAKE_ALL, SKIP_ALL = "take", "all", "skip"


def doubtful_card(report: AnalysisReport, report_id: str, finds: Sequence[DoubtfulFind]) -> Reply:
    """Ask about the doubtful finds of a map, the first of them."""
    if not finds:
        return note("There is nothing left to ask about this map: every name is found, refused or unknown.")
    page = finds[:SHOWN]
    lines = [
        f"{number}. **{_words(find.wanted)}**\n{small(f'found: {_words(find.found)}')}"
        for number, find in enumerate(page, 1)
    ]
    more = f"The next {len(finds) - len(page):,} come after these." if len(finds) > len(page) else ""
    options = [
        discord.SelectOption(
            label=plain(f"{number}. {find.found.label}", 100),
            value=str(find.row),
            description=_length(find.found),
        )
        for number, find in enumerate(page, 1)
    ]
    menu: ui.Select[Any] = ui.Select(
        custom_id=ComponentRef(Action.SAME_SONG, report_id, TAKE).select(),
        placeholder="Take those that are the same song…",
        options=options,
        min_values=1,
        max_values=len(options),
    )

    def all_of(label: str, what: str) -> ui.Button[Any]:
        return button(label, ComponentRef(Action.SAME_SONG, report_id, what).button())

    return Reply(
        (
            text(
                f"## Same song? {len(finds):,} of {plural(len(report.tracks), 'track')} "
                f"{'is' if len(finds) == 1 else 'are'} doubtful",
                "First what the list says, then what I found. What you take counts for you alone.",
            ),
            text(*lines),
            *([text(small(more))] if more else []),
            rule(),
            ui.ActionRow(menu),
            ui.ActionRow(
                all_of(f"Take all {len(finds):,}", TAKE_ALL), all_of(f"Skip all {len(finds):,}", SKIP_ALL)
            ),
        )
    )


def answered_card(
    report: AnalysisReport, report_id: str, left: Sequence[DoubtfulFind], *, taken: int, refused: int
) -> Reply:
    """Say what was taken, ask about the rest, and offer the map that follows."""
    said = [plural(taken, "track") + " taken"] if taken else []
    said += [plural(refused, "track") + " skipped"] if refused else []
    head = text(f"{', '.join(said).capitalize() or 'Nothing changed'}.")
    again = ui.ActionRow(
        button(
            "Redraw the map",
            ComponentRef(Action.AGAIN, report_id).button(),
            style=discord.ButtonStyle.primary,
        )
    )
    rest = doubtful_card(report, report_id, left).blocks if left else ()
    return Reply((head, again, *rest))


def _words(track: Track) -> str:
    album = f" · {escape(track.album, 40)}" if track.album else ""
    return f"{escape(track.label, 80)} · {_length(track)}{album}"


def _length(track: Track) -> str:
    return length(track.duration_ms) if track.duration_ms else "length unknown"
