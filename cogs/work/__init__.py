"""Accepted work: accept, wait for a slot, perform, show progress, claim, deliver."""
