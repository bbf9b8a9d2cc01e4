"""Ask one service, and turn everything that can go wrong into a few typed outcomes."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypedDict, TypeVar, Unpack

import aiohttp

from services.domain.errors.sources import (
    OutOfTimeError,
    RateLimitedError,
    SourceRefusedError,
    SourceUnavailableError,
)
from services.sources.clock import Clock, Deadline
from services.sources.pacing import MIN_GAP_S, Breaker, Pace, Pacer, pacer_of
from services.sources.session import (
    LONGEST_S,
    MEBIBYTE,
    BodyTooLargeError,
    Timeouts,
    excerpt,
    parse_http_date,
    parse_json,
    read_body,
    retry_after_s,
    seconds_in_words,
)

T = TypeVar("T")

_TOO_MANY = 429

OnCall = Callable[[str, str, float], None]
"""Receives the service, what came back (an HTTP status, or what was wrong) and the seconds it took."""


def unheard(_source: str, _status: str, _seconds: float) -> None:
    """Ignore a call."""


_log = logging.getLogger(__name__)

_RESET_IN = "X-RateLimit-Reset-In"
"""Seconds until a service that sends no `Retry-After` counts anew (ListenBrainz)."""
_SUCCESS = frozenset({200, 201, 202, 204})
_FAIR_CHANCE_S = 3.0
"""A call that was given less than this and ran out of time says nothing about the service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often and how long to try again."""

    timeouts: Timeouts = field(default_factory=Timeouts)
    retries: int = 2
    """After a 5xx, a timeout, a broken connection or an unreadable answer."""
    backoff_s: float = 1.0
    """The first wait is random in 0..backoff_s, each further range twice as wide (full jitter)."""
    longest_backoff_s: float = 8.0
    limited_tries: int = 3
    """Tries of one call that answers 429."""
    unnamed_rest_s: float = 5.0
    """Rest after a 429 that does not say how long; doubled each time."""
    longest_rest_s: float = LONGEST_S


@dataclass(frozen=True, slots=True)
class Answer:
    """A valid answer: a success with JSON in it, or a client error (4xx) that the caller has to judge."""

    status: int
    json: object | None
    text: str
    """The beginning of the body, for logs."""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file that is sent as the only part of a multipart body."""

    name: str
    filename: str
    content_type: str
    content: bytes = field(repr=False)

    def form(self) -> aiohttp.FormData:
        """Write the body anew for each try: a sent one is spent."""
        data = aiohttp.FormData()
        content = io.BytesIO(self.content)
        data.add_field(self.name, content, filename=self.filename, content_type=self.content_type)
        return data


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One call as it is to be made."""

    path: str
    method: str = "GET"
    params: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] | None = None
    json: object | None = None
    form: Mapping[str, str] | None = None
    file: FilePart | None = None
    repeatable: bool = True
    """Whether a call that may have been carried out, unheard, can be made once more without harm."""
    expects_json: bool = True
    """Whether a success without JSON is no success."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came over the wire, before anybody judged it."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def _never(_reply: Reply) -> bool:
    return False


async def _freely() -> None:
    return


@dataclass(frozen=True, slots=True)
class _Rest:
    """The service asks for a rest."""

    seconds: float


@dataclass(frozen=True, slots=True)
class _Failure:
    """A call that may succeed at the next try."""

    problem: str


class _TransientError(Exception):
    """A failure that may be gone at the next try."""

    def __init__(self, problem: str, *, counts: bool = True) -> None:
        super().__init__(problem)
        self.problem = problem
        self.counts = counts


class Wiring(TypedDict, total=False):
    """What clients of outside services are given alike."""

    clock: Clock
    random: Random | None
    patience: Patience | None
    on_call: OnCall
    pace: Pace | None
    """Slots that are shared with other processes; None where this one has its own."""


class Upstream:
    """One outside service: its address, its limits and its recent failures."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        source: str,
        base_url: str,
        min_gap_s: float = MIN_GAP_S,
        row: str = "",
        pacer: Pacer | None = None,
        breaker: Breaker | None = None,
        refusals: frozenset[int] = frozenset({401, 403}),
        is_final: Callable[[Reply], bool] = _never,
        before_try: Callable[[], Awaitable[None]] = _freely,
        body_limit: int = 8 * MEBIBYTE,
        **wiring: Unpack[Wiring],
    ) -> None:
        """Build the caller; a `pacer` stands for one made of `min_gap_s` and `row`, see `pacer_of`."""
        clock = wiring.get("clock") or Clock()
        if pacer is None:
            pacer = pacer_of(source, clock=clock, pace=wiring.get("pace"), min_gap_s=min_gap_s, row=row)
        self.source = source
        self._session = session
        self._base_url = base_url.rstrip("/")
        self._pacer = pacer
        self._breaker = breaker or Breaker(source, monotonic=clock.monotonic, tell=pacer.tell_others)
        self._clock = clock
        self._random = wiring.get("random") or Random()
        self._patience = wiring.get("patience") or Patience()
        self._refusals = refusals
        self._is_final = is_final
        self._before_try = before_try
        self._body_limit = body_limit
        self._on_call = wiring.get("on_call", unheard)

    async def get(
        self,
        path: str,
        *,
        params: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        deadline: Deadline,
    ) -> Answer:
        """Ask for `path`; see `send`."""
        return await self.send(Ask(path=path, params=params, headers=headers), deadline=deadline)

    async def send(self, ask: Ask, *, deadline: Deadline) -> Answer:
        """Make a call, trying again where that is harmless and there is time.

        An answer that `is_final` recognises is handed to the caller as it is, whatever its status. What
        `before_try`, which is awaited before each try, raises ends the call.

        Raises
        ------
        SourceRefusedError
            We were turned away; nobody asks for the next quarter of an hour.
        RateLimitedError
            The service wants a rest that outlasts `deadline`, or wanted one too often.
        SourceUnavailableError
            Down, broken or unreadable, also after the retries.
        OutOfTimeError
            No time was left.

        Notes
        -----
        A caller that is cancelled while a call is under way leaves when that call has been answered:
        the answer may ask for a rest, and who never heard of it would call too early. Cancelled a
        second time, it leaves at once.
        """
        limited = failures = 0
        while True:
            self._breaker.check()
            async with self._pacer.turn(deadline):
                self._breaker.check()
                await self._before_try()
                outcome = await _to_the_end(self._exchange(ask, deadline, limited))
            match outcome:
                case Answer():
                    return outcome
                case _Rest(seconds):
                    limited += 1
                    if limited >= self._patience.limited_tries or not deadline.affords(seconds):
                        raise RateLimitedError(self.source, seconds)
                case _Failure(problem):
                    failures += 1
                    if not ask.repeatable:
                        raise SourceUnavailableError(self.source, problem)
                    await self._back_off(failures, problem, deadline)

    async def _exchange(self, ask: Ask, deadline: Deadline, limited: int) -> Answer | _Rest | _Failure:
        """Make one call and note for everybody what its answer means."""
        began, status = self._clock.monotonic(), "cancelled"
        try:
            reply = await self._call(ask, deadline)
            status = str(reply.status)
            if self._is_final(reply):
                return _answer(reply)
            return self._rest(reply, limited) if reply.status == _TOO_MANY else self._judge(ask, reply)
        except _TransientError as failure:
            if failure.counts:
                self._breaker.failed(failure.problem)
            status = failure.problem.removeprefix("HTTP ")
            return _Failure(failure.problem)
        finally:
            self._on_call(self.source, status, self._clock.monotonic() - began)

    async def _call(self, ask: Ask, deadline: Deadline) -> Reply:
        given_s = deadline.remaining_s
        try:
            async with self._session.request(
                ask.method,
                f"{self._base_url}{ask.path}",
                params=list(ask.params),
                headers=ask.headers,
                json=ask.json,
                data=ask.form if ask.file is None else ask.file.form(),
                allow_redirects=False,
                timeout=self._patience.timeouts.within(given_s),
            ) as response:
                body = await read_body(response, self._body_limit)
                return Reply(response.status, response.headers, body)
        except TimeoutError as error:
            fair = given_s >= min(_FAIR_CHANCE_S, self._patience.timeouts.total_s)
            raise _TransientError("timeout", counts=fair) from error
        except BodyTooLargeError as error:
            raise _TransientError("endless answer") from error
        except (aiohttp.ClientError, OSError) as error:
            _log.info("%s: %s", self.source, type(error).__name__)
            raise _TransientError("connection failed") from error

    def _judge(self, ask: Ask, reply: Reply) -> Answer:
        status = reply.status
        if status in self._refusals:
            _log.error("%s refused %s with HTTP %d", self.source, _kind_of(ask.path), status)
            self._breaker.refused(status)
            raise SourceRefusedError(self.source, status)
        if status == 408 or status >= 500:
            named = self._named_rest(reply)
            if named is not None:
                self._pacer.cool_down(named)
            raise _TransientError(f"HTTP {status}")
        answer = _answer(reply)
        is_success = status in _SUCCESS and (answer.json is not None or not ask.expects_json)
        if not is_success and not 400 <= status < 500:
            _log.error("%s answered %s with HTTP %d and no JSON", self.source, _kind_of(ask.path), status)
            raise _TransientError("unreadable answer")
        self._breaker.succeeded()
        return answer

    def _rest(self, reply: Reply, limited: int) -> _Rest:
        """Put everybody to rest for as long as a service asks that is too busy; say how long that is."""
        named = self._named_rest(reply)
        unnamed = self._patience.unnamed_rest_s * 2**limited * self._random.uniform(1.0, 1.5)
        rest_s = min(named if named is not None else unnamed, self._patience.longest_rest_s)
        _log.warning("%s: HTTP %d, resting for %.1f s", self.source, reply.status, rest_s)
        self._pacer.cool_down(rest_s)
        return _Rest(self._pacer.rest_s)

    def _named_rest(self, reply: Reply) -> float | None:
        now = parse_http_date(reply.headers.get("Date")) or self._clock.now()
        for said in (
            reply.headers.get("Retry-After"),
            reply.headers.get(_RESET_IN) if reply.status == _TOO_MANY else None,
            seconds_in_words(reply.body) if reply.status == _TOO_MANY else None,
        ):
            rest_s = retry_after_s(said, now=now, longest_s=self._patience.longest_rest_s)
            if rest_s is not None:
                return rest_s
        return None

    async def _back_off(self, failures: int, problem: str, deadline: Deadline) -> None:
        if not deadline.remaining_s:
            raise OutOfTimeError(self.source)
        if failures > self._patience.retries:
            raise SourceUnavailableError(self.source, problem)
        widest = min(self._patience.longest_backoff_s, self._patience.backoff_s * 2 ** (failures - 1))
        wait_s = self._random.uniform(0.0, widest)
        if not deadline.affords(wait_s):
            raise SourceUnavailableError(self.source, problem)
        await self._clock.sleep(wait_s)


def _kind_of(path: str) -> str:
    """Name what is asked for without saying which: the rest of a path can be somebody's id."""
    return f"/{path.lstrip('/').partition('/')[0]}"


def _answer(reply: Reply) -> Answer:
    return Answer(reply.status, parse_json(reply.body), excerpt(reply.body), reply.headers)


async def _to_the_end(exchange: Coroutine[None, None, T]) -> T:
    """Await `exchange`, also when its caller is cancelled meanwhile."""
    task = asyncio.create_task(exchange)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
        raise
