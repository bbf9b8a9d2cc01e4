"""Pickle and unpickle large values quickly, and in pieces that never stop the event loop.

Quickly: frozen dataclasses with slots are most of what goes to workers and back, and by themselves they
are pickled field by field in Python, which takes three times as long.

In pieces: pickling and unpickling hold the interpreter's lock. Pickles come in frames of 64 kB, between
which a file is written or read: there, other threads go first.
"""

from __future__ import annotations

import io
import pickle
import time
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache
from operator import attrgetter
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
