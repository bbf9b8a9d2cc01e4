from __future__ import annotations

from collections import Counter

from sandbox.catalogue import STYLES, build_catalogue, invented_id
from services.domain.features import Feature, accepted
from services.domain.music import valid_isrc, valid_track_id


def test_is_the_same_in_every_run() -> None:
    first = build_catalogue()
    build_catalogue.cache_clear()
    assert build_catalogue() == first
    assert first.tracks[0].track.id == invented_id(
        f"{first.tracks[0].track.artists[0]}/{first.tracks[0].track.album}/{first.tracks[0].track.title}/0/0"
    )


def test_ids_are_well_formed_and_unique() -> None:
    tracks = [entry.track for entry in build_catalogue().tracks]
    assert all(valid_track_id(track.id) and valid_isrc(track.isrc) for track in tracks)
    assert len({track.id for track in tracks}) == len(tracks)


def test_every_value_is_possible() -> None:
    for entry in build_catalogue().tracks:
        for feature in Feature:
            value = entry.features.get(feature)
            assert value is not None
            assert accepted(feature, value) == value


def test_two_releases_of_a_recording_share_isrc_and_sound() -> None:
    groups = [group for group in build_catalogue().by_isrc.values() if len(group) > 1]
    assert len(groups) > 20
    for first, second in groups:
        assert first.track.id != second.track.id
        assert first.features == second.features


def test_new_music_is_known_less_often() -> None:
    known, total = Counter[bool](), Counter[bool]()
    for entry in build_catalogue(artists=300).tracks:
        new = (entry.track.release_year or 0) >= 2026
        known[new] += entry.known
        total[new] += 1
    assert known[True] / total[True] < 0.35
    assert known[False] / total[False] > 0.8


def test_styles_sound_different() -> None:
    catalogue = build_catalogue()
    loudness = {
        style.genre: [entry.features.loudness or 0 for entry in catalogue.of_style(style.genre)]
        for style in STYLES
    }
    assert min(loudness["loud rock"]) > max(loudness["slow ambient"])
