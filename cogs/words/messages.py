"""Say what long work is doing, and what has to be told beside its result."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

from cogs.words.lists import damage_words
from cogs.words.text import about, ago, away, join_words, listed, plural, some_of
from services.domain.messages import Activity, Note, NoteKind, Progress
from services.domain.sound import LONGEST_SOUND_S, SHORTEST_SOUND_S, SoundProblem

_WORTH_SAYING_S = 30.0
"""A wait in the queue that is said in minutes; a shorter one is over before it is read."""


def progress_line(progress: Progress) -> str:
    """Say in one line what is being done."""
    return _ACTIVITIES[progress.activity](progress)


def renewal_line(days: int) -> str:
    """Say in time that somebody's consent at Spotify ends."""
    when = "today" if days == 0 else "tomorrow" if days == 1 else f"in {days} days"
    return f"Your consent at Spotify ends {when}. Renew it with `/login`; it takes a minute."


def _damaged(note: Note) -> list[str]:
    """Name the files that were not read; an older version had words for them."""
    return list(note.names) or list(map(damage_words, note.damages))


def note_line(note: Note) -> str:
    """Say a note in one or two sentences."""
    return _NOTES[note.kind](note)


def note_lines(notes: Iterable[Note]) -> tuple[str, ...]:
    """Say notes, each in one or two sentences."""
    return tuple(map(note_line, notes))


def _place_in_queue(at: Progress) -> str:
    if at.left_s is None or at.left_s < _WORTH_SAYING_S:
        return f"You are number {at.done} in line…"
    return f"You are number {at.done} in line: about {plural(max(1, round(at.left_s / 60)), 'minute')}…"


def _asking(at: Progress) -> str:
    left = "" if at.left_s is None else f", {about(at.left_s)} left"
    return f"Asking {at.name}: {at.done:,} of {plural(at.total, 'track')}{left}…"


_ACTIVITIES: Mapping[Activity, Callable[[Progress], str]] = {
    Activity.QUEUED: _place_in_queue,
    Activity.DATABASE_AWAY: lambda _at: "My database is not there at the moment. I go on as soon as it is…",
    Activity.READING_FILE: lambda _at: "Reading the file…",
    Activity.READING_PLAYLIST: lambda at: f"Reading the playlist: {at.done:,} of {at.total:,} rows…",
    Activity.READING_LIKED: lambda at: f"Reading your Liked Songs: {at.done:,} of {at.total:,}…",
    Activity.READING_IN_CALLS: lambda at: (
        f"Reading {at.name}: {at.total:,} rows, in {at.done:,} calls to Spotify…"
    ),
    Activity.LISTENING: lambda at: (
        f"Listening to {at.name}…" if at.total == 1 else f"Listening: file {at.done + 1} of {at.total:,}…"
    ),
    Activity.SENDING_CLIPS: lambda at: f"Having {at.name} measure clips: file {at.done + 1} of {at.total:,}…",
    Activity.LOOKING_UP: lambda at: f"Looking up audio features for {plural(at.total, 'track')}…",
    Activity.ASKING: _asking,
    Activity.FINDING_BY_NAME: lambda at: f"Finding {plural(at.total, 'track')} by name…",
    Activity.GROUPING: lambda at: f"Listening for groups in {plural(at.total, 'track')}…",
    Activity.FINDING_DUPLICATES: lambda _at: "Looking for duplicates…",
    Activity.ORDERING: lambda at: f"Ordering {plural(at.total, 'track')}…",
    Activity.HEARD_PEOPLE: lambda at: f"Looked up the tracks of {at.done} of {at.total} people…",
    Activity.COMPARING: lambda at: f"Comparing {at.total} people…",
    Activity.DRAWING_PEOPLE: lambda _at: "Drawing the map of this server…",
    Activity.MIXING: lambda at: f"Mixing for {at.total} people…" if at.total else "Mixing…",
}


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _its(count: int) -> str:
    return "its track" if count == 1 else "their tracks"


def _stands(count: int) -> str:
    return "stands" if count == 1 else "stand"


_SOUND_PROBLEMS: Mapping[str, str] = {
    SoundProblem.DAMAGED: "nothing in it can be decoded",
    SoundProblem.NOT_READ_HERE: "this installation does not read M4A and AAC (save it as MP3, OGG or FLAC)",
    SoundProblem.UNUSUAL: "it has more than 8 channels or a rate outside of 8 to 192 kHz",
    SoundProblem.TOO_SHORT: f"it is shorter than {SHORTEST_SOUND_S:.0f} seconds",
    SoundProblem.SILENT: "it is silent from beginning to end",
    SoundProblem.TOO_COSTLY: "decoding it takes more than one file may",
}


def _look(count: int) -> str:
    return "looks" if count == 1 else "look"


def _column(note: Note) -> str:
    return "the column was" if len(note.names) == 1 else "these columns were"


def _hides(count: int) -> str:
    return "hides its track" if count == 1 else "hide their tracks"


def _percent_scale(note: Note) -> str:
    some = f"The values of {join_words(note.names)}" if note.names else "The audio features"
    return f"{some} run from 0 to 100 in this file and were converted to 0 to 1."


def _as_it_was(what: str) -> Callable[[Note], str]:
    """Say why something old is shown, how old it is, and when there will be new things."""

    def say(note: Note) -> str:
        reason = "Spotify can't be asked at the moment"
        if note.wait_s is not None:
            returns = away(timedelta(seconds=note.wait_s))
            reason = f"Spotify's daily quota for this bot is used up and returns {returns}"
        return f"{reason}; this is the {what} as I read it {ago(timedelta(seconds=note.number))}."

    return say


def _not_asked(note: Note, trouble: str) -> str:
    verb = "track was" if note.count == 1 else "tracks were"
    return f"{trouble} {note.count:,} {verb} not looked up there."


def _the_rest(note: Note) -> str:
    if note.wait_s is None:
        return "run it again to get the rest"
    return f"I go on asking, which takes {about(note.wait_s)} at best; run it again then to get the rest"


def _found_by_name(note: Note) -> str:
    doubtful = round(note.number)
    left = note.total - note.count - doubtful
    if left == note.total:
        return f"{plural(left, 'track')} {_was(left)} not found by name."
    if not (doubtful or left):
        return f"{plural(note.count, 'track')} {_was(note.count)} found by name."
    named = f"of {plural(note.total, 'name')}"
    if not doubtful:
        return f"{left:,} {named} {_was(left)} not found."
    if left:
        return f"{doubtful:,} {named} doubtful, {left:,} not found."
    return f"{doubtful:,} {named} {'is' if doubtful == 1 else 'are'} doubtful."


def _nameless(note: Note) -> str:
    one = note.count == 1
    if note.count == note.total:
        return f"No track has a name; what is behind {'its link' if one else 'the links'} is not known."
    behind = f"what is behind {'its link' if one else 'their links'} is not known"
    places = f"{'place' if one else 'places'} {some_of(note.names, len(note.names))}"
    more = " …" if note.count > len(note.names) else ""
    return f"{plural(note.count, 'track')} without {'a name' if one else 'names'}; {behind} ({places}{more})."


_SOURCES = {"acousticbrainz": "AcousticBrainz", "reccobeats": "ReccoBeats"}


def _source(name: str) -> str:
    """Call a source of features as people do."""
    kind, _, rest = name.partition(":")
    if kind in _SOURCES:
        return _SOURCES[kind]
    return "the file" if kind == "file" else f"the data set {rest}" if kind == "dataset" else name


_NOTES: Mapping[NoteKind, Callable[[Note], str]] = {
    NoteKind.AS_STORED: lambda note: note.names[0],
    NoteKind.NUL_CHARACTERS: lambda note: (
        f"{plural(note.count, 'NUL character')} in the file {_was(note.count)} ignored."
    ),
    NoteKind.REPLACED_CHARACTERS: lambda note: (
        f"{plural(note.count, 'unreadable character')} {_was(note.count)} replaced by \ufffd."
    ),
    NoteKind.WINDOWS_1252: lambda _note: (
        "The file is not in UTF-8, so it was read as Windows-1252; some accents may look wrong."
    ),
    NoteKind.CODE_PAGE: lambda note: (
        f"The file is not in UTF-8; by its letters it was read as {note.names[0]}. "
        "If names look wrong, save it as UTF-8."
    ),
    NoteKind.UNREADABLE_NAMES: lambda _note: (
        "The names in this file are unreadable, because it is not in UTF-8: "
        "open it where it was made, save it as CSV UTF-8 and upload that."
    ),
    NoteKind.ENCODED_TWICE: lambda _note: "Names in this file were encoded twice (Ã© for é) and were mended.",
    NoteKind.LEFT_ENCODED_TWICE: lambda note: (
        f"{plural(note.count, 'name')} {_look(note.count)} encoded twice (Ã© for é) and stayed as in "
        "the file; export it again as UTF-8."
    ),
    NoteKind.LINES_ABOVE_HEADER: lambda note: f"{plural(note.count, 'line')} above the header did not count.",
    NoteKind.NO_HEADER: lambda note: (
        f"The file has no header; its columns were read as {listed(note.names, len(note.names))}."
    ),
    NoteKind.SHORT_ROWS: lambda note: (
        f"{plural(note.count, 'row')} had fewer cells than the header; missing cells count as empty."
    ),
    NoteKind.CUT_OFF: lambda _note: (
        "The last row is incomplete; the file may have been cut off while it was saved."
    ),
    NoteKind.IMPOSSIBLE_VALUES: lambda note: (
        f"{plural(note.count, 'feature value')} could not be true and {_was(note.count)} left out."
    ),
    NoteKind.RUINED_COLUMNS: lambda note: (
        f"Most values of {join_words(note.names)} can't be true ({note.number:.10g}, say), so "
        f"{_column(note)} left out. Often a spreadsheet took 124.21 for 12421: "
        "export the file again and upload it as it comes."
    ),
    NoteKind.SHORT_LINKS: lambda note: (
        f"{plural(note.count, 'short link')} {_hides(note.count)}; open them and copy the long ones."
    ),
    NoteKind.ZERO_ROWS: lambda note: (
        f"{plural(note.count, 'row')} held nothing but zeros as features; those count as unknown."
    ),
    NoteKind.UNREAD_KEYS: lambda note: (
        f"{plural(note.count, 'key')} could not be read and {_was(note.count)} left out; "
        "notes (F#m), Camelot (8A), Open Key (1m) and numbers from 0 to 11 can."
    ),
    NoteKind.UNREAD_LENGTHS: lambda note: (
        f"{plural(note.count, 'length')} could not be read and {_was(note.count)} left out; "
        "lengths like 3:45 can."
    ),
    NoteKind.HOURS_AS_MINUTES: lambda _note: (
        "Lengths end in :00, as spreadsheets make of minutes and seconds; 03:45:00 was read as 3:45."
    ),
    NoteKind.TAKEN_APART: lambda note: (
        f"In {plural(note.count, 'row')} artist and title shared a cell and were taken apart."
    ),
    NoteKind.HOMELESS_ROWS: lambda note: (
        f"{plural(note.count, 'row')} of the file could not be put into any playlist."
    ),
    NoteKind.PERCENT_SCALE: _percent_scale,
    NoteKind.UNKNOWN_SCALE: lambda note: (
        f"{note.names[0].capitalize()} goes up to {note.number:g} in this file. "
        "That scale is not known, so these values were left out."
    ),
    NoteKind.NO_DECIBELS: lambda _note: (
        "Loudness is not given in decibels in this file, so these values were left out."
    ),
    NoteKind.PLAYS: lambda note: (
        f"{plural(note.count, 'play')} of at least 30 seconds became "
        f"{plural(note.total, 'different track')}, the most played first."
    ),
    NoteKind.COUNTED_PLAYS: lambda note: (
        f"{plural(note.count, 'play')} became {plural(note.total, 'different track')}, the most played first."
    ),
    NoteKind.EMPTY_PLAYLISTS: lambda note: (
        f"Left out because no track was found in them: {listed(note.names, note.count)}."
    ),
    NoteKind.DAMAGED_FILES: lambda note: f"Not read because damaged: {listed(_damaged(note), note.count)}.",
    NoteKind.OTHER_FILES: lambda note: f"{plural(note.count, 'other file')} in the archive did not count.",
    NoteKind.SOUND_REFUSED: lambda note: (
        f"Not measured because {_SOUND_PROBLEMS.get(note.names[0], 'it can not be read')}: "
        f"{listed(note.names[1:], note.count)}."
    ),
    NoteKind.SOUND_CUT: lambda note: (
        f"Of {plural(note.count, 'file')} only the first {LONGEST_SOUND_S / 60:.0f} minutes were measured."
    ),
    NoteKind.CLIP_REFUSED: lambda note: (
        f"{note.names[0]} did not measure a clip ({note.names[1]}); what it did not measure is estimated."
    ),
    NoteKind.CLIPS_MEASURED: lambda note: (
        f"ReccoBeats measured {note.count} of {plural(note.total, 'clip')}; whether its scale for clips is "
        "the one of its catalogue is unknown."
    ),
    NoteKind.CLIPS_NOT_CUT: lambda note: (
        f"{plural(note.count, 'file')} could not be cut into clips, so none {_was(note.count)} sent of "
        f"{'it' if note.count == 1 else 'them'}."
    ),
    NoteKind.SOUNDS_JOINED: lambda note: (
        f"{plural(note.count, 'sound file')} found {_its(note.count)} in the list"
        + (f"; {note.total:,} did not and {_stands(note.total)} at its end." if note.total else ".")
    ),
    NoteKind.UNPLAYABLE: lambda note: (
        f"{plural(note.count, 'track')} can't be played in your country at the moment; kept here."
    ),
    NoteKind.FIRST_ROWS: lambda note: f"Only the first {note.count:,} of {note.total:,} rows were read.",
    NoteKind.FEW_ROWS_A_TIME: lambda note: (
        f"Spotify sent only a few rows a time: I stopped after {note.count:,} rows, "
        "to spare the calls that all share."
    ),
    NoteKind.CHANGED_WHILE_READ: lambda _note: (
        "The list was being changed while I read it; run it again for its final state."
    ),
    NoteKind.OLD_PLAYLIST: _as_it_was("playlist"),
    NoteKind.OLD_LIST: _as_it_was("list"),
    NoteKind.OTHER_VALUES: lambda note: (
        f"Most values are from {_source(note.names[0])} now, last time from {_source(note.names[1])}."
    ),
    NoteKind.SOURCE_PAUSES: lambda note: _not_asked(
        note, f"{note.names[0]} asks for a pause; try again in {about(note.wait_s or 0)}."
    ),
    NoteKind.SOURCE_REFUSES: lambda note: _not_asked(
        note,
        f"{note.names[0]} turns the bot away at the moment, whoever asks; "
        "there is nothing wrong with your account or your playlist.",
    ),
    NoteKind.SOURCE_SLOW: lambda note: _not_asked(
        note, f"There was not enough time to ask {note.names[0]} about everything; {_the_rest(note)}."
    ),
    NoteKind.SOURCE_DOWN: lambda note: _not_asked(
        note, f"{note.names[0]} gives no usable answer at the moment ({note.names[1]}); try again later."
    ),
    NoteKind.SOURCE_BROKE: lambda note: _not_asked(note, f"Asking {note.names[0]} went wrong."),
    NoteKind.NO_TIME_LEFT: lambda note: (
        f"There was no time left to ask {note.names[0]} about {plural(note.count, 'track')}; "
        f"{_the_rest(note)}."
    ),
    NoteKind.NOT_ESTIMATED: lambda _note: (
        "The missing values could not be estimated this time; run it again to try once more."
    ),
    NoteKind.FOUND_BY_NAME: _found_by_name,
    NoteKind.FOUND_UNHEARD: lambda note: (
        ("The name found has no features." if note.total == 1 else "None of the names found has features.")
        if note.count == note.total
        else f"{note.count:,} of the names found {'has' if note.count == 1 else 'have'} no features."
    ),
    NoteKind.NAMELESS: _nameless,
    NoteKind.NOTHING_TO_MIX: lambda _note: (
        "Nobody has a track whose sound is known, so there is nothing to mix."
    ),
    NoteKind.TOO_FAR_APART: lambda _note: (
        "Every song would be foreign to somebody: the tastes are too far apart for the safe mode."
    ),
    NoteKind.RAN_OUT: lambda note: f"{note.names[0]} had no further song to give, so others had more turns.",
    NoteKind.RAN_OUT_SAFELY: lambda note: (
        f"{note.names[0]} had no further song that nobody finds foreign, so others had more turns."
    ),
    NoteKind.HELD_BACK: lambda note: (
        f"{note.names[0]}'s other songs are by artists who are in it twice already, so others had more turns."
    ),
    NoteKind.FEW_BY_ARTISTS: lambda note: (
        f"Only {note.count} of {note.total} tracks could be found, as no artist is in it more than twice."
    ),
    NoteKind.FEW_FOUND: lambda note: f"Only {note.count} of {note.total} tracks could be found.",
    NoteKind.BELOW_FLOOR: lambda note: (
        f"{note.names[0]} stays at {note.count}%, below the {note.total}% that everybody should reach: "
        "no exchange of songs helps without hurting somebody more."
    ),
    NoteKind.UNKNOWN_TASTE: lambda note: (
        f"Too little is known of how the music of {join_words(note.names)} sounds to say what they like: "
        "50% stands for that."
    ),
}
