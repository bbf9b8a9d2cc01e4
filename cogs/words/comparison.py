"""The result of a comparison in one sentence."""

from __future__ import annotations

from cogs.words.text import join_words
from services.domain.comparison import (
    FEWEST_FOR_A_NUMBER,
    FEWEST_MEASURED,
    Comparison,
    Pair,
    TopPairs,
    TopPeople,
)
from services.domain.scoring import Band

_BANDS = {
    Band.FAR: "far apart",
    Band.APART: "rather apart",
    Band.USUAL: "as near as most",
    Band.NEAR: "rather close",
    Band.CLOSE: "close",
}


def comparison_sentence(found: Comparison) -> str:
    """Say what matters most: for two people their score, for more who is close and who is not."""
    known = [pair for pair in found.pairs if pair.score is not None]
    if not known:
        return (
            f"Not enough data to compare anybody: a score takes {FEWEST_MEASURED} measured tracks from each."
        )
    if found.most_alike is not None:
        return f"{_alike(found, found.most_alike)}{_wolf(found, found.lone_wolf)}."
    numbers = [pair for pair in known if not found.is_rough(pair)] or known
    if len(numbers) == 1:
        pair = numbers[0]
        return f"{found.name(pair.a)} and {found.name(pair.b)} score {_fit(found, pair)}{_meaning(pair)}."
    return (
        f"Too few tracks to say who is most alike: below {FEWEST_FOR_A_NUMBER} measured tracks "
        "a score is only known as a range."
    )


def _fit(found: Comparison, pair: Pair) -> str:
    if found.is_rough(pair):
        return f"{pair.low:.0f} to {pair.high:.0f} of 100, as far as so few tracks can tell"
    return f"{pair.score:.0f} of 100 ({pair.low:.0f}–{pair.high:.0f} with other tracks of theirs)"


def score_words(found: Comparison, pair: Pair) -> str:
    """Say a score with how sure it is; of few tracks the range alone."""
    if pair.score is None:
        return "not enough data"
    if pair.low is None or pair.high is None:
        return f"{pair.score:.0f} of 100"
    if found.is_rough(pair):
        return f"{pair.low:.0f} to {pair.high:.0f} of 100 from few tracks"
    return f"{pair.score:.0f} of 100, likely {pair.low:.0f} to {pair.high:.0f}"


def _meaning(pair: Pair) -> str:
    words = meaning_words(pair)
    return f": {words}" if words else ""


def meaning_words(pair: Pair) -> str:
    """Say a score in a word and beside strangers, or nothing where that is not known.

    Examples
    --------
    "rather close, more alike than 8 of 10 pairs of strangers"
    """
    if pair.percentile is None or pair.band is None:
        return ""
    if pair.band is Band.ONE:
        return "as alike as two lists of one person"
    tenths = round(10 * pair.percentile)
    if tenths <= 0:
        beside = "less alike than nearly all pairs of strangers"
    elif tenths >= 10:
        beside = "more alike than nearly all pairs of strangers"
    else:
        beside = f"more alike than {tenths} of 10 pairs of strangers"
    return f"{_BANDS[pair.band]}, {beside}"


def _alike(found: Comparison, top: TopPairs) -> str:
    if len(top.pairs) == 1:
        (one, other), *_ = top.pairs
        return f"{found.name(one)} and {found.name(other)} are most alike ({top.score:.0f} of 100)"
    if len(top.pairs) == 2:
        pairs = " as well as ".join(f"{found.name(one)} and {found.name(other)}" for one, other in top.pairs)
        return f"Most alike, in a tie, are {pairs} ({top.score:.0f} of 100)"
    return f"{len(top.pairs)} pairs tie for most alike ({top.score:.0f} of 100)"


def _wolf(found: Comparison, wolf: TopPeople | None) -> str:
    if wolf is None or len(wolf.keys) > 2:
        return "; nobody stands apart"
    names = join_words(map(found.name, wolf.keys))
    role = "is the lone wolf" if wolf.only else "tie for lone wolf"
    return f"; {names} {role} (mean {wolf.value:.0f})"
