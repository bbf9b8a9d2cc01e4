from __future__ import annotations

from dataclasses import replace

import pytest

from services.domain.features import AudioFeatures, Feature, Origin, Provenance
from services.domain.stats import ALL_KEYS, Key, count_keys
from tests.unit.services.charts.reports import make_report

MEASURED = Provenance(Origin.MEASURED, "reccobeats")
IMPUTED = Provenance(Origin.IMPUTED, "imputation")


@pytest.mark.parametrize(
    ("pitch", "major", "code"),
    [
        (0, True, "8B"),
        (9, False, "8A"),
        (9, True, "11B"),
        (0, False, "5A"),
        (7, True, "9B"),
        (5, True, "7B"),
        (4, False, "9A"),
        (11, True, "1B"),
        (8, False, "1A"),
        (4, True, "12B"),
        (1, False, "12A"),
        (6, True, "2B"),
        (3, False, "2A"),
    ],
)
def test_camelot_codes(pitch, major, code):
    assert Key(pitch, major).code == code


def test_every_place_of_the_wheel_has_one_key():
    assert len({key.code for key in ALL_KEYS}) == 24
    assert {key.hour for key in ALL_KEYS} == set(range(1, 13))


def test_relative_keys_share_their_hour():
    for pitch in range(12):
        assert Key(pitch, True).hour == Key((pitch - 3) % 12, False).hour


def with_keys(*keys):
    report = make_report(len(keys), 0)
    tracks = tuple(
        replace(
            entry,
            features=AudioFeatures(key=key, mode=mode),
            provenance={Feature.KEY: kind, Feature.MODE: kind},
        )
        for entry, (key, mode, kind) in zip(report.tracks, keys, strict=True)
    )
    return replace(report, tracks=tracks)


def test_only_measured_keys_count():
    report = with_keys(
        (0.0, 1.0, MEASURED),
        (0.0, 1.0, MEASURED),
        (9.0, 0.0, MEASURED),
        (0.0, 1.0, IMPUTED),
        (None, 1.0, MEASURED),
        (0.0, None, MEASURED),
        (-1.0, 1.0, MEASURED),
        (3.5, 1.0, MEASURED),
    )
    keys = count_keys(report)
    assert keys.known == 3
    assert keys.unknown == 5
    assert keys.most_common(2) == [(Key(0, True), 2), (Key(9, False), 1)]
    assert keys.major_share == pytest.approx(2 / 3)


def test_a_key_heard_from_the_sound_is_neither_major_nor_minor():
    heard = Provenance(Origin.SOUND, "audio:1")
    keys = count_keys(with_keys((0.0, 1.0, heard), (0.0, 1.0, heard), (9.0, 0.0, MEASURED)))
    assert (keys.known, keys.modes_known, keys.major_share) == (3, 1, 0.0)
    assert (keys.name_of(Key(0, True)), keys.code_of(Key(0, True))) == ("C major or A minor", "8B or 8A")
    assert (keys.name_of(Key(9, False)), keys.name_of(Key(1, True))) == ("A minor", "D♭ major")
    alone = count_keys(with_keys((0.0, 1.0, heard)))
    assert (alone.known, alone.major_share) == (1, None)
    both = count_keys(with_keys((0.0, 1.0, heard), (0.0, 1.0, MEASURED)))
    assert (both.name_of(Key(0, True)), both.major_share) == ("C major", 1.0)


def test_no_known_key_has_no_share():
    keys = count_keys(make_report(20, 0, unknown=1.0))
    assert (keys.known, keys.unknown, keys.major_share) == (0, 20, None)
    assert keys.most_common(5) == []
