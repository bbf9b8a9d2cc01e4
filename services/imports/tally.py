"""Count what was left out and why, and remember a few examples."""

from __future__ import annotations

from services.domain.music import Skipped, SkipReason
from services.imports.cleaning import clean_text
from services.imports.limits import MAX_EXAMPLES


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


def in_words(skipped: tuple[Skipped, ...]) -> str:
    """Say skipped rows in words: `3 × podcast episode, 1 × local file`."""
    return ", ".join(f"{entry.count:,} × {entry.reason.value}" for entry in skipped)
