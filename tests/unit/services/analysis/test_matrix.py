"""Which tracks may decide groups."""

from __future__ import annotations

import numpy as np

from services.analysis.matrix import FeatureTable, feature_matrix
from services.domain.features import SOUND_FEATURES, AudioFeatures, Feature, Origin, Provenance
from services.domain.music import Track
from services.domain.report import EnrichedTrack

VALUES = {feature: 0.1 * (index + 1) for index, feature in enumerate(SOUND_FEATURES)}


def track(
    *, missing: tuple[Feature, ...] = (), imputed: tuple[Feature, ...] = (), origin: Origin = Origin.MEASURED
) -> EnrichedTrack:
    values = {feature: None if feature in missing else value for feature, value in VALUES.items()}
    return EnrichedTrack(
        track=Track(title="Paper Lanterns", artists=("The Invented",)),
        features=AudioFeatures.of(values),
        provenance={
            feature: Provenance(Origin.IMPUTED if feature in imputed else origin, "somewhere")
            for feature, value in values.items()
            if value is not None
        },
        standard_errors=AudioFeatures.of(dict.fromkeys(imputed, 0.25)) if imputed else None,
    )


def test_columns_follow_the_order_of_the_sound_features() -> None:
    assert feature_matrix([track()]).tolist() == [[VALUES[feature] for feature in SOUND_FEATURES]]


def test_unknown_values_are_nan_and_only_they() -> None:
    row = feature_matrix([track(missing=(Feature.VALENCE,))])[0]
    assert [feature for feature, value in zip(SOUND_FEATURES, row, strict=True) if np.isnan(value)] == [
        Feature.VALENCE
    ]


def test_one_imputed_value_of_nine_may_decide_two_may_not_and_neither_is_measured() -> None:
    two = track(imputed=(Feature.TEMPO, Feature.ENERGY))
    table = FeatureTable.of([track(), track(imputed=(Feature.TEMPO,)), two, track(missing=(Feature.TEMPO,))])
    assert table.is_evidence.tolist() == [True, True, False, False]
    assert table.is_measured.tolist() == [True, False, False, False]
    assert table.is_known.tolist() == [True, True, True, False]
    assert [SOUND_FEATURES[column] for column in np.flatnonzero(table.is_estimated[1])] == [Feature.TEMPO]


def test_every_kind_of_knowledge_but_imputation_is_evidence() -> None:
    origins = [origin for origin in Origin if origin is not Origin.IMPUTED]
    assert FeatureTable.of([track(origin=origin) for origin in origins]).is_evidence.all()


def test_an_imputed_key_does_not_cost_a_track_its_evidence() -> None:
    whole = track()
    with_key = EnrichedTrack(
        track=whole.track,
        features=AudioFeatures.of({**VALUES, Feature.KEY: 4.0}),
        provenance={**whole.provenance, Feature.KEY: Provenance(Origin.IMPUTED, "imputation")},
    )
    assert FeatureTable.of([with_key]).is_evidence.all()


def test_standard_errors_are_zero_where_nothing_is_imputed() -> None:
    errors = FeatureTable.of([track(), track(imputed=(Feature.ENERGY,))]).errors
    assert not errors[0].any()
    assert dict(zip(SOUND_FEATURES, errors[1], strict=True))[Feature.ENERGY] == 0.25
    assert errors[1].sum() == 0.25


def test_no_tracks_give_empty_shapes() -> None:
    assert feature_matrix([]).shape == (0, 9)
    assert FeatureTable.of([]).errors.shape == (0, 9)
    assert FeatureTable.of([]).is_evidence.shape == FeatureTable.of([]).is_known.shape == (0,)
    assert FeatureTable.of([]).is_evidence.dtype == np.bool_


def test_a_table_has_the_features_of_the_matrix_and_leaves_no_gap_in_the_errors() -> None:
    tracks = [track(), track(imputed=(Feature.ENERGY,)), track(missing=(Feature.TEMPO,))]
    table = FeatureTable.of(tracks)
    np.testing.assert_array_equal(table.raw, feature_matrix(tracks))
    assert not np.isnan(table.errors).any()
