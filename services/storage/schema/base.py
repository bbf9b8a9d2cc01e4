"""What all tables share: the collection they are in, and how a person is named in them."""

from __future__ import annotations

from sqlalchemy import MetaData

PERSON_COLUMNS = frozenset({"owner_id", "user_id"})
"""Names of the columns that hold a Discord user id."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
