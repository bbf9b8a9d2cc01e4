"""How a poster looks: its colours follow the mood of the music, its letters are those of a gig poster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.charts.labels import spread_apart
from services.charts.lettering import Face

SERIF = Face("DejaVu Serif", narrow=0.88)
"""For what is read first."""

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
