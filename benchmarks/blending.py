"""Measure blends: how satisfied everybody is, judged on music that the blend has not seen.

    python -m benchmarks.blending [DATA_FOLDER] [--quick]

Groups of two to five measured listeners, each with a theme or two of theirs: half of the tracks goes into
the blend, the other half judges it. Satisfaction is how much of somebody's own held-out music lies further
from the rest of it than the track does.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.clustering import row
from benchmarks.comparison import list_of
from benchmarks.listeners import SHARED_DATA
from benchmarks.people_pairs import Crowd, load_crowd
from services.analysis.blend import blend
from services.analysis.blend_turns import FOREIGN, Taste
from services.analysis.matrix import feature_matrix
from services.analysis.reference import REFERENCE
from services.domain.comparison import Person
from services.domain.groups import BlendMode
from services.domain.report import EnrichedTrack

SIZE = 40
GROUPS = 60
TRACKS = 240
"""Tracks of a person; half of them are held out."""


@dataclass(frozen=True, slots=True)
class Group:
    """People with what they bring, and the music that judges for them."""

    people: tuple[Person, ...]
    judges: tuple[Taste, ...]


Choice = list[tuple[EnrichedTrack, int]]
"""Tracks with the person from whose list each is."""
Policy = Callable[[Group, np.random.Generator], Choice]


def draw_group(crowd: Crowd, rng: np.random.Generator) -> Group:
    """Draw two to five different listeners with some playlists each."""
    listeners = rng.permutation(crowd.library.listeners)[: int(rng.integers(2, 6))]
    people, judges = [], []
    for listener in listeners.tolist():
        rows = _some_playlists(crowd, listener, rng)
        half = len(rows) // 2
        people.append(list_of(crowd, listener, rows[:half]))
        judges.append(Taste(REFERENCE.sound_space(crowd.library.features[rows[half:]])))
    return Group(tuple(people), tuple(judges))


def _some_playlists(crowd: Crowd, listener: str, rng: np.random.Generator) -> NDArray[np.intp]:
    own = [
        rows for (name, _), rows in crowd.library.playlists.items() if name == listener and len(rows) >= 20
    ]
    taken: list[int] = []
    for index in rng.permutation(len(own)):
        taken = list(dict.fromkeys([*taken, *own[index].tolist()]))
        if len(taken) >= TRACKS:
            break
    return rng.permutation(np.array(taken, dtype=np.intp))[:TRACKS]


def at_random(group: Group, rng: np.random.Generator) -> Choice:
    """Draw from everybody's tracks together."""
    everything = [(entry, owner) for owner, person in enumerate(group.people) for entry in person.tracks]
    return [everything[index] for index in rng.permutation(len(everything))[:SIZE]]


def around(group: Group, rng: np.random.Generator) -> Choice:
    """Take a random track of each in turn."""
    order = [rng.permutation(len(person.tracks)) for person in group.people]
    return [
        (
            group.people[turn % len(order)].tracks[order[turn % len(order)][turn // len(order)]],
            turn % len(order),
        )
        for turn in range(SIZE)
    ]


def blended(mode: BlendMode, group: Group, _rng: np.random.Generator) -> Choice:
    """Take the blend of the package."""
    index = {person.key: place for place, person in enumerate(group.people)}
    return [(track.entry, index[track.turn]) for track in blend(group.people, size=SIZE, mode=mode).tracks]


POLICIES: dict[str, Policy] = {
    "random from all": at_random,
    "round robin of random own tracks": around,
    **{f"blend, {mode.value}": partial(blended, mode) for mode in BlendMode},
}


def judge(group: Group, chosen: Choice) -> tuple[float, float, float, float, float]:
    """Return mean and lowest satisfaction, least and largest share of turns, part foreign to somebody."""
    points = REFERENCE.sound_space(feature_matrix([entry for entry, _ in chosen]))
    table = np.stack([taste.satisfaction(points) for taste in group.judges], axis=1)
    means = table.mean(axis=0)
    shares = np.bincount([owner for _, owner in chosen], minlength=len(group.people)) / len(chosen)
    fair = shares * len(group.people)
    return (
        float(means.mean()),
        float(means.min()),
        float(fair.min()),
        float(fair.max()),
        float((table < FOREIGN).any(axis=1).mean()),
    )


def measure(groups: Sequence[Group]) -> None:
    """Print a row for each policy."""
    for name, policy in POLICIES.items():
        rng = np.random.default_rng(302)
        chosen = [(group, policy(group, rng)) for group in groups]
        judged = np.array([judge(group, tracks) for group, tracks in chosen if tracks])
        mean, worst, least, most, foreign = judged.mean(axis=0)
        row(
            f"{name}: mean, worst member; share least/most; foreign to somebody",
            "worst >= .585" if name.endswith("fair") else "",
            f"{mean:.3f} {worst:.3f}; {least:.2f} / {most:.2f}; {foreign:.0%}",
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED_DATA)
    parser.add_argument("--quick", action="store_true", help="a fifth of the groups")
    options = parser.parse_args()
    crowd = load_crowd(options.folder)
    rng = np.random.default_rng(301)
    row("figure", "target", "reached")
    measure([draw_group(crowd, rng) for _ in range(GROUPS // 5 if options.quick else GROUPS)])


if __name__ == "__main__":
    main()
