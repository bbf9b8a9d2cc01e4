"""One module per step; released steps are never edited."""
