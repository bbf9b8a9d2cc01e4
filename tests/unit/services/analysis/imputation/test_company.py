from __future__ import annotations

import numpy as np
import pytest

from services.analysis.imputation import Company, impute
from services.analysis.imputation.circles import Circle, Tie, ties_of
from services.domain.features import SOUND_FEATURES, AudioFeatures
from services.domain.music import Track
from tests.unit.services.analysis.imputation.invented import measured, sound, track, unknown

RELATIVES = [(track(i, artists=("Ninefold", f"Guest {i}")), sound(i)) for i in range(100, 120)]
ASKING = [unknown(track(1, artists=("Ninefold",))), *(measured(track(i), sound(i)) for i in range(2, 12))]


def values(company: Company) -> list[float | None]:
    features = impute(ASKING, company)[0].features
    return [features.get(feature) for feature in SOUND_FEATURES]


def test_adding_one_by_one_is_the_same_as_at_once() -> None:
    grown = Company()
    for member, features in RELATIVES:
        grown.add(member, features, source="cache")
    assert len(grown) == 20
    assert values(grown) == pytest.approx(values(Company.of(RELATIVES)))


def test_order_of_the_company_does_not_matter() -> None:
    assert values(Company.of(RELATIVES[::-1])) == pytest.approx(values(Company.of(RELATIVES)))


def test_a_track_added_again_replaces_itself() -> None:
    company = Company.of(RELATIVES)
    company.add(RELATIVES[0][0], sound(7))
    company.add(*RELATIVES[0])
    assert len(company) == 20
    assert values(company) == pytest.approx(values(Company.of(RELATIVES)))


def test_a_discarded_track_leaves_no_trace() -> None:
    company = Company.of([*RELATIVES, (track(300, artists=("Ninefold",)), sound(300))])
    company.discard(track(300))
    company.discard(track(301))
    assert len(company) == 20
    assert values(company) == pytest.approx(values(Company.of(RELATIVES)))


def test_partly_known_relatives_speak_for_what_they_know() -> None:
    calm = [(member, AudioFeatures(energy=0.01)) for member, _ in RELATIVES]
    alone, related = impute(ASKING, Company())[0].features, impute(ASKING, Company.of(calm))[0].features
    assert (related.energy or 1) < (alone.energy or 0)
    assert related.tempo == pytest.approx(alone.tempo)


def test_knows_the_circles_of_a_track() -> None:
    ties = ties_of(track(1, artists=("Ninefold", "The Ninefold", "Odd Jib"), genres=("Folk", "folk", "")))
    assert ties == [
        Tie(Circle.GENRE, "folk", 1.0),
        Tie(Circle.ARTIST, "ninefold", 1.0),
        Tie(Circle.ARTIST, "odd jib", 0.5),
        Tie(Circle.ALBUM, "id\nalbum-1"),
        Tie(Circle.SONG, "paper boat no1x\nninefold"),
    ]


def test_a_track_without_words_belongs_nowhere() -> None:
    assert ties_of(Track()) == []


def test_albums_of_one_name_by_two_artists_are_two() -> None:
    one, other = (ties_of(track(i, album_id=None, album="Greatest Hits")) for i in (1, 2))
    albums = [tie.group for tie in (*one, *other) if tie.circle is Circle.ALBUM]
    assert len(set(albums)) == 2


def test_hundreds_of_groups_keep_their_sums() -> None:
    company = Company.of([(track(i), sound(i)) for i in range(500)])
    asked = [ties_of(track(i)) for i in (0, 250, 499)]
    total = company.circles.gather(asked)
    song = total[list(Circle).index(Circle.SONG)]
    expected = company.contributions_of([m for i in (0, 250, 499) if (m := company.twins.find(track(i)))])
    assert np.allclose(song, expected)
