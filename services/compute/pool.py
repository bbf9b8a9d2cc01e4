"""Run pure functions in worker processes, in order of arrival, without blocking the event loop.

Each worker has a thread here that starts it, gives it one job after the other, and ends and replaces it.
So a job that runs out of time, or that kills its worker, costs the other jobs nothing but time.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
import os
import queue
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from typing import Any, TypeVar

from services.compute.worker import CostlyError, LateError, Limits, LostError, Request, Worker, dump
from services.domain.errors.jobs import (
    DeadlineExceededError,
    OverloadedError,
    ShuttingDownError,
    TooCostlyError,
    WorkerLostError,
)

_log = logging.getLogger(__name__)

Result = TypeVar("Result")

_SINGLE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
JOBS_PER_WORKER = 200
"""Workers are replaced now and then, so that a slow leak in a plotting library never grows old."""
PATIENCE_S = 300.0
"""Longest time in the queue; whoever lets requests in lets in fewer than that."""
_MOST_LOST = 2
"""A job whose worker dies runs again once: perhaps the machine was short of memory."""
_MOST_UNTAKEN = 10
"""So many workers may die before they take a job, which is not its fault."""
_PAUSES_S = (0.1, 0.5, 2.0, 10.0)
"""Between attempts to start a worker."""
_CLOSE_S = 2.0
_NICENESS = 10


class _Job:
    """A piece of work in the queue."""

    def __init__(self, name: str, request: Request, limit_s: float) -> None:
        self.name = name
        self.request = request
        self.limit_s = limit_s
        self.future: Future[Any] = Future()
        self.lost = 0
        """How many workers died while they did it."""
        self.untaken = 0
        self.abandoned = False
        """Whether nobody waits for it any more."""

    def fail(self, error: BaseException) -> None:
        with contextlib.suppress(InvalidStateError):  # nobody waits any more
            self.future.set_exception(error)

    def succeed(self, value: object) -> None:
        with contextlib.suppress(InvalidStateError):
            self.future.set_result(value)


class ComputePool:
    """Worker processes with one queue.

    A job that passes its deadline is ended with its worker; a job whose worker dies runs again, once.
    No other job is touched. Closing ends everything.

    Parameters
    ----------
    workers
        Number of processes.
    preload
        Modules that the fork server imports once, so that new workers start warm.
    warm_up
        Called in each new worker; must be importable by name.
    deadline_s
        Longest time a job may run unless `run` says otherwise, in seconds.
    patience_s
        Longest time a job may wait for a worker, in seconds.
    jobs_per_worker
        Jobs after which a worker is replaced by a fresh one, which is warm by then.
    niceness
        By how much workers step back for processes that answer people, 0 (not at all) to 19.
    """

    def __init__(
        self,
        *,
        workers: int,
        preload: Sequence[str] = (),
        warm_up: Callable[[], None] | None = None,
        deadline_s: float = 15.0,
        patience_s: float = PATIENCE_S,
        jobs_per_worker: int = JOBS_PER_WORKER,
        niceness: int = _NICENESS,
    ) -> None:
        for name in _SINGLE_THREAD:
            os.environ.setdefault(name, "1")
        method = "forkserver" if sys.platform != "win32" else "spawn"
        self._context = multiprocessing.get_context(method)
        if method == "forkserver":
            self._context.set_forkserver_preload(list(preload))
        self._warm_up = warm_up
        self._deadline_s = deadline_s
        self._patience_s = patience_s
        self._jobs_per_worker = jobs_per_worker
        self._niceness = niceness
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._ready: list[Future[None]] = [Future() for _ in range(workers)]
        self._seats: list[threading.Thread] = []
        self._opening = threading.Lock()
        self._counting = threading.Lock()
        self._alive: dict[Worker, None] = {}
        self._stop = threading.Event()
        self.restarts = 0
        """How many workers had to be ended or were lost."""

    async def warm(self) -> None:
        """Start the workers and wait until all of them are ready for work.

        Raises
        ------
        ShuttingDownError
            The pool is closed.
        """
        await self._open()
        waiting = [asyncio.wrap_future(ready) for ready in self._ready]
        for each in waiting:
            each.add_done_callback(_note_error)
        await asyncio.gather(*map(asyncio.shield, waiting))

    async def run(
        self,
        job: str,
        function: Callable[..., Result],
        *arguments: object,
        deadline_s: float | None = None,
        limits: Limits | None = None,
    ) -> Result:
        """Run `function(*arguments)` in a worker and return what it returns.

        Parameters
        ----------
        job
            Name of the work, for errors and the log.
        function
            Importable by name in a worker; pure.
        deadline_s
            Seconds from the moment when a worker takes the job: time in the queue, or until a worker has
            started, does not count.
        limits
            What the work may cost.

        Raises
        ------
        DeadlineExceededError
            The work took longer than `deadline_s`. Its worker is ended.
        TooCostlyError
            The work passed `limits`. Its worker is gone.
        WorkerLostError
            The worker died, and the one that tried again died too.
        OverloadedError
            No worker became free for as long as the pool is patient.
        ShuttingDownError
            The pool is closed.
        """
        limit_s = self._deadline_s if deadline_s is None else deadline_s
        mine = _Job(job, Request(function, arguments, limits), limit_s)
        await self._open()
        self._jobs.put(mine)
        if self.closed and mine.future.cancel():  # closed meanwhile: nobody looks into the queue any more
            raise ShuttingDownError
        wrapped = asyncio.wrap_future(mine.future)
        wrapped.add_done_callback(_note_error)
        try:
            await asyncio.wait([wrapped], timeout=self._patience_s)
            if mine.future.cancel() and not wrapped.done():
                raise OverloadedError(job, self._patience_s)
            result: Result = await wrapped
        except asyncio.CancelledError:
            mine.abandoned = True
            mine.future.cancel()
            raise
        return result

    @property
    def closed(self) -> bool:
        """Whether no work is taken any more."""
        return self._stop.is_set()

    def worker_pids(self) -> tuple[int, ...]:
        """List the process ids of the workers, for health checks and fault tests."""
        return tuple(worker.pid for worker in list(self._alive))

    async def aclose(self) -> None:
        """End the workers; jobs that still wait or run are lost."""
        self._stop.set()
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        with self._opening:
            seats = self._seats
        for worker in list(self._alive):
            worker.kill()
        for _ in seats:
            self._jobs.put(None)
        for seat in seats:
            seat.join(_CLOSE_S)
        for ready in self._ready:
            if not ready.done():
                ready.set_exception(ShuttingDownError())
        with contextlib.suppress(queue.Empty):
            while True:
                job = self._jobs.get_nowait()
                if job is not None:
                    job.fail(ShuttingDownError())

    async def _open(self) -> None:
        """Start the threads that start the workers."""
        if self.closed:
            raise ShuttingDownError
        if not self._seats:
            await asyncio.to_thread(self._seat_all)

    def _seat_all(self) -> None:
        with self._opening:
            if self._seats or self.closed:
                return
            seats = [
                threading.Thread(target=self._tend, args=(ready,), name="worker pool", daemon=True)
                for ready in self._ready
            ]
            for seat in seats:
                seat.start()
            self._seats = seats

    # --- what follows runs in the threads, one per worker ---

    def _tend(self, ready: Future[None]) -> None:
        """Keep one worker: start it, give it jobs, replace it."""
        worker: Worker | None = None
        successor: Future[Worker | None] | None = None
        job: _Job | None = None
        while True:
            if successor is not None and successor.done():
                self._end(worker)
                worker, successor = successor.result(), None
            worker = worker or self._start()
            if worker is None:
                break
            if not ready.done():
                ready.set_result(None)
            job = job or self._take()
            if job is None:
                break
            if not self._do(worker, job):
                self._end(worker)
                worker = None
            if job.future.done() or job.abandoned:
                job = None
            if worker is not None and successor is None and worker.jobs >= self._jobs_per_worker:
                successor = self._start_beside()
        if job is not None:
            job.fail(ShuttingDownError())
        self._end(worker)

    def _take(self) -> _Job | None:
        """Wait for a job that somebody still waits for; None when the pool is closed."""
        while True:
            job = self._jobs.get()
            if job is None or job.future.set_running_or_notify_cancel():
                return job

    def _do(self, worker: Worker, job: _Job) -> bool:
        """Have a job done, and return whether the worker is still there. One that is not done runs again."""
        try:
            request = dump(job.request)
        except Exception as error:  # noqa: BLE001  (whatever pickling raises goes to whoever asked)
            job.fail(error)
            return True
        try:
            job.succeed(worker.do(request, job.limit_s))
        except LateError:
            self._count_restart()
            _log.warning("ending a worker: %s passed its deadline of %g s", job.name, job.limit_s)
            job.fail(DeadlineExceededError(job.name, job.limit_s))
            return False
        except CostlyError:
            self._count_restart()
            _log.warning("a worker is gone: %s wanted more than it may", job.name)
            job.fail(TooCostlyError(job.name))
            return False
        except LostError as error:
            self._count_restart()
            self._lose(job, taken=error.taken)
            return False
        except BaseException as error:  # noqa: BLE001  (the error of the work itself)
            job.fail(error)
        return True

    def _count_restart(self) -> None:
        with self._counting:  # before anybody hears of it
            self.restarts += 1

    def _lose(self, job: _Job, *, taken: bool) -> None:
        if self.closed:
            job.fail(ShuttingDownError())
            return
        if taken:
            job.lost += 1
            _log.warning("a worker died during %s (attempt %d)", job.name, job.lost)
        else:
            job.untaken += 1
            _log.warning("a worker was gone before %s", job.name)
        if job.lost >= _MOST_LOST or job.untaken >= _MOST_UNTAKEN:
            job.fail(WorkerLostError(job.name))

    def _start(self) -> Worker | None:
        """Start a worker, whatever number of attempts that takes; None when the pool is closed."""
        attempt = 0
        while not self.closed:
            worker: Worker | None = None
            try:
                worker = Worker(self._context, self._warm_up, self._niceness)
                self._alive[worker] = None
                worker.wait_until_ready()
            except (OSError, EOFError, LostError) as error:
                self._end(worker)
                if self.closed:
                    break
                _log.warning("a worker did not start: %r", error)
                self._stop.wait(_PAUSES_S[min(attempt, len(_PAUSES_S) - 1)])
                attempt += 1
            else:
                if not self.closed:
                    return worker
                self._end(worker)
        return None

    def _start_beside(self) -> Future[Worker | None]:
        """Start the next worker while the present one goes on."""
        future: Future[Worker | None] = Future()

        def start() -> None:
            worker = self._start()
            future.set_result(worker)
            if self.closed:
                self._end(worker)

        threading.Thread(target=start, name="next worker", daemon=True).start()
        return future

    def _end(self, worker: Worker | None) -> None:
        if worker is not None:
            worker.end()
            self._alive.pop(worker, None)


def _note_error(future: asyncio.Future[Any]) -> None:
    """Keep asyncio from reporting an error for which nobody waits any more."""
    if not future.cancelled():
        future.exception()
