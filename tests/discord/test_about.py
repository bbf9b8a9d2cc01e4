"""`/about`: the formulas are published, with the numbers that the code uses."""

from __future__ import annotations

from services.analysis.comparison.rules import load_rules
from services.domain.comparison import (
    FEWEST_ARTISTS_FOR_A_NUMBER,
    FEWEST_FOR_A_NUMBER,
    FEWEST_MEASURED,
    WIDEST_FOR_A_NUMBER,
)
from tests.discord.cards import check_message, text_of
from tests.discord.conftest import Room

NARROW = 27
"""Letters of a line of code on a screen 390 wide."""


async def test_explains_the_score_to_whoever_asks(room: Room) -> None:
    card = (await room.ann.slash(room.channel, "about score")).response
    assert card.ephemeral
    check_message(card)
    words = text_of(card)
    rules = load_rules()
    assert f"sound =\n  100 · 2^−(s / {rules.sound_scale:g})^{rules.sound_power:g}" in words
    formulas = "".join(words.split("```")[1::2]).splitlines()
    assert max(map(len, formulas)) <= NARROW, "a phone cuts off what is wider"
    assert f"score = {rules.sound_part:g} · sound" in words
    assert f"log(1 + {rules.overlap_full:g} / {rules.overlap_unit:g})" in words
    assert f"Below {FEWEST_MEASURED} measured tracks there is no score" in words
    assert f"Below {FEWEST_FOR_A_NUMBER} tracks or {FEWEST_ARTISTS_FOR_A_NUMBER} artists" in words
    assert f"wider than {WIDEST_FOR_A_NUMBER:.0f} points, it is a range alone" in words
    assert f"score · (1 − {rules.explicit_part:g} · gap)" in words
    for row in rules.calibration:
        assert f"{row.tracks} tracks each: two lists of one person {row.same.median:.0f}" in words
        assert f"two people {row.different.median:.0f}" in words
    assert rules.learned_from in words
    assert room.posts() == []
