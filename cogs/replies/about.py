"""The card that explains the compatibility score."""

from __future__ import annotations

from cogs.replies.layout import Reply, rule, small, text
from services.domain.comparison import FEWEST_FOR_A_NUMBER, FEWEST_MEASURED
from services.domain.scoring import ARTIST_DRAW, Calibration, ScoreRules
from services.domain.vocabulary import share_words

_SOUND = (
    "**{sound:.0f} points are sound.** Each measured track is a point in a space in which music that people "
    "put on one playlist lies close together. *s* is the square root of the energy distance between your "
    "points and theirs: 0 if both could have come from one person, larger the more the means, the spreads "
    "or the moods differ. No list looks further away only because it is short."
)
_SOUND_FORMULA = "```\nsound = 100 · 2^−(s / {scale:g})^{power:g}\n```"
_ARTISTS = (
    "**{artists:.0f} points are artists.** The overlap is the number of artists you share in parts of the "
    "smaller collection, as expected among {draw} tracks of each of you, so that it does not grow with a "
    "library; from {full:.0f}% on it counts in full."
)
_SCORE_FORMULA = "```\nscore = {part:g} · sound\n      + {artists:.0f} · √min(1, overlap / {overlap:g})\n```"
_GENRES = (
    "**Genre words count as far as they are known:** in full where {full:.0f}% of everybody's tracks have "
    "them, in proportion below. The affinity is how often a track of yours and one of theirs share genres, "
    "rare ones more, in parts of how often two of your own do: 0 without a common one, 1 for one taste."
)
_GENRE_FORMULA = (
    "```\nwith genres = (1 − g) · score + 100 · g · affinity\n"
    "g = {genres:g} · min(1, share of tracks with genres / {full:g})\n```"
)
_PARTS = (
    "Where artists are not known, sound counts for them; where genres are not, they are left out. "
    "Shared songs are listed, and not counted once more."
)
_MEANING = (
    "**What the numbers mean.** Measured with genre words on people whose playlists are public; the median, "
    "and where nine of ten lie:"
)
_READING = (
    "“More alike than 8 of 10 pairs of strangers” counts pairs of people as they bring their music, by the "
    "tracks of the smaller side and by what genre words count. From the median of two lists of one person on "
    "it is “as alike as two lists of one person”."
)
_SURE = (
    "**How sure it is.** The range behind a score holds about nine of ten scores that other tracks of the "
    "same two people would give; with 20 tracks each it is wide. Scores less than a point apart are a tie."
)
_COUNTS = (
    "**What counts.** Measured tracks count 1, tracks whose sound is estimated {weight:g}. Below {fewest} "
    "measured tracks there is no score: “not enough data”. Below {number} it is said as a range alone."
)
_NOT = (
    "**What it is not.** It compares the playlists that were brought, not people. Keys, lyrics and how "
    "often something is played are not in it."
)


def score_card(rules: ScoreRules) -> Reply:
    """Explain what the score is made of, what its numbers mean, and what it does not say."""
    artists = 100 - 100 * rules.sound_part
    blocks = [
        text("## The compatibility score", "From 0 to 100, the same from both sides, 100 with yourself."),
        text(
            _SOUND.format(sound=100 * rules.sound_part),
            _SOUND_FORMULA.format(scale=rules.sound_scale, power=rules.sound_power),
        ),
        text(
            _ARTISTS.format(artists=artists, full=100 * rules.overlap_full, draw=ARTIST_DRAW),
            _SCORE_FORMULA.format(part=rules.sound_part, artists=artists, overlap=rules.overlap_full),
        ),
        text(
            _GENRES.format(full=100 * rules.genre_full),
            _GENRE_FORMULA.format(genres=rules.genre_part, full=rules.genre_full),
            _PARTS,
        ),
        rule(),
    ]
    if rules.calibration:
        lines = [_calibration_line(row) for row in rules.calibration]
        blocks += [text(_MEANING, *lines, _READING), rule()]
    blocks += [
        text(_SURE),
        text(_COUNTS.format(weight=rules.imputed_weight, fewest=FEWEST_MEASURED, number=FEWEST_FOR_A_NUMBER)),
        text(_NOT),
        text(small(f"Where the numbers come from: {rules.learned_from}.")),
    ]
    return Reply(tuple(blocks))


def _calibration_line(row: Calibration) -> str:
    same, different = row.same, row.different
    one_person = f"two lists of one person {same.median:.0f} ({same.low:.0f}–{same.high:.0f})"
    two_people = f"two people {different.median:.0f} ({different.low:.0f}–{different.high:.0f})"
    return f"- {row.tracks} tracks each: {one_person}, {two_people}, lower {share_words(row.auc)} of the time"
