"""ListenBrainz: from names to ids, recordings with ISRCs and tags, public lists of users; no key."""
