"""Say each failure as a sentence with what to do next."""

from __future__ import annotations

# The imports register the sentences; without them everything would be "our side".
from cogs.words.errors import groups, reading, spotify, work  # noqa: F401
from cogs.words.errors.root import UNEXPECTED, sentence, sentence_for_discord

__all__ = ["UNEXPECTED", "sentence", "sentence_for_discord"]
