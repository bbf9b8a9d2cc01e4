"""Print measured figures as rows of a table, each beside what it was, what it is to be, and its ceiling."""

from __future__ import annotations

COLUMNS = ("Figure", "b2b4575", "Peers", "To reach", "Ceiling", "Now")
"""b2b4575 is the commit at which the figures to reach were set."""


def head(title: str) -> None:
    """Begin a table."""
    print(f"\n### {title}\n\n| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}", flush=True)


def figure(
    name: str, now: str, *, before: str = "", peers: str = "", goal: str = "", ceiling: str = ""
) -> None:
    """Print one row; empty cells are figures that nobody has."""
    cells = (name, before or "–", peers or "–", goal or "–", ceiling or "–", now)
    print(f"| {' | '.join(cells)} |", flush=True)
