"""Count what an upload costs while it is read, and what was left out of it and why."""

from __future__ import annotations

from dataclasses import dataclass

from services.domain.errors.playlists import TooManyNamesError, TooManyRowsError
from services.domain.music import Skipped, SkipReason
from services.imports.formats import MAX_EXAMPLES, MAX_NAMES, MAX_TOTAL_ROWS
from services.imports.text import clean_text


@dataclass(slots=True)
class Budget:
    """What is left for the rest of an upload."""

    rows: int = MAX_TOTAL_ROWS
    names: int = MAX_NAMES

    def take_rows(self, number: int = 1) -> None:
        """Count rows, skipped ones included.

        Raises
        ------
        TooManyRowsError
            All files of the upload together hold more than one upload may.
        """
        self.rows -= number
        if self.rows < 0:
            raise TooManyRowsError(limit=MAX_TOTAL_ROWS)

    def take_names(self, number: int) -> None:
        """Count names of artists and genres.

        Raises
        ------
        TooManyNamesError
            All files of the upload together hold more than one upload may.
        """
        self.names -= number
        if self.names < 0:
            raise TooManyNamesError(limit=MAX_NAMES)


class Tally:
    """Skipped rows by reason, while a file is being read."""

    def __init__(self) -> None:
        self._counts: dict[SkipReason, int] = {}
        self._examples: dict[SkipReason, list[str]] = {}

    def add(self, reason: SkipReason, example: str = "", count: int = 1) -> None:
        """Count `count` rows for `reason`; the first few examples are kept."""
        self._counts[reason] = self._counts.get(reason, 0) + count
        examples = self._examples.setdefault(reason, [])
        if example and len(examples) < MAX_EXAMPLES:
            examples.append(clean_text(example, 80))

    def merge(self, other: Tally) -> None:
        """Add everything that `other` counted."""
        for reason, count in other._counts.items():
            self._counts[reason] = self._counts.get(reason, 0) + count
            examples = self._examples.setdefault(reason, [])
            examples.extend(other._examples[reason][: MAX_EXAMPLES - len(examples)])

    def is_told(self, reason: SkipReason) -> bool:
        """Whether enough examples of a reason are kept."""
        return len(self._examples.get(reason, ())) >= MAX_EXAMPLES

    @property
    def total(self) -> int:
        """All skipped rows."""
        return sum(self._counts.values())

    def skipped(self) -> tuple[Skipped, ...]:
        """Return the counts as the domain knows them, most frequent reason first."""
        ordered = sorted(self._counts, key=lambda reason: (-self._counts[reason], reason.value))
        return tuple(
            Skipped(reason, self._counts[reason], tuple(self._examples[reason])) for reason in ordered
        )
