"""Say what sets a list apart, kindly and of the music alone: "Calm, sunny 70s folk"."""

from __future__ import annotations

from cogs.words.text import join_words, percent, plain, plural, unbroken
from services.domain.features import Feature
from services.domain.group_words import music_of
from services.domain.portrait import Habit, HabitKind, Portrait, Standing
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
    whose = f"{plural(portrait.listeners, 'listener')}, none of whom weighs more than another"
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
