"""Lists of tracks as files to take along."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from cogs.replies.layout import Attached
from cogs.words import lists as words
from cogs.words.ordering import step_reason
from services.domain.features import Feature
from services.domain.music import Playlist
from services.domain.ordering import Transition
from services.workflows.list_export import DjFiles, NamedList, brought, dj_files, lists_csv, lists_links


@dataclass(frozen=True, slots=True)
class ListFiles:
    """Files with lists, and what is to be said of them."""

    files: tuple[Attached, ...]
    hints: tuple[str, ...]


async def list_files(
    lists: Sequence[NamedList], name: str, *, for_djs: bool = True, steps: Sequence[Transition] = ()
) -> ListFiles:
    """Write lists in all formats, for files called `name`, without stopping the event loop.

    Parameters
    ----------
    for_djs
        Whether the paths of files may be in them: of nobody but the person who gets the lists.
    steps
        Of one list that was put in order, all of them.
    """
    return await asyncio.to_thread(_list_files, lists, name, for_djs, [step_reason(step) for step in steps])


async def brought_files(playlist: Playlist, name: str) -> ListFiles:
    """Write a list as somebody brought it."""
    return await list_files([(playlist.name, brought(playlist.tracks))], name, for_djs=False)


def dj_attachments(files: DjFiles, name: str) -> tuple[tuple[Attached, ...], tuple[str, ...]]:
    """Return the files for DJ programs with what is to be said of them; none where they would be empty."""
    line = words.dj_line(files.total, files.in_rekordbox, files.in_m3u8)
    if not files.in_m3u8:
        return (), (line,)
    attached = []
    if files.in_rekordbox:
        attached.append(Attached(f"{name}-rekordbox.xml", files.rekordbox, words.FOR_REKORDBOX))
    if len(files.m3u8) == 1:
        attached.append(Attached(f"{name}.m3u8", files.m3u8[0][1], words.AS_M3U8))
    else:
        attached.append(Attached(f"{name}-m3u8.zip", files.m3u8_zip, words.M3U8_EACH))
    return tuple(attached), (line, *((words.STREAMED_HINT,) if files.streamed else ()))


def _list_files(lists: Sequence[NamedList], name: str, for_djs: bool, reasons: Sequence[str]) -> ListFiles:
    table = lists_csv(lists, reasons=reasons)
    plain = (
        Attached(f"{name}.csv", table, words.AS_CSV),
        Attached(f"{name}-links.txt", lists_links(lists), words.AS_LINKS),
    )
    attached, hints = dj_attachments(dj_files(lists), name) if for_djs else ((), ())
    entries = (entry for _, tracks in lists for entry in tracks)
    guessed = any(entry.is_imputed(Feature.TEMPO) or entry.is_imputed(Feature.ENERGY) for entry in entries)
    return ListFiles(
        (*plain, *attached), (words.LISTS_HINT, *hints, *((words.ESTIMATES_HINT,) if guessed else ()))
    )
