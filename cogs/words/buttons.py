"""What buttons say that stand on more than one card."""

from __future__ import annotations

from enum import StrEnum


class Label(StrEnum):
    """The words on a button."""

    JOIN = "Join"
    LEAVE = "Leave"
    CHOOSE_SOURCE = "Choose source"
    COMPARE = "Compare"
    START_GROUP = "Start a comparison here"
    SERVER_MAP = "Show the map"
    PUT_ON_MAP = "Put me on it"
    TAKE_OFF_MAP = "Take me off"
