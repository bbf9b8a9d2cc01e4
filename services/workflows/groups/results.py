"""Compare whoever is ready, and decide who may see what came out."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.domain.blend import Blend, BlendMode
from services.domain.charts import Chart, ChartKind
from services.domain.comparison import Comparison, PersonKey
from services.domain.errors.groups import (
    ChangedMeanwhileError,
    LobbyEndedError,
    LobbyGoneError,
    NoResultHereError,
    NotForYouError,
    NotInResultError,
    ResultGoneError,
    TooFewReadyError,
)
from services.domain.groups import FEWEST, GroupKind, Lobby, LobbyState, Member, distinct_names
from services.storage.group_results import GroupResultStore, StoredComparison
from services.storage.lobbies import LobbyStore
from services.storage.withdrawals import WithdrawalStore
from services.workflows.analyze import OnStage, quiet
from services.workflows.groups.own import OwnPart, own_document
from services.workflows.groups.ports import Brought, Comparer, Sight

Draw = Callable[[Comparison, Sequence[ChartKind]], Awaitable[tuple[Chart, ...]]]

_CACHED_CHARTS = 24
_TRIES = 3
"""People may leave while they are compared; the others are compared again, but not for ever."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A result that somebody may see, with the comparison that it belongs to."""

    stored: StoredComparison
    lobby: Lobby

    def key_of(self, user_id: int) -> PersonKey | None:
        """Return the key of a person in the result, or None for others."""
        return person_key(user_id) if user_id in self.stored.user_ids else None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupResultsWorkflow:
    """Results of comparisons. Each way to one goes through `open`."""

    lobbies: LobbyStore
    results: GroupResultStore
    withdrawals: WithdrawalStore
    comparer: Comparer
    draw: Draw
    clock: Callable[[], datetime]
    drawn: OrderedDict[tuple[str, ChartKind], Chart] = field(default_factory=OrderedDict)

    async def run(self, lobby_id: str, result_id: str, *, sight: Sight, on_stage: OnStage) -> Shown:
        """Compare everybody who is in, is still there, and has chosen a source; keep the result.

        Raises
        ------
        LobbyGoneError, LobbyEndedError, TooFewReadyError, ChangedMeanwhileError
        """
        for _ in range(_TRIES):
            lobby = await self._present(lobby_id, sight)
            ready = lobby.ready
            if len(ready) < FEWEST:
                raise TooFewReadyError(len(ready), len(lobby.inside))
            people = await self._people(lobby, ready)
            comparison = await self.comparer.compare(people, on_stage=on_stage)
            kept = await self.results.save(
                result_id,
                lobby_id,
                {member.user_id: member.bring_id for member in ready},
                comparison,
                now=self.clock(),
            )
            if kept:
                return await self._load(result_id)
        raise ChangedMeanwhileError

    async def open(self, result_id: str, viewer_id: int, channel_id: int | None, *, sight: Sight) -> Shown:
        """Load a result for somebody who wants to see it in a channel.

        Who of its people is no longer there is taken out first, and the result with them.

        Raises
        ------
        ResultGoneError, NotForYouError
        """
        shown = await self._load(result_id)
        lobby = shown.lobby
        there = await sight(lobby.guild_id, _watched(lobby), shown.stored.user_ids)
        absent = [user_id for user_id in shown.stored.user_ids if user_id not in there]
        if absent:
            await self.withdrawals.leave(lobby.lobby_id, absent)
            raise ResultGoneError(result_id)
        is_one_of_them = viewer_id in shown.stored.user_ids
        is_for_channel = lobby.is_shown_to_channel and channel_id == lobby.channel_id
        if not is_one_of_them and not is_for_channel:
            raise NotForYouError
        return shown

    async def latest(
        self, viewer_id: int, channel_id: int, lobby_id: str | None = None, *, sight: Sight
    ) -> Shown:
        """Open the latest result of a comparison, or else of the lobbies of a channel.

        Raises
        ------
        NoResultHereError, ResultGoneError, NotForYouError
        """
        result_id = (
            await self.results.latest_in(channel_id, GroupKind.LOBBY.value)
            if lobby_id is None
            else await self.results.latest(lobby_id)
        )
        if result_id is None:
            raise NoResultHereError
        return await self.open(result_id, viewer_id, channel_id, sight=sight)

    async def charts(self, shown: Shown, kinds: Sequence[ChartKind]) -> tuple[Chart, ...]:
        """Draw charts of a result, or take them from the few that were drawn lately."""
        drawn: list[Chart] = []
        for kind in kinds:
            key = (shown.stored.result_id, kind)
            if key not in self.drawn:
                (self.drawn[key],) = await self.draw(shown.stored.comparison, [kind])
            self.drawn.move_to_end(key)
            drawn.append(self.drawn[key])
            while len(self.drawn) > _CACHED_CHARTS:
                self.drawn.popitem(last=False)
        return tuple(drawn)

    async def own_part(self, shown: Shown, user_id: int) -> OwnPart:
        """Write down what the result holds about one of its people.

        Raises
        ------
        NotInResultError
        """
        key = shown.key_of(user_id)
        if key is None:
            raise NotInResultError
        playlists = await self.lobbies.playlists(shown.lobby.lobby_id, [user_id])
        return OwnPart(own_document(shown.stored, key), playlists.get(user_id))

    async def blend(self, shown: Shown, *, size: int, mode: BlendMode, on_stage: OnStage = quiet) -> Blend:
        """Mix a playlist for the people of a result.

        Raises
        ------
        ResultGoneError
            What they compared is no longer stored as it was.
        """
        wanted = set(shown.stored.user_ids)
        members = tuple(member for member in shown.lobby.ready if member.user_id in wanted)
        if len(members) != len(wanted):
            raise ResultGoneError(shown.stored.result_id)
        people = await self._people(shown.lobby, members)
        return await self.comparer.blend(people, size=size, mode=mode, on_stage=on_stage)

    async def _present(self, lobby_id: str, sight: Sight) -> Lobby:
        """Load an open comparison, without those who are no longer there: they are taken out."""
        lobby = await self._open_lobby(lobby_id)
        inside = [member.user_id for member in lobby.inside]
        there = await sight(lobby.guild_id, _watched(lobby), inside)
        absent = [user_id for user_id in inside if user_id not in there]
        if not absent:
            return lobby
        await self.withdrawals.leave(lobby_id, absent)
        return await self._open_lobby(lobby_id)

    async def _open_lobby(self, lobby_id: str) -> Lobby:
        lobby = await self.lobbies.load(lobby_id)
        if lobby is None:
            raise LobbyGoneError(lobby_id)
        if lobby.state is not LobbyState.OPEN:
            raise LobbyEndedError(lobby_id)
        return lobby

    async def _people(self, lobby: Lobby, members: tuple[Member, ...]) -> tuple[Brought, ...]:
        playlists = await self.lobbies.playlists(lobby.lobby_id, [member.user_id for member in members])
        if len(playlists) != len(members):
            raise ChangedMeanwhileError
        names = distinct_names([member.name for member in members])
        return tuple(
            Brought(person_key(member.user_id), name, playlists[member.user_id])
            for member, name in zip(members, names, strict=True)
        )

    async def _load(self, result_id: str) -> Shown:
        stored = await self.results.load(result_id)
        lobby = None if stored is None else await self.lobbies.load(stored.lobby_id)
        if stored is None or lobby is None:
            raise ResultGoneError(result_id)
        return Shown(stored, lobby)


def person_key(user_id: int) -> PersonKey:
    """Name a person inside a comparison."""
    return PersonKey(str(user_id))


def _watched(lobby: Lobby) -> int | None:
    """Name the channel that its people have to see: a pair may be spread over direct messages."""
    return lobby.channel_id if lobby.kind is GroupKind.LOBBY else None
