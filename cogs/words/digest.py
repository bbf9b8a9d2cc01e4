"""What a weekly digest says."""

from __future__ import annotations

from collections.abc import Sequence

from cogs.words.text import escape, join_words, moment, small
from services.domain.server_map import Digest, News, NewsKind
from services.domain.vocabulary import FEATURE_WORDS

DIGEST_OVER = "This digest is over: it became 30 days old, or nobody whom it named is on the map any more."

WHO_IS_NAMED = (
    "Only people who put themselves on the map are named. A quiet week has no digest, and nobody is pinged."
)

THIS_WEEK = "## This week on the map"

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


def digest_on_lines(digest: Digest) -> list[str]:
    """Say where and when a digest comes."""
    return [
        (
            f"Once a week I say in <#{digest.channel_id}> what happened on the map of this server, "
            f"first {moment(digest.next_at)}."
        ),
        (
            "Only people who put themselves on the map with `/map server` are named. Nobody is pinged, and a "
            "week in which nothing happened has no digest."
        ),
        small("`/digest off` ends it, and so does *Stop this* below each digest."),
    ]


def digest_off_lines() -> list[str]:
    """Say that no more digest comes."""
    return ["No more digests in this server.", small("`/digest on` starts them again.")]
