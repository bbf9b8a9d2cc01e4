"""The Discord client: built from what it is given, connected by whoever runs it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.downloads import fetch_file
from cogs.components import ComponentRouter, is_form, receivers
from cogs.errors import ErrorTree
from cogs.gate import Gate
from cogs.progress import RunningWork
from cogs.wanted import Wanted
from cogs.watching import Observer, end
from cogs.work import Work
from services.workflows.jobs import JobsWorkflow

_log = logging.getLogger(__name__)

CogBuilder = Callable[["TastemapBot"], commands.Cog]
"""Makes a cog for a bot; everything else the cog needs is bound already."""

Shrink = Callable[[bytes], Awaitable[bytes]]
"""Makes a picture smaller, for places that take no larger one."""


class TastemapBot(commands.AutoShardedBot):
    """A client with our cogs, no privileged intents, and no memory of messages or members."""

    def __init__(
        self,
        *,
        cogs: Sequence[CogBuilder],
        jobs: JobsWorkflow,
        shrink: Shrink,
        observer: Observer,
        downloads: aiohttp.ClientSession,
    ) -> None:
        super().__init__(
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
        self.components = ComponentRouter()
        self.wanted = Wanted()
        self.running = RunningWork(self.components)
        self.work = Work(jobs=jobs, running=self.running, admit=self.gate.admit)
        self.shrink = shrink
        self.observer = observer
        self._downloads = downloads
        self._recovery: asyncio.Task[int] | None = None
        self._builders = tuple(cogs)

    async def setup_hook(self) -> None:
        """Add the cogs and the receivers of buttons before the first event arrives; go on with old work."""
        for build in self._builders:
            await self.add_cog(build(self))
        self.add_dynamic_items(*receivers(self.components))
        self._recovery = asyncio.create_task(self.work.recover(self))

    async def on_interaction(self, interaction: discord.Interaction[TastemapBot]) -> None:
        """Answer forms, also those that were shown before a restart."""
        if is_form(interaction):
            await self.components.dispatch(interaction)

    async def fetch_file(self, url: str) -> bytes:
        """Fetch what somebody uploaded to Discord.

        Raises
        ------
        FileUnavailableError
        """
        return await fetch_file(self._downloads, self.http, url)

    async def on_app_command_completion(
        self,
        interaction: discord.Interaction[TastemapBot],
        command: app_commands.Command[Any, ..., Any] | app_commands.ContextMenu,
    ) -> None:
        """Count a command that went through."""
        end(interaction, command.qualified_name)

    async def close(self) -> None:
        """End the connection; work that is not finished stays written down."""
        if self._recovery is not None:
            self._recovery.cancel()
            await asyncio.gather(self._recovery, return_exceptions=True)
        await super().close()

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


def create_bot(
    *,
    cogs: Sequence[CogBuilder],
    jobs: JobsWorkflow,
    shrink: Shrink,
    observer: Observer,
    downloads: aiohttp.ClientSession,
) -> TastemapBot:
    """Build the client. It neither connects nor reads the environment."""
    return TastemapBot(cogs=cogs, jobs=jobs, shrink=shrink, observer=observer, downloads=downloads)
