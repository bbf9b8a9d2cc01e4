"""ReccoBeats: audio features by Spotify id or ISRC, free and without a key, at nobody's promise."""
