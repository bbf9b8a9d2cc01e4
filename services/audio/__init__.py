"""Measure sound files: pure functions that run in worker processes.

The gateway only asks for the kind of a file (`kinds`); whatever decodes is imported in workers.
"""
