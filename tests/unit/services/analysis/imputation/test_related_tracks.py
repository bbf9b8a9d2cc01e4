from __future__ import annotations

import numpy as np
import pytest

from services.analysis.imputation import RelatedTracks, impute
from services.analysis.imputation.neighbourhoods import Neighbourhood, Tie, ties_of
from services.domain.features import SOUND_FEATURES, AudioFeatures
from services.domain.music import Track
from tests.unit.services.analysis.imputation.invented import measured, sound, track, unknown

RELATIVES = [(track(i, artists=("Ninefold", f"Guest {i}")), sound(i)) for i in range(100, 120)]
ASKING = [unknown(track(1, artists=("Ninefold",))), *(measured(track(i), sound(i)) for i in range(2, 12))]


def values(related_tracks: RelatedTracks) -> list[float | None]:
    features = impute(ASKING, related_tracks)[0].features
    return [features.get(feature) for feature in SOUND_FEATURES]


def test_adding_one_by_one_is_the_same_as_at_once() -> None:
    grown = RelatedTracks()
    for member, features in RELATIVES:
        grown.add(member, features, source="cache")
    assert len(grown) == 20
    assert values(grown) == pytest.approx(values(RelatedTracks.of(RELATIVES)))


def test_order_of_the_company_does_not_matter() -> None:
    assert values(RelatedTracks.of(RELATIVES[::-1])) == pytest.approx(values(RelatedTracks.of(RELATIVES)))


def test_a_track_added_again_replaces_itself() -> None:
    related_tracks = RelatedTracks.of(RELATIVES)
    related_tracks.add(RELATIVES[0][0], sound(7))
    related_tracks.add(*RELATIVES[0])
    assert len(related_tracks) == 20
    assert values(related_tracks) == pytest.approx(values(RelatedTracks.of(RELATIVES)))


def test_a_discarded_track_leaves_no_trace() -> None:
    related_tracks = RelatedTracks.of([*RELATIVES, (track(300, artists=("Ninefold",)), sound(300))])
    related_tracks.discard(track(300))
    related_tracks.discard(track(301))
    assert len(related_tracks) == 20
    assert values(related_tracks) == pytest.approx(values(RelatedTracks.of(RELATIVES)))


def test_partly_known_relatives_speak_for_what_they_know() -> None:
    calm = [(member, AudioFeatures(energy=0.01)) for member, _ in RELATIVES]
    alone, related = (
        impute(ASKING, RelatedTracks())[0].features,
        impute(ASKING, RelatedTracks.of(calm))[0].features,
    )
    assert (related.energy or 1) < (alone.energy or 0)
    assert related.tempo == pytest.approx(alone.tempo)


def test_knows_the_neighbourhoods_of_a_track() -> None:
    ties = ties_of(track(1, artists=("Ninefold", "The Ninefold", "Odd Jib"), genres=("Folk", "folk", "")))
    assert ties == [
        Tie(Neighbourhood.GENRE, "folk", 1.0),
        Tie(Neighbourhood.ARTIST, "ninefold", 1.0),
        Tie(Neighbourhood.ARTIST, "odd jib", 0.5),
        Tie(Neighbourhood.ALBUM, "id\nalbum-1"),
        Tie(Neighbourhood.SONG, "paper boat no1x\nninefold"),
    ]


def test_a_track_without_words_belongs_nowhere() -> None:
    assert ties_of(Track()) == []


def test_albums_of_one_name_by_two_artists_are_two() -> None:
    one, other = (ties_of(track(i, album_id=None, album="Greatest Hits")) for i in (1, 2))
    albums = [tie.group for tie in (*one, *other) if tie.neighbourhood is Neighbourhood.ALBUM]
    assert len(set(albums)) == 2


def test_hundreds_of_groups_keep_their_sums() -> None:
    related_tracks = RelatedTracks.of([(track(i), sound(i)) for i in range(500)])
    asked = [ties_of(track(i)) for i in (0, 250, 499)]
    total = related_tracks.neighbourhoods.gather(asked)
    song = total[list(Neighbourhood).index(Neighbourhood.SONG)]
    expected = related_tracks.contributions_of(
        [m for i in (0, 250, 499) if (m := related_tracks.recordings.find(track(i)))]
    )
    assert np.allclose(song, expected)
