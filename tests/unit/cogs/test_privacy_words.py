"""Every kind of row that a person can have is named to them in words."""

from __future__ import annotations

from cogs.words.account import KINDS
from services.storage.persons import QUESTIONS, person_tables


def test_every_table_about_persons_has_words() -> None:
    assert {table.name for table, _ in person_tables(1)} == set(KINDS) - {QUESTIONS}
