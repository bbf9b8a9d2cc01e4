"""Tell whether what a name says is true of a group."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from services.analysis.claims import Claim
from services.analysis.traits import STRONG
from services.analysis.vocabulary import CATALOGUE, FALLBACK, SHRUGS, Guard, Name
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.grouping import MORE_SUNG, GroupName, Lean, SoundName
from services.domain.report import Trait

AUDIBLE = 0.15
"""Spreads between two groups below which a comparison ("faster") would not be heard."""

AGAINST = 0.45
"""Weight of a feature in a name from which a trait of the other end contradicts it."""

PLAINLY = 2
"""Degree of a trait that a name may say: not what is only slightly so."""

MOST_ARE = 0.55
"""Share of the tracks that have to be in the middle each by itself for a name that says that."""

NODDED_FROM: Mapping[Lean, float] = MappingProxyType(
    {
        Lean(Feature.VALENCE, high=True): 0.95,
        Lean(Feature.LOUDNESS, high=False): 1.2,
        Lean(Feature.ENERGY, high=True): 0.6,
        Lean(Feature.ACOUSTICNESS, high=True): 0.9,
        Lean(Feature.ACOUSTICNESS, high=False): math.inf,
    }
)
"""Spreads from which readers who knew nothing nodded at a word about as often as not; below at one of four.
With "electric" it was never more.
"""

CLAIMED: Mapping[Lean, Claim] = MappingProxyType(
    {
        Lean(Feature.SPEECHINESS, high=True): Claim.WORDS,
        Lean(Feature.INSTRUMENTALNESS, high=True): Claim.INSTRUMENTAL,
        Lean(Feature.VALENCE, high=False): Claim.DARK,
        Lean(Feature.VALENCE, high=True): Claim.CHEERFUL,
        Lean(Feature.ACOUSTICNESS, high=True): Claim.ACOUSTIC,
        Lean(Feature.LOUDNESS, high=False): Claim.QUIET,
        Lean(Feature.ENERGY, high=False): Claim.CALM,
    }
)
"""What a plain word claims beyond the sound."""

_DENIED = frozenset({Claim.DARK, Claim.CHEERFUL, Claim.ACOUSTIC, Claim.QUIET, Claim.CALM})
"""What also a name of the catalogue may not say first where it is refused."""

CLEARLY_AUDIBLE, BORNE_OUT = 2.0, 1.25
"""How many times what is audible a group has to differ for a name that compares, and how many where it is
slightly so beside typical music too: "more energetic" of a group that is slightly energetic.
"""

BESIDE = 0.5
"""What a comparison after a plain word tells, in parts of the word."""

PLAIN_FEATURES = 3
"""The strongest traits, of which one or more make a plain name."""

MOST_COMPARED = 2
"""Comparisons in one name."""

_COMPARED_FROM = MappingProxyType(
    {
        Feature.VALENCE: (0.45, 0.45),
        Feature.SPEECHINESS: (math.inf, 0.08),
        Feature.INSTRUMENTALNESS: (0.1, 0.3),
        Feature.ACOUSTICNESS: (0.1, 0.3),
    }
)
"""Values up to which, and from which, a comparison may be said, whatever the rest is like: nobody calls
sombre music sunnier, a song wordier than an instrumental, rap more acoustic, or songs what is half not sung.
"""

_NEARLY_ONE = frozenset({Feature.ENERGY, Feature.LOUDNESS})
"""Who hears one hears the other: not two words of three."""

_ONE_SIDED = frozenset({Feature.SPEECHINESS, Feature.INSTRUMENTALNESS, Feature.LIVENESS})
"""That music is sung, in a studio, and not spoken is nothing to call it by."""

_UNSAID_BELOW = _ONE_SIDED | {Feature.DANCEABILITY}
"""Nor is it that one does not dance to it: neither to metal, nor to ballads, nor to symphonies."""

LITTLE_BELOW = _UNSAID_BELOW | {Feature.ACOUSTICNESS}
"""What little is said by beside the rest of a list."""

ELECTRIC = Lean(Feature.ACOUSTICNESS, high=False)
"""As half of all music is: said after other words."""

_UNHEARD = frozenset({Feature.TEMPO, Feature.LIVENESS})
"""No plain words: half of the calmest music is measured at twice its own tempo, and a studio with much
reverberation as live.
"""

WORTH_SAYING = frozenset(
    {
        *(Lean(Feature.ENERGY, high) for high in (True, False)),
        *(Lean(Feature.INSTRUMENTALNESS, high) for high in (True, False)),
        Lean(Feature.DANCEABILITY, high=True),
        Lean(Feature.SPEECHINESS, high=True),
    }
)
"""Comparisons that are said after what a group is. Nobody hears which of two kinds of rock is the sunnier,
and how loud a record is depends on who mastered it.
"""

COLUMN = {feature: column for column, feature in enumerate(SOUND_FEATURES)}

Traits = Sequence[Trait]
Floats = NDArray[np.float64]

ENTRIES: Mapping[SoundName | None, Name] = {name.id: name for name in (*CATALOGUE, FALLBACK)}


def holds(guard: Guard, raw: NDArray[np.float64], *, within_error: bool = False) -> bool:
    """Tell whether a group's own values, shape (n, 9), keep what a guard promises.

    Parameters
    ----------
    within_error
        Whether it may be missed by one standard error of the mean.
    """
    values = raw[:, COLUMN[guard.feature]]
    if guard.share:
        value = float(np.mean(values > 0.5))
    elif guard.middle or guard.feature is Feature.TEMPO:
        value = float(np.median(values))
    else:
        value = float(np.mean(values))
    spread = (values > 0.5) if guard.share else values
    slack = float(np.std(spread)) / math.sqrt(len(values)) if within_error else 0.0
    return guard.low - slack <= value <= guard.high + slack


def agrees(
    weights: Mapping[Feature, float], traits: Traits, *, least: int = 1, compared: bool = False
) -> bool:
    """Tell whether no trait is of the other end of a feature that a name says.

    Parameters
    ----------
    least
        Degree from which a trait counts.
    compared
        Whether traits count that are worded beside the rest of the list.
    """
    return not any(
        abs(weight := weights.get(trait.feature, 0.0)) >= AGAINST
        and trait.degree * weight < 0
        and abs(trait.degree) >= least
        and (compared or not trait.compared)
        for trait in traits
    )


def bears_out(lean: Lean, traits: Traits, *, least: int = 1, beside_the_rest: bool = False) -> bool:
    """Tell whether a trait says the same, beside typical music.

    Parameters
    ----------
    least
        Degree that it has to have.
    beside_the_rest
        Whether a trait will do that is worded beside the rest of the list, and only hardly so otherwise.
    """
    sign = 1 if lean.high else -1
    return any(
        trait.feature is lean.feature
        and (beside_the_rest or not trait.compared)
        and trait.degree * sign >= least
        and trait.z * sign > 0
        for trait in traits
    )


def faint_words(heard: Floats) -> frozenset[Lean]:
    """Return the words that listeners would not nod at, so little of them is heard.

    Parameters
    ----------
    heard
        How far the tracks of a group are heard to lie from the ordinary, shape (n, 9), in spreads.
    """
    mean = heard.mean(axis=0)
    return frozenset(
        lean
        for lean, least in NODDED_FROM.items()
        if mean[COLUMN[lean.feature]] * (1 if lean.high else -1) < least
    )


def hold_for_most(entry: Name, raw: Floats) -> bool:
    """Tell whether most tracks, shape (n, 9), keep each promise of a name by themselves."""
    return all(
        float(np.mean((values >= guard.low) & (values <= guard.high))) >= MOST_ARE
        for guard in entry.guards
        if not guard.share
        for values in [raw[:, COLUMN[guard.feature]]]
    )


def is_earned(entry: Name, raw: Floats, traits: Traits, refused: Collection[Claim]) -> bool:
    """Tell whether a name of the catalogue may be given: the group is plainly what it says first.

    Only slightly so will do for a name that says little, and where it is instrumental music: a fifth of it is
    heard.
    """
    slightly = {Feature.INSTRUMENTALNESS} if entry.id not in SHRUGS else set(SOUND_FEATURES)
    return (
        not _is_refused(entry, refused)
        and all(
            bears_out(lean, traits, least=1 if lean.feature in slightly else PLAINLY) for lean in entry.main
        )
        and agrees(entry.weights, traits)
        and all(holds(guard, raw) for guard in entry.guards)
    )


def still_true(name: GroupName, raw: Floats, traits: Traits, refused: Collection[Claim]) -> bool:
    """Tell whether a name that a group had may stay: what it says is still among the traits.

    A guard may be missed by one standard error of the group, a trait may have become slight, and a comparison
    half as plain: else names would come and go with single tracks. What says little by itself does not stay.
    """
    if any(CLAIMED.get(lean) in refused for lean in (*name.leans, *_beside_of(name))):
        return False
    if name.sound is not None:
        entry = ENTRIES[name.sound]
        return (
            (name.scene is not None or name.sound not in SHRUGS)
            and not _is_refused(entry, refused)
            and all(bears_out(lean, traits, beside_the_rest=True) for lean in entry.main)
            and agrees(entry.weights, traits, least=PLAINLY)
            and all(holds(guard, raw, within_error=True) for guard in entry.guards)
        )
    compared = _beside_of(name)
    if name.compared:
        compared += name.leans
    elif not all(bears_out(lean, traits, beside_the_rest=True) for lean in name.leans):
        return False
    return all(
        any(
            trait.feature is lean.feature
            and trait.contrast * (sign := 1 if lean.high else -1) >= AUDIBLE / 2
            and trait.degree * sign > -PLAINLY
            for trait in traits
        )
        for lean in compared
    )


def said_by(name: GroupName | None) -> frozenset[Feature]:
    """Return what has to be among the traits of a group that is called so."""
    if name is None:
        return frozenset()
    if name.sound is not None:
        return frozenset(lean.feature for lean in ENTRIES[name.sound].main)
    return frozenset(lean.feature for lean in (*name.leans, *_beside_of(name)))


def _beside_of(name: GroupName) -> tuple[Lean, ...]:
    """Return the comparison that joins a single word."""
    return (name.differs,) if name.differs is not None and name.is_one_word else ()


def weights_of(name: GroupName) -> Mapping[Feature, float]:
    """Return how much of each feature a name says."""
    if name.sound is not None:
        return ENTRIES[name.sound].weights
    said = {lean.feature: 1.0 if lean.high else -1.0 for lean in name.leans}
    if name.differs is not None:
        said[name.differs.feature] = BESIDE if name.differs.high else -BESIDE
    return said


def unit_of(weights: Mapping[Feature, float]) -> Floats:
    """Return the direction of some weights, shape (9,), of length 1."""
    direction = np.zeros(len(SOUND_FEATURES))
    for feature, weight in weights.items():
        direction[COLUMN[feature]] = weight
    return direction / (float(np.linalg.norm(direction)) or 1.0)


DIRECTIONS = np.array([unit_of(name.weights) for name in CATALOGUE])


def plain_names(traits: Traits, refused: Collection[Claim], *, most: int) -> Iterator[GroupName]:
    """Yield plain names: traits, or what differs from the rest.

    Up to `most` strong traits, or up to `MOST_COMPARED` comparisons.
    """
    strongest, telling = (words[:PLAIN_FEATURES] for words in _words_of(_sayable(traits, refused)))
    strongest.sort(key=lambda lean: lean == ELECTRIC)
    for count in range(1, most + 1):
        for leans in combinations(strongest, count):
            if count < PLAIN_FEATURES or not {lean.feature for lean in leans} >= _NEARLY_ONE:
                yield GroupName(leans=leans)
    for count in range(1, MOST_COMPARED + 1):
        yield from (GroupName(leans=leans, compared=True) for leans in combinations(telling, count))


def with_comparison(name: GroupName, traits: Traits, refused: Collection[Claim]) -> list[GroupName]:
    """Join a name of one word by each comparison that may: alone it says little.

    One that is merely heard will do, of a feature of which the traits do not say the opposite; that one does
    not dance to it only where there is no other. What is plainly so is said in a plain word.
    """
    (lean,) = name.leans
    plain, _ = _words_of(_sayable(traits, refused))
    beside = [
        Lean(trait.feature, trait.contrast > 0)
        for trait in _sayable(traits, refused)
        if abs(trait.contrast) >= AUDIBLE * BORNE_OUT
        and trait.degree * trait.contrast >= 0
        and _may_compare(trait)
        and trait.feature is not lean.feature
        and not {trait.feature, lean.feature} <= _NEARLY_ONE
    ]
    telling = (
        [other for other in beside if _tells(other, traits, little)]
        for little in (LITTLE_BELOW, _UNSAID_BELOW)
    )
    chosen = next(filter(None, telling), beside)
    return [replace(name, differs=other) for other in chosen if name.compared or other not in plain]


def _sayable(traits: Traits, refused: Collection[Claim]) -> list[Trait]:
    return [
        trait
        for trait in traits
        if trait.feature not in _UNHEARD
        and not any(
            CLAIMED.get(Lean(trait.feature, end > 0)) in refused
            for end, heard in ((trait.degree, 1), (trait.contrast, AUDIBLE))
            if abs(end) >= heard
        )
    ]


def _tells(lean: Lean, traits: Traits, little: Collection[Feature]) -> bool:
    """Whether a comparison tells something: of less of `little` only songs do, beside what is hardly sung."""
    return (
        lean.high
        or lean.feature not in little
        or (
            lean == MORE_SUNG
            and any(each.feature is lean.feature and each.contrast <= -STRONG for each in traits)
        )
    )


def _may_compare(trait: Trait) -> bool:
    """Whether what a comparison says does not sound wrong of the group for itself."""
    low, high = _COMPARED_FROM.get(trait.feature, (math.inf, -math.inf))
    return trait.value >= high if trait.contrast > 0 else trait.value <= low


def _is_refused(entry: Name, refused: Collection[Claim]) -> bool:
    """Whether the genre words of a group are against a name of the catalogue."""
    claims = {CLAIMED.get(lean) for lean in (*entry.main, *entry.promised)} & _DENIED
    return not {entry.claim, *claims}.isdisjoint(refused)


def _words_of(traits: Traits) -> tuple[list[Lean], list[Lean]]:
    """Return what is plainly so, and what is clearly so beside the rest, the strongest first."""
    absolute, compared = [], []
    energy = next((trait.degree for trait in traits if trait.feature is Feature.ENERGY), 0)
    for trait in traits:
        if trait.compared:
            if _may_compare(trait):
                compared.append(Lean(trait.feature, trait.degree > 0))
        elif trait.feature is Feature.LOUDNESS and trait.degree * energy <= 0:
            # Old recordings are quiet however lively the music, and remastered ones loud.
            continue
        elif trait.degree * trait.z > 0 and (
            trait.degree >= PLAINLY or (-trait.degree >= PLAINLY and trait.feature not in _UNSAID_BELOW)
        ):
            absolute.append(Lean(trait.feature, trait.degree > 0))
        elif (
            _may_compare(trait)
            and trait.degree * trait.contrast >= 0
            and abs(trait.contrast) >= AUDIBLE * (BORNE_OUT if trait.degree else CLEARLY_AUDIBLE)
        ):
            compared.append(Lean(trait.feature, trait.contrast > 0))
    # "Less danceable" and "more electric" only where nothing else sets a group apart.
    telling = [lean for lean in compared if _tells(lean, traits, LITTLE_BELOW)]
    return absolute, telling or compared[:1]
