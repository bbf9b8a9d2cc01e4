"""What our orders cost beside other ways to order the same tracks, and beside what no order can be below.

    python -m benchmarks.ordering [--quick] [--sizes 30 100 300 1000] [--playlists 3] [--long]

Real playlists of the measured listeners, stretches of longer lists. All orders are priced alike by their
steps: key, tempo, sound, and the same artist at once; artists that come back after two or three places are
left out, because neither OR-tools nor the bound can see them. Each figure is the mean over the playlists of
a cost relative to the best order known, the cheapest of all found here (with `--long` also by a search ten
times as long). `bound` is the lower bound relative to the same.

OR-tools gets the time that our search took, at least its smallest second; it is not a dependency of this
project and is left out unless it can be imported (`pip install ortools`). Times are in CPU seconds of this
process but for OR-tools, which counts by the clock.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec

import numpy as np

from benchmarks.listeners import SHARED_DATA
from services.analysis.ordering.cost import Steps, compute_steps
from services.analysis.ordering.figures import path_bound
from services.analysis.ordering.problem import Problem
from services.analysis.ordering.search import improve, kicks_for
from services.analysis.ordering.solve import make_problem, nearest_first, solve
from services.domain.features import AudioFeatures, Feature, Origin, Provenance, accepted
from services.domain.music import Track
from services.domain.ordering import Goal
from services.domain.report import EnrichedTrack

SIZES = (30, 100, 300, 1_000)
ORTOOLS_SCALE = 100_000
"""OR-tools counts in whole numbers."""
_RANDOM_ORDERS = 20


@dataclass(frozen=True, slots=True)
class Case:
    """One playlist to order."""

    steps: Steps
    problem: Problem


def load_playlists() -> list[list[EnrichedTrack]]:
    """Read the playlists of the measured listeners in their own order, one track once, longest last."""
    with gzip.open(SHARED_DATA / "libraries" / "tracks.csv.gz", "rt", encoding="utf-8", newline="") as file:
        tracks = [_enriched(row) for row in csv.DictReader(file)]
    lists: dict[tuple[str, str], list[int]] = defaultdict(list)
    with gzip.open(
        SHARED_DATA / "libraries" / "playlists.csv.gz", "rt", encoding="utf-8", newline=""
    ) as file:
        for row in csv.DictReader(file):
            lists[row["user"], row["playlist"]].append(int(row["track"]))
    ordered = sorted(lists.items(), key=lambda item: (len(item[1]), item[0]))
    return [[tracks[index] for index in dict.fromkeys(rows)] for _, rows in ordered]


def _enriched(row: dict[str, str]) -> EnrichedTrack:
    features = AudioFeatures.of(
        {
            feature: accepted(feature, float(row[feature.value])) if row[feature.value] else None
            for feature in Feature
        }
    )
    return EnrichedTrack(
        track=Track(title=row["title"], artists=tuple(filter(None, row["artists"].split(";")))),
        features=features,
        provenance={feature: Provenance(Origin.UPLOADED, "bench") for feature in features.known},
    )


def choose(playlists: Sequence[list[EnrichedTrack]], size: int, count: int, seed: int) -> list[Case]:
    """Draw playlists of at least `size` tracks and take a stretch of that length of each."""
    rng = np.random.default_rng(seed)
    long_enough = [tracks for tracks in playlists if len(tracks) >= size]
    if not long_enough:
        return []
    cases = []
    for index in rng.permutation(len(long_enough))[:count]:
        tracks = long_enough[index]
        start = int(rng.integers(len(tracks) - size + 1))
        part = tracks[start : start + size]
        steps = compute_steps(part)
        problem = make_problem(steps, None, Goal.FLOW, {})
        cases.append(Case(steps, replace(problem, repeats=np.zeros_like(problem.repeats))))
    return cases


def by_tempo(case: Case) -> list[int]:
    """Sort by tempo; unknown ones come last."""
    return [int(row) for row in np.argsort(case.steps.octaves, kind="stable")]


def by_key_and_tempo(case: Case) -> list[int]:
    """Sort around the Camelot wheel, then by tempo, as DJ programs do."""
    places = case.steps.places

    def where(row: int) -> tuple[int, str, float]:
        place = places[row]
        tempo = float(np.nan_to_num(case.steps.octaves[row], nan=99.0))
        return (99, "", tempo) if place is None else (place.number, place.letter, tempo)

    return sorted(range(len(places)), key=where)


def or_tools(problem: Problem, seconds: float) -> list[int] | None:
    """Let the routing solver of OR-tools search for a path; None where there is none, or no path in time."""
    if find_spec("ortools") is None:
        return None
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2  # noqa: PLC0415

    count = len(problem)
    costs = np.zeros((count + 1, count + 1), dtype=np.int64)
    costs[:count, :count] = (problem.costs * ORTOOLS_SCALE).round()
    table = costs.tolist()
    manager = pywrapcp.RoutingIndexManager(count + 1, 1, count)
    routing = pywrapcp.RoutingModel(manager)

    def price(one: int, other: int) -> int:
        cost: int = table[manager.IndexToNode(one)][manager.IndexToNode(other)]
        return cost

    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitCallback(price))
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PATH_CHEAPEST_ARC
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    whole = max(1.0, seconds)
    parameters.time_limit.FromMilliseconds(int(1000 * whole))
    found = routing.SolveWithParameters(parameters)
    if found is None:  # no first solution within the time
        return None
    index, order = routing.Start(0), []
    while not routing.IsEnd(index):
        index = found.Value(routing.NextVar(index))
        if not routing.IsEnd(index):
            order.append(manager.IndexToNode(index))
    return order


def timed(run: Callable[[], list[int]]) -> tuple[list[int], float]:
    """Return an order and the CPU seconds that it took."""
    start = time.process_time()
    order = run()
    return order, time.process_time() - start


def measure(case: Case, *, long: bool) -> dict[str, float]:
    """Price all orders of a playlist relative to the best, and time ours."""
    problem, count = case.problem, len(case.problem)
    ours, seconds = timed(lambda: solve(problem, seed=0))
    rng = np.random.default_rng(count)
    costs = {
        "original": problem.cost(range(count)),
        "random": float(
            np.mean([problem.cost(rng.permutation(count).tolist()) for _ in range(_RANDOM_ORDERS)])
        ),
        "tempo": problem.cost(by_tempo(case)),
        "key+tempo": problem.cost(by_key_and_tempo(case)),
        "greedy": problem.cost(nearest_first(problem)),
        "ours": problem.cost(ours),
    }
    order = or_tools(problem, seconds)
    costs["OR-tools"] = float("nan") if order is None else problem.cost(order)
    best = min(cost for cost in costs.values() if cost == cost)  # noqa: PLR0124  (not NaN)
    if long:
        best = min(best, problem.cost(improve(problem, ours, seed=1, kicks=10 * kicks_for(count))))
    bound = path_bound(problem.costs, best)
    return {
        **{name: cost / best for name, cost in costs.items()},
        "bound": bound / best,
        "seconds": seconds,
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--quick", action="store_true", help="two sizes, two playlists each")
    options.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    options.add_argument("--playlists", type=int, default=3)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--long", action="store_true", help="search ten times as long for the best known")
    chosen = options.parse_args()
    sizes, count = ((30, 100), 2) if chosen.quick else (chosen.sizes, chosen.playlists)
    playlists = load_playlists()
    print("cost relative to the best known; means over the playlists")
    shown = False
    for size in sizes:
        rows = [measure(case, long=chosen.long) for case in choose(playlists, size, count, chosen.seed)]
        if not rows:
            print(f"{size:>6}  no playlist is that long")
            continue
        names = list(rows[0])
        if not shown:
            print(f"{'n':>6}  " + "  ".join(f"{name:>9}" for name in names))
            shown = True
        print(
            f"{size:>6}  " + "  ".join(f"{np.mean([row[name] for row in rows]):>9.3f}" for name in names),
            flush=True,
        )
    if find_spec("ortools") is None:
        print("OR-tools is not installed; its column is left out")


if __name__ == "__main__":
    main()
