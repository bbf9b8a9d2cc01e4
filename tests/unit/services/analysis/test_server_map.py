"""Places of people on one map, and what is said of them only beyond its error."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cogs.words.server_map import closest_line, standing_lines
from services.analysis.server_map import arrange, find_news, give_awards, summarise
from services.charts.server_map import render_server_map
from services.domain.comparison import FEWEST_MEASURED
from services.domain.features import SOUND_FEATURES
from services.domain.report import AnalysisReport
from services.domain.server_map import AwardKind, SoundSummary
from tests.depth import examples
from tests.unit.services.charts.reports import make_report


def by_artists(report: AnalysisReport, artists: int) -> AnalysisReport:
    """Return a report whose tracks are by so many artists, in turn."""
    tracks = tuple(
        replace(entry, track=replace(entry.track, artists=(f"Artist {row % artists}",)))
        for row, entry in enumerate(report.tracks)
    )
    return replace(report, tracks=tracks)


def sound(level: float = 0.0, error: float = 0.05, **levels: float) -> SoundSummary:
    """Make a list whose features lie at `level`, but for those that are named."""
    means = tuple(levels.get(feature.value, level) for feature in SOUND_FEATURES)
    return SoundSummary(50, means, (error,) * 9, (error,) * 6)


def test_a_list_is_summed_up_from_measured_tracks_alone() -> None:
    report = make_report(60, imputed=0.4)
    summary = summarise(report)
    assert summary is not None
    assert FEWEST_MEASURED <= summary.tracks < 60
    again = replace(report, tracks=tuple(reversed(report.tracks)) + report.tracks)
    assert summarise(again) == summary
    assert summarise(replace(report, tracks=report.tracks[:10])) is None


def test_the_nearest_is_the_nearest_and_said_as_sure_only_beyond_its_error() -> None:
    names = ["ann", "bob", "cat", "dan"]
    sounds = [sound(0.0), sound(0.2), sound(1.0), sound(-2.0)]
    found = arrange(names, sounds)
    assert found is not None
    assert [person.nearest[0] for person in found.people] == [1, 0, 1, 0]
    assert found.closest == (0, 1)
    assert found.lone_wolf == 3
    assert all(person.is_nearest_sure for person in found.people)
    assert all(len(person.nearest) == 3 for person in found.people)
    blurred = arrange(names, [replace(each, point_errors=(1.5,) * 6) for each in sounds])
    assert blurred is not None
    assert not any(person.is_nearest_sure for person in blurred.people)
    assert blurred.closest is None
    assert closest_line(found, 0) == "Closest to you: **bob**; next are cat and dan."
    one_far = [
        replace(each, point_errors=(0.2,) * 6) for each in (sound(0.0), sound(0.2), sound(-0.2), sound(-6.0))
    ]
    between = arrange(names, one_far)
    assert between is not None
    assert closest_line(between, 0) == "Closest to you, too near to rank: **bob** and **cat**."
    assert "ann: nearest bob and cat, next dan" in render_server_map(between).text.splitlines()
    places = ((0.0, 0.1), (0.2, 0.1), (0.3, 0.02), (-0.3, 0.2))
    vague = [replace(sound(level), point_errors=(error,) * 6) for level, error in places]
    behind = arrange(names, vague)
    assert behind is not None
    assert closest_line(behind, 0) == "Closest to you, too near to rank: **bob**, **cat** and **dan**."
    assert blurred.lone_wolf is None


def test_an_award_names_the_next_and_takes_a_lead_that_is_no_chance() -> None:
    winner, next_one, rest = sound(valence=1.0), sound(valence=0.5), sound(0.0)
    (award,) = give_awards([rest, winner, next_one, rest])
    assert (award.kind, award.winner, award.runner_up) == (AwardKind.SUNNIEST, 1, 2)
    unsure = [replace(each, errors=(0.2,) * 9) for each in (rest, winner, next_one, rest)]
    assert give_awards(unsure) == ()
    assert give_awards([sound(0.0, 0.001), sound(0.1, 0.001), sound(0.05, 0.001)]) == ()  # nobody hears that


@pytest.mark.parametrize("people", [3, 8])
def test_equal_lists_get_awards_by_chance_hardly_ever(people: int) -> None:
    rng = np.random.default_rng(people)
    draws, given = examples(200, night=2_000), 0
    for _ in range(draws):
        drawn = [
            replace(sound(error=0.1), levels=tuple(map(float, rng.normal(0, 0.1, len(SOUND_FEATURES)))))
            for _ in range(people)
        ]
        given += bool(give_awards(drawn))
    assert given <= 0.05 * draws


def test_a_list_by_one_or_two_artists_is_on_the_map_and_claims_nothing() -> None:
    few, known = (summarise(by_artists(make_report(60), artists)) for artists in (2, 30))
    assert few is not None
    assert known is not None
    assert few.artists == pytest.approx(2, abs=0.1)
    assert (few.is_ranked, known.is_ranked) == (False, True)
    sounds = [replace(sound(-4.0), artists=few.artists), sound(0.0), sound(0.2), sound(1.0), sound(1.3)]
    found = arrange(["ann", "bob", "cat", "dan", "eve"], sounds)
    assert found is not None
    assert found.unranked == (0,)
    assert [person.blur is None for person in found.people] == [True, False, False, False, False]
    assert [person.is_nearest_sure for person in found.people] == [False, True, True, True, True]
    assert [person.nearest[0] for person in found.people] == [1, 2, 1, 4, 3]
    assert all(0 not in person.nearest for person in found.people)
    assert (found.closest, found.lone_wolf) == ((1, 2), None), "dan and eve are far off together"
    assert 0 not in {who for award in found.awards for who in (award.winner, award.runner_up)}
    said = [*standing_lines(found), *(closest_line(found, each) for each in range(1, 5))]
    assert not any("ann" in line for line in said)
    assert "too few artists" in closest_line(found, 0)
    chart = render_server_map(found)
    assert "Too little is known of ann to rank them" in chart.alt_text
    assert "ann: nearest bob, next cat and dan; too little is known" in chart.text


def test_of_two_who_are_ranked_nothing_is_the_nearest() -> None:
    sounds = [replace(sound(3.0), artists=1.0), sound(0.0), sound(0.2)]
    found = arrange(["ann", "bob", "cat"], sounds)
    assert found is not None
    assert not any(person.is_nearest_sure for person in found.people)
    assert (found.closest, found.lone_wolf) == (None, None)
    assert closest_line(found, 1).startswith("Too few people are ranked here to say")
    assert closest_line(found, 1).endswith("; by what is known, the nearest is cat.")
    nobody = arrange(["ann", "bob", "cat"], [replace(each, artists=1.0) for each in sounds])
    assert nobody is not None
    assert [len(person.nearest) for person in nobody.people] == [2, 2, 2]
    assert nobody.awards == ()
    assert "Too little is known of ann, bob and cat to rank them." in render_server_map(nobody).alt_text


def test_a_list_by_few_artists_has_not_moved_in_a_digest() -> None:
    before, now = {1: sound(0.0)}, {1: sound(1.0)}
    assert find_news(now, before)
    assert find_news({1: replace(now[1], artists=2.0)}, before) == ()
    assert find_news(now, {1: replace(before[1], artists=2.0)}) == ()


def test_one_place_is_no_map() -> None:
    assert arrange(["ann", "bob", "cat"], [sound()] * 3) is None
