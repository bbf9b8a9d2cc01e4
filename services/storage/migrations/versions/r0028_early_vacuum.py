"""Let a server clear away early what comes and goes in bulk: stored maps, and accepted work with its files.

By default a table is cleared once a fifth of it is dead. Of maps a thirtieth goes each day, and a row of
accepted work is written anew several times: a hundredth is enough.
"""

from __future__ import annotations

from alembic import op

revision = "0028"
down_revision = "0027"
additive = True


def upgrade() -> None:
    """Set it for the tables and for what lies out of line of them; SQLite has nothing of the kind."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in ("reports", "jobs"):
        op.execute(
            f"ALTER TABLE {table} SET (autovacuum_vacuum_scale_factor = 0.01, "
            "toast.autovacuum_vacuum_scale_factor = 0.01)"
        )
