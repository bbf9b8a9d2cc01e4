"""Keep what the imputation benchmark finds, and print it beside the figures to reach."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from services.analysis.imputation.shapes import FloatArray

COLD_STARTS = (0, 1, 3, 5, 10, 20)


@dataclass
class Tally:
    """Squared errors of a method and of the playlist mean on the same values."""

    method: float = 0.0
    mean: float = 0.0
    n: int = 0

    def add(self, method: FloatArray, mean: FloatArray) -> None:
        """Add errors of a method and of the playlist mean, same shape."""
        self.method += float(np.nansum(method**2))
        self.mean += float(np.nansum(mean**2))
        self.n += len(method)

    @property
    def ratio(self) -> float:
        """RMSE of the method over RMSE of the playlist mean."""
        return float(np.sqrt(self.method / self.mean)) if self.mean else float("nan")


@dataclass
class Findings:
    """Everything measured, by name."""

    tallies: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    covered: dict[str, list[FloatArray]] = field(default_factory=lambda: defaultdict(list))
    """Rows of 9 zeros and ones: whether the truth lay inside."""
    errors: dict[str, list[FloatArray]] = field(default_factory=lambda: defaultdict(list))
    """Raw sums for figures that are no ratio."""


TARGETS = {
    "cold 30%": 0.960, "20k 30%": 0.925, "foreign 30%": 0.948,
    "cold + genres 30%": 0.955, "20k + genres 30%": 0.918, "foreign + genres 30%": 0.942,
    "partial cold": 0.89, "partial 20k": 0.87, "20k 30% by same recording": 0.40,
}  # fmt: skip
CLUSTER_TARGETS = {
    "cold 10%": 0.65, "cold 30%": 0.40, "cold 60%": 0.14, "20k 10%": 0.67, "20k 30%": 0.43, "20k 60%": 0.18,
}  # fmt: skip
START_TARGETS = {0: 0.954, 1: 0.897, 3: 0.844, 5: 0.826, 10: 0.793, 20: 0.772}


def print_line(figure: str, target: str, reached: str) -> None:
    """Print one row of the table."""
    print(f"{figure:<52}{target:>10}  {reached}")


def report(found: Findings, listeners: Sequence[str]) -> None:
    """Print figure, target and what was reached."""
    print_line("figure (RMSE / playlist mean)", "target", "reached")
    for name, tally in found.tallies.items():
        if any(name.endswith(f" {listener}") for listener in listeners):
            continue
        target = TARGETS.get(name)
        each = [found.tallies[key].ratio for who in listeners if (key := f"{name} {who}") in found.tallies]
        words = (
            "  by listener " + " ".join(f"{ratio:.3f}" for ratio in each) if each else f"  (n = {tally.n:,})"
        )
        missed = "" if target is None or tally.ratio <= target else "  MISSED"
        print_line(name, "" if target is None else f"{target:.3f}", f"{tally.ratio:.3f}{words}{missed}")
    for name, rows in found.covered.items():
        values = np.concatenate([np.atleast_1d(row) for row in rows]) if "partial" in name else np.array(rows)
        nominal = 80 if name.startswith("80") else 95
        share = 100 * float(values.mean())
        each_feature = (
            "" if values.ndim == 1 else "  " + " ".join(f"{100 * v:.0f}" for v in values.mean(axis=0))
        )
        print_line(f"coverage {name}", f"{nominal} %", f"{share:.1f} %{each_feature}")
    for known in COLD_STARTS:
        spreads = float(np.sqrt(np.nanmean(np.concatenate(found.errors[f"start {known}"]))))
        print_line(
            f"RMSE in spreads, {known} known tracks, no cache",
            f"{START_TARGETS[known]:.3f}",
            f"{spreads:.3f}",
        )
    for name, target in CLUSTER_TARGETS.items():
        if f"ari {name}" in found.errors:
            reached = float(np.mean(found.errors[f"ari {name}"]))
            ceiling = float(np.mean(found.errors[f"ceiling {name.split()[1]}"]))
            words = f"{reached:.2f}  (had the placed tracks been measured: {ceiling:.2f})"
            print_line(f"cluster agreement (ARI) {name}", f"{target:.2f}", words)
