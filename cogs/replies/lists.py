"""Lists of tracks as files to take along."""

from __future__ import annotations

from collections.abc import Sequence

from cogs.replies.layout import Attached
from services.domain.music import Track
from services.workflows.export import lists_csv, lists_links


def list_files(lists: Sequence[tuple[str, Sequence[Track]]], name: str) -> tuple[Attached, ...]:
    """Write lists as CSV and as links, for files called `name`."""
    return (
        Attached(f"{name}.csv", lists_csv(lists), "The lists as CSV, in their order"),
        Attached(f"{name}-links.txt", lists_links(lists), "The links of the tracks, one a line"),
    )
