"""Reduce a listening history to the tracks that were really played, most played first."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.domain.errors.playlists import TooManyRowsError
from services.domain.messages import Note, NoteKind
from services.domain.music import Playlist, SkipReason, Track, TrackId
from services.imports import cells
from services.imports.entries import make_track, number_of
from services.imports.formats import (
    APPLE_HISTORY,
    EXTENDED_HISTORY,
    HISTORY,
    LASTFM,
    LISTENBRAINZ,
    MAX_DISTINCT_PLAYED,
    MAX_PLAYS,
    MAX_ROWS,
    YOUTUBE,
)
from services.imports.tally import Tally

_QUOTED = r'"([^"\\]*)"'
"""A text in JSON without a backslash in it."""
REAL_PLAY_MS = 30_000
"""Spotify itself counts a play from 30 seconds on."""


@dataclass(frozen=True, slots=True)
class HistoryFields:
    """What one kind of history calls its fields; nothing else of a play is ever looked at."""

    format: str
    name: str
    title: str
    artist: str
    album: str
    uri: str
    played_ms: str = ""
    """Empty where no length of a play is told."""
    others: tuple[tuple[str, SkipReason], ...] = ()
    plays: str = ""
    """Holds how often a row was played; without it and without `played_ms`, a row is a play."""


BASIC = HistoryFields(
    format=HISTORY,
    name="Listening history",
    title="trackName",
    artist="artistName",
    album="albumName",
    uri="trackUri",
    played_ms="msPlayed",
    others=(("episodeName", SkipReason.EPISODE), ("podcastName", SkipReason.EPISODE)),
)
EXTENDED = HistoryFields(
    format=EXTENDED_HISTORY,
    name="Listening history (extended)",
    title="master_metadata_track_name",
    artist="master_metadata_album_artist_name",
    album="master_metadata_album_album_name",
    uri="spotify_track_uri",
    played_ms="ms_played",
    others=(
        ("episode_name", SkipReason.EPISODE),
        ("spotify_episode_uri", SkipReason.EPISODE),
        ("audiobook_title", SkipReason.AUDIOBOOK),
        ("audiobook_uri", SkipReason.AUDIOBOOK),
    ),
)


LISTENS = HistoryFields(
    format=LISTENBRAINZ,
    name="Listens",
    title="track_name",
    artist="artist_name",
    album="release_name",
    uri="spotify_id",
)
SCROBBLES = HistoryFields(
    format=LASTFM, name="Scrobbles", title="track", artist="artist", album="album", uri="spotify_uri"
)
LOGGED = HistoryFields(
    format=LASTFM, name="Scrobbles", title="title", artist="artist", album="album", uri="", plays="plays"
)
"""The log of a portable player."""
WATCHED = HistoryFields(
    format=YOUTUBE,
    name="Watch history",
    title="title",
    artist="artist",
    album="album",
    uri="",
    others=(("gone", SkipReason.UNAVAILABLE), ("video", SkipReason.NOT_A_TRACK)),
)
APPLE_PLAYS = HistoryFields(
    format=APPLE_HISTORY,
    name="Play history",
    title="title",
    artist="artist",
    album="album",
    uri="",
    plays="plays",
)


class _Told(NamedTuple):
    """What one play tells about its track; the other fields of a play are not kept."""

    title: str
    artist: str
    album: str
    link: TrackId | None
    isrc: str
    duration_ms: float | None
    recording: object

    def track(self) -> Track | SkipReason:
        """Return the track; one cell of a history holds exactly one artist."""
        return make_track(
            title=self.title,
            artists=(self.artist,),
            album=self.album,
            link=self.link,
            isrc=self.isrc,
            duration_ms=self.duration_ms,
            recording=(self.recording,),
        )

    def label(self) -> str:
        """Name the track as people do, or say nothing."""
        track = self.track()
        return track.label if isinstance(track, Track) else ""


@dataclass(slots=True)
class _Played:
    """A track with how often it was played."""

    told: _Told
    plays: int = 0


_Key = str | tuple[str, str]
"""What tells the tracks of one file apart: the URI of a track, else artist and title."""


class _File:
    """Plays of one file by track. Most are of a track that was played before, and cost two look-ups."""

    def __init__(self, fields: HistoryFields) -> None:
        self._fields = fields
        self.rows = 0
        self.first: dict[_Key, _Told] = {}
        self.heard: dict[_Key, int] = {}
        """How often each track was really played."""
        self.skipped = Tally()

    def count(self, play: object) -> None:
        """Count one play, or why it is none."""
        self.rows += 1
        if not isinstance(play, dict):
            self.skipped.add(SkipReason.UNREADABLE)
            return
        key = play.get(self._fields.uri)
        if not isinstance(key, str) or key not in self.heard:
            key = self._key(play)
            if key is None:
                return
            if key not in self.heard:
                self.first[key], self.heard[key] = self._told(play), 0
        self.heard[key] += self._plays(play)

    def _told(self, play: Mapping[str, object]) -> _Told:
        fields = self._fields
        return _Told(
            title=_text(play, fields.title),
            artist=_text(play, fields.artist),
            album=_text(play, fields.album),
            link=cells.track_id(_text(play, fields.uri)),
            isrc=_text(play, "isrc"),
            duration_ms=number_of(play.get("duration_ms")),
            recording=play.get("recording"),
        )

    def _plays(self, play: Mapping[str, object]) -> int:
        """Return how often a row says that its track was really played."""
        fields = self._fields
        if fields.played_ms:
            played_ms = play.get(fields.played_ms)
            if isinstance(played_ms, str):
                played_ms = cells.number(played_ms[:20])
            return int(isinstance(played_ms, int | float) and played_ms >= REAL_PLAY_MS)
        if not fields.plays:
            return 1
        times = play.get(fields.plays)
        return min(times, MAX_PLAYS) if isinstance(times, int) and times > 0 else 0

    def _key(self, play: Mapping[str, object]) -> _Key | None:
        """Tell which track was played, or count what is none."""
        fields = self._fields
        uri, title = _text(play, fields.uri), _text(play, fields.title)
        if cells.track_id(uri):
            return uri
        if title:
            return _text(play, fields.artist), title
        reason = next((reason for field, reason in fields.others if play.get(field)), SkipReason.NO_TITLE)
        name = next((_text(play, field) for field, _ in fields.others if play.get(field)), "")
        self.skipped.add(reason, name)
        return None


class History:
    """Plays of one kind of history, counted file by file: the files of an export continue each other."""

    def __init__(self, fields: HistoryFields) -> None:
        self._fields = fields
        self._played: dict[str, _Played] = {}
        self._skipped = Tally()
        self.notes: list[Note] = []
        """What else is to be said of how the plays were read."""
        self.rows = 0
        """Plays seen so far, short ones and podcasts included."""

    @property
    def is_extended(self) -> bool:
        """Whether this is the longer of Spotify's two histories, which comes last."""
        return self._fields is EXTENDED

    def add(self, plays: Iterable[object]) -> None:
        """Count the plays of one file.

        Raises
        ------
        TooManyRowsError
            More plays, or more distinct tracks, than are counted.
        """
        file = _File(self._fields)
        for play in plays:
            file.count(play)
        self._merge(file)

    def add_texts(self, plays: Sequence[str]) -> None:
        """Count the plays of one file, each as JSON text; those of a track that was seen are not parsed.

        Raises
        ------
        ValueError
            One of those that are parsed is no valid JSON; nothing was counted then.
        TooManyRowsError
        """
        file = _File(self._fields)
        find_uri, find_ms = (
            re.compile(rf'"{field}"\s*:\s*{value}').search
            for field, value in ((self._fields.uri, _QUOTED), (self._fields.played_ms, r"(\d+)(?![\d.eE])"))
        )
        heard = file.heard
        for play in plays:
            uri = find_uri(play)
            if uri is not None and uri[1] in heard:
                played_ms = find_ms(play)
                if played_ms is not None:
                    file.rows += 1
                    heard[uri[1]] += int(played_ms[1]) >= REAL_PLAY_MS
                    continue
            file.count(json.loads(play))
        self._merge(file)

    def _merge(self, file: _File) -> None:
        self.rows += file.rows
        if self.rows > MAX_PLAYS:
            raise TooManyRowsError(limit=MAX_PLAYS)
        self._skipped.merge(file.skipped)
        for key, told in file.first.items():
            self._hear(told, file.heard[key])

    def _hear(self, told: _Told, plays: int) -> None:
        """Add plays of a track that one of them tells about."""
        key = told.link or f"{told.artist}\n{told.title}".casefold()
        played = self._played.get(key)
        if played is None:
            if len(self._played) >= MAX_DISTINCT_PLAYED:
                raise TooManyRowsError(limit=MAX_DISTINCT_PLAYED)
            played = self._played[key] = _Played(told)
        played.plays += plays

    def playlist(self) -> Playlist | None:
        """Return the tracks by falling number of plays, or None if no file was added.

        Tracks that were never played for `REAL_PLAY_MS` are skipped as never really played. Beyond
        `MAX_ROWS` tracks the least played are left out. In both cases tracks are counted, not plays.
        """
        if not self.rows:
            return None
        skipped = Tally()
        skipped.merge(self._skipped)
        kept: list[Track] = []
        plays = 0
        for played in sorted(self._played.values(), key=lambda one: -one.plays):  # others are never made
            if not played.plays or len(kept) >= MAX_ROWS:
                plays += played.plays
                reason = SkipReason.OVER_LIMIT if played.plays else SkipReason.SHORT_PLAY
                skipped.add(reason, "" if skipped.is_told(reason) else played.told.label())
                continue
            track = played.told.track()
            if isinstance(track, Track):
                plays += played.plays
                kept.append(track)
            else:
                skipped.add(track, played.told.title, played.plays)
        kind = NoteKind.PLAYS if self._fields.played_ms else NoteKind.COUNTED_PLAYS
        note = Note(kind, count=plays, total=len(kept))
        return Playlist(
            name=self._fields.name,
            tracks=tuple(kept),
            format=self._fields.format,
            skipped=skipped.skipped(),
            notes=(note, *dict.fromkeys(self.notes)),
        )


def _text(play: Mapping[str, object], field: str) -> str:
    value = play.get(field)
    return value if isinstance(value, str) else ""
