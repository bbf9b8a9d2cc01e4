"""One look for every chart: a phone, Discord's dark theme, and eyes that may not tell colours apart.

Lengths are pixels of a picture 400 wide. One typographic point is one such pixel, because the pictures are
drawn at twice 72 dots per inch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.charts.labels import spread_apart
from services.charts.lettering import Face
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
    GroupStyle("A", "#b9a6ff", "o", 1.0),
    GroupStyle("B", "#faa50f", "s", 0.9),
    GroupStyle("C", "#bafcff", "^", 1.12),
    GroupStyle("D", "#f4523f", "D", 0.82),
    GroupStyle("E", "#3bd7a9", "v", 1.12),
    GroupStyle("F", "#c357ff", "P", 1.08),
    GroupStyle("G", "#ffed10", "X", 1.08),
    GroupStyle("H", "#4c969d", "*", 1.4),
)
"""Searched, from Okabe and Ito's palette on, for the largest smallest OKLab distance between any two

under normal sight and simulated protanopia, deuteranopia and tritanopia (Machado et al. 2009): 0.13
at least, against 0.03 of the start. Each stands at least 4.5:1 against `PANEL`.
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
    return between(_MORE, score / 100)


def shade_of_level(level: float, reach: float) -> str:
    """Return the colour of a level in spreads, from -`reach` to `reach`."""
    return between(_LESS_OR_MORE, (level / reach + 1) / 2)


def ink_on(colour: str) -> str:
    """Return the colour of letters on `colour`: pure black or white, one of which always has 4.5:1 (WCAG)."""
    light = _luminance(colour)
    return "#ffffff" if 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 else "#000000"


def between(stops: tuple[str, ...], part: float) -> str:
    """Return the colour so far, 0..1, on the way through evenly spaced `stops`."""
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


SERIF = Face("DejaVu Serif", narrow=0.88)
"""For what is read first."""
NARROW = Face(SERIF.family, narrow=0.76)
"""For what would be cut otherwise."""

LIVELY, BRIGHT = 0.68, 0.45
"""Energy and valence of typical music (its medians, rounded): a list is on one side or the other."""
_REACH = 0.35
"""From typical energy to where the coolest and the warmest colour stand."""


@dataclass(frozen=True, slots=True)
class Look:
    """One theme: flat colours, without gradients."""

    name: str
    ground: str
    sea: str
    """Behind the picture; the lands stand out from it at least as well as from `ground`."""
    ink: str
    """7:1 at least on both."""
    soft: str
    """For second-rank words: 4.5:1 at least."""
    lands: tuple[str, ...]
    """From cool to warm: five that go well together, and three more for lists of more groups.

    Searched for the largest smallest OKLab distance between any two under normal sight and three simulated
    ones, at 3:1 against `ground` (WCAG 1.4.11); a letter says what the colour says.
    """


FIRST = 5
"""Colours that are used before the others of a look."""

LOOKS: tuple[Look, ...] = (
    Look(
        "night",
        "#1a0b33",
        "#120626",
        "#fff4e6",
        "#c9b8e8",
        ("#3bd6aa", "#b3a0ff", "#ffee10", "#f9a00f", "#ef453e", "#bafdff", "#c242ff", "#4c949c"),
    ),
    Look(
        "dusk",
        "#0b1f30",
        "#071725",
        "#f3f0e6",
        "#a9c0d3",
        ("#b3a0ff", "#3bd6aa", "#bafdff", "#f9a00f", "#ef453e", "#ffee10", "#c242ff", "#4c949c"),
    ),
    Look(
        "daybreak",
        "#ffe9d6",
        "#fff8ef",
        "#2a1633",
        "#6a4558",
        ("#545cfe", "#5837a1", "#9b303d", "#ee5324", "#a473a0", "#01125f", "#5b0902", "#020016"),
    ),
    Look(
        "noon",
        "#ffd64a",
        "#fff6dc",
        "#1d0a3c",
        "#57370f",
        ("#147dda", "#1f00dd", "#560984", "#da1791", "#922033", "#9f7100", "#3c0200", "#090045"),
    ),
)
"""Night: lively and dark; dusk: calm and dark; daybreak: calm and bright; noon: lively and bright."""


def choose_look(energy: float | None, valence: float | None) -> Look:
    """Choose by how lively and how bright a list is; what is not known counts as calm and dark."""
    is_lively = energy is not None and energy >= LIVELY
    is_bright = valence is not None and valence >= BRIGHT
    night, dusk, daybreak, noon = LOOKS
    if is_bright:
        return noon if is_lively else daybreak
    return night if is_lively else dusk


def land_colours(look: Look, energies: Sequence[float | None]) -> tuple[str, ...]:
    """Give each group a colour of its own: the calmer, the cooler.

    Parameters
    ----------
    energies
        Of each group, 0..1; None counts as typical.
    """
    few = len(energies) <= FIRST
    lands = look.lands[: FIRST if few else len(look.lands)]
    if len(energies) > len(lands):
        return tuple(lands[index % len(lands)] for index in range(len(energies)))
    last = len(lands) - 1
    wanted = [
        ((LIVELY if energy is None else energy) - LIVELY + _REACH) / (2 * _REACH) * last
        for energy in energies
    ]
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
    step = 2 if len(order) <= FIRST // 2 + 1 else 1
    within = [min(max(each, 0.0), last) for each in wanted]
    places = spread_apart(within, gap=float(step), low=0.0, high=float(last))
    chosen = [""] * len(energies)
    taken = -step
    for rank, index in enumerate(order):
        taken = min(max(round(places[index]), taken + step), last - step * (len(order) - 1 - rank))
        chosen[index] = lands[taken]
    return tuple(chosen)
