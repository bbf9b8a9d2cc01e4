"""Run CPU work for async code in warm worker processes, each with one job at a time."""

from services.compute.pool import JOBS_PER_WORKER, ComputePool
from services.compute.worker import LIMITS_ARE_KEPT, Limits

__all__ = ["JOBS_PER_WORKER", "LIMITS_ARE_KEPT", "ComputePool", "Limits"]
