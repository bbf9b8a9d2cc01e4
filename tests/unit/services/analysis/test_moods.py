"""The mood of a whole list stands beside the names of its groups, and is none of them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.analysis.name_rules import holds
from services.analysis.naming import name_playlist
from services.analysis.reference import REFERENCE_MEDIANS
from services.analysis.traits import HeardGroup, describe_traits
from services.domain.features import Feature
from services.domain.group_words import mood_words, name_words
from services.domain.grouping import GroupName, Lean
from tests.unit.services.analysis import sounds
from tests.unit.services.analysis.sounds import typical_scores
from tests.unit.services.analysis.test_naming import ENTRIES, raw_rows, traits_of, values_of


def test_a_mood_is_not_the_name_of_a_part_in_other_ways_of_saying_it() -> None:
    raw = sounds.group(instrumentalness=0.85, danceability=0.75)
    z, labels = typical_scores(raw), np.zeros(len(raw), dtype=np.intp)
    (said,) = traits_of(z, raw, labels)
    assert mood_words(name_playlist(z, raw, said)) == "instrumental & danceable"
    words = Lean(Feature.DANCEABILITY, high=True), Lean(Feature.INSTRUMENTALNESS, high=True)
    mood = name_playlist(z, raw, said, labels=labels, parts=[(GroupName(leans=words), said)])
    assert mood_words(mood) != "instrumental & danceable"


def test_the_mood_of_the_whole_is_the_name_of_no_part_and_contradicts_none() -> None:
    groups = [sounds.group(seed=1, **sounds.QUIET), sounds.group(seed=2, **sounds.LOUD)]
    z, raw, labels = sounds.playlist(*groups)
    traits, names = traits_of(z, raw, labels), values_of(z, raw, labels)
    whole = describe_traits(HeardGroup.of(z, raw, [0] * len(z), 0), REFERENCE_MEDIANS)
    parts = list(zip(names, traits, strict=True))
    mood = name_playlist(z, raw, whole, labels=labels, parts=parts)
    assert mood.sound is None
    assert mood.between in {Feature.ENERGY, Feature.LOUDNESS, Feature.ACOUSTICNESS}
    assert mood_words(mood).startswith("from ")


@given(raw_rows, st.integers(1, 4))
def test_no_mood_bears_the_name_of_a_part(rows: list[tuple[float, ...]], k: int) -> None:
    raw = np.array(rows)
    z, labels = typical_scores(raw), np.arange(len(raw)) % k
    names, traits = values_of(z, raw, labels), traits_of(z, raw, labels)
    whole = describe_traits(HeardGroup.of(z, raw, [0] * len(z), 0), REFERENCE_MEDIANS)
    mood = name_playlist(z, raw, whole, labels=labels, parts=list(zip(names, traits, strict=True)))
    assert mood_words(mood) not in {name_words(name).lower() for name in names}
    for part in range(k):
        guards = ENTRIES[mood.sound].guards if mood.sound else ()
        assert (labels == part).mean() < 0.2 or all(holds(guard, raw[labels == part]) for guard in guards)


def test_a_list_is_not_called_what_is_hardly_heard_nor_to_run_between_two_ends_that_nobody_names() -> None:
    groups = [
        sounds.group(seed=1, loudness=-9.5, danceability=0.4),
        sounds.group(seed=2, loudness=-9.5, danceability=0.8),
    ]
    z, raw, labels = sounds.playlist(*groups)
    whole = describe_traits(HeardGroup.of(z, raw, [0] * len(z), 0), REFERENCE_MEDIANS)
    parts = list(zip(values_of(z, raw, labels), traits_of(z, raw, labels), strict=True))
    said = mood_words(name_playlist(z, raw, whole, labels=labels, parts=parts))
    assert not any(word in said for word in ("quiet", "danceable")), said
