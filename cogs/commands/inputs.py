"""Which playlist a command is about: its options, what is suggested for them, and the wish behind a login."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

import discord
from discord import app_commands

from cogs.replies.ids import Action, ComponentRef
from cogs.words.controls import Label
from cogs.words.grouping import WAY
from cogs.words.lists import suggestion_label, suggestion_name
from cogs.words.text import plain
from cogs.work.host import Interaction, Uploaded
from cogs.work.logins import want
from services.domain.errors.playlists import (
    FileTooLargeError,
    SoundTooLargeError,
    UnknownFormatError,
    UnreadableNameError,
)
from services.domain.grouping import Grouping
from services.domain.inputs import (
    MAX_UPLOAD_BYTES,
    LatestMap,
    Named,
    NamedList,
    PlaylistInput,
    PlaylistRef,
    ReferenceKind,
    UploadedFile,
    UploadedFiles,
    parse_user_list,
)
from services.domain.messages import Look, Shape
from services.domain.requests import AnalyzeRequest
from services.domain.sound import MOST_SOUND_FILES
from services.workflows.suggestions import Suggestions

FEWEST_GROUPS, MOST_GROUPS = 2, 8
"""Numbers of groups that somebody may ask for."""

_LIKED = "liked"
"""Stands for Liked Songs where a custom id has a playlist's id."""
_FOR_ME, _IN_CHANNEL = "1", "0"
_AUTO = 0

_READABLE = (".csv", ".tsv", ".txt", ".json", ".zip", ".xml", ".xspf", ".m3u", ".m3u8")
_SOUNDS = frozenset(
    (".mp3", ".ogg", ".oga", ".opus", ".flac", ".wav", ".wave", ".aif", ".aiff", ".aifc", ".m4a", ".aac")
)
_HOPELESS = {
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".webp", ".heic"), Look.PICTURE),
    **dict.fromkeys((".xlsx", ".xls", ".ods", ".numbers"), Look.WORKBOOK),
    **dict.fromkeys((".pdf", ".docx"), Look.DOCUMENT),
}
"""What no playlist is ever in, by the ends of names."""


def input_of(
    playlist: str | None, file: discord.Attachment | Uploaded | None, name: str | None = None
) -> PlaylistInput:
    """Say which playlist is meant: the file, else what was named, else the one of the latest map.

    Raises
    ------
    FileTooLargeError, UnknownFormatError
        The file is too large to be fetched, or its name says that it holds no playlist.
    UnreadableNameError
        `name` is no name at another service.
    """
    if name is not None:
        listed = parse_user_list(name)
        if listed is None:
            raise UnreadableNameError(name)
        return NamedList(listed)
    if file is None:
        return Named(playlist) if playlist else LatestMap()
    return input_of_files([file])


def input_of_files(files: Sequence[discord.Attachment | Uploaded]) -> PlaylistInput:
    """Say that these files are meant, together.

    Raises
    ------
    SoundTooLargeError, FileTooLargeError, UnknownFormatError
        One of them is too large to be fetched, or its name says that it holds no playlist.
    """
    for file in files:
        refuse_hopeless(file)
    uploaded = tuple(UploadedFile(file.url, file.filename) for file in files)
    return uploaded[0] if len(uploaded) == 1 else UploadedFiles(uploaded)


def looks_like_sound(file: discord.Attachment | Uploaded) -> bool:
    """Whether a file is called like sound; what it is, its first bytes tell once it is fetched."""
    return PurePath(file.filename.lower()).suffix in _SOUNDS


def readable_files(files: Sequence[discord.Attachment]) -> list[discord.Attachment]:
    """Choose from the files of a message: its sound and its first list, else whatever may be read."""
    lists = [each for each in files if each.filename.lower().endswith(_READABLE)][:1]
    sounds = [each for each in files if looks_like_sound(each)]
    chosen = [each for each in files if each in lists or each in sounds]
    return (chosen or [each for each in files if not is_hopeless(each)])[:MOST_SOUND_FILES]


def is_hopeless(file: discord.Attachment | Uploaded) -> bool:
    """Whether the name of a file says that it holds nothing that is read."""
    return PurePath(file.filename.lower()).suffix in _HOPELESS


WAYS = [app_commands.Choice(name=words, value=way.value) for way, words in WAY.items()]
"""The ways of grouping, as an option of a command."""


def way_of(choice: app_commands.Choice[str] | None) -> Grouping | None:
    """Read which way of grouping was chosen."""
    return Grouping(choice.value) if choice else None


async def suggest_lists(suggestions: Suggestions, typed: str) -> list[app_commands.Choice[str]]:
    """List what can be read of a name that somebody types."""
    found = await suggestions.lists_elsewhere(typed)
    return [
        app_commands.Choice(name=plain(suggestion_name(each), 100), value=each.value)
        for each in found
        if len(each.value) <= 100
    ]


async def suggest(
    suggestions: Suggestions, interaction: Interaction, typed: str, *, with_reports: bool = True
) -> list[app_commands.Choice[str]]:
    """List the playlists that somebody may mean while they type, from what is known here."""
    found = await suggestions.playlists(interaction.user.id, typed, with_reports=with_reports)
    return [app_commands.Choice(name=suggestion_label(each), value=each.value) for each in found]


def refuse_hopeless(file: discord.Attachment | Uploaded) -> None:
    """Refuse a file whose size or name tells enough, before anything is promised to a channel.

    Raises
    ------
    SoundTooLargeError, FileTooLargeError, UnknownFormatError
    """
    if file.size > MAX_UPLOAD_BYTES and looks_like_sound(file):
        raise SoundTooLargeError(file.size, MAX_UPLOAD_BYTES)
    if file.size > MAX_UPLOAD_BYTES:
        raise FileTooLargeError(file.size, MAX_UPLOAD_BYTES)
    if look := _HOPELESS.get(PurePath(file.filename.lower()).suffix):
        raise UnknownFormatError(Shape(look))


def want_analysis(
    interaction: Interaction,
    ref: PlaylistRef,
    groups: int | None,
    by: Grouping | None = None,
    *,
    private: bool,
) -> None:
    """Say which button would do the same after a login, should one be missing."""
    argument = f"{groups or _AUTO}.{_FOR_ME if private else _IN_CHANNEL}{f'.{by}' if by else ''}"
    match ref.kind:
        case ReferenceKind.PLAYLIST:
            wish = ComponentRef(Action.ANALYZE, ref.value, argument)
        case ReferenceKind.LIKED:
            wish = ComponentRef(Action.ANALYZE, _LIKED, argument)
        case _:
            # Words name a playlist only once the list of playlists is known.
            want(interaction, Label.SHOW_MY_PLAYLISTS, ComponentRef(Action.LIBRARY, "0").button())
            return
    want(interaction, Label.ANALYZE_IT_NOW, wish.button())


def wanted_analysis(ref: ComponentRef) -> tuple[AnalyzeRequest, bool]:
    """Read such a button: what to analyse, and whether the answer is private."""
    groups, privacy, by = (*ref.argument.split("."), "", "")[:3]
    count = int(groups) if groups.isdecimal() else _AUTO
    playlist = (
        PlaylistRef(ReferenceKind.LIKED)
        if ref.subject == _LIKED
        else PlaylistRef(ReferenceKind.PLAYLIST, ref.subject)
    )
    request = AnalyzeRequest(
        Named(playlist.write()),
        count if FEWEST_GROUPS <= count <= MOST_GROUPS else None,
        Grouping(by) if by in set(Grouping) else None,
    )
    return request, privacy != _IN_CHANNEL
