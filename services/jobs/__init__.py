"""The engine room of accepted work: a fair line to wait in, and a seal for what must not be read."""
