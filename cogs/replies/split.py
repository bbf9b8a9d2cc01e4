"""The cards of `/split`: the playlists that would be made, and what can still be changed about them."""

from __future__ import annotations

from functools import partial
from typing import Any

import discord
from discord import ui

from cogs.replies.attribution import credit, playlist_link
from cogs.replies.ids import Action, DraftVerb, draft_ref
from cogs.replies.layout import WARNING, Reply, draft_button, rule, small, text, with_files
from cogs.replies.lists import ListFiles
from cogs.words.grouping import WAY, basis_line
from cogs.words.text import CLUSTER_LETTERS, escape, fit, join_words, plain, plural, track_line, unbroken
from cogs.words.traits import sound_words
from services.domain.drafts import Part, SplitState, by_closeness
from services.domain.grouping import Grouping
from services.domain.report import AnalysisReport, Verdict
from services.workflows.drafts import SplitDraft

_EXAMPLES = 2
_DRY_RUN_CHARACTERS = 3000
_button = partial(draft_button, Action.SPLIT)


def split_card(draft: SplitDraft, chosen: int | None = None) -> Reply:
    """Show the parts, and for a `chosen` one what can be done with it."""
    report, draft_id, state = draft.stored.report, draft.draft_id, draft.state
    blocks: list[ui.Item[Any]] = [
        text(f"## Split {playlist_link(report.playlist)}", _promise(report, state), credit(report.playlist)),
        text(*(_part_lines(report, part, number) for number, part in enumerate(state.parts))),
    ]
    if state.homeless:
        blocks.append(text(small(_homeless(state))))
    blocks.append(rule())
    blocks.append(ui.ActionRow(_part_select(draft_id, state, chosen)))
    if chosen is not None and chosen < len(state.parts):
        blocks.append(ui.ActionRow(*_part_buttons(draft_id, state, chosen)))
        if len(state.parts) > 1:
            blocks.append(ui.ActionRow(_merge_select(report, draft_id, state, chosen)))
    blocks.append(ui.ActionRow(*_last_row(report, draft_id, state)))
    return Reply(tuple(blocks))


def dry_run_card(draft: SplitDraft, *, can_write: bool) -> Reply:
    """List what would be made, and ask once."""
    report, draft_id, state = draft.stored.report, draft.draft_id, draft.state
    count = len(state.chosen)
    room = _DRY_RUN_CHARACTERS // max(count, 1)
    blocks: list[ui.Item[Any]] = [
        text(
            f"## Make {plural(count, 'private playlist')}?" if can_write else f"## {plural(count, 'list')}",
            f"{escape(report.playlist.name, 90)} itself stays as it is.",
        ),
        *(text(_dry_run(report, part, room)) for part in state.chosen),
    ]
    without_id = sum(report.tracks[row].track.id is None for part in state.chosen for row in part.rows)
    if without_id and can_write:
        blocks.append(
            text(small(f"{plural(without_id, 'track')} without a Spotify id can only be exported."))
        )
    buttons = [
        _button("Export the lists", draft_id, DraftVerb.EXPORT),
        _button("Back", draft_id, DraftVerb.SHOW),
    ]
    if can_write:
        label = f"Make {plural(count, 'playlist')}"
        buttons.insert(0, _button(label, draft_id, DraftVerb.SAVE, style=discord.ButtonStyle.success))
    blocks.append(ui.ActionRow(*buttons))
    return Reply(tuple(blocks), accent=WARNING)


def split_files_card(draft: SplitDraft, files: ListFiles) -> Reply:
    """Hand out the lists."""
    report, state = draft.stored.report, draft.state
    said = text(
        f"## {escape(report.playlist.name, 90)} in {plural(len(state.chosen), 'list')}",
        *(f"- {escape(part.name, 90)}: {plural(len(part.rows), 'track')}" for part in state.chosen),
        *map(small, files.hints),
    )
    return with_files(said, files.files)


def _promise(report: AnalysisReport, state: SplitState) -> str:
    words = f"{plural(len(state.chosen), 'playlist')} from {plural(len(report.tracks), 'track')}."
    if report.basis.grouping is Grouping.STYLE:
        return f"{words} {basis_line(report.basis, brief=True)}"
    if report.structure.verdict in {Verdict.NONE, Verdict.UNTESTABLE}:
        return f"{words} The borders are soft: the sound alone doesn't split this list."
    return words


def _part_lines(report: AnalysisReport, part: Part, number: int) -> str:
    letter = CLUSTER_LETTERS[number]
    # the card's heading says the playlist's name, with which those of its parts begin
    name = escape(part.name.removeprefix(f"{report.playlist.name} · "), 90)
    title = f"**{letter} · {name}**" if part.included else f"~~{letter} · {name}~~ (left out)"
    likely = f", {part.likely:,} likely" if part.likely else ""
    heard = " · ".join(
        escape(report.tracks[row].track.label, 30)
        for group in part.groups
        for row in report.clusters[group].typical[: max(1, _EXAMPLES // len(part.groups))]
    )
    sound = join_words(sound_words(report.clusters[group]) for group in part.groups)
    said = " · ".join(
        words for words in (unbroken(escape(sound, 80)), f"♪ {heard}" if heard else "") if words
    )
    counted = f"{len(part.rows):,}{likely}{' · small' if part.is_small else ''}"
    return f"{title} {counted}\n{small(said)}" if said else f"{title} {counted}"


def _homeless(state: SplitState) -> str:
    count = len(state.homeless)
    return (
        f"{plural(count, 'track')} of which I know no sound {'is' if count == 1 else 'are'} in none of them; "
        "in the playlist itself they stay."
    )


def _part_select(draft_id: str, state: SplitState, chosen: int | None) -> ui.Select[Any]:
    return ui.Select(
        custom_id=draft_ref(Action.SPLIT, draft_id, DraftVerb.PICK).select(),
        placeholder="Rename, merge or leave out…",
        options=[
            discord.SelectOption(
                label=plain(f"{CLUSTER_LETTERS[number]} · {part.name}", 100),
                value=str(number),
                description=plural(len(part.rows), "track"),
                default=number == chosen,
            )
            for number, part in enumerate(state.parts)
        ],
    )


def _part_buttons(draft_id: str, state: SplitState, chosen: int) -> list[ui.Button[Any]]:
    letter = CLUSTER_LETTERS[chosen]
    included = state.parts[chosen].included
    return [
        _button(f"Rename {letter}…", draft_id, DraftVerb.ASK, chosen, style=discord.ButtonStyle.primary),
        _button(
            f"Leave {letter} out" if included else f"Take {letter} in", draft_id, DraftVerb.TOGGLE, chosen
        ),
    ]


def _merge_select(report: AnalysisReport, draft_id: str, state: SplitState, chosen: int) -> ui.Select[Any]:
    letter = CLUSTER_LETTERS[chosen]
    options = [
        discord.SelectOption(
            label=plain(f"{CLUSTER_LETTERS[other]} · {state.parts[other].name}", 100),
            value=str(other),
            description=f"most alike {WAY[report.basis.grouping]}" if place == 0 else None,
        )
        for place, other in enumerate(by_closeness(report, state, chosen))
    ]
    return ui.Select(
        custom_id=draft_ref(Action.SPLIT, draft_id, DraftVerb.MERGE, chosen).select(),
        placeholder=f"Merge {letter} into…",
        options=options,
    )


def _last_row(report: AnalysisReport, draft_id: str, state: SplitState) -> list[ui.Button[Any]]:
    row = [
        _button(
            "Go on…",
            draft_id,
            DraftVerb.REVIEW,
            style=discord.ButtonStyle.success,
            disabled=not state.chosen,
        )
    ]
    if len(state.parts) < len(report.clusters):
        row.append(_button("Undo the merges", draft_id, DraftVerb.START_OVER))
    return row


def _dry_run(report: AnalysisReport, part: Part, room: int) -> str:
    title = f"**{escape(part.name, 90)}** — {plural(len(part.rows), 'track')}"
    lines = [f"- {track_line(report.tracks[row].track, 60)}" for row in part.rows]
    return f"{title}\n{fit(lines, room - len(title) - 1)}"
