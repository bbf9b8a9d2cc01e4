"""How long the charts take and how heavy they are, as ratios to an empty Matplotlib figure of the same size.

    python -m benchmarks.charts [--repeats 9] [--tracks 100 1000 10000]

The reports are invented: five groups, 15 % of the tracks estimated, 5 % unknown. Times are the
best of the repeats, in CPU time of this process, so that a busy machine disturbs them less; the ratio
is to an axes with ticks and nothing in it, drawn and written as PNG by Matplotlib in the same run.
Matrices are multiplied on one core, as in a worker.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from services.charts import theme
from services.charts.features import render_cluster_profile
from services.charts.render import RENDERERS, render, warm_up
from services.domain.charts import Chart, ChartKind
from services.domain.report import AnalysisReport
from tests.unit.services.charts.reports import make_report

TARGET_EACH_MS = 70
TARGET_FOUR_MS = 300
FOUR = (ChartKind.MAP, ChartKind.PROFILES, ChartKind.JOURNEY, ChartKind.DISTRIBUTIONS)
"""What is asked for most; the map of the card and the tempi alone are smaller."""


def best_ms(draw: Callable[[], object], repeats: int) -> float:
    """Return the best CPU time of `draw` over `repeats` runs, in milliseconds."""
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        draw()
        best = min(best, time.process_time() - start)
    return best * 1000


def draw_empty(height: int) -> bytes:
    """Draw an axes with ticks and nothing in it, as wide as our charts and `height` device pixels high."""
    size = (theme.WIDTH / 72, height / theme.DENSITY / 72)
    figure = Figure(figsize=size, dpi=72 * theme.DENSITY)
    FigureCanvasAgg(figure)
    figure.add_subplot()
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    return stream.getvalue()


def draw_chart(kind: ChartKind, report: AnalysisReport) -> Chart:
    """Draw any kind of chart; the profile is that of the largest group."""
    return render_cluster_profile(report, 0) if kind is ChartKind.CLUSTER_PROFILE else render(kind, report)


def measure(tracks: int, repeats: int, folder: Path | None) -> None:
    """Print a table for one number of tracks."""
    report = make_report(tracks, 5, imputed=0.15, unknown=0.05)
    print(f"\n{tracks:,} tracks      ms   empty   ratio    kB   pixels")
    total = total_empty = 0.0
    for kind in (*RENDERERS, ChartKind.CLUSTER_PROFILE):
        chart = draw_chart(kind, report)
        width, height = Image.open(io.BytesIO(chart.png)).size
        took = best_ms(partial(draw_chart, kind, report), repeats)
        empty = best_ms(partial(draw_empty, height), repeats)
        if kind in FOUR:
            total += took
            total_empty += empty
        print(
            f"{kind.value:16s} {took:5.0f} {empty:6.0f} {took / empty:7.2f} {len(chart.png) / 1000:6.0f}"
            f"   {width}x{height}"
        )
        if folder is not None:
            (folder / f"{kind.value}-{tracks}.png").write_bytes(chart.png)
    print(f"{'the four':16s} {total:5.0f} {total_empty:6.0f} {total / total_empty:7.2f}")
    print(f"the four take {4 * total / total_empty:.1f} times as long as one empty figure")


def main() -> None:
    """Measure warm-up and all charts."""
    parser = argparse.ArgumentParser(description="Time and size of the charts")
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--tracks", type=int, nargs="+", default=[100, 1000, 10_000])
    parser.add_argument("--save", type=Path, default=None, help="a folder to write the pictures to")
    options = parser.parse_args()
    if options.save is not None:
        options.save.mkdir(parents=True, exist_ok=True)
    start = time.process_time()
    warm_up()
    print(f"warm-up {1000 * (time.process_time() - start):.0f} ms after the imports")
    print(f"targets on a quiet core: each <= {TARGET_EACH_MS} ms, the four <= {TARGET_FOUR_MS} ms")
    with threadpool_limits(1):
        for tracks in options.tracks:
            measure(tracks, options.repeats, options.save)


if __name__ == "__main__":
    main()
