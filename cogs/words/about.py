"""Say what Tastemap does, how a score comes about, and how the bot itself is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from cogs.words.text import escape, moment, percent, plural, small
from services.domain.comparison import (
    FEWEST_ARTISTS,
    FEWEST_ARTISTS_FOR_A_NUMBER,
    FEWEST_FOR_A_NUMBER,
    FEWEST_MEASURED,
    WIDEST_FOR_A_NUMBER,
)
from services.domain.installation import Status
from services.domain.report import ReportSummary
from services.domain.scoring import ARTIST_DRAW, GENRES_OF_ARTISTS, Calibration, ScoreRules
from services.domain.spotify import Seat
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
_HEAD = (
    "From 0 to 100, the same from both sides, 100 with yourself: {sound:.0f} points for how your tracks "
    "sound, {artists:.0f} for artists you share. Genre words and explicit lyrics move it where they are "
    "known."
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
    "them, in proportion below. They are those that came with a track, else what its first artist is "
    "commonly known for: such a track counts {artists:g} where others count 1. The affinity is how often a "
    "track of yours and one of theirs share genres, rare ones more, in parts of how often two artists of "
    "yours do: 0 without a common one, 1 for one taste."
)
_GENRE_FORMULA = (
    "```\nwith genres =\n  (1 − g) · score\n  + 100 · g · affinity\n"
    "g = {genres:g} · min(1,\n  share with genres / {full:g})\n```"
)
_EXPLICIT = (
    "**Explicit lyrics take off.** The gap is how far apart your shares of tracks marked as explicit are, "
    "beyond chance in few tracks: {usual} points of a hundred between strangers, hardly anything within one "
    "person. It counts as far as everybody's tracks say whether they are."
)
_EXPLICIT_FORMULA = "```\nin the end =\n  score · (1 − {part:g} · gap)\n```"
_PARTS = (
    "Where artists are not known, sound counts for them; where genres or marks are not, they are left out. "
    "Shared songs are listed, and not counted once more."
)
_MEANING = (
    "**What the numbers mean.** Measured with genre words on people whose playlists are public; the median, "
    "and where nine of ten lie:"
)
_READING = (
    "“More alike than most pairs of strangers” counts pairs of people as they bring their music, by the "
    "tracks of the smaller side and by what genre words and marks count; it is said where the lower end of "
    "the score, with the error of these tracks, is above half of them, and “three of four” where it is above "
    "80%. If so, from the median of two lists of one person on it is “as alike as two lists of one person”."
)
_SURE = (
    "**How sure it is.** The range behind a score holds about nine of ten scores that other tracks of the "
    "same two people would give; with 20 tracks each it is wide. Who is most alike or a lone wolf is said "
    "where it is so nine times of ten within the error of the scores."
)
_COUNTS = (
    "**What counts.** Measured tracks count 1, tracks whose sound is estimated {weight:g}. Below {fewest} "
    "measured tracks there is no score: “not enough data”, nor is there below {artists} artists. "
    "Below {number} tracks or {few} artists, or where the range is wider than {widest:.0f} points, it is a "
    "range alone: no word, no rank. Artists with few tracks count less: (tracks)² / the sum of each "
    "artist’s (tracks)²."
)
_NOT = (
    "**What it is not.** It compares the playlists that were brought, not people. Keys, what lyrics say and "
    "how often something is played are not in it."
)
# No line of a formula is wider than a phone.
_SOUND_FORMULA = "```\nsound =\n  100 · 2^−(s / {scale:g})^{power:g}\n```"
_SCORE_FORMULA = (
    "```\nscore = {part:g} · sound\n  + {artists:.0f} · log(1 + o / {unit:g})\n"
    "    / log(1 + {overlap:g} / {unit:g})\no = min(overlap, {overlap:g})\n```"
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


def score_meaning(rules: ScoreRules) -> tuple[list[str], ...]:
    """Say what a score is, how high those of other people are where that is known, and how sure it is."""
    head = _HEAD.format(sound=100 * rules.sound_part, artists=100 - 100 * rules.sound_part)
    others = [_MEANING, *map(_calibration_line, rules.calibration), _READING] if rules.calibration else []
    return (["## The compatibility score", head], *([others] if others else []), [_SURE], [_NOT])


def score_parts(rules: ScoreRules) -> tuple[list[str], ...]:
    """Say how a score is made, part by part, and what counts in it."""
    artists = 100 - 100 * rules.sound_part
    counts = _COUNTS.format(
        weight=rules.imputed_weight,
        fewest=FEWEST_MEASURED,
        artists=FEWEST_ARTISTS,
        number=FEWEST_FOR_A_NUMBER,
        few=FEWEST_ARTISTS_FOR_A_NUMBER,
        widest=WIDEST_FOR_A_NUMBER,
    )
    return (
        [
            _SOUND.format(sound=100 * rules.sound_part),
            _SOUND_FORMULA.format(scale=rules.sound_scale, power=rules.sound_power),
        ],
        [
            _ARTISTS.format(artists=artists, full=100 * rules.overlap_full, draw=ARTIST_DRAW),
            _SCORE_FORMULA.format(
                part=rules.sound_part, artists=artists, overlap=rules.overlap_full, unit=rules.overlap_unit
            ),
        ],
        [
            _GENRES.format(full=100 * rules.genre_full, artists=GENRES_OF_ARTISTS),
            _GENRE_FORMULA.format(genres=rules.genre_part, full=rules.genre_full),
        ],
        [
            _EXPLICIT.format(usual=round(100 * rules.explicit_usual)),
            _EXPLICIT_FORMULA.format(part=rules.explicit_part),
            _PARTS,
        ],
        [counts],
        [small(f"Where the numbers come from: {rules.learned_from}.")],
    )


def _calibration_line(row: Calibration) -> str:
    same, different = row.same, row.different
    one_person = f"two lists of one person {same.median:.0f} ({same.low:.0f}–{same.high:.0f})"
    two_people = f"two people {different.median:.0f} ({different.low:.0f}–{different.high:.0f})"
    return f"- {row.tracks} tracks each: {one_person}, {two_people}, lower {share_words(row.auc)} of the time"


_SLOW_S = 0.25
_ORIGINS = (
    ("measured", "measured"),
    ("uploaded", "from files"),
    ("borrowed", "borrowed"),
    ("imputed", "estimated"),
    ("unknown", "unknown"),
)


def worries(status: Status) -> list[str]:
    """Say what is wrong."""
    found: list[str] = []
    if not status.connected:
        found.append("The gateway is not connected.")
    if status.database_problem:
        found.append(f"The database can't be written: {escape(status.database_problem, 200)}.")
    if status.quota is not None and status.quota.blocked_until is not None:
        until = moment(status.quota.blocked_until)
        found.append(f"Spotify's quota is spent; I ask again {until}.")
    if status.worst_lag_s >= _SLOW_S:
        found.append(f"The event loop was late by {status.worst_lag_s:.1f} s once.")
    found += [
        f"Maintenance of {escape(work)} failed {plural(count, 'time')}."
        for work, count in status.maintenance_failures.items()
    ]
    return found


def discord_line(status: Status) -> str:
    """Say how the connection to Discord is."""
    latency = "no heartbeat yet" if status.latency_s is None else f"latency {status.latency_s * 1000:.0f} ms"
    state = "connected" if status.connected else "not connected"
    return f"{state} · {latency} · {plural(status.servers, 'server')}"


def work_lines(status: Status) -> list[str]:
    """Say how much is asked and done."""
    worst = status.worst_lag_s
    lag = f"event loop late by at most {f'{worst * 1000:.0f} ms' if worst < 1 else f'{worst:.1f} s'}"
    wait = f" (the next for {status.longest_wait_s:.0f} s)" if status.waiting else ""
    return [
        f"{status.running:,} running · {status.waiting:,} waiting{wait}",
        f"{_counts(status.outcomes) or 'nothing asked yet'}",
        f"worker pool rebuilt {plural(status.pool_restarts, 'time')} · {lag}",
    ]


def database_line(status: Status) -> str:
    """Say how the database is."""
    size = f"{status.database_bytes / 1e6:.1f} MB" if status.database_bytes is not None else "on a server"
    backup = f"last backup {moment(status.last_backup)}" if status.last_backup else "no daily backup yet"
    return f"{'can be written' if not status.database_problem else 'can’t be written'} · {size} · {backup}"


def service_lines(status: Status) -> list[str]:
    """Say what was asked of other services, and known already."""
    looked_up = status.cache_hits + status.cache_misses
    tracks = sum(status.tracks.values())
    known = " · ".join(
        f"{percent(status.tracks[origin], tracks)} {words}"
        for origin, words in _ORIGINS
        if status.tracks.get(origin)
    )
    quota = status.quota
    return [
        f"calls: {_counts(status.calls) or 'none yet'}",
        f"feature cache: {percent(status.cache_hits, looked_up)} of {plural(looked_up, 'lookup')} known"
        if looked_up
        else "",
        f"{plural(tracks, 'track')}: {known}" if tracks else "",
        f"Spotify: {quota.spent:,} of {quota.budget:,} calls of the last 24 hours" if quota else "",
    ]


def _counts(counts: Mapping[str, int]) -> str:
    return " · ".join(f"{count:,} {escape(name)}" for name, count in sorted(counts.items()) if count)


def status_lines(found: Sequence[str]) -> list[str]:
    """Say first what is wrong, or that nothing is."""
    return [
        "## Status",
        *(f"⚠️ {worry}" for worry in found),
        "" if found else "✅ Everything that an answer needs is there.",
    ]


def since_start(status: Status) -> str:
    """Say since when is counted."""
    return f"Tastemap {escape(status.version)} · counts since the start {moment(status.started_at)}"


def seat_line(seat: Seat) -> str:
    """Say who has a seat, and since when."""
    return (
        f"- <@{seat.user_id}>{f' as {escape(seat.name, 40)}' if seat.name else ''}, since "
        f"{moment(seat.since, 'D')}{'' if seat.is_live else ' · consent ended'}"
    )


def seats_lines(taken: Sequence[Seat], seats: int) -> list[str]:
    """Say who has a seat."""
    lines = [seat_line(seat) for seat in taken]
    return [
        f"## {len(taken)} of {seats} seats are taken",
        *(lines or ["Nobody is connected."]),
        small(
            "A new Spotify app serves five people, each of them listed in its dashboard under User "
            "Management. Everybody else uses exported files."
        ),
    ]


def user_words(seat: Seat) -> str:
    """Name an account by its number."""
    return f"Discord user {seat.user_id}"


def seat_name(seat: Seat) -> str:
    """Call somebody by a name, or by the number of the account."""
    return f"User {seat.user_id}"
