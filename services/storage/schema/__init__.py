"""The present schema, which the migrations lead to, a module per family of tables; importing one imports all.

Whether the migrations really end here is a test (`test_migrations`). Tables about music carry
nothing about persons; every table with a column of `PERSON_COLUMNS` belongs to somebody and has to
be cleared when that person asks to be forgotten.
"""

from services.storage.schema import groups, music, people
from services.storage.schema.base import PERSON_COLUMNS, metadata

__all__ = ["PERSON_COLUMNS", "groups", "metadata", "music", "people"]
