"""Come together: ask, join, choose what to bring, press Compare, leave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.domain.errors.groups import (
    CompareWithNobodyError,
    LobbyEndedError,
    LobbyFullError,
    LobbyGoneError,
    NoLobbyHereError,
    NothingBroughtError,
    NotInLobbyError,
    NotTheOneAskedError,
)
from services.domain.groups import MOST, GroupKind, Lobby, LobbyState, Member, Membership, Withdrawal
from services.domain.music import Playlist
from services.domain.report import new_id
from services.storage.consents import ASK_AGAIN_AFTER, QuestionStore
from services.storage.lobbies import LobbyStore
from services.storage.withdrawals import WithdrawalStore

TRACKS_TAKEN = 2_000
"""Of one person: more would keep everybody waiting and change no score by a point."""
MOST_OPEN = 3
"""Lobbies in one channel at the same time."""
PAIR_LASTS = timedelta(days=1)
RESULTS_KEPT = timedelta(days=30)
UNUSED_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person, by id, and as the server calls them."""

    user_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """A channel of a server."""

    guild_id: int
    channel_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LobbiesWorkflow:
    """Comparisons until they are made. Nobody is in one without having said so."""

    store: LobbyStore
    questions: QuestionStore
    withdrawals: WithdrawalStore
    clock: Callable[[], datetime]
    words: Callable[[Playlist, Playlist], str]
    """Says with which tracks, the second, of a playlist somebody compares."""

    async def start(self, place: Place, host: Visitor, lasts: timedelta) -> Lobby:
        """Open a lobby in a channel; who starts it is in."""
        now = self.clock()
        lobby = Lobby(
            lobby_id=new_id(),
            kind=GroupKind.LOBBY,
            state=LobbyState.OPEN,
            guild_id=place.guild_id,
            channel_id=place.channel_id,
            host_id=host.user_id,
            created_at=now,
            ends_at=now + lasts,
            members=(_member(host, Membership.IN, now),),
        )
        await self.store.create(lobby, most_open=MOST_OPEN)
        return lobby

    async def ask(
        self,
        place: Place,
        host: Visitor,
        asked: Visitor,
        lobby_id: str | None = None,
        *,
        direct: bool = False,
    ) -> Lobby:
        """Open a pair; who shares in this server is in at once, anybody else is asked, once.

        Parameters
        ----------
        lobby_id
            Under which it is kept, where the request may come again: the second time it is there already.
        direct
            Whether the other person gets a direct message.

        Raises
        ------
        CompareWithNobodyError, AskedAlreadyError, NeverAskedError, TooManyQuestionsError,
        DirectQuestionsOffError
        """
        if host.user_id == asked.user_id:
            raise CompareWithNobodyError
        if lobby_id is not None and (begun := await self.store.load(lobby_id)) is not None:
            return begun
        now = self.clock()
        lobby = Lobby(
            lobby_id=lobby_id or new_id(),
            kind=GroupKind.PAIR,
            state=LobbyState.OPEN,
            guild_id=place.guild_id,
            channel_id=place.channel_id,
            host_id=host.user_id,
            created_at=now,
            ends_at=now + PAIR_LASTS,
            members=(_member(host, Membership.IN, now), _member(asked, Membership.ASKED, now)),
        )
        return await self.questions.ask(lobby, bring_id=new_id(), direct=direct)

    async def withdraw_question(self, lobby_id: str) -> None:
        """Drop a question that could not be put to anybody."""
        await self.questions.withdraw(lobby_id)

    async def open(self, lobby_id: str) -> Lobby:
        """Load a comparison; raises `LobbyGoneError`."""
        lobby = await self.store.load(lobby_id)
        if lobby is None:
            raise LobbyGoneError(lobby_id)
        return lobby

    async def current(self, user_id: int, channel_id: int) -> Lobby:
        """Find the comparison that somebody means who names none: their latest in this channel.

        Raises
        ------
        NoLobbyHereError
        """
        for lobby_id in await self.store.of_member(user_id, channel_id):
            return await self.open(lobby_id)
        raise NoLobbyHereError

    async def join(self, lobby_id: str, visitor: Visitor) -> Lobby:
        """Let somebody in; for a pair that is to accept.

        Raises
        ------
        LobbyGoneError, LobbyEndedError, LobbyFullError, NotTheOneAskedError
        """
        now = self.clock()
        after = await self.store.join(lobby_id, _member(visitor, Membership.IN, now), now)
        if after is None:
            raise LobbyGoneError(lobby_id)
        if after.state is not LobbyState.OPEN or after.ends_at <= now:
            raise LobbyEndedError(lobby_id)
        if after.kind is GroupKind.PAIR and after.member(visitor.user_id) is None:
            raise NotTheOneAskedError
        if not after.is_in(visitor.user_id):
            raise LobbyFullError(MOST)
        return after

    async def decline(self, lobby_id: str, user_id: int, *, never_again: bool = False) -> Lobby:
        """Say no, to this question or to all that anybody may ever ask.

        Raises
        ------
        LobbyGoneError, NotTheOneAskedError
        """
        now = self.clock() if never_again else None
        if not await self.store.decline(lobby_id, user_id, never_again_from=now):
            await self.open(lobby_id)
            raise NotTheOneAskedError
        return await self.open(lobby_id)

    async def leave(self, lobby_id: str, user_id: int) -> Withdrawal:
        """Take a person out, also out of results, at any time; raises `NotInLobbyError`."""
        taken = await self.withdrawals.leave(lobby_id, [user_id])
        if not taken.lobbies:
            raise NotInLobbyError
        return taken

    async def bring(self, lobby_id: str, user_id: int, playlist: Playlist) -> Lobby:
        """Freeze what a member compares with; later changes of the playlist change nothing.

        Raises
        ------
        LobbyGoneError, LobbyEndedError, NotInLobbyError, NothingBroughtError
        """
        taken = spread(playlist)
        return await self.store.bring(
            lobby_id,
            user_id,
            brought=self.words(playlist, taken),
            bring_id=new_id(),
            playlist=taken,
            now=self.clock(),
        )

    async def press_compare(self, lobby_id: str, user_id: int, request: int) -> tuple[Lobby, bool]:
        """Note that a member wants to compare; says whether this press, which `request` names, begins it.

        The host is enough alone, others are half of the members and at least two.

        Raises
        ------
        LobbyGoneError, LobbyEndedError, NotInLobbyError, TooFewReadyError, ComparingAlreadyError
        """
        return await self.store.press_compare(lobby_id, user_id, request, self.clock())

    async def give_compare_back(self, lobby_id: str, request: int) -> None:
        """Let another press begin the comparison: this one could not."""
        await self.store.give_compare_back(lobby_id, request)

    async def agree_to_show(self, lobby_id: str, user_id: int) -> tuple[Lobby, bool]:
        """Note that one of a pair wants the channel to see the result; says whether that is new.

        Raises
        ------
        LobbyGoneError, NotInLobbyError
        """
        return await self.store.show(lobby_id, user_id)

    async def take_show_back(self, lobby_id: str, user_id: int) -> None:
        """Forget that one of a pair wants that: the result could not be shown."""
        await self.store.show(lobby_id, user_id, shows=False)

    async def reopen(self, lobby_id: str, user_id: int) -> Lobby:
        """Open an ended lobby for as long again, with the same people.

        Raises
        ------
        LobbyGoneError, NotInLobbyError, LobbyEndedError, OpenAlreadyError
        """
        return await self.store.reopen(lobby_id, user_id, self.clock(), _LONGEST, most_open=MOST_OPEN)

    async def end_due(self) -> tuple[str, ...]:
        """End the comparisons whose time is over, and say which."""
        return await self.store.end_due(self.clock())

    async def guilds(self) -> frozenset[int]:
        """List the servers that comparisons are kept of."""
        return await self.store.guilds()

    async def drop_guild(self, guild_id: int) -> None:
        """Forget a server that the bot was taken out of."""
        await self.withdrawals.drop_guild(guild_id)

    async def drop_channel(self, channel_id: int) -> None:
        """Forget a deleted channel."""
        await self.withdrawals.drop_channel(channel_id)

    async def purge(self) -> int:
        """Drop what is kept no longer; returns how many results that were."""
        now = self.clock()
        return await self.withdrawals.purge(
            results_before=now - RESULTS_KEPT,
            unused_before=now - UNUSED_KEPT,
            ended_before=now - ASK_AGAIN_AFTER,
        )


_LONGEST = timedelta(days=3)


def spread(playlist: Playlist) -> Playlist:
    """Take at most `TRACKS_TAKEN` tracks, evenly spread over the playlist.

    Raises
    ------
    NothingBroughtError
        There are none.
    """
    count = len(playlist.tracks)
    if not count:
        raise NothingBroughtError
    if count <= TRACKS_TAKEN:
        return playlist
    places = (index * count // TRACKS_TAKEN for index in range(TRACKS_TAKEN))
    return replace(playlist, tracks=tuple(playlist.tracks[place] for place in places))


def _member(visitor: Visitor, standing: Membership, now: datetime) -> Member:
    return Member(user_id=visitor.user_id, name=visitor.name, standing=standing, joined_at=now)
