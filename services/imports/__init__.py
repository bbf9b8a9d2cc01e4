"""Uploaded files and pasted links become playlists. Pure: no file is read but its own table."""
