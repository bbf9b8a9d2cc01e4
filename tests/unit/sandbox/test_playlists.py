from __future__ import annotations

import csv
import gzip
import io
import itertools
import json
import os
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from sandbox.playlists import PLAYLISTS, known_features, load, songs
from sandbox.playlists.generator import listings
from sandbox.playlists.roster import ARTISTS
from sandbox.playlists.samples import generated
from services.domain.features import SOUND_FEATURES, Feature, accepted
from services.domain.music import Playlist, SkipReason
from services.imports.upload import read_upload

SHARED_DATA = Path(os.environ.get("TASTEMAP_SHARED_DATA", Path(__file__).parents[4] / "shared" / "data"))
BASE62 = re.compile(r"[0-9A-Za-z]{22}")
NAMES = [sample.filename for sample in PLAYLISTS]


def read(filename: str) -> tuple[Playlist, ...]:
    return read_upload(load(filename), filename=filename)


def only(filename: str) -> Playlist:
    (playlist,) = read(filename)
    return playlist


def exportify_rows(filename: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(load(filename).decode("utf-8-sig"), newline="")))


def test_offers_each_generated_file_once_with_words_for_people() -> None:
    assert sorted(NAMES) == sorted(generated())
    for sample in PLAYLISTS:
        assert sample.title
        assert 20 < len(sample.what) <= 100, "Discord shows at most 100 characters beside a choice"


@pytest.mark.parametrize("filename", NAMES)
def test_committed_file_is_what_the_generator_gives(filename: str) -> None:
    assert load(filename) == generated()[filename], "run `python -m sandbox.playlists` and commit the files"


def test_refuses_a_file_that_is_no_sample_and_names_those_that_are() -> None:
    with pytest.raises(KeyError, match=r"late-drive\.csv"):
        load("../words.py")


@pytest.mark.parametrize(
    ("filename", "rows", "with_features"),
    [
        ("late-drive.csv", 96, 96),
        ("sunday-kitchen.csv", 78, 78),
        ("tiny.csv", 8, 8),
        ("links.txt", 15, 0),
        ("mika.csv", 80, 80),
        ("noor.csv", 80, 80),
        ("tam.csv", 80, 80),
    ],
)
def test_importer_reads_every_row(filename: str, rows: int, with_features: int) -> None:
    playlist = only(filename)
    assert len(playlist.tracks) == rows
    assert not playlist.skipped
    assert sum(track.uploaded is not None for track in playlist.tracks) == with_features


@pytest.mark.parametrize("filename", NAMES)
def test_knows_the_whole_truth_about_every_track_of_a_file(filename: str) -> None:
    truth = songs()
    for playlist in read(filename):
        for track in playlist.tracks:
            if filename == "night-bus.txt":  # names alone, some of them as people mistype them
                assert track.id is None
                continue
            assert track.id is not None
            song = truth[track.id]
            if filename != "links.txt":
                assert (track.title, track.artists[0]) == (song.title, song.artists[0])
            if track.uploaded is not None:
                assert track.uploaded == song.features


def test_ids_look_like_spotify_ids_and_are_unique() -> None:
    pool = songs()
    assert len(pool) > 1000
    assert all(BASE62.fullmatch(track_id) for track_id in pool)
    recordings = Counter(song.isrc for song in pool.values())
    assert all(re.fullmatch(r"ZZTMP\d{7}", isrc) for isrc in recordings)
    assert max(recordings.values()) == 2
    for isrc in (isrc for isrc, count in recordings.items() if count == 2):
        first, second = (song for song in pool.values() if song.isrc == isrc)
        assert first.features == second.features, "one ISRC is one recording"


def test_every_feature_value_is_possible() -> None:
    for song in songs().values():
        for feature in Feature:
            value = song.features.get(feature)
            assert value is not None
            assert accepted(feature, value) == value


def test_features_hang_together_as_in_real_music() -> None:
    values = np.array(
        [[song.features.get(f) for f in SOUND_FEATURES] for song in songs().values()], dtype=float
    )
    kinds = np.array([song.kind for song in songs().values()])
    column = {feature: position for position, feature in enumerate(SOUND_FEATURES)}
    for kind in ("ballad", "indie", "rock"):
        ranks = values[kinds == kind].argsort(axis=0).argsort(axis=0)
        inside = np.corrcoef(ranks.T)
        assert inside[column[Feature.ENERGY], column[Feature.LOUDNESS]] > 0.4
        assert inside[column[Feature.ENERGY], column[Feature.ACOUSTICNESS]] < -0.3
        assert inside[column[Feature.DANCEABILITY], column[Feature.VALENCE]] > 0.15


def test_late_drive_has_four_moods_and_the_kitchen_one() -> None:
    (late,), (kitchen,) = listings()["late-drive.csv"], listings()["sunday-kitchen.csv"]
    sizes = Counter(song.kind for song in late.songs)
    assert min(size for _, size in sizes.most_common(4)) >= 18
    assert {song.kind for song in kitchen.songs} == {"soul"}


def test_groups_of_the_liked_songs_can_be_told_by_ear() -> None:
    (liked,) = listings()["everything-liked.csv"]
    kinds = np.array([song.kind for song in liked.songs])
    values = np.array([[song.features.get(f) for f in SOUND_FEATURES] for song in liked.songs], dtype=float)
    ranks = values.argsort(axis=0).argsort(axis=0) / len(values)
    distances = np.linalg.norm(ranks[:, None] - ranks[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    nearest = kinds[distances.argmin(axis=1)]
    assert np.mean(nearest == kinds) > 0.7
    assert min(count for _, count in Counter(kinds).most_common(6)) >= 55


def test_late_drive_keeps_album_runs_and_spans_the_years() -> None:
    tracks = only("late-drive.csv").tracks
    runs = [len(list(run)) for _, run in itertools.groupby(tracks, key=lambda track: track.album)]
    assert sum(length >= 3 for length in runs) >= 4
    years = [track.release_year for track in tracks if track.release_year]
    assert min(years) < 1985
    assert max(years) <= 2024


def test_late_drive_has_a_repeated_track_and_a_recording_under_two_ids() -> None:
    (late,) = listings()["late-drive.csv"]
    assert [count for count in Counter(song.id for song in late.songs).values() if count > 1] == [2]
    ids_by_recording: dict[str, set[str]] = {}
    for song in late.songs:
        ids_by_recording.setdefault(song.isrc, set()).add(song.id)
    assert any(len(ids) == 2 for ids in ids_by_recording.values())


def test_liked_songs_hold_recordings_versions_and_hard_titles() -> None:
    playlist = only("everything-liked.csv")
    assert len(playlist.tracks) == 420
    isrcs = Counter(track.isrc for track in playlist.tracks)
    assert None not in isrcs
    assert sum(count == 2 for count in isrcs.values()) >= 3
    titles = [track.title for track in playlist.tracks]
    for wanted in (
        "🚕",
        "$aved *Me* a _Seat_",
        "Remix",
        "Live at",
        "(feat. ",
        '"Almost"',
        "終電",
        "|| ok ||",
        "ż",
        "ü",
        "í",
    ):
        assert any(
            wanted in title for title in (*titles, *(a for t in playlist.tracks for a in t.artists))
        ), wanted
    assert max(map(len, titles)) > 150
    assert any(track.artists == ("Ask, the Lamplighter",) for track in playlist.tracks), (
        "an escaped comma in a name"
    )
    missing = [track for track in playlist.tracks if track.uploaded is None]
    assert missing
    assert all(track.release_year is not None and track.release_year >= 2025 for track in missing)


def test_road_trip_rows_stop_after_the_label_where_spotify_refused() -> None:
    header, *rows = exportify_rows("road-trip-2026.csv")
    assert header[11] == "Record Label"
    lengths = Counter(map(len, rows))
    assert set(lengths) == {12, 24}
    assert lengths.total() == 106
    assert 35 <= lengths[12] <= 50
    refused = [row for row in rows if len(row) == 12]
    measured = [row for row in rows if len(row) == 24]
    recent = sum(row[4] >= "2025" for row in refused)
    assert 0.75 < recent / len(refused) < 1
    assert any(row[4] >= "2025" for row in measured)
    assert len({row[2] for row in refused} & {row[2] for row in measured}) >= 3, "albums in both"
    assert len({row[3] for row in refused} & {row[3] for row in measured}) >= 8, "artists in both"


def test_nothing_was_added_before_it_came_out() -> None:
    for listing in itertools.chain.from_iterable(listings().values()):
        for entry in listing.entries:
            assert entry.song.album.released <= f"{entry.added_at:%Y-%m-%d}", (listing.name, entry.song.title)


def test_account_data_offers_three_playlists_with_an_episode_and_a_local_file() -> None:
    document = json.loads(load("account-data.json"))
    assert [len(playlist["items"]) for playlist in document["playlists"]] == [28, 25, 20]
    playlists = read("account-data.json")
    assert len(playlists) == 3
    reasons = {skipped.reason for playlist in playlists for skipped in playlist.skipped}
    assert reasons == {SkipReason.EPISODE, SkipReason.LOCAL_FILE}
    others = {track.id for name in NAMES if name.endswith(".csv") for track in only(name).tracks}
    here = [track.id for playlist in playlists for track in playlist.tracks]
    assert sum(track_id in others for track_id in here) >= 15
    assert all(track.uploaded is None for playlist in playlists for track in playlist.tracks)


def test_links_are_pasted_in_several_shapes() -> None:
    lines = load("links.txt").decode().splitlines()
    assert len(lines) == len(set(lines)) == 15
    assert any("?si=" in line for line in lines)
    assert any("/intl-de/" in line for line in lines)
    assert any(line.startswith("spotify:track:") for line in lines)


def test_mika_and_noor_have_much_in_common_and_tam_nothing() -> None:
    mika, noor, tam = (only(f"{name}.csv").tracks for name in ("mika", "noor", "tam"))

    def shared(first: tuple, second: tuple) -> tuple[int, int]:  # type: ignore[type-arg]
        artists = {t.artists[0] for t in first} & {t.artists[0] for t in second}
        return len({t.id for t in first} & {t.id for t in second}), len(artists)

    tracks, artists = shared(mika, noor)
    assert 8 <= tracks <= 25
    assert artists >= 8
    assert shared(mika, tam) == shared(noor, tam) == (0, 0)


def test_catalogue_misses_part_of_the_recent_releases_and_nothing_older() -> None:
    known = known_features()
    recent = [song.id for song in songs().values() if song.is_recent]
    unknown = [track_id for track_id in songs() if track_id not in known]
    assert set(unknown) <= set(recent)
    assert 0.38 < len(unknown) / len(recent) < 0.52
    refused = [
        row[0].removeprefix("spotify:track:")
        for row in exportify_rows("road-trip-2026.csv")[1:]
        if len(row) == 12
    ]
    assert 10 <= sum(track_id in known for track_id in refused) <= len(refused) - 10


def test_catalogue_answers_with_the_true_values() -> None:
    for track_id, values in known_features().items():
        features = songs()[track_id].features
        assert values == {feature.value: features.get(feature) for feature in Feature}


@pytest.mark.shared_data
def test_no_artist_exists_in_real_libraries() -> None:
    if not (SHARED_DATA / "libraries").is_dir():
        pytest.skip(f"the measured playlists are not at {SHARED_DATA}; set TASTEMAP_SHARED_DATA")
    real: set[str] = set()
    for file in ("libraries/tracks.csv.gz", "editorial.csv.gz"):
        with gzip.open(SHARED_DATA / file, "rt", encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                real |= {name.strip().casefold() for name in row["artists"].split(";")}
    invented = {name.casefold() for artists in ARTISTS.values() for name, _ in artists}
    assert len(real) > 1000
    assert not invented & real
