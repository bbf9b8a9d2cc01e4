"""Find what most tracks of a group have in common, and those of the rest have not."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations

from services.analysis.claims import FEWEST_TAGGED
from services.analysis.genres import family_of, is_kind_of, is_known, is_nameable
from services.analysis.tally import (
    Read,
    Reading,
    Tally,
    commonly,
    decades,
    lower_end,
    spelling_of,
)
from services.domain.grouping import Scene, SceneKind
from services.domain.letters import JOINERS

FEWEST_NAMED_BY, FEWEST_BY_ARTIST = 5, 3
"""Tracks of which something is known, below which a group is called by nothing, and by no artist: nearly all
of so few have to have it in common.
"""

MOST_PAIRED = 4
"""Words of which a few are tried together."""

TAGGED, HELD, TIMES = 0.6, 0.4, 1.5
"""For a place in the name: share of the tracks of which something is known, share of those that have it in
common, and how many times as large as elsewhere that is. The lower end of the 95 % interval of the share has
to hold this as well.
"""

FEW_TAGGED, OF_ALL = 0.4, 0.42
"""Share of the tracks of which something has to be known at least: of fewer than `TAGGED` the more have to
have it in common, so that as large a part of the whole group surely has it. And share of all tracks that has
to be known to have it: what is not tagged is mostly by a few well-known artists, and something else.
"""

NEARLY_ALL, RARER = 0.8, 0.6
"""Lower end from which a genre is said though it is not rare elsewhere, and share that it may have there."""

FINER = 0.6
"""Part of the tracks of a genre that are of one kind of it, from which the group is called by that kind."""

ADDED = 0.1
"""Part of the tagged tracks that a second genre has to add to the first."""

SECOND_AT_LEAST = 0.33
"""Part of the tracks of a genre that nearly all are of, which a second one needs: "Spoken word" and not
"Spoken word & comedy" where one of six is that.
"""

BESIDE, IN_PLACE_OF_TWO = 0.2, 0.5
"""Shares of the tagged tracks that a genre needs beside the commonest, and that one before one of two."""

SELDOM_SAID = 0.6
"""Worth of a genre outside the fixed vocabulary beside another: few know the word."""

MANY_MORE = 0.1
"""Part of the tagged tracks by which a genre has to be commoner to be said in place of a more telling one."""

HALF = 0.5
"""Share of all tracks of a group that are known to be of a span of decades by which it is called."""

SPANS = (0.65, 0.7, 0.8)
"""Shares of one, two and three decades in a row from which a group is called by them."""

HINTED, ALL_BUT = 0.12, 0.5
"""Share of the tracks of which a genre has to be known, and lower end of those of them that have the same."""

TOO_BROAD = frozenset({"electronic", "pop", "rock"})
"""Families that say too little of what a group is, alone or together."""

FEWEST_PAIRED = 3
"""Tracks that the rarer of two genres needs."""

LONGEST = 34
"""Letters of two or three of a kind before a name, of which a line has to be left for the sound."""


_ANEW = frozenset({"neo", "new"})
"""Words before a genre that make no other of it, where both are named."""

_ONE_MUSIC = "religious"
"""A family of which whoever says one kind has said the others: "Christian & CCM"."""

_LONGEST_ARTIST = 30
_NO_NAME = re.compile(r"[<>@`|\\;\ufffd]|,(?![ \d])|://| · |^[-?._ ]*$")
"""Signs of addresses, markup, several names and lost letters; or nothing but what stands for no name."""


@dataclass(frozen=True, slots=True)
class Together:
    """From when a few of a kind are said where no single one is most of a group."""

    count: int
    each: float
    """Share of the tracks of which something is known that each has to have."""
    share: float
    """Share of all tracks that have one of them."""
    surely: float
    """Lower end of that share, of the tracks of which something is known."""
    times: float
    """How many times as large as elsewhere it has to be."""
    added: float = ADDED
    """Part of the tagged tracks that the others have to add to the commonest."""
    before: tuple[str, ...] = ()
    """Who else is named after them."""
    fewest: int = 1
    """Tracks that each has to have."""


def most_have(
    group: Tally,
    rest: Tally,
    read: Read,
    kind: SceneKind,
    held: float,
    *,
    times: float = TIMES,
    share: float = HELD,
    beside: Read | None = None,
) -> Scene | None:
    """Return what most of a group shares and the rest does not, of what `read` yields of each.

    Parameters
    ----------
    held, share
        Least that the lower end of the share, and the share itself, have to be.
    times
        How many times as large as elsewhere the lower end has to be.
    beside
        What is read of the rest in place of `read`.
    """
    here = group.read(read)
    tagged = here.total
    fewest = FEWEST_BY_ARTIST if kind is SceneKind.ARTIST else FEWEST_NAMED_BY
    if tagged < max(fewest, FEW_TAGGED * group.size):
        return None
    held *= max(1.0, TAGGED * group.size / tagged)
    inside = here.counts
    shares = {
        word: count / tagged
        for word, count in inside.items()
        if count / tagged >= share and (kind is SceneKind.ARTIST or count >= OF_ALL * group.size)
    }
    shares = {word: part for word, part in shares.items() if lower_end(inside[word], tagged) >= held}
    if not shares:
        return None
    spell = _spelling(group, kind)
    there = rest.read(beside or read)
    common = group.read(commonly).counts if kind is SceneKind.GENRE and len(shares) > 1 else Counter[str]()
    fitting = []
    for word, part in shares.items():
        if not _is_sayable(spell(word), kind):
            continue
        elsewhere = there.share_with({word})
        least = lower_end(inside[word], tagged)
        if least >= times * elsewhere or (least >= NEARLY_ALL and elsewhere <= RARER):
            # Of all that an artist is tagged with that comes first which they are commonly known for.
            fitting.append((-_worth(word, kind) * _telling(part, elsewhere), -common[word], -len(word), word))
    if not fitting:
        return None
    best = min(fitting)[3]
    # Where most pop is Swedish, "Swedish pop" says more.
    finer = [
        each for each in fitting if is_kind_of(each[3], best) and shares[each[3]] >= FINER * shares[best]
    ]
    return Scene(kind, spell(min(finer)[3] if finer else best))


def few_have(group: Tally, rest: Tally, read: Read, kind: SceneKind, wanted: Together) -> Scene | None:
    """Return the few of a kind that most of a group share, where each makes a good part of it."""
    here = group.read(read)
    tagged = here.total
    fewest = FEWEST_NAMED_BY if tagged >= TAGGED * group.size else FEWEST_TAGGED
    if tagged < max(fewest, FEW_TAGGED * group.size):
        return None
    surely = wanted.surely * max(1.0, TAGGED * group.size / tagged)
    inside = here.counts
    common = [word for word, count in inside.items() if count >= max(wanted.each * tagged, wanted.fewest)]
    if len(common) < wanted.count:
        return None
    spell = _spelling(group, kind)
    common = [word for word in common if _is_sayable(spell(word), kind)]
    if len(common) < wanted.count:
        return None
    there = rest.read(read)
    # Families by their size: what is rarer elsewhere tells more, and is less of the group.
    telling = sorted(
        (
            -_worth(word, kind) * _telling(inside[word] / tagged, there.share_with({word}))
            if wanted.times > 1
            else 0.0,
            -inside[word],
            word,
        )
        for word in common
    )
    for some in combinations([word for _, _, word in telling[:MOST_PAIRED]], wanted.count):
        if kind is SceneKind.ARTIST:
            if len(" & ".join((*map(spell, some), *wanted.before))) > LONGEST:
                continue
        elif any(_are_one(*pair) for pair in combinations(some, 2)):
            continue
        number, shares = here.number_with(some), [inside[word] for word in some]
        most, least = max(shares), min(shares)
        if len(some) > 1 and number < most + wanted.added * tagged:
            continue  # "CCM & Christian": who is tagged with the one is tagged with the other
        rare = max(FEWEST_PAIRED, SECOND_AT_LEAST * most if most >= NEARLY_ALL * tagged else 0)
        if kind is SceneKind.GENRE and len(some) > 1 and wanted.times > 1 and least < rare:
            continue
        if (
            number >= wanted.share * group.size
            and lower_end(number, tagged) >= surely
            and number / tagged >= wanted.times * there.share_with(some)
        ):
            first = sorted(some, key=lambda word: (-inside[word], word))
            words, also, third, *_ = *map(spell, first), *wanted.before, "", ""
            return Scene(kind, words, also, third)
    return None


def commoner(telling: Scene | None, group: Tally, rest: Tally, read: Read) -> Scene | None:
    """Give up what tells a group from the rest for a genre that more of its tracks have.

    Who looks at a group of shoegaze that is slower than the rest looks for the word "shoegaze". More are many
    more than have one that tells, no fewer than have one of two, or no fewer where most are by artists known
    for it. A kind of a genre is not given up for that genre.
    """
    if telling is None:
        return None
    here, said = group.read(read), {telling.words, telling.also} - {""}
    ranked = sorted(here.counts, key=lambda each: (-here.counts[each], len(each), each))
    word = next((each for each in ranked if _is_sayable(each, SceneKind.GENRE)), telling.words)
    if any(is_kind_of(each, word) for each in said) or (not telling.also and _says(telling.words, word)):
        return telling
    common, theirs, there = here.share_with({word}), here.share_with(said), rest.read(read)
    known = group.read(commonly)
    are_known = known.total >= max(FEWEST_NAMED_BY, FEW_TAGGED * group.size)
    is_known_for = are_known and common >= theirs and known.counts[word] >= HALF * known.total
    if not (is_known_for or common >= theirs + (0.0 if telling.also else MANY_MORE)):
        return _beside(word, telling, ranked, here, there) or telling
    # Where the rest is of that genre as well, what tells is said beside it, "Ambient & IDM", or in its place
    # where it is a kind of it: "House".
    second = telling.words
    tells = (
        common < TIMES * there.share_with({word})
        and here.share_with({second}) >= TIMES * there.share_with({second})
        and not family_of(word) == family_of(second) == _ONE_MUSIC
    )
    if tells and family_of(second) == word and here.share_with({second}) >= FINER * common:
        return telling
    adds = tells and not (_says(word, second) or _says(second, word) or family_of(word) == second)
    return Scene(SceneKind.GENRE, word, second if adds else "")


def _beside(word: str, telling: Scene, ranked: Sequence[str], here: Reading, there: Reading) -> Scene | None:
    """Say the commonest genre first, and beside it what it leaves out: "Death & black metal" for "Djent".

    Only where no genre that tells is as common, and it is not the family of one.
    """
    said = sorted({telling.words, telling.also} - {""}, key=lambda each: (-here.counts[each], each))
    enough = IN_PLACE_OF_TWO if telling.also else HELD
    if here.counts[word] <= here.counts[said[0]] or here.share_with({word}) < enough:
        return None
    if any(family_of(each) == word for each in said):
        return None
    for other in (*said, *ranked):
        if here.share_with({other}) < BESIDE or not _is_sayable(other, SceneKind.GENRE):
            continue
        adds = here.number_with({word, other}) >= here.counts[word] + ADDED * here.total
        tells = other in said and here.share_with({other}) >= TIMES * there.share_with({other})
        if (adds or tells) and not _are_one(word, other):
            return Scene(SceneKind.GENRE, word, other)
    return None


def of_few_known(group: Tally, rest: Tally, reads: Iterable[Read]) -> Scene | None:
    """Return the genre of nearly all tracks of which one is known, where that is said of few.

    What is known of a list of footwork or of lo-fi beats is little, and all the same.

    Parameters
    ----------
    reads
        Ways of reading genres; the first that tells is taken, and of each genre the commonest.
    """
    for read in reads:
        here, there = group.read(read), rest.read(read)
        if not max(FEWEST_NAMED_BY, HINTED * group.size) <= here.total < FEW_TAGGED * group.size:
            return None
        known_for = group.read(commonly).counts
        for word in sorted(here.counts, key=lambda each: (-here.counts[each], -known_for[each], each)):
            if lower_end(here.counts[word], here.total) < ALL_BUT:
                break
            says_much = _is_sayable(word, SceneKind.GENRE) and word not in TOO_BROAD
            if says_much and here.share_with({word}) >= there.share_with({word}):
                return Scene(SceneKind.GENRE, word)
    return None


def era_of(group: Tally, rest: Tally, lengths: Iterable[int], *, times: float = TIMES) -> Scene | None:
    """Return the first of some spans of decades that most of a group is from, and the rest is not.

    Parameters
    ----------
    lengths
        How many decades in a row are tried; 0 for as many as there are from the first on, which is said by
        the end of the last.
    times
        How many times as large as elsewhere the lower end of the share has to be.
    """
    here, there = group.read(decades), rest.read(decades)
    known, inside = here.total, here.counts
    if known < max(FEWEST_TAGGED, FEW_TAGGED * group.size):
        return None
    found = sorted(inside)
    spans = [
        (first, last)
        for length in lengths
        for first in (found if length else found[:1])
        for last in ([str(int(first) + 10 * (length - 1))] if length else found)
    ]
    for first, last in spans:
        span = span_of(first, last)
        number = sum(inside[decade] for decade in span)
        if (
            number >= max(SPANS[min(len(span), len(SPANS)) - 1] * known, HALF * group.size)
            and inside[first] * inside[last] > 0
            and lower_end(number, known) >= max(HELD, times * there.share_with(span))
        ):
            return Scene(SceneKind.DECADE, first, last if last > first else "")
    return None


def span_of(first: str, last: str) -> frozenset[str]:
    """Return decades from the first to the last."""
    return frozenset(map(str, range(int(first), int(last) + 1, 10)))


def _telling(share: float, elsewhere: float) -> float:
    """Return how much a word tells a group from the rest, by its share in both."""
    return round(share * math.log((share + 0.01) / (elsewhere + 0.01)), 9)


def _says(genre: str, other: str) -> bool:
    """Whether a genre says another as well: "desi pop" is desi, and "melodic rap" is hip hop."""
    return is_kind_of(genre, other) or set(other.split()) < set(genre.split())


def _are_one(genre: str, other: str) -> bool:
    """Whether one of two genres says the other, or is of its family."""
    first, second = (set(each.split()) - _ANEW for each in (genre, other))
    is_said = _says(genre, other) or _says(other, genre) or first < second or second < first
    return is_said or family_of(genre) == other or family_of(other) == genre


def _worth(word: str, kind: SceneKind) -> float:
    """Return what a word is worth to those who read it, beside another that tells as much."""
    return SELDOM_SAID if kind is SceneKind.GENRE and not is_known(word) else 1.0


def _spelling(group: Tally, kind: SceneKind) -> Callable[[str], str]:
    """Return what writes words of a kind: artists as most of their tracks in the group do."""
    return partial(spelling_of, tally=group) if kind is SceneKind.ARTIST else str


def _is_sayable(word: str, kind: SceneKind) -> bool:
    if kind is SceneKind.GENRE:
        return is_nameable(word)
    if kind is not SceneKind.ARTIST:
        return bool(word)
    is_text = all(char in " " + JOINERS or unicodedata.category(char)[0] in "LMNPS" for char in word)
    is_long_enough = len(word) > 1 or word.isalpha()
    return is_text and is_long_enough and len(word) <= _LONGEST_ARTIST and not _NO_NAME.search(word)
