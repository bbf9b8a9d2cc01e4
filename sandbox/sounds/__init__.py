"""Invented pieces of music whose tempo, key and loudness are known, as sound files of every kind."""

from sandbox.sounds.files import encode, tagged_mp3
from sandbox.sounds.pieces import STYLES, Piece, render, the_set

__all__ = ["STYLES", "Piece", "encode", "render", "tagged_mp3", "the_set"]
