from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from services.domain.features import AudioFeatures, Feature, Origin, Provenance
from services.domain.music import Track, TrackId
from services.domain.report import EnrichedTrack
from services.domain.sources import FetchedFeatures
from services.enrichment.assembly import assemble, from_upload

OWN, OTHER = TrackId("a" * 22), TrackId("b" * 22)
FILE = Provenance(Origin.UPLOADED, "file:exportify")


def row(source: str, track_id: TrackId = OWN, **values: float) -> FetchedFeatures:
    features = AudioFeatures(**values)
    return FetchedFeatures(
        track_id=track_id, source=source, features=features, fetched_at=datetime(2026, 1, 1, tzinfo=UTC)
    )


def uploaded(**values: float) -> EnrichedTrack:
    (track,) = from_upload([Track(id=OWN, uploaded=AudioFeatures(**values))], "file:exportify")
    return track


def test_measured_on_this_id_comes_before_borrowed() -> None:
    rows = [row("reccobeats", OTHER, energy=0.1, tempo=90), row("reccobeats", energy=0.2)]
    result = assemble(uploaded(), rows, ["reccobeats"])
    assert result.features == AudioFeatures(energy=0.2, tempo=90)
    assert result.provenance[Feature.ENERGY] == Provenance(Origin.MEASURED, "reccobeats")
    assert result.provenance[Feature.TEMPO] == Provenance(Origin.BORROWED, "reccobeats")


def test_providers_count_in_their_order_and_unnamed_ones_last() -> None:
    rows = [row("a dataset", energy=0.1), row("spotify", energy=0.2), row("reccobeats", energy=0.3)]
    assert assemble(uploaded(), rows, ["reccobeats", "spotify"]).features.energy == 0.3
    assert assemble(uploaded(), rows[:2], ["reccobeats", "spotify"]).features.energy == 0.2
    assert assemble(uploaded(), rows[:1], ["reccobeats", "spotify"]).features.energy == 0.1


def test_five_values_make_a_row_of_the_file_full() -> None:
    five = {"energy": 0.9, "valence": 0.9, "danceability": 0.9, "liveness": 0.9, "acousticness": 0.9}
    four = {name: value for name, value in five.items() if name != "acousticness"}
    rows = [row("reccobeats", energy=0.1, tempo=100)]
    full, poor = assemble(uploaded(**five), rows, []), assemble(uploaded(**four), rows, [])
    assert (full.features.energy, full.provenance[Feature.ENERGY]) == (0.9, FILE)
    assert (poor.features.energy, poor.features.valence) == (0.1, 0.9)
    assert poor.provenance[Feature.VALENCE] == FILE


def test_values_of_the_file_come_before_another_release() -> None:
    result = assemble(uploaded(energy=0.9), [row("reccobeats", OTHER, energy=0.1)], [])
    assert result.provenance[Feature.ENERGY] == FILE


values = st.dictionaries(st.sampled_from([feature.value for feature in Feature]), st.floats(0, 1))
rows_of_any_kind = st.lists(
    st.builds(
        lambda source, track_id, said: row(source, track_id, **said),
        st.sampled_from(["r", "s", "t"]),
        st.sampled_from([OWN, OTHER]),
        values,
    ),
    max_size=5,
)


@given(values, rows_of_any_kind)
def test_every_value_has_an_owner_who_said_so(file: dict[str, float], rows: list[FetchedFeatures]) -> None:
    track = uploaded(**file)
    result = assemble(track, rows, ["s"])
    assert set(result.provenance) == set(result.features.known)
    for feature, whose in result.provenance.items():
        said = [r.features.get(feature) for r in rows if r.source == whose.source]
        said.append(track.features.get(feature) if whose == FILE else None)
        assert result.features.get(feature) in said
    known = {feature for r in rows for feature in r.features.known} | set(track.features.known)
    assert known == set(result.features.known)
