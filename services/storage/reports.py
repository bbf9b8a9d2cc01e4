"""Keep finished analyses, so that their buttons work after a restart."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime

from cachetools import LRUCache
from sqlalchemy import Delete, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.domain.errors.storage import ReportNotFoundError
from services.domain.groups import POSTING
from services.domain.music import Playlist
from services.domain.portrait import Stage, Summary
from services.domain.report import AnalysisReport, PostedMessage, ReportSummary, Shows
from services.storage.codec import UnreadableReportError, decode_report, encode_report
from services.storage.database import Database, Store
from services.storage.decisions import add_if_remembered
from services.storage.links import require_login
from services.storage.schema.people import report_messages, reports
from services.storage.upserts import record_of, upsert

KEPT_MAPS = 100
"""Most reports that are kept for one person, whatever their size."""
KEPT_BYTES = 32 * 1024 * 1024
"""So much of one person's reports is kept as they are stored: fifteen of the longest."""

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


def playlist_fingerprint(playlist: Playlist) -> str:
    """Name a playlist the same way each time it is analysed: by its id, else its name and kind of file.

    Equality is all that is ever asked of it, and a name can be of any length and hold anything: so a digest.
    """
    said = playlist.id or f"{playlist.format}|{playlist.name.casefold()}"
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


class ReportStore(Store):
    """Reports by id. Decoded ones are remembered, because one card brings several clicks."""

    def __init__(self, database: Database, *, cached_tracks: int = CACHED_TRACKS) -> None:
        super().__init__(database)
        self._decoded: LRUCache[str, tuple[datetime, AnalysisReport]] = LRUCache(
            cached_tracks, getsizeof=lambda known: max(1, min(len(known[1].tracks), cached_tracks))
        )
        """With the moment it was made: another process may store a newer one under the same id."""
        self._one_at_a_time = asyncio.Lock()
        """Held by whoever encodes or decodes: several threads at it would keep the event loop waiting."""

    async def save(
        self,
        report_id: str,
        owner_id: int,
        report: AnalysisReport,
        *,
        private: bool,
        created_at: datetime,
        encoded: bytes | None = None,
        summary: Summary | None = None,
    ) -> StoredReport:
        """Keep a report; once this returns, a killed process does not lose it.

        Beyond `KEPT_MAPS` or `KEPT_BYTES` of one person the oldest ones go; the one just saved stays.

        Parameters
        ----------
        report_id
            Chosen by the caller; saving under the same id again replaces.
        owner_id
            Discord user id.
        created_at
            Aware.
        encoded
            What `encode_report` makes of the report, where a worker has done that.
        summary
            What is remembered of it where its owner asked for that.

        Raises
        ------
        NotLinkedError
            The playlist was read with a login that ended meanwhile.
        """
        if encoded is None:
            async with self._one_at_a_time:
                encoded = await asyncio.to_thread(encode_report, report)
        fingerprint = playlist_fingerprint(report.playlist)
        row = {
            "report_id": report_id,
            "owner_id": owner_id,
            "private": private,
            "created_at": created_at,
            "playlist_fingerprint": fingerprint,
            "playlist_name": report.playlist.name,
            "tracks": len(report.tracks),
            "payload": encoded,
            "source": report.playlist.source.value,
        }
        async with self._database.transaction() as connection:
            await require_login(connection, owner_id, report.playlist)
            await upsert(connection, reports, [row])
            if summary is not None:
                stage = Stage(created_at, summary)
                await add_if_remembered(connection, owner_id, fingerprint, report.playlist, stage)
            outgrown = await _outgrown(connection, owner_id, report_id, KEPT_BYTES - len(encoded))
            if outgrown:  # their cards stay where they were posted, like those of reports that are too old
                await connection.execute(
                    delete(report_messages).where(report_messages.c.report_id.in_(outgrown))
                )
                await connection.execute(delete(reports).where(reports.c.report_id.in_(outgrown)))
        for gone in outgrown:
            self._decoded.pop(gone, None)
        self._decoded[report_id] = created_at, report
        return StoredReport(report_id, owner_id, private, created_at, report)

    async def load(self, report_id: str) -> StoredReport:
        """Read a report.

        Raises
        ------
        ReportNotFoundError
            No such report, or one that only another version of Tastemap can read.
        """
        columns = [reports.c.owner_id, reports.c.private, reports.c.created_at]
        if report_id not in self._decoded:
            columns.append(reports.c.payload)
        async with self._database.reading() as connection:
            row = (
                await connection.execute(select(*columns).where(reports.c.report_id == report_id))
            ).one_or_none()
            if row is None:
                self._decoded.pop(report_id, None)
                raise ReportNotFoundError(report_id)
            known = self._known(report_id, row.created_at)
            payload = getattr(row, "payload", None)
            if known is None and payload is None:
                query = select(reports.c.payload).where(reports.c.report_id == report_id)
                payload = await connection.scalar(query)
        report = known or await self._decode(report_id, row.created_at, payload or b"")
        self._decoded[report_id] = row.created_at, report
        return StoredReport(report_id, row.owner_id, row.private, row.created_at, report)

    async def _decode(self, report_id: str, created_at: datetime, payload: bytes) -> AnalysisReport:
        try:
            async with self._one_at_a_time:
                known = self._known(report_id, created_at)  # perhaps somebody else has just decoded it
                if known is None:
                    known = await asyncio.to_thread(decode_report, payload)
                return known
        except UnreadableReportError as error:
            log.warning("a stored report can't be read: %s", error)
            raise ReportNotFoundError(report_id) from error

    def _known(self, report_id: str, created_at: datetime) -> AnalysisReport | None:
        made_at, report = self._decoded.get(report_id, (None, None))
        return report if made_at == created_at else None

    async def load_owner(self, report_id: str) -> int:
        """Read whose a report is, without decoding it; raises like `load`."""
        query = select(reports.c.owner_id).where(reports.c.report_id == report_id)
        owner_id = await self._value(query)
        if owner_id is None:
            raise ReportNotFoundError(report_id)
        return int(owner_id)

    async def claim_post(
        self, report_id: str, channel_id: int, shows: Shows, *, press_id: int, now: datetime
    ) -> PostedMessage | None:
        """Become the press that posts something of a report into a channel, or return what is there.

        The same press may claim again: another process goes on with it.
        """
        mine = report_messages.c
        async with self._database.transaction() as connection:
            if await _locked(connection, report_id) is None:
                raise ReportNotFoundError(report_id)
            query = select(mine.message_id, mine.held_until).where(
                mine.report_id == report_id, mine.channel_id == channel_id, mine.shows == shows.value
            )
            for message_id, held_until in await connection.execute(query):
                if held_until is None or (held_until > now and message_id != press_id):
                    return PostedMessage(channel_id, message_id, is_on_its_way=held_until is not None)
                await connection.execute(_without(message_id))
            row = {
                "message_id": press_id,
                "channel_id": channel_id,
                "report_id": report_id,
                "shows": shows.value,
                "held_until": now + POSTING,
            }
            await upsert(connection, report_messages, [row])
        return None

    async def note_message(
        self,
        report_id: str,
        channel_id: int,
        message_id: int,
        *,
        shows: Shows | None = None,
        press_id: int | None = None,
        publishes: bool = False,
    ) -> bool:
        """Remember where everybody can see a report, until it is too old or its owner takes it back.

        False where it is gone already: the message is remembered as to be emptied.

        Parameters
        ----------
        shows, press_id
            As claimed by `claim_post`, where it is posted once.
        publishes
            Whether others may look into the report from now on.
        """
        async with self._database.transaction() as connection:
            found = await _locked(connection, report_id)
            row = {
                "message_id": message_id,
                "channel_id": channel_id,
                "report_id": found,
                "shows": shows and shows.value,
                "held_until": None,
            }
            await upsert(connection, report_messages, [row])
            if publishes:
                mine = reports.c.report_id == report_id
                await connection.execute(update(reports).where(mine).values(private=False))
            if press_id is not None:
                await connection.execute(_without(press_id))
        return found is not None

    def drop_cache(self) -> None:
        """Forget the reports that are kept in memory."""
        self._decoded.clear()

    async def recent(self, owner_id: int, limit: int = 3) -> tuple[ReportSummary, ...]:
        """List a person's latest reports, newest first."""
        query = (
            select(
                reports.c.report_id,
                reports.c.playlist_name,
                reports.c.tracks,
                reports.c.created_at,
            )
            .where(reports.c.owner_id == owner_id)
            .order_by(reports.c.created_at.desc(), reports.c.report_id)
            .limit(limit)
        )
        return tuple(record_of(ReportSummary, row, name=row.playlist_name) for row in await self._rows(query))

    async def fingerprint_of(self, report_id: str) -> str:
        """Read of which playlist a report is, without decoding it; raises like `load`."""
        query = select(reports.c.playlist_fingerprint).where(reports.c.report_id == report_id)
        fingerprint = await self._value(query)
        if fingerprint is None:
            raise ReportNotFoundError(report_id)
        return str(fingerprint)

    async def of_list(self, owner_id: int, fingerprint: str, limit: int) -> tuple[str, ...]:
        """List the ids of a person's latest reports of a playlist, newest first.

        The fingerprint is that of `playlist_fingerprint`.
        """
        query = (
            select(reports.c.report_id)
            .where(reports.c.owner_id == owner_id, reports.c.playlist_fingerprint == fingerprint)
            .order_by(reports.c.created_at.desc(), reports.c.report_id)
            .limit(limit)
        )
        return tuple(row.report_id for row in await self._rows(query))

    async def taken_back(self) -> tuple[PostedMessage, ...]:
        """List the posted messages whose map its owner took back, to be emptied by whoever posted them."""
        query = (
            select(report_messages.c.channel_id, report_messages.c.message_id)
            .where(report_messages.c.report_id.is_(None))
            .order_by(report_messages.c.message_id)
        )
        return tuple(PostedMessage(row.channel_id, row.message_id) for row in await self._rows(query))

    async def drop_message(self, message_id: int) -> None:
        """Forget a message that is emptied, or that nobody can empty any more."""
        await self._change(_without(message_id), durable=False)

    async def purge(self, older_than: datetime) -> int:
        """Delete the reports made before a moment, and return how many there were."""
        is_old = reports.c.created_at < older_than
        of_these = report_messages.c.report_id.in_(select(reports.c.report_id).where(is_old))
        async with self._database.transaction() as connection:
            await connection.execute(delete(report_messages).where(of_these))
            gone = (
                await connection.execute(delete(reports).where(is_old).returning(reports.c.report_id))
            ).all()
        for row in gone:
            self._decoded.pop(row.report_id, None)
        return len(gone)


async def _locked(connection: AsyncConnection, report_id: str) -> str | None:
    """Return the id of a report that stays until the transaction is over; None where it is gone."""
    query = select(reports.c.report_id).where(reports.c.report_id == report_id).with_for_update()
    found: str | None = await connection.scalar(query)
    return found


def _without(message_id: int) -> Delete:
    return delete(report_messages).where(report_messages.c.message_id == message_id)


async def _outgrown(connection: AsyncConnection, owner_id: int, newest: str, left_bytes: int) -> list[str]:
    """List the reports of a person that are too many or too much beside the newest, the latest first."""
    kept = (
        select(reports.c.report_id, func.length(reports.c.payload))
        .where(reports.c.owner_id == owner_id, reports.c.report_id != newest)
        .order_by(reports.c.created_at.desc(), reports.c.report_id)
    )
    outgrown = []
    for number, (report_id, size) in enumerate(await connection.execute(kept), start=2):
        left_bytes -= size
        if number > KEPT_MAPS or left_bytes < 0:
            outgrown.append(report_id)
    return outgrown
