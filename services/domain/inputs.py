"""Which playlist a person means, and how a row says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.domain.lists import UserList, parse_user_list

Row = Mapping[str, Any]
"""What JSON can hold."""


@dataclass(frozen=True, slots=True)
class Named:
    """A playlist by a reference, a link, or words of its name."""

    words: str


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file that somebody attached."""

    url: str
    filename: str
    wanted: str | None = None
    """Name of the playlist in it, where only one of several is meant."""
    content: bytes | None = field(default=None, repr=False, compare=False)
    """What is in it, once it was fetched; kept beside the row, not in it."""


@dataclass(frozen=True, slots=True)
class UploadedFiles:
    """Several files that somebody attached: sound, and at most one list of tracks beside it."""

    files: tuple[UploadedFile, ...]


@dataclass(frozen=True, slots=True)
class Links:
    """A text that links to a playlist or to tracks."""

    text: str
    name: str
    """What a list of tracks is to be called."""


@dataclass(frozen=True, slots=True)
class ChosenInUpload:
    """One playlist of a file that waits for this choice."""

    upload_id: str
    index: int


@dataclass(frozen=True, slots=True)
class Example:
    """The invented playlist that comes with the bot."""


@dataclass(frozen=True, slots=True)
class LatestMap:
    """The playlist of the person's latest map."""


@dataclass(frozen=True, slots=True)
class NamedList:
    """A public list of somebody at ListenBrainz or Last.fm."""

    what: UserList


PlaylistInput = (
    Named | UploadedFile | UploadedFiles | Links | ChosenInUpload | Example | LatestMap | NamedList
)
"""Everything that a person may mean by "a playlist"."""


def input_to_row(what: PlaylistInput) -> dict[str, Any]:
    """Write down which playlist is meant."""
    match what:
        case Named():
            return {"from": "reference", "playlist": what.words}
        case UploadedFile():
            return {"from": "file", "url": what.url, "filename": what.filename}
        case UploadedFiles(files):
            listed = [{"url": each.url, "filename": each.filename} for each in files]
            return {"from": "files", "files": listed}
        case Links():
            return {"from": "links", "text": what.text, "name": what.name}
        case ChosenInUpload():
            return {"from": "upload", "upload": what.upload_id, "index": what.index}
        case Example():
            return {"from": "example"}
        case LatestMap():
            return {"from": "latest"}
        case NamedList():
            return {"from": "list", "list": what.what.write()}


def input_from_row(row: Row) -> PlaylistInput:
    """Read which playlist is meant.

    Raises
    ------
    KeyError, ValueError
        The row says something that this version does not know.
    """
    match row["from"]:
        case "reference":
            return Named(row["playlist"])
        case "file":
            return UploadedFile(row["url"], row["filename"])
        case "files":
            return UploadedFiles(tuple(UploadedFile(each["url"], each["filename"]) for each in row["files"]))
        case "links":
            return Links(row["text"], row["name"])
        case "upload":
            return ChosenInUpload(row["upload"], _index(row["index"]))
        case "example":
            return Example()
        case "latest":
            return LatestMap()
        case "list":
            listed = parse_user_list(row["list"])
            if listed is None:
                raise ValueError(row["list"])
            return NamedList(listed)
        case unknown:
            raise ValueError(unknown)


def _index(value: Any) -> int:
    """Read the number of a playlist in a file; an older row may hold whatever a menu said."""
    return int(value) if str(value).isdecimal() else -1
