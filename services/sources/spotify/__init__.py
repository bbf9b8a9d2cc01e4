"""Spotify: a thin client for the few calls that are needed, reading every shape its answers have."""
