"""Say each failure as a sentence with what to do next, one module per room that can fail."""

from __future__ import annotations

# The imports register the sentences; without them everything would be "our side".
from cogs.sentences import (  # noqa: F401
    accounts,
    datasets,
    drafts,
    groups,
    operators,
    ordering,
    playlists,
    sources,
    spotify,
    storage,
    uploads,
    work,
    writes,
)
from cogs.sentences.root import UNEXPECTED, sentence

__all__ = ["UNEXPECTED", "sentence"]
