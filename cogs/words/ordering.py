"""Say what an order gains, why a step is as it is, and what is rough about it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from cogs.words.report import WITH_FEATURES
from cogs.words.text import escape, join_words, percent, plural, small, track_line, unbroken
from services.domain.ordering import (
    Figures,
    Goal,
    KeyStep,
    Lock,
    OrderResult,
    OrderState,
    Transition,
    is_sound_known,
    write_locks,
)
from services.domain.report import AnalysisReport, EnrichedTrack
from services.domain.vocabulary import FEATURE_WORDS, GOAL_NAMES

LOCKS_HINT = "1-3, 7 stay where they were; 12@20 puts track 12 at place 20; empty frees all"
LOCKS_LABEL = "Numbers in the list as it was"
LOCKS_TITLE = "Tracks that keep their place"
ROUGHEST_LEFT = "**Roughest steps left**"
NONE_IS_ROUGH = "None is rough."
IT_BEGINS_WITH = "**It begins with**"

_ROUGHEST_SHOWN, _LOCKS_SHOWN = 3, 60
HOW_A_STEP_COSTS = (
    "A step costs 0 between two tracks that could be one. "
    "Key, tempo, loudness and sound are in it, and the same artist at once."
)
GOAL_HINTS = {
    Goal.FLOW: "as few jumps as possible",
    Goal.GENTLE: "the roughest jumps go, the other surprises stay",
    Goal.WARM_UP: "from calm to a peak at the end",
    Goal.COOL_DOWN: "from the peak to calm",
    Goal.WAVE: "up and down a few times",
    Goal.STEADY: "the same mixture all along",
    Goal.TEMPO_UP: "from slow to fast",
    Goal.HARMONIC: "neighbours in keys that fit",
}

_JUMP = 0.06
"""Octaves between two tempi (4 %) from which they are worth a word: listeners notice."""
_NOTICEABLE_POINTS, _NOTICEABLE_BPM = 5.0, 1.0
"""Per cent of the changes, and BPM, below which two figures are the same to a person."""
_ALL = 0.95
"""Share of the steps or tracks from which a figure is about all of them."""

_KEY_STEPS: Mapping[KeyStep, str] = MappingProxyType(
    {
        KeyStep.SAME: "same key",
        KeyStep.RELATIVE: "relative key",
        KeyStep.DIAGONAL: "diagonal",
        KeyStep.FIFTH_UP: "a fifth up",
        KeyStep.FIFTH_DOWN: "a fifth down",
        KeyStep.TONE_UP: "a whole tone up",
        KeyStep.TONE_DOWN: "a whole tone down",
        KeyStep.SEMITONE_UP: "a semitone up",
        KeyStep.SEMITONE_DOWN: "a semitone down",
        KeyStep.OPPOSITE: "opposite keys",
        KeyStep.DISTANT: "distant keys",
    }
)
_ON_THE_WHEEL: Mapping[KeyStep, str] = MappingProxyType(
    {
        KeyStep.FIFTH_UP: "+1 on the wheel",
        KeyStep.FIFTH_DOWN: "−1 on the wheel",
        KeyStep.TONE_UP: "+2 on the wheel",
        KeyStep.TONE_DOWN: "−2 on the wheel",
    }
)
"""How a step between two keys is said in a few letters; all others as they are called."""


def kept_line(result: OrderResult, tracks: Sequence[EnrichedTrack], locks: Sequence[Lock] = ()) -> str | None:
    """Say why a list stays in its order, or None where it does not."""
    if result.changes_something:
        return None
    if _nothing_is_free(tracks, locks):
        which = "Every place is locked" if len(locks) == len(tracks) else "All places but one are locked"
        return f"{which}, so there is nothing to move."
    if not is_sound_known(tracks):
        unknown = "Nothing is known about the sound of these tracks, so they stay in their order."
        return f"{unknown} {WITH_FEATURES}"
    if result.costs.is_any_as_good:
        return (
            f"These tracks go together equally well in any order{_locked(locks)}, so the list stays as it is."
        )
    return f"I found no better order{_locked(locks)}, so the list stays as it is."


def _nothing_is_free(tracks: Sequence[EnrichedTrack], locks: Sequence[Lock]) -> bool:
    """Whether locks leave one order alone."""
    return len(locks) >= max(len(tracks) - 1, 1)


def _locked(locks: Sequence[Lock]) -> str:
    return " with these places locked" if locks else ""


def goal_words(goal: Goal, tracks: Iterable[EnrichedTrack]) -> str:
    """Say what an order of these tracks was after; nothing is in key where no key is known."""
    if goal is Goal.HARMONIC and not any(_has_key(track) for track in tracks):
        return "no key known"
    return GOAL_NAMES[goal]


def _has_key(track: EnrichedTrack) -> bool:
    return track.features.key is not None and track.features.mode is not None


def gain_words(before: Figures, after: Figures) -> str:
    """Say in keys and BPM what an order gains.

    Examples
    --------
    "Smoother: 61% of the changes are in key (18% before), jumps of 3 BPM instead of 15."
    """
    parts, better = [], False
    if before.harmonic_share is not None and after.harmonic_share is not None:
        was, now = 100 * before.harmonic_share, 100 * after.harmonic_share
        better |= now >= was + _NOTICEABLE_POINTS
        known = " between known keys" if min(before.known_keys, after.known_keys) < _ALL else ""
        parts.append(f"{now:.0f}% of the changes{known} are in key ({was:.0f}% before)")
    if before.median_bpm_jump is not None and after.median_bpm_jump is not None:
        was, now = before.median_bpm_jump, after.median_bpm_jump
        better |= now <= was - _NOTICEABLE_BPM
        measured = min(before.measured_tempi, after.measured_tempi)
        known = " where tempi are measured" if measured < _ALL else ""
        beside = "as before" if round(now) == round(was) else f"instead of {was:.0f}"
        parts.append(f"jumps of {now:.0f} BPM {beside}{known}")
    if after.arc_fit is not None:
        was_fit = "" if before.arc_fit is None else f" ({before.arc_fit:.2f} before)".replace("-", "−")
        known = " by what is measured" if after.measured_course < _ALL else ""
        parts.append(f"fit to the arc {after.arc_fit:.2f} of 1{was_fit}{known}".replace("-", "−"))
    if after.same_artist_steps != before.same_artist_steps:
        parts.append(
            f"{_often(after.same_artist_steps)} the same artist in a row "
            f"({_often(before.same_artist_steps)} before)"
        )
    if not parts:
        return "Too few keys and measured tempi are known to count; the order follows the other features."
    said = ", ".join(parts)
    return f"Smoother: {said}." if better else f"{said[:1].upper()}{said[1:]}."


def _often(times: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(times, f"{times:,} times")


def cost_lines(result: OrderResult, locks: Sequence[Lock] = ()) -> list[str]:
    """Say what an order costs beside the list as it was, chance, and what none can be below."""
    costs, steps = result.costs, result.after.step_cost
    if result.goal.has_arc:
        # The pull of the arc is in these sums, and the bound knows the steps alone.
        return [
            (
                f"Cost of a place, arc included: {costs.optimized:.2f} · before {costs.original:.2f} · "
                f"in a random order {costs.random_mean:.2f}."
            ),
            (
                f"The steps alone: {steps:.2f} · before {result.before.step_cost:.2f} · "
                f"no order{_locked(locks)} has steps below {min(costs.lower_bound, steps):.2f}."
            ),
        ]
    if result.exact:
        bound = f"no order{_locked(locks)} is better"
    else:
        bound = f"no order{_locked(locks) or ' at all'} can be below {costs.lower_bound:.2f}"
    if costs.is_any_as_good:
        return [f"Cost of a step: {costs.optimized:.2f}, in any order{_locked(locks)}."]
    return [
        (
            f"Cost of a step: {costs.optimized:.2f} · before {costs.original:.2f} · "
            f"in a random order {costs.random_mean:.2f} · {bound}."
        ),
        (
            f"Of the way from chance to that bound: {_score(costs.score(costs.optimized))}, "
            f"before {_score(costs.score(costs.original))}."
        ),
    ]


def _score(score: float) -> str:
    return f"{score:.0f}%".replace("-", "−")


def step_reason(step: Transition) -> str:
    """Say what a step costs and why: ".3: +1 on the wheel, +2.1 BPM"."""
    said = []
    if step.key_step is not None:
        said.append(_ON_THE_WHEEL.get(step.key_step, _KEY_STEPS[step.key_step]))
    if change := _tempo_change(step):
        said.append(change)
    if step.same_artist:
        said.append("same artist")
    cost = f"{step.cost:.1f}".removeprefix("0")
    return f"{cost}: {', '.join(said)}" if said else f"{cost}: key and tempo unknown"


def _tempo_change(step: Transition) -> str:
    before, after = step.bpm
    if not before or not after:
        return ""
    if step.bpm_estimated:
        return "tempo estimated"
    nearest = min(max(round(math.log2(after / before)), -1), 1)
    change = after / 2.0**nearest - before
    words = f"{change:+.1f} BPM".replace("-", "−") if abs(change) >= 0.05 else "same tempo"
    return f"{words} at {'double' if nearest > 0 else 'half'} time" if nearest else words


def transition_words(step: Transition) -> str:
    """Say what is rough about a step, or that nothing is."""
    said = [words.leap[goes_up] for feature, goes_up in step.leaps if (words := FEATURE_WORDS[feature]).leap]
    said += _tempo_words(step)
    if step.clash is not None:
        before, after = step.camelot
        said.append(f"{before} → {after} ({_KEY_STEPS[step.clash]})")
    if step.same_artist:
        said.append("the same artist")
    unknown = [name for name, pair in (("tempo", step.bpm), ("key", step.camelot)) if None in pair]
    guessed = ["tempo estimated"] if step.bpm_estimated and "tempo" not in unknown else []
    if not said and (unknown or guessed):
        return " · ".join([*guessed, *([f"{join_words(unknown)} unknown"] if unknown else [])])
    guess = " (partly estimated)" if step.estimated else ""
    return f"{' · '.join(said) or 'no jump to speak of'}{guess}"


def _tempo_words(step: Transition) -> list[str]:
    before, after = step.bpm
    if not before or not after or step.bpm_estimated:
        return []
    octaves = math.log2(after / before)
    nearest = min(max(round(octaves), -1), 1)
    if abs(octaves - nearest) < _JUMP:
        return [f"{'double' if nearest > 0 else 'half'} time"] if nearest else []
    return [f"{before:.0f} → {after:.0f} BPM"]


def rough_lines(report: AnalysisReport, result: OrderResult) -> list[str]:
    """List the roughest steps that are left."""
    return [_step_line(report, step) for step in result.roughest[:_ROUGHEST_SHOWN]]


def _step_line(report: AnalysisReport, step: Transition) -> str:
    tracks = [report.tracks[row].track for row in (step.before, step.after)]
    before, after = (escape(track.label_within(38), 38) for track in tracks)
    rough = unbroken(transition_words(step))
    return f"- {step.position + 1} → {step.position + 2}: {before} → {after}\n  {rough}"


def order_rows(
    report: AnalysisReport, state: OrderState, count: int, *, explained: bool = False
) -> list[str]:
    """List the first tracks of an order, where `explained` with what leads to each."""
    locked = {lock.position for lock in state.options.locks}
    reasons = {step.position + 1: f"\n{small(unbroken(step_reason(step)))}" for step in state.result.opening}
    lines = []
    for place, row in enumerate(state.result.order[:count]):
        was = f" · was {row + 1:,}" if explained and row != place else ""
        lock = " 🔒" if place in locked else ""
        why = reasons.get(place, "") if explained else ""
        lines.append(f"{place + 1}. {track_line(report.tracks[row].track, 60)}{was}{lock}{why}")
    if explained and (rest := len(state.result.order) - len(lines)):
        lines.append(small(f"and {plural(rest, 'more track')}; Export has them all"))
    return lines


def remarks_line(report: AnalysisReport, state: OrderState) -> str:
    """Say how good an order is, and on how much knowledge it rests."""
    result, tracks = state.result, len(report.tracks)
    remarks = [_how_good(report, state)] if is_sound_known(report.tracks) else []
    if locks := state.options.locks:
        shown = write_locks(locks)
        remarks.append(f"locked: {shown if len(shown) <= _LOCKS_SHOWN else plural(len(locks), 'place')}")
    unknown = sum(height is None for height in result.course)
    if unknown:
        remarks.append(f"{percent(unknown, tracks)} unknown, which counts as neither smooth nor rough")
    if report.coverage.imputed:
        remarks.append(f"{percent(report.coverage.imputed, tracks)} estimated, which counts half")
    return " · ".join(remarks)


def _how_good(report: AnalysisReport, state: OrderState) -> str:
    locks = state.options.locks
    if _nothing_is_free(report.tracks, locks):
        return f"The only order{_locked(locks)}"
    if state.result.costs.is_any_as_good:
        return f"No order{_locked(locks)} is better"
    if state.options.seed:
        return f"Another good order, number {state.options.seed + 1}"
    if state.result.exact:
        return f"No better order exists{_locked(locks)}"
    return f"The {'smoothest' if state.result.goal is Goal.FLOW else 'best'} order I found"


def in_place_lines(report: AnalysisReport, result: OrderResult) -> list[str]:
    """Say what changing a playlist itself loses."""
    name = escape(report.playlist.name, 90)
    moved = sum(row != place for place, row in enumerate(result.order))
    return [
        f"## Change the order of {name}?",
        f"{moved:,} of {plural(len(result.order), 'track')} will stand at another place.",
        (
            "**Lost:** the dates on which tracks were added all become today's, and who added them. "
            "Whoever sorts the list by date sees another list."
        ),
        "**Kept:** the order of before is stored, and `/undo` puts it back, without those dates.",
        small("A list with local files or podcast episodes is refused: they could not be put back."),
    ]


def in_new_order(result: OrderResult) -> str:
    """Say how many tracks are in the files."""
    which = "in the new order" if result.changes_something else "in the order as it was"
    return f"{plural(len(result.order), 'track')} {which}."
