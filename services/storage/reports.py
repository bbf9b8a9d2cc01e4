"""Keep finished analyses, so that their buttons work after a restart."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update

from services.domain.errors.reports import ReportNotFoundError
from services.domain.music import Playlist
from services.domain.report import AnalysisReport, ReportSummary
from services.storage.codec import UnreadableReportError, decode_report, encode_report
from services.storage.database import Database
from services.storage.schema import report_messages, reports
from services.storage.upserts import upsert

log = logging.getLogger(__name__)

CACHED_TRACKS = 5_000
"""Decoded reports kept in memory, by their tracks together: about 15 MB. The last one always stays."""


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A report with whose it is and who may see it."""

    report_id: str
    owner_id: int
    private: bool
    created_at: datetime
    report: AnalysisReport


@dataclass(frozen=True, slots=True)
class PostedMessage:
    """Where a result was posted."""

    channel_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class DeletedReports:
    """What a deletion took away; the messages still have to be taken down by whoever posted them."""

    count: int
    messages: tuple[PostedMessage, ...]


def playlist_fingerprint(playlist: Playlist) -> str:
    """Name a playlist the same way each time it is analysed: its id, else its name and kind of file."""
    return playlist.id or f"{playlist.format}|{playlist.name.casefold()}"


class ReportStore:
    """Reports by id. Decoded ones are remembered, because one card brings several clicks."""

    def __init__(self, database: Database, *, cached_tracks: int = CACHED_TRACKS) -> None:
        self._database = database
        self._cached_tracks = cached_tracks
        self._decoded: OrderedDict[str, AnalysisReport] = OrderedDict()

    async def save(
        self,
        report_id: str,
        owner_id: int,
        report: AnalysisReport,
        *,
        private: bool,
        created_at: datetime,
        channel_id: int | None = None,
        message_id: int | None = None,
    ) -> None:
        """Keep a report; once this returns, a killed process does not lose it.

        Parameters
        ----------
        report_id
            Chosen by the caller; saving under the same id again replaces.
        owner_id
            Discord user id.
        created_at
            Aware.
        channel_id, message_id
            Where it was posted already, if both are known; else see `note_message`.
        """
        payload = await asyncio.to_thread(encode_report, report)
        row = {
            "report_id": report_id,
            "owner_id": owner_id,
            "private": private,
            "created_at": created_at,
            "playlist_fingerprint": _digest(playlist_fingerprint(report.playlist)),
            "playlist_name": report.playlist.name,
            "tracks": len(report.tracks),
            "payload": payload,
        }
        async with self._database.transaction() as connection:
            await upsert(connection, reports, [row])
            if channel_id is not None and message_id is not None:
                await upsert(connection, report_messages, [_message_row(report_id, channel_id, message_id)])
        self._remember(report_id, report)

    async def load(self, report_id: str) -> StoredReport:
        """Read a report.

        Raises
        ------
        ReportNotFoundError
            No such report, or one that only another version of Tastemap can read.
        """
        known = self._decoded.get(report_id)
        columns = [reports.c.owner_id, reports.c.private, reports.c.created_at]
        if known is None:
            columns.append(reports.c.payload)
        async with self._database.reading() as connection:
            row = (
                await connection.execute(select(*columns).where(reports.c.report_id == report_id))
            ).one_or_none()
        if row is None:
            self._decoded.pop(report_id, None)
            raise ReportNotFoundError(report_id)
        if known is None:
            try:
                known = await asyncio.to_thread(decode_report, row.payload)
            except UnreadableReportError as error:
                log.warning("the stored report %s can't be read: %s", report_id, error)
                raise ReportNotFoundError(report_id) from error
        self._remember(report_id, known)
        return StoredReport(
            report_id=report_id,
            owner_id=row.owner_id,
            private=row.private,
            created_at=row.created_at,
            report=known,
        )

    async def publish(self, report_id: str) -> None:
        """Let others see a report from now on.

        Raises
        ------
        ReportNotFoundError
            No such report.
        """
        async with self._database.transaction() as connection:
            changed = await connection.execute(
                update(reports).where(reports.c.report_id == report_id).values(private=False)
            )
        if changed.rowcount == 0:
            raise ReportNotFoundError(report_id)

    async def note_message(self, report_id: str, channel_id: int, message_id: int) -> None:
        """Remember where a report was posted; forgotten together with the report.

        Raises
        ------
        ReportNotFoundError
            No such report.
        """
        async with self._database.transaction() as connection:
            found = await connection.scalar(
                select(reports.c.report_id).where(reports.c.report_id == report_id).with_for_update()
            )
            if found is None:
                raise ReportNotFoundError(report_id)
            await upsert(connection, report_messages, [_message_row(report_id, channel_id, message_id)])

    async def recent(self, owner_id: int, limit: int = 3) -> tuple[ReportSummary, ...]:
        """List a person's latest reports, newest first."""
        query = (
            select(
                reports.c.report_id,
                reports.c.playlist_name,
                reports.c.tracks,
                reports.c.created_at,
                reports.c.private,
            )
            .where(reports.c.owner_id == owner_id)
            .order_by(reports.c.created_at.desc(), reports.c.report_id)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(
            ReportSummary(
                report_id=row.report_id,
                name=row.playlist_name,
                tracks=row.tracks,
                created_at=row.created_at,
                private=row.private,
            )
            for row in rows
        )

    async def latest(self, owner_id: int, fingerprint: str) -> StoredReport | None:
        """Find a person's latest report of a playlist; None where there is none that can be read.

        Parameters
        ----------
        owner_id
            Discord user id.
        fingerprint
            Of the playlist, from `playlist_fingerprint`.
        """
        query = (
            select(reports.c.report_id)
            .where(reports.c.owner_id == owner_id, reports.c.playlist_fingerprint == _digest(fingerprint))
            .order_by(reports.c.created_at.desc(), reports.c.report_id)
            .limit(1)
        )
        async with self._database.reading() as connection:
            report_id = await connection.scalar(query)
        if report_id is None:
            return None
        try:
            return await self.load(report_id)
        except ReportNotFoundError:
            return None

    async def delete(self, report_id: str) -> DeletedReports:
        """Delete one report; deleting what is not there is no failure."""
        return await self._delete(reports.c.report_id == report_id)

    async def delete_of(self, owner_id: int) -> DeletedReports:
        """Delete everything a person had analysed."""
        return await self._delete(reports.c.owner_id == owner_id)

    async def purge(self, older_than: datetime) -> DeletedReports:
        """Delete the reports made before a moment."""
        return await self._delete(reports.c.created_at < older_than)

    async def _delete(self, condition: ColumnElement[bool]) -> DeletedReports:
        messages = (
            select(report_messages.c.channel_id, report_messages.c.message_id)
            .join(reports)
            .where(condition)
            .order_by(report_messages.c.message_id)
        )
        async with self._database.transaction() as connection:
            posted = (await connection.execute(messages)).all()
            gone = (
                await connection.execute(delete(reports).where(condition).returning(reports.c.report_id))
            ).all()
        for row in gone:
            self._decoded.pop(row.report_id, None)
        return DeletedReports(
            count=len(gone), messages=tuple(PostedMessage(row.channel_id, row.message_id) for row in posted)
        )

    def _remember(self, report_id: str, report: AnalysisReport) -> None:
        self._decoded[report_id] = report
        self._decoded.move_to_end(report_id)
        tracks = sum(len(kept.tracks) for kept in self._decoded.values())
        while tracks > self._cached_tracks and len(self._decoded) > 1:
            tracks -= len(self._decoded.popitem(last=False)[1].tracks)


def _digest(fingerprint: str) -> str:
    # Equality is all that is ever asked of it, and a name can be of any length and hold anything.
    return hashlib.sha256(fingerprint.encode("utf-8", "surrogatepass")).hexdigest()


def _message_row(report_id: str, channel_id: int, message_id: int) -> dict[str, str | int]:
    return {"message_id": message_id, "channel_id": channel_id, "report_id": report_id}
