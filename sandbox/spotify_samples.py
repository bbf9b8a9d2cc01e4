"""The sample playlists as two invented people have them at the loopback Spotify, odd rows included."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sandbox.playlists.generator import Listing, listings
from sandbox.sample_catalogue import sample_catalogue
from sandbox.spotify_library import ODD_ROWS, Row, RowKind, SandboxLibrary, SandboxUser

YOU = SandboxUser("nightdriver", "nightdriver", "acc-nightdriver")
MIKA = SandboxUser("mika.moves", "Mika", "acc-mika")
SPOTIFY = SandboxUser("spotify", "Spotify")


def sample_library() -> SandboxLibrary:
    """Fill a library: own lists of every kind, a shared one, one of somebody else's, one of Spotify's own."""
    catalogue = sample_catalogue()
    library = SandboxLibrary(entry.track for entry in catalogue.tracks)
    sets = listings()

    def rows(filename: str) -> list[Row]:
        (listing, *_rest) = sets[filename]
        return rows_of_listing(listing)

    library.add(SPOTIFY, "Invented Hits of Today", rows("tam.csv"), is_editorial=True, followers=[YOU])
    library.add(MIKA, "Mika", rows("mika.csv"), is_public=True, followers=[YOU])
    shared = rows("noor.csv")[:40]
    library.add(MIKA, "Our long weekend", shared, is_collaborative=True, followers=[YOU])
    library.add(YOU, "Empty for now")
    library.add(YOU, "Gym, allegedly", [*rows("account-data.json"), *ODD_ROWS])
    library.add(YOU, "Eight Songs for Aunt Pearl", rows("tiny.csv"))
    library.add(YOU, "Road Trip 2026", rows("road-trip-2026.csv"))
    library.add(YOU, "Sunday Kitchen", rows("sunday-kitchen.csv"), is_public=True)
    library.add(YOU, "Late Drive Home", rows("late-drive.csv"), description="for the way home")
    library.liked[YOU.id] = list(reversed(rows("everything-liked.csv")))
    library.liked[MIKA.id] = list(reversed(rows("mika.csv")))
    return library


def rows_of_listing(listing: Listing) -> list[Row]:
    """Turn a sample into rows, each added when the sample says."""
    known = sample_catalogue().by_id
    entries: Iterable[tuple[str, datetime]] = ((entry.song.id, entry.added_at) for entry in listing.entries)
    return [
        Row(RowKind.TRACK, known[song_id].track, known[song_id].track.title, added_at.astimezone(UTC))
        for song_id, added_at in entries
    ]
