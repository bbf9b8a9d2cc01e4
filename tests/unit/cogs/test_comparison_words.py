"""A score is said in a word and beside strangers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cogs.words.comparison import meaning_words
from cogs.words.people import without_score
from services.domain.scoring import Band
from tests.unit.services.charts.comparisons import make_comparison


@pytest.mark.parametrize(
    ("percentile", "band", "words"),
    [
        (0.8, Band.NEAR, "rather close, more alike than 8 of 10 pairs of strangers"),
        (0.02, Band.FAR, "far apart, less alike than nearly all pairs of strangers"),
        (0.99, Band.CLOSE, "close, more alike than nearly all pairs of strangers"),
        (0.99, Band.ONE, "as alike as two lists of one person"),
        (None, None, ""),
    ],
)
def test_a_percentile_is_said_as_so_many_of_ten(
    percentile: float | None, band: Band | None, words: str
) -> None:
    pair = make_comparison(2).pairs[0]
    assert meaning_words(replace(pair, percentile=percentile, band=band)) == words


@pytest.mark.parametrize(("people", "lines"), [(4, 2), (12, 1)])
def test_a_large_round_counts_who_has_no_score(people: int, lines: int) -> None:
    """A line for each of them would make the card longer than a phone."""
    said = without_score(make_comparison(people, unscored=2))
    assert len(said) == lines
    assert (said[0] == f"2 of {people} have too few measured tracks for a score.") == (lines == 1)
