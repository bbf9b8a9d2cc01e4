"""Values come back from a pickle as they went in, and dataclasses take the short way."""

from __future__ import annotations

import pickle
import pickletools
from dataclasses import dataclass, field
from typing import Any

import pytest

from services.compute.worker import dump, load
from services.domain.errors.jobs import DeadlineExceededError
from tests.unit.services.charts.reports import make_report


@dataclass(frozen=True, slots=True)
class Base:
    number: int
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Derived(Base):
    more: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Single:
    only: str


@dataclass(frozen=True)
class WithDict:
    one: int
    two: int


@dataclass
class Changeable:
    one: int
    two: list[int]


@dataclass(frozen=True, slots=True)
class OwnWay:
    number: int
    secret: str

    def __reduce__(self) -> tuple[Any, ...]:
        return OwnWay, (self.number, "hidden")


@pytest.mark.parametrize(
    "value",
    [
        Base(1),
        Derived(1, ("a",), {"b": 2.0}),
        Single("x"),
        WithDict(1, 2),
        Changeable(1, [2]),
        {"key": (Base(1), [Single("x"), None])},
        {Base(1), Base(2, ("a",))},
        make_report(120, 4, imputed=0.2, unknown=0.1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_come_back_equal(value: object) -> None:
    back = load(dump(value))
    assert back == value
    assert type(back) is type(value)


def test_what_is_shared_comes_back_shared() -> None:
    shared = Base(1, ("a",))
    one, other = load(dump((shared, shared)))
    assert one is other


def test_a_class_that_pickles_itself_keeps_its_way() -> None:
    assert load(dump(OwnWay(3, "open"))) == OwnWay(3, "hidden")


def test_an_error_comes_back_with_its_fields() -> None:
    error = load(dump(DeadlineExceededError("analysis", 60.0)))
    assert str(error) == str(DeadlineExceededError("analysis", 60.0))


def test_what_cannot_be_pickled_says_so() -> None:
    with pytest.raises((pickle.PicklingError, AttributeError, TypeError)):
        dump(Base(lambda: None))  # type: ignore[arg-type]


def test_no_value_of_a_report_is_put_together_field_by_field_by_its_own_class() -> None:
    names = [opcode.name for opcode, _, _ in pickletools.genops(dump(make_report(40, 3)))]
    assert "BUILD" not in names
