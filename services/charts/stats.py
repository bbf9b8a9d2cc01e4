"""Draw where a playlist lies in typical music: the middle half of its tracks, feature by feature."""

from __future__ import annotations

from services.charts import theme
from services.charts.sheet import Sheet
from services.charts.words import describe, in_unit, listed, playlist_name
from services.domain.charts import Chart, ChartKind
from services.domain.report import AnalysisReport
from services.domain.stats import FeatureStats, Known, PlaylistStats
from services.domain.vocabulary import FEATURE_WORDS

_TOP, _HEAD, _ROW, _FOOT = 6.0, 27.0, 26.0, 84.0
_NAMES, _LEFT, _RIGHT, _VALUES = 16.0, 150.0, 282.0, 386.0
"""Where names begin, the ends of the scales (percentile 0 and 100 of typical music), where values end."""


def render_stats(report: AnalysisReport, stats: PlaylistStats) -> Chart:
    """Draw the features of a playlist beside typical music."""
    panel = _HEAD + _ROW * len(stats.features) + 6
    sheet = Sheet(_TOP + panel + _FOOT)
    sheet.panel(6, _TOP, sheet.width - 12, panel)
    draw_percentiles(sheet, stats, _TOP)
    _draw_legend(sheet, stats, _TOP + panel + 18)
    return Chart(
        kind=ChartKind.NUMBERS,
        title="The numbers beside typical music",
        png=sheet.png(),
        alt_text=_alt_text(report, stats),
        text="\n".join(feature_line(each) for each in stats.features),
    )


def draw_percentiles(sheet: Sheet, stats: PlaylistStats, top: float) -> None:
    """Draw one scale per feature: typical music's middle half as ground, these tracks' own as a bar."""
    unit, middle = (_RIGHT - _LEFT) / 100, (_LEFT + _RIGHT) / 2
    sheet.write(_NAMES, top + 15, "percentile", colour=theme.MUTED)
    for x, rank in ((_LEFT, "1"), (middle, "50"), (_RIGHT, "99")):
        sheet.write(x, top + 15, rank, colour=theme.MUTED, align="center")
    sheet.write(_VALUES, top + 15, "median", colour=theme.MUTED, align="right")
    for row, each in enumerate(stats.features):
        y = top + _HEAD + _ROW * row + _ROW / 2
        sheet.bar(_LEFT + 25 * unit, y - 10, 50 * unit, 20, colour=theme.SHADE, alpha=0.6, layer=1)
        sheet.line([_LEFT, _RIGHT], [y, y], colour=theme.RULE, width=1.5)
        sheet.write(_NAMES, y, FEATURE_WORDS[each.feature].name, bold=True)
        if each.own is None or each.percentiles is None:
            sheet.write(_VALUES, y, _missing(each), colour=theme.MUTED, align="right")
            continue
        low, mark, high = (
            _LEFT + unit * rank
            for rank in (each.percentiles.low, each.percentiles.median, each.percentiles.high)
        )
        sheet.bar(low, y - 4, max(high - low, 2.0), 8, colour=theme.ACCENT, alpha=0.75)
        sheet.dots([mark], [y], marker="o", size=11, colour=theme.INK, edge=1.5)
        value = in_unit(each.feature, each.own.median).replace("about ", "~")
        sheet.write(_VALUES, y, value, align="right")


def feature_line(each: FeatureStats) -> str:
    """Say everything about one feature in one line."""
    name = FEATURE_WORDS[each.feature].name
    if each.own is None or each.percentiles is None:
        return f"{name}: {_missing(each)} ({_behind(each.known)})"
    middle, low, high, typical, typical_low, typical_high = (
        in_unit(each.feature, value)
        for value in (
            each.own.median,
            each.own.low,
            each.own.high,
            each.typical.median,
            each.typical.low,
            each.typical.high,
        )
    )
    return (
        f"{name}: {middle} (typical {typical}), percentile {_rank(each.percentiles.median)}; "
        f"middle half {low} to {high} (typical {typical_low} to {typical_high}); {_behind(each.known)}"
    )


def _draw_legend(sheet: Sheet, stats: PlaylistStats, y: float) -> None:
    sheet.bar(_NAMES, y - 4, 18, 8, colour=theme.ACCENT, alpha=0.75)
    sheet.dots([_NAMES + 9], [y], marker="o", size=11, colour=theme.INK, edge=1.5)
    sheet.write(_NAMES + 26, y, "these tracks: median and middle half", room=340)
    sheet.bar(_NAMES, y + 16, 18, 16, colour=theme.SHADE, alpha=0.6)
    sheet.write(_NAMES + 26, y + 24, "typical music: middle half", room=340)
    fewest = min((each.known for each in stats.features), key=lambda known: known.real)
    same = stats.with_sound is not None
    words = f"{'' if same else 'at least '}{fewest.real:,} of {fewest.total:,} tracks have real values"
    sheet.write(_NAMES, y + 48, words, colour=theme.MUTED, room=360)


def _missing(each: FeatureStats) -> str:
    return "estimated" if each.known.estimated else "unknown"


def _behind(known: Known) -> str:
    said = [f"real for {known.real:,} of {known.total:,}"]
    said += [f"{known.estimated:,} estimated"] if known.estimated else []
    said += [f"{known.unknown:,} unknown"] if known.unknown else []
    return ", ".join(said)


def _rank(percentile: float) -> str:
    """Say a percentile; the reference says no more than 1 and 99 at its ends."""
    rank = round(percentile)
    return "1 or below" if rank <= 1 else "99 or above" if rank >= 99 else f"{rank}"


def _alt_text(report: AnalysisReport, stats: PlaylistStats) -> str:
    known = [each for each in stats.features if each.own is not None and each.percentiles is not None]
    if not known:
        return f"No feature of {playlist_name(report)} has a real value, so the scales are empty."
    places = [
        f"{FEATURE_WORDS[each.feature].name.lower()} {in_unit(each.feature, each.own.median)} "
        f"(percentile {_rank(each.percentiles.median)}, {each.known.real:,} of {each.known.total:,} real)"
        for each in known
        if each.own is not None and each.percentiles is not None
    ]
    return describe(
        (
            f"Where the middle half of {playlist_name(report)} lies in typical music, on nine scales.",
            f"Medians: {listed(places)}.",
        )
    )
