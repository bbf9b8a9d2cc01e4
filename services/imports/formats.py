"""The file formats by the names that people know, and how much of an uploaded file is read at most."""

from __future__ import annotations

TASTEMAP = "Tastemap"
EXPORTIFY = "Exportify"
EXPORTIFY_APP = "Exportify.app"
CHOSIC = "Chosic"
TUNEMYMUSIC = "TuneMyMusic"
SOUNDIIZ = "Soundiiz"
ACCOUNT_DATA = "Spotify account data"
HISTORY = "Spotify listening history"
EXTENDED_HISTORY = "Spotify extended listening history"
TRACK_LINKS = "Track links"
GENERIC_CSV = "CSV table"
REKORDBOX = "rekordbox XML"
TRAKTOR = "Traktor playlist"
VIRTUALDJ = "VirtualDJ database"
ITUNES = "Apple Music library"
XSPF = "XSPF playlist"
M3U = "M3U playlist"
PLS = "PLS playlist"
CUE = "cue sheet"
XML_LIST = "XML list of tracks"
LINES = "Artist and title lines"
JSPF = "JSPF playlist"
JSON_ROWS = "JSON list of tracks"
LISTENBRAINZ = "ListenBrainz listens"
LASTFM = "Last.fm scrobbles"
APPLE_HISTORY = "Apple Music play history"
APPLE_EXPORT = "Apple privacy export"
YOUTUBE = "YouTube Music Takeout"
ZIP = "ZIP archive"
JSON = "JSON"
TEXT = "text file"


MAX_ROWS = 20_000
"""Rows of one table, tracks of one playlist, or links of one text."""

MAX_RECORDS = 5 * MAX_ROWS
"""Lines of one table with the blank ones, which are free but take time."""

MAX_TOTAL_ROWS = 75_000
"""Rows of all files in one upload together, counted while they are read: 1.5 to 2.2 s of computing."""

MAX_NAMES = 300_000
"""Artists and genres in one upload together: small text can become very many objects in memory."""

MAX_PLAYS = 2_000_000
"""Plays of a listening history. They are counted, never kept: memory grows with the distinct tracks alone."""

MAX_DISTINCT_PLAYED = 200_000
"""Distinct tracks of a history that are held while counting; the `MAX_ROWS` most played of them are kept."""

MAX_MEMBERS = 200
"""Entries of a ZIP archive, folders included."""

MAX_JSON_VALUES = 1_500_000
"""Objects, lists and separators of one JSON text: small text can become very large objects in memory.

A history file of 12 MB has about 450,000.
"""

MAX_MARKUP_ELEMENTS = 1_000_000
"""Elements of one XML document. A library of Apple Music has about 60 for each track."""

MAX_MARKUP_DEPTH = 64
"""Elements that stand inside each other; folders of playlists are rarely ten deep."""

MAX_MEMBER_BYTES = 24 * 1024 * 1024
"""Unpacked size of one member. Spotify cuts its history files at about 12 MB."""

MAX_UNPACKED_BYTES = 192 * 1024 * 1024
"""Unpacked size of all members together; they are read one after the other, never held at once."""

MAX_COMPRESSION_RATIO = 200
"""Unpacked to packed bytes of one member. Repetitive JSON reaches about 40; deflate can do 1,030."""

RATIO_FREE_BYTES = 1024 * 1024
"""Below this unpacked size no ratio is suspicious."""

CHUNK_BYTES = 64 * 1024
"""Step in which members are unpacked, so that a lie about their size is noticed early."""

MAX_TEXT_CHARS = 300
"""Longest title, artist, or album that is kept; longer ones end with an ellipsis."""

MAX_NAME_CHARS = 100
"""Longest playlist name that is kept."""

MAX_LISTED = 50
"""Most artists or genres kept for one track."""

MAX_LIST_CHARS = 5_000
"""So much of a cell of joined artists or genres is looked at."""

MAX_EXAMPLES = 3
"""Skipped rows that are named, per reason."""
