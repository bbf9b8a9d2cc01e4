"""One look for every chart: a phone, Discord's dark theme, and eyes that may not tell colours apart.

Lengths are CSS pixels of a picture shown 400 wide. One typographic point is one such pixel, because
the pictures are drawn at twice 72 dots per inch; a font size of 10 is ten pixels high on the phone.
"""

from __future__ import annotations

from dataclasses import dataclass

WIDTH = 400.0
"""Width of every chart in CSS pixels; a phone shows an attachment about this wide."""
DENSITY = 2
"""Device pixels per CSS pixel in the PNG."""
MARGIN = 12.0

CANVAS = "#1a1b1e"
"""Behind everything: Discord's dark background, opaque, so that light-theme readers see the same picture."""
PANEL = "#232428"
"""Behind the drawing area: Discord's container, one step lighter."""
RULE = "#3c3e45"
FAINT = "#6f727c"
"""Marks without a group."""
MUTED = "#b0b4bf"
"""Second-rank words: 8:1 on `CANVAS`."""
INK = "#f2f3f5"
ACCENT = "#7fb2ff"
"""For what belongs to the playlist as a whole: no group has this blue."""
BAND = "#3f4d68"
"""`ACCENT` at 30 % on `PANEL`."""
SHADE = "#4e5058"
"""The typical range and other things to be seen past."""

SIZE_TITLE = 14.0
SIZE_BODY = 11.0
SIZE_SMALL = 10.0
"""Nothing is set smaller than this but the track labels of the map."""
SIZE_LABEL = 9.5


@dataclass(frozen=True, slots=True)
class GroupStyle:
    """How one group looks everywhere: a letter and a shape say what the colour says."""

    letter: str
    colour: str
    marker: str
    scale: float
    """Marker size factor that makes the shapes weigh the same."""


GROUP_STYLES: tuple[GroupStyle, ...] = (
    GroupStyle("A", "#b3a0ff", "o", 1.0),
    GroupStyle("B", "#f9a00f", "s", 0.9),
    GroupStyle("C", "#bafdff", "^", 1.12),
    GroupStyle("D", "#ef453e", "D", 0.82),
    GroupStyle("E", "#3bd6aa", "v", 1.12),
    GroupStyle("F", "#c242ff", "P", 1.08),
    GroupStyle("G", "#ffee10", "X", 1.08),
    GroupStyle("H", "#4c949c", "*", 1.4),
)
"""Searched, from Okabe and Ito's palette on, for the largest smallest OKLab distance between any two

under normal sight and simulated protanopia, deuteranopia and tritanopia (Machado et al. 2009): 0.13
at least, against 0.03 of the start. Each stands at least 4.5:1 against `CANVAS`.
"""


NO_GROUP = GroupStyle("", ACCENT, "o", 1.0)
"""Tracks of a list without groups."""


def group_style(index: int) -> GroupStyle:
    """Return the look of group `index`; past the eighth the looks repeat with two letters."""
    style = GROUP_STYLES[index % len(GROUP_STYLES)]
    turn = index // len(GROUP_STYLES)
    if turn == 0:
        return style
    return GroupStyle(f"{style.letter}{turn + 1}", style.colour, style.marker, style.scale)
