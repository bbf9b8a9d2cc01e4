"""ReccoBeats: audio features by Spotify id or ISRC, free, without a key and without a guarantee."""
