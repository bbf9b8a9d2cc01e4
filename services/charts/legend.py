"""The key under a chart: shape, letter, colour, name and size of each group."""

from __future__ import annotations

from services.charts import theme
from services.charts.lettering import drawable
from services.charts.sheet import Sheet
from services.charts.words import cluster_name
from services.domain.report import AnalysisReport

_ROW = 17.0
_ONE_COLUMN = 4
"""Up to this many groups stand in one column, with a bar for their share."""
_BAR = 70.0


def legend_height(report: AnalysisReport, *, guesses: bool = True) -> float:
    """Return the height that `draw_group_legend` takes, in pixels."""
    groups = len(report.clusters)
    rows = groups if groups <= _ONE_COLUMN else (groups + 1) // 2
    return rows * _ROW + (_ROW if guesses and _likely(report) else 0.0) + 10.0


def draw_group_legend(sheet: Sheet, report: AnalysisReport, top: float, *, guesses: bool = True) -> float:
    """Draw the key and return the y below it. Counts are tracks with evidence.

    `guesses` counts the tracks that were placed by a guess too, and says what hollow marks mean.
    """
    groups = report.clusters
    columns = 1 if len(groups) <= _ONE_COLUMN else 2
    rows = (len(groups) + columns - 1) // columns
    width = (sheet.width - 2 * theme.MARGIN) / columns
    size = theme.SIZE_BODY if columns == 1 else theme.SIZE_SMALL
    largest = max((cluster.size for cluster in groups), default=0) or 1
    for index, cluster in enumerate(groups):
        style = theme.group_style(index)
        x = theme.MARGIN + (index // rows) * width
        y = top + (index % rows + 0.5) * _ROW
        sheet.dots([x + 5], [y], marker=style.marker, size=8 * style.scale, colour=style.colour)
        letter = sheet.write(x + 14, y, style.letter, size=size, colour=style.colour, bold=True)
        counts = f"{cluster.size:,}" + (
            f" +{len(cluster.likely):,}" if guesses and columns == 1 and cluster.likely else ""
        )
        start = max(letter.right + 5, x + 27)
        taken = sheet.measure(counts, size) + 6 + (_BAR + 10 if columns == 1 else 6)
        name = sheet.write(
            start, y, drawable(cluster_name(cluster)), size=size, room=x + width - start - taken
        )
        sheet.write(name.right + 6, y, counts, size=size, colour=theme.MUTED)
        if columns == 1:
            length = max(_BAR * cluster.size / largest, 1.0)
            sheet.bar(x + width - _BAR, y - 4, length, 8, colour=style.colour, alpha=0.75)
    bottom = top + rows * _ROW
    if guesses and (likely := _likely(report)):
        y = bottom + 0.5 * _ROW
        sheet.dots([theme.MARGIN + 5], [y], marker="o", size=8, colour=theme.MUTED, hollow=True)
        sheet.write(
            theme.MARGIN + 14,
            y,
            f"hollow: {likely:,} placed by a guess, their sound is estimated",
            size=theme.SIZE_SMALL,
            colour=theme.MUTED,
        )
        bottom += _ROW
    return bottom


def _likely(report: AnalysisReport) -> int:
    return sum(len(cluster.likely) for cluster in report.clusters)
