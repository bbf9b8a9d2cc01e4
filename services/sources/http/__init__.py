"""HTTP with pacing, limits on size and time, retries and a circuit breaker."""
