"""What the demo shows: single answers of the bot, and how to find a component in one."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_TEXT = 10
"""Discord's number for a text display."""

SCENES: Mapping[str, str] = {
    "help": "/help",
    "card": "/analyze with an exported playlist",
    "group": "One group, from the menu",
    "group-tracks": "The button “Tracks” of a group",
    "charts": "The button “Charts”",
    "charts-profiles": "Another chart: what tells the groups apart",
    "charts-journey": "Another chart: the journey from track to track",
    "charts-distributions": "Another chart: tempo and keys",
    "numbers": "The button “Numbers”",
    "quality": "The button “Quality”",
    "findings": "The button “Outliers”",
    "export": "The button “Export”",
    "optimize": "/optimize: an order that flows",
    "optimize-details": "The button “Details”",
    "tidy": "/tidy: duplicates and misfits",
    "split": "/split: several playlists of one",
    "poster": "The button “Poster”",
    "drift": "/drift, three weeks later",
    "one-mood": "A playlist without clear groups",
    "estimates": "A playlist with recent releases that no source knows",
    "names": "A list of names without ids, from a music program",
    "same-song": "The button “Same song?”",
    "listener": "The public list of somebody at ListenBrainz",
    "too-few": "A playlist too short for groups",
    "choice": "A file with several playlists",
    "refusal": "A file that is no playlist",
    "sound": "/analyze with a sound file",
    "sound-clips": "The button “Send 3 x 30 seconds to ReccoBeats?”",
    "sounds": "Two sound files",
    "sound-quality": "/quality of them",
    "connect": "/playlists before a login",
    "login": "The link of a login",
    "login-start": "The page that the link opens",
    "login-code": "The page after Spotify",
    "login-done": "The code is entered",
    "playlists": "What was wanted goes on",
    "own-playlist": "/analyze with one's own playlist",
    "group-lobby": "/group start: two came with Liked Songs, one with a file",
    "group-result": "The button “Compare”",
    "group-map": "The button “Map” of a comparison",
    "group-profiles": "The button “Profiles” of a comparison",
    "group-awards": "The button “Awards” of a comparison",
    "group-poster": "The button “Poster” of a comparison",
    "group-pair": "Why two people fit",
    "group-pair-shared": "What two people share",
    "group-blend": "The button “Blend”",
    "group-left": "The result after one of them left",
    "compare-result": "The result that only the two see",
    "server-map": "/map server, after “Put me on it”",
    "server-map-posted": "The button “Post here”: the map for the channel",
}
"""What each scene of the script shows, in its order."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One answer of the bot."""

    name: str
    message: Any = None
    page: str = ""
    """A page of a login in place of a message, as HTML."""

    @property
    def caption(self) -> str:
        """What it shows."""
        return SCENES[self.name]

    @property
    def attachments(self) -> list[Any]:
        """Files of the message."""
        return [] if self.message is None else list(self.message.attachments)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a scene showed at its time: the message may be changed or taken back later in the story."""

    name: str
    caption: str
    texts: tuple[str, ...]
    files: tuple[tuple[str, str], ...]
    """Names of the attachments, each with its alternative text."""


def seen(scene: Scene) -> Seen:
    """Write down what a scene shows now."""
    return Seen(
        scene.name,
        scene.caption,
        (words_of(scene.page),) if scene.page else tuple(_texts(scene.message)),
        tuple((file.filename, file.description or "") for file in scene.attachments),
    )


def _texts(message: Any) -> list[str]:
    return [str(part["content"]) for part in walk(message.components) if part["type"] == _TEXT]


def words_of(page: str) -> str:
    """Return what a page says, without its style and its tags."""
    body = re.sub(r"<style.*?</style>|<[^>]+>", " ", page.partition("<body>")[2], flags=re.DOTALL)
    return " ".join(html.unescape(body).split())


def custom_id(message: Any, prefix: str) -> str:
    """Return the first custom id of a message that begins so."""
    return next(
        str(part["custom_id"])
        for part in walk(message.components)
        if part.get("custom_id", "").startswith(prefix)
    )


def walk(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """List all components of a message, nested ones too."""
    return [found for part in components for found in (part, *walk(part.get("components", [])))]
