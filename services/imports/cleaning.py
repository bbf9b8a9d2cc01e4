"""Make text from a stranger's file safe to keep, to compare and to show."""

from __future__ import annotations

import re

from services.imports.limits import MAX_NAME_CHARS, MAX_TEXT_CHARS

# Control characters, lone surrogates (JSON can smuggle them in; no database stores them) and the
# marks that turn the reading direction of everything after them. Joiners stay: emoji and Persian need them.
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]+")
_SPACES = re.compile(r"\s{2,}")
_EXTENSION = re.compile(r"\.(csv|tsv|txt|json|zip)$", re.IGNORECASE)


def clean_text(text: str, limit: int = MAX_TEXT_CHARS) -> str:
    """Return `text` on one line, without control characters, at most `limit` characters long."""
    text = text.strip()
    if not text.isprintable():
        text = _SPACES.sub(" ", _UNWANTED.sub(" ", text)).strip()
    if len(text) > limit:
        text = text[: limit - 1].rstrip() + "…"
    return text


def playlist_name(filename: str, fallback: str = "Uploaded playlist") -> str:
    """Derive a playlist's name from the name of its file; never a path, never empty.

    Exporters write underscores for spaces, so they become spaces again where there are no real ones.
    """
    base = clean_text(re.split(r"[/\\]", filename)[-1], limit=10 * MAX_NAME_CHARS)
    base = _EXTENSION.sub("", base).strip(" .")
    if " " not in base:
        base = base.replace("_", " ").strip()
    return clean_text(base, MAX_NAME_CHARS) or fallback


def same_name(left: str, right: str) -> bool:
    """Whether two playlist names are equal for a person: case and spacing do not count."""
    return " ".join(left.split()).casefold() == " ".join(right.split()).casefold()


def count_of(count: int, singular: str, plural: str | None = None) -> str:
    """Say a count with its noun: `1 row`, `1,204 rows`."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"
