"""Say what Tastemap does, and how a score comes about."""

from __future__ import annotations

from services.domain.scoring import Calibration
from services.domain.vocabulary import share_words

SOUND = (
    "**{sound:.0f} points are sound.** Each measured track is a point in a space in which music that people "
    "put on one playlist lies close together. *s* is the square root of the energy distance between your "
    "points and theirs: 0 if both could have come from one person, larger the more the means, the spreads "
    "or the moods differ. No list looks further away only because it is short."
)
ARTISTS = (
    "**{artists:.0f} points are artists.** The overlap is the number of artists you share in parts of the "
    "smaller collection, as expected among {draw} tracks of each of you, so that it does not grow with a "
    "library; from {full:.0f}% on it counts in full."
)
GENRES = (
    "**Genre words count as far as they are known:** in full where {full:.0f}% of everybody's tracks have "
    "them, in proportion below. The affinity is how often a track of yours and one of theirs share genres, "
    "rare ones more, in parts of how often two of your own do: 0 without a common one, 1 for one taste."
)
GENRE_FORMULA = (
    "```\nwith genres = (1 − g) · score + 100 · g · affinity\n"
    "g = {genres:g} · min(1, share of tracks with genres / {full:g})\n```"
)
PARTS = (
    "Where artists are not known, sound counts for them; where genres are not, they are left out. "
    "Shared songs are listed, and not counted once more."
)
MEANING = (
    "**What the numbers mean.** Measured with genre words on people whose playlists are public; the median, "
    "and where nine of ten lie:"
)
READING = (
    "“More alike than 8 of 10 pairs of strangers” counts pairs of people as they bring their music, by the "
    "tracks of the smaller side and by what genre words count. From the median of two lists of one person on "
    "it is “as alike as two lists of one person”."
)
SURE = (
    "**How sure it is.** The range behind a score holds about nine of ten scores that other tracks of the "
    "same two people would give; with 20 tracks each it is wide. Scores less than a point apart are a tie."
)
COUNTS = (
    "**What counts.** Measured tracks count 1, tracks whose sound is estimated {weight:g}. Below {fewest} "
    "measured tracks there is no score: “not enough data”. Below {number} it is said as a range alone."
)
NOT = (
    "**What it is not.** It compares the playlists that were brought, not people. Keys, lyrics and how "
    "often something is played are not in it."
)


def calibration_line(row: Calibration) -> str:
    """Say what two lists of one person score, and two people."""
    same, different = row.same, row.different
    one_person = f"two lists of one person {same.median:.0f} ({same.low:.0f}–{same.high:.0f})"
    two_people = f"two people {different.median:.0f} ({different.low:.0f}–{different.high:.0f})"
    return f"- {row.tracks} tracks each: {one_person}, {two_people}, lower {share_words(row.auc)} of the time"
