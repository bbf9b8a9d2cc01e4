"""Compare whoever is ready, decide who may see what came out, and share a playlist with one server."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from cachetools import LRUCache

from services.domain.charts import Chart, ChartKind
from services.domain.comparison import Comparison, PersonKey
from services.domain.errors.groups import (
    CannotLookError,
    CannotTakeBackError,
    ChangedMeanwhileError,
    LobbyEndedError,
    LobbyGoneError,
    NoResultHereError,
    NotForYouError,
    NotInResultError,
    NotSharingError,
    ResultGoneError,
    TooFewReadyError,
    UnreadablePlaylistError,
    UnreadableResultError,
)
from services.domain.groups import (
    FEWEST,
    Blend,
    BlendMode,
    GroupKind,
    Lobby,
    LobbyState,
    Member,
    Presence,
    Sharing,
    Withdrawal,
    distinct_names,
)
from services.domain.messages import ComparisonWords, OnProgress, quiet
from services.domain.music import Playlist
from services.storage.consents import QuestionStore, SharingStore
from services.storage.group_results import GroupResultStore, StoredComparison, UnreadableComparisonError
from services.storage.lobbies import LobbyStore
from services.storage.withdrawals import WithdrawalStore
from services.workflows.compare import Brought, Comparer, own_json
from services.workflows.lobbies import Visitor, spread

_CACHED_CHARTS = 24
_TRIES = 4
"""People may leave while they are compared; the others are compared again, but not for ever."""


class WhoIsThere(Protocol):
    """Looks who of some people is in a server at this very moment, and sees a channel of it."""

    async def __call__(self, guild_id: int, channel_id: int | None, user_ids: Collection[int]) -> Presence:
        """Look; without a channel, being in the server is enough."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A result that somebody may see, with the comparison that it belongs to."""

    stored: StoredComparison
    lobby: Lobby

    def key_of(self, user_id: int) -> PersonKey | None:
        """Return the key of a person in the result, or None for others."""
        return person_key(user_id) if user_id in self.stored.user_ids else None


@dataclass(frozen=True, slots=True)
class OwnPart:
    """A person's part of a comparison, ready to be taken along."""

    document: bytes
    """JSON."""
    brought: Playlist | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupResultsWorkflow:
    """Results of comparisons. Each way to one goes through `open`."""

    lobbies: LobbyStore
    results: GroupResultStore
    withdrawals: WithdrawalStore
    comparer: Comparer
    clock: Callable[[], datetime]
    drawn: LRUCache[tuple[str, ChartKind], Chart] = field(default_factory=lambda: LRUCache(_CACHED_CHARTS))

    async def run(self, lobby_id: str, result_id: str, *, who_is_there: WhoIsThere, say: OnProgress) -> Shown:
        """Compare everybody who is in, is still there, and has chosen a source; keep the result.

        Raises
        ------
        LobbyGoneError, LobbyEndedError, TooFewReadyError, ChangedMeanwhileError
        UnreadablePlaylistError
            What somebody brought was stored by another version.
        OnePlaylistFailedError
            What somebody brought can't be looked up; says whose it is.
        CannotLookError
            Who is there can't be found out now.
        """
        seen = Presence()
        for _ in range(_TRIES):
            lobby = await self._open_lobby(lobby_id)
            inside = [member.user_id for member in lobby.inside]
            # Whoever came while the others were compared is the only one to look for then.
            seen |= await _look(who_is_there, lobby, [each for each in inside if each not in seen.there])
            if await self._take_out_absent(lobby, inside, seen):
                continue
            ready = lobby.ready
            if len(ready) < FEWEST:
                raise TooFewReadyError(len(ready), len(lobby.inside))
            people = await self._people(lobby, ready)
            comparison = await self.comparer.compare(people, say=say)
            stored = StoredComparison(
                result_id=result_id,
                lobby_id=lobby_id,
                created_at=self.clock(),
                user_ids=tuple(member.user_id for member in ready),
                comparison=comparison,
            )
            if await self.results.save(stored, {member.user_id: member.bring_id for member in ready}):
                return Shown(stored, lobby)
        raise ChangedMeanwhileError

    async def open(
        self, result_id: str, viewer_id: int, channel_id: int | None, *, who_is_there: WhoIsThere
    ) -> Shown:
        """Load a result for somebody who wants to see it in a channel.

        Who of its people is no longer there is taken out first, and the result with them.

        Raises
        ------
        ResultGoneError, NotForYouError, UnreadableResultError
        CannotLookError
            Who is there can't be found out now.
        """
        shown = await self.find(result_id, viewer_id, channel_id)
        seen = await _look(who_is_there, shown.lobby, shown.stored.user_ids)
        if await self._take_out_absent(shown.lobby, shown.stored.user_ids, seen):
            raise ResultGoneError(result_id)
        return shown

    async def find(self, result_id: str, viewer_id: int, channel_id: int | None) -> Shown:
        """Find a result for somebody who asks for work on it; the work opens it, and looks who is there.

        Raises
        ------
        ResultGoneError, NotForYouError, UnreadableResultError
        """
        shown = await self._load(result_id)
        _require_viewer(shown, viewer_id, channel_id)
        return shown

    async def latest(self, channel_id: int, lobby_id: str | None = None) -> str:
        """Name the latest result of a comparison, or else of the lobbies of a channel.

        Raises
        ------
        NoResultHereError
        """
        result_id = (
            await self.results.latest_in(channel_id, GroupKind.LOBBY.value)
            if lobby_id is None
            else await self.results.latest(lobby_id)
        )
        if result_id is None:
            raise NoResultHereError
        return result_id

    async def charts(self, shown: Shown, kinds: Sequence[ChartKind]) -> tuple[Chart, ...]:
        """Draw charts of a result, or take them from the few that were drawn lately."""
        drawn: list[Chart] = []
        for kind in kinds:
            key = (shown.stored.result_id, kind)
            chart = self.drawn.get(key)
            if chart is None:
                (chart,) = await self.comparer.draw(shown.stored.comparison, [kind])
                self.drawn[key] = chart
            drawn.append(chart)
        return tuple(drawn)

    async def own_part(
        self, shown: Shown, user_id: int, words: Callable[[Comparison, PersonKey], ComparisonWords]
    ) -> OwnPart:
        """Write down what the result holds about one of its people, in words that are said to them.

        Raises
        ------
        NotInResultError
        """
        key = shown.key_of(user_id)
        if key is None:
            raise NotInResultError
        playlists = await self.lobbies.playlists(shown.lobby.lobby_id, [user_id])
        found = shown.stored.comparison
        document = own_json(found, key, shown.stored.created_at, words(found, key))
        return OwnPart(document, playlists.get(user_id))

    async def blend(self, shown: Shown, *, size: int, mode: BlendMode) -> Blend:
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
        return await self.comparer.blend(people, size=size, mode=mode, say=quiet)

    async def blend_posters(self, shown: Shown, blend: Blend) -> tuple[Chart, ...]:
        """Draw what was mixed for the people of a result as a poster in both sizes."""
        return await self.comparer.draw_blend(shown.stored.comparison, blend)

    async def _take_out_absent(self, lobby: Lobby, user_ids: Collection[int], seen: Presence) -> bool:
        """Take out who is no longer there, and say whether that was anybody.

        Raises
        ------
        CannotLookError
            About somebody there is no answer: they are neither taken out nor shown.
        """
        absent = [user_id for user_id in user_ids if user_id in seen.absent]
        if absent:
            await self.withdrawals.leave(lobby.lobby_id, absent)
        if not seen.known.issuperset(user_ids):
            raise CannotLookError
        return bool(absent)

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
        people = []
        for member, name in zip(members, names, strict=True):
            playlist = playlists[member.user_id]
            if playlist is None:
                raise UnreadablePlaylistError(name)
            people.append(Brought(person_key(member.user_id), name, playlist, member.user_id))
        return tuple(people)

    async def _load(self, result_id: str) -> Shown:
        try:
            stored = await self.results.load(result_id)
        except UnreadableComparisonError as error:
            raise UnreadableResultError(result_id) from error
        lobby = None if stored is None else await self.lobbies.load(stored.lobby_id)
        if stored is None or lobby is None:
            raise ResultGoneError(result_id)
        return Shown(stored, lobby)


def _require_viewer(shown: Shown, viewer_id: int, channel_id: int | None) -> None:
    """Let see it who is in it, and everybody in a channel that may see it."""
    is_for_channel = shown.lobby.is_shown_to_channel and channel_id == shown.lobby.channel_id
    if viewer_id not in shown.stored.user_ids and not is_for_channel:
        raise NotForYouError


def person_key(user_id: int) -> PersonKey:
    """Name a person inside a comparison."""
    return PersonKey(str(user_id))


async def _look(who_is_there: WhoIsThere, lobby: Lobby, user_ids: Collection[int]) -> Presence:
    """Look for people in the channel they have to see; a pair may be spread over direct messages."""
    if not user_ids:
        return Presence()
    watched = lobby.channel_id if lobby.kind is GroupKind.LOBBY else None
    return await who_is_there(lobby.guild_id, watched, user_ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingWorkflow:
    """Consents by server, and everything about a person that comparisons keep."""

    sharings: SharingStore
    questions: QuestionStore
    lobbies: LobbyStore
    results: GroupResultStore
    withdrawals: WithdrawalStore
    clock: Callable[[], datetime]
    words: Callable[[Playlist, Playlist], str]
    """As in `LobbiesWorkflow`."""

    async def share(self, guild_id: int, visitor: Visitor, playlist: Playlist) -> Sharing:
        """Let everybody of a server compare with this playlist as it is now; raises `NothingBroughtError`."""
        taken = spread(playlist)
        sharing = Sharing(
            guild_id=guild_id,
            user_id=visitor.user_id,
            name=visitor.name,
            brought=self.words(playlist, taken),
            tracks=len(taken.tracks),
            granted_at=self.clock(),
        )
        await self.sharings.grant(sharing, taken)
        return sharing

    async def find(self, guild_id: int, user_id: int) -> Sharing | None:
        """Look what somebody shares in a server."""
        return await self.sharings.find(guild_id, user_id)

    async def allow_questions(self, user_id: int, *, allowed: bool) -> None:
        """Let somebody be asked to compare, or by nobody in any server."""
        await self.questions.set_wants_none(user_id, never=not allowed, now=self.clock())

    async def may_be_asked(self, user_id: int) -> bool:
        """Whether people may ask somebody to compare."""
        return not await self.questions.wants_none(user_id)

    async def allow_direct(self, guild_id: int, *, allowed: bool) -> None:
        """Allow or forbid questions by direct message from a server."""
        await self.questions.set_direct(guild_id, allowed=allowed)

    async def stop(self, guild_id: int, user_id: int) -> Withdrawal:
        """Be private again at once: comparisons that only this consent allowed go too.

        Raises
        ------
        NotSharingError
        """
        taken = await self.withdrawals.stop_sharing(guild_id, user_id)
        if taken is None:
            raise NotSharingError
        return taken

    async def end_left(self, who_is_there: WhoIsThere) -> int:
        """End the consents of people of whom Discord says that they left the server; returns how many.

        Who can't be asked about is unknown, not gone, and keeps what they share until the next look.
        """
        ended = 0
        for guild_id, user_ids in (await self.sharings.by_guild()).items():
            try:
                seen = await who_is_there(guild_id, None, user_ids)
            except CannotTakeBackError:
                continue
            for user_id in seen.absent:
                ended += await self.withdrawals.stop_sharing(guild_id, user_id) is not None
        return ended

    async def export(self, user_id: int) -> dict[str, Any]:
        """Say all that comparisons keep about a person, as plain values."""
        return {
            "sharing": [
                {
                    "server": sharing.guild_id,
                    "playlist": sharing.brought,
                    "tracks": sharing.tracks,
                    "since": sharing.granted_at.isoformat(),
                }
                for sharing in await self.sharings.of(user_id)
            ],
            "comparisons": await self.lobbies.memberships(user_id),
            "results": [
                {"result": result_id, "made": made.isoformat()}
                for result_id, made in await self.results.of(user_id)
            ],
        }
