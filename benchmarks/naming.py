"""Measure the words: whether names are distinct, true and telling, and whether examples are.

    python -m benchmarks.naming [DATA_FOLDER] [--quick]

Runs on every playlist of at least 40 tracks and on whole libraries, once with k chosen and once with five
groups. Takes about two minutes on one core, half a minute with --quick.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import starmap
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from benchmarks.grouped_lists import Case, Row, build_cases, drawn_cases, read_words, real_playlists
from benchmarks.listeners import SHARED_DATA, Library, load_editorial, load_libraries, load_more_libraries
from benchmarks.rows import figure, head
from services.analysis.claims import FEWEST_TAGGED, GENRE_WORDS, WORDS_SHARE, Claim
from services.analysis.duplicates import find_duplicates
from services.analysis.grounding import grounded
from services.analysis.membership import typical_tracks
from services.analysis.naming import name_clusters, name_playlist
from services.analysis.outliers import find_outliers
from services.analysis.reference import REFERENCE, REFERENCE_MEDIANS, TYPICAL
from services.analysis.scenes import scene_of
from services.analysis.tally import Listing, carriers, groups_and_rests, subtitle_of
from services.analysis.titles import core_title, lead_artist, version_tags
from services.analysis.traits import HeardGroup, describe_traits, levels
from services.analysis.vocabulary import CATALOGUE, FALLBACK, SHRUGS
from services.domain.features import SOUND_FEATURES
from services.domain.group_words import mood_words, name_words
from services.domain.grouping import GroupName, SceneKind
from services.domain.report import DuplicateKind, Trait

CONTRAST, MODIFIER_WEIGHT = 0.5, 0.5
"""How far a guess looks at a track beside its list; what a modifier tells."""
COMMON_SHARE, LIFT = 0.05, 2.0
FEWEST_JUDGED = 10
"""Tracks of a group with genres of the half that judges."""

Floats = NDArray[np.float64]


def row(name: str, target: str, reached: str) -> None:
    figure(name, reached, goal=target)


def direction_of(name: GroupName) -> Floats:
    """Return what a name alone tells about the sound of its group."""
    weights = {lean.feature: 1.0 if lean.high else -1.0 for lean in name.leans}
    for entry in CATALOGUE:
        if entry.id is name.sound:
            weights = dict(entry.weights)
    told = np.array([weights.get(feature, 0.0) for feature in SOUND_FEATURES])
    told /= float(np.linalg.norm(told)) or 1.0
    if name.differs is not None:
        told[SOUND_FEATURES.index(name.differs.feature)] += MODIFIER_WEIGHT * (1 if name.differs.high else -1)
    return told


def traits_of(z: Floats, raw: Floats, labels: NDArray[np.intp]) -> list[tuple[Trait, ...]]:
    groups = range(int(labels.max()) + 1)
    return [describe_traits(HeardGroup.of(z, raw, labels, group), REFERENCE_MEDIANS) for group in groups]


def called(case: Case, **of_the_tracks: Any) -> tuple[tuple[GroupName, ...], list[tuple[Trait, ...]]]:
    """Return names as a card has them, and the traits from which they were made."""
    labels = case.partition.labels
    heard = [HeardGroup.of(case.z, case.raw, labels, group) for group in range(int(labels.max()) + 1)]
    traits = [describe_traits(own, REFERENCE_MEDIANS) for own in heard]
    shown = [{level.feature for level in levels(own)} for own in heard]
    return name_clusters(case.z, case.raw, labels, traits, shown=shown, **of_the_tracks), traits


def unmodified(name: GroupName) -> GroupName:
    """Return a name without what tells it apart from the same name of another group."""
    return replace(name, differs=name.differs if name.is_one_word else None, number=1)


def guessed_share(case: Case, names: Sequence[GroupName]) -> float:
    """Return the share of tracks whose group is guessed from what the names say alone."""
    emphasised = case.z + CONTRAST * (case.z - case.z.mean(axis=0))
    guess = (emphasised @ np.array([direction_of(name) for name in names]).T).argmax(axis=1)
    return float(np.mean(guess == case.partition.labels))


def measure_unseen(cases: Sequence[Case]) -> None:
    """Guess the groups of lists of listeners from whom nothing was learned."""
    named = [(case, called(case)[0]) for case in cases if case.partition.k]
    guessed = np.mean([guessed_share(case, names) for case, names in named])
    majority = np.mean([np.bincount(case.partition.labels).max() / len(case.rows) for case, _ in named])
    row(
        f"the same on {len(named)} draws from listeners the space was not learned from",
        ">= .70",
        f"{guessed:.2f} ({majority:.2f})",
    )


def measure_names(cases: Sequence[Case]) -> None:
    given: Counter[str] = Counter()
    distinct, modified, guessed, majority, spent = [], [], [], [], []
    for case in cases:
        labels = case.partition.labels
        start = time.perf_counter()
        names, _ = called(case)
        spent.append(time.perf_counter() - start)
        given.update(name_words(unmodified(name)) for name in names)
        distinct.append(len(set(map(name_words, names))) == len(names))
        modified += [name != unmodified(name) for name in names]
        guessed.append(guessed_share(case, names))
        majority.append(np.bincount(labels).max() / len(labels))
    total = given.total()
    name, count = given.most_common(1)[0]
    row("playlists x (auto k, k=5); groups", "", f"{len(cases)}; {total}")
    row("playlists whose names are distinct", "100 %", f"{np.mean(distinct):.1%}")
    row("names that need a modifier", "5.8 %", f"{np.mean(modified):.1%}")
    row("fallback name", "<= 1 %", f"{given[name_words(GroupName(sound=FALLBACK.id))] / total:.2%}")
    row("commonest name; names in use", "8 %", f"{count / total:.1%} ({name}); {len(given)}")
    row("group of a track guessed from names alone (majority)", ">= .70",
        f"{np.mean(guessed):.2f} ({np.mean(majority):.2f})")  # fmt: skip
    row(
        "time per playlist, median / slowest", "", f"{np.median(spent) * 1e3:.1f} / {max(spent) * 1e3:.1f} ms"
    )


def count_rules(cases: Sequence[Case]) -> Counter[str]:
    """Count the names that keep and that break each rule."""
    seen: Counter[str] = Counter()
    for case in cases:
        if case.words is None or case.partition.k < 1:
            continue
        labels = case.partition.labels
        music = [word.track for word in case.words]
        genres = [track.genres for track in music]
        groups = [np.flatnonzero(labels == group) for group in range(case.partition.k)]
        tracks = [[music[row] for row in rows] for rows in groups]
        apart = groups_and_rests(Listing.of(music), labels, case.partition.k)
        scenes = list(starmap(scene_of, apart))
        by_sound, traits = called(case, genres=genres, scenes=scenes)
        names = grounded(by_sound, apart)
        whole = describe_traits(
            HeardGroup.of(case.z, case.raw, np.zeros(len(labels), dtype=np.intp), 0), REFERENCE_MEDIANS
        )
        parts = list(zip(names, traits, strict=True))
        mood = name_playlist(case.z, case.raw, whole, genres=genres, labels=labels, parts=parts)
        seen["lists"] += 1
        borne = {name_words(replace(name, scene=None)).lower() for name in names}
        seen["mood of a part"] += mood_words(mood) in borne - {""}
        seen["shrug leads"] += names[0].sound in SHRUGS and names[0].scene is None
        for name, said, (some, rest), members in zip(names, traits, apart, tracks, strict=True):
            entry = next((entry for entry in (*CATALOGUE, FALLBACK) if entry.id is name.sound), None)
            main = name.leans if entry is None else entry.main
            at = {trait.feature: trait.contrast if name.compared else trait.z for trait in said}
            seen["groups"] += 1
            seen["says a trait"] += all(at.get(lean.feature, 0.0) * (lean.high - 0.5) > 0 for lean in main)
            if name.differs is not None:
                base = direction_of(replace(name, differs=None))
                denied = base[SOUND_FEATURES.index(name.differs.feature)] * (name.differs.high - 0.5) < 0
                seen["denied"] += bool(denied)
            tagged = [
                " ".join(track.genres).casefold().replace("-", " ") for track in members if track.genres
            ]
            if len(tagged) < FEWEST_TAGGED:
                continue
            rap = sum(any(word in genre for word in GENRE_WORDS[Claim.RAP]) for genre in tagged) / len(tagged)
            wordy = entry is not None and entry.claim in {Claim.RAP, Claim.WORDS}
            seen["tagged"] += 1
            seen["wordy without rap"] += wordy and rap < WORDS_SHARE
            is_named = name.scene is not None and name.scene.kind is SceneKind.GENRE
            seen["genre in the name"] += is_named
            seen["genre said"] += is_named or bool(subtitle_of(some, rest).genres)
    return seen


def measure_rules(what: str, cases: Sequence[Case]) -> None:
    """Say how often the rules of names hold: promises, to be 0 or 100 %."""
    seen = count_rules(cases)
    row(f"rules, {what}: lists; groups; tagged", "", f"{seen['lists']}; {seen['groups']}; {seen['tagged']}")
    kept = seen["says a trait"] / max(seen["groups"], 1)
    row("names whose main feature is among the traits", "100 %", f"{kept:.1%}")
    row("modifiers that deny the name", "0", f"{seen['denied']}")
    row("names of words with under 30 % rap-like tags", "0", f"{seen['wordy without rap']}")
    row("moods that are the name of a part", "0", f"{seen['mood of a part']}")
    row("largest group has a name that says nothing", "0", f"{seen['shrug leads']}")
    shares = [seen[key] / max(seen["tagged"], 1) for key in ("genre said", "genre in the name")]
    row("tagged groups that say a genre / in the name", "50 %", f"{shares[0]:.0%} / {shares[1]:.0%}")


def marking_genres(words: Sequence[Row], members: NDArray[np.intp]) -> set[str]:
    """Return the genres that are clearly commoner in a group than in the rest of its playlist."""
    inside = Counter(genre for index in members for genre in words[index].genres)
    outside = Counter(genre for word in words for genre in word.genres)
    outside.subtract(inside)
    rest = max(1, len(words) - len(members))
    shares = {genre: (count / len(members), outside[genre] / rest) for genre, count in inside.items()}
    return {genre for genre, (own, other) in shares.items() if own >= COMMON_SHARE and own >= LIFT * other}


def measure_typical(cases: Sequence[Case]) -> None:
    rng = np.random.default_rng(0)
    carried: dict[str, list[float]] = {"margin": [], "medoids": [], "random": []}
    artists_differ, spent = [], []
    for case in cases:
        if case.words is None or case.partition.k < 2:
            continue
        labels, centres = case.partition.labels, case.partition.centres
        credits_ = [word.track.artists for word in case.words]
        start = time.perf_counter()
        chosen = typical_tracks(case.points, labels, centres, credits_)
        spent.append(time.perf_counter() - start)
        for cluster, typical in enumerate(chosen):
            members = np.flatnonzero(labels == cluster)
            marks = marking_genres(case.words, members)
            described = np.array([index for index in members if case.words[index].genres], dtype=np.intp)
            artists_differ.append(len({lead_artist(credits_[index]) for index in typical}) == len(typical))
            if not marks or len(described) < 10:
                continue
            distance = np.linalg.norm(case.points[described] - centres[cluster], axis=1)
            picks = {
                "margin": [index for index in typical if case.words[index].genres],
                "medoids": list(described[np.argsort(distance)[:3]]),
                "random": list(rng.choice(described, 3, replace=False)),
            }
            for method, rows in picks.items():
                carried[method] += [bool(case.words[index].genres & marks) for index in rows]
    for method, hits in carried.items():
        target = {"margin": "51 %", "medoids": "37 %", "random": "35 %"}[method]
        row(
            f"typical tracks that carry the group's genres: {method}",
            target,
            f"{np.mean(hits):.1%} of {len(hits)}",
        )
    row("groups whose typical tracks are by different artists", "", f"{np.mean(artists_differ):.1%}")
    row(
        "time per playlist, median / slowest", "", f"{np.median(spent) * 1e3:.1f} / {max(spent) * 1e3:.1f} ms"
    )


def measure_chosen(cases: Sequence[Case]) -> None:
    """Let half of the genres choose the typical tracks, and the other half judge them and all tracks."""
    chosen: list[bool] = []
    others: list[bool] = []
    for case in cases:
        if case.words is None or case.partition.k < 2:
            continue
        labels = case.partition.labels
        for choosing in (0, 1):
            halves = [
                [replace(word, genres=frozenset(g for g in word.genres if crc32(g.encode()) % 2 == half))
                 for word in case.words]
                for half in (choosing, 1 - choosing)
            ]  # fmt: skip
            music = [replace(word.track, genres=tuple(sorted(word.genres))) for word in halves[0]]
            groups = [np.flatnonzero(labels == group) for group in range(case.partition.k)]
            listing = Listing.of(music)
            said = starmap(subtitle_of, groups_and_rests(listing, labels, case.partition.k))
            carrying = [carriers(listing, subtitle) for subtitle in said]
            typical = typical_tracks(
                case.points, labels, case.partition.centres, [track.artists for track in music],
                telling=np.array(carrying)[labels, np.arange(len(labels))],
            )  # fmt: skip
            for rows, picked in zip(groups, typical, strict=True):
                marks = marking_genres(halves[1], rows)
                if marks and sum(bool(halves[1][row].genres) for row in rows) >= FEWEST_JUDGED:
                    for told, some in ((chosen, picked), (others, rows)):
                        told += [bool(words & marks) for row in some if (words := halves[1][row].genres)]
    figure(
        "typical tracks that carry the group's genres, by words that did not choose them; all tracks",
        f"{np.mean(chosen):.1%} of {len(chosen)}; {np.mean(others):.1%}",
        goal="15 points more",
    )


def measure_duplicates(library: Library, words: list[Row]) -> None:
    kinds: Counter[DuplicateKind] = Counter()
    listed = 0
    for rows in library.playlists.values():
        listed += len(rows)
        for found in find_duplicates([words[index].track for index in rows]):
            kinds[found.kind] += len(found.tracks) - 1
    rates = ", ".join(f"{kind.value} {kinds[kind] / listed:.2%}" for kind in DuplicateKind if kinds[kind])
    row(f"extra rows per kind over {listed:,} rows of playlists", "", rates)
    exact = folded = 0
    seen = [word.track for word in words]
    groups = [found.tracks for found in find_duplicates(seen) if found.kind is DuplicateKind.SAME_SONG]
    for tracks in groups:
        labels = {(seen[index].title, seen[index].artists[:1]) for index in tracks}
        exact += len(labels) == 1
        folded += len({(title.casefold(), artist) for title, artist in labels}) == 1
    row("'same song' groups that exact / caseless titles would find", "",
        f"{exact / len(groups):.0%} / {folded / len(groups):.0%} of {len(groups)}")  # fmt: skip


def describe_all(z: Floats, raw: Floats, labels: NDArray[np.intp]) -> None:
    for cluster in range(int(labels.max()) + 1):
        heard = HeardGroup.of(z, raw, labels, cluster)
        describe_traits(heard, REFERENCE_MEDIANS)
        levels(heard)


def timed(call: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
    return best


def measure_time(library: Library, words: list[Row]) -> None:
    titles = [word.track.title for word in words]
    start = time.perf_counter()
    for word in words:
        core_title(word.track.title), version_tags(word.track.title), lead_artist(word.track.artists)
    row(
        "title, tags and artist, per track",
        "23 us",
        f"{(time.perf_counter() - start) / len(titles) * 1e6:.0f} us",
    )
    everything = np.unique(np.concatenate([library.rows_of(listener) for listener in library.listeners]))
    for n in (100, 1_000, 10_000):
        rows = everything[:n]
        raw = library.features[rows]
        z, points = TYPICAL.normal_scores(raw), REFERENCE.sound_space(raw)
        labels = np.arange(n) % 5
        said = traits_of(z, raw, labels)
        tracks = [words[index].track for index in rows]
        parts: dict[str, Callable[[], object]] = {
            "names": partial(name_clusters, z, raw, labels, said),
            "outliers": partial(find_outliers, points, z, labels, music=tracks),
            "traits": partial(describe_all, z, raw, labels),
            "duplicates": partial(find_duplicates, tracks),
        }
        row(
            f"time at {n:,} tracks",
            "",
            ", ".join(f"{name} {timed(call) * 1e3:.1f} ms" for name, call in parts.items()),
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", type=Path, default=SHARED_DATA)
    parser.add_argument("--quick", action="store_true", help="a quarter of the playlists")
    arguments = parser.parse_args()
    library, words = load_libraries(arguments.data), read_words(arguments.data)
    head("Names and examples")
    cases = build_cases(library, load_editorial(arguments.data), words, quick=arguments.quick)
    measure_names(cases)
    measure_unseen(drawn_cases(load_more_libraries(arguments.data), quick=arguments.quick))
    measure_rules("libraries", cases)
    measure_rules("files", real_playlists(arguments.data))
    measure_typical(cases)
    measure_chosen(cases)
    measure_duplicates(library, words)
    measure_time(library, words)


if __name__ == "__main__":
    main()
