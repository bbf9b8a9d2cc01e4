"""One worker process and the pipe to it: start it, hand it values in pieces, end it.

Frozen dataclasses with slots are most of what goes to workers and back, and by themselves they are pickled
field by field in Python, which takes three times as long: here they are not.

Pickling and unpickling hold the interpreter's lock. Pickles come in frames of 64 kB, between which a file is
written or read: there, other threads go first.

What talks to the process blocks, so it is called from threads and never on an event loop. The process says
when it takes a job: the deadline starts then, and a worker that is lost before has done the job no harm.
"""

from __future__ import annotations

import contextlib
import gc
import io
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from operator import attrgetter
from pathlib import Path
from types import MemberDescriptorType
from typing import Any

_Reduce = Callable[[Any], tuple[Any, ...]]


class _Sink(io.BytesIO):
    def write(self, data: Any, /) -> int:
        time.sleep(0)
        return super().write(data)


class _Source(io.BytesIO):
    def read(self, size: int | None = -1, /) -> bytes:
        time.sleep(0)
        return super().read(size)

    def readinto(self, buffer: Any, /) -> int:
        time.sleep(0)
        return super().readinto(buffer)


def dump(value: object) -> bytes:
    """Pickle a value; raises what `pickle.dumps` raises."""
    sink = _Sink()
    pickler = pickle.Pickler(sink, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _REDUCERS
    pickler.dump(value)
    return sink.getvalue()


def load(pickled: bytes) -> Any:
    """Unpickle what another process of ours pickled."""
    return pickle.Unpickler(_Source(pickled)).load()  # noqa: S301


class _Reducers(dict[type, _Reduce]):
    """How frozen dataclasses with slots are taken apart; a KeyError leaves a class to pickle itself."""

    def __missing__(self, kind: type) -> _Reduce:
        if not _is_plain_value(kind):
            raise KeyError(kind)
        names = [field.name for field in fields(kind)]
        values_of = attrgetter(*names)  # a tuple, of two names or more

        def reduce(value: Any) -> tuple[Any, ...]:
            return _restore, (kind, *values_of(value))

        self[kind] = reduce
        return reduce


_REDUCERS = _Reducers()


def _is_plain_value(kind: type) -> bool:
    return (
        is_dataclass(kind)
        and kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
        and kind.__reduce_ex__ is object.__reduce_ex__
        and kind.__reduce__ is object.__reduce__
        and len(fields(kind)) > 1
        and all(isinstance(getattr(kind, field.name, None), MemberDescriptorType) for field in fields(kind))
    )


def _restore(kind: type, *values: object) -> object:
    """Put a value together without checking again what was checked when it was made."""
    value: object = object.__new__(kind)
    for put, part in zip(_setters(kind), values, strict=True):
        put(value, part)
    return value


@cache
def _setters(kind: type) -> tuple[Callable[[object, object], None], ...]:
    return tuple(getattr(kind, field.name).__set__ for field in fields(kind))


_START_S = 60.0
"""Longest time until a fresh process has imported everything, on a machine that does other things too."""
_TAKE_S = 30.0
"""Longest time until an idle process takes a job that was sent to it."""
_END_S = 1.0
_READY = b"ready"
_TAKEN = b"taken"
COLLECT_AFTER = (20_000, 20, 20)
"""New objects, and rounds, after which garbage is looked for. A long list is many objects and none is
garbage: looking as often as usual took a third of the time of reading one, and 3 % of its analysis.
"""
_OUT_OF_MEMORY = 77
"""Exit code of a worker whose job wanted more memory than it may have."""
_SPENT_CPU = -getattr(signal, "SIGPROF", 0)
"""Exit code of a worker whose job wanted more CPU time than it may have."""


LIMITS_ARE_KEPT = sys.platform == "linux"
"""Whether a job that passes its `Limits` is ended; elsewhere its deadline is all there is."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a job that reads something unknown may cost, where `LIMITS_ARE_KEPT`."""

    cpu_s: float
    memory_mb: int
    """Beyond what the worker holds when the job begins."""


@dataclass(frozen=True, slots=True)
class Request:
    """A job as a worker is told it."""

    function: Callable[..., Any]
    arguments: tuple[object, ...]
    limits: Limits | None = None


class LateError(Exception):
    """The job ran for longer than it may."""


class CostlyError(Exception):
    """The job wanted more CPU time or memory than it may have; its worker is gone."""


class LostError(Exception):
    """The worker is gone."""

    def __init__(self, *, taken: bool) -> None:
        super().__init__()
        self.taken = taken
        """Whether it had begun with the job."""


class Worker:
    """A worker process. Its maker calls `wait_until_ready`, and `end` in any case."""

    def __init__(self, context: BaseContext, warm_up: Callable[[], None] | None, niceness: int) -> None:
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(  # type: ignore[attr-defined]
            target=_serve, args=(theirs, warm_up, niceness), name="tastemap worker", daemon=True
        )
        self._process.start()
        theirs.close()  # its last copy is the worker's: when that one dies, reading ends
        self.jobs = 0

    @property
    def pid(self) -> int:
        """The process id."""
        pid: int = self._process.pid
        return pid

    def wait_until_ready(self) -> None:
        """Wait until the worker has imported what it needs.

        Raises
        ------
        LostError
            It ended instead, or takes too long.
        """
        self._receive(_START_S, taken=False)

    def do(self, request: bytes, limit_s: float) -> Any:
        """Have a pickled `Request` done and return its result, or raise the error of the work itself.

        Raises
        ------
        LateError
            It is not done `limit_s` after the worker took it.
        CostlyError
            It passed its `Limits`.
        LostError
            The worker is gone.
        """
        self.jobs += 1
        try:
            self._pipe.send_bytes(request)
        except OSError:
            raise LostError(taken=False) from None
        self._receive(_TAKE_S, taken=False)
        if not self._pipe.poll(limit_s):
            raise LateError
        error, value = load(self._receive(limit_s, taken=True))
        if error is not None:
            raise error
        return value

    def kill(self) -> None:
        """End the process at once, without waiting until it is gone."""
        with contextlib.suppress(Exception):
            self._process.kill()

    def end(self) -> None:
        """End the process and let go of the pipe."""
        self.kill()
        with contextlib.suppress(Exception):
            self._process.join(timeout=_END_S)
        self._pipe.close()

    def _receive(self, limit_s: float, *, taken: bool) -> bytes:
        try:
            if self._pipe.poll(limit_s):
                return self._pipe.recv_bytes()
        except (EOFError, OSError):
            if taken and self._passed_its_limits():
                raise CostlyError from None
        raise LostError(taken=taken)

    def _passed_its_limits(self) -> bool:
        self._process.join(timeout=_END_S)
        return self._process.exitcode in {_SPENT_CPU, _OUT_OF_MEMORY}


def _serve(pipe: Connection, warm_up: Callable[[], None] | None, niceness: int) -> None:
    """Do one job after the other until nobody is at the other end: the life of a worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="end with parent", daemon=True).start()
    with contextlib.suppress(OSError, AttributeError):
        os.nice(niceness)
    if warm_up is not None:
        warm_up()
    # What is loaded by now is no garbage: looking through it took a tenth of the analysis of a long list.
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    try:
        pipe.send_bytes(_READY)
        while True:
            message = pipe.recv_bytes()
            pipe.send_bytes(_TAKEN)
            pipe.send_bytes(_answer(message))
    except (EOFError, OSError):
        return


def _end_with_parent() -> None:
    """Die when whoever gives the work is gone: a killed bot would leave its workers behind for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _answer(message: bytes) -> bytes:
    error: Exception | None = None
    try:
        request: Request = load(message)
        with _limited(request.limits):
            return dump((None, request.function(*request.arguments)))
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)
    except Exception as caught:  # noqa: BLE001  (whatever it is, it goes to whoever asked)
        caught.add_note("In a worker:\n" + "".join(traceback.format_tb(caught.__traceback__)))
        error = caught.with_traceback(None)
    try:
        return dump((error, None))
    except Exception:  # noqa: BLE001  (an error that can't be pickled)
        return dump((RuntimeError(f"{type(error).__name__} in a worker"), None))


@contextlib.contextmanager
def _limited(limits: Limits | None) -> Iterator[None]:
    """Let the kernel end this process when a job passes its limits: nothing inside can delay that."""
    if limits is None or not LIMITS_ARE_KEPT:
        yield
        return
    import resource  # noqa: PLC0415  (not on every system)

    held = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (_private_bytes() + limits.memory_mb * 1024**2, held[1]))
    signal.setitimer(signal.ITIMER_PROF, limits.cpu_s)  # SIGPROF, which ends a process that does not mind it
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_DATA, held)


def _private_bytes() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return int(status.split("VmData:")[1].split()[0]) * 1024
