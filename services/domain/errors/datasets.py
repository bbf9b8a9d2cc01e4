"""Why a public dataset of audio features could not be loaded; only operators see these."""

from __future__ import annotations

from dataclasses import dataclass

from services.domain.errors import TastemapError


class DatasetError(TastemapError):
    """Something about a dataset stops the import."""


@dataclass(eq=False)
class DatasetUnreadableError(DatasetError):
    """The file can't be opened, breaks off, or is no text."""

    problem: str
    """In a few words: "there is no such file", "the gzip archive breaks off"."""


@dataclass(eq=False)
class DatasetColumnsError(DatasetError):
    """The table lacks what makes it a dataset of audio features."""

    lacks: str
    """In words, with its article: "a column with Spotify ids"."""
    columns: tuple[str, ...]
    """The header as it was found."""


@dataclass(eq=False)
class DatasetSourceError(DatasetError):
    """The name wanted for the source can't be used."""

    name: str
    problem: str
