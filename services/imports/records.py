"""Read a stream of lines of any length as records of a table, losing no more than broken ones.

A file of gigabytes is never refused for one bad quote: where a quote swallows the rows that follow,
the swallowed lines are read again one by one.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

Record = list[str]


def read_records(lines: Iterable[str], delimiter: str, *, header: int) -> Iterator[Record | None]:
    """Yield the records below the header; None for each line that is no readable record.

    The same lines always give the same records, so that a reader can be put back to its place.

    Parameters
    ----------
    lines
        With their line ends.
    delimiter
        Between the cells.
    header
        How many records stand above the header's.
    """
    physical: list[str] = []
    reader = csv.reader(_keeping(lines, physical), delimiter=delimiter)
    width = 0
    for _ in range(header + 1):
        width = len(next(reader, ()))
    physical.clear()
    while True:
        record: Record | None
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:
            record = None
        if len(physical) == 1 and record is not None:
            physical.clear()
            if record:
                yield record
            continue
        own = physical[:]
        physical.clear()
        if record is None or _swallows_rows(record, own, delimiter, width):
            yield from (_read_alone(line, delimiter) for line in own if line.strip())
        else:
            yield record


def _keeping(lines: Iterable[str], physical: list[str]) -> Iterator[str]:
    for line in lines:
        physical.append(line)
        yield line


def _read_alone(line: str, delimiter: str) -> Record | None:
    try:
        return next(csv.reader((line,), delimiter=delimiter, strict=True))
    except csv.Error:
        return None


def _swallows_rows(record: Record, lines: Sequence[str], delimiter: str, width: int) -> bool:
    """Whether a record over several lines has other cells than the header, or whole rows in a cell."""
    if len(record) != width:
        return True
    wanted = max(width - 1, 1)
    return any(line.count(delimiter) >= wanted for line in lines[1:])
