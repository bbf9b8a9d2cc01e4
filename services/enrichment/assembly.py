"""Choose the best value of each feature of a track, and write down whose it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.domain.features import AudioFeatures, Feature, Origin, Provenance
from services.domain.report import EnrichedTrack
from services.domain.sources import FetchedFeatures

FULL_ROW = 5
"""A file's row with so many values or more comes before what a provider says about the same track."""

Layer = tuple[AudioFeatures, Provenance]


def assemble(
    uploaded: EnrichedTrack, rows: Sequence[FetchedFeatures], providers: Sequence[str]
) -> EnrichedTrack:
    """Lay the known values of one track over each other; the first layer that has a value gives it.

    The order: a full row of the file; what was measured on this very id, provider by provider; what
    is left of a poor row of the file; what was measured on the same recording under another id.

    Parameters
    ----------
    uploaded
        The track with the values of the file, if any.
    rows
        What any provider knows about the track's id or ISRC.
    providers
        Whose values come first; those not named come after, by name.
    """
    ranks = {provider: rank for rank, provider in enumerate(dict.fromkeys(providers))}
    ordered = sorted(rows, key=lambda row: (ranks.get(row.source, len(ranks)), row.source, row.track_id))
    own_id = uploaded.track.id
    exact = [_layer(row, Origin.MEASURED) for row in ordered if row.track_id == own_id]
    borrowed = [_layer(row, Origin.BORROWED) for row in ordered if row.track_id != own_id]
    known = uploaded.features.known
    file = [(uploaded.features, uploaded.provenance[known[0]])] if known else []
    layers = [*file, *exact, *borrowed] if len(known) >= FULL_ROW else [*exact, *file, *borrowed]
    return _merge(uploaded, layers)


def _layer(row: FetchedFeatures, origin: Origin) -> Layer:
    return row.features, Provenance(origin, row.source)


def _merge(uploaded: EnrichedTrack, layers: Sequence[Layer]) -> EnrichedTrack:
    values: dict[Feature, float | None] = {}
    provenance: dict[Feature, Provenance] = {}
    for features, whose in layers:
        for feature in features.known:
            if feature not in provenance:
                values[feature] = features.get(feature)
                provenance[feature] = whose
    whose_by_feature: Mapping[Feature, Provenance] = provenance
    return EnrichedTrack(track=uploaded.track, features=AudioFeatures.of(values), provenance=whose_by_feature)
