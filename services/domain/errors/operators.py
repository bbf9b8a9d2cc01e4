"""Why somebody may not look behind the scenes."""

from __future__ import annotations

from dataclasses import dataclass

from services.domain.errors import TastemapError


@dataclass(eq=False)
class NotOperatorError(TastemapError):
    """Only those whom the settings name may use this."""

    user_id: int
