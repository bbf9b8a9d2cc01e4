"""The accepted work of comparisons: ask somebody, bring a playlist, compare, mix, and share."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass

import discord

from cogs.replies.comparison import (
    blend_card,
    blend_files_card,
    blend_poster_card,
    posted_poster,
    poster_card,
    result_card,
    sharing_card,
)
from cogs.replies.layout import Reply, note
from cogs.replies.lists import list_files
from cogs.replies.lobby import asked_note, brought_note, lobby_card
from cogs.words import answers
from cogs.words.answers import ASKING
from cogs.words.people import blend_name
from cogs.work.host import Host
from cogs.work.kinds import Kind, request_of
from cogs.work.posted_cards import PostedCards
from cogs.work.presence import DiscordPresence
from cogs.work.reaching import revive
from services.domain.charts import POSTER_KINDS, ChartKind
from services.domain.errors.groups import (
    CannotLookError,
    CannotReachError,
    CannotSeeChannelError,
    NotInResultError,
    ResultGoneError,
)
from services.domain.errors.playlists import SpotifyOffError
from services.domain.group_requests import (
    AskRequest,
    BlendRequest,
    BringRequest,
    CompareRequest,
    SharingRequest,
    Where,
)
from services.domain.groups import FEWEST, Blend, GroupKind, GroupMessage, Lobby, MessageKind, Sharing
from services.domain.jobs import Job
from services.domain.messages import Activity, OnProgress, Progress
from services.domain.requests import BlendToWrite, JobKind
from services.domain.writes import Written
from services.workflows.group_results import GroupResultsWorkflow, SharingWorkflow, Shown
from services.workflows.lobbies import LobbiesWorkflow, Place, Visitor
from services.workflows.reading import PlaylistChoice, PlaylistReader
from services.workflows.saving import SavingWorkflow

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparing:
    """What people accept in comparisons, from the request to the card."""

    lobbies: LobbiesWorkflow
    results: GroupResultsWorkflow
    sharing: SharingWorkflow
    cards: PostedCards
    presence: DiscordPresence
    reader: PlaylistReader
    saving: SavingWorkflow | None

    def kinds(self) -> Mapping[JobKind, Kind]:
        """Describe the work that is done here; all of it needs to see who is in the server."""
        server = self.presence.arrival
        return {
            JobKind.BRING: Kind(
                do=self._bring, card=self._show_brought, stored=self._load_brought, ready=server
            ),
            JobKind.COMPARE: Kind(
                do=self._compare,
                card=lambda _job, shown: self.show(shown, None),
                stored=self._load_result,
                ready=server,
                posted=self._note_result,
            ),
            JobKind.BLEND: Kind(
                do=self._mix,
                card=self._show_blend,
                stored=self._load_blend,
                ready=server,
                posted=self._note_blend,
            ),
            JobKind.SHARING: Kind(
                do=self._share, card=self._show_sharing, stored=self._load_sharing, ready=server
            ),
        }

    async def _bring(self, job: Job, say: OnProgress) -> Lobby | Shown | PlaylistChoice:
        """Freeze a playlist; the second choice of a pair compares as well."""
        request = request_of(job, BringRequest)
        playlist = await self.reader.read(job.asked.owner_id, request.what, say)
        if isinstance(playlist, PlaylistChoice):
            return playlist
        lobby_id = request.lobby_id
        lobby = await self.lobbies.bring(lobby_id, job.asked.owner_id, playlist)
        await self.cards.redraw(lobby_id)
        if lobby.kind is GroupKind.LOBBY or len(lobby.ready) < FEWEST:
            return lobby
        shown = await self.results.run(lobby_id, job.result_id, who_is_there=self.presence, say=say)
        await self.cards.redraw(lobby_id)
        return shown

    async def _show_brought(self, job: Job, done: Lobby | Shown) -> Reply:
        if isinstance(done, Shown):
            return await self.show(done, job.asked.owner_id)
        member = done.member(job.asked.owner_id)
        return brought_note(member, done) if member else note(answers.OUT)

    async def _load_brought(self, job: Job) -> Lobby | Shown:
        try:
            return await self._load_result(job)
        except ResultGoneError:
            return await self.lobbies.open(request_of(job, BringRequest).lobby_id)

    async def _compare(self, job: Job, say: OnProgress) -> Shown:
        lobby_id = request_of(job, CompareRequest).lobby_id
        shown = await self.results.run(lobby_id, job.result_id, who_is_there=self.presence, say=say)
        if job.message_id is None:
            await self.cards.redraw(lobby_id)
        else:  # Before the result is there: whoever leaves from now on is taken out of it.
            await self._note_result(job, job.asked.channel_id or 0, job.message_id)
        return shown

    async def _load_result(self, job: Job) -> Shown:
        return await self.results.open(
            job.result_id, job.asked.owner_id, job.asked.channel_id, who_is_there=self.presence
        )

    async def _note_result(self, job: Job, channel_id: int, message_id: int) -> None:
        lobby_id = request_of(job, CompareRequest).lobby_id
        await self._note(job, MessageKind.RESULT, lobby_id, job.result_id, (channel_id, message_id))

    async def _mix(self, job: Job, say: OnProgress) -> tuple[Shown, Blend]:
        """Mix what is not stored: the same people and size give the same blend."""
        await say(Progress(Activity.MIXING))
        shown, blend = await self._load_blend(job)
        if job.message_id is not None:
            await self._note_blend(job, job.asked.channel_id or 0, job.message_id)
        return shown, blend

    async def _show_blend(self, job: Job, done: tuple[Shown, Blend]) -> Reply:
        shown, blend = done
        request = request_of(job, BlendRequest)
        if request.as_files:
            lists = [(blend_name(blend), [each.entry for each in blend.tracks])]
            return blend_files_card(await list_files(lists, "blend", for_djs=False))
        is_shown = shown.lobby.is_shown_to_channel
        if request.as_poster:
            if not is_shown:
                return note(answers.TAKES_BOTH)
            return blend_poster_card(await self.results.blend_posters(shown, blend))
        return blend_card(
            blend,
            shown.stored.result_id,
            request.size,
            can_save=self.saving is not None,
            has_poster=is_shown,
        )

    async def _load_blend(self, job: Job) -> tuple[Shown, Blend]:
        request, asked = request_of(job, BlendRequest), job.asked
        shown = await self.results.open(
            request.result_id, asked.owner_id, asked.channel_id, who_is_there=self.presence
        )
        return shown, await self.results.blend(shown, size=request.size, mode=request.mode)

    async def _note_blend(self, job: Job, channel_id: int, message_id: int) -> None:
        request = request_of(job, BlendRequest)
        if not job.asked.private:
            place = (channel_id, message_id)
            await self._note(job, MessageKind.BLEND, request.lobby_id, request.result_id, place)

    async def write_blend(self, user_id: int, what: BlendToWrite) -> Written:
        """Mix once more, as the press has named it, and save that.

        Raises
        ------
        SpotifyOffError
            No Spotify app is configured.
        TastemapError
            As in `GroupResultsWorkflow.open` and `SavingWorkflow.write`.
        """
        if self.saving is None:
            raise SpotifyOffError
        shown = await self.results.open(what.result_id, user_id, what.channel_id, who_is_there=self.presence)
        blend = await self.results.blend(shown, size=what.size, mode=what.mode)
        ids = [each.entry.track.id for each in blend.tracks if each.entry.track.id]
        write = await self.saving.save_new(user_id, name=blend_name(blend), tracks=ids, request=what.name)
        return Written((write,), len(blend.tracks) - len(ids))

    async def _share(self, job: Job, say: OnProgress) -> Sharing | PlaylistChoice:
        """Freeze a playlist, and let others of the server compare with it."""
        request, owner_id = request_of(job, SharingRequest), job.asked.owner_id
        playlist = await self.reader.read(owner_id, request.what, say)
        if isinstance(playlist, PlaylistChoice):
            return playlist
        guild_id = request.guild_id
        name = await self.presence.name_of(guild_id, owner_id)
        return await self.sharing.share(guild_id, Visitor(owner_id, name), playlist)

    async def _show_sharing(self, _job: Job, done: Sharing | None) -> Reply:
        return sharing_card(done)

    async def _load_sharing(self, job: Job) -> Sharing | None:
        return await self.sharing.find(request_of(job, SharingRequest).guild_id, job.asked.owner_id)

    async def show(self, shown: Shown, viewer_id: int | None) -> Reply:
        """Build the card of a result, for one of its people or for everybody."""
        (chart,) = await self.results.charts(shown, [ChartKind.COMPATIBILITY])
        return result_card(shown, chart, None if viewer_id is None else shown.key_of(viewer_id))

    async def post_pair(self, lobby: Lobby, viewer_id: int, *, request: int) -> None:
        """Show the result of a pair to the channel, because both want that; `request` is the press."""
        result_id = await self.results.latest(lobby.channel_id, lobby.lobby_id)
        shown = await self.results.open(result_id, viewer_id, lobby.channel_id, who_is_there=self.presence)
        message = lobby.message(request, MessageKind.RESULT, result_id=result_id)
        await self.cards.post_reply(message, await self.show(shown, None))

    async def posters(self, shown: Shown, viewer_id: int) -> Reply:
        """Build the card with the poster of a result, once everybody on it wants the channel to see it."""
        if not shown.lobby.is_shown_to_channel:
            return note(answers.TAKES_BOTH)
        charts = await self.results.charts(shown, POSTER_KINDS)
        return poster_card(shown, charts, shown.key_of(viewer_id))

    async def post_poster(self, shown: Shown, viewer_id: int, *, request: int) -> Reply:
        """Post the poster of a result where the comparison is; `request` is the press.

        Raises
        ------
        NotInResultError
            Who asks is not on it.
        PostedAlreadyError
            It is there already.
        """
        if shown.key_of(viewer_id) is None:
            raise NotInResultError
        if not shown.lobby.is_shown_to_channel:
            return await self.posters(shown, viewer_id)
        charts = await self.results.charts(shown, [ChartKind.POSTER_FEED])
        message = shown.lobby.message(request, MessageKind.POSTER, result_id=shown.stored.result_id)
        await self.cards.post_once(message, posted_poster(shown, charts))
        return note(answers.POSTER_POSTED)

    async def _note(
        self, job: Job, kind: MessageKind, lobby_id: str, result_id: str, place: tuple[int, int]
    ) -> None:
        """Remember where the channel sees a result: a result that is gone by now is taken down at once."""
        channel_id, message_id = place
        await self.cards.note(
            GroupMessage(
                message_id=message_id,
                channel_id=channel_id,
                guild_id=job.asked.guild_id or 0,
                lobby_id=lobby_id,
                kind=kind,
                result_id=result_id,
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Questions of one person to one other."""

    lobbies: LobbiesWorkflow
    cards: PostedCards
    presence: DiscordPresence
    client: Host

    def kinds(self) -> Mapping[JobKind, Kind]:
        """Describe the work that is done here."""
        return {JobKind.ASK: Kind(do=self._ask, card=self._tell, ready=self.presence.arrival)}

    async def _ask(self, job: Job, _say: OnProgress) -> Lobby:
        request = request_of(job, AskRequest)
        place = Place(job.asked.guild_id or 0, job.asked.channel_id or 0)
        watched = place.channel_id if request.where is Where.CHANNEL else None
        seen = await self.presence(place.guild_id, watched, [request.asked_id])
        if seen.unknown:
            raise CannotLookError
        if not seen.there:
            raise CannotSeeChannelError
        lobby = await self.lobbies.ask(
            place,
            Visitor(job.asked.owner_id, request.host_name),
            Visitor(request.asked_id, request.asked_name),
            job.result_id,
            direct=request.where is Where.MESSAGE,
        )
        if not await self.cards.are_posted(lobby.lobby_id):
            await self._post(job, lobby)
        return lobby

    async def _tell(self, job: Job, lobby: Lobby) -> Reply:
        return asked_note(lobby, directly=request_of(job, AskRequest).where is Where.MESSAGE)

    async def _post(self, job: Job, lobby: Lobby) -> None:
        request = request_of(job, AskRequest)
        posted: list[tuple[MessageKind, discord.Message]] = []
        try:
            if request.where is Where.MESSAGE:
                posted = await self._ask_directly(job, lobby, (job.asked.owner_id, request.asked_id))
            else:
                card = lobby.message(job.job_id)
                await self.cards.post(card, lambda: self._ask_here(job, lobby), shown=lobby)
        except Exception:
            await self.lobbies.withdraw_question(lobby.lobby_id)
            raise
        for kind, message in posted:
            card = lobby.message(message.id, kind, channel_id=message.channel.id)
            await self.cards.note(card, shown=lobby)

    async def _ask_here(self, job: Job, lobby: Lobby) -> int:
        """Post the card with the mention: a new message, as an edit of the reply notifies nobody.

        The nonce keeps a repetition after a crash from showing twice. Where the bot may not post by itself,
        it answers the command once more instead.
        """
        asked = [discord.Object(lobby.asked.user_id)] if lobby.asked else []
        mentions = discord.AllowedMentions(users=asked) if asked else discord.AllowedMentions.none()
        channel = self.client.get_partial_messageable(lobby.channel_id, guild_id=lobby.guild_id)
        try:
            message = await channel.send(
                view=lobby_card(lobby).view(), allowed_mentions=mentions, nonce=f"ask-{job.job_id}"
            )
        except discord.Forbidden:
            interaction = revive(self.client, job.asked)
        else:
            return message.id
        # The first follow-up would take the place of the private "thinking…", and be as private.
        await interaction.edit_original_response(view=note(ASKING).view())
        message = await interaction.followup.send(
            view=lobby_card(lobby).view(), allowed_mentions=mentions, wait=True
        )
        return message.id

    async def _ask_directly(
        self, job: Job, lobby: Lobby, person_ids: tuple[int, int]
    ) -> list[tuple[MessageKind, discord.Message]]:
        """Put the card into the messages of both: each of them sees there how it goes on."""
        sent: list[tuple[MessageKind, discord.Message]] = []
        try:
            kinds = (MessageKind.ASKER_CARD, MessageKind.CARD)
            for number, (person_id, kind) in enumerate(zip(person_ids, kinds, strict=True)):
                channel = await self.client.create_dm(discord.Object(person_id))
                nonce = f"ask-{job.job_id}-{number}"
                sent.append((kind, await channel.send(view=lobby_card(lobby, kind).view(), nonce=nonce)))
        except discord.HTTPException as error:
            _log.info("a question by direct message could not be put: %s", error)
            for _, message in sent:
                with contextlib.suppress(discord.HTTPException):
                    await message.delete()
            raise CannotReachError from error
        return sent
