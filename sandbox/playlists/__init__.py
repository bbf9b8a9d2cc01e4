"""Invented playlists that the demo offers and the tests read.

Nobody in them exists: artists, titles, albums, labels, ids and ISRCs are made by a seeded generator, and
so are the feature values, which only follow how real genres are distributed. `python -m sandbox.playlists`
rewrites the files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sandbox.playlists.dice import Dice
from sandbox.playlists.discography import SEED, discography
from sandbox.playlists.songs import Album, Song

__all__ = ["PLAYLISTS", "Album", "SamplePlaylist", "Song", "known_features", "load", "songs"]

_UNKNOWN_RECENT = 0.45
"""Share of 2025-26 releases that the stand-in for ReccoBeats does not know; the real one misses 50-90 %."""


@dataclass(frozen=True, slots=True)
class SamplePlaylist:
    """A sample file and what it is good for."""

    filename: str
    title: str
    what: str
    """One line for people: what this sample shows."""

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return Path(__file__).parent / self.filename


PLAYLISTS: tuple[SamplePlaylist, ...] = (
    SamplePlaylist(
        "late-drive.csv",
        "Late Drive Home",
        "96 tracks in four clear groups, with album runs and a few duplicates",
    ),
    SamplePlaylist(
        "sunday-kitchen.csv",
        "Sunday Kitchen",
        "78 tracks of one continuous mood: groups here would be made up",
    ),
    SamplePlaylist(
        "road-trip-2026.csv",
        "Road Trip 2026",
        "106 tracks, many of them new: features are missing and must be found",
    ),
    SamplePlaylist(
        "everything-liked.csv",
        "Everything I Ever Liked",
        "420 liked tracks of six kinds of music, from a German exportify.app",
    ),
    SamplePlaylist(
        "account-data.json",
        "Spotify account data",
        "Three playlists without features, a podcast and a local file",
    ),
    SamplePlaylist(
        "tiny.csv", "Eight Songs for Aunt Pearl", "8 tracks: too few for groups, enough for a picture"
    ),
    SamplePlaylist(
        "links.txt", "Pasted links", "15 track links, nothing else: names and features are looked up"
    ),
    SamplePlaylist(
        "night-bus.txt", "Night Bus", "96 songs from a music program: names and no ids, found by name"
    ),
    SamplePlaylist("mika.csv", "Mika", "One of three people to compare: indie, quiet songs, some soul"),
    SamplePlaylist("noor.csv", "Noor", "One of three people to compare: shares artists and songs with Mika"),
    SamplePlaylist(
        "tam.csv", "Tam", "One of three people to compare: rap, loud rock and club, unlike the others"
    ),
)
"""The samples in the order in which they are offered."""


def load(filename: str) -> bytes:
    """Read a sample file.

    Raises
    ------
    KeyError
        If `filename` is no sample; the message lists those that are.
    """
    for sample in PLAYLISTS:
        if sample.filename == filename:
            return sample.path.read_bytes()
    raise KeyError(f"{filename} is no sample playlist; there are {', '.join(s.filename for s in PLAYLISTS)}")


def songs() -> Mapping[str, Song]:
    """Every invented track by id, with its true features: the whole truth about the sandbox's music."""
    return _songs()


@lru_cache(maxsize=1)
def _songs() -> Mapping[str, Song]:
    return {song.id: song for song in discography().songs}


def known_features() -> Mapping[str, Mapping[str, float]]:
    """Features by track id as a stand-in for ReccoBeats knows them.

    Names and units are those of `AudioFeatures`. About 45 % of the 2025-26 releases are missing, always the
    same ones; everything older is there, whether a sample file carries its features or not.
    """
    return _known_features()


@lru_cache(maxsize=1)
def _known_features() -> Mapping[str, Mapping[str, float]]:
    return {
        song.id: {
            feature.value: value
            for feature in song.features.known
            if (value := song.features.get(feature)) is not None
        }
        for song in discography().songs
        if not (song.is_recent and Dice(f"{SEED}|unknown|{song.id}").chance(_UNKNOWN_RECENT))
    }
