"""Draw an order: the course of the list before and after, over the requested arc, and its steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.charts import card, theme
from services.charts.lettering import drawable
from services.charts.series import MOST_BINS, MOST_DOTS, Floats, compute_bins, smooth
from services.charts.sheet import HEAD, Sheet
from services.charts.words import describe, playlist_name
from services.domain.charts import Chart, ChartKind
from services.domain.features import Feature
from services.domain.ordering import Figures, Goal, OrderResult
from services.domain.report import AnalysisReport
from services.domain.vocabulary import GOAL_NAMES

_DETAIL = 36
"""The lines are averaged over one such part of the list."""
_STEPS, _TICKS, _LINE = 88.0, 26.0, 24.0
_GAP = 8.0
_INSET = 12.0
"""Between the edge of a panel and what is drawn in it."""
_CARD_SIZE = 12.0
_CARD_MARGIN = 2.0
_CARD_MEASURES = ("up: lively, down: calm", "up: fast, down: slow")


@dataclass(frozen=True, slots=True)
class _Panel:
    """Where a panel is, and how its words are set."""

    width: float
    """Of the sheet."""
    margin: float
    top: float
    height: float
    name_size: float = theme.SIZE
    word_size: float = theme.SIZE

    @property
    def left(self) -> float:
        """Where what is drawn begins."""
        return self.margin + _INSET

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.width - self.margin - _INSET

    @property
    def ceiling(self) -> float:
        """The upper end of what is drawn."""
        return self.top + 31

    @property
    def floor(self) -> float:
        """The lower end of what is drawn."""
        return self.top + self.height - 9

    def draw(self, sheet: Sheet) -> None:
        """Draw what lies behind."""
        sheet.panel(self.margin, self.top, self.width - 2 * self.margin, self.height)

    def along(self, positions: Floats, tracks: int) -> Floats:
        """Return x in pixels of 0-based positions in the list."""
        xs: Floats = self.left + (self.right - self.left) * (positions + 0.5) / max(tracks, 1)
        return xs


@dataclass(frozen=True, slots=True)
class _Way:
    """One order of the tracks."""

    name: str
    order: npt.NDArray[np.intp]
    figures: Figures
    steps: Floats


def render_order(report: AnalysisReport, result: OrderResult, *, on_card: bool = False) -> Chart:
    """Draw the old and the new order of a playlist, with description and text twin.

    Parameters
    ----------
    on_card
        Whether for the width that a card leaves on a phone: the two ways alone.
    """
    ways = (
        _Way(
            "Before",
            np.arange(len(result.order), dtype=np.intp),
            result.before,
            np.array(result.steps_before),
        ),
        _Way(
            "After",
            np.array(result.order, dtype=np.intp),
            result.after,
            np.array(result.steps_after),
        ),
    )
    notes = _notes(report, result)
    sheet = _draw_small(report, result, ways) if on_card else _draw_whole(report, result, ways, notes)
    return sheet.chart(
        ChartKind.ORDER,
        f"The order: {GOAL_NAMES[result.goal]}",
        _alt_text(report, result, ways),
        [*_twin(report, result, ways), *notes],
    )


def _draw_whole(
    report: AnalysisReport, result: OrderResult, ways: Sequence[_Way], notes: Sequence[str]
) -> Sheet:
    """Draw the ways, their steps, and what the marks mean."""
    height = 108.0
    sheet = Sheet(HEAD + 2 * (height + _GAP) + _STEPS + _GAP + _TICKS + _LINE * len(notes) + 4)
    title = GOAL_NAMES[result.goal]
    top = sheet.head(title[:1].upper() + title[1:], f"{drawable(playlist_name(report, 120))}")
    for way in ways:
        panel = _Panel(sheet.width, 6, top, height)
        _name(sheet, panel, way.name, _figures_words(way.figures).replace("of steps ", ""))
        _draw_way(sheet, report, result, way, panel)
        top += height + _GAP
    panel = _Panel(sheet.width, 6, top, _STEPS)
    _draw_steps(sheet, ways, panel)
    top += _STEPS + _GAP
    _draw_ticks(sheet, len(result.order), panel, top)
    sheet.foot(notes, top + _TICKS, _LINE)
    return sheet


def _draw_small(report: AnalysisReport, result: OrderResult, ways: Sequence[_Way]) -> Sheet:
    """Draw the ways alone; what they gain stands above them on the card."""
    height = 82.0
    sheet = Sheet(2 * height + _GAP + 4, card.WIDTH, density=card.DENSITY, ground=theme.PANEL)
    top = 2.0
    for way, words in zip(ways, (_CARD_MEASURES[result.goal is Goal.TEMPO_UP], ""), strict=True):
        panel = _Panel(sheet.width, _CARD_MARGIN, top, height, _CARD_SIZE, _CARD_SIZE)
        _name(sheet, panel, way.name, words)
        _draw_way(sheet, report, result, way, panel)
        top += height + _GAP
    return sheet


def _name(sheet: Sheet, panel: _Panel, name: str, words: str) -> None:
    panel.draw(sheet)
    title = sheet.write(panel.left - 2, panel.top + 14, name, size=panel.name_size, bold=True)
    room = panel.right - title.right - 8
    sheet.write(title.right + 8, panel.top + 14, words, size=panel.word_size, colour=theme.MUTED, room=room)


def _draw_way(sheet: Sheet, report: AnalysisReport, result: OrderResult, way: _Way, panel: _Panel) -> None:
    ceiling, floor = panel.ceiling, panel.floor
    for level in (0.0, 0.5, 1.0):
        y = floor - level * (floor - ceiling)
        sheet.line([panel.left, panel.right], [y, y], colour=theme.RULE, width=0.8, zorder=1)
    count = len(way.order)
    if result.wanted:
        xs, wanted = _course(np.array(result.wanted))
        sheet.line(
            panel.along(xs, count), floor - wanted * (floor - ceiling), colour=theme.BAND, width=9.0, zorder=2
        )
    heights = np.array([np.nan if height is None else height for height in result.course])[way.order]
    if count <= MOST_DOTS:
        guessed = np.array([_is_guessed(report, result.goal, int(row)) for row in way.order])
        size = float(np.clip(22.0 * count**-0.3, 3.4, 7.5))
        for hollow in (False, True):
            chosen = (guessed == hollow) & np.isfinite(heights)
            if chosen.any():
                sheet.dots(
                    panel.along(np.flatnonzero(chosen).astype(np.float64), count),
                    floor - heights[chosen] * (floor - ceiling),
                    marker="o",
                    size=size,
                    colour=theme.ACCENT,
                    hollow=hollow,
                    alpha=0.9,
                )
    xs, line = _course(heights)
    for colour, width in ((theme.CANVAS, 4.0), (theme.INK, 2.0)):
        ys = floor - line * (floor - ceiling)
        sheet.line(panel.along(xs, count), ys, colour=colour, width=width, zorder=4)


def _draw_steps(sheet: Sheet, ways: Sequence[_Way], panel: _Panel) -> None:
    """Draw what the steps cost: the old order as a thin line, the new one as an area."""
    panel.draw(sheet)
    top, ceiling, floor = panel.top, panel.ceiling, panel.floor
    title = sheet.write(panel.left - 2, top + 14, "Roughness", bold=True)
    key = sheet.write(panel.right, top + 14, "before", colour=theme.MUTED, align="right")
    sheet.line([key.left - 22, key.left - 5], [top + 14, top + 14], colour=theme.MUTED, width=1.3)
    after = sheet.write(key.left - 32, top + 14, "after", colour=theme.MUTED, align="right")
    if after.left - 20 > title.right:
        sheet.bar(after.left - 18, top + 9, 13, 10, colour=theme.ACCENT)
    lines = [_course(way.steps) for way in ways]
    highest = max(float(np.nanmax(line, initial=0.0)) for _, line in lines) or 1.0
    sheet.line([panel.left, panel.right], [floor, floor], colour=theme.RULE, width=0.8, zorder=1)
    count = len(ways[0].order)
    for index, (xs, line) in enumerate(lines):
        across = panel.along(xs + 0.5, count)
        ys = floor - line / highest * (floor - ceiling)
        if index:
            outline = np.concatenate(
                (np.column_stack((across, ys)), [[across[-1], floor], [across[0], floor]])
            )
            sheet.polygons([outline], [theme.BAND])
            sheet.line(across, ys, colour=theme.ACCENT, width=2.0, zorder=4)
        else:
            sheet.line(across, ys, colour=theme.MUTED, width=1.3, zorder=3)


def _course(values: Floats) -> tuple[Floats, Floats]:
    """Return positions and smoothed values: track by track, or stretch by stretch of a long list."""
    count = len(values)
    if count <= MOST_DOTS:
        return np.arange(count, dtype=np.float64), smooth(values, max(0.8, count / _DETAIL))
    bins = compute_bins(values, MOST_BINS)
    return (bins.edges[:-1] + bins.edges[1:] - 1) / 2, smooth(bins.middle, MOST_BINS / _DETAIL)


def _draw_ticks(sheet: Sheet, tracks: int, panel: _Panel, y: float) -> None:
    sheet.write(panel.left, y + 8, "track 1", colour=theme.MUTED)
    sheet.write(panel.right, y + 8, f"{tracks:,}", colour=theme.MUTED, align="right")


def _is_guessed(report: AnalysisReport, goal: Goal, row: int) -> bool:
    return report.tracks[row].is_imputed(Feature.TEMPO if goal is Goal.TEMPO_UP else Feature.ENERGY)


def _measure(result: OrderResult) -> str:
    return "up: fast, down: slow" if result.goal is Goal.TEMPO_UP else "up: lively and loud, down: calm"


def _figures_words(figures: Figures) -> str:
    parts = []
    if figures.harmonic_share is not None:
        parts.append(f"{100 * figures.harmonic_share:.0f}% of steps in key")
    if figures.median_bpm_jump is not None:
        parts.append(f"typical jump {figures.median_bpm_jump:.0f} BPM")
    if not parts:
        parts.append(f"mean step {figures.step_cost:.2f}")
    return " · ".join(parts)


def _notes(report: AnalysisReport, result: OrderResult) -> list[str]:
    """Say what the marks mean, one line each."""
    lines = [_measure(result)]
    if result.wanted:
        lines.append("broad line: the wanted arc")
    estimated = sum(_is_guessed(report, result.goal, row) for row in range(len(result.order)))
    unknown = sum(height is None for height in result.course)
    if estimated:
        lines.append(
            f"{estimated:,} estimated: hollow"
            if len(result.order) <= MOST_DOTS
            else f"{estimated:,} estimated"
        )
    if unknown:
        lines.append(f"{unknown:,} unknown: left out of the lines")
    return lines


def _cost_words(result: OrderResult) -> str:
    costs = result.costs
    return (
        f"Mean cost of a step: {costs.original:.2f} before, {costs.random_mean:.2f} in a random order, "
        f"{costs.optimized:.2f} now; no order can be below {costs.lower_bound:.2f}."
    )


def _fit_words(result: OrderResult) -> str:
    before, after = result.before.arc_fit, result.after.arc_fit
    if before is None or after is None:
        return ""
    return f"The course follows the wanted arc with a correlation of {before:.2f} before and {after:.2f} now."


def _alt_text(report: AnalysisReport, result: OrderResult, ways: Sequence[_Way]) -> str:
    goal = GOAL_NAMES[result.goal]
    return describe(
        (
            f"{playlist_name(report)}, {len(result.order):,} tracks, before and after: {goal}.",
            _cost_words(result),
            _fit_words(result),
            *(f"{way.name}: {_figures_words(way.figures)}." for way in ways),
        )
    )


def _twin(report: AnalysisReport, result: OrderResult, ways: Sequence[_Way]) -> list[str]:
    what = "tempo" if result.goal is Goal.TEMPO_UP else "energy and loudness"
    lines = [
        f"{playlist_name(report)}, {GOAL_NAMES[result.goal]}: median rank of {what}, 0 to 1, in each tenth"
    ]
    count = len(result.order)
    heights = np.array([np.nan if height is None else height for height in result.course])
    parts = max(1, min(10, count))
    bins = [compute_bins(heights[way.order], parts) for way in ways]
    wanted = compute_bins(np.array(result.wanted), parts).middle if result.wanted else None
    for index in range(parts):
        start, end = int(bins[0].edges[index]), int(bins[0].edges[index + 1])
        said = [
            f"{way.name.lower()} "
            + ("unknown" if np.isnan(part.middle[index]) else f"{part.middle[index]:.2f}")
            for way, part in zip(ways, bins, strict=True)
        ]
        if wanted is not None:
            said.append(f"wanted {wanted[index]:.2f}")
        lines.append(f"tracks {start + 1:,}–{end:,}: {', '.join(said)}")
    lines += [_cost_words(result), _fit_words(result)]
    lines += [f"{way.name}: {_figures_words(way.figures)}." for way in ways]
    return [line for line in lines if line]
