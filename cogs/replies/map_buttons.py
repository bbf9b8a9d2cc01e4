"""The buttons below every map."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import button


def map_buttons(report_id: str, *, private: bool) -> list[ui.Button[Any]]:
    """Make the buttons below every map."""

    def of(
        label: str, action: Action, style: discord.ButtonStyle = discord.ButtonStyle.secondary
    ) -> ui.Button[Any]:
        return button(label, ComponentRef(action, report_id).button(), style=style)

    buttons = [
        of("Charts", Action.CHARTS),
        of("Quality", Action.QUALITY),
        of("Outliers & duplicates", Action.FINDINGS),
        of("Export", Action.EXPORT),
    ]
    if private:
        buttons.append(of("Share", Action.SHARE, discord.ButtonStyle.primary))
    return buttons
