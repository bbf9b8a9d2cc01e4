"""What Discord says of each command and of its options."""

from __future__ import annotations

from collections.abc import Mapping

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
