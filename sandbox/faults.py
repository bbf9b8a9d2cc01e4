"""What can go wrong between a client and a service, one answer at a time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """Ways in which an answer goes wrong."""

    RATE_LIMIT = "429 with Retry-After"
    QUOTA = "429 with the reason QUOTA_EXCEEDED"
    BLOCKED = "403 error code: 1010"
    STATUS = "an error status"
    HTML = "a page of HTML with status 200"
    GARBAGE = "bytes that are no JSON"
    TRUNCATED = "half of the JSON, then the end of the connection"
    CUT_JSON = "half of the JSON as if it were all"
    RESET = "the connection is reset"
    SILENCE = "nothing at all"
    DRIP = "a byte now and then"
    ENDLESS = "a body without end"
    BOMB = "a small gzip that unpacks to gigabytes"
    EMPTY = "no rows although the tracks are known"
    NULLS = "rows whose values are all null"
    PARTLY_NULL = "rows in which some values are null or impossible"
    STRANGERS = "rows that nobody asked for, and none of those asked for"
    NAMELESS = "rows without href and isrc"
    WRONG_SHAPE = "JSON of another shape"
    REDIRECT = "a redirect to somewhere else"


@dataclass(frozen=True, slots=True)
class Fault:
    """One answer gone wrong."""

    kind: FaultKind
    status: int = 500
    """For `STATUS`."""
    text: str | None = None
    """For `STATUS`: a body of plain text in place of JSON."""
    message: str = ""
    """For `STATUS`: what the JSON says; empty for a body that says nothing but the status."""
    retry_after_s: float | None = None
    """For `RATE_LIMIT` and `QUOTA`, in seconds from now."""
    as_date: bool = False
    """Send `Retry-After` as an HTTP-date."""
    retry_after: str | None = None
    """For `RATE_LIMIT` and `QUOTA`: send this text instead, whatever it is."""
    is_carried_out: bool = False
    """Whether what was asked for is done all the same: only the answer goes wrong."""
