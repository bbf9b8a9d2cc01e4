"""Look for problems of an installation and name the cure of each."""
