"""A change of a list is told where it is more than chance: from map to map, and by when tracks were added."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from cogs.words.portrait import eras_line, since_line
from services.analysis.drift import changes_of_summaries, course_of, day_of, eras_of, since_last, summary_of
from services.charts.drift import render_course
from services.domain.features import Feature, Origin, Provenance
from services.domain.portrait import Since, Stage
from services.domain.report import AnalysisReport, EnrichedTrack
from services.workflows.reports import earlier_sound
from tests.unit.services.analysis.sounds import DANCE, LOUD, QUIET, group
from tests.unit.services.analysis.test_continuity import analysed, numbered

THEN = datetime(2026, 8, 3, tzinfo=UTC)
MIXED = numbered(np.concatenate([group(60, seed=1, **QUIET), group(60, seed=2, **LOUD)]), 0)
OTHERS = numbered(group(40, seed=3, **DANCE), 500)
SHUFFLED = tuple(MIXED[row] for row in np.random.default_rng(5).permutation(len(MIXED)))
FIRST = datetime(2025, 11, 3, tzinfo=UTC)
QUIETS = numbered(group(60, seed=1, **QUIET), 0)
LOUDS = numbered(group(60, seed=2, **LOUD), 100)


def since(before: tuple[EnrichedTrack, ...], now: tuple[EnrichedTrack, ...]) -> Since | None:
    first = analysed(before)
    return since_last(analysed(now, first), earlier_sound(first, THEN))


def line(found: Since | None) -> str:
    assert found is not None
    return since_line(found, "3 August").replace("\u00a0", " ")


def test_nothing_is_said_of_a_list_that_has_the_same_tracks() -> None:
    assert since(MIXED, SHUFFLED) is None


def test_more_of_the_same_is_no_change_of_sound() -> None:
    found = since(SHUFFLED[:90], SHUFFLED[20:])
    assert line(found) == "Since 3 August: 30 new and 20 gone; no clear change in sound"


def test_tells_what_forty_other_tracks_change_and_which_group_shrank() -> None:
    found = since(MIXED, (*MIXED[40:], *OTHERS))
    assert found is not None
    assert (found.new, found.gone) == (40, 40)
    assert found.changes
    assert all(abs(change.spreads) >= 0.15 for change in found.changes)
    said = {change.feature for change in found.changes}
    assert len(said & {Feature.ENERGY, Feature.LOUDNESS, Feature.ACOUSTICNESS}) == 1
    words = line(found)
    assert words.startswith("Since 3 August: 40 new and 40 gone; ")
    assert "no clear change" not in words
    assert any(word in words for word in ("livelier", "louder", "more electric"))


def test_the_same_tracks_in_another_order_say_the_same() -> None:
    rng = np.random.default_rng(8)
    now = (*MIXED[40:], *OTHERS)
    dealt = tuple(now[row] for row in rng.permutation(len(now)))
    one, other = since(MIXED, now), since(SHUFFLED, dealt)
    assert one is not None
    assert other is not None
    assert [change.feature for change in one.changes] == [change.feature for change in other.changes]


def test_estimates_and_other_sources_change_nothing() -> None:
    estimated = tuple(
        replace(entry, provenance=dict.fromkeys(entry.provenance, Provenance(Origin.IMPUTED, "a guess")))
        for entry in OTHERS
    )
    found = since(MIXED, (*MIXED, *estimated))
    assert found is not None
    assert not found.changes
    assert not found.shares

    first = analysed(MIXED)
    elsewhere: AnalysisReport = replace(first, coverage=replace(first.coverage, by_source={"another": 120}))
    now = analysed((*MIXED[40:], *OTHERS), first)
    other = since_last(now, earlier_sound(elsewhere, THEN))
    assert line(other) == "Since 3 August: 40 new and 40 gone"


def test_groups_that_became_one_are_named_beside_a_certain_change() -> None:
    first = analysed((*MIXED, *OTHERS), groups=3)
    now = analysed((*MIXED[40:], *OTHERS), groups=2)
    found = since_last(now, earlier_sound(first, THEN))
    assert found is not None
    for joined in found.joined:
        assert len(joined.names) == 2
        assert "” are one group now" in line(found)
    assert found.joined


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


def by(entries: tuple[EnrichedTrack, ...], tracks_each: int, name: str = "") -> tuple[EnrichedTrack, ...]:
    """Return tracks of which so many in a row are by one artist."""
    return tuple(
        replace(entry, track=replace(entry.track, artists=(f"Artist {name} {row // tracks_each}",)))
        for row, entry in enumerate(entries)
    )


def test_an_album_is_no_change_of_sound_and_as_many_tracks_of_different_artists_are() -> None:
    several = since(by(MIXED, 3), (*by(MIXED, 3), *by(OTHERS[:30], 2, "new")))
    assert several is not None
    assert several.changes
    found = since(by(MIXED, 3), (*by(MIXED, 3), *by(OTHERS[:30], 30, "new")))
    assert line(found) == "Since 3 August: 30 new; no clear change in sound"


def test_of_eras_and_summaries_by_few_artists_no_change_is_claimed() -> None:
    entries = (
        *dated(by(QUIETS, 20, "a"), date(2019, 1, 5), 10),
        *dated(by(LOUDS, 60, "b"), date(2023, 2, 1), 10),
    )
    report = analysed(entries)
    course = course_of("Road trip", report, [Stage(FIRST, summary_of(report))], None)
    assert "no clear difference" in eras_line(course)
    one, other = (summary_of(analysed(by(entries, 20))) for entries in (QUIETS, LOUDS))
    assert changes_of_summaries(one, other) == ()


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
