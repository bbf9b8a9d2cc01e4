"""Orders as people ask for them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogs.words.errors import sentence
from cogs.words.ordering import cost_lines, kept_line, remarks_line, step_reason, transition_words
from services.analysis.ordering import describe_transitions, find_order
from services.analysis.ordering.cost import WEIGHTS, compute_steps
from services.analysis.ordering.figures import compute_figures
from services.analysis.ordering.problem import compute_arc
from services.domain.errors.storage import TooFewKeysError
from services.domain.features import AudioFeatures, Feature, Origin, Provenance
from services.domain.ordering import Goal, Lock, OrderOptions, OrderResult, OrderState, require_keys
from tests.unit.services.analysis import sounds
from tests.unit.services.analysis.ordering.invented import playlist, track


def heights_along(result: OrderResult) -> Any:
    return np.array([result.course[row] for row in result.order])


@pytest.mark.parametrize("goal", Goal)
@pytest.mark.parametrize("count", [0, 1, 2, 3, 12, 13, 40])
def test_an_order_has_every_track_once_and_is_never_dearer_than_before(goal: Goal, count: int) -> None:
    tracks = playlist(count, artists=6, unknown=0.1)
    result = find_order(tracks, OrderOptions(goal=goal))
    assert sorted(result.order) == list(range(count))
    assert result.costs.lower_bound <= result.costs.optimized <= result.costs.original
    assert result.exact == (count <= 12 and goal is not Goal.GENTLE)
    assert len(result.wanted) == (count if goal.has_arc else 0)


@settings(max_examples=15, deadline=None)
@given(
    st.integers(5, 30),
    st.sampled_from(list(Goal)),
    st.sets(st.integers(0, 29), max_size=4),
    st.integers(0, 9),
)
def test_locks_are_kept_and_the_same_wish_gives_the_same_order(
    count: int, goal: Goal, places: set[int], seed: int
) -> None:
    chosen = sorted(place for place in places if place < count)
    locks = tuple(Lock(place, row) for place, row in zip(chosen, reversed(chosen), strict=True))
    options = OrderOptions(goal=goal, seed=seed, locks=locks)
    tracks = playlist(count, seed=seed, artists=8)
    first = find_order(tracks, options)
    assert sorted(first.order) == list(range(count))
    assert all(first.order[lock.position] == lock.row for lock in locks)
    assert find_order(tracks, options) == first


def test_flow_beats_chance_by_far_and_comes_close_to_the_bound() -> None:
    result = find_order(playlist(100), OrderOptions())
    assert result.costs.optimized < 0.6 * result.costs.random_mean
    assert result.costs.optimized < 1.03 * result.costs.lower_bound
    assert result.costs.score(result.costs.random_mean) == 0


def test_again_gives_other_orders_that_are_nearly_as_good() -> None:
    tracks = playlist(60)
    results = [find_order(tracks, OrderOptions(seed=seed)) for seed in range(4)]
    neighbours = [
        {frozenset(pair) for pair in zip(result.order, result.order[1:], strict=False)} for result in results
    ]
    for one in range(4):
        assert results[one].costs.optimized <= 1.06 * results[0].costs.optimized
        assert results[one].costs.optimized >= results[0].costs.optimized - 1e-9
        for other in range(one):
            assert len(neighbours[one] & neighbours[other]) <= 0.9 * 59


@pytest.mark.parametrize(("goal", "sign"), [(Goal.WARM_UP, 1), (Goal.COOL_DOWN, -1)])
def test_an_arc_rises_or_falls_without_rough_steps(goal: Goal, sign: int) -> None:
    result = find_order(playlist(80), OrderOptions(goal=goal))
    assert sign * np.corrcoef(heights_along(result), np.arange(80))[0, 1] > 0.9
    assert result.after.arc_fit is not None
    assert result.after.arc_fit > 0.9
    assert result.after.step_cost < 0.75 * result.before.step_cost


def test_a_wave_goes_up_and_down_and_a_steady_list_nowhere() -> None:
    tracks = playlist(96)
    wave = find_order(tracks, OrderOptions(goal=Goal.WAVE))
    assert sum(heights_along(wave)[low : low + 12].mean() > 0.5 for low in range(0, 96, 12)) == pytest.approx(
        4, abs=2
    )
    assert wave.after.arc_fit is not None
    assert wave.after.arc_fit > 0.85
    steady = heights_along(find_order(tracks, OrderOptions(goal=Goal.STEADY)))
    assert all(abs(steady[low : low + 16].mean() - 0.5) < 0.12 for low in range(0, 96, 16))


def test_the_tempo_goes_up() -> None:
    tracks = playlist(60)
    order = find_order(tracks, OrderOptions(goal=Goal.TEMPO_UP)).order
    tempi = [tracks[row].features.tempo or 0 for row in order]
    assert np.mean(np.diff(np.log2(tempi)) > -0.085) > 0.95, "a fall of 6% is heard"
    assert tempi[0] < 80
    assert tempi[-1] > 170


def test_in_key_makes_nearly_all_steps_fit() -> None:
    result = find_order(playlist(60), OrderOptions(goal=Goal.HARMONIC))
    flow = find_order(playlist(60), OrderOptions())
    assert result.after.harmonic_share is not None
    assert flow.after.harmonic_share is not None
    assert result.after.harmonic_share > max(0.85, flow.after.harmonic_share)


def test_artists_do_not_come_back_within_three_tracks() -> None:
    tracks = playlist(60, artists=12)
    order = find_order(tracks, OrderOptions()).order
    artists = [tracks[row].track.artists[0] for row in order]
    close = sum(artists[place] in artists[max(place - 3, 0) : place] for place in range(60))
    assert close <= 6


@pytest.mark.parametrize(
    "locks",
    [(Lock(0, 5), Lock(0, 6)), (Lock(0, 5), Lock(1, 5)), (Lock(9, 0),), (Lock(-1, 0),), (Lock(0, 9),)],
)
def test_refuses_locks_that_can_not_be_kept(locks: tuple[Lock, ...]) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        find_order(playlist(8), OrderOptions(locks=locks))


@pytest.mark.parametrize("goal", [Goal.FLOW, Goal.WAVE])
def test_a_list_too_long_for_a_table_is_ordered_in_blocks(
    goal: Goal, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.analysis.ordering import blocks, figures, solve

    for module in (blocks, figures, solve):
        monkeypatch.setattr(module, "LARGEST", 100)
    monkeypatch.setattr(blocks, "BLOCK", 40)
    monkeypatch.setattr(blocks, "_MOVES", 4_000)
    tracks = playlist(150, artists=30, unknown=0.1)
    locks = (Lock(0, 149), Lock(75, 3), Lock(149, 80))
    result = find_order(tracks, OrderOptions(goal=goal, locks=locks))
    assert sorted(result.order) == list(range(150))
    assert all(result.order[lock.position] == lock.row for lock in locks)
    assert 0 < result.costs.lower_bound < result.costs.optimized < 0.8 * result.costs.random_mean


def test_every_step_is_described_and_the_roughest_is_what_it_says() -> None:
    tracks = [
        track(0),
        track(1, tempo=121.0),
        track(2, tempo=170.0, key=1.0, energy=0.05, loudness=-30.0, acousticness=0.99),
        track(3, tempo=85.0, key=1.0, energy=0.06, loudness=-29.0, acousticness=0.98),
    ]
    steps = describe_transitions(tracks, (0, 1, 2, 3), Goal.FLOW)
    assert [(step.before, step.after) for step in steps] == [(0, 1), (1, 2), (2, 3)]
    assert transition_words(steps[0]) == "no jump to speak of"
    assert "much calmer" in transition_words(steps[1]) or "far more acoustic" in transition_words(steps[1])
    assert "121 → 170 BPM" in transition_words(steps[1])
    assert "8B → 3B (a semitone up)" in transition_words(steps[1])
    assert transition_words(steps[2]) == "half time"
    assert steps[1].cost > steps[2].cost > steps[0].cost
    result = find_order(tracks, OrderOptions())
    assert result.roughest[0].cost == max(step.cost for step in result.roughest)


def test_what_is_unknown_is_not_called_rough() -> None:
    tracks = [*playlist(20), track(20, key=None, tempo=None, energy=None)]
    assert all(20 not in (step.before, step.after) for step in find_order(tracks, OrderOptions()).roughest)


@pytest.mark.parametrize("goal", Goal)
@pytest.mark.parametrize("seed", [0, 3])
@pytest.mark.parametrize("artists", [1, 25])
def test_where_nothing_is_known_nothing_moves_and_it_is_said(goal: Goal, seed: int, artists: int) -> None:
    tracks = [
        replace(entry, features=AudioFeatures(), provenance={}) for entry in playlist(25, artists=artists)
    ]
    result = find_order(tracks, OrderOptions(goal=goal, seed=seed))
    assert result.order == tuple(range(25))
    assert "Nothing is known about the sound" in (kept_line(result, tracks) or "")


def test_where_nothing_is_gained_nothing_moves_and_it_is_said() -> None:
    known = playlist(1)[0]
    alike = [
        replace(known, track=replace(known.track, title=f"Song {row}", artists=(f"Somebody {row}",)))
        for row in range(25)
    ]
    result = find_order(alike, OrderOptions())
    assert result.order == tuple(range(25))
    said = "These tracks go together equally well in any order, so the list stays as it is."
    assert kept_line(result, alike) == said
    assert cost_lines(result) == ["Cost of a step: 0.00, in any order."]
    assert remarks_line(sounds.report(alike), OrderState(OrderOptions(), result)) == "No order is better"
    moved = find_order(playlist(25), OrderOptions())
    assert kept_line(moved, playlist(25)) is None
    best = [playlist(25)[row] for row in moved.order]
    assert kept_line(find_order(best, OrderOptions()), best) == (
        "I found no better order, so the list stays as it is."
    )


@pytest.mark.parametrize("count", [9, 25])
@pytest.mark.parametrize(
    ("free", "said"),
    [
        (0, "Every place is locked, so there is nothing to move."),
        (1, "All places but one are locked, so there is nothing to move."),
    ],
)
def test_where_every_place_is_locked_it_is_not_said_that_no_better_order_was_found(
    count: int, free: int, said: str
) -> None:
    tracks, options = (
        playlist(count),
        OrderOptions(locks=tuple(Lock(row, row) for row in range(count - free))),
    )
    result = find_order(tracks, options)
    assert kept_line(result, tracks, options.locks) == said
    assert cost_lines(result, options.locks) == [
        f"Cost of a step: {result.costs.optimized:.2f}, in any order with these places locked."
    ]
    remarks = remarks_line(sounds.report(tracks), OrderState(replace(options, seed=1), result))
    assert remarks.startswith("The only order with these places locked · locked: ")


def test_with_locks_no_order_is_claimed_to_be_the_best_of_all() -> None:
    tracks, options = playlist(9), OrderOptions(locks=(Lock(0, 0), Lock(4, 4)))
    state = OrderState(options, find_order(tracks, options))
    assert remarks_line(sounds.report(tracks), state).startswith(
        "No better order exists with these places locked"
    )
    assert "no order with these places locked is better" in cost_lines(state.result, options.locks)[0]


def test_gentle_takes_half_of_the_gain_and_keeps_most_neighbours() -> None:
    tracks = playlist(80)
    smooth, gentle = (find_order(tracks, OrderOptions(goal=goal)) for goal in (Goal.FLOW, Goal.GENTLE))
    before, best = smooth.costs.original, smooth.costs.optimized
    assert best + 0.35 * (before - best) < gentle.costs.optimized <= best + 0.5 * (before - best) + 1e-9

    def kept(result: OrderResult) -> int:
        return sum(abs(one - other) == 1 for one, other in zip(result.order, result.order[1:], strict=False))

    assert kept(gentle) > 3 * max(kept(smooth), 1)


def test_gentle_leaves_alone_what_is_as_smooth_as_it_can_be() -> None:
    tracks = playlist(40)
    smoothest = find_order(tracks, OrderOptions()).order
    again = find_order([tracks[row] for row in smoothest], OrderOptions(goal=Goal.GENTLE))
    assert again.order == tuple(range(40))


def test_gentle_mends_a_list_that_is_too_long_for_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    from services.analysis.ordering import figures, solve

    for module in (figures, solve):
        monkeypatch.setattr(module, "LARGEST", 40)
    locks = (Lock(0, 99), Lock(50, 3))
    result = find_order(playlist(100), OrderOptions(goal=Goal.GENTLE, locks=locks))
    assert sorted(result.order) == list(range(100))
    assert all(result.order[lock.position] == lock.row for lock in locks)
    assert result.costs.optimized < result.costs.original


def test_an_order_in_key_is_refused_below_half_of_the_keys() -> None:
    tracks = [*playlist(9), *(track(row, key=None) for row in range(9, 20))]
    with pytest.raises(TooFewKeysError) as refused:
        require_keys(Goal.HARMONIC, tracks)
    assert (refused.value.known, refused.value.tracks) == (9, 20)
    assert "known of 9 of 20 tracks" in sentence(refused.value)
    require_keys(Goal.HARMONIC, tracks[:18])
    require_keys(Goal.FLOW, tracks)


def test_loudness_is_a_part_of_a_step() -> None:
    quiet, loud = track(0, loudness=-9.0), track(1, loudness=-6.0)
    (step,) = describe_transitions([quiet, loud], (0, 1), Goal.FLOW)
    assert step.loudness == pytest.approx(0.5), "three of six decibels"
    assert step.cost == pytest.approx(
        WEIGHTS[Goal.FLOW].loudness * 0.5 + WEIGHTS[Goal.FLOW].sound * step.sound
    )


@pytest.mark.parametrize("goal", Goal)
def test_the_weights_of_a_goal_make_one(goal: Goal) -> None:
    assert sum(WEIGHTS[goal].each) == pytest.approx(1)
    assert WEIGHTS[goal].key == (0.6 if goal is Goal.HARMONIC else 0.1)


def test_estimated_tempi_make_no_jump_and_no_gain() -> None:
    measured = [track(row, tempo=tempo) for row, tempo in enumerate((90.0, 130.0, 95.0, 128.0))]
    guesses = [
        replace(each, provenance={**each.provenance, Feature.TEMPO: Provenance(Origin.IMPUTED, "a test")})
        for each in (track(row, tempo=121.0 + row / 100) for row in range(4, 24))
    ]
    result = find_order([*guesses, *measured], OrderOptions())
    assert result.after.measured_tempi < 0.2
    assert result.after.median_bpm_jump is None or result.after.median_bpm_jump >= 2.0
    assert find_order(guesses, OrderOptions()).after.median_bpm_jump is None
    first, second = describe_transitions([*guesses[:2], measured[0]], (0, 1, 2), Goal.FLOW)
    assert "tempo estimated" in step_reason(first)
    assert "BPM" not in step_reason(second) + transition_words(second)
    calm = track(30, energy=0.05, loudness=-30.0, acousticness=0.99)
    (rough,) = describe_transitions([guesses[0], calm], (0, 1), Goal.FLOW)
    assert transition_words(rough).endswith("(partly estimated)")


def test_the_fit_to_an_arc_is_that_of_measured_tracks() -> None:
    measured = [track(row, energy=0.1 * row) for row in range(10)]
    guessed = replace(
        track(10, energy=0.05), provenance={Feature.ENERGY: Provenance(Origin.IMPUTED, "a test")}
    )
    arc = compute_arc([*measured, guessed], Goal.WARM_UP)
    steps = compute_steps([*measured, guessed])
    assert arc is not None
    rising = compute_figures(steps, arc, range(11), WEIGHTS[Goal.WARM_UP])
    assert rising.arc_fit == pytest.approx(1.0, abs=0.01), "the estimate at its end does not count"
    assert rising.measured_course == pytest.approx(10 / 11)


def test_steps_carry_their_reason() -> None:
    tracks = [
        track(0, tempo=120.0),
        track(1, tempo=122.1, key=7.0),
        track(2, tempo=61.0, key=7.0, artist="Artist 1"),
        track(3, tempo=None, key=None),
    ]
    reasons = [step_reason(step) for step in describe_transitions(tracks, (0, 1, 2, 3), Goal.FLOW)]
    assert reasons[0].endswith(": +1 on the wheel, +2.1 BPM")
    assert reasons[1].endswith(": same key, −0.1 BPM at half time, same artist")
    assert reasons[2].endswith(": key and tempo unknown")
    assert all(reason.startswith((".", "1")) for reason in reasons)
    assert len(find_order(playlist(40), OrderOptions()).opening) == 12
