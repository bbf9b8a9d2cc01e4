"""The workflows of comparisons on a real database, with a comparer that only says who was given to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cogs.words.lists import brought_words
from services.domain.charts import Chart, ChartKind
from services.domain.comparison import Comparison, Participant
from services.domain.groups import Blend, BlendMode, BlendPerson, Lobby, Presence
from services.domain.messages import OnProgress
from services.domain.music import Playlist, Track
from services.storage.consents import QuestionStore, SharingStore
from services.storage.database import Database
from services.storage.group_results import GroupResultStore
from services.storage.lobbies import LobbyStore
from services.storage.posted_cards import PostedCardStore
from services.storage.withdrawals import WithdrawalStore
from services.workflows.compare import Brought
from services.workflows.group_results import GroupResultsWorkflow, SharingWorkflow
from services.workflows.lobbies import LobbiesWorkflow, Place, Visitor

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)  # two things never happen at one moment
        return self.now


@dataclass
class NamesOnly:
    """A comparer without music: what it is given is what a result shows."""

    meanwhile: Callable[[], Awaitable[None]] | None = None
    """Happens once, while people are being compared."""

    async def compare(self, people: Sequence[Brought], *, say: OnProgress) -> Comparison:
        happens, self.meanwhile = self.meanwhile, None
        if happens is not None:
            await happens()
        return comparison_of(people)

    async def blend(self, people: Sequence[Brought], *, size: int, mode: BlendMode, say: OnProgress) -> Blend:
        return Blend(
            mode=mode,
            people=tuple(BlendPerson(each.key, each.name, 0.5, 0, 0, 0) for each in people),
            tracks=(),
            floor=0.0,
            notes=(),
        )

    async def draw(self, found: Comparison, kinds: Sequence[ChartKind]) -> tuple[Chart, ...]:
        return ()


def comparison_of(people: Sequence[Brought]) -> Comparison:
    return Comparison(
        people=tuple(
            Participant(
                key=each.key,
                name=each.name,
                tracks=len(each.playlist.tracks),
                measured=0,
                imputed=0,
                profile={},
                shares=(),
                figures={},
            )
            for each in people
        ),
        pairs=(),
        groups=(),
        axes=None,
        dots=(),
        most_alike=None,
        most_different=None,
        centre=None,
        lone_wolf=None,
        bridge=None,
        mean=None,
        lowest=None,
        awards=(),
    )


@dataclass
class Server:
    """Who is in a server, and who of them sees the channel."""

    people: set[int] = field(default_factory=set)
    blind: set[int] = field(default_factory=set)

    async def __call__(self, guild_id: int, channel_id: int | None, user_ids: Collection[int]) -> Presence:
        hidden = self.blind if channel_id is not None else set()
        there = frozenset(user_ids) & (self.people - hidden)
        return Presence(there, frozenset(user_ids) - there)


@dataclass
class House:
    lobbies: LobbiesWorkflow
    results: GroupResultsWorkflow
    sharing: SharingWorkflow
    cards: PostedCardStore
    comparer: NamesOnly
    clock: Clock


def furnish(database: Database) -> House:
    clock, comparer = Clock(), NamesOnly()
    lobbies, results = LobbyStore(database), GroupResultStore(database)
    sharings, withdrawals = SharingStore(database), WithdrawalStore(database)
    questions = QuestionStore(database)
    return House(
        lobbies=LobbiesWorkflow(
            store=lobbies, questions=questions, withdrawals=withdrawals, clock=clock, words=brought_words
        ),
        results=GroupResultsWorkflow(
            lobbies=lobbies,
            results=results,
            withdrawals=withdrawals,
            comparer=comparer,
            clock=clock,
        ),
        sharing=SharingWorkflow(
            sharings=sharings,
            questions=questions,
            lobbies=lobbies,
            results=results,
            withdrawals=withdrawals,
            clock=clock,
            words=brought_words,
        ),
        cards=PostedCardStore(database=database, clock=clock),
        comparer=comparer,
        clock=clock,
    )


def visitor(user_id: int) -> Visitor:
    return Visitor(user_id, f"Person {user_id}")


def playlist_of(user_id: int) -> Playlist:
    """A list that names its owner, so that it can be recognised wherever it turns up."""
    tracks = tuple(Track(title=f"Song {n} of {user_id}", artists=("Mira Voss",)) for n in range(2))
    return Playlist(name=f"List of {user_id}", tracks=tracks)


async def quiet(line: str) -> None:
    """Say nothing about progress."""


async def ready(house: House, *people: int) -> Lobby:
    """Begin a comparison of some people, each with a list."""
    lobby = await house.lobbies.start(Place(1, 11), visitor(people[0]), timedelta(hours=1))
    for who in people:
        await house.lobbies.join(lobby.lobby_id, visitor(who))
        await house.lobbies.bring(lobby.lobby_id, who, playlist_of(who))
    return lobby
