"""Say how a list sounded at several times: in its earlier maps, and by when its tracks were added."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date
from itertools import groupby, pairwise

import numpy as np

from services.analysis.drift import (
    ERROR_RATE,
    FEWEST_TRACKS,
    changes_between,
    is_worth_saying,
    said_once,
    since_last,
)
from services.analysis.matrix import real_matrix
from services.analysis.reference import TYPICAL
from services.domain.analysis import EarlierSound
from services.domain.features import SOUND_FEATURES
from services.domain.portrait import Change, Course, Era, Mean, Since, Stage, Summary
from services.domain.report import AnalysisReport, EnrichedTrack

ERA_ERROR_RATE = 0.02
"""Of what is claimed of eras; with as much of what is claimed of maps, one answer in twenty at most."""
MOST_ERAS = 8
_LONG_DAYS, _SHORT_DAYS = 3 * 365, 270
"""A list that grew for longer is cut into years, one that grew for less into months, else quarters."""
_DAY = re.compile(r"\s*(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
_OLDEST = date(2000, 1, 1)
"""Dates before are a program's way to say that it does not know."""


def summary_of(report: AnalysisReport) -> Summary:
    """Return what is remembered of a report."""
    groups = tuple((cluster.name, cluster.size) for cluster in report.clusters)
    source = report.coverage.main_source
    return _summary(report.tracks, source, groups)


def _summary(
    entries: Sequence[EnrichedTrack], source: str, groups: tuple[tuple[str, int], ...] = ()
) -> Summary:
    raw = real_matrix(entries)
    scores = TYPICAL.normal_scores(raw)
    means = {}
    for column, feature in enumerate(SOUND_FEATURES):
        known = np.isfinite(raw[:, column])
        count = int(known.sum())
        if count > 1:
            own = scores[known, column]
            error = float(own.std(ddof=1)) / math.sqrt(count)
            means[feature] = Mean(count, float(raw[known, column].mean()), float(own.mean()), error)
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
        spreads, variance = other.spreads - one.spreads, one.error**2 + other.error**2
        if not is_worth_saying(feature, one.value, other.value, spreads):
            continue
        parts = one.error**4 / (one.tracks - 1) + other.error**4 / (other.tracks - 1)
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
