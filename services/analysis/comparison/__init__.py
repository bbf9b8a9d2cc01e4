"""Compare how people's music sounds: a score with its error, what tells two apart, and who stands where.

The score is the unbiased energy distance between two people's tracks in the learned sound space, put on a
calibrated scale, plus shared artists (`score`, `pairs`). What two share and differ in is counted, not
guessed (`pairs`). Everything is computed on tracks in an order of their own, so that neither the order of the
people nor that of their lists changes anything (`listening`).
"""
