"""Say who is alike, what two share, and whom a blend serves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cogs.words.comparison import comparison_sentence, difference_words, few_artists, pair_reasons
from cogs.words.grouping import group_line
from cogs.words.text import escape, join_words, plural, small, some_of, track_line, unbroken
from services.domain.charts import Chart
from services.domain.comparison import (
    FEWEST_MEASURED,
    Award,
    Comparison,
    Pair,
    Participant,
    PersonKey,
    SharedTrack,
    TopPairs,
    TopPeople,
)
from services.domain.groups import Blend, BlendMode, BlendTrack, Sharing
from services.domain.messages import ComparisonWords
from services.domain.music import Track
from services.domain.scoring import Prize

ON_THE_MAP = "You are on the map of this server; `/map leave` takes you off."
NOT_ASKED = "Nobody can ask you to compare, in any server; `/sharing questions` changes that."
SAVE_THE_PICTURE = "Only you see it here: save the picture to show it to others."
RANDOM_IS_HALF = "50% is what a random track from your own list would score."
SATISFIED = "**How satisfied everybody is**"
NO_TRACK_FITS = "No track is fit for everybody."
NO_AWARD = "No award this time: too little is measured, or it is too close to call."
AWARDS = "## Awards"
FACTS_IN_WORDS = "The facts of the picture in words"
NO_REASONS = "No reasons without a score."
_PRIZES = {
    Prize.DARKEST: ("Darkest mood", "{:.2f}", "median valence {}"),
    Prize.STEADIEST: ("Steadiest pulse", "{:.0f}", "half of it within {} BPM"),
    Prize.TIME_TRAVELLER: ("Time traveller", "{:.0f}", "half of it spans {} years"),
    Prize.SUNNIEST: ("Sunniest mood", "{:.2f}", "median valence {}"),
    Prize.LIVELIEST: ("Most energy", "{:.2f}", "median energy {}"),
    Prize.CALMEST: ("Calmest ears", "{:.2f}", "median energy {}"),
    Prize.FASTEST: ("Fastest feet", "{:.0f}", "about {} BPM"),
    Prize.SLOWEST: ("Slowest burn", "{:.0f}", "about {} BPM"),
    Prize.LOUDEST: ("Loudest room", "{:.1f}", "median loudness {} dB"),
    Prize.UNPLUGGED: ("Most unplugged", "{:.2f}", "median acousticness {}"),
    Prize.DANCE_FLOOR: ("First on the dance floor", "{:.2f}", "median danceability {}"),
    Prize.FEWEST_SINGERS: ("Fewest singers", "{:.0%}", "{} instrumental tracks"),
    Prize.MOST_WORDS: ("Most words", "{:.2f}", "median speechiness {}"),
    Prize.WIDEST: ("Widest taste", "{:.1f}", "tracks lie {} from their middle on average"),
    Prize.NARROWEST: ("Narrowest taste", "{:.1f}", "tracks lie {} from their middle on average"),
    Prize.OLDEST: ("Old soul", "{:.0f}", "median year {}"),
    Prize.FRESHEST: ("Fresh ears", "{:.0f}", "median year {}"),
    Prize.DEEPEST: ("Deepest digger", "{:.0f}", "median popularity {} of 100"),
    Prize.LONGEST: ("Longest breath", "{:.1f}", "median length {} min"),
    Prize.MOST_LOYAL: ("Most loyal fan", "{:.0%}", "{} by one artist"),
}
"""What each award is called, and how its number is said."""
_BAR = 5
_IN_LINES = 8
"""People who get a line each; more share one."""
MODE_WORDS = {
    BlendMode.FAIR: "fair: the least satisfied person comes first",
    BlendMode.JOY: "joy: as much satisfaction as possible, nobody left out",
    BlendMode.SAFE: "safe: nothing that anybody would find foreign",
}

ALL_PAIRS = "The menu has all pairs."
NAME = 32
ROUND = 8
"""People up to whom a card has room for lines on who stands where."""
BEFORE_POSTING = (
    "*Post here* shows it to this channel, until somebody on it leaves. What people download stays theirs."
)
KEPT = "Kept for 30 days. *Leave* removes you, here and from storage."
POSTER_LINES = ("## Your poster", "Everybody who agreed is named on it.")
OWN_LINES = (
    "## Your part of the comparison",
    (
        "Your profile, your scores with the others, and the tracks you brought. "
        "Nobody else's tracks or profile are in it."
    ),
)
BLEND_FILES_LINES = ("## Your blend as files", "As CSV, which other programs import, and as links.")


def without_score(found: Comparison) -> list[str]:
    """Say who has too few measured tracks, or artists, for a score; of many people how many."""
    missing = [person for person in found.people if not person.is_scored]
    if len(found.people) > ROUND and len(missing) > 1:
        return [f"{len(missing)} of {len(found.people)} have too few measured tracks or artists for a score."]
    why = "" if all(pair.score is None for pair in found.pairs) else "not enough data, "  # else said above
    return [f"{escape(person.name, NAME)}: {why}{_lacking(person)}" for person in missing[:5]]


def _lacking(person: Participant) -> str:
    if person.measured < FEWEST_MEASURED:
        return f"only {plural(person.measured, 'measured track')}"
    return f"most tracks are by {few_artists(person)}"


def standing_words(found: Comparison) -> list[str]:
    """Say who is alike, who in the middle and who apart."""
    lines = [
        _pairs_line("Most alike", found, found.most_alike, below=True),
        _people_line("The lone wolf", found, found.lone_wolf, below=False),
        *unsaid_standings(found),
    ]
    return [line for line in lines if line]


def unsaid_standings(found: Comparison) -> list[str]:
    """Say what the sentence above the picture does not."""
    lines = [
        _pairs_line("Most different", found, found.most_different, below=False),
        _people_line("The centre", found, found.centre, below=True),
    ]
    return [line for line in lines if line]


def _pairs_line(title: str, found: Comparison, top: TopPairs | None, *, below: bool) -> str:
    """Say which two are at one end; the next two have less where `below`, else more."""
    if top is None or not top.is_sure:
        return ""
    named = [f"{short_name(found, one)} & {short_name(found, other)}" for one, other in top.pairs]
    if top.only is None:
        return f"**{title}:** {join_words(named, 'or')}, too close to tell"
    return f"**{title}:** {named[0]} · {top.score:.0f}{_next_words(top.score, top.gap, below=below)}"


def _people_line(title: str, found: Comparison, top: TopPeople | None, *, below: bool) -> str:
    """Say who is at one end; the next has less where `below`, else more."""
    if top is None or not top.is_sure:
        return ""
    named = [short_name(found, key) for key in top.keys]
    if top.only is None:
        return f"**{title}:** {join_words(named, 'or')}, too close to tell"
    following = _next_words(top.value, top.gap, below=below)
    return f"**{title}:** {named[0]} · {top.value:.0f} on average with the others{following}"


def _next_words(value: float, gap: float | None, *, below: bool) -> str:
    return "" if gap is None else f"; next {value + (-gap if below else gap):.0f}"


def reason_lines(found: Comparison, viewer: PersonKey | None) -> list[str]:
    """Say the most telling reason and how much the two share; a button away stand all."""
    (pair,) = found.pairs
    told = () if pair.score is None else pair_reasons(found, pair, viewer)  # who lacks what is said below
    artists = plural(len(pair.shared_artists), "artist")
    shared = f"{artists} and {plural(len(pair.shared_tracks), 'song')} in common."
    return [*(escape(unbroken(reason), 240) for reason in told[:1]), shared]


def short_name(found: Comparison, key: PersonKey) -> str:
    """Say somebody's name, safe to show."""
    return escape(found.name(key), NAME)


def artist_lines(pair: Pair) -> list[str]:
    """List the artists that two share, with their tracks."""
    return [
        f"- {escape(artist.name, 60)} · {artist.a_tracks:,} and {artist.b_tracks:,}"
        for artist in pair.shared_artists
    ]


def track_lines(pair: Pair) -> list[str]:
    """List the songs that two share."""
    return [f"- ♪ {_song_line(track)}" for track in pair.shared_tracks]


def _song_line(track: SharedTrack) -> str:
    return track_line(Track(id=track.id, title=track.title, artists=track.artists))


def group_lines(pair: Pair) -> list[str]:
    """List the groups that two share, with the part of their tracks in each."""
    return [
        f"- {escape(group.name, 60)} · {100 * group.a_share:.0f}% and {100 * group.b_share:.0f}%"
        for group in pair.shared_groups
    ]


def serves_words(track: BlendTrack, names: dict[Any, str]) -> str:
    """Say whose pick it is, and only where it isn't for everybody, for whom it isn't."""
    others = [name for key, name in names.items() if key not in track.serves]
    pick = f" · {names[track.turn]}'s pick"
    return f"{pick}\n{small(f'not for {some_of(others, 3)}')}" if others else pick


def satisfied_lines(blend: Blend, names: dict[Any, str]) -> list[str]:
    """Say how satisfied everybody is with a blend."""
    if len(blend.people) > _IN_LINES:
        each = [f"**{names[person.key]}** {100 * person.satisfaction:.0f}%" for person in blend.people]
        return [" · ".join(each[start : start + 5]) for start in range(0, len(each), 5)]
    return [
        f"- **{names[person.key]}** {_bar(person.satisfaction)} {100 * person.satisfaction:.0f}% · "
        f"{person.owned:,} own" + (f", {person.foreign} foreign" if person.foreign else "")
        for person in blend.people
    ]


def _bar(share: float) -> str:
    full = round(share * _BAR)
    return "▰" * full + "▱" * (_BAR - full)


def blend_name(blend: Blend) -> str:
    """Name the playlist after its people: they asked for it, and it is saved privately."""
    names = [person.name for person in blend.people]
    return f"Blend: {', '.join(names[:4])}{f' and {len(names) - 4} more' if len(names) > 4 else ''}"


def person_lines(person: Participant) -> list[str]:
    """Say whose pairs are listed."""
    known = f"{plural(person.tracks, 'track')}, {person.measured} measured, {person.imputed} estimated"
    return [f"## {escape(person.name, NAME)} and the others", small(known)]


def chart_in_words(chart: Chart) -> str:
    """Say of which picture the facts are."""
    return f"## {escape(chart.title, 120)}, in words"


def more_tracks(rest: int) -> str:
    """Say how many tracks follow."""
    return f"and {rest:,} more; *CSV and links* has all"


def blend_lines(blend: Blend, title: str) -> list[str]:
    """Say for whom a blend is, and how it was made."""
    return [
        f"## A blend for {title}",
        small(f"{plural(len(blend.tracks), 'track')} · {MODE_WORDS[blend.mode]}"),
    ]


def award_title(award: Award) -> str:
    """Say what an award is called: "Darkest mood"."""
    return _PRIZES[award.prize][0] if award.prize else award.title


def award_words(found: Comparison, award: Award) -> str:
    """Say the number behind an award: "median valence 0.21; the next has 0.35"."""
    if award.prize is None:
        return award.words
    _, number, words = _PRIZES[award.prize]
    best, following = (number.format(each).replace("-", "−") for each in (award.value, award.next))
    whoever = "other" if sum(person.is_scored for person in found.people) == 2 else "next"
    return f"{words.format(best)}; the {whoever} has {following}"


def comparison_title(found: Comparison) -> str:
    """Say whose comparison it is."""
    people = found.people
    return " & ".join(escape(each.name, NAME) for each in people) if len(people) == 2 else "Who sounds alike"


def sharing_nothing_lines(besides: Sequence[str]) -> list[str]:
    """Say that somebody shares nothing here."""
    return [
        "You share no playlist in this server.",
        "Nobody can compare with you here unless you accept or join, each time.",
        *besides,
        small("`/sharing on` lets people of this server compare without asking you first."),
    ]


def sharing_lines(sharing: Sharing, besides: Sequence[str]) -> list[str]:
    """Say what somebody shares, and what that allows."""
    return [
        f"You share **{escape(sharing.brought, 80)}** in this server, {plural(sharing.tracks, 'track')}.",
        (
            "Who uses `/compare` with you sees at once how alike you two sound, with shared artists and "
            "songs. You see the same result. Others see it only if both of you show it."
        ),
        *besides,
        small(
            "The playlist stays as it is now. It counts in no other server. `/sharing off` ends it at once."
        ),
    ]


def stopped_line(results: int) -> str:
    """Say that everything is private again."""
    deleted = f" {plural(results, 'result')} that only this allowed went with it." if results else ""
    return f"You are private in this server again.{deleted}"


def which_first(names: Sequence[str]) -> str:
    """Say whose number comes first."""
    return f"Numbers: first {names[0]}, then {names[1]}"


def shared_counts(pair: Pair) -> str:
    """Count what two share."""
    counts = [
        plural(len(pair.shared_artists), "shared artist"),
        plural(len(pair.shared_tracks), "shared song"),
        *([f"{plural(len(pair.shared_groups), 'group')} that both have"] if pair.shared_groups else ()),
    ]
    return f"**{', '.join(counts)}**"


def comparison_words(found: Comparison, to: PersonKey | None = None) -> ComparisonWords:
    """Say all that pictures and files tell of a comparison; reasons as in `pair_reasons`."""
    return ComparisonWords(
        sentence=comparison_sentence(found),
        reasons=tuple(pair_reasons(found, pair, to) for pair in found.pairs),
        differences=tuple(map(_most_different, found.pairs)),
        groups=tuple(map(group_line, found.groups)),
        awards=tuple((award_title(award), award_words(found, award)) for award in found.awards),
    )


def _most_different(pair: Pair) -> str:
    """Say what the first of two is most beside the other, without figures: "14 BPM faster"."""
    telling = [each for each in pair.differences if each.telling]
    return difference_words(telling[0]).partition(" (")[0] if telling else ""
