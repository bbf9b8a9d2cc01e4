"""Sentences about what only the operator may do."""

from __future__ import annotations

from cogs.sentences.root import sentence
from services.domain.errors.operators import NotOperatorError


@sentence.register
def _(_error: NotOperatorError) -> str:
    return (
        "Only the people who run this bot can use that. If you are one of them, "
        "add your Discord id to OPERATOR_IDS and restart the bot."
    )
