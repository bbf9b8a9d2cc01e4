"""What the card of the data's quality says does not contradict the verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cogs.words.quality import groups_lines, verdict_line
from services.domain.features import SOUND_FEATURES
from services.domain.grouping import Basis, Grouping
from services.domain.report import AnalysisReport, Verdict
from tests.unit.services.charts.reports import make_report


def report(verdict: Verdict, *, gap: float = 0.0, k: int = 3, **more: object) -> AnalysisReport:
    made = make_report(100, k, verdict=verdict)
    structure = replace(made.structure, k=k, stability=0.9, gap=gap, gap_z=40 * gap)
    return replace(made, structure=structure, evidence=100, **more)  # type: ignore[arg-type]


def test_a_map_on_which_nothing_decides_is_not_called_good() -> None:
    coverage = replace(make_report().coverage, total=100, by_feature=dict.fromkeys(SOUND_FEATURES, 80))
    known = replace(make_report(100, 0, verdict=Verdict.TOO_FEW), coverage=coverage, evidence=9)
    assert verdict_line(known).startswith("**Good:**")
    assert verdict_line(replace(known, evidence=0)).startswith("**Thin:**")


@pytest.mark.parametrize(
    ("verdict", "opening"), [(Verdict.CLEAR, "These groups hold up"), (Verdict.NONE, "The cut is steady")]
)
def test_groups_that_the_sound_does_not_separate_are_called_a_cut(verdict: Verdict, opening: str) -> None:
    assert groups_lines(report(verdict))[0].startswith(opening)
    by_style = report(verdict, basis=Basis(grouping=Grouping.STYLE, stability=0.9))
    assert groups_lines(by_style)[0].startswith("These groups hold up")


def test_of_a_short_list_it_is_said_what_no_groups_means_and_only_where_none_were_found() -> None:
    said = "I find no real groups by sound, which says little below about 75 tracks."
    assert said in groups_lines(report(Verdict.UNTESTABLE))
    assert said not in groups_lines(report(Verdict.UNTESTABLE, gap=0.2))
    assert said not in groups_lines(report(Verdict.CLEAR))


def test_nothing_is_redrawn_where_there_is_one_group() -> None:
    assert any(
        "estimated tracks" in line for line in groups_lines(report(Verdict.NONE, estimate_agreement=0.0))
    )
    assert groups_lines(report(Verdict.NONE, k=1, estimate_agreement=0.0)) == []
