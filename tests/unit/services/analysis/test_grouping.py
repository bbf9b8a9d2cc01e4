"""Groups by style and era: what they rest on, what they never claim, and where estimated tracks go."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cogs.words.sound import place_line
from services.analysis.describe import describe
from services.analysis.from_sound import find_place
from services.analysis.titles import lead_artist
from services.analysis.validity import agreement
from services.domain.analysis import AnalysisOptions
from services.domain.features import AudioFeatures, Origin
from services.domain.grouping import Grouping
from services.domain.music import Playlist
from services.domain.report import AnalysisReport, EnrichedTrack, Unit, Verdict
from services.enrichment.coverage import compute_coverage
from tests.unit.services.analysis.sounds import DANCE, LOUD, QUIET, group, tracks

STYLE = AnalysisOptions(by=Grouping.STYLE)
SCENES = (("metal", 1985), ("hip hop", 2021))


def same_sound(each: int = 60, *, years: bool = True, genres: bool = True) -> tuple[EnrichedTrack, ...]:
    """Return two scenes of one sound: half of them metal of the eighties, half hip hop of today."""
    found = []
    for number, entry in enumerate(tracks(group(2 * each, seed=3, **DANCE))):
        genre, year = SCENES[number % 2]
        track = replace(
            entry.track,
            release_year=year + number % 5 if years else None,
            genres=(genre,) if genres else (),
            artists=(f"{genre} {number % 24}",),
        )
        found.append(replace(entry, track=track))
    return tuple(found)


def analysed(
    entries: tuple[EnrichedTrack, ...], options: AnalysisOptions = STYLE, **known: tuple[str, ...]
) -> AnalysisReport:
    playlist = Playlist(name="A list", tracks=tuple(entry.track for entry in entries))
    return describe(playlist, entries, compute_coverage(entries), options=options, artist_genres=known)


def labels_of(report: AnalysisReport) -> np.ndarray:
    return np.array([placement.cluster for placement in report.placements])


def test_scenes_of_one_sound_are_told_apart_by_style_and_not_by_sound() -> None:
    entries = same_sound()
    truth = np.arange(len(entries)) % 2
    options = replace(STYLE, groups=2)
    assert agreement(labels_of(analysed(entries, options)), truth) == 1
    assert agreement(labels_of(analysed(entries, replace(options, by=Grouping.SOUND))), truth) < 0.2


def test_style_never_makes_a_verdict() -> None:
    entries = same_sound()
    by_style, by_sound = analysed(entries), analysed(entries, AnalysisOptions())
    assert by_sound.structure.verdict is Verdict.NONE
    assert by_style.structure.verdict is by_sound.structure.verdict
    assert (by_style.structure.gap, by_style.structure.gap_z) == (
        by_sound.structure.gap,
        by_sound.structure.gap_z,
    )
    assert by_style.basis.stability is not None
    assert by_sound.basis.stability is None


@pytest.mark.parametrize(
    ("artists", "album", "unit", "verdict"),
    [
        (9, "Album", Unit.ALBUM, Verdict.NONE),
        (9, "", Unit.ARTIST, Verdict.NONE),
        (2, "", Unit.UNKNOWN, Verdict.CLEAR),
        (0, "", Unit.UNKNOWN, Verdict.CLEAR),
    ],
)
def test_where_albums_are_not_named_those_of_one_artist_each_are_no_groups(
    artists: int, album: str, unit: Unit, verdict: Verdict
) -> None:
    def named(number: int, entry: EnrichedTrack) -> EnrichedTrack:
        credited = (f"Artist {number % artists}",) if artists else ()
        track = replace(entry.track, artists=credited, album=f"{album} {number}" if album else None)
        return replace(entry, track=track)

    lower, upper = (0.3, 0.05, 0.3, 0.2, -14), (0.9, 0.6, 0.8, 0.8, -4)
    columns = ("energy", "acousticness", "danceability", "valence", "loudness")
    middles = np.random.default_rng(0).uniform(lower, upper, (9, 5)).tolist()
    entries = [
        named(number, entry)
        for number, values in enumerate(middles)
        for entry in tracks(group(12, number, **dict(zip(columns, values, strict=True))))
    ]
    found = analysed(tuple(entries), AnalysisOptions()).structure
    assert (found.unit, found.verdict, found.of_albums) == (unit, verdict, verdict is Verdict.NONE)


def test_the_basis_is_counted() -> None:
    entries = same_sound(50)
    without = [replace(entry, track=replace(entry.track, genres=())) for entry in entries[:40]]
    some = (*without, *entries[40:])
    basis = analysed(some).basis
    assert (basis.grouping, basis.years, basis.genres, basis.remembered_genres) == (
        Grouping.STYLE, 1.0, 0.6, 0.0,
    )  # fmt: skip
    known = {"metal 0": ("metal",), "hip hop 1": ("hip hop",), "nobody here": ("rock",)}
    assert analysed(some, **known).basis.remembered_genres == pytest.approx(0.04)


def test_a_list_without_genres_is_named_and_grouped_by_what_earlier_lists_agree_on() -> None:
    entries = same_sound(50)
    known = {lead_artist(entry.track.artists): entry.track.genres for entry in entries}
    bare = tuple(replace(entry, track=replace(entry.track, genres=())) for entry in entries)
    playlist = Playlist(name="", tracks=tuple(entry.track for entry in bare))
    options = AnalysisOptions(by=Grouping.STYLE)
    report = describe(playlist, bare, compute_coverage(bare), options=options, earlier_genres=known)
    tagged = analysed(entries)
    assert [cluster.members for cluster in report.clusters] == [
        cluster.members for cluster in tagged.clusters
    ]
    assert [cluster.name for cluster in report.clusters] == [cluster.name for cluster in tagged.clusters]
    assert all(cluster.subtitle.genres and cluster.subtitle.of_artists for cluster in report.clusters)
    assert not any(cluster.subtitle.of_artists for cluster in tagged.clusters)
    assert (report.basis.genres, report.basis.earlier_genres) == (0.0, 1.0)
    assert report.basis.earlier_artists == len(known)
    assert report.tracks == bare


def test_whom_nothing_speaks_of_has_the_genres_that_they_are_commonly_known_for() -> None:
    names = {"metal": ("Metallica", "Slayer", "Iron Maiden"), "hip hop": ("Nas", "Mobb Deep", "OutKast")}
    entries = []
    for row, entry in enumerate(same_sound(60)):
        artist = names[entry.track.genres[0]][row // 2 % 3]
        entries.append(replace(entry, track=replace(entry.track, genres=(), artists=(artist,))))
    playlist = Playlist(name="", tracks=tuple(entry.track for entry in entries))
    report = describe(
        playlist,
        entries,
        compute_coverage(entries),
        options=replace(STYLE, groups=2),
        earlier_genres={lead_artist(("Nas",)): ("jazz rap",)},
    )
    assert {cluster.name.split(",")[0] for cluster in report.clusters} == {"Thrash metal", "Hip hop"}
    assert all(cluster.subtitle.of_artists for cluster in report.clusters)
    basis = report.basis
    assert (basis.genres, basis.earlier_artists, basis.common_artists) == (0.0, 1, 5)
    assert basis.earlier_genres + basis.common_genres == basis.remembered_genres == 1.0
    assert report.tracks == tuple(entries)


def test_with_too_few_years_it_is_grouped_by_sound_and_says_so() -> None:
    entries = same_sound(40, years=False)
    basis = analysed(entries).basis
    assert basis.grouping is Grouping.SOUND
    assert basis.refused
    assert not basis.has_enough_years
    assert not analysed(entries, AnalysisOptions()).basis.refused


def test_an_estimated_track_goes_to_its_scene_and_changes_no_group() -> None:
    entries = same_sound()
    template = entries[0]
    guess = EnrichedTrack(
        track=replace(template.track, title="Guessed", artists=("hip hop 1",), release_year=2022),
        features=template.features,
        provenance={
            feature: replace(origin, origin=Origin.IMPUTED) for feature, origin in template.provenance.items()
        },
        standard_errors=AudioFeatures(**dict.fromkeys(("energy", "valence", "danceability"), 0.2)),
    )
    guess = replace(guess, track=replace(guess.track, genres=("hip hop",)))
    options = replace(STYLE, groups=2)
    alone, beside = analysed(entries, options), analysed((*entries, guess), options)
    assert [cluster.members for cluster in beside.clusters] == [c.members for c in alone.clusters]
    assert [cluster.centre for cluster in beside.clusters] == [c.centre for c in alone.clusters]
    placed = beside.placements[-1]
    assert placed.likely
    assert placed.cluster == labels_of(beside)[1]
    assert placed.probability is not None
    assert placed.probability > 0.9


def test_the_same_in_any_order() -> None:
    entries = same_sound()
    order = np.random.default_rng(5).permutation(len(entries))
    first = analysed(entries)
    again = analysed(tuple(entries[row] for row in order))
    assert labels_of(again).tolist() == labels_of(first)[order].tolist()
    assert [cluster.centre for cluster in again.clusters] == [c.centre for c in first.clusters]


def test_the_map_shows_the_sound_in_both_ways() -> None:
    quiet, loud = tracks(group(40, seed=1, **QUIET)), tracks(group(40, seed=2, **LOUD))
    entries = tuple(
        replace(entry, track=replace(entry.track, title=f"Song {n}", release_year=1980 + n % 40))
        for n, entry in enumerate((*quiet, *loud))
    )
    by_sound, by_style = analysed(entries, AnalysisOptions()), analysed(entries)
    spread = np.ptp([placement.x for placement in by_style.placements])
    assert spread == pytest.approx(np.ptp([placement.x for placement in by_sound.placements]), rel=0.2)
    assert len(by_style.clusters[0].centre) == 7
    assert len(by_sound.clusters[0].centre) == 6


def test_too_few_tracks_make_no_groups_in_either_way() -> None:
    report = analysed(same_sound(5))
    assert report.structure.verdict is Verdict.TOO_FEW
    assert report.clusters == ()


def test_a_track_is_put_beside_groups_by_style_too_by_how_they_sound() -> None:
    loud, quiet = (tracks(group(40, seed=seed, **values)) for seed, values in ((1, LOUD), (2, QUIET)))
    entries = tuple(
        replace(entry, track=replace(entry.track, id=None, title=f"{number}", artists=(f"{number}",),
                                     release_year=1972 if number < 40 else 2018))
        for number, entry in enumerate((*loud, *quiet))
    )  # fmt: skip
    report = analysed(entries, AnalysisOptions(by=Grouping.STYLE, groups=2))
    assert report.basis.grouping is Grouping.STYLE
    (fresh,) = tracks(group(1, seed=9, **LOUD))
    fresh = replace(fresh, track=replace(fresh.track, id=None, title="new", artists=("new",)))
    home = next(number for number, each in enumerate(report.clusters) if 0 in each.members)
    kept = replace(report.clusters[home], letter=5)
    clusters = tuple(kept if each is report.clusters[home] else each for each in report.clusters)
    place = find_place(replace(report, clusters=clusters), fresh)
    assert place is not None
    assert place.cluster == home
    assert "group F · " in place_line(place)
