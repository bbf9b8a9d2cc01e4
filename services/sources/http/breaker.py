"""Stop asking a service that is down or has turned us away."""

from __future__ import annotations

import logging
from collections.abc import Callable

from services.domain.errors.sources import SourceError, SourceRefusedError, SourceUnavailableError

REFUSAL_REST_S = 15 * 60.0
"""After 401 or 403: asking again sooner only makes a block last longer."""
FAILURE_REST_S = 60.0
FAILURES_TO_OPEN = 5
"""Failed calls in a row. Two batches that failed in all their tries are 6."""

_log = logging.getLogger(__name__)


class Breaker:
    """The memory of how the last calls went.

    Closed while calls succeed. Open after a refusal or several failures in a row; then every call
    is answered with the reason at once. After its rest one call may try; if that fails too it opens
    again at once. The pacer admits one call at a time, so there is never more than one such trial.
    """

    def __init__(
        self,
        source: str,
        *,
        monotonic: Callable[[], float],
        failures_to_open: int = FAILURES_TO_OPEN,
        failure_rest_s: float = FAILURE_REST_S,
        refusal_rest_s: float = REFUSAL_REST_S,
    ) -> None:
        self._source = source
        self._monotonic = monotonic
        self._failures_to_open = failures_to_open
        self._failure_rest_s = failure_rest_s
        self._refusal_rest_s = refusal_rest_s
        self._failures = 0
        self._open_until = float("-inf")
        self._reason: tuple[type[SourceError], int | str] | None = None

    def check(self) -> None:
        """Raise the reason while the breaker is open.

        Raises
        ------
        SourceRefusedError, SourceUnavailableError
        """
        if self._monotonic() >= self._open_until or self._reason is None:
            return
        kind, detail = self._reason
        # A fresh exception each time: one that is raised twice collects tracebacks.
        if kind is SourceRefusedError:
            raise SourceRefusedError(self._source, int(detail))
        raise SourceUnavailableError(self._source, str(detail))

    def succeeded(self) -> None:
        """Note a sane answer: the failures before it no longer count."""
        self._failures = 0
        self._reason = None

    def failed(self, problem: str) -> None:
        """Note a call that failed, and open when it was one too many."""
        self._failures += 1
        if self._failures >= self._failures_to_open:
            self._open(SourceUnavailableError, problem, self._failure_rest_s)

    def refused(self, status: int) -> None:
        """Note that we were turned away, and open."""
        self._failures = self._failures_to_open
        self._open(SourceRefusedError, status, self._refusal_rest_s)

    def _open(self, kind: type[SourceError], detail: int | str, rest_s: float) -> None:
        self._reason = (kind, detail)
        self._open_until = self._monotonic() + rest_s
        _log.warning("%s: not asked for %.0f s (%s)", self._source, rest_s, detail)
