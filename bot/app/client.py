"""The Discord client: built from what it is given, connected by whoever runs it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import Any, cast
from urllib.parse import urlsplit

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.process import Role, Shards
from cogs.replies.layout import Reply
from cogs.work.accept import Work
from cogs.work.admission import Gate, Limits
from cogs.work.components import ComponentRouter, is_form, receivers
from cogs.work.errors import ErrorTree
from cogs.work.host import Host, Interaction, Observer, Shrink, end
from cogs.work.logins import PendingRequests
from cogs.work.perform import Performer
from cogs.work.progress import RunningWork
from services.domain.errors.playlists import FileUnavailableError
from services.domain.errors.storage import StorageError
from services.domain.inputs import MAX_UPLOAD_BYTES
from services.jobs.queue import JobQueue
from services.maintenance import Maintenance
from services.sources.session import BodyTooLargeError, Timeouts, read_body
from services.workflows.reading import PlaylistReader

PATIENCE = Timeouts(connect_s=3.0, read_s=5.0, total_s=20.0)
"""For files of people; 10 MiB within 20 s is 4 Mbit/s."""

Identify = Callable[[int], Awaitable[None]]
"""Returns once a shard of a bucket may identify, where other processes do so too."""

_log = logging.getLogger(__name__)


class TastemapBot(Host):
    """A client with our cogs, no privileged intents, and no memory of messages or members."""

    def __init__(
        self,
        *,
        jobs: JobQueue,
        reader: PlaylistReader,
        shrink: Shrink,
        observer: Observer,
        downloads: aiohttp.ClientSession,
        maintenance: Maintenance,
        waiting: Callable[[int], Awaitable[tuple[bool, bool]]],
        role: Role,
        shards: Shards | None,
        identify: Identify | None,
    ) -> None:
        super().__init__(
            shard_count=shards.count if shards else None,
            shard_ids=cast("list[int]", list(shards.ids) if shards else None),
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=ErrorTree,
            intents=discord.Intents(guilds=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=True
            ),
        )
        self.gate = Gate()
        self.limits = Limits()
        self.components = ComponentRouter()
        self.pending = PendingRequests()
        self.has_spotify = reader.library is not None
        self.has_lists = bool(reader.lists.services)
        self.running = RunningWork(
            self.components, jobs, can_stop=lambda kind: self.performer.kinds[kind].stoppable
        )
        self.performer = Performer(
            jobs=jobs,
            running=self.running,
            admit=self.gate.admit,
            fetch=self.fetch_file,
            reader=reader,
        )
        self.work = Work(jobs=jobs, performer=self.performer)
        self.hand_over = self.work.hand_over
        self.shrink = shrink
        self.observer = observer
        self.was_ready = False
        """Whether Discord ever had this client ready; stays true when the connection is lost."""
        self.maintenance = maintenance
        self.connects = role.connects
        self._identify = identify
        self._buckets = 0
        """In how many rows shards may identify beside each other; 0 before Discord has said so."""
        self.performs = role.performs
        self._downloads = downloads
        self._waiting = waiting
        self._jobs = jobs
        self.working: asyncio.Task[None] | None = None
        """Does accepted work; ends with what was left where that is all, or with the queue."""
        self._to_add: Sequence[commands.Cog] = ()

    def take(self, cogs: Sequence[commands.Cog]) -> None:
        """Serve with these cogs from the login on; they were built with this client."""
        self._to_add = cogs

    async def setup_hook(self) -> None:
        """Add the cogs and the receivers of buttons before the first event arrives; go on with old work."""
        for cog in self._to_add:
            await self.add_cog(cog)
        self.add_dynamic_items(*receivers(self.components))
        if self.performs:
            self.working = asyncio.create_task(self._jobs.work(partial(self.performer.take_up, self)))

    @property
    def can_ask(self) -> bool:
        """Whether Discord can be asked about servers and people."""
        return self.is_ready() if self.connects else self.application_id is not None and not self.is_closed()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait for the turn of a shard: Discord takes one in five seconds, from all processes together."""
        if self._identify is None:
            await super().before_identify_hook(shard_id, initial=initial)
            return
        if not self._buckets:
            self._buckets = (await self.fetch_session_start_limits()).max_concurrency
        await self._identify((shard_id or 0) % self._buckets)

    async def on_ready(self) -> None:
        """Note that the connection stood."""
        self.was_ready = True

    async def on_interaction(self, interaction: Interaction) -> None:
        """Answer forms, also those that were shown before a restart."""
        if is_form(interaction):
            await self.components.dispatch(interaction)

    async def fetch_file(self, url: str) -> bytes:
        """Fetch what somebody uploaded to Discord; raises `FileUnavailableError`."""
        return await fetch_file(self._downloads, self.http, url)

    async def on_app_command_completion(
        self,
        interaction: Interaction,
        command: app_commands.Command[Any, ..., Any] | app_commands.ContextMenu,
    ) -> None:
        """Count a command that went through, and give what did not reach the person before."""
        end(interaction, command.qualified_name)
        if self.gate.closed:
            return
        self.gate.admit()  # an orderly end waits for this look as well
        try:
            has_answers, has_news = await self._waiting(interaction.user.id)
        except StorageError as error:
            _log.warning("whether something waits for a person could not be looked at: %s", error)
            return
        if has_news:
            self.dispatch("news_of_changes", interaction)
        if has_answers:
            await self.performer.catch_up(interaction)

    async def close(self) -> None:
        """End the connection; work that is not finished stays written down."""
        if self.working is not None:
            self.working.cancel()
            await asyncio.gather(self.working, return_exceptions=True)
        await super().close()

    def receive(self, payload: Mapping[str, Any]) -> bool:
        """Answer an interaction that came another way than over the gateway; False while it is stopping.

        discord.py has no public way to do this; a test guards the private name.
        """
        if self.gate.closed:
            return False
        state: Any = self._connection
        state.parse_interaction_create(payload)
        return True

    def tree_hash(self) -> str:
        """Name the present shape of all commands; a sync is needed only when it changes."""
        payload = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        payload.sort(key=lambda command: (command["type"], command["name"]))
        return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()


@dataclass(slots=True)
class Clients:
    """The client of this moment; after a lost connection it is another one."""

    current: TastemapBot | None = None

    @property
    def application_id(self) -> int | None:
        """The id under which Discord knows the application, once a client has logged in."""
        return self.current.application_id if self.current else None

    async def direct_message(self, user_id: int) -> discord.abc.Messageable | None:
        """Return the direct channel to a person; None while there is no client."""
        return await self.current.create_dm(discord.Object(user_id)) if self.current else None

    async def tell(self, people: Collection[int], said: Reply) -> None:
        """Write to some people; who can't be reached costs a line in the log."""
        for user_id in people:
            try:
                channel = await self.direct_message(user_id)
                if channel is not None:
                    await channel.send(view=said.view(), allowed_mentions=discord.AllowedMentions.none())
            except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
                _log.warning("an operator could not be written to (%s)", type(error).__name__)

    def end(self, job_id: int) -> None:
        """Stop one piece of work, if it runs here."""
        if self.current is not None:
            self.current.running.end(job_id)

    def forget(self, user_id: int) -> None:
        """Drop from memory what a person was about to do when a login came in between."""
        if self.current is not None:
            self.current.pending.forget(user_id)


async def fetch_file(
    session: aiohttp.ClientSession,
    http: discord.http.HTTPClient,
    url: str,
    patience: Timeouts = PATIENCE,
) -> bytes:
    """Fetch what somebody uploaded to Discord: within a time, up to a size, and with one failure for all.

    discord.py's own way waits for five minutes and takes whatever comes; it is used only for clients
    that bring a way of their own, as simulated ones do.

    Raises
    ------
    FileUnavailableError
    """
    name = PurePosixPath(urlsplit(url).path).name
    try:
        if type(http) is not discord.http.HTTPClient:
            return await http.get_from_cdn(url)
        timeout = patience.within(patience.total_s)
        async with session.get(url, timeout=timeout, allow_redirects=False) as answer:
            if answer.status != 200:
                raise FileUnavailableError(name)
            return await read_body(answer, MAX_UPLOAD_BYTES)
    except (
        aiohttp.ClientError,
        discord.HTTPException,
        BodyTooLargeError,
        TimeoutError,
        OSError,
    ) as error:
        raise FileUnavailableError(name) from error
