"""What could be tidied."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cogs.words.tidying import finding_reason, keeper_reason
from services.analysis.duplicates import find_duplicates, find_tidying
from services.domain.drafts import Certainty, Decision, Finding
from services.domain.features import AudioFeatures, Feature, Origin, Provenance
from services.domain.grouping import Lean
from services.domain.music import Track
from services.domain.portrait import OddSound, Outlier
from services.domain.report import AnalysisReport, EnrichedTrack
from tests.unit.services.analysis.test_duplicates import LONG, song
from tests.unit.services.charts.reports import make_report


def findings(*tracks: Track, outliers: tuple[Outlier, ...] = ()) -> tuple[Finding, ...]:
    report: AnalysisReport = make_report(max(len(tracks), 12))
    entries = tuple(replace(report.tracks[0], track=track) for track in tracks)
    return find_tidying(
        replace(report, tracks=entries, duplicates=find_duplicates(tracks), outliers=outliers)
    )


def why(finding: Finding) -> str:
    return finding_reason(finding, ())


def test_all_but_the_suggested_keeper_are_asked_about() -> None:
    first, second = findings(
        song(id="a"), song("Tide", id="b"), song(id="a"), song("Paper Lantern", id="c", popularity=60)
    )
    assert (first.row, first.keeper, why(first)) == (2, 0, "the same track once more")
    assert (second.row, second.keeper, why(second)) == (0, 3, "the same song from another release")
    assert keeper_reason(first) == "it comes first"
    assert keeper_reason(second) == "the more popular release"
    assert {first.suggestion, second.suggestion} == {Decision.REMOVE}


def test_the_same_recording_is_sure_whatever_the_titles_say() -> None:
    (found,) = findings(
        song("Tide", isrc="QZABC2400001", id="a"), song("Tide - Remastered", isrc="QZABC2400001", id="b")
    )
    assert (found.certainty, why(found)) == (Certainty.SURE, "the same recording from another release")


@pytest.mark.parametrize(
    ("title", "row", "reason"),
    [
        ("Paper Lantern - Live at the Harbour", 1, "this one is live"),
        ("Paper Lantern (Otter Remix)", 1, "this one is a remix"),
        ("Paper Lantern - Acoustic", 1, "this one is acoustic"),
        ("Paper Lantern (Otter Edit)", 1, "this one is an edit"),
        ("Paper Lantern - Remastered 2011", 1, "this one is a remaster"),
        ("Paper Lantern - 1966 Mono Mix", 1, "this one is a mono mix"),
        ("Paper Lantern (Karaoke)", 1, "this one is a karaoke version"),
        ("Paper Lantern-Remix", 1, "this one is a remix"),
        ("Paper Lantern (Hardstyle)", 1, "this one is a remix"),
        ("Paper Lantern -Japanese ver.-", 1, "another version of the same song"),
        ("Paper Lantern", 1, "another version of the same song"),
    ],
)
def test_other_versions_are_a_maybe(title: str, row: int, reason: str) -> None:
    length = LONG if "Remaster" in title or "Mono" in title else LONG + 60_000
    (found,) = findings(song(id="a"), song(title, id="b", duration_ms=length))
    assert (found.row, found.certainty, why(found)) == (row, Certainty.MAYBE, reason)
    assert found.suggestion is Decision.KEEP


def test_names_the_version_of_the_keeper_where_that_is_the_live_one() -> None:
    (found,) = findings(song(), song("Paper Lantern - Remastered 2011", id="b"))
    assert (found.row, found.keeper, why(found)) == (0, 1, "the other one is a remaster")
    assert keeper_reason(found) == "it can be opened on Spotify"


def test_the_song_itself_is_kept_rather_than_a_version_of_it() -> None:
    (found,) = findings(song("Paper Lantern - Live", id="a", popularity=90), song(id="b", duration_ms=9_000))
    assert (found.row, found.keeper, keeper_reason(found)) == (0, 1, "the song itself")


def test_what_stands_out_is_an_opinion_and_comes_last() -> None:
    odd, double = (
        Outlier(row, (OddSound((Lean(feature, high=True),), far=True),), 3.0)
        for row, feature in ((1, Feature.ENERGY), (2, Feature.LOUDNESS))
    )
    first, second = findings(song(id="a"), song("Tide", id="b"), song(id="a"), outliers=(double, odd))
    assert (first.row, first.certainty) == (2, Certainty.SURE)
    assert second == Finding(row=1, certainty=Certainty.OPINION, reason=odd)
    assert why(second) == "far livelier than the rest"
    assert second.suggestion is Decision.KEEP


def sure(features: dict[Feature, float], other: dict[Feature, float], *, estimated: bool = False) -> Finding:
    report = make_report(12)
    origin = Origin.IMPUTED if estimated else Origin.MEASURED
    tracks = (song(id="a"), song(id="b"))
    entries = tuple(
        EnrichedTrack(
            track=track,
            features=AudioFeatures(**{feature.value: value for feature, value in values.items()}),
            provenance=dict.fromkeys(values, Provenance(origin, "a test")),
        )
        for track, values in zip(tracks, (features, other), strict=True)
    )
    duplicates = find_duplicates(tracks)
    (found,) = find_tidying(replace(report, tracks=entries, duplicates=duplicates, outliers=()))
    return found


SOUND = {Feature.ENERGY: 0.85, Feature.DANCEABILITY: 0.6, Feature.ACOUSTICNESS: 0.03, Feature.TEMPO: 120.0}


@pytest.mark.parametrize(
    ("changed", "certainty"),
    [
        ({}, Certainty.SURE),
        ({Feature.ENERGY: 0.2}, Certainty.SURE),
        ({Feature.ENERGY: 0.2, Feature.ACOUSTICNESS: 0.9}, Certainty.MAYBE),
        ({Feature.ENERGY: 0.78, Feature.DANCEABILITY: 0.52, Feature.ACOUSTICNESS: 0.2}, Certainty.SURE),
        ({Feature.TEMPO: 60.0, Feature.ENERGY: 0.2}, Certainty.SURE),
        ({Feature.TEMPO: 80.0, Feature.ENERGY: 0.2}, Certainty.SURE),
        ({Feature.TEMPO: 90.0, Feature.ENERGY: 0.2}, Certainty.SURE),
        ({Feature.TEMPO: 104.0, Feature.DANCEABILITY: 0.3}, Certainty.MAYBE),
    ],
)
def test_a_double_that_was_measured_differently_in_two_features_is_a_maybe(
    changed: dict[Feature, float], certainty: Certainty
) -> None:
    there, back = sure(SOUND, {**SOUND, **changed}), sure({**SOUND, **changed}, SOUND)
    assert there.certainty is back.certainty is certainty
    assert ("sounds different" in why(there)) == (certainty is Certainty.MAYBE)


def test_the_reason_names_the_two_numbers() -> None:
    found = sure(SOUND, {**SOUND, Feature.ENERGY: 0.2, Feature.ACOUSTICNESS: 0.9})
    assert why(found) == "it sounds different: energy 0.20 / 0.85"
    assert found.suggestion is Decision.KEEP


def test_estimates_prove_no_difference() -> None:
    other = {**SOUND, Feature.ENERGY: 0.2, Feature.ACOUSTICNESS: 0.9}
    assert sure(SOUND, other, estimated=True).certainty is Certainty.SURE


@pytest.mark.parametrize(
    ("first", "reason"), [(True, "this one is the clean version"), (False, "the other one is")]
)
def test_clean_and_explicit_are_a_maybe(first: bool, reason: str) -> None:
    (found,) = findings(replace(song(id="a"), explicit=first), replace(song(id="b"), explicit=not first))
    assert found.certainty is Certainty.MAYBE
    assert why(found).startswith(reason)
    (known,) = findings(replace(song(id="a"), explicit=True), song(id="b"))
    assert known.certainty is Certainty.SURE


def test_a_title_and_an_artist_without_any_length_are_a_maybe() -> None:
    (found,) = findings(song(id="a", duration_ms=None), song(id="b", duration_ms=None))
    assert found.certainty is Certainty.MAYBE
    assert "lengths of both are unknown" in why(found)
    (half,) = findings(song(id="a"), song(id="b", duration_ms=None))
    assert half.certainty is Certainty.SURE
