"""Boil a listening history down to the tracks that were really played, most played first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.domain.errors.uploads import TooManyRowsError
from services.domain.music import Playlist, SkipReason, Track
from services.imports import cells
from services.imports.cleaning import clean_text, count_of
from services.imports.formats import EXTENDED_HISTORY, HISTORY
from services.imports.limits import MAX_DISTINCT_PLAYED, MAX_PLAYS, MAX_ROWS
from services.imports.tally import Tally

REAL_PLAY_MS = 30_000
"""Spotify itself counts a play from 30 seconds on."""


@dataclass(frozen=True, slots=True)
class _Fields:
    """What one kind of history calls its fields; nothing else of a play is ever looked at."""

    format: str
    name: str
    title: str
    artist: str
    album: str
    uri: str
    played_ms: str
    others: tuple[tuple[str, SkipReason], ...]


BASIC = _Fields(
    format=HISTORY,
    name="Listening history",
    title="trackName",
    artist="artistName",
    album="albumName",
    uri="trackUri",
    played_ms="msPlayed",
    others=(("episodeName", SkipReason.EPISODE), ("podcastName", SkipReason.EPISODE)),
)
EXTENDED = _Fields(
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


@dataclass(slots=True)
class _Played:
    track: Track
    plays: int = 0


class History:
    """Plays of one kind of history, counted file by file: the files of an export continue each other."""

    def __init__(self, fields: _Fields) -> None:
        self._fields = fields
        self._played: dict[str, _Played] = {}
        self._skipped = Tally()
        self.rows = 0
        """Plays seen so far, short ones and podcasts included."""

    def add(self, plays: Iterable[object]) -> None:
        """Count the plays of one file.

        Raises
        ------
        TooManyRowsError
            More plays, or more distinct tracks, than are counted.
        """
        for play in plays:
            self.rows += 1
            if self.rows > MAX_PLAYS or len(self._played) > MAX_DISTINCT_PLAYED:
                raise TooManyRowsError(limit=MAX_PLAYS)
            if isinstance(play, Mapping):
                self._count(play)
            else:
                self._skipped.add(SkipReason.UNREADABLE)

    def _count(self, play: Mapping[str, object]) -> None:
        fields = self._fields
        title, artist, uri = _text(play, fields.title), _text(play, fields.artist), _text(play, fields.uri)
        identity = cells.track_id(uri)
        if not (title or identity):
            reason = next((reason for field, reason in fields.others if play.get(field)), SkipReason.NO_TITLE)
            name = next((_text(play, field) for field, _ in fields.others if play.get(field)), "")
            self._skipped.add(reason, name)
            return
        key = identity or f"{artist}\n{title}".casefold()
        played = self._played.get(key)
        if played is None:
            artists = (
                (clean_text(artist),) if artist.strip() else ()
            )  # one cell holds exactly one artist here
            album = clean_text(_text(play, fields.album)) or None
            played = _Played(Track(id=identity, title=clean_text(title), artists=artists, album=album))
            self._played[key] = played
        milliseconds = play.get(fields.played_ms)
        if isinstance(milliseconds, int | float) and milliseconds >= REAL_PLAY_MS:
            played.plays += 1

    def playlist(self) -> Playlist | None:
        """Return the tracks by falling number of plays, or None if no file was added.

        Tracks that were never played for `REAL_PLAY_MS` are skipped as never really played. Beyond
        `MAX_ROWS` tracks the least played are left out. In both cases tracks are counted, not plays.
        """
        if not self.rows:
            return None
        heard = sorted(
            (played for played in self._played.values() if played.plays), key=lambda one: -one.plays
        )
        skipped = Tally()
        skipped.merge(self._skipped)
        for played in self._played.values():
            if not played.plays:
                skipped.add(SkipReason.SHORT_PLAY, played.track.label)
        for played in heard[MAX_ROWS:]:
            skipped.add(SkipReason.OVER_LIMIT, played.track.label)
        plays = sum(played.plays for played in heard)
        distinct = count_of(min(len(heard), MAX_ROWS), "different track")
        note = f"{count_of(plays, 'play')} of at least 30 seconds became {distinct}, the most played first."
        return Playlist(
            name=self._fields.name,
            tracks=tuple(played.track for played in heard[:MAX_ROWS]),
            format=self._fields.format,
            skipped=skipped.skipped(),
            notes=(note,),
        )


def _text(play: Mapping[str, object], field: str) -> str:
    value = play.get(field)
    return value if isinstance(value, str) else ""
