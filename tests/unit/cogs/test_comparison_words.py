"""A score is said in a word and beside strangers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cogs.words.comparison import meaning_words
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
