"""Say stretches of time as people do."""

from __future__ import annotations

from datetime import timedelta


def span(time: timedelta) -> str:
    """Round a stretch of time to one unit.

    Examples
    --------
    40 s -> "a moment", 90 s -> "2 minutes", 5 h -> "5 hours", 50 h -> "2 days"
    """
    minutes = round(time.total_seconds() / 60)
    if minutes < 1:
        return "a moment"
    # Two of the larger unit are exact enough; one would hide half of it.
    size, unit = (1440, "day") if minutes >= 2880 else (60, "hour") if minutes >= 120 else (1, "minute")
    count = round(minutes / size)
    return f"{count} {unit if count == 1 else unit + 's'}"


def ago(time: timedelta) -> str:
    """Say how long something has been over: "2 hours ago"."""
    return f"{span(time)} ago"


def away(time: timedelta) -> str:
    """Say when something will be: "in 5 hours"."""
    return f"in {span(time)}"
