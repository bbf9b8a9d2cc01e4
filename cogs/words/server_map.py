"""What the map of a server says about its people."""

from __future__ import annotations

from cogs.words.text import escape, join_words, plural, small
from services.domain.server_map import FEW_ON_MAP, FEWEST_ON_MAP, AwardKind, DrawnMap, ServerMap

NEAR_WHOM = "## Who is near whom"

THE_MAP = "## The map of this server"

_NAME = 32
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


def name_on_map(found: ServerMap, index: int) -> str:
    """Return how somebody on the map is called, safe to show."""
    return escape(found.people[index].name, _NAME) or f"person {index + 1}"


def closest_line(found: ServerMap, you: int) -> str:
    """Say to somebody who is closest to them, and beyond its error who is the closest."""
    person = found.people[you]
    names = [name_on_map(found, index) for index in person.nearest]
    if person.is_nearest_sure:
        rest = f"; also near {join_words(names[1:])}" if names[1:] else ""
        return f"Closest to you: **{names[0]}**{rest}."
    return f"Closest to you, too near to rank: {join_words(f'**{name}**' for name in names)}."


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


def off_map_lines() -> list[str]:
    """Say that somebody is off the map."""
    return [
        "You are off the map of this server, and posted ones are drawn without you.",
        small(f"`/map server` puts you back on it whenever you like. {CONSENT}"),
    ]


def map_over_lines() -> list[str]:
    """Say that a posted map is over."""
    return [
        "This map is over: it became 30 days old, or fewer than three people are left on it.",
        small("`/map server` draws a new one."),
    ]


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
