"""Say what Tastemap does, and how a score comes about."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from cogs.words.text import escape, moment, plural, small
from services.domain.comparison import FEWEST_FOR_A_NUMBER, FEWEST_MEASURED
from services.domain.report import ReportSummary
from services.domain.scoring import ARTIST_DRAW, Calibration, ScoreRules
from services.domain.vocabulary import share_words

_FILE = (
    "Open exportify.net, log in there and export a playlist as CSV. Then run `/analyze` and attach the file."
)
_OTHERS = (
    "Exports of exportify.app, TuneMyMusic, Soundiiz, Chosic, your Spotify account data (ZIP or JSON) "
    "and plain "
    "lists of track links work too, and so do lists of names from Apple Music, YouTube or a DJ program."
)
_CONNECTED = (
    "`/analyze playlist:` maps one of yours, also your Liked Songs; `/playlists` lists what I can read."
)
_CONNECT = "Or connect Spotify with `/login`, and choose from your own playlists."
_ENDED = "Your consent at Spotify has ended. Renew it with `/login` to use your own playlists again."
_NEXT = (
    "Pick a group on the map to see its tracks, press *Numbers* to count what is in it, "
    "*Quality* to see how much of it is measured, "
    "*Outliers* to see what stands out and what is there twice, *Poster* for a picture to post, or *Export* "
    "to take the data along; `/drift` says what changed since last time. "
    "*By style and era* looks at years and artists too; `groups:` tries another "
    "number of groups; with `private:` only you see the result."
)
_IMPROVE = (
    "`/optimize` puts a playlist in an order that flows, `/tidy` finds duplicates and misfits, `/split` "
    "makes several "
    "playlists of one. You see everything before it happens, and `/undo` takes it back."
)
_TOGETHER = (
    "`/compare` asks somebody whether your playlists get along, `/group start` opens a round for up to "
    "25 people, "
    "and `/blend` makes a playlist for all of them. `/map server` has everybody on one map who wants to be. "
    "Nobody is in without having said yes."
)
_ELSEWHERE = (
    "Somebody posted an export or Spotify links? Open the menu of that message: **Apps → Analyze playlist**. "
    "The answer is private until you press *Share*."
)
_YOURS = "`/me` shows what I know about you, `/privacy` says what is kept, `/forget` erases it."
_ABOUT = (
    "Audio features come from the file or from ReccoBeats, a third party that gets track ids and nothing "
    "about you; tempo and key may be wrong. Not affiliated with Spotify."
)


_SOUNDS = "Sound files are measured too: MP3, Ogg Vorbis, Opus, FLAC, WAV and AIFF, ten at once."
_NAMES = (
    "Your name at ListenBrainz or Last.fm does as well, where your lists are public: "
    "`/analyze from:listenbrainz:NAME`."
)
_SOUND = (
    "**{sound:.0f} points are sound.** Each measured track is a point in a space in which music that people "
    "put on one playlist lies close together. *s* is the square root of the energy distance between your "
    "points and theirs: 0 if both could have come from one person, larger the more the means, the spreads "
    "or the moods differ. No list looks further away only because it is short."
)
_ARTISTS = (
    "**{artists:.0f} points are artists.** The overlap is the number of artists you share in parts of the "
    "smaller collection, as expected among {draw} tracks of each of you, so that it does not grow with a "
    "library; from {full:.0f}% on it counts in full."
)
_GENRES = (
    "**Genre words count as far as they are known:** in full where {full:.0f}% of everybody's tracks have "
    "them, in proportion below. The affinity is how often a track of yours and one of theirs share genres, "
    "rare ones more, in parts of how often two of your own do: 0 without a common one, 1 for one taste."
)
_GENRE_FORMULA = (
    "```\nwith genres =\n  (1 − g) · score\n  + 100 · g · affinity\n"
    "g = {genres:g} · min(1,\n  share with genres / {full:g})\n```"
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
    "“More alike than most pairs of strangers” counts pairs of people as they bring their music, by the "
    "tracks of the smaller side and by what genre words count; it is said where the lower end of the score, "
    "with the error of these tracks, is above half of them, and “three of four” where it is above 80%. From "
    "the median of two lists of one person on it is “as alike as two lists of one person”."
)
_SURE = (
    "**How sure it is.** The range behind a score holds about nine of ten scores that other tracks of the "
    "same two people would give; with 20 tracks each it is wide. Who is most alike or a lone wolf is said "
    "where it is so nine times of ten within the error of the scores."
)
_COUNTS = (
    "**What counts.** Measured tracks count 1, tracks whose sound is estimated {weight:g}. Below {fewest} "
    "measured tracks there is no score: “not enough data”. Below {number} it is said as a range alone."
)
_NOT = (
    "**What it is not.** It compares the playlists that were brought, not people. Keys, lyrics and how "
    "often something is played are not in it."
)
# No line of a formula is wider than a phone.
_SOUND_FORMULA = "```\nsound =\n  100 · 2^−(s / {scale:g})^{power:g}\n```"
_SCORE_FORMULA = (
    "```\nscore = {part:g} · sound\n  + {artists:.0f} · √min(1,\n      overlap / {overlap:g})\n```"
)
HELP_LINES = ("## Tastemap", "I draw a map of how a playlist *sounds*, and say how much of it I really know.")
LAST_LINES = (small(_YOURS), small(_ABOUT))
FILE_LINES = ("## What I can read", f"**A file**: {_FILE}", _OTHERS, _SOUNDS)


class HelpTopic(StrEnum):
    """What a `HELP` button tells about."""

    START = "start"
    FILES = "files"
    MAP = "map"
    LISTS = "lists"
    TOGETHER = "together"


TOPICS = {
    HelpTopic.FILES: "What I can read",
    HelpTopic.MAP: "With a map",
    HelpTopic.LISTS: "Better playlists",
    HelpTopic.TOGETHER: "Together",
}
TOPIC_LINES = {
    HelpTopic.MAP: (_NEXT,),
    HelpTopic.LISTS: (_IMPROVE,),
    HelpTopic.TOGETHER: (_TOGETHER, _ELSEWHERE),
}


class LinkState(StrEnum):
    """Where a person stands with Spotify."""

    FILES_ONLY = "files only"
    """This installation has no Spotify app."""
    UNLINKED = "unlinked"
    LINKED = "linked"
    ENDED = "ended"


def latest_lines(recent: Sequence[ReportSummary]) -> list[str]:
    """List the latest maps of a person."""
    lines = [
        f"- {escape(entry.name)} · {plural(entry.tracks, 'track')} · {moment(entry.created_at)}"
        for entry in recent
    ]
    return ["**Your latest maps**", *lines]


def other_ways(*, has_spotify: bool, has_lists: bool) -> list[str]:
    """Say what can be read without a file."""
    return [_NAMES if has_lists else "", _CONNECT if has_spotify else ""]


def start_lines(recent: Sequence[ReportSummary], state: LinkState) -> list[str]:
    """Say what to begin with."""
    match state:
        case LinkState.LINKED:
            return [
                "**Start here**" if not recent else "**More maps**",
                _CONNECTED,
                small(f"Or a file: {_FILE}"),
            ]
        case LinkState.ENDED:
            return ["**Start here**", _ENDED, small(f"Or a file: {_FILE}")]
        case _:
            connect = _CONNECT if state is LinkState.UNLINKED else ""
            return ["**Start with one file**" if not recent else "**More maps**", _FILE, connect]


def score_parts(rules: ScoreRules) -> tuple[list[str], ...]:
    """Say what a score is made of, part by part."""
    artists = 100 - 100 * rules.sound_part
    return (
        ["## The compatibility score", "From 0 to 100, the same from both sides, 100 with yourself."],
        [
            _SOUND.format(sound=100 * rules.sound_part),
            _SOUND_FORMULA.format(scale=rules.sound_scale, power=rules.sound_power),
        ],
        [
            _ARTISTS.format(artists=artists, full=100 * rules.overlap_full, draw=ARTIST_DRAW),
            _SCORE_FORMULA.format(part=rules.sound_part, artists=artists, overlap=rules.overlap_full),
        ],
        [
            _GENRES.format(full=100 * rules.genre_full),
            _GENRE_FORMULA.format(genres=rules.genre_part, full=rules.genre_full),
            _PARTS,
        ],
    )


def score_meaning(rules: ScoreRules) -> list[str]:
    """Say what scores of other people are; nothing where that is not known."""
    return [_MEANING, *map(_calibration_line, rules.calibration), _READING] if rules.calibration else []


def score_limits(rules: ScoreRules) -> tuple[list[str], ...]:
    """Say how sure a score is, what counts in it, and what it is not."""
    counts = _COUNTS.format(weight=rules.imputed_weight, fewest=FEWEST_MEASURED, number=FEWEST_FOR_A_NUMBER)
    whence = small(f"Where the numbers come from: {rules.learned_from}.")
    return [_SURE], [counts], [_NOT], [whence]


def _calibration_line(row: Calibration) -> str:
    same, different = row.same, row.different
    one_person = f"two lists of one person {same.median:.0f} ({same.low:.0f}–{same.high:.0f})"
    two_people = f"two people {different.median:.0f} ({different.low:.0f}–{different.high:.0f})"
    return f"- {row.tracks} tracks each: {one_person}, {two_people}, lower {share_words(row.auc)} of the time"
