"""The songs of the sample playlists as a catalogue that the loopback ReccoBeats can serve."""

from __future__ import annotations

from functools import lru_cache

from sandbox.catalogue import Catalogue, CatalogueTrack
from sandbox.playlists import known_features, songs
from services.domain.music import Track, TrackId


@lru_cache(maxsize=1)
def sample_catalogue() -> Catalogue:
    """Turn each invented song into a catalogue entry; about half of the newest ones stay unknown."""
    known = known_features()
    return Catalogue(
        tuple(
            CatalogueTrack(
                track=Track(
                    id=TrackId(song_id),
                    title=song.title,
                    artists=song.artists,
                    album=song.album.title,
                    isrc=song.isrc,
                    duration_ms=song.duration_ms,
                    explicit=song.explicit,
                    genres=song.genres,
                ),
                features=song.features,
                known=song_id in known,
                style=song.kind,
            )
            for song_id, song in songs().items()
        )
    )
