"""Mix a playlist for several people.

Turns go around: everybody gets one track of their own list before anybody gets a second one, the least
satisfied person first (`turns`). Which of their tracks it is depends on how the others like it
(`satisfaction`, `turns`). The order inside a round is free, so that it can flow (`flow`).
"""

from services.analysis.blending.blend import blend

__all__ = ["blend"]
