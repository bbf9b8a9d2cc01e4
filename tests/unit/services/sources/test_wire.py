from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.features import FEATURE_RANGES, AudioFeatures, Feature
from services.domain.music import valid_isrc, valid_track_id
from services.sources.outcomes import read_features
from services.sources.reccobeats_answers import read_rows

ID = "0Aa1Bb2Cc3Dd4Ee5Ff6Gg7"
ROW = {
    "id": "00000000-0000-0000-0000-000000000000",
    "href": f"https://open.spotify.com/track/{ID}",
    "isrc": "ZZTMP2400001",
    "acousticness": 0.8,
    "danceability": 0.6,
    "energy": 0.4,
    "instrumentalness": 0.0,
    "key": 0,
    "liveness": 0.15,
    "loudness": -9.5,
    "mode": 1,
    "speechiness": 0.03,
    "tempo": 101.9,
    "valence": 0.45,
}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def test_reads_a_row() -> None:
    rows = read_rows({"content": [ROW]})
    assert rows is not None
    (row,) = rows.rows
    assert (row.track_id, row.isrc, row.impossible, rows.unreadable) == (ID, "ZZTMP2400001", 0, 0)
    assert row.features.known == tuple(Feature)
    assert (row.features.key, row.features.instrumentalness) == (0.0, 0.0)


@pytest.mark.parametrize(
    "href", [f"https://open.spotify.com/track/{ID}?si=1", f"https://open.spotify.com/track/{ID}/"]
)
def test_takes_the_id_from_the_end_of_the_link(href: str) -> None:
    rows = read_rows({"content": [ROW | {"href": href}]})
    assert rows is not None
    assert rows.rows[0].track_id == ID


@pytest.mark.parametrize(
    "entry", [None, 3, "x", [], {}, ROW | {"href": None, "isrc": None}, ROW | {"href": 7, "isrc": []}]
)
def test_counts_entries_that_name_no_track(entry: object) -> None:
    rows = read_rows({"content": [entry, ROW]})
    assert rows is not None
    assert (len(rows.rows), rows.unreadable) == (1, 1)


@pytest.mark.parametrize(
    "json", [None, 3, "x", [], [ROW], {}, {"content": None}, {"content": {}}, {"content": "x"}]
)
def test_anything_else_is_no_answer(json: object) -> None:
    assert read_rows(json) is None


@pytest.mark.parametrize(
    ("feature", "raw", "value", "impossible"),
    [
        (Feature.TEMPO, 0, None, 0),
        (Feature.KEY, -1, None, 0),
        (Feature.ENERGY, None, None, 0),
        (Feature.LOUDNESS, 1.2, 1.2, 0),
        (Feature.LOUDNESS, -61, None, 1),
        (Feature.ENERGY, 1.01, None, 1),
        (Feature.ENERGY, "0.5", None, 1),
        (Feature.MODE, True, None, 1),
        (Feature.MODE, 0.5, None, 1),
        (Feature.KEY, 3.0, 3.0, 0),
        (Feature.KEY, math.inf, None, 1),
        (Feature.KEY, math.nan, None, 1),
        (Feature.TEMPO, 10**400, None, 1),
        (Feature.VALENCE, {"value": 0.5}, None, 1),
    ],
)
def test_drops_single_values_that_cannot_be_true(
    feature: Feature, raw: object, value: float | None, impossible: int
) -> None:
    features, count = read_features(ROW | {feature.value: raw})
    assert features.get(feature) == value
    assert count == impossible
    assert len(features.known) == len(Feature) - (value is None)


@given(st.dictionaries(st.sampled_from([*(f.value for f in Feature), "href", "isrc"]), json_values))
def test_whatever_is_sent_only_possible_values_come_out(entry: dict[str, object]) -> None:
    read_rows({"content": [entry]})
    features, _ = read_features(entry)
    for feature in features.known:
        low, high = FEATURE_RANGES[feature]
        value = features.get(feature)
        assert isinstance(value, float)
        assert low <= value <= high


@given(json_values)
def test_no_json_breaks_the_reader(json: object) -> None:
    read_rows(json)
    read_rows({"content": json})


def test_an_empty_row_has_no_features() -> None:
    assert read_features({}) == (AudioFeatures(), 0)


@pytest.mark.parametrize(
    "text", [None, "", "a" * 21, "a" * 23, "a" * 21 + "-", "é" * 22, "a" * 21 + "٣", f"{ID}\n"]
)
def test_refuses_what_is_no_track_id(text: str | None) -> None:
    assert valid_track_id(text) is None


@pytest.mark.parametrize(
    ("text", "isrc"),
    [
        ("zz-tmp-24-00001", "ZZTMP2400001"),
        (" ZZTMP2400001 ", "ZZTMP2400001"),
        ("ZZTMP240001", None),
        ("ZZTMP24000ß1", None),
        ("", None),
        (None, None),
    ],
)
def test_normalises_isrcs(text: str | None, isrc: str | None) -> None:
    assert valid_isrc(text) == isrc
