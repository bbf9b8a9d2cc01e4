"""One trip to a worker gives what its steps give one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sandbox.playlists import load
from services.analysis.describe import describe
from services.analysis.portrait import portrait_of
from services.charts.render import render
from services.compute.worker import dump
from services.compute.worker import load as unpickle
from services.domain.analysis import AnalysisOptions, LookedUp
from services.domain.charts import ChartKind
from services.domain.features import Feature, Origin
from services.domain.known_tracks import Relative, words_of
from services.domain.messages import Note, NoteKind
from services.domain.music import Playlist, TrackId
from services.domain.report import EnrichedTrack
from services.enrichment.assembly import corrected, from_upload, without_guesses
from services.enrichment.coverage import compute_coverage
from services.storage.codec import decode_report, encode_report
from services.workflows import tasks
from tests.depth import cases

KINDS = (ChartKind.MAP, ChartKind.JOURNEY)
MEASURED_ONLY = AnalysisOptions(measured_only=True)


def looked_up(*, gaps: bool, relatives: bool = True) -> tuple[Playlist, LookedUp]:
    """Return a playlist of which every fifth track may have no features."""
    (playlist,) = tasks.read_upload(load("late-drive.csv"), "late-drive.csv")
    bare = tuple(
        replace(track, uploaded=None) if gaps and row % 5 == 0 else track
        for row, track in enumerate(playlist.tracks)
    )
    tracks = from_upload(bare, "file")
    kin = tuple(
        Relative(replace(track, id=TrackId(f"{row:022d}")), track.uploaded, "reccobeats")
        for row, track in enumerate(playlist.tracks[:30])
        if track.uploaded
    )
    first = next(track.id for track in bare if track.id and track.uploaded)
    found = LookedUp(
        tracks=tracks,
        relatives=kin if relatives else None,
        tempo_factors={first: 0.5},
        notices=(Note(NoteKind.NOT_ESTIMATED),),
    )
    return replace(playlist, tracks=bare), found


def step_by_step(playlist: Playlist, found: LookedUp, options: AnalysisOptions) -> tuple[EnrichedTrack, ...]:
    """Return the tracks as each step alone leaves them."""
    tracks = found.tracks
    if found.relatives is not None:
        tracks = tasks.estimate(tracks, found.relatives)
    tracks = corrected(tracks, found.tempo_factors)
    return without_guesses(tracks) if options.measured_only else tracks


@pytest.mark.parametrize("gaps", cases([False, True], gate=[True]), ids=lambda gaps: f"gaps {gaps}")
@pytest.mark.parametrize(
    "options",
    [AnalysisOptions(), AnalysisOptions(groups=3), MEASURED_ONLY],
    ids=["auto", "forced", "measured only"],
)
def test_an_analysis_in_one_trip_is_that_of_its_steps(options: AnalysisOptions, gaps: bool) -> None:
    playlist, found = looked_up(gaps=gaps)

    together = tasks.answer_analysis(playlist, found, options, KINDS)
    there_and_back = unpickle(dump(together)).whole(playlist, found)

    tracks = step_by_step(playlist, found, options)
    coverage = compute_coverage(tracks)
    report = describe(playlist, tracks, coverage, options=options, notices=found.notices)
    report = replace(report, portrait=portrait_of(report))
    assert there_and_back.report == report
    assert there_and_back.encoded == encode_report(report)
    assert decode_report(there_and_back.encoded) == report
    assert there_and_back.charts == tuple(render(kind, report) for kind in KINDS)


def test_only_new_tracks_come_back() -> None:
    playlist, found = looked_up(gaps=True)
    answer = tasks.answer_analysis(playlist, found, AnalysisOptions(), ())
    lacking = {row for row, track in enumerate(found.tracks) if None in track.features.sound}
    kept = set(range(len(found.tracks))) - set(answer.changed)
    assert answer.analysis.report.tracks == answer.analysis.report.playlist.tracks == ()
    assert len(lacking - kept) > 0
    assert len(kept) >= len(found.tracks) - len(lacking) - 1  # and the one with another tempo
    whole = answer.whole(playlist, found)
    assert whole.report.playlist is playlist
    assert all(whole.report.tracks[row] is found.tracks[row] for row in kept)


def test_nothing_is_estimated_without_leave() -> None:
    playlist, found = looked_up(gaps=True, relatives=False)
    report = tasks.analyze(playlist, found, AnalysisOptions()).report
    assert report.coverage.unknown > 0
    assert report.coverage.imputed == report.coverage.borrowed == 0


def test_measured_only_is_the_same_with_and_without_the_estimate_before() -> None:
    playlist, found = looked_up(gaps=True)
    without = replace(found, relatives=None)
    assert tasks.analyze(playlist, found, MEASURED_ONLY) == tasks.analyze(playlist, without, MEASURED_ONLY)


def test_reading_brings_the_keys_of_the_tracks_that_need_them() -> None:
    playlists, keys = tasks.read_with_keys(load("late-drive.csv"), "late-drive.csv")
    assert playlists == tasks.read_upload(load("late-drive.csv"), "late-drive.csv")
    needy = [t for t in playlists[0].tracks if t.uploaded is None or None in t.uploaded.values]
    assert set(keys) == set(map(words_of, needy))

    links = b"https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC\n" * 2
    (playlist,), keys = tasks.read_with_keys(links, "links.txt")
    words = list(map(words_of, playlist.tracks))
    assert keys == dict(zip(words, tasks.track_keys(words), strict=True))


def test_a_corrected_tempo_says_so() -> None:
    playlist, found = looked_up(gaps=False)
    report = tasks.analyze(playlist, found, AnalysisOptions()).report
    (changed,) = [entry for entry in report.tracks if entry.track.id in found.tempo_factors]
    assert changed.provenance[Feature.TEMPO].origin is Origin.CORRECTED
