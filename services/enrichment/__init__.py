"""Find the audio features of tracks: the best known value of each, with its origin."""
