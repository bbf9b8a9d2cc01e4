"""Take secrets out of text before it is logged: those we know, and what looks like one."""

from __future__ import annotations

import re
from collections.abc import Iterable

GONE = "[redacted]"

_SHORTEST = 6
"""Shorter settings are no secrets worth the name, and would blacken half of the log."""

_SHAPES = (
    # A header: "Authorization: Bearer BQC…"
    (re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]{8,}"), rf"\1 {GONE}"),
    # A bot's token of Discord: id, time and signature
    (re.compile(r"\b[\w-]{23,28}\.[\w-]{6}\.[\w-]{27,}"), GONE),
    # /webhooks/<application>/<interaction token>, /interactions/<id>/<interaction token>/callback
    (re.compile(r"/(webhooks|interactions)/(\d{5,})/[\w.~%-]{20,}"), rf"/\1/\2/{GONE}"),
    # A query, a form, a JSON object or a Python one: code=AQB…, "refresh_token": "AQC…"
    (
        re.compile(
            r"\b(access_token|refresh_token|client_secret|code_verifier|code|state|token|csrf)"
            r"(\\?[\"']?\s*[=:]\s*\\?[\"']?)[\w.~+/%=-]{16,}",
            re.IGNORECASE,
        ),
        rf"\1\2{GONE}",
    ),
    # postgresql://user:password@host
    (re.compile(r"(\b[a-z][a-z0-9+]*://[^\s:/@]*):[^\s@/]+@", re.IGNORECASE), rf"\1:{GONE}@"),
    # The page that begins a login is known by its address alone
    (re.compile(r"/link/[\w-]{16,}"), f"/link/{GONE}"),
    # Signed addresses of Discord's file store
    (re.compile(r"([?&]hm=)[0-9a-f]{8,}"), rf"\1{GONE}"),
)


class Redactor:
    """Blackens text.

    Parameters
    ----------
    secrets
        What must never be seen, wherever it turns up: the secrets of the settings.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = sorted({secret for secret in secrets if len(secret) >= _SHORTEST}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, text: str) -> str:
        """Return `text` without anything secret."""
        if self._known is not None:
            text = self._known.sub(GONE, text)
        for shape, instead in _SHAPES:
            text = shape.sub(instead, text)
        return text
