"""Draw how fast the tracks are and in which keys: a histogram of tempi and a Camelot wheel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.charts import theme
from services.charts.lettering import drawable
from services.charts.series import Floats, Series, compute_series
from services.charts.sheet import HEAD, Sheet
from services.charts.words import describe, listed, playlist_name
from services.domain.charts import Chart, ChartKind
from services.domain.features import Feature
from services.domain.report import AnalysisReport, EnrichedTrack
from services.domain.stats import ALL_KEYS, KeyCounts, count_keys
from services.domain.tempo import CLOSE, Tempo, tempo_of
from services.domain.vocabulary import bpm_words, major_words

_TEMPO_HEIGHT = 96.0
_LINE = 24.0
_RADII = (184.0, 128.0, 70.0)
"""Outer edge of the major ring, border between the rings, inner edge of the minor ring, in pixels."""
_ON_THE_WHEEL = "neighbours on the wheel mix well"
_OFTEN = 0.1
"""Share of the known keys from which one of them is said to be frequent."""


@dataclass(frozen=True, slots=True)
class Felt:
    """Where the tempi gather."""

    tempo: Tempo | None
    """None where they gather nowhere."""
    halves: int
    """Tracks measured near half or double of the one number: it may be what one feels."""


def compute_felt(tracks: Sequence[EnrichedTrack]) -> Felt | None:
    """Summarise the measured tempi of tracks; None without any."""
    tempi = compute_series(tracks, Feature.TEMPO).evidence
    if not (tempi > 0).any():
        return None
    tempo = tempo_of(tracks)
    if tempo is None or tempo.bpm is None:
        return Felt(tempo, 0)
    return Felt(tempo, int(_is_octave_away(tempi[tempi > 0], tempo.bpm).sum()))


def _is_octave_away(tempi_bpm: Floats, bpm: float) -> npt.NDArray[np.bool_]:
    octaves = np.log2(tempi_bpm / bpm)
    away: npt.NDArray[np.bool_] = (np.round(octaves) != 0) & (
        np.abs(octaves - np.round(octaves)) <= np.log2(1 + CLOSE)
    )
    return away


def render_distributions(report: AnalysisReport, *, on_card: bool = False) -> Chart:
    """Draw tempi and keys of a playlist.

    Parameters
    ----------
    on_card
        Whether in little height: the keys in words, and no heading, which the card has.
    """
    tempi = compute_series(report.tracks, Feature.TEMPO)
    felt = compute_felt(report.tracks)
    keys = count_keys(report)
    notes, common = _notes(tempi, felt), _common(keys)[: 2 if on_card else None]
    panel = 34.0 + _TEMPO_HEIGHT + 26.0 + _LINE * len(notes) if felt else 34.0 + 2 * _LINE
    rings = 0.0 if on_card else 2 * _RADII[0] + 7.0
    below = rings + _LINE * len(common) + 12.0
    sheet = Sheet((6.0 if on_card else HEAD) + panel + 8.0 + below + 6.0)
    top = 6.0
    if not on_card:
        top = sheet.head(heading(sheet, felt, keys), drawable(playlist_name(report, 120)) or "a playlist")
    sheet.panel(6, top, sheet.width - 12, panel)
    draw_tempi(sheet, tempi, felt, top)
    top += panel + 8
    sheet.panel(6, top, sheet.width - 12, below)
    if not on_card:
        draw_wheel(sheet, keys, top + 7)
    for row, words in enumerate(common):
        y = top + rings + 6 + _LINE * (row + 0.5)
        sheet.write(sheet.width / 2, y, words, align="center", room=sheet.width - 2 * theme.MARGIN - 12)
    return sheet.chart(
        ChartKind.TEMPO if on_card else ChartKind.DISTRIBUTIONS,
        "Tempo and keys",
        _alt_text(report, tempi, felt, keys, has_wheel=not on_card),
        _twin(tempi, felt, keys),
    )


def draw_tempi(sheet: Sheet, tempi: Series, felt: Felt | None, top: float) -> None:
    """Draw the histogram of measured tempi.

    Estimates are counted, not drawn: they crowd around the middle whatever the music is, and a
    tall hollow peak there would be the estimator's, not the playlist's.
    """
    left, right = theme.MARGIN + 6, sheet.width - theme.MARGIN - 6
    title = sheet.write(left, top + 16, "Tempo", bold=True)
    if felt is None:
        sheet.write(sheet.width / 2, top + 46, "No tempo is known.", colour=theme.MUTED, align="center")
        return
    where = _where(felt).partition(",")[0]
    sheet.write(title.right + 8, top + 16, where, colour=theme.MUTED, room=right - title.right - 8)
    edges, counts = _histogram(tempi)
    unit = (right - left) / (edges[-1] - edges[0])
    base = top + 34 + _TEMPO_HEIGHT
    height = (_TEMPO_HEIGHT - 8) / int(counts.max())
    if felt.tempo is not None:
        low, high = _around(felt.tempo)
        x_felt, width_felt = left + unit * (low - edges[0]), unit * (high - low)
        sheet.bar(x_felt, top + 28, width_felt, base - top - 28, colour=theme.SHADE, alpha=0.35, layer=1)
    step = unit * (edges[1] - edges[0])
    single = felt.tempo.bpm if felt.tempo else None
    for edge, number in zip(edges[:-1].tolist(), counts.tolist(), strict=True):
        if number:
            middle = np.array([edge + (edges[1] - edges[0]) / 2])
            dim = felt.halves > 0 and single is not None and bool(_is_octave_away(middle, single)[0])
            colour = theme.between((theme.PANEL, theme.ACCENT), 0.55 if dim else 1.0)
            x = left + unit * (edge - edges[0]) + 0.5
            sheet.bar(x, base - height * number, step - 1, height * number, colour=colour)
    sheet.line([left, right], [base, base], colour=theme.FAINT)
    for mark in range(int(np.ceil(edges[0] / 20)) * 20, int(edges[-1]) + 1, 20):
        x = left + unit * (mark - edges[0])
        if left + 8 <= x <= right - 8:
            sheet.write(x, base + 13, f"{mark}", colour=theme.MUTED, align="center")
    for row, words in enumerate(_notes(tempi, felt)):
        sheet.write(left, base + 26 + _LINE * (row + 0.5), words, colour=theme.MUTED, room=right - left)


def _notes(tempi: Series, felt: Felt | None) -> list[str]:
    """Say what the dimmer bars are and what is left out, one line each."""
    if felt is None:
        return []
    notes = [f"dimmer ({felt.halves:,}): at half or double"] if felt.halves else []
    missing = [f"{tempi.estimates:,} estimated"] if tempi.estimates else []
    missing += [f"{tempi.unknown:,} unknown"] if tempi.unknown else []
    return [*notes, *([f"left out: {', '.join(missing)}"] if missing else [])]


def draw_wheel(sheet: Sheet, keys: KeyCounts, top: float) -> None:
    """Draw the Camelot wheel in pixels: Matplotlib's polar axes take five times as long."""
    middle = (sheet.width / 2, top + _RADII[0])
    most = max([1, *keys.counts.values()])
    maybe = {key.relative: number for key, number in keys.open.items() if not keys.counts[key.relative]}
    corners, colours = [], []
    for key in ALL_KEYS:
        number = keys.counts[key] or maybe.get(key, 0)
        strength = 0.08 + 0.92 * (number / most) ** 0.7 if number else 0.0
        outer, inner = (_RADII[0], _RADII[1]) if key.major else (_RADII[1], _RADII[2])
        corners.append(_sector(key.hour, inner, outer) + middle)
        colour = theme.between((theme.PANEL, theme.ACCENT), strength)
        colours.append(colour)
        angle = 2 * np.pi * key.hour / 12
        radius = (outer + inner) / 2
        x, y = middle[0] + radius * float(np.sin(angle)), middle[1] - radius * float(np.cos(angle))
        if not number:
            sheet.write(x, y, key.code, colour=theme.MUTED, align="center")
            continue
        ink = theme.ink_on(colour)
        sheet.write(x, y - 9, key.code, colour=ink, bold=True, align="center")
        sheet.write(x, y + 9, "or" if key in maybe else f"{number:,}", colour=ink, align="center")
    sheet.polygons(corners, colours, edge=theme.RULE)
    for row, words in enumerate(("major", "around", "minor")):
        sheet.write(middle[0], middle[1] + 20 * (row - 1), words, colour=theme.MUTED, align="center")


def _common(keys: KeyCounts) -> list[str]:
    """Say which keys are the commonest, and how many are major or unknown."""
    if not keys.known:
        return ["No key is known"]
    named = [f"{keys.name_of(key)} {number:,}" for key, number in keys.most_common(2)]
    most = named if keys.open else [", ".join(named)]
    unknown = f"{keys.unknown:,} unknown" if keys.unknown else ""
    return [*most, *filter(None, [", ".join(filter(None, [_major(keys), unknown]))]), _ON_THE_WHEEL]


def _major(keys: KeyCounts) -> str:
    return major_words(keys.major_share, keys.modes_known, keys.known)


def heading(sheet: Sheet, felt: Felt | None, keys: KeyCounts) -> str:
    """Say the tempo and a frequent key, by its name or, for want of room, by its code on the wheel."""
    tempo = bpm_words(felt.tempo.range_bpm) if felt is not None and felt.tempo is not None else ""
    (key, number), (_, second) = [*keys.most_common(2), (ALL_KEYS[0], 0), (ALL_KEYS[0], 0)][:2]
    if number == second or number < _OFTEN * keys.known:
        return tempo[:1].upper() + tempo[1:] or "Tempo and keys"
    often = "often in" if number < keys.known else "in"
    before = f"{tempo}, {often} " if tempo else f"{often} "
    before = before[:1].upper() + before[1:]
    named = before + keys.name_of(key)
    fits = sheet.measure(named, theme.SIZE_TITLE, bold=True) <= sheet.width - 2 * theme.MARGIN
    return named if fits else before + keys.code_of(key)


def _where(felt: Felt) -> str:
    if felt.tempo is None:
        return "of many kinds"
    also = f", {felt.halves:,} at half or double of it" if felt.halves else ""
    return f"{bpm_words(felt.tempo.range_bpm)}{also}"


def _around(tempo: Tempo) -> tuple[float, float]:
    if tempo.bpm is None:
        return tempo.low_bpm, tempo.high_bpm
    return tempo.bpm * (1 - CLOSE), tempo.bpm * (1 + CLOSE)


def _histogram(tempi: Series) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Return bin edges in BPM and the counts of measured tempi, of which there is at least one."""
    known = tempi.evidence
    width = 5.0 if len(known) >= 60 else 10.0
    low = min(50.0, np.floor(known.min() / 10) * 10)
    high = max(190.0, np.floor(known.max() / 10) * 10 + 10)
    edges: Floats = np.arange(low, high + width / 2, width)
    return edges, np.histogram(known, edges)[0]


def _sector(hour: int, inner: float, outer: float) -> Floats:
    angles = 2 * np.pi * (hour + np.linspace(-0.5, 0.5, 9)) / 12
    arc = np.column_stack((np.sin(angles), -np.cos(angles)))
    corners: Floats = np.concatenate((outer * arc, inner * arc[::-1]))
    return corners


def _commonest(keys: KeyCounts, limit: int) -> str:
    return listed(
        f"{keys.name_of(key)} ({keys.code_of(key)}, {number:,})" for key, number in keys.most_common(limit)
    )


def _alt_text(
    report: AnalysisReport, tempi: Series, felt: Felt | None, keys: KeyCounts, *, has_wheel: bool
) -> str:
    wheel = " and a wheel of its keys" if has_wheel else ""
    return describe(
        (
            f"Histogram of the tempi of {playlist_name(report)}{wheel}.",
            f"Tempo: {_where(felt)}; {len(tempi.evidence):,} known, "
            f"{tempi.estimates:,} estimated, {tempi.unknown:,} unknown."
            if felt
            else "No tempo is known.",
            f"{'The only key is' if len(keys.most_common(2)) == 1 else 'The commonest keys are'} "
            f"{_commonest(keys, 3)}; "
            + ", ".join(filter(None, [_major(keys), f"{keys.unknown:,} unknown"]))
            + "."
            if keys.known
            else "No key is known.",
        )
    )


def _twin(tempi: Series, felt: Felt | None, keys: KeyCounts) -> list[str]:
    lines = []
    if felt:
        lines.append(f"Tempo: {_where(felt)}")
        edges, counts = _histogram(tempi)
        for low, high, number in zip(edges[:-1], edges[1:], counts, strict=True):
            if number:
                lines.append(f"{low:.0f}–{high:.0f} BPM: {number:,}")
    else:
        lines.append("Tempo: none known")
    lines.append(f"Tempo only estimated: {tempi.estimates:,}, unknown: {tempi.unknown:,}")
    lines.append(f"Keys known: {keys.known:,}, unknown: {keys.unknown:,}")
    lines += [f"{keys.code_of(key)} {keys.name_of(key)}: {number:,}" for key, number in keys.most_common(24)]
    return lines
