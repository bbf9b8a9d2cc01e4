"""Playful awards, each with the number that it is given for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import pstdev

from services.domain.comparison import Award, Participant, PersonKey

MOST_AWARDS = 8
MOST_EACH = 2
"""One person may not sweep the board."""


@dataclass(frozen=True, slots=True)
class _Category:
    """What an award is given for: the person at one end of a figure."""

    title: str
    figure: str
    highest: bool
    number: str
    """How the figure is said; two that are said alike are a tie."""
    words: str
    always: bool = False


_CATEGORIES: tuple[_Category, ...] = (
    _Category("Darkest mood", "valence", False, "{:.2f}", "median valence {}", always=True),
    _Category("Steadiest pulse", "tempo range", False, "{:.0f}", "half of it within {} BPM", always=True),
    _Category("Time traveller", "eras", True, "{:.0f}", "{} decades", always=True),
    _Category("Sunniest mood", "valence", True, "{:.2f}", "median valence {}"),
    _Category("Most energy", "energy", True, "{:.2f}", "median energy {}"),
    _Category("Calmest ears", "energy", False, "{:.2f}", "median energy {}"),
    _Category("Fastest feet", "tempo", True, "{:.0f}", "median {} BPM"),
    _Category("Slowest burn", "tempo", False, "{:.0f}", "median {} BPM"),
    _Category("Loudest room", "loudness", True, "{:.1f}", "median loudness {} dB"),
    _Category("Most unplugged", "acousticness", True, "{:.2f}", "median acousticness {}"),
    _Category("First on the dance floor", "danceability", True, "{:.2f}", "median danceability {}"),
    _Category("Fewest singers", "instrumentalness", True, "{:.0%}", "{} instrumental tracks"),
    _Category("Most words", "speechiness", True, "{:.2f}", "median speechiness {}"),
    _Category("Widest taste", "variety", True, "{:.1f}", "two tracks lie {} apart on average"),
    _Category("Narrowest taste", "variety", False, "{:.1f}", "two tracks lie {} apart on average"),
    _Category("Old soul", "year", False, "{:.0f}", "median year {}"),
    _Category("Fresh ears", "year", True, "{:.0f}", "median year {}"),
    _Category("Deepest digger", "popularity", False, "{:.0f}", "median popularity {} of 100"),
    _Category("Longest breath", "length", True, "{:.1f}", "median length {} min"),
    _Category("Most artists", "artists", True, "{:.0%}", "{} of the tracks by a new artist"),
    _Category("Most loyal fan", "artists", False, "{:.0%}", "{} of the tracks by a new artist"),
)


def give_awards(people: Sequence[Participant]) -> tuple[Award, ...]:
    """Give at most `MOST_AWARDS`, the clearest ones after three that every group gets.

    Only people with enough measured tracks take part. An end that more than two people share, or nearly
    everybody, is no award.
    """
    runners = [person for person in people if person.is_scored]
    found = [award for category in _CATEGORIES if (award := _run(category, runners)) is not None]
    found.sort(key=lambda entry: (not entry.always, -entry.lead))
    given: list[Award] = []
    count: dict[PersonKey, int] = {}
    # once around for people without any award, then again up to two each
    for most in (1, MOST_EACH):
        for entry in found:
            fits = all(count.get(key, 0) < (MOST_EACH if entry.always else most) for key in entry.award.keys)
            if entry.award not in given and fits and len(given) < MOST_AWARDS:
                given.append(entry.award)
                for key in entry.award.keys:
                    count[key] = count.get(key, 0) + 1
    return tuple(given)


@dataclass(frozen=True, slots=True)
class _Result:
    award: Award
    always: bool
    lead: float
    """How far the winner is ahead, in standard deviations of the group."""


def _run(category: _Category, runners: Sequence[Participant]) -> _Result | None:
    values = {
        person.key: person.figures[category.figure] for person in runners if category.figure in person.figures
    }
    if len(values) < 2:
        return None
    ranked = sorted(values, key=lambda key: (-values[key] if category.highest else values[key], key))
    best = _said(category, values[ranked[0]])
    holders = tuple(key for key in ranked if _said(category, values[key]) == best)
    rest = [key for key in ranked if key not in holders]
    if not rest or len(holders) > 2:
        return None
    spread = pstdev(values.values())
    number = category.words.format(best)
    following = _said(category, values[rest[0]])
    return _Result(
        Award(category.title, holders, f"{number}; the next has {following}"),
        category.always,
        abs(values[ranked[0]] - values[rest[0]]) / spread if spread else 0.0,
    )


def _said(category: _Category, value: float) -> str:
    return category.number.format(value).replace("%", " %").replace("-", "−")
