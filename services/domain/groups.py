"""People who compare their playlists: who is in, with what, and who may see what came out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.domain.comparison import PersonKey
from services.domain.messages import Note
from services.domain.report import EnrichedTrack
from services.domain.server_map import MapMember, News

FEWEST, MOST = 2, 25
"""People that one comparison takes."""


class GroupKind(StrEnum):
    """How people come together."""

    LOBBY = "lobby"
    """Whoever can see the channel may join; the channel sees the result."""
    PAIR = "pair"
    """One person asked one other; nobody else sees the result unless both want that."""


class LobbyState(StrEnum):
    """Whether people can still come and go."""

    OPEN = "open"
    ENDED = "ended"
    DECLINED = "declined"
    """The person who was asked does not want to."""


class Membership(StrEnum):
    """How somebody stands to a comparison. Only who is `IN` is compared, named or counted."""

    ASKED = "asked"
    IN = "in"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One person of a comparison."""

    user_id: int
    name: str
    standing: Membership
    joined_at: datetime
    by_sharing: bool = False
    """In without a press, because the person shares in this server; ends with the sharing."""
    brought: str | None = None
    """What the person compares with, in words; None while nothing was chosen."""
    tracks: int = 0
    bring_id: str = ""
    """Changes with each choice, so that work on an older one is noticed."""
    wants: bool = False
    """Pressed Compare since the last result."""
    shows: bool = False
    """Wants the result of a pair to be seen by the channel."""

    @property
    def is_ready(self) -> bool:
        """Whether the person can be compared now."""
        return self.standing is Membership.IN and self.brought is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lobby:
    """A comparison that people are in."""

    lobby_id: str
    kind: GroupKind
    state: LobbyState
    guild_id: int
    channel_id: int
    host_id: int
    created_at: datetime
    ends_at: datetime
    members: tuple[Member, ...]
    """In the order in which they came."""

    def member(self, user_id: int) -> Member | None:
        """Find a person, whatever their membership."""
        return next((member for member in self.members if member.user_id == user_id), None)

    def is_in(self, user_id: int) -> bool:
        """Whether a person agreed to be compared here."""
        member = self.member(user_id)
        return member is not None and member.standing is Membership.IN

    @property
    def inside(self) -> tuple[Member, ...]:
        """Everybody who agreed."""
        return tuple(member for member in self.members if member.standing is Membership.IN)

    @property
    def ready(self) -> tuple[Member, ...]:
        """Everybody who can be compared now."""
        return tuple(member for member in self.members if member.is_ready)

    @property
    def asked(self) -> Member | None:
        """The person whose answer a pair waits for."""
        return next((member for member in self.members if member.standing is Membership.ASKED), None)

    @property
    def votes_needed(self) -> int:
        """How many members together may do what the host may: half of them, at least two."""
        return max(FEWEST, math.ceil(len(self.inside) / 2))

    @property
    def votes(self) -> int:
        """How many members have pressed Compare since the last result."""
        return sum(member.wants for member in self.inside)

    @property
    def is_shown_to_channel(self) -> bool:
        """Whether everybody who can see the channel may see the result."""
        return self.kind is GroupKind.LOBBY or (
            len(self.inside) >= FEWEST and all(member.shows for member in self.inside)
        )

    def message(
        self,
        message_id: int,
        kind: MessageKind | None = None,
        *,
        channel_id: int | None = None,
        result_id: str | None = None,
    ) -> GroupMessage:
        """Describe a message that shows this comparison: its card unless another kind is said."""
        return GroupMessage(
            message_id=message_id,
            channel_id=channel_id or self.channel_id,
            guild_id=self.guild_id,
            lobby_id=self.lobby_id,
            kind=kind or MessageKind.CARD,
            result_id=result_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """That somebody lets others of a server compare with a playlist, until they say otherwise."""

    guild_id: int
    user_id: int
    name: str
    brought: str
    tracks: int
    granted_at: datetime


POSTING = timedelta(minutes=5)
"""How long a press may take to post: whoever died over it keeps nobody from posting for longer."""


class MessageKind(StrEnum):
    """What a posted message shows."""

    CARD = "card"
    """Who is in."""
    ASKER_CARD = "asker card"
    """The same in the direct messages of whoever asked: the other one's answer is not theirs to give."""
    RESULT = "result"
    POSTER = "poster"
    """Of a result."""
    BLEND = "blend"
    SERVER_MAP = "server map"
    DIGEST = "digest"
    """Of the week that its `result_id` numbers."""

    @property
    def is_card(self) -> bool:
        """Whether it shows who is in, and no result."""
        return self in {MessageKind.CARD, MessageKind.ASKER_CARD}

    @property
    def is_of_map(self) -> bool:
        """Whether it names people of the map of a server."""
        return self in {MessageKind.SERVER_MAP, MessageKind.DIGEST}


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMessage:
    """A message of ours that shows people of a comparison."""

    message_id: int
    channel_id: int
    guild_id: int
    lobby_id: str
    kind: MessageKind
    result_id: str | None = None
    is_on_its_way: bool = False
    """Whether Discord has not named it yet; its id is that of the request that posts it."""


@dataclass(frozen=True, slots=True)
class Redraw:
    """What a message has to show now."""

    message: GroupMessage
    version: int
    """The change up to which this drawing shows everything."""
    drawn: int
    """The change up to which the message showed everything when the drawing began."""
    lobby: Lobby | None
    """For a card: who is in. None where it is over for good, and for results, which were taken back."""
    on_map: tuple[MapMember, ...] = ()
    """For the map of a server: who is on it. Nobody where it is over."""
    news: tuple[News, ...] = ()
    """For a digest: what it says of those who still are on the map."""

    @property
    def is_over(self) -> bool:
        """Whether the message shows nobody any more."""
        return self.lobby is None and not self.on_map and not self.news


@dataclass(frozen=True, slots=True)
class Presence:
    """What Discord said about some people: who is there, who is not, and of whom nothing is known."""

    there: frozenset[int] = frozenset()
    absent: frozenset[int] = frozenset()
    unknown: frozenset[int] = frozenset()

    @property
    def known(self) -> frozenset[int]:
        """Everybody about whom there was an answer."""
        return self.there | self.absent

    def __or__(self, later: Presence) -> Presence:
        """Add what was seen later, which counts more."""
        return Presence(
            (self.there - later.absent) | later.there,
            (self.absent - later.there) | later.absent,
            (self.unknown - later.known) | (later.unknown - self.known),
        )


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What taking somebody out has touched; every message of it is marked to be changed already."""

    lobbies: tuple[str, ...] = ()
    """Comparisons that go on without the person, or are gone."""
    results: tuple[str, ...] = ()
    """Results that are deleted because they showed the person."""


def distinct_names(names: Sequence[str]) -> tuple[str, ...]:
    """Add numbers to the later ones of equal names, so that a chart never mixes two people up."""
    taken: set[str] = set()
    told: list[str] = []
    for name in names:
        candidate, number = name, 2
        while candidate.casefold() in taken:
            candidate, number = f"{name} ({number})", number + 1
        taken.add(candidate.casefold())
        told.append(candidate)
    return tuple(told)


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
    """Tracks of others that lie further from their taste than nine tenths of their own music."""


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
