"""How a request says which playlist is meant: in its row, in a button, and in the wish behind a login."""

from __future__ import annotations

from typing import Any

import discord

from cogs.replies.ids import Action, ComponentRef
from cogs.wanted import want
from services.domain.references import PlaylistRef, ReferenceKind

FEWEST_GROUPS, MOST_GROUPS = 2, 8
"""Numbers of groups that somebody may ask for."""

_LIKED = "liked"
"""Stands for Liked Songs where a custom id has a playlist's id."""
_FOR_ME, _IN_CHANNEL = "1", "0"
_AUTO = 0


def want_analysis(
    interaction: discord.Interaction[Any], ref: PlaylistRef, groups: int | None, *, private: bool
) -> None:
    """Say which button would do the same after a login, should one be missing."""
    argument = f"{groups or _AUTO}.{_FOR_ME if private else _IN_CHANNEL}"
    match ref.kind:
        case ReferenceKind.PLAYLIST:
            wish = ComponentRef(Action.ANALYZE, ref.value, argument)
        case ReferenceKind.LIKED:
            wish = ComponentRef(Action.ANALYZE, _LIKED, argument)
        case _:
            # Words name a playlist only once the list of playlists is known.
            want(interaction, "Show my playlists", ComponentRef(Action.LIBRARY, "0").button())
            return
    want(interaction, "Analyze it now", wish.button())


def wanted_analysis(ref: ComponentRef) -> tuple[PlaylistRef, int | None, bool]:
    """Read such a button: the playlist, the number of groups, and whether the answer is private."""
    groups, _, privacy = ref.argument.partition(".")
    count = int(groups) if groups.isdecimal() else _AUTO
    playlist = (
        PlaylistRef(ReferenceKind.LIKED)
        if ref.subject == _LIKED
        else PlaylistRef(ReferenceKind.PLAYLIST, ref.subject)
    )
    return playlist, count if FEWEST_GROUPS <= count <= MOST_GROUPS else None, privacy != _IN_CHANNEL
