"""Show, export and erase what is stored about a person."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import IO, Any

from services.domain.errors.sources import UnfinishedWritesError
from services.domain.errors.storage import ReportNotFoundError
from services.domain.messages import ReportWords
from services.domain.report import AnalysisReport
from services.domain.spotify import Link
from services.storage.links import LinkStore
from services.storage.persons import UNREADABLE, PersonStore
from services.storage.reports import ReportStore
from services.storage.writes import WriteStore
from services.workflows.export import report_document

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
    writes: WriteStore
    clock: Callable[[], datetime]
    words: Callable[[AnalysisReport], ReportWords]
    """Says what goes with a report."""
    after_erasing: tuple[Callable[[int], object], ...] = ()
    """Told afterwards: to drop what of the person is kept in memory, and to draw what showed them."""
    withdraw: Callable[[int], Awaitable[object]] | None = None
    """Takes what waits for a person out of the queue, beside their rows."""
    readable: Mapping[str, Readable] = field(default_factory=dict)
    """Better than raw rows, by table."""
    summaries: Mapping[str, Callable[[int], Awaitable[Any]]] = field(default_factory=dict)
    """What several tables say together, by the name it has in the document."""

    async def stored(self, user_id: int) -> Stored:
        """Say what there is."""
        return Stored(await self.links.load(user_id), await self.persons.count(user_id), self.clock())

    async def write_export(self, user_id: int, file: IO[bytes]) -> int:
        """Write everything that is stored about a person into a file, as one JSON document.

        Piece by piece and beside the event loop. A map that can't be read is named with what is known of
        it, and the rest goes on.

        Returns
        -------
        int
            How many things could not be read.
        """
        said = {name: await summary(user_id) for name, summary in self.summaries.items()}
        head = {"user_id": user_id, "written_at": self.clock().isoformat(), **said}
        await asyncio.to_thread(_write, file, _json(head)[:-2] + ',\n "tables": {')
        unreadable = 0
        for place, (name, rows) in enumerate((await self.persons.export(user_id)).items()):
            await asyncio.to_thread(_write, file, f"{',' if place else ''}\n  {_json(name)}: [")
            readable = self.readable.get(name)
            if rows and readable is not None:
                rows = [dict(row) for row in await readable(user_id)]  # noqa: PLW2901
            for number, row in enumerate(rows):
                if name == "reports":
                    row = await self._with_report(row)  # noqa: PLW2901
                unreadable += UNREADABLE in row
                await asyncio.to_thread(_write_row, file, row, is_first=not number)
            await asyncio.to_thread(_write, file, "]")
        await asyncio.to_thread(_write, file, "\n }\n}\n")
        return unreadable

    async def _with_report(self, row: Mapping[str, Any]) -> dict[str, Any]:
        try:
            report = (await self.reports.load(str(row["report_id"]))).report
        except ReportNotFoundError:
            return {**row, "report": None, UNREADABLE: "damaged, or stored by another version of Tastemap"}
        document = await asyncio.to_thread(report_document, report, self.words(report))
        since = (
            None if report.since is None else {**asdict(report.since), "made_at": f"{report.since.made_at}"}
        )
        return {**row, "report": document, "changes_since_the_map_before": since}

    async def forget(self, user_id: int) -> Mapping[str, int]:
        """Erase everything about a person; returns what went, by table.

        Raises
        ------
        UnfinishedWritesError
            A playlist is being changed, or half changed. Nothing was erased: first it has to be finished or
            put back, since the only copy of its former list is among what would go.
        """
        await self.require_final_writes(user_id)
        if self.withdraw is not None:
            await self.withdraw(user_id)
        gone = await self.persons.erase(user_id, cut_no_write_at=self.clock())
        for tell in self.after_erasing:
            tell(user_id)
        return gone

    async def require_final_writes(self, user_id: int) -> None:
        """Make sure that no playlist of a person is half changed, as `forget` does before all else.

        Raises
        ------
        UnfinishedWritesError
        """
        if begun := await self.writes.under_way(user_id, self.clock()):
            raise UnfinishedWritesError(begun)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


def _write(file: IO[bytes], text: str) -> None:
    file.write(text.encode("utf-8", "replace"))


def _write_row(file: IO[bytes], row: Mapping[str, Any], *, is_first: bool) -> None:
    _write(file, ("" if is_first else ",") + "\n" + _json(row))
