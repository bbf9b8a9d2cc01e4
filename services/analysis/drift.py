"""Tell what changed in a list as far as that is more than chance: since an earlier report, and over its eras.

A list is all of itself, so the mean of its tracks has no error. What is asked is whether its new tracks could
as well be more of the same. Tracks come artist by artist: what each artist adds to a change is turned to the
other side or not, as a coin falls, many times (the wild cluster bootstrap of Cameron, Gelbach and Miller,
2008), and a change counts where it is larger than the largest of all features and groups in all but 2 % of
these turns. So one answer claims something wrong in 2 % of unchanged lists, however much it looks at, and
a single album is no change.
`benchmarks/drift.py` measures that, and what is found. An era is an earlier map, or a span of days in which
tracks were added.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from services.analysis.comparison.listening import (
    artists_of,
    artists_of_keys,
    even_artists,
    mean_errors,
)
from services.analysis.continuity import match_groups
from services.analysis.matrix import real_matrix
from services.analysis.name_rules import AUDIBLE
from services.analysis.reference import REFERENCE, TYPICAL
from services.domain.analysis import EarlierGroup, EarlierSound
from services.domain.comparison import is_by_few
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.grouping import Grouping
from services.domain.portrait import (
    Change,
    Course,
    Era,
    JoinedGroups,
    Mean,
    ShareChange,
    Since,
    Stage,
    Summary,
)
from services.domain.report import AnalysisReport, EnrichedTrack

ERROR_RATE = 0.02
"""Of all that is claimed in one answer about a list that did not change."""
FEWEST_TRACKS, FEWEST_CHANGED = 15, 5
"""Real ones then and now, and tracks that came or went: of fewer nothing is said."""
LEAST_SHARE = 0.05
"""A group that grew or shrank by less is not spoken of."""
LEAST_STEP = MappingProxyType({Feature.TEMPO: 2.0, Feature.LOUDNESS: 0.5})
"""In the unit of the feature, else 0.02: less looks like nothing beside the numbers."""
TOGETHER = 0.8
"""Share of the common tracks of a former group that is in one group now, to say that it went into it."""
_FEWEST_COMMON = 5
_TURNS, _AT_ONCE = 999, 50

_ONE_THING = ({Feature.ENERGY, Feature.LOUDNESS, Feature.ACOUSTICNESS},)
"""Features that say nearly the same; of each set the strongest speaks."""

_Floats = NDArray[np.float64]
_STAYED, _GONE, _NEW = 0, 1, 2
ERA_ERROR_RATE = 0.02
"""Of what is claimed of eras; with as much of what is claimed of maps, one answer in twenty at most."""
MOST_ERAS = 8
_LONG_DAYS, _SHORT_DAYS = 3 * 365, 270
"""A list that grew for longer is cut into years, one that grew for less into months, else quarters."""
_DAY = re.compile(r"\s*(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
_OLDEST = date(2000, 1, 1)
"""Dates before are a program's way to say that it does not know."""


def since_last(report: AnalysisReport, before: EarlierSound) -> Since | None:
    """Compare a report with an earlier one of its list; None where both have the same tracks.

    Tracks that stayed have today's values on both sides, so that no source changes them.
    """
    today = {entry.track.words_key: entry.real_sound for entry in reversed(report.tracks)}
    then = dict(zip(reversed(before.keys), reversed(before.rows), strict=True))
    gone, new = then.keys() - today.keys(), today.keys() - then.keys()
    if not gone and not new:
        return None
    found = Since(made_at=before.made_at, new=len(new), gone=len(gone), compared=False)
    source = report.coverage.main_source
    if gone and before.then.source and source and before.then.source != source:
        return found
    keys = sorted(today.keys() | gone)
    raw = np.array([today.get(key) or then[key] for key in keys], dtype=np.float64)
    roles = np.array([_GONE if key in gone else _NEW if key in new else _STAYED for key in keys])
    known = np.flatnonzero(np.isfinite(raw).any(axis=1))
    keys, raw, roles = [keys[row] for row in known], raw[known], roles[known]
    sizes = np.bincount(roles, minlength=3)
    if min(sizes[_STAYED] + sizes[_GONE], sizes[_STAYED] + sizes[_NEW]) < FEWEST_TRACKS:
        return found
    if sizes[_GONE] + sizes[_NEW] < FEWEST_CHANGED:
        return Since(made_at=before.made_at, new=len(new), gone=len(gone))
    groups = _former_groups(raw, before, report)
    columns = np.column_stack([TYPICAL.normal_scores(raw), *groups.columns])
    certain = _certain(columns, roles, artists_of_keys(keys), seed=_seed(keys), error_rate=ERROR_RATE)
    changes = _changes(raw, columns, roles, certain)
    shares = groups.changes(certain[len(SOUND_FEATURES) :], report)
    joined = _joined(report, before.then.groups) if changes or shares else ()
    are_joined = {each.now for each in joined}
    return Since(
        made_at=before.made_at,
        new=len(new),
        gone=len(gone),
        changes=changes,
        shares=tuple(change for change in shares if change.name not in are_joined),
        joined=joined,
    )


def _weights(roles: NDArray[np.intp]) -> _Floats:
    """Return what each track weighs in "mean now minus mean then"."""
    stayed, gone, new = np.bincount(roles, minlength=3)
    now, then = 1 / (stayed + new), 1 / (stayed + gone)
    return np.array([now - then, -then, now])[roles]


def changes_between(
    before: Sequence[EnrichedTrack], now: Sequence[EnrichedTrack], *, error_rate: float
) -> tuple[Change, ...]:
    """List the certain changes from some tracks to others that have none in common."""
    tracks = [(entry.track.words_key, _GONE, entry.real_sound) for entry in before]
    tracks += [(entry.track.words_key, _NEW, entry.real_sound) for entry in now]
    tracks = sorted(
        (each for each in tracks if any(v is not None for v in each[2])), key=lambda each: each[:2]
    )
    roles = np.array([role for _, role, _ in tracks], dtype=np.intp)
    if min(np.bincount(roles, minlength=3)[_GONE:]) < FEWEST_TRACKS:
        return ()
    raw = np.array([row for _, _, row in tracks], dtype=np.float64)
    columns = TYPICAL.normal_scores(raw)
    keys = [key for key, _, _ in tracks]
    certain = _certain(columns, roles, artists_of_keys(keys), seed=_seed(keys), error_rate=error_rate)
    return _changes(raw, columns, roles, certain)


def _seed(keys: Sequence[str]) -> int:
    return zlib.crc32("\n".join(keys).encode("utf-8", "replace"))


def _certain(
    columns: _Floats, roles: NDArray[np.intp], artist: NDArray[np.intp], *, seed: int, error_rate: float
) -> NDArray[np.bool_]:
    """Say of which columns the mean changed by more than chance; unknown values take no side.

    Chance is asked from what the list was and from what it is. An artist who alone made the change moves one
    of these two towards them, by which all others seem to have changed too; from the other they stand alone.
    """
    certain = np.ones(columns.shape[1], dtype=np.bool_)
    for side in (roles != _NEW, roles != _GONE):
        with np.errstate(invalid="ignore", divide="ignore"):
            middle = np.nansum(columns[side], axis=0) / np.isfinite(columns[side]).sum(axis=0)
            centred = np.nan_to_num(columns - middle)
            scaled = np.nan_to_num(centred / np.sqrt((centred**2).mean(axis=0)), posinf=0.0, neginf=0.0)
        added = np.zeros((int(artist.max()) + 1, columns.shape[1]))
        np.add.at(added, artist, _weights(roles)[:, None] * scaled)
        found = np.abs(added.sum(axis=0))
        rng = np.random.default_rng(seed)
        largest: list[_Floats] = []
        for start in range(0, _TURNS, _AT_ONCE):
            signs = 2.0 * rng.integers(2, size=(min(_AT_ONCE, _TURNS - start), len(added))) - 1.0
            largest.append(np.abs(signs @ added).max(axis=1))
        beaten = (np.concatenate(largest)[:, None] >= found[None, :] - 1e-12).sum(axis=0)
        certain &= (beaten + 1) / (_TURNS + 1) <= error_rate
    return certain


def _changes(
    raw: _Floats, columns: _Floats, roles: NDArray[np.intp], certain: NDArray[np.bool_]
) -> tuple[Change, ...]:
    then, now = roles != _NEW, roles != _GONE
    found: list[Change] = []
    for column, feature in enumerate(SOUND_FEATURES):
        if not certain[column]:
            continue
        spreads = float(np.nanmean(columns[now, column]) - np.nanmean(columns[then, column]))
        before, after = float(np.nanmean(raw[then, column])), float(np.nanmean(raw[now, column]))
        if is_worth_saying(feature, before, after, spreads):
            found.append(Change(feature, before, after, spreads))
    return said_once(found)


def is_worth_saying(feature: Feature, before: float, now: float, spreads: float) -> bool:
    """Whether a change can be heard, and is one in the numbers that are printed."""
    step = (now - before) * np.sign(spreads)
    return abs(spreads) >= AUDIBLE and step >= LEAST_STEP.get(feature, 0.02)


def said_once(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Sort changes by their size, and leave out what says nearly the same as a larger one."""
    found = sorted(changes, key=lambda change: -abs(change.spreads))
    return tuple(change for place, change in enumerate(found) if not _said_before(change, found[:place]))


def _said_before(change: Change, stronger: Sequence[Change]) -> bool:
    return any(
        change.feature in alike and any(other.feature in alike for other in stronger) for alike in _ONE_THING
    )


@dataclass(frozen=True, slots=True)
class _FormerGroups:
    """In which former group each track is, by its centre: the same measure for then and now."""

    groups: tuple[EarlierGroup, ...]
    columns: tuple[_Floats, ...]
    """For each group 1 where a track is in it, 0 where not, NaN where too little is known."""

    def changes(self, certain: NDArray[np.bool_], report: AnalysisReport) -> tuple[ShareChange, ...]:
        """List the groups that still are and grew or shrank, in the shares that both cards show."""
        rows = [row for cluster in report.clusters for row in cluster.members]
        labels = [place for place, cluster in enumerate(report.clusters) for _ in cluster.members]
        names = [report.tracks[row].track.words_key for row in rows]
        was = match_groups(self.groups, np.array(labels, dtype=np.intp), names, len(report.clusters))
        total = sum(len(group.tracks) for group in self.groups)
        found = [
            ShareChange(cluster.name, len(self.groups[place].tracks) / total, cluster.size / len(rows))
            for cluster, place in zip(report.clusters, was, strict=True)
            if place is not None and certain[place]
        ]
        told = [change for change in found if abs(change.now - change.before) >= LEAST_SHARE]
        return tuple(sorted(told, key=lambda change: -abs(change.now - change.before)))


def _former_groups(raw: _Floats, before: EarlierSound, report: AnalysisReport) -> _FormerGroups:
    if len(before.then.centres) < 2 or {before.grouping, report.basis.grouping} != {Grouping.SOUND}:
        return _FormerGroups((), ())
    centres, points = np.array(before.then.centres), REFERENCE.sound_space(raw)
    nearest = np.argmin(((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2), axis=1)
    unknown = ~np.isfinite(points).all(axis=1)
    return _FormerGroups(
        before.then.groups,
        tuple(np.where(unknown, np.nan, nearest == group) for group in range(len(centres))),
    )


def _joined(report: AnalysisReport, earlier: Sequence[EarlierGroup]) -> tuple[JoinedGroups, ...]:
    """Find groups of before of which nearly all common tracks are in one group now."""
    now = [{report.tracks[row].track.words_key for row in cluster.members} for cluster in report.clusters]
    everything = set().union(*now)
    went: dict[int, list[str]] = {}
    for group in earlier:
        common = set(group.tracks) & everything
        for place, tracks in enumerate(now):
            if len(common) >= _FEWEST_COMMON and len(common & tracks) >= TOGETHER * len(common):
                went.setdefault(place, []).append(group.name)
    return tuple(
        JoinedGroups(tuple(names), report.clusters[place].name)
        for place, names in went.items()
        if len(names) > 1
    )


def summary_of(report: AnalysisReport) -> Summary:
    """Return what is remembered of a report."""
    groups = tuple((cluster.name, cluster.size) for cluster in report.clusters)
    source = report.coverage.main_source
    return _summary(report.tracks, source, groups)


def _summary(
    entries: Sequence[EnrichedTrack], source: str, groups: tuple[tuple[str, int], ...] = ()
) -> Summary:
    raw = real_matrix(entries)
    scores, artist = TYPICAL.normal_scores(raw), artists_of(entries)
    means = {}
    for column, feature in enumerate(SOUND_FEATURES):
        known = np.isfinite(raw[:, column])
        count = int(known.sum())
        if count > 1:
            own, by = scores[known, column], artist[known]
            error = max(float(own.std(ddof=1)) / math.sqrt(count), float(mean_errors(own[:, None], by)[0]))
            value, artists = float(raw[known, column].mean()), round(even_artists(by), 5)
            means[feature] = Mean(count, value, float(own.mean()), error, artists)
    return Summary(tracks=len(entries), source=source, means=means, groups=groups)


def changes_of_summaries(before: Summary, now: Summary) -> tuple[Change, ...]:
    """List the certain changes from one summary to another, by Welch's test of each mean.

    For all features together, so each has its share of the error (Bonferroni). It takes the lists for two
    samples without a common track, which finds less than `since_last` where most tracks stayed.
    """
    from scipy.special import stdtr  # noqa: PLC0415  (16 MB that most lists never need)

    found = []
    for feature in SOUND_FEATURES:
        one, other = before.means.get(feature), now.means.get(feature)
        if one is None or other is None or min(one.tracks, other.tracks) < FEWEST_TRACKS:
            continue
        if is_by_few(one.artists) or is_by_few(other.artists):
            continue
        spreads, variance = other.spreads - one.spreads, one.error**2 + other.error**2
        if not is_worth_saying(feature, one.value, other.value, spreads):
            continue
        parts = sum(each.error**4 / ((each.artists or each.tracks) - 1) for each in (one, other))
        freedom = variance**2 / parts if parts else math.inf
        chance = 2 * float(stdtr(min(freedom, 1e9), -abs(spreads) / math.sqrt(variance))) if variance else 0.0
        if chance * len(SOUND_FEATURES) <= ERROR_RATE:
            found.append(Change(feature, one.value, other.value, spreads))
    return said_once(found)


def course_of(
    name: str, report: AnalysisReport | None, stages: Sequence[Stage], first: EarlierSound | None
) -> Course:
    """Put together how a list sounded over time.

    Parameters
    ----------
    report
        The latest one, where one is still stored.
    stages
        All maps with different tracks, the oldest first, that of `report` last.
    first
        The oldest of them track by track, where its report is stored.
    """
    since = None
    if len(stages) > 1:
        before, now = stages[0], stages[-1]
        since = since_last(report, first) if report is not None and first is not None else None
        if since is None:
            is_same_source = before.summary.source == now.summary.source
            since = Since(
                made_at=before.at,
                new=None,
                gone=None,
                changes=changes_of_summaries(before.summary, now.summary) if is_same_source else (),
                compared=is_same_source,
            )
    parts = [] if report is None else eras_of(report.tracks)
    source = stages[-1].summary.source if stages else ""
    return Course(
        name=name,
        stages=tuple(stages),
        since=since,
        eras=tuple(Era(begin, end, _summary(tracks, source)) for begin, end, tracks in parts),
        era_changes=changes_between(parts[0][2], parts[-1][2], error_rate=ERA_ERROR_RATE) if parts else (),
    )


def eras_of(entries: Sequence[EnrichedTrack]) -> list[tuple[date, date, list[EnrichedTrack]]]:
    """Cut a list by when its tracks were added: two to eight stretches of enough real tracks, or none.

    Each begins with a year, a quarter or a month, by how long the list grew; a track that is there twice
    counts where it came first.
    """
    dated: dict[str, tuple[date, EnrichedTrack]] = {}
    for entry in entries:
        day = day_of(entry.track.added_at)
        key = entry.track.words_key
        if day is not None and any(value is not None for value in entry.real_sound):
            dated[key] = min(dated.get(key, (day, entry)), (day, entry), key=lambda each: each[0])
    pairs = sorted(dated.values(), key=lambda each: (each[0], each[1].track.words_key))
    if not pairs:
        return []
    days = (pairs[-1][0] - pairs[0][0]).days
    months = 12 if days > _LONG_DAYS else 1 if days < _SHORT_DAYS else 3
    eras: list[list[tuple[date, EnrichedTrack]]] = []
    fewest = max(FEWEST_TRACKS, math.ceil(len(pairs) / (2 * MOST_ERAS)))
    for _, group in groupby(pairs, key=lambda each: (each[0].year * 12 + each[0].month - 1) // months):
        if eras and len(eras[-1]) < fewest:
            eras[-1] += group
        else:
            eras.append(list(group))
    if len(eras) > 1 and len(eras[-1]) < fewest:
        last = eras.pop()
        eras[-1] += last
    while len(eras) > MOST_ERAS:
        sizes = [len(one) + len(other) for one, other in pairwise(eras)]
        place = sizes.index(min(sizes))
        eras[place : place + 2] = [eras[place] + eras[place + 1]]
    if len(eras) < 2:
        return []
    return [(era[0][0], era[-1][0], [entry for _, entry in era]) for era in eras]


def day_of(written: str | None) -> date | None:
    """Read the day on which a track was added; None where it is not said so that it can be read."""
    found = _DAY.match(written or "")
    if found is None:
        return None
    try:
        day = date(*map(int, found.groups()))
    except ValueError:
        return None
    return day if day >= _OLDEST else None
