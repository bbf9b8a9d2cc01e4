"""Choose the best value of each feature of a track, and record its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from services.domain.features import AudioFeatures, Feature, Origin, Provenance, accepted
from services.domain.music import Track, TrackId
from services.domain.report import EnrichedTrack
from services.domain.sound import CLIP_SOURCE
from services.domain.sources import FetchedFeatures

FULL_ROW = 5
"""A file's row with so many values or more comes before what a provider says about the same track."""

Layer = tuple[AudioFeatures, Provenance]


def from_upload(tracks: Sequence[Track], source: str) -> tuple[EnrichedTrack, ...]:
    """Take the values that the uploaded files themselves carried, and nothing else.

    Parameters
    ----------
    tracks
        As an importer read them.
    source
        The name that values written in a file carry from now on, such as `file:exportify`; what was
        measured from its sound has a name already.
    """
    whose = _provenance(Origin.UPLOADED, source)
    return tuple(_from_upload(track, whose) for track in tracks)


def _from_upload(track: Track, provenance: Provenance) -> EnrichedTrack:
    heard, clips = _heard(track)
    file = [] if track.uploaded is None else [(track.uploaded.accepted(), provenance)]
    bare = EnrichedTrack(track=track, features=AudioFeatures(), provenance={})
    if not heard and not clips:
        return _merge(bare, file) if file else bare
    return _merge(bare, [*heard, *file, *clips] if _is_full(track) else [*heard, *clips, *file])


def _heard(track: Track) -> tuple[list[Layer], list[Layer]]:
    """List what was measured from the sound of a track here, and elsewhere from clips of it."""
    sound = track.sound
    if sound is None:
        return [], []
    here = (sound.reading.features.accepted(), Provenance(Origin.SOUND, sound.reading.source))
    if sound.clips is None:
        return [here], []
    return [here], [(sound.clips.features.accepted(), Provenance(Origin.CLIP, CLIP_SOURCE))]


def _is_full(track: Track) -> bool:
    return track.uploaded is not None and len(track.uploaded.accepted().known) >= FULL_ROW


def assemble(
    uploaded: EnrichedTrack, rows: Sequence[FetchedFeatures], providers: Sequence[str]
) -> EnrichedTrack:
    """Lay the known values of one track over each other; the first layer that has a value gives it.

    The order: what was measured here from the sound of this very file; a full row of a file; what was
    measured on this very id, provider by provider; what was measured from clips; what is left of a poor
    row of the file; what was measured on the same recording under another id.

    Parameters
    ----------
    uploaded
        The track with the values of the file, if any: see `from_upload`.
    rows
        What any provider knows about the track's id or ISRC.
    providers
        Whose values come first; those not named come after, by name.
    """
    if not rows:
        return uploaded
    ranks = {provider: rank for rank, provider in enumerate(dict.fromkeys(providers))}
    ordered = sorted(rows, key=lambda row: (ranks.get(row.source, len(ranks)), row.source, row.track_id))
    own_id = uploaded.track.id
    exact = [_layer(row, Origin.MEASURED) for row in ordered if row.track_id == own_id]
    borrowed = [_layer(row, Origin.BORROWED) for row in ordered if row.track_id != own_id]
    heard, clips = _heard(uploaded.track)
    written = [each for each in uploaded.provenance.values() if each.origin is Origin.UPLOADED]
    file = [(uploaded.features, written[0])] if written else []
    if file and (heard or clips):
        own = uploaded.provenance
        kept = {feature: uploaded.features.get(feature) for feature in own if own[feature] == written[0]}
        file = [(AudioFeatures.of(kept), written[0])]
    if _is_full(uploaded.track):
        layers = [*heard, *file, *exact, *clips, *borrowed]
    else:
        layers = [*heard, *exact, *clips, *file, *borrowed]
    return _merge(uploaded, layers)


def _layer(row: FetchedFeatures, origin: Origin) -> Layer:
    return row.features, _provenance(origin, row.source)


@lru_cache(maxsize=256)
def _provenance(origin: Origin, source: str) -> Provenance:
    """Return one object for all values of a source: ten thousand tracks are counted and stored by it."""
    return Provenance(origin, source)


@lru_cache(maxsize=1024)
def _all_from(known: tuple[Feature, ...], whose: Provenance) -> Mapping[Feature, Provenance]:
    """Return the same mapping for all tracks of which the same is known from the same source."""
    return dict.fromkeys(known, whose)


def _merge(uploaded: EnrichedTrack, layers: Sequence[Layer]) -> EnrichedTrack:
    values: dict[Feature, float | None] = {}
    provenance: dict[Feature, Provenance] = {}
    for features, whose in layers:
        for feature, value in zip(Feature, features.values, strict=True):
            if value is not None and feature not in provenance:
                values[feature] = value
                provenance[feature] = whose
    whose_by_feature: Mapping[Feature, Provenance] = provenance
    if len(layers) == 1:
        whose_by_feature = _all_from(tuple(provenance), layers[0][1])
    # Side by side only where somebody measured: lists of ten thousand rows need no second column.
    others = tuple(each for each in layers if not each[0].is_empty) if uploaded.track.sound else ()
    return EnrichedTrack(
        track=uploaded.track,
        features=AudioFeatures.of(values),
        provenance=whose_by_feature,
        others=others if len(others) > 1 else (),
    )


def corrected(tracks: Sequence[EnrichedTrack], factors: Mapping[TrackId, float]) -> tuple[EnrichedTrack, ...]:
    """Multiply the tempo of the tracks that somebody corrected, and say so in its origin."""
    return tuple(_corrected(entry, factors) for entry in tracks)


def _corrected(entry: EnrichedTrack, factors: Mapping[TrackId, float]) -> EnrichedTrack:
    factor = factors.get(entry.track.id) if entry.track.id else None
    provenance = entry.provenance.get(Feature.TEMPO)
    tempo = entry.features.tempo
    if factor is None or tempo is None or provenance is None or provenance.origin is Origin.IMPUTED:
        return entry
    if accepted(Feature.TEMPO, tempo * factor) is None:
        return entry
    return replace(
        entry,
        features=replace(entry.features, tempo=tempo * factor),
        provenance={
            **entry.provenance,
            Feature.TEMPO: Provenance(Origin.CORRECTED, f"you, from {provenance.source}"),
        },
    )


def without_guesses(tracks: Sequence[EnrichedTrack]) -> tuple[EnrichedTrack, ...]:
    """Keep only values that were measured for exactly this track or came with the file."""
    return tuple(_own_values(entry) for entry in tracks)


def _own_values(entry: EnrichedTrack) -> EnrichedTrack:
    kept = {
        feature: provenance
        for feature, provenance in entry.provenance.items()
        if provenance.origin not in {Origin.IMPUTED, Origin.BORROWED}
    }
    if len(kept) == len(entry.provenance):
        return entry
    features = AudioFeatures.of({feature: entry.features.get(feature) for feature in kept})
    return EnrichedTrack(track=entry.track, features=features, provenance=kept, others=entry.others)
