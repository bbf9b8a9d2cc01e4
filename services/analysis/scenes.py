"""Say what a group is called by beside its sound: an artist, a genre or a decade that most of it shares."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from services.analysis.claims import FEWEST_TAGGED
from services.analysis.name_rules import implied_by
from services.analysis.tally import (
    A_LOT,
    Read,
    Tally,
    by_genres,
    by_titles,
    counted,
    decades,
    families_of,
    kinds_in,
    leads,
    lower_end,
    share_with,
    told,
    total,
)
from services.analysis.vocabulary import SHRUGS
from services.domain.group_names import (
    MORE,
    OTHERS,
    GroupName,
    Language,
    Recording,
    Scene,
    SceneKind,
    SoundName,
)

FEWEST_NAMED_BY = 5
"""Tracks of which something is known, below which a group is called by nothing: nearly all of so few have to
have it in common.
"""

MOST_PAIRED, MOST_GROUNDED = 4, 2
"""Words of which two are tried together, and words for the sound after what a group is."""

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

MOST_BY_FAR, TIMES_BY_FAR = 0.5, 2.0
"""Lower end and times for a decade and an artist: half of a group is too little to be called by them."""

HALF, HALF_SURELY = 0.5, 0.33
"""Share of an artist from which a group is called by them where its sound says little, and its lower end."""

PART, PART_SURELY = 0.25, 0.12
"""The same where it is called by them "& others"."""

LATEST_DECADE = 1980
"""Years are those of the edition: no edition is older than its music, and later ones are often younger."""

_OCCASIONS = frozenset(
    {
        Recording.CHRISTMAS, Recording.CLASSICAL, Recording.KARAOKE, Recording.LULLABIES, Recording.MUSICALS,
        Recording.SOUNDTRACKS,
    }
)  # fmt: skip
"""Kinds of recording that say more than the genre of what is recorded."""

TOLD_SURELY = 0.25
"""Lower end for the language of the titles: few words tell it, and many titles have none of them."""

MOST = 0.6
"""Share of an artist from which a group is called by them before anything else."""

SPANS = (MOST, 0.7, 0.8)
"""Shares of one, two and three decades in a row from which a group is called by them."""

LONGEST = 34
"""Letters of two or three of a kind before a name, of which a line has to be left for the sound."""


_OF_ANY_KIND = SHRUGS | {
    SoundName.BIG_ANTHEMIC,
    SoundName.BRIGHT_UPBEAT,
    SoundName.HIGH_SPIRITED_LOUD,
    SoundName.POLISHED_PUNCHY,
    SoundName.SUNNY_EASY_GOING,
}
"""Names that tell the mood and not the kind of music: pop from anywhere is "polished & punchy"."""


@dataclass(frozen=True, slots=True)
class _Together:
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
    before: tuple[str, ...] = ()
    """Who else is named after them."""


_TWO_ARTISTS = _Together(2, each=0.2, share=OF_ALL, surely=MOST_BY_FAR, times=TIMES_BY_FAR)
_TWO_AND_OTHERS = _Together(2, each=0.1, share=PART, surely=PART_SURELY, times=TIMES, before=(OTHERS,))
_TWO_FAMILIES = _Together(2, each=0.2, share=OF_ALL, surely=HELD, times=1.0)
_THREE_FAMILIES = _Together(3, each=0.15, share=HALF, surely=0.6, times=1.2)
_TWO_AND_MORE = _Together(2, each=0.15, share=A_LOT, surely=A_LOT, times=1.2, before=(MORE,))

_NAMEABLE_ARTIST = re.compile(r"[^\W_](?:[\w&'’+/ .!?$-]|,(?= )){1,29}")


def scene_of(group: Tally, rest: Tally) -> Scene | None:
    """Return what a group may be called by beside its sound, or None where nothing holds for most of it.

    An artist who made most of it, else what kind of recording its titles tell, its genre, the family of its
    genres, the language of its titles or its decade. A genre speaks for its kinds too: "classic country" is
    country.
    """
    return (
        _most_have(group, rest, leads, SceneKind.ARTIST, HELD, times=TIMES_BY_FAR, share=MOST)
        or _most_have(group, rest, by_titles(_OCCASIONS), SceneKind.RECORDING, HELD)
        or _most_have(
            group,
            rest,
            by_genres(kinds_in(group, rest)),
            SceneKind.GENRE,
            HELD,
            beside=_all_kinds_in(group, rest),
        )
        or _most_have(group, rest, by_genres(families_of), SceneKind.GENRE, HELD)
        or _most_have(group, rest, by_titles(Recording), SceneKind.RECORDING, HELD)
        or _most_have(group, rest, by_titles(Language), SceneKind.LANGUAGE, TOLD_SURELY)
        or _early(_most_have(group, rest, decades, SceneKind.DECADE, MOST_BY_FAR, times=TIMES_BY_FAR))
    )


def grounded(
    names: Sequence[GroupName],
    groups: Sequence[tuple[Tally, Tally]],
    *,
    earlier: Sequence[GroupName | None] = (),
) -> tuple[GroupName, ...]:
    """Say first what most of each group is, though the rest may be so too, where its name says little.

    "Sunnier tracks" are "Rock, sunnier", "Cheerful tracks" are "Rock, cheerful", or "Pop & rock, cheerful"
    where only both are most of them. A name that another group would share stays as it was.

    Parameters
    ----------
    groups
        The tracks of each group, and those of the others.
    earlier
        What each group was called before: where it is still called so, it stays.
    """
    before = [*earlier, *[None] * (len(names) - len(earlier))]
    better = [
        name if name == was or name.scene is not None or not _says_little(name) else _with_ground(name, *own)
        for name, was, own in zip(names, before, groups, strict=True)
    ]
    said, was_said = list(map(_said, better)), list(map(_said, names))
    chosen = [
        name if said.count(own) > 1 or own in (*was_said[:at], *was_said[at + 1 :]) else new
        for at, (name, new, own) in enumerate(zip(names, better, said, strict=True))
    ]
    return _counted_anew(chosen, before)


def _said(name: GroupName) -> tuple[object, ...]:
    """Return what a name says, in whatever order: "Pop & rock, dark" is "Rock & pop, dark"."""
    scene = name.scene and (name.scene.kind, frozenset({name.scene.words, name.scene.also, name.scene.third}))
    return name.sound, frozenset(name.leans), name.compared, scene, name.differs, name.number


def _counted_anew(names: Sequence[GroupName], before: Sequence[GroupName | None]) -> tuple[GroupName, ...]:
    """Give each name the lowest number that is free, now that others are called by more.

    So for a comparison with one that is called otherwise now: "Big & anthemic · louder" beside none.
    """
    taken = set(map(_said, names))
    result = []
    for name, was in zip(names, before, strict=True):
        less = [replace(name, number=number) for number in range(1, name.number)]
        if name.differs is not None and not name.is_one_word:
            less.insert(0, replace(name, differs=None))
        shorter = next((each for each in less if _said(each) not in taken), name) if name != was else name
        taken.add(_said(shorter))
        result.append(shorter)
    return tuple(result)


def _with_ground(name: GroupName, group: Tally, rest: Tally) -> GroupName:
    scene = _ground_of(group, rest)
    if scene is None:
        return name
    implied = implied_by(scene)
    leans = tuple(lean for lean in name.leans if lean not in implied)[:MOST_GROUNDED]
    if leans or not name.leans:
        return replace(name, scene=scene, leans=leans or name.leans)
    if name.differs is not None:
        # "Hip hop, wordy & calmer" says the same twice.
        return replace(name, scene=scene, leans=(name.differs,), compared=True, differs=None)
    return replace(name, scene=scene)


def _ground_of(group: Tally, rest: Tally) -> Scene | None:
    """Return what most of a group is: a genre, an artist, two of them, or an early decade."""
    kinds, families = by_genres(kinds_in(group, rest)), by_genres(families_of)
    return (
        _most_have(group, rest, kinds, SceneKind.GENRE, HELD, times=0.0)
        or _most_have(group, rest, families, SceneKind.GENRE, HELD, times=0.0)
        or _most_have(group, rest, leads, SceneKind.ARTIST, HALF_SURELY, times=1.0, share=HALF)
        or _few_have(group, rest, leads, SceneKind.ARTIST, _TWO_ARTISTS)
        or _few_have(group, rest, families, SceneKind.GENRE, _TWO_FAMILIES)
        or _most_have(group, rest, families, SceneKind.GENRE, HALF_SURELY, times=0.0, share=HALF)
        or _most_have(group, rest, by_titles(Recording), SceneKind.RECORDING, HELD, times=0.0)
        or _early(_most_have(group, rest, decades, SceneKind.DECADE, HELD, times=TIMES))
        or _most_have(group, rest, by_titles(Language), SceneKind.LANGUAGE, TOLD_SURELY, times=0.0)
        or _few_have(group, rest, leads, SceneKind.ARTIST, _TWO_AND_OTHERS)
        or _and_others(group, rest)
        or _span_of(group, rest)
        or _few_have(group, rest, families, SceneKind.GENRE, _THREE_FAMILIES)
        or _few_have(group, rest, families, SceneKind.GENRE, _TWO_AND_MORE)
    )


def _and_others(group: Tally, rest: Tally) -> Scene | None:
    """Return the artist of a good part of a group, who is rarer elsewhere."""
    found = _most_have(group, rest, leads, SceneKind.ARTIST, PART_SURELY, times=TIMES, share=PART)
    return found and replace(found, also=OTHERS)


def _span_of(group: Tally, rest: Tally) -> Scene | None:
    """Return the fewest decades in a row that most of a group is from, and the rest is not."""
    here, there = list(told(decades(group))), list(told(decades(rest)))
    known, inside = total(here), counted(here)
    if known < max(FEWEST_TAGGED, FEW_TAGGED * group.size):
        return None
    for least, length in zip(SPANS, range(len(SPANS)), strict=True):
        spans = {first: _span(first, str(int(first) + 10 * length)) for first in inside}
        number, first = max((sum(inside[each] for each in span), first) for first, span in spans.items())
        surely, last = lower_end(number, known), max(spans[first])
        if (
            number >= least * known
            and min(inside[first], inside[last]) > 0
            and surely >= max(HELD, TIMES * share_with(spans[first], there))
        ):
            return Scene(SceneKind.DECADE, first, last if length else "")
    return None


def _span(first: str, last: str) -> frozenset[str]:
    """Return decades from the first to the last."""
    return frozenset(map(str, range(int(first), int(last) + 1, 10)))


def still_of(name: GroupName, group: Tally, rest: Tally) -> bool:
    """Whether the scene in a name that a group had before still holds for it.

    More than for the rest, unless the name says little beside it: see `grounded`.
    """
    scene = name.scene
    if scene is None:
        return True
    readers: dict[SceneKind, Read] = {
        SceneKind.ARTIST: leads,
        SceneKind.DECADE: decades,
        SceneKind.RECORDING: by_titles(Recording),
        SceneKind.LANGUAGE: by_titles(Language),
    }
    read = readers.get(scene.kind) or _all_kinds_in(group, rest)
    said = frozenset({scene.words, scene.also, scene.third} - {""})
    words = said - {OTHERS, MORE}
    if scene.kind is SceneKind.DECADE:
        words = said = _span(min(said), max(said))
    share, elsewhere = (share_with(words, list(told(read(some)))) for some in (group, rest))
    return share >= (HELD if said == words else A_LOT) and (share > elsewhere or _says_little(name))


def _all_kinds_in(group: Tally, rest: Tally) -> Read:
    """Read genres, those that they are kinds of and their families: shoegaze is rock where that is said."""
    kinds = kinds_in(group, rest)
    return by_genres(lambda genres: kinds(genres) | families_of(genres))


def _says_little(name: GroupName) -> bool:
    """Whether a name is made of plain words, or is one that fits most music."""
    return name.sound is None or name.sound in _OF_ANY_KIND


def _most_have(
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
    here = list(told(read(group)))
    tagged = total(here)
    if tagged < max(FEWEST_NAMED_BY, FEW_TAGGED * group.size):
        return None
    held *= max(1.0, TAGGED * group.size / tagged)
    inside = counted(here)
    shares = {
        word: count / tagged
        for word, count in inside.items()
        if count / tagged >= share and (kind is SceneKind.ARTIST or count >= OF_ALL * group.size)
    }
    shares = {
        word: part
        for word, part in shares.items()
        if lower_end(inside[word], tagged) >= held and _is_sayable(word, kind)
    }
    if not shares:
        return None
    there = list(told((beside or read)(rest)))
    fitting = []
    for word, part in shares.items():
        elsewhere = share_with({word}, there)
        least = lower_end(inside[word], tagged)
        if least >= times * elsewhere or (least >= NEARLY_ALL and elsewhere <= RARER):
            fitting.append((-_telling(part, elsewhere), -len(word), word))
    return Scene(kind, min(fitting)[2]) if fitting else None


def _few_have(group: Tally, rest: Tally, read: Read, kind: SceneKind, wanted: _Together) -> Scene | None:
    """Return the few of a kind that most of a group share, where each makes a good part of it."""
    here, there = list(told(read(group))), list(told(read(rest)))
    tagged = total(here)
    if tagged < max(FEWEST_TAGGED, FEW_TAGGED * group.size):
        return None
    surely = wanted.surely * max(1.0, TAGGED * group.size / tagged)
    inside = counted(here)
    telling = sorted(
        (-_telling(count / tagged, share_with({word}, there)), -count, word)
        for word, count in inside.items()
        if count >= wanted.each * tagged and _is_sayable(word, kind)
    )
    for some in combinations([word for _, _, word in telling[:MOST_PAIRED]], wanted.count):
        if kind is SceneKind.ARTIST and len(" & ".join((*some, *wanted.before))) > LONGEST:
            continue
        number = sum(times for words, times in here if not words.isdisjoint(some))
        if (
            number >= wanted.share * group.size
            and lower_end(number, tagged) >= surely
            and number / tagged >= wanted.times * share_with(some, there)
        ):
            return Scene(kind, *sorted(some, key=lambda word: (-inside[word], word)), *wanted.before)
    return None


def _telling(share: float, elsewhere: float) -> float:
    """Return how much a word tells a group from the rest, by its share in both."""
    return round(share * math.log((share + 0.01) / (elsewhere + 0.01)), 9)


def _is_sayable(word: str, kind: SceneKind) -> bool:
    return bool(_NAMEABLE_ARTIST.fullmatch(word)) if kind is SceneKind.ARTIST else bool(word)


def _early(decade: Scene | None) -> Scene | None:
    return decade if decade is not None and int(decade.words) <= LATEST_DECADE else None
