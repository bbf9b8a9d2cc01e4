"""Analyse how a playlist sounds, in pure numpy. No I/O, no clock; randomness is seeded."""
