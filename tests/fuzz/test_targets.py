"""A short search with every run of the suite; `make fuzz` searches for as long as one likes."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.depth import examples
from tests.fuzz.targets import SEEDS, TARGETS


def mutated(seeds: tuple[bytes, ...]) -> st.SearchStrategy[bytes]:
    """Bytes that begin like something good."""

    def splice(seed: bytes, at: int, cut: int, inserted: bytes) -> bytes:
        place = at % (len(seed) + 1)
        return seed[:place] + inserted + seed[place + cut :]

    spliced = st.builds(
        splice, st.sampled_from(seeds), st.integers(0, 400), st.integers(0, 12), st.binary(max_size=12)
    )
    return spliced | st.binary(max_size=200) | st.text(max_size=80).map(str.encode)


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_that_a_stranger_sends_breaks_a_parser(name: str) -> None:
    target = TARGETS[name]

    @settings(max_examples=examples(25), deadline=None, suppress_health_check=list(HealthCheck))
    @given(mutated(SEEDS[name]))
    def search(content: bytes) -> None:
        target(content)

    for seed in SEEDS[name]:
        target(seed)
    search()


def test_every_target_has_something_good_to_begin_with() -> None:
    assert SEEDS.keys() == TARGETS.keys()
