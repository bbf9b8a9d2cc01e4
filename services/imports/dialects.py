"""Describe how each exporter writes its tables, and recognise one by its header alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.imports.artists import SplitArtists, split_any
from services.imports.columns import Column


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One exporter's way of writing a table of tracks."""

    format: str
    """The name for people, from `formats`."""
    columns: Mapping[str, Column]
    """Normalised header to meaning."""
    recognises: Callable[[Mapping[Column, int], frozenset[str]], bool]
    """Takes the matched columns and all normalised headers."""
    split_artists: SplitArtists = split_any
    guesses_scale: bool = False
    """Whether features may come as 0..100; Spotify's own exporters always write 0..1."""
    kept_types: frozenset[str] | None = None
    """If set, the lower-case values of the type column that stand for tracks; an empty cell always does."""
    joins_artist_and_title: bool = False
    """Whether rows without an artist may hold `Artist - Title` in the title."""
