"""The one door between async code and the CPU: a warm process pool with a deadline.

Everything heavier than a few milliseconds goes through `ComputePool.run`, so that the process
that holds the gateway connection never stalls and never imports scikit-learn or matplotlib.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.process import BaseProcess
from typing import TypeVar

from services.domain.errors.compute import DeadlineExceededError, ShuttingDownError, WorkerLostError

_log = logging.getLogger(__name__)

Result = TypeVar("Result")

_SINGLE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_NICENESS = 10
JOBS_PER_WORKER = 200
"""Workers are replaced now and then, so that a slow leak in a plotting library never grows old.

By us, all at once: `max_tasks_per_child` of the standard library can leave an executor without any worker,
because it counts one that has just ended as idle (CPython issue 115634). Every job then waits for ever.
"""


def _end_with_parent() -> None:
    """Die when whoever gives the work is gone: a killed bot would leave its workers behind for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _start_worker(warm_up: Callable[[], None] | None) -> None:
    """Prepare a fresh worker: polite to the gateway, deaf to Ctrl+C, imports done before the first job."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="end with parent", daemon=True).start()
    with contextlib.suppress(OSError, AttributeError):
        os.nice(_NICENESS)
    if warm_up is not None:
        warm_up()


class ComputePool:
    """Run pure functions in worker processes.

    A job that passes its deadline is killed with its worker. A worker that dies takes the whole
    executor with it (that is how `ProcessPoolExecutor` works), so the pool is rebuilt and every job
    that was lost without its own fault runs again, once.

    Parameters
    ----------
    workers
        Number of processes.
    preload
        Modules that the fork server imports once, so that new workers start warm.
    warm_up
        Called in each new worker; must be importable by name.
    deadline_s
        Longest time a job may take unless `run` says otherwise, in seconds.
    jobs_per_worker
        Jobs, on average, after which workers are replaced by fresh ones.
    """

    def __init__(
        self,
        *,
        workers: int,
        preload: Sequence[str] = (),
        warm_up: Callable[[], None] | None = None,
        deadline_s: float = 15.0,
        jobs_per_worker: int = JOBS_PER_WORKER,
    ) -> None:
        for name in _SINGLE_THREAD:
            os.environ.setdefault(name, "1")
        method = "forkserver" if sys.platform != "win32" else "spawn"
        self._context = multiprocessing.get_context(method)
        if method == "forkserver":
            self._context.set_forkserver_preload(list(preload))
        self._workers = workers
        self._warm_up = warm_up
        self._deadline_s = deadline_s
        self._executor: ProcessPoolExecutor | None = None
        self._generation = 0
        self._jobs_left = self._jobs_each = jobs_per_worker * workers
        self._retired: dict[int, list[BaseProcess]] = {}
        """Processes of executors that take no new jobs, by generation."""
        self._closed = False
        self.restarts = 0

    def _running(self) -> tuple[ProcessPoolExecutor, int]:
        if self._closed:
            raise ShuttingDownError
        if self._jobs_left <= 0:
            self._retire()
        if self._executor is None:
            self._jobs_left = self._jobs_each
            self._executor = ProcessPoolExecutor(
                self._workers,
                mp_context=self._context,
                initializer=_start_worker,
                initargs=(self._warm_up,),
            )
            # All at once and with an empty context: a worker that is made for one request, perhaps after a
            # rebuild, outlives it, and whoever asks next should not wait for another.
            contextvars.Context().run(_start_all, self._executor, self._workers)
        return self._executor, self._generation

    def _retire(self) -> None:
        """Let the executor finish what it has and end; the next job gets a fresh one."""
        executor, self._executor = self._executor, None
        if executor is None:
            return
        self._retired = {
            generation: processes
            for generation, processes in self._retired.items()
            if any(process.is_alive() for process in processes)
        }
        self._retired[self._generation] = _processes(executor)
        self._generation += 1
        executor.shutdown(wait=False)

    def _discard(self, generation: int, why: str) -> None:
        """Drop the executor of `generation` with its processes; later callers get a new one."""
        if generation in self._retired:
            _log.warning("ending workers that were to be replaced: %s", why)
            _end(self._retired.pop(generation))
            return
        if generation != self._generation or self._executor is None:
            return
        executor, self._executor = self._executor, None
        self._generation += 1
        self.restarts += 1
        _log.warning("rebuilding the worker pool: %s", why)
        _kill(executor)

    async def warm(self) -> None:
        """Start the workers now instead of at the first job, and let the event loop go on meanwhile."""
        # In a thread: the first fork waits until the fork server has imported everything.
        executor, _ = await asyncio.to_thread(self._running)
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(executor, _touch, 0.05) for _ in range(self._workers)))

    async def run(
        self, job: str, function: Callable[..., Result], *arguments: object, deadline_s: float | None = None
    ) -> Result:
        """Run `function(*arguments)` in a worker and return what it returns.

        Parameters
        ----------
        job
            Name of the work, for errors and the log.
        function
            Importable by name in a worker; pure.
        deadline_s
            Seconds from now, waiting in the queue included.

        Raises
        ------
        DeadlineExceededError
            The work took longer than `deadline_s`. Its worker is killed.
        WorkerLostError
            The worker died, and the one that tried again died too.
        ShuttingDownError
            The pool is closed.
        """
        limit_s = self._deadline_s if deadline_s is None else deadline_s
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + limit_s
        for attempt in (1, 2):
            executor, generation = self._running()
            self._jobs_left -= 1
            try:
                async with asyncio.timeout_at(ends_at):
                    return await loop.run_in_executor(executor, function, *arguments)
            except TimeoutError as error:
                if loop.time() < ends_at:  # the job itself raised TimeoutError
                    raise
                self._discard(generation, f"{job} passed its deadline of {limit_s:g} s")
                raise DeadlineExceededError(job, limit_s) from error
            except BrokenProcessPool as error:
                self._discard(generation, f"a worker died during {job} (attempt {attempt})")
                if self._closed:
                    raise ShuttingDownError from error
                if attempt == 2:
                    raise WorkerLostError(job) from error
        raise AssertionError("unreachable")

    @property
    def closed(self) -> bool:
        """Whether no work is taken any more."""
        return self._closed

    def worker_pids(self) -> tuple[int, ...]:
        """List the process ids of the living workers, for health checks and fault tests."""
        return tuple(process.pid for process in _processes(self._executor) if process.pid is not None)

    async def aclose(self) -> None:
        """Stop the workers; jobs that still run are lost."""
        self._closed = True
        executor, self._executor = self._executor, None
        retired, self._retired = self._retired, {}
        for processes in retired.values():
            await asyncio.to_thread(_end, processes)
        if executor is not None:
            await asyncio.to_thread(_kill, executor)


def _start_all(executor: ProcessPoolExecutor, workers: int) -> None:
    """Make an executor start its processes, which it does one by one as work comes."""
    for _ in range(workers):
        executor.submit(_touch, 0.0)


def _touch(seconds: float) -> None:
    """Keep one worker busy for a moment so that its neighbours start too."""
    import time  # noqa: PLC0415  (runs in a worker, where a blocking sleep is the point)

    time.sleep(seconds)


def _processes(executor: Executor | None) -> list[BaseProcess]:
    return list((getattr(executor, "_processes", None) or {}).values())


def _kill(executor: ProcessPoolExecutor) -> None:
    """End the processes of an executor at once: `shutdown` alone waits for running jobs."""
    processes = _processes(executor)
    executor.shutdown(wait=False, cancel_futures=True)
    _end(processes)


def _end(processes: Sequence[BaseProcess]) -> None:
    for process in processes:
        with contextlib.suppress(Exception):
            process.kill()
    for process in processes:
        with contextlib.suppress(Exception):
            process.join(timeout=1.0)
