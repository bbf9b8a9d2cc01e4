import pytest

from services.analysis.ordering.cost import (
    UNKNOWN_KEY,
    Camelot,
    camelot,
    is_harmonic,
    key_cost,
    relation,
    turns,
)

C, D_FLAT, D, F, G, A = 0, 1, 2, 5, 7, 9
MAJOR, MINOR = 1, 0


@pytest.mark.parametrize(
    ("key", "mode", "place"),
    [
        (C, MAJOR, "8B"),
        (A, MINOR, "8A"),
        (G, MAJOR, "9B"),
        (F, MAJOR, "7B"),
        (11, MINOR, "10A"),
        (8, MAJOR, "4B"),
    ],
)
def test_the_wheel_has_major_keys_outside_and_minor_keys_inside(key: int, mode: int, place: str) -> None:
    assert str(camelot(key, mode)) == place


def test_every_key_has_its_own_place() -> None:
    assert len({camelot(key, mode) for key in range(12) for mode in (0, 1)}) == 24


@pytest.mark.parametrize(("key", "mode"), [(-1, 1), (None, 1), (0, None), (12, 0), (3, 0.5)])
def test_an_undetected_key_has_no_place_and_clashes_with_nothing(
    key: float | None, mode: float | None
) -> None:
    assert camelot(key, mode) is None
    assert key_cost(None, camelot(C, MAJOR)) == key_cost(camelot(C, MAJOR), None) == UNKNOWN_KEY
    assert not is_harmonic(UNKNOWN_KEY)


def test_one_place_further_is_a_fifth_and_seven_are_a_semitone() -> None:
    c, g, d_flat, d = (Camelot(number, "B") for number in (8, 9, 3, 10))
    assert [c, g, d_flat, d] == [camelot(key, MAJOR) for key in (C, G, D_FLAT, D)]
    assert (g.number - c.number) % 12 == 1
    assert relation(c, g) == "a fifth up"
    assert (d_flat.number - c.number) % 12 == 7
    assert relation(c, d_flat) == "a semitone up"
    assert relation(d_flat, c) == "a semitone down"
    assert relation(c, d) == "a whole tone up"
    assert key_cost(c, g) < key_cost(c, d) < key_cost(c, d_flat) == 1


def test_costs_follow_the_scale_of_djs_and_are_the_same_both_ways() -> None:
    places = [camelot(key, mode) for key in range(12) for mode in (0, 1)]
    for one in places:
        for other in places:
            assert one is not None
            assert other is not None
            cost = key_cost(one, other)
            assert cost == key_cost(other, one)
            assert is_harmonic(cost) == (
                (abs(turns(one, other)) <= 1 and one.letter == other.letter) or one.number == other.number
            )
    c, a_minor, e_minor = camelot(C, MAJOR), camelot(A, MINOR), camelot(4, MINOR)
    assert key_cost(c, c) == 0
    assert key_cost(c, a_minor) == 0.15
    assert key_cost(c, e_minor) == 0.35
