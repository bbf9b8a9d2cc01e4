"""Last.fm: the public lists of its users, with a key of the operator."""
