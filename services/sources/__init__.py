"""Clients of outside services, one per service. They return domain values and cache nothing."""
