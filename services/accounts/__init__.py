"""People and their Spotify accounts: linking, tokens, seats, and everything a person may ask back."""
