"""Come together: ask, join, choose what to bring, press Compare, leave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.domain.errors.groups import (
    AskedAlreadyError,
    CompareWithNobodyError,
    LobbyEndedError,
    LobbyFullError,
    LobbyGoneError,
    NoLobbyHereError,
    NothingBroughtError,
    NotInLobbyError,
    NotTheOneAskedError,
)
from services.domain.groups import MOST, GroupKind, Lobby, LobbyState, Member, Standing, Withdrawal
from services.domain.music import Playlist
from services.storage.lobbies import LobbyStore
from services.storage.sharings import SharingStore
from services.storage.withdrawals import WithdrawalStore
from services.workflows.reports import new_report_id

TRACKS_TAKEN = 2_000
"""Of one person: more would keep everybody waiting and change no score by a point."""
PAIR_LASTS = timedelta(days=1)
ASK_AGAIN_AFTER = timedelta(days=7)
RESULTS_KEPT = timedelta(days=30)
UNUSED_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who presses something."""

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
    sharings: SharingStore
    withdrawals: WithdrawalStore
    clock: Callable[[], datetime]

    async def start(self, place: Place, host: Visitor, lasts: timedelta) -> Lobby:
        """Open a lobby in a channel; who starts it is in."""
        now = self.clock()
        lobby = Lobby(
            lobby_id=new_report_id(),
            kind=GroupKind.LOBBY,
            state=LobbyState.OPEN,
            guild_id=place.guild_id,
            channel_id=place.channel_id,
            host_id=host.user_id,
            created_at=now,
            ends_at=now + lasts,
            members=(_member(host, Standing.IN, now),),
        )
        await self.store.create(lobby)
        return lobby

    async def ask(self, place: Place, host: Visitor, asked: Visitor) -> Lobby:
        """Open a pair; who shares in this server is in at once, anybody else is asked, once.

        Raises
        ------
        CompareWithNobodyError, AskedAlreadyError
        """
        if host.user_id == asked.user_id:
            raise CompareWithNobodyError
        now = self.clock()
        sharing = await self.sharings.find(place.guild_id, asked.user_id)
        shared = await self.sharings.playlist(place.guild_id, asked.user_id) if sharing is not None else None
        if shared is None:
            await self._refuse_asking_again(place.guild_id, host, asked, now)
        other = _member(asked, Standing.ASKED, now)
        if sharing is not None and shared is not None:
            other = replace(
                other,
                standing=Standing.IN,
                by_sharing=True,
                brought=sharing.brought,
                tracks=sharing.tracks,
                bring_id=new_report_id(),
            )
        lobby = Lobby(
            lobby_id=new_report_id(),
            kind=GroupKind.PAIR,
            state=LobbyState.OPEN,
            guild_id=place.guild_id,
            channel_id=place.channel_id,
            host_id=host.user_id,
            created_at=now,
            ends_at=now + PAIR_LASTS,
            members=(_member(host, Standing.IN, now), other),
        )
        await self.store.create(lobby, {} if shared is None else {asked.user_id: shared})
        return lobby

    async def withdraw_question(self, lobby_id: str) -> None:
        """Drop a question that could not be put to anybody."""
        await self.store.delete(lobby_id)

    async def open(self, lobby_id: str) -> Lobby:
        """Load a comparison.

        Raises
        ------
        LobbyGoneError
        """
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
        lobby = await self._running(lobby_id)
        if lobby.is_in(visitor.user_id):
            return lobby
        if lobby.kind is GroupKind.PAIR and lobby.member(visitor.user_id) is None:
            raise NotTheOneAskedError
        now = self.clock()
        after = await self.store.join(lobby_id, _member(visitor, Standing.IN, now), now)
        if after is None:
            raise LobbyGoneError(lobby_id)
        if not after.is_in(visitor.user_id):
            if after.state is not LobbyState.OPEN:
                raise LobbyEndedError(lobby_id)
            raise LobbyFullError(MOST)
        return after

    async def decline(self, lobby_id: str, user_id: int) -> Lobby:
        """Say no.

        Raises
        ------
        LobbyGoneError, NotTheOneAskedError
        """
        if not await self.store.decline(lobby_id, user_id):
            await self.open(lobby_id)
            raise NotTheOneAskedError
        return await self.open(lobby_id)

    async def leave(self, lobby_id: str, user_id: int) -> Withdrawal:
        """Take a person out, also out of results, at any time.

        Raises
        ------
        NotInLobbyError
        """
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
        await self._running(lobby_id)
        taken = spread(playlist)
        kept = await self.store.bring(
            lobby_id,
            user_id,
            brought=describe(playlist, taken),
            bring_id=new_report_id(),
            playlist=taken,
        )
        if not kept:
            raise NotInLobbyError
        return await self.open(lobby_id)

    async def press_compare(self, lobby_id: str, user_id: int) -> tuple[Lobby, bool]:
        """Note that a member wants to compare; says whether that is enough now.

        The host is enough alone, others are half of the members and at least two.

        Raises
        ------
        LobbyGoneError, LobbyEndedError, NotInLobbyError
        """
        await self._running(lobby_id)
        if not await self.store.vote(lobby_id, user_id):
            raise NotInLobbyError
        lobby = await self.open(lobby_id)
        return lobby, user_id == lobby.host_id or lobby.votes >= lobby.votes_needed

    async def agree_to_show(self, lobby_id: str, user_id: int) -> Lobby:
        """Note that one of a pair wants the channel to see the result.

        Raises
        ------
        LobbyGoneError, NotInLobbyError
        """
        if not await self.store.show(lobby_id, user_id):
            raise NotInLobbyError
        return await self.open(lobby_id)

    async def reopen(self, lobby_id: str, user_id: int) -> Lobby:
        """Open an ended lobby for as long again, with the same people.

        Raises
        ------
        LobbyGoneError, NotInLobbyError, LobbyEndedError
        """
        lobby = await self.open(lobby_id)
        if not lobby.is_in(user_id):
            raise NotInLobbyError
        if lobby.kind is GroupKind.PAIR:
            raise LobbyEndedError(lobby_id)
        lasts = lobby.ends_at - lobby.created_at
        await self.store.set_state(lobby_id, LobbyState.OPEN, self.clock() + min(lasts, _LONGEST))
        return await self.open(lobby_id)

    async def end_due(self) -> tuple[str, ...]:
        """End the comparisons whose time is over, and say which."""
        ended = await self.store.due(self.clock())
        for lobby_id in ended:
            await self.store.set_state(lobby_id, LobbyState.ENDED)
        return ended

    async def purge(self) -> int:
        """Drop what is kept no longer; returns how many results that were."""
        now = self.clock()
        return await self.withdrawals.purge(
            results_before=now - RESULTS_KEPT,
            unused_before=now - UNUSED_KEPT,
            ended_before=now - ASK_AGAIN_AFTER,
        )

    async def _running(self, lobby_id: str) -> Lobby:
        lobby = await self.open(lobby_id)
        if lobby.state is not LobbyState.OPEN or lobby.ends_at <= self.clock():
            raise LobbyEndedError(lobby_id)
        return lobby

    async def _refuse_asking_again(self, guild_id: int, host: Visitor, asked: Visitor, now: datetime) -> None:
        for lobby_id in await self.store.asks(guild_id, host.user_id, asked.user_id, now - ASK_AGAIN_AFTER):
            lobby = await self.open(lobby_id)
            member = lobby.member(asked.user_id)
            if member is not None and member.standing is not Standing.IN:
                raise AskedAlreadyError(ASK_AGAIN_AFTER.days)


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


def describe(playlist: Playlist, taken: Playlist) -> str:
    """Say what somebody brought."""
    name = playlist.name.strip() or "Untitled"
    if len(taken.tracks) == len(playlist.tracks):
        return name
    return f"{name} ({len(taken.tracks):,} of {len(playlist.tracks):,} tracks, evenly spread)"


def _member(visitor: Visitor, standing: Standing, now: datetime) -> Member:
    return Member(user_id=visitor.user_id, name=visitor.name, standing=standing, joined_at=now)
