"""The function that every room's sentences are registered with."""

from __future__ import annotations

from functools import singledispatch

from services.domain.errors import TastemapError

UNEXPECTED = (
    "Something broke on our side. Please try again; if it happens again, tell the operator this reference."
)


@singledispatch
def sentence(_error: BaseException) -> str:
    """Turn an error into a sentence for people; anything unknown is our own fault."""
    return UNEXPECTED


@sentence.register
def _(_error: TastemapError) -> str:
    return UNEXPECTED
