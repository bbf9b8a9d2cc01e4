"""What people call the features and their two ends: the one table that names, drawings and sentences share.

It stands here, and imports nothing but other values, because a worker process draws with these words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from services.domain.features import Feature
from services.domain.ordering import Goal

Grades = tuple[str, str, str]
"""Slightly so, so, and very much so."""


def _graded(word: str) -> Grades:
    return (f"slightly {word}", word, f"very {word}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureWords:
    """How people call a feature, where something lies on it, and where it lies beside something else."""

    name: str
    low: str
    high: str
    """Its ends as charts name them."""
    very_low: str = ""
    very_high: str = ""
    """Far out; "very" goes before an end that has no word of its own."""
    low_grades: Grades = ("", "", "")
    high_grades: Grades = ("", "", "")
    """The ends as traits of a group; made of `low` and `high` where nothing is given."""
    number: str = "{name} {value:.2f} (typical {typical:.2f})"
    less: str
    more: str
    """One group beside another."""
    poles: tuple[str, str]
    """What lies left or below on the map, and what right or above."""
    leap: tuple[str, str] | None = None
    """From one track of an order to the next; None where a leap is said in other words, or not at all."""

    @property
    def grades(self) -> tuple[Grades, Grades]:
        """Return the grades of both ends."""
        return (
            self.low_grades if any(self.low_grades) else _graded(self.low),
            self.high_grades if any(self.high_grades) else _graded(self.high),
        )


def share_words(share: float) -> str:
    """Say a share of 0 to 1 in percent: 100% is all, and less than half a percent is not nothing."""
    if 0 < share < 0.005:
        return "<1%"
    return f"{min(round(100 * share), 99 if share < 1 else 100)}%"


def bpm_words(range_bpm: tuple[float, float]) -> str:
    """Say how fast tracks are, by both ends of their tempo: "about 92 BPM", "mostly 90 to 140 BPM"."""
    low, high = range_bpm
    return f"about {low:.0f} BPM" if low == high else f"mostly {low:.0f} to {high:.0f} BPM"


GOAL_NAMES: Mapping[Goal, str] = MappingProxyType(
    {goal: goal.value for goal in Goal}
    | {
        Goal.FLOW: "smoothest",
        Goal.WARM_UP: "warm-up to peak",
        Goal.COOL_DOWN: "peak to cool-down",
        Goal.TEMPO_UP: "tempo up",
        Goal.HARMONIC: "in key",
    }
)
"""How people call what an order is after."""

FEATURE_WORDS: Mapping[Feature, FeatureWords] = MappingProxyType(
    {
        Feature.DANCEABILITY: FeatureWords(
            name="Danceability",
            low="less danceable",
            very_low="not for dancing",
            high="danceable",
            low_grades=("slightly less danceable than most", "less danceable than most", "not for dancing"),
            less="less danceable",
            more="more danceable",
            poles=("less danceable", "danceable"),
            leap=("far less danceable", "far more danceable"),
        ),
        Feature.ENERGY: FeatureWords(
            name="Energy",
            low="calm",
            high="energetic",
            less="calmer",
            more="livelier",
            poles=("calmer", "livelier"),
            leap=("much calmer", "much livelier"),
        ),
        Feature.LOUDNESS: FeatureWords(
            name="Loudness",
            low="quiet",
            high="loud",
            number="loudness {value:.1f} dB (typical {typical:.1f} dB)",
            less="quieter",
            more="louder",
            poles=("quieter", "louder"),
            leap=("much quieter", "much louder"),
        ),
        Feature.SPEECHINESS: FeatureWords(
            name="Speech",
            low="few words",
            high="wordy",
            very_low="hardly any words",
            low_grades=("hardly any spoken words",) * 3,
            high_grades=("some spoken words", "wordy", "lots of words"),
            less="less wordy",
            more="wordier",
            poles=("sung", "more spoken"),
            leap=("far fewer words", "far more words"),
        ),
        Feature.ACOUSTICNESS: FeatureWords(
            name="Acousticness",
            low="electric",
            high="acoustic",
            less="more electric",
            more="more acoustic",
            # Backwards: on the map, acoustic sits with calm.
            poles=("acoustic", "electronic-sounding"),
            leap=("far less acoustic", "far more acoustic"),
        ),
        Feature.INSTRUMENTALNESS: FeatureWords(
            name="Instrumental",
            low="sung",
            high="instrumental",
            very_low="sung throughout",
            low_grades=("mostly sung", "sung", "sung throughout"),
            high_grades=("partly instrumental", "mostly instrumental", "nearly all instrumental"),
            less="more sung",
            more="more instrumental",
            poles=("vocal", "instrumental"),
            leap=("voices come in", "voices drop out"),
        ),
        Feature.LIVENESS: FeatureWords(
            name="Liveness",
            low="studio sound",
            high="live sound",
            very_low="studio sound",
            very_high="very live",
            low_grades=("studio sound",) * 3,
            high_grades=("a touch of live sound", "live sound", "very live"),
            less="more studio-like",
            more="more live",
            poles=("studio", "live"),
        ),
        Feature.VALENCE: FeatureWords(
            name="Mood",
            low="dark",
            high="cheerful",
            less="darker",
            more="sunnier",
            poles=("darker", "brighter"),
            leap=("much darker", "much brighter"),
        ),
        Feature.TEMPO: FeatureWords(
            name="Tempo",
            low="slow",
            high="fast",
            number="tempo about {value:.0f} BPM (typical {typical:.0f})",
            less="slower",
            more="faster",
            poles=("slower", "faster"),
        ),
    }
)


def major_words(share: float | None, known: int | None, of: int) -> str:
    """Say how much is in a major key, or nothing: "70% major", "70% major (of 12)" of which that is known."""
    if share is None:
        return ""
    return f"{share_words(share)} major" + (f" (of {known:,})" if known is not None and known < of else "")


COMPARATIVES: Mapping[Feature, tuple[str, str]] = MappingProxyType(
    {feature: (words.less, words.more) for feature, words in FEATURE_WORDS.items()}
)
"""How one group differs from another in a feature: (less, more)."""
