"""Say what became of playlists that are written, and what taking them back does."""

from __future__ import annotations

from collections.abc import Sequence

from cogs.words.text import escape, join_words, moment, plural, skipped_line, small
from services.domain.writes import (
    Difference,
    Ending,
    Hindrance,
    Settled,
    UndoAction,
    Undone,
    UndoStep,
    Write,
    WriteKind,
    WriteStage,
)

LISTS_AS_FILES = "If neither is possible any more, I can hand you the former lists as files instead."
NOTHING_CHANGED_YET = "Nothing has been changed yet."
ABOUT_EARLIER = "About what you asked for earlier:"
_ENDINGS = {
    Ending.FINISHED: "finished: it is as you wanted it.",
    Ending.PUT_BACK: "put back: it is as it was before.",
    Ending.NOTHING_LEFT: "there was nothing left to put back.",
    Ending.STAYS: "Spotify does not let me take it out of your library; you can delete it there.",
    Ending.GIVEN_UP: "given up half way; `/undo` takes back what was written.",
    Ending.OPEN: "neither finished nor put back yet.",
}


_WHY = {
    Hindrance.INTERRUPTED: "I was stopped in the middle",
    Hindrance.QUOTA: "Spotify's daily limit for this bot is used up",
    Hindrance.RATE: "Spotify asks me to be slower",
    Hindrance.UNAVAILABLE: "Spotify gave no usable answer",
    Hindrance.LOGIN: "your connection to Spotify has to be renewed with `/login`",
    Hindrance.CONSENT: "I don't have your consent to change playlists yet",
    Hindrance.REFUSED: "Spotify did not let me",
    Hindrance.CHANGED: "the playlist was changed by somebody else meanwhile",
    Hindrance.GONE: "the playlist was deleted meanwhile",
}
HANDED_OVER_LINES = (
    "## Your lists",
    (
        "These are the playlists as they should be, one link a line: paste them at Spotify, or give the "
        "file to `/analyze`."
    ),
)


def name_link(write: Write) -> str:
    """Name the playlist of a write, linked to it where it exists."""
    name = escape(write.name, 80)
    gone = write.hindrance is Hindrance.GONE or write.kind is WriteKind.REMOVE
    return f"[{name}]({write.url})" if write.url and not gone else name


def standing_line(write: Write) -> str:
    """Say how far a write is that has begun, and why it is not done."""
    if write.stage.is_final:
        return _given_up(write)
    if write.hindrance is None:
        return f"{write.confirmed:,} of {plural(len(write.target), 'track')} written so far."
    return _waiting(write)


def difference_words(difference: Difference) -> str:
    """Say what somebody else changed: "2 tracks were added, 1 track was removed"."""

    def part(count: int, what: str) -> str:
        return f"{plural(count, 'track')} {'was' if count == 1 else 'were'} {what}" if count else ""

    parts = (
        part(len(difference.added), "added"),
        part(len(difference.missing), "removed"),
        part(difference.moved, "moved"),
    )
    return join_words(each for each in parts if each)


def saved_heading(writes: Sequence[Write]) -> str:
    """Say how all writes together stand."""
    if all(write.is_done for write in writes):
        if any(write.undoes for write in writes):
            return "Taken back"
        return "Saved" if len(writes) == 1 else f"{plural(len(writes), 'playlist')} saved"
    done = sum(write.is_done for write in writes)
    return f"{done} of {len(writes)} saved" if done else "Not finished"


def write_lines(write: Write) -> list[str]:
    """Say how one write stands."""
    match write.stage:
        case WriteStage.DONE:
            return [f"**{name_link(write)}** — {_done_words(write)}", *_changed_by_others(write)]
        case WriteStage.ABANDONED | WriteStage.BROKEN:
            return [f"**{name_link(write)}** — {_given_up(write)}"]
        case _:
            return [f"**{name_link(write)}** — {_waiting(write)}"]


def _done_words(write: Write) -> str:
    count = plural(len(write.target), "track")
    if write.kind is WriteKind.REMOVE:
        return "taken out of your library"
    if write.kind is WriteKind.CREATE:
        return f"{count} in a new private playlist, read back and complete"
    if write.undoes:
        return f"the former list is back: {count}, read back and complete"
    gone = len(write.original) - len(write.target)
    less = f" ({gone:,} fewer than before)" if gone > 0 else ""
    return f"{count}{less} in the new order, read back and complete"


def _changed_by_others(write: Write) -> list[str]:
    if not write.difference:
        return []
    words = difference_words(write.difference)
    return [small(f"While I was writing, {words} by somebody else. I left that as it is.")]


def _given_up(write: Write) -> str:
    why = _WHY[write.hindrance] if write.hindrance else "it was taken back"
    if write.stage is WriteStage.ABANDONED:
        return f"not written, because {why}. Nothing was changed."
    return f"given up half way, because {why}. `/undo` takes back what was written."


def _waiting(write: Write) -> str:
    why = _WHY[write.hindrance or Hindrance.INTERRUPTED]
    done = f"{write.confirmed:,} of {plural(len(write.target), 'track')} written"
    state = done if write.has_begun else "not begun yet"
    when = (
        f" I go on by myself {moment(write.retry_at)}."
        if write.retry_at
        else ""
        if write.hindrance in {Hindrance.CONSENT, Hindrance.LOGIN, Hindrance.REFUSED}
        else " I go on by myself."
    )
    kept = " The former list is stored." if write.kind is WriteKind.REPLACE and write.has_begun else ""
    return f"{state}: {why}.{when}{kept}"


def stays_line(write: Write) -> str:
    """Say that a playlist can't be taken back."""
    where = f" Open it at {write.url} and delete it there." if write.url else ""
    return (
        f"**{name_link(write)}** — Spotify does not let me take this playlist out of your library.{where} "
        "I leave it alone from now on."
    )


def step_lines(step: UndoStep) -> list[str]:
    """Say what taking back one write does."""
    write = step.write
    when = moment(write.created_at)
    return [
        f"**{_undo_name(step)}** — {_undone_what(write)} {when}",
        _undo_action(step),
        *(small(line) for line in _caveats(step)),
    ]


def _undo_name(step: UndoStep) -> str:
    gone = step.action in {UndoAction.RECREATE, UndoAction.FORGET}
    return escape(step.write.name, 80) if gone else name_link(step.write)


def _undone_what(write: Write) -> str:
    half = "" if write.is_done else ", not finished"
    if write.kind is WriteKind.CREATE:
        return f"saved as a new playlist{half}"
    fewer = len(write.original) - len(write.target)
    changed = f"{plural(fewer, 'track')} taken out" if fewer > 0 else "put in another order"
    return f"{changed}{half}"


def _undo_action(step: UndoStep) -> str:
    match step.action:
        case UndoAction.REMOVE:
            return "→ The new playlist leaves your library. The list it was made from is not touched."
        case UndoAction.RESTORE:
            return f"→ Its {plural(len(step.result), 'track')} go back to the order of before."
        case UndoAction.RECREATE:
            return (
                "→ The playlist does not exist any more. Its former list is saved as a new private playlist."
            )
        case UndoAction.FORGET:
            return "→ There is nothing left to take back: the playlist is gone, or already as it was."


def _caveats(step: UndoStep) -> list[str]:
    """Say what can't be restored, and what others changed since."""
    since = step.since
    lines = []
    if step.action is UndoAction.REMOVE:
        if since.added:
            lines.append(f"Gone with it: {plural(len(since.added), 'track')} added to it since.")
        lines.append("Spotify can bring back a deleted playlist for a while, on its account page.")
    if step.action is UndoAction.RESTORE:
        if since.added:
            lines.append(f"Kept at the end: {plural(len(since.added), 'track')} added since.")
        if since.missing:
            lines.append(
                f"Not brought back: {plural(len(since.missing), 'track')} removed since by somebody else."
            )
        if since.moved:
            lines.append(
                f"Not kept: the places of {plural(since.moved, 'track')} moved since by somebody else."
            )
        if step.blocked_by:
            lines.append(
                f"⚠️ Not possible at the moment: {skipped_line(step.blocked_by)} would be lost. "
                "Take them out of the playlist first."
            )
    if step.loses_dates:
        lines.append("Can't be restored: the dates on which tracks were added; all become the day of today.")
    if step.action is UndoAction.RECREATE:
        lines.append("Can't be restored: its link, picture, followers and collaborators.")
    return lines


def settled_lines(settled: Sequence[Settled]) -> list[str]:
    """Say of each write what really came of it."""
    return [f"**{name_link(each.write)}** — {_ENDINGS[each.ending]}" for each in settled]


def saved_title(writes: Sequence[Write], again: bool) -> str:
    """Say how all writes together stand."""
    return "Saved already" if again else saved_heading(writes)


def not_saved_line(left_out: int) -> str:
    """Say how many tracks were left out."""
    return f"{plural(left_out, 'track')} without a Spotify id could not be saved there."


def undo_title(count: int) -> str:
    """Ask whether changes are to be taken back."""
    return f"## Take back {'the last change' if count == 1 else f'the last {count} changes'}?"


def nothing_left_line(write: Write) -> str:
    """Say that a write has nothing to take back."""
    return f"**{escape(write.name, 80)}** — there was nothing left to take back."


def not_taken_back_line(rest: int) -> str:
    """Say how many older changes wait."""
    return f"{plural(rest, 'older change')} not taken back: first the one above has to be done. See `/undo`."


def half_written_title(writes: Sequence[Write]) -> str:
    """Say how many playlists are half written."""
    one = len(writes) == 1
    which = "A playlist of yours is" if one else f"{len(writes)} playlists of yours are"
    return f"## {which} half written"


def later_line(later: int) -> str:
    """Say about how many playlists is asked later."""
    return f"About {plural(later, 'other')} I ask afterwards."


def what_first(writes: Sequence[Write], so_that: str) -> str:
    """Ask what to do first with playlists that are half written."""
    one = len(writes) == 1
    return (
        f"I can {so_that} only when {'it is' if one else 'they are'} whole again: I keep the only copy "
        "of the former list. Nothing was erased. What shall I do first?"
    )


def list_alt(write: Write) -> str:
    """Say what a file of links is."""
    return f"The tracks of {write.name}, one link a line"


def settled_told(settled: Sequence[Settled]) -> list[str]:
    """Say what came of the writes that were to be settled."""
    return ["## Nothing is half written any more", *settled_lines(settled), "Now run your command again."]


def finish_label(count: int) -> str:
    """Say how many are to be finished."""
    return f"Finish {'it' if count == 1 else 'them'} first"


def put_back_label(count: int) -> str:
    """Say how many are to be put back."""
    return f"Put {'it' if count == 1 else 'them'} back first"


def undone_title(undone: Sequence[Undone]) -> str:
    """Say whether anything was taken back."""
    return "Not taken back" if all(each.stays for each in undone) else "Taken back"
