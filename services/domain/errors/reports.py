"""Why a stored result can't be shown."""

from __future__ import annotations

from dataclasses import dataclass

from services.domain.errors import TastemapError


@dataclass(eq=False)
class ReportNotFoundError(TastemapError):
    """The result is gone: expired, or deleted by its owner."""

    report_id: str


@dataclass(eq=False)
class NotYourReportError(TastemapError):
    """Only the person who asked for the analysis may do this."""

    owner_id: int


@dataclass(eq=False)
class NoReportYetError(TastemapError):
    """The person has made no map yet, or all of them have expired."""
