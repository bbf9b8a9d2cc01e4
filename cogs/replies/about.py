"""The card that explains the compatibility score."""

from __future__ import annotations

from cogs.replies.layout import Reply, rule, text
from cogs.words.help import (
    ARTISTS,
    COUNTS,
    GENRE_FORMULA,
    GENRES,
    MEANING,
    NOT,
    PARTS,
    READING,
    SOUND,
    SURE,
    calibration_line,
)
from cogs.words.text import small
from services.domain.comparison import FEWEST_FOR_A_NUMBER, FEWEST_MEASURED
from services.domain.scoring import ARTIST_DRAW, ScoreRules

_SOUND_FORMULA = "```\nsound = 100 · 2^−(s / {scale:g})^{power:g}\n```"
_SCORE_FORMULA = "```\nscore = {part:g} · sound\n      + {artists:.0f} · √min(1, overlap / {overlap:g})\n```"


def score_card(rules: ScoreRules) -> Reply:
    """Explain what the score is made of, what its numbers mean, and what it does not say."""
    artists = 100 - 100 * rules.sound_part
    blocks = [
        text("## The compatibility score", "From 0 to 100, the same from both sides, 100 with yourself."),
        text(
            SOUND.format(sound=100 * rules.sound_part),
            _SOUND_FORMULA.format(scale=rules.sound_scale, power=rules.sound_power),
        ),
        text(
            ARTISTS.format(artists=artists, full=100 * rules.overlap_full, draw=ARTIST_DRAW),
            _SCORE_FORMULA.format(part=rules.sound_part, artists=artists, overlap=rules.overlap_full),
        ),
        text(
            GENRES.format(full=100 * rules.genre_full),
            GENRE_FORMULA.format(genres=rules.genre_part, full=rules.genre_full),
            PARTS,
        ),
        rule(),
    ]
    if rules.calibration:
        lines = [calibration_line(row) for row in rules.calibration]
        blocks += [text(MEANING, *lines, READING), rule()]
    blocks += [
        text(SURE),
        text(COUNTS.format(weight=rules.imputed_weight, fewest=FEWEST_MEASURED, number=FEWEST_FOR_A_NUMBER)),
        text(NOT),
        text(small(f"Where the numbers come from: {rules.learned_from}.")),
    ]
    return Reply(tuple(blocks))
