"""Reach Discord: give the first response of an interaction once and in time, and tell outages from refusals.

Discord takes one first response, within three seconds. A first response whose answer was lost may have
taken effect; the way to find out is to send it again, as Discord refuses a second one with a code of its own.
After a restart, or in another process, the interaction of accepted work is made again as one that has it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import discord

from cogs.replies.layout import Reply
from cogs.work.host import Host, Interaction, waited_s
from services.domain.errors.storage import DatabaseBusyError
from services.domain.jobs import Asked
from services.domain.requests import PressRequest

_NO_CODE = 0
_PASSING = frozenset({403, 408, 429})
"""Cloudflare bans with 403 and 429 and no code of Discord's, and a rate limit may outlast all tries."""

STORAGE_AGAIN_S = (5.0, 15.0, 60.0)
"""A database that is busy or away is mostly back within seconds; after these the person is told."""
_ALREADY_ACKNOWLEDGED = 40060
_UNKNOWN_MESSAGE = 10_008
_PATIENCE_S = (1.4, 1.4, 10.0)
"""Two tries inside the three seconds, whatever discord.py waits for by itself; the last one only asks
whether one of them has taken effect."""
_LOOK_S = 1.5
"""Of the three seconds, for all looks together; the way to Discord and back, and a second try, need the
rest."""
_LEAST_S = 0.1
"""Of them for each look, however late it is."""
_PAUSE_S = 0.1
"""Between a broken connection and the next try."""

_log = logging.getLogger(__name__)

Result = TypeVar("Result")
_Sent = discord.InteractionCallbackResponse[Any] | None


HAND_OVER = "hand over"
"""Under this key an interaction holds what writes it down, where another process is to answer it."""

GIVEN = "given"
"""Under this key it holds the first response that another process has given."""


class DiscordUnreachableError(ConnectionError):
    """No answer came from Discord; the argument says what came instead."""


@contextmanager
def reaching_discord() -> Iterator[None]:
    """Turn whatever a broken connection raises inside the block into one kind of error.

    Raises
    ------
    DiscordUnreachableError
        The connection broke, timed out, or gave something that is no answer of Discord's.
    """
    try:
        yield
    except discord.DiscordException:
        raise
    except Exception as error:
        raise DiscordUnreachableError(repr(error)) from error


def is_outage(error: BaseException) -> bool:
    """Whether Discord may well take the same request later."""
    if isinstance(error, discord.HTTPException):
        return error.status >= 500 or (error.status in _PASSING and error.code == _NO_CODE)
    return isinstance(error, DiscordUnreachableError)


async def is_gone(client: Host, channel_id: int, message_id: int) -> bool:
    """Whether Discord surely no longer has a message."""
    try:
        with reaching_discord():
            await client.get_partial_messageable(channel_id).fetch_message(message_id)
    except discord.HTTPException as error:
        return error.code == _UNKNOWN_MESSAGE
    except DiscordUnreachableError:
        return False
    return False


async def pause(seconds: float) -> None:
    """Wait; the one place where accepted work sleeps."""
    await asyncio.sleep(seconds)


class HandedOverError(Exception):
    """A promise was given, and another process keeps it."""

    def __init__(self, message_id: int | None) -> None:
        super().__init__(message_id)
        self.message_id = message_id


async def in_time(interaction: Interaction, look: Coroutine[Any, Any, Result]) -> Result:
    """Do something with the database before the first response, which can't wait for a slow one.

    Raises
    ------
    DatabaseBusyError
        It took too long, and was given up.
    """
    task = asyncio.create_task(look)
    left_s = max(_LOOK_S - waited_s(interaction), _LEAST_S)
    done, _ = await asyncio.wait({task}, timeout=left_s)
    if not done:
        task.cancel()
        raise DatabaseBusyError(problem="a look before the first response took too long")
    return task.result()


async def promise(interaction: Interaction, *, private: bool = True) -> int | None:
    """Say "thinking…"; returns the id of that message where Discord named it.

    Parameters
    ----------
    private
        Whether only the person sees it, and the answer that takes its place.

    Raises
    ------
    discord.HTTPException, DiscordUnreachableError
        Discord did not take it; `is_outage` tells whether it may have.
    """
    kind = discord.InteractionResponseType.deferred_channel_message
    if is_given(interaction, kind):
        return None
    return await _promise(
        interaction, kind, lambda: interaction.response.defer(ephemeral=private, thinking=True), stays=False
    )


async def accept_press(interaction: Interaction) -> None:
    """Take a press or a form whose message stays as it is until it is edited; raises like `promise`."""
    kind = discord.InteractionResponseType.deferred_message_update
    if not is_given(interaction, kind):
        await _promise(interaction, kind, interaction.response.defer, stays=True)


async def answer_now(
    interaction: Interaction,
    reply: Reply,
    *,
    private: bool = True,
) -> int | None:
    """Answer at once; returns the id of the message where Discord named it; raises like `promise`.

    Where something else had taken effect without anybody's knowledge, the answer goes where it belongs.
    """
    response, kind = interaction.response, discord.InteractionResponseType.channel_message

    async def send() -> _Sent:
        return await response.send_message(
            view=reply.view(),
            files=reply.files(),
            ephemeral=private,
            allowed_mentions=discord.AllowedMentions.none(),
        )

    message_id = await _respond(interaction, kind, send)
    return message_id or await _make_sure(interaction, reply, private=private)


async def ask(interaction: Interaction, form: discord.ui.Modal) -> None:
    """Open a form; raises like `promise`."""
    await _respond(
        interaction, discord.InteractionResponseType.modal, lambda: interaction.response.send_modal(form)
    )


async def change_pressed(interaction: Interaction, reply: Reply) -> None:
    """Change the message that was pressed; raises like `promise`."""
    await _respond(
        interaction,
        discord.InteractionResponseType.message_update,
        lambda: interaction.response.edit_message(view=reply.view()),
    )


def mark_given(interaction: Interaction, kind: discord.InteractionResponseType) -> None:
    """Treat a first response as given that this object knows nothing of.

    discord.py has no public way to do this; a test guards the private name.
    """
    interaction.response._response_type = kind


def is_given(interaction: Interaction, kind: discord.InteractionResponseType) -> bool:
    """Whether another process has given this very first response, so that it stands."""
    return interaction.extras.get(GIVEN) is kind


async def _promise(
    interaction: Interaction,
    kind: discord.InteractionResponseType,
    send: Callable[[], Awaitable[_Sent]],
    *,
    stays: bool,
) -> int | None:
    """Acknowledge, and let another process answer where it is to be so.

    Raises
    ------
    HandedOverError
        It is to be so, and it is written down.
    """
    write_down = interaction.extras.pop(HAND_OVER, None)
    if write_down is not None:
        await write_down(stays)
    message_id = await _respond(interaction, kind, send)
    if write_down is not None:
        raise HandedOverError(message_id)
    return message_id


async def _respond(
    interaction: Interaction,
    kind: discord.InteractionResponseType,
    send: Callable[[], Awaitable[_Sent]],
) -> int | None:
    *tries, last_s = _PATIENCE_S
    for patience_s in tries:
        try:
            return await _try(interaction, kind, send, patience_s)
        except Exception as error:
            if not is_outage(error):
                raise
            _log.info("a first response is sent again: %r", error)
        await asyncio.sleep(_PAUSE_S)
    return await _try(interaction, kind, send, last_s)


async def _try(
    interaction: Interaction,
    kind: discord.InteractionResponseType,
    send: Callable[[], Awaitable[_Sent]],
    patience_s: float,
) -> int | None:
    try:
        with reaching_discord():
            async with asyncio.timeout(patience_s):
                sent = await send()
    except discord.HTTPException as error:
        if error.code != _ALREADY_ACKNOWLEDGED:
            raise
        _log.info("a first response has taken effect already; its answer was lost")
        mark_given(interaction, kind)
        return None
    return sent.message_id if sent is not None else None


async def _make_sure(interaction: Interaction, reply: Reply, *, private: bool) -> int | None:
    """Find the answer whose id got lost; where a promise stands instead, keep it."""
    try:
        with reaching_discord():
            message: discord.Message = await interaction.original_response()
            if message.flags.loading:
                await interaction.edit_original_response(view=reply.view(), attachments=reply.files())
            elif interaction.message is not None and message.id == interaction.message.id:
                message = await interaction.followup.send(
                    view=reply.view(), files=reply.files(), ephemeral=private, wait=True
                )
    except (discord.HTTPException, OSError) as error:
        _log.info("an answer whose id was lost could not be looked at: %r", error)
        return None
    return message.id


def revive(client: Host, asked: Asked, press: PressRequest | None = None) -> Interaction:
    """Make the interaction again from what was written down: deferred, and ready to be answered.

    A press knows besides what was pressed, and where.

    discord.py has no public way to do this; a test guards the private name.
    """
    data: Any = {
        "id": str(asked.interaction_id),
        "application_id": str(asked.application_id),
        "type": discord.InteractionType.component.value,  # one without a command that would be looked up
        "token": asked.token,
        "version": 1,
        "attachment_size_limit": discord.utils.DEFAULT_FILE_SIZE_LIMIT_BYTES,
        "user": {"id": str(asked.owner_id), "username": "", "discriminator": "0", "avatar": None},
    }
    if press is not None:
        data |= _pressed(asked, press)
    state: Any = client._connection
    interaction: Interaction = discord.Interaction(data=data, state=state)
    if asked.channel_id is not None:
        interaction.channel = client.get_partial_messageable(asked.channel_id)  # type: ignore[assignment]
    kind = discord.InteractionResponseType.deferred_channel_message
    if press is not None:
        kind = discord.InteractionResponseType.deferred_message_update if press.stays else kind
        interaction.extras[GIVEN] = kind
    mark_given(interaction, kind)
    return interaction


def _pressed(asked: Asked, press: PressRequest) -> dict[str, Any]:
    """Write a press as Discord sends it, as far as answers ask for it."""
    bot = {"id": str(asked.application_id), "username": "", "discriminator": "0", "avatar": None, "bot": True}
    files = [
        {"id": str(number), "filename": name, "size": 0, "url": "", "proxy_url": ""}
        for number, name in enumerate(press.message_files, 1)
    ]
    message = {
        "id": str(press.message_id), "channel_id": str(asked.channel_id or 0), "author": bot, "content": "",
        "timestamp": asked.at.isoformat(), "edited_timestamp": None, "tts": False, "mention_everyone": False,
        "mentions": [], "mention_roles": [], "attachments": files, "embeds": [], "pinned": False, "type": 0,
        "flags": press.message_flags, "components": [],
    }  # fmt: skip
    place = {} if asked.guild_id is None else {"guild_id": str(asked.guild_id)}
    owners = {"0": str(asked.guild_id)} if press.is_member and asked.guild_id is not None else {}
    return {
        **place,
        "data": {
            "custom_id": press.custom_id,
            "component_type": press.component_type,
            "values": list(press.values),
        },
        "message": message,
        "app_permissions": str(press.permissions),
        "attachment_size_limit": press.file_limit,
        "authorizing_integration_owners": owners,
    }
