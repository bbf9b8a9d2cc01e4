"""A small playlist with two known groups: everything that a report says points at the playlist's rows."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from cogs.words.grouping import group_line
from cogs.words.quality import quality
from cogs.words.report import verdict
from services.analysis.describe import describe
from services.domain.analysis import AnalysisOptions
from services.domain.charts import ChartKind
from services.domain.features import SOUND_FEATURES, AudioFeatures, Feature, Origin, Provenance
from services.domain.music import Playlist, Track
from services.domain.report import FEWEST_TRACKS, AnalysisReport, EnrichedTrack, Subtitle, Verdict
from services.enrichment.coverage import compute_coverage
from services.workflows.reports import overview
from tests.unit.services.analysis.comparison.people import entry
from tests.unit.services.analysis.sounds import DANCE, PIANO, group

QUIET_ROWS = tuple(range(0, 40, 2))
LOUD_ROWS = tuple(range(1, 28, 2))
GUESSED_QUIET, GUESSED_LOUD, UNKNOWN = 29, 31, 33
TWO = AnalysisOptions(groups=2)


def tracks() -> list[EnrichedTrack]:
    """Piano in even rows, dance music in the odd ones, and in three odd rows what is not measured."""
    piano, dance = iter(group(21, 1, **PIANO).tolist()), iter(group(15, 2, **DANCE).tolist())
    rows: dict[int, EnrichedTrack] = {}
    for number in QUIET_ROWS:
        rows[number] = entry(next(piano), number)
    for number in LOUD_ROWS:
        rows[number] = entry(next(dance), number)
    errors = AudioFeatures(**{feature.value: 0.05 for feature in SOUND_FEATURES})
    for number, values in ((GUESSED_QUIET, next(piano)), (GUESSED_LOUD, next(dance))):
        rows[number] = replace(entry(values, number, origin=Origin.IMPUTED), standard_errors=errors)
    unknown = entry([0.5] * len(SOUND_FEATURES), UNKNOWN)
    rows[UNKNOWN] = replace(unknown, features=AudioFeatures(), provenance={})
    return [rows[number] for number in sorted(rows)]


def report_of(entries: list[EnrichedTrack], options: AnalysisOptions = TWO) -> AnalysisReport:
    playlist = Playlist(name="Two moods", tracks=tuple(each.track for each in entries))
    return describe(playlist, entries, compute_coverage(entries), options=options)


@pytest.fixture(scope="module")
def entries() -> list[EnrichedTrack]:
    return tracks()


@pytest.fixture(scope="module")
def report(entries: list[EnrichedTrack]) -> AnalysisReport:
    return report_of(entries)


def titles(entries: list[EnrichedTrack], rows: tuple[int, ...]) -> set[str]:
    return {entries[row].track.title for row in rows}


def numbered(numbers: tuple[int, ...]) -> set[str]:
    return {f"t number {number}" for number in numbers}


def test_members_are_the_rows_of_each_group_the_larger_one_first(
    entries: list[EnrichedTrack], report: AnalysisReport
) -> None:
    quiet, loud = report.clusters
    assert titles(entries, quiet.members) == numbered(QUIET_ROWS)
    assert titles(entries, loud.members) == numbered(LOUD_ROWS)
    assert (quiet.size, loud.size, report.evidence) == (20, 14, 34)


def test_estimated_tracks_are_likely_ones_of_the_group_that_they_sound_like(
    entries: list[EnrichedTrack], report: AnalysisReport
) -> None:
    quiet, loud = report.clusters
    assert titles(entries, quiet.likely) == numbered((GUESSED_QUIET,))
    assert titles(entries, loud.likely) == numbered((GUESSED_LOUD,))
    assert report.estimate_agreement == pytest.approx(1.0)


def test_every_row_has_its_placement(entries: list[EnrichedTrack], report: AnalysisReport) -> None:
    assert len(report.placements) == len(entries)
    for row, (each, placement) in enumerate(zip(entries, report.placements, strict=True)):
        group_of = next((i for i, c in enumerate(report.clusters) if row in (*c.members, *c.likely)), None)
        assert placement.cluster == group_of
        if not each.provenance:
            assert (placement.x, placement.y, placement.likely) == (None, None, False)
        elif placement.likely:
            assert placement.confidence is None
            assert placement.probability is not None
            assert placement.probability > 0.9
        else:
            assert placement.probability is None
            assert placement.confidence is not None
            assert placement.confidence > 0.1
    unknown = [row for row, each in enumerate(entries) if not each.provenance]
    assert [report.placements[row].cluster for row in unknown] == [None]


def test_typical_tracks_are_members_by_different_artists(
    entries: list[EnrichedTrack], report: AnalysisReport
) -> None:
    for cluster in report.clusters:
        assert 1 <= len(cluster.typical) <= 3
        assert set(cluster.typical) <= set(cluster.members)
        artists = [entries[row].track.artists for row in cluster.typical]
        assert len(set(artists)) == len(artists)


def test_the_centre_and_the_words_are_those_of_the_members(report: AnalysisReport) -> None:
    quiet, loud = report.clusters
    assert quiet.name != loud.name
    for feature, louder in (("energy", 1), ("acousticness", -1), ("loudness", 1)):
        (name,) = (each for each in SOUND_FEATURES if each.value == feature)
        assert louder * (loud.profile[name] - quiet.profile[name]) > 1.0
    assert report.structure.k == 2
    assert report.structure.forced


def test_a_group_that_is_one_album_says_which() -> None:
    def album_of(number: int, odd: str) -> str | None:
        return "Kind of Blue" if number in QUIET_ROWS[:18] else odd

    def with_albums(odd: str) -> list[Subtitle]:
        listed = [
            replace(each, track=replace(each.track, artists=("Ann",), album=album_of(number, odd)))
            for number, each in enumerate(tracks())
        ]
        return [cluster.subtitle for cluster in report_of(listed).clusters]

    quiet, loud = with_albums("")
    assert (quiet.album, quiet.album_share) == ("Kind of Blue", 0.9)
    assert (loud.album, loud.album_share) == (None, None)
    assert [each.album for each in with_albums("KIND OF BLUE")] == [None, None], "an album of both is neither"


def test_an_outlier_is_the_row_that_sounds_like_nothing_else(entries: list[EnrichedTrack]) -> None:
    odd = dict.fromkeys((each.value for each in SOUND_FEATURES), 0.99) | {"loudness": -59.0, "tempo": 210.0}
    stranger = entry([odd[each.value] for each in SOUND_FEATURES], 900)
    mixed = [*entries[:6], stranger, *entries[6:]]
    assert [each.track for each in report_of(mixed).outliers][:1] == [6]


def test_a_song_that_is_there_twice_stands_out_once_and_tracks_without_a_title_are_no_one_song() -> None:
    odd = [*group(2, 3, **{**PIANO, "tempo": 210.0}), *group(1, 4, **{**PIANO, "liveness": 0.9})]
    strangers = [entry(row, 900 + number) for number, row in enumerate(odd)]
    music = [entry(row, number) for number, row in enumerate(group(60, 1, **DANCE).tolist())]

    def listed(**named: object) -> set[int]:
        renamed = [replace(each, track=replace(each.track, **named)) for each in strangers]  # type: ignore[arg-type]
        found = {each.track for each in report_of([*renamed, *music], AnalysisOptions()).outliers}
        return found & {0, 1, 2}

    assert listed() == {0, 1, 2}
    assert len(listed(title="One song", artists=("One",))) == 1
    assert listed(title="", artists=()) == {0, 1, 2}


def test_another_order_gives_the_same_groups(entries: list[EnrichedTrack], report: AnalysisReport) -> None:
    shuffled = list(entries)
    random.Random(5).shuffle(shuffled)
    again = report_of(shuffled)
    for before, after in zip(report.clusters, again.clusters, strict=True):
        assert titles(shuffled, after.members) == titles(entries, before.members)
        assert titles(shuffled, after.likely) == titles(entries, before.likely)
        assert after.name == before.name
        assert np.allclose(after.centre, before.centre)
    where = {each.track.title: place.cluster for each, place in zip(entries, report.placements, strict=True)}
    assert where == {
        each.track.title: place.cluster for each, place in zip(shuffled, again.placements, strict=True)
    }


def test_below_the_bound_there_are_places_and_no_groups(entries: list[EnrichedTrack]) -> None:
    few = [each for each in entries if each.provenance][: FEWEST_TRACKS - 1]
    report = report_of(few, AnalysisOptions())
    assert report.structure.verdict is Verdict.TOO_FEW
    assert (report.clusters, report.outliers, report.estimate_agreement) == ((), (), None)
    assert report.mood
    assert all(place.cluster is None and place.confidence is None for place in report.placements)


def test_of_tracks_that_nobody_knows_nothing_is_said(entries: list[EnrichedTrack]) -> None:
    report = report_of([each for each in entries if not each.provenance])
    assert (report.clusters, report.mood, report.axes, report.evidence) == ((), "", None, 0)
    assert [place.x for place in report.placements] == [None]


def without(feature: Feature, entries: list[EnrichedTrack]) -> list[EnrichedTrack]:
    """Return tracks whose file lacked one column, which was then estimated."""
    guess = Provenance(Origin.IMPUTED, "imputation")
    errors = AudioFeatures(**{feature.value: 2.0})
    return [
        replace(
            each,
            features=replace(each.features, **{feature.value: -9.5}),
            provenance={**each.provenance, feature: guess},
            standard_errors=errors,
        )
        for each in entries
    ]


def test_eight_of_nine_features_decide_groups_that_are_never_called_clear() -> None:
    rows = [*group(50, 3, **PIANO).tolist(), *group(50, 4, **DANCE).tolist()]
    whole = [entry(values, number) for number, values in enumerate(rows)]
    partly = report_of(without(Feature.LOUDNESS, whole), AnalysisOptions())
    assert report_of(whole, AnalysisOptions()).structure.verdict is Verdict.CLEAR
    assert partly.structure.verdict is Verdict.LOOSE
    assert partly.structure.estimated == (Feature.LOUDNESS,)
    assert partly.evidence == 100
    assert {member for cluster in partly.clusters[:1] for member in cluster.members} in (
        set(range(50)),
        set(range(50, 100)),
    )
    assert not any(trait.feature is Feature.LOUDNESS for each in partly.clusters for trait in each.traits)
    assert verdict(partly).endswith("From eight of nine features; loudness is estimated.")
    assert "No audio features" not in verdict(partly) + quality(partly)


def test_an_estimated_tempo_is_no_tempo_of_a_group() -> None:
    rows = [*group(30, 3, **PIANO).tolist(), *group(30, 4, **DANCE).tolist()]
    whole = [entry(values, number) for number, values in enumerate(rows)]
    estimated = [
        replace(each, features=replace(each.features, tempo=120.0)) for each in without(Feature.TEMPO, whole)
    ]
    for cluster in report_of(estimated).clusters:
        assert cluster.tempo_bpm is cluster.tempo_range_bpm is None
        assert "BPM" not in group_line(cluster)


def test_one_track_that_lacks_one_feature_does_not_weaken_the_others() -> None:
    rows = [*group(50, 3, **PIANO).tolist(), *group(50, 4, **DANCE).tolist()]
    whole = [entry(values, number) for number, values in enumerate(rows)]
    mixed = [*without(Feature.LOUDNESS, whole[:1]), *whole[1:]]
    found = report_of(mixed, AnalysisOptions())
    assert (found.structure.verdict, found.structure.estimated, found.evidence) == (Verdict.CLEAR, (), 100)


def test_tempo_and_key_alone_make_no_groups_and_are_said_to_be_known() -> None:
    known = (Feature.TEMPO, Feature.KEY, Feature.MODE)
    provenance = dict.fromkeys(known, Provenance(Origin.UPLOADED, "file:dj"))
    features = AudioFeatures(tempo=120.0, key=4, mode=1)
    entries = [
        EnrichedTrack(track=Track(title=f"t {number}"), features=features, provenance=provenance)
        for number in range(30)
    ]
    found = report_of(entries, AnalysisOptions())
    assert found.clusters == ()
    assert verdict(found).startswith("Only tempo and key are known:")
    assert quality(found) == "Tempo 30/30 and key 30/30 from the file, the other eight unknown."
    assert overview(found) is ChartKind.TEMPO
