"""Runnable measurements: figures are printed, never asserted in tests."""
