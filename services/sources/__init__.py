"""The outside world: one client per upstream, domain values at the edge, no cache and no Discord."""
