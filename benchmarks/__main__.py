"""Run the benchmarks one after the other in their quick form: `python -m benchmarks`, or `make bench`.

Each module can be run alone for its full table: `python -m benchmarks.clustering`.
"""

from __future__ import annotations

import os
import subprocess
import sys

QUICK: tuple[tuple[str, ...], ...] = (
    ("benchmarks.clustering", "--quick"),
    ("benchmarks.sound", "--quick"),
    ("benchmarks.style", "--quick"),
    ("benchmarks.structure", "--quick"),
    ("benchmarks.continuity", "--quick"),
    ("benchmarks.drift", "--quick"),
    ("benchmarks.server_map", "--quick"),
    ("benchmarks.portrait", "--quick"),
    ("benchmarks.outliers",),
    ("benchmarks.naming", "--quick"),
    ("benchmarks.imputation", "--quick"),
    ("benchmarks.comparison", "--quick"),
    ("benchmarks.blending", "--quick"),
    ("benchmarks.ordering", "--quick"),
    ("benchmarks.learn_order",),
    ("benchmarks.charts",),
    ("benchmarks.latency",),
    ("benchmarks.groups", "--people", "12", "--rounds", "1"),
    ("benchmarks.load", "--people", "50"),
    ("benchmarks.poison", "--seconds", "20"),
    ("benchmarks.kills", "--kills", "10"),
)


def main() -> int:
    """Run them all; the exit code counts those that failed."""
    failed = 0
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    for module, *flags in QUICK:
        print(f"\n== {module} {' '.join(flags)}", flush=True)
        failed += (
            subprocess.run([sys.executable, "-m", module, *flags], env=environment, check=False).returncode
            != 0
        )
    return failed


if __name__ == "__main__":
    sys.exit(main())
