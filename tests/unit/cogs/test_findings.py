"""What stands out is told to its end, and where nobody looked no card says that nothing does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cogs.replies.details import findings_card
from cogs.replies.report import cluster_card
from cogs.replies.tidying import tidy_card
from cogs.words.stats import duplicate_words
from cogs.words.tidying import promise_line
from services.analysis.duplicates import find_tidying
from services.domain.drafts import TidyState, plan_split
from services.domain.portrait import Outlier
from services.domain.report import FEWEST_TO_STAND_OUT, AnalysisReport, Duplicate, DuplicateKind, Verdict
from services.storage.reports import StoredReport
from services.workflows.drafts import OpenDraft
from tests.integration.storage.samples import NOON
from tests.unit.cogs.test_attribution import words_of
from tests.unit.services.charts.reports import make_report

REASON = (
    "far more danceable and more electric than “Simon & Garfunkel & The Beach Boys, acoustic & more sung”; "
    "by an artist tagged contemporary country and progressive bluegrass like no other artist here"
)


def told(report: AnalysisReport) -> list[str]:
    """Return the words of the card of findings, and of the first of `/tidy`."""
    stored = StoredReport("r1", 1, True, NOON, report)
    draft = OpenDraft("d1", 1, stored, TidyState(find_tidying(report)))
    return [words_of(findings_card(report)), words_of(tidy_card(draft))]


def test_a_long_reason_is_told_to_its_end() -> None:
    report = replace(make_report(), outliers=(Outlier(0, REASON, 3.0),), duplicates=())
    for words in told(report):
        assert REASON[1:].replace("-", "\\-") in words


@pytest.mark.parametrize("members", [FEWEST_TO_STAND_OUT - 1, FEWEST_TO_STAND_OUT])
def test_nothing_is_said_to_stand_out_only_where_somebody_looked(members: int) -> None:
    report = replace(make_report(), outliers=(), duplicates=())
    group = replace(report.clusters[0], members=tuple(range(members)))
    for words in told(replace(report, clusters=(group,))):
        said = "Nothing stands out among the 20 tracks whose sound is known: each has company."
        assert (said in words) == (members == FEWEST_TO_STAND_OUT)
        assert ("(I need 20)" in words) == (members < FEWEST_TO_STAND_OUT)


@pytest.mark.parametrize(("rows", "said"), [((0, 4), "track twice"), ((0, 4, 7), "track three times")])
def test_how_often_a_track_is_there_is_said(rows: tuple[int, ...], said: str) -> None:
    report = replace(make_report(), duplicates=(Duplicate(DuplicateKind.SAME_ID, rows, 0),))
    assert f"the same {said}" in words_of(findings_card(report))


def test_rows_of_one_title_are_not_said_to_be_one_recording() -> None:
    double = Duplicate(DuplicateKind.SAME_SONG, (0, 4), 0)
    report = replace(make_report(), duplicates=(double,))
    assert "the same song, by title and artist" in words_of(findings_card(report))
    assert "release" not in duplicate_words(double)


def test_the_artists_of_a_group_are_called_most_often_and_not_most_of_it() -> None:
    report = make_report()
    for artists, said in (
        ((("Ann", 3), ("Bob", 1)), "Most often Ann (3) and Bob"),
        ((("Ann", 1),), "Among them Ann"),
    ):
        group = replace(report.clusters[0], top_artists=artists)
        card = words_of(cluster_card(replace(report, clusters=(group,)), "r1", 0, 0, None))
        assert said in card
        assert "Mostly" not in card


def test_every_track_has_company_where_all_are_known() -> None:
    report = replace(make_report(100, 2), outliers=(), duplicates=())
    whole = replace(report, clusters=(replace(report.clusters[0], members=tuple(range(100))),))
    assert all("Nothing stands out: every track has company." in words for words in told(whole))


@pytest.mark.parametrize(
    ("verdict", "asked", "said"),
    [
        (Verdict.NONE, None, "The borders are soft: the sound alone doesn't split this list."),
        (Verdict.UNTESTABLE, None, "The borders may be chance: so few tracks can't tell."),
        (Verdict.CLEAR, 8, "These tracks allow no more than two groups."),
        (Verdict.CLEAR, 2, "2 playlists from 100 tracks."),
    ],
)
def test_a_split_promises_no_more_than_is_known(verdict: Verdict, asked: int | None, said: str) -> None:
    report = make_report(100, 2, verdict=verdict)
    report = replace(report, structure=replace(report.structure, forced=bool(asked), asked=asked))
    assert promise_line(report, plan_split(report)).removesuffix(" Grouped by sound.").endswith(said)
