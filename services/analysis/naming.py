"""Name each group: every name is true, fits best and is used once."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count, permutations, zip_longest

import numpy as np
from numpy.typing import ArrayLike, NDArray

from services.analysis.claims import SLACK, Claim, Tags, unshown
from services.analysis.facts import numbered
from services.analysis.name_rules import (
    AUDIBLE,
    COLUMN,
    DIRECTIONS,
    ELECTRIC,
    ENTRIES,
    PLAIN_FEATURES,
    WORTH_SAYING,
    Floats,
    Traits,
    agrees,
    faint_words,
    hold_for_most,
    holds,
    is_earned,
    plain_names,
    still_true,
    unit_of,
    weights_of,
    with_comparison,
)
from services.analysis.reference import audible, audible_tempo
from services.analysis.scenes import implied_by
from services.analysis.traits import TRUSTED, mistaken_shares
from services.analysis.vocabulary import CATALOGUE, FALLBACK, SHRUGS
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.group_words import mood_words, wording_of
from services.domain.grouping import GroupName, Lean, Mood, Scene
from services.domain.tempo import Tempo

CONTRAST, UNEXPLAINED_COST = 1.5, 0.25
"""How much of the difference to the whole playlist is added to a group's profile; and the cost of each spread
that a name leaves unsaid.
"""

PLAIN_COST, THIRD_COST = 0.1, 0.25
"""For naming features where a name of the catalogue is true, which says more in fewer words; and for a third
word: "Instrumental, acoustic & quiet" is what "Acoustic instrumentals" says.
"""

COMPARED_COST = 1.5
"""For saying how a group differs where it is close to typical music in everything."""

FAINT_COST, ELECTRIC_COST = 0.1, 1.0
"""For a word of which listeners hear too little, and for a comparison of that kind; and for saying that music
is electric, as half of all is.
"""

FALLBACK_COST, SHRUG_SCORE = 4.0, -0.3
"""For saying that a group is of everything a bit, where nothing else is true of it; and what a name without a
direction is worth before its unexplained part.
"""

TALK_WORTH = 2.0
"""Where people talk, nothing else about the sound is worth its name."""

MISTAKEN_COST, REPEAT_COST = 4.0, 0.3
"""For two names by which all tracks of both groups would be looked for in the wrong one; and for giving a
group the name of another, told apart by a modifier, for each other that has it.
"""

ALIKE, ALIKE_COST = 0.4, 0.8
"""Cosine from which two names say nearly the same of the sound, and what each further 1.0 of it costs."""

CANDIDATES = 6
"""Names per group that the exact search considers; a seventh best never took part in a best assignment."""

ECHO_COST = 4.0
"""For saying first what the genre before it says: "Electronic, electric", "Hip hop, wordy"."""

MOOD_FEATURES, LARGE_PART = 2, 0.2
"""What the mood of a whole says at most, as it stands inside sentences, and the part of a list that it must
not contradict.
"""

APART, RUNS_BETWEEN = 0.5, (Feature.ENERGY, Feature.ACOUSTICNESS)
"""Spreads between two groups from which a list is said to run from the one to the other, and in what."""


@dataclass(frozen=True, slots=True)
class _Option:
    """What a group may be called, how well that fits and where it stands among equals."""

    name: GroupName
    weights: Mapping[Feature, float]
    score: float


def name_clusters(
    z: ArrayLike,
    raw: ArrayLike,
    labels: ArrayLike,
    traits: Sequence[Traits],
    *,
    genres: Sequence[Sequence[str]] = (),
    scenes: Sequence[Scene | None] = (),
    earlier: Sequence[GroupName | None] = (),
    tempi: Sequence[Tempo | None] = (),
    is_major: Sequence[bool | None] = (),
    shown: Sequence[Collection[Feature]] = (),
) -> tuple[GroupName, ...]:
    """Name each group; the names are distinct, and every one is true of its group and says one of its traits.

    Two groups share a name only where any second one would fit much worse; then one says how it differs
    ("Big & anthemic · faster").

    Parameters
    ----------
    z, raw : arrays of shape (n, 9)
        Normal scores against typical music, columns as in `SOUND_FEATURES`; and the values behind them.
    labels : array of n ints
        Group of each row, 0..k-1, each at least once; rows with a negative label are ignored.
    traits : sequence of k sequences of Trait
        What `describe_traits` says of each group: no name says otherwise.
    genres : sequence of n sequences of str, optional
        Genre words of each row: rap and dance are said only where they agree.
    is_major : sequence of n bools or None, optional
        Modes: what is mostly in minor keys is not called cheerful.
    scenes : sequence of k scenes, optional
        What joins the name of each group.
    earlier : sequence of k names, optional
        What each group was called before, where its scene still holds: it stays while it is true.
    shown : sequence of k collections of Feature, optional
        In what each group is said to be far from typical beside its name: only where that is said there it is
        called dark or acoustic.
    tempi : sequence of k tempi, optional
        How fast each group is said to be: only by these it is called faster or slower than another.

    Returns
    -------
    tuple of k GroupName
        The same for any order of the rows. Pass rows with evidence only: imputed values decide no name.
    """
    tags = Tags.of(genres, np.asarray(labels, dtype=np.intp), is_major)
    z, raw, labels = _checked(z, raw, labels)
    if not labels.size:
        return ()
    groups = [labels == cluster for cluster in range(int(labels.max()) + 1)]
    profiles = np.array([z[rows].mean(axis=0) for rows in groups])
    emphasised = profiles + CONTRAST * (profiles - z.mean(axis=0))
    joined = [*scenes, *[None] * (len(groups) - len(scenes))]
    claims = [
        (tags.refused(at, raw[rows]), unshown(told))
        for at, (rows, told) in enumerate(zip(groups, shown or [SOUND_FEATURES] * len(groups), strict=True))
    ]
    heard = [(z[rows], raw[rows]) for rows in groups]
    options = list(map(_options, emphasised, heard, traits, claims, joined))
    spared = [tags.refused(cluster, raw[rows], slack=SLACK) for cluster, rows in enumerate(groups)]
    kept = [
        name if name and still_true(name, raw[rows], said, claims) else None
        for name, rows, said, claims in zip_longest(earlier, groups, traits, spared)
    ]
    options = [
        own[:CANDIDATES] if name is None else [_Option(name, weights_of(name), own[0].score)]
        for name, own in zip(kept, options, strict=True)
    ]
    joined = [name.scene if name else scene for name, scene in zip(kept, joined, strict=True)]
    chosen = _best_assignment(options, emphasised, z - profiles[labels])
    levels = np.array([audible(z[rows]).mean(axis=0) for rows in groups])
    for row, tempo in zip(levels, tempi, strict=False):  # a mean of halves and doubles is nobody's tempo
        row[COLUMN[Feature.TEMPO]] = audible_tempo(tempo.middle_bpm)[1] if tempo else np.nan
    with_scenes = [replace(option.name, scene=scene) for option, scene in zip(chosen, joined, strict=True)]
    return _keep(kept, _told_apart(with_scenes, chosen, levels), chosen, levels)


def name_playlist(
    z: ArrayLike,
    raw: ArrayLike,
    traits: Traits,
    *,
    genres: Sequence[Sequence[str]] = (),
    is_major: Sequence[bool | None] = (),
    labels: ArrayLike | None = None,
    parts: Sequence[tuple[GroupName, Traits]] = (),
) -> Mood:
    """Say how a whole playlist sounds: in words that are true of every large part and the name of none.

    Parameters
    ----------
    z, raw, genres, is_major
        As in `name_clusters`.
    traits
        What `describe_traits` says of the list as one group.
    labels : array of n ints, optional
        Group of each row.
    parts
        Name and traits of each group.
    """
    everything = np.zeros(len(np.asarray(z)), dtype=np.intp)
    tags = Tags.of(genres, everything, is_major)
    z, raw, _ = _checked(z, raw, everything)
    if not len(z):
        return Mood()
    groups = np.full(len(z), -1) if labels is None else np.asarray(labels, dtype=np.intp)
    rows, faint = [groups == part for part in range(len(parts))], faint_words(audible(z))
    large = [part for part in range(len(parts)) if rows[part].sum() >= LARGE_PART * len(z)]
    # By their words: "instrumental & danceable" is said by a name of the catalogue, and by two plain words.
    borne = {
        mood_words(Mood(sound=name.sound, leans=leans))
        for name, _ in parts
        for leans in permutations(name.leans)
    }
    for option in _options(z.mean(axis=0), (z, raw), traits, (tags.refused(0, raw), ()), None):
        name = option.name
        if name.sound in SHRUGS or name.compared or name.differs or len(name.leans) > MOOD_FEATURES:
            continue
        words = mood_words(Mood(sound=name.sound, leans=name.leans))
        if words in borne or not faint.isdisjoint(name.leans):
            continue
        promised = ENTRIES[name.sound].guards if name.sound else ()
        if all(
            all(holds(guard, raw[rows[part]]) for guard in promised)
            and agrees(option.weights, parts[part][1], compared=True)
            for part in large
        ):
            return Mood(sound=name.sound, leans=name.leans)
    return Mood(between=_widest(z, rows) if len(parts) > 1 else None)


def _widest(z: Floats, rows: Sequence[NDArray[np.bool_]]) -> Feature | None:
    """Return the feature in which the groups lie farthest apart, where that is heard and has two ends."""
    apart = np.round(np.ptp([audible(z[row]).mean(axis=0) for row in rows], axis=0), 9)
    widest = max(RUNS_BETWEEN, key=lambda feature: apart[COLUMN[feature]])
    return widest if apart[COLUMN[widest]] >= APART else None


def _checked(
    z: ArrayLike, raw: ArrayLike, labels: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]:
    scores, values = np.asarray(z, dtype=np.float64), np.asarray(raw, dtype=np.float64)
    groups = np.asarray(labels, dtype=np.intp)
    if scores.shape != values.shape or scores.shape != (len(groups), len(SOUND_FEATURES)):
        msg = f"z {scores.shape}, raw {values.shape} and labels {groups.shape} are not of the same tracks"
        raise ValueError(msg)
    if not (np.isfinite(scores).all() and np.isfinite(values).all()):
        raise ValueError("names are decided by tracks with evidence: z and raw must be finite")
    scores, values, groups = scores[groups >= 0], values[groups >= 0], groups[groups >= 0]
    if groups.size and len(np.unique(groups)) != groups.max() + 1:
        raise ValueError("labels must be 0..k-1 without an empty group")
    return scores, values, groups


def _options(
    profile: Floats,
    group: tuple[Floats, Floats],
    traits: Traits,
    claims: tuple[Collection[Claim], Collection[Claim]],
    scene: Scene | None,
) -> list[_Option]:
    """List what a group may be called, the best fitting first; the fallback is always among it.

    Of `claims` the first are refused, and the others made where nothing else can be said.
    """
    refused, last = claims
    found = _options(profile, group, traits, ({*refused, *last}, ()), scene) if last else []
    if found and found[0].name.sound is not FALLBACK.id:
        return found
    z, raw = group
    faint = faint_words(audible(z))
    length, implied = float(profile @ profile), implied_by(scene)

    def fit(direction: Floats) -> float:
        said = float(direction @ profile)
        # Rounded so that the summation order of the rows can't swap two names.
        return round(said - UNEXPLAINED_COST * math.sqrt(max(length - said**2, 0.0)), 9)

    found = []
    for entry, direction in zip((*CATALOGUE, FALLBACK), (*DIRECTIONS, unit_of({})), strict=True):
        if not is_earned(entry, raw, traits, refused):
            continue
        if entry.id in SHRUGS and entry is not FALLBACK and (scene is None or not hold_for_most(entry, raw)):
            continue
        score = fit(direction) + (0.0 if entry.weights else SHRUG_SCORE)
        score -= PLAIN_COST * (entry.id in SHRUGS)
        score -= FAINT_COST * (not faint.isdisjoint(entry.main) and not entry.is_bright)
        score -= ECHO_COST * (not implied.isdisjoint(entry.main))
        if entry is FALLBACK and scene is None:
            score -= FALLBACK_COST
        if entry.claim is Claim.TALK:
            score += TALK_WORTH
        found.append(_Option(GroupName(sound=entry.id), entry.weights, score))
    for plain in plain_names(traits, refused, most=PLAIN_FEATURES - (scene is not None)):
        cost = COMPARED_COST if plain.compared else PLAIN_COST + THIRD_COST * (len(plain.leans) > 2)
        cost += ECHO_COST * (not implied.isdisjoint(plain.leans))
        cost += FAINT_COST * (not plain.compared and not faint.isdisjoint(plain.leans))
        cost += ELECTRIC_COST * (not plain.compared and ELECTRIC in plain.leans)
        if plain.compared and not WORTH_SAYING.issuperset(plain.leans):
            if scene is not None or len(plain.leans) > 1:
                continue
            cost += FAINT_COST
        name = plain
        if plain.is_one_word and scene is None:
            joined = with_comparison(plain, traits, refused)
            name = max(joined, key=lambda each: fit(unit_of(weights_of(each))), default=plain)
            if name.leans == (ELECTRIC,) and name.differs is None:
                continue
        weights = weights_of(name)
        found.append(_Option(name, weights, fit(unit_of(weights)) - cost))
    # The sort is stable: between equals the order of the catalogue and of the traits decides.
    return sorted(found, key=lambda option: -option.score)


def _best_assignment(options: Sequence[Sequence[_Option]], profiles: Floats, apart: Floats) -> list[_Option]:
    """Choose one option per group for the largest total, where names that repeat or mislead cost something.

    Branch and bound, exact: no group can do better than its best option beside those chosen before it.
    """
    every = [option for own in options for option in own]
    starts = np.cumsum([0, *map(len, options)]).tolist()
    owners = [group for group, own in enumerate(options) for _ in own]
    own_score, cost = np.array([option.score for option in every]), _costs(every, profiles[owners], apart)
    best: tuple[float, list[_Option]] = (float("-inf"), [])

    def descend(group: int, total: float, left: Floats, chosen: list[_Option]) -> None:
        nonlocal best
        rest = [left[own:end].max() for own, end in zip(starts[group:], starts[group + 1 :], strict=False)]
        if total + sum(rest) <= best[0] + 1e-9:
            return
        if group == len(options):
            best = total, chosen
            return
        for row in range(starts[group], starts[group + 1]):
            descend(group + 1, total + float(left[row]), left - cost[row], [*chosen, every[row]])

    descend(0, 0.0, own_score, [])
    return best[1]


def _costs(options: Sequence[_Option], profiles: Floats, apart: Floats) -> Floats:
    """Return what it costs to give two groups each two of n options, shape (n, n)."""
    directions = np.array([unit_of(option.weights) for option in options]).reshape(-1, len(SOUND_FEATURES))
    kinds = numbered([wording_of(option.name)[:-1] for option in options])
    costs = MISTAKEN_COST * mistaken_shares(directions, profiles, apart)
    costs += ALIKE_COST * np.maximum(directions @ directions.T - ALIKE, 0.0)
    costs += REPEAT_COST * (kinds[:, None] == kinds)
    return costs.round(9)  # as scores are


def _told_apart(names: list[GroupName], chosen: Sequence[_Option], profiles: Floats) -> tuple[GroupName, ...]:
    """Give every group but the best fitting of a shared name a modifier; number what sounds the same."""
    result = list(names)
    shared: dict[object, list[int]] = {}
    for group, name in enumerate(names):
        shared.setdefault(wording_of(name)[:-1], []).append(group)
    for alike in shared.values():
        first, *others = sorted(alike, key=lambda group: (-chosen[group].score, group))
        for group in others:
            # Of one wording, so that "calm & acoustic" and "acoustic & calm" are told apart as well.
            apart = profiles[group] - profiles
            result[group] = _modified(names[first], chosen[first].weights, apart, first, result)
    return tuple(result)


def _keep(
    kept: Sequence[GroupName | None], names: Sequence[GroupName], chosen: Sequence[_Option], profiles: Floats
) -> tuple[GroupName, ...]:
    """Give back the names that stay, and tell the new ones apart from them."""
    result = [before or name for before, name in zip(kept, names, strict=True)]
    for group, before in enumerate(kept):
        said = wording_of(result[group])
        same = next((other for other, name in enumerate(kept) if name and wording_of(name) == said), None)
        if before is None and same is not None:
            weights = chosen[group].weights
            result[group] = _modified(result[group], weights, profiles[group] - profiles, same, result)
    return tuple(result)


def _modified(
    base: GroupName, weights: Mapping[Feature, float], apart: Floats, same: int, names: Sequence[GroupName]
) -> GroupName:
    """Add how a group differs from its namesake, in a feature of which the name does not say the opposite."""
    base, taken = replace(base, differs=None), set(map(wording_of, names))
    difference = apart[same]
    if base.is_one_word:  # "Calm & faster" says it of all others
        beside = apart.sum(axis=0) / (len(apart) - 1)
        difference = np.where(np.sign(difference) * beside >= AUDIBLE, difference, 0.0)
    for column in np.argsort(-np.abs(difference) * TRUSTED, kind="stable"):
        feature = SOUND_FEATURES[column]
        is_heard = abs(difference[column]) >= AUDIBLE  # as nothing is that is not known
        if not is_heard or difference[column] * weights.get(feature, 0.0) < 0:
            continue
        modified = replace(base, differs=Lean(feature, bool(difference[column] > 0)))
        if wording_of(modified) not in taken and not modified.are_songs:
            return modified
    numbered_names = (replace(base, number=number) for number in count(2))
    return next(name for name in numbered_names if wording_of(name) not in taken)
