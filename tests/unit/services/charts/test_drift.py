"""The pictures of a list over time can be read on a small phone, and say what their twin says."""

from __future__ import annotations

from datetime import date, timedelta

from cogs.words.portrait import change_words, since_line
from services.analysis.drift import course_of, summary_of
from services.charts.drift import render_course
from services.domain.portrait import Stage
from services.workflows.reports import earlier_sound
from tests.unit.services.analysis.test_continuity import analysed
from tests.unit.services.analysis.test_drift import FIRST, LOUDS, QUIETS, dated
from tests.unit.services.charts.legibility import assert_legible


def test_the_course_of_a_list_is_drawn_for_a_small_phone_and_said_in_words(sheets):
    before = analysed(QUIETS)
    now = analysed(dated((*QUIETS[30:], *LOUDS), date(2023, 1, 1), 9), before)
    stages = [Stage(FIRST, summary_of(before)), Stage(FIRST + timedelta(days=90), summary_of(now))]
    course = course_of(
        "A very long name of a list that nobody can say in one breath",
        now,
        stages,
        earlier_sound(before, FIRST),
    )
    assert course.since is not None
    assert (course.since.new, course.since.gone) == (60, 30)
    charts = render_course(course)
    assert [chart.kind for chart in charts] == ["drift", "eras"]
    for chart, sheet in zip(charts, sheets[-2:], strict=True):
        assert len(chart.alt_text) <= 1024
        assert "Certain changes: " in chart.alt_text
        assert len(chart.text.splitlines()) >= 2
        assert_legible(sheet)
    assert change_words(course.since) in since_line(course.since, "then")
