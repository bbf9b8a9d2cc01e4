"""Pure numpy: what a playlist sounds like, as numbers and names. No I/O, no clock, no chance but seeded."""
