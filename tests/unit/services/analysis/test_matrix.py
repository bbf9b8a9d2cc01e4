"""Which tracks may decide groups."""

from __future__ import annotations

import numpy as np

from services.analysis.matrix import evidence_mask, feature_matrix, known_mask, standard_error_matrix
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


def test_one_imputed_value_is_no_evidence_but_known() -> None:
    tracks = [track(), track(imputed=(Feature.TEMPO,)), track(missing=(Feature.TEMPO,))]
    assert evidence_mask(tracks).tolist() == [True, False, False]
    assert known_mask(tracks).tolist() == [True, True, False]


def test_every_kind_of_knowledge_but_imputation_is_evidence() -> None:
    origins = [origin for origin in Origin if origin is not Origin.IMPUTED]
    assert evidence_mask([track(origin=origin) for origin in origins]).all()


def test_an_imputed_key_does_not_cost_a_track_its_evidence() -> None:
    whole = track()
    with_key = EnrichedTrack(
        track=whole.track,
        features=AudioFeatures.of({**VALUES, Feature.KEY: 4.0}),
        provenance={**whole.provenance, Feature.KEY: Provenance(Origin.IMPUTED, "imputation")},
    )
    assert evidence_mask([with_key]).all()


def test_standard_errors_are_zero_where_nothing_is_imputed() -> None:
    errors = standard_error_matrix([track(), track(imputed=(Feature.ENERGY,))])
    assert not errors[0].any()
    assert dict(zip(SOUND_FEATURES, errors[1], strict=True))[Feature.ENERGY] == 0.25
    assert errors[1].sum() == 0.25


def test_no_tracks_give_empty_shapes() -> None:
    assert feature_matrix([]).shape == (0, 9)
    assert standard_error_matrix([]).shape == (0, 9)
    assert evidence_mask([]).shape == known_mask([]).shape == (0,)
    assert evidence_mask([]).dtype == np.bool_
