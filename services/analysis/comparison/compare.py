"""Compare people: every pair, everybody together, and who stands where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from services.analysis.comparison.figures import give_awards, participant
from services.analysis.comparison.listening import Listening, listen
from services.analysis.comparison.pairs import (
    Palette,
    Repertoire,
    Shape,
    artist_overlap,
    feature_differences,
    genre_affinity,
    repertoire,
    shared_artists,
    shared_songs,
)
from services.analysis.comparison.rules import load_rules
from services.analysis.comparison.score import DRAWS, Sampled, Score, score_pair
from services.analysis.comparison.union import (
    Couple,
    Union,
    arrange,
    lowest_scores,
    mean_scores,
    shared_groups,
    top_pairs,
    top_people,
    unite,
)
from services.domain.comparison import Comparison, Pair, Participant, Person, is_wide
from services.domain.scoring import OF_ONE_DRAW, Band, ScoreRules

Float = NDArray[np.float64]


def compare(people: Sequence[Person], *, rules: ScoreRules | None = None) -> Comparison:
    """Compare how people's music sounds. The order of the people and of their tracks changes nothing.

    Parameters
    ----------
    people : sequence of Person
        Two or more with different keys.
    rules : ScoreRules, optional
        Those of the package by default.

    Raises
    ------
    ValueError
        Fewer than two people, or one key for two of them.
    """
    if len(people) < 2 or max(Counter(person.key for person in people).values()) > 1:
        raise ValueError("a comparison takes two or more people, each with a key of their own")
    rules = rules or load_rules()
    listeners = [listen(person) for person in sorted(people, key=lambda person: person.key)]
    union = unite(listeners)
    pairs, scores = _pairs(listeners, union, rules)
    participants = [
        participant(listener, shares) for listener, shares in zip(listeners, union.shares, strict=True)
    ]
    return _in_order(_summed_up(participants, pairs, scores, union))


@dataclass(frozen=True, slots=True)
class _Side:
    """One person, ready for any number of pairs."""

    listening: Listening
    sample: Sampled | None
    """None without enough measured tracks by enough artists."""
    shape: Shape | None
    """None without enough measured tracks."""
    repertoire: Repertoire
    palette: Palette
    shares: tuple[float, ...]


def _pairs(
    listeners: Sequence[Listening], union: Union, rules: ScoreRules
) -> tuple[tuple[Pair, ...], dict[Couple, Float]]:
    """Describe all pairs; of those with a score list it, then draws of it with its error."""
    sides = [
        _Side(
            listening=listener,
            sample=Sampled.of(listener, rules) if listener.is_scored else None,
            shape=Shape.of(listener.measured) if listener.is_measured else None,
            repertoire=repertoire(listener),
            palette=Palette.of(entry.track for entry in listener.entries),
            shares=shares,
        )
        for listener, shares in zip(listeners, union.shares, strict=True)
    ]
    # Scores with and without genre words, or explicit lyrics, lie on different scales: within one comparison
    # all are alike.
    counted = _genres_counted([side for side in sides if side.sample is not None], rules)
    explicit = min((side.sample.explicit.known for side in sides if side.sample is not None), default=0.0)
    pairs, scores = [], {}
    for one, other in combinations(sides, 2):
        score = _score(one, other, rules, counted, explicit)
        pairs.append(_pair(one, other, score, union, rules))
        if score is not None:
            couple = (one.listening.person.key, other.listening.person.key)
            scores[couple] = score.value + OF_ONE_DRAW * np.array([0.0, *(score.again - score.value)])
    return tuple(pairs), scores


def _genres_counted(sides: Sequence[_Side], rules: ScoreRules) -> Float:
    """Return what genre words count now and with other tracks of the same people, shape (1 + DRAWS,)."""
    counted = np.ones(1 + DRAWS)
    for side in sides:
        tagged, tracks = side.palette.tagged, len(side.listening.entries)
        rng = np.random.default_rng((side.listening.seed, 1))
        counts = (tagged, *rng.binomial(tracks, tagged / tracks, size=DRAWS))
        counted = np.minimum(counted, [rules.genres_counted(count / tracks) for count in counts])
    return counted


def _score(one: _Side, other: _Side, rules: ScoreRules, genres: Float, explicit: float) -> Score | None:
    if one.sample is None or other.sample is None:
        return None
    return score_pair(
        one.sample,
        other.sample,
        (one.repertoire, other.repertoire),
        rules,
        affinity=genre_affinity(one.palette, other.palette),
        tagged=min(one.palette.tagged, other.palette.tagged),
        genres=float(genres[0]),
        genres_again=genres[1:],
        explicit=explicit,
    )


def _pair(one: _Side, other: _Side, score: Score | None, union: Union, rules: ScoreRules) -> Pair:
    a, b = one.listening, other.listening
    repertoires = (one.repertoire, other.repertoire)
    meaning: tuple[float | None, Band | None] = None, None
    if score is not None and not (a.is_rough or b.is_rough or is_wide(score.low, score.high)):
        meaning = _meaning(score, min(a.measured_count, b.measured_count), rules)
    return Pair(
        a=a.person.key,
        b=b.person.key,
        score=score.value if score else None,
        low=score.low if score else None,
        high=score.high if score else None,
        sound=score.sound if score else None,
        overlap=artist_overlap(*repertoires),
        distance=score.distance if score else None,
        affinity=score.affinity if score else None,
        genres_counted=score.genres_counted if score else 0.0,
        explicit=score.explicit if score else None,
        explicit_counted=score.explicit_counted if score else 0.0,
        percentile=meaning[0],
        band=meaning[1],
        differences=feature_differences(one.shape, other.shape) if one.shape and other.shape else (),
        shared_artists=shared_artists(*repertoires),
        shared_tracks=shared_songs(*repertoires),
        shared_groups=shared_groups(union.groups, one.shares, other.shares),
    )


def _meaning(score: Score, smaller: int, rules: ScoreRules) -> tuple[float | None, Band | None]:
    """Place a score among those of strangers; without artists there is no place for it."""
    if score.overlap is None:
        return None, None
    genres, explicit = score.genres_counted, score.explicit_counted
    return (
        rules.percentile(score.value, smaller, genres=genres, explicit=explicit),
        rules.band(score.value, smaller, genres=genres, explicit=explicit, low=score.low, high=score.high),
    )


def _summed_up(
    people: Sequence[Participant], pairs: tuple[Pair, ...], scores: Mapping[Couple, Float], union: Union
) -> Comparison:
    rough = {person.key for person in people if person.is_rough}
    ranked = {couple: values for couple, values in scores.items() if rough.isdisjoint(couple)}
    means, lows = mean_scores(ranked), lowest_scores(ranked)
    wide = {(pair.a, pair.b) for pair in pairs if pair.is_wide}
    known = [float(values[0]) for couple, values in ranked.items() if couple not in wide]
    return Comparison(
        people=tuple(people),
        pairs=pairs,
        groups=union.groups,
        axes=union.axes,
        dots=union.dots,
        most_alike=top_pairs(ranked, highest=True),
        most_different=top_pairs(ranked, highest=False),
        centre=top_people(means, highest=True),
        lone_wolf=top_people(means, highest=False),
        bridge=top_people(lows, highest=True),
        mean=fmean(known) if known else None,
        lowest=min(known, default=None),
        awards=give_awards(people),
    )


def _in_order(found: Comparison) -> Comparison:
    """Put alike people next to each other, and the pairs in the order of the people."""
    order = arrange(found.matrix)
    place = {row: rank for rank, row in enumerate(order)}
    people = tuple(found.people[row] for row in order)
    rank = {person.key: index for index, person in enumerate(people)}
    pairs = [pair if rank[pair.a] < rank[pair.b] else _turned(pair) for pair in found.pairs]
    return replace(
        found,
        people=people,
        pairs=tuple(sorted(pairs, key=lambda pair: (rank[pair.a], rank[pair.b]))),
        dots=tuple(replace(dot, person=place[dot.person]) for dot in found.dots),
    )


def _turned(pair: Pair) -> Pair:
    """Tell the same pair with its two people the other way round."""
    return replace(
        pair,
        a=pair.b,
        b=pair.a,
        explicit=pair.explicit and pair.explicit[::-1],
        differences=tuple(entry.turned() for entry in pair.differences),
        shared_artists=tuple(
            replace(artist, a_tracks=artist.b_tracks, b_tracks=artist.a_tracks)
            for artist in pair.shared_artists
        ),
        shared_groups=tuple(
            replace(group, a_share=group.b_share, b_share=group.a_share) for group in pair.shared_groups
        ),
    )
