"""Place people on one map by how a list of each sounds, and say what is beyond chance and what is new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from services.analysis.comparison.listening import artists_of, distinct, even_artists, mean_errors
from services.analysis.matrix import FeatureTable
from services.analysis.name_rules import AUDIBLE
from services.analysis.projection import project
from services.analysis.reference import REFERENCE
from services.domain.comparison import FEWEST_MEASURED
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.report import AnalysisReport
from services.domain.server_map import (
    AWARDS,
    FEWEST_ON_MAP,
    AwardKind,
    AwardOnMap,
    News,
    NewsKind,
    PersonOnMap,
    ServerMap,
    SoundSummary,
)

Float = NDArray[np.float64]

_NEIGHBOURS = 3
_DRAWS = 200
"""How often everybody is moved by their error to see who is still the nearest."""
_SURE = 0.9
"""Share of the draws in which somebody has to be it. The draws add the error once more to what has it
already, so that this is stricter than it looks."""
_MAYBE = 0.05
"""Share of the draws from which on somebody may be the nearest."""
_AHEAD = 3.0
"""Standard errors by which a winner leads: stricter than two, since nine awards are looked for at once."""
MOST_AWARDS = 5


def summarise(report: AnalysisReport) -> SoundSummary | None:
    """Sum up how the measured tracks of a list sound; None where they are too few to say."""
    entries = distinct(report.tracks)
    table = FeatureTable.of(entries)
    measured = np.flatnonzero(table.is_measured)
    if len(measured) < FEWEST_MEASURED:
        return None
    scores = REFERENCE.normal_scores(table.raw[measured])
    artist = artists_of([entries[row] for row in measured])
    return SoundSummary(
        tracks=len(measured),
        levels=_floats(scores.mean(axis=0)),
        errors=_floats(mean_errors(scores, artist)),
        point_errors=_floats(mean_errors(REFERENCE.points_of(scores), artist)),
        artists=round(even_artists(artist), 5),
    )


def arrange(names: Sequence[str], sounds: Sequence[SoundSummary]) -> ServerMap | None:
    """Place people on one map; None where there are fewer than two different places.

    Parameters
    ----------
    names
        All different, in the order of `sounds`.
    """
    levels = np.array([sound.levels for sound in sounds], dtype=np.float64).reshape(-1, len(SOUND_FEATURES))
    points = REFERENCE.points_of(levels)
    errors = np.array([sound.point_errors for sound in sounds], dtype=np.float64)
    nobody = np.full(len(names), -1)
    projection = project(points, nobody, np.empty((0, points.shape[1] if len(points) else 0)), levels)
    if projection is None:
        return None
    blurs = np.sqrt(errors**2 @ projection.basis**2)
    ranked = np.flatnonzero([sound.is_ranked for sound in sounds])
    may_be, closest, wolf = _what_holds(points, errors, ranked)
    by_distance = np.argsort(_distances(points), axis=1, kind="stable")[:, :-1]
    others = [[other for other in row if sounds[other].is_ranked] or row for row in by_distance.tolist()]
    return ServerMap(
        people=tuple(
            PersonOnMap(
                name,
                float(projection.xy[row, 0]),
                float(projection.xy[row, 1]),
                (float(blurs[row, 0]), float(blurs[row, 1])) if sounds[row].is_ranked else None,
                tuple(others[row][:_NEIGHBOURS]),
                may_be.get(row, 0),
            )
            for row, name in enumerate(names)
        ),
        axes=projection.axes,
        closest=closest,
        lone_wolf=wolf,
        awards=give_awards(sounds),
    )


def _distances(points: Float) -> Float:
    """Return the distances of everybody to everybody, nobody being near themselves."""
    squares = (points**2).sum(axis=-1)
    product = points @ np.swapaxes(points, -1, -2)
    apart = np.maximum(squares[..., :, None] + squares[..., None, :] - 2 * product, 0.0)
    rows = np.arange(points.shape[-2])
    apart[..., rows, rows] = np.inf
    return np.asarray(apart, dtype=np.float64)


def _what_holds(
    points: Float, errors: Float, ranked: NDArray[np.intp]
) -> tuple[dict[int, int], tuple[int, int] | None, int | None]:
    """Say how many may be the nearest of each who is ranked when all of them move by their error.

    Returns also which two stay the closest, and which lone wolf stays one, if any.
    """
    if len(ranked) < FEWEST_ON_MAP:  # two are the nearest of each other wherever they are
        return {}, None, None
    points, errors, rows = points[ranked], errors[ranked], np.arange(len(ranked))
    nearest = np.argsort(_distances(points), axis=1, kind="stable")[:, : min(_NEIGHBOURS, len(points) - 1)]
    rng = np.random.default_rng(len(points))
    times = np.zeros((len(points), len(points)))
    pairs: dict[tuple[int, int], int] = {}
    wolves: dict[int, int] = {}
    for _ in range(_DRAWS):
        apart = _distances(points + errors * rng.standard_normal(points.shape))
        found = apart.argmin(axis=1)
        reach = apart[rows, found]
        times[rows, found] += 1
        one = int(reach.argmin())
        other = int(found[one])
        pair = (min(one, other), max(one, other))
        pairs[pair] = pairs.get(pair, 0) + 1
        farthest = np.flatnonzero(np.isclose(reach, reach.max()))
        if len(farthest) == 1:  # two who are the nearest of each other are as far away, and not alone
            wolves[int(farthest[0])] = wolves.get(int(farthest[0]), 0) + 1
    (one, other), wolf = max(pairs, key=pairs.__getitem__), max(wolves, key=wolves.__getitem__, default=0)
    least = _SURE * _DRAWS
    of_nearest = np.take_along_axis(times, nearest, axis=1)
    # Up to the last who may be: who is said to be as near as any must not be left out for one between.
    last = ((of_nearest >= _MAYBE * _DRAWS) * np.arange(1, nearest.shape[1] + 1)).max(axis=1)
    rivals = np.maximum(2, last)
    may_be = np.where(of_nearest[:, 0] >= least, 1, rivals)
    return (
        dict(zip(ranked.tolist(), may_be.tolist(), strict=True)),
        (int(ranked[one]), int(ranked[other])) if pairs[one, other] >= least else None,
        int(ranked[wolf]) if wolves.get(wolf, 0) >= least else None,
    )


def give_awards(sounds: Sequence[SoundSummary]) -> tuple[AwardOnMap, ...]:
    """Give what somebody leads in beyond error and by ear, the clearest first, to each person one at most.

    Only who is ranked takes part.
    """
    ranked = [row for row, sound in enumerate(sounds) if sound.is_ranked]
    if len(ranked) < 2:
        return ()
    found: list[tuple[float, AwardOnMap]] = []
    for kind, (feature, highest) in AWARDS.items():
        column = SOUND_FEATURES.index(feature)
        values = np.array([sounds[row].levels[column] for row in ranked]) * (1 if highest else -1)
        errors = np.array([sounds[row].errors[column] for row in ranked])
        first, second = (int(row) for row in np.argsort(-values, kind="stable")[:2])
        lead, error = values[first] - values[second], float(np.hypot(errors[first], errors[second]))
        if lead >= AUDIBLE and lead > _AHEAD * error:
            found.append((float(lead / max(error, 1e-9)), AwardOnMap(kind, ranked[first], ranked[second])))
    found.sort(key=lambda entry: (-entry[0], list(AwardKind).index(entry[1].kind)))
    given: dict[int, AwardOnMap] = {}
    for _, award in found:
        given.setdefault(award.winner, award)
    return tuple(given.values())[:MOST_AWARDS]


def _floats(values: Float) -> tuple[float, ...]:
    return tuple(round(float(value), 5) for value in values)


_SAID = frozenset(SOUND_FEATURES) - {Feature.TEMPO, Feature.LIVENESS, Feature.LOUDNESS}
"""Loudness says what energy says; tempo and liveness of a whole list hardly tell anything."""
_MOVED = 3.0
"""Standard errors by which a list differs from what it was, as for awards: six features are looked at."""
_MOST_MOVED, _MOST_JOINED = 3, 5


def find_news(now: Mapping[int, SoundSummary], before: Mapping[int, SoundSummary | None]) -> tuple[News, ...]:
    """List what happened: who became alike, who moved and how, who is new.

    Parameters
    ----------
    now
        Where everybody stands, by person.
    before
        Where the last digest knew them; None for who is new.
    """
    alike, moved = _who_became_alike(now, before), _who_moved(now, before)
    joined = [News(kind=NewsKind.JOINED, user_id=each) for each in now if before.get(each) is None]
    return (*alike, *moved[:_MOST_MOVED], *joined[:_MOST_JOINED])


def _who_became_alike(
    now: Mapping[int, SoundSummary], before: Mapping[int, SoundSummary | None]
) -> list[News]:
    people = list(now)
    pair = _closest(people, now)
    if pair is None:
        return []
    known = {each: sound for each in people if (sound := before.get(each)) is not None}
    if pair == _closest(list(known), known):
        return []
    if all(known.get(each) == now[each] for each in pair):
        return []  # somebody else has gone or moved away; these two did nothing
    one, other = sorted(pair)
    return [News(kind=NewsKind.ALIKE, user_id=one, other_id=other)]


def _closest(people: list[int], sounds: Mapping[int, SoundSummary]) -> frozenset[int] | None:
    if len(people) < FEWEST_ON_MAP:
        return None
    found = arrange([str(each) for each in people], [sounds[each] for each in people])
    return None if found is None or found.closest is None else frozenset(people[row] for row in found.closest)


def _who_moved(now: Mapping[int, SoundSummary], before: Mapping[int, SoundSummary | None]) -> list[News]:
    found: list[tuple[float, News]] = []
    for person, sound in now.items():
        told = before.get(person)
        if told is None or told == sound or not (told.is_ranked and sound.is_ranked):
            continue
        change = np.array(sound.levels) - np.array(told.levels)
        error = np.hypot(sound.errors, told.errors)
        for column, feature in enumerate(SOUND_FEATURES):
            if feature not in _SAID or abs(change[column]) < max(AUDIBLE, _MOVED * error[column]):
                change[column] = 0.0
        column = int(np.abs(change).argmax())
        if change[column]:
            news = News(
                kind=NewsKind.MOVED,
                user_id=person,
                feature=SOUND_FEATURES[column],
                more=bool(change[column] > 0),
            )
            found.append((float(abs(change[column])), news))
    found.sort(key=lambda entry: (-entry[0], entry[1].user_id))
    return [news for _, news in found]
