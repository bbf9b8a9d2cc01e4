"""Invented pieces of music whose tempo, key and loudness are known, as sound files of every kind."""

from sandbox.sounds.files import encode, encode_m4a, tagged_mp3
from sandbox.sounds.pieces import STYLES, Piece, render, the_set

__all__ = ["STYLES", "Piece", "encode", "encode_m4a", "render", "tagged_mp3", "the_set"]
