"""One look for every chart: a phone, Discord's dark theme, and eyes that may not tell colours apart.

Lengths are pixels of a picture 400 wide. One typographic point is one such pixel, because the pictures are
drawn at twice 72 dots per inch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.domain.report import Cluster

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

SIZE_TITLE = 18.0
SIZE = 17.0
"""Of all other letters: 11 pixels high where a card shows the picture 263 wide, on a phone 390 wide."""


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


def cluster_style(clusters: Sequence[Cluster], index: int) -> GroupStyle:
    """Return the look of a group of a report: a letter and a colour of its own, kept between reports."""
    cluster = clusters[index]
    letter = group_style(index if cluster.letter is None else cluster.letter)
    if cluster.colour is None:
        return letter
    return GroupStyle(letter.letter, group_style(cluster.colour).colour, letter.marker, letter.scale)


_MORE = ("#2b2d42", "#3a4a86", "#3f7fb5", "#57b8b0", "#b4e08a", "#fdf6a5")
"""Dark to light, and on the way through hues that stay apart under the common colour deficiencies."""
_LESS_OR_MORE = ("#f0a35e", "#8a6242", PANEL, "#40698f", "#7fb8f5")
"""Orange for less, blue for more: the two ends look different to all common kinds of sight."""


def shade_of_score(score: float) -> str:
    """Return the colour of a score, 0..100."""
    return _between(_MORE, score / 100)


def shade_of_level(level: float, reach: float) -> str:
    """Return the colour of a level in spreads, from -`reach` to `reach`."""
    return _between(_LESS_OR_MORE, (level / reach + 1) / 2)


def ink_on(colour: str) -> str:
    """Return the colour of letters on `colour`: pure black or white, one of which always has 4.5:1 (WCAG)."""
    light = _luminance(colour)
    return "#ffffff" if 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 else "#000000"


def _between(stops: tuple[str, ...], part: float) -> str:
    place = min(max(part, 0.0), 1.0) * (len(stops) - 1)
    index = min(int(place), len(stops) - 2)
    share = place - index
    first, second = _channels(stops[index]), _channels(stops[index + 1])
    mixed = (round(255 * (one + (other - one) * share)) for one, other in zip(first, second, strict=True))
    return "#" + "".join(f"{value:02x}" for value in mixed)


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def _luminance(colour: str) -> float:
    linear = [
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in _channels(colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
