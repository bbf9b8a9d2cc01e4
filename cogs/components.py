"""Answer buttons, menus and forms by what their custom id says, so that they survive a restart."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Self

import discord
from discord import ui

from cogs.errors import UnknownComponentError, explain
from cogs.replies.ids import BUTTON_PATTERN, FORM, SELECT_PATTERN, Action, ComponentRef
from cogs.watching import begin, end

Handler = Callable[[discord.Interaction[Any], ComponentRef], Awaitable[None]]


class ComponentRouter:
    """Which cog answers which action."""

    def __init__(self) -> None:
        self._handlers: dict[Action, Handler] = {}

    def register(self, action: Action, handler: Handler) -> None:
        """Let `handler` answer `action`; each action has one handler."""
        if action in self._handlers:
            raise ValueError(f"{action} is answered already")
        self._handlers[action] = handler

    async def dispatch(self, interaction: discord.Interaction[Any]) -> None:
        """Answer a pressed component or a form that was sent; a failure ends in a sentence as everywhere."""
        begin(interaction)
        data: Any = interaction.data or {}
        custom_id = str(data.get("custom_id", ""))
        ref = ComponentRef.parse(custom_id)
        try:
            interaction.client.gate.admit()
            await self._handle(interaction, custom_id, ref)
        except Exception as error:  # noqa: BLE001  (the last line of defence, like ErrorTree.on_error)
            await explain(interaction, error)
        end(interaction, f"component {ref.action.name.lower()}" if ref else "unknown")

    async def _handle(
        self, interaction: discord.Interaction[Any], custom_id: str, ref: ComponentRef | None
    ) -> None:
        handler = None if ref is None else self._handlers.get(ref.action)
        if ref is None or handler is None:
            raise UnknownComponentError(custom_id)
        await handler(interaction, ref)


def receivers(router: ComponentRouter) -> tuple[type[ui.DynamicItem[Any]], ...]:
    """Build the item classes that discord.py matches against incoming custom ids."""

    class Press(ui.DynamicItem[ui.Button[Any]], template=BUTTON_PATTERN):
        """A pressed button of ours."""

        @classmethod
        async def from_custom_id(
            cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
        ) -> Self:
            """Wrap the button that was found in the message."""
            return cls(item)  # type: ignore[arg-type]

        async def callback(self, interaction: discord.Interaction[Any]) -> None:
            """Hand the press to its cog."""
            await router.dispatch(interaction)

    class Choice(ui.DynamicItem[ui.Select[Any]], template=SELECT_PATTERN):
        """A used select menu of ours."""

        @classmethod
        async def from_custom_id(
            cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
        ) -> Self:
            """Wrap the menu that was found in the message."""
            return cls(item)  # type: ignore[arg-type]

        async def callback(self, interaction: discord.Interaction[Any]) -> None:
            """Hand the choice to its cog."""
            await router.dispatch(interaction)

    return Press, Choice


def is_form(interaction: discord.Interaction[Any]) -> bool:
    """Whether somebody sent a form of ours; discord.py knows those only that this process has shown."""
    data: Any = interaction.data or {}
    return interaction.type is discord.InteractionType.modal_submit and str(
        data.get("custom_id", "")
    ).startswith(f"{FORM}:")


def typed_text(interaction: discord.Interaction[Any], field: str) -> str:
    """Return what somebody typed into a field of a form, or an empty string."""
    data: Any = interaction.data or {}
    for label in data.get("components", []):
        component = label.get("component") or {}
        if component.get("custom_id") == field:
            return str(component.get("value") or "")
    return ""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that came with a form."""

    filename: str
    url: str
    size: int


def chosen_in_form(interaction: discord.Interaction[Any], field: str) -> str:
    """Return what somebody chose from a menu of a form, or an empty string."""
    return next(iter(_values_of(interaction, field)), "")


def uploaded_in_form(interaction: discord.Interaction[Any], field: str) -> Uploaded | None:
    """Return the file that somebody attached to a form, or None."""
    data: Any = interaction.data or {}
    files = (data.get("resolved") or {}).get("attachments") or {}
    for name in _values_of(interaction, field):
        if file := files.get(name):
            return Uploaded(str(file["filename"]), str(file["url"]), int(file["size"]))
    return None


def _values_of(interaction: discord.Interaction[Any], field: str) -> list[str]:
    data: Any = interaction.data or {}
    for label in data.get("components", []):
        component = label.get("component") or {}
        if component.get("custom_id") == field:
            return [str(value) for value in component.get("values") or []]
    return []


def chosen_value(interaction: discord.Interaction[Any]) -> str:
    """Return the first chosen value of a select menu, or an empty string."""
    data: Any = interaction.data or {}
    values = data.get("values") or [""]
    return str(values[0])
