"""Remember what of a map is posted where, so that a second press on a button does not post it twice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
additive = True


def upgrade() -> None:
    """Add the columns; of what was posted before nobody knows what it shows."""
    op.add_column("report_messages", sa.Column("shows", sa.Text))
    op.add_column("report_messages", sa.Column("held_until", sa.DateTime(timezone=True)))
