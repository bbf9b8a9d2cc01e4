"""Accepted work among processes: one contract for every engine of the queue."""
