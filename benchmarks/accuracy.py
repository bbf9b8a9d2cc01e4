"""Write the tables of `docs/accuracy.md` from what the benchmarks print.

    python -m benchmarks.accuracy [SECTION ...] [--quick]

Each section of the document has a table between two marks, `<!-- begin NAME -->` and `<!-- end NAME -->`;
what stands around them is written by hand. Without names all sections are measured: some ten minutes.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

DOCUMENT = Path(__file__).parents[1] / "docs" / "accuracy.md"
SECTIONS = {
    "clustering": "benchmarks.style",
    "names": "benchmarks.naming",
    "strangers": "benchmarks.outliers",
    "stability": "benchmarks.continuity",
    "structure": "benchmarks.structure",
    "compatibility": "benchmarks.comparison",
    "orders": "benchmarks.learn_order",
    "sound": "benchmarks.sound",
}
"""The module whose tables make a section."""

NO_QUICK_FORM = frozenset({"orders", "strangers"})
"""Sections that are quick as they are."""


def tables_of(printed: str) -> str:
    """Keep the lines of tables and their headings."""
    return "\n".join(line for line in printed.splitlines() if line.startswith("|"))


def with_section(document: str, name: str, table: str) -> str:
    """Put a table between the marks of a section.

    Raises
    ------
    KeyError
        The document has no such section.
    """
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not pattern.search(document):
        raise KeyError(name)
    return pattern.sub(lambda _match: f"{begin}\n{table}\n{end}", document)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sections", nargs="*", choices=[[], *SECTIONS], default=list(SECTIONS))
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    for name in options.sections:
        is_quick = options.quick and name not in NO_QUICK_FORM
        command = [sys.executable, "-m", SECTIONS[name], *(["--quick"] if is_quick else [])]
        # An exit code may count missed goals, which stand in the table as well.
        done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
        table = tables_of(done.stdout)
        if not table:
            sys.exit(f"{' '.join(command)} printed no table:\n{done.stderr}")
        document = DOCUMENT.read_text(encoding="utf-8")
        DOCUMENT.write_text(with_section(document, name, table), encoding="utf-8")
        print(f"wrote the section {name}")


if __name__ == "__main__":
    main()
