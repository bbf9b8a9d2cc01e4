"""Say how groups sound: what sets one apart, and the whole of it in one line."""

from __future__ import annotations

from services.domain.comparison import UnionGroup
from services.domain.report import Cluster, GroupWords, Level, Trait
from services.domain.vocabulary import COMPARATIVES, FEATURE_WORDS, bpm_words, share_words

_BETWEEN = " · "


def level_words(level: Level) -> str:
    """Say how far to which side a group lies: "very calm", "calmer than the rest", "average energy"."""
    if not level.degree:
        return f"average {level.feature.value}"
    if level.compared:
        return f"{COMPARATIVES[level.feature][level.degree > 0]} than the rest"
    low, high = FEATURE_WORDS[level.feature].grades
    return (high if level.degree > 0 else low)[abs(level.degree) - 1]


def trait_words(trait: Trait) -> str:
    """Say a trait: "very calm"."""
    return trait.words or level_words(trait.level)


def trait_numbers(trait: Trait) -> str:
    """Say the numbers behind a trait: "energy 0.21 (typical 0.65)"."""
    if trait.numbers:
        return trait.numbers
    if trait.range_bpm is not None:
        return f"{trait.feature.value} {bpm_words(trait.range_bpm)} (typical {trait.typical:.0f})"
    if trait.without_singing is not None:
        some, whole = trait.without_singing
        return f"{some:,} of {whole:,} without singing"
    said = FEATURE_WORDS[trait.feature].number
    return said.format(name=trait.feature.value, value=trait.value, typical=trait.typical).replace("-", "−")


def sound_words(group: Cluster | UnionGroup) -> str:
    """Say how a group sounds: "very calm, acoustic, quiet"."""
    if group.blurb:  # as an older version had stored it
        return group.blurb.partition(_BETWEEN)[0]
    return ", ".join(map(level_words, group.levels)) or "close to average in everything"


def measures(group: Cluster | UnionGroup, *, with_tempo: bool = True) -> str:
    """Say tempo and mode, where they are known: "about 92 BPM · 70% major"."""
    tempo = "" if group.tempo_range_bpm is None or not with_tempo else bpm_words(group.tempo_range_bpm)
    mode = "" if group.major_share is None else f"{share_words(group.major_share)} major"
    return _BETWEEN.join(filter(None, (tempo, mode)))


def group_line(group: Cluster | UnionGroup) -> str:
    """Say a group in one line: "very calm, acoustic, quiet · about 92 BPM · 70% major"."""
    return group.blurb or _BETWEEN.join(filter(None, (sound_words(group), measures(group))))


def group_words(cluster: Cluster) -> GroupWords:
    """Say all that a file tells of a group."""
    traits = tuple((trait_words(trait), trait_numbers(trait)) for trait in cluster.traits)
    return GroupWords(group_line(cluster), traits)
