"""Measure sound files: pure functions that run in worker processes.

The gateway only asks for the kind of a file, which `services.domain.sound` tells; it imports nothing here.
"""
