"""How lists sounded over time: what is remembered of a map, and by when tracks were added."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from cogs.words.portrait import eras_line, since_line
from services.analysis.drift import changes_of_summaries, course_of, day_of, eras_of, summary_of
from services.charts.drift import render_course
from services.domain.features import Feature
from services.domain.portrait import Stage
from services.domain.report import EnrichedTrack
from tests.unit.services.analysis.sounds import LOUD, QUIET, group
from tests.unit.services.analysis.test_continuity import analysed, numbered

FIRST = datetime(2025, 11, 3, tzinfo=UTC)
QUIETS = numbered(group(60, seed=1, **QUIET), 0)
LOUDS = numbered(group(60, seed=2, **LOUD), 100)


def dated(entries: tuple[EnrichedTrack, ...], first: date, days: float) -> tuple[EnrichedTrack, ...]:
    return tuple(
        replace(
            entry,
            track=replace(entry.track, added_at=f"{first + timedelta(days=number * days)}T08:00:00Z"),
        )
        for number, entry in enumerate(entries)
    )


def test_summaries_tell_a_change_of_kind_and_none_between_halves_of_one_list() -> None:
    one, other = summary_of(analysed(QUIETS)), summary_of(analysed(LOUDS))
    change = changes_of_summaries(one, other)[0]
    assert (change.feature, change.spreads > 3) == (Feature.ENERGY, True), "the largest one comes first"
    rng, claims, empty = np.random.default_rng(4), 0, analysed(QUIETS)
    for _ in range(20):
        mixed = [(*QUIETS, *LOUDS)[row] for row in rng.permutation(120)]
        halves = [summary_of(replace(empty, tracks=tuple(half))) for half in (mixed[:60], mixed[60:])]
        claims += bool(changes_of_summaries(*halves))
    assert claims <= 2


def test_what_is_remembered_names_no_track() -> None:
    remembered = repr(summary_of(analysed((*QUIETS, *LOUDS))))
    assert "Song" not in remembered
    assert "tracks=120" in remembered


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2024-05-06T07:08:09Z", date(2024, 5, 6)),
        ("2024-05-06 07:08:09", date(2024, 5, 6)),
        ("2024/5/6", date(2024, 5, 6)),
        ("1970-01-01T00:00:00Z", None),
        ("2024-13-01", None),
        ("last Tuesday", None),
        ("", None),
        (None, None),
    ],
)
def test_reads_days_that_are_written_so_that_they_can_be_meant(written: str | None, day: date | None) -> None:
    assert day_of(written) == day


def test_eras_are_stretches_of_enough_tracks_and_their_change_is_said() -> None:
    entries = (*dated(QUIETS, date(2019, 1, 5), 10), *dated(LOUDS, date(2023, 2, 1), 10))
    eras = eras_of(entries)
    assert [(first.year, last.year) for first, last, _ in eras] == [
        (2019, 2019),
        (2020, 2020),
        (2023, 2023),
        (2024, 2024),
    ]
    assert all(len(tracks) >= 15 for _, _, tracks in eras)
    report = analysed(entries)
    course = course_of("Road trip", report, [Stage(FIRST, summary_of(report))], None)
    line = eras_line(course)
    assert line.startswith("Added in January 2024 to ")
    assert line.endswith("than what was added in January 2019 to December 2019")
    assert "no clear difference" not in line


def test_a_list_that_was_imported_on_one_day_has_no_eras() -> None:
    report = analysed(dated(QUIETS, date(2024, 1, 1), 0))
    course = course_of("Imported", report, [Stage(FIRST, summary_of(report))], None)
    assert (course.eras, course.since, eras_line(course), render_course(course)) == ((), None, "", ())


def test_a_list_whose_maps_are_gone_is_told_from_what_is_remembered() -> None:
    stages = [
        Stage(FIRST, summary_of(analysed(QUIETS))),
        Stage(FIRST + timedelta(days=300), summary_of(analysed(LOUDS))),
    ]
    course = course_of("Old", None, stages, None)
    assert course.since is not None
    line = since_line(course.since, "3 November 2025")
    assert line.startswith("Since 3 November 2025: ")
    assert "new" not in line.partition(":")[2]
    assert course.since.changes
