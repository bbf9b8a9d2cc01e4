"""What the map of a server and its weekly digest say about their people."""

from __future__ import annotations

from collections.abc import Sequence

from cogs.words.text import escape, join_words, moment, plural, small
from services.domain.server_map import (
    FEW_ON_MAP,
    FEWEST_ON_MAP,
    AwardKind,
    Digest,
    DrawnMap,
    News,
    NewsKind,
    ServerMap,
)
from services.domain.vocabulary import FEATURE_WORDS

NEAR_WHOM = "## Who is near whom"
THE_MAP = "## The map of this server"
_NAME = 32
_MOST_UNRANKED = 3
"""People who are named as not ranked; of more it is said how many they are."""
_AWARDS = {
    AwardKind.SUNNIEST: "Sunniest list",
    AwardKind.DARKEST: "Deepest shades",
    AwardKind.LIVELIEST: "Most energy",
    AwardKind.CALMEST: "Calmest ears",
    AwardKind.DANCE_FLOOR: "First on the dance floor",
    AwardKind.UNPLUGGED: "Most unplugged",
    AwardKind.ELECTRIC: "Most electric",
    AwardKind.FEWEST_SINGERS: "Fewest singers",
    AwardKind.MOST_WORDS: "Most words",
}
CONSENT = (
    "Everybody in this server may then see your name, whom you sound close to, where your list stands, and "
    "in the weekly digest, if this server has one, that you moved. "
    "No titles, and not the list's name. You move when you map that list again; nothing else moves you."
)
"""What somebody agrees to who presses *Put me on it*."""
OFF_MAP_LINES = (
    "You are off the map of this server, and posted ones are drawn without you.",
    small(f"`/map server` puts you back on it whenever you like. {CONSENT}"),
)
MAP_OVER_LINES = (
    "This map is over: it became 30 days old, or fewer than three people are left on it.",
    small("`/map server` draws a new one."),
)
DIGEST_OVER = "This digest is over: it became 30 days old, or nobody whom it named is on the map any more."
WHO_IS_NAMED = (
    "Only people who put themselves on the map are named. A quiet week has no digest, and nobody is pinged."
)

THIS_WEEK = "## This week on the map"
_LABEL = 32
_QUESTIONS = (
    "Which song of yours would surprise everybody here?",
    "Whose list would you take along on a long drive?",
    "What did you hear this week that you would not have put on yourself?",
    "Which song do you skip every time and still keep?",
    "Who has a song for the person farthest from them on the map?",
    "What was on the last time you turned it up?",
    "Which song should everybody here hear once?",
    "What do you put on when nobody else is listening?",
)
"""One a week. They are about songs that people tell of themselves; nothing is read for them."""
DIGEST_OFF_LINES = ("No more digests in this server.", small("`/digest on` starts them again."))


def name_on_map(found: ServerMap, index: int) -> str:
    """Return how somebody on the map is called, safe to show."""
    return escape(found.people[index].name, _NAME) or f"person {index + 1}"


def closest_line(found: ServerMap, you: int) -> str:
    """Say to somebody who is closest to them, and beyond its error who is the closest."""
    person = found.people[you]
    names = [name_on_map(found, index) for index in person.nearest]
    if person.is_nearest_sure:
        rest = f"; next {_are(names[1:])}" if names[1:] else ""
        return f"Closest to you: **{names[0]}**{rest}."
    if person.may_be_nearest:
        rivals = [f"**{name}**" for name in names[: person.may_be_nearest]]
        return f"Closest to you, too near to rank: {join_words(rivals)}."
    why = "Too few people are ranked here" if person.is_ranked else "Your list is by too few artists"
    return f"{why} to say whom you sound close to; by what is known, the nearest {_are(names)}."


def _are(names: Sequence[str]) -> str:
    return f"{'is' if len(names) == 1 else 'are'} {join_words(names)}"


def standing_lines(found: ServerMap) -> list[str]:
    """Say who stands out: the nearest two, who stands alone, and awards with who comes next."""
    lines = []
    if found.closest is not None:
        one, other = (name_on_map(found, index) for index in found.closest)
        lines.append(f"**Most alike:** {one} and {other}")
    if found.lone_wolf is not None:
        lines.append(f"**Lone wolf:** {name_on_map(found, found.lone_wolf)}, farthest from anybody else")
    lines += [
        f"**{_AWARDS[award.kind]}:** {name_on_map(found, award.winner)}; "
        f"next is {name_on_map(found, award.runner_up)}"
        for award in found.awards
    ]
    return lines


def escape_lines(words: str) -> str:
    """Return lines as a list, safe to show."""
    return "\n".join(f"- {escape(line, 200)}" for line in words.splitlines())


def too_few_words(drawn: DrawnMap) -> str:
    """Say why there is no map yet."""
    people = len(drawn.members)
    if people >= FEWEST_ON_MAP:
        return "Everybody on it brings the same list, so there is no map to draw yet."
    if drawn.unseen:
        return f"Too few of the people on it can be seen here now; I draw it from {FEWEST_ON_MAP} on."
    so_far = "Nobody is on it yet" if not people else f"{plural(people, 'person', 'people')} so far"
    return f"{so_far}; I draw it from {FEWEST_ON_MAP} people on."


def small_print(drawn: DrawnMap, *, posted: bool) -> list[str]:
    """Say whom a map shows, and how one is taken off it."""
    lines = []
    if drawn.unseen:
        lines.append(
            f"{plural(drawn.unseen, 'person', 'people')} left out: Discord didn't say whether they are here."
        )
    if drawn.found is not None and (unranked := drawn.found.unranked):
        names = [name_on_map(drawn.found, index) for index in unranked]
        who = join_words(names) if len(names) <= _MOST_UNRANKED else plural(len(names), "person", "people")
        lines.append(f"Too little is known of {who} to rank them; drawn faint.")
    if len(drawn.members) <= FEW_ON_MAP and drawn.chart is not None:
        lines.append("Clouds: where other tracks of the same lists could put people.")
    if posted:
        lines.append("Only who agreed is on it. Whoever presses *Take me off* is gone from here in a minute.")
    elif drawn.you is None:
        lines.append(f"You are not on it. {CONSENT}")
    else:
        by = escape(drawn.you.list.name)
        lines.append(
            f"{'The ring is you' if drawn.chart else 'You are on it'}, by **{by}**, which only you are told; "
            "map that list again to move. "
            "Everybody here may look until you press *Take me off*."
        )
    return [small(line) for line in lines]


def news_lines(news: Sequence[News]) -> list[str]:
    """Say what happened, the new people in one line."""
    lines = []
    for each in news:
        match each.kind:
            case NewsKind.ALIKE:
                lines.append(f"**{_name(each.name)}** and **{_name(each.other_name)}** now sound most alike.")
            case NewsKind.MOVED if each.feature is not None:
                words = FEATURE_WORDS[each.feature]
                lines.append(
                    f"**{_name(each.name)}**: the list is {words.more if each.more else words.less} now."
                )
    joined = [f"**{_name(each.name)}**" for each in news if each.kind is NewsKind.JOINED]
    if joined:
        lines.append(f"New on the map: {join_words(joined)}.")
    return lines


def question_of(week: int) -> str:
    """Return the question of a week."""
    return _QUESTIONS[week % 100 % len(_QUESTIONS)]


def _name(name: str) -> str:
    return escape(name, _LABEL) or "Somebody"


def digest_on_lines(digest: Digest, moved_from: int | None) -> list[str]:
    """Say where and when a digest comes, and which channel has none any more."""
    moved = f", and no longer in <#{moved_from}>," if moved_from else ""
    return [
        (
            f"Once a week I say in <#{digest.channel_id}>{moved} what happened on the map of this server, "
            f"next {moment(digest.next_at)}."
        ),
        (
            "Only people who put themselves on the map with `/map server` are named. Nobody is pinged, and a "
            "week in which nothing happened has no digest."
        ),
        small("`/digest off` ends it, and so does *Stop this* below each digest."),
    ]
