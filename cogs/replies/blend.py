"""The card of a blend: the tracks with whose taste they serve, and how satisfied everybody is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from discord import ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import Attached, Reply, button, rule, small, text
from cogs.replies.text import escape, fit, plural, some_of, track_line
from services.domain.blend import Blend, BlendMode, BlendTrack

SAVE, FILES = "save", "files"
_NAME = 24
_IN_LINES = 8
"""People who get a line each; more share one."""
_MODES = {
    BlendMode.FAIR: "fair: the least satisfied person comes first",
    BlendMode.JOY: "joy: as much satisfaction as possible, nobody left out",
    BlendMode.SAFE: "safe: nothing that anybody would find foreign",
}


def blend_card(blend: Blend, result_id: str, size: int, *, can_save: bool) -> Reply:
    """Show a blend."""
    names = {person.key: escape(person.name, _NAME) for person in blend.people}
    title = some_of(list(names.values()), 4)
    lines = [
        f"{number}. {track_line(track.entry.track, 60)}\n{small(_serves(track, names))}"
        for number, track in enumerate(blend.tracks, 1)
    ]
    argument = f"{blend.mode.value}.{size}"
    row = [button("CSV and links", ComponentRef(Action.BLEND, result_id, f"{argument}.{FILES}").button())]
    if can_save:
        save = ComponentRef(Action.BLEND, result_id, f"{argument}.{SAVE}").button()
        row.insert(0, button("Save to my Spotify", save))
    others = [
        button(
            mode.value.capitalize(), ComponentRef(Action.BLEND, result_id, f"{mode.value}.{size}").button()
        )
        for mode in BlendMode
        if mode is not blend.mode
    ]
    blocks: list[ui.Item[Any]] = [
        text(
            f"## A blend for {title}", small(f"{plural(len(blend.tracks), 'track')} · {_MODES[blend.mode]}")
        ),
        text(fit(lines, 2300) if lines else "No track is fit for everybody."),
        rule(),
        text(
            "**How satisfied everybody is**",
            fit(_satisfied(blend, names), 1000),
            *(small(escape(each, 200)) for each in blend.notes[:3]),
            small("50 % is what a random track of one's own list would give."),
        ),
        ui.ActionRow(*row, *others),
    ]
    return Reply(tuple(blocks))


def blend_files_card(files: Sequence[Attached]) -> Reply:
    """Hand over a blend as files."""
    return Reply(
        (
            text("## The blend to take along", "As CSV, which other programs import, and as links."),
            *(ui.File(f"attachment://{file.filename}") for file in files),
        ),
        tuple(files),
    )


def _serves(track: BlendTrack, names: dict[Any, str]) -> str:
    is_for_all = len(track.serves) == len(names) > 2
    served = "everybody" if is_for_all else some_of([names[key] for key in track.serves], 3)
    return f"for {names[track.turn]} · meets {served}"


def _satisfied(blend: Blend, names: dict[Any, str]) -> list[str]:
    if len(blend.people) > _IN_LINES:
        each = [f"**{names[person.key]}** {100 * person.satisfaction:.0f} %" for person in blend.people]
        return [" · ".join(each[start : start + 5]) for start in range(0, len(each), 5)]
    return [
        f"- **{names[person.key]}** {_bar(person.satisfaction)} {100 * person.satisfaction:.0f} % · "
        f"{plural(person.owned, 'track')} of their own"
        + (f", {person.foreign} foreign" if person.foreign else "")
        for person in blend.people
    ]


def _bar(share: float) -> str:
    full = round(share * 8)
    return "▰" * full + "▱" * (8 - full)
