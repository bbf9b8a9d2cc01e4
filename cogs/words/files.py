"""What people read about the files they take along."""

from __future__ import annotations

from cogs.words.text import plural

YOUR_PROFILE = "Your profile and scores as JSON"

WHOLE_REPORT = "The whole report as JSON"

ALL_VALUES = "All tracks and values"

A_DOCUMENT = "a document"

A_WORKBOOK = "a workbook (save it as CSV first)"

A_PICTURE = "a picture"

AS_LINKS = "The links of the tracks, one a line"

AS_CSV = "The lists as CSV, in their order, with tempo and key"

M3U8_EACH = "One M3U8 for each list"

AS_M3U8 = "The list as M3U8"

FOR_REKORDBOX = "For rekordbox"

LISTS_HINT = "TuneMyMusic or Soundiiz import the CSV; the links can be pasted into a playlist in Spotify."
STREAMED_HINT = (
    "Spotify tracks are written as rekordbox itself writes them; whether it takes them from another program "
    "is untested."
)
ESTIMATES_HINT = "In the CSV, “est.” marks a number that is an estimate; the DJ files leave estimates out."


def dj_line(total: int, in_rekordbox: int, in_m3u8: int) -> str:
    """Say how many entries of some lists the files for DJ programs hold, and what the others lack."""
    if not in_m3u8:
        return (
            "No file for rekordbox or as M3U8: these tracks came without a file path and without a Spotify "
            "id. A rekordbox XML, an M3U or an iTunes library brings the paths along."
        )
    if in_rekordbox == total:
        return f"The rekordbox XML and the M3U8 hold {'all ' if total > 1 else ''}{plural(total, 'track')}."
    if in_rekordbox == in_m3u8:
        return (
            f"The rekordbox XML and the M3U8 hold {in_m3u8:,} of {plural(total, 'track')}: the others came "
            "without a file path and without a Spotify id."
        )
    return (
        f"The M3U8 holds {in_m3u8:,} of {plural(total, 'track')}, the rekordbox XML {in_rekordbox:,}: "
        "it needs a whole path or a Spotify id."
    )
