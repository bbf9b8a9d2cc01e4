"""Answer buttons, menus and forms by what their custom id says, so that they survive a restart."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import discord
from discord import ui

from cogs.replies.ids import BUTTON_PATTERN, FORM, SELECT_PATTERN, Action, ComponentRef
from cogs.work.admission import admit
from cogs.work.errors import UnknownComponentError, explain
from cogs.work.host import Interaction, end

HANDED_OVER = frozenset(
    {
        *(Action.CLUSTER, Action.CHARTS, Action.CHARTS_TEXT, Action.SHARE, Action.EXPORT),
        *(Action.RESULT, Action.PEOPLE, Action.SERVER_MAP, Action.TIDY, Action.SPLIT, Action.OPTIMIZE),
        *(Action.UNDO, Action.SAVING, Action.MY_DATA),
    }
)
"""Presses that draw, order, write or read for long: a process without worker processes hands them on."""

Handler = Callable[[Interaction, ComponentRef], Awaitable[None]]


class ComponentRouter:
    """Which cog answers which action."""

    def __init__(self) -> None:
        self._handlers: dict[Action, Handler] = {}

    def register(self, action: Action, handler: Handler) -> None:
        """Let `handler` answer `action`; each action has one handler."""
        if action in self._handlers:
            raise ValueError(f"{action} is answered already")
        self._handlers[action] = handler

    async def dispatch(self, interaction: Interaction) -> None:
        """Answer a pressed component or a form that was sent; a failure ends in a sentence as everywhere."""
        data: Any = interaction.data or {}
        custom_id = str(data.get("custom_id", ""))
        ref = ComponentRef.parse(custom_id)
        try:
            if not admit(interaction):
                return
            answer = partial(self._handle, interaction, custom_id, ref)
            if ref is not None and ref.action in HANDED_OVER and not interaction.client.performs:
                await interaction.client.hand_over(interaction, answer)
                end(interaction, f"component {ref.action.name.lower()}")
                return
            await answer()
        except Exception as error:  # noqa: BLE001  (the last line of defence, like ErrorTree.on_error)
            await explain(interaction, error)
        else:
            interaction.client.dispatch("component_completion", interaction, ref)
        end(interaction, f"component {ref.action.name.lower()}" if ref else "unknown")

    async def answer(self, interaction: Interaction, custom_id: str) -> None:
        """Answer a press that another process has admitted and acknowledged."""
        ref = ComponentRef.parse(custom_id)
        try:
            await self._handle(interaction, custom_id, ref)
        except Exception as error:  # noqa: BLE001  (the last line of defence here as well)
            await explain(interaction, error)
        else:
            interaction.client.dispatch("component_completion", interaction, ref)

    async def _handle(self, interaction: Interaction, custom_id: str, ref: ComponentRef | None) -> None:
        handler = None if ref is None else self._handlers.get(ref.action)
        if ref is None or handler is None:
            raise UnknownComponentError(custom_id)
        await handler(interaction, ref)


def receivers(router: ComponentRouter) -> tuple[type[ui.DynamicItem[Any]], ...]:
    """Build the item classes that discord.py matches against incoming custom ids."""

    class Received:
        @classmethod
        async def from_custom_id(
            cls, _interaction: discord.Interaction[Any], item: ui.Item[Any], _match: re.Match[str], /
        ) -> Any:
            """Wrap what was found in the message."""
            return cls(item)  # type: ignore[call-arg]

        async def callback(self, interaction: discord.Interaction[Any]) -> None:
            """Hand it to its cog."""
            await router.dispatch(interaction)

    class Press(Received, ui.DynamicItem[ui.Button[Any]], template=BUTTON_PATTERN):
        """A pressed button of ours."""

    class Choice(Received, ui.DynamicItem[ui.Select[Any]], template=SELECT_PATTERN):
        """A used select menu of ours."""

    return Press, Choice


def is_form(interaction: Interaction) -> bool:
    """Whether somebody sent a form of ours; discord.py knows those only that this process has shown."""
    data: Any = interaction.data or {}
    return interaction.type is discord.InteractionType.modal_submit and str(
        data.get("custom_id", "")
    ).startswith(f"{FORM}:")
