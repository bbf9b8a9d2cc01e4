"""What to do about a dataset that can't be loaded; read by operators in a terminal."""

from __future__ import annotations

from cogs.sentences.root import sentence
from services.domain.errors.datasets import (
    DatasetColumnsError,
    DatasetSourceError,
    DatasetUnreadableError,
)

_NAMED_COLUMNS = 12


@sentence.register
def _(error: DatasetUnreadableError) -> str:
    return f"This dataset can't be read: {error.problem}. Check the path or download it again."


@sentence.register
def _(error: DatasetColumnsError) -> str:
    named = ", ".join(error.columns[:_NAMED_COLUMNS]) or "none"
    more = len(error.columns) - _NAMED_COLUMNS
    return (
        f"This file has no {error.lacks}; its columns are {named}{f' and {more} more' if more > 0 else ''}. "
        "Choose a CSV with a column of Spotify ids, URIs or links and columns such as danceability, "
        "energy and tempo."
    )


@sentence.register
def _(error: DatasetSourceError) -> str:
    return f"“{error.name}” can't be the name of a dataset: {error.problem}. Choose another --source."
