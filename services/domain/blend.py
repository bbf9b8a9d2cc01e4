"""A playlist for several people: whose taste each track serves, and how satisfied everybody is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.domain.comparison import PersonKey
from services.domain.messages import Note
from services.domain.report import EnrichedTrack


class BlendMode(StrEnum):
    """What matters most when tastes pull apart."""

    FAIR = "fair"
    """The less somebody has had so far, the more their satisfaction counts; foreign songs are avoided."""
    JOY = "joy"
    """As much satisfaction as possible, multiplied over the people so that nobody is left with little."""
    SAFE = "safe"
    """Nothing that anybody would find foreign."""


@dataclass(frozen=True, slots=True)
class BlendTrack:
    """One track of a blend."""

    entry: EnrichedTrack
    turn: PersonKey
    """Whose turn it was: the track is from this person's list."""
    owners: tuple[PersonKey, ...]
    """Everybody who has the song."""
    serves: tuple[PersonKey, ...]
    """Whose taste it meets at least halfway, best first; the person of the turn is always among them."""
    satisfaction: tuple[float, ...]
    """For each person of the blend: how much of their own music lies further from their taste, 0..1."""


@dataclass(frozen=True, slots=True)
class BlendPerson:
    """How a blend treats one person."""

    key: PersonKey
    name: str
    satisfaction: float
    """Mean over the tracks, 0..1: 0.5 is what a random track of their own would give."""
    turns: int
    """Tracks that were chosen for this person, from their own list."""
    owned: int
    """Tracks that are on their list."""
    foreign: int
    """Tracks that lie further from their taste than nine tenths of their own music."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blend:
    """A playlist for a group. Every beginning of it serves everybody's turns equally, within one track."""

    mode: BlendMode
    people: tuple[BlendPerson, ...]
    tracks: tuple[BlendTrack, ...]
    floor: float
    """Mean satisfaction that everybody should reach at least."""
    notes: tuple[Note, ...]
    """What could not be kept: a list that ran out, a floor that was not reached."""
