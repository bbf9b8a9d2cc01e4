"""The card of a blend: the tracks with whose taste they serve, and how satisfied everybody is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from discord import ui

from cogs.replies.ids import BlendPress, BlendVerb
from cogs.replies.layout import Reply, button, poster, text, with_files
from cogs.replies.lists import ListFiles
from cogs.words import people as words
from cogs.words.buttons import Label
from cogs.words.messages import note_lines
from cogs.words.text import escape, fit, small, some_of, track_line
from services.domain.charts import Chart
from services.domain.groups import Blend, BlendMode

_NAME = 24
_SHOWN = 5
"""Tracks on the card; a phone has room for no more."""


def blend_card(blend: Blend, result_id: str, size: int, *, can_save: bool, has_poster: bool) -> Reply:
    """Show a blend."""
    names = {person.key: escape(person.name, _NAME) for person in blend.people}
    title = some_of(list(names.values()), 4)
    lines = [
        f"{number}. {track_line(track.entry.track, 44)}{words.serves_words(track, names)}"
        for number, track in enumerate(blend.tracks[:_SHOWN], 1)
    ]
    if rest := len(blend.tracks) - len(lines):
        lines.append(small(words.more_tracks(rest)))
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
        text(*words.blend_lines(blend, title)),
        text(fit(lines, 2300) if lines else words.NO_TRACK_FITS),
        text(
            words.SATISFIED,
            fit(words.satisfied_lines(blend, names), 1000),
            *(small(escape(each, 200)) for each in note_lines(blend.notes[:3])),
            small(words.RANDOM_IS_HALF),
        ),
        ui.ActionRow(*row, *others),
    ]
    return Reply(tuple(blocks))


def blend_files_card(files: ListFiles) -> Reply:
    """Hand over a blend as files."""
    said = text(*words.BLEND_FILES_LINES)
    return with_files(said, files.files)


def blend_poster_card(posters: Sequence[Chart]) -> Reply:
    """Show what was mixed as a poster in both sizes."""
    pictures, attached = poster(posters)
    return Reply((text(*words.POSTER_LINES), *pictures, text(small(words.SAVE_THE_PICTURE))), attached)
