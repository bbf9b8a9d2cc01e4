"""A change of a list is told where it is more than chance, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from cogs.words.portrait import since_line
from services.analysis.drift import since_last
from services.domain.features import Feature, Origin, Provenance
from services.domain.portrait import Since
from services.domain.report import AnalysisReport, EnrichedTrack
from services.workflows.reports import earlier_sound
from tests.unit.services.analysis.sounds import DANCE, LOUD, QUIET, group
from tests.unit.services.analysis.test_continuity import analysed, numbered

THEN = datetime(2026, 8, 3, tzinfo=UTC)
MIXED = numbered(np.concatenate([group(60, seed=1, **QUIET), group(60, seed=2, **LOUD)]), 0)
OTHERS = numbered(group(40, seed=3, **DANCE), 500)
SHUFFLED = tuple(MIXED[row] for row in np.random.default_rng(5).permutation(len(MIXED)))


def since(before: tuple[EnrichedTrack, ...], now: tuple[EnrichedTrack, ...]) -> Since | None:
    first = analysed(before)
    return since_last(analysed(now, first), earlier_sound(first, THEN))


def line(found: Since | None) -> str:
    assert found is not None
    return since_line(found, "3 August").replace("\u00a0", " ")


def test_nothing_is_said_of_a_list_that_has_the_same_tracks() -> None:
    assert since(MIXED, SHUFFLED) is None


def test_more_of_the_same_is_no_change_of_sound() -> None:
    found = since(SHUFFLED[:90], SHUFFLED[20:])
    assert line(found) == "Since 3 August: 30 new and 20 gone; no clear change in sound"


def test_tells_what_forty_other_tracks_change_and_which_group_shrank() -> None:
    found = since(MIXED, (*MIXED[40:], *OTHERS))
    assert found is not None
    assert (found.new, found.gone) == (40, 40)
    assert found.changes
    assert all(abs(change.spreads) >= 0.15 for change in found.changes)
    said = {change.feature for change in found.changes}
    assert len(said & {Feature.ENERGY, Feature.LOUDNESS, Feature.ACOUSTICNESS}) == 1
    words = line(found)
    assert words.startswith("Since 3 August: 40 new and 40 gone; ")
    assert "no clear change" not in words
    assert any(word in words for word in ("livelier", "louder", "more electric"))


def test_the_same_tracks_in_another_order_say_the_same() -> None:
    rng = np.random.default_rng(8)
    now = (*MIXED[40:], *OTHERS)
    dealt = tuple(now[row] for row in rng.permutation(len(now)))
    one, other = since(MIXED, now), since(SHUFFLED, dealt)
    assert one is not None
    assert other is not None
    assert [change.feature for change in one.changes] == [change.feature for change in other.changes]


def test_estimates_and_other_sources_change_nothing() -> None:
    estimated = tuple(
        replace(entry, provenance=dict.fromkeys(entry.provenance, Provenance(Origin.IMPUTED, "a guess")))
        for entry in OTHERS
    )
    found = since(MIXED, (*MIXED, *estimated))
    assert found is not None
    assert not found.changes
    assert not found.shares

    first = analysed(MIXED)
    elsewhere: AnalysisReport = replace(first, coverage=replace(first.coverage, by_source={"another": 120}))
    now = analysed((*MIXED[40:], *OTHERS), first)
    other = since_last(now, earlier_sound(elsewhere, THEN))
    assert line(other) == "Since 3 August: 40 new and 40 gone"


def test_groups_that_became_one_are_named_beside_a_certain_change() -> None:
    first = analysed((*MIXED, *OTHERS), groups=3)
    now = analysed((*MIXED[40:], *OTHERS), groups=2)
    found = since_last(now, earlier_sound(first, THEN))
    assert found is not None
    for joined in found.joined:
        assert len(joined.names) == 2
        assert "” are one group now" in line(found)
    assert found.joined
