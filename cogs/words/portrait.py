"""Say what sets a list apart, and what changed in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from cogs.words.text import ago, escape, join_words, percent, plain, plural, unbroken
from services.domain.features import Feature
from services.domain.group_words import music_of
from services.domain.portrait import (
    Change,
    Course,
    Era,
    Habit,
    HabitKind,
    JoinedGroups,
    MappedList,
    Portrait,
    ShareChange,
    Since,
    Standing,
)
from services.domain.vocabulary import FEATURE_WORDS

_LONGEST_NAME = 40

_ADJECTIVES = {
    Feature.ENERGY: ("calm", "lively"),
    Feature.LOUDNESS: ("soft", "loud"),
    Feature.ACOUSTICNESS: ("electric", "acoustic"),
    Feature.VALENCE: ("moody", "sunny"),
    Feature.DANCEABILITY: ("less danceable", "danceable"),
}
_TAILS = {
    Feature.INSTRUMENTALNESS: ("more singing", "more instrumentals"),
    Feature.SPEECHINESS: ("fewer spoken words", "more words"),
}
"""What is no adjective of music: it has that "than most"."""
NOTHING_YET = "There is nothing to compare yet."
ONCE = "There is one map of this list so far, so nothing to compare yet. Map it again once it has changed."
HOW = "A change is named only if it is more than chance: one in twenty lists without any is wrong at most."
OFFER = (
    "*Remember this list* keeps its name, number of tracks, means, and names and sizes of its groups for 13 "
    "months after each map; no track. Otherwise all that goes with its maps."
)
REMEMBERED = "This list is remembered: each map of it adds its numbers for 13 months, and no track."

_MOST_CHANGES, _MOST_SHARES = 2, 1


def type_line(portrait: Portrait | None) -> str:
    """Say in one line what kind of list it is; nothing where nothing sets it apart."""
    if portrait is None:
        return ""
    adjectives = [_ADJECTIVES[s.feature][s.is_more] for s in portrait.standings if s.feature in _ADJECTIVES]
    tails = [_TAILS[s.feature][s.is_more] for s in portrait.standings if s.feature in _TAILS]
    habit = portrait.habits[0] if portrait.habits else None
    decade = f"{portrait.decade}s" if portrait.decade is not None else ""
    if decade and habit is not None and habit.kind is HabitKind.SPAN:
        adjectives.append(f"mostly {decade}")  # the years that are named next are not all in it
        decade = ""
    genre = music_of(plain(portrait.genre, 30)) if portrait.genre else ""
    kind = " ".join(part for part in (", ".join(adjectives), decade, genre) if part)
    if kind and not portrait.genre:
        kind += " music"
    if tails:
        kind = f"{kind or 'music'} with {join_words(tails)} than most"
    line = "; ".join(part for part in (kind, habit_words(habit) if habit else "") if part)
    return line[:1].upper() + line[1:]


def standings_line(portrait: Portrait | None) -> str:
    """Say the percentiles and of what; nothing where no margin is large enough."""
    if portrait is None or not portrait.standings:
        return ""
    said = join_words(
        f"{standing_words(standing)} than about {standing.percent}%" for standing in portrait.standings
    )
    playlists = plural(portrait.playlists, "public playlist")
    whose = f"{plural(portrait.listeners, 'listener')}, all of whom count alike"
    return unbroken(f"{said} of {playlists} of {whose}")


def standing_words(standing: Standing) -> str:
    """Say a direction: "more acoustic"."""
    words = FEATURE_WORDS[standing.feature]
    return words.more if standing.is_more else words.less


def habits_line(portrait: Portrait | None) -> str:
    """Say what is countable in the list; nothing where nothing is telling."""
    return "; ".join(habit_words(habit) for habit in portrait.habits) if portrait else ""


def habit_words(habit: Habit) -> str:
    """Say a habit of a list."""
    name = plain(habit.name, _LONGEST_NAME)
    match habit.kind:
        case HabitKind.FAITHFUL:
            return f"{'all' if habit.count == habit.other else percent(habit.count, habit.other)} by {name}"
        case HabitKind.RUN:
            return f"{habit.count} tracks in a row by {name}"
        case HabitKind.SINCE:
            return f"nothing before {habit.count}"
        case HabitKind.SPAN:
            return f"from {habit.count} to {habit.other}"
        case HabitKind.KEY:
            return f"{percent(habit.count, habit.other)} in {name}"


def since_line(since: Since, when: str, name: Callable[[str, int], str] = plain) -> str:
    """Say in one line what came, what went and how that changed the sound.

    Parameters
    ----------
    when
        The day of the earlier report, as the place of the line writes days.
    name
        Writes the name of a group there, in so many letters.
    """
    counted = ((since.new, "new"), (since.gone, "gone"))
    moved = join_words(f"{count:,} {word}" for count, word in counted if count)
    sound = change_words(since, name)
    if not sound and since.compared:
        sound = "no clear change in sound"
    return unbroken(f"Since {when}: {'; '.join(part for part in (moved, sound) if part)}")


def eras_line(course: Course) -> str:
    """Say how what was added last differs from what was added first; nothing where no dates are known."""
    if not course.eras:
        return ""
    first, last = course.eras[0], course.eras[-1]
    said = [change_phrase(change) for change in course.era_changes[:_MOST_CHANGES]]
    sound = f"{join_words(said)} than" if said else "no clear difference from"
    return unbroken(f"Added in {_stretch(last)}: {sound} what was added in {_stretch(first)}")


def _stretch(era: Era) -> str:
    """Say from when to when, in months."""
    first, last = (f"{day:%B %Y}" for day in (era.first, era.last))
    return first if first == last else f"{first} to {last}"


def change_words(since: Since, name: Callable[[str, int], str] = plain) -> str:
    """Say the certain changes, the strongest first; nothing where there are none."""
    parts = [join_words(change_phrase(change) for change in since.changes[:_MOST_CHANGES])]
    parts += [_share_words(change, name) for change in since.shares[:_MOST_SHARES]]
    parts += [_joined_words(joined, name) for joined in since.joined[:_MOST_SHARES]]
    return unbroken("; ".join(part for part in parts if part))


def change_phrase(change: Change) -> str:
    """Say a change by its direction, and by its size where people know the unit: "9 BPM faster"."""
    words = FEATURE_WORDS[change.feature]
    direction = words.more if change.spreads > 0 else words.less
    size = abs(change.now - change.before)
    match change.feature:
        case Feature.TEMPO if round(size) >= 1:
            return f"{size:.0f} BPM {direction}"
        case Feature.LOUDNESS if round(size) >= 1:
            return f"{size:.0f} dB {direction}"
    return direction


def _share_words(change: ShareChange, name: Callable[[str, int], str]) -> str:
    grew = "grew" if change.now > change.before else "shrank"
    before, now = (f"{100 * share:.0f}%" for share in (change.before, change.now))
    return f"“{name(change.name, _LONGEST_NAME)}” {grew} from {before} to {now}"


def _joined_words(joined: JoinedGroups, name: Callable[[str, int], str]) -> str:
    before = join_words(f"“{name(each, _LONGEST_NAME)}”" for each in joined.names)
    now = "" if joined.now in joined.names else f", “{name(joined.now, _LONGEST_NAME)}”"
    return f"{before} are one group now{now}"


def over_time_title(name: str, *, in_words: bool = False) -> str:
    """Say whose course it is."""
    return f"## {escape(name)} over time, in words" if in_words else f"## {escape(name, 60)} over time"


def forgotten_list(name: str) -> str:
    """Say that nothing is known of a list any more."""
    return f"Forgotten: nothing is stored of “{escape(name)}” any more. `/analyze` makes a new map."


def mapped_label(which: MappedList, now: datetime) -> str:
    """Say which list it is, and when it was mapped."""
    return f"{which.name} · mapped {ago(now - which.last_at)}"
