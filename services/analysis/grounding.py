"""Say in the name of a group what most of it is, where its sound alone would be its name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import cache

from services.analysis.genres import family_of, genres_of
from services.analysis.in_common import (
    ADDED,
    FEWEST_NAMED_BY,
    FEWEST_PAIRED,
    LONGEST,
    TIMES,
    TOO_BROAD,
    Together,
    era_of,
    few_have,
)
from services.analysis.name_rules import ELECTRIC, ENTRIES, WORTH_SAYING
from services.analysis.scenes import (
    HALF,
    ONE_HINTED,
    TWO_KINDS_HINTED,
    all_kinds_in,
    early,
    ground_of,
    hints_in,
    implied_by,
    no_families,
)
from services.analysis.tally import A_LOT, Tally, by_genres, families_in
from services.domain.features import Feature
from services.domain.group_words import scene_words, wording_of
from services.domain.grouping import GroupName, Lean, Scene, SceneKind, SoundName

_TELLING = frozenset({Feature.SPEECHINESS, Feature.INSTRUMENTALNESS})

MOST_GROUNDED = 2
"""Words for the sound after what a group is; of comparisons it is one."""

_NEVER_FAINTLY = frozenset(
    {Lean(Feature.LOUDNESS, high=False), *(Lean(Feature.ACOUSTICNESS, high) for high in (True, False))}
)
"""Words that are left out where little of them is heard, whatever else a name says."""

_OF_ITS_TIME = frozenset({"electronic", "hip hop", "pop"})
"""Families of which most editions are as old as the music."""

_SPOKEN = "spoken"

_UNDATED = frozenset({"classical", "seasonal", _SPOKEN, "stage & screen"})
"""Families of which an edition says when it was recorded, and not when it was written."""

_SAYS_ENOUGH = "pop"
"""Of families that say too little the one that says enough alone."""

_SAYS_NOTHING = frozenset({"pop", "rock"})
"""Families that tell nothing beside another one."""

ANOTHER = 0.2
"""Share of a second family that tells a group from the rest, beside one that does not."""

_TWO_FINER = Together(2, each=A_LOT, share=0.35, surely=0.3, times=1.0, added=0.0)


def grounded(
    names: Sequence[GroupName],
    groups: Sequence[tuple[Tally, Tally]],
    *,
    faint: Sequence[Collection[Lean]] = (),
    earlier: Sequence[GroupName | None] = (),
) -> tuple[GroupName, ...]:
    """Say first what most of each group is, though the rest may be so too, or else who is in it.

    "Livelier tracks" are "Rock, livelier", "Cheerful tracks" are "Rock, cheerful", or "Pop & rock, cheerful"
    where only both are most of them, and "Nas & others, cheerful" where two fifths are by one artist. A name
    that another group would share says all that it says, or two kinds of its music, or stays as it was.

    Parameters
    ----------
    groups
        The tracks of each group, and those of the others.
    faint
        Words of which little is heard in each group: left out after what it is, where another word for its
        sound is left.
    earlier
        What each group was called before: where it is still called so, it stays.
    """
    before = [*earlier, *[None] * (len(names) - len(earlier))]
    faint = faint or [()] * len(names)
    grounds = [
        None if name == was or name.scene is not None else ground_of(name, *own)
        for name, was, own in zip(names, before, groups, strict=True)
    ]
    # Where groups would be called the same without faint words and what is implied, these are said after all.
    wordings = [
        (name,)
        if name == was
        else (
            _in_full(name, ground, unsaid, *own),
            _finer(_with_ground(name, ground, (), says_all=True), *own),
            _finer(name, *own),
            _hinted(name, *own),
            name,
        )
        for name, was, ground, unsaid, own in zip(names, before, grounds, faint, groups, strict=True)
    ]
    said = [set(map(wording_of, some[:2])) for some in wordings]
    firsts = [wording_of(some[0]) for some in wordings]
    chosen: list[GroupName] = []
    for at, some in enumerate(wordings):
        taken = set(map(wording_of, (*chosen, *names[:at], *names[at + 1 :])))
        # What is the only thing that another could be called as well tells neither from the other.
        taken |= {own for each in (*said[:at], *said[at + 1 :]) if len(each) == 1 for own in each}
        choice = some[firsts.count(wording_of(some[0])) > 1 :]
        chosen.append(next((new for new in choice if wording_of(new) not in taken), some[-1]))
    return _counted_anew(chosen, before)


def _counted_anew(names: Sequence[GroupName], before: Sequence[GroupName | None]) -> tuple[GroupName, ...]:
    """Give each name the lowest number that is free, now that others are called by more.

    So for a comparison with one that is called otherwise now: "Big & anthemic · louder" beside none.
    """
    taken = set(map(wording_of, names))
    result = []
    for name, was in zip(names, before, strict=True):
        less = [replace(name, number=number) for number in range(1, name.number)]
        if name.differs is not None and not name.is_one_word:
            less.insert(0, replace(name, differs=None))
        shorter = (
            name if name == was else next((each for each in less if wording_of(each) not in taken), name)
        )
        taken.add(wording_of(shorter))
        result.append(shorter)
    return tuple(result)


def _in_full(
    name: GroupName, scene: Scene | None, faint: Collection[Lean], group: Tally, rest: Tally
) -> GroupName:
    """Say the scene and the sound, and of that what is faint where nothing else is left of it.

    Of broad genres those kinds are said that most of it is, or their decades.
    """
    said = _with_ground(name, scene, faint)
    another = _another_than(said.scene, group, rest)
    finer = _finer(said, group, rest, surely=another != said.scene and _says_sound(said)).scene
    if finer is not None and finer != said.scene:
        return _with_sound(name, finer, faint, group, rest)  # what goes without saying is another
    full = name if another == name.scene else _with_sound(name, another, faint, group, rest)
    return _dated(full, group, rest)


def _with_sound(
    name: GroupName, scene: Scene | None, faint: Collection[Lean], group: Tally, rest: Tally
) -> GroupName:
    """Say rather what is heard a little or goes without saying than nothing of the sound.

    Of names without a word for it readers nod at two of five. "Melodic rap, wordy" is said beside other rap.
    """
    said = _with_ground(name, scene, faint)
    if _says_sound(said) or said.scene is None:
        return said
    faintly = _with_ground(name, said.scene, _NEVER_FAINTLY)
    if _says_sound(faintly) or not _is_everywhere(said.scene, group, rest):
        return faintly
    return _with_ground(name, said.scene, _NEVER_FAINTLY, says_all=True)


def _with_ground(
    name: GroupName, scene: Scene | None, faint: Collection[Lean], *, says_all: bool = False
) -> GroupName:
    if scene is None:
        return name
    implied = frozenset[Lean]() if says_all else implied_by(scene)
    compared = tuple([lean for lean in name.beside if lean in WORTH_SAYING and lean not in implied])
    if name.sound is not None:
        # As in "Hip hop, wordy & rhythmic".
        is_said = not (implied - {ELECTRIC}).isdisjoint(ENTRIES[name.sound].main)
        return replace(name, scene=scene, sound=SoundName.ALL_ROUNDERS if is_said else name.sound)
    if name.compared:
        return replace(name, scene=scene, leans=compared[:1], differs=None)
    left = [lean for lean in name.leans if lean not in implied and lean not in faint]
    # Of three words those stay that tell speech and instruments from songs.
    stay = sorted(left, key=lambda lean: lean.feature not in _TELLING)[:MOST_GROUNDED]
    leans = tuple(lean for lean in left if lean in stay)
    # How it differs from its namesake must not come to be said of the rest, as it is after a single word.
    keeps = compared if name.is_one_word else len(leans) > 1
    differs = name.differs if leans and keeps else None
    if not leans and compared:
        return replace(name, scene=scene, leans=compared, compared=True, differs=None)
    return replace(name, scene=scene, leans=leans, differs=differs)


def _finer(name: GroupName, group: Tally, rest: Tally, *, surely: bool = False) -> GroupName:
    """Call what is called by a family or a decade by two genres: "Garage & indie rock" for "Rock".

    Families that say too little give way to kinds that a fifth has, even to a single one: "Dream pop" for
    "Rock & pop".
    Beside a word for the sound other families give way to what is more of them, and never where most tracks
    are tagged with their names.
    """
    if name.scene is None:
        return name
    said = [name.scene.words, *filter(None, [name.scene.also, name.scene.third])]
    if not _is_broad(name.scene) and name.scene.kind is not SceneKind.DECADE:
        return name
    says_nothing = not _says_sound(name)
    says_little = _is_too_broad(name.scene)
    tells_nothing = len(said) == 1 and _SAYS_ENOUGH not in said and _is_everywhere(name.scene, group, rest)
    genres = by_genres(genres_of)
    if not (says_nothing or says_little or tells_nothing) and group.read(genres).share_with(said) >= HALF:
        return name  # "Country", as people say, and not which kinds of it
    families = frozenset(filter(None, map(family_of, said)))
    kinds, own = by_genres(no_families), by_genres(no_families, _is_kind_of(families))
    tried = [(_TWO_FINER, kinds)] * (len(said) == 1 or says_nothing or says_little)
    if surely or (tells_nothing and not says_little and not says_nothing):
        tried = [(_TWO_FINER, kinds if surely else own)]
    elif says_little:
        tried += [(TWO_KINDS_HINTED, hints_in(group)), (ONE_HINTED, own)]
    elif says_nothing:
        tried += [(TWO_KINDS_HINTED, hints_in(group))]
    found = (few_have(group, rest, read, SceneKind.GENRE, each) for each, read in tried)
    finer = next(filter(None, found), None)
    return name if finer is None else replace(name, scene=finer)


def _hinted(name: GroupName, group: Tally, rest: Tally) -> GroupName:
    """Say two kinds of music that a fifth has, where what most of it is does not tell it from another."""
    found = few_have(group, rest, hints_in(group), SceneKind.GENRE, TWO_KINDS_HINTED)
    return name if found is None or name.scene is not None else _with_ground(name, found, ())


def _is_everywhere(scene: Scene, group: Tally, rest: Tally) -> bool:
    """Whether the rest of a list is of some genres as well, and what is spoken is not one of them."""
    words = {scene.words, scene.also, scene.third} - {""}
    families = {family or word for word in words for family in [family_of(word)]}
    if scene.kind is not SceneKind.GENRE or _SPOKEN in families:
        return False
    return rest.read(all_kinds_in(group, rest)).share_with(families) >= HALF


def _is_too_broad(scene: Scene | None) -> bool:
    """Whether a scene is made of families that say too little of what a group is."""
    said = {scene.words, scene.also, scene.third} - {""} if scene else set()
    return bool(said) and said <= TOO_BROAD and said != {_SAYS_ENOUGH}


@cache
def _is_kind_of(wanted: frozenset[str]) -> Callable[[str], bool]:
    """Return what tells which genres are kinds of some families."""
    return lambda word: family_of(word) in wanted


def _another_than(scene: Scene | None, group: Tally, rest: Tally) -> Scene | None:
    """Say beside a family that the rest is of as well another one that tells: "Rock & disco" of much rock."""
    if scene is None or scene.also or not _is_broad(scene):
        return scene
    here, there = (some.read(by_genres(families_in(group, rest))) for some in (group, rest))
    telling = [
        (-here.counts[word], word)
        for word in here.counts
        if word != scene.words
        and (word not in _SAYS_NOTHING or scene.words in TOO_BROAD)
        and here.counts[word] >= FEWEST_PAIRED
        and here.share_with({word}) >= max(ANOTHER, TIMES * there.share_with({word}))
        and here.number_with({word, scene.words}) >= here.counts[scene.words] + ADDED * here.total
    ]
    is_known = there.total >= FEWEST_NAMED_BY
    tells = not is_known or here.share_with({scene.words}) >= TIMES * there.share_with({scene.words})
    return replace(scene, also=min(telling)[1]) if telling and not tells else scene


def _dated(name: GroupName, group: Tally, rest: Tally) -> GroupName:
    """Say of which decades broad genres are: "70s & 80s rock", and "2010s pop" where nothing else is said.

    Years are those of the edition: later ones are said of what is seldom published again, and none of what is
    mostly older than any edition.
    """
    if name.scene is None or not _is_broad(name.scene):
        return name
    words, says_sound = {name.scene.words, name.scene.also, name.scene.third} - {""}, _says_sound(name)
    era = era_of(group, rest, [1, 2], times=TIMES if says_sound else 0.0)
    is_new = not says_sound and words <= _OF_ITS_TIME
    if era is None or not words.isdisjoint(_UNDATED) or not (is_new or early(era)):
        return name
    dated = replace(name.scene, era=tuple(filter(None, (era.words, era.also))))
    return name if len(scene_words(dated)) > LONGEST else replace(name, scene=dated)


def _says_sound(name: GroupName) -> bool:
    return name.sound not in {None, SoundName.ALL_ROUNDERS} or bool(name.leans) or name.differs is not None


def _is_broad(scene: Scene) -> bool:
    """Whether a scene is made of families alone."""
    said = filter(None, [scene.words, scene.also, scene.third])
    return scene.kind is SceneKind.GENRE and all(word in {family_of(word), "r&b"} for word in said)
