"""The card of a blend: the tracks with whose taste they serve, and how satisfied everybody is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from discord import ui

from cogs.replies.ids import BlendPress, BlendVerb
from cogs.replies.layout import Reply, button, poster, small, text, with_files
from cogs.replies.lists import ListFiles
from cogs.words.messages import note_lines
from cogs.words.text import escape, fit, plural, some_of, track_line
from services.domain.charts import Chart
from services.domain.comparison import Blend, BlendMode, BlendTrack

_NAME = 24
_SHOWN = 5
"""Tracks on the card; a phone has room for no more."""
_BAR = 5
_IN_LINES = 8
"""People who get a line each; more share one."""
_MODES = {
    BlendMode.FAIR: "fair: the least satisfied person comes first",
    BlendMode.JOY: "joy: as much satisfaction as possible, nobody left out",
    BlendMode.SAFE: "safe: nothing that anybody would find foreign",
}


def blend_card(blend: Blend, result_id: str, size: int, *, can_save: bool, has_poster: bool) -> Reply:
    """Show a blend."""
    names = {person.key: escape(person.name, _NAME) for person in blend.people}
    title = some_of(list(names.values()), 4)
    lines = [
        f"{number}. {track_line(track.entry.track, 44)}{_serves(track, names)}"
        for number, track in enumerate(blend.tracks[:_SHOWN], 1)
    ]
    if rest := len(blend.tracks) - len(lines):
        lines.append(small(f"and {rest:,} more; *CSV and links* has all"))
    row = [button("CSV and links", BlendPress(blend.mode, size, BlendVerb.FILES).button(result_id))]
    if can_save:
        save = BlendPress(blend.mode, size, BlendVerb.SAVE).button(result_id)
        row.insert(0, button("Save to my Spotify", save))
    if has_poster and blend.tracks:
        row.append(button("Poster", BlendPress(blend.mode, size, BlendVerb.POSTER).button(result_id)))
    others = [
        button(mode.value.capitalize(), BlendPress(mode, size).button(result_id))
        for mode in BlendMode
        if mode is not blend.mode
    ]
    blocks: list[ui.Item[Any]] = [
        text(
            f"## A blend for {title}", small(f"{plural(len(blend.tracks), 'track')} · {_MODES[blend.mode]}")
        ),
        text(fit(lines, 2300) if lines else "No track is fit for everybody."),
        text(
            "**How satisfied everybody is**",
            fit(_satisfied(blend, names), 1000),
            *(small(escape(each, 200)) for each in note_lines(blend.notes[:3])),
            small("50% is what a random track from your own list would score."),
        ),
        ui.ActionRow(*row, *others),
    ]
    return Reply(tuple(blocks))


def blend_files_card(files: ListFiles) -> Reply:
    """Hand over a blend as files."""
    said = text("## Your blend as files", "As CSV, which other programs import, and as links.")
    return with_files(said, files.files)


def blend_poster_card(posters: Sequence[Chart]) -> Reply:
    """Show what was mixed as a poster in both sizes."""
    pictures, attached = poster(posters)
    return Reply(
        (
            text("## Your poster", "Everybody who agreed is named on it."),
            *pictures,
            text(small("Only you see it here: save the picture to show it to others.")),
        ),
        attached,
    )


def _serves(track: BlendTrack, names: dict[Any, str]) -> str:
    """Say whose pick it is, and only where it isn't for everybody, for whom it isn't."""
    others = [name for key, name in names.items() if key not in track.serves]
    pick = f" · {names[track.turn]}'s pick"
    return f"{pick}\n{small(f'not for {some_of(others, 3)}')}" if others else pick


def _satisfied(blend: Blend, names: dict[Any, str]) -> list[str]:
    if len(blend.people) > _IN_LINES:
        each = [f"**{names[person.key]}** {100 * person.satisfaction:.0f}%" for person in blend.people]
        return [" · ".join(each[start : start + 5]) for start in range(0, len(each), 5)]
    return [
        f"- **{names[person.key]}** {_bar(person.satisfaction)} {100 * person.satisfaction:.0f}% · "
        f"{person.owned:,} own" + (f", {person.foreign} foreign" if person.foreign else "")
        for person in blend.people
    ]


def _bar(share: float) -> str:
    full = round(share * _BAR)
    return "▰" * full + "▱" * (_BAR - full)


def blend_name(blend: Blend) -> str:
    """Name the playlist after its people: they asked for it, and it is saved privately."""
    names = [person.name for person in blend.people]
    return f"Blend: {', '.join(names[:4])}{f' and {len(names) - 4} more' if len(names) > 4 else ''}"
