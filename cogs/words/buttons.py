"""What buttons and menus say."""

from __future__ import annotations

from enum import StrEnum

from cogs.words.text import plural

GO_ON_WHERE_YOU_WERE = "Go on where you were"


class Label(StrEnum):
    """The words on a button, or above the choices of a menu."""

    JOIN = "Join"
    LEAVE = "Leave"
    CHOOSE_SOURCE = "Choose source"
    COMPARE = "Compare"
    START_GROUP = "Start a comparison here"
    SERVER_MAP = "Show the map"
    PUT_ON_MAP = "Put me on it"
    TAKE_OFF_MAP = "Take me off"
    FINISH_LOGIN = "Finish login"
    OPEN_SPOTIFY = "Open Spotify"
    OPEN_THE_LOGIN = "Open the login"
    POSTER = "Poster"
    SAVE_TO_MY_SPOTIFY = "Save to my Spotify"
    CSV_AND_LINKS = "CSV and links"
    TRACKS = "Tracks"
    NEXT = "Next"
    PREVIOUS = "Previous"
    POST_HERE = "Post here"
    PAIRS_LOOK_AT_ONE_PERSON = "Pairs: look at one person…"
    SHOW_HERE = "Show here"
    BLEND = "Blend"
    DRIFT = "Drift"
    QUALITY = "Quality"
    READ_AS_TEXT = "Read as text"
    STOP_THIS = "Stop this"
    WHO_IS_NEAR_ME = "Who is near me?"
    REMEMBER_THIS_LIST = "Remember this list"
    FORGET_THIS_LIST = "Forget this list"
    WHICH_PLAYLIST = "Which playlist?"
    TRY_IT_WITH_AN_EXAMPLE_PLAYLIST = "Try it with an example playlist"
    REFRESH = "Refresh"
    DRAW_A_MAP_OF = "Draw a map of…"
    LIKED_SONGS = "Liked Songs"
    SEE_RESULT = "See result"
    NEVER_ASK_ME_AGAIN = "Never ask me again"
    TAKE_BACK = "Take back"
    DECLINE = "Decline"
    ACCEPT = "Accept"
    OPEN_AGAIN = "Open again"
    REDRAW_THE_MAP = "Redraw the map"
    TAKE_THOSE_THAT_ARE_THE_SAME_SONG = "Take those that are the same song…"
    EXPORT = "Export"
    APPLY_IN_PLACE = "Apply in place…"
    SAVE_AS_A_NEW_PLAYLIST = "Save as a new playlist"
    DETAILS = "Details"
    LOCK = "Lock…"
    AGAIN = "Again"
    ANOTHER_GOAL = "Another goal…"
    BACK = "Back"
    CHANGE_THE_PLAYLIST = "Change the playlist"
    ALL_PAIRS = "All pairs"
    WHAT_IS_SHARED = "What is shared"
    MORE = "More"
    WHY_CHOOSE_A_PAIR = "Why? Choose a pair…"
    DOWNLOAD_MY_DATA_FIRST = "Download my data first"
    FORGET_ME = "Forget me"
    ASK_TO_FORGET_ME = "Forget me…"
    DOWNLOAD_MY_DATA = "Download my data"
    PRIVACY_POLICY = "Privacy policy"
    AS_IT_WAS_MEASURED = "As it was measured"
    WRONG_TEMPO = "Wrong tempo?…"
    MEASURED_ONLY = "Measured only"
    OPEN_IN_SPOTIFY = "Open in Spotify"
    GO_ON_NOW = "Go on now"
    SAVE_ANOTHER_COPY = "Save another copy"
    PUT_ME_BACK_ON_IT = "Put me back on it"
    USE_MY_LATEST_LIST = "Use my latest list"
    SHARE = "Share"
    UNDO_THE_MERGES = "Undo the merges"
    GO_ON = "Go on…"
    RENAME_MERGE_OR_LEAVE_OUT = "Rename, merge or leave out…"
    EXPORT_THE_LISTS = "Export the lists"
    DISCONNECT_SOMEBODY = "Disconnect somebody…"
    LOOK_INTO_A_GROUP = "Look into a group…"
    EXPORT_THE_TIDIED_LIST = "Export the tidied list"
    TAKE_ALL_SUGGESTIONS = "Take all suggestions"
    SWAP = "⇄ Swap"
    RENAME_THE_NEW_ONE = "Rename the new one…"
    ONLY_THE_LAST = "Only the last"
    ALSO_THE_ONE_BEFORE = "Also the one before"
    GIVE_ME_THE_LIST_FORGET_ME = "Give me the list, forget me"
    COST = "Cost"
    ROUGHEST = "Roughest"
    STEPS = "Steps"
    SHOW_MY_PLAYLISTS = "Show my playlists"
    ANALYZE_IT_NOW = "Analyze it now"
    CONNECT_SPOTIFY = "Connect Spotify"
    TRY_AGAIN = "Try again"
    CHOOSE_A_PLAYLIST = "Choose a playlist"
    WHAT_I_CAN_READ = "What I can read"
    TRY_AN_EXAMPLE = "Try an example"
    STOP_IT = "Stop it"
    WHAT_CAN_BE_UNDONE = "What can be undone"
    SMOOTHEST_ORDER = "Smoothest order"
    ASK_IN_THIS_CHANNEL = "Ask in this channel"
    ASK_BY_DIRECT_MESSAGE = "Ask by direct message"
    AWARDS = "Awards"
    MY_DATA = "My data"
    WHY = "Why"
    PROFILES = "Profiles"
    MAP = "Map"
    COMPLETE_THE_MAP = "Complete the map"
    OUTLIERS = "Outliers"
    NUMBERS = "Numbers"
    CHARTS = "Charts"


def halve_label(tempo: float) -> str:
    """Offer half of a tempo."""
    return f"Halve to {tempo / 2:.0f}"


def double_label(tempo: float) -> str:
    """Offer double a tempo."""
    return f"Double to {tempo * 2:.0f}"


def undo_label(*, all_done: bool) -> str:
    """Offer to take writes back."""
    return "Undo…" if all_done else "Take it back…"


def rename_label(letter: str) -> str:
    """Offer another name for a part."""
    return f"Rename {letter}…"


def toggle_label(letter: str, included: bool) -> str:
    """Offer to leave a part out, or to take it in again."""
    return f"Leave {letter} out" if included else f"Take {letter} in"


def merge_label(letter: str) -> str:
    """Offer to put a part into another."""
    return f"Merge {letter} into…"


def make_label(count: int) -> str:
    """Offer to make the playlists."""
    return f"Make {plural(count, 'playlist')}"


def same_song_label(doubtful: int) -> str:
    """Offer to answer for finds that are doubtful."""
    return f"Same song? ({doubtful:,})"


def apply_label(decided: int, all_of_them: int) -> str:
    """Offer to apply what is decided."""
    return f"Apply… ({decided} of {all_of_them} decided)"


def take_back_label(count: int) -> str:
    """Offer to take changes back."""
    return "Take it back" if count == 1 else f"Take {count} back"


def page_label(page: int, pages: int) -> str:
    """Say which page it is, counted from 1."""
    return f"Page {page} of {pages}"


def compare_label(votes: int, needed: int) -> str:
    """Offer to compare, and say how many of those who are needed wish it."""
    return f"{Label.COMPARE} ({votes} of {needed})"
