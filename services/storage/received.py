"""Remember for a while which signed interactions were here, so that a copy of one is none."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete

from services.storage.schema import received_interactions
from services.storage.store import Store
from services.storage.upserts import insert_new

REMEMBERED_FOR = timedelta(hours=1)
"""A signature is refused after a minute."""


class ReceivedStore(Store):
    """Interactions by id, for all processes; nothing about who or what."""

    async def is_first(self, interaction_id: int, now: datetime) -> bool:
        """Note an interaction; True for exactly one caller."""
        row = {"interaction_id": interaction_id, "at": now}
        async with self._database.transaction(durable=False) as connection:
            (fresh,) = await insert_new(connection, received_interactions, [row])
        return fresh

    async def purge(self, now: datetime) -> int:
        """Forget those that are too old to come again."""
        return await self._change(
            delete(received_interactions).where(received_interactions.c.at < now - REMEMBERED_FOR)
        )
