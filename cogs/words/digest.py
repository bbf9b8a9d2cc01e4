"""What a weekly digest says."""

from __future__ import annotations

from collections.abc import Sequence

from cogs.words.text import escape, join_words
from services.domain.server_map import News, NewsKind
from services.domain.vocabulary import FEATURE_WORDS

_NAME = 32
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
    return escape(name, _NAME) or "Somebody"
