from __future__ import annotations

from dataclasses import replace

import pytest

from cogs.words.ordering import gain_words, goal_words
from services.domain.features import AudioFeatures
from services.domain.music import Track
from services.domain.ordering import Figures, Goal
from services.domain.report import EnrichedTrack


@pytest.mark.parametrize(
    ("goal", "key", "mode", "words"),
    [
        (Goal.HARMONIC, 9.0, 0.0, "in key"),
        (Goal.HARMONIC, 9.0, None, "no key known"),
        (Goal.HARMONIC, None, None, "no key known"),
        (Goal.WAVE, None, None, "wave"),
    ],
)
def test_an_order_is_in_key_only_where_a_key_is_known(goal, key, mode, words):
    features = AudioFeatures(key=key, mode=mode)
    tracks = [
        EnrichedTrack(track=Track(title="One"), features=AudioFeatures(), provenance={}),
        EnrichedTrack(track=Track(title="Two"), features=features, provenance={}),
    ]
    assert goal_words(goal, tracks) == words


def figures(harmonic: float | None, jump: float | None, artists: int = 0) -> Figures:
    return Figures(0.4, harmonic, jump, artists, None)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            figures(0.18, 15.0),
            figures(0.61, 3.0),
            "Smoother: 61% of the changes are in key (18% before), jumps of 3 BPM instead of 15.",
        ),
        (figures(None, 15.0), figures(None, 14.8), "Jumps of 15 BPM as before."),
        (
            figures(None, 15.0, 4),
            figures(None, 3.0, 1),
            "Smoother: jumps of 3 BPM instead of 15, once the same artist in a row (4 times before).",
        ),
        (
            figures(0.18, 15.0),
            replace(figures(0.61, 3.0), known_keys=0.3, measured_tempi=0.4),
            (
                "Smoother: 61% of the changes between known keys are in key (18% before), "
                "jumps of 3 BPM instead of 15 where tempi are measured."
            ),
        ),
        (
            figures(None, None),
            figures(None, None),
            "Too few keys and measured tempi are known to count; the order follows the other features.",
        ),
    ],
)
def test_an_order_says_its_gain_in_keys_and_bpm(before: Figures, after: Figures, said: str) -> None:
    assert gain_words(before, after) == said
