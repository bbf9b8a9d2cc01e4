"""Accept work: written down first, promised then, and put in the queue."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

import discord
from discord import app_commands

from cogs.work.deliver import Delivery
from cogs.work.errors import explain
from cogs.work.host import Interaction
from cogs.work.perform import Performer
from cogs.work.progress import LineOfProgress
from cogs.work.reaching import HAND_OVER, HandedOverError, in_time, is_outage, mark_given, pause, promise
from services.domain.errors.jobs import ForgottenError
from services.domain.errors.storage import StorageError
from services.domain.jobs import Asked, Job, Request
from services.domain.messages import Activity, Progress
from services.domain.requests import PressRequest
from services.jobs.queue import JobQueue

_LINE_S = 3.0
"""Longest time for an edit: nobody begins the work meanwhile."""

_ENDED_S = 3.0
"""Within this time a worker ends and tells what was erased while it ran."""

_log = logging.getLogger(__name__)


class Work:
    """Accepts what takes long, and has it done here or elsewhere."""

    def __init__(self, *, jobs: JobQueue, performer: Performer) -> None:
        self._jobs = jobs
        self.performer = performer
        self._telling: set[asyncio.Task[None]] = set()

    async def accept(
        self,
        interaction: Interaction,
        request: Request,
        *,
        private: bool,
    ) -> None:
        """Accept work, promise the answer, and give it. Failures are told to the person and raised.

        Parameters
        ----------
        private
            Whether only the person sees the answer.

        Raises
        ------
        app_commands.BotMissingPermissions
            The picture could not be posted into this channel; nothing was begun.
        """
        interaction.extras.pop(HAND_OVER, None)  # it is written down as what it is
        require_files(interaction, private=private)
        job = await in_time(interaction, self._jobs.accept(_asked_of(interaction, private=private), request))
        if job is None:
            _log.info("interaction %d came twice and is answered once", interaction.id)
            return
        message_id = None
        try:
            message_id = await promise(interaction, private=private)
        except Exception as error:
            if not is_outage(error):
                await self.performer.finish(job)  # nobody was promised anything
                self._jobs.end(job)
                raise
            _log.warning("whether a request was promised an answer is unknown; it gets one: %r", error)
            mark_given(interaction, discord.InteractionResponseType.deferred_channel_message)
        except asyncio.CancelledError:
            self._jobs.end(job)  # whoever finds the row looks whether somebody waits
            raise
        job = replace(job, message_id=message_id)
        delivery = Delivery(interaction, job)
        if await self._jobs.put(job):
            await self.performer.perform(delivery)
        elif not job.kind.is_light:
            telling = asyncio.create_task(self._tell_places(delivery))
            self._telling.add(telling)
            telling.add_done_callback(self._telling.discard)

    async def _tell_places(self, delivery: Delivery) -> None:
        """Say the place in line of what waits for a worker as long as it waits, and where it was erased."""
        line = LineOfProgress(delivery.interaction, stoppable=True, until=delivery.open_until)
        try:
            async for place in self._jobs.places(delivery.job):
                async with asyncio.timeout(_LINE_S):
                    await line(Progress(Activity.QUEUED, place))
            if await self._jobs.is_forgotten(delivery.job):
                await pause(_ENDED_S)  # whoever had begun it says so
                if not await delivery.answered():
                    tell = partial(delivery.give, private=True)
                    await explain(delivery.interaction, ForgottenError(), tell=tell)
        except (StorageError, TimeoutError) as error:
            _log.info("the place in line is not said any more: %r", error)

    async def hand_over(self, interaction: Interaction, answer: Callable[[], Awaitable[None]]) -> None:
        """Answer a press up to its first response, and let a worker do the rest of `answer`.

        Where the answer is at once, or work of its own is accepted, there is no rest.
        """
        written: list[Job] = []

        async def write_down(stays: bool) -> None:
            asked = _asked_of(interaction, private=not stays)
            press = _press_of(interaction, stays=stays)
            job = await in_time(interaction, self._jobs.accept(asked, press))
            if job is None:
                raise HandedOverError(None)  # it came twice
            written.append(job)

        interaction.extras[HAND_OVER] = write_down
        try:
            await answer()
        except HandedOverError as handed:
            for job in written:
                promised = replace(job, message_id=handed.message_id)
                await self._jobs.put(promised)
        except Exception:
            for job in written:
                await self.performer.finish(job)  # nobody was promised anything
                self._jobs.end(job)
            raise


def _press_of(interaction: Interaction, *, stays: bool) -> PressRequest:
    data: Any = interaction.data or {}
    message = interaction.message
    return PressRequest(
        custom_id=str(data.get("custom_id", "")),
        values=tuple(map(str, data.get("values", ()))),
        component_type=int(data.get("component_type", 0)),
        stays=stays,
        permissions=interaction.app_permissions.value,
        file_limit=interaction.filesize_limit,
        is_member=interaction.is_guild_integration(),
        message_id=message.id if message else 0,
        message_flags=message.flags.value if message else 0,
        message_files=tuple(each.filename for each in message.attachments) if message else (),
    )


def require_files(interaction: Interaction, *, private: bool) -> None:
    """Refuse public work whose picture could not be posted into this channel.

    Discord says with each interaction what the bot may do in that very channel; rights of roles say
    less. Outside of servers and in private replies nothing is asked for.

    Raises
    ------
    app_commands.BotMissingPermissions
        The channel does not let the bot attach files.
    """
    if interaction.guild_id is not None and not private and not interaction.app_permissions.attach_files:
        raise app_commands.BotMissingPermissions(["attach_files"])


def _asked_of(interaction: Interaction, *, private: bool) -> Asked:
    """Write down where an interaction wants its answer."""
    return Asked(
        interaction_id=interaction.id,
        application_id=interaction.application_id,
        token=interaction.token,
        owner_id=interaction.user.id,
        guild_id=interaction.guild_id,
        channel_id=interaction.channel_id,
        private=private,
        at=interaction.created_at,
    )
