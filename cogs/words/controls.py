"""What Discord shows to be typed and pressed: commands, their options, buttons and menus."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from cogs.words.text import plural
from services.domain.group_requests import Where
from services.domain.groups import BlendMode

_OWN = "A playlist of yours, or a link; left empty, your latest map"
_FILE = "An exported playlist instead"
ANOTHER_SOUND = "One more sound file"
ANALYZE_MESSAGE, COMPARE_TASTE = "Analyze playlist", "Compare taste"
"""Names of the entries in the menus of a message and of a person."""

COMMANDS: Mapping[str, str] = {
    "about": "How the numbers here are made.",
    "about score": "What the compatibility score is made of and what it means.",
    "admin": "For the people who run this bot.",
    "admin seats": "Who holds the seats that Spotify gives this bot.",
    "admin status": "How the bot is: connection, queue, database, services.",
    "analyze": "Draw a map of how a playlist sounds: one of yours, a link, or a file.",
    "blend": "Mix a playlist for the people compared here last.",
    "compare": "Ask somebody to compare how your playlists sound.",
    "digest": "Once a week, what happened on the map of this server.",
    "digest off": "No more digests in this server.",
    "digest on": "Post a digest once a week, unless nothing happened. Nobody is pinged.",
    "drift": "See what changed in a list since you mapped it before.",
    "forget": "Erase everything that is stored about you.",
    "group": "Compare the music of several people.",
    "group leave": "Take yourself out of your latest comparison in this channel.",
    "group source": "Choose what you compare with in this channel.",
    "group start": "Open a comparison in this channel that others can join.",
    "help": "What Tastemap does, and what you can do next.",
    "login": "Connect your Spotify account to use your own playlists.",
    "logout": "Disconnect Spotify and forget everything read with it.",
    "map": "Everybody of this server who agreed to it, on one map.",
    "map leave": "Take yourself off the map of this server, where it is posted too.",
    "map server": "Who sounds like whom here: the map of all who agreed to it.",
    "me": "What is stored about you, and how your login stands.",
    "mydata": "Get everything that is stored about you, as a file.",
    "optimize": "Put a playlist in an order that flows, or that follows an arc.",
    "playlists": "List your playlists at Spotify, and which of them I can read.",
    "privacy": "What is kept about you, and who sees it.",
    "quality": "How much of your latest map is measured, and what is missing.",
    "sharing": "Whether others of this server may compare with you without asking.",
    "sharing off": "Be private in this server again, at once.",
    "sharing on": "Let people of this server compare with one of your playlists.",
    "sharing questions": "Whether people may ask you to compare, in any server.",
    "sharing server": "For who manages this server: questions by direct message.",
    "sharing status": "What you share in this server.",
    "split": "Make several playlists of one, by style or by sound.",
    "stats": "Count a playlist: length, artists, decades, tempo, keys, and how it sounds.",
    "tidy": "Find duplicates and what stands out in a playlist, and decide about each.",
    "undo": "Take back what I last wrote to your Spotify.",
}
"""By the words after the slash."""

OPTIONS: Mapping[str, Mapping[str, str]] = {
    "analyze": {
        "playlist": "One of your playlists at Spotify, Liked Songs, or a link",
        "file": (
            "Or an export of Exportify, TuneMyMusic, Soundiiz or Spotify, a list of links, or a sound file"
        ),
        "source": "Or your own name elsewhere: listenbrainz:NAME or lastfm:NAME; its public lists are read",
        "groups": "How many groups to look for; auto decides, and may say that there are none",
        "by": "Group by sound alone, or by style and era: year, artist and genre words as well",
        "private": "Show the result only to you; you can share it afterwards",
        "file2": "One more sound file, or the list that the sound belongs to",
    },
    "blend": {
        "size": "How many tracks",
        "mode": "What matters most where tastes pull apart; fair if you leave it out",
    },
    "compare": {"user": "Whom to ask; they are asked once", "where": "Where they are asked"},
    "digest on": {"channel": "Where; left empty, this channel"},
    "drift": {"wanted": "A list that you have mapped; left empty, that of your latest map"},
    "group source": {
        "playlist": "A playlist of yours, Liked Songs, or links; left empty, your latest map",
        "file": _FILE,
        "name": "Or your own name elsewhere: listenbrainz:NAME or lastfm:NAME",
    },
    "group start": {"hours": "How long people can join and compare; it ends by itself"},
    "optimize": {
        "playlist": _OWN,
        "file": _FILE,
        "goal": "What the order is to do; left empty, it flows",
        "start": "Track to begin with: its number in the list, or words of its title",
        "end": "Track to end with, likewise",
        "lock": "Tracks that keep their place, like 1-3, 7; 12@20 puts track 12 at place 20",
    },
    "sharing on": {"playlist": "What they compare with; left empty, your latest map", "file": _FILE},
    "sharing questions": {"allow": "False: nobody can ask you, neither in a channel nor by direct message"},
    "sharing server": {"direct_messages": "Whether people of this server may be asked by direct message"},
    "split": {
        "playlist": _OWN,
        "file": _FILE,
        "groups": "Into how many; left empty, the groups of the map",
        "by": "Left empty: by style and era where years are known, or as the map that is meant",
    },
    "stats": {"playlist": _OWN, "file": _FILE, "public": "Show the numbers to everybody in the channel"},
    "tidy": {"playlist": _OWN, "file": _FILE},
    "undo": {"count": "How many of the last changes; you see first what can't be restored"},
}
"""By the name that an option has in the code."""

WHERE = {Where.CHANNEL: "in this channel", Where.MESSAGE: "by direct message"}
"""Where somebody is asked to compare."""

MODES = {
    BlendMode.FAIR: "fair: the least satisfied person first",
    BlendMode.JOY: "joy: as much satisfaction as possible",
    BlendMode.SAFE: "safe: nothing that is foreign to anybody",
}
"""What matters most in a blend."""
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
    SEE_IT = "See it"
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
