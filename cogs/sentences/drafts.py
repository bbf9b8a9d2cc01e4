"""What to do about decisions that can't be gone on with."""

from __future__ import annotations

from cogs.sentences.root import sentence
from services.domain.errors.drafts import DraftNotFoundError, NothingDecidedError, NothingToSplitError


@sentence.register
def _(_error: DraftNotFoundError) -> str:
    return "I no longer keep these decisions. Run `/tidy` or `/split` again."


@sentence.register
def _(_error: NothingDecidedError) -> str:
    return "Nothing would change like this. Decide about something first, then apply it."


@sentence.register
def _(error: NothingToSplitError) -> str:
    return (
        f"“{error.name}” does not fall into groups that I could split it by: of its {error.tracks:,} tracks "
        "too few have sound data. Try a longer playlist, or an export that carries audio features."
    )
