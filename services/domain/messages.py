"""What is told on the way to a result and beside it, as values; `cogs.words` puts them into sentences."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum


class Activity(StrEnum):
    """What long work is doing; the comments name the fields of `Progress` that count."""

    QUEUED = "queued"  # done: place in the queue; left_s: expected wait
    DATABASE_AWAY = "database away"
    READING_FILE = "reading file"
    READING_PLAYLIST = "reading playlist"  # done, total: rows
    READING_LIKED = "reading liked songs"  # done, total: rows
    READING_IN_CALLS = "reading in calls"  # name: of the playlist; total: rows; done: calls it takes
    LISTENING = "listening"  # done, total: sound files; name: of the file
    SENDING_CLIPS = "sending clips"  # done, total: sound files; name: of the service
    LOOKING_UP = "looking up"  # total: tracks
    ASKING = "asking"  # name: of the source; done, total: tracks; left_s
    FINDING_BY_NAME = "finding by name"  # total: names
    GROUPING = "grouping"  # total: tracks
    FINDING_DUPLICATES = "finding duplicates"
    ORDERING = "ordering"  # total: tracks
    HEARD_PEOPLE = "heard people"  # done, total: people
    COMPARING = "comparing"  # total: people
    MIXING = "mixing"  # total: people, or 0
    DRAWING_PEOPLE = "drawing people"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far long work is."""

    activity: Activity
    done: int = 0
    total: int = 0
    name: str = ""
    left_s: float | None = None
    """Seconds that are left, None where nobody can tell."""


OnProgress = Callable[[Progress], Awaitable[None]]
"""Receives what long work is doing now."""


async def quiet(progress: Progress) -> None:
    """Say nothing about progress."""


class NoteKind(StrEnum):
    """What a reader or a source has to say; the comments name the fields of `Note` that count."""

    AS_STORED = "as stored"  # names: the sentence of an older version

    NUL_CHARACTERS = "nul characters"  # count
    REPLACED_CHARACTERS = "replaced characters"  # count
    WINDOWS_1252 = "windows-1252"
    CODE_PAGE = "code page"  # names: the code page
    UNREADABLE_NAMES = "unreadable names"
    ENCODED_TWICE = "encoded twice"
    LEFT_ENCODED_TWICE = "left encoded twice"  # count: different names
    LINES_ABOVE_HEADER = "lines above header"  # count
    NO_HEADER = "no header"  # names: what the columns were taken for
    SHORT_ROWS = "short rows"  # count
    CUT_OFF = "cut off"
    IMPOSSIBLE_VALUES = "impossible values"  # count
    RUINED_COLUMNS = "ruined columns"  # names: features; number: one of the values
    SHORT_LINKS = "short links"  # count: rows
    ZERO_ROWS = "zero rows"  # count
    UNREAD_KEYS = "unread keys"  # count: cells
    UNREAD_LENGTHS = "unread lengths"  # count: cells
    HOURS_AS_MINUTES = "hours as minutes"
    TAKEN_APART = "taken apart"  # count: rows
    HOMELESS_ROWS = "homeless rows"  # count
    PERCENT_SCALE = "percent scale"  # names: the features, none for all
    UNKNOWN_SCALE = "unknown scale"  # names: the feature; number: its largest value
    NO_DECIBELS = "no decibels"
    PLAYS = "plays"  # count: plays; total: different tracks
    COUNTED_PLAYS = "counted plays"  # the same, of plays whose length is unknown
    EMPTY_PLAYLISTS = "empty playlists"  # names; count: of all
    DAMAGED_FILES = "damaged files"  # names; count: of all
    OTHER_FILES = "other files"  # count

    SOUND_REFUSED = "sound refused"  # names: the problem, then some files; count: of all
    SOUND_CUT = "sound cut"  # count: files
    CLIP_REFUSED = "clip refused"  # names: the source, its problem
    CLIPS_MEASURED = "clips measured"  # count: clips answered; total: clips sent
    CLIPS_NOT_CUT = "clips not cut"  # count: files
    SOUNDS_JOINED = "sounds joined"  # count: files of tracks in the list; total: the others

    UNPLAYABLE = "unplayable"  # count: tracks
    FIRST_ROWS = "first rows"  # count, total
    FEW_ROWS_A_TIME = "few rows a time"  # count: rows read
    CHANGED_WHILE_READ = "changed while read"
    OLD_PLAYLIST = "old playlist"  # number: its age in s; wait_s: until the quota returns, if that is why
    OLD_LIST = "old list"  # the same, of the list of playlists

    OTHER_VALUES = "other values"  # names: the source of most values now, and that of last time

    SOURCE_PAUSES = "source pauses"  # names: the source; count: tracks not looked up; wait_s
    SOURCE_REFUSES = "source refuses"  # names: the source; count
    SOURCE_SLOW = "source slow"  # names: the source; count
    SOURCE_DOWN = "source down"  # names: the source, its problem; count
    SOURCE_BROKE = "source broke"  # names: the source; count
    NO_TIME_LEFT = "no time left"  # names: the source; count
    NOT_ESTIMATED = "not estimated"
    FOUND_BY_NAME = "found by name"  # count, total: tracks; number: doubtful ones
    FOUND_UNHEARD = "found unheard"  # count, total: tracks found by name, without features and all
    NAMELESS = "nameless"  # count: tracks without a title, total: all; names: places of the first ones

    NOTHING_TO_MIX = "nothing to mix"
    TOO_FAR_APART = "too far apart"
    RAN_OUT = "ran out"  # names: the person
    RAN_OUT_SAFELY = "ran out safely"  # names: the person, in the safe mode
    HELD_BACK = "held back"  # names: the person, whose other songs are by artists who are there twice
    FEW_FOUND = "few found"  # count, total: tracks
    FEW_BY_ARTISTS = "few by artists"  # count, total: tracks, of no artist more than two
    BELOW_FLOOR = "below floor"  # names: the person; count, total: satisfaction and floor in percent
    UNKNOWN_TASTE = "unknown taste"  # names: the people


class Fault(StrEnum):
    """What is wrong with a file; the comments name the fields of `Damage` that count."""

    TOO_MANY_FILES = "too many files"  # count: how many are read
    NO_CONTENTS = "no contents"
    SHARED_BYTES = "shared bytes"
    PROTECTED = "protected"
    PACKING = "packing"
    INNER_ARCHIVE = "inner archive"
    CANNOT_UNPACK = "cannot unpack"  # names: the file in it
    UNPACKS_TOO_FAR = "unpacks too far"
    TOO_LARGE = "too large"
    OTHER_ARCHIVE = "other archive"  # names: its kind
    NO_TRACKS = "no tracks"  # names: the first files; count: of how many

    CUT_CHARACTER = "cut character"
    NOT_UTF16 = "not utf-16"  # count: place of the byte, from 1
    QUOTES = "quotes"  # line
    OPEN_QUOTE = "open quote"  # line
    LONG_CELL = "long cell"
    TOO_DEEP = "too deep"
    BREAKS_OFF = "breaks off"  # line, column
    INVALID_JSON = "invalid json"  # line, column
    INVALID_PART = "invalid part"  # line: where it begins
    LONG_NUMBER = "long number"
    INVALID_XML = "invalid xml"  # line, column
    LONG_TEXT = "long text"
    ENTITIES = "entities"
    XML_CHARACTERS = "xml characters"


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong with a file, and where."""

    fault: Fault
    line: int = 0
    column: int = 0
    count: int = 0
    names: tuple[str, ...] = ()
    file: str = ""
    """Which file of an archive it is."""


class Look(StrEnum):
    """What a file looks like that holds no list; the comments name the fields of `Shape` that count."""

    PICTURE = "picture"
    PDF = "pdf"
    POSTSCRIPT = "postscript"
    RICH_TEXT = "rich text"
    OLD_OFFICE = "old office"
    EXCEL = "excel"
    WORKBOOK = "workbook"
    WORD = "word"
    POWERPOINT = "powerpoint"
    OPEN_DOCUMENT = "open document"
    DOCUMENT = "document"
    PROGRAM = "program"
    SOUND = "sound"
    VIDEO = "video"
    VIDEO_OR_SOUND = "video or sound"
    MEDIA = "media"
    DATABASE = "database"
    XML = "xml"
    WEB_PAGE = "web page"
    STREAM = "stream"
    NO_TEXT = "no text"
    NO_LINK = "no link"
    JSON = "json"
    LINKS = "links"  # names: the service, or the host
    CSV = "csv"  # names, count: columns; lacks
    TABLE = "table"  # the same
    FIELDS = "fields"  # names, count: those of a JSON file


@dataclass(frozen=True, slots=True)
class Shape:
    """What was found in a file in place of a list."""

    look: Look
    names: tuple[str, ...] = ()
    """The first ones."""
    count: int = 0
    """Of how many."""
    lacks: str = ""
    """The feature of a track that no column holds: "artist", "title"."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something that a person should know about how a result came about."""

    kind: NoteKind
    count: int = 0
    total: int = 0
    number: float = 0.0
    wait_s: float | None = None
    names: tuple[str, ...] = ()
    damages: tuple[Damage, ...] = ()
    """Of files that were not read; an older version has words in `names` for them."""


@dataclass(frozen=True, slots=True)
class GroupWords:
    """What is said of a group."""

    blurb: str
    traits: tuple[tuple[str, str], ...]
    """Each in words and in numbers."""


@dataclass(frozen=True, slots=True)
class ReportWords:
    """The sentences that go with a report."""

    verdict: str
    quality: str
    notices: tuple[str, ...] = ()
    groups: tuple[GroupWords, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonWords:
    """What is said of a comparison, for pictures and files of it."""

    sentence: str
    reasons: tuple[tuple[str, ...], ...]
    """Of each pair why the two score as they do, and what the first is most beside the other."""
    differences: tuple[str, ...]
    groups: tuple[str, ...]
    """How each group sounds."""
    awards: tuple[tuple[str, str], ...]
    """What each award is called, and the number behind it."""
