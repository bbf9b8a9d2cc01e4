"""Mix a playlist for several people: choose in turns, lift everybody above a floor, let it flow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np

from services.analysis.blending.candidates import Candidates, gather
from services.analysis.blending.flow import let_flow
from services.analysis.blending.satisfaction import FOREIGN
from services.analysis.blending.turns import Turn, lift, take_turns
from services.analysis.comparison.listening import Listening, listen
from services.domain.blend import Blend, BlendMode, BlendPerson, BlendTrack
from services.domain.comparison import Person

FLOOR = 0.4
"""Mean satisfaction that everybody gets: what turns without any regard for the others give the worst off."""

HALFWAY = 0.5
"""Satisfaction from which a track serves somebody: as near to them as half of their own music."""


def blend(people: Sequence[Person], *, size: int, mode: BlendMode = BlendMode.FAIR) -> Blend:
    """Mix a playlist of `size` tracks. The order of the people and of their tracks changes nothing.

    In every beginning of it the turns of any two people differ by one at most, as long as both have songs
    left that the rules allow.

    Raises
    ------
    ValueError
        Fewer than two people, one key for two of them, or no size.
    """
    if len(people) < 2 or max(Counter(person.key for person in people).values()) > 1 or size < 1:
        raise ValueError("a blend takes a size and two or more people, each with a key of their own")
    listeners = [listen(person) for person in sorted(people, key=lambda person: person.key)]
    candidates = gather(listeners, size)
    chosen = take_turns(candidates, size, mode)
    turns = let_flow(lift(candidates, chosen, mode, FLOOR), candidates.entries)
    members = [_person(listener, index, turns, candidates) for index, listener in enumerate(listeners)]
    return Blend(
        mode=mode,
        people=tuple(members),
        tracks=tuple(_track(turn, candidates, listeners) for turn in turns),
        floor=FLOOR,
        notes=_notes(candidates, members, chosen.missed, mode, size),
    )


def _track(turn: Turn, candidates: Candidates, listeners: Sequence[Listening]) -> BlendTrack:
    keys = [listener.person.key for listener in listeners]
    values = candidates.satisfaction[turn.song]
    order = sorted(range(len(keys)), key=lambda person: (-values[person], person))
    return BlendTrack(
        entry=candidates.entries[turn.song],
        turn=keys[turn.person],
        owners=tuple(key for key, owns in zip(keys, candidates.owners[turn.song], strict=True) if owns),
        serves=tuple(keys[p] for p in order if values[p] >= HALFWAY or p == turn.person),
        satisfaction=tuple(float(value) for value in values),
    )


def _person(listener: Listening, index: int, turns: Sequence[Turn], candidates: Candidates) -> BlendPerson:
    songs = [turn.song for turn in turns]
    values = candidates.satisfaction[songs, index]
    return BlendPerson(
        key=listener.person.key,
        name=listener.person.name,
        satisfaction=float(values.mean()) if songs else 0.0,
        turns=sum(turn.person == index for turn in turns),
        owned=int(candidates.owners[songs, index].sum()),
        foreign=int(np.count_nonzero(values < FOREIGN)),
    )


def _notes(
    candidates: Candidates,
    members: Sequence[BlendPerson],
    missed: Collection[int],
    mode: BlendMode,
    size: int,
) -> tuple[str, ...]:
    found = sum(member.turns for member in members)
    if not candidates.entries:
        return ("Nobody has a track whose sound is known, so there is nothing to mix.",)
    if not found:
        return ("Every song would be foreign to somebody: the tastes are too far apart for the safe mode.",)
    notes = []
    most = max(member.turns for member in members)
    for name in [
        member.name for index, member in enumerate(members) if index in missed and member.turns < most
    ]:
        why = (
            "no further song that nobody finds foreign"
            if mode is BlendMode.SAFE
            else "no further song to give"
        )
        notes.append(f"{name} had {why}, so others had more turns.")
    if found < size:
        notes.append(f"Only {found} of {size} tracks could be found.")
    notes += [
        f"{member.name} stays at {100 * member.satisfaction:.0f} %, below the {100 * FLOOR:.0f} % that"
        " everybody should reach: no exchange of songs helps without hurting somebody more."
        for member in members
        if member.satisfaction < FLOOR
    ]
    return tuple(notes)
