"""Place people on one map by how a list of each sounds, and say what is beyond chance and what is new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from services.analysis.comparison.listening import artists_of, distinct, mean_errors
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
    distances = _distances(points)
    ranked = np.argsort(distances, axis=1, kind="stable")
    sure, closest, wolf = _what_holds(points, errors, ranked[:, 0])
    return ServerMap(
        people=tuple(
            PersonOnMap(
                name,
                float(projection.xy[row, 0]),
                float(projection.xy[row, 1]),
                (float(blurs[row, 0]), float(blurs[row, 1])),
                tuple(int(other) for other in ranked[row, : min(_NEIGHBOURS, len(names) - 1)]),
                bool(sure[row]),
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
    points: Float, errors: Float, nearest: NDArray[np.intp]
) -> tuple[NDArray[np.bool_], tuple[int, int] | None, int | None]:
    """Say whose nearest, which two, and which lone wolf stay so when everybody moves by their error."""
    rng = np.random.default_rng(len(points))
    stays = np.zeros(len(points))
    pairs: dict[tuple[int, int], int] = {}
    wolves: dict[int, int] = {}
    for _ in range(_DRAWS):
        apart = _distances(points + errors * rng.standard_normal(points.shape))
        found = apart.argmin(axis=1)
        reach = apart[np.arange(len(points)), found]
        stays += found == nearest
        one = int(reach.argmin())
        other = int(found[one])
        pair = (min(one, other), max(one, other))
        pairs[pair] = pairs.get(pair, 0) + 1
        wolf = int(reach.argmax())
        wolves[wolf] = wolves.get(wolf, 0) + 1
    best_pair, best_wolf = max(pairs, key=pairs.__getitem__), max(wolves, key=wolves.__getitem__)
    least = _SURE * _DRAWS
    return (
        stays >= least,
        best_pair if pairs[best_pair] >= least else None,
        best_wolf if wolves[best_wolf] >= least and len(points) > 2 else None,
    )


def give_awards(sounds: Sequence[SoundSummary]) -> tuple[AwardOnMap, ...]:
    """Give what somebody leads in beyond error and by ear, the clearest first, to each person one at most."""
    if len(sounds) < 2:
        return ()
    found: list[tuple[float, AwardOnMap]] = []
    for kind, (feature, highest) in AWARDS.items():
        column = SOUND_FEATURES.index(feature)
        values = np.array([sound.levels[column] for sound in sounds]) * (1 if highest else -1)
        errors = np.array([sound.errors[column] for sound in sounds])
        first, second = (int(row) for row in np.argsort(-values, kind="stable")[:2])
        lead, error = values[first] - values[second], float(np.hypot(errors[first], errors[second]))
        if lead >= AUDIBLE and lead > _AHEAD * error:
            found.append((float(lead / max(error, 1e-9)), AwardOnMap(kind, first, second)))
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
        if told is None or told == sound:
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
