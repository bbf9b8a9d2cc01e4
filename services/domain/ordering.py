"""An order of a playlist: what was asked of it, what it costs, and where it is still rough."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Goal(StrEnum):
    """What an order is to do."""

    FLOW = "flow"
    """As few jumps as possible."""
    WARM_UP = "warm-up"
    """From calm to a peak at the end."""
    COOL_DOWN = "cool-down"
    """From the peak to calm."""
    WAVE = "wave"
    """Up and down a few times."""
    STEADY = "steady"
    """Every stretch with the same mixture of calm and lively."""
    TEMPO_UP = "tempo-up"
    """From slow to fast."""
    HARMONIC = "harmonic"
    """Neighbours in keys that fit each other."""

    @property
    def has_arc(self) -> bool:
        """Whether the place in the list matters, and not the neighbours alone."""
        return self not in {Goal.FLOW, Goal.HARMONIC}

    @property
    def words(self) -> str:
        """How people call it."""
        return {
            Goal.WARM_UP: "warm-up to peak",
            Goal.COOL_DOWN: "peak to cool-down",
            Goal.TEMPO_UP: "tempo up",
            Goal.HARMONIC: "in key",
        }.get(self, self.value)


@dataclass(frozen=True, slots=True, order=True)
class Lock:
    """A track that has to stand at a certain place."""

    position: int
    """0-based place in the new order."""
    row: int
    """0-based place in the list as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderOptions:
    """What somebody asks of an order."""

    goal: Goal = Goal.FLOW
    seed: int = 0
    """0 gives the best order that is found; every other number another good one."""
    locks: tuple[Lock, ...] = ()
    """The first and the last place are locked like any other."""


@dataclass(frozen=True, slots=True)
class OrderCosts:
    """Mean cost of a step, 0 for two tracks that could be one, of several orders of the same tracks.

    For a goal with an arc the distance from the wanted arc counts with it.
    """

    original: float
    random_mean: float
    """Over orders drawn at random."""
    optimized: float
    lower_bound: float
    """No order whatever costs less; up to 12 tracks the optimum itself."""

    def score(self, cost: float) -> float:
        """Return how much of the room between chance (0) and the bound (100) an order of this cost uses."""
        room = self.random_mean - self.lower_bound
        return 100 * (self.random_mean - cost) / room if room > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What can be counted in an order."""

    step_cost: float
    """Mean cost of a step, without any arc."""
    harmonic_share: float | None
    """Share of the steps between known keys that fit: same, neighbour or relative."""
    median_bpm_jump: float | None
    """Median difference of neighbours in BPM, half and double time counted as equal."""
    same_artist_steps: int
    """Neighbours by the same artist."""
    arc_fit: float | None
    """Correlation of the course with the wanted arc, -1..1; None without an arc."""
    coherence: float
    """0 where neighbours differ as much as any two tracks, 1 where they are alike (steps by sound alone)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A step from one track to the next."""

    position: int
    """0-based place of the first of the two in the order."""
    before: int
    after: int
    """Rows in the list as it was."""
    cost: float
    key: float
    tempo: float
    sound: float
    """Parts of the cost, each 0..1 and before weighting (sound up to 1.5)."""
    same_artist: bool
    camelot: tuple[str | None, str | None]
    bpm: tuple[float | None, float | None]
    words: str
    """What is rough about it, or that nothing is."""
    estimated: bool
    """Whether estimated values take part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderResult:
    """A found order, with honest figures beside it."""

    goal: Goal
    seed: int
    order: tuple[int, ...]
    """Rows of the list as it was, in their new order."""
    costs: OrderCosts
    before: Figures
    after: Figures
    exact: bool
    """Whether no better order exists; else it is the best of a search."""
    roughest: tuple[Transition, ...]
    """The dearest steps of the new order, the dearest first."""
    course: tuple[float | None, ...]
    """For each row how high it stands on the arc, 0..1 among these tracks; None where unknown."""
    wanted: tuple[float, ...]
    """For each place of the order how high the arc is there, 0..1; empty without an arc."""
    steps_before: tuple[float, ...]
    """Cost of each step of the list as it was."""
    steps_after: tuple[float, ...]

    @property
    def changes_something(self) -> bool:
        """Whether the new order is another one."""
        return self.order != tuple(range(len(self.order)))


@dataclass(frozen=True, slots=True)
class OrderState:
    """What somebody asked of an order so far, and what was found."""

    options: OrderOptions
    result: OrderResult
