"""People who compare their playlists: coming together, comparing, and going again."""
