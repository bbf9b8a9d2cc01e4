"""What of a text belongs together as one letter to those who read it."""

from __future__ import annotations

import re
import unicodedata

_JOINED = "[\u0590-\u1fff\u2e80-\U0010ffff]"
_LONE_JOINER = re.compile(f"(?<!{_JOINED})[\u200c\u200d]|[\u200c\u200d](?!{_JOINED})")
JOINERS = "\u200c\u200d"
_VIRAMA = 9
"""Unicode's combining class of the sign that binds the next letter to the one before, in Indic scripts."""
UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]+")
"""Control characters, lone surrogates (JSON can smuggle them in; no database stores them) and the marks that
turn the reading direction of everything after them. Joiners stay: emoji and Persian need them."""


def without_lone_joiners(text: str) -> str:
    """Drop joiners but those that change how their neighbours are written: in Persian, Indic scripts, emoji.

    Between Latin, Greek or Cyrillic letters they change nothing but what a computer compares.
    """
    return _LONE_JOINER.sub("", text)


def beginning(text: str, length: int) -> str:
    """Return at most the first `length` characters, and no part of a letter: marks stay with their base."""
    while 0 < length < len(text) and _goes_on(text[length - 1], text[length]):
        length -= 1
    return text[:length].rstrip()


def _goes_on(before: str, after: str) -> bool:
    """Return whether two characters are parts of one letter."""
    return (
        unicodedata.category(after).startswith("M")
        or before in JOINERS
        or after in JOINERS
        or unicodedata.combining(before) == _VIRAMA
    )
