"""Tracks that are known by their names alone, and what looking for them found."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.domain.messages import Note
from services.domain.music import Track, TrackId

NameKey = str
"""Folded artists, core title, version and length in steps of two seconds: names a recording, no person."""

_DOLLARS = re.compile(r"(?<=[^\W\d_])\$+|(?<!\$)\$++(?=[^\W\d_])")


def dollars_as_s(text: str) -> str:
    """Return text with s for each `$` in a name, as in "Ca$h" and "$ave"; before a number it is money."""
    return _DOLLARS.sub(lambda found: "s" * len(found[0]), text) if "$" in text else text


class Certainty(StrEnum):
    """Whether a track that was found is the one that was meant."""

    SURE = "sure"
    DOUBTFUL = "doubtful"
    """Somebody has to look: another version perhaps, another length, a name spelled otherwise."""
    NONE = "none"
    """It is another song, or nothing was found."""


@dataclass(frozen=True, slots=True)
class NameQuestion:
    """A name as a service is asked for it. Tastemap asks in several spellings."""

    artist: str
    title: str
    album: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameMatch:
    """What services said about one name, remembered until `expires_at`."""

    key: NameKey
    certainty: Certainty
    """`NONE` where all of them answered and none knows it."""
    found: Track | None = None
    """With a Spotify id or an ISRC by which its sound can be asked for."""
    looked_at: datetime
    expires_at: datetime
    genres: tuple[str, ...] = ()
    """Of the recording or its artist, as MusicBrainz has them (CC BY-NC-SA 3.0: credit goes with them)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdWords:
    """What a service says a Spotify id is called, remembered until `expires_at`."""

    track_id: TrackId
    track: Track | None
    """None where it does not know the id."""
    looked_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundByName:
    """The answer for several names; one about which nobody could be asked is not in `matches`."""

    matches: Mapping[NameKey, NameMatch] = field(default_factory=dict)
    notices: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """A name, and a track that was found for it: the subject of a person's answer."""

    name: NameKey
    found: str
    """Spotify id, else ISRC."""


@dataclass(frozen=True, slots=True)
class DoubtfulFind:
    """A row of a list, and the recording that it may mean."""

    row: int
    wanted: Track
    found: Track
    pair: Pair


def pair_of(match: NameMatch) -> Pair | None:
    """Return what somebody can say yes or no to; None where nothing was found."""
    key = (match.found.id or match.found.isrc) if match.found is not None else None
    return Pair(match.key, key) if key else None
