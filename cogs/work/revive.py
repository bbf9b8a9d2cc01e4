"""Make the interaction of accepted work again: after a restart, or in another process."""

from __future__ import annotations

from typing import Any

import discord

from cogs.work.first_response import GIVEN, mark_given
from cogs.work.host import Host, Interaction
from services.domain.jobs import Asked
from services.domain.requests import PressRequest


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
