"""The map of a server by how lists of its people sound, and the weekly digest of what happened on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.domain.charts import Chart
from services.domain.comparison import is_by_few
from services.domain.features import Feature
from services.domain.music import PlaylistSource
from services.domain.report import MapAxes

FEWEST_ON_MAP, MOST_ON_MAP = 3, 200
"""Fewer are no map, more can't be told apart in one picture."""
FEW_ON_MAP = 12
"""People up to whom the map is drawn for a card, each with a colour, a shape and a cloud of their own."""
MAP_POSTED_FOR = timedelta(days=30)
"""How long a posted map stands; then it is emptied, as results are."""


@dataclass(frozen=True, slots=True)
class SoundSummary:
    """How a list sounds as a whole: all that a server map keeps of it."""

    tracks: int
    """Different measured tracks, as many as a comparison asks for."""
    levels: tuple[float, ...]
    """Mean of each sound feature in spreads of the reference population, in the order of `SOUND_FEATURES`."""
    errors: tuple[float, ...]
    """Standard errors of these means, where the tracks of one artist count as one draw."""
    point_errors: tuple[float, ...]
    """Standard errors of the place in the sound space, by dimension."""
    artists: float | None = None
    """How many artists with equally many of the tracks would tell as much; None in older summaries."""

    @property
    def is_ranked(self) -> bool:
        """Whether the tracks are by enough artists to say where others of the same person would be."""
        return not is_by_few(self.artists)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOfMap:
    """A stored map from which somebody's place on a server map can come."""

    report_id: str
    fingerprint: str
    """Names the playlist the same way each time it is analysed."""
    name: str
    source: PlaylistSource


@dataclass(frozen=True, slots=True, kw_only=True)
class MapMember:
    """Somebody who agreed to be on the map of a server, and where they stand."""

    guild_id: int
    user_id: int
    name: str
    """As the server called them when they agreed."""
    list: ListOfMap
    """The list that they agreed to, as it was mapped last."""
    sound: SoundSummary
    agreed_at: datetime


@dataclass(frozen=True, slots=True)
class PersonOnMap:
    """One person of a drawn map."""

    name: str
    x: float
    y: float
    blur: tuple[float, float] | None
    """Half of what the middle of the list would move by, to each side, with other tracks of its kind; None
    where the tracks are by too few artists to know."""
    nearest: tuple[int, ...]
    """Up to three others, the nearest first, of those who are ranked if there are any."""
    may_be_nearest: int
    """How many of them, from the first on, hold all that may be the nearest within their errors; 0 where that
    is not known."""

    @property
    def is_nearest_sure(self) -> bool:
        """Whether the first of them is the nearest beyond its error."""
        return self.may_be_nearest == 1

    @property
    def is_ranked(self) -> bool:
        """Whether it is known where they stand: who is not is nobody's nearest, and at no end."""
        return self.blur is not None


class AwardKind(StrEnum):
    """What somebody can be far ahead of all others in."""

    SUNNIEST = "sunniest"
    DARKEST = "darkest"
    LIVELIEST = "liveliest"
    CALMEST = "calmest"
    DANCE_FLOOR = "dance floor"
    UNPLUGGED = "unplugged"
    ELECTRIC = "electric"
    FEWEST_SINGERS = "fewest singers"
    MOST_WORDS = "most words"


AWARDS: dict[AwardKind, tuple[Feature, bool]] = {
    AwardKind.SUNNIEST: (Feature.VALENCE, True),
    AwardKind.DARKEST: (Feature.VALENCE, False),
    AwardKind.LIVELIEST: (Feature.ENERGY, True),
    AwardKind.CALMEST: (Feature.ENERGY, False),
    AwardKind.DANCE_FLOOR: (Feature.DANCEABILITY, True),
    AwardKind.UNPLUGGED: (Feature.ACOUSTICNESS, True),
    AwardKind.ELECTRIC: (Feature.ACOUSTICNESS, False),
    AwardKind.FEWEST_SINGERS: (Feature.INSTRUMENTALNESS, True),
    AwardKind.MOST_WORDS: (Feature.SPEECHINESS, True),
}
"""The feature and the end of it. Loudness says what energy says; tempo and liveness tell no lists apart."""


@dataclass(frozen=True, slots=True)
class AwardOnMap:
    """An award, and who comes next."""

    kind: AwardKind
    winner: int
    runner_up: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerMap:
    """A map of people; numbers are places in `people`. The same people give the same map."""

    people: tuple[PersonOnMap, ...]
    axes: MapAxes | None
    closest: tuple[int, int] | None
    """The two nearest of all; None where others may be as near. So below."""
    lone_wolf: int | None
    """Whose nearest is farthest away."""
    awards: tuple[AwardOnMap, ...]

    @property
    def unranked(self) -> tuple[int, ...]:
        """Of whom too little is known to rank them."""
        return tuple(index for index, person in enumerate(self.people) if not person.is_ranked)


WEEK = timedelta(days=7)
LATE_AT_MOST = timedelta(hours=24)
"""A digest that is later than that, because the bot was away, is left out; the next one has its news."""
DIGEST_STANDS_FOR = timedelta(days=30)
"""Then it is emptied, as maps and results are."""


class NewsKind(StrEnum):
    """What can happen on a map in a week."""

    MOVED = "moved"
    ALIKE = "alike"
    JOINED = "joined"


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One thing that happened."""

    kind: NewsKind
    user_id: int
    other_id: int | None = None
    """The second of two who became alike."""
    feature: Feature | None = None
    """What changed most of a list that moved."""
    more: bool = False
    """Whether there is more of it now."""
    name: str = ""
    """How the server calls them; empty until it is read for a card."""
    other_name: str = ""

    @property
    def about(self) -> frozenset[int]:
        """Whom it names."""
        return frozenset({self.user_id} if self.other_id is None else {self.user_id, self.other_id})


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """That a server wants a digest, where, and when the next one is due."""

    guild_id: int
    channel_id: int
    next_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestPost:
    """The digest of one week, claimed by a process that posts it."""

    guild_id: int
    week: int
    """In which it was due, as year and ISO week: 202649."""
    channel_id: int
    request_id: int
    """Stands for the message until Discord has named it."""
    claimed_at: datetime


def week_of(moment: datetime) -> int:
    """Return the week of a moment as one number."""
    year, week, _ = moment.isocalendar()
    return 100 * year + week


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnMap:
    """A server map as it was drawn."""

    guild_id: int
    members: tuple[MapMember, ...]
    """Whom it shows, in the order of the people of `found`."""
    found: ServerMap | None
    """None where too few people are on it, or all stand in one place."""
    chart: Chart | None
    you: MapMember | None
    """Whoever looks, where they are on it."""
    unseen: int = 0
    """Members of whom Discord doesn't say whether they are still in the server; they are left out."""

    @property
    def user_ids(self) -> tuple[int, ...]:
        """Whom it shows."""
        return tuple(member.user_id for member in self.members)

    @property
    def place(self) -> int | None:
        """Where whoever looks is in the people of the map."""
        return None if self.you is None else self.user_ids.index(self.you.user_id)
