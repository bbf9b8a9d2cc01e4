"""Place tracks by style and era: sound, year of the edition, artist and genre words in one space.

People make lists by era, artist and scene, and these three come with the tracks. A learned linear map takes
the nine normal scores and the year to seven dimensions; then every track is drawn towards the tracks of the
same lead artist and towards those that share genre words. `benchmarks/learn_style.py` learns the constants,
nothing here is fitted to the playlist at hand but how rare its words are.

Words and not whole genres, because they also speak for genres that were never seen. The weight between two
tracks is the square of a cosine, a polynomial kernel of degree two: with all products of two words as
columns the sums over all pairs of tracks are two sparse products, exact and linear in the tracks, and no
matrix of pairs is ever made.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from services.analysis.clustering import once_each
from services.analysis.facts import Facts, Rows, numbered
from services.domain.features import SOUND_FEATURES

if TYPE_CHECKING:
    from scipy import sparse

STYLE_DIMENSIONS = 7

YOUNGEST_YEARS, OLDEST, YOUNGEST = 0.5, -5.0, 1.0
"""Ages below half a year count as that; the logarithm of an age is cut to this range."""

LONG_LIST = 500
"""Tracks from which the weight of all words together is bounded: it grows with the list, and without a bound
a long list shrinks towards its middle. In a list of half the length it may be twice as large.
"""

Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class StyleConstants:
    """The learned map into the space of style and era, and how strongly tracks draw each other."""

    projection: Float
    """Shape (10, 7): nine normal scores and the standardised year times this are points."""
    now: float
    """The moment from which years are counted. Fixed: a moving one would move every stored centre."""
    year_mean: float
    year_deviation: float
    artist_weight: float
    """With which each other track of the same lead artist counts against a track's own 1, times the share of
    the list that is by others.
    """
    word_weight: float
    """With which each other track counts, times the squared cosine of the genre words."""
    most_word_weight: float
    """What the words of all others weigh together in a long list, on its mean, at most."""
    provenance: Mapping[str, Any]

    def years(self, years: Float) -> Float:
        """Return release years as the tenth input: standardised logarithms of age; 0 if unknown."""
        age = np.maximum(self.now - years, YOUNGEST_YEARS)
        scaled = (np.clip(-np.log(age), OLDEST, YOUNGEST) - self.year_mean) / self.year_deviation
        return np.nan_to_num(scaled, nan=0.0)

    def points(self, scores: Float, years: Float) -> Float:
        """Return normal scores (..., 9) and release years (...) as points (..., 7), before any smoothing."""
        inputs = np.concatenate([scores, self.years(years)[..., None]], axis=-1)
        # not a matrix product: BLAS may round a row differently in another position of the playlist
        points: Float = (inputs[..., None] * self.projection).sum(axis=-2)
        return points


def read_constants(constants: Mapping[str, Any]) -> StyleConstants:
    """Build the constants from the plain values of their file.

    Raises
    ------
    ValueError
        They were learned for other inputs or another number of dimensions.
    """
    projection = np.array(constants["projection"], dtype=np.float64)
    expected = (len(SOUND_FEATURES) + 1, STYLE_DIMENSIONS)
    if (
        constants["inputs"] != [*(feature.value for feature in SOUND_FEATURES), "year"]
        or projection.shape != expected
    ):
        msg = f"the constants are for {constants['inputs']} and a map of {projection.shape}; learn them again"
        raise ValueError(msg)
    numbers = ("now", "year_mean", "year_deviation", "artist_weight", "word_weight", "most_word_weight")
    return StyleConstants(
        projection=projection,
        **{name: float(constants[name]) for name in numbers},
        provenance=MappingProxyType(dict(constants["provenance"])),
    )


@lru_cache(maxsize=1)
def packaged() -> StyleConstants:
    """Return the constants of the package."""
    path = resources.files("services.analysis").joinpath("constants", "style.json")
    return read_constants(json.loads(path.read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class Drawn:
    """Points drawn towards their company: p' = (p + pull) / (1 + weight)."""

    pull: Float
    """Shape (n, 7): sum of weight times point over the company of each track."""
    weight: Float
    """Shape (n,)."""

    def of(self, rows: slice) -> Drawn:
        """Return some of the tracks."""
        return Drawn(self.pull[rows], self.weight[rows])

    def apply(self, points: Float) -> Float:
        """Draw points (n, 7), or several for each track (n, draws, 7), towards the company of their track."""
        between = (slice(None), *[None] * (points.ndim - 2))
        drawn: Float = (points + self.pull[between]) / (1 + self.weight[between])[..., None]
        return drawn


def draw(
    base: Float, facts: Facts, guests: Facts | None = None, *, constants: StyleConstants | None = None
) -> tuple[Drawn, Drawn]:
    """Say how far each track is drawn towards which point by its artist and its genre words.

    Parameters
    ----------
    base : array of shape (n, 7)
        Tracks with evidence, as `StyleConstants.points` places them.
    facts : Facts
        Of the same tracks.
    guests : Facts, optional
        Tracks that are placed afterwards: they are drawn, and draw nobody.

    Returns
    -------
    tuple of Drawn
        Of the tracks with evidence, and of the guests.
    """
    rules = constants or packaged()
    later: Sequence[Facts] = [] if guests is None else [guests]
    first, own = once_each(base, facts.keys)
    company = np.column_stack([base, np.ones(len(base))])[first]
    names = [facts.artists[row] for row in first]
    words = [facts.words[row] for row in first]
    for some in (facts, *later):
        names += some.artists
        words += some.words
    artist = numbered(names)
    counted, asked = artist[: len(first)], artist[len(first) :]
    together = _summed(company, counted, int(artist.max(initial=-1)) + 1)
    # Whoever made most of a list sets none of it apart, and would draw all of it to one point.
    weight = rules.artist_weight * (1 - together[:, -1:] / max(len(first), 1))[asked]
    sums = weight * together[asked]
    sums[: len(base)] -= weight[: len(base)] * company[own]
    alike = _drawn_by_words(company, words, counted, asked)
    if alike is not None:
        alike *= rules.word_weight
        mean_weight = float(alike[: len(base), -1][np.unique(own, return_index=True)[1]].mean())
        most = rules.most_word_weight * max(1.0, LONG_LIST / len(first))
        sums += alike * min(1.0, most / max(mean_weight, 1e-9))
    drawn = Drawn(sums[:, :-1], np.maximum(sums[:, -1], 0.0))
    return drawn.of(slice(len(base))), drawn.of(slice(len(base), None))


def _drawn_by_words(
    company: Float, words: Sequence[tuple[str, ...]], counted: Rows, asked: Rows
) -> Float | None:
    """Sum the company of other artists, each with the squared cosine of the genre words; None without words.

    Parameters
    ----------
    company : array of shape (m, d)
        The tracks that draw.
    words
        Of the company, then of the tracks that are drawn.
    counted, asked : arrays of m and n artists
        Of the company and of the tracks that are drawn.
    """
    present = len(company)
    if not any(words[:present]):
        return None
    # Most of a second, which a command by sound does without; the workers of a bot have it already.
    from scipy import sparse  # noqa: PLC0415
    from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer  # noqa: PLC0415

    # Most tracks have the words of many others: each different set of words is read and multiplied out once.
    number = numbered(words)
    sets = list(dict.fromkeys(words))
    counter = CountVectorizer(analyzer=tuple, binary=True, dtype=np.float64)
    counts = counter.fit(dict.fromkeys(words[:present])).transform(sets)
    pairs = _products(TfidfTransformer().fit(counts[number[:present]]).transform(counts))
    all_alike: Float = (pairs @ (pairs.T @ _summed(company, number[:present], len(sets))))[number[present:]]
    # What the artist's own tracks add is counted with the weight of the artist, and not twice.
    several = np.bincount(counted, minlength=int(max(counted.max(), asked.max())) + 1) > 0
    kinds, kind = np.unique(np.concatenate([counted, asked]) * len(sets) + number, return_inverse=True)
    entries = pairs[kinds % len(sets)].tocoo()
    artist = kinds[entries.row] // len(sets)
    keep = several[artist]
    codes = artist[keep].astype(np.int64) * pairs.shape[1] + entries.col[keep]
    _, column = np.unique(codes, return_inverse=True)
    within = sparse.csr_array(
        (entries.data[keep], (entries.row[keep], column)), shape=(len(kinds), int(column.max(initial=0)) + 1)
    )
    all_alike -= (within @ (within.T @ _summed(company, kind[:present], len(kinds))))[kind[present:]]
    return all_alike


def _summed(values: Float, groups: Rows, count: int) -> Float:
    """Return the sums of the rows of each group, shape (count, d)."""
    return np.stack([np.bincount(groups, column, count) for column in values.T], axis=1)


def _products(vectors: sparse.csr_array) -> sparse.csr_array:
    """Return the products of any two entries of each row: their inner product is the squared one.

    Each unordered pair of columns is one column, with its product times the root of two.
    """
    from scipy import sparse  # noqa: PLC0415

    vectors.sort_indices()
    entry, lengths = np.arange(vectors.nnz), np.diff(vectors.indptr)
    row = np.repeat(np.arange(len(lengths)), lengths)
    later = vectors.indptr[row + 1] - entry
    one = np.repeat(entry, later)
    other = np.arange(len(one)) - np.repeat(np.cumsum(later) - later - entry, later)
    value = vectors.data[one] * vectors.data[other] * np.where(one == other, 1.0, np.sqrt(2.0))
    codes = vectors.indices[one].astype(np.int64) * vectors.shape[1] + vectors.indices[other]
    columns, column = np.unique(codes, return_inverse=True)
    return sparse.csr_array((value, (row[one], column)), shape=(len(lengths), len(columns)))
