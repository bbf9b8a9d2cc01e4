"""What a person may ask back: what is stored, all of it, or its end."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.domain.accounts import Link
from services.storage.links import LinkStore
from services.storage.persons import PersonStore
from services.storage.reports import ReportStore
from services.workflows.export import report_document

BeforeErasing = Callable[[int], Awaitable[object]]
"""Told before a person's rows go: to stop their work, and to take down what was posted about them."""

Readable = Callable[[int], Awaitable[Sequence[Mapping[str, Any]]]]
"""Writes out a person's rows of one table in a form that people can read."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored about a person."""

    link: Link | None
    counts: Mapping[str, int]
    """Rows by table."""
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyWorkflow:
    """The rights of a person over their rows."""

    persons: PersonStore
    links: LinkStore
    reports: ReportStore
    clock: Callable[[], datetime]
    before_erasing: tuple[BeforeErasing, ...] = ()
    readable: Mapping[str, Readable] = field(default_factory=dict)
    """Better than raw rows, by table."""
    summaries: Mapping[str, Callable[[int], Awaitable[Any]]] = field(default_factory=dict)
    """What several tables say together, by the name it has in the document."""

    async def stored(self, user_id: int) -> Stored:
        """Say what there is."""
        return Stored(await self.links.load(user_id), await self.persons.count(user_id), self.clock())

    async def export(self, user_id: int) -> bytes:
        """Write everything that is stored about a person as one JSON document."""
        tables = dict(await self.persons.export(user_id))
        for name, read in self.readable.items():
            if tables.get(name):
                tables[name] = [dict(row) for row in await read(user_id)]
        if tables.get("reports"):
            tables["reports"] = [
                {
                    **{name: value for name, value in row.items() if name != "payload"},
                    "report": report_document((await self.reports.load(str(row["report_id"]))).report),
                }
                for row in tables["reports"]
            ]
        said = {name: await summary(user_id) for name, summary in self.summaries.items()}
        document = {"user_id": user_id, "written_at": self.clock().isoformat(), **said, "tables": tables}
        return json.dumps(document, ensure_ascii=False, indent=1).encode()

    async def forget(self, user_id: int) -> Mapping[str, int]:
        """Erase everything about a person; returns how many rows went, by table."""
        for step in self.before_erasing:
            await step(user_id)
        return await self.persons.erase(user_id)
