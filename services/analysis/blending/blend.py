"""Mix a playlist for several people: choose in turns, raise everybody above a floor, smooth the order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from services.analysis.blending.candidates import FOREIGN, Candidates, gather
from services.analysis.blending.flow import let_flow
from services.analysis.blending.turns import Rounds, Turn, lift, take_turns
from services.analysis.comparison.listening import Listening, listen
from services.domain.blend import Blend, BlendMode, BlendPerson, BlendTrack
from services.domain.comparison import Person
from services.domain.messages import Note, NoteKind

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
        notes=_notes(candidates, members, chosen, mode, size),
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
    chosen: Rounds,
    mode: BlendMode,
    size: int,
) -> tuple[Note, ...]:
    found = sum(member.turns for member in members)
    if not candidates.entries:
        return (Note(NoteKind.NOTHING_TO_MIX),)
    if not found:
        return (Note(NoteKind.TOO_FAR_APART),)
    most = max(member.turns for member in members)
    ran_out = NoteKind.RAN_OUT_SAFELY if mode is BlendMode.SAFE else NoteKind.RAN_OUT
    notes = [
        Note(NoteKind.HELD_BACK if index in chosen.held_back else ran_out, names=(member.name,))
        for index, member in enumerate(members)
        if index in chosen.missed and member.turns < most
    ]
    if found < size:
        few = NoteKind.FEW_BY_ARTISTS if chosen.held_back else NoteKind.FEW_FOUND
        notes.append(Note(few, count=found, total=size))
    notes += [
        Note(
            NoteKind.BELOW_FLOOR,
            count=round(100 * member.satisfaction),
            total=round(100 * FLOOR),
            names=(member.name,),
        )
        for member in members
        if member.satisfaction < FLOOR
    ]
    return tuple(notes)
