"""Tracks in, features out: the best value anybody has, and of each value where it came from."""
